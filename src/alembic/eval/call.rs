//! Calls.

use std::rc::Rc;

use super::args::Args;
use super::class::{Class, Instance};
use super::function::{BoundMethod, Function};
use super::scope::Frame;
use super::statement::DECORATED_REACHING;
use super::value::Value;
use super::{Eval, Items, Reach, Vm};
use crate::alembic::python::ast::{Call, ExprKind};
use crate::alembic::run::Action;
use crate::pg::error::Reason;

impl Vm {
    /// `for_effect`: nobody takes what it gives.
    pub(super) fn call_expr(&mut self, frame: &mut Frame<'_>, call: &Call, for_effect: bool) -> Eval<Value> {
        // A method of a built-in value is called without making a bound method first.
        if let ExprKind::Attribute { value, attr } = &call.func.kind {
            let receiver = self.expr(frame, value)?;
            self.set_place(call.at);
            if let Some(method) = self.builtin_method(&receiver, attr) {
                let args = self.arguments(frame, call)?;
                self.set_place(call.at);
                self.tick()?;
                return method(self, &receiver, args);
            }
            self.needs_attribute(&receiver, attr);
            let function = self.get_attr(&receiver, attr)?;
            let args = self.arguments(frame, call)?;
            self.set_place(call.at);
            if for_effect {
                self.note_effect(&function, Some(attr), &args);
            }
            return self.call(&function, args);
        }
        let function = self.expr(frame, &call.func)?;
        let args = self.arguments(frame, call)?;
        self.set_place(call.at);
        if for_effect {
            self.note_effect(&function, None, &args);
        }
        self.call(&function, args)
    }

    fn arguments(&mut self, frame: &mut Frame<'_>, call: &Call) -> Eval<Args> {
        let mut args = Args { span: Some(call.at), ..Args::default() };
        for arg in &call.args {
            let ExprKind::Starred(arg) = &arg.kind else {
                let value = self.expr(frame, arg)?;
                args.positional.push(value);
                continue;
            };
            let value = self.expr(frame, arg)?;
            match self.iterate(&value)? {
                Items::Known(items) => args.positional.extend(items),
                Items::Unknown(reason) => {
                    if let Value::List(list) = &value {
                        args.positional.extend(list.borrow().beginning.iter().cloned());
                    }
                    args.positional.push(Value::Unknown(reason.clone()));
                    args.unknown.get_or_insert(reason);
                }
            }
        }
        for (name, value) in &call.keywords {
            let value = self.expr(frame, value)?;
            match name {
                Some(name) => args.keyword.push((name.clone(), value)),
                None => self.spread(&mut args, &value)?,
            }
        }
        Ok(args)
    }

    fn spread(&mut self, args: &mut Args, value: &Value) -> Eval<()> {
        let Some(dict) = self.as_dict(value)? else {
            let class = self.type_name(value);
            return Err(self.raise("TypeError", &format!("argument after ** must be a mapping, not {class}")));
        };
        if let Some(reason) = &dict.unknown {
            args.unknown.get_or_insert(reason.clone());
        }
        for (key, value) in dict.iter() {
            let Some(key) = key.as_str() else {
                return Err(self.raise("TypeError", "keywords must be strings"));
            };
            if args.keyword.iter().any(|(name, _)| **name == *key) {
                let text = format!("got multiple values for keyword argument '{key}'");
                return Err(self.raise("TypeError", &text));
            }
            args.keyword.push((key.into(), value.clone()));
        }
        Ok(())
    }

    /// Calls a value.
    pub fn call(&mut self, function: &Value, args: Args) -> Eval<Value> {
        self.tick()?;
        match function {
            Value::Unknown(reason) => {
                let reason = reason.clone();
                self.unknown_calls += 1;
                if reason.kind == DECORATED_REACHING {
                    self.run.note(Action::Unmodelled(reason.clone()));
                }
                self.hand_over_database(&args, &reason);
                self.forget_arguments(&args, &reason);
                Ok(Value::Unknown(reason))
            }
            Value::Native(native) => {
                if let Some(function) = function.downcast::<Function>() {
                    return self.call_function(&function, args);
                }
                if let Some(method) = function.downcast_ref::<BoundMethod>() {
                    let (receiver, function) = (method.receiver.clone(), method.function.clone());
                    return self.call(&function, args.with_self(receiver));
                }
                if let Some(class) = function.as_class() {
                    return self.deeper(|vm| vm.instantiate(&class, args));
                }
                if function.as_instance().is_some() {
                    return match self.find_method(function, "__call__")? {
                        Some(method) => self.call(&method, args),
                        None => self.not_callable(function),
                    };
                }
                let native = native.clone();
                match self.deeper(|vm| native.call(vm, args))? {
                    Some(value) => Ok(value),
                    None => self.not_callable(function),
                }
            }
            _ => self.not_callable(function),
        }
    }

    fn not_callable(&mut self, value: &Value) -> Eval<Value> {
        let class = self.type_name(value);
        self.refuse(value, "a call", &format!("'{class}' object is not callable"))
    }

    /// Code that is not known and is given a connection, or a function that uses one, may send anything: `Unknown.__table__.create(bind)`,
    /// `Thread(target=create)`.
    pub(super) fn hand_over_database(&mut self, args: &Args, reason: &Reason) {
        let given = args.positional.iter().chain(args.keyword.iter().map(|(_, value)| value));
        match given.map(Value::reach).max().unwrap_or(Reach::Nothing) {
            Reach::Nothing => {}
            Reach::Rows => self.run.note(Action::Rows { what: format!("a session is handed on ({reason})") }),
            Reach::Everything => {
                let what =
                    format!("a connection, or what uses one, is handed to something that is not known: {reason}");
                let reason = self.reason("unknown-call", what);
                self.run.note(Action::Unmodelled(reason));
            }
        }
    }

    /// Code that is not known may change the lists, dicts and sets that it is given. What they hold is left as it is: such code
    /// nearly always reads, and an item that is itself a container would taint half of a program.
    pub(super) fn forget_arguments(&mut self, args: &Args, reason: &Reason) {
        for value in args.positional.iter().chain(args.keyword.iter().map(|(_, value)| value)) {
            match value {
                Value::List(list) => {
                    self.touch_list(list);
                    list.borrow_mut().forget(reason.clone());
                }
                Value::Dict(dict) => {
                    self.touch_dict(dict);
                    dict.borrow_mut().forget(reason.clone());
                }
                Value::Set(set) if !set.borrow().frozen => {
                    self.touch_set(set);
                    set.borrow_mut().dict.forget(reason.clone());
                }
                _ => {}
            }
        }
    }

    /// `class(…)`
    pub fn instantiate(&mut self, class: &Rc<Class>, args: Args) -> Eval<Value> {
        if let Some(reason) = class.unknown.as_ref().or(class.metaclass.as_ref()) {
            return Ok(Value::Unknown(reason.clone()));
        }
        let new = class.find("__new__").filter(|new| new.downcast_ref::<Function>().is_some() || is_static(new));
        let value = match (new, class.construct) {
            (Some(new), _) => {
                let new = super::function::unwrap_static(new);
                self.call(&new, args.clone().with_self(Value::Native(class.clone())))?
            }
            (None, Some(construct)) => construct(self, class, args.clone())?,
            (None, None) => Value::native(Instance::new(class.clone())),
        };
        let Some(instance) = value.as_instance() else {
            return Ok(value);
        };
        if !Rc::ptr_eq(&instance.class, class) {
            return Ok(value);
        }
        match class.find("__init__") {
            Some(init) if class.derives_from("enum.Enum") => drop(init),
            Some(init) => {
                // It gives nothing; what is not known of it is not known of the instance.
                if let Value::Unknown(reason) = self.call(&init, args.with_self(value.clone()))?
                    && reason.kind == "application"
                {
                    return Ok(Value::Unknown(reason));
                }
            }
            None if class.construct.is_none()
                && class.find("__new__").is_none()
                && (!args.positional.is_empty() || !args.keyword.is_empty()) =>
            {
                let text = format!("{}() takes no arguments", class.name);
                return Err(self.raise("TypeError", &text));
            }
            None => {}
        }
        Ok(value)
    }
}

fn is_static(value: &Value) -> bool {
    value.downcast_ref::<super::function::StaticMethod>().is_some()
}
