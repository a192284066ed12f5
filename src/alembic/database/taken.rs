//! A column that a table from before the first revision may have already.

use super::errors;
use crate::alembic::eval::{Raise, Vm};
use crate::catalog::OPEN_WORLD;
use crate::pg::command::{AlterAction, Command, Table};
use crate::pg::error::{PgError, Refusal, sqlstate};

/// `ADD COLUMN` inside of a `try` that catches 42701: where nothing tells which columns the table has, either is possible.
pub fn doubt(vm: &mut Vm, command: &Command, sql: &str) {
    let Command::Table(Table::Alter { name, actions, .. }) = command else { return };
    let catalog = &vm.run.catalog;
    let table = catalog.resolve_relation(name, &vm.run.session);
    let reason = match table.and_then(|table| catalog.table(table)) {
        Some(table) => table.open.clone().filter(|reason| reason.kind == OPEN_WORLD),
        None => catalog.may_be_made_outside("table", &name.to_string()),
    };
    let Some(reason) = reason else { return };
    for action in actions {
        let AlterAction::AddColumn { column, if_not_exists: false } = action else { continue };
        if table.is_some_and(|table| vm.run.catalog.column(table, &column.name).is_some()) {
            continue;
        }
        let (column, relation) = (column.name.as_str(), name.name.as_str());
        let message = format!("column \"{column}\" of relation \"{relation}\" already exists");
        let refusal = Refusal::Postgres(PgError::new(sqlstate::DUPLICATE_COLUMN, message));
        if let Raise::Exception(exception) = errors::raise(vm, refusal, Some(sql)) {
            vm.may_be_caught(&reason, exception);
        }
    }
}
