//! Statements as [`Command`]s: of dumps and of `op.execute("…")` alike.
//!
//! The grammar is that of `gram.y`, read over the tokens of [`crate::pg::lex`]: pg_dump writes much that sqlparser refuses,
//! and what is kept as text has to be kept as it was written. Expressions and queries are sqlparser's.
//!
//! Reading never fails: a statement that is not modelled becomes [`Opaque`] under the identity of its object, with what
//! it may touch.

mod alter;
mod alter_table;
mod constraint;
mod create;
mod drop;
mod index;
#[cfg(test)]
mod laws;
mod opaque;
mod query;
mod routine;
mod sequence;
mod session;
mod table;
#[cfg(test)]
mod tests;
mod types;

use std::ops::Range;

use crate::pg::command::{Command, Opaque};
use crate::pg::error::{PgError, sqlstate};
use crate::pg::lex::{self, Cursor, Read, Token, TokenKind};

/// One statement of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its bytes, without the semicolon.
    pub range: Range<usize>,
    /// What it says.
    pub command: Command,
    /// Set where PostgreSQL refuses the text with certainty (42601); the command is then opaque and nothing of the text runs:
    /// a text that is sent at once is parsed as a whole before its first statement runs.
    pub refused: Option<PgError>,
}

/// Reads all statements of a text.
///
/// ```
/// use restamp::pg::command::Command;
/// use restamp::sql::statement::parse;
/// let statements = parse("create table T (a int); drop index if exists i");
/// assert!(matches!(statements[0].command, Command::Table(_)));
/// assert!(matches!(statements[1].command, Command::DropIndex { .. }));
/// ```
pub fn parse(text: &str) -> Vec<Statement> {
    let (tokens, open) = lex::tokens(text);
    let mut out: Vec<Statement> = split(text, &tokens).into_iter().map(|tokens| one(text, tokens)).collect();
    if let Some(open) = open {
        let near = crate::pg::ident::truncate(&text[open.at..], 200);
        let error = PgError::new(sqlstate::SYNTAX_ERROR, format!("unterminated {} at or near \"{near}\"", open.what));
        // The open quote belongs to the last statement, if that one has no semicolon yet.
        let start = match out.last() {
            Some(last) if !text[last.range.end..open.at].contains(';') => {
                out.pop().map_or(open.at, |last| last.range.start)
            }
            _ => open.at,
        };
        let statement = Opaque::Statement {
            text: text[start..].to_string(),
            touches: Some(Vec::new()),
            why: format!("the {} is never closed", open.what),
        };
        out.push(Statement { range: start..text.len(), command: Command::Opaque(statement), refused: Some(error) });
    }
    out
}

/// Reads one statement; a semicolon at its end may be there. `None` if `text` is empty or holds several.
pub fn parse_one(text: &str) -> Option<Command> {
    let mut statements = parse(text);
    if statements.len() == 1 { statements.pop().map(|statement| statement.command) } else { None }
}

/// Splits tokens at semicolons, those inside parentheses (rules) and `BEGIN ATOMIC … END` excepted. Empty statements are
/// left out.
fn split<'a>(text: &str, tokens: &'a [Token]) -> Vec<&'a [Token]> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut depth = 0i32;
    let mut blocks = 0u32;
    for (at, token) in tokens.iter().enumerate() {
        let word = &text[token.start..token.end];
        match (token.kind, word) {
            (TokenKind::Punctuation, "(") => depth += 1,
            (TokenKind::Punctuation, ")") => depth -= 1,
            (TokenKind::Punctuation, ";") if depth <= 0 && blocks == 0 => {
                if at > start {
                    out.push(&tokens[start..at]);
                }
                start = at + 1;
                depth = 0;
            }
            (TokenKind::Word, word) => {
                let atomic =
                    || tokens.get(at + 1).is_some_and(|next| text[next.start..next.end].eq_ignore_ascii_case("atomic"));
                let body = word.eq_ignore_ascii_case("begin") && at > start && atomic();
                if body || (blocks > 0 && word.eq_ignore_ascii_case("case")) {
                    blocks += 1;
                } else if blocks > 0 && word.eq_ignore_ascii_case("end") {
                    blocks -= 1;
                }
            }
            _ => {}
        }
    }
    if start < tokens.len() {
        out.push(&tokens[start..]);
    }
    out
}

type Rule = fn(&mut Cursor<'_>) -> Read<Command>;

/// What reads a statement, by its first words.
const RULES: &[(&str, Rule)] = &[
    ("CREATE", create::read),
    ("ALTER", alter::read),
    ("DROP", drop::read),
    ("COMMENT ON", session::comment),
    ("GRANT", session::grant),
    ("REVOKE", session::grant),
    ("REFRESH MATERIALIZED VIEW", session::refresh),
    ("SET", session::set),
    ("RESET", session::reset),
    ("BEGIN", session::transaction),
    ("START TRANSACTION", session::transaction),
    ("COMMIT", session::transaction),
    ("END", session::transaction),
    ("ROLLBACK", session::transaction),
    ("ABORT", session::transaction),
    ("SAVEPOINT", session::transaction),
    ("RELEASE", session::transaction),
    ("SELECT", query::read),
    ("WITH", query::read),
    ("VALUES", query::read),
    ("TABLE", query::read),
    ("INSERT", query::read),
    ("UPDATE", query::read),
    ("DELETE", query::read),
    ("MERGE", query::read),
    ("TRUNCATE", query::truncate),
    ("COPY", query::copy),
    ("VACUUM", query::maintenance),
    ("ANALYZE", query::maintenance),
    ("ANALYSE", query::maintenance),
    ("LOCK", query::maintenance),
    ("REINDEX", query::maintenance),
    ("CLUSTER", query::maintenance),
    ("CHECKPOINT", query::maintenance),
    ("EXPLAIN", query::maintenance),
    ("SHOW", query::maintenance),
    ("DISCARD", query::maintenance),
    ("NOTIFY", query::maintenance),
    ("LISTEN", query::maintenance),
    ("UNLISTEN", query::maintenance),
    ("DEALLOCATE", query::maintenance),
];

/// Words that open other statements of PostgreSQL. A text that starts with anything else is refused with 42601.
const OTHER_STATEMENTS: &[&str] = &[
    "DO", "CALL", "EXECUTE", "PREPARE", "IMPORT", "SECURITY", "REASSIGN", "DECLARE", "FETCH", "MOVE", "CLOSE", "LOAD",
    "WAIT",
];

/// 42601 at the next token.
fn syntax_error(cursor: &Cursor<'_>) -> PgError {
    let message = match cursor.peek() {
        Some(token) => format!("syntax error at or near \"{}\"", cursor.token_text(token)),
        None => "syntax error at end of input".to_string(),
    };
    PgError::new(sqlstate::SYNTAX_ERROR, message)
}

fn one(text: &str, tokens: &[Token]) -> Statement {
    let start = tokens.first().map_or(0, |token| token.start);
    let end = tokens.last().map_or(start, |token| token.end);
    let mut cursor = Cursor::new(text, tokens);
    let range = start..end;
    let Some((_, rule)) = RULES.iter().find(|(words, _)| cursor.is(words)) else {
        let first = tokens.first().map_or("", |token| cursor.token_text(*token));
        let parenthesised = first == "(";
        if parenthesised {
            let command = query::read(&mut cursor).unwrap_or_else(|_| opaque::unread(&mut cursor, "a query"));
            return Statement { range, command, refused: None };
        }
        let known = OTHER_STATEMENTS.iter().any(|word| first.eq_ignore_ascii_case(word));
        // psql's own commands and bind parameters of drivers are no SQL either, but not PostgreSQL's to refuse.
        let refused = (!known && !first.starts_with([':', '\\', '%']))
            .then(|| PgError::new(sqlstate::SYNTAX_ERROR, format!("syntax error at or near \"{first}\"")));
        return Statement { range, command: opaque::unread(&mut cursor, "a statement"), refused };
    };
    let read = rule(&mut cursor).and_then(|command| cursor.expect_end().map(|()| command));
    match read {
        Ok(command) => Statement { range, command, refused: None },
        Err(stop) => {
            cursor.seek(stop.token);
            let refused = stop.certain.then(|| syntax_error(&cursor));
            Statement { range, command: opaque::unread(&mut cursor, stop.expected), refused }
        }
    }
}
