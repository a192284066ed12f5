//! # What it does
//! Finds an index that is built without `CONCURRENTLY` on a table that was there before.
//! # Why is this bad
//! Writers wait for as long as the build takes.
//! # Example
//! `CREATE INDEX ix_t_a ON t (a)`

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::{Command, CreateIndex};

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::Statement(statement) = subject else { return None };
    let Command::CreateIndex(index) = statement.command else { return None };
    if index.concurrently || !statement.is_old(&index.table) {
        return None;
    }
    Some(Hazard {
        rewrites: false,
        code: "index-blocks-writes",
        severity: Severity::Warning,
        message: format!("the index on {} blocks writers while it is built", index.table),
        safer: Some(format!(
            "{}; -- outside a transaction block",
            Command::CreateIndex(CreateIndex { concurrently: true, ..index.clone() })
        )),
    })
}
