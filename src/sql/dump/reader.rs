//! The reader: bytes in, a [`Dump`] out.

use std::collections::BTreeMap;
use std::ops::Range;

use super::copy::value;
use super::decode::Decoder;
use super::{Contents, Dump, DumpOptions, DumpStatement, Header};
use crate::diagnostic::Diagnostic;
use crate::pg::command::{AlterAction, Command, ConstraintKind, Schema, Spanned, Table};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor};
use crate::source::{Sources, Span};
use crate::sql::snapshot::Gate;
use crate::sql::split::{Cut, Keep, Piece, Sink, Splitter};
use crate::sql::statement;

/// Schema text beyond this is no schema.
const MOST: usize = 256 << 20;

/// Reads a dump that is fed in chunks.
///
/// ```
/// use restamp::source::Sources;
/// use restamp::sql::dump::{DumpOptions, DumpReader};
/// let mut sources = Sources::default();
/// let mut reader = DumpReader::new("dump.sql", DumpOptions::default());
/// reader.feed(b"CREATE TABLE alembic_version (version_num varchar(32));\n");
/// reader.feed(b"COPY alembic_version (version_num) FROM stdin;\nae1027a6acf\n\\.\n");
/// let dump = reader.finish(&mut sources);
/// assert_eq!(dump.version_rows.values().next().unwrap(), &["ae1027a6acf"]);
/// ```
pub struct DumpReader {
    name: String,
    decoder: Decoder,
    gate: Gate,
    splitter: Splitter,
    pieces: Pieces,
    too_large: bool,
}

/// What the splitter found.
#[derive(Default)]
struct Pieces {
    options: DumpOptions,
    statements: Vec<Found>,
    header: Option<usize>,
    headers: Vec<Header>,
    server_version: Option<String>,
    pg_dump_version: Option<String>,
    started: Option<String>,
    databases: Vec<String>,
    database: Option<usize>,
    complete: bool,
    /// The table whose rows pass by, and the place of `version_num` among its columns.
    copying: Option<(QName, Option<usize>)>,
    rows: BTreeMap<(Option<usize>, QName), u64>,
    version_rows: BTreeMap<(Option<usize>, QName), Vec<String>>,
    /// `pg_dump: error: …`
    failure: Option<String>,
}

struct Found {
    range: Range<usize>,
    header: Option<usize>,
    database: Option<usize>,
}

impl DumpReader {
    /// A reader of the file of that name.
    pub fn new(name: &str, options: DumpOptions) -> DumpReader {
        DumpReader {
            name: name.to_string(),
            decoder: Decoder::new(name),
            gate: Gate::default(),
            splitter: Splitter::default(),
            pieces: Pieces { options, ..Pieces::default() },
            too_large: false,
        }
    }

    /// Takes the next bytes of the input.
    pub fn feed(&mut self, bytes: &[u8]) {
        // Compressed input may grow a lot: bounded pieces keep the memory bounded.
        for chunk in bytes.chunks(1 << 16) {
            let text = self.decoder.feed(chunk);
            self.through_gate(&text);
        }
    }

    fn through_gate(&mut self, text: &[u8]) {
        let mut gate = std::mem::replace(&mut self.gate, Gate::Dump);
        gate.feed(text, &mut |text| self.text(text));
        self.gate = gate;
    }

    fn text(&mut self, text: &[u8]) {
        self.too_large |= self.splitter.kept() > MOST;
        if !self.too_large {
            self.splitter.feed(text, &mut self.pieces);
        }
    }

    /// The input is over. The text without rows goes to `sources`, and the statements point into it.
    pub fn finish(mut self, sources: &mut Sources) -> Dump {
        let mut decoder = std::mem::replace(&mut self.decoder, Decoder::new(""));
        decoder.finish(&mut |text| self.through_gate(text));
        let gate = std::mem::replace(&mut self.gate, Gate::Dump);
        let snapshot = gate.finish(&self.name.clone(), &mut |text| self.text(text)).unwrap_or_else(|refused| {
            decoder.diagnostics.push(refused);
            None
        });
        let mut pieces = self.pieces;
        let (kept, gaps, cut) = self.splitter.finish(&mut pieces);
        let mut diagnostics = decoder.diagnostics;
        let text = decoded(kept, &self.name, &mut diagnostics);
        let file = sources.add_with_gaps(&self.name, &text, &gaps);
        let span = |range: &Range<usize>| Span { file, start: range.start as u32, end: range.end as u32 };
        if self.too_large {
            let message = format!("{}: more than {} MB without rows are no schema", self.name, MOST >> 20);
            diagnostics.push(Diagnostic::error("dump-too-large", message));
        }
        if let Some(failure) = &pieces.failure {
            let message = format!("{}: pg_dump itself failed: {failure}", self.name);
            diagnostics.push(
                Diagnostic::error("dump-failed", message)
                    .help("Make the dump again as a role that may read all tables."),
            );
        }
        if let Some(at) = truncated(&cut, &mut pieces, &text) {
            let message = match cut {
                Cut::Rows => format!("{}: the dump ends inside the rows of a table", self.name),
                _ => format!("{}: the dump ends inside a statement", self.name),
            };
            let diagnostic =
                Diagnostic::error("dump-truncated", message).help("Make the dump again and hand in all of it.");
            diagnostics.push(diagnostic.at(span(&at)));
        } else if pieces.pg_dump_version.is_some() && !pieces.complete && diagnostics.is_empty() {
            let message = format!(
                "{}: pg_dump's last line, \"dump complete\", is missing: objects may be missing too",
                self.name
            );
            diagnostics.push(Diagnostic::warning("dump-incomplete", message).help("Hand in the whole dump."));
        }
        let chosen = choose(&pieces, &text, &self.name, &mut diagnostics);
        let mut dump = Dump {
            server_version: pieces.server_version,
            pg_dump_version: pieces.pg_dump_version,
            started: pieces.started,
            database: match &snapshot {
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
        dump.rows =
            pieces.rows.into_iter().filter(|((at, _), _)| here(*at)).map(|((_, table), rows)| (table, rows)).collect();
        let versions = pieces.version_rows.into_iter().filter(|((at, _), _)| here(*at));
        dump.version_rows = versions.map(|((_, table), rows)| (table, rows)).collect();
        dump.contents.rows = !dump.rows.is_empty();
        dump.contents.nothing = dump.contents.complete
            && (dump.pg_dump_version.is_some() || snapshot.is_some())
            && pieces.headers.iter().all(is_of_every_database)
            && !dump.contents.rows;
        dump.databases = pieces.databases;
        dump.snapshot = snapshot;
        dump.diagnostics = diagnostics;
        dump
    }
}

/// The text; bytes that are no UTF-8 become `?`, one each, so that places stay.
fn decoded(mut kept: Vec<u8>, name: &str, diagnostics: &mut Vec<Diagnostic>) -> String {
    let mut bad = false;
    loop {
        match String::from_utf8(kept) {
            Ok(text) => {
                if bad {
                    let message = format!("{name}: some bytes are no UTF-8 and were read as \"?\"");
                    let help = "Make the dump with: pg_dump --encoding=UTF8";
                    diagnostics.push(Diagnostic::warning("dump-encoding", message).help(help));
                }
                return text;
            }
            Err(error) => {
                bad = true;
                let mut at = error.utf8_error().valid_up_to();
                kept = error.into_bytes();
                // All bad bytes of one pass, so that a binary file does not take a pass per byte.
                while at < kept.len() {
                    match std::str::from_utf8(&kept[at..]) {
                        Ok(_) => break,
                        Err(error) => {
                            at += error.valid_up_to();
                            let length = error.error_len().unwrap_or(kept.len() - at);
                            kept[at..at + length].fill(b'?');
                            at += length;
                        }
                    }
                }
            }
        }
    }
}

/// Where the dump is cut, if it is. A last statement that only misses its semicolon is none: people trim what they paste.
fn truncated(cut: &Cut, pieces: &mut Pieces, text: &str) -> Option<Range<usize>> {
    let start = match cut {
        Cut::No => return None,
        Cut::Rows => return Some(text.len()..text.len()),
        Cut::Quote(start) | Cut::Statement(start) => *start,
    };
    let range = start..text.trim_end().len().max(start);
    if matches!(cut, Cut::Statement(_)) && pieces.pg_dump_version.is_none() {
        let statements = statement::parse(&text[range.clone()]);
        let whole = statements.iter().all(|statement| !matches!(statement.command, Command::Opaque(_)));
        if whole {
            let (header, database) = (pieces.header, pieces.database);
            pieces.statements.push(Found { range, header, database });
            return None;
        }
    }
    Some(range)
}

/// Which database is read: the one that was asked for, else the only one that has tables.
fn choose(pieces: &Pieces, text: &str, name: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<usize> {
    let names = &pieces.databases;
    if let Some(wanted) = &pieces.options.database {
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

impl Sink for Pieces {
    fn piece(&mut self, piece: Piece, kept: &[u8]) -> Keep {
        match piece {
            Piece::Comment(range) => {
                self.comment(&String::from_utf8_lossy(&kept[range]));
                Keep::Yes
            }
            Piece::Meta(range) => {
                self.meta(&String::from_utf8_lossy(&kept[range]));
                Keep::Yes
            }
            Piece::Statement(range) => {
                let bytes = &kept[range.clone()];
                let first = bytes.get(..6).unwrap_or(bytes);
                if first.eq_ignore_ascii_case(b"INSERT") && self.insert(&String::from_utf8_lossy(bytes)) {
                    return Keep::No;
                }
                if first.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"COPY"))
                    && let Some(keep) = self.copy(&String::from_utf8_lossy(bytes))
                {
                    return keep;
                }
                self.statements.push(Found { range, header: self.header, database: self.database });
                Keep::Yes
            }
        }
    }

    fn row(&mut self, line: &[u8]) {
        let Some((table, Some(column))) = &self.copying else {
            return;
        };
        let field = line.split(|byte| *byte == b'\t').nth(*column).unwrap_or_default();
        if let Some(value) = value(field) {
            self.version_rows.entry((self.database, table.clone())).or_default().push(value);
        }
    }

    fn rows_end(&mut self, lines: u64) {
        if let Some((table, _)) = self.copying.take() {
            *self.rows.entry((self.database, table)).or_default() += lines;
        }
    }
}

impl Pieces {
    fn comment(&mut self, text: &str) {
        let text = text.trim();
        if let Some(version) = text.strip_prefix("Dumped from database version ") {
            self.server_version = Some(version.to_string());
        } else if let Some(version) = text.strip_prefix("Dumped by pg_dump version ") {
            self.pg_dump_version = Some(version.to_string());
            self.complete = false;
        } else if let Some(time) = text.strip_prefix("Started on ") {
            self.started = Some(time.to_string());
        } else if text.contains("database dump complete") || text.contains("database cluster dump complete") {
            self.complete = true;
            self.header = None;
        } else if let Some(header) = header(text) {
            self.header = Some(self.headers.len());
            self.headers.push(header);
        }
    }

    /// `\connect name` and messages of pg_dump; the others change nothing.
    fn meta(&mut self, text: &str) {
        if text.starts_with("pg_dump") && text.contains("error:") {
            self.failure.get_or_insert_with(|| text.trim().to_string());
        }
        let mut words = text.trim().splitn(2, char::is_whitespace);
        if !matches!(words.next(), Some("\\connect" | "\\c")) {
            return;
        }
        let name = words.next().unwrap_or("").trim();
        // pg_dumpall writes `-reuse-previous=on "dbname='my db'"` for names that need quotes.
        let name = name.strip_prefix("-reuse-previous=on ").unwrap_or(name).trim_matches('"');
        let name = name.strip_prefix("dbname=").unwrap_or(name).trim_matches('\'');
        if name.is_empty() || name == "-" {
            return;
        }
        self.header = None;
        self.database = Some(self.databases.iter().position(|known| known == name).unwrap_or_else(|| {
            self.databases.push(name.to_string());
            self.databases.len() - 1
        }));
    }

    fn is_version_table(&self, table: &QName, columns: &[Ident]) -> bool {
        let options = &self.options.version_tables;
        if options.is_empty() {
            let has_form = columns.len() == 1 && columns[0].as_str() == "version_num";
            return has_form || table.name.as_str().contains("alembic_version");
        }
        options.iter().any(|name| name.name == table.name && (name.schema.is_none() || name.schema == table.schema))
    }

    /// `COPY table (columns) FROM stdin`
    fn copy(&mut self, text: &str) -> Option<Keep> {
        let (tokens, _) = lex::tokens(text);
        let mut cursor = Cursor::new(text, &tokens);
        cursor.expect("COPY").ok()?;
        let table = cursor.qname().ok()?;
        let columns = if cursor.is_sign("(") { cursor.idents_in_parens().ok()? } else { Vec::new() };
        cursor.expect("FROM STDIN").ok()?;
        let wanted = self.is_version_table(&table, &columns);
        let place =
            columns.iter().position(|column| column.as_str() == "version_num").or(columns.is_empty().then_some(0));
        if wanted && place.is_some() {
            self.version_rows.entry((self.database, table.clone())).or_default();
        }
        self.copying = Some((table, place));
        Some(Keep::Rows(wanted && place.is_some()))
    }

    /// `INSERT INTO table … VALUES (…), …` as pg_dump writes it; false for any other.
    fn insert(&mut self, text: &str) -> bool {
        let head = crate::pg::ident::truncate(text, 4096);
        let (tokens, _) = lex::tokens(head);
        let mut cursor = Cursor::new(head, &tokens);
        if !cursor.eat("INSERT INTO") {
            return false;
        }
        let Ok(table) = cursor.qname() else {
            return false;
        };
        let columns = if cursor.is_sign("(") { cursor.idents_in_parens().unwrap_or_default() } else { Vec::new() };
        if !self.is_version_table(&table, &columns) {
            *self.rows.entry((self.database, table)).or_default() += values(text);
            return true;
        }
        let place = columns.iter().position(|column| column.as_str() == "version_num").unwrap_or(0);
        cursor.eat("OVERRIDING SYSTEM VALUE");
        if !cursor.eat("VALUES") {
            return false;
        }
        let mut count = 0;
        while cursor.eat_sign("(") {
            let row = cursor.list(|cursor| match cursor.string() {
                Ok(value) => Ok(Some(value)),
                Err(_) => Ok(Some(cursor.until(&[","]).to_string()).filter(|text| !text.is_empty())),
            });
            let value = row.ok().and_then(|row| row.into_iter().nth(place).flatten());
            let rows = self.version_rows.entry((self.database, table.clone())).or_default();
            rows.extend(value.filter(|value| !value.eq_ignore_ascii_case("null")));
            count += 1;
            cursor.eat_sign(")");
            cursor.eat_sign(",");
        }
        *self.rows.entry((self.database, table)).or_default() += count;
        true
    }
}

/// The number of rows that an INSERT writes.
fn values(text: &str) -> u64 {
    let (tokens, _) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    cursor.until(&["VALUES"]);
    if !cursor.eat("VALUES") {
        return 1;
    }
    let mut rows = 0;
    while cursor.parens().is_ok() {
        rows += 1;
        cursor.eat_sign(",");
    }
    rows.max(1)
}

/// `Name: x; Type: T; Schema: s; Owner: o`, which may end in `; Tablespace: t`.
fn header(text: &str) -> Option<Header> {
    let text = text.strip_prefix("Data for ").unwrap_or(text).strip_prefix("Name: ")?;
    let (name, rest) = text.rsplit_once("; Type: ")?;
    let (kind, rest) = rest.split_once("; Schema: ")?;
    let (schema, rest) = rest.split_once("; Owner: ")?;
    let owner = rest.split("; Tablespace: ").next().unwrap_or(rest);
    let named = |text: &str| Some(text.trim()).filter(|text| !matches!(*text, "-" | "")).map(Ident::new);
    Some(Header { name: name.to_string(), kind: kind.to_string(), schema: named(schema), owner: named(owner) })
}
