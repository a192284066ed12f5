//! The version rows as SQL.

use std::fmt::Write;

use super::VERSION_NUM_LENGTH;
use crate::alembic::revision::RevisionId;

/// The version table as it is in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTable {
    /// `version_table_schema`; `None` leaves it to the search path, as Alembic does.
    pub schema: Option<String>,
    /// `version_table`
    pub name: String,
    /// False: it must be created.
    pub exists: bool,
    /// The length of `version_num`; `None` is no limit.
    pub length: Option<usize>,
    /// False: `version_table_pk=False`, or a table that lost its key.
    pub primary_key: bool,
}

impl Default for VersionTable {
    fn default() -> VersionTable {
        VersionTable {
            schema: None,
            name: "alembic_version".into(),
            exists: true,
            length: Some(VERSION_NUM_LENGTH),
            primary_key: true,
        }
    }
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A literal that means the same whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

impl VersionTable {
    /// The name as SQL.
    pub fn sql_name(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", identifier(schema), identifier(&self.name)),
            None => identifier(&self.name),
        }
    }

    /// `CREATE TABLE` as Alembic writes it, wide enough for `ids`.
    fn create(&self, ids: &[RevisionId]) -> String {
        let length = longest(ids).max(VERSION_NUM_LENGTH);
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n    version_num VARCHAR({length}) NOT NULL,\n    CONSTRAINT {} PRIMARY KEY (version_num)\n);\n",
            self.sql_name(),
            identifier(&format!("{}_pkc", self.name))
        )
    }
}

fn longest(ids: &[RevisionId]) -> usize {
    ids.iter().map(|id| id.chars().count()).max().unwrap_or(0)
}

/// A dollar quote that none of the texts contains.
fn dollar_tag(texts: &[&str]) -> String {
    let taken = |tag: &str| texts.iter().any(|text| text.contains(tag));
    let mut tag = "$restamp$".to_string();
    let mut number = 0;
    while taken(&tag) {
        number += 1;
        tag = format!("$restamp{number}$");
    }
    tag
}

/// SQL that takes the rows from `before` to `after`, for the end of a transaction: it locks the table, refuses to run if
/// the rows are neither as they were nor as they shall be, asserts every row count, and changes nothing a second time.
/// Duplicated rows are reduced to one, and a column that is too short for an identifier is widened first.
pub fn stamp_script(table: &VersionTable, before: &[RevisionId], after: &[RevisionId]) -> String {
    let name = table.sql_name();
    let mut sql = String::new();
    if !table.exists {
        sql.push_str(&table.create(after));
    }
    let _ = writeln!(sql, "LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE;");
    if let Some(length) = table.length
        && table.exists
        && longest(after) > length
    {
        let _ = writeln!(sql, "ALTER TABLE {name} ALTER COLUMN version_num TYPE VARCHAR({});", longest(after));
    }
    let rows = |ids: &[RevisionId]| {
        let mut sorted = ids.to_vec();
        sorted.sort();
        let items: Vec<String> = sorted.iter().map(|id| literal(id)).collect();
        format!("ARRAY[{}]::text[]", items.join(", "))
    };
    let mut distinct: Vec<RevisionId> = Vec::new();
    for id in before {
        if !distinct.contains(id) {
            distinct.push(id.clone());
        }
    }
    let count = |id: &RevisionId| before.iter().filter(|row| *row == id).count();
    let removed: Vec<&RevisionId> = distinct.iter().filter(|id| !after.contains(id) || count(id) > 1).collect();
    let added: Vec<&RevisionId> = after.iter().filter(|id| !distinct.contains(id) || count(id) > 1).collect();
    let mut body = String::new();
    let mut statement = |text: String, expected: usize| {
        let _ = writeln!(body, "    {text};");
        let _ = writeln!(body, "    GET DIAGNOSTICS touched = ROW_COUNT;");
        let _ = writeln!(
            body,
            "    IF touched <> {expected} THEN RAISE EXCEPTION 'restamp: expected {expected} version row(s), found %', touched; END IF;"
        );
    };
    let updates = removed.len().min(added.len());
    for (at, id) in removed.iter().enumerate() {
        match added.get(at) {
            // One row becomes another: what `alembic stamp` does, too.
            Some(to) if at < updates && count(id) == 1 => statement(
                format!("UPDATE {name} SET version_num = {} WHERE version_num = {}", literal(to), literal(id)),
                1,
            ),
            Some(to) => {
                statement(format!("DELETE FROM {name} WHERE version_num = {}", literal(id)), count(id));
                statement(format!("INSERT INTO {name} (version_num) VALUES ({})", literal(to)), 1);
            }
            None => statement(format!("DELETE FROM {name} WHERE version_num = {}", literal(id)), count(id)),
        }
    }
    for id in added.iter().skip(updates) {
        statement(format!("INSERT INTO {name} (version_num) VALUES ({})", literal(id)), 1);
    }
    let tag = dollar_tag(&[&name, &body]);
    let _ = write!(
        sql,
        "DO {tag}\nDECLARE\n    touched bigint;\n    found text[];\nBEGIN\n    \
         SELECT coalesce(array_agg(version_num::text ORDER BY version_num COLLATE \"C\"), '{{}}') INTO found FROM {name};\n    \
         IF found = {after} THEN RETURN; END IF;\n    \
         IF found <> {before} THEN RAISE EXCEPTION 'restamp: the version rows are %, not as in the dump', found; END IF;\n\
         {body}END {tag};\n",
        after = rows(after),
        before = rows(before),
    );
    if !table.primary_key && table.exists {
        let pkc = identifier(&format!("{}_pkc", table.name));
        let _ = writeln!(sql, "ALTER TABLE {name} ADD CONSTRAINT {pkc} PRIMARY KEY (version_num);");
    }
    sql
}

/// A word for a POSIX shell.
pub fn shell_quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '@' | ':' | '+' | ',');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
