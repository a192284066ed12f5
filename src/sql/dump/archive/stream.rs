//! `pg_dump -Fc` as it comes: the table of contents, then the rows in blocks, of which there is never more than a piece in memory.

use std::collections::HashMap;
use std::io::Write;

use flate2::write::ZlibDecoder;

use super::text::{self, Text};
use super::toc::{self, Bytes, Compression, Entry, Head, Place};
use super::{Damage, Missed};

/// No table of contents is larger.
const MOST: usize = 256 << 20;

/// An archive that is read while it comes.
#[derive(Default)]
pub struct Stream {
    /// What was not understood yet.
    pending: Vec<u8>,
    /// With so many bytes the table of contents is looked for again.
    enough: usize,
    opened: Option<Opened>,
}

impl Stream {
    /// Takes the next bytes; text is given to `out`.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn feed(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Damage> {
        self.pending.extend_from_slice(bytes);
        if self.opened.is_none() && self.pending.len() >= self.enough {
            match self.open(out) {
                Err(Damage::Cut) if self.pending.len() <= MOST => self.enough = 2 * self.pending.len(),
                opened => opened?,
            }
        }
        self.blocks(out)
    }

    /// The archive is over.
    ///
    /// # Errors
    /// Where it ends too early.
    pub fn finish(mut self, out: &mut dyn FnMut(&[u8])) -> Result<Missed, Damage> {
        if self.opened.is_none() {
            self.open(out)?;
            self.blocks(out)?;
        }
        let opened = self.opened.filter(|opened| matches!(opened.block, Block::Between)).ok_or(Damage::Cut)?;
        if self.pending.is_empty() { opened.finish(out) } else { Err(Damage::Cut) }
    }

    fn open(&mut self, out: &mut dyn FnMut(&[u8])) -> Result<(), Damage> {
        let (head, entries) = toc::read(&self.pending)?;
        self.pending.drain(..head.end);
        let awaited = entries.iter().enumerate().filter(|(_, entry)| entry.rows != Place::Nowhere);
        self.opened = Some(Opened {
            awaited: awaited.map(|(index, entry)| (entry.id, index)).collect(),
            text: Text::begin(&head, out),
            next: 0,
            block: Block::Between,
            missed: Missed::default(),
            head,
            entries,
        });
        Ok(())
    }

    fn blocks(&mut self, out: &mut dyn FnMut(&[u8])) -> Result<(), Damage> {
        let Some(opened) = &mut self.opened else { return Ok(()) };
        let mut bytes = Bytes::new(&self.pending, opened.head.integer);
        while opened.step(&mut bytes, out)? {}
        let used = self.pending.len() - bytes.rest.len();
        self.pending.drain(..used);
        Ok(())
    }
}

/// An archive whose table of contents is known.
struct Opened {
    head: Head,
    entries: Vec<Entry>,
    /// Entries whose block did not come yet, by their `dumpId`.
    awaited: HashMap<i64, usize>,
    text: Text,
    /// The first entry that is not written.
    next: usize,
    block: Block,
    missed: Missed,
}

/// Where in the blocks the next byte is.
enum Block {
    Between,
    /// Before the number of a large object.
    Objects,
    /// Before the length of a piece.
    Length(Run),
    /// In a piece of which so many bytes are left.
    Piece(Run, usize),
}

/// Pieces that belong together.
enum Run {
    /// Of a large object.
    Object,
    /// Of rows that are not read.
    Skipped,
    /// Of rows.
    Plain,
    /// Of rows, packed.
    Packed(Box<ZlibDecoder<Vec<u8>>>),
}

/// Rows, as the first byte of a block says; the others are large objects.
const ROWS: u8 = 1;

impl Opened {
    /// Goes on in the blocks; false where more bytes are needed.
    fn step(&mut self, bytes: &mut Bytes<'_>, out: &mut dyn FnMut(&[u8])) -> Result<bool, Damage> {
        if bytes.rest.is_empty() {
            return Ok(false);
        }
        let mut ahead = Bytes::new(bytes.rest, self.head.integer);
        self.block = match std::mem::replace(&mut self.block, Block::Between) {
            // Appended to a file (`pg_dump -Fc >> f`) the table of contents is written again, behind all blocks.
            Block::Between if self.awaited.is_empty() => {
                bytes.rest = &[];
                return Ok(false);
            }
            Block::Between => {
                let (Ok(kind), Ok(id)) = (ahead.byte(), ahead.number()) else { return Ok(false) };
                if kind == ROWS {
                    Block::Length(self.begin(id, out))
                } else {
                    self.awaited.remove(&id);
                    Block::Objects
                }
            }
            Block::Objects => match ahead.number() {
                Ok(0) => Block::Between,
                Ok(_) => Block::Length(Run::Object),
                Err(_) => return self.wait(Block::Objects),
            },
            Block::Length(run) => match ahead.number().map(usize::try_from) {
                Ok(Ok(0)) => end(run, out)?,
                Ok(Ok(length)) => Block::Piece(run, length),
                Ok(Err(_)) => return Err(Damage::Cut),
                Err(_) => return self.wait(Block::Length(run)),
            },
            Block::Piece(mut run, left) => {
                let piece = ahead.take(left.min(ahead.rest.len()))?;
                match &mut run {
                    Run::Object | Run::Skipped => {}
                    Run::Plain => out(piece),
                    Run::Packed(decoder) => {
                        decoder.write_all(piece).map_err(|_| Damage::Cut)?;
                        out(decoder.get_ref());
                        decoder.get_mut().clear();
                    }
                }
                if left == piece.len() { Block::Length(run) } else { Block::Piece(run, left - piece.len()) }
            }
        };
        bytes.rest = ahead.rest;
        Ok(true)
    }

    fn wait(&mut self, block: Block) -> Result<bool, Damage> {
        self.block = block;
        Ok(false)
    }

    /// A block of rows begins. What stands before them in the table of contents is written before them.
    fn begin(&mut self, id: i64, out: &mut dyn FnMut(&[u8])) -> Run {
        self.objects(out);
        let Some(index) = self.awaited.remove(&id) else { return Run::Skipped };
        if index == self.next {
            self.next += 1;
        }
        let entry = &self.entries[index];
        let run = match self.head.compression {
            Compression::None => Run::Plain,
            Compression::Gzip => Run::Packed(Box::new(ZlibDecoder::new(Vec::new()))),
            Compression::Lz4 | Compression::Zstd => {
                self.missed.tables.push(entry.tag.clone());
                return Run::Skipped;
            }
        };
        out(text::over_rows(entry).as_bytes());
        run
    }

    /// Writes objects up to the next rows that did not come.
    fn objects(&mut self, out: &mut dyn FnMut(&[u8])) {
        while let Some(entry) = self.entries.get(self.next) {
            if !text::is_rows(entry) {
                self.text.object(entry, out);
            } else if self.awaited.contains_key(&entry.id) {
                return;
            }
            self.next += 1;
        }
    }

    /// All blocks came.
    fn finish(mut self, out: &mut dyn FnMut(&[u8])) -> Result<Missed, Damage> {
        self.objects(out);
        while let Some(entry) = self.entries.get(self.next) {
            // Where pg_dump could not go back, it does not say whether there is a block.
            if entry.rows != Place::Somewhere {
                return Err(Damage::Cut);
            }
            self.missed.tables.push(entry.tag.clone());
            self.awaited.remove(&entry.id);
            self.objects(out);
        }
        self.text.end(out);
        Ok(self.missed)
    }
}

/// The last piece came.
fn end(run: Run, out: &mut dyn FnMut(&[u8])) -> Result<Block, Damage> {
    match run {
        Run::Object => return Ok(Block::Objects),
        Run::Skipped | Run::Plain => {}
        Run::Packed(decoder) => out(&decoder.finish().map_err(|_| Damage::Cut)?),
    }
    Ok(Block::Between)
}
