//! Floor 5: what may hurt when a script runs, one file per check, one line in [`CHECKS`].

mod constraint_scan;
mod dropped_object_stays;
mod enum_value;
mod index_blocks_writes;
mod lock_timeout;
mod not_null_column;
mod skipped_data_step;
mod type_change;
mod unknown_effects;

use crate::catalog::{Catalog, ObjectId, Session};
use crate::diagnostic::Severity;
use crate::pg::command::Command;
use crate::pg::error::Reason;
use crate::pg::ident::QName;

/// One danger, with the way around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// Stable, kebab-case; part of the report's contract.
    pub code: &'static str,
    /// `Error`: data may be lost or the script fails. `Warning`: it blocks others or needs a look.
    pub severity: Severity,
    /// What happens and why, one sentence.
    pub message: String,
    /// The safe alternative, as SQL or one sentence.
    pub safer: Option<String>,
    /// The statement writes the whole table anew.
    pub rewrites: bool,
}

/// What a check looks at.
pub enum Subject<'a> {
    /// A statement that a script or a pending revision sends.
    Statement(Statement<'a>),
    /// A data step of `revision` that a stamp would pass over.
    SkippedDataStep {
        /// The revision.
        revision: &'a str,
        /// What the step does.
        what: &'a str,
    },
    /// What a revision drops and a plan leaves.
    DropPassedOver {
        /// The object.
        object: &'a ObjectId,
    },
    /// A revision whose effects are not fully known.
    UnknownEffects {
        /// The revision.
        revision: &'a str,
        /// Why.
        reason: &'a Reason,
    },
}

/// A statement with the state that it meets.
pub struct Statement<'a> {
    /// The statement.
    pub command: &'a Command,
    /// The catalog before it.
    pub catalog: &'a Catalog,
    /// The connection before it.
    pub session: &'a Session,
    /// `lock_timeout` is set.
    pub lock_timeout: bool,
    /// The catalog before the script: tables that it made itself hold no rows of others.
    pub before: &'a Catalog,
}

impl Statement<'_> {
    /// True if `table` was there before the script, so that it may hold rows and others may use it.
    pub fn is_old(&self, table: &QName) -> bool {
        self.catalog.resolve_relation(table, self.session).is_some_and(|oid| self.before.get(oid).is_some())
    }
}

/// A check.
pub type Check = fn(&Subject<'_>) -> Option<Hazard>;

/// All checks, in the order in which their findings are shown.
pub const CHECKS: &[Check] = &[
    not_null_column::check,
    type_change::check,
    constraint_scan::check,
    index_blocks_writes::check,
    enum_value::check,
    lock_timeout::check,
    skipped_data_step::check,
    unknown_effects::check,
    dropped_object_stays::check,
];

/// All hazards of a subject.
pub fn check(subject: &Subject<'_>) -> Vec<Hazard> {
    CHECKS.iter().filter_map(|check| check(subject)).collect()
}
