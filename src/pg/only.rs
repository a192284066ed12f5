//! `ONLY` in front of a table: of its rows, not of those of its children. sqlparser takes it for the table's name.

use std::borrow::Cow;

use crate::pg::lex::{self, Token, TokenKind};

/// The text with blanks in the place of each `ONLY`, so that all else stays where it was. The word is reserved: behind one of these
/// words it is never a name.
///
/// ```
/// use restamp::pg::only::blanked;
/// assert_eq!(blanked("UPDATE ONLY a SET b = 1"), "UPDATE      a SET b = 1");
/// assert_eq!(blanked("DELETE FROM ONLY (a)"), "DELETE FROM       a ");
/// assert_eq!(blanked("SELECT 1 AS only FROM \"only\""), "SELECT 1 AS only FROM \"only\"");
/// ```
pub fn blanked(text: &str) -> Cow<'_, str> {
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
