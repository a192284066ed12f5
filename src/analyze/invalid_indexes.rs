//! Indexes that a failed `CREATE INDEX CONCURRENTLY` has left: pg_dump passes over them, though their names are taken (42P07).

use super::database::Database;
use crate::alembic::log::DeployLog;
use crate::catalog::Object;
use crate::catalog::object::Index;
use crate::diagnostic::Diagnostic;
use crate::pg::command::{Command, Table};
use crate::pg::ident::{Ident, QName};
use crate::predict::answers::Answers;
use crate::sql::statement::parse_one;

/// Adds the index that is not in the dump though the log says that its name is taken, and says so.
pub fn of_log(database: &mut Database, log: &DeployLog) -> Option<Diagnostic> {
    let failure = log.failure.as_ref().filter(|failure| failure.sqlstate == Some("42P07"))?;
    let Command::CreateIndex(index) = parse_one(failure.statement.as_deref()?)? else { return None };
    let name = index.name.as_ref().filter(|name| failure.message.contains(&format!("\"{}\"", name.as_str())))?;
    let is_whole = database.out_of_scope().is_empty() && database.contents.keys && !database.cut;
    if !is_whole || !add(database, name, &index.table) {
        return None;
    }
    let what = format!(
        "The log says that the index {name} exists, and the dump does not show it: it is taken to be invalid, as a failed \
         CREATE INDEX CONCURRENTLY leaves it."
    );
    let help = format!("See it in psql: \\d {} shows it as INVALID. The fix drops it only if it is.", index.table);
    Some(Diagnostic::info("invalid-index", what).help(help))
}

/// Adds those that `check.sql` has found.
pub fn of_answers(database: &mut Database, answers: &Answers) {
    for found in answers.facts("invalid-index").iter().flat_map(|list| list.split("; ")) {
        let Some((index, table)) = found.split_once(" of ") else { continue };
        let index = parse_one(&format!("DROP INDEX {index}"));
        let table = parse_one(&format!("DROP TABLE {table}"));
        if let (Some(Command::DropIndex { names, .. }), Some(Command::Table(Table::Drop { names: tables, .. }))) =
            (index, table)
            && let ([index], [table]) = (names.as_slice(), tables.as_slice())
        {
            add(database, &index.name, table);
        }
    }
}

/// Adds those that a snapshot tells of, and says so.
pub fn of_snapshot(database: &mut Database) -> Option<Diagnostic> {
    let invalid = database.snapshot.as_ref()?.invalid_indexes.clone();
    let added: Vec<String> = invalid
        .into_iter()
        .filter(|(index, table)| add(database, index, table))
        .map(|(index, table)| format!("{index} of {table}"))
        .collect();
    if added.is_empty() {
        return None;
    }
    let what = format!(
        "Invalid, left by a CREATE INDEX CONCURRENTLY that failed: {}. A revision that makes such an index fails (42P07).",
        added.join(", ")
    );
    let help = "A fix drops those that the revisions make; drop the others by hand (DROP INDEX CONCURRENTLY) or build them again (REINDEX).";
    Some(Diagnostic::info("invalid-index", what).help(help))
}

/// Adds an invalid index; false where the table is not there or the name is that of something the dump shows.
fn add(database: &mut Database, name: &Ident, table: &QName) -> bool {
    let catalog = &mut database.catalog;
    let Some(table) = catalog.resolve_relation(table, &database.session) else { return false };
    let (Some(schema), Some(qname)) = (catalog.schema_of(table), catalog.qname(table)) else { return false };
    let taken = qname.schema.as_ref().and_then(|schema| catalog.relation(schema, name));
    if taken.is_some() {
        return false;
    }
    // Nothing is asked of it but its name.
    catalog.add(Object::Index(Index {
        schema,
        table,
        name: name.clone(),
        generated_name: false,
        unique: false,
        method: Ident::new("btree"),
        keys: Vec::new(),
        include: Vec::new(),
        nulls_not_distinct: false,
        with: Default::default(),
        properties: Default::default(),
        predicate: None,
        predicate_columns: Vec::new(),
        constraint: None,
        partition_of: None,
        valid: false,
    }));
    true
}
