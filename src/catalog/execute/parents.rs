//! What a new table gets from others: the parent of a partition, those that it inherits from, the one that it is like.

use crate::catalog::object::{Column, Comment, Constraint, Index, Key, KeyRef, Object, Rule, Sequence};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{ConstraintDef, ConstraintKind, CreateIndex, CreateTable, KeyOptions};
use crate::pg::error::{Reason, Refusal, sqlstate};
use crate::pg::ident::Ident;

use super::resolve::refuse;

/// The tables that a new table takes columns from.
#[derive(Default)]
pub(super) struct Parents {
    /// `PARTITION OF`
    pub(super) partition: Option<Oid>,
    /// `INHERITS`
    pub(super) inherits: Vec<Oid>,
    /// `LIKE`
    pub(super) like: Option<Oid>,
    /// All of them.
    pub(super) all: Vec<Oid>,
    /// One of them has columns that are not known.
    pub(super) open: Option<Reason>,
}

impl Catalog {
    pub(super) fn parents(&mut self, create: &CreateTable, session: &Session) -> Result<Parents, Refusal> {
        let mut parents = Parents::default();
        if let Some(partition) = &create.partition_of {
            let parent = self.existing_relation(&partition.table, session)?;
            if let Some(table) = self.table(parent)
                && table.partition_by.is_none()
                && table.open.is_none()
            {
                let message = format!("\"{}\" is not partitioned", table.name.as_str());
                return refuse(sqlstate::INVALID_OBJECT_DEFINITION, message);
            }
            parents.partition = Some(parent);
        }
        for name in &create.inherits {
            parents.inherits.push(self.existing_relation(name, session)?);
        }
        if let Some((name, _)) = &create.like {
            parents.like = Some(self.existing_relation(name, session)?);
        }
        parents.all = parents.partition.iter().chain(&parents.inherits).chain(&parents.like).copied().collect();
        parents.open = parents.all.iter().find_map(|parent| self.table(*parent).and_then(|table| table.open.clone()));
        Ok(parents)
    }

    /// The columns that a table gets from others, each name once.
    pub(super) fn inherited_columns(&self, parents: &[Oid]) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        for parent in parents {
            for (_, column) in self.columns(*parent) {
                if !columns.iter().any(|other| other.name == column.name) {
                    // Identity is a matter of `INCLUDING IDENTITY`.
                    columns.push(Column { identity: None, ..column.clone() });
                }
            }
        }
        columns
    }

    /// Defaults, CHECKs and, for a partition, keys and foreign keys of the parents.
    pub(super) fn copy_from_parents(
        &mut self,
        table: Oid,
        parents: &Parents,
        create: &CreateTable,
        session: &Session,
    ) -> Result<(), Refusal> {
        let options = create.like.as_ref().map_or_else(String::new, |(_, options)| options.to_uppercase());
        for parent in &parents.all {
            let is_like = parents.like == Some(*parent);
            let including = |what: &str| {
                let all = options.contains("INCLUDING ALL") && !options.contains(&format!("EXCLUDING {what}"));
                all || options.contains(&format!("INCLUDING {what}"))
            };
            if !is_like || including("DEFAULTS") {
                self.copy_defaults(*parent, table);
            }
            if is_like && including("IDENTITY") {
                self.copy_identities(*parent, table, session);
            }
            if is_like && !including("GENERATED") {
                self.without_generated(*parent, table);
            }
            let mut copies: Vec<(Oid, Oid)> = Vec::new();
            if !is_like || including("CONSTRAINTS") {
                copies.extend(self.copy_checks(*parent, table, session)?);
            }
            if parents.partition == Some(*parent) || is_like && including("INDEXES") {
                copies.extend(self.copy_keys(*parent, table, !is_like, session)?);
            }
            if is_like && including("STATISTICS") {
                copies.extend(self.copy_statistics(*parent, table));
            }
            if is_like && including("COMMENTS") {
                let columns = self.columns(*parent).into_iter();
                copies.extend(columns.filter_map(|(oid, column)| Some((oid, self.column(table, &column.name)?))));
                self.copy_comments(&copies);
            }
            if parents.partition == Some(*parent) {
                self.copy_foreign_keys(*parent, table);
            }
        }
        if parents.partition.is_some() {
            for column in &create.columns {
                self.override_column(table, column, session)?;
            }
        }
        Ok(())
    }

    /// `PARTITION OF parent (a DEFAULT 1)`: the default and NOT NULL of a column that the parent gave.
    fn override_column(
        &mut self,
        table: Oid,
        column: &crate::pg::command::ColumnDef,
        session: &Session,
    ) -> Result<(), Refusal> {
        use crate::pg::command::ColumnConstraint;
        let oid = self.alterable_column(table, &column.name)?;
        for constraint in &column.constraints {
            match constraint {
                ColumnConstraint::Default(expr) => self.set_default(oid, Some(expr), session)?,
                ColumnConstraint::NotNull { .. } => self.set_not_null(table, &column.name, true)?,
                ColumnConstraint::Null
                | ColumnConstraint::Identity(_)
                | ColumnConstraint::Generated { .. }
                | ColumnConstraint::Constraint(_) => {}
            }
        }
        Ok(())
    }

    fn copy_defaults(&mut self, from: Oid, to: Oid) {
        let columns: Vec<(Oid, Ident)> =
            self.columns(from).into_iter().map(|(oid, column)| (oid, column.name.clone())).collect();
        for (source, name) in columns {
            if let Some(target) = self.column(to, &name)
                && self.default_of(target).is_none()
            {
                self.copy_default(source, target);
            }
        }
    }

    /// `INCLUDING IDENTITY`: each column gets a sequence of its own, with the same options.
    fn copy_identities(&mut self, from: Oid, to: Oid, session: &Session) {
        let columns: Vec<(Oid, Column)> =
            self.columns(from).into_iter().map(|(oid, column)| (oid, column.clone())).collect();
        for (source, column) in columns.into_iter().filter(|(_, column)| column.identity.is_some()) {
            let sequence = self.owned_sequences(source).into_iter().find(|(_, sequence)| sequence.identity);
            let (Some((_, sequence)), Some(target), Some(schema)) =
                (sequence, self.column(to, &column.name), self.schema_of(to))
            else {
                continue;
            };
            let sequence = sequence.clone();
            let name = self.choose_relation_name(schema, &self.name_of(to), Some(column.name.as_str()), "seq", false);
            let owner = session.role.clone();
            self.add(Object::Sequence(Sequence { schema, name, owned_by: Some(target), owner, ..sequence }));
            self.update(target, |object| {
                if let Object::Column(target) = object {
                    target.identity = column.identity;
                }
            });
        }
    }

    fn without_generated(&mut self, from: Oid, to: Oid) {
        let names: Vec<Ident> = self.columns(from).into_iter().map(|(_, column)| column.name.clone()).collect();
        for column in names.iter().filter_map(|name| self.column(to, name)).collect::<Vec<Oid>>() {
            self.update(column, |object| {
                if let Object::Column(column) = object {
                    column.generated = None;
                }
            });
        }
    }

    /// `INCLUDING COMMENTS`: those on what was copied, of which there are pairs of the old and the new.
    fn copy_comments(&mut self, copies: &[(Oid, Oid)]) {
        for (from, to) in copies {
            if let Some(Object::Comment(comment)) = self.comment_on(*from).and_then(|oid| self.get(oid)) {
                let comment = Comment { on: *to, text: comment.text.clone() };
                self.add(Object::Comment(comment));
            }
        }
    }

    fn copy_checks(&mut self, from: Oid, to: Oid, session: &Session) -> Result<Vec<(Oid, Oid)>, Refusal> {
        let checks: Vec<(Oid, Constraint)> =
            self.constraints(from).into_iter().map(|(oid, check)| (oid, check.clone())).collect();
        let mut copies = Vec::new();
        for (old, check) in checks {
            if let Rule::Check { expr, no_inherit: false, .. } = check.rule
                && self.constraint(to, &check.name).is_none()
            {
                let kind = ConstraintKind::Check { expr, no_inherit: false };
                let definition = ConstraintDef {
                    name: Some(check.name.clone()),
                    kind,
                    deferrable: None,
                    not_valid: !check.validated,
                    not_enforced: !check.enforced,
                };
                self.add_check(to, &definition, session)?;
                copies.extend(self.constraint(to, &check.name).map(|new| (old, new)));
            }
        }
        Ok(copies)
    }

    /// Keys and indexes of a parent, under new names.
    fn copy_keys(&mut self, from: Oid, to: Oid, attach: bool, session: &Session) -> Result<Vec<(Oid, Oid)>, Refusal> {
        let mut copies = Vec::new();
        let indexes: Vec<(Oid, Index)> =
            self.indexes(from).into_iter().map(|(oid, index)| (oid, index.clone())).collect();
        for (parent, index) in indexes {
            let made = self.copy_index(&index, to, session)?;
            copies.extend(made.map(|made| (parent, made)));
            if attach && let Some(made) = made {
                self.update(made, |object| {
                    if let Object::Index(index) = object {
                        index.partition_of = Some(parent);
                    }
                });
            }
        }
        Ok(copies)
    }

    /// An index of another table made for this one; `None` where a column is missing.
    fn copy_index(&mut self, index: &Index, to: Oid, session: &Session) -> Result<Option<Oid>, Refusal> {
        if let Some(Object::Constraint(constraint)) = index.constraint.and_then(|oid| self.get(oid)).cloned() {
            let columns = index.keys.iter().flat_map(Key::columns).map(|column| self.name_of(*column)).collect();
            let include = index.include.iter().map(|column| self.name_of(*column)).collect();
            let nulls_not_distinct = index.nulls_not_distinct;
            let with = index.with.clone().into_iter().collect();
            let options = KeyOptions { columns, include, nulls_not_distinct, with, using_index: None };
            let kind = match constraint.rule {
                Rule::PrimaryKey { .. } => ConstraintKind::PrimaryKey(options),
                Rule::Unique { .. } => ConstraintKind::Unique(options),
                // Exclusion constraints cannot be on partitioned tables before version 17.
                Rule::Check { .. } | Rule::ForeignKey { .. } | Rule::Exclude { .. } => return Ok(None),
            };
            let key = ConstraintDef {
                name: None,
                kind,
                deferrable: constraint.deferrable,
                not_valid: false,
                not_enforced: false,
            };
            let made = self.add_key(to, &key, session)?;
            return Ok(made.and_then(|oid| match self.get(oid) {
                Some(Object::Constraint(constraint)) => constraint.index,
                _ => None,
            }));
        }
        let Some(create) = self.as_written(index, to) else {
            return Ok(None);
        };
        let before = self.mark();
        self.create_index(&create, session)?;
        Ok(self.deltas_since(before).first().map(crate::catalog::Delta::oid))
    }

    /// The command that would make such an index on another table.
    fn as_written(&self, index: &Index, table: Oid) -> Option<CreateIndex> {
        use crate::pg::command::{IndexKey, KeyTarget};
        let keys = index.keys.iter().map(|key| IndexKey {
            target: match &key.target {
                KeyRef::Column(column) => KeyTarget::Column(self.name_of(*column)),
                KeyRef::Expr(expr, _) => KeyTarget::Expr(expr.clone()),
            },
            collation: key.collation.clone(),
            opclass: key.opclass.clone(),
            descending: key.descending,
            // Not every method has an order.
            nulls_first: Some(key.nulls_first).filter(|first| *first != key.descending),
        });
        Some(CreateIndex {
            name: None,
            if_not_exists: false,
            unique: index.unique,
            concurrently: false,
            table: self.qname(table)?,
            only: false,
            method: Some(index.method.clone()),
            keys: keys.collect(),
            include: index.include.iter().map(|column| self.name_of(*column)).collect(),
            nulls_not_distinct: index.nulls_not_distinct,
            with: index.with.clone().into_iter().collect(),
            tablespace: None,
            predicate: index.predicate.clone(),
        })
    }

    fn copy_foreign_keys(&mut self, from: Oid, to: Oid) {
        let keys: Vec<Constraint> = self.constraints(from).into_iter().map(|(_, key)| key.clone()).collect();
        for key in keys {
            if let Rule::ForeignKey { columns, table, referenced, on_delete, on_update, matching } = key.rule
                && self.constraint(to, &key.name).is_none()
            {
                let names: Vec<Ident> = columns.iter().map(|column| self.name_of(*column)).collect();
                let columns = names.iter().filter_map(|name| self.column(to, name)).collect();
                let rule = Rule::ForeignKey { columns, table, referenced, on_delete, on_update, matching };
                self.add(Object::Constraint(Constraint { table: to, rule, ..key }));
            }
        }
    }
}
