//! What an analysis is given, the same for the command line and the page.

use serde::{Deserialize, Serialize};

/// Everything that an analysis reads. Nothing else is looked at: no file system, no network, no clock.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Input {
    /// The project: revision files, `alembic.ini`, `env.py`, helpers, zip archives.
    pub files: Vec<InputFile>,
    /// The dump: plain, in pg_dump's own formats, gzip, pasted base64 of gzip; or the snapshot that stands in for it.
    pub dump: Option<InputFile>,
    /// A second small dump, or pasted `alembic current` output, with the version rows.
    pub version_dump: Option<InputFile>,
    /// The version rows, where the user states them; an empty list says that there are none.
    pub stamped: Option<Vec<String>>,
    /// What `check.sql` printed.
    pub answers: Option<InputFile>,
    /// A deploy log.
    pub log: Option<InputFile>,
    /// The rest.
    pub options: Options,
}

/// A file or a pasted text.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct InputFile {
    /// Its path relative to what was handed in, with `/` between its parts; `pasted` for a text.
    pub path: String,
    /// Its bytes.
    #[serde(deserialize_with = "super::bytes::deserialize")]
    #[cfg_attr(feature = "cli", schemars(extend("format" = "bytes")))]
    pub bytes: Vec<u8>,
}

/// The options of `restamp analyze`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Options {
    /// Folders among `files` that are roots for imports, as on `sys.path`.
    pub source_roots: Vec<String>,
    /// Folders or files among `files` that the revisions are in; all others are only for imports. Empty: anywhere.
    pub within: Vec<String>,
    /// A schema (dump) that the history starts from.
    pub baseline: Option<InputFile>,
    /// The folder of the environment that is meant, where there are several.
    pub environment: Option<String>,
    /// The engine that is meant in Flask-Migrate's multidb layout.
    pub engine: Option<String>,
    /// Alembic's own table, `name` or `schema.name`, where `env.py` does not tell it.
    pub version_table: Option<String>,
    /// The role that Alembic connects as.
    pub role: Option<String>,
    /// The `search_path` of that role, where it is set outside the dump.
    pub search_path: Option<String>,
    /// The schema that Alembic works in, for projects that migrate several schemas of one database (a schema per tenant). It comes
    /// first in `search_path`; nothing outside of it is compared.
    pub schema: Option<String>,
    /// `heads` or a revision; `heads` when it is null.
    pub target: Option<String>,
    /// Plans may drop what a revision up to the target dropped.
    pub allow_drops: bool,
    /// Plans may convert in ways that lose data.
    pub allow_data_loss: bool,
    /// Build new indexes on tables that are there before the fix, in a file of their own and without keeping writers out.
    pub concurrently: bool,
    /// How long a statement of a script waits for a lock before it gives up (55P03), as PostgreSQL writes it: `5s`, `500ms`; `0` waits
    /// for ever. `5s` when it is null.
    pub lock_timeout: Option<String>,
    /// Say where the database stands and what the upgrade would do, no more: plans take most of the time.
    pub no_plans: bool,
    /// Say statement by statement what a server is sent when dump, plans and upgrade are rehearsed on one.
    pub rehearsal: bool,
    /// The database that is meant in a dump of several (pg_dumpall).
    pub database: Option<String>,
}

/// How far an analysis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// How much of the stage is done.
    pub done: u64,
    /// How much there is; 0 where it is not known.
    pub total: u64,
}

/// The stages of an analysis, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Stage {
    /// Reading the project.
    ReadingProject,
    /// Reading the dump.
    ReadingDump,
    /// Running the revisions against an empty catalog.
    Replaying,
    /// Finding where the database stands.
    Locating,
    /// Comparing.
    Comparing,
    /// Running the pending revisions against the dump's catalog.
    Predicting,
    /// Making plans and checking them.
    Planning,
}
