//! What changes under a condition, and what two sides of it agree on.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::container::{Dict, List, Namespace, Set};
use super::Value;
use crate::pg::error::Reason;

/// Something that changes, with a content that it has or had.
#[derive(Clone, Debug)]
pub(super) enum Write {
    Name(Rc<Namespace>, Rc<str>, Option<Value>),
    List(Rc<RefCell<List>>, List),
    Dict(Rc<RefCell<Dict>>, Dict),
    Set(Rc<RefCell<Set>>, Set),
}

impl Write {
    pub(super) fn place(&self) -> (usize, Option<Rc<str>>) {
        match self {
            Write::Name(namespace, name, _) => (Rc::as_ptr(namespace) as usize, Some(name.clone())),
            Write::List(list, _) => (Rc::as_ptr(list).cast::<()>() as usize, None),
            Write::Dict(dict, _) => (Rc::as_ptr(dict).cast::<()>() as usize, None),
            Write::Set(set, _) => (Rc::as_ptr(set).cast::<()>() as usize, None),
        }
    }

    /// The same place with what is there now.
    pub(super) fn current(&self) -> Write {
        match self {
            Write::Name(namespace, name, _) => Write::Name(namespace.clone(), name.clone(), namespace.get(name)),
            Write::List(list, _) => Write::List(list.clone(), list.borrow().clone()),
            Write::Dict(dict, _) => Write::Dict(dict.clone(), dict.borrow().clone()),
            Write::Set(set, _) => Write::Set(set.clone(), set.borrow().clone()),
        }
    }

    pub(super) fn put(self) {
        match self {
            Write::Name(namespace, name, value) => {
                namespace.set(&name, value);
            }
            Write::List(list, content) => *list.borrow_mut() = content,
            Write::Dict(dict, content) => *dict.borrow_mut() = content,
            Write::Set(set, content) => *set.borrow_mut() = content,
        }
    }

    pub(super) fn merge(self, other: &Write, reason: &Reason) -> Write {
        match (self, other) {
            (Write::Name(namespace, name, a), Write::Name(_, _, b)) => {
                let value = match (&a, b) {
                    (None, None) => None,
                    (Some(a), Some(b)) => Some(merge(a, b, reason)),
                    (None, Some(_)) | (Some(_), None) => Some(Value::Unknown(reason.clone())),
                };
                Write::Name(namespace, name, value)
            }
            (Write::List(list, a), Write::List(_, b)) => Write::List(list, merge_lists(a, b, reason)),
            (Write::Dict(dict, a), Write::Dict(_, b)) => Write::Dict(dict, merge_dicts(a, b, reason)),
            (Write::Set(set, mut a), Write::Set(_, b)) => {
                a.dict = merge_dicts(a.dict, &b.dict, reason);
                Write::Set(set, a)
            }
            // One place has one kind.
            (write, _) => write,
        }
    }
}

fn merge_lists(mut a: List, b: &List, reason: &Reason) -> List {
    if a.unknown.is_none() && b.unknown.is_none() && a.items.len() == b.items.len() {
        for (a, b) in a.items.iter_mut().zip(&b.items) {
            *a = merge(a, b, reason);
        }
        return a;
    }
    // What the one side has appended to is still there. A loop that takes items away gives no beginning: its body has run once,
    // and the next time it would take the next one.
    let kept = b.known_items();
    let grown = kept.len() <= a.known_items().len() && kept.iter().zip(a.known_items()).all(|(b, a)| same(a, b));
    let beginning = if grown { kept.to_vec() } else { Vec::new() };
    a.forget(b.unknown.clone().unwrap_or_else(|| reason.clone()));
    a.beginning = beginning;
    a
}

fn merge_dicts(mut a: Dict, b: &Dict, reason: &Reason) -> Dict {
    if let Some(unknown) = b.unknown.clone() {
        a.forget(unknown);
        return a;
    }
    let same_keys = a.len() == b.len() && a.keys().zip(b.keys()).all(|(a, b)| same(a, b));
    if !same_keys {
        a.forget(reason.clone());
        return a;
    }
    let unknown = a.unknown.clone();
    let items = a.iter().zip(b.iter()).map(|((key, a), (_, b))| (key.clone(), merge(a, b, reason)));
    let mut merged: Dict = items.collect();
    merged.unknown = unknown;
    merged
}

/// The value where one side gives `a` and the other `b`.
pub(in crate::alembic::eval) fn merge(a: &Value, b: &Value, reason: &Reason) -> Value {
    if same(a, b) { a.clone() } else { Value::Unknown(reason.clone()) }
}

/// Equal without running any code.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Unknown(_), Value::Unknown(_)) => true,
        (Value::Tuple(a), Value::Tuple(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b)),
        (Value::List(x), Value::List(y)) => {
            a.is(b) || {
                let (x, y) = (x.borrow(), y.borrow());
                // Lists inside lists could hold themselves.
                x.unknown.is_none()
                    && y.unknown.is_none()
                    && x.items.len() == y.items.len()
                    && x.items.iter().zip(&y.items).all(|(a, b)| a.is(b))
            }
        }
        _ => a.is(b),
    }
}
