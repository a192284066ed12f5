//! `try` and `with`.

use std::rc::Rc;

use super::args::Args;
use super::convert::Truth;
use super::flow::Flow;
use super::generator::ContextManager;
use super::scope::Frame;
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::alembic::python::ast::{Block, Handler, Stmt, StmtKind, Try, WithItem};
use crate::pg::error::Reason;

/// True for a handler that ends in `raise` and does not leave before.
fn raises_again(handler: &Handler) -> bool {
    let Some((last, before)) = handler.body.split_last() else { return false };
    let plain =
        |stmt: &Stmt| matches!(stmt.kind, StmtKind::Expr(_) | StmtKind::Assign { .. } | StmtKind::AnnAssign { .. });
    matches!(last.kind, StmtKind::Raise { .. }) && before.iter().all(plain)
}

impl Vm {
    pub(super) fn try_statement(&mut self, frame: &mut Frame<'_>, def: &Rc<Try>) -> Eval<Flow> {
        let result = self.try_except(frame, def);
        if def.finally.is_empty() || matches!(result, Err(Raise::Stop(_))) {
            return result;
        }
        match self.block(frame, &def.finally)? {
            Flow::Normal => result,
            flow => Ok(flow),
        }
    }

    fn try_except(&mut self, frame: &mut Frame<'_>, def: &Rc<Try>) -> Eval<Flow> {
        if def.handlers.is_empty() {
            return self.block(frame, &def.body);
        }
        if def.handlers.iter().all(raises_again) {
            // Whatever is raised leaves the `try`: nothing behind it depends on whether something unknown raised.
            return match self.block(frame, &def.body) {
                Ok(Flow::Normal) => self.block(frame, &def.orelse),
                Err(Raise::Exception(exception)) => self.handle(frame, &def.handlers, exception),
                other => other,
            };
        }
        let from = self.regions();
        let unknown_calls = self.unknown_calls;
        let caught = self.caught_by(frame, &def.handlers)?;
        self.flow.tries.push(Vec::new());
        self.flow.caught.push(caught);
        let result = self.block(frame, &def.body);
        self.end_try(from, result.is_err());
        let pending = self.flow.tries.pop().unwrap_or_default();
        self.flow.caught.pop();
        let called_unknown = self.unknown_calls > unknown_calls;
        let mut flow = match result {
            Ok(Flow::Normal) => self.block(frame, &def.orelse)?,
            Ok(flow) => flow,
            Err(Raise::Exception(exception)) => return self.handle(frame, &def.handlers, exception),
            Err(stop) => return Err(stop),
        };
        for (reason, exception) in pending {
            let flow_of_handler =
                self.maybe(frame, reason, |vm, frame| vm.handle(frame, &def.handlers, exception.clone()))?;
            flow = join(flow, flow_of_handler);
        }
        if called_unknown {
            // What is not known may also raise.
            let what = "a call of something that is not known may raise";
            let reason = self.reason("unknown-call", what);
            for handler in &def.handlers {
                let unknown = Value::Unknown(reason.clone());
                let flow_of_handler =
                    self.maybe(frame, reason.clone(), |vm, frame| vm.run_handler(frame, handler, unknown))?;
                flow = join(flow, flow_of_handler);
            }
        }
        Ok(flow)
    }

    fn handle(&mut self, frame: &mut Frame<'_>, handlers: &[Handler], exception: Value) -> Eval<Flow> {
        for (at, handler) in handlers.iter().enumerate() {
            let matches = match &handler.class {
                None => Truth::True,
                Some(class) => {
                    let class = self.expr(frame, class)?;
                    self.is_instance(&exception, &class)?
                }
            };
            match matches {
                Truth::False => {}
                Truth::True => return self.run_handler(frame, handler, exception),
                Truth::Unknown(reason) => {
                    let other = exception.clone();
                    return self.branch(
                        frame,
                        reason,
                        |vm, frame| vm.run_handler(frame, handler, exception),
                        |vm, frame| vm.handle(frame, &handlers[at + 1..], other),
                    );
                }
            }
        }
        Err(Raise::Exception(exception))
    }

    fn run_handler(&mut self, frame: &mut Frame<'_>, handler: &Handler, exception: Value) -> Eval<Flow> {
        if let Some(name) = &handler.name {
            self.assign_name(frame, name, exception.clone())?;
        }
        self.handling.push(exception);
        let result = self.block(frame, &handler.body);
        self.handling.pop();
        if let Some(name) = &handler.name {
            // Python unbinds it, unless the body has done so.
            match self.delete_name(frame, name) {
                Ok(()) | Err(Raise::Exception(_)) => {}
                Err(stop) => return Err(stop),
            }
        }
        result
    }

    pub(super) fn with(&mut self, frame: &mut Frame<'_>, items: &[WithItem], body: &Block) -> Eval<Flow> {
        let Some((item, rest)) = items.split_first() else {
            return self.block(frame, body);
        };
        self.set_place(item.context.span);
        let manager = self.expr(frame, &item.context)?;
        if let Some(generated) = manager.downcast_ref::<ContextManager>() {
            let generator = generated.generator.clone();
            let mut left = Flow::Normal;
            let mut ran = false;
            let mut body = |vm: &mut Vm, value: Value| {
                if ran {
                    return Err(vm.raise("RuntimeError", "generator didn't stop"));
                }
                ran = true;
                if let Some(target) = &item.target {
                    vm.assign(frame, target, value)?;
                }
                left = vm.deeper(|vm| vm.with(frame, rest, body))?;
                Ok(Value::None)
            };
            self.drive(&generator, &mut body)?;
            if !ran {
                return Err(self.raise("RuntimeError", "generator didn't yield"));
            }
            return Ok(left);
        }
        let value = self.enter(&manager)?;
        let place = self.place();
        let result = match &item.target {
            Some(target) => self.assign(frame, target, value).map(|()| Flow::Normal),
            None => Ok(Flow::Normal),
        };
        let result = match result {
            Ok(_) => self.deeper(|vm| vm.with(frame, rest, body)),
            Err(raise) => Err(raise),
        };
        match result {
            Ok(flow) => {
                // The traceback of what `__exit__` raises shows the line of the `with`.
                if let Some(place) = place {
                    self.set_place(place);
                }
                self.exit(&manager, None)?;
                Ok(flow)
            }
            Err(Raise::Exception(exception)) => match self.exit(&manager, Some(&exception))? {
                Truth::True => Ok(Flow::Normal),
                Truth::False => Err(Raise::Exception(exception)),
                Truth::Unknown(reason) => {
                    self.may_raise(reason, exception);
                    Ok(Flow::Normal)
                }
            },
            Err(stop) => Err(stop),
        }
    }

    /// `manager.__enter__()`
    pub fn enter(&mut self, manager: &Value) -> Eval<Value> {
        match manager {
            Value::Unknown(_) => Ok(manager.clone()),
            Value::Native(native) => {
                if manager.as_instance().is_some() {
                    return match self.find_method(manager, "__enter__")? {
                        Some(method) => self.call(&method, Args::default()),
                        None => self.not_a_manager(manager),
                    };
                }
                match native.clone().enter(self)? {
                    Some(value) => Ok(value),
                    None => self.not_a_manager(manager),
                }
            }
            _ => self.not_a_manager(manager),
        }
    }

    fn not_a_manager(&mut self, value: &Value) -> Eval<Value> {
        let class = self.type_name(value);
        self.refuse(value, "the context", &format!("'{class}' object does not support the context manager protocol"))
    }

    /// `manager.__exit__(…)`: whether the exception is swallowed.
    pub fn exit(&mut self, manager: &Value, raised: Option<&Value>) -> Eval<Truth> {
        match manager {
            Value::Native(native) if manager.as_instance().is_none() => {
                Ok(if native.clone().exit(self, raised)? { Truth::True } else { Truth::False })
            }
            Value::Native(_) => {
                let Some(method) = self.find_method(manager, "__exit__")? else {
                    return self.not_a_manager(manager).map(|_| Truth::False);
                };
                let args = match raised {
                    Some(exception) => [self.type_of(exception), exception.clone(), Value::None],
                    None => [Value::None, Value::None, Value::None],
                };
                let swallowed = self.call(&method, Args::positional(args))?;
                self.truth(&swallowed)
            }
            _ => Ok(Truth::False),
        }
    }
}

/// The flow of a body joined with that of a handler which may have run: an early exit of the handler has become a region.
fn join(flow: Flow, handler: Flow) -> Flow {
    match handler {
        Flow::Normal => flow,
        handler => handler,
    }
}

impl Vm {
    /// Whether a value is an instance of a class, or of one class in a tuple.
    pub fn is_instance(&mut self, value: &Value, class: &Value) -> Eval<Truth> {
        match class {
            Value::Unknown(reason) => Ok(Truth::Unknown(reason.clone())),
            Value::Tuple(classes) => {
                let mut unknown: Option<Reason> = None;
                for class in classes.iter() {
                    match self.is_instance(value, class)? {
                        Truth::True => return Ok(Truth::True),
                        Truth::False => {}
                        Truth::Unknown(reason) => unknown = Some(reason),
                    }
                }
                Ok(unknown.map_or(Truth::False, Truth::Unknown))
            }
            _ => match class.as_class() {
                Some(class) => Ok(self.is_instance_of(value, &class)),
                None => {
                    if let Some(union) = class.downcast_ref::<super::stdlib::Union>() {
                        let classes = Value::tuple(union.members.iter().cloned());
                        return self.is_instance(value, &classes);
                    }
                    let text = "isinstance() arg 2 must be a type, a tuple of types, or a union";
                    Err(self.raise("TypeError", text))
                }
            },
        }
    }
}
