//! What PostgreSQL reads and sqlparser does not, in another spelling of the same length.
//!
//! `ONLY` in front of a table (of its rows, not of those of its children) is taken for the table's name, and `TRIM(BOTH FROM x)`, as
//! `pg_get_viewdef` writes it, is not read at all.

use std::borrow::Cow;

use crate::pg::lex::{self, Token, TokenKind};

/// The text as sqlparser reads it; all else stays where it was.
///
/// ```
/// use restamp::pg::readable::readable;
/// assert_eq!(readable("UPDATE ONLY a SET b = 1"), "UPDATE      a SET b = 1");
/// assert_eq!(readable("DELETE FROM ONLY (a)"), "DELETE FROM       a ");
/// assert_eq!(readable("SELECT 1 AS only FROM \"only\""), "SELECT 1 AS only FROM \"only\"");
/// assert_eq!(readable("SELECT TRIM(BOTH FROM a)"), "SELECT btrim(         a)");
/// ```
pub fn readable(text: &str) -> Cow<'_, str> {
    match without_only(text) {
        Cow::Borrowed(text) => with_trim(text),
        Cow::Owned(text) => Cow::Owned(with_trim(&text).into_owned()),
    }
}

/// `TRIM(BOTH FROM x)` as `btrim(x)`: the function that it means.
fn with_trim(text: &str) -> Cow<'_, str> {
    const FUNCTIONS: &[(&str, &str)] = &[("BOTH", "btrim"), ("LEADING", "ltrim"), ("TRAILING", "rtrim")];
    if !text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"trim")) {
        return Cow::Borrowed(text);
    }
    let (tokens, _) = lex::tokens(text);
    let is = |at: usize, word: &str| {
        tokens.get(at).is_some_and(|token: &Token| text[token.start..token.end].eq_ignore_ascii_case(word))
    };
    let mut out = text.to_string();
    for at in (0..tokens.len()).rev() {
        let Some((_, function)) = FUNCTIONS.iter().find(|(side, _)| is(at + 2, side)) else { continue };
        if is(at, "trim") && is(at + 1, "(") && is(at + 3, "from") {
            let (start, end) = (tokens[at].start, tokens[at + 3].end);
            // One byte longer than `trim`, and shorter than what goes.
            let spelled = format!("{function}({}", " ".repeat(end - start - function.len() - 1));
            out.replace_range(start..end, &spelled);
        }
    }
    Cow::Owned(out)
}

/// The text with blanks in the place of each `ONLY`. The word is reserved: behind one of these words it is never a name.
fn without_only(text: &str) -> Cow<'_, str> {
    const BEFORE: &[&str] = &["UPDATE", "FROM", "JOIN", "USING", "INTO", ","];
    if !text.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"only")) {
        return Cow::Borrowed(text);
    }
    let (tokens, _) = lex::tokens(text);
    let word = |token: &Token| text.get(token.start..token.end).unwrap_or("");
    let mut gone: Vec<Token> = Vec::new();
    for at in 1..tokens.len() {
        let (before, own, after) = (&tokens[at - 1], tokens[at], tokens.get(at + 1));
        let is_only = own.kind == TokenKind::Word && word(&own).eq_ignore_ascii_case("only");
        let in_place = BEFORE.iter().any(|other| word(before).eq_ignore_ascii_case(other));
        let Some(after) = after.filter(|_| is_only && in_place) else { continue };
        if matches!(after.kind, TokenKind::Word | TokenKind::Quoted) {
            gone.push(own);
        } else if word(after) == "("
            && let Some(close) = tokens[at..].iter().find(|token| word(token) == ")")
        {
            gone.extend([own, *after, *close]);
        }
    }
    let mut out = text.to_string();
    for token in gone {
        out.replace_range(token.start..token.end, &" ".repeat(token.end - token.start));
    }
    Cow::Owned(out)
}
