//! Statements that read or write rows.

use crate::pg::ident::{Ident, QName};

/// A statement on rows. Values are unknown to us; names are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataCommand {
    /// What it does.
    pub verb: DataVerb,
    /// The written table; `None` for SELECT.
    pub table: Option<QName>,
    /// Columns that it names with certainty in the written table: INSERT's list, UPDATE's SET.
    pub columns: Vec<Ident>,
    /// All relations that it names, without names of CTEs.
    pub relations: Vec<QName>,
    /// The whole statement, without trailing semicolon.
    pub text: String,
}

/// The verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are PostgreSQL's own")]
pub enum DataVerb {
    Select,
    Insert,
    Update,
    Delete,
    Merge,
    Truncate,
    /// `COPY`
    Copy,
    /// `VACUUM`, `ANALYZE`, `LOCK`, `SET CONSTRAINTS`, …: no lasting trace in the schema.
    Maintenance,
}
