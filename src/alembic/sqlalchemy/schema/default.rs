//! Values that the server makes: defaults, identities, generated columns, sequences.

use std::rc::Rc;

use super::super::expression::Expression;
use super::super::names::Name;
use crate::alembic::eval::Value;
use crate::pg::command::SequenceOptions;
use crate::pg::error::Reason;

/// `Column(server_default=…)`.
#[derive(Clone, Debug, Default)]
pub enum ServerDefault {
    /// None.
    #[default]
    None,
    /// A `str`: becomes a quoted literal.
    Literal(Rc<str>),
    /// `text(…)`, `func.now()`, …
    Expression(Rc<Expression>),
    /// What the database has: it is known what it means, not how `pg_get_expr` spells it.
    Reflected(Rc<Expression>),
    /// `FetchedValue()`: the server has one, but it is not written.
    Fetched,
    /// Not known.
    Unknown(Reason),
}

/// `Identity(…)`.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// `ALWAYS` rather than `BY DEFAULT`.
    pub always: bool,
    /// Its sequence.
    pub options: SequenceOptions,
}

/// `Computed(…)`.
#[derive(Clone, Debug)]
pub struct Computed {
    /// The expression.
    pub expression: Rc<Expression>,
    /// `persisted`
    pub persisted: Option<bool>,
}

/// `Sequence(…)`.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// Its name.
    pub name: Name,
    /// Its schema.
    pub schema: Option<Name>,
    /// `data_type`
    pub ty: Option<Value>,
    /// Its options.
    pub options: SequenceOptions,
    /// `optional=True`: PostgreSQL uses SERIAL instead.
    pub optional: bool,
}

/// An item that makes a value on the server, as a value of its own.
#[derive(Clone, Debug)]
pub enum Generated {
    /// `Identity(…)`
    Identity(Identity),
    /// `Computed(…)`
    Computed(Computed),
    /// `DefaultClause(…)`, `FetchedValue()`
    Default(ServerDefault),
}
