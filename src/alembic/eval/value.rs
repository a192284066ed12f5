//! Python's values.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::class::{Class, Instance};
use super::container::{Dict, List, Set};
use super::native::Native;
use crate::pg::error::Reason;

/// A value. Cheap to clone; lists, dicts and sets are shared as in Python.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names are Python's own")]
pub enum Value {
    None,
    Bool(bool),
    Int(Rc<BigInt>),
    Float(f64),
    Str(Rc<str>),
    Bytes(Rc<[u8]>),
    Tuple(Rc<[Value]>),
    List(Rc<RefCell<List>>),
    Dict(Rc<RefCell<Dict>>),
    Set(Rc<RefCell<Set>>),
    /// A function, class, instance, module, exception, iterator, or anything of a library.
    Native(Rc<dyn Native>),
    /// Not known. Every operation on it gives an unknown with the same reason.
    Unknown(Reason),
}

impl Clone for Value {
    fn clone(&self) -> Value {
        match self {
            Value::None => Value::None,
            Value::Bool(value) => Value::Bool(*value),
            Value::Int(value) => Value::Int(value.clone()),
            Value::Float(value) => Value::Float(*value),
            Value::Str(text) => Value::Str(text.clone()),
            Value::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Value::Tuple(items) => Value::Tuple(items.clone()),
            Value::List(list) => Value::List(list.clone()),
            Value::Dict(dict) => Value::Dict(dict.clone()),
            Value::Set(set) => Value::Set(set.clone()),
            Value::Native(native) => Value::Native(native.clone()),
            Value::Unknown(reason) => Value::Unknown(reason.of_same_text()),
        }
    }
}

impl Value {
    /// The text of a `str`, with holes where it is known in part; `None` for anything else.
    pub fn known_parts(&self) -> Option<&str> {
        match self {
            Value::Unknown(reason) => reason.text.as_deref(),
            value => value.as_str(),
        }
    }

    /// A `str`.
    pub fn str(text: impl Into<Rc<str>>) -> Value {
        Value::Str(text.into())
    }

    /// An `int`.
    pub fn int(value: impl Into<BigInt>) -> Value {
        Value::Int(Rc::new(value.into()))
    }

    /// A `bytes`.
    pub fn bytes(bytes: impl Into<Rc<[u8]>>) -> Value {
        Value::Bytes(bytes.into())
    }

    /// A new `list`.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::List(Rc::new(RefCell::new(List::new(items.into_iter().collect()))))
    }

    /// A `tuple`.
    pub fn tuple(items: impl IntoIterator<Item = Value>) -> Value {
        Value::Tuple(items.into_iter().collect())
    }

    /// A new `dict` with names as keys.
    pub fn dict<'a>(items: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
        Value::from(items.into_iter().map(|(key, value)| (Value::str(key), value)).collect::<Dict>())
    }

    /// A new `set`; items that are not hashable are left out.
    pub fn set(items: impl IntoIterator<Item = Value>) -> Value {
        Value::Set(Rc::new(RefCell::new(Set::new(items, false))))
    }

    /// Anything written in Rust.
    pub fn native(native: impl Native) -> Value {
        Value::Native(Rc::new(native))
    }

    /// Not known, with a class of reasons and what exactly.
    pub fn unknown(kind: &'static str, what: impl Into<std::sync::Arc<str>>) -> Value {
        Value::Unknown(Reason::new(kind, what))
    }

    /// The native value, if it is a `T`.
    pub fn downcast<T: Native>(&self) -> Option<Rc<T>> {
        match self {
            Value::Native(native) => {
                let any: Rc<dyn Any> = native.clone();
                any.downcast().ok()
            }
            _ => None,
        }
    }

    /// The same without a new reference.
    pub fn downcast_ref<T: Native>(&self) -> Option<&T> {
        match self {
            Value::Native(native) => (&**native as &dyn Any).downcast_ref(),
            _ => None,
        }
    }

    /// Why it is not known, if it is not.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Value::Unknown(reason) => Some(reason),
            _ => None,
        }
    }

    /// `value is None`
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// The text of a `str`, or of an instance of a class that derives from `str` (a member of a `str` enum).
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            Value::Native(native) => native.text().or_else(|| self.base()?.as_str()),
            _ => None,
        }
    }

    /// The number of an `int` or `bool` that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(value) => value.to_i64(),
            Value::Bool(value) => Some(i64::from(*value)),
            Value::Native(_) => self.base()?.as_i64(),
            _ => None,
        }
    }

    /// A `bool`, and nothing else.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The built-in value inside an instance of a class that derives from a built-in type.
    pub fn base(&self) -> Option<&Value> {
        self.downcast_ref::<Instance>()?.base.get()
    }

    /// The instance, if it is one of a [`Class`].
    pub fn as_instance(&self) -> Option<&Instance> {
        self.downcast_ref()
    }

    /// The class, if it is one.
    pub fn as_class(&self) -> Option<Rc<Class>> {
        self.downcast()
    }

    /// `self is other`
    pub fn is(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::None, Value::None) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::Tuple(a), Value::Tuple(b)) => Rc::ptr_eq(a, b) || a.is_empty() && b.is_empty(),
            (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b),
            (Value::Dict(a), Value::Dict(b)) => Rc::ptr_eq(a, b),
            (Value::Set(a), Value::Set(b)) => Rc::ptr_eq(a, b),
            (Value::Native(a), Value::Native(b)) => std::ptr::addr_eq(Rc::as_ptr(a), Rc::as_ptr(b)),
            _ => false,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::str(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::str(text)
    }
}

impl From<Dict> for Value {
    fn from(dict: Dict) -> Value {
        Value::Dict(Rc::new(RefCell::new(dict)))
    }
}

impl From<Reason> for Value {
    fn from(reason: Reason) -> Value {
        Value::Unknown(reason)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::None, Into::into)
    }
}
