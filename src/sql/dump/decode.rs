//! What a dump comes in: plain text, pg_dump's own formats, gzip, base64 of gzip pasted from a terminal, UTF-16 of a PowerShell redirect; and
//! what it must not be.

use std::borrow::Cow;
use std::io::Write;

use base64::Engine as _;
use flate2::write::MultiGzDecoder;

use super::archive::{self, Damage, Held, Missed};
use crate::diagnostic::Diagnostic;

/// Turns bytes as they were handed in into UTF-8 text.
pub(in crate::sql) struct Decoder {
    name: String,
    form: Form,
    /// What came before the form was known.
    head: Vec<u8>,
    unpacked: Unpacked,
    /// Files around this one.
    depth: u8,
    pub diagnostics: Vec<Diagnostic>,
}

/// What is inside of what was compressed.
enum Unpacked {
    /// Its first bytes.
    Unknown(Vec<u8>),
    Text,
    Archive(archive::Form, Vec<u8>),
}

enum Form {
    Unknown,
    Plain,
    /// It is read when all of it is there.
    Archive(archive::Form, Vec<u8>),
    Custom(Box<archive::Stream>),
    Gzip(MultiGzDecoder<Vec<u8>>),
    /// Lines of base64 of gzip; `carry` holds the current line.
    Pasted {
        begun: bool,
        over: bool,
        line: Vec<u8>,
        digits: Vec<u8>,
        gzip: MultiGzDecoder<Vec<u8>>,
    },
    Utf16 {
        big: bool,
        carry: Vec<u8>,
    },
    /// Not readable: everything is ignored.
    Refused,
}

/// So many bytes tell the form.
const HEAD: usize = 4096;
/// A zip of a zip of a dump is opened; what is deeper is a bomb.
const NESTED: u8 = 2;

impl Decoder {
    pub fn new(name: &str) -> Decoder {
        Decoder {
            name: name.to_string(),
            form: Form::Unknown,
            head: Vec::new(),
            unpacked: Unpacked::Unknown(Vec::new()),
            depth: 0,
            diagnostics: Vec::new(),
        }
    }

    /// Takes bytes and gives text.
    pub fn feed<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        match self.form {
            Form::Plain => bytes.into(),
            Form::Unknown => {
                self.head.extend_from_slice(bytes);
                if self.head.len() < HEAD { Vec::new().into() } else { self.open().into() }
            }
            _ => self.decode(bytes).into(),
        }
    }

    /// The input is over; the rest of the text is given to `out`.
    pub fn finish(&mut self, out: &mut dyn FnMut(&[u8])) {
        let opened = if matches!(self.form, Form::Unknown) { self.open() } else { Vec::new() };
        out(&opened);
        let mut cut = false;
        if matches!(self.form, Form::Pasted { .. }) {
            out(&self.decode(b"\n"));
        }
        let rest = match &mut self.form {
            Form::Gzip(gzip) => {
                cut = gzip.try_finish().is_err();
                std::mem::take(gzip.get_mut())
            }
            Form::Pasted { gzip, digits, .. } => {
                if let Ok(bytes) = PASTED.decode(digits) {
                    cut |= gzip.write_all(&bytes).is_err();
                }
                cut |= gzip.try_finish().is_err();
                std::mem::take(gzip.get_mut())
            }
            Form::Unknown | Form::Plain | Form::Archive(..) | Form::Custom(_) | Form::Utf16 { .. } | Form::Refused => {
                Vec::new()
            }
        };
        out(&self.unpacked(rest));
        if cut {
            self.cut("the compressed data");
        }
        match std::mem::replace(&mut self.unpacked, Unpacked::Text) {
            // Too short for an archive.
            Unpacked::Unknown(head) => out(&head),
            Unpacked::Archive(form, bytes) if !cut => self.archive(form, &bytes, out),
            Unpacked::Archive(..) | Unpacked::Text => {}
        }
        match std::mem::replace(&mut self.form, Form::Refused) {
            Form::Archive(form, bytes) => self.archive(form, &bytes, out),
            Form::Custom(stream) => match stream.finish(out) {
                Ok(missed) => self.missed(&missed),
                Err(damage) => self.damaged(&damage),
            },
            _ => {}
        }
    }

    fn cut(&mut self, what: &str) {
        let message = format!("{}: {what} ends too early or is damaged", self.name);
        self.diagnostics
            .push(Diagnostic::error("dump-truncated", message).help("Make the dump again and hand in all of it."));
        self.form = Form::Refused;
    }

    /// What was compressed: text, or an archive.
    fn unpacked(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        match &mut self.unpacked {
            Unpacked::Text => bytes,
            Unpacked::Archive(_, all) => {
                all.extend(bytes);
                Vec::new()
            }
            Unpacked::Unknown(head) => {
                head.extend(bytes);
                if head.len() < archive::HEAD {
                    return Vec::new();
                }
                let head = std::mem::take(head);
                match archive::form(&head) {
                    Some(form) => {
                        self.unpacked = Unpacked::Archive(form, head);
                        Vec::new()
                    }
                    None => {
                        self.unpacked = Unpacked::Text;
                        head
                    }
                }
            }
        }
    }

    fn archive(&mut self, form: archive::Form, bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
        match archive::open(form, bytes, out) {
            Ok(Held::Text(missed)) => self.missed(&missed),
            Ok(Held::File(bytes)) if self.depth < NESTED => {
                let mut inner = Decoder { depth: self.depth + 1, ..Decoder::new(&self.name) };
                for chunk in bytes.chunks(1 << 16) {
                    out(&inner.feed(chunk));
                }
                inner.finish(out);
                self.diagnostics.append(&mut inner.diagnostics);
            }
            Ok(Held::File(_)) => self.damaged(&Damage::Cut),
            Err(damage) => self.damaged(&damage),
        }
    }

    fn damaged(&mut self, damage: &Damage) {
        match damage {
            Damage::Cut => self.cut("the archive"),
            Damage::Version(major, minor) => {
                let message =
                    format!("{} is an archive of pg_dump of version {major}.{minor}, which is not read", self.name);
                let help = format!("Turn it into SQL: pg_restore -f - {} > dump.sql", quoted(&self.name));
                self.diagnostics.push(Diagnostic::error("dump-archive-version", message).help(help));
            }
            Damage::Files(count) => {
                let message = format!("{} holds {count} files, and no toc.dat of pg_dump among them", self.name);
                self.diagnostics
                    .push(Diagnostic::error("dump-format", message).help("Unpack it and hand in the dump inside."));
            }
        }
        self.form = Form::Refused;
    }

    /// Says which rows could not be read: they are not known, and neither is that there are none.
    fn missed(&mut self, missed: &Missed) {
        let Some(first) = missed.tables.first() else { return };
        let count = missed.tables.len();
        let message = format!(
            "{}: the rows of {count} table(s), {first} among them, were not read: lz4 and zstd are not, nor are files that were not handed in",
            self.name
        );
        let help = "If the version table is among them, hand in the output of alembic current as well.";
        self.diagnostics.push(Diagnostic::warning("dump-rows-not-read", message).help(help));
    }

    fn open(&mut self) -> Vec<u8> {
        let head = std::mem::take(&mut self.head);
        self.form = match (archive::form(&head), refused(&self.name, &head)) {
            (Some(archive::Form::Custom), _) => Form::Custom(Box::default()),
            (Some(form), _) => {
                self.form = Form::Archive(form, head);
                return Vec::new();
            }
            (None, Some(diagnostic)) => {
                self.diagnostics.push(diagnostic);
                Form::Refused
            }
            _ if head.starts_with(&[0x1f, 0x8b]) => Form::Gzip(MultiGzDecoder::new(Vec::new())),
            _ if head.starts_with(&[0xff, 0xfe]) => Form::Utf16 { big: false, carry: Vec::new() },
            _ if head.starts_with(&[0xfe, 0xff]) => Form::Utf16 { big: true, carry: Vec::new() },
            _ if is_pasted(&head) => Form::Pasted {
                begun: false,
                over: false,
                line: Vec::new(),
                digits: Vec::new(),
                gzip: MultiGzDecoder::new(Vec::new()),
            },
            _ => Form::Plain,
        };
        let skip = match self.form {
            Form::Utf16 { .. } => 2,
            Form::Plain if head.starts_with("\u{feff}".as_bytes()) => 3,
            _ => 0,
        };
        self.decode(&head[skip..])
    }

    fn decode(&mut self, bytes: &[u8]) -> Vec<u8> {
        let unpacked = match &mut self.form {
            Form::Unknown | Form::Refused => return Vec::new(),
            Form::Plain => return bytes.to_vec(),
            Form::Archive(_, all) => {
                all.extend_from_slice(bytes);
                return Vec::new();
            }
            Form::Custom(stream) => {
                let mut text = Vec::new();
                if let Err(damage) = stream.feed(bytes, &mut |piece| text.extend_from_slice(piece)) {
                    self.damaged(&damage);
                }
                return text;
            }
            Form::Gzip(gzip) => {
                if gzip.write_all(bytes).is_err() {
                    let message = format!("{}: the compressed data is damaged", self.name);
                    self.diagnostics.push(Diagnostic::error("dump-damaged", message).help("Make the dump again."));
                    self.form = Form::Refused;
                    return Vec::new();
                }
                std::mem::take(gzip.get_mut())
            }
            Form::Pasted { begun, over, line, digits, gzip } => {
                for &byte in bytes {
                    if byte != b'\n' {
                        line.push(byte);
                        continue;
                    }
                    let text = line.trim_ascii();
                    let encoded = !text.is_empty() && text.iter().all(|byte| is_base64(*byte));
                    *begun |= text.starts_with(b"H4sI");
                    if *begun && !*over && encoded {
                        digits.extend_from_slice(text);
                    } else if *begun && !text.is_empty() {
                        *over = true;
                    }
                    line.clear();
                }
                let whole = digits.len() / 4 * 4;
                if let Ok(bytes) = PASTED.decode(&digits[..whole]) {
                    digits.drain(..whole);
                    if gzip.write_all(&bytes).is_err() {
                        *over = true;
                    }
                }
                std::mem::take(gzip.get_mut())
            }
            Form::Utf16 { big, carry } => {
                carry.extend_from_slice(bytes);
                // A surrogate pair must not be cut.
                let unit = |pair: &[u8]| {
                    if *big { u16::from_be_bytes([pair[0], pair[1]]) } else { u16::from_le_bytes([pair[0], pair[1]]) }
                };
                let mut units: Vec<u16> = carry.chunks_exact(2).map(unit).collect();
                if units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
                    units.pop();
                }
                carry.drain(..units.len() * 2);
                return String::from_utf16_lossy(&units).into_bytes();
            }
        };
        self.unpacked(unpacked)
    }
}

const PASTED: base64::engine::GeneralPurpose = base64::engine::GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    base64::engine::GeneralPurposeConfig::new()
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
);

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// A line starts as base64 of gzip does.
fn is_pasted(head: &[u8]) -> bool {
    head.split(|byte| *byte == b'\n').any(|line| {
        let line = line.trim_ascii();
        line.starts_with(b"H4sI") && line.iter().all(|byte| is_base64(*byte))
    })
}

/// Leading bytes of other formats: bytes, where, what it is, what to do with it.
const MAGIC: &[(&[u8], usize, &str, &str)] = &[
    (b"\x28\xb5\x2f\xfd", 0, "is compressed with zstd", "Decompress it: zstd -d FILE"),
    (b"\x04\x22\x4d\x18", 0, "is compressed with lz4", "Decompress it: lz4 -d FILE"),
    (b"\xfd7zXZ\0", 0, "is compressed with xz", "Decompress it: xz -d FILE"),
    (b"BZh", 0, "is compressed with bzip2", "Decompress it: bzip2 -d FILE"),
    (b"SQLite format 3\0", 0, "is a SQLite database", "Restamp reads dumps of PostgreSQL only."),
];

/// Words near the start of dumps of other database systems.
const OTHERS: &[(&str, &str)] = &[
    ("-- MySQL dump", "MySQL"),
    ("-- MariaDB dump", "MariaDB"),
    ("/*M!999999", "MariaDB"),
    ("/*!40101 SET", "MySQL"),
    ("PRAGMA foreign_keys=", "SQLite"),
    ("SET ANSI_NULLS ON", "SQL Server"),
    ("USE [master]", "SQL Server"),
    ("-- CockroachDB", "CockroachDB"),
];

/// As a shell takes it.
fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\'', "'\\''"))
}

/// There is nothing in it.
pub(in crate::sql) fn empty(name: &str) -> Diagnostic {
    Diagnostic::error("dump-empty", format!("{name}: the dump is empty"))
        .help("Make it with: pg_dump --schema-only DATABASE > dump.sql")
}

fn refused(name: &str, head: &[u8]) -> Option<Diagnostic> {
    // The first line of a grid of psql is as long as its longest cell, and may be blank for long.
    if head.trim_ascii().is_empty() && head.len() < HEAD {
        return Some(empty(name));
    }
    for (magic, at, what, help) in MAGIC {
        if head.get(*at..).is_some_and(|head| head.starts_with(magic)) {
            let help = help.replace("FILE", &quoted(name));
            return Some(Diagnostic::error("dump-format", format!("{name} {what}")).help(help));
        }
    }
    let text = String::from_utf8_lossy(head);
    let (_, system) = OTHERS.iter().find(|(words, _)| text.contains(words))?;
    let message = format!("{name} is a dump of {system}, another database system");
    Some(Diagnostic::error("dump-other-system", message).help("Restamp reads dumps of PostgreSQL, made with pg_dump."))
}
