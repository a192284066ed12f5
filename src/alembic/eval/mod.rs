//! A bounded interpreter of Python. It knows the language and the standard library, nothing of SQLAlchemy or Alembic:
//! those come in as [`Native`] values through [`Vm::register`].
//!
//! What is not known is [`Value::Unknown`]; `flow` says what happens to code under an unknown condition. Whatever Python
//! would do is done; what the interpreter cannot do ends as an unknown or as [`Raise::Stop`], never as a guess.

mod absent;
pub mod args;
mod attribute;
mod builtins;
mod call;
pub mod class;
mod class_statement;
mod comprehension;
pub mod container;
mod convert;
mod coroutine;
mod doubt;
mod effect;
mod exception;
mod expression;
mod flow;
mod format;
mod function;
mod generator;
mod iterate;
mod methods;
pub mod module;
pub mod native;
mod operators;
mod partial;
mod pattern;
mod reach;
mod scope;
mod statement;
mod stdlib;
mod suppose;
#[cfg(test)]
mod tests;
mod try_with;
pub mod value;

use std::collections::HashMap;
use std::rc::Rc;

pub use absent::Absent;
pub use args::{Args, Bound};
pub use class::{Class, Instance};
pub use container::{Dict, List, Namespace, Set};
pub use convert::Truth;
pub use coroutine::Ready;
pub use iterate::Items;
pub use module::{Module, ModuleSource, SourceModule};
pub use native::{Missing, Native, Reach};
pub use stdlib::Union;
pub use value::Value;

use crate::alembic::run::Run;
use crate::pg::error::Reason;
use crate::source::{FileId, Span};

/// What ends an evaluation early.
#[derive(Clone, Debug)]
pub enum Raise {
    /// A Python exception: an instance of a class that derives from `BaseException`.
    Exception(Value),
    /// A bound of the interpreter was reached (steps, depth, memory), or the flow itself became unknown. Not catchable.
    Stop(Reason),
}

/// The result of evaluating something.
pub type Eval<T> = Result<T, Raise>;

/// Statements and calls that one refuelling allows.
const STEPS: u64 = 10_000_000;
/// Rust frames of the evaluator in each other; small enough for WebAssembly's stack of one megabyte.
const DEPTH: u32 = 320;
/// Python functions in each other.
const CALLS: u32 = 48;
/// Bytes that one value may take.
const LARGEST: usize = 64 << 20;
/// Bytes that may be made between two refuellings, whether they are still in use or not.
const MEMORY: usize = 512 << 20;

/// One interpreter: the modules that were imported so far, the bounds, and the run that statements go to.
pub struct Vm {
    /// The `alembic upgrade` that this code runs in.
    pub run: Run,
    /// The modules of revisions that were loaded before the first revision ran.
    pub loaded: HashMap<FileId, Value>,
    sources: Rc<dyn ModuleSource>,
    /// `sys.modules`: libraries and files.
    modules: HashMap<String, Value>,
    builtins: Rc<Namespace>,
    /// The built-in classes, exceptions among them, by dotted name.
    classes: HashMap<String, Rc<Class>>,
    /// The scopes of the functions that are running, innermost last.
    frames: Vec<Rc<scope::Scope>>,
    /// The calls of functions that are running, innermost last.
    activations: Vec<function::Activation>,
    /// Exceptions that are being handled, innermost last.
    handling: Vec<Value>,
    flow: flow::State,
    /// Calls of what is not known, so far.
    unknown_calls: u64,
    suppositions: suppose::Suppositions,
    /// What calls gave that may have found nothing.
    unasked: absent::Unasked,
    loads: module::Loads,
    steps: u64,
    memory: usize,
    depth: u32,
    calls: u32,
}

impl Vm {
    /// An interpreter with the standard library.
    pub fn new(run: Run, sources: Rc<dyn ModuleSource>) -> Vm {
        let mut vm = Vm {
            run,
            loaded: HashMap::new(),
            sources,
            modules: HashMap::new(),
            builtins: Namespace::new(),
            classes: HashMap::new(),
            frames: Vec::new(),
            activations: Vec::new(),
            handling: Vec::new(),
            flow: flow::State::default(),
            unknown_calls: 0,
            suppositions: suppose::Suppositions::default(),
            unasked: absent::Unasked::default(),
            loads: module::Loads::default(),
            steps: 0,
            memory: 0,
            depth: 0,
            calls: 0,
        };
        exception::install(&mut vm);
        builtins::install(&mut vm);
        stdlib::install(&mut vm);
        vm
    }

    /// Gives the bounds of steps and memory anew: for each revision.
    pub fn refuel(&mut self) {
        self.steps = 0;
        self.memory = 0;
    }

    /// Where the interpreter is, in the innermost frame.
    pub fn place(&self) -> Option<Span> {
        self.run.trace.last().copied()
    }

    /// A reason at the place where the interpreter is.
    pub fn reason(&self, kind: &'static str, what: impl Into<std::sync::Arc<str>>) -> Reason {
        let reason = Reason::new(kind, what);
        match self.place() {
            Some(span) => reason.at(span),
            None => reason,
        }
    }

    /// An unknown value, with the place.
    pub fn unknown(&self, kind: &'static str, what: impl Into<std::sync::Arc<str>>) -> Value {
        Value::Unknown(self.reason(kind, what))
    }

    /// What the file of a path says, if it was handed in.
    fn file_text(&self, path: &str) -> Option<&str> {
        self.sources.text(path)
    }

    /// True for a folder with files that were handed in.
    fn is_given_folder(&self, path: &str) -> bool {
        self.sources.has_folder(path)
    }

    /// The folder of a package.
    fn package_folder(&self, dotted: &str) -> Option<String> {
        self.sources.package_folder(dotted)
    }

    /// The end of an evaluation that cannot go on.
    pub fn stop(&self, kind: &'static str, what: impl Into<std::sync::Arc<str>>) -> Raise {
        Raise::Stop(self.reason(kind, what))
    }

    fn set_place(&mut self, span: Span) {
        if let Some(last) = self.run.trace.last_mut() {
            *last = span;
        }
    }

    fn tick(&mut self) -> Eval<()> {
        self.steps += 1;
        if self.steps > STEPS {
            return Err(self.stop("bound-steps", format!("the code runs for more than {STEPS} steps")));
        }
        if self.memory > MEMORY {
            return Err(self.stop("bound-memory", "the code makes values that are too large"));
        }
        Ok(())
    }

    /// Accounts for a new value of so many bytes.
    fn charge(&mut self, bytes: usize) -> Eval<()> {
        self.memory = self.memory.saturating_add(bytes);
        if bytes > LARGEST || self.memory > MEMORY {
            return Err(self.stop("bound-memory", "the code makes values that are too large"));
        }
        Ok(())
    }

    /// Runs something one level deeper.
    pub fn deeper<T>(&mut self, run: impl FnOnce(&mut Vm) -> Eval<T>) -> Eval<T> {
        if self.depth >= DEPTH {
            return Err(self.stop("bound-depth", "the code nests too deeply"));
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
    }
}
