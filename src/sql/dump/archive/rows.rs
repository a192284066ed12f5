//! The rows of an archive: blocks behind the table of contents (`-Fc`), or files beside it (`-Ft`, `-Fd`).

use std::collections::BTreeMap;
use std::io::Write;

use flate2::write::{MultiGzDecoder, ZlibDecoder};

use super::toc::{Bytes, Compression, Entry, Head, Place};
use super::{Damage, Files};

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

/// Where each entry's block is, in an archive that was written where pg_dump could not go back (`pg_dump -Fc | …`).
pub fn blocks(archive: &[u8], head: &Head) -> Result<BTreeMap<i64, usize>, Damage> {
    let mut found = BTreeMap::new();
    let mut bytes = Bytes::new(archive.get(head.end..).ok_or(Damage::Cut)?, head.integer);
    while !bytes.rest.is_empty() {
        let at = archive.len() - bytes.rest.len();
        let kind = bytes.byte()?;
        found.insert(bytes.number()?, at);
        match kind {
            ROWS => while chunk(&mut bytes)?.is_some() {},
            // Large objects, each under its number.
            _ => {
                while bytes.number()? != 0 {
                    while chunk(&mut bytes)?.is_some() {}
                }
            }
        }
    }
    Ok(found)
}

const ROWS: u8 = 1;

fn chunk<'a>(bytes: &mut Bytes<'a>) -> Result<Option<&'a [u8]>, Damage> {
    match usize::try_from(bytes.number()?) {
        Ok(0) => Ok(None),
        Ok(length) => bytes.take(length).map(Some),
        Err(_) => Err(Damage::Cut),
    }
}

/// The rows of a block; false where they are packed in a way that is not read.
pub fn block(archive: &[u8], head: &Head, at: usize, out: &mut dyn FnMut(&[u8])) -> Result<bool, Damage> {
    let mut bytes = Bytes::new(archive.get(at..).ok_or(Damage::Cut)?, head.integer);
    if bytes.byte()? != ROWS {
        return Ok(false);
    }
    bytes.number()?;
    match head.compression {
        Compression::None => {
            while let Some(chunk) = chunk(&mut bytes)? {
                out(chunk);
            }
        }
        Compression::Gzip => {
            let mut decoder = ZlibDecoder::new(Away(out));
            while let Some(chunk) = chunk(&mut bytes)? {
                decoder.write_all(chunk).map_err(|_| Damage::Cut)?;
            }
            decoder.finish().map_err(|_| Damage::Cut)?;
        }
        Compression::Lz4 | Compression::Zstd => return Ok(false),
    }
    Ok(true)
}

/// The rows of an entry of an archive whose rows are in files; false where they cannot be read.
pub fn file(files: &Files, entry: &Entry, out: &mut dyn FnMut(&[u8])) -> Result<bool, Damage> {
    let Place::File(name) = &entry.rows else { return Ok(false) };
    if let Some(bytes) = files.get(name) {
        out(bytes);
        return Ok(true);
    }
    let Some(bytes) = files.get(&format!("{name}.gz")) else { return Ok(false) };
    let mut decoder = MultiGzDecoder::new(Away(out));
    decoder.write_all(bytes).and_then(|()| decoder.try_finish()).map_err(|_| Damage::Cut)?;
    Ok(true)
}
