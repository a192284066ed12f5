//! What is done around a plan in production, by whom it is handed to.

use super::files::numbered;
use super::{Plan, Step};
use crate::alembic::stamp::shell_quote;

fn step(title: &str, command: Option<String>) -> Step {
    Step { title: title.to_string(), command, file: None }
}

impl Plan {
    /// The whole way as Markdown: stop what migrates by itself, back up, the plan's own steps, look again.
    pub fn runbook(&self) -> String {
        let mut steps = vec![step(
            "Stop whatever migrates by itself: deploys, release commands, containers that run `alembic upgrade` or `flask db upgrade` when they start",
            None,
        )];
        if !self.tables.is_empty() {
            // In psql's patterns a name in double quotes stands for itself.
            let tables: Vec<String> = self.tables.iter().map(|table| format!("-t {}", shell_quote(table))).collect();
            steps.push(step(
                "Back up what the fix touches; a snapshot of the whole database by your host is better still",
                Some(format!("pg_dump \"$DATABASE_URL\" -Fc {} -f before_restamp.dump", tables.join(" "))),
            ));
        }
        steps.extend(self.steps.iter().cloned());
        steps.push(step(
            "Take a second dump and analyse it: the answer must be that the database is where its row says, and nothing is missing",
            Some("(pg_dump -s \"$DATABASE_URL\"; pg_dump -a -t '*.*alembic_version*' \"$DATABASE_URL\") > after.sql".to_string()),
        ));
        steps.push(step("Start again what was stopped", None));
        let mut md = format!("\n\n### Runbook\n{}", numbered(&steps));
        if !self.undo_sql.is_empty() {
            md += "\nIf something is not as it should be between the fix and the upgrade, undo.sql leads back; it stops where it would drop values.";
        }
        if !self.fix_sql.is_empty() {
            md += "\nWithout psql, `python apply.py` does what check.sql, fix.sql, verify.sql and undo.sql do, through the application's own SQLAlchemy; it rehearses unless you say --commit.";
        }
        md
    }
}
