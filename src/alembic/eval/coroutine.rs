//! `async def` and `await`. Nothing here runs beside anything else: a coroutine runs to its end where it is awaited.

use std::cell::RefCell;
use std::rc::Rc;

use super::native::Native;
use super::scope::{Frame, Scope};
use super::value::Value;
use super::{Eval, Vm};
use crate::alembic::python::ast::FunctionDef;

/// What a call of an `async def` gives.
#[derive(Debug)]
pub struct Coroutine {
    pub(super) def: Rc<FunctionDef>,
    /// With its parameters.
    pub(super) scope: Rc<Scope>,
    /// It runs once.
    awaited: RefCell<bool>,
}

impl Coroutine {
    pub(super) fn new(def: Rc<FunctionDef>, scope: Rc<Scope>) -> Coroutine {
        Coroutine { def, scope, awaited: RefCell::new(false) }
    }
}

impl Native for Coroutine {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "coroutine"
    }
}

/// What a library's function gives to `await`.
#[derive(Debug)]
pub struct Ready(pub Value);

impl Native for Ready {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "coroutine"
    }
}

impl Vm {
    /// `await value`
    pub fn wait_for(&mut self, value: &Value) -> Eval<Value> {
        if let Some(ready) = value.downcast_ref::<Ready>() {
            return Ok(ready.0.clone());
        }
        let Some(coroutine) = value.downcast::<Coroutine>() else {
            return Ok(match value {
                Value::Unknown(_) => value.clone(),
                _ => self.unknown("unsupported", format!("`await` of a {}", self.type_name(value))),
            });
        };
        if coroutine.awaited.replace(true) {
            return Err(self.raise("RuntimeError", "cannot reuse already awaited coroutine"));
        }
        let mut frame = Frame::new(coroutine.scope.clone());
        self.run_body(&mut frame, &coroutine.def)
    }
}
