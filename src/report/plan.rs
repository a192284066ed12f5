//! What will happen, and what can be done.

use serde::{Deserialize, Serialize};

use super::{DataStep, Excerpt, Severity};

/// What an upgrade does to a database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Prediction {
    /// How it ends.
    pub outcome: Outcome,
    /// The revisions that it runs, in order, the failing one last.
    pub runs: Vec<String>,
    /// The revision at which it fails or stops being known; null when it succeeds.
    pub revision: Option<String>,
    /// The file of `line`: the revision's own, or that of what it calls there (another revision's function, a helper).
    pub file: Option<String>,
    /// The line of the operation, from 1.
    pub line: Option<u32>,
    /// PostgreSQL's SQLSTATE; null for an error of the client.
    pub sqlstate: Option<String>,
    /// The message that the user would see, or why it is not known.
    pub message: Option<String>,
    /// The statement that fails.
    pub statement: Option<String>,
    /// The lines around `line`.
    pub excerpt: Option<Excerpt>,
    /// What rows must hold on the way, in the order in which the upgrade demands it.
    pub conditions: Vec<DataCondition>,
}

/// What rows must hold for an upgrade to get past a statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct DataCondition {
    /// What must hold, one clause: `candidate.email holds no NULL`.
    pub demand: String,
    /// The SQLSTATE if it does not hold; null for an error of the client, or where it depends on the value.
    pub sqlstate: Option<String>,
    /// A query that counts what breaks it, 0 is good; null where it cannot be asked.
    pub query: Option<String>,
    /// What the query gave when the database was asked; null where it was not.
    pub answer: Option<u64>,
    /// The revision whose statement demands it.
    pub revision: String,
    /// Its file.
    pub file: Option<String>,
    /// The line of the operation, from 1.
    pub line: Option<u32>,
}

/// How an upgrade ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Outcome {
    /// It succeeds.
    Succeeds,
    /// It fails.
    Fails,
    /// It depends on what the rows hold.
    DependsOnData,
    /// It cannot be told.
    Unknown,
}

/// A way home: bring the schema to `to`, stamp `to`, let Alembic upgrade the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Plan {
    /// Which kind of plan.
    pub id: PlanId,
    /// The rows of the version table after the stamp.
    pub to: Vec<String>,
    /// It is safe, and the best one. At most one plan is.
    pub recommended: bool,
    /// Why it is recommended, or what speaks against it.
    pub why: String,
    /// What bars it from being recommended, one sentence each, with what would settle it.
    pub barred: Vec<String>,
    /// What a person does, in order.
    pub steps: Vec<Step>,
    /// With `concurrently`: builds indexes before `fix_sql` without keeping writers out; empty where there are none.
    pub indexes_sql: String,
    /// Brings the schema to `to`; empty when nothing is to be done.
    pub fix_sql: String,
    /// Takes `fix_sql` back.
    pub undo_sql: String,
    /// Sets the version rows, for those who do not use the commands.
    pub stamp_sql: String,
    /// Reads what the rows hold before the fix.
    pub check_sql: String,
    /// Reads whether the fix arrived.
    pub verify_sql: String,
    /// A revision file that makes the same changes; null where Alembic would not reach it.
    pub repair_revision: Option<String>,
    /// For `patch`: the changes of the failing revisions, all of them.
    pub patches: Vec<Patch>,
    /// The commands.
    pub commands: Commands,
    /// What to know before running it.
    pub hazards: Vec<Hazard>,
    /// Relations that were there before and that `fix_sql` alters or writes to: what to back up, as SQL writes their names.
    pub tables: Vec<String>,
    /// The data steps that the plan runs or skips.
    pub data_steps: Vec<DataStep>,
    /// What `alembic upgrade` to the target does after fix and stamp.
    pub then: Then,
}

/// The kinds of plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum PlanId {
    /// Nothing to fix, and the schema is at the target: stamp it.
    Stamp,
    /// Nothing to fix: stamp an earlier revision where needed, then upgrade.
    Upgrade,
    /// SQL first, then stamp, then upgrade.
    Repair,
    /// Change the failing revision.
    Patch,
}

/// One thing that a person does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Step {
    /// What it is for, a short imperative sentence.
    pub title: String,
    /// What is typed; null where there is nothing to type.
    pub command: Option<String>,
    /// The file that it uses, one of those that `--out` writes.
    pub file: Option<String>,
}

/// A change of a revision file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Patch {
    /// The file.
    pub file: String,
    /// The first line that changes, from 1.
    pub line: u32,
    /// The lines as they are.
    pub before: String,
    /// The lines as they should be.
    pub after: String,
}

/// The commands of a plan, quoted for a POSIX shell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Commands {
    /// With `alembic`.
    pub alembic: Vec<String>,
    /// With `flask db` (Flask-Migrate).
    pub flask: Vec<String>,
}

/// What to know before a script is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Hazard {
    /// Stable, kebab-case, e.g. `not-null-without-default`.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// What happens and why, one sentence.
    pub message: String,
    /// What to do, one sentence.
    pub help: Option<String>,
    /// The statement that it is about.
    pub statement: Option<String>,
    /// The strongest lock that the statement takes, e.g. `ACCESS EXCLUSIVE`.
    pub lock: Option<String>,
    /// The statement rewrites the table.
    pub rewrites: bool,
    /// Why it is not known whether the statement runs at all; null where it does, and where there is none.
    pub may_run: Option<String>,
    /// The revision that the statement comes from.
    pub revision: Option<String>,
    /// Its file.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<u32>,
}

impl Hazard {
    /// What happens, with the reason why it may not.
    pub fn sentence(&self) -> String {
        match &self.may_run {
            None => self.message.clone(),
            Some(reason) => format!("may run: {} (whether it does is not known: {reason})", self.message),
        }
    }

    /// File and line of what it is about.
    pub fn place(&self) -> Option<String> {
        let file = self.file.as_ref()?;
        Some(self.line.map_or_else(|| file.clone(), |line| format!("{file}:{line}")))
    }
}

/// What comes after fix and stamp. The prediction's keys are its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Then {
    /// How the upgrade ends.
    #[serde(flatten)]
    pub prediction: Prediction,
    /// How many differences to the target are left after it: those that only the user can judge, e.g. extra objects.
    pub drift_left: u32,
    /// What to know before the upgrade: of the statements that it is known to send.
    pub hazards: Vec<Hazard>,
}
