//! A deploy log: what Alembic ran, where it failed, and what that left in the database.

mod classes;
mod left;
mod lines;
#[cfg(test)]
mod tests;

pub use classes::{sqlstate_of_class, sqlstate_of_message};
pub use left::Left;

use self::lines::Line;
use super::project::Environment;
use super::revision::{Revision, RevisionId};
use crate::source::{FileId, Sources};

/// What a log says about its last run of Alembic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployLog {
    /// The `Running upgrade a -> b` and `Running stamp_revision` lines, in order.
    pub steps: Vec<LogStep>,
    /// The error, where the log shows one.
    pub failure: Option<LogFailure>,
    /// `Context impl …`: the database system; `PostgresqlImpl` is the one that this is about.
    pub context: Option<String>,
    /// `Will assume transactional DDL` (true) or `non-transactional`.
    pub transactional_ddl: Option<bool>,
    /// How many runs the log shows; the rest of this is about the last one.
    pub runs: u32,
    /// What the run left behind.
    pub left: Left,
    /// What to hand in or do next.
    pub next: Option<String>,
}

/// A revision that was started, or a stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogStep {
    /// The rows before.
    pub from: Vec<RevisionId>,
    /// The revision, or the rows after a stamp.
    pub to: Vec<RevisionId>,
    /// `Running stamp_revision`
    pub stamp: bool,
    /// Line of the log, from 1.
    pub log_line: u32,
}

/// An error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFailure {
    /// The exception's class, e.g. `psycopg2.errors.DuplicateColumn`; empty for the server's own log.
    pub class: String,
    /// PostgreSQL's code; `None` for an error of the client.
    pub sqlstate: Option<&'static str>,
    /// The message.
    pub message: String,
    /// `DETAIL:`
    pub detail: Option<String>,
    /// `HINT:`
    pub hint: Option<String>,
    /// The statement.
    pub statement: Option<String>,
    /// The revision that was running.
    pub revision: Option<RevisionId>,
    /// Its file.
    pub file: Option<FileId>,
    /// The line of the failing operation in that file, from 1.
    pub line: Option<u32>,
    /// Line of the log, from 1.
    pub log_line: u32,
}

/// Messages of Alembic itself, which come without a class in front when its command line prints them.
const ALEMBIC_MESSAGES: [&str; 8] = [
    "Can't locate revision identified by",
    "Multiple head revisions are present",
    "The script directory has multiple heads",
    "Target database is not up to date",
    "Online migration expected to match one row",
    "Requested revision ",
    "Can't find Python file",
    "No 'script_location' key found in configuration",
];

/// Reads a log. Without an environment its lines are not tied to files.
pub fn read(log: &str, environment: Option<&Environment>, sources: &Sources) -> DeployLog {
    let lines = lines::clean(log);
    let mut reader = Reader::new(environment, sources);
    let mut at = 0;
    while at < lines.len() {
        at = reader.line(&lines, at);
    }
    let mut failure = reader.failure;
    if let Some(failure) = &mut failure
        && failure.revision.is_none()
    {
        let running = reader.steps.iter().rev().find(|step| step.log_line < failure.log_line && !step.stamp);
        failure.revision = running.and_then(|step| step.to.first().cloned());
        let revision = failure.revision.as_ref().and_then(|id| find(environment, id));
        failure.file = failure.file.or(revision.map(|revision| revision.file));
    }
    let mut deploy = DeployLog {
        left: Left::Nothing,
        next: None,
        steps: reader.steps,
        failure,
        context: reader.context,
        transactional_ddl: reader.transactional_ddl,
        runs: reader.runs.max(1),
    };
    deploy.left = left::left(&deploy, environment, sources);
    deploy.next = left::next(&deploy, environment);
    deploy
}

fn find<'a>(environment: Option<&'a Environment>, id: &str) -> Option<&'a Revision> {
    environment?.revisions.iter().find(|revision| &*revision.id == id)
}

struct Reader<'a> {
    environment: Option<&'a Environment>,
    sources: &'a Sources,
    steps: Vec<LogStep>,
    failure: Option<LogFailure>,
    context: Option<String>,
    transactional_ddl: Option<bool>,
    runs: u32,
    /// The frame of the current traceback that lies in a revision's file, the innermost.
    frame: Option<(FileId, u32, RevisionId)>,
}

impl<'a> Reader<'a> {
    fn new(environment: Option<&'a Environment>, sources: &'a Sources) -> Reader<'a> {
        Reader {
            environment,
            sources,
            steps: Vec::new(),
            failure: None,
            context: None,
            transactional_ddl: None,
            runs: 0,
            frame: None,
        }
    }

    /// Reads the line at `at` and what belongs to it; gives the next line to read.
    fn line(&mut self, lines: &[Line], at: usize) -> usize {
        let line = &lines[at];
        let text = line.text.as_str();
        if let Some((_, implementation)) = text.split_once("Context impl ") {
            // A new run: what an earlier attempt did is history.
            self.runs += 1;
            self.context = implementation.split(['.', '"', ' ']).next().map(str::to_string);
            (self.steps, self.failure, self.frame) = (Vec::new(), None, None);
        } else if text.contains("Will assume non-transactional DDL") {
            self.transactional_ddl = Some(false);
        } else if text.contains("Will assume transactional DDL") {
            self.transactional_ddl = Some(true);
        } else if let Some(step) = step(line) {
            self.steps.push(step);
        } else if text.contains("Traceback (most recent call last)") {
            self.frame = None;
        } else if let Some((path, number)) = frame(text) {
            if let Some(revision) = self.revision_of(path) {
                self.frame = Some((revision.file, number, revision.id.clone()));
            }
        } else if let Some((failure, next)) = failure(lines, at) {
            self.add(failure);
            return next;
        }
        at + 1
    }

    /// The revision whose file a traceback shows, by the longest common end of the paths.
    fn revision_of(&self, path: &str) -> Option<&'a Revision> {
        let path = path.replace('\\', "/");
        let common = |other: &str| path.rsplit('/').zip(other.rsplit('/')).take_while(|(a, b)| a == b).count();
        let (best, length) = self
            .environment?
            .revisions
            .iter()
            .map(|revision| (revision, common(self.sources.file(revision.file).path())))
            .max_by_key(|(_, length)| *length)?;
        (length > 0).then_some(best)
    }

    /// The first error of a run is its cause; what repeats it, in a wrapper or with the statement, adds to it.
    fn add(&mut self, mut failure: LogFailure) {
        if let Some((file, line, revision)) = &self.frame {
            (failure.file, failure.line, failure.revision) = (Some(*file), Some(*line), Some(revision.clone()));
        }
        match &mut self.failure {
            None => self.failure = Some(failure),
            Some(first) if same(&first.message, &failure.message) => {
                first.sqlstate = first.sqlstate.or(failure.sqlstate);
                if first.class.is_empty() {
                    first.class = failure.class;
                }
                first.detail = first.detail.take().or(failure.detail);
                first.hint = first.hint.take().or(failure.hint);
                first.statement = first.statement.take().or(failure.statement);
                first.line = first.line.or(failure.line);
                first.file = first.file.or(failure.file);
                first.revision = first.revision.take().or(failure.revision);
            }
            Some(_) => {}
        }
    }
}

fn same(a: &str, b: &str) -> bool {
    a.lines().next() == b.lines().next()
}

/// `Running upgrade a, b -> c, message`
fn step(line: &Line) -> Option<LogStep> {
    let (rest, stamp) = match line.text.split_once("Running upgrade ") {
        Some((_, rest)) => (rest, false),
        None => (line.text.split_once("Running stamp_revision ")?.1, true),
    };
    let (from, to) = rest.split_once("-> ").or_else(|| rest.split_once("->"))?;
    let ids = |text: &str| -> Vec<RevisionId> {
        text.split(',')
            .map(|id| id.trim().trim_matches('"'))
            .filter(|id| !id.is_empty())
            .map(RevisionId::from)
            .collect()
    };
    let to = if stamp { to } else { to.split([',', '"', ' ']).next().unwrap_or("") };
    Some(LogStep { from: ids(from), to: ids(to), stamp, log_line: line.number })
}

/// `File "…/versions/x.py", line 12, in upgrade`
fn frame(text: &str) -> Option<(&str, u32)> {
    let (path, rest) = text.trim_start().strip_prefix("File \"")?.split_once("\", line ")?;
    let number = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    Some((path, number))
}

/// The error that starts at a line, and the line after it.
fn failure(lines: &[Line], at: usize) -> Option<(LogFailure, usize)> {
    let line = &lines[at];
    let text = line.text.trim_start();
    let mut found = exception(text).or_else(|| alembic_message(text)).or_else(|| server(text))?;
    found.log_line = line.number;
    let mut next = at + 1;
    let follows = |text: &str| {
        text.starts_with("DETAIL:")
            || text.starts_with("HINT:")
            || text.starts_with("LINE ")
            || text.starts_with("CONTEXT:")
            || text.starts_with("STATEMENT:")
            || text.starts_with("[SQL:")
            || text.starts_with("[parameters:")
            || text.starts_with("QUERY:")
            || text.starts_with('^')
    };
    // An exception's message may have lines of its own; the blocks behind it end it.
    let mut gap = 0;
    while next < lines.len() && gap < 3 {
        let text = lines[next].text.trim();
        let field = server_field(text);
        if let Some(detail) =
            text.strip_prefix("DETAIL:").or(field.as_ref().filter(|(n, _)| *n == "DETAIL").map(|(_, t)| *t))
        {
            found.detail = Some(detail.trim().to_string());
        } else if let Some(hint) =
            text.strip_prefix("HINT:").or(field.as_ref().filter(|(n, _)| *n == "HINT").map(|(_, t)| *t))
        {
            found.hint = Some(hint.trim().to_string());
        } else if let Some(sql) =
            text.strip_prefix("STATEMENT:").or(field.as_ref().filter(|(n, _)| *n == "STATEMENT").map(|(_, t)| *t))
        {
            let (sql, after) = block(lines, next, sql, None);
            found.statement = Some(sql);
            next = after;
            continue;
        } else if let Some(sql) = text.strip_prefix("[SQL:") {
            let (sql, after) = block(lines, next, sql, Some(']'));
            found.statement = Some(sql);
            next = after;
            continue;
        } else if text.is_empty() {
            gap += 1;
            next += 1;
            continue;
        } else if !follows(text) {
            break;
        }
        gap = 0;
        next += 1;
    }
    Some((found, next))
}

/// A statement of several lines: to the closing bracket, or as far as lines are indented.
fn block(lines: &[Line], at: usize, first: &str, close: Option<char>) -> (String, usize) {
    const LONGEST: usize = 400;
    let mut sql = first.trim_start().to_string();
    let mut next = at + 1;
    let ends = |sql: &str, next: usize| match close {
        Some(close) => {
            // An array type closes brackets, too; a string may hold one alone, so what follows counts as well.
            let balance = sql.matches(']').count() > sql.matches('[').count();
            let follows = lines.get(next).map(|line| line.text.trim()).unwrap_or("");
            sql.trim_end().ends_with(close) && balance
                || ["[parameters:", "(Background"].iter().any(|p| follows.starts_with(p))
        }
        None => !lines.get(next).is_some_and(|line| line.text.starts_with(['\t', ' '])),
    };
    while !ends(&sql, next) && next < lines.len() && next - at < LONGEST {
        sql.push('\n');
        sql.push_str(&lines[next].text);
        next += 1;
    }
    let sql = sql.trim();
    let sql = close.and_then(|close| sql.strip_suffix(close)).unwrap_or(sql);
    (sql.trim().to_string(), next)
}

/// `package.Class: message`, with what SQLAlchemy wraps in it.
fn exception(text: &str) -> Option<LogFailure> {
    // A formatter may put its own words in front: look for the class wherever it starts.
    const ROOTS: [&str; 6] = [
        "sqlalchemy.exc.",
        "psycopg2.errors.",
        "psycopg2.",
        "psycopg.errors.",
        "asyncpg.exceptions.",
        "alembic.util.exc.",
    ];
    let start = ROOTS
        .iter()
        .filter_map(|root| text.find(root))
        .filter(|at| *at == 0 || matches!(text.as_bytes()[*at - 1], b' ' | b':' | b'|' | b'"'))
        .min();
    let (class, message) = match start {
        Some(start) => text[start..].split_once(':').unwrap_or((&text[start..], "")),
        None => text.split_once(": ")?,
    };
    let class = class.trim();
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    let last = class.rsplit('.').next().unwrap_or(class);
    let is_class = is_name(class)
        && last.starts_with(|c: char| c.is_ascii_uppercase())
        && (start.is_some() || last.ends_with("Error") || last.ends_with("Exception"));
    if !is_class || last == "CommandError" && message.trim().is_empty() {
        return None;
    }
    let message = message.trim();
    // `(psycopg2.errors.X) message`, `(….asyncpg.ProgrammingError) <class 'asyncpg.exceptions.X'>: message`
    if let Some((inner, rest)) = message.strip_prefix('(').and_then(|inner| inner.split_once(')'))
        && is_name(inner)
    {
        let rest = rest.trim();
        let (inner, rest) = match rest.strip_prefix("<class '").and_then(|rest| rest.split_once("'>:")) {
            Some((class, rest)) => (class, rest.trim()),
            None => (inner, rest),
        };
        return Some(LogFailure {
            class: inner.to_string(),
            sqlstate: sqlstate_of_class(inner).or_else(|| sqlstate_of_message(rest)),
            message: rest.to_string(),
            ..LogFailure::default()
        });
    }
    let of_driver = class.starts_with("psycopg") || class.starts_with("asyncpg");
    Some(LogFailure {
        class: class.to_string(),
        sqlstate: if of_driver { sqlstate_of_class(class).or_else(|| sqlstate_of_message(message)) } else { None },
        message: message.to_string(),
        ..LogFailure::default()
    })
}

fn alembic_message(text: &str) -> Option<LogFailure> {
    let at = ALEMBIC_MESSAGES.iter().filter_map(|message| text.find(message)).min()?;
    let message = text[at..].trim_end_matches('"').to_string();
    Some(LogFailure { class: "alembic.util.exc.CommandError".into(), message, ..LogFailure::default() })
}

/// `ERROR:  message` of the server's own log, with `42701: ` before the message where it is verbose.
fn server(text: &str) -> Option<LogFailure> {
    let at = text.find("ERROR:  ").or_else(|| text.find("FATAL:  "))?;
    let message = text[at + 8..].trim();
    let verbose = message
        .split_once(": ")
        .filter(|(code, _)| code.len() == 5 && code.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase()));
    let message = verbose.map_or(message, |(_, message)| message);
    Some(LogFailure { sqlstate: sqlstate_of_message(message), message: message.to_string(), ..LogFailure::default() })
}

/// `… DETAIL:  text` behind a prefix of the server's log.
fn server_field(text: &str) -> Option<(&'static str, &str)> {
    ["DETAIL", "HINT", "STATEMENT"].into_iter().find_map(|name| {
        let (_, rest) = text.split_once(&format!(" {name}:  "))?;
        Some((name, rest))
    })
}
