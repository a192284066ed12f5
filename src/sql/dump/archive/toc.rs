//! The table of contents that all of pg_dump's own formats begin with (`ReadHead`, `ReadToc` of `pg_backup_archiver.c`; checked against pg_dump 15,
//! 16 and 18).

use super::Damage;

/// How rows are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// zlib in custom archives, gzip in files.
    Gzip,
    /// Since PostgreSQL 16.
    Lz4,
    /// Since PostgreSQL 16.
    Zstd,
}

/// What an archive says of itself.
#[derive(Clone, Debug)]
pub struct Head {
    /// Of the rows.
    pub compression: Compression,
    /// `server_version` of the database.
    pub server: Option<String>,
    /// The version of pg_dump.
    pub pg_dump: Option<String>,
    /// Year, month, day, hour, minute, second when pg_dump started, in its own time zone.
    pub started: [i64; 6],
    /// Bytes of an integer.
    pub integer: usize,
    /// Where the blocks of rows begin.
    pub end: usize,
}

/// One object, or its rows.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// `dumpId`
    pub id: i64,
    /// Its name, of some kinds with more.
    pub tag: String,
    /// `TABLE`, `TABLE DATA`, …
    pub kind: String,
    /// The statements that make it.
    pub definition: String,
    /// The statement that drops it.
    pub drop: String,
    /// `COPY … FROM stdin;`
    pub copy: String,
    /// Its schema.
    pub schema: Option<String>,
    /// Its table access method.
    pub access_method: String,
    /// Its owner.
    pub owner: Option<String>,
    /// Where its rows are.
    pub rows: Place,
}

/// Where rows are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// There are none.
    #[default]
    Nowhere,
    /// In the archive, if there are any: pg_dump could not go back to write where.
    Somewhere,
    /// In the archive.
    There,
    /// In a file of this name, to which the compression's suffix is added.
    File(String),
}

/// The first bytes of every table of contents.
pub const MAGIC: &[u8] = b"PGDMP";
const OLDEST: (u8, u8) = (1, 12);
const NEWEST: (u8, u8) = (1, 16);

/// Reads numbers and texts.
pub struct Bytes<'a> {
    pub rest: &'a [u8],
    integer: usize,
}

impl<'a> Bytes<'a> {
    pub fn new(rest: &'a [u8], integer: usize) -> Bytes<'a> {
        Bytes { rest, integer }
    }

    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Damage::Cut)?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Result<u8, Damage> {
        Ok(self.take(1)?[0])
    }

    /// A sign, then the bytes of the number, the lowest first.
    pub fn number(&mut self) -> Result<i64, Damage> {
        let negative = self.byte()? != 0;
        let value = little(self.take(self.integer)?);
        Ok(if negative { value.wrapping_neg() } else { value })
    }

    fn text(&mut self) -> Result<Option<String>, Damage> {
        let length = self.number()?;
        let Ok(length) = usize::try_from(length) else { return Ok(None) };
        Ok(Some(String::from_utf8_lossy(self.take(length)?).into_owned()))
    }

    fn word(&mut self) -> Result<String, Damage> {
        Ok(self.text()?.unwrap_or_default())
    }
}

fn little(bytes: &[u8]) -> i64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | i64::from(*byte))
}

/// Head and entries.
///
/// # Errors
/// Where it ends too early, or is of a version that is not known.
pub fn read(archive: &[u8]) -> Result<(Head, Vec<Entry>), Damage> {
    let mut bytes = Bytes::new(archive.strip_prefix(MAGIC).ok_or(Damage::Cut)?, 4);
    let version = (bytes.byte()?, bytes.byte()?);
    bytes.byte()?;
    if !(OLDEST..=NEWEST).contains(&version) {
        return Err(Damage::Version(version.0, version.1));
    }
    bytes.integer = usize::from(bytes.byte()?).min(8);
    let offset = usize::from(bytes.byte()?).min(8);
    let format = bytes.byte()?;
    let compression = if version >= (1, 15) {
        match bytes.byte()? {
            0 => Compression::None,
            1 => Compression::Gzip,
            2 => Compression::Lz4,
            _ => Compression::Zstd,
        }
    } else if bytes.number()? == 0 {
        Compression::None
    } else {
        Compression::Gzip
    };
    // Second, minute, hour, day, month from 0, years since 1900, daylight saving.
    let mut time = [0; 7];
    for part in &mut time {
        *part = bytes.number()?;
    }
    let started = [time[5] + 1900, time[4] + 1, time[3], time[2], time[1], time[0]];
    bytes.text()?;
    let (server, pg_dump) = (bytes.text()?, bytes.text()?);
    let custom = format == 1;
    let mut entries = Vec::new();
    for _ in 0..bytes.number()? {
        entries.push(entry(&mut bytes, version, custom, offset)?);
    }
    let end = archive.len() - bytes.rest.len();
    Ok((Head { compression, server, pg_dump, started, integer: bytes.integer, end }, entries))
}

fn entry(bytes: &mut Bytes<'_>, version: (u8, u8), custom: bool, offset: usize) -> Result<Entry, Damage> {
    let id = bytes.number()?;
    let has_rows = bytes.number()? != 0;
    // `tableoid` and `oid` of the object.
    bytes.text()?;
    bytes.text()?;
    let (tag, kind) = (bytes.word()?, bytes.word()?);
    // The section.
    bytes.number()?;
    let (definition, drop, copy, schema) = (bytes.word()?, bytes.word()?, bytes.word()?, bytes.text()?);
    // The tablespace.
    bytes.text()?;
    let access_method = if version >= (1, 14) { bytes.word()? } else { String::new() };
    if version >= (1, 16) {
        // `relkind`
        bytes.number()?;
    }
    let owner = bytes.text()?;
    // `WITH OIDS`
    bytes.text()?;
    // What it depends on.
    while bytes.text()?.is_some() {}
    let rows = if custom {
        let state = bytes.byte()?;
        // At which byte; the blocks are read as they come.
        bytes.take(offset)?;
        match state {
            2 => Place::There,
            3 => Place::Nowhere,
            _ => Place::Somewhere,
        }
    } else {
        bytes.text()?.filter(|name| !name.is_empty()).map_or(Place::Nowhere, Place::File)
    };
    let rows = if has_rows { rows } else { Place::Nowhere };
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    Ok(Entry { id, tag, kind, definition, drop, copy, schema: some(schema), access_method, owner: some(owner), rows })
}
