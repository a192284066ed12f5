//! What is looked at right before a statement, since it is gone or not to be told after it.

use super::conversion::{Conversion, of_column};
use super::facts::Facts;
use crate::catalog::object::TypeRef;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{AlterAction, Command, Table};

/// What holds of rows before a statement takes away what has made sure of it.
#[derive(Debug, Default)]
pub struct Learned {
    pub(super) facts: Facts,
    /// Columns that hold a value in every row.
    pub(super) filled: Vec<Oid>,
    /// Columns, with their tables, whose values become others.
    pub(super) converted: Vec<(Oid, Oid)>,
    /// What the statement would make, and that is there already: the table or the column of an `IF NOT EXISTS`.
    pub(super) kept: Vec<Oid>,
}

/// Of its type there is no `=`: which of its values are the same can be asked only when it has become another one (42883).
fn cannot_be_compared(catalog: &Catalog, column: Oid) -> bool {
    let ty = catalog.column_of(column).map(|column| &column.ty);
    matches!(ty, Some(TypeRef::Builtin(ty)) if matches!(ty.builtin_name(), Some("json" | "xml")))
}

/// Looks at the database right before a statement.
pub fn learn(command: &Command, catalog: &Catalog, session: &Session) -> Learned {
    let mut learned = Learned::default();
    match command {
        Command::Table(Table::Create(create)) => learned.kept.extend(catalog.resolve_relation(&create.name, session)),
        Command::Table(Table::Alter { name, actions, .. }) => {
            let Some(table) = catalog.resolve_relation(name, session) else { return learned };
            for action in actions {
                match action {
                    AlterAction::AddColumn { column, .. } => {
                        learned.kept.extend(catalog.column(table, &column.name));
                    }
                    AlterAction::DropConstraint { .. } => learned.facts.learn(catalog, table),
                    AlterAction::SetNotNull { column, not_null: false } => {
                        let oid = catalog.column(table, column);
                        let holds = |oid: &Oid| catalog.column_of(*oid).is_some_and(|column| column.not_null);
                        learned.filled.extend(oid.filter(holds));
                    }
                    AlterAction::AlterType { column, ty, using, .. } => {
                        let keeps = using.is_none()
                            && !matches!(of_column(catalog, session, name, column, ty), Conversion::Lossy(_));
                        let oid =
                            catalog.column(table, column).filter(|oid| !keeps || cannot_be_compared(catalog, *oid));
                        learned.converted.extend(oid.map(|oid| (table, oid)));
                    }
                    _ => {}
                }
            }
        }
        Command::DropIndex { names, .. } => {
            for name in names {
                let index = catalog.resolve_relation(name, session);
                if let Some(table) = index.and_then(|index| catalog.table_of(index)) {
                    learned.facts.learn(catalog, table);
                }
            }
        }
        _ => {}
    }
    learned
}
