//! SQLAlchemy's DDL compiler for PostgreSQL (`sqlalchemy.dialects.postgresql.base.PGDDLCompiler`), with the statements that
//! Alembic adds (`alembic.ddl`): from schema items to commands, and to the text as it is sent.
//!
//! What has an unknown part becomes a statement of which only the objects that it touches are known.

pub mod column;
pub mod constraint;
pub mod index;
pub mod named_type;
pub mod options;
pub mod sequence;
pub mod table;

use super::{Known, Obstacle};
use crate::alembic::eval::Eval;
use crate::pg::command::{Command, Opaque};
use crate::pg::ident::QName;

/// A statement and its text as SQLAlchemy sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it says.
    pub command: Command,
    /// As sent.
    pub sql: String,
}

impl Statement {
    /// A statement.
    pub fn new(command: Command, sql: String) -> Statement {
        Statement { command, sql }
    }
}

/// Makes a statement of an unknown part one that may do anything to `touches`.
pub(crate) fn or_opaque(known: Known<Statement>, what: &str, touches: Vec<QName>) -> Eval<Statement> {
    match known {
        Ok(statement) => Ok(statement),
        Err(Obstacle::Raise(raise)) => Err(raise),
        Err(Obstacle::Unknown(reason)) => {
            let text = format!("-- {what}");
            let opaque = Opaque::Statement { text: text.clone(), touches: Some(touches), why: reason.to_string() };
            Ok(Statement::new(Command::Opaque(opaque), text))
        }
    }
}
