//! `==`, `<`, `is`, `in`, `not`.

use std::cmp::Ordering;
use std::rc::Rc;

use super::arithmetic::Number;
use crate::alembic::eval::args::Args;
use crate::alembic::eval::container::Key;
use crate::alembic::eval::convert::{Truth, unknown_inside};
use crate::alembic::eval::statement::doubtful;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Dict, Eval, Vm};
use crate::alembic::python::ast::CompareOp;

impl Vm {
    pub(in crate::alembic::eval) fn compare(&mut self, op: CompareOp, left: &Value, right: &Value) -> Eval<Value> {
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
                    let Some(other) = Key::of(key).and_then(|key| y.get(&key).cloned()) else {
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
                let in_y = |key: &Value| Key::of(key).is_some_and(|key| y.dict.get(&key).is_some());
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
            let subset = |a: &Dict, b: &Dict| a.keys().all(|key| Key::of(key).is_some_and(|key| b.get(&key).is_some()));
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
    pub(in crate::alembic::eval) fn order(
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
                let found = |dict: &Dict| match &dict.unknown {
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
        let rest = doubtful(container);
        for other in &rest {
            let equal = self.equals(other, item)?;
            if !matches!(self.truth(&equal)?, Truth::False) {
                return Ok(Value::Unknown(reason));
            }
        }
        Ok(if rest.is_empty() { Value::Unknown(reason) } else { found })
    }
}
