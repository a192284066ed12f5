//! # What it does
//! Finds `ALTER TYPE … ADD VALUE`.
//! # Why is this bad
//! The value cannot be used before the transaction that added it has ended (55P04), and it can never be taken back.
//! # Example
//! `ALTER TYPE status ADD VALUE 'archived'`

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::{Command, Type};

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::Statement(statement) = subject else { return None };
    let Command::Type(Type::AddValue { name, label, .. }) = statement.command else { return None };
    Some(Hazard {
        rewrites: false,
        code: "enum-value",
        severity: Severity::Warning,
        message: format!(
            "the value '{label}' of {name} cannot be used before this transaction has ended (55P04) and cannot be removed later"
        ),
        safer: Some("run it by itself, before what uses the value".to_string()),
    })
}
