//! Where names live.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use super::builtins::names::is_builtin;
use super::class::Class;
use super::container::Namespace;
use super::value::Value;
use super::{Eval, Vm};
use crate::alembic::python::ast::{ClassDef, Comprehension, FunctionDef, Name, Names};
use crate::pg::error::Reason;

/// The names of one module, class body, function call or comprehension.
#[derive(Debug)]
pub(super) struct Scope {
    pub vars: Rc<Namespace>,
    kind: Kind,
    parent: Option<Rc<Scope>>,
    globals: Rc<Namespace>,
    /// Of a class body: the class, once it is made; what `super()` starts from.
    pub class: OnceCell<Rc<Class>>,
    /// `from unknown import *`: why names that are not found are not known.
    star: RefCell<Option<Reason>>,
}

#[derive(Debug)]
enum Kind {
    Module,
    Class(Rc<ClassDef>),
    Function(Rc<FunctionDef>),
    Comprehension(Rc<Comprehension>),
}

impl Kind {
    fn names(&self) -> Option<&Names> {
        match self {
            Kind::Module => None,
            Kind::Class(def) => Some(&def.names),
            Kind::Function(def) => Some(&def.names),
            Kind::Comprehension(def) => Some(&def.names),
        }
    }
}

impl Scope {
    pub fn module(globals: Rc<Namespace>) -> Rc<Scope> {
        Rc::new(Scope {
            vars: globals.clone(),
            kind: Kind::Module,
            parent: None,
            globals,
            class: OnceCell::new(),
            star: RefCell::default(),
        })
    }

    fn inside(parent: &Rc<Scope>, kind: Kind) -> Rc<Scope> {
        Rc::new(Scope {
            vars: Namespace::new(),
            kind,
            parent: Some(parent.clone()),
            globals: parent.globals.clone(),
            class: OnceCell::new(),
            star: RefCell::default(),
        })
    }

    pub fn class_body(parent: &Rc<Scope>, def: &Rc<ClassDef>) -> Rc<Scope> {
        Scope::inside(parent, Kind::Class(def.clone()))
    }

    pub fn function(parent: &Rc<Scope>, def: &Rc<FunctionDef>) -> Rc<Scope> {
        Scope::inside(parent, Kind::Function(def.clone()))
    }

    pub fn comprehension(parent: &Rc<Scope>, def: &Rc<Comprehension>) -> Rc<Scope> {
        Scope::inside(parent, Kind::Comprehension(def.clone()))
    }

    /// What a name means in a function of this scope, as far as it is bound.
    pub fn seen(&self, name: &str) -> Option<Value> {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some(value) = here.vars.get(name) {
                return Some(value);
            }
            scope = here.parent.as_deref();
        }
        self.globals.get(name)
    }

    pub fn globals(&self) -> &Rc<Namespace> {
        &self.globals
    }

    pub fn is_class_body(&self) -> bool {
        matches!(self.kind, Kind::Class(_))
    }

    /// The function that runs in it.
    pub fn function_def(&self) -> Option<&Rc<FunctionDef>> {
        match &self.kind {
            Kind::Function(def) => Some(def),
            Kind::Module | Kind::Class(_) | Kind::Comprehension(_) => None,
        }
    }

    /// The class whose body this code stands in.
    pub fn enclosing_class(&self) -> Option<Rc<Class>> {
        let mut scope = self.parent.as_ref();
        while let Some(above) = scope {
            if above.is_class_body() {
                return above.class.get().cloned();
            }
            scope = above.parent.as_ref();
        }
        None
    }

    pub fn set_star(&self, reason: Reason) {
        let mut scope = self;
        while let Some(above) = &scope.parent {
            scope = above;
        }
        scope.star.borrow_mut().get_or_insert(reason);
    }

    /// Where an assignment to a name in this scope goes.
    fn home(&self, name: &str) -> Rc<Namespace> {
        let Some(names) = self.kind.names() else {
            return self.vars.clone();
        };
        if names.globals.contains(name) {
            return self.globals.clone();
        }
        // A comprehension's own names are its targets; a walrus goes to the function around it.
        let outside = match self.kind {
            Kind::Comprehension(_) => !names.locals.contains(name),
            Kind::Module | Kind::Class(_) | Kind::Function(_) => names.nonlocals.contains(name),
        };
        match &self.parent {
            Some(parent) if outside => parent.binding(name, matches!(self.kind, Kind::Comprehension(_))),
            _ => self.vars.clone(),
        }
    }

    fn binding(&self, name: &str, from_comprehension: bool) -> Rc<Namespace> {
        let own = match &self.kind {
            Kind::Module => true,
            Kind::Class(_) => from_comprehension,
            Kind::Function(def) => {
                if from_comprehension && def.names.globals.contains(name) {
                    return self.globals.clone();
                }
                def.names.locals.contains(name)
            }
            Kind::Comprehension(def) => def.names.locals.contains(name),
        };
        match &self.parent {
            Some(parent) if !own => parent.binding(name, from_comprehension),
            _ => self.vars.clone(),
        }
    }
}

/// What a generator's `yield` does: hands the value to whoever iterates, and gives what was sent back.
pub(super) type Yield<'a> = &'a mut dyn FnMut(&mut Vm, Value) -> Eval<Value>;

/// Running code.
pub(super) struct Frame<'a> {
    pub scope: Rc<Scope>,
    pub on_yield: Option<Yield<'a>>,
}

impl<'a> Frame<'a> {
    pub fn new(scope: Rc<Scope>) -> Frame<'a> {
        Frame { scope, on_yield: None }
    }
}

impl Vm {
    /// Binds (or with `None` unbinds) a name, in a way that can be taken back after an unknown branch.
    pub fn bind(&mut self, namespace: &Rc<Namespace>, name: &Rc<str>, value: Option<Value>) {
        let old = namespace.set(name, value);
        self.record_name(namespace, name, old);
    }

    pub(super) fn assign_name(&mut self, frame: &mut Frame<'_>, name: &Name, value: Value) -> Eval<()> {
        let home = frame.scope.home(name);
        self.bind(&home, name, Some(value));
        Ok(())
    }

    pub(super) fn delete_name(&mut self, frame: &mut Frame<'_>, name: &Name) -> Eval<()> {
        let home = frame.scope.home(name);
        if home.get(name).is_none() {
            return Err(self.raise("NameError", &format!("name '{name}' is not defined")));
        }
        self.bind(&home, name, None);
        Ok(())
    }

    pub(super) fn load_name(&mut self, frame: &Frame<'_>, name: &Name) -> Eval<Value> {
        let value = self.find_name(&frame.scope, name)?;
        self.force(value)
    }

    fn find_name(&mut self, scope: &Rc<Scope>, name: &str) -> Eval<Value> {
        let mut current = scope;
        let mut outermost = true;
        loop {
            // Names of a class body are seen in the body itself, not in the functions inside it.
            if outermost || !current.is_class_body() {
                if let Some(value) = current.vars.get(name) {
                    return Ok(value);
                }
                if let Some(names) = current.kind.names() {
                    if names.globals.contains(name) {
                        break;
                    }
                    if names.locals.contains(name) && !current.is_class_body() {
                        let (class, text) = if outermost {
                            let text = "is not associated with a value";
                            ("UnboundLocalError", format!("cannot access local variable '{name}' where it {text}"))
                        } else {
                            let text = "is not associated with a value in enclosing scope";
                            ("NameError", format!("cannot access free variable '{name}' where it {text}"))
                        };
                        return Err(self.raise(class, &text));
                    }
                }
            }
            outermost = false;
            match &current.parent {
                Some(parent) => current = parent,
                None => break,
            }
        }
        if let Some(value) = scope.globals.get(name).or_else(|| self.builtins.get(name)) {
            return Ok(value);
        }
        let mut root = scope;
        while let Some(parent) = &root.parent {
            root = parent;
        }
        if let Some(reason) = &*root.star.borrow() {
            return Ok(Value::Unknown(reason.clone()));
        }
        if is_builtin(name) {
            return Ok(self.unknown("python", format!("{name} is not modelled")));
        }
        Err(self.raise("NameError", &format!("name '{name}' is not defined")))
    }
}
