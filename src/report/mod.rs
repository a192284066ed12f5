//! Floor 6: what goes in and what comes out. The only serialisable types of the crate.
//!
//! [`Report`] is the contract of `restamp analyze --format json`, of the wasm library and of the page. Its JSON
//! Schema (`report.schema.json`) and TypeScript types (`report.d.ts`) are made from these types by the tests in `schema`.
//!
//! **Invariant:** no key is ever left out of the JSON; what does not apply is `null` or empty.

mod apply;
pub mod build;
mod bytes;
mod database;
mod diff;
pub mod files;
mod history;
mod html;
pub mod input;
mod plan;
pub mod redact;
mod rehearsal;
mod root;
mod runbook;
#[cfg(feature = "cli")]
pub mod schema;

pub use database::{Change, Database, Drift, Introduced, Located, ObjectName, Stamped, StampedSource};
pub use files::FILE_NAMES;
pub use history::{
    DataStep, DataStepState, Effects, Environment, Evidence, Found, Revision, RevisionVerdict, Unmodelled,
};
pub use input::{Input, InputFile, Options, Progress, Stage};
pub use plan::{Commands, DataCondition, Hazard, Outcome, Patch, Plan, PlanId, Prediction, Step, Then};
pub use rehearsal::{PlanRehearsal, Rehearsal, Sent};
pub use root::{
    Diagnostic, Excerpt, InputKind, InputSummary, Label, LeftBehind, LogFailure, LogRun, LogStep, Report,
    SCHEMA_VERSION, Severity, Situation, Verdict,
};
