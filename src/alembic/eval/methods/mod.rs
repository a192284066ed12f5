//! The methods of the built-in types: one table per type.

mod dict;
mod list;
mod number;
mod set;
mod str;

use super::args::Args;
use super::value::Value;
use super::{Eval, Vm};

pub(super) use self::set::operation as set_operation;

/// A method of a built-in value.
pub(super) type Method = fn(&mut Vm, &Value, Args) -> Eval<Value>;

/// The methods of one type.
pub(super) type Table = &'static [(&'static str, Method)];

/// The methods of a value's type.
pub(super) fn table(value: &Value) -> Option<Table> {
    Some(match value {
        Value::Str(_) => str::METHODS,
        Value::List(_) => list::METHODS,
        Value::Tuple(_) => list::TUPLE,
        Value::Dict(_) => dict::METHODS,
        Value::Set(_) => set::METHODS,
        Value::Bytes(_) => str::BYTES,
        Value::Int(_) | Value::Bool(_) => number::INT,
        Value::Float(_) => number::FLOAT,
        Value::None | Value::Native(_) | Value::Unknown(_) => return None,
    })
}

/// A method looked up on the type itself: `str.upper`, `dict.fromkeys`.
pub(super) fn unbound(class: &str, name: &str) -> Option<Value> {
    let table = match class {
        "str" => str::METHODS,
        "list" => list::METHODS,
        "tuple" => list::TUPLE,
        "dict" => dict::METHODS,
        "set" | "frozenset" => set::METHODS,
        "bytes" => str::BYTES,
        "int" => number::INT,
        "float" => number::FLOAT,
        _ => return None,
    };
    if (class, name) == ("dict", "fromkeys") {
        return Some(super::native::function(name, dict::from_keys));
    }
    let (_, method) = table.iter().find(|(other, _)| *other == name)?;
    let method = *method;
    Some(super::native::function(name, move |vm, mut args| {
        if args.positional.is_empty() {
            return Err(vm.raise("TypeError", "unbound method needs an argument"));
        }
        let receiver = args.positional.remove(0);
        let receiver = receiver.base().cloned().unwrap_or(receiver);
        if receiver.reason().is_some() {
            return Ok(receiver);
        }
        method(vm, &receiver, args)
    }))
}
