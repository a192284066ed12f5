//! Renames and moves. Handles carry them to most places; expressions hold names and are rewritten.

use crate::catalog::object::{Column, DefaultExpr, KeyRef, Object, Rule, TypeRef};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Presence, Session};
use crate::pg::error::{PgError, Reason, Refusal, sqlstate};
use crate::pg::expr::{Expr, Holds, LabelRename};
use crate::pg::ident::{Ident, QName};
use crate::pg::types::{DataType, TypeName};

use super::resolve::refuse;

impl Catalog {
    /// `RENAME TO` of a table, index, sequence or view.
    pub(super) fn rename_relation(&mut self, oid: Oid, to: &Ident, _session: &Session) -> Result<(), Refusal> {
        self.certain(oid)?;
        let Some(schema) = self.schema_of(oid) else {
            return Ok(());
        };
        self.relation_name_is_free(schema, to)?;
        if matches!(self.get(oid), Some(Object::Table(_) | Object::View(_)))
            && let Some(other) = self.named(Space::Type, schema, to)
        {
            self.certain(other)?;
            let message = format!("type \"{}\" already exists", to.as_str());
            return refuse(sqlstate::DUPLICATE_OBJECT, message);
        }
        // The index of a constraint and the constraint have one name (`RenameRelation`).
        let constraint = match self.get(oid) {
            Some(Object::Index(index)) => index.constraint,
            _ => None,
        };
        if let Some(constraint) = constraint
            && let Some(table) = self.table_of(constraint)
        {
            self.constraint_name_is_free(table, to)?;
        }
        let columns: Vec<Oid> = self.columns(oid).into_iter().map(|(column, _)| column).collect();
        self.not_null_names_stay(&columns);
        for renamed in [Some(oid), constraint].into_iter().flatten() {
            self.update(renamed, |object| {
                match object {
                    Object::Constraint(constraint) => constraint.generated_name = false,
                    Object::Index(index) => index.generated_name = false,
                    _ => {}
                }
                if let Some(name) = object.name_mut() {
                    *name = to.clone();
                }
            });
        }
        self.statistics_follow(oid);
        Ok(())
    }

    /// `SET SCHEMA` of a table, sequence or view: indexes and owned sequences move along.
    pub(super) fn move_relation(&mut self, oid: Oid, schema: &Ident) -> Result<(), Refusal> {
        self.certain(oid)?;
        let to = self.named_schema(schema)?;
        if self.schema_of(oid) == Some(to) {
            return Ok(());
        }
        if let Some(Object::Sequence(sequence)) = self.get(oid)
            && let Some(table) = sequence.owned_by.and_then(|column| self.table_of(column))
        {
            let (sequence, table) = (self.name_of(oid), self.name_of(table));
            let detail = format!("Sequence \"{}\" is linked to table \"{}\".", sequence.as_str(), table.as_str());
            let message = "cannot move an owned sequence into another schema";
            return Err(PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, message).detail(detail).into());
        }
        let name = self.name_of(oid);
        if let Some(other) = self.named(Space::Relation, to, &name) {
            self.certain(other)?;
            let message = format!("relation \"{}\" already exists in schema \"{}\"", name.as_str(), schema.as_str());
            return refuse(sqlstate::DUPLICATE_TABLE, message);
        }
        let mut moved = vec![oid];
        moved.extend(self.indexes(oid).into_iter().map(|(index, _)| index));
        let columns: Vec<Oid> = self.columns(oid).into_iter().map(|(column, _)| column).collect();
        for column in columns {
            moved.extend(self.owned_sequences(column).into_iter().map(|(sequence, _)| sequence));
        }
        for oid in moved {
            self.update(oid, |object| {
                if let Some(schema) = object.schema_mut() {
                    *schema = to;
                }
            });
        }
        self.statistics_follow(oid);
        Ok(())
    }

    /// `RENAME COLUMN`, carried into the expressions of the table's objects.
    pub(super) fn rename_column(&mut self, table: Oid, from: &Ident, to: &Ident) -> Result<(), Refusal> {
        if let Some(Object::View(_)) = self.get(table) {
            return self.rename_view_column(table, from, to);
        }
        let message = format!("column \"{}\" does not exist", from.as_str());
        let column = self.existing_column(table, from, || PgError::new(sqlstate::UNDEFINED_COLUMN, message))?;
        self.miss_assumed_column(table, column);
        if self.parents_of(table).into_iter().any(|parent| self.column(parent, from).is_some()) {
            let message = format!("cannot rename inherited column \"{}\"", from.as_str());
            return refuse(sqlstate::INVALID_TABLE_DEFINITION, message);
        }
        for table in std::iter::once(table).chain(self.descendants(table)) {
            let Some(column) =
                (if self.table_of(column) == Some(table) { Some(column) } else { self.column(table, from) })
            else {
                continue;
            };
            if let Some(other) = self.column(table, to) {
                self.certain(other)?;
                let message = format!(
                    "column \"{}\" of relation \"{}\" already exists",
                    to.as_str(),
                    self.name_of(table).as_str()
                );
                return refuse(sqlstate::DUPLICATE_COLUMN, message);
            }
            super::column::not_a_system_column(to)?;
            self.not_null_names_stay(&[column]);
            self.update(column, |object| {
                if let Object::Column(Column { name, .. }) = object {
                    *name = to.clone();
                }
            });
            if self.table(table).is_some_and(|table| table.partition_by.is_some()) {
                self.update(table, |object| {
                    if let Object::Table(table) = object {
                        table.partition_by = table.partition_by.take().map(|key| renamed_key(&key, from, to));
                    }
                });
            }
            self.rename_in_kept(table, from, to);
            let children: Vec<Oid> = self.children(table).collect();
            for child in children {
                self.rewrite(child, |expr| expr.rename_column(from, to));
                if matches!(self.get(child), Some(Object::Trigger(_))) {
                    self.update(child, |object| {
                        if let Object::Trigger(trigger) = object {
                            trigger.text = crate::pg::trigger::with_column(&trigger.text, from, to);
                        }
                    });
                }
            }
        }
        Ok(())
    }

    /// A type's new name is carried into the casts of every expression.
    pub(super) fn rename_type_in_expressions(&mut self, from: &QName, to: &QName) {
        let all: Vec<Oid> = self.iter().map(|(oid, _)| oid).collect();
        for oid in all {
            self.rewrite(oid, |expr| expr.rename_type(from, to));
        }
    }

    /// A label's new name is carried into every expression; what is kept as text and may hold the label is in doubt from now on.
    pub(super) fn rename_label_in_expressions(&mut self, ty: Oid, from: &str, to: &str, session: &Session) {
        let why = format!("it is not known whether '{from}' stands for the label that is now '{to}'");
        let reason = Reason::new("enum-label", why);
        let all: Vec<Oid> = self.iter().map(|(oid, _)| oid).collect();
        for oid in all {
            let Some(object) = self.get(oid) else { continue };
            let mut renamed = object.clone();
            let is_known = if has_expressions(object) {
                let target = match object {
                    Object::Column(column) => self.holds(&column.ty, ty),
                    Object::Default(default) => {
                        self.column_of(default.column).and_then(|column| self.holds(&column.ty, ty))
                    }
                    Object::Domain(domain) => self.holds(&domain.ty, ty),
                    _ => None,
                };
                let column = |name: &Ident| match object {
                    Object::Domain(domain) => self.holds(&domain.ty, ty),
                    _ => {
                        let column = self.column(self.table_of(oid)?, name)?;
                        self.holds(&self.column_of(column)?.ty, ty)
                    }
                };
                let type_of = |written: &DataType| match &written.name {
                    TypeName::Builtin(_) => Some(Holds::Other),
                    TypeName::User(name) => {
                        let oid = self.resolve_type(name, session)?;
                        self.holds(&TypeRef::User { oid, modifiers: Vec::new(), array: written.array }, ty)
                    }
                    TypeName::Unknown(_) => None,
                };
                let checks = matches!(object, Object::Domain(_));
                let rename = LabelRename { from, to, target, column: &column, type_of: &type_of };
                let condition = LabelRename { target: None, ..rename };
                expressions(&mut renamed).into_iter().enumerate().all(|(at, expr)| {
                    let is_check =
                        checks && (at > 0 || !matches!(object, Object::Domain(domain) if domain.default.is_some()));
                    match expr.rename_label(if is_check { &condition } else { &rename }) {
                        Some(new) => {
                            *expr = new;
                            true
                        }
                        None => false,
                    }
                })
            } else {
                !self.text_holds(oid, ty, from)
            };
            if !is_known {
                self.set_presence(oid, Presence::Maybe(reason.clone()));
            } else if self.get(oid) != Some(&renamed) {
                self.set(oid, renamed);
            }
        }
    }

    /// What a value of a type is to an enum; a domain is what it is over.
    fn holds(&self, ty: &TypeRef, of: Oid) -> Option<Holds> {
        match ty {
            TypeRef::Builtin(_) => Some(Holds::Other),
            TypeRef::User { oid, array, .. } if *oid == of => Some(if *array { Holds::Labels } else { Holds::Label }),
            TypeRef::User { oid, array, .. } => match self.get(*oid)? {
                Object::Domain(domain) if !array => self.holds(&domain.ty, of),
                Object::Domain(domain) => match self.holds(&domain.ty, of)? {
                    Holds::Label => Some(Holds::Labels),
                    Holds::Labels | Holds::Other => None,
                },
                _ => Some(Holds::Other),
            },
            TypeRef::Unknown(_) => None,
        }
    }

    /// A view, trigger or rule that reads a value of the enum and holds the label.
    fn text_holds(&self, oid: Oid, ty: Oid, label: &str) -> bool {
        let (text, reads) = match self.get(oid) {
            Some(Object::View(view)) => (&view.query, view.depends_on.clone()),
            Some(Object::Trigger(trigger)) => (&trigger.text, vec![trigger.table]),
            Some(Object::Opaque(opaque)) => (&opaque.text, opaque.on.clone()),
            _ => return false,
        };
        let is_of = |column: Oid| {
            let held = self.column_of(column).and_then(|column| self.holds(&column.ty, ty));
            matches!(held, Some(Holds::Label | Holds::Labels))
        };
        text.contains(label)
            && reads.iter().any(|read| is_of(*read) || self.columns(*read).into_iter().any(|(oid, _)| is_of(oid)))
    }

    /// Rewrites all expressions of an object.
    fn rewrite(&mut self, oid: Oid, rewrite: impl Fn(&Expr) -> Expr) {
        if !self.get(oid).is_some_and(has_expressions) {
            return;
        }
        self.update(oid, |object| {
            for expr in expressions(object) {
                *expr = rewrite(expr);
            }
        });
    }
}

/// Spares the copy of objects that hold none.
fn has_expressions(object: &Object) -> bool {
    match object {
        Object::Column(column) => column.generated.is_some(),
        Object::Default(default) => matches!(default.expr, DefaultExpr::Expr(_)),
        Object::Constraint(constraint) => matches!(constraint.rule, Rule::Check { .. } | Rule::Exclude { .. }),
        Object::Index(index) => {
            index.predicate.is_some() || index.keys.iter().any(|key| matches!(key.target, KeyRef::Expr(..)))
        }
        Object::Policy(_) | Object::Domain(_) => true,
        Object::Schema(_)
        | Object::Extension(_)
        | Object::Table(_)
        | Object::Sequence(_)
        | Object::Enum(_)
        | Object::Composite(_)
        | Object::View(_)
        | Object::Routine(_)
        | Object::Trigger(_)
        | Object::Comment(_)
        | Object::Opaque(_) => false,
    }
}

/// The expressions of an object.
fn expressions(object: &mut Object) -> Vec<&mut Expr> {
    fn of_key(target: &mut KeyRef) -> Option<&mut Expr> {
        match target {
            KeyRef::Expr(expr, _) => Some(expr),
            KeyRef::Column(_) => None,
        }
    }
    match object {
        Object::Column(column) => column.generated.iter_mut().map(|(expr, _)| expr).collect(),
        Object::Default(default) => match &mut default.expr {
            DefaultExpr::Expr(expr) => vec![expr],
            DefaultExpr::NextVal(_) | DefaultExpr::Unknown(_) => Vec::new(),
        },
        Object::Constraint(constraint) => match &mut constraint.rule {
            Rule::Check { expr, .. } => vec![expr],
            Rule::Exclude { elements, predicate, .. } => {
                elements.iter_mut().filter_map(|(key, _)| of_key(&mut key.target)).chain(predicate.as_mut()).collect()
            }
            Rule::Unique { .. } | Rule::PrimaryKey { .. } | Rule::ForeignKey { .. } => Vec::new(),
        },
        Object::Index(index) => {
            let keys = index.keys.iter_mut().filter_map(|key| of_key(&mut key.target));
            keys.chain(index.predicate.as_mut()).collect()
        }
        Object::Policy(policy) => policy.using.iter_mut().chain(policy.check.as_mut()).collect(),
        Object::Domain(domain) => {
            domain.default.iter_mut().chain(domain.checks.iter_mut().map(|(_, check)| check)).collect()
        }
        Object::Schema(_)
        | Object::Extension(_)
        | Object::Table(_)
        | Object::Sequence(_)
        | Object::Enum(_)
        | Object::Composite(_)
        | Object::View(_)
        | Object::Routine(_)
        | Object::Trigger(_)
        | Object::Comment(_)
        | Object::Opaque(_) => Vec::new(),
    }
}

/// A partition key (`RANGE (a, lower(b))`) after a rename of a column.
fn renamed_key(key: &str, from: &Ident, to: &Ident) -> String {
    match key.find('(') {
        Some(at) => format!("{}{}", &key[..at], Expr::parse(&key[at..]).rename_column(from, to)),
        None => key.to_string(),
    }
}
