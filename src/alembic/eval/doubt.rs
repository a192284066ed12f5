//! What an unknown value may raise where it is used, as far as a `try` around it looks for that.
//!
//! Nearly every use of an unknown value could raise something. Outside of a `try` that would make the outcome of every revision
//! with a loop over rows unknown; a handler that names the exception says that its author expects it.

use super::scope::Frame;
use super::value::Value;
use super::{Eval, Raise, Truth, Vm};
use crate::alembic::python::ast::{Expr, ExprKind, Handler};
use crate::pg::error::Reason;

/// What the handlers of a `try` catch.
#[derive(Debug, Default)]
pub(super) struct Caught {
    handlers: Vec<Kind>,
    /// Handlers for which something is pending already: what follows in the body is in doubt since then.
    pending: Vec<usize>,
}

#[derive(Clone, Debug)]
enum Kind {
    /// `except:`
    Anything,
    Class(Value),
    /// Of a class that is not evaluated before it is needed.
    Unread,
}

/// A name, an attribute of one, or a tuple of them: evaluating it does nothing.
fn is_plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) => true,
        ExprKind::Attribute { value, .. } => is_plain(value),
        ExprKind::Tuple(items) => items.iter().all(is_plain),
        _ => false,
    }
}

/// `Exception` and its base stand for whatever may happen.
fn is_general(class: &Value) -> bool {
    match class {
        Value::Tuple(classes) => classes.iter().any(is_general),
        class => class.as_class().is_some_and(|class| matches!(&*class.dotted, "Exception" | "BaseException")),
    }
}

impl Vm {
    /// What the handlers of a `try` that begins will catch.
    pub(super) fn caught_by(&mut self, frame: &mut Frame<'_>, handlers: &[Handler]) -> Eval<Caught> {
        let mut caught = Caught::default();
        for handler in handlers {
            caught.handlers.push(match &handler.class {
                None => Kind::Anything,
                Some(class) if is_plain(class) => match self.expr(frame, class) {
                    Ok(class) => Kind::Class(class),
                    Err(Raise::Exception(_)) => Kind::Unread,
                    Err(stop) => return Err(stop),
                },
                Some(_) => Kind::Unread,
            });
        }
        Ok(caught)
    }

    /// A function that is given something unknown may raise one of these classes.
    pub fn may_refuse(&mut self, reason: &Reason, classes: &[&str]) {
        self.may_raise_one_of(reason, classes, false);
    }

    /// A subscript of or with something unknown may find nothing.
    pub(super) fn may_lack(&mut self, value: &Value, key: &Value) {
        const LACKING: &[&str] = &["KeyError", "IndexError", "TypeError"];
        match (value, key) {
            // A row, a column's description: it nearly always has what it is asked for, and whoever catches everything does
            // not ask whether it has.
            (Value::Unknown(reason), _) => self.may_raise_one_of(reason, LACKING, true),
            (Value::Dict(_), Value::Unknown(reason)) => self.may_refuse(reason, &["KeyError"]),
            (Value::Dict(dict), _) => {
                let unknown = dict.borrow().unknown.clone();
                if let Some(reason) = unknown {
                    self.may_refuse(&reason, &["KeyError"]);
                }
            }
            (Value::List(_) | Value::Tuple(_) | Value::Str(_), Value::Unknown(reason)) => {
                self.may_refuse(reason, &["IndexError", "TypeError"]);
            }
            (Value::List(list), _) => {
                let unknown = list.borrow().unknown.clone();
                if let Some(reason) = unknown {
                    self.may_refuse(&reason, &["IndexError"]);
                }
            }
            _ => {}
        }
    }

    /// Something of which it is not known whether it is raised here, where a handler waits for it.
    pub fn may_be_caught(&mut self, reason: &Reason, exception: Value) {
        if self.catcher(&exception, false).is_some() {
            self.may_raise_here(reason, exception);
        }
    }

    fn may_raise_one_of(&mut self, reason: &Reason, classes: &[&str], named: bool) {
        if self.flow.caught.is_empty() {
            return;
        }
        for class in classes {
            let Raise::Exception(exception) =
                self.raise(class, &format!("because of a value that is not known: {reason}"))
            else {
                continue;
            };
            let Some((depth, handler)) = self.catcher(&exception, named) else { continue };
            if let Some(caught) = self.flow.caught.get_mut(depth)
                && !caught.pending.contains(&handler)
            {
                caught.pending.push(handler);
                self.may_raise_here(reason, exception);
            }
        }
    }

    /// The innermost `try` that catches an exception for certain, and its handler. `named`: by a class of its own.
    fn catcher(&mut self, exception: &Value, named: bool) -> Option<(usize, usize)> {
        for depth in (0..self.flow.caught.len()).rev() {
            for handler in 0..self.flow.caught[depth].handlers.len() {
                let catches = match self.flow.caught[depth].handlers[handler].clone() {
                    Kind::Anything => !named,
                    Kind::Unread => false,
                    Kind::Class(class) => {
                        !(named && is_general(&class)) && matches!(self.is_instance(exception, &class), Ok(Truth::True))
                    }
                };
                if catches {
                    return Some((depth, handler));
                }
            }
        }
        None
    }
}
