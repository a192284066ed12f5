//! Names with a schema, and types.

use sqlparser::tokenizer::Token;

use super::{Reader, stored, tokens};
use crate::pg::ident::QName;
use crate::pg::types::{self, DataType, TypeName};

/// Reads a type as `format_type()` or a person spells it; `None` for what is none.
///
/// ```
/// use restamp::pg::expr::read_type;
/// assert_eq!(read_type("timestamptz(3)").unwrap().to_string(), "timestamp(3) with time zone");
/// assert_eq!(read_type("public.mood[]").unwrap().to_string(), "public.mood[]");
/// ```
pub fn read_type(text: &str) -> Option<DataType> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0 };
    let ty = reader.data_type()?;
    (reader.at == reader.tokens.len()).then_some(ty)
}

impl Reader {
    pub(super) fn qname(&mut self) -> Option<QName> {
        let Some(Token::Word(first)) = self.next() else {
            return None;
        };
        if !self.eat(&Token::Period) {
            return Some(QName::bare(stored(&first)));
        }
        let Some(Token::Word(second)) = self.next() else {
            return None;
        };
        let schema = Some(stored(&first)).filter(|schema| schema.as_str() != "pg_catalog");
        Some(QName { schema, name: stored(&second) })
    }

    pub(super) fn interval_fields(&mut self) -> String {
        let mut fields: Vec<String> = Vec::new();
        loop {
            let word = match self.peek() {
                Some(Token::Word(word)) if word.quote_style.is_none() => word.value.to_ascii_lowercase(),
                _ => break,
            };
            let field = matches!(word.as_str(), "year" | "month" | "day" | "hour" | "minute" | "second");
            let joins = word == "to" && !fields.is_empty();
            if !(field || joins) {
                break;
            }
            fields.push(word);
            self.at += 1;
        }
        fields.join(" ")
    }

    pub(super) fn data_type(&mut self) -> Option<DataType> {
        let Some(Token::Word(word)) = self.peek().cloned() else {
            return None;
        };
        let folded = word.value.to_ascii_lowercase();
        let plain = word.quote_style.is_none() && self.tokens.get(self.at + 1) != Some(&Token::Period);
        let mut ty = match folded.as_str() {
            "double" if plain && self.words(&["double", "precision"]) => DataType::builtin("double precision"),
            "character" | "char" | "national" | "nchar" if plain => {
                self.words(&["national"]);
                self.at += 1;
                let name = if self.words(&["varying"]) { "character varying" } else { "character" };
                let mut modifiers = self.modifiers()?;
                if name == "character" && modifiers.is_empty() {
                    // `character` without a length is `character(1)`; without limit it is spelt `bpchar`.
                    modifiers.push("1".to_string());
                }
                DataType { modifiers, ..DataType::builtin(name) }
            }
            "bit" if plain => {
                self.at += 1;
                let name = if self.words(&["varying"]) { "bit varying" } else { "bit" };
                DataType { modifiers: self.modifiers()?, ..DataType::builtin(name) }
            }
            "timestamp" | "time" if plain => {
                self.at += 1;
                let modifiers = self.modifiers()?;
                let zone = self.words(&["with", "time", "zone"]);
                if !zone {
                    self.words(&["without", "time", "zone"]);
                }
                let name = types::builtin(&format!("{folded} {} time zone", if zone { "with" } else { "without" }))?;
                DataType { modifiers, ..DataType::builtin(name) }
            }
            "interval" if plain => {
                self.at += 1;
                let fields = self.interval_fields();
                let name = if fields.is_empty() { "interval" } else { types::builtin(&format!("interval {fields}"))? };
                DataType { modifiers: self.modifiers()?, ..DataType::builtin(name) }
            }
            _ => {
                let name = self.qname()?;
                if plain && folded == "float" {
                    let ty = types::float(self.modifiers()?);
                    return self.array_of(ty);
                }
                let written = if word.quote_style.is_some() {
                    format!("\"{}\"", name.name.as_str())
                } else {
                    name.name.as_str().to_string()
                };
                let builtin = if name.schema.is_none() { types::builtin(&written) } else { None };
                let modifiers = self.modifiers()?;
                // `int4(11)` is refused under this very name.
                let builtin =
                    builtin.filter(|_| modifiers.is_empty() || !crate::pg::modifiers::is_plain(name.name.as_str()));
                let name = builtin.map_or(TypeName::User(name), TypeName::Builtin);
                DataType { name, modifiers, array: false }
            }
        };
        if ty.builtin_name().is_some_and(|name| name.starts_with("time") || name.starts_with("interval")) {
            ty = types::completed(ty);
        }
        self.array_of(ty)
    }

    /// The type with the brackets behind it.
    fn array_of(&mut self, mut ty: DataType) -> Option<DataType> {
        while self.eat(&Token::LBracket) {
            if !self.eat(&Token::RBracket) {
                self.next()?;
                self.expect(&Token::RBracket)?;
            }
            ty.array = true;
        }
        if self.is_word(0, "array") {
            self.at += 1;
            ty.array = true;
        }
        Some(ty)
    }

    /// What stands in parentheses behind a type.
    pub(super) fn modifiers(&mut self) -> Option<Vec<String>> {
        let mut modifiers = Vec::new();
        if !self.eat(&Token::LParen) {
            return Some(modifiers);
        }
        let mut text = String::new();
        loop {
            match self.next()? {
                Token::RParen => {
                    modifiers.push(text);
                    return Some(modifiers);
                }
                Token::Comma => modifiers.push(std::mem::take(&mut text)),
                token => text.push_str(&token.to_string()),
            }
        }
    }
}
