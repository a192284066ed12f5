//! A bounded interpreter of Python. It knows the language and the standard library, nothing of SQLAlchemy or Alembic:
//! those come in as [`Native`] values through [`Vm::register`].

pub mod native;
pub mod value;

pub use native::{Args, Native};
pub use value::{Dict, Value};

use crate::alembic::run::Run;
use crate::pg::error::Reason;

/// What ends an evaluation early.
#[derive(Clone, Debug)]
pub enum Raise {
    /// A Python exception: an instance of a class that derives from `BaseException`.
    Exception(Value),
    /// A bound of the interpreter was reached (steps, depth, memory), or the flow itself became unknown. Not catchable.
    Stop(Reason),
}

/// The result of evaluating something.
pub type Eval<T> = Result<T, Raise>;

/// One interpreter: the modules that were imported so far, the bounds, and the run that statements go to.
pub struct Vm {
    /// The `alembic upgrade` that this code runs in.
    pub run: Run,
}
