//! Python's values.

use std::cell::RefCell;
use std::rc::Rc;

use num_bigint::BigInt;

use super::native::Native;
use crate::pg::error::Reason;

/// A value. Cheap to clone; lists, dicts and sets are shared as in Python.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are Python's own")]
pub enum Value {
    None,
    Bool(bool),
    Int(Rc<BigInt>),
    Float(f64),
    Str(Rc<str>),
    Bytes(Rc<[u8]>),
    Tuple(Rc<[Value]>),
    List(Rc<RefCell<Vec<Value>>>),
    Dict(Rc<RefCell<Dict>>),
    /// Insertion order stands for hash order.
    Set(Rc<RefCell<Vec<Value>>>),
    /// A function, class, instance, module, exception, iterator, or anything of a library.
    Native(Rc<dyn Native>),
    /// Not known. Every operation on it gives an unknown with the same reason.
    Unknown(Reason),
}

/// A dict in insertion order.
#[derive(Clone, Debug, Default)]
pub struct Dict {
    /// Keys and values.
    pub items: Vec<(Value, Value)>,
}
