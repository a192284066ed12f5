//! Dumps: fed in chunks ([`DumpReader`]), kept without their rows ([`DumpText`]), and read as statements with places ([`Dump`]).
//! Rows are counted, and kept only where they may be those of the version table.

mod archive;
mod copy;
mod current;
mod decode;
mod pieces;
mod reader;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

pub use current::read_current;
pub(in crate::sql) use decode::{Decoder, empty};
pub use reader::DumpReader;
pub use text::DumpText;

use crate::diagnostic::Diagnostic;
use crate::pg::command::{Command, Spanned};
use crate::pg::ident::{Ident, QName};
use crate::sql::snapshot::Known;

/// What to look for.
#[derive(Clone, Debug, Default)]
pub struct DumpOptions {
    /// Names of the version tables; any schema where none is given. Empty: every table whose name contains
    /// `alembic_version`, and every one whose only column is `version_num`.
    pub version_tables: Vec<QName>,
    /// Which database of a `pg_dumpall` is read.
    pub database: Option<String>,
}

/// pg_dump's comment over an object: `-- Name: x; Type: TABLE; Schema: public; Owner: joe`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The name, of some kinds with more: `t t_pkey`, `f(integer)`.
    pub name: String,
    /// The type, e.g. `FK CONSTRAINT`.
    pub kind: String,
    /// `None` where it says `-`.
    pub schema: Option<Ident>,
    /// `None` where it says `-` (`--no-owner`).
    pub owner: Option<Ident>,
}

/// A statement of a dump.
#[derive(Clone, Debug)]
pub struct DumpStatement {
    /// What it says, and where.
    pub command: Spanned<Command>,
    /// The comment over it.
    pub header: Option<Header>,
}

/// What of a database the dump can show, by what is there as a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Tables, types and what else comes before the rows: `--section=pre-data` has them, `--data-only` has not.
    pub tables: bool,
    /// pg_dump found no object at all: an empty database.
    pub nothing: bool,
    /// Primary keys, unique constraints or indexes: `--section=post-data` has them.
    pub keys: bool,
    /// Foreign keys.
    pub foreign_keys: bool,
    /// Rows: `--schema-only` has none.
    pub rows: bool,
    /// `GRANT` or `REVOKE`: `--no-privileges` has none.
    pub grants: bool,
    /// Owners: `--no-owner` has none.
    pub owners: bool,
    /// pg_dump's last line is there.
    pub complete: bool,
}

/// What a dump says.
#[derive(Clone, Debug, Default)]
pub struct Dump {
    /// All statements of the schema, in order. `COPY` and `INSERT` are not among them.
    pub statements: Vec<DumpStatement>,
    /// `-- Dumped from database version 15.20 (Debian …)`: the words after `version`.
    pub server_version: Option<String>,
    /// `-- Dumped by pg_dump version …`
    pub pg_dump_version: Option<String>,
    /// `-- Started on 2026-11-29 06:44:12 UTC`, as `pg_dump --verbose` writes it.
    pub started: Option<String>,
    /// The databases that `\connect` names, in order. Several: a pg_dumpall.
    pub databases: Vec<String>,
    /// Which of them was read.
    pub database: Option<String>,
    /// Per version table whose rows are in the dump, the revisions.
    pub version_rows: BTreeMap<QName, Vec<String>>,
    /// Rows per table that has rows in the dump.
    pub rows: BTreeMap<QName, u64>,
    /// What the dump can show.
    pub contents: Contents,
    /// It is a snapshot, which tells this beyond a dump.
    pub snapshot: Option<Known>,
    /// What went wrong.
    pub diagnostics: Vec<Diagnostic>,
}

impl Dump {
    /// There are rows in it.
    pub fn has_data(&self) -> bool {
        self.contents.rows
    }
}
