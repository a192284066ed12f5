//! # What it does
//! Finds a statement that takes ACCESS EXCLUSIVE on a table in use while no `lock_timeout` is set.
//! # Why is this bad
//! It queues behind the longest running query, and everything else queues behind it.
//! # Example
//! `ALTER TABLE t ADD COLUMN a integer`

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::plan::lock::{Lock, lock};

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::Statement(statement) = subject else { return None };
    let (Lock::AccessExclusive, Some(table)) = lock(statement.command) else { return None };
    if statement.lock_timeout || !statement.is_old(table) {
        return None;
    }
    Some(Hazard {
        rewrites: false,
        code: "lock-timeout",
        severity: Severity::Warning,
        message: format!(
            "ACCESS EXCLUSIVE on {table} without lock_timeout: behind one long query, every other query waits too"
        ),
        safer: Some("SET lock_timeout = '5s'; -- and try again when it ends with 55P03".to_string()),
    })
}
