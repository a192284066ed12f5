//! Exceptions: the built-in classes, making and raising them, and what an uncaught one is for the rest of the product.

use std::any::Any;
use std::rc::Rc;

use super::args::Args;
use super::class::{Class, Instance};
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::pg::error::{PythonError, Refusal};
use crate::source::Span;

/// The built-in exceptions and what they derive from (Python library reference, "Exception hierarchy").
const HIERARCHY: &[(&str, &str)] = &[
    ("BaseException", "object"),
    ("SystemExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("Exception", "BaseException"),
    ("StopIteration", "Exception"),
    ("StopAsyncIteration", "Exception"),
    ("ArithmeticError", "Exception"),
    ("FloatingPointError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("BufferError", "Exception"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("OSError", "Exception"),
    ("BlockingIOError", "OSError"),
    ("ConnectionError", "OSError"),
    ("FileExistsError", "OSError"),
    ("FileNotFoundError", "OSError"),
    ("InterruptedError", "OSError"),
    ("IsADirectoryError", "OSError"),
    ("NotADirectoryError", "OSError"),
    ("PermissionError", "OSError"),
    ("TimeoutError", "OSError"),
    ("ReferenceError", "Exception"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("SyntaxError", "Exception"),
    ("SystemError", "Exception"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("Warning", "Exception"),
    ("BytesWarning", "Warning"),
    ("DeprecationWarning", "Warning"),
    ("FutureWarning", "Warning"),
    ("ImportWarning", "Warning"),
    ("PendingDeprecationWarning", "Warning"),
    ("ResourceWarning", "Warning"),
    ("RuntimeWarning", "Warning"),
    ("SyntaxWarning", "Warning"),
    ("UnicodeWarning", "Warning"),
    ("UserWarning", "Warning"),
];

pub(super) fn install(vm: &mut Vm) {
    let object = Rc::new(Class::new("object", Vec::new()));
    vm.classes.insert("object".to_owned(), object.clone());
    vm.builtins.set(&"object".into(), Some(Value::Native(object)));
    for (name, base) in HIERARCHY {
        let class = vm.define_exception(name, &[base]);
        vm.builtins.set(&(*name).into(), Some(Value::Native(class)));
    }
    for name in ["IOError", "EnvironmentError"] {
        let class = vm.builtins.get("OSError");
        vm.builtins.set(&name.into(), class);
    }
}

fn construct(_vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let instance = Instance::new(class.clone());
    instance.attrs.set(&"args".into(), Some(Value::tuple(args.positional)));
    for (name, value) in args.keyword {
        // `ImportError(name=…)`; a class statement's own keywords go to its `__init__`.
        instance.attrs.set(&name, Some(value));
    }
    Ok(Value::native(instance))
}

impl Vm {
    /// Makes an exception class of a library; the bases are dotted names of classes that exist. The class can be registered as
    /// an attribute of a module, and [`Vm::raise`] finds it by its dotted name.
    pub fn define_exception(&mut self, dotted: &str, bases: &[&str]) -> Rc<Class> {
        let bases = bases.iter().filter_map(|base| self.classes.get(*base).cloned()).collect();
        let class = Rc::new(Class::new(dotted, bases).construct(construct));
        self.classes.insert(dotted.to_owned(), class.clone());
        class
    }

    /// A class that was built in, or made by [`Vm::define_exception`].
    pub fn class(&self, dotted: &str) -> Option<Rc<Class>> {
        self.classes.get(dotted).cloned()
    }

    /// The same as a value; `None` where there is no such class.
    pub fn class_value(&self, dotted: &str) -> Value {
        match self.class(dotted) {
            Some(class) => Value::Native(class),
            None => Value::None,
        }
    }

    /// An exception of a class given by its dotted name. A name that nobody defined gives an `Exception`.
    pub fn raise(&mut self, class: &str, message: &str) -> Raise {
        let exception = self.new_exception(class, message);
        Raise::Exception(exception)
    }

    /// The same with a payload: a [`Refusal`] of the database stays readable however far the exception travels.
    pub fn raise_with(&mut self, class: &str, message: &str, payload: Rc<dyn Any>) -> Raise {
        let exception = self.new_exception(class, message);
        if let Some(instance) = exception.as_instance() {
            *instance.payload.borrow_mut() = Some(payload);
        }
        Raise::Exception(exception)
    }

    fn new_exception(&mut self, dotted: &str, message: &str) -> Value {
        let fallback = || Rc::new(Class::new(dotted, Vec::new()));
        let class = self.class(dotted).or_else(|| self.class("Exception")).unwrap_or_else(fallback);
        let instance = Instance::new(class);
        instance.attrs.set(&"args".into(), Some(Value::tuple([Value::str(message)])));
        *instance.origin.borrow_mut() = self.run.trace.clone();
        let exception = Value::native(instance);
        self.set_context(&exception);
        exception
    }

    /// `__context__`: what was being handled when an exception was raised.
    fn set_context(&mut self, exception: &Value) {
        let handled = self.handling.last().filter(|handled| !handled.is(exception)).cloned();
        if let (Some(handled), Some(instance)) = (handled, exception.as_instance()) {
            self.bind(&instance.attrs.clone(), &"__context__".into(), Some(handled));
        }
    }

    /// `raise … from cause`
    pub(super) fn with_cause(&mut self, raise: Raise, cause: Value) -> Raise {
        let cause = match cause.as_class() {
            Some(class) => match self.instantiate(&class, Args::default()) {
                Ok(cause) => cause,
                Err(raise) => return raise,
            },
            None => cause,
        };
        let is_exception = match &cause {
            Value::None | Value::Unknown(_) => true,
            cause => cause
                .as_instance()
                .is_some_and(|cause| cause.class.derives_from("BaseException") || cause.class.unknown.is_some()),
        };
        if !is_exception {
            return self.raise("TypeError", "exception causes must derive from BaseException");
        }
        if let Raise::Exception(exception) = &raise
            && let Some(instance) = exception.as_instance()
        {
            let attrs = instance.attrs.clone();
            self.bind(&attrs, &"__cause__".into(), Some(cause));
            self.bind(&attrs, &"__suppress_context__".into(), Some(Value::Bool(true)));
        }
        raise
    }

    /// Where an exception was raised, in the file of the outermost frame.
    pub fn origin(&self, raise: &Raise) -> Option<Span> {
        match raise {
            Raise::Exception(exception) => exception.as_instance()?.origin.borrow().first().copied(),
            Raise::Stop(reason) => reason.span,
        }
    }

    /// The innermost place in the file of a revision, which may be another one than the one that runs: `downgrade()` of an earlier one, say.
    pub fn innermost_revision(&self, raise: &Raise) -> Option<Span> {
        let Raise::Exception(exception) = raise else { return None };
        let trace = exception.as_instance()?.origin.borrow();
        trace.iter().rev().find(|span| self.run.revision_files.contains(&span.file)).copied()
    }

    /// What an uncaught exception is for the rest of the product: the database's refusal that it was made from, or Python's.
    pub fn refusal(&mut self, exception: &Value) -> Refusal {
        let Some(instance) = exception.as_instance() else {
            return Refusal::Unmodelled(self.reason("exception", "an exception that is not known"));
        };
        if let Some(refusal) = instance.payload::<Refusal>() {
            return (*refusal).clone();
        }
        let class = instance.class.dotted.to_string();
        let message = match self.str(exception) {
            Ok(Value::Str(text)) => text.to_string(),
            Ok(_) | Err(_) => "(a message that is not known)".to_owned(),
        };
        Refusal::Client(PythonError { class, message })
    }

    /// An exception made from a refusal again.
    pub(super) fn exception_of(&mut self, refusal: Refusal) -> Value {
        let (class, message) = match &refusal {
            Refusal::Client(error) => (error.class.clone(), error.message.clone()),
            Refusal::Postgres(error) => ("Exception".to_owned(), error.message.clone()),
            Refusal::Unmodelled(reason) => ("Exception".to_owned(), reason.what.to_string()),
        };
        let exception = self.new_exception(&class, &message);
        if let Some(instance) = exception.as_instance() {
            *instance.payload.borrow_mut() = Some(Rc::new(refusal));
        }
        exception
    }

    /// One line about what ended an evaluation.
    pub fn describe(&mut self, raise: &Raise) -> String {
        match raise {
            Raise::Exception(exception) => self.refusal(exception).to_string(),
            Raise::Stop(reason) => reason.to_string(),
        }
    }

    /// `raise value`
    pub(super) fn raise_value(&mut self, value: Value) -> Raise {
        let exception = match value.as_class() {
            Some(class) if class.derives_from("BaseException") => match self.call(&value, Args::default()) {
                Ok(exception) => exception,
                Err(raise) => return raise,
            },
            _ => value,
        };
        match &exception {
            // It certainly raises, but nobody knows what.
            Value::Unknown(reason) => {
                let reason = reason.clone();
                let exception = self.new_exception("Exception", &format!("an exception that is not known ({reason})"));
                if let Some(instance) = exception.as_instance() {
                    *instance.payload.borrow_mut() = Some(Rc::new(Refusal::Unmodelled(reason)));
                }
                Raise::Exception(exception)
            }
            _ => match exception.as_instance() {
                Some(instance) if instance.class.derives_from("BaseException") || instance.class.unknown.is_some() => {
                    if instance.origin.borrow().is_empty() {
                        *instance.origin.borrow_mut() = self.run.trace.clone();
                    }
                    self.set_context(&exception);
                    Raise::Exception(exception)
                }
                _ => self.raise("TypeError", "exceptions must derive from BaseException"),
            },
        }
    }
}
