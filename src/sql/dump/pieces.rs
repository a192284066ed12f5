//! What passes by while a dump is read: statements, headers, and the rows that may be Alembic's.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Header;
use super::copy::value;
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor};
use crate::sql::split::{Keep, Piece, Sink};

/// No version table has so many rows.
const MOST_ROWS: usize = 1000;

/// What the splitter found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pieces {
    pub statements: Vec<Found>,
    pub header: Option<usize>,
    pub headers: Vec<Header>,
    pub server_version: Option<String>,
    pub pg_dump_version: Option<String>,
    pub started: Option<String>,
    pub databases: Vec<String>,
    pub database: Option<usize>,
    pub complete: bool,
    /// The table whose rows pass by, and the place of `version_num` among its columns.
    copying: Option<(QName, Option<usize>)>,
    /// The table whose INSERTs pass by.
    counting: Option<(Option<usize>, QName)>,
    pub rows: BTreeMap<(Option<usize>, QName), u64>,
    /// What may be the version table: every table with a column `version_num`, and those whose rows come without names of columns.
    pub version_rows: BTreeMap<(Option<usize>, QName), VersionRows>,
    /// `pg_dump: error: …`
    pub failure: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub range: Range<usize>,
    pub header: Option<usize>,
    pub database: Option<usize>,
}

/// The rows of what may be the version table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct VersionRows {
    /// The values of `version_num`, or of the only column.
    pub values: Vec<String>,
    /// It has a column of that name and no other.
    pub alone: bool,
    /// There are more of them than any version table has.
    pub too_many: bool,
}

impl VersionRows {
    fn push(&mut self, value: String) {
        self.too_many |= self.values.len() >= MOST_ROWS;
        if self.too_many {
            self.values.clear();
        } else {
            self.values.push(value);
        }
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
                if first.eq_ignore_ascii_case(b"INSERT")
                    && let Some(keep) = self.insert(&String::from_utf8_lossy(bytes))
                {
                    return keep;
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
        let Some((table, Some(column))) = &self.copying else { return };
        let rows = self.version_rows.entry((self.database, table.clone())).or_default();
        let field = line.split(|byte| *byte == b'\t').nth(*column).unwrap_or_default();
        if !rows.too_many
            && let Some(value) = value(field)
        {
            rows.push(value);
        }
    }

    fn counted(&mut self, rows: u64) {
        if let Some(key) = &self.counting
            && let Some(count) = self.rows.get_mut(key)
        {
            *count += rows;
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

    /// `COPY table (columns) FROM stdin`
    fn copy(&mut self, text: &str) -> Option<Keep> {
        let (tokens, _) = lex::tokens(text);
        let mut cursor = Cursor::new(text, &tokens);
        cursor.expect("COPY").ok()?;
        let table = cursor.qname().ok()?;
        let columns = if cursor.is_sign("(") { cursor.idents_in_parens().ok()? } else { Vec::new() };
        cursor.expect("FROM STDIN").ok()?;
        let place = place_of_version(&columns);
        if place.is_some() {
            let rows = self.version_rows.entry((self.database, table.clone())).or_default();
            rows.alone = columns.len() == 1;
        }
        self.copying = Some((table, place));
        Some(Keep::Rows(place.is_some()))
    }

    /// `INSERT INTO table … VALUES (…), …` as pg_dump writes it; `None` for any other.
    fn insert(&mut self, text: &str) -> Option<Keep> {
        let head = crate::pg::ident::truncate(text, 4096);
        let (tokens, _) = lex::tokens(head);
        let mut cursor = Cursor::new(head, &tokens);
        cursor.expect("INSERT INTO").ok()?;
        let table = cursor.qname().ok()?;
        let columns = if cursor.is_sign("(") { cursor.idents_in_parens().unwrap_or_default() } else { Vec::new() };
        let key = (self.database, table);
        cursor.eat("OVERRIDING SYSTEM VALUE");
        let values_follow = cursor.eat("VALUES");
        // What follows stands behind the bytes that all INSERTs into the table have in common.
        let head = cursor.peek().map(|token| token.start).filter(|_| values_follow);
        let place = place_of_version(&columns).filter(|_| values_follow);
        let Some(found) = place.and_then(|place| version_values(&mut cursor, place, columns.is_empty())) else {
            *self.rows.entry(key.clone()).or_default() += values(text);
            self.counting = Some(key);
            return Some(head.map_or(Keep::No, Keep::Counted));
        };
        *self.rows.entry(key.clone()).or_default() += found.len() as u64;
        let rows = self.version_rows.entry(key).or_default();
        rows.alone = columns.len() == 1;
        found.into_iter().flatten().for_each(|value| rows.push(value));
        Some(Keep::No)
    }
}

/// Where the values of `version_num` stand in a row; the first place where the columns are not named.
fn place_of_version(columns: &[Ident]) -> Option<usize> {
    columns.iter().position(|column| column.as_str() == "version_num").or(columns.is_empty().then_some(0))
}

/// For each row behind `VALUES` its value at that place; `None` where these are no rows of a version table: `only`, a row has
/// this value alone.
fn version_values(cursor: &mut Cursor<'_>, place: usize, only: bool) -> Option<Vec<Option<String>>> {
    let mut found = Vec::new();
    while cursor.eat_sign("(") {
        let row = cursor.list(|cursor| match cursor.string() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Ok(Some(cursor.until(&[","]).to_string()).filter(|text| !text.is_empty())),
        });
        let row = row.ok().filter(|row| !only || row.len() == 1)?;
        let value = row.into_iter().nth(place).flatten();
        found.push(value.filter(|value| !value.eq_ignore_ascii_case("null")));
        cursor.eat_sign(")");
        cursor.eat_sign(",");
    }
    Some(found)
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
