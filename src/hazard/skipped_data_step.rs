//! # What it does
//! Finds data steps of revisions that a stamp would mark as done.
//! # Why is this bad
//! Alembic will never run them; whether they ran cannot be seen in a schema.
//! # Example
//! `op.execute("UPDATE candidate SET expected_wage = wage")` in a revision between the row and the stamp.

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::predict::unproven::Left;

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::SkippedDataStep { revision, what, left } = subject else { return None };
    Some(Hazard {
        rewrites: false,
        code: "skipped-data-step",
        severity: Severity::Error,
        message: format!(
            "stamping passes over a data step of {revision}, and a schema cannot show that it ran: {what}{}",
            left.map(Left::shown).unwrap_or_default()
        ),
        safer: Some(match left {
            Some(Left { query: Ok(_), answer: None, .. }) => {
                "hand in what check.sql prints (--answers FILE)".to_string()
            }
            _ => "look at the rows that it would have changed before you stamp".to_string(),
        }),
    })
}
