//! # What it does
//! Finds `ADD COLUMN … NOT NULL` without a default, and `SET NOT NULL`, on a table that may hold rows.
//! # Why is this bad
//! The statement fails with 23502 as soon as one row is there (one row holds NULL, for `SET NOT NULL`).
//! # Example
//! `ALTER TABLE candidate ADD COLUMN score integer NOT NULL`

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::AlterAction;
use crate::pg::ident::Ident;
use crate::predict::conditions::needs_value;

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let (_, name, actions) = subject.altered()?;
    actions.iter().find_map(|action| match action {
        AlterAction::AddColumn { column, .. } if needs_value(column) => Some(Hazard {
            rewrites: false,
            code: "not-null-column",
            severity: Severity::Error,
            message: format!("{name}.{} is added NOT NULL without a default: this fails (23502) if {name} holds any row", column.name),
            safer: Some(format!(
                "ALTER TABLE {name} ADD COLUMN {} {}; -- fill it, then: ALTER TABLE {name} ALTER COLUMN {} SET NOT NULL",
                column.name, column.ty, column.name
            )),
        }),
        AlterAction::SetNotNull { column, not_null: true } => Some(Hazard {
            rewrites: false,
            code: "not-null-column",
            severity: Severity::Warning,
            message: format!("{name}.{column} becomes NOT NULL: this fails (23502) if any row holds NULL there, and reads the whole table"),
            safer: Some(format!(
                "SELECT count(*) FROM {name} WHERE {column} IS NULL; -- must be 0 first\n\
                 ALTER TABLE {name} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID;\n\
                 ALTER TABLE {name} VALIDATE CONSTRAINT {check}; -- others read and write meanwhile\n\
                 ALTER TABLE {name} ALTER COLUMN {column} SET NOT NULL; -- reads no row then (version 12 on)\n\
                 ALTER TABLE {name} DROP CONSTRAINT {check};",
                check = Ident::new(&format!("{}_not_null", column.as_str()))
            )),
        }),
        _ => None,
    })
}
