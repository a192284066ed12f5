//! # What it does
//! Finds objects that a revision drops and a plan leaves, since nothing is dropped unasked.
//! # Why is this bad
//! The stamp says that they are gone; code that makes them anew fails, and a column without a default may refuse INSERTs.
//! # Example
//! `op.drop_column("candidate", "wage")` in a revision that the plan stamps

use super::{Hazard, Subject};
use crate::diagnostic::Severity;

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::DropPassedOver { object } = subject else { return None };
    Some(Hazard {
        rewrites: false,
        code: "dropped-object-stays",
        severity: Severity::Warning,
        message: format!("{object} stays, though a revision drops it"),
        safer: Some("look at what it holds, then drop it yourself, or allow drops (--allow-drops)".to_string()),
    })
}
