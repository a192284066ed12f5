//! A streaming splitter of dumps: statements are kept, rows are counted and passed over.
//!
//! The kept text is the dump without its rows. Where rows were left out, a gap says how many lines are missing, so that
//! the line numbers of the original can be told ([`crate::source::Sources::add_with_gaps`]).

mod inserts;

use std::ops::Range;

use crate::pg::lex::{dollar_tag, is_word_part, is_word_start};

/// What a splitter finds, in order. Ranges are bytes of the kept text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A statement, without its semicolon.
    Statement(Range<usize>),
    /// A `--` comment, without its dashes.
    Comment(Range<usize>),
    /// A meta-command of psql, e.g. `\connect db`.
    Meta(Range<usize>),
}

/// Who decides about a statement when it ends.
pub trait Sink {
    /// Takes a piece. What is answered to a statement says what becomes of it.
    fn piece(&mut self, piece: Piece, kept: &[u8]) -> Keep;
    /// Takes one line of the rows of a `COPY` for which [`Keep::Rows`] was answered with `true`, without its line break.
    fn row(&mut self, line: &[u8]);
    /// The rows are over: so many lines.
    fn rows_end(&mut self, lines: u64);
    /// So many rows follow in statements like the last one that was answered with [`Keep::Counted`].
    fn counted(&mut self, rows: u64);
}

/// What becomes of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// It stays in the kept text.
    Yes,
    /// It was read and leaves the kept text: an `INSERT`.
    No,
    /// The same, and those that follow with the same first bytes, so many, need not be read: their rows are counted.
    Counted(usize),
    /// It stays, and rows of `COPY … FROM stdin` follow; whether they are given to [`Sink::row`].
    Rows(bool),
}

#[derive(Debug)]
enum State {
    Normal,
    Line,
    Block(u32),
    String {
        escapes: bool,
    },
    Quoted,
    Dollar(Vec<u8>),
    Meta,
    /// Rows of a COPY.
    Rows {
        wanted: bool,
        lines: u64,
        /// The line of the COPY itself is over.
        begun: bool,
    },
}

/// Where an input ends that should have gone on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Between statements: the input is whole.
    No,
    /// Inside a statement: where it starts in the kept text.
    Statement(usize),
    /// Inside a quote or comment of the statement that starts there.
    Quote(usize),
    /// Inside the rows of a COPY.
    Rows,
}

/// The splitter.
#[derive(Debug)]
pub struct Splitter {
    state: State,
    /// The text so far, without rows.
    kept: Vec<u8>,
    /// Up to here the kept text is scanned.
    scan: usize,
    /// Where the current statement, comment or meta-command starts.
    start: usize,
    comment_start: usize,
    depth: i32,
    blocks: u32,
    /// A part of a row whose line break did not come yet.
    partial: Vec<u8>,
    /// Byte of the kept text, and lines left out before it.
    gaps: Vec<(u32, u32)>,
    /// No statement has begun since the last semicolon.
    empty: bool,
    /// How the last statement began that was answered with [`Keep::Counted`].
    repeated: Vec<u8>,
}

/// Rows longer than this are not told apart from `\.` by their text.
const PARTIAL: usize = 8;
/// Small, since a statement that leaves the text moves what follows it in the chunk.
const CHUNK: usize = 1 << 12;

impl Default for Splitter {
    fn default() -> Self {
        Splitter {
            state: State::Normal,
            kept: Vec::new(),
            scan: 0,
            start: 0,
            comment_start: 0,
            depth: 0,
            blocks: 0,
            partial: Vec::new(),
            gaps: Vec::new(),
            empty: true,
            repeated: Vec::new(),
        }
    }
}

/// Passes over whole rows, at the speed of the memory: up to the first line that begins as the end of the rows does, or to the last
/// line, which may go on. How many bytes and how many lines these are.
fn pass_over(rows: &[u8]) -> (usize, u64) {
    if rows.starts_with(b"\\.") {
        return (0, 0);
    }
    let end = match memchr::memmem::find(rows, b"\n\\.") {
        Some(at) => at + 1,
        None => memchr::memrchr(b'\n', rows).map_or(0, |at| at + 1),
    };
    (end, memchr::memchr_iter(b'\n', &rows[..end]).count() as u64)
}

/// Where the statements of a script stand in it, without blanks around them and without semicolons. A script has no rows of `COPY`.
///
/// ```
/// let script = "-- two\nSELECT ';';\nSELECT 2;\n";
/// let found = restamp::sql::split::statements(script);
/// assert_eq!(found.into_iter().map(|range| &script[range]).collect::<Vec<_>>(), ["SELECT ';'", "SELECT 2"]);
/// ```
pub fn statements(script: &str) -> Vec<Range<usize>> {
    /// Keeps all, so that places in the kept text are places in the script.
    #[derive(Default)]
    struct Statements(Vec<Range<usize>>);
    impl Sink for Statements {
        fn piece(&mut self, piece: Piece, _: &[u8]) -> Keep {
            if let Piece::Statement(range) = piece {
                self.0.push(range);
            }
            Keep::Yes
        }

        fn row(&mut self, _: &[u8]) {}

        fn rows_end(&mut self, _: u64) {}

        fn counted(&mut self, _: u64) {}
    }
    let (mut found, mut splitter) = (Statements::default(), Splitter::default());
    splitter.feed(script.as_bytes(), &mut found);
    splitter.finish(&mut found);
    let trimmed = |range: Range<usize>| {
        let text = &script[range.clone()];
        let start = range.start + text.len() - text.trim_start().len();
        start..start + text.trim().len()
    };
    found.0.into_iter().map(trimmed).collect()
}

impl Splitter {
    /// Takes the next bytes.
    pub fn feed(&mut self, mut bytes: &[u8], sink: &mut impl Sink) {
        while !bytes.is_empty() {
            if matches!(self.state, State::Rows { .. }) {
                let Some(end) = self.rows(bytes, sink) else { return };
                bytes = &bytes[end..];
                continue;
            }
            let passed = self.pass_inserts(bytes, sink);
            let bound = self.bound(&bytes[passed..]);
            let (chunk, rest) = bytes[passed..].split_at(bound);
            self.chunk(chunk, false, sink);
            bytes = rest;
        }
    }

    /// Passes over statements like the last one that was counted; gives how many bytes these are.
    fn pass_inserts(&mut self, bytes: &[u8], sink: &mut impl Sink) -> usize {
        let between =
            self.empty && matches!(self.state, State::Normal) && self.kept[self.scan..].trim_ascii().is_empty();
        if self.repeated.is_empty() || !between {
            return 0;
        }
        let passed = inserts::pass_over(bytes, &self.repeated);
        if passed.bytes > 0 {
            sink.counted(passed.rows);
            self.scan = self.kept.len();
            if passed.lines > 0 {
                self.gap(self.scan, passed.lines);
            }
        }
        passed.bytes
    }

    /// How much is looked at next: to the end of a statement, behind which others like it may be passed over.
    fn bound(&self, bytes: &[u8]) -> usize {
        let most = bytes.len().min(CHUNK);
        let end = || memchr::memmem::find(&bytes[..most], b";\n").map(|at| at + 2);
        if self.repeated.is_empty() { most } else { end().unwrap_or(most) }
    }

    /// The input is over. Gives the kept text, the gaps and where it was cut.
    pub fn finish(mut self, sink: &mut impl Sink) -> (Vec<u8>, Vec<(u32, u32)>, Cut) {
        if matches!(self.state, State::Rows { .. }) && self.partial == b"\\." {
            self.chunk(b"\n", true, sink);
        }
        self.chunk(b"", true, sink);
        let cut = match self.state {
            State::Rows { .. } => Cut::Rows,
            State::Normal | State::Line | State::Meta if self.empty => Cut::No,
            State::Normal | State::Line | State::Meta => Cut::Statement(self.start),
            State::Block(_) | State::String { .. } | State::Quoted | State::Dollar(_) => Cut::Quote(self.start),
        };
        (self.kept, self.gaps, cut)
    }

    /// Bytes that are kept so far.
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    fn chunk(&mut self, bytes: &[u8], last: bool, sink: &mut impl Sink) {
        let mut carry = bytes.to_vec();
        loop {
            if matches!(self.state, State::Rows { .. }) {
                match self.rows(&carry, sink) {
                    Some(rest) => carry = carry.split_off(rest),
                    None => return,
                }
            }
            self.kept.append(&mut carry);
            while !matches!(self.state, State::Rows { .. }) && self.step(last, sink) {}
            if !matches!(self.state, State::Rows { .. }) {
                return;
            }
            carry = self.kept.split_off(self.scan);
        }
    }

    /// Passes over rows; gives where the text goes on after `\.`.
    fn rows(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Option<usize> {
        let State::Rows { wanted, lines, begun } = &mut self.state else {
            return Some(0);
        };
        let mut at = 0;
        if !*begun {
            at = memchr::memchr(b'\n', bytes)? + 1;
            *begun = true;
            self.kept.push(b'\n');
        }
        loop {
            if !*wanted && self.partial.is_empty() {
                let (end, passed) = pass_over(&bytes[at..]);
                at += end;
                *lines += passed;
            }
            let Some(length) = memchr::memchr(b'\n', &bytes[at..]) else { break };
            let mut line = &bytes[at..at + length];
            if !self.partial.is_empty() {
                self.partial.extend_from_slice(&line[..line.len().min(if *wanted { usize::MAX } else { PARTIAL })]);
                line = &self.partial;
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let over = line == b"\\.";
            at += length + 1;
            if over {
                let lines = *lines;
                self.partial.clear();
                // The line of `\.` is left out too.
                self.gap(self.kept.len(), lines + 1);
                sink.rows_end(lines);
                self.state = State::Normal;
                self.start = self.kept.len();
                self.scan = self.start;
                return Some(at);
            }
            *lines += 1;
            if *wanted {
                sink.row(line);
            }
            self.partial.clear();
        }
        let room = if *wanted { usize::MAX } else { PARTIAL.saturating_sub(self.partial.len()) };
        let rest = &bytes[at..];
        self.partial.extend_from_slice(&rest[..rest.len().min(room)]);
        None
    }

    fn gap(&mut self, at: usize, lines: u64) {
        let at = at as u32;
        let lines = u32::try_from(lines).unwrap_or(u32::MAX);
        match self.gaps.last_mut() {
            Some((last, before)) if *last == at => *before = before.saturating_add(lines),
            _ => self.gaps.push((at, lines)),
        }
    }

    /// Scans one token; false when more input is needed.
    fn step(&mut self, last: bool, sink: &mut impl Sink) -> bool {
        let rest = &self.kept[self.scan..];
        if rest.is_empty() {
            if last && matches!(self.state, State::Line | State::Meta) {
                self.line_end(self.scan, sink);
            }
            return false;
        }
        // Two bytes tell most things apart.
        if rest.len() < 2 && !last {
            return false;
        }
        let next = rest.get(1).copied();
        match &mut self.state {
            State::Normal => return self.normal(last, sink),
            State::Line | State::Meta => match memchr::memchr(b'\n', rest) {
                Some(length) => {
                    let end = self.scan + length;
                    self.line_end(end, sink);
                    self.scan = end + 1;
                }
                None => self.scan = self.kept.len(),
            },
            State::Block(depth) => match (rest[0], next) {
                (b'/', Some(b'*')) => {
                    *depth += 1;
                    self.scan += 2;
                }
                (b'*', Some(b'/')) => {
                    *depth -= 1;
                    self.scan += 2;
                    if *depth == 0 {
                        self.state = State::Normal;
                    }
                }
                _ => self.scan += 1,
            },
            State::String { escapes } => match (rest[0], next) {
                (b'\\', Some(_)) if *escapes => self.scan += 2,
                (b'\'', Some(b'\'')) => self.scan += 2,
                (b'\'', _) => {
                    self.scan += 1;
                    self.state = State::Normal;
                }
                _ => {
                    let skip = rest.iter().position(|byte| matches!(byte, b'\'' | b'\\')).unwrap_or(rest.len());
                    self.scan += skip.max(1);
                }
            },
            State::Quoted => match (rest[0], next) {
                (b'"', Some(b'"')) => self.scan += 2,
                (b'"', _) => {
                    self.scan += 1;
                    self.state = State::Normal;
                }
                _ => self.scan += memchr::memchr(b'"', rest).unwrap_or(rest.len()),
            },
            State::Dollar(tag) => match memchr::memmem::find(rest, tag) {
                Some(length) => {
                    self.scan += length + tag.len();
                    self.state = State::Normal;
                }
                None => {
                    // The tag may be cut in two.
                    let keep = tag.len() - 1;
                    if rest.len() <= keep {
                        return false;
                    }
                    self.scan += rest.len() - keep;
                    return false;
                }
            },
            State::Rows { .. } => return false,
        }
        true
    }

    fn line_end(&mut self, end: usize, sink: &mut impl Sink) {
        let range = self.comment_start..end;
        let piece = if matches!(self.state, State::Meta) {
            // Behind `\connect` the same words are about another database.
            self.repeated.clear();
            Piece::Meta(range)
        } else {
            Piece::Comment(range)
        };
        sink.piece(piece, &self.kept);
        self.state = State::Normal;
    }

    fn begin(&mut self) {
        if self.empty {
            self.empty = false;
            self.start = self.scan;
        }
    }

    fn normal(&mut self, last: bool, sink: &mut impl Sink) -> bool {
        let rest = &self.kept[self.scan..];
        let next = rest.get(1).copied();
        match rest[0] {
            b'-' if next == Some(b'-') => {
                self.comment_start = self.scan + 2;
                self.state = State::Line;
                self.scan += 2;
            }
            b'/' if next == Some(b'*') => {
                self.state = State::Block(1);
                self.scan += 2;
            }
            b'$' if self.empty && next == Some(b' ') => {
                self.comment_start = self.scan;
                self.state = State::Meta;
            }
            b'\\' if self.empty => {
                self.comment_start = self.scan;
                self.state = State::Meta;
            }
            b' ' | b'\t' | b'\r' | b'\n' => self.scan += 1,
            b'\'' => {
                self.begin();
                self.state = State::String { escapes: false };
                self.scan += 1;
            }
            b'"' => {
                self.begin();
                self.state = State::Quoted;
                self.scan += 1;
            }
            b'$' => {
                let length = rest[1..].iter().position(|byte| !is_word_part(*byte) || *byte == b'$');
                if length.is_none() && !last {
                    return false;
                }
                self.begin();
                match dollar_tag(&self.kept[self.scan..]).map(<[u8]>::to_vec) {
                    Some(tag) => {
                        self.scan += tag.len();
                        self.state = State::Dollar(tag);
                    }
                    None => self.scan += 1,
                }
            }
            b'(' => {
                self.begin();
                self.depth += 1;
                self.scan += 1;
            }
            b')' => {
                self.begin();
                self.depth -= 1;
                self.scan += 1;
            }
            b';' if self.depth <= 0 && self.blocks == 0 => self.statement_end(sink),
            byte if is_word_start(byte) => return self.word(last),
            _ => {
                self.begin();
                self.scan += 1;
            }
        }
        true
    }

    fn word(&mut self, last: bool) -> bool {
        let rest = &self.kept[self.scan..];
        let Some(length) = rest.iter().position(|byte| !is_word_part(*byte)).or(last.then_some(rest.len())) else {
            return false;
        };
        let word = &rest[..length];
        // Messages of pg_dump and prompts of a shell that were pasted along.
        let message = matches!((word, rest.get(length)), (b"pg_dump" | b"pg_dumpall", Some(b':')) | (_, Some(b'@')));
        if self.empty && message {
            self.comment_start = self.scan;
            self.state = State::Meta;
            return true;
        }
        if word.eq_ignore_ascii_case(b"begin") && !self.empty {
            // `BEGIN ATOMIC` needs the word behind it.
            let tail = &rest[length..];
            let gap = tail.iter().position(|byte| !byte.is_ascii_whitespace());
            match gap {
                Some(gap) if tail.len() - gap >= 7 || last => {
                    let atomic = tail.get(gap..gap + 6).is_some_and(|word| word.eq_ignore_ascii_case(b"atomic"));
                    self.blocks += u32::from(atomic);
                }
                _ if !last => return false,
                _ => {}
            }
        } else if self.blocks > 0 && word.eq_ignore_ascii_case(b"case") {
            self.blocks += 1;
        } else if self.blocks > 0 && word.eq_ignore_ascii_case(b"end") {
            self.blocks -= 1;
        }
        let escapes = word.eq_ignore_ascii_case(b"e") && rest.get(length) == Some(&b'\'');
        self.begin();
        self.scan += length;
        if escapes {
            self.state = State::String { escapes: true };
            self.scan += 1;
        }
        true
    }

    fn statement_end(&mut self, sink: &mut impl Sink) {
        let end = self.scan;
        self.scan += 1;
        self.depth = 0;
        if self.empty {
            return;
        }
        self.empty = true;
        match sink.piece(Piece::Statement(self.start..end), &self.kept) {
            Keep::Yes => self.repeated.clear(),
            keep @ (Keep::No | Keep::Counted(_)) => {
                self.repeated.clear();
                if let Keep::Counted(head) = keep {
                    self.repeated.extend_from_slice(self.kept.get(self.start..self.start + head).unwrap_or_default());
                }
                let lines = memchr::memchr_iter(b'\n', &self.kept[self.start..self.scan]).count();
                self.kept.drain(self.start..self.scan);
                self.scan = self.start;
                if lines > 0 {
                    self.gap(self.scan, lines as u64);
                }
            }
            Keep::Rows(wanted) => {
                self.repeated.clear();
                self.state = State::Rows { wanted, lines: 0, begun: false };
            }
        }
    }
}
