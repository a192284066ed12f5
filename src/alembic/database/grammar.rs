//! Statements that are in somebody's grammar, and probably not in PostgreSQL's.

use super::errors;
use crate::alembic::eval::{Raise, Vm};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::sql::grammar::objection;

/// Makes the outcome unknown where PostgreSQL probably refuses a text (42601). A replay takes it that real databases are past it.
pub fn doubt(vm: &mut Vm, sql: &str) {
    if vm.run.catalog.open_world {
        return;
    }
    let Some(objection) = objection(sql) else { return };
    let message = match &*objection.near {
        "" => "syntax error at end of input".to_string(),
        near => format!("syntax error at or near \"{near}\""),
    };
    let what = format!("whether PostgreSQL takes the statement: {message} (42601) is likely");
    let reason = vm.reason("grammar", what);
    let refusal = Refusal::Postgres(PgError::new(sqlstate::SYNTAX_ERROR, message));
    if let Raise::Exception(exception) = errors::raise(vm, refusal, Some(sql)) {
        vm.may_raise_here(&reason, exception);
    }
}
