//! Expressions.

use super::container::Dict;
use super::convert::Truth;
use super::flow::{Flow, merge};
use super::format::{known_in_part, leave_open};
use super::operators::Slice;
use super::scope::Frame;
use super::value::Value;
use super::{Eval, Items, Vm};
use crate::alembic::python::ast::{BinaryOp, CompareOp, Conditional, Constant, Expr, ExprKind, FPart, UnaryOp};
use crate::pg::error::Reason;

impl Vm {
    pub(super) fn expr(&mut self, frame: &mut Frame<'_>, expr: &Expr) -> Eval<Value> {
        match &expr.kind {
            // Leaves need no room of their own.
            ExprKind::Constant(constant) => Ok(self.constant(constant)),
            ExprKind::Name(name) => self.load_name(frame, name),
            _ => {
                self.tick()?;
                self.deeper(|vm| vm.inner_expr(frame, expr))
            }
        }
    }

    fn inner_expr(&mut self, frame: &mut Frame<'_>, expr: &Expr) -> Eval<Value> {
        match &expr.kind {
            ExprKind::Constant(constant) => Ok(self.constant(constant)),
            ExprKind::Name(name) => self.load_name(frame, name),
            ExprKind::Call(call) => self.call_expr(frame, call, false),
            ExprKind::Attribute { value, attr } => {
                let value = self.expr(frame, value)?;
                self.needs_attribute(&value, attr);
                self.get_attr(&value, attr)
            }
            ExprKind::Tuple(items) => self.tuple_expr(frame, items),
            ExprKind::List(items) => self.list_expr(frame, items),
            ExprKind::Set(items) => self.set_expr(frame, items),
            ExprKind::Dict(items) => self.dict_expr(frame, items),
            ExprKind::Subscript { value, index } => {
                let value = self.expr(frame, value)?;
                let index = self.expr(frame, index)?;
                self.set_place(expr.span);
                self.may_lack(&value, &index);
                self.needs_item(&value, &index);
                self.get_item(&value, index)
            }
            ExprKind::Slice { lower, upper, step } => {
                let mut part = |vm: &mut Vm, part: &Option<Box<Expr>>| match part {
                    Some(part) => vm.expr(frame, part),
                    None => Ok(Value::None),
                };
                let (lower, upper, step) = (part(self, lower)?, part(self, upper)?, part(self, step)?);
                Ok(Value::native(Slice { lower, upper, step }))
            }
            ExprKind::Binary { .. } => self.binary_chain(frame, expr),
            ExprKind::Unary { op, operand } => self.unary_expr(frame, *op, operand),
            ExprKind::And(values) => self.logical(frame, values, true),
            ExprKind::Or(values) => self.logical(frame, values, false),
            ExprKind::Compare { left, rest } => {
                let value = self.comparison(frame, left, rest)?;
                Ok(self.supposed(expr.span, value))
            }
            ExprKind::Conditional(conditional) => self.conditional(frame, conditional),
            ExprKind::Lambda(def) => self.new_function(frame, def),
            ExprKind::Comprehension(def) => self.comprehension(frame, def),
            ExprKind::FString(parts) => self.f_string(frame, parts),
            ExprKind::Walrus { target, value } => {
                let value = self.expr(frame, value)?;
                self.assign_name(frame, target, value.clone())?;
                Ok(value)
            }
            ExprKind::Starred(_) => Err(self.raise("SyntaxError", "can't use starred expression here")),
            ExprKind::Yield(value) => {
                let value = match value {
                    Some(value) => self.expr(frame, value)?,
                    None => Value::None,
                };
                self.yield_value(frame, value)
            }
            ExprKind::YieldFrom(value) => {
                let value = self.expr(frame, value)?;
                let unknown = self.for_each(&value, &mut |vm, item| vm.yield_value(frame, item).map(|_| true))?;
                match unknown {
                    Some(reason) => self.maybe_yield(frame, reason),
                    None => Ok(Value::None),
                }
            }
            ExprKind::Await(value) => {
                let value = self.expr(frame, value)?;
                self.wait_for(&value)
            }
        }
    }

    fn maybe_yield(&mut self, frame: &mut Frame<'_>, reason: Reason) -> Eval<Value> {
        self.maybe(frame, reason.clone(), |vm, frame| {
            vm.yield_value(frame, Value::Unknown(reason.clone()))?;
            Ok(Flow::Normal)
        })?;
        Ok(Value::None)
    }

    pub(super) fn constant(&self, constant: &Constant) -> Value {
        match constant {
            Constant::None => Value::None,
            Constant::Bool(value) => Value::Bool(*value),
            Constant::Int(value) => Value::Int(value.clone()),
            Constant::Float(value) => Value::Float(*value),
            Constant::Complex => self.unknown("unsupported", "complex numbers are not evaluated"),
            Constant::Str(text) => Value::Str(text.clone()),
            Constant::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Constant::Ellipsis => self.builtins.get("Ellipsis").unwrap_or(Value::None),
        }
    }

    /// The items of a display; `*unknown` in it makes all of it unknown.
    fn display(&mut self, frame: &mut Frame<'_>, items: &[Expr]) -> Eval<Items> {
        let mut values = Vec::with_capacity(items.len());
        let mut unknown = None;
        for item in items {
            match &item.kind {
                ExprKind::Starred(inner) => {
                    let inner = self.expr(frame, inner)?;
                    match self.iterate(&inner)? {
                        Items::Known(items) => values.extend(items),
                        Items::Unknown(reason) => unknown = Some(reason),
                    }
                }
                _ => values.push(self.expr(frame, item)?),
            }
        }
        Ok(match unknown {
            Some(reason) => Items::Unknown(reason),
            None => Items::Known(values),
        })
    }

    fn tuple_expr(&mut self, frame: &mut Frame<'_>, items: &[Expr]) -> Eval<Value> {
        Ok(match self.display(frame, items)? {
            Items::Known(items) => Value::tuple(items),
            Items::Unknown(reason) => Value::Unknown(reason),
        })
    }

    fn list_expr(&mut self, frame: &mut Frame<'_>, items: &[Expr]) -> Eval<Value> {
        Ok(match self.display(frame, items)? {
            Items::Known(items) => Value::list(items),
            Items::Unknown(reason) => Value::Unknown(reason),
        })
    }

    fn set_expr(&mut self, frame: &mut Frame<'_>, items: &[Expr]) -> Eval<Value> {
        match self.display(frame, items)? {
            Items::Known(items) => self.new_set(items, false),
            Items::Unknown(reason) => Ok(Value::Unknown(reason)),
        }
    }

    fn dict_expr(&mut self, frame: &mut Frame<'_>, items: &[(Option<Expr>, Expr)]) -> Eval<Value> {
        let mut dict = Dict::new();
        for (key, value) in items {
            match key {
                Some(key) => {
                    let key = self.expr(frame, key)?;
                    let value = self.expr(frame, value)?;
                    self.insert(&mut dict, key, value)?;
                }
                None => {
                    let value = self.expr(frame, value)?;
                    let Some(other) = self.as_dict(&value)? else {
                        let class = self.type_name(&value);
                        return Err(self.raise("TypeError", &format!("'{class}' object is not a mapping")));
                    };
                    if let Some(reason) = other.unknown.clone() {
                        dict.forget(reason);
                    }
                    for (key, value) in other.iter() {
                        self.insert(&mut dict, key.clone(), value.clone())?;
                    }
                }
            }
        }
        Ok(Value::from(dict))
    }

    /// Long sums lean to the left: they are evaluated in a loop.
    fn binary_chain(&mut self, frame: &mut Frame<'_>, expr: &Expr) -> Eval<Value> {
        let mut rest: Vec<(BinaryOp, &Expr, &Expr)> = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary { left, op, right } = &first.kind {
            rest.push((*op, right, first));
            first = left;
        }
        let mut value = self.expr(frame, first)?;
        while let Some((op, right, whole)) = rest.pop() {
            let right = self.expr(frame, right)?;
            self.set_place(whole.span);
            value = self.binary(op.text(), &value, &right)?;
        }
        Ok(value)
    }

    fn unary_expr(&mut self, frame: &mut Frame<'_>, op: UnaryOp, operand: &Expr) -> Eval<Value> {
        let value = self.expr(frame, operand)?;
        match op {
            UnaryOp::Not => Ok(match self.truth(&value)? {
                Truth::True => Value::Bool(false),
                Truth::False => Value::Bool(true),
                Truth::Unknown(reason) => Value::Unknown(reason),
            }),
            UnaryOp::Invert | UnaryOp::Plus | UnaryOp::Minus => self.unary(op.text(), &value),
        }
    }

    fn logical(&mut self, frame: &mut Frame<'_>, values: &[Expr], and: bool) -> Eval<Value> {
        let Some((first, rest)) = values.split_first() else {
            return Ok(Value::None);
        };
        let value = self.expr(frame, first)?;
        if rest.is_empty() {
            return Ok(value);
        }
        match self.truth(&value)? {
            Truth::True if and => self.logical(frame, rest, and),
            Truth::False if !and => self.logical(frame, rest, and),
            Truth::True | Truth::False => Ok(value),
            Truth::Unknown(reason) => {
                let mut right = None;
                self.maybe(frame, reason.clone(), |vm, frame| {
                    right = Some(vm.logical(frame, rest, and)?);
                    Ok(Flow::Normal)
                })?;
                // `unknown and False` is false whatever the unknown is, and so on: only as a condition.
                let decided = match &right {
                    Some(Value::Bool(right)) if *right != and => Some(Value::Bool(*right)),
                    _ => None,
                };
                Ok(match decided {
                    Some(decided) => decided,
                    None => Value::Unknown(reason),
                })
            }
        }
    }

    fn comparison(&mut self, frame: &mut Frame<'_>, left: &Expr, rest: &[(CompareOp, Expr)]) -> Eval<Value> {
        let mut left = self.expr(frame, left)?;
        let mut result = Value::Bool(true);
        for (at, (op, right)) in rest.iter().enumerate() {
            let right = self.expr(frame, right)?;
            result = self.compare(*op, &left, &right)?;
            if at + 1 < rest.len() {
                match self.truth(&result)? {
                    Truth::True => {}
                    Truth::False => return Ok(result),
                    Truth::Unknown(reason) => return Ok(Value::Unknown(reason)),
                }
            }
            left = right;
        }
        Ok(result)
    }

    fn conditional(&mut self, frame: &mut Frame<'_>, conditional: &Conditional) -> Eval<Value> {
        let test = self.expr(frame, &conditional.test)?;
        let reason = match self.truth(&test)? {
            Truth::True => return self.expr(frame, &conditional.body),
            Truth::False => return self.expr(frame, &conditional.orelse),
            Truth::Unknown(reason) => reason,
        };
        let (mut a, mut b) = (None, None);
        self.branch(
            frame,
            reason.clone(),
            |vm, frame| {
                a = Some(vm.expr(frame, &conditional.body)?);
                Ok(Flow::Normal)
            },
            |vm, frame| {
                b = Some(vm.expr(frame, &conditional.orelse)?);
                Ok(Flow::Normal)
            },
        )?;
        Ok(match (a, b) {
            (Some(a), Some(b)) => merge(&a, &b, &reason),
            // The other side raises.
            (Some(value), None) | (None, Some(value)) => value,
            (None, None) => Value::Unknown(reason),
        })
    }

    fn f_string(&mut self, frame: &mut Frame<'_>, parts: &[FPart]) -> Eval<Value> {
        let mut text = String::new();
        let mut unknown: Option<Reason> = None;
        for part in parts {
            match part {
                FPart::Literal(literal) => text.push_str(literal),
                FPart::Field { value, conversion, spec } => {
                    let value = self.expr(frame, value)?;
                    let value = self.converted(value, *conversion)?;
                    let spec = match spec {
                        Some(spec) => self.f_string(frame, spec)?,
                        None => Value::str(""),
                    };
                    match self.format(&value, &spec)? {
                        Value::Str(part) => text.push_str(&part),
                        Value::Unknown(reason) => leave_open(&mut text, &mut unknown, reason),
                        _ => {}
                    }
                }
            }
        }
        self.charge(text.len())?;
        Ok(known_in_part(text, unknown))
    }

    pub(super) fn converted(&mut self, value: Value, conversion: Option<char>) -> Eval<Value> {
        match conversion {
            Some('r' | 'a') => self.repr(&value),
            Some(_) => self.str(&value),
            None => Ok(value),
        }
    }
}
