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
    let (used, safer) = match statement.in_transaction {
        true => (
            "be used before this transaction has ended (55P04) and cannot ",
            Some("run it by itself, before what uses the value"),
        ),
        false => ("", None),
    };
    Some(Hazard {
        rewrites: false,
        code: "enum-value",
        severity: if statement.in_transaction { Severity::Warning } else { Severity::Info },
        message: format!("the value '{label}' of {name} cannot {used}be removed later"),
        safer: safer.map(str::to_string),
    })
}
