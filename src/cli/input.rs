//! Reads files and folders.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::alembic::project::{MAX_FILE_BYTES, is_wanted};
use crate::report::InputFile;
use crate::sql::dump::{DumpReader, DumpText};

/// Folders that hold no revisions, whoever's they are.
const SKIPPED: [&str; 10] = [
    ".git",
    "node_modules",
    "__pycache__",
    ".venv",
    "venv",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".ruff_cache",
    "site-packages",
];
/// More files than any repository has.
const MAX_FILES: usize = 200_000;
const MAX_DEPTH: usize = 40;
/// What is read at once.
const BUFFER: usize = 1 << 20;
const ARCHIVES: [&str; 3] = ["zip", "whl", "egg"];

/// What could not be read.
pub struct Unreadable {
    /// The path.
    pub path: String,
    /// Why.
    pub why: String,
}

/// All files below the given paths that the project reader wants; a file that is named itself is always read.
///
/// # Errors
/// The first path that cannot be read.
pub fn project(paths: &[String]) -> Result<Vec<InputFile>, Unreadable> {
    let mut files = Vec::new();
    for path in paths {
        let given = Path::new(path);
        if given.is_dir() {
            folder(given, 0, &mut files)?;
        } else {
            files.push(read(given)?);
        }
    }
    Ok(files)
}

fn folder(path: &Path, depth: usize, files: &mut Vec<InputFile>) -> Result<(), Unreadable> {
    let failed = |error: std::io::Error| Unreadable { path: path.display().to_string(), why: error.to_string() };
    let mut entries = fs::read_dir(path).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().to_string();
        let path = entry.path();
        // Links are not followed into folders: they may lead around in a circle.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if depth < MAX_DEPTH && !SKIPPED.contains(&name.as_str()) && !path.join("pyvenv.cfg").exists() {
                folder(&path, depth + 1, files)?;
            }
        } else if files.len() < MAX_FILES && path.is_file() && (is_wanted(&name) || is_archive(&path)) {
            files.push(read(&path)?);
        }
    }
    Ok(())
}

fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ARCHIVES.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// One file of the project. Of a file that is too large only so much is read that the reader can refuse it.
fn read(path: &Path) -> Result<InputFile, Unreadable> {
    let failed = |error: std::io::Error| Unreadable { path: path.display().to_string(), why: error.to_string() };
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(failed)?;
    let limit = if is_archive(path) { u64::MAX } else { MAX_FILE_BYTES + 1 };
    file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    Ok(InputFile { path: path.to_string_lossy().replace('\\', "/"), bytes })
}

/// A log, version rows or another small file; `-` is standard input.
///
/// # Errors
/// It cannot be read.
pub fn text(path: &str) -> Result<InputFile, Unreadable> {
    let failed = |error: std::io::Error| Unreadable { path: path.to_string(), why: error.to_string() };
    if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(failed)?;
        return Ok(InputFile { path: "pasted".into(), bytes });
    }
    if Path::new(path).join("toc.dat").is_file() {
        return Ok(InputFile { path: path.to_string(), bytes: directory(Path::new(path)).map_err(failed)? });
    }
    Ok(InputFile { path: path.to_string(), bytes: fs::read(path).map_err(failed)? })
}

/// A dump of any size, read as it comes; `-` is standard input. `progress` is told how many bytes of how many.
///
/// # Errors
/// It cannot be read.
pub fn dump(path: &str, progress: &mut dyn FnMut(u64, u64)) -> Result<DumpText, Unreadable> {
    let failed = |error: std::io::Error| Unreadable { path: path.to_string(), why: error.to_string() };
    if path == "-" {
        return stream("pasted", std::io::stdin().lock(), 0, progress).map_err(failed);
    }
    if Path::new(path).join("toc.dat").is_file() {
        return Ok(DumpText::of(path, &directory(Path::new(path)).map_err(failed)?));
    }
    let file = fs::File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    stream(path, file, size, progress).map_err(failed)
}

fn stream(name: &str, mut from: impl Read, size: u64, progress: &mut dyn FnMut(u64, u64)) -> std::io::Result<DumpText> {
    let mut reader = DumpReader::new(name);
    let mut buffer = vec![0; BUFFER];
    let mut done = 0;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(reader.finish()),
            Ok(count) => {
                reader.feed(&buffer[..count]);
                done += count as u64;
                progress(done, size);
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A folder of `pg_dump -Fd` as one file; rows of large tables are left out, and are then not known.
fn directory(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.metadata()?.is_file() && (name == "toc.dat" || entry.metadata()?.len() <= LARGEST_ROWS) {
            archive.append_path_with_name(entry.path(), name)?;
        }
    }
    archive.into_inner()
}

/// A file of rows that is larger is no version table.
const LARGEST_ROWS: u64 = 1 << 20;
