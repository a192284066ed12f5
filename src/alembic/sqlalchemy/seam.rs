//! What this library asks of the interpreter, in one place.

use std::any::Any;
use std::rc::Rc;

use num_traits::ToPrimitive;

use super::Known;
use super::names::Name;
use crate::alembic::eval::{Args, Eval, Items, Native, Raise, Value, Vm};
use crate::pg::error::Reason;

/// The value as a native of type `T`.
pub fn native<T: Native>(value: &Value) -> Option<Rc<T>> {
    match value {
        Value::Native(native) => {
            let any: Rc<dyn Any> = native.clone();
            any.downcast::<T>().ok()
        }
        _ => None,
    }
}

/// An exception of that class, to be returned as an error.
pub fn raise(vm: &mut Vm, class: &str, message: &str) -> Raise {
    let _ = vm;
    Raise::Exception(Value::Native(Rc::new(super::exc::Exception { class: class.into(), message: message.into() })))
}

/// `value.name`; `None` if there is no such attribute.
pub fn attribute(vm: &mut Vm, value: &Value, name: &str) -> Eval<Option<Value>> {
    match value {
        Value::Native(native) => native.clone().get_attr(vm, name),
        Value::Unknown(_) => Ok(Some(value.clone())),
        _ => Ok(None),
    }
}

/// `value(*args, **kw)`.
pub fn call(vm: &mut Vm, value: &Value, args: Args) -> Eval<Value> {
    match value {
        Value::Native(native) => match native.clone().call(vm, args)? {
            Some(value) => Ok(value),
            None => Err(raise(vm, "TypeError", "not callable")),
        },
        _ => Err(raise(vm, "TypeError", "not callable")),
    }
}

/// The items of a list, tuple, set or dict (its keys), or of anything that can be iterated.
pub fn items(vm: &mut Vm, value: &Value) -> Known<Vec<Value>> {
    match vm.iterate(value)? {
        Items::Known(items) => Ok(items),
        Items::Unknown(reason) => Err(reason.into()),
    }
}

/// `bool(value)` of plain values; anything else that is not `None` counts as true.
pub fn truth(value: &Value) -> Result<bool, Reason> {
    match value {
        Value::None => Ok(false),
        Value::Bool(bool) => Ok(*bool),
        Value::Int(number) => Ok(number.to_i64() != Some(0)),
        Value::Float(number) => Ok(*number != 0.0),
        Value::Str(text) => Ok(!text.is_empty()),
        Value::Tuple(items) => Ok(!items.is_empty()),
        Value::List(list) => known(&list.borrow().unknown).map(|()| !list.borrow().items.is_empty()),
        Value::Set(set) => known(&set.borrow().dict.unknown).map(|()| !set.borrow().dict.is_empty()),
        Value::Dict(dict) => known(&dict.borrow().unknown).map(|()| !dict.borrow().is_empty()),
        Value::Bytes(bytes) => Ok(!bytes.is_empty()),
        Value::Native(_) => Ok(true),
        Value::Unknown(reason) => Err(reason.clone()),
    }
}

/// A `str`, or the reason why it is not one.
pub fn text(value: &Value, what: &str) -> Result<Rc<str>, Reason> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        Value::Unknown(reason) => Err(reason.clone()),
        _ => Err(Reason::new("argument", format!("{what} is no text"))),
    }
}

/// A whole number, or the reason why it is not one.
pub fn number(value: &Value, what: &str) -> Result<i64, Reason> {
    let found = match value {
        Value::Int(number) => number.to_i64(),
        Value::Bool(bool) => Some(i64::from(*bool)),
        Value::Unknown(reason) => return Err(reason.clone()),
        _ => None,
    };
    found.ok_or_else(|| Reason::new("argument", format!("{what} is no number")))
}

/// A `str` or `None`.
pub fn optional_text(value: &Value, what: &str) -> Result<Option<Rc<str>>, Reason> {
    match value {
        Value::None => Ok(None),
        value => text(value, what).map(Some),
    }
}

/// A `str`, also one that is a member of a `str` enum.
pub fn str_text(value: &Value, what: &str) -> Result<Rc<str>, Reason> {
    match super::names::name(value) {
        Ok(name) => Ok(name.text),
        Err(_) => text(value, what),
    }
}

/// The content of a container is known.
pub fn known(unknown: &Option<Reason>) -> Result<(), Reason> {
    match unknown {
        Some(reason) => Err(reason.clone()),
        None => Ok(()),
    }
}

/// The items of a list or tuple.
pub fn sequence(value: &Value, what: &str) -> Result<Vec<Value>, Reason> {
    match value {
        Value::List(list) => known(&list.borrow().unknown).map(|()| list.borrow().items.clone()),
        Value::Set(set) => known(&set.borrow().dict.unknown).map(|()| set.borrow().dict.keys().cloned().collect()),
        Value::Tuple(items) => Ok(items.to_vec()),
        Value::Unknown(reason) => Err(reason.clone()),
        _ => Err(Reason::new("argument", format!("{what} is no list"))),
    }
}

/// A list of texts.
pub fn texts(value: &Value, what: &str) -> Result<Vec<Rc<str>>, Reason> {
    sequence(value, what)?.iter().map(|item| text(item, what)).collect()
}

/// A name, or a list of names.
pub fn names(value: &Value, what: &str) -> Result<Vec<Name>, Reason> {
    match value {
        Value::List(_) | Value::Tuple(_) => sequence(value, what)?.iter().map(super::names::name).collect(),
        one => Ok(vec![super::names::name(one)?]),
    }
}

/// A value as messages show it.
pub fn repr(vm: &mut Vm, value: &Value) -> String {
    let _ = vm;
    format!("{value:?}")
}

/// `str(value)` of a library value that stands for one literal (dates, UUIDs, members of enums).
pub fn shown(vm: &mut Vm, native: &Rc<dyn Native>) -> Eval<Option<Rc<str>>> {
    match native.clone().str(vm)? {
        Some(Value::Str(text)) => Ok(Some(text)),
        _ => Ok(None),
    }
}
