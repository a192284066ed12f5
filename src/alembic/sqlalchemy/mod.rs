//! SQLAlchemy, as far as revisions use it, as values for the interpreter: types, schema items, expressions, and the DDL
//! compiler of its PostgreSQL dialect (version 2.1). Nothing is executed here; statements go to the run.

pub mod arguments;
pub mod ddl;
pub mod exc;
pub mod expression;
pub mod install;
pub mod mutable;
pub mod names;
pub mod orm;
pub mod schema;
pub mod seam;
pub mod third_party;
pub mod types;

#[cfg(test)]
mod tests;

pub use install::install;

use crate::alembic::eval::{Eval, Raise};
use crate::pg::error::Reason;

/// Why something cannot be compiled.
#[derive(Clone, Debug)]
pub enum Obstacle {
    /// SQLAlchemy raises.
    Raise(Raise),
    /// A part is not known, so that the text is not known.
    Unknown(Reason),
}

/// The result of compiling something that may have unknown parts.
pub type Known<T> = Result<T, Obstacle>;

impl From<Raise> for Obstacle {
    fn from(raise: Raise) -> Obstacle {
        Obstacle::Raise(raise)
    }
}

impl From<Reason> for Obstacle {
    fn from(reason: Reason) -> Obstacle {
        Obstacle::Unknown(reason)
    }
}

/// Splits what Python raises from what is not known.
pub fn settle<T>(known: Known<T>) -> Eval<Result<T, Reason>> {
    match known {
        Ok(value) => Ok(Ok(value)),
        Err(Obstacle::Unknown(reason)) => Ok(Err(reason)),
        Err(Obstacle::Raise(raise)) => Err(raise),
    }
}
