//! Generators, turned inside out: whoever iterates hands over what is done with each value, and `yield` does it. So the code of
//! a generator and the code that uses it alternate as in Python, without a second stack.
//!
//! `next()` on a generator cannot work that way: it runs the generator to its end first, and keeps the values.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::args::Args;
use super::native::Native;
use super::scope::{Frame, Scope};
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::alembic::python::ast::{Comprehension, FunctionDef};
use crate::pg::error::Reason;

/// More values than this are not kept for `next()`.
const KEPT: usize = 10_000;

/// A generator, a generator expression, or any other iterator.
#[derive(Debug)]
pub(super) struct Generator {
    state: RefCell<State>,
}

#[derive(Debug)]
enum State {
    Function(Rc<FunctionDef>, Rc<Scope>),
    /// The first iterable was evaluated already, as Python does.
    Expression(Rc<Comprehension>, Rc<Scope>, Value),
    /// `map` and `filter`.
    Apply(Apply),
    Kept(VecDeque<Value>, Option<Box<Raise>>),
    Unknown(Reason),
    Running,
}

/// A lazy function of an iterable.
#[derive(Clone, Debug)]
pub(super) enum Apply {
    Map(Value, Value),
    Filter(Value, Value),
    /// `itertools.count(start, step)`
    Count(num_bigint::BigInt, num_bigint::BigInt),
}

impl Generator {
    pub fn of_function(def: Rc<FunctionDef>, scope: Rc<Scope>) -> Generator {
        Generator { state: RefCell::new(State::Function(def, scope)) }
    }

    pub fn of_expression(def: Rc<Comprehension>, scope: Rc<Scope>, first: Value) -> Generator {
        Generator { state: RefCell::new(State::Expression(def, scope, first)) }
    }

    pub fn apply(apply: Apply) -> Generator {
        Generator { state: RefCell::new(State::Apply(apply)) }
    }

    pub fn kept(items: impl IntoIterator<Item = Value>) -> Generator {
        Generator { state: RefCell::new(State::Kept(items.into_iter().collect(), None)) }
    }

    pub fn unknown(reason: Reason) -> Generator {
        Generator { state: RefCell::new(State::Unknown(reason)) }
    }
}

impl Native for Generator {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "generator"
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let generator = Value::Native(self);
        Ok(match name {
            "__next__" => Some(super::native::function(name, move |vm, _| vm.next(&generator, None))),
            "close" => Some(super::native::function(name, move |_, _| {
                if let Some(generator) = generator.downcast_ref::<Generator>() {
                    *generator.state.borrow_mut() = State::Kept(VecDeque::new(), None);
                }
                Ok(Value::None)
            })),
            "send" | "throw" => Some(super::native::function(name, |vm, _| {
                Ok(vm.unknown("unsupported", "the send() and throw() of a generator are not evaluated"))
            })),
            _ => None,
        })
    }
}

/// What `@contextlib.contextmanager` makes of a call.
#[derive(Debug)]
pub(super) struct ContextManager {
    pub generator: Rc<Generator>,
}

impl Native for ContextManager {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "contextlib._GeneratorContextManager"
    }

    /// Reached by `ExitStack.enter_context` and by a call of `__enter__`: the rest of the generator is not run.
    fn enter(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(vm.unknown("unsupported", "a context manager that is entered without `with`")))
    }
}

impl Vm {
    /// Runs a generator; each value goes to `on_yield`.
    pub(super) fn drive(
        &mut self,
        generator: &Rc<Generator>,
        on_yield: &mut dyn FnMut(&mut Vm, Value) -> Eval<Value>,
    ) -> Eval<Option<Reason>> {
        let state = std::mem::replace(&mut *generator.state.borrow_mut(), State::Running);
        let unknown = match state {
            State::Function(def, scope) => {
                let mut frame = Frame { scope, on_yield: Some(on_yield) };
                self.run_body(&mut frame, &def)?;
                None
            }
            State::Expression(def, scope, first) => {
                let mut frame = Frame::new(scope);
                let each = &mut |vm: &mut Vm, frame: &mut Frame<'_>| {
                    let value = vm.expr(frame, &def.element)?;
                    on_yield(vm, value).map(drop)
                };
                self.deeper(|vm| vm.clauses(&mut frame, &def, 0, Some(&first), each))?
            }
            State::Apply(apply) => self.run_apply(apply, on_yield)?,
            State::Kept(items, raise) => {
                let mut items = items.into_iter();
                for item in items.by_ref() {
                    if let Err(raise) = on_yield(self, item) {
                        // What the loop did not take is still there (`for x in it: break` and on).
                        *generator.state.borrow_mut() = State::Kept(items.collect(), None);
                        return Err(raise);
                    }
                }
                if let Some(raise) = raise {
                    return Err(*raise);
                }
                None
            }
            State::Unknown(reason) => {
                *generator.state.borrow_mut() = State::Unknown(reason.clone());
                return Ok(Some(reason));
            }
            State::Running => return Err(self.raise("ValueError", "generator already executing")),
        };
        *generator.state.borrow_mut() = State::Kept(VecDeque::new(), None);
        Ok(unknown)
    }

    fn run_apply(
        &mut self,
        apply: Apply,
        on_yield: &mut dyn FnMut(&mut Vm, Value) -> Eval<Value>,
    ) -> Eval<Option<Reason>> {
        match apply {
            Apply::Map(function, items) => self.for_each(&items, &mut |vm, item| {
                let value = vm.call(&function, Args::positional([item]))?;
                on_yield(vm, value)?;
                Ok(true)
            }),
            Apply::Filter(function, items) => {
                let mut unknown = None;
                let over = self.for_each(&items, &mut |vm, item| {
                    let test = match &function {
                        Value::None => item.clone(),
                        function => vm.call(function, Args::positional([item.clone()]))?,
                    };
                    match vm.truth(&test)? {
                        super::Truth::True => drop(on_yield(vm, item)?),
                        super::Truth::False => {}
                        super::Truth::Unknown(reason) => {
                            unknown = Some(reason);
                            return Ok(false);
                        }
                    }
                    Ok(true)
                })?;
                Ok(over.or(unknown))
            }
            Apply::Count(start, step) => {
                let mut at = start;
                loop {
                    self.tick()?;
                    on_yield(self, Value::int(at.clone()))?;
                    at += &step;
                }
            }
        }
    }

    /// `next(iterator, default)`
    pub(super) fn next(&mut self, iterator: &Value, default: Option<Value>) -> Eval<Value> {
        let Some(generator) = iterator.downcast::<Generator>() else {
            if let Value::Unknown(_) = iterator {
                return Ok(iterator.clone());
            }
            if iterator.as_instance().is_some()
                && let Some(method) = self.find_method(iterator, "__next__")?
            {
                return match self.call(&method, Args::default()) {
                    Err(Raise::Exception(exception)) if self.is_stop_iteration(&exception) => {
                        default.ok_or(Raise::Exception(exception))
                    }
                    result => result,
                };
            }
            let class = self.type_name(iterator);
            return Err(self.raise("TypeError", &format!("'{class}' object is not an iterator")));
        };
        let is_kept = matches!(*generator.state.borrow(), State::Kept(..) | State::Unknown(_) | State::Running);
        if !is_kept {
            let mut items = VecDeque::new();
            let full = self.stop("bound-memory", "a generator gives too many values");
            let result = self.drive(&generator, &mut |_, value| {
                items.push_back(value);
                if items.len() > KEPT { Err(full.clone()) } else { Ok(Value::None) }
            });
            *generator.state.borrow_mut() = match result {
                Ok(None) => State::Kept(items, None),
                Ok(Some(reason)) => State::Unknown(reason),
                Err(raise) => State::Kept(items, Some(Box::new(raise))),
            };
        }
        let mut state = generator.state.borrow_mut();
        match &mut *state {
            State::Kept(items, raise) => {
                if let Some(item) = items.pop_front() {
                    return Ok(item);
                }
                if let Some(raise) = raise.take() {
                    return Err(*raise);
                }
                drop(state);
                match default {
                    Some(default) => Ok(default),
                    None => {
                        let class = self.class_value("StopIteration");
                        let exception = self.call(&class, Args::default())?;
                        Err(self.raise_value(exception))
                    }
                }
            }
            State::Unknown(reason) => Ok(Value::Unknown(reason.clone())),
            _ => {
                drop(state);
                Err(self.raise("ValueError", "generator already executing"))
            }
        }
    }

    pub(super) fn is_stop_iteration(&self, exception: &Value) -> bool {
        exception.as_instance().is_some_and(|instance| instance.class.derives_from("StopIteration"))
    }

    /// `yield value`
    pub(super) fn yield_value(&mut self, frame: &mut Frame<'_>, value: Value) -> Eval<Value> {
        let Some(on_yield) = frame.on_yield.as_mut() else {
            return Err(self.stop("unsupported", "a `yield` outside of a generator function"));
        };
        // What the user of the generator does, happens in the user's frame.
        let scope = self.frames.pop();
        let place = self.run.trace.pop();
        let result = on_yield(self, value);
        self.run.trace.extend(place);
        self.frames.extend(scope);
        result
    }
}
