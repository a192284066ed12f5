//! Where the text of a dump and a snapshot part: a dump goes through as it comes, a snapshot is kept until all of it is there.

use super::{Damage, Known, found, write};
use crate::diagnostic::Diagnostic;
use crate::sql::dump;

/// What no blank of a grid is, of a text that is no snapshot: so much is looked at, and then it is a dump.
const LOOKED_AT: usize = 64 << 10;
/// No catalog is so large.
const MOST: usize = 256 << 20;

/// What came so far.
pub enum Gate {
    /// It may be either. How many bytes of it are no part of a grid.
    Undecided(Vec<u8>, usize),
    /// A dump, or what is to be said of it.
    Dump,
    /// A snapshot, as far as it came.
    Snapshot(Vec<u8>),
}

impl Default for Gate {
    fn default() -> Gate {
        Gate::Undecided(Vec::new(), 0)
    }
}

impl Gate {
    /// Takes text and gives what of it is a dump.
    pub fn feed(&mut self, text: &[u8], out: &mut dyn FnMut(&[u8])) {
        match self {
            Gate::Dump => out(text),
            Gate::Snapshot(all) if all.len() <= MOST => all.extend_from_slice(text),
            Gate::Snapshot(_) => {}
            Gate::Undecided(head, solid) => {
                let before = head.len().saturating_sub(OVERLAP);
                head.extend_from_slice(text);
                *solid += text.iter().filter(|byte| !is_of_a_grid(**byte)).count();
                let enough = *solid > LOOKED_AT || head.len() > MOST;
                let head = if found::is_in(&head[before..]) {
                    return *self = Gate::Snapshot(std::mem::take(head));
                } else if enough || is_dump(head) {
                    std::mem::take(head)
                } else {
                    return;
                };
                *self = Gate::Dump;
                out(&head);
            }
        }
    }

    /// The input is over. A snapshot gives its text to `out`, and what it tells beyond.
    ///
    /// # Errors
    /// The message that says why the snapshot cannot be read.
    pub fn finish(self, name: &str, out: &mut dyn FnMut(&[u8])) -> Result<Option<Known>, Diagnostic> {
        match self {
            Gate::Dump => Ok(None),
            Gate::Undecided(head, _) if !head.is_empty() && head.trim_ascii().is_empty() => Err(dump::empty(name)),
            Gate::Undecided(head, _) => {
                out(&head);
                Ok(None)
            }
            Gate::Snapshot(bytes) => {
                let (text, known) = read(&String::from_utf8_lossy(&bytes)).map_err(|damage| refused(name, &damage))?;
                out(text.as_bytes());
                Ok(Some(known))
            }
        }
    }
}

/// The mark may lie across two pieces of the input.
const OVERLAP: usize = 64;

/// Blanks and rules, with which psql fills lines that are as long as the value.
fn is_of_a_grid(byte: u8) -> bool {
    // Box drawing is in the block that begins with `e2 94` and `e2 95` in UTF-8.
    byte.is_ascii_whitespace() || matches!(byte, b'-' | b'=' | b'+' | b'|' | 0xe2 | 0x94 | 0x95 | 0x80..=0x82)
}

/// pg_dump's first line, which is no grid's.
fn is_dump(head: &[u8]) -> bool {
    let head = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head);
    head.trim_ascii_start().starts_with(b"--\n-- PostgreSQL database")
}

fn read(text: &str) -> Result<(String, Known), Damage> {
    let value = found::value(text)?;
    write::dump(&value)
}

fn refused(name: &str, damage: &Damage) -> Diagnostic {
    let again = "Take the snapshot again and hand in all of it: psql \"$DATABASE_URL\" -AtX -f snapshot.sql > snapshot.json, or the console's export into a file.";
    match damage {
        Damage::Cut => Diagnostic::error("dump-truncated", format!("{name}: the snapshot ends too early")).help(again),
        Damage::Changed(why) => {
            let what = format!("{name}: the snapshot is no longer as the database gave it: {why}");
            Diagnostic::error("snapshot-damaged", what)
                .help(format!("A terminal that breaks long lines changes it. {again}"))
        }
        Damage::Version(version) => {
            let what = format!("{name} is a snapshot of form {version}, and this Restamp reads form 1");
            Diagnostic::error("snapshot-version", what)
                .help("Take it with the SELECT that this Restamp prints: restamp snapshot")
        }
    }
}
