//! Who wants to see each statement with the database before and after it.

use std::fmt::Debug;

use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::Command;
use crate::pg::error::{PgError, Reason};
use crate::source::Span;

/// Sees the statements of a run as they are sent.
pub trait Observer: Debug {
    /// A statement is about to be executed. Gives the error with which rows stop it, where the database has been asked and said so.
    fn before(&self, command: &Command, catalog: &Catalog, session: &Session) -> Option<PgError>;

    /// It was executed, or only recorded.
    fn after(&self, command: &Command, sent: Sent<'_>, catalog: &Catalog, session: &Session);

    /// Whether a table of the run's own database is known to hold no row.
    fn is_empty(&self, catalog: &Catalog, table: Oid) -> bool;

    /// Rows were changed in a way that no statement tells: ORM code, loops over rows.
    fn rows_changed(&self, catalog: &Catalog);
}

/// How a statement was sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'r> {
    /// The line in the revision's own file.
    pub span: Option<Span>,
    /// It was not refused.
    pub accepted: bool,
    /// Why it is not known whether it runs; `None`: it does.
    pub may: Option<&'r Reason>,
}
