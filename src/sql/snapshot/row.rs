//! Looks into the JSON value: what is not there, or of another type, is as if it were empty.

use serde_json::Value;

use crate::pg::ident::{Ident, QName};

/// One object of the value.
#[derive(Clone, Copy)]
pub struct Row<'v>(&'v Value);

impl<'v> Row<'v> {
    pub fn new(value: &'v Value) -> Row<'v> {
        Row(value)
    }

    /// A text, if it is there.
    pub fn some(self, key: &str) -> Option<&'v str> {
        self.0.get(key).and_then(Value::as_str)
    }

    /// A text.
    pub fn text(self, key: &str) -> &'v str {
        self.some(key).unwrap_or("")
    }

    /// A name.
    pub fn ident(self, key: &str) -> Ident {
        Ident::new(self.text(key))
    }

    /// `schema` and `name`.
    pub fn qname(self) -> QName {
        QName::new(self.some("schema").map(Ident::new), self.ident("name"))
    }

    /// A number; `oid`s are written as texts.
    pub fn number(self, key: &str) -> Option<i64> {
        number(self.0.get(key)?)
    }

    /// An `oid`; 0 where there is none, as in PostgreSQL.
    pub fn oid(self, key: &str) -> u32 {
        self.number(key).and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
    }

    /// It is there and true.
    pub fn is(self, key: &str) -> bool {
        self.0.get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// It is there and false.
    pub fn is_not(self, key: &str) -> bool {
        self.0.get(key).and_then(Value::as_bool).is_some_and(|flag| !flag)
    }

    /// An object inside.
    pub fn row(self, key: &str) -> Option<Row<'v>> {
        self.0.get(key).filter(|value| value.is_object()).map(Row)
    }

    /// A list, if it is there.
    pub fn list(self, key: &str) -> Option<&'v [Value]> {
        self.0.get(key).and_then(Value::as_array).map(Vec::as_slice)
    }

    /// The objects of a list.
    pub fn rows(self, key: &str) -> impl Iterator<Item = Row<'v>> + use<'v> {
        self.list(key).unwrap_or_default().iter().map(Row)
    }

    /// The texts of a list, if it is there.
    pub fn texts(self, key: &str) -> Option<Vec<&'v str>> {
        Some(self.list(key)?.iter().filter_map(Value::as_str).collect())
    }
}

/// A number, which may be written as a text.
pub fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
