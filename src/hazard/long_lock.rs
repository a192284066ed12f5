//! # What it does
//! Finds a statement that reads or writes the whole of a large table while others wait. Row counts are those of a dump with data.
//! # Why is this bad
//! Who waits waits as long as that takes: seconds for each million of rows, minutes where indexes are built.
//! # Example
//! `CREATE INDEX ix_event_at ON event (at)` on a table of 40 million rows

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::{AlterAction, Command, ConstraintKind, Table};
use crate::plan::lock::{Lock, lock};
use crate::predict::conversion::{Conversion, of_column};

/// From how many rows on it is worth a word.
const MANY: u64 = 100_000;

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::Statement(statement) = subject else { return None };
    let (lock, table) = lock(statement.command);
    let table = table.filter(|table| lock >= Lock::Share && statement.is_old(table))?;
    let reads_all = match statement.command {
        Command::CreateIndex(_) => true,
        Command::Table(Table::Alter { name, actions, .. }) => actions.iter().any(|action| match action {
            AlterAction::AddConstraint(constraint) => match &constraint.kind {
                ConstraintKind::Unique(key) | ConstraintKind::PrimaryKey(key) => key.using_index.is_none(),
                ConstraintKind::ForeignKey(_)
                | ConstraintKind::Check { .. }
                | ConstraintKind::NotNull { .. }
                | ConstraintKind::Exclude { .. } => !constraint.not_valid,
            },
            AlterAction::SetNotNull { not_null, .. } => *not_null,
            AlterAction::AlterType { column, ty, .. } => {
                of_column(statement.catalog, statement.session, name, column, ty) != Conversion::Free
            }
            _ => false,
        }),
        _ => false,
    };
    let rows = statement.rows(table).filter(|rows| reads_all && *rows >= MANY)?;
    Some(Hazard {
        rewrites: false,
        code: "long-lock",
        severity: Severity::Warning,
        message: format!(
            "{table} held {rows} rows when it was dumped: {} while all of them are read",
            lock.who_waits()
        ),
        safer: Some(
            "in a quiet hour, and measured on a copy first; or in the steps that the other notes show".to_string(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::hazards_with_rows;

    #[test]
    fn large_tables_are_named_with_their_rows() {
        let found =
            |statement: &str, rows| hazards_with_rows("CREATE TABLE t (a int)", statement, "long-lock", rows).len();
        assert_eq!(found("CREATE INDEX i ON t (a)", 2_000_000), 1);
        assert_eq!(found("CREATE INDEX i ON t (a)", 2_000), 0);
        assert_eq!(found("CREATE INDEX CONCURRENTLY i ON t (a)", 2_000_000), 0);
        assert_eq!(found("ALTER TABLE t ADD COLUMN b int", 2_000_000), 0);
        assert_eq!(found("ALTER TABLE t ALTER COLUMN a SET NOT NULL", 2_000_000), 1);
    }
}
