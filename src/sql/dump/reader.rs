//! The reader: bytes in, a [`DumpText`] out.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::decode::Decoder;
use super::pieces::{Found, Pieces};
use super::text::{DumpText, End};
use crate::diagnostic::Diagnostic;
use crate::pg::command::Command;
use crate::sql::snapshot::Gate;
use crate::sql::split::{Cut, Splitter};
use crate::sql::statement;

/// Schema text beyond this is no schema.
const MOST: usize = 256 << 20;

/// A larger input is not hashed: that would take longer than reading it.
const HASHED: u64 = 64 << 20;

/// Reads a dump that is fed in chunks, in one pass and in the memory that its schema takes.
///
/// ```
/// use restamp::source::Sources;
/// use restamp::sql::dump::{DumpOptions, DumpReader};
/// let mut reader = DumpReader::new("dump.sql");
/// reader.feed(b"CREATE TABLE alembic_version (version_num varchar(32));\n");
/// reader.feed(b"COPY alembic_version (version_num) FROM stdin;\nae1027a6acf\n\\.\n");
/// let dump = reader.finish().read(&DumpOptions::default(), &mut Sources::default());
/// assert_eq!(dump.version_rows.values().next().unwrap(), &["ae1027a6acf"]);
/// ```
pub struct DumpReader {
    name: String,
    size: u64,
    hash: Sha256,
    decoder: Decoder,
    gate: Gate,
    splitter: Splitter,
    pieces: Pieces,
    too_large: bool,
}

impl DumpReader {
    /// A reader of the file of that name.
    pub fn new(name: &str) -> DumpReader {
        DumpReader {
            name: name.to_string(),
            size: 0,
            hash: Sha256::new(),
            decoder: Decoder::new(name),
            gate: Gate::default(),
            splitter: Splitter::default(),
            pieces: Pieces::default(),
            too_large: false,
        }
    }

    /// Takes the next bytes of the input.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        if self.size <= HASHED {
            self.hash.update(bytes);
        }
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

    /// The input is over.
    pub fn finish(mut self) -> DumpText {
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
        let end = match truncated(&cut, &mut pieces, &text) {
            Some(at) => End::Cut { at, in_rows: matches!(cut, Cut::Rows) },
            None if pieces.pg_dump_version.is_some() && !pieces.complete && diagnostics.is_empty() => End::Unsaid,
            None => End::Whole,
        };
        DumpText {
            sha256: (self.size <= HASHED).then(|| crate::source::hex(&self.hash.finalize())),
            name: self.name,
            size: self.size,
            text,
            gaps,
            pieces,
            end,
            snapshot,
            diagnostics,
        }
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
