//! The snapshot: what a SELECT gives where there is no pg_dump, turned into the text that pg_dump would write for that database.
//!
//! [`SELECT`] reads the system catalogs and gives one JSON value; [`program`] does the same through an application's own SQLAlchemy.
//! What a console makes of the value is undone (`found`), and the rest of Restamp reads the text as it reads any dump.

mod found;
mod gate;
mod row;
#[cfg(test)]
mod tests;
mod write;

pub(super) use gate::Gate;

use crate::diagnostic::Diagnostic;
use crate::pg::ident::{Ident, QName};
use crate::sql::dump::Decoder;

/// The SELECT, for any client of PostgreSQL 12 or later. It changes nothing.
///
/// ```
/// use restamp::sql::snapshot::SELECT;
/// assert!(SELECT.contains("'restamp_snapshot', 1"));
/// ```
pub const SELECT: &str = include_str!("snapshot.sql");

/// A Python program that runs the SELECT through SQLAlchemy (1.4 or 2), where there is no SQL console.
///
/// ```
/// let program = restamp::sql::snapshot::program();
/// assert!(program.contains("create_engine") && program.contains("restamp_snapshot"));
/// ```
pub fn program() -> String {
    include_str!("snapshot.py").replace("@SELECT@", SELECT.trim_end().trim_end_matches(';'))
}

/// The SQL that pg_dump would write for the database of a snapshot, however a console gave it: for those who want to read it, or to
/// make the same schema elsewhere.
///
/// # Errors
/// The messages that say why there is none.
///
/// ```
/// let snapshot = br#"{"restamp_snapshot": 1, "schemas": [{"oid": 16400, "name": "app", "owner": "joe"}]}"#;
/// let sql = restamp::sql::snapshot::to_sql("snapshot.json", snapshot).unwrap();
/// assert!(sql.contains("CREATE SCHEMA app;"));
/// ```
pub fn to_sql(name: &str, bytes: &[u8]) -> Result<String, Vec<Diagnostic>> {
    let (mut decoder, mut gate, mut text) = (Decoder::new(name), Gate::default(), Vec::new());
    let mut through = |bytes: &[u8]| gate.feed(bytes, &mut |piece| text.extend_from_slice(piece));
    for chunk in bytes.chunks(1 << 16) {
        through(&decoder.feed(chunk));
    }
    decoder.finish(&mut through);
    let mut messages = decoder.diagnostics;
    match gate.finish(name, &mut |piece| text.extend_from_slice(piece)) {
        Ok(Some(_)) => return Ok(String::from_utf8_lossy(&text).into_owned()),
        Ok(None) if messages.is_empty() => {
            let what = format!("{name} is no snapshot");
            let help = "Take one with the SELECT that restamp snapshot prints; a dump is SQL already, or becomes it by pg_restore -f -.";
            messages.push(Diagnostic::error("snapshot-none", what).help(help));
        }
        Ok(None) => {}
        Err(refused) => messages.push(refused),
    }
    Err(messages)
}

/// What a snapshot tells beyond what a dump does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The name of the database.
    pub database: String,
    /// When it was taken, in UTC: `2026-11-29 06:44:12 UTC`.
    pub taken: String,
    /// The role that took it.
    pub role: String,
    /// The `search_path` that a session of that role begins with, as it is written.
    pub search_path: String,
    /// Settings of roles and databases that change what an upgrade does.
    pub settings: Vec<RoleSetting>,
    /// Indexes that a failed `CREATE INDEX CONCURRENTLY` has left, with their tables; no dump shows them.
    pub invalid_indexes: Vec<(Ident, QName)>,
    /// Relations that the role may not change, with their owners.
    pub not_mine: Vec<(QName, Ident)>,
    /// Version tables whose rows the role may not read.
    pub unread: Vec<QName>,
}

/// A row of `pg_db_role_setting`: one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSetting {
    /// Of which role; `None`: of all.
    pub role: Option<Ident>,
    /// In which database; `None`: in all.
    pub database: Option<Ident>,
    /// `search_path`
    pub name: String,
    /// `app, public`
    pub value: String,
}

/// Why a snapshot cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It ends too early.
    Cut,
    /// It is not JSON any more: the parser's words.
    Changed(String),
    /// It was made by the SELECT of another version of Restamp.
    Version(i64),
}
