//! Sequences and views.

use super::Drop;
use crate::pg::ident::{Ident, QName};
use crate::pg::types::DataType;

/// Statements on sequences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// `CREATE SEQUENCE`
    Create {
        /// The sequence.
        name: QName,
        /// `IF NOT EXISTS`
        if_not_exists: bool,
        /// `TEMPORARY`
        temporary: bool,
        /// `UNLOGGED`
        unlogged: bool,
        /// Its options.
        options: SequenceOptions,
    },
    /// `ALTER SEQUENCE` with options (also `OWNED BY`, `RESTART`)
    Alter {
        /// The sequence.
        name: QName,
        /// `IF EXISTS`
        if_exists: bool,
        /// The options that change.
        options: SequenceOptions,
    },
    /// `ALTER SEQUENCE … RENAME TO`
    Rename {
        /// The sequence.
        name: QName,
        /// To.
        to: Ident,
    },
    /// `ALTER SEQUENCE … SET SCHEMA`
    SetSchema {
        /// The sequence.
        name: QName,
        /// To.
        schema: Ident,
    },
    /// `DROP SEQUENCE`
    Drop(Drop),
}

/// Options of a sequence; `None` means not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SequenceOptions {
    /// `AS type`
    pub ty: Option<DataType>,
    /// `START WITH`
    pub start: Option<i64>,
    /// `INCREMENT BY`
    pub increment: Option<i64>,
    /// `MINVALUE n` (`Some(Some(n))`), `NO MINVALUE` (`Some(None)`)
    pub min_value: Option<Option<i64>>,
    /// `MAXVALUE n`, `NO MAXVALUE`
    pub max_value: Option<Option<i64>>,
    /// `CACHE`
    pub cache: Option<i64>,
    /// `CYCLE`, `NO CYCLE`
    pub cycle: Option<bool>,
    /// `OWNED BY table.column` (`Some(Some)`), `OWNED BY NONE` (`Some(None)`)
    pub owned_by: Option<Option<(QName, Ident)>>,
    /// `RESTART [WITH n]`
    pub restart: Option<Option<i64>>,
}

/// Statements on views.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// `CREATE VIEW`, `CREATE MATERIALIZED VIEW`
    Create {
        /// The view.
        name: QName,
        /// `OR REPLACE`
        or_replace: bool,
        /// `IF NOT EXISTS` (materialized only)
        if_not_exists: bool,
        /// `MATERIALIZED`
        materialized: bool,
        /// `(a, b)` behind the name.
        columns: Vec<Ident>,
        /// `WITH (security_barrier='true')`, as text.
        options: String,
        /// The query as text, without trailing semicolon, `WITH NO DATA` or `WITH CHECK OPTION`.
        query: String,
        /// `WITH NO DATA`, `WITH LOCAL CHECK OPTION`, as text.
        suffix: String,
    },
    /// `ALTER VIEW … RENAME TO`
    Rename {
        /// The view.
        name: QName,
        /// `MATERIALIZED`
        materialized: bool,
        /// To.
        to: Ident,
    },
    /// `DROP VIEW`, `DROP MATERIALIZED VIEW`
    Drop {
        /// Which and how.
        drop: Drop,
        /// `MATERIALIZED`
        materialized: bool,
    },
    /// `REFRESH MATERIALIZED VIEW`
    Refresh {
        /// The view.
        name: QName,
        /// `CONCURRENTLY`
        concurrently: bool,
    },
}
