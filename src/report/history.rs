//! The project's side of the report: environments, revisions, data steps.

use serde::{Deserialize, Serialize};

use super::ObjectName;

/// An Alembic environment that was found among the files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Environment {
    /// Its folder (that of `env.py`), as it was handed in; `.` for the root.
    pub path: String,
    /// This report is about it.
    pub chosen: bool,
    /// Where its revisions are.
    pub version_locations: Vec<String>,
    /// How many revisions it has.
    pub revisions: u32,
    /// The name of its version table, `alembic_version` unless configured.
    pub version_table: String,
    /// The schema of the version table, where configured.
    pub version_table_schema: Option<String>,
    /// `transaction_per_migration`: each revision is a transaction of its own. Null where it cannot be told.
    pub transaction_per_migration: Option<bool>,
}

/// A revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Revision {
    /// Its id.
    pub id: String,
    /// Its file.
    pub file: String,
    /// The first line of its docstring.
    pub title: String,
    /// The revisions that it follows (`down_revision`); several for a merge, none for a base.
    pub down: Vec<String>,
    /// The revisions that it needs besides (`depends_on`).
    pub depends_on: Vec<String>,
    /// Its branch labels.
    pub labels: Vec<String>,
    /// Whether its effects are in the database.
    pub verdict: RevisionVerdict,
    /// How many of its lasting effects are there; null without a dump.
    pub effects: Option<Effects>,
    /// What the verdict rests on.
    pub evidence: Vec<Evidence>,
    /// What it does to rows.
    pub data_steps: Vec<DataStep>,
    /// What of it could not be followed.
    pub unmodelled: Vec<Unmodelled>,
}

/// Whether a revision's effects are in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum RevisionVerdict {
    /// All of them.
    Applied,
    /// Some of them: see `effects`.
    Partial,
    /// None of them.
    Absent,
    /// It leaves no lasting trace in a schema: data only, or undone by a later revision.
    NoTrace,
    /// It cannot be told, or there is no dump.
    Unknown,
}

/// k of n effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Effects {
    /// How many are in the database.
    pub present: u32,
    /// How many there are.
    pub total: u32,
}

/// One effect of a revision, looked up in the database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// The object that the effect is about.
    pub object: ObjectName,
    /// What the revision does to it, e.g. `add`, `drop`, `set type`.
    pub effect: String,
    /// What the dump shows.
    pub found: Found,
    /// The line of the operation, from 1.
    pub line: Option<u32>,
    /// What was found instead, or why it cannot be told.
    pub note: Option<String>,
}

/// What the dump shows of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Found {
    /// The effect is there.
    Yes,
    /// It is not.
    No,
    /// The object is there, otherwise than the revision leaves it.
    Different,
    /// It cannot be told.
    Unknown,
}

/// Something that a revision does to rows, which a schema cannot show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct DataStep {
    /// The revision.
    pub revision: String,
    /// Its file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The statement, where it is SQL.
    pub sql: Option<String>,
    /// The lines of Python, where it is not.
    pub source: Option<String>,
    /// Whether it has run.
    pub state: DataStepState,
    /// What the state rests on, or what would settle it.
    pub why: String,
}

/// Whether a data step has run on this database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum DataStepState {
    /// It has.
    Ran,
    /// It will, with the plan or with the upgrade after it.
    WillRun,
    /// A stamp would skip it.
    Skipped,
    /// A stamp would skip it, and the database says that nothing of it is left to do.
    NothingLeft,
    /// It cannot be told.
    Unproven,
}

/// A place that could not be followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Unmodelled {
    /// Why, e.g. `import app.models`.
    pub reason: String,
    /// The file; not always the revision's own.
    pub file: String,
    /// The line in it, from 1; null where the whole file is meant.
    pub line: Option<u32>,
}
