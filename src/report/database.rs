//! The database's side of the report: what the dump says, where it stands, what differs.

use serde::{Deserialize, Serialize};

/// The database that the dump describes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Database {
    /// Its name, where the dump tells it.
    pub name: Option<String>,
    /// The databases in the dump (pg_dumpall); more than one asks for a choice.
    pub databases: Vec<String>,
    /// The server's version as the dump's header says.
    pub server_version: Option<String>,
    /// How many tables it has, the version table not counted.
    pub tables: u32,
    /// How many objects of all kinds it has that are compared with what the revisions give.
    pub objects: u32,
    /// What the dump leaves out, inferred from what is referenced or absent as a class, e.g. `constraints and indexes`.
    pub out_of_scope: Vec<String>,
}

/// What the version table says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Stamped {
    /// Its rows; empty for a table without rows, or no table.
    pub revisions: Vec<String>,
    /// The rows that no file has.
    pub ghosts: Vec<String>,
    /// Where the rows come from.
    pub source: StampedSource,
    /// The version table is in the dump. Null when the source is not a dump.
    pub table_exists: Option<bool>,
}

/// Where version rows come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum StampedSource {
    /// The dump.
    Dump,
    /// The second dump, or pasted `alembic current` output.
    VersionDump,
    /// The user said so.
    User,
    /// The deploy log's last complete step.
    Log,
}

/// Where the schema really stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Located {
    /// The state, written as `alembic_version` would hold it. Empty for before the first revision.
    pub revisions: Vec<String>,
    /// The schema is exactly what these revisions give.
    pub exact: bool,
    /// Further states of the same schema (revisions between them leave no trace), each as `alembic_version` would hold it.
    pub same_schema: Vec<Vec<String>>,
    /// Further states that the database may be at: not all that the revisions between them do is known.
    pub may_be: Vec<Vec<String>>,
}

/// One difference between the dump and what the revisions give.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Drift {
    /// What kind of difference.
    pub change: Change,
    /// It keeps the database from being as the revisions make it. False for what is listed only to be seen: what could not be
    /// compared, what no revision mentions, what the project had before its first revision, names that nobody wrote.
    pub counts: bool,
    /// The object.
    pub object: ObjectName,
    /// The property that differs; null where the whole object does.
    pub attribute: Option<String>,
    /// What the revisions give, as SQL or a value; null for an extra object.
    pub expected: Option<String>,
    /// What the dump has; null for a missing object.
    pub actual: Option<String>,
    /// The operation that brings the object; null for an extra object.
    pub introduced_by: Option<Introduced>,
    /// Why it is not compared, or that only the name differs.
    pub note: Option<String>,
}

/// The kinds of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Change {
    /// The revisions give it, the dump has it not.
    Missing,
    /// The dump has it, the revisions do not give it.
    Extra,
    /// Both have it, otherwise.
    Different,
    /// It cannot be compared: `note` says why.
    Uncompared,
}

/// The identity of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct ObjectName {
    /// PostgreSQL's word, lower case: `table`, `column`, `constraint`, `index`, `type`, ….
    pub kind: String,
    /// Its schema, or its table's.
    pub schema: Option<String>,
    /// The table of a column, default, constraint, index, trigger or policy.
    pub table: Option<String>,
    /// Its name, not quoted.
    pub name: String,
}

/// The operation that brings an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Introduced {
    /// The revision.
    pub revision: String,
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: Option<u32>,
}
