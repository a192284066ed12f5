//! Operators, comparisons, and `value[key]`.

use std::cmp::Ordering;
use std::rc::Rc;

use num_bigint::{BigInt, Sign};
use num_traits::{Signed, ToPrimitive, Zero};

use super::args::Args;
use super::convert::{Truth, as_int, unknown_inside};
use super::native::Native;
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::alembic::python::ast::CompareOp;
use crate::pg::error::Reason;

/// `lower:upper:step`
#[derive(Debug)]
pub(super) struct Slice {
    pub lower: Value,
    pub upper: Value,
    pub step: Value,
}

impl Native for Slice {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "slice"
    }
}

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

/// More bits than this no number may have.
const BITS: u64 = 1 << 20;

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

    fn arithmetic(&mut self, op: &str, a: Number, b: Number) -> Eval<Option<Value>> {
        let (a, b) = match (a, b) {
            (Number::Int(a), Number::Int(b)) => return self.integers(op, a, b),
            (a, b) => (a.float(), b.float()),
        };
        if matches!(op, "/" | "//" | "%") && b == 0.0 {
            let text = if op == "/" { "float division by zero" } else { "float floor division by zero" };
            return Err(self.raise("ZeroDivisionError", text));
        }
        Ok(Some(Value::Float(match op {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => (a / b).floor(),
            "%" => a - b * (a / b).floor(),
            "**" => a.powf(b),
            _ => return Ok(None),
        })))
    }

    fn integers(&mut self, op: &str, a: BigInt, b: BigInt) -> Eval<Option<Value>> {
        if matches!(op, "/" | "//" | "%") && b.is_zero() {
            let text = if op == "/" { "division by zero" } else { "integer division or modulo by zero" };
            return Err(self.raise("ZeroDivisionError", text));
        }
        let too_large = |vm: &Vm| vm.stop("bound-memory", "the code makes a number that is too large");
        Ok(Some(Value::int(match op {
            "+" => a + b,
            "-" => a - b,
            "*" => {
                if a.bits() + b.bits() > BITS {
                    return Err(too_large(self));
                }
                a * b
            }
            "/" => return Ok(Some(Value::Float(a.to_f64().unwrap_or(f64::NAN) / b.to_f64().unwrap_or(f64::NAN)))),
            "//" => floor_div(&a, &b),
            "%" => {
                let quotient = floor_div(&a, &b);
                a - quotient * b
            }
            "**" => {
                if b.is_negative() {
                    return Ok(Some(Value::Float(a.to_f64().unwrap_or(f64::NAN).powf(b.to_f64().unwrap_or(f64::NAN)))));
                }
                match b.to_u32() {
                    Some(exponent) if a.bits().saturating_mul(u64::from(exponent)) <= BITS => a.pow(exponent),
                    // Powers of 0, 1 and -1 stay small.
                    _ if a.bits() <= 1 => match (a.sign(), b.bit(0)) {
                        (Sign::Minus, false) => -a,
                        _ => a,
                    },
                    _ => return Err(too_large(self)),
                }
            }
            "<<" | ">>" if b.is_negative() => return Err(self.raise("ValueError", "negative shift count")),
            "<<" => match b.to_u64() {
                Some(shift) if shift + a.bits() <= BITS => a << shift,
                _ if a.is_zero() => a,
                _ => return Err(too_large(self)),
            },
            ">>" => match b.to_u64() {
                Some(shift) => a >> shift.min(BITS * 2),
                None if a.is_negative() => BigInt::from(-1),
                None => BigInt::zero(),
            },
            "|" => a | b,
            "&" => a & b,
            "^" => a ^ b,
            _ => return Ok(None),
        })))
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

    pub(super) fn compare(&mut self, op: CompareOp, left: &Value, right: &Value) -> Eval<Value> {
        match op {
            CompareOp::Is | CompareOp::IsNot => {
                // A `None` is known not to be what has a kind of its own.
                if let Some(reason) = left.reason().or(right.reason()) {
                    return Ok(Value::Unknown(reason.clone()));
                }
                Ok(Value::Bool(left.is(right) == (op == CompareOp::Is)))
            }
            CompareOp::In => self.contains(right, left),
            CompareOp::NotIn => {
                let value = self.contains(right, left)?;
                self.not(&value)
            }
            CompareOp::Eq => self.equals(left, right),
            CompareOp::NotEq => {
                if let Some(value) = self.overloaded("!=", left, right)? {
                    return Ok(value);
                }
                let value = self.equals(left, right)?;
                self.not(&value)
            }
            CompareOp::Lt | CompareOp::LtE | CompareOp::Gt | CompareOp::GtE => self.ordered(op, left, right),
        }
    }

    /// `not value`
    pub fn not(&mut self, value: &Value) -> Eval<Value> {
        Ok(match self.truth(value)? {
            Truth::True => Value::Bool(false),
            Truth::False => Value::Bool(true),
            Truth::Unknown(reason) => Value::Unknown(reason),
        })
    }

    /// `a == b`: a `bool`, unknown, or whatever a library's `__eq__` gives.
    pub fn equals(&mut self, a: &Value, b: &Value) -> Eval<Value> {
        if let (Value::Native(_), _) | (_, Value::Native(_)) = (a, b) {
            if let Some(value) = self.overloaded("==", a, b)? {
                return Ok(value);
            }
            if let Some(reason) = a.reason().or(b.reason()) {
                return Ok(Value::Unknown(reason.clone()));
            }
            // Members of a plain enum equal only themselves; those with a base equal what it equals.
            return match (a.base().cloned(), b.base().cloned()) {
                (None, None) => Ok(Value::Bool(a.is(b))),
                (x, y) => {
                    let x = x.unwrap_or_else(|| a.clone());
                    let y = y.unwrap_or_else(|| b.clone());
                    self.equals(&x, &y)
                }
            };
        }
        self.deeper(|vm| vm.built_in_equals(a, b))
    }

    fn built_in_equals(&mut self, a: &Value, b: &Value) -> Eval<Value> {
        let equal = match (a, b) {
            (Value::Unknown(reason), _) | (_, Value::Unknown(reason)) => return Ok(Value::Unknown(reason.clone())),
            (Value::Tuple(x), Value::Tuple(y)) => return self.all_equal(&x.clone(), &y.clone()),
            (Value::List(x), Value::List(y)) => {
                if Rc::ptr_eq(x, y) {
                    return Ok(Value::Bool(true));
                }
                if let Some(reason) = x.borrow().unknown.clone().or_else(|| y.borrow().unknown.clone()) {
                    return Ok(Value::Unknown(reason));
                }
                let (x, y) = (x.borrow().items.clone(), y.borrow().items.clone());
                return self.all_equal(&x, &y);
            }
            (Value::Dict(x), Value::Dict(y)) => {
                if let Some(reason) = x.borrow().unknown.clone().or_else(|| y.borrow().unknown.clone()) {
                    return Ok(Value::Unknown(reason));
                }
                let (x, y) = (x.borrow().clone(), y.borrow().clone());
                if x.len() != y.len() {
                    return Ok(Value::Bool(false));
                }
                let mut pairs = (Vec::new(), Vec::new());
                for (key, value) in x.iter() {
                    let Some(other) = super::container::Key::of(key).and_then(|key| y.get(&key).cloned()) else {
                        return Ok(Value::Bool(false));
                    };
                    pairs.0.push(value.clone());
                    pairs.1.push(other);
                }
                return self.all_equal(&pairs.0, &pairs.1);
            }
            (Value::Set(x), Value::Set(y)) => {
                let (x, y) = (x.borrow(), y.borrow());
                if let Some(reason) = x.dict.unknown.clone().or_else(|| y.dict.unknown.clone()) {
                    return Ok(Value::Unknown(reason));
                }
                let in_y = |key: &Value| super::container::Key::of(key).is_some_and(|key| y.dict.get(&key).is_some());
                x.dict.len() == y.dict.len() && x.dict.keys().all(in_y)
            }
            _ => match (Number::of(a), Number::of(b)) {
                (Some(Number::Int(x)), Some(Number::Int(y))) => x == y,
                (Some(x), Some(y)) => x.float() == y.float(),
                _ => a.is(b),
            },
        };
        Ok(Value::Bool(equal))
    }

    fn all_equal(&mut self, a: &[Value], b: &[Value]) -> Eval<Value> {
        if a.len() != b.len() {
            return Ok(Value::Bool(false));
        }
        let mut unknown = None;
        for (a, b) in a.iter().zip(b) {
            let equal = self.equals(a, b)?;
            match self.truth(&equal)? {
                Truth::True => {}
                Truth::False => return Ok(Value::Bool(false)),
                Truth::Unknown(reason) => unknown = Some(reason),
            }
        }
        Ok(unknown.map_or(Value::Bool(true), Value::Unknown))
    }

    fn ordered(&mut self, op: CompareOp, left: &Value, right: &Value) -> Eval<Value> {
        if let Some(value) = self.overloaded(op.text(), left, right)? {
            return Ok(value);
        }
        if let (Value::Set(x), Value::Set(y)) = (left, right) {
            let (x, y) = (x.borrow(), y.borrow());
            if let Some(reason) = x.dict.unknown.clone().or_else(|| y.dict.unknown.clone()) {
                return Ok(Value::Unknown(reason));
            }
            let subset = |a: &super::Dict, b: &super::Dict| {
                a.keys().all(|key| super::container::Key::of(key).is_some_and(|key| b.get(&key).is_some()))
            };
            return Ok(Value::Bool(match op {
                CompareOp::Lt => subset(&x.dict, &y.dict) && x.dict.len() < y.dict.len(),
                CompareOp::LtE => subset(&x.dict, &y.dict),
                CompareOp::Gt => subset(&y.dict, &x.dict) && y.dict.len() < x.dict.len(),
                _ => subset(&y.dict, &x.dict),
            }));
        }
        match self.order(left, right, op.text())? {
            Ok(order) => Ok(Value::Bool(match (op, order) {
                // Comparisons with NaN are false.
                (_, None) => false,
                (CompareOp::Lt, Some(order)) => order == Ordering::Less,
                (CompareOp::LtE, Some(order)) => order != Ordering::Greater,
                (CompareOp::Gt, Some(order)) => order == Ordering::Greater,
                (_, Some(order)) => order != Ordering::Less,
            })),
            Err(reason) => Ok(Value::Unknown(reason)),
        }
    }

    /// The order of two built-in values; `Err` in `Ok`: not known.
    pub(super) fn order(
        &mut self,
        a: &Value,
        b: &Value,
        op: &str,
    ) -> Eval<Result<Option<Ordering>, crate::pg::error::Reason>> {
        if let Some(reason) = unknown_inside(a).or_else(|| unknown_inside(b)) {
            return Ok(Err(reason));
        }
        let order = match (a, b) {
            (Value::Str(a), Value::Str(b)) => Some(a.cmp(b)),
            (Value::Bytes(a), Value::Bytes(b)) => Some(a.cmp(b)),
            (Value::Tuple(x), Value::Tuple(y)) => return self.order_of_all(&x.clone(), &y.clone(), op),
            (Value::List(x), Value::List(y)) => {
                if let Some(reason) = x.borrow().unknown.clone().or_else(|| y.borrow().unknown.clone()) {
                    return Ok(Err(reason));
                }
                let (x, y) = (x.borrow().items.clone(), y.borrow().items.clone());
                return self.order_of_all(&x, &y, op);
            }
            _ => match (Number::of(a), Number::of(b)) {
                (Some(Number::Int(a)), Some(Number::Int(b))) => Some(a.cmp(&b)),
                (Some(a), Some(b)) => a.float().partial_cmp(&b.float()),
                _ => {
                    if a.base().is_some() || b.base().is_some() {
                        let a = a.base().unwrap_or(a).clone();
                        let b = b.base().unwrap_or(b).clone();
                        return self.order(&a, &b, op);
                    }
                    let (a, b) = (self.type_name(a), self.type_name(b));
                    let text = format!("'{op}' not supported between instances of '{a}' and '{b}'");
                    return Err(self.raise("TypeError", &text));
                }
            },
        };
        Ok(Ok(order))
    }

    fn order_of_all(
        &mut self,
        a: &[Value],
        b: &[Value],
        op: &str,
    ) -> Eval<Result<Option<Ordering>, crate::pg::error::Reason>> {
        for (x, y) in a.iter().zip(b) {
            let equal = self.equals(x, y)?;
            match self.truth(&equal)? {
                Truth::True => {}
                Truth::False => return self.deeper(|vm| vm.order(x, y, op)),
                Truth::Unknown(reason) => return Ok(Err(reason)),
            }
        }
        Ok(Ok(Some(a.len().cmp(&b.len()))))
    }

    /// `item in container`
    pub fn contains(&mut self, container: &Value, item: &Value) -> Eval<Value> {
        match container {
            Value::Unknown(_) => return Ok(container.clone()),
            Value::Str(text) => {
                return match item {
                    Value::Unknown(_) => Ok(item.clone()),
                    item => match item.as_str() {
                        Some(part) => Ok(Value::Bool(text.contains(part))),
                        None => {
                            let class = self.type_name(item);
                            let text = format!("'in <string>' requires string as left operand, not {class}");
                            Err(self.raise("TypeError", &text))
                        }
                    },
                };
            }
            Value::Dict(_) | Value::Set(_) => {
                let key = match self.key(item)? {
                    Ok(key) => key,
                    Err(reason) => return Ok(Value::Unknown(reason)),
                };
                let found = |dict: &super::Dict| match &dict.unknown {
                    Some(reason) => Value::Unknown(reason.clone()),
                    None => Value::Bool(dict.get(&key).is_some()),
                };
                return Ok(match container {
                    Value::Dict(dict) => found(&dict.borrow()),
                    Value::Set(set) => found(&set.borrow().dict),
                    _ => Value::Bool(false),
                });
            }
            Value::Native(native) => {
                if let Some(method) = self.find_method(container, "__contains__")? {
                    return self.call(&method, Args::positional([item.clone()]));
                }
                if let Some(base @ (Value::Str(_) | Value::Dict(_))) = container.base() {
                    return self.contains(&base.clone(), item);
                }
                if container.as_instance().is_none()
                    && let Some(value) = native.clone().binary(self, "in", item, true)?
                {
                    return Ok(value);
                }
            }
            _ => {}
        }
        let mut found = Value::Bool(false);
        let unknown = self.for_each(container, &mut |vm, other| {
            let equal = vm.equals(&other, item)?;
            Ok(match vm.truth(&equal)? {
                Truth::True => {
                    found = Value::Bool(true);
                    false
                }
                Truth::False => true,
                Truth::Unknown(reason) => {
                    found = Value::Unknown(reason);
                    true
                }
            })
        })?;
        let Some(reason) = unknown.filter(|_| matches!(found, Value::Bool(false))) else { return Ok(found) };
        let rest = super::statement::doubtful(container);
        for other in &rest {
            let equal = self.equals(other, item)?;
            if !matches!(self.truth(&equal)?, Truth::False) {
                return Ok(Value::Unknown(reason));
            }
        }
        Ok(if rest.is_empty() { Value::Unknown(reason) } else { found })
    }

    /// `value[key]`
    pub fn get_item(&mut self, value: &Value, key: Value) -> Eval<Value> {
        if let Value::Unknown(reason) = value {
            return Ok(Value::Unknown(reason.clone()));
        }
        if let Value::Dict(dict) = value {
            let hash = match self.key(&key)? {
                Ok(hash) => hash,
                Err(reason) => return Ok(Value::Unknown(reason)),
            };
            let dict = dict.borrow();
            if let Some(reason) = &dict.unknown {
                return Ok(Value::Unknown(reason.clone()));
            }
            if let Some(value) = dict.get(&hash) {
                return Ok(value.clone());
            }
            drop(dict);
            return Err(self.key_error(&key));
        }
        if let Value::Native(native) = value {
            if let Some(method) = self.find_method(value, "__getitem__")? {
                return self.call(&method, Args::positional([key]));
            }
            if let Some(class) = value.as_class() {
                return self.class_item(value, &class, key);
            }
            if let Some(base) = value.base() {
                return self.get_item(&base.clone(), key);
            }
            if let Some(value) = native.clone().get_item(self, key)? {
                return Ok(value);
            }
            return self.not_subscriptable(value);
        }
        if let Some(slice) = key.downcast::<Slice>() {
            return self.sliced(value, &slice);
        }
        if let Value::Unknown(_) = key {
            return Ok(key);
        }
        let items: Vec<Value> = match value {
            Value::Tuple(items) => return self.at_index(items, &key, "tuple"),
            Value::List(list) => {
                if let Some(reason) = &list.borrow().unknown {
                    return Ok(Value::Unknown(reason.clone()));
                }
                let list = list.clone();
                let items = list.borrow();
                return self.at_index(&items.items, &key, "list");
            }
            Value::Str(text) => text.chars().map(|char| Value::str(char.to_string())).collect(),
            Value::Bytes(bytes) => bytes.iter().map(|&byte| Value::int(byte)).collect(),
            _ => return self.not_subscriptable(value),
        };
        self.at_index(&items, &key, if matches!(value, Value::Str(_)) { "string" } else { "index" })
    }

    fn class_item(&mut self, value: &Value, class: &Rc<super::Class>, key: Value) -> Eval<Value> {
        if class.derives_from("enum.Enum")
            && let Some(members) = class.find("__members__")
        {
            return self.get_item(&members, key);
        }
        if let Some(method) = class.find("__class_getitem__") {
            let method = match method.downcast_ref::<super::function::ClassMethod>() {
                Some(method) => method.0.clone(),
                None => method,
            };
            return self.call(&method, Args::positional([value.clone(), key]));
        }
        // `list[int]`, `Mapped[str]` of a class of the project.
        Ok(super::stdlib::alias(value.clone(), key))
    }

    pub(super) fn key_error(&mut self, key: &Value) -> Raise {
        let class = self.class_value("KeyError");
        match self.call(&class, Args::positional([key.clone()])) {
            Ok(exception) => self.raise_value(exception),
            Err(raise) => raise,
        }
    }

    fn not_subscriptable(&mut self, value: &Value) -> Eval<Value> {
        let class = self.type_name(value);
        self.refuse(value, "an item", &format!("'{class}' object is not subscriptable"))
    }

    fn at_index(&mut self, items: &[Value], key: &Value, what: &str) -> Eval<Value> {
        match self.index(items.len(), key, what)? {
            Some(at) => Ok(items[at].clone()),
            None => Err(self.raise("IndexError", &format!("{what} index out of range"))),
        }
    }

    /// A position in a sequence of a length; `None` is out of range.
    pub(super) fn index(&mut self, length: usize, key: &Value, what: &str) -> Eval<Option<usize>> {
        let Some(index) = as_int(key) else {
            let class = self.type_name(key);
            let text = format!("{what} indices must be integers or slices, not {class}");
            return Err(self.raise("TypeError", &text));
        };
        let index = if index.is_negative() { index + length } else { index };
        Ok(index.to_usize().filter(|&at| at < length))
    }

    fn sliced(&mut self, value: &Value, slice: &Slice) -> Eval<Value> {
        if let Some(reason) = [&slice.lower, &slice.upper, &slice.step].into_iter().find_map(|part| part.reason()) {
            return Ok(Value::Unknown(reason.clone()));
        }
        match value {
            Value::Str(text) => {
                let chars: Vec<char> = text.chars().collect();
                let picked = self.positions(chars.len(), slice)?;
                Ok(Value::str(picked.into_iter().map(|at| chars[at]).collect::<String>()))
            }
            Value::Bytes(bytes) => {
                let picked = self.positions(bytes.len(), slice)?;
                Ok(Value::bytes(picked.into_iter().map(|at| bytes[at]).collect::<Vec<u8>>()))
            }
            Value::Tuple(items) => {
                let picked = self.positions(items.len(), slice)?;
                Ok(Value::tuple(picked.into_iter().map(|at| items[at].clone())))
            }
            Value::List(list) => {
                if let Some(reason) = &list.borrow().unknown {
                    return Ok(Value::Unknown(reason.clone()));
                }
                let items = list.borrow().items.clone();
                let picked = self.positions(items.len(), slice)?;
                Ok(Value::list(picked.into_iter().map(|at| items[at].clone())))
            }
            _ => self.not_subscriptable(value),
        }
    }

    /// The positions that a slice picks, in its order.
    pub(super) fn positions(&mut self, length: usize, slice: &Slice) -> Eval<Vec<usize>> {
        let length = length as i64;
        let part = |vm: &mut Vm, value: &Value| match value {
            Value::None => Ok(None),
            value => match as_int(value) {
                Some(number) => {
                    let least = if number.is_negative() { i64::MIN / 4 } else { i64::MAX / 4 };
                    Ok(Some(number.to_i64().unwrap_or(least).clamp(i64::MIN / 4, i64::MAX / 4)))
                }
                None => {
                    let text = "slice indices must be integers or None or have an __index__ method";
                    Err(vm.raise("TypeError", text))
                }
            },
        };
        let step = part(self, &slice.step)?.unwrap_or(1);
        let (lower, upper) = (part(self, &slice.lower)?, part(self, &slice.upper)?);
        if step == 0 {
            return Err(self.raise("ValueError", "slice step cannot be zero"));
        }
        let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let place = |at: i64| (if at < 0 { at + length } else { at }).clamp(least, most);
        let mut at = lower.map_or(if step > 0 { least } else { most }, place);
        let end = upper.map_or(if step > 0 { most } else { least }, place);
        let mut picked = Vec::new();
        while if step > 0 { at < end } else { at > end } {
            picked.push(at as usize);
            at += step;
        }
        Ok(picked)
    }

    /// `value[key] = new`
    pub fn set_item(&mut self, value: &Value, key: Value, new: Value) -> Eval<()> {
        match value {
            Value::Unknown(_) => Ok(()),
            Value::Dict(dict) => {
                self.touch_dict(dict);
                match self.key(&key)? {
                    Ok(_) => {
                        self.charge(48)?;
                        if dict.borrow().unknown.is_none() {
                            dict.borrow_mut().insert(key, new);
                        }
                    }
                    Err(reason) => dict.borrow_mut().forget(reason),
                }
                Ok(())
            }
            Value::List(list) => {
                self.touch_list(list);
                if list.borrow().unknown.is_some() {
                    return Ok(());
                }
                if let Some(slice) = key.downcast::<Slice>() {
                    return self.set_slice(list, &slice, &new);
                }
                if let Value::Unknown(reason) = key {
                    list.borrow_mut().forget(reason);
                    return Ok(());
                }
                let length = list.borrow().items.len();
                match self.index(length, &key, "list")? {
                    Some(at) => {
                        list.borrow_mut().items[at] = new;
                        Ok(())
                    }
                    None => Err(self.raise("IndexError", "list assignment index out of range")),
                }
            }
            Value::Native(native) => {
                if let Some(method) = self.find_method(value, "__setitem__")? {
                    self.call(&method, Args::positional([key, new]))?;
                    return Ok(());
                }
                if let Some(base @ Value::Dict(_)) = value.base() {
                    return self.set_item(&base.clone(), key, new);
                }
                if native.clone().set_item(self, key, new)? {
                    return Ok(());
                }
                Err(self.no_item_assignment(value))
            }
            _ => Err(self.no_item_assignment(value)),
        }
    }

    fn no_item_assignment(&mut self, value: &Value) -> Raise {
        let class = self.type_name(value);
        self.cannot(value, "setting an item", &format!("'{class}' object does not support item assignment"))
    }

    fn set_slice(&mut self, list: &Rc<std::cell::RefCell<super::List>>, slice: &Slice, new: &Value) -> Eval<()> {
        let new = match self.iterate(new)? {
            super::Items::Known(items) => items,
            super::Items::Unknown(reason) => {
                list.borrow_mut().forget(reason);
                return Ok(());
            }
        };
        let length = list.borrow().items.len();
        let picked = self.positions(length, slice)?;
        if !slice.step.is_none() {
            if picked.len() != new.len() {
                return Err(self.raise("ValueError", "attempt to assign sequence to extended slice"));
            }
            for (at, value) in picked.into_iter().zip(new) {
                list.borrow_mut().items[at] = value;
            }
            return Ok(());
        }
        let start = match picked.first() {
            Some(&first) => first,
            None => {
                let only_lower = Slice { lower: slice.lower.clone(), upper: Value::None, step: Value::None };
                self.positions(length, &only_lower)?.first().copied().unwrap_or(length)
            }
        };
        list.borrow_mut().items.splice(start..start + picked.len(), new);
        Ok(())
    }

    /// `del value[key]`
    pub(super) fn delete_item(&mut self, value: &Value, key: Value) -> Eval<()> {
        match value {
            Value::Unknown(_) => Ok(()),
            Value::Dict(dict) => {
                self.touch_dict(dict);
                match self.key(&key)? {
                    Ok(hash) => {
                        if dict.borrow().unknown.is_some() || dict.borrow_mut().remove(&hash).is_some() {
                            return Ok(());
                        }
                        Err(self.key_error(&key))
                    }
                    Err(reason) => {
                        dict.borrow_mut().forget(reason);
                        Ok(())
                    }
                }
            }
            Value::List(list) => {
                self.touch_list(list);
                if let Value::Unknown(reason) = key {
                    list.borrow_mut().forget(reason);
                    return Ok(());
                }
                let length = list.borrow().items.len();
                if let Some(slice) = key.downcast::<Slice>() {
                    let mut picked = self.positions(length, &slice)?;
                    picked.sort_unstable();
                    for at in picked.into_iter().rev() {
                        list.borrow_mut().items.remove(at);
                    }
                    return Ok(());
                }
                match self.index(length, &key, "list")? {
                    Some(at) => {
                        list.borrow_mut().items.remove(at);
                        Ok(())
                    }
                    None if list.borrow().unknown.is_some() => Ok(()),
                    None => Err(self.raise("IndexError", "list assignment index out of range")),
                }
            }
            _ => {
                if let Some(method) = self.find_method(value, "__delitem__")? {
                    self.call(&method, Args::positional([key]))?;
                    return Ok(());
                }
                if let Some(base @ Value::Dict(_)) = value.base() {
                    return self.delete_item(&base.clone(), key);
                }
                let class = self.type_name(value);
                Err(self.raise("TypeError", &format!("'{class}' object doesn't support item deletion")))
            }
        }
    }
}

enum Number {
    Int(BigInt),
    Float(f64),
}

impl Number {
    fn of(value: &Value) -> Option<Number> {
        match value {
            Value::Int(value) => Some(Number::Int((**value).clone())),
            Value::Bool(value) => Some(Number::Int(BigInt::from(u8::from(*value)))),
            Value::Float(value) => Some(Number::Float(*value)),
            _ => None,
        }
    }

    fn float(&self) -> f64 {
        match self {
            Number::Int(value) => value.to_f64().unwrap_or(f64::NAN),
            Number::Float(value) => *value,
        }
    }
}

/// Python rounds towards minus infinity.
pub(super) fn floor_div(a: &BigInt, b: &BigInt) -> BigInt {
    let quotient = a / b;
    let rest = a % b;
    if !rest.is_zero() && (rest.sign() == Sign::Minus) != (b.sign() == Sign::Minus) { quotient - 1 } else { quotient }
}
