//! `text(…)`: bind parameters and escapes (`sqlalchemy.sql.elements.TextClause`, `SQLCompiler.visit_textclause`).

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// SQL.
    Sql(&'a str),
    /// `:name`
    Bind(&'a str),
}

/// Splits a text at its bind parameters, and takes the backslash off `\:`. What the compiler renders counts, `BIND_PARAMS` of
/// `sqlalchemy/sql/compiler.py`: `(?<![:\w\x5c]):(\w+)(?![:\w])`; a word before another colon is none.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut previous = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let behind = &text[at + c.len_utf8()..];
        if c == ':' {
            let before_allows = previous.is_none_or(|p: char| p != ':' && p != '\\' && !word(p));
            let length = behind.find(|c: char| !word(c)).unwrap_or(behind.len());
            let is_bind = length > 0 && !behind[length..].starts_with(':');
            if before_allows && is_bind {
                pieces.push(Piece::Sql(&text[start..at]));
                pieces.push(Piece::Bind(&behind[..length]));
                start = at + 1 + length;
                previous = behind[..length].chars().next_back();
                at = start;
                continue;
            }
        }
        if c == '\\' && is_escape(behind) {
            pieces.push(Piece::Sql(&text[start..at]));
            start = at + 1;
        }
        previous = Some(c);
        at += c.len_utf8();
    }
    pieces.push(Piece::Sql(&text[start..]));
    pieces.retain(|piece| *piece != Piece::Sql(""));
    pieces
}

/// `\x5c(:[\w\$]*)(?![:\w\$])`: what follows a backslash that escapes a colon.
fn is_escape(behind: &str) -> bool {
    let Some(rest) = behind.strip_prefix(':') else { return false };
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len());
    !rest[end..].starts_with(':')
}

#[cfg(test)]
mod tests {
    use super::Piece::{Bind, Sql};
    use super::pieces;

    #[test]
    fn binds_are_words_behind_one_colon() {
        assert_eq!(pieces("SELECT :a"), [Sql("SELECT "), Bind("a")]);
        assert_eq!(pieces("x::text"), [Sql("x::text")]);
        assert_eq!(pieces("'10:30:00'"), [Sql("'10:30:00'")]);
        assert_eq!(pieces("'{\"a\": 1}'"), [Sql("'{\"a\": 1}'")]);
        assert_eq!(pieces("':pay:'"), [Sql("':pay:'")]);
        assert_eq!(pieces("'a :b'"), [Sql("'a "), Bind("b"), Sql("'")]);
    }

    #[test]
    fn a_backslash_escapes_a_colon() {
        assert_eq!(pieces(r"'{\:a}'"), [Sql("'{"), Sql(":a}'")]);
    }
}
