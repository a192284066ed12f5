//! What a real PostgreSQL is sent when a plan is rehearsed on a copy of the schema.

use serde::{Deserialize, Serialize};

/// The statements of a rehearsal, one by one, since several in one message would be one transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Rehearsal {
    /// Makes the database of the dump: its schema without rows, but for those of the version table.
    pub restore: Vec<Sent>,
    /// What `alembic upgrade` to the target sends to the database as it is, as far as it is known. The last one may be the one that is refused.
    pub upgrade: Vec<Sent>,
    /// Per plan of the report, in its order.
    pub plans: Vec<PlanRehearsal>,
}

/// The statements of one plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct PlanRehearsal {
    /// Of `indexes.sql`.
    pub indexes: Vec<Sent>,
    /// Of `fix.sql`.
    pub fix: Vec<Sent>,
    /// Of `stamp.sql`.
    pub stamp: Vec<Sent>,
    /// Of `verify.sql`.
    pub verify: Vec<Sent>,
    /// Of `undo.sql`.
    pub undo: Vec<Sent>,
    /// What `alembic upgrade` to the target sends after fix and stamp, as far as it is known.
    pub upgrade: Vec<Sent>,
}

/// A statement that a server is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Sent {
    /// The statement, without its semicolon.
    pub sql: String,
    /// The file that it comes from.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<u32>,
    /// Of an upgrade: the revision that sends it.
    pub revision: Option<String>,
    /// Of an upgrade: which of its transactions, from 1; null outside of any. Scripts begin and commit by statements of their own.
    pub transaction: Option<u32>,
    /// Of an upgrade: why it is not known whether it is sent, or sent like this; null where it is.
    pub may_run: Option<String>,
    /// Of an upgrade: the SQLSTATE with which it is predicted to be refused; null where it is not.
    pub refused: Option<String>,
}
