//! `CREATE TABLE` (`transformCreateStmt`, `DefineRelation`) and `DROP TABLE`.

use crate::catalog::object::{Column, Object, Table, TypeRef};
use crate::catalog::query;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{
    ColumnConstraint, ColumnDef, ConstraintDef, ConstraintKind, CreateTable, KeyOptions, Kind, Table as TableCommand,
};
use crate::pg::error::{PgError, Reason, Refusal, sqlstate};
use crate::pg::ident::Ident;
use crate::pg::parameters;

use super::column::NewColumn;
use super::resolve::refuse;

/// Constraints that wait until all columns are there; PostgreSQL makes indexes first, then CHECKs and foreign keys.
#[derive(Default)]
pub(super) struct Pending {
    /// `PRIMARY KEY`, `UNIQUE`, `EXCLUDE`
    pub(super) keys: Vec<ConstraintDef>,
    /// `CHECK`
    pub(super) checks: Vec<ConstraintDef>,
    /// `FOREIGN KEY`
    pub(super) foreign_keys: Vec<ConstraintDef>,
    /// `NOT NULL` as a table constraint (version 18)
    pub(super) not_null: Vec<ConstraintDef>,
}

impl Pending {
    pub(super) fn push(&mut self, constraint: &ConstraintDef) {
        match &constraint.kind {
            ConstraintKind::Check { .. } => self.checks.push(constraint.clone()),
            ConstraintKind::NotNull { .. } => self.not_null.push(constraint.clone()),
            ConstraintKind::Unique(_) | ConstraintKind::PrimaryKey(_) | ConstraintKind::Exclude { .. } => {
                self.keys.push(constraint.clone());
            }
            ConstraintKind::ForeignKey(_) => self.foreign_keys.push(constraint.clone()),
        }
    }

    pub(super) fn push_column(&mut self, column: &ColumnDef) {
        for constraint in &column.constraints {
            if let ColumnConstraint::Constraint(constraint) = constraint {
                self.push(constraint);
            }
        }
    }

    /// The keys as `transformIndexConstraints` has them: the primary key first, and of keys that are the same but for their
    /// name only one. The earlier one's name wins if it has one.
    pub(super) fn merged_keys(&self, table: &Ident) -> Result<Vec<ConstraintDef>, Refusal> {
        let is_primary = |constraint: &&ConstraintDef| matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
        let primary: Vec<&ConstraintDef> = self.keys.iter().filter(is_primary).collect();
        if primary.len() > 1 {
            return Err(multiple_primary_keys(table));
        }
        let mut merged: Vec<ConstraintDef> = Vec::new();
        for key in primary.into_iter().chain(self.keys.iter().filter(|key| !is_primary(key))) {
            match merged.iter_mut().find(|prior| is_same_key(prior, key)) {
                Some(prior) => {
                    if prior.name.is_none() {
                        prior.name.clone_from(&key.name);
                    }
                }
                None => merged.push(key.clone()),
            }
        }
        Ok(merged)
    }
}

pub(super) fn multiple_primary_keys(table: &Ident) -> Refusal {
    let message = format!("multiple primary keys for table \"{}\" are not allowed", table.as_str());
    PgError::new(sqlstate::INVALID_TABLE_DEFINITION, message).into()
}

fn is_same_key(one: &ConstraintDef, other: &ConstraintDef) -> bool {
    fn options(constraint: &ConstraintDef) -> Option<&KeyOptions> {
        match &constraint.kind {
            ConstraintKind::Unique(options) | ConstraintKind::PrimaryKey(options) => Some(options),
            ConstraintKind::Check { .. }
            | ConstraintKind::NotNull { .. }
            | ConstraintKind::ForeignKey(_)
            | ConstraintKind::Exclude { .. } => None,
        }
    }
    match (options(one), options(other)) {
        (Some(a), Some(b)) => a.using_index.is_none() && a == b && one.deferrable == other.deferrable,
        _ => false,
    }
}

impl Catalog {
    pub(super) fn table_command(&mut self, command: &TableCommand, session: &mut Session) -> Result<(), Refusal> {
        match command {
            TableCommand::Create(create) => self.create_table(create, session),
            TableCommand::Alter { name, if_exists, only, actions } => {
                self.alter_table(name, *if_exists, *only, actions, session)
            }
            TableCommand::Drop { names, if_exists, behavior } => {
                self.drop_relations(names, Kind::Table, *if_exists, *behavior, session)
            }
        }
    }

    fn create_table(&mut self, create: &CreateTable, session: &mut Session) -> Result<(), Refusal> {
        let schema = if create.temporary && create.name.schema.is_none() {
            self.temporary_schema()
        } else {
            self.creation_schema(&create.name, session)?
        };
        let name = &create.name.name;
        if create.if_not_exists
            && let Some(existing) = self.named(crate::catalog::references::Space::Relation, schema, name)
        {
            self.settle_if_same(existing, create, session);
            return Ok(());
        }
        let mut pending = Pending::default();
        for column in &create.columns {
            pending.push_column(column);
        }
        for constraint in &create.constraints {
            pending.push(constraint);
        }
        // Parents come before everything that may name their columns.
        let parents = self.parents(create, session)?;
        let mut columns: Vec<NewColumn> = Vec::new();
        for column in &create.columns {
            let prepared = match parents.partition {
                // `PARTITION OF parent (a WITH OPTIONS DEFAULT 1)` names columns that the parent has.
                Some(_) => continue,
                None => self.prepare_column(schema, name, column, session)?,
            };
            columns.push(prepared);
        }
        let keys = pending.merged_keys(name)?;
        let inherited = self.inherited_columns(&parents.all);
        let is_open = create.query.is_some() || parents.open.is_some();
        for key in keys.iter().filter(|_| !is_open) {
            check_key_columns(key, |column| {
                create.columns.iter().any(|own| own.name == *column)
                    || inherited.iter().any(|inherited| inherited.name == *column)
            })?;
        }
        check_duplicates(&create.columns)?;
        self.relation_name_is_free(schema, name)?;
        self.row_type_is_free(schema, name)?;

        if let Some(query) = &create.query {
            self.reads_what_is_there(query, session)?;
            if let Some(error) = query::wrong(self, query, &[], session) {
                return Err(error);
            }
        }
        let output = create.query.as_deref().map(|query| query::output_columns(self, query, session));
        let open = match &output {
            Some(None) => {
                // A comment stands for columns that are not known, and says why.
                let why = match create.query.as_deref().and_then(|query| query.strip_prefix("-- ")) {
                    Some(why) => why.to_string(),
                    None => format!("the columns of {} come from a query", create.name),
                };
                Some(Reason::new("create-table-as", why))
            }
            Some(Some(_)) | None => parents.open.clone(),
        };
        let partition_of = parents
            .partition
            .zip(create.partition_of.as_ref())
            .map(|(parent, partition)| (parent, partition.bound.clone()));
        let mut object = Table {
            temporary: create.temporary,
            unlogged: create.unlogged,
            partition_by: create.partition_by.clone(),
            partition_of,
            inherits: if parents.partition.is_some() { Vec::new() } else { parents.inherits.clone() },
            owner: session.role.clone(),
            open,
            ..Table::new(schema, name.clone())
        };
        object.parameters.extend(parameters::parse(&create.suffix));
        // A remnant of versions before 12, which pgAdmin wrote out.
        if let Some(oids) = object.parameters.remove("oids")
            && !session.restoring
            && !["false", "off", "no", "0"].contains(&oids.trim_matches('\'').to_ascii_lowercase().as_str())
        {
            return refuse(sqlstate::FEATURE_NOT_SUPPORTED, "tables declared WITH OIDS are not supported");
        }
        if !create.suffix.is_empty() {
            object.properties.insert("options".to_string(), create.suffix.clone());
        }
        let table = self.add(Object::Table(object));

        for column in inherited {
            self.add_copied_column(table, column);
        }
        for output in output.flatten().unwrap_or_default() {
            let column = self.new_column(table, output.name, output.ty);
            self.add(Object::Column(Column { collation: output.collation, ..column }));
        }
        for (column, definition) in columns.into_iter().zip(&create.columns) {
            self.add_prepared_column(table, definition, column, session)?;
        }
        self.copy_from_parents(table, &parents, create, session)?;
        for column in &create.columns {
            self.generation(table, &column.name, session)?;
        }
        for constraint in &pending.not_null {
            self.add_not_null(table, constraint, session)?;
        }
        for check in &pending.checks {
            self.add_check(table, check, session)?;
        }
        for key in &keys {
            self.add_key(table, key, session)?;
        }
        for foreign_key in &pending.foreign_keys {
            self.add_foreign_key(table, foreign_key, session)?;
        }
        Ok(())
    }

    /// 42P01: the query of a new table reads a relation that is not there.
    fn reads_what_is_there(&self, text: &str, session: &Session) -> Result<(), Refusal> {
        if self.open_world || session.restoring {
            return Ok(());
        }
        match query::uses(self, text, session).missing.first() {
            Some(missing) => {
                let message = format!("relation \"{}\" does not exist", super::resolve::plain(missing));
                refuse(sqlstate::UNDEFINED_TABLE, message)
            }
            None => Ok(()),
        }
    }

    /// A type of the same name is in the way of the table's row type.
    fn row_type_is_free(&self, schema: Oid, name: &Ident) -> Result<(), Refusal> {
        match self.named(crate::catalog::references::Space::Type, schema, name) {
            None => Ok(()),
            Some(other) => {
                self.certain(other)?;
                let message = format!("type \"{}\" already exists", name.as_str());
                Err(PgError::new(sqlstate::DUPLICATE_OBJECT, message)
                    .hint(
                        "A relation has an associated type of the same name, so you must use a name that doesn't \
                         conflict with any existing type.",
                    )
                    .into())
            }
        }
    }

    /// After `CREATE TABLE IF NOT EXISTS` a table that may have been there is there; its columns too, where both ways
    /// make them the same.
    fn settle_if_same(&mut self, existing: Oid, create: &CreateTable, session: &Session) {
        if self.presence(existing).is_none() {
            return;
        }
        let same = create.like.is_none()
            && create.query.is_none()
            && self.columns(existing).len() == create.columns.len()
            && create.columns.iter().all(|column| self.has_same_column(existing, column, session));
        if same {
            self.set_presence(existing, crate::catalog::Presence::Yes);
            let columns: Vec<Oid> = self.columns(existing).into_iter().map(|(oid, _)| oid).collect();
            for column in columns {
                self.set_presence(column, crate::catalog::Presence::Yes);
            }
        }
    }

    fn has_same_column(&self, table: Oid, column: &ColumnDef, session: &Session) -> bool {
        let Some(existing) = self.column(table, &column.name).and_then(|oid| self.column_of(oid)) else {
            return false;
        };
        let ty = match &column.ty {
            crate::pg::command::ColumnType::Type(ty) => match &ty.name {
                crate::pg::types::TypeName::Builtin(_) => TypeRef::Builtin(ty.clone()),
                crate::pg::types::TypeName::User(name) => match self.resolve_type(name, session) {
                    Some(oid) => TypeRef::User { oid, modifiers: ty.modifiers.clone(), array: ty.array },
                    None => return false,
                },
                crate::pg::types::TypeName::Unknown(_) => return false,
            },
            crate::pg::command::ColumnType::Serial(serial) => {
                TypeRef::Builtin(crate::pg::types::DataType::builtin(super::column::serial_type(*serial)))
            }
        };
        existing.ty == ty
    }
}

/// 42703: a key names a column that is not there.
pub(super) fn check_key_columns(key: &ConstraintDef, exists: impl Fn(&Ident) -> bool) -> Result<(), Refusal> {
    if let ConstraintKind::Unique(options) | ConstraintKind::PrimaryKey(options) = &key.kind {
        for column in options.columns.iter().chain(&options.include) {
            if !exists(column) {
                let message = format!("column \"{}\" named in key does not exist", column.as_str());
                return refuse(sqlstate::UNDEFINED_COLUMN, message);
            }
        }
    }
    Ok(())
}

fn check_duplicates(columns: &[ColumnDef]) -> Result<(), Refusal> {
    for (at, column) in columns.iter().enumerate() {
        if columns[..at].iter().any(|other| other.name == column.name) {
            let message = format!("column \"{}\" specified more than once", column.name.as_str());
            return refuse(sqlstate::DUPLICATE_COLUMN, message);
        }
        super::column::not_a_system_column(&column.name)?;
    }
    Ok(())
}
