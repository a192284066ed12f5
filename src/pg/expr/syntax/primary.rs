//! What an expression begins with: constants, columns, calls, and the constructs that the grammar spells with key words.

use sqlparser::tokenizer::{Token, Word};

use super::{MAX_DEPTH, RANGE, Reader, stored};
use crate::pg::expr::tree::{Head, Tree};
use crate::pg::ident::QName;
use crate::pg::types::{self, DataType};

impl Reader {
    pub(super) fn primary(&mut self) -> Option<Tree> {
        match self.next()? {
            Token::LParen => {
                let mut items = self.list(&Token::RParen)?;
                if items.len() == 1 { items.pop() } else { Some(Tree::new(Head::Row, items)) }
            }
            Token::Number(number, _) => Some(Tree::leaf(Head::Number(number))),
            Token::SingleQuotedString(text)
            | Token::EscapedStringLiteral(text)
            | Token::UnicodeStringLiteral(text)
            | Token::NationalStringLiteral(text) => Some(Tree::leaf(Head::Text(text))),
            Token::DollarQuotedString(text) => Some(Tree::leaf(Head::Text(text.value))),
            Token::Word(word) => self.word(word),
            _ => None,
        }
    }

    pub(super) fn word(&mut self, word: Word) -> Option<Tree> {
        if word.quote_style.is_some() {
            self.at -= 1;
            return self.name();
        }
        let folded = word.value.to_ascii_lowercase();
        let open = self.peek() == Some(&Token::LParen);
        match folded.as_str() {
            "true" => Some(Tree::leaf(Head::Bool(true))),
            "false" => Some(Tree::leaf(Head::Bool(false))),
            "null" => Some(Tree::leaf(Head::Null)),
            "array" if self.peek() == Some(&Token::LBracket) => {
                self.at += 1;
                self.array()
            }
            "row" if open => {
                self.at += 1;
                Some(Tree::new(Head::Row, self.list(&Token::RParen)?))
            }
            "case" => self.case(),
            "cast" if open => {
                self.at += 1;
                let inner = self.expr(0)?;
                self.expect_word("as")?;
                let ty = self.data_type()?;
                self.expect(&Token::RParen)?;
                Some(Tree::new(Head::Cast(ty), vec![inner]))
            }
            "extract" if open => {
                self.at += 1;
                let field = self.next()?;
                let field = match field {
                    Token::Word(word) => word.value.to_ascii_lowercase(),
                    Token::SingleQuotedString(text) => text.to_ascii_lowercase(),
                    _ => return None,
                };
                self.expect_word("from")?;
                let source = self.expr(0)?;
                self.expect(&Token::RParen)?;
                Some(Tree::call("extract", vec![Tree::leaf(Head::Text(field)), source]))
            }
            "position" if open => {
                self.at += 1;
                let part = self.expr(RANGE)?;
                self.expect_word("in")?;
                let whole = self.expr(0)?;
                self.expect(&Token::RParen)?;
                Some(Tree::call("position", vec![whole, part]))
            }
            "substring" if open => self.keyword_call("substring", &["from", "for"]),
            "overlay" if open => self.keyword_call("overlay", &["placing", "from", "for"]),
            "trim" if open => self.trim(),
            "exists" | "select" | "with" | "default" => None,
            // Words that are functions without parentheses.
            "current_timestamp" | "current_date" | "current_time" | "localtimestamp" | "localtime" => {
                let args = if self.eat(&Token::LParen) { self.list(&Token::RParen)? } else { Vec::new() };
                Some(Tree::new(Head::Keyword(folded), args))
            }
            "current_user" | "session_user" | "user" | "current_role" | "current_catalog" | "current_schema"
                if !open =>
            {
                let canonical =
                    if matches!(folded.as_str(), "user" | "current_role") { "current_user" } else { &folded };
                Some(Tree::leaf(Head::Keyword(canonical.to_string())))
            }
            _ => {
                self.at -= 1;
                self.typed_literal().or_else(|| self.name())
            }
        }
    }

    /// `date '2020-01-01'`, `interval '1' day`; nothing is taken where it is none.
    pub(super) fn typed_literal(&mut self) -> Option<Tree> {
        let start = self.at;
        let literal = self.data_type().and_then(|ty| match self.next()? {
            Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text) => Some((ty, text)),
            _ => None,
        });
        let Some((ty, text)) = literal else {
            self.at = start;
            return None;
        };
        let mut cast = Tree::new(Head::Cast(ty), vec![Tree::leaf(Head::Text(text))]);
        if cast.head == Head::Cast(DataType::builtin("interval")) {
            let fields = self.interval_fields();
            let ty = types::builtin(&format!("interval {fields}"));
            if let (Some(ty), Some(Head::Text(text))) = (ty, cast.args.first_mut().map(|arg| &mut arg.head)) {
                // `interval '1' day`: the fields say what the number is.
                *text = format!("{text} {fields}");
                cast.head = Head::Cast(DataType::builtin(ty));
            }
        }
        Some(cast)
    }

    pub(super) fn array(&mut self) -> Option<Tree> {
        self.depth += 1;
        let tree = if self.depth > MAX_DEPTH { None } else { self.array_inner() };
        self.depth -= 1;
        tree
    }

    pub(super) fn array_inner(&mut self) -> Option<Tree> {
        let mut items = Vec::new();
        if self.eat(&Token::RBracket) {
            return Some(Tree::new(Head::Array, items));
        }
        loop {
            items.push(if self.eat(&Token::LBracket) { self.array()? } else { self.expr(0)? });
            if self.eat(&Token::RBracket) {
                return Some(Tree::new(Head::Array, items));
            }
            self.expect(&Token::Comma)?;
        }
    }

    /// Operand (or nothing, then `has_operand` is false), conditions and results in turn, and ELSE (NULL where it is missing).
    pub(super) fn case(&mut self) -> Option<Tree> {
        let has_operand = !self.is_word(0, "when");
        let mut args = Vec::new();
        if has_operand {
            args.push(self.expr(0)?);
        }
        while self.words(&["when"]) {
            args.push(self.expr(0)?);
            self.expect_word("then")?;
            args.push(self.expr(0)?);
        }
        args.push(if self.words(&["else"]) { self.expr(0)? } else { Tree::leaf(Head::Null) });
        self.expect_word("end")?;
        Some(Tree::new(Head::Case { has_operand }, args))
    }

    /// `substring(x FROM y FOR z)` is the same call as `substring(x, y, z)`.
    pub(super) fn keyword_call(&mut self, name: &str, words: &[&str]) -> Option<Tree> {
        self.at += 1;
        let mut args = vec![self.expr(0)?];
        if self.eat(&Token::Comma) {
            args.extend(self.list(&Token::RParen)?);
            return Some(Tree::call(name, args));
        }
        for word in words {
            if self.words(&[word]) {
                args.push(self.expr(0)?);
            }
        }
        self.expect(&Token::RParen)?;
        Some(Tree::call(name, args))
    }

    pub(super) fn trim(&mut self) -> Option<Tree> {
        self.at += 1;
        let name = if self.words(&["leading"]) {
            "ltrim"
        } else if self.words(&["trailing"]) {
            "rtrim"
        } else {
            self.words(&["both"]);
            "btrim"
        };
        if self.words(&["from"]) {
            let args = self.list(&Token::RParen)?;
            return Some(Tree::call(name, args));
        }
        let first = self.expr(0)?;
        if self.words(&["from"]) {
            let mut args = self.list(&Token::RParen)?;
            args.push(first);
            return Some(Tree::call(name, args));
        }
        let mut args = vec![first];
        if self.eat(&Token::Comma) {
            args.extend(self.list(&Token::RParen)?);
        } else {
            self.expect(&Token::RParen)?;
        }
        Some(Tree::call(name, args))
    }

    /// A column, or a function call.
    pub(super) fn name(&mut self) -> Option<Tree> {
        let mut parts = Vec::new();
        loop {
            let Some(Token::Word(word)) = self.next() else {
                return None;
            };
            parts.push(stored(&word));
            if !(self.peek() == Some(&Token::Period) && matches!(self.tokens.get(self.at + 1), Some(Token::Word(_)))) {
                break;
            }
            self.at += 1;
        }
        let name = parts.pop()?;
        if !self.eat(&Token::LParen) {
            // `t.a` and `s.t.a` name a column of the one table that the expression is about.
            return Some(Tree::leaf(Head::Column(name)));
        }
        if self.is_word(0, "distinct") || self.peek() == Some(&Token::Mul) {
            return None;
        }
        let args = self.list(&Token::RParen)?;
        if ["filter", "over", "within"].iter().any(|word| self.is_word(0, word)) {
            return None;
        }
        let schema = parts.pop().filter(|schema| schema.as_str() != "pg_catalog");
        Some(Tree::new(Head::Call(QName { schema, name }), args))
    }
}
