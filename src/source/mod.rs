//! Floor 0: the texts that were handed in, and places inside them.
//!
//! A place is a byte range in a file. Lines, columns and UTF-16 offsets are made here and nowhere else.

use std::sync::Arc;

/// The number of a file in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A byte range in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte, from 0.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A place as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Path as it was handed in.
    pub path: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One text that was handed in.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: Arc<str>,
    text: Arc<str>,
    /// Byte offset at which each line starts.
    lines: Vec<u32>,
    /// Lines that the text leaves out: the index of the line behind each gap, and all lines left out up to there.
    gaps: Vec<(u32, u32)>,
}

impl SourceFile {
    /// The path as it was handed in, with `/` between its parts.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The text of line `line` (from 1), without its line break.
    pub fn line(&self, line: u32) -> &str {
        let skipped = self.gaps.iter().rev().find(|(first, skipped)| first + skipped < line).map_or(0, |gap| gap.1);
        let index = line.saturating_sub(skipped).saturating_sub(1) as usize;
        let Some(&start) = self.lines.get(index) else {
            return "";
        };
        let end = self.lines.get(index + 1).map_or(self.text.len(), |&end| end as usize);
        self.text[start as usize..end].trim_end_matches(['\n', '\r'])
    }

    /// Lines left out before a line of the text (from 1).
    fn skipped(&self, line: u32) -> u32 {
        let gaps = self.gaps.partition_point(|(first, _)| *first < line);
        gaps.checked_sub(1).map_or(0, |last| self.gaps[last].1)
    }

    /// How many lines there are; the last one may be empty.
    pub fn line_count(&self) -> u32 {
        self.lines.len() as u32
    }

    /// The span of line `line` (from 1) of this file, whose number is `id`.
    pub fn line_span(&self, id: FileId, line: u32) -> Span {
        let index = line.saturating_sub(1) as usize;
        let start = self.lines.get(index).copied().unwrap_or(self.text.len() as u32);
        Span { file: id, start, end: start + self.line(line).len() as u32 }
    }

    fn line_of(&self, offset: u32) -> u32 {
        self.lines.partition_point(|&start| start <= offset) as u32
    }
}

/// All texts of one analysis.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Takes a text in and gives its number.
    pub fn add(&mut self, path: &str, text: &str) -> FileId {
        self.add_with_gaps(path, text, &[])
    }

    /// Takes in a text of which lines were left out, such as the rows of a dump: at each byte offset, so many lines of the
    /// original are missing. Places are told with the line numbers of the original.
    pub fn add_with_gaps(&mut self, path: &str, text: &str, gaps: &[(u32, u32)]) -> FileId {
        let mut lines = vec![0];
        lines.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1));
        let mut skipped = 0u32;
        let gaps = gaps.iter().map(|(at, missing)| {
            skipped = skipped.saturating_add(*missing);
            // A gap inside a line shifts the lines behind it.
            (lines.partition_point(|start| start < at) as u32, skipped)
        });
        let gaps = gaps.collect();
        self.files.push(SourceFile { path: path.replace('\\', "/").into(), text: text.into(), lines, gaps });
        FileId(self.files.len() as u32 - 1)
    }

    /// The file of a number that [`Sources::add`] gave.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// The place of a span's first byte.
    pub fn location(&self, span: Span) -> Location {
        let file = self.file(span.file);
        let line = file.line_of(span.start);
        let line_start = file.lines.get(line.saturating_sub(1) as usize).copied().unwrap_or(0) as usize;
        let mut at = (span.start as usize).min(file.text.len());
        while !file.text.is_char_boundary(at) {
            at -= 1;
        }
        let column = file.text[line_start.min(at)..at].chars().count() as u32 + 1;
        Location { path: file.path.clone(), line: line + file.skipped(line), column }
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}
