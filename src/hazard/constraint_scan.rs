//! # What it does
//! Finds a FOREIGN KEY or CHECK that is added without `NOT VALID` to a table that may hold rows.
//! # Why is this bad
//! Every row is read while writers wait, and one row that breaks it fails the statement (23503, 23514).
//! # Example
//! `ALTER TABLE t ADD CONSTRAINT t_a_fkey FOREIGN KEY (a) REFERENCES b (id)`

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::{AlterAction, Command, ConstraintDef, ConstraintKind, Table};

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::Statement(statement) = subject else { return None };
    let Command::Table(Table::Alter { name, actions, .. }) = statement.command else { return None };
    if !statement.is_old(name) {
        return None;
    }
    actions.iter().find_map(|action| {
        let AlterAction::AddConstraint(constraint) = action else { return None };
        let (what, sqlstate) = match &constraint.kind {
            ConstraintKind::ForeignKey(_) => ("foreign key", "23503"),
            ConstraintKind::Check { .. } => ("CHECK", "23514"),
            ConstraintKind::NotNull { .. }
            | ConstraintKind::Unique(_)
            | ConstraintKind::PrimaryKey(_)
            | ConstraintKind::Exclude { .. } => return None,
        };
        if constraint.not_valid {
            return None;
        }
        let label = constraint.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let safer = constraint.name.as_ref().map(|constraint_name| {
            let not_valid = ConstraintDef { not_valid: true, ..constraint.clone() };
            let add = Command::Table(Table::Alter {
                name: name.clone(),
                if_exists: false,
                only: false,
                actions: vec![AlterAction::AddConstraint(not_valid)],
            });
            format!("{add};\nALTER TABLE {name} VALIDATE CONSTRAINT {constraint_name};")
        });
        Some(Hazard {
            rewrites: false,
            code: "constraint-scan",
            severity: Severity::Warning,
            message: format!(
                "the {what}{label} on {name} is checked against every row while writers wait, and fails ({sqlstate}) if one breaks it"
            ),
            safer,
        })
    })
}
