//! Functions of Python code, and what wraps them as attributes of a class.

use std::rc::Rc;

use super::args::{Args, missing_arguments, too_many};
use super::container::{Dict, Namespace};
use super::coroutine::Coroutine;
use super::flow::Flow;
use super::generator::Generator;
use super::native::Native;
use super::scope::{Frame, Scope};
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::alembic::python::ast::{FunctionDef, Name};
use crate::pg::error::{Reason, Refusal};

/// How often a function may call itself through conditions that are not known: each call runs all sides.
const RECURSIONS: usize = 2;

/// A call of a function that is running.
#[derive(Debug)]
pub(super) struct Activation {
    def: Rc<FunctionDef>,
    /// Conditions that were not known where it was called.
    uncertain: usize,
    /// Steps before it.
    steps: usize,
}

/// A function or lambda.
#[derive(Debug)]
pub(super) struct Function {
    pub def: Rc<FunctionDef>,
    /// Defaults of the positional parameters, from the first that has one on.
    defaults: Vec<Value>,
    keyword_defaults: Vec<(Name, Value)>,
    /// Where it was defined.
    scope: Rc<Scope>,
    pub attrs: Rc<Namespace>,
}

impl Function {
    /// Where it was defined.
    pub fn scope(&self) -> &Rc<Scope> {
        &self.scope
    }
}

impl Native for Function {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "function"
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some(value) = self.attrs.get(name) {
            return Ok(Some(value));
        }
        Ok(match name {
            "__name__" | "__qualname__" => Some(Value::Str(self.def.name.clone())),
            "__doc__" => Some(self.def.doc.clone().map_or(Value::None, Value::Str)),
            "__module__" => self.scope.globals().get("__name__"),
            _ => None,
        })
    }

    fn set_attr(self: Rc<Self>, vm: &mut Vm, name: &str, value: Value) -> Eval<bool> {
        vm.bind(&self.attrs, &name.into(), Some(value));
        Ok(true)
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str(format!("<function {}>", self.def.name))))
    }
}

/// A function with its `self`.
#[derive(Debug)]
pub(super) struct BoundMethod {
    pub receiver: Value,
    pub function: Value,
}

impl Native for BoundMethod {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "method"
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        match name {
            "__self__" => Ok(Some(self.receiver.clone())),
            "__func__" => Ok(Some(self.function.clone())),
            _ => vm.get_attr(&self.function, name).map(Some),
        }
    }
}

/// `@property`
#[derive(Clone, Debug)]
pub(super) struct Property {
    pub get: Value,
    pub set: Option<Value>,
}

impl Native for Property {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "property"
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "setter" => {
                let get = self.get.clone();
                Some(super::native::function("setter", move |_, args| {
                    let set = args.positional.into_iter().next();
                    Ok(Value::native(Property { get: get.clone(), set }))
                }))
            }
            "getter" | "deleter" => {
                let property = Value::Native(self);
                Some(super::native::function(name, move |_, _| Ok(property.clone())))
            }
            "fget" => Some(self.get.clone()),
            _ => None,
        })
    }
}

/// `@staticmethod`
#[derive(Debug)]
pub(super) struct StaticMethod(pub Value);

impl Native for StaticMethod {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "staticmethod"
    }

    fn call(self: Rc<Self>, vm: &mut Vm, args: Args) -> Eval<Option<Value>> {
        vm.call(&self.0, args).map(Some)
    }
}

/// `@classmethod`
#[derive(Debug)]
pub(super) struct ClassMethod(pub Value);

impl Native for ClassMethod {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "classmethod"
    }
}

/// The function inside a `@staticmethod`.
pub(super) fn unwrap_static(value: Value) -> Value {
    match value.downcast_ref::<StaticMethod>() {
        Some(method) => method.0.clone(),
        None => value,
    }
}

impl Vm {
    /// It is a function with a parameter that has no default.
    pub fn needs_arguments(function: &Value) -> bool {
        function.downcast_ref::<Function>().is_some_and(|function| {
            let parameters = &function.def.parameters;
            parameters.positional.iter().chain(&parameters.keyword_only).any(|parameter| parameter.default.is_none())
        })
    }

    pub(super) fn new_function(&mut self, frame: &mut Frame<'_>, def: &Rc<FunctionDef>) -> Eval<Value> {
        let mut defaults = Vec::new();
        for parameter in &def.parameters.positional {
            if let Some(default) = &parameter.default {
                defaults.push(self.expr(frame, default)?);
            }
        }
        let mut keyword_defaults = Vec::new();
        for parameter in &def.parameters.keyword_only {
            if let Some(default) = &parameter.default {
                keyword_defaults.push((parameter.name.clone(), self.expr(frame, default)?));
            }
        }
        let scope = frame.scope.clone();
        Ok(Value::native(Function { def: def.clone(), defaults, keyword_defaults, scope, attrs: Namespace::new() }))
    }

    pub(super) fn call_function(&mut self, function: &Rc<Function>, args: Args) -> Eval<Value> {
        let def = &function.def;
        let scope = Scope::function(&function.scope, def);
        self.bind_parameters(function, &scope.vars, args)?;
        if def.is_async && def.is_generator {
            return Ok(self.unknown("unsupported", format!("the asynchronous generator {}() is not run", def.name)));
        }
        if def.is_async {
            return Ok(Value::native(Coroutine::new(def.clone(), scope)));
        }
        if def.is_generator {
            return Ok(Value::native(Generator::of_function(def.clone(), scope)));
        }
        let mut frame = Frame::new(scope);
        self.run_body(&mut frame, def)
    }

    /// A function that calls itself again and again, each time under one more unknown condition, walks through something that
    /// is not known; how deep that is cannot be told. As long as it sends nothing to the database, its value is all that is
    /// not known of it.
    fn endless(&self, def: &Rc<FunctionDef>) -> Option<Reason> {
        let own: Vec<&Activation> =
            self.activations.iter().filter(|activation| Rc::ptr_eq(&activation.def, def)).collect();
        let own = own.get(own.len().checked_sub(RECURSIONS)?..)?;
        let reason = self.run.uncertain.last()?;
        let deepens = own.windows(2).all(|pair| pair[0].uncertain < pair[1].uncertain)
            && own.last()?.uncertain < self.run.uncertain.len();
        let silent = own.first()?.steps == self.run.steps.len();
        (deepens && silent).then(|| reason.clone())
    }

    /// Runs a function's body in a frame of the trace.
    pub(super) fn run_body(&mut self, frame: &mut Frame<'_>, def: &Rc<FunctionDef>) -> Eval<Value> {
        if self.calls >= super::CALLS {
            return Err(self.stop("bound-depth", format!("{}() is called too deeply", def.name)));
        }
        if let Some(reason) = self.endless(def) {
            let given = frame.scope.vars.items().into_iter().map(|(_, value)| value);
            self.forget_arguments(&Args::positional(given), &reason);
            return Ok(Value::Unknown(reason));
        }
        self.calls += 1;
        self.run.trace.push(def.span);
        self.frames.push(frame.scope.clone());
        let activation =
            Activation { def: def.clone(), uncertain: self.run.uncertain.len(), steps: self.run.steps.len() };
        self.activations.push(activation);
        let may_fail = self.run.may_fail.len();
        let result = self.deeper(|vm| vm.within_function(|vm| vm.block(frame, &def.body)));
        self.activations.pop();
        self.frames.pop();
        self.run.trace.pop();
        self.calls -= 1;
        if self.is_called_application(def) {
            // Its own exceptions are not known to be raised; see `raised_by_application`.
            let mut at = 0;
            self.run.may_fail.retain(|failure| {
                at += 1;
                at <= may_fail || matches!(failure.refusal, Refusal::Postgres(_))
            });
        }
        let flow = match result {
            Err(Raise::Exception(exception)) => match self.raised_by_application(def, &exception) {
                Some(reason) => return Ok(self.depends_on_application(frame, reason)),
                None => return Err(Raise::Exception(exception)),
            },
            other => other?,
        };
        match flow {
            Flow::Return(value) => Ok(value),
            Flow::Normal | Flow::Break | Flow::Continue => Ok(Value::None),
        }
    }

    /// Why what a migration called is not known, where code of the application raised. Such code works on state that a start of
    /// the application sets up (`init_app`, a configuration, what `env.py` calls) and that nobody sets up here, so whether it
    /// raises in reality is not known. What the database refuses, it refuses there too.
    fn raised_by_application(&mut self, def: &FunctionDef, exception: &Value) -> Option<Reason> {
        if !self.is_called_application(def) {
            return None;
        }
        let application = |file| self.sources.is_application(file);
        let instance = exception.as_instance()?;
        let innermost = instance.origin.borrow().last().copied()?;
        if !application(innermost.file)
            || matches!(instance.payload::<Refusal>().as_deref(), Some(Refusal::Postgres(_)))
        {
            return None;
        }
        let what = self.describe(&Raise::Exception(exception.clone()));
        Some(Reason::new("application", format!("{}() needs the application: {what}", def.name)).at(innermost))
    }

    /// A function of the application that a migration has called: it has returned, and the place is the caller's again.
    fn is_called_application(&self, def: &FunctionDef) -> bool {
        let application = |file| self.sources.is_application(file);
        application(def.span.file) && self.place().is_some_and(|caller| !application(caller.file))
    }

    /// The value of a call that may have raised, and what may have become of its arguments.
    fn depends_on_application(&mut self, frame: &Frame<'_>, reason: Reason) -> Value {
        self.unknown_calls += 1;
        let given = Args::positional(frame.scope.vars.items().into_iter().map(|(_, value)| value));
        self.hand_over_database(&given, &reason);
        self.forget_arguments(&given, &reason);
        Value::Unknown(reason)
    }

    /// Ties arguments to parameters (Python reference, 6.3.4). The scope is new, so nothing of it is recorded.
    fn bind_parameters(&mut self, function: &Function, vars: &Namespace, args: Args) -> Eval<()> {
        let def = &function.def;
        let parameters = &def.parameters;
        let Args { positional, keyword, unknown, .. } = args;
        let given = positional.len();
        let mut values = positional.into_iter();
        for parameter in &parameters.positional {
            match values.next() {
                Some(value) => vars.set(&parameter.name, Some(value)),
                None => break,
            };
        }
        let extra: Vec<Value> = values.collect();
        match (&parameters.rest, &unknown) {
            (Some(rest), Some(reason)) => drop(vars.set(rest, Some(Value::Unknown(reason.clone())))),
            (Some(rest), None) => drop(vars.set(rest, Some(Value::tuple(extra)))),
            (None, None) if !extra.is_empty() => {
                let room = parameters.positional.len();
                let text = too_many(&def.name, room - function.defaults.len().min(room), room, given);
                return Err(self.raise("TypeError", &text));
            }
            (None, _) => {}
        }
        let mut others = Dict::new();
        for (name, value) in keyword {
            let by_name = parameters.positional.iter().skip(parameters.positional_only).chain(&parameters.keyword_only);
            if by_name.into_iter().any(|parameter| parameter.name == name) {
                if vars.set(&name, Some(value)).is_some() && unknown.is_none() {
                    let text = format!("{}() got multiple values for argument '{name}'", def.name);
                    return Err(self.raise("TypeError", &text));
                }
            } else if parameters.keywords.is_some() {
                others.insert(Value::Str(name), value);
            } else {
                let text = format!("{}() got an unexpected keyword argument '{name}'", def.name);
                return Err(self.raise("TypeError", &text));
            }
        }
        if let Some(keywords) = &parameters.keywords {
            if let Some(reason) = &unknown {
                others.forget(reason.clone());
            }
            vars.set(keywords, Some(Value::from(others)));
        }
        let mut missing = Vec::new();
        let without_default = parameters.positional.len() - function.defaults.len().min(parameters.positional.len());
        for (at, parameter) in parameters.positional.iter().enumerate() {
            if vars.get(&parameter.name).is_some() {
                continue;
            }
            let default = at.checked_sub(without_default).and_then(|at| function.defaults.get(at));
            match (&unknown, default) {
                (Some(reason), _) => drop(vars.set(&parameter.name, Some(Value::Unknown(reason.clone())))),
                (None, Some(default)) => drop(vars.set(&parameter.name, Some(default.clone()))),
                (None, None) => missing.push(&*parameter.name),
            }
        }
        if !missing.is_empty() {
            let text = missing_arguments(&def.name, false, &missing);
            return Err(self.raise("TypeError", &text));
        }
        for parameter in &parameters.keyword_only {
            if vars.get(&parameter.name).is_some() {
                continue;
            }
            let default = function.keyword_defaults.iter().find(|(name, _)| *name == parameter.name);
            match (&unknown, default) {
                (Some(reason), _) => drop(vars.set(&parameter.name, Some(Value::Unknown(reason.clone())))),
                (None, Some((_, default))) => drop(vars.set(&parameter.name, Some(default.clone()))),
                (None, None) => missing.push(&*parameter.name),
            }
        }
        if !missing.is_empty() {
            let text = missing_arguments(&def.name, true, &missing);
            return Err(self.raise("TypeError", &text));
        }
        Ok(())
    }
}
