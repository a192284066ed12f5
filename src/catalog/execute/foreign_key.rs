//! `FOREIGN KEY` (`ATAddForeignKeyConstraint`).

use std::collections::BTreeSet;

use crate::catalog::lookup::TEMPORARY;
use crate::catalog::names::joined;
use crate::catalog::object::{Constraint, Object, Rule};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{ConstraintDef, ConstraintKind, ForeignKey};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::ident::Ident;

use super::resolve::refuse;

/// `pg_class.relpersistence`
#[derive(Clone, Copy, PartialEq, Eq)]
enum Persistence {
    Permanent,
    Unlogged,
    Temporary,
}

impl Catalog {
    pub(super) fn add_foreign_key(
        &mut self,
        table: Oid,
        definition: &ConstraintDef,
        session: &Session,
    ) -> Result<(), Refusal> {
        let ConstraintKind::ForeignKey(key) = &definition.kind else {
            return Ok(());
        };
        // The name comes first: `ATExecAddConstraint` looks before it opens the referenced table.
        let name = match &definition.name {
            Some(name) => {
                self.constraint_name_is_free(table, name)?;
                name.clone()
            }
            None => {
                let schema = self.schema_of(table).unwrap_or(table);
                let names = joined(key.columns.iter().map(Ident::as_str));
                self.choose_constraint_name(schema, &self.name_of(table), Some(&names), "fkey", &[])
            }
        };
        let referenced_table = self.existing_relation(&key.table, session)?;
        match self.get(referenced_table) {
            Some(Object::Table(_)) => {}
            _ => {
                let message = format!("referenced relation \"{}\" is not a table", key.table.name.as_str());
                return refuse(sqlstate::WRONG_OBJECT_TYPE, message);
            }
        }
        self.check_persistence(table, referenced_table)?;
        let columns = self.foreign_columns(table, &key.columns)?;
        let referenced = if key.referenced.is_empty() {
            self.referenced_primary_key(referenced_table)?
        } else {
            let referenced = self.foreign_columns(referenced_table, &key.referenced)?;
            self.check_unique(referenced_table, &referenced)?;
            referenced
        };
        self.check_generated(&columns, key)?;
        if !referenced.is_empty() && columns.len() != referenced.len() {
            let message = "number of referencing and referenced columns for foreign key disagree";
            return refuse(sqlstate::INVALID_FOREIGN_KEY, message);
        }
        self.check_key_types(&name, &columns, &referenced, session)?;
        self.add(Object::Constraint(Constraint {
            table,
            name: name.clone(),
            generated_name: definition.name.is_none(),
            rule: Rule::ForeignKey {
                columns,
                table: referenced_table,
                referenced,
                on_delete: action(key.on_delete.as_deref()),
                on_update: action(key.on_update.as_deref()),
                matching: key.matching.clone().filter(|matching| !matching.eq_ignore_ascii_case("simple")),
            },
            deferrable: definition.deferrable,
            validated: !(definition.not_valid || definition.not_enforced),
            enforced: !definition.not_enforced,
            index: None,
        }));
        for child in self.partitions(table) {
            let named = ConstraintDef { name: Some(name.clone()), ..definition.clone() };
            if self.constraint(child, &name).is_none() {
                self.add_foreign_key(child, &named, session)?;
            }
        }
        Ok(())
    }

    /// 42P16: the rows that are referred to must not be gone sooner than those that refer to them.
    fn check_persistence(&self, table: Oid, referenced: Oid) -> Result<(), Refusal> {
        let (own, other) = (self.persistence(table), self.persistence(referenced));
        let allowed = match own {
            Persistence::Permanent => other == Persistence::Permanent,
            Persistence::Unlogged => other != Persistence::Temporary,
            Persistence::Temporary => other == Persistence::Temporary,
        };
        let (kind, others) = match own {
            _ if allowed => return Ok(()),
            Persistence::Permanent => ("permanent", "permanent"),
            Persistence::Unlogged => ("unlogged", "permanent or unlogged"),
            Persistence::Temporary => ("temporary", "temporary"),
        };
        let message = format!("constraints on {kind} tables may reference only {others} tables");
        refuse(sqlstate::INVALID_TABLE_DEFINITION, message)
    }

    fn persistence(&self, table: Oid) -> Persistence {
        let schema = self.schema_of(table).and_then(|schema| self.get(schema)).map(Object::name);
        match self.get(table) {
            _ if schema.is_some_and(|schema| schema.as_str() == TEMPORARY) => Persistence::Temporary,
            Some(Object::Table(table)) if table.unlogged => Persistence::Unlogged,
            _ => Persistence::Permanent,
        }
    }

    /// 42601, 0A000: nothing can be written into a generated column, and a virtual one (version 18) refers to nothing.
    fn check_generated(&self, columns: &[Oid], key: &ForeignKey) -> Result<(), Refusal> {
        let writes = |written: &Option<String>, words: &[&str]| {
            let action = action(written.as_deref()).unwrap_or_default();
            words.iter().any(|word| action.starts_with(word))
        };
        let generated =
            columns.iter().filter_map(|oid| self.column_of(*oid)?.generated.as_ref()).map(|(_, stored)| *stored);
        for stored in generated {
            let event = match () {
                () if writes(&key.on_update, &["SET NULL", "SET DEFAULT", "CASCADE"]) => "UPDATE",
                () if writes(&key.on_delete, &["SET NULL", "SET DEFAULT"]) => "DELETE",
                () if stored => continue,
                () => {
                    let message = "foreign key constraints on virtual generated columns are not supported";
                    return refuse(sqlstate::FEATURE_NOT_SUPPORTED, message);
                }
            };
            let message = format!("invalid ON {event} action for foreign key constraint containing generated column");
            return refuse(sqlstate::SYNTAX_ERROR, message);
        }
        Ok(())
    }

    /// 42804: no operator compares the columns.
    fn check_key_types(
        &self,
        name: &Ident,
        columns: &[Oid],
        referenced: &[Oid],
        session: &Session,
    ) -> Result<(), Refusal> {
        for (own, key) in columns.iter().zip(referenced) {
            if let (Some(own_column), Some(key_column)) = (self.column_of(*own), self.column_of(*key)) {
                self.key_types(name, (*own, &own_column.ty), (*key, &key_column.ty), session)?;
            }
        }
        Ok(())
    }

    fn foreign_columns(&mut self, table: Oid, names: &[Ident]) -> Result<Vec<Oid>, Refusal> {
        names
            .iter()
            .map(|name| {
                let message =
                    format!("column \"{}\" referenced in foreign key constraint does not exist", name.as_str());
                self.existing_column(table, name, || PgError::new(sqlstate::UNDEFINED_COLUMN, message))
            })
            .collect()
    }

    /// The columns of the primary key; none are known of an open table.
    fn referenced_primary_key(&self, table: Oid) -> Result<Vec<Oid>, Refusal> {
        match self.primary_key(table) {
            Some((oid, constraint)) => {
                self.certain(oid)?;
                match &constraint.rule {
                    Rule::PrimaryKey { columns, .. } => Ok(columns.clone()),
                    Rule::Check { .. } | Rule::Unique { .. } | Rule::ForeignKey { .. } | Rule::Exclude { .. } => {
                        Ok(Vec::new())
                    }
                }
            }
            None => match self.table(table).and_then(|table| table.open.clone()) {
                Some(_) if self.open_world => Ok(Vec::new()),
                Some(reason) => Err(Refusal::Unmodelled(reason)),
                None => {
                    let name = self.name_of(table);
                    let message = format!("there is no primary key for referenced table \"{}\"", name.as_str());
                    refuse(sqlstate::UNDEFINED_OBJECT, message)
                }
            },
        }
    }

    /// 42830: no unique index fits the referenced columns.
    fn check_unique(&self, table: Oid, referenced: &[Oid]) -> Result<(), Refusal> {
        let distinct: BTreeSet<&Oid> = referenced.iter().collect();
        if distinct.len() < referenced.len() {
            let message = "foreign key referenced-columns list must not contain duplicates";
            return refuse(sqlstate::INVALID_FOREIGN_KEY, message);
        }
        match self.unique_index(table, referenced) {
            Some(index) => self.certain(index).map(|_| ()),
            None => match self.table(table).and_then(|table| table.open.clone()) {
                Some(_) if self.open_world => Ok(()),
                Some(reason) => Err(Refusal::Unmodelled(reason)),
                None => {
                    let name = self.name_of(table);
                    let message = format!(
                        "there is no unique constraint matching given keys for referenced table \"{}\"",
                        name.as_str()
                    );
                    refuse(sqlstate::INVALID_FOREIGN_KEY, message)
                }
            },
        }
    }
}

/// An action in upper case; `NO ACTION` is the same as nothing. Column names behind it stay as they are.
fn action(written: Option<&str>) -> Option<String> {
    let written = written?.trim();
    let (words, columns) = match written.find('(') {
        Some(at) => written.split_at(at),
        None => (written, ""),
    };
    let words = words.to_uppercase();
    (words != "NO ACTION").then(|| format!("{words}{columns}"))
}
