//! PostgreSQL's lexical structure (documentation, chapter 4.1): tokens with byte ranges, and a cursor over them.
//!
//! sqlparser's tokenizer gives lines and columns; what is read here keeps parts of statements as they were written, so
//! it needs the bytes.

use crate::pg::ident::{Ident, QName};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A key word or an unquoted name.
    Word,
    /// `"name"`
    Quoted,
    /// `'text'`, `E'text'`, `U&'text'`; also bit strings.
    String,
    /// `$tag$text$tag$`
    Dollar,
    /// A number.
    Number,
    /// `$1`
    Parameter,
    /// An operator, `::` and `:=` included.
    Operator,
    /// One of `( ) [ ] , ; . :`.
    Punctuation,
}

/// A token and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A quote or comment that is never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unterminated {
    /// PostgreSQL's words: `quoted string`, `quoted identifier`, `dollar-quoted string`, `/* comment`.
    pub what: &'static str,
    /// Where it opens.
    pub at: usize,
}

/// Splits `text` into tokens; comments and white space are left out. An open quote ends the tokens early.
pub fn tokens(text: &str) -> (Vec<Token>, Option<Unterminated>) {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let byte = bytes[at];
        let next = bytes.get(at + 1).copied();
        let (kind, end) = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => {
                at += 1;
                continue;
            }
            b'-' if next == Some(b'-') => {
                at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length + 1);
                continue;
            }
            b'/' if next == Some(b'*') => match comment_end(bytes, at) {
                Some(end) => {
                    at = end;
                    continue;
                }
                None => return (out, Some(Unterminated { what: "/* comment", at })),
            },
            b'\'' => match string_end(bytes, at, false) {
                Some(end) => (TokenKind::String, end),
                None => return (out, Some(Unterminated { what: "quoted string", at })),
            },
            b'e' | b'E' | b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if next == Some(b'\'') => {
                match string_end(bytes, at + 1, matches!(byte, b'e' | b'E')) {
                    Some(end) => (TokenKind::String, end),
                    None => return (out, Some(Unterminated { what: "quoted string", at })),
                }
            }
            b'u' | b'U' if next == Some(b'&') && matches!(bytes.get(at + 2), Some(b'\'' | b'"')) => {
                let quoted = bytes[at + 2] == b'"';
                let end = if quoted { quoted_end(bytes, at + 2) } else { string_end(bytes, at + 2, false) };
                let what = if quoted { "quoted identifier" } else { "quoted string" };
                match end {
                    Some(end) => (if quoted { TokenKind::Quoted } else { TokenKind::String }, end),
                    None => return (out, Some(Unterminated { what, at })),
                }
            }
            b'"' => match quoted_end(bytes, at) {
                Some(end) => (TokenKind::Quoted, end),
                None => return (out, Some(Unterminated { what: "quoted identifier", at })),
            },
            b'$' if next.is_some_and(|byte| byte.is_ascii_digit()) => {
                (TokenKind::Parameter, at + 1 + run(&bytes[at + 1..], |byte| byte.is_ascii_digit()))
            }
            b'$' => match dollar_tag(&bytes[at..]) {
                Some(tag) => match memchr::memmem::find(&bytes[at + tag.len()..], tag) {
                    Some(length) => (TokenKind::Dollar, at + 2 * tag.len() + length),
                    None => return (out, Some(Unterminated { what: "dollar-quoted string", at })),
                },
                None => (TokenKind::Operator, at + 1),
            },
            b'0'..=b'9' => (TokenKind::Number, number_end(bytes, at)),
            b'.' if next.is_some_and(|byte| byte.is_ascii_digit()) && !follows_name(&out, at) => {
                (TokenKind::Number, number_end(bytes, at))
            }
            b':' if matches!(next, Some(b':' | b'=')) => (TokenKind::Operator, at + 2),
            b'(' | b')' | b'[' | b']' | b',' | b';' | b'.' | b':' => (TokenKind::Punctuation, at + 1),
            _ if is_word_start(byte) => (TokenKind::Word, at + run(&bytes[at..], is_word_part)),
            _ if is_operator(byte) => (TokenKind::Operator, operator_end(bytes, at)),
            _ => (TokenKind::Operator, at + 1),
        };
        out.push(Token { kind, start, end });
        at = end;
    }
    (out, None)
}

fn run(bytes: &[u8], accept: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !accept(*byte)).unwrap_or(bytes.len())
}

/// `ident_start` of `scan.l`.
pub fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// `ident_cont` of `scan.l`.
pub fn is_word_part(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_operator(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|`?".contains(&byte)
}

fn operator_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start + 1;
    while end < bytes.len() && is_operator(bytes[end]) && !matches!(&bytes[end..], [b'-', b'-', ..] | [b'/', b'*', ..])
    {
        end += 1;
    }
    end
}

fn follows_name(out: &[Token], at: usize) -> bool {
    out.last().is_some_and(|token| token.end == at && matches!(token.kind, TokenKind::Word | TokenKind::Quoted))
}

fn number_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start + run(&bytes[start..], |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // `1.5`, `1.`, but not the `..` of a PL/pgSQL range.
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1) != Some(&b'.') {
        end += 1;
        end += run(&bytes[end..], |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    }
    if matches!(bytes.get(end), Some(b'+' | b'-'))
        && matches!(bytes[end - 1], b'e' | b'E')
        && bytes.get(end + 1).is_some_and(|byte| byte.is_ascii_digit())
        && !bytes[start..end].starts_with(b"0x")
    {
        end += 1 + run(&bytes[end + 1..], |byte| byte.is_ascii_digit());
    }
    end
}

/// One past a (nested) comment that opens at `start`.
fn comment_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
    None
}

/// One past a string whose quote is at `quote`. A string goes on after white space with a line break in it.
fn string_end(bytes: &[u8], quote: usize, escapes: bool) -> Option<usize> {
    let mut at = quote + 1;
    loop {
        match bytes.get(at)? {
            b'\\' if escapes => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => {
                let gap = run(&bytes[at + 1..], |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
                let continued = bytes.get(at + 1 + gap) == Some(&b'\'') && bytes[at + 1..at + 1 + gap].contains(&b'\n');
                if !continued {
                    return Some(at + 1);
                }
                at += gap + 2;
            }
            _ => at += 1,
        }
    }
}

fn quoted_end(bytes: &[u8], quote: usize) -> Option<usize> {
    let mut at = quote + 1;
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The `$tag$` that `bytes` start with.
pub fn dollar_tag(bytes: &[u8]) -> Option<&[u8]> {
    let length = run(bytes.get(1..)?, |byte| is_word_part(byte) && byte != b'$');
    let tag = bytes.get(..length + 2)?;
    let named = length == 0 || is_word_start(tag[1]);
    (named && tag[length + 1] == b'$').then_some(tag)
}

/// The value of a string literal token (`'…'`, `E'…'`, `$$…$$`).
pub fn string_value(literal: &str) -> String {
    if literal.starts_with('$') {
        let tag = dollar_tag(literal.as_bytes()).map_or(0, <[u8]>::len);
        return literal.get(tag..literal.len().saturating_sub(tag)).unwrap_or("").to_string();
    }
    let Some(quote) = literal.find('\'') else {
        return literal.to_string();
    };
    let escapes = matches!(&literal[..quote], "e" | "E");
    let mut out = String::with_capacity(literal.len());
    let mut chars = literal[quote + 1..].chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\'' => match chars.next() {
                Some('\'') => out.push('\''),
                Some(_) => {
                    // White space with a line break, then the next part opens.
                    for char in chars.by_ref() {
                        if char == '\'' {
                            break;
                        }
                    }
                }
                None => break,
            },
            '\\' if escapes => escape(&mut chars, &mut out),
            _ => out.push(char),
        }
    }
    if matches!(&literal[..quote], "u&" | "U&") { unicode_escapes(&out) } else { out }
}

/// An escape of `E'…'` (documentation, 4.1.2.2).
fn escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    let digits = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>, radix: u32, most: usize| {
        let mut value = 0u32;
        for _ in 0..most {
            match chars.peek().and_then(|char| char.to_digit(radix)) {
                Some(digit) => {
                    value = value * radix + digit;
                    chars.next();
                }
                None => break,
            }
        }
        char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER)
    };
    match chars.next() {
        Some('n') => out.push('\n'),
        Some('t') => out.push('\t'),
        Some('r') => out.push('\r'),
        Some('b') => out.push('\u{8}'),
        Some('f') => out.push('\u{c}'),
        Some('x') => out.push(digits(chars, 16, 2)),
        Some('u') => out.push(digits(chars, 16, 4)),
        Some('U') => out.push(digits(chars, 16, 8)),
        Some(octal @ '0'..='7') => {
            let mut value = octal.to_digit(8).unwrap_or(0);
            for _ in 0..2 {
                if let Some(digit) = chars.peek().and_then(|char| char.to_digit(8)) {
                    value = value * 8 + digit;
                    chars.next();
                }
            }
            out.push(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Some(other) => out.push(other),
        None => {}
    }
}

/// `\0061` and `\+000061` of `U&'…'` with its default escape character.
fn unicode_escapes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let (skip, digits) = if tail.starts_with('+') { (1, 6) } else { (0, 4) };
        let code = tail.get(skip..skip + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code.and_then(char::from_u32) {
            Some(char) => {
                out.push(char);
                rest = &tail[skip + digits..];
            }
            None => {
                out.push('\\');
                rest = tail.strip_prefix('\\').unwrap_or(tail);
            }
        }
    }
    out.push_str(rest);
    out
}

/// A string literal that PostgreSQL reads as `value`.
///
/// ```
/// assert_eq!(restamp::pg::lex::literal("it's"), "'it''s'");
/// ```
pub fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// What stopped a reading: the token number at which something else was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Index of the token.
    pub token: usize,
    /// What was expected there.
    pub expected: &'static str,
    /// PostgreSQL's grammar takes nothing else there either.
    pub certain: bool,
}

/// The result of reading a part of a statement.
pub type Read<T> = Result<T, Stop>;

/// A place between tokens of one statement.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Before the first of `tokens`, which are places in `text`.
    pub fn new(text: &'a str, tokens: &'a [Token]) -> Cursor<'a> {
        Cursor { text, tokens, at: 0 }
    }

    /// The number of tokens read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Goes back (or on) to a position.
    pub fn seek(&mut self, position: usize) {
        self.at = position.min(self.tokens.len());
    }

    /// Nothing is left.
    pub fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The next token.
    pub fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    /// The token after `skip` others.
    pub fn peek_nth(&self, skip: usize) -> Option<Token> {
        self.tokens.get(self.at + skip).copied()
    }

    /// Reads one token of any kind.
    pub fn bump(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// A token as it was written.
    pub fn token_text(&self, token: Token) -> &'a str {
        self.text.get(token.start..token.end).unwrap_or("")
    }

    /// The text of the tokens from position `from` up to position `to`.
    pub fn slice(&self, from: usize, to: usize) -> &'a str {
        match (self.tokens.get(from), to.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if from < to => self.text.get(first.start..last.end).unwrap_or(""),
            _ => "",
        }
    }

    /// Everything that is left, as it was written.
    pub fn rest(&mut self) -> &'a str {
        let from = self.at;
        self.at = self.tokens.len();
        self.slice(from, self.at)
    }

    fn stop<T>(&self, expected: &'static str) -> Read<T> {
        Err(Stop { token: self.at, expected, certain: false })
    }

    /// An error at this place.
    ///
    /// # Errors
    /// Always.
    pub fn fail<T>(&self, expected: &'static str) -> Read<T> {
        self.stop(expected)
    }

    /// The same where PostgreSQL's own grammar stops too; not at what a driver or a template fills in.
    ///
    /// # Errors
    /// Always.
    pub fn refuse<T>(&self, expected: &'static str) -> Read<T> {
        let certain = self.peek().is_none_or(|token| {
            let text = self.token_text(token);
            match token.kind {
                TokenKind::Word => text != crate::pg::error::Reason::HOLE,
                TokenKind::Number | TokenKind::String => true,
                TokenKind::Punctuation => matches!(text, "(" | ")" | ","),
                TokenKind::Operator => matches!(text, "-" | "+"),
                TokenKind::Quoted | TokenKind::Dollar | TokenKind::Parameter => false,
            }
        });
        Err(Stop { token: self.at, expected, certain })
    }

    fn is_word_at(&self, skip: usize, word: &str) -> bool {
        self.peek_nth(skip)
            .is_some_and(|token| token.kind == TokenKind::Word && self.token_text(token).eq_ignore_ascii_case(word))
    }

    /// The next tokens are these key words (separated by spaces).
    pub fn is(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(skip, word)| self.is_word_at(skip, word))
    }

    /// One of these is next.
    pub fn is_any(&self, choices: &[&str]) -> bool {
        choices.iter().any(|words| self.is(words))
    }

    /// Reads these key words if they are next.
    pub fn eat(&mut self, words: &str) -> bool {
        let found = self.is(words);
        if found {
            self.at += words.split(' ').count();
        }
        found
    }

    /// Reads the first of `choices` that is next.
    pub fn eat_any(&mut self, choices: &'static [&'static str]) -> Option<&'static str> {
        choices.iter().find(|words| self.eat(words)).copied()
    }

    /// Reads key words that have to be here.
    ///
    /// # Errors
    /// Something else is next.
    pub fn expect(&mut self, words: &'static str) -> Read<()> {
        if self.eat(words) { Ok(()) } else { self.stop(words) }
    }

    /// The next token is this sign (punctuation or operator).
    pub fn is_sign(&self, sign: &str) -> bool {
        self.peek().is_some_and(|token| {
            matches!(token.kind, TokenKind::Punctuation | TokenKind::Operator) && self.token_text(token) == sign
        })
    }

    /// Reads a sign if it is next.
    pub fn eat_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.at += usize::from(found);
        found
    }

    /// Reads a sign that has to be here.
    ///
    /// # Errors
    /// Something else is next.
    pub fn expect_sign(&mut self, sign: &'static str) -> Read<()> {
        if self.eat_sign(sign) { Ok(()) } else { self.stop(sign) }
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// Something is left.
    pub fn expect_end(&self) -> Read<()> {
        if self.at_end() { Ok(()) } else { self.stop("the end of the statement") }
    }

    /// Reads a name.
    ///
    /// # Errors
    /// Something else is next.
    pub fn ident(&mut self) -> Read<Ident> {
        match self.peek().and_then(|token| self.name_of(token)) {
            Some(name) => {
                self.at += 1;
                Ok(name)
            }
            None => self.stop("a name"),
        }
    }

    fn name_of(&self, token: Token) -> Option<Ident> {
        let text = self.token_text(token);
        match token.kind {
            TokenKind::Word => Some(Ident::fold(text)),
            TokenKind::Quoted => {
                let open = text.find('"')?;
                let inner = text.get(open + 1..text.len() - 1)?.replace("\"\"", "\"");
                Some(Ident::new(&if open == 0 { inner } else { unicode_escapes(&inner) }))
            }
            _ => None,
        }
    }

    /// Reads a name with an optional schema; a database in front of it is dropped.
    ///
    /// # Errors
    /// Something else is next.
    pub fn qname(&mut self) -> Read<QName> {
        let mut parts = vec![self.ident()?];
        while parts.len() < 3 && self.eat_sign(".") {
            parts.push(self.ident()?);
        }
        let name = parts.pop().unwrap_or_else(|| Ident::new(""));
        Ok(QName { schema: parts.pop(), name })
    }

    /// Reads `a, b, …`.
    ///
    /// # Errors
    /// Those of `one`.
    pub fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut out = vec![one(self)?];
        while self.eat_sign(",") {
            out.push(one(self)?);
        }
        Ok(out)
    }

    /// Reads `(a, b, …)` of names.
    ///
    /// # Errors
    /// Something else is next.
    pub fn idents_in_parens(&mut self) -> Read<Vec<Ident>> {
        self.expect_sign("(")?;
        let out = self.list(Cursor::ident)?;
        self.expect_sign(")")?;
        Ok(out)
    }

    /// Reads a balanced `( … )` and gives what is inside.
    ///
    /// # Errors
    /// No `(` is next, or it is never closed.
    pub fn parens(&mut self) -> Read<&'a str> {
        self.expect_sign("(")?;
        let from = self.at;
        let mut depth = 1usize;
        while let Some(token) = self.bump() {
            if token.kind == TokenKind::Punctuation {
                match self.token_text(token) {
                    "(" | "[" => depth += 1,
                    ")" | "]" => depth -= 1,
                    _ => {}
                }
            }
            if depth == 0 {
                return Ok(self.slice(from, self.at - 1));
            }
        }
        self.stop(")")
    }

    /// Reads up to the first of `stops` (key words or signs) outside parentheses and `CASE … END`, or to the end, and gives
    /// what was passed. The closing parenthesis of an outer pair stops too.
    pub fn until(&mut self, stops: &[&str]) -> &'a str {
        let from = self.at;
        let mut depth = 0usize;
        let mut cases = 0usize;
        while let Some(token) = self.peek() {
            if depth == 0 && cases == 0 && stops.iter().any(|stop| self.is(stop) || self.is_sign(stop)) {
                break;
            }
            match (token.kind, self.token_text(token)) {
                (TokenKind::Punctuation, "(" | "[") => depth += 1,
                (TokenKind::Punctuation, ")" | "]") => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => break,
                },
                (TokenKind::Word, word) if depth == 0 && word.eq_ignore_ascii_case("case") => cases += 1,
                (TokenKind::Word, word) if depth == 0 && cases > 0 && word.eq_ignore_ascii_case("end") => cases -= 1,
                _ => {}
            }
            self.at += 1;
        }
        self.slice(from, self.at)
    }

    /// Reads a string literal.
    ///
    /// # Errors
    /// Something else is next.
    pub fn string(&mut self) -> Read<String> {
        match self.peek() {
            Some(token) if matches!(token.kind, TokenKind::String | TokenKind::Dollar) => {
                self.at += 1;
                Ok(string_value(self.token_text(token)))
            }
            _ => self.stop("a string"),
        }
    }

    /// Reads an integer with an optional sign.
    ///
    /// # Errors
    /// Something else is next, or it is out of range.
    pub fn integer(&mut self) -> Read<i64> {
        let start = self.at;
        let negative = self.eat_sign("-");
        if !negative {
            self.eat_sign("+");
        }
        let number = self.peek().filter(|token| token.kind == TokenKind::Number);
        let value = number.and_then(|token| {
            let sign = if negative { "-" } else { "" };
            format!("{sign}{}", self.token_text(token)).parse().ok()
        });
        match value {
            Some(value) => {
                self.at += 1;
                Ok(value)
            }
            None => {
                self.at = start;
                self.stop("an integer")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        let (tokens, open) = tokens(sql);
        assert_eq!(open, None, "{sql}");
        tokens.iter().map(|token| &sql[token.start..token.end]).collect()
    }

    #[test]
    fn comments_and_quotes() {
        assert_eq!(texts("a -- b\n/* c /* d */ e */ f"), ["a", "f"]);
        assert_eq!(texts("E'a\\'b' 'c''d' $x$ e; $$ $x$"), ["E'a\\'b'", "'c''d'", "$x$ e; $$ $x$"]);
        assert_eq!(texts("'a'\n 'b' 'c' 'd'"), ["'a'\n 'b'", "'c'", "'d'"]);
        assert_eq!(texts("a.b::int[1]"), ["a", ".", "b", "::", "int", "[", "1", "]"]);
        assert_eq!(texts("1.5e-3-.5 x$1"), ["1.5e-3", "-", ".5", "x$1"]);
        assert_eq!(texts("a<@b--c"), ["a", "<@", "b"]);
    }

    #[test]
    fn values() {
        assert_eq!(string_value("'it''s'"), "it's");
        assert_eq!(string_value("'a'\n'b'"), "ab");
        assert_eq!(string_value("E'\\x41\\n\\101\\''"), "A\nA'");
        assert_eq!(string_value("$x$a'$x$"), "a'");
        assert_eq!(string_value("U&'d\\0061t'"), "dat");
    }

    #[test]
    fn open_quotes() {
        assert_eq!(tokens("a 'b").1, Some(Unterminated { what: "quoted string", at: 2 }));
        assert_eq!(tokens("$a$ $b$").1, Some(Unterminated { what: "dollar-quoted string", at: 0 }));
        assert_eq!(tokens("/* /* */").1, Some(Unterminated { what: "/* comment", at: 0 }));
    }

    #[test]
    fn names() {
        let sql = "Public.\"A\"\"b\" = x";
        let (tokens, _) = tokens(sql);
        let mut cursor = Cursor::new(sql, &tokens);
        let name = cursor.qname().unwrap();
        assert_eq!((name.schema.unwrap().as_str(), name.name.as_str()), ("public", "A\"b"));
        assert!(cursor.eat_sign("="));
    }
}
