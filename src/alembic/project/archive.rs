//! Archives among the input: zip, and what is a zip under another name.

use std::io::{Cursor, Read};

use super::{InputFile, MAX_FILE_BYTES, is_wanted};
use crate::diagnostic::Diagnostic;

/// An archive in an archive is opened, a third level is not.
const MAX_DEPTH: usize = 2;
/// What may come out of all archives together.
const MAX_UNPACKED_BYTES: u64 = 256 * 1024 * 1024;
const MAX_ENTRIES: usize = 200_000;

fn is_archive(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    [".zip", ".whl", ".egg"].iter().any(|extension| path.ends_with(extension))
}

/// All files, those in archives among them, under `archive.zip/path inside`.
pub fn unpack(files: Vec<InputFile>, diagnostics: &mut Vec<Diagnostic>) -> Vec<InputFile> {
    let mut budget = MAX_UNPACKED_BYTES;
    let mut output = Vec::new();
    for file in files {
        add(file, 0, &mut budget, &mut output, diagnostics);
    }
    output
}

fn add(
    file: InputFile,
    depth: usize,
    budget: &mut u64,
    output: &mut Vec<InputFile>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if !is_archive(&file.path) && !file.bytes.starts_with(b"PK\x03\x04") {
        return output.push(file);
    }
    if depth >= MAX_DEPTH {
        diagnostics.push(
            Diagnostic::warning(
                "archive-too-deep",
                format!("{} is an archive in an archive in an archive.", file.path),
            )
            .help("Unpack it and hand in the folder."),
        );
        return;
    }
    if let Err(why) = open(&file, depth, budget, output, diagnostics) {
        diagnostics.push(
            Diagnostic::error("archive-unreadable", format!("{} cannot be read as a zip archive: {why}.", file.path))
                .help("Unpack it and hand in the folder."),
        );
    }
}

fn open(
    file: &InputFile,
    depth: usize,
    budget: &mut u64,
    output: &mut Vec<InputFile>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(&file.bytes)).map_err(|error| error.to_string())?;
    if archive.len() > MAX_ENTRIES {
        return Err(format!("it has {} entries", archive.len()));
    }
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| error.to_string())?;
        let path = entry.name().map_err(|error| error.to_string())?.to_string();
        if entry.is_dir() || !(is_wanted(&path) || is_archive(&path)) {
            continue;
        }
        // The size that the archive claims is not to be trusted, so the reader is bounded, too.
        let limit = MAX_FILE_BYTES.min(*budget);
        let mut bytes = Vec::new();
        entry.take(limit + 1).read_to_end(&mut bytes).map_err(|error| format!("{path}: {error}"))?;
        let path = format!("{}/{path}", file.path);
        if bytes.len() as u64 > limit {
            diagnostics.push(
                Diagnostic::error("file-too-large", format!("{path} is larger than can be read."))
                    .help("Hand in the revision files without it."),
            );
            if *budget < MAX_FILE_BYTES {
                return Err("it unpacks to more than 256 MB".to_string());
            }
            continue;
        }
        *budget -= bytes.len() as u64;
        add(InputFile { path, bytes }, depth + 1, budget, output, diagnostics);
    }
    Ok(())
}
