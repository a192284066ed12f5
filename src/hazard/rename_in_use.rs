//! # What it does
//! Finds a table or column that gets another name.
//! # Why is this bad
//! The application that runs until the deploy has ended asks for the old name (42P01, 42703).
//! # Example
//! `ALTER TABLE candidate RENAME COLUMN wage TO expected_wage`

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::AlterAction;
use crate::pg::ident::QName;

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let (_, name, actions) = subject.altered()?;
    actions.iter().find_map(|action| {
        let (what, sqlstate, safer) = match action {
            AlterAction::RenameTo { to } => {
                let to = QName { schema: name.schema.clone(), name: to.clone() };
                let safer = format!("in the same transaction: CREATE VIEW {name} AS SELECT * FROM {to}; -- until no running code asks for {name}");
                (format!("{name} becomes {to}"), "42P01", safer)
            }
            AlterAction::RenameColumn { from, to } => (
                format!("{name}.{from} becomes {to}"),
                "42703",
                format!("stop the application first; or add {to} beside {from}, let the code write both, and drop {from} later"),
            ),
            _ => return None,
        };
        Some(Hazard {
            rewrites: false,
            code: "rename-in-use",
            severity: Severity::Warning,
            message: format!("{what}: code that still runs and asks for the old name fails ({sqlstate})"),
            safer: Some(safer),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::hazards;

    #[test]
    fn renames_of_what_is_used_are_found() {
        let found = |statement: &str| hazards("CREATE TABLE t (a int)", statement, "rename-in-use").len();
        assert_eq!((found("ALTER TABLE t RENAME TO u"), found("ALTER TABLE t RENAME COLUMN a TO b")), (1, 1));
        assert_eq!(found("ALTER TABLE t ADD COLUMN b int"), 0);
    }
}
