//! The containers that change: list, dict, set, and the name spaces of modules, classes, instances and functions.
//!
//! A container whose content is not known (it was changed differently on two sides of an unknown condition, or handed to
//! code that is not known) keeps its identity: `unknown` says why, and every look inside gives an unknown value.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use super::class::Instance;
use super::value::Value;
use crate::pg::error::Reason;

/// From this many entries on, a look-up goes through a hash table.
const INDEXED: usize = 8;

thread_local! {
    static DISCARDED: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
    static DRAINING: Cell<bool> = const { Cell::new(false) };
}

/// Drops values one after the other. Containers inside containers would be dropped by recursion, and code can nest them more
/// deeply than the stack allows (CPython's "trashcan" is there for the same reason).
pub(super) fn discard(values: impl IntoIterator<Item = Value>) {
    let nests = |value: &Value| {
        matches!(value, Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Tuple(_) | Value::Native(_))
    };
    let mut values = values.into_iter().filter(nests).peekable();
    if values.peek().is_none() {
        return;
    }
    // At the end of a thread there is nothing left to put them into.
    if DISCARDED.try_with(|discarded| discarded.borrow_mut().extend(values)).is_err() {
        return;
    }
    if DRAINING.try_with(|draining| draining.replace(true)).unwrap_or(true) {
        return;
    }
    while let Some(value) = DISCARDED.with(|discarded| discarded.borrow_mut().pop()) {
        if let Value::Tuple(mut items) = value
            && let Some(items) = Rc::get_mut(&mut items)
        {
            let items = items.iter_mut().map(|item| std::mem::replace(item, Value::None)).filter(nests);
            DISCARDED.with(|discarded| discarded.borrow_mut().extend(items));
        }
    }
    DRAINING.with(|draining| draining.set(false));
}

/// The content of a `list`.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The items; empty when `unknown` is set.
    pub items: Vec<Value>,
    /// The content is not known.
    pub unknown: Option<Reason>,
    /// What it begins with all the same: a loop over rows may have appended to it. Empty unless `unknown` is set.
    pub beginning: Vec<Value>,
    /// What else it may hold, each item for itself, where that is all; empty where that is not known, and unless `unknown` is set.
    pub doubtful: Vec<Value>,
}

impl List {
    /// A list of known items.
    pub fn new(items: Vec<Value>) -> List {
        List { items, unknown: None, beginning: Vec::new(), doubtful: Vec::new() }
    }

    /// A list of which some items are known, and perhaps what else it may hold.
    pub fn partial(beginning: Vec<Value>, doubtful: Vec<Value>, reason: Reason) -> List {
        List { items: Vec::new(), unknown: Some(reason), beginning, doubtful }
    }

    /// Forgets the content.
    pub fn forget(&mut self, reason: Reason) {
        self.items.clear();
        self.beginning.clear();
        self.doubtful.clear();
        self.unknown.get_or_insert(reason);
    }

    /// All items, or those that it begins with.
    pub fn known_items(&self) -> &[Value] {
        if self.unknown.is_some() { &self.beginning } else { &self.items }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        discard(std::mem::take(&mut self.items));
        discard(std::mem::take(&mut self.beginning));
        discard(std::mem::take(&mut self.doubtful));
    }
}

/// What a dict compares keys by. Values that are equal in Python have equal keys (`1`, `True` and `1.0`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// `None`
    None,
    /// Whole numbers of any type.
    Int(BigInt),
    /// Other floats, by their bits.
    Float(u64),
    /// `str`
    Str(Rc<str>),
    /// `bytes`
    Bytes(Rc<[u8]>),
    /// `tuple` and `frozenset`
    Tuple(Vec<Key>),
    /// Whatever compares by identity.
    Identity(usize),
}

impl Key {
    /// `None`: not hashable, or not known.
    pub fn of(value: &Value) -> Option<Key> {
        Some(match value {
            Value::None => Key::None,
            Value::Bool(value) => Key::Int(BigInt::from(u8::from(*value))),
            Value::Int(value) => Key::Int((**value).clone()),
            Value::Float(value) if value.fract() == 0.0 => Key::Int(BigInt::from_f64(*value)?),
            Value::Float(value) => Key::Float(value.to_bits()),
            Value::Str(text) => Key::Str(text.clone()),
            Value::Bytes(bytes) => Key::Bytes(bytes.clone()),
            Value::Tuple(items) => Key::Tuple(items.iter().map(Key::of).collect::<Option<_>>()?),
            Value::Set(set) if set.borrow().frozen && set.borrow().dict.unknown.is_none() => {
                let mut keys: Vec<Key> = set.borrow().dict.keys().map(Key::of).collect::<Option<_>>()?;
                keys.sort_by_cached_key(|key| format!("{key:?}"));
                Key::Tuple(keys)
            }
            Value::Native(native) => {
                if let Some(base) = value.downcast_ref::<Instance>().and_then(|instance| instance.base.get()) {
                    return Key::of(base);
                }
                match native.key() {
                    Some(key) => key,
                    None => Key::Identity(Rc::as_ptr(native).cast::<()>() as usize),
                }
            }
            Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Unknown(_) => return None,
        })
    }
}

/// The content of a `dict`, in insertion order.
#[derive(Clone, Debug, Default)]
pub struct Dict {
    items: Vec<(Key, Value, Value)>,
    index: HashMap<Key, usize>,
    /// The content is not known.
    pub unknown: Option<Reason>,
}

impl Dict {
    /// An empty one.
    pub fn new() -> Dict {
        Dict::default()
    }

    fn position(&self, key: &Key) -> Option<usize> {
        if self.items.len() < INDEXED {
            return self.items.iter().position(|(other, ..)| other == key);
        }
        self.index.get(key).copied()
    }

    fn reindex(&mut self) {
        self.index.clear();
        if self.items.len() >= INDEXED {
            self.index.extend(self.items.iter().enumerate().map(|(at, (key, ..))| (key.clone(), at)));
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &Key) -> Option<&Value> {
        self.position(key).map(|at| &self.items[at].2)
    }

    /// The value of a name.
    pub fn get_str(&self, key: &str) -> Option<&Value> {
        self.get(&Key::Str(key.into()))
    }

    /// Sets a key. `false`: the key is not hashable or not known, and nothing happened.
    pub fn insert(&mut self, key: Value, value: Value) -> bool {
        let Some(hash) = Key::of(&key) else {
            return false;
        };
        match self.position(&hash) {
            Some(at) => self.items[at].2 = value,
            None => {
                self.items.push((hash.clone(), key, value));
                match self.items.len() {
                    INDEXED => self.reindex(),
                    length if length > INDEXED => {
                        self.index.insert(hash, length - 1);
                    }
                    _ => {}
                }
            }
        }
        true
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &Key) -> Option<Value> {
        let at = self.position(key)?;
        let (_, _, value) = self.items.remove(at);
        self.reindex();
        Some(value)
    }

    /// Takes the last one out.
    pub fn pop_last(&mut self) -> Option<(Value, Value)> {
        let (_, key, value) = self.items.pop()?;
        self.reindex();
        Some((key, value))
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.items.clear();
        self.index.clear();
    }

    /// Forgets the content.
    pub fn forget(&mut self, reason: Reason) {
        self.clear();
        self.unknown.get_or_insert(reason);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Keys and values in insertion order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Value, &Value)> {
        self.items.iter().map(|(_, key, value)| (key, value))
    }

    /// The keys in insertion order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.items.iter().map(|(_, key, _)| key)
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        discard(std::mem::take(&mut self.items).into_iter().map(|(_, _, value)| value));
    }
}

impl FromIterator<(Value, Value)> for Dict {
    /// Keys that are not hashable are left out.
    fn from_iter<I: IntoIterator<Item = (Value, Value)>>(items: I) -> Dict {
        let mut dict = Dict::new();
        for (key, value) in items {
            dict.insert(key, value);
        }
        dict
    }
}

/// The content of a `set` or `frozenset`. Insertion order stands for hash order.
#[derive(Clone, Debug, Default)]
pub struct Set {
    /// The items are its keys.
    pub dict: Dict,
    /// `frozenset`
    pub frozen: bool,
}

impl Set {
    /// A set of the hashable ones among the items.
    pub fn new(items: impl IntoIterator<Item = Value>, frozen: bool) -> Set {
        Set { dict: items.into_iter().map(|item| (item, Value::None)).collect(), frozen }
    }
}

/// Names and their values, in the order in which they were first bound.
#[derive(Debug, Default)]
pub struct Namespace {
    names: RefCell<Names>,
}

#[derive(Debug, Default)]
struct Names {
    items: Vec<(Rc<str>, Value)>,
    index: HashMap<Rc<str>, usize>,
}

impl Names {
    fn position(&self, name: &str) -> Option<usize> {
        if self.items.len() < INDEXED {
            return self.items.iter().position(|(other, _)| **other == *name);
        }
        self.index.get(name).copied()
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        discard(std::mem::take(&mut self.items).into_iter().map(|(_, value)| value));
    }
}

impl Namespace {
    /// An empty one.
    pub fn new() -> Rc<Namespace> {
        Rc::default()
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<Value> {
        let names = self.names.borrow();
        names.position(name).map(|at| names.items[at].1.clone())
    }

    /// Sets or removes a name without a record of it: only for what no running code can see yet. Everything else goes
    /// through [`Vm::bind`](super::Vm::bind), so that it can be taken back after an unknown branch.
    pub fn set(&self, name: &Rc<str>, value: Option<Value>) -> Option<Value> {
        let mut names = self.names.borrow_mut();
        match (names.position(name), value) {
            (Some(at), Some(value)) => Some(std::mem::replace(&mut names.items[at].1, value)),
            (Some(at), None) => {
                let (_, old) = names.items.remove(at);
                let Names { items, index } = &mut *names;
                index.clear();
                if items.len() >= INDEXED {
                    index.extend(items.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)));
                }
                Some(old)
            }
            (None, Some(value)) => {
                let Names { items, index } = &mut *names;
                items.push((name.clone(), value));
                if items.len() == INDEXED {
                    index.extend(items.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)));
                } else if items.len() > INDEXED {
                    index.insert(name.clone(), items.len() - 1);
                }
                None
            }
            (None, None) => None,
        }
    }

    /// All names with their values.
    pub fn items(&self) -> Vec<(Rc<str>, Value)> {
        self.names.borrow().items.clone()
    }
}
