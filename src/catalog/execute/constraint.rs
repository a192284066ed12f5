//! Constraints: adding, dropping, validating (`ATExecAddConstraint`, `ATExecDropConstraint`).

use crate::catalog::missed::Use;
use crate::catalog::names::{index_column_names, joined};
use crate::catalog::object::{Constraint, Index, Key, KeyRef, Object, Rule};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Behavior, ConstraintDef, ConstraintKind, Deferrable, IndexKey, KeyOptions, Kind};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::system;

use super::create_table::multiple_primary_keys;
use super::drop::mentions;
use super::resolve::refuse;

impl Catalog {
    /// 42710 in the words of a constraint's name that is taken.
    pub(super) fn constraint_name_is_free(&self, table: Oid, name: &Ident) -> Result<(), Refusal> {
        match self.constraint(table, name) {
            None => Ok(()),
            Some(other) => {
                self.certain(other)?;
                let message = format!(
                    "constraint \"{}\" for relation \"{}\" already exists",
                    name.as_str(),
                    self.name_of(table).as_str()
                );
                refuse(sqlstate::DUPLICATE_OBJECT, message)
            }
        }
    }

    /// The columns of a table that an expression reads. 42703 for one that is not there.
    pub(super) fn expression_columns(&mut self, table: Oid, expr: &Expr) -> Result<Vec<Oid>, Refusal> {
        match expr.columns() {
            Some(names) => {
                let relation = self.name_of(table);
                let mut found = Vec::new();
                for name in names {
                    // A column goes before the row of the table, and before a function when its name is in quotes.
                    if (super::column::is_value_function(&name) || name == relation)
                        && self.column(table, &name).is_none()
                    {
                        continue;
                    }
                    let message = format!("column \"{}\" does not exist", name.as_str());
                    found.push(
                        self.existing_column(table, &name, || PgError::new(sqlstate::UNDEFINED_COLUMN, message))?,
                    );
                }
                Ok(found)
            }
            None => {
                let text = expr.to_string();
                let columns = self.columns(table);
                Ok(columns
                    .into_iter()
                    .filter(|(_, column)| mentions(&text, &column.name))
                    .map(|(oid, _)| oid)
                    .collect())
            }
        }
    }

    /// `CHECK`.
    pub(super) fn add_check(&mut self, table: Oid, check: &ConstraintDef, session: &Session) -> Result<(), Refusal> {
        let ConstraintKind::Check { expr, no_inherit } = &check.kind else {
            return Ok(());
        };
        self.only_values(expr, "check constraint", "check constraints", session)?;
        let columns = self.expression_columns(table, expr)?;
        self.condition(table, expr, "CHECK", session)?;
        let name = match &check.name {
            Some(name) => {
                if let Some(other) = self.constraint(table, name) {
                    self.certain(other)?;
                    let message = format!(
                        "constraint \"{}\" for relation \"{}\" already exists",
                        name.as_str(),
                        self.name_of(table).as_str()
                    );
                    return refuse(sqlstate::DUPLICATE_OBJECT, message);
                }
                name.clone()
            }
            None => {
                let only = match columns.as_slice() {
                    [column] => Some(self.name_of(*column)),
                    _ => None,
                };
                let schema = self.schema_of(table).unwrap_or(table);
                let relation = self.name_of(table);
                self.choose_constraint_name(schema, &relation, only.as_ref().map(Ident::as_str), "check", &[])
            }
        };
        let rule = Rule::Check { expr: expr.clone(), columns, no_inherit: *no_inherit };
        self.add(Object::Constraint(Constraint {
            table,
            name: name.clone(),
            generated_name: check.name.is_none(),
            rule,
            deferrable: check.deferrable,
            validated: !(check.not_valid || check.not_enforced),
            enforced: !check.not_enforced,
            index: None,
        }));
        if !no_inherit {
            let named = ConstraintDef { name: Some(name.clone()), ..check.clone() };
            for child in self.descendants(table) {
                // A child's constraint of the same name is merged with it.
                if self.constraint(child, &name).is_none() {
                    self.add_check(child, &named, session)?;
                }
            }
        }
        Ok(())
    }

    /// A key of a table and, unless the statement said `ONLY`, of its partitions.
    pub(super) fn add_key_below(
        &mut self,
        table: Oid,
        key: &ConstraintDef,
        only: bool,
        session: &Session,
    ) -> Result<(), Refusal> {
        let made = self.add_key(table, key, session)?;
        match made {
            Some(made) if !only => self.key_of_partitions(table, made, key, session),
            Some(_) | None => Ok(()),
        }
    }

    /// `PRIMARY KEY`, `UNIQUE`, `EXCLUDE`: a constraint and its index.
    pub(super) fn add_key(
        &mut self,
        table: Oid,
        key: &ConstraintDef,
        session: &Session,
    ) -> Result<Option<Oid>, Refusal> {
        match &key.kind {
            ConstraintKind::Unique(options) | ConstraintKind::PrimaryKey(options) => {
                let is_primary = matches!(key.kind, ConstraintKind::PrimaryKey(_));
                match &options.using_index {
                    Some(index) => self.key_using_index(table, key, index, is_primary).map(Some),
                    None => self.key_with_index(table, key, options, is_primary, session).map(Some),
                }
            }
            ConstraintKind::Exclude { method, elements, predicate } => {
                self.add_exclusion(table, key, method, elements, predicate.as_ref(), session).map(Some)
            }
            ConstraintKind::Check { .. } | ConstraintKind::NotNull { .. } | ConstraintKind::ForeignKey(_) => Ok(None),
        }
    }

    fn key_columns(&mut self, table: Oid, names: &[Ident]) -> Result<Vec<Oid>, Refusal> {
        names
            .iter()
            .map(|name| {
                let message = format!("column \"{}\" named in key does not exist", name.as_str());
                self.existing_column(table, name, || PgError::new(sqlstate::UNDEFINED_COLUMN, message))
            })
            .collect()
    }

    fn key_with_index(
        &mut self,
        table: Oid,
        key: &ConstraintDef,
        options: &KeyOptions,
        is_primary: bool,
        session: &Session,
    ) -> Result<Oid, Refusal> {
        let columns = self.key_columns(table, &options.columns)?;
        let word = if is_primary { "PRIMARY KEY" } else { "UNIQUE" };
        self.covers_partition_key(table, &options.columns, word, session)?;
        let include = self.key_columns(table, &options.include)?;
        for column in columns.iter().filter_map(|column| self.column_of(*column)) {
            self.key_type(&Ident::new("btree"), None, &column.ty, session)?;
        }
        if is_primary && let Some((other, _)) = self.primary_key(table) {
            self.certain(other)?;
            return Err(multiple_primary_keys(&self.name_of(table)));
        }
        let all: Vec<IndexKey> =
            options.columns.iter().chain(&options.include).cloned().map(IndexKey::column).collect();
        let names = index_column_names(&all);
        let names = (!is_primary).then(|| joined(names.iter().map(String::as_str)));
        let name = self.key_name(table, key, names, is_primary)?;
        let index = self.key_index(table, &name, key, columns.iter().map(|column| plain_key(*column)).collect());
        let index = Index { include: include.clone(), nulls_not_distinct: options.nulls_not_distinct, ..index };
        let rule = if is_primary {
            Rule::PrimaryKey { columns: columns.clone(), include }
        } else {
            Rule::Unique { columns: columns.clone(), include, nulls_not_distinct: options.nulls_not_distinct }
        };
        let constraint = self.constraint_with_index(table, name, key, rule, index);
        if is_primary {
            self.columns_not_null(&columns);
        }
        Ok(constraint)
    }

    fn columns_not_null(&mut self, columns: &[Oid]) {
        for column in columns {
            self.update(*column, |object| {
                if let Object::Column(column) = object {
                    column.set_not_null(true);
                }
            });
        }
    }

    /// The name of a key, given or made; it names the index too.
    fn key_name(
        &self,
        table: Oid,
        key: &ConstraintDef,
        columns: Option<String>,
        is_primary: bool,
    ) -> Result<Ident, Refusal> {
        let schema = self.schema_of(table).unwrap_or(table);
        match &key.name {
            Some(name) => {
                self.relation_name_is_free(schema, name)?;
                self.constraint_name_is_free(table, name)?;
                Ok(name.clone())
            }
            None => {
                let label = match key.kind {
                    ConstraintKind::Exclude { .. } => "excl",
                    _ if is_primary => "pkey",
                    _ => "key",
                };
                Ok(self.choose_relation_name(schema, &self.name_of(table), columns.as_deref(), label, true))
            }
        }
    }

    fn key_index(&self, table: Oid, name: &Ident, key: &ConstraintDef, keys: Vec<Key>) -> Index {
        Index {
            schema: self.schema_of(table).unwrap_or(table),
            table,
            name: name.clone(),
            generated_name: key.name.is_none(),
            unique: !matches!(key.kind, ConstraintKind::Exclude { .. }),
            method: Ident::new("btree"),
            keys,
            include: Vec::new(),
            nulls_not_distinct: false,
            with: match &key.kind {
                ConstraintKind::Unique(options) | ConstraintKind::PrimaryKey(options) => {
                    options.with.iter().cloned().collect()
                }
                ConstraintKind::Check { .. }
                | ConstraintKind::NotNull { .. }
                | ConstraintKind::ForeignKey(_)
                | ConstraintKind::Exclude { .. } => Default::default(),
            },
            properties: Default::default(),
            predicate: None,
            predicate_columns: Vec::new(),
            constraint: None,
            partition_of: None,
            valid: true,
        }
    }

    fn constraint_with_index(&mut self, table: Oid, name: Ident, key: &ConstraintDef, rule: Rule, index: Index) -> Oid {
        let index = self.add(Object::Index(index));
        let constraint = self.add(Object::Constraint(Constraint {
            table,
            name,
            generated_name: key.name.is_none(),
            rule,
            deferrable: key.deferrable,
            validated: true,
            enforced: true,
            index: Some(index),
        }));
        self.owned_by_constraint(index, constraint);
        constraint
    }

    fn owned_by_constraint(&mut self, index: Oid, constraint: Oid) {
        self.update(index, |object| {
            if let Object::Index(index) = object {
                index.constraint = Some(constraint);
            }
        });
    }

    fn add_exclusion(
        &mut self,
        table: Oid,
        key: &ConstraintDef,
        method: &Ident,
        elements: &[(IndexKey, String)],
        predicate: Option<&Expr>,
        session: &Session,
    ) -> Result<Oid, Refusal> {
        let written: Vec<IndexKey> = elements.iter().map(|(element, _)| element.clone()).collect();
        let keys = self.index_keys(table, &written)?;
        for key in &keys {
            if let KeyRef::Column(column) = key.target
                && let Some(column) = self.column_of(column)
            {
                self.key_type(method, key.opclass.as_deref(), &column.ty, session)?;
            }
        }
        let predicate_columns = match predicate {
            Some(predicate) => self.expression_columns(table, predicate)?,
            None => Vec::new(),
        };
        let names = index_column_names(&written);
        let name = self.key_name(table, key, Some(joined(names.iter().map(String::as_str))), false)?;
        let rule = Rule::Exclude {
            elements: keys.iter().cloned().zip(elements.iter().map(|(_, operator)| operator.clone())).collect(),
            method: method.clone(),
            predicate: predicate.cloned(),
        };
        let index = Index {
            method: method.clone(),
            predicate: predicate.cloned(),
            predicate_columns,
            ..self.key_index(table, &name, key, keys)
        };
        Ok(self.constraint_with_index(table, name, key, rule, index))
    }

    /// `UNIQUE USING INDEX`: the index becomes the constraint's and takes its name (`ATExecAddIndexConstraint`).
    fn key_using_index(
        &mut self,
        table: Oid,
        key: &ConstraintDef,
        name: &Ident,
        is_primary: bool,
    ) -> Result<Oid, Refusal> {
        let Some(schema) = self.schema_of(table) else {
            return self.existing_relation(&QName::bare(name.clone()), &Session::default());
        };
        let found = self.named(Space::Relation, schema, name);
        let Some(oid) = found.filter(|oid| matches!(self.get(*oid), Some(Object::Index(_)))) else {
            if let Some(reason) = self.table(table).and_then(|table| table.open.clone()) {
                return Err(Refusal::Unmodelled(reason));
            }
            return refuse(sqlstate::UNDEFINED_OBJECT, format!("index \"{}\" does not exist", name.as_str()));
        };
        self.certain(oid)?;
        let Some(Object::Index(index)) = self.get(oid).cloned() else {
            return Ok(oid);
        };
        if index.constraint.is_some() {
            let message = format!("index \"{}\" is already associated with a constraint", name.as_str());
            return refuse(sqlstate::NOT_IN_PREREQUISITE_STATE, message);
        }
        if index.table != table {
            let message =
                format!("index \"{}\" does not belong to table \"{}\"", name.as_str(), self.name_of(table).as_str());
            return refuse(sqlstate::NOT_IN_PREREQUISITE_STATE, message);
        }
        let name_str = name.as_str();
        let expressions = index.keys.iter().any(|key| matches!(key.target, KeyRef::Expr(..)));
        let unfit = match () {
            () if !index.unique => Some(format!("\"{name_str}\" is not a unique index")),
            () if expressions => Some(format!("index \"{name_str}\" contains expressions")),
            () if index.predicate.is_some() => Some(format!("\"{name_str}\" is a partial index")),
            () => None,
        };
        if let Some(message) = unfit {
            let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, message);
            let detail = "Cannot create a primary key or unique constraint using such an index.";
            return Err(error.detail(detail).into());
        }
        let other_class = |key: &Key| {
            key.opclass.as_deref().and_then(|class| system::is_default(index.method.as_str(), class)) == Some(false)
        };
        let unusual = |key: &Key| key.descending || key.nulls_first || other_class(key);
        if let Some(at) = index.keys.iter().position(unusual) {
            let number = at + 1;
            let message = format!("index \"{name_str}\" column number {number} does not have default sorting behavior");
            let detail = "Cannot create a primary key or unique constraint using such an index.";
            return Err(PgError::new(sqlstate::WRONG_OBJECT_TYPE, message).detail(detail).into());
        }
        if is_primary && let Some((other, _)) = self.primary_key(table) {
            self.certain(other)?;
            return Err(multiple_primary_keys(&self.name_of(table)));
        }
        let new_name = key.name.clone().unwrap_or_else(|| name.clone());
        self.constraint_name_is_free(table, &new_name)?;
        if new_name != *name {
            self.relation_name_is_free(schema, &new_name)?;
        }
        let columns: Vec<Oid> = index.keys.iter().flat_map(Key::columns).copied().collect();
        let include = index.include.clone();
        let rule = if is_primary {
            Rule::PrimaryKey { columns: columns.clone(), include }
        } else {
            Rule::Unique { columns: columns.clone(), include, nulls_not_distinct: index.nulls_not_distinct }
        };
        let constraint = self.add(Object::Constraint(Constraint {
            table,
            name: new_name.clone(),
            generated_name: false,
            rule,
            deferrable: key.deferrable,
            validated: true,
            enforced: true,
            index: Some(oid),
        }));
        self.set(oid, Object::Index(Index { name: new_name, constraint: Some(constraint), ..index }));
        if is_primary {
            self.columns_not_null(&columns);
        }
        Ok(constraint)
    }

    /// The constraint that a statement names: 42704 if there is none, `None` if there may be none.
    pub(super) fn existing_constraint(
        &mut self,
        table: Oid,
        name: &Ident,
        if_exists: bool,
    ) -> Result<Option<Oid>, Refusal> {
        if let Some(oid) = self.constraint(table, name) {
            if !if_exists {
                self.certain(oid)?;
            }
            return Ok(Some(oid));
        }
        if if_exists {
            return Ok(None);
        }
        match self.table(table).and_then(|table| table.open.clone()) {
            Some(_) if self.open_world => Ok(None),
            Some(reason) => Err(Refusal::Unmodelled(reason)),
            None => {
                let message = format!(
                    "constraint \"{}\" of relation \"{}\" does not exist",
                    name.as_str(),
                    self.name_of(table).as_str()
                );
                refuse(sqlstate::UNDEFINED_OBJECT, message)
            }
        }
    }

    /// `DROP CONSTRAINT`.
    pub(super) fn drop_constraint(
        &mut self,
        table: Oid,
        name: &Ident,
        if_exists: bool,
        behavior: Behavior,
        session: &Session,
    ) -> Result<(), Refusal> {
        let Some(oid) = self.existing_constraint(table, name, if_exists)? else {
            if !if_exists {
                self.miss_on_table(Kind::Constraint, table, name, Use::Taken);
            }
            return Ok(());
        };
        let mut targets = vec![oid];
        if let Some(Object::Constraint(constraint)) = self.get(oid) {
            if self.is_inherited(table, constraint) {
                let message = format!(
                    "cannot drop inherited constraint \"{}\" of relation \"{}\"",
                    name.as_str(),
                    self.name_of(table).as_str()
                );
                return refuse(sqlstate::INVALID_TABLE_DEFINITION, message);
            }
            if matches!(constraint.rule, Rule::Check { no_inherit: false, .. } | Rule::ForeignKey { .. }) {
                let below = self.descendants(table);
                targets.extend(below.into_iter().filter_map(|child| self.constraint(child, name)));
            }
        }
        for target in targets {
            self.drop_objects(&[target], behavior, session)?;
        }
        Ok(())
    }

    /// `VALIDATE CONSTRAINT`.
    pub(super) fn validate_constraint(&mut self, table: Oid, name: &Ident, session: &Session) -> Result<(), Refusal> {
        let Some(oid) = self.existing_constraint(table, name, false)? else {
            return Ok(());
        };
        if let Some(Object::Constraint(Constraint { rule, .. })) = self.get(oid)
            && !matches!(rule, Rule::Check { .. } | Rule::ForeignKey { .. })
        {
            let of = format!("constraint \"{}\" of relation \"{}\"", name.as_str(), self.name_of(table).as_str());
            if session.server_version.is_some_and(|version| version >= 18) {
                let detail = "This operation is not supported for this type of constraint.";
                let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, format!("cannot validate {of}"));
                return Err(error.detail(detail).into());
            }
            return refuse(sqlstate::WRONG_OBJECT_TYPE, format!("{of} is not a foreign key or check constraint"));
        }
        self.update(oid, |object| {
            if let Object::Constraint(constraint) = object {
                constraint.validated = true;
            }
        });
        Ok(())
    }

    /// `ALTER CONSTRAINT … DEFERRABLE`.
    pub(super) fn alter_constraint(&mut self, table: Oid, name: &Ident, deferrable: Deferrable) -> Result<(), Refusal> {
        let Some(oid) = self.existing_constraint(table, name, false)? else {
            return Ok(());
        };
        if let Some(Object::Constraint(Constraint { rule, .. })) = self.get(oid)
            && !matches!(rule, Rule::ForeignKey { .. })
        {
            let message = format!(
                "constraint \"{}\" of relation \"{}\" is not a foreign key constraint",
                name.as_str(),
                self.name_of(table).as_str()
            );
            return refuse(sqlstate::WRONG_OBJECT_TYPE, message);
        }
        self.update(oid, |object| {
            if let Object::Constraint(constraint) = object {
                constraint.deferrable = Some(deferrable);
            }
        });
        Ok(())
    }
}

/// A key on a column with nothing said.
fn plain_key(column: Oid) -> Key {
    Key { target: KeyRef::Column(column), collation: None, opclass: None, descending: false, nulls_first: false }
}
