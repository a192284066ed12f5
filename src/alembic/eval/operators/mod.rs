//! Operators, comparisons, and `value[key]`.

mod arithmetic;
mod compare;
mod subscript;

pub(super) use subscript::Slice;

use num_traits::{Signed, ToPrimitive};

use super::args::Args;
use super::convert::as_int;
use super::value::Value;
use super::{Eval, Vm};
use crate::pg::error::Reason;
use arithmetic::Number;

/// The methods behind the operators (Python reference, 3.3.8).
const DUNDER: &[(&str, &str, &str)] = &[
    ("+", "__add__", "__radd__"),
    ("-", "__sub__", "__rsub__"),
    ("*", "__mul__", "__rmul__"),
    ("@", "__matmul__", "__rmatmul__"),
    ("/", "__truediv__", "__rtruediv__"),
    ("%", "__mod__", "__rmod__"),
    ("**", "__pow__", "__rpow__"),
    ("<<", "__lshift__", "__rlshift__"),
    (">>", "__rshift__", "__rrshift__"),
    ("|", "__or__", "__ror__"),
    ("^", "__xor__", "__rxor__"),
    ("&", "__and__", "__rand__"),
    ("//", "__floordiv__", "__rfloordiv__"),
    ("==", "__eq__", "__eq__"),
    ("!=", "__ne__", "__ne__"),
    ("<", "__lt__", "__gt__"),
    ("<=", "__le__", "__ge__"),
    (">", "__gt__", "__lt__"),
    (">=", "__ge__", "__le__"),
];

impl Vm {
    /// `left op right`
    pub fn binary(&mut self, op: &str, left: &Value, right: &Value) -> Eval<Value> {
        if let Some(value) = self.built_in_binary(op, left, right)? {
            return Ok(value);
        }
        if let Some(value) = self.overloaded(op, left, right)? {
            return Ok(value);
        }
        if let Some(reason) = left.reason().or(right.reason()) {
            let is_text = left.known_parts().is_some() || right.known_parts().is_some();
            return Ok(Value::Unknown(match op {
                "+" if is_text => {
                    let part = |value: &Value| value.known_parts().unwrap_or(Reason::HOLE).to_owned();
                    reason.clone().with_text(part(left) + &part(right))
                }
                _ => reason.clone(),
            }));
        }
        // A member of a `str` enum adds like its text.
        if left.base().is_some() || right.base().is_some() {
            let a = left.base().unwrap_or(left).clone();
            let b = right.base().unwrap_or(right).clone();
            return self.binary(op, &a, &b);
        }
        // `int | None` in an annotation.
        if op == "|" && (left.as_class().is_some() || right.as_class().is_some()) {
            return Ok(super::stdlib::union(left, right));
        }
        if let Some(reason) =
            [left, right].into_iter().find_map(|side| self.may_have(side, &format!("the operator {op}")))
        {
            return Ok(Value::Unknown(reason));
        }
        let (left, right) = (self.type_name(left), self.type_name(right));
        if op == "+" && left == "str" {
            return Err(self.raise("TypeError", &format!("can only concatenate str (not \"{right}\") to str")));
        }
        let op = if op == "**" { "** or pow()" } else { op };
        Err(self.raise("TypeError", &format!("unsupported operand type(s) for {op}: '{left}' and '{right}'")))
    }

    /// Libraries come first, so that `unknown == column` is an expression of the library where that wants to know.
    fn overloaded(&mut self, op: &str, left: &Value, right: &Value) -> Eval<Option<Value>> {
        for (own, other, reflected) in [(left, right, false), (right, left, true)] {
            let Value::Native(native) = own else {
                continue;
            };
            if own.as_instance().is_some() {
                let Some((_, direct, swapped)) = DUNDER.iter().find(|(other, ..)| *other == op) else {
                    continue;
                };
                if let Some(method) = self.find_method(own, if reflected { swapped } else { direct })? {
                    let value = self.call(&method, Args::positional([other.clone()]))?;
                    if !self.is_not_implemented(&value) {
                        return Ok(Some(value));
                    }
                }
                continue;
            }
            if let Some(value) = native.clone().binary(self, op, other, reflected)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// `NotImplemented`: an operator's method that leaves the answer to the other side.
    pub fn not_implemented(&self) -> Value {
        self.builtins.get("NotImplemented").unwrap_or(Value::None)
    }

    fn is_not_implemented(&self, value: &Value) -> bool {
        self.builtins.get("NotImplemented").is_some_and(|other| other.is(value))
    }

    fn built_in_binary(&mut self, op: &str, left: &Value, right: &Value) -> Eval<Option<Value>> {
        Ok(Some(match (op, left, right) {
            ("+", Value::Str(a), Value::Str(b)) => {
                self.charge(a.len() + b.len())?;
                Value::str(format!("{a}{b}"))
            }
            ("%", Value::Str(text), value) => self.percent(text, value)?,
            ("%", Value::Bytes(_), _) => self.unknown("unsupported", "% of bytes is not evaluated"),
            ("+", Value::Bytes(a), Value::Bytes(b)) => Value::bytes([&**a, &**b].concat()),
            ("+", Value::Tuple(a), Value::Tuple(b)) => Value::tuple(a.iter().chain(b.iter()).cloned()),
            ("+", Value::List(a), Value::List(b)) => {
                if let Some(reason) = a.borrow().unknown.clone().or_else(|| b.borrow().unknown.clone()) {
                    return Ok(Some(Value::Unknown(reason)));
                }
                let items = [&a.borrow().items[..], &b.borrow().items[..]].concat();
                self.charge(items.len() * std::mem::size_of::<Value>())?;
                Value::list(items)
            }
            (
                "*",
                sequence @ (Value::Str(_) | Value::List(_) | Value::Tuple(_) | Value::Bytes(_)),
                Value::Int(_) | Value::Bool(_),
            ) => self.repeat(sequence, right)?,
            (
                "*",
                Value::Int(_) | Value::Bool(_),
                sequence @ (Value::Str(_) | Value::List(_) | Value::Tuple(_) | Value::Bytes(_)),
            ) => self.repeat(sequence, left)?,
            ("|", Value::Dict(a), Value::Dict(b)) => {
                let mut dict = a.borrow().clone();
                if let Some(reason) = b.borrow().unknown.clone() {
                    dict.forget(reason);
                }
                for (key, value) in b.borrow().iter() {
                    self.insert(&mut dict, key.clone(), value.clone())?;
                }
                Value::from(dict)
            }
            ("|" | "&" | "-" | "^", Value::Set(a), Value::Set(b)) => {
                let frozen = a.borrow().frozen;
                let (a, b) = (a.borrow().clone(), b.borrow().clone());
                super::methods::set_operation(op, &a.dict, &b.dict, frozen)
            }
            _ => match (Number::of(left), Number::of(right)) {
                (Some(a), Some(b)) => {
                    // `True | False` is a bool.
                    if let (Value::Bool(a), Value::Bool(b)) = (left, right) {
                        match op {
                            "|" => return Ok(Some(Value::Bool(a | b))),
                            "&" => return Ok(Some(Value::Bool(a & b))),
                            "^" => return Ok(Some(Value::Bool(a ^ b))),
                            _ => {}
                        }
                    }
                    return self.arithmetic(op, a, b);
                }
                _ => return Ok(None),
            },
        }))
    }

    fn repeat(&mut self, sequence: &Value, times: &Value) -> Eval<Value> {
        let times = as_int(times).unwrap_or_default();
        let times = if times.is_negative() { 0 } else { times.to_usize().unwrap_or(usize::MAX) };
        let size = match sequence {
            Value::Str(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Tuple(items) => items.len() * std::mem::size_of::<Value>(),
            Value::List(list) => list.borrow().items.len() * std::mem::size_of::<Value>(),
            _ => 0,
        };
        if size == 0 || times == 0 {
            return Ok(match sequence {
                Value::Str(_) => Value::str(""),
                Value::Bytes(_) => Value::bytes([]),
                Value::Tuple(_) => Value::tuple([]),
                Value::List(list) => match list.borrow().unknown.clone() {
                    Some(reason) => Value::Unknown(reason),
                    None => Value::list([]),
                },
                _ => Value::None,
            });
        }
        self.charge(size.saturating_mul(times))?;
        Ok(match sequence {
            Value::Str(text) => Value::str(text.repeat(times)),
            Value::Bytes(bytes) => Value::bytes(bytes.repeat(times)),
            Value::Tuple(items) => {
                Value::tuple(std::iter::repeat_n(items, times).flat_map(|items| items.iter().cloned()))
            }
            Value::List(list) => {
                let items = list.borrow().items.clone();
                Value::list(std::iter::repeat_n(items, times).flatten())
            }
            _ => Value::None,
        })
    }

    /// `target op= value`: lists, dicts and sets change in place.
    pub(super) fn in_place(&mut self, op: &str, target: &Value, value: &Value) -> Eval<Value> {
        match (op, target) {
            ("+", Value::List(list)) => {
                self.extend(list, value)?;
                return Ok(target.clone());
            }
            ("|", Value::Dict(dict)) => {
                self.update_dict(dict, value)?;
                return Ok(target.clone());
            }
            ("|" | "&" | "-" | "^", Value::Set(set)) if !set.borrow().frozen => {
                let new = self.binary(op, target, value)?;
                self.touch_set(set);
                match new {
                    Value::Set(new) => set.borrow_mut().dict = new.borrow().dict.clone(),
                    Value::Unknown(reason) => set.borrow_mut().dict.forget(reason),
                    _ => {}
                }
                return Ok(target.clone());
            }
            _ => {}
        }
        if target.as_instance().is_some() {
            let name = match op {
                "+" => "__iadd__",
                "-" => "__isub__",
                "|" => "__ior__",
                "*" => "__imul__",
                _ => "",
            };
            if let Some(method) = self.find_method(target, name)? {
                return self.call(&method, Args::positional([value.clone()]));
            }
        }
        self.binary(op, target, value)
    }

    /// `op value`
    pub(super) fn unary(&mut self, op: &str, value: &Value) -> Eval<Value> {
        match (op, value) {
            (_, Value::Unknown(_)) => return Ok(value.clone()),
            ("-", Value::Float(value)) => return Ok(Value::Float(-value)),
            ("+", Value::Float(_)) => return Ok(value.clone()),
            (_, Value::Int(_) | Value::Bool(_)) => {
                let number = as_int(value).unwrap_or_default();
                return Ok(Value::int(match op {
                    "-" => -number,
                    "~" => -number - 1,
                    _ => number,
                }));
            }
            (_, Value::Native(native)) => {
                let name = match op {
                    "-" => "__neg__",
                    "~" => "__invert__",
                    _ => "__pos__",
                };
                if let Some(method) = self.find_method(value, name)? {
                    return self.call(&method, Args::default());
                }
                if let Some(base) = value.base() {
                    return self.unary(op, &base.clone());
                }
                if let Some(value) = native.clone().unary(self, op)? {
                    return Ok(value);
                }
            }
            _ => {}
        }
        let class = self.type_name(value);
        self.refuse(value, &format!("the operator {op}"), &format!("bad operand type for unary {op}: '{class}'"))
    }
}
