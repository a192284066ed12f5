//! The report's trunk: verdict, inputs, deploy log, diagnostics.

use serde::{Deserialize, Serialize};

use super::{Database, Drift, Environment, Located, Plan, Prediction, Rehearsal, Revision, Stamped};

/// The version of the report's JSON. It grows by one when a key is removed or changes its meaning; new keys do not change it.
pub const SCHEMA_VERSION: u32 = 2;

/// Everything that an analysis found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Report {
    /// The version of this format: 1. It grows when a key is removed or changes its meaning; new keys do not change it.
    pub schema_version: u32,
    /// The version of Restamp that wrote the report, e.g. `0.1.0`.
    pub restamp: String,
    /// The answer in one sentence.
    pub verdict: Verdict,
    /// What was read, with hashes, so that a report can be tied to the files it is about.
    pub inputs: Vec<InputSummary>,
    /// The Alembic environments that were found; the one with `chosen` is the one this report is about.
    pub environments: Vec<Environment>,
    /// The database that the dump describes; null without a dump.
    pub database: Option<Database>,
    /// The ids of the revisions that no other revision follows, as `alembic heads` prints them.
    pub heads: Vec<String>,
    /// All revisions, parents before children.
    pub revisions: Vec<Revision>,
    /// What the version table says; null when nothing tells it.
    pub stamped: Option<Stamped>,
    /// Where the schema really stands; null without a dump.
    pub located: Option<Located>,
    /// Each difference between the dump and what the revisions up to `located` give. Empty means that they agree.
    pub drift: Vec<Drift>,
    /// What `alembic upgrade` to the target would do to this database as it is; null without a dump.
    pub prediction: Option<Prediction>,
    /// The ways home, the recommended one first.
    pub plans: Vec<Plan>,
    /// `check.sql` where no plan has one: reads what decides the prediction and what else a dump does not show. Empty where nothing
    /// depends on rows.
    pub check_sql: String,
    /// What a server is sent in a rehearsal; null unless `rehearsal` is among the options.
    pub rehearsal: Option<Rehearsal>,
    /// What the deploy log says; null without a log.
    pub log: Option<LogRun>,
    /// What went wrong with the input or could not be known.
    pub diagnostics: Vec<Diagnostic>,
}

/// The answer in one sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Verdict {
    /// Which of the known situations this is.
    pub situation: Situation,
    /// The sentence that a person reads first. Plain text.
    pub sentence: String,
    /// Further facts that are certain, one sentence each.
    pub facts: Vec<String>,
}

/// The situations that a database can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Situation {
    /// The schema is at a revision that the version table does not name. Nothing is missing.
    Unrecorded,
    /// A revision is partly there: half applied, or made by `create_all`.
    HalfApplied,
    /// The version table promises more than is there.
    StampedAhead,
    /// The version table holds an id that no file has.
    Ghost,
    /// The files end in several heads.
    Fork,
    /// The schema is right; the upgrade depends on what the rows hold.
    Data,
    /// The database is where its version table says.
    Healthy,
    /// There is no dump; only the files, or the files and the log, speak.
    NoDatabase,
    /// The database cannot be placed.
    Unknown,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct InputSummary {
    /// Its path as it was handed in.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, lower-case hex; null for a dump of more than 64 MB.
    pub sha256: Option<String>,
    /// What it was read as.
    pub kind: InputKind,
}

impl InputSummary {
    /// What tells it from others: its hash, or its size.
    pub fn told(&self) -> String {
        match &self.sha256 {
            Some(hash) => format!("sha256 {hash}"),
            None => format!("{} bytes", self.size),
        }
    }
}

/// What an input was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum InputKind {
    /// A revision file.
    Revision,
    /// `alembic.ini`, `pyproject.toml`, `env.py`.
    Configuration,
    /// A Python file that revisions may import.
    Helper,
    /// The dump.
    Dump,
    /// The dump, or the text, with the version rows.
    VersionRows,
    /// What `check.sql` printed.
    Answers,
    /// The deploy log.
    Log,
    /// A schema that the history starts from.
    Baseline,
}

/// A run of Alembic as a deploy log shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct LogRun {
    /// The `Running upgrade a -> b` and `Running stamp_revision` lines, in order.
    pub steps: Vec<LogStep>,
    /// The error, where the log shows one.
    pub failure: Option<LogFailure>,
    /// What the failed run left in the database.
    pub left: LeftBehind,
    /// With `kept`: the revision up to which the run was kept.
    pub kept_up_to: Option<String>,
    /// Why `left` is what it is: the transaction settings of `env.py`, an autocommit block. One sentence.
    pub why: String,
    /// What to hand in next; null when nothing more is needed.
    pub next: Option<String>,
}

/// A revision that the log says was run or stamped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct LogStep {
    /// The rows before; empty for the first revision.
    pub from: Vec<String>,
    /// The revision that was run, or the row after a stamp; empty for a stamp to `base`.
    pub to: Vec<String>,
    /// True for a `stamp_revision` line.
    pub stamp: bool,
    /// Its file; null when no file has this id.
    pub file: Option<String>,
    /// Line of the log, from 1.
    pub log_line: u32,
}

/// The error that a log shows, tied to a revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct LogFailure {
    /// The five characters of PostgreSQL's SQLSTATE; null when the client raised the error.
    pub sqlstate: Option<String>,
    /// The message.
    pub message: String,
    /// The failing statement, where the log shows it.
    pub statement: Option<String>,
    /// The revision that was running.
    pub revision: Option<String>,
    /// Its file.
    pub file: Option<String>,
    /// The line of the failing operation, from 1.
    pub line: Option<u32>,
    /// The lines around it.
    pub excerpt: Option<Excerpt>,
    /// Line of the log that shows the error, from 1.
    pub log_line: u32,
}

/// What a failed run left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum LeftBehind {
    /// The log shows no failure.
    Nothing,
    /// The whole run was rolled back.
    RolledBack,
    /// It was kept up to `kept_up_to`.
    Kept,
    /// It cannot be told from what was handed in.
    Unknown,
}

/// A few lines of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Excerpt {
    /// Line number of the first of `lines`, from 1.
    pub first_line: u32,
    /// The lines, without line breaks.
    pub lines: Vec<String>,
    /// Number of the first line that matters, from 1.
    pub from_line: u32,
    /// Number of the last line that matters.
    pub to_line: u32,
}

/// A message about the input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Diagnostic {
    /// Stable, kebab-case, e.g. `dump-truncated`.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// What happened and why, one sentence.
    pub message: String,
    /// The file, where there is one.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<u32>,
    /// What to do, one sentence.
    pub help: Option<String>,
    /// Further places.
    pub labels: Vec<Label>,
}

/// A further place of a diagnostic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Label {
    /// What is there.
    pub text: String,
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: u32,
}

/// How much something matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Some answer is weaker because of it, or a script needs care.
    Warning,
    /// A part of the input could not be used, or a script would do harm.
    Error,
}
