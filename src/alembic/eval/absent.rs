//! What may not be there: of rows that are not known, `first()` and its like give a row or `None`, and a list of them may be empty.
//!
//! Code that asks first (`if row:`, `row is None`) is believed. What takes it for granted may raise, once per place.

use super::value::Value;
use super::{Raise, Vm};
use crate::pg::error::Reason;
use crate::source::Span;

/// What a query gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// A row, or `None`.
    Row,
    /// A list, which may be empty.
    Rows,
}

/// By the place of the call, until it was asked for or taken for granted.
pub(super) type Unasked = std::collections::HashMap<Span, Absent>;

impl Vm {
    /// What a call gives that may find no row.
    pub fn may_be_absent(&mut self, reason: Reason, what: Absent) -> Value {
        let Some(place) = self.place().filter(|_| reason.kind == "row-data") else { return Value::Unknown(reason) };
        self.unasked.insert(place, what);
        Value::Unknown(reason.at(place))
    }

    /// The program asks whether it is there.
    pub(super) fn is_asked(&mut self, reason: &Reason) {
        if let Some(place) = &reason.span {
            self.unasked.remove(place);
        }
    }

    /// `value.name`
    pub(super) fn needs_attribute(&mut self, value: &Value, name: &str) {
        self.needs(value, Absent::Row, "AttributeError", || format!("'NoneType' object has no attribute '{name}'"));
    }

    /// `value[key]`
    pub(super) fn needs_item(&mut self, value: &Value, key: &Value) {
        self.needs(value, Absent::Row, "TypeError", || "'NoneType' object is not subscriptable".to_string());
        if key.as_i64().is_some() {
            self.needs(value, Absent::Rows, "IndexError", || "list index out of range".to_string());
        }
    }

    /// `a, b = value`
    pub(super) fn needs_items(&mut self, value: &Value) {
        self.needs(value, Absent::Row, "TypeError", || "cannot unpack non-iterable NoneType object".to_string());
    }

    fn needs(&mut self, value: &Value, what: Absent, class: &str, message: impl FnOnce() -> String) {
        let Value::Unknown(reason) = value else { return };
        let Some(place) = reason.span.filter(|place| self.unasked.get(place) == Some(&what)) else { return };
        self.unasked.remove(&place);
        if let Raise::Exception(exception) = self.raise(class, &message()) {
            self.may_raise_here(reason, exception);
        }
    }
}
