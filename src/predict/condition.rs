//! One demand of a statement that neither the schema nor the run settles.

use super::broken::Broken;
use crate::source::Span;

/// Who can tell whether it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// The rows of tables.
    Rows,
    /// The server: its roles, its collations, the extensions that are installed beside it.
    Server,
}

/// One question to the rows or to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Who is asked.
    pub asks: Asks,
    /// What must hold, one clause: `candidate.email holds no duplicates`.
    pub demand: String,
    /// The SQLSTATE if it does not hold; `None` where Python raises, or where it depends on the value.
    pub sqlstate: Option<&'static str>,
    /// A query that counts what breaks it; 0 is good. `None` where it cannot be asked before the run.
    pub query: Option<String>,
    /// What the database has answered, where it is broken.
    pub answer: Option<u64>,
    /// How it is broken.
    pub broken: Broken,
    /// The revision whose statement asks.
    pub revision: String,
    /// Its line.
    pub span: Option<Span>,
}

impl Condition {
    /// One that nobody has answered, of a statement whose place is added later.
    pub(super) fn new(
        asks: Asks,
        demand: String,
        sqlstate: Option<&'static str>,
        broken: Broken,
        query: Option<String>,
    ) -> Condition {
        Condition { asks, demand, sqlstate, query, answer: None, broken, revision: String::new(), span: None }
    }
}
