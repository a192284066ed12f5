//! Rehearsals in the report's words.

use super::super::{self as report, PlanRehearsal, Rehearsal, Sent};
use super::place;
use crate::pg::command::Command;
use crate::pg::error::Refusal;
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::literal;
use crate::predict::{Outcome, Prediction};
use crate::source::{Sources, Span};
use crate::sql::split;

/// What is rehearsed besides the plans: the dump's statements, and what makes its version table say what it is known to hold.
pub struct Restore<'a> {
    /// Statements of the dump.
    pub statements: &'a [Span],
    /// Alembic's own table.
    pub version_table: QName,
    /// It is not among the statements.
    pub make_version_table: bool,
    /// Its rows.
    pub rows: &'a [String],
    /// That of Alembic's connection; a dump leaves an empty one.
    pub search_path: &'a [Ident],
}

/// The rehearsal of `plans`, each with what the upgrade after it is predicted to do.
pub fn rehearsal(
    restore: &Restore<'_>,
    today: &Prediction,
    plans: &[(&report::Plan, &Prediction)],
    per_migration: bool,
    sources: &Sources,
) -> Rehearsal {
    Rehearsal {
        restore: restored(restore, sources),
        upgrade: upgrade(today, per_migration, sources),
        plans: plans
            .iter()
            .map(|(plan, then)| PlanRehearsal {
                indexes: script("indexes.sql", &plan.indexes_sql),
                fix: script("fix.sql", &plan.fix_sql),
                stamp: script("stamp.sql", &plan.stamp_sql),
                verify: script("verify.sql", &plan.verify_sql),
                undo: script("undo.sql", &plan.undo_sql),
                upgrade: upgrade(then, per_migration, sources),
            })
            .collect(),
    }
}

fn restored(restore: &Restore<'_>, sources: &Sources) -> Vec<Sent> {
    let of_dump = restore.statements.iter().map(|span| {
        let (file, line) = place(sources, Some(*span));
        Sent { file, line, ..sent(sources.text(*span)) }
    });
    let table = &restore.version_table;
    let made = restore.make_version_table && !restore.rows.is_empty();
    let make = made.then(|| sent(&format!("CREATE TABLE {table} (version_num character varying(32) NOT NULL)")));
    let insert = |row: &String| sent(&format!("INSERT INTO {table} (version_num) VALUES ({})", literal(row)));
    let path = restore.search_path.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let path = sent(&format!("SET search_path = {}", if path.is_empty() { "''" } else { &path }));
    of_dump.chain([path]).chain(make).chain(restore.rows.iter().map(insert)).collect()
}

/// The statements of a script, with their lines in it.
fn script(name: &str, text: &str) -> Vec<Sent> {
    let line = |at: usize| text[..at].bytes().filter(|byte| *byte == b'\n').count() as u32 + 1;
    let statement = |range: std::ops::Range<usize>| Sent {
        file: Some(name.to_string()),
        line: Some(line(range.start)),
        ..sent(&text[range])
    };
    split::statements(text).into_iter().map(statement).collect()
}

/// What an upgrade sends, and where it is refused by the server the statement that is.
fn upgrade(prediction: &Prediction, per_migration: bool, sources: &Sources) -> Vec<Sent> {
    let mut transactions = 0;
    let mut last: Option<&str> = None;
    let mut all = Vec::new();
    for statement in &prediction.statements {
        let same = last.is_some_and(|last| !per_migration || last == statement.revision);
        if statement.in_transaction && !same {
            transactions += 1;
        }
        last = statement.in_transaction.then_some(statement.revision.as_str());
        let (file, line) = place(sources, statement.span);
        all.push(Sent {
            file,
            line,
            revision: Some(statement.revision.clone()),
            transaction: statement.in_transaction.then_some(transactions),
            may_run: statement.may.as_ref().map(ToString::to_string).or_else(|| unknown(&statement.command)),
            ..sent(&statement.command.to_string())
        });
    }
    if let (Outcome::Fails, Some(failure)) = (&prediction.outcome, &prediction.failure)
        && let (Refusal::Postgres(error), Some(sql)) = (&failure.refusal, &failure.statement)
    {
        let (file, line) = place(sources, failure.at);
        let same = last.is_some_and(|last| !per_migration || Some(last) == failure.revision.as_deref());
        let within = if same { transactions } else { transactions + 1 };
        all.push(Sent {
            file,
            line,
            revision: failure.revision.clone(),
            // Whether it is in an autocommit block makes no other difference to what refuses it.
            transaction: (!is_concurrent(sql)).then_some(within),
            refused: Some(error.sqlstate.to_string()),
            ..sent(sql)
        });
    }
    all
}

/// Why not all of a statement is known.
fn unknown(command: &Command) -> Option<String> {
    let part = command.unknown_part().map(str::to_string);
    part.or_else(|| command.unknown_type().map(ToString::to_string))
}

/// What PostgreSQL refuses inside a transaction, whatever else is wrong with it.
fn is_concurrent(sql: &str) -> bool {
    sql.to_ascii_uppercase().split_whitespace().any(|word| word == "CONCURRENTLY")
}

fn sent(sql: &str) -> Sent {
    let sql = sql.trim().trim_end_matches(';').to_string();
    Sent { sql, file: None, line: None, revision: None, transaction: None, may_run: None, refused: None }
}
