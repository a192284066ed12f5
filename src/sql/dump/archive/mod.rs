//! pg_dump's own formats (custom, tar, directory), turned into the text that `pg_restore -f -` makes of them.

mod rows;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod toc;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

pub use stream::Stream;
use text::Text;

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
        Form::Custom => {
            let mut stream = Stream::default();
            stream.feed(bytes, out)?;
            return stream.finish(out).map(Held::Text);
        }
        Form::Tar => tar(bytes)?,
        Form::Zip => zip(bytes)?,
    };
    match (files.get("toc.dat").or(files.get("toc.dat.gz")), files.len()) {
        (Some(toc), _) => directory(toc, &files, out).map(Held::Text),
        (None, 1) => Ok(Held::File(files.into_values().next().unwrap_or_default())),
        (None, count) => Err(Damage::Files(count)),
    }
}

/// An archive whose rows are in files.
fn directory(toc: &[u8], files: &Files, out: &mut dyn FnMut(&[u8])) -> Result<Missed, Damage> {
    let (head, entries) = toc::read(toc)?;
    let mut missed = Missed::default();
    let mut text = Text::begin(&head, out);
    for entry in &entries {
        if !text::is_rows(entry) {
            text.object(entry, out);
        } else if !rows::write(files, entry, out)? {
            missed.tables.push(entry.tag.clone());
        }
    }
    text.end(out);
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
