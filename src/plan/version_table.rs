//! What Alembic's own table needs before a stamp and an upgrade can write their rows into it.

use super::Case;
use super::fix::{FixStep, Origin};
use crate::pg::ident::Ident;
use crate::replay::history::Members;
use crate::sql::statement::parse;

/// Lengths that `version_num` may be widened to.
const LENGTHS: &[usize] = &[64, 128, 255];

/// The statements: a row that is there twice is kept once and the primary key made that would have refused it; the column
/// is widened for identifiers that do not fit (22001).
pub fn prepare(case: &Case<'_>, state: &Members, to: &[String]) -> Vec<FixStep> {
    let name = case.subject.version_table();
    let Some(oid) = case.actual.resolve_relation(&name, case.session) else { return Vec::new() };
    let Some(table) = case.actual.qname(oid) else { return Vec::new() };
    let mut texts = Vec::new();
    if has_duplicates(&case.found_rows()) {
        texts.push(format!(
            "DELETE FROM {table} AS later USING {table} AS first \
             WHERE later.version_num = first.version_num AND later.ctid > first.ctid"
        ));
        if case.actual.primary_key(oid).is_none() {
            let pkey = Ident::new(&format!("{}_pkc", table.name.as_str()));
            texts.push(format!("ALTER TABLE {table} ADD CONSTRAINT {pkey} PRIMARY KEY (version_num)"));
        }
    }
    let pending = case.goal.iter().filter(|&position| !state.has(position)).map(|at| &case.subject.history.order[at]);
    let longest = to.iter().chain(pending).map(|id| id.chars().count()).max().unwrap_or(0);
    let limit = case.subject.version_num_length(case.actual, case.session);
    if limit.is_some_and(|limit| limit < longest) {
        let length = LENGTHS.iter().copied().find(|&length| length >= longest).unwrap_or(longest);
        texts.push(format!("ALTER TABLE {table} ALTER COLUMN version_num TYPE character varying({length})"));
    }
    let commands = texts.iter().flat_map(|text| parse(text)).map(|statement| statement.command);
    commands.map(|command| FixStep { command, origin: Origin::VersionTable, makes: Vec::new() }).collect()
}

fn has_duplicates(rows: &[String]) -> bool {
    rows.iter().enumerate().any(|(at, row)| rows[..at].contains(row))
}
