//! # What it does
//! Finds a CHECK that is added without `NOT VALID` to a table that may hold rows.
//! # Why is this bad
//! Every row is read while writers wait, and one row that breaks it fails the statement (23514).
//! # Example
//! `ALTER TABLE t ADD CONSTRAINT t_a_check CHECK (a > 0)`

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::{AlterAction, Command, ConstraintDef, ConstraintKind, Table};
use crate::pg::ident::QName;

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let (_, name, actions) = subject.altered()?;
    actions.iter().find_map(|action| {
        let AlterAction::AddConstraint(constraint) = action else { return None };
        if constraint.not_valid || !matches!(constraint.kind, ConstraintKind::Check { .. }) {
            return None;
        }
        let label = constraint.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        Some(Hazard {
            rewrites: false,
            code: "constraint-scan",
            severity: Severity::Warning,
            message: format!(
                "the CHECK{label} on {name} is tried on every row while who reads or writes it waits, and fails (23514) if one breaks it"
            ),
            safer: not_valid_first(name, constraint),
        })
    })
}

/// The constraint for new rows first, then for the old ones under a lock that lets others read and write.
pub(super) fn not_valid_first(table: &QName, constraint: &ConstraintDef) -> Option<String> {
    let name = constraint.name.as_ref()?;
    let add = Command::Table(Table::Alter {
        name: table.clone(),
        if_exists: false,
        only: false,
        actions: vec![AlterAction::AddConstraint(ConstraintDef { not_valid: true, ..constraint.clone() })],
    });
    Some(format!("{add};\nALTER TABLE {table} VALIDATE CONSTRAINT {name};"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::hazards;

    #[test]
    fn a_check_is_added_in_two_steps() {
        let found =
            hazards("CREATE TABLE t (a int)", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "constraint-scan");
        let safer = found[0].safer.clone().unwrap_or_default();
        assert!(safer.contains("NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT c;"), "{safer}");
    }
}
