//! pg_dump's own formats (custom, tar, directory), turned into the text that `pg_restore -f -` makes of them.

mod rows;
#[cfg(test)]
mod tests;
mod text;
mod toc;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use toc::Place;

/// Why an archive cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It ends too early, or something in it is not what it must be.
    Cut,
    /// Its format is of another version.
    Version(u8, u8),
    /// A zip or tar file with neither an archive of pg_dump nor a single file in it; so many files.
    Files(usize),
}

/// Files by their names without folders.
type Files = BTreeMap<String, Vec<u8>>;

/// What of an archive could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// Tables whose rows are packed in a way that is not read, or whose files were not handed in.
    pub tables: Vec<String>,
}

/// A file around others, or around rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `pg_dump -Fc`, or the table of contents of `-Fd`.
    Custom,
    /// `pg_dump -Ft`, or a folder of `pg_dump -Fd`.
    Tar,
    /// A folder of `pg_dump -Fd`, or one file.
    Zip,
}

/// The form that a file begins like.
pub fn form(head: &[u8]) -> Option<Form> {
    if head.starts_with(toc::MAGIC) {
        Some(Form::Custom)
    } else if head.get(257..).is_some_and(|head| head.starts_with(b"ustar")) {
        Some(Form::Tar)
    } else if head.starts_with(b"PK\x03\x04") {
        Some(Form::Zip)
    } else {
        None
    }
}

/// So many bytes of a file tell its [`form`].
pub const HEAD: usize = 262;

/// What an archive holds: the text of a dump, which is given to `out`, or one file that is no archive.
pub enum Held {
    /// The text was given.
    Text(Missed),
    /// One file.
    File(Vec<u8>),
}

/// Opens an archive.
///
/// # Errors
/// Where it cannot be read.
pub fn open(form: Form, bytes: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<Held, Damage> {
    let files = match form {
        Form::Custom => return archive(bytes, &Files::new(), out).map(Held::Text),
        Form::Tar => tar(bytes)?,
        Form::Zip => zip(bytes)?,
    };
    match (files.get("toc.dat").or(files.get("toc.dat.gz")), files.len()) {
        (Some(toc), _) => archive(toc, &files, out).map(Held::Text),
        (None, 1) => Ok(Held::File(files.into_values().next().unwrap_or_default())),
        (None, count) => Err(Damage::Files(count)),
    }
}

fn archive(bytes: &[u8], files: &Files, out: &mut dyn FnMut(&[u8])) -> Result<Missed, Damage> {
    let (head, entries) = toc::read(bytes)?;
    let mut missed = Missed::default();
    let mut blocks = None;
    let mut rows = |entry: &toc::Entry, out: &mut dyn FnMut(&[u8])| {
        let read = match &entry.rows {
            Place::Nowhere => Ok(true),
            Place::At(at) => rows::block(bytes, &head, *at, out),
            Place::Somewhere => {
                if blocks.is_none() {
                    blocks = Some(rows::blocks(bytes, &head)?);
                }
                match blocks.as_ref().and_then(|blocks| blocks.get(&entry.id)) {
                    Some(at) => rows::block(bytes, &head, *at, out),
                    None => Ok(false),
                }
            }
            Place::File(_) => rows::file(files, entry, out),
        }?;
        if !read {
            missed.tables.push(entry.tag.clone());
        }
        Ok(read)
    };
    text::write(&head, &entries, out, &mut rows)?;
    Ok(missed)
}

/// Files below hidden folders, and what a Mac puts into a zip, are nobody's.
fn name(path: &str) -> Option<String> {
    let hidden = path.split('/').any(|part| part.starts_with('.') && part != "." || part == "__MACOSX");
    path.rsplit('/').next().filter(|name| !hidden && !name.is_empty()).map(str::to_string)
}

fn tar(bytes: &[u8]) -> Result<Files, Damage> {
    let mut files = Files::new();
    let mut archive = tar::Archive::new(Cursor::new(bytes));
    for entry in archive.entries().map_err(|_| Damage::Cut)? {
        let mut entry = entry.map_err(|_| Damage::Cut)?;
        let path = entry.path().map_err(|_| Damage::Cut)?.to_string_lossy().into_owned();
        if entry.header().entry_type().is_file()
            && let Some(name) = name(&path)
        {
            let mut content = Vec::new();
            entry.read_to_end(&mut content).map_err(|_| Damage::Cut)?;
            files.insert(name, content);
        }
    }
    Ok(files)
}

fn zip(bytes: &[u8]) -> Result<Files, Damage> {
    let mut files = Files::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| Damage::Cut)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| Damage::Cut)?;
        let path = entry.name().map_err(|_| Damage::Cut)?.into_owned();
        if entry.is_file()
            && let Some(name) = name(&path)
        {
            let mut content = Vec::new();
            entry.by_ref().take(MOST).read_to_end(&mut content).map_err(|_| Damage::Cut)?;
            files.insert(name, content);
        }
    }
    Ok(files)
}

/// A file of a zip that unpacks to more is taken for a bomb: it is cut.
const MOST: u64 = 1 << 30;
