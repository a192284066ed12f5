//! The rows of an archive that are in files beside the table of contents (`-Ft`, `-Fd`).

use std::io::Write;

use flate2::write::MultiGzDecoder;

use super::toc::{Entry, Place};
use super::{Damage, Files, text};

/// Gives text away as it comes.
struct Away<'a>(&'a mut dyn FnMut(&[u8]));

impl Write for Away<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        (self.0)(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes the rows of an entry; false where they cannot be read.
pub fn write(files: &Files, entry: &Entry, out: &mut dyn FnMut(&[u8])) -> Result<bool, Damage> {
    let Place::File(name) = &entry.rows else { return Ok(false) };
    if let Some(bytes) = files.get(name) {
        out(text::over_rows(entry).as_bytes());
        out(bytes);
        return Ok(true);
    }
    let Some(bytes) = files.get(&format!("{name}.gz")) else { return Ok(false) };
    out(text::over_rows(entry).as_bytes());
    let mut decoder = MultiGzDecoder::new(Away(out));
    decoder.write_all(bytes).and_then(|()| decoder.try_finish()).map_err(|_| Damage::Cut)?;
    Ok(true)
}
