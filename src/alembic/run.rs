//! One `alembic upgrade`: what the revisions did, step by step, and what the run remembers between them.

use std::collections::HashSet;

use crate::catalog::{Catalog, Deltas, Session};
use crate::pg::command::Command;
use crate::pg::error::{Reason, Refusal};
use crate::pg::ident::QName;
use crate::source::Span;

/// The state of one `alembic upgrade` on one database.
#[derive(Debug)]
pub struct Run {
    /// The database.
    pub catalog: Catalog,
    /// The connection.
    pub session: Session,
    /// What was sent so far, in order, over all revisions of the run.
    pub steps: Vec<Step>,
    /// Set while code runs of which it is not known whether it runs (a branch on an unknown condition); the innermost last.
    pub uncertain: Vec<Reason>,
    /// Named types that `CREATE TABLE` has created in this run: SQLAlchemy creates each only once, whatever else happens to it
    /// (`NamedType._check_for_name_in_memos`; the memo lives as long as Alembic's `DefaultImpl`).
    pub created_types: HashSet<QName>,
    /// The naming convention of `target_metadata`: kinds (`ix`, `uq`, `ck`, `fk`, `pk`) and templates. Empty: SQLAlchemy's default.
    pub naming_convention: Vec<(String, String)>,
    /// Where the interpreter is: call sites from the revision's own file (first) to the innermost frame (last).
    pub trace: Vec<Span>,
}

/// One thing that a revision did.
#[derive(Clone, Debug)]
pub struct Step {
    /// The line in the revision's own file.
    pub span: Option<Span>,
    /// What.
    pub action: Action,
    /// `Some`: it may not run at all.
    pub may: Option<Reason>,
    /// What happened in the catalog.
    pub outcome: Result<Deltas, Refusal>,
}

/// What a step is.
#[derive(Clone, Debug)]
pub enum Action {
    /// A statement that is sent, and its text as SQLAlchemy or the author wrote it.
    Statement {
        /// The statement.
        command: Box<Command>,
        /// As sent.
        sql: String,
    },
    /// Work on rows that cannot be written as SQL: ORM code, loops over rows.
    Rows {
        /// What it does, with the tables it names where they are known.
        what: String,
    },
    /// The revision did something whose effects are not known.
    Unmodelled(Reason),
}
