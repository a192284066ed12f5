//! # What it does
//! Finds revisions whose effects are not fully known.
//! # Why is this bad
//! What they do to the schema or to rows is neither checked nor part of the script.
//! # Example
//! a revision that imports application code which was not given

use super::{Hazard, Subject};
use crate::diagnostic::Severity;

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::UnknownEffects { revision, reason } = subject else { return None };
    Some(Hazard {
        rewrites: false,
        code: "unknown-effects",
        severity: Severity::Warning,
        message: format!("what {revision} does is not fully known: {reason}"),
        safer: Some("read this revision, or hand in the files that it imports".to_string()),
    })
}
