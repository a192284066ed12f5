//! A dump that has passed by, and what it says.

use std::ops::Range;

use super::pieces::Pieces;
use super::{Contents, Dump, DumpOptions, DumpStatement, Header};
use crate::diagnostic::Diagnostic;
use crate::pg::command::{AlterAction, Command, ConstraintKind, Schema, Spanned, Table};
use crate::pg::ident::QName;
use crate::source::{Sources, Span};
use crate::sql::snapshot::Known;
use crate::sql::statement;

/// A dump without its rows, as [`super::DumpReader`] leaves it: as small as its schema, and read as often as there are questions.
#[derive(Clone, Debug, PartialEq)]
pub struct DumpText {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) sha256: Option<String>,
    pub(super) text: String,
    /// Where rows were left out ([`Sources::add_with_gaps`]).
    pub(super) gaps: Vec<(u32, u32)>,
    pub(super) pieces: Pieces,
    pub(super) end: End,
    pub(super) snapshot: Option<Known>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// How it ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum End {
    Whole,
    /// pg_dump's last line is missing.
    Unsaid,
    /// In the middle: of what.
    Cut {
        at: Range<usize>,
        in_rows: bool,
    },
}

impl DumpText {
    /// A dump that is in memory as a whole.
    pub fn of(name: &str, bytes: &[u8]) -> DumpText {
        let mut reader = super::DumpReader::new(name);
        reader.feed(bytes);
        reader.finish()
    }

    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its size in bytes, with all rows.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// SHA-256 of its bytes in lower-case hex; `None` where there are too many of them (64 MB).
    pub fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }

    /// What it says. The text without rows goes to `sources`, and the statements point into it.
    pub fn read(&self, options: &DumpOptions, sources: &mut Sources) -> Dump {
        let (pieces, text) = (&self.pieces, self.text.as_str());
        let mut diagnostics = self.diagnostics.clone();
        let file = sources.add_with_gaps(&self.name, text, &self.gaps);
        let span = |range: &Range<usize>| Span { file, start: range.start as u32, end: range.end as u32 };
        match &self.end {
            End::Whole => {}
            End::Cut { at, in_rows } => {
                let place = if *in_rows { "the rows of a table" } else { "a statement" };
                let message = format!("{}: the dump ends inside {place}", self.name);
                let help = "Make the dump again and hand in all of it.";
                diagnostics.push(Diagnostic::error("dump-truncated", message).help(help).at(span(at)));
            }
            End::Unsaid => {
                let message = format!(
                    "{}: pg_dump's last line, \"dump complete\", is missing: objects may be missing too",
                    self.name
                );
                diagnostics.push(Diagnostic::warning("dump-incomplete", message).help("Hand in the whole dump."));
            }
        }
        let chosen = choose(pieces, options, text, &self.name, &mut diagnostics);
        let mut dump = Dump {
            server_version: pieces.server_version.clone(),
            pg_dump_version: pieces.pg_dump_version.clone(),
            started: pieces.started.clone(),
            database: match &self.snapshot {
                Some(known) => Some(known.database.clone()),
                None => chosen.and_then(|index| pieces.databases.get(index).cloned()),
            },
            contents: Contents { complete: pieces.complete, ..Contents::default() },
            ..Dump::default()
        };
        let several = pieces.databases.len() > 1;
        let here = |database: Option<usize>| !several || (chosen.is_some() && database == chosen);
        let by_pg_dump = dump.pg_dump_version.is_some() && !pieces.headers.is_empty();
        for found in pieces.statements.iter().filter(|found| here(found.database)) {
            let header = found.header.and_then(|index| pieces.headers.get(index));
            for statement in statement::parse(&text[found.range.clone()]) {
                if header.is_none() && by_pg_dump && cleans(&statement.command) {
                    continue;
                }
                let range = found.range.start + statement.range.start..found.range.start + statement.range.end;
                if let Some(error) = statement.refused {
                    let message = format!("not a statement of PostgreSQL: {}", error.message);
                    diagnostics.push(Diagnostic::warning("dump-not-sql", message).at(span(&range)));
                }
                note(&mut dump.contents, &statement.command);
                let command = Spanned { node: statement.command, span: span(&range) };
                dump.statements.push(DumpStatement { command, header: header.cloned() });
            }
        }
        let rows = pieces.rows.iter().filter(|((at, _), _)| here(*at));
        dump.rows = rows.map(|((_, table), rows)| (table.clone(), *rows)).collect();
        let versions = pieces
            .version_rows
            .iter()
            .filter(|((at, table), rows)| here(*at) && !rows.too_many && is_asked(options, table, rows.alone));
        dump.version_rows = versions.map(|((_, table), rows)| (table.clone(), rows.values.clone())).collect();
        dump.contents.rows = !dump.rows.is_empty();
        dump.contents.nothing = dump.contents.complete
            && (dump.pg_dump_version.is_some() || self.snapshot.is_some())
            && pieces.headers.iter().all(is_of_every_database)
            && !dump.contents.rows;
        dump.databases = pieces.databases.clone();
        dump.snapshot = self.snapshot.clone();
        dump.diagnostics = diagnostics;
        dump
    }
}

/// Whether a table's rows are asked for as Alembic's; `alone`: it has a column `version_num` and no other.
fn is_asked(options: &DumpOptions, table: &QName, alone: bool) -> bool {
    let names = &options.version_tables;
    if names.is_empty() {
        return alone || table.name.as_str().contains("alembic_version");
    }
    names.iter().any(|name| name.name == table.name && (name.schema.is_none() || name.schema == table.schema))
}

/// Which database is read: the one that was asked for, else the only one that has tables.
fn choose(
    pieces: &Pieces,
    options: &DumpOptions,
    text: &str,
    name: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<usize> {
    let names = &pieces.databases;
    if let Some(wanted) = &options.database {
        let found = names.iter().position(|database| database == wanted);
        if found.is_none() && !names.is_empty() {
            let message = format!("{name} holds no database {wanted:?}; it holds {}", names.join(", "));
            diagnostics.push(Diagnostic::error("dump-no-such-database", message));
        }
        return found;
    }
    if names.len() < 2 {
        return names.first().map(|_| 0);
    }
    let tables = |index: usize| {
        pieces
            .statements
            .iter()
            .any(|found| found.database == Some(index) && text[found.range.clone()].starts_with("CREATE TABLE"))
    };
    let filled: Vec<usize> = (0..names.len()).filter(|index| tables(*index)).collect();
    if let [only] = filled.as_slice() {
        return Some(*only);
    }
    let message = format!("{name} is a dump of several databases: {}", names.join(", "));
    diagnostics
        .push(Diagnostic::error("dump-several-databases", message).help("Say which one is meant (--database NAME)."));
    None
}

/// `pg_dump --clean` drops everything first, under no header. On an empty database that is nothing, but for the schema
/// `public`, which is there from the start and is created again.
fn cleans(command: &Command) -> bool {
    match command {
        Command::Session(_) | Command::Transaction(_) => false,
        Command::Schema(Schema::Drop { names, .. }) => names.iter().all(|name| name.as_str() != "public"),
        _ => true,
    }
}

/// The schema `public`: to whom it belongs, and who may use it, newer pg_dumps say of each database of a server before version 15.
fn is_of_every_database(header: &Header) -> bool {
    matches!((header.kind.as_str(), header.name.as_str()), ("SCHEMA", "public") | ("COMMENT" | "ACL", "SCHEMA public"))
}

/// Notes what a statement shows about the dump.
fn note(contents: &mut Contents, command: &Command) {
    match command {
        Command::Table(Table::Create(_))
        | Command::Type(_)
        | Command::Schema(_)
        | Command::Extension(_)
        | Command::Routine(_) => contents.tables = true,
        Command::CreateIndex(_) => contents.keys = true,
        Command::Owner(_) => contents.owners = true,
        Command::Grant(_) => contents.grants = true,
        Command::Table(Table::Alter { actions, .. }) => {
            for action in actions {
                match action {
                    AlterAction::AddConstraint(def) => match def.kind {
                        ConstraintKind::ForeignKey(_) => contents.foreign_keys = true,
                        ConstraintKind::Unique(_) | ConstraintKind::PrimaryKey(_) => contents.keys = true,
                        ConstraintKind::Check { .. }
                        | ConstraintKind::NotNull { .. }
                        | ConstraintKind::Exclude { .. } => {}
                    },
                    AlterAction::OwnerTo { .. } => contents.owners = true,
                    _ => {}
                }
            }
        }
        _ => {}
    }
}
