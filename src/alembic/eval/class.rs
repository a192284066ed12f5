//! Classes and their instances: those of class statements and those of libraries.

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use super::args::Args;
use super::container::Namespace;
use super::value::Value;
use super::{Eval, Vm};
use crate::pg::error::Reason;
use crate::source::Span;

/// How a class of a library makes its instances. The class is that which was called: it or a subclass of it.
pub type Construct = fn(&mut Vm, &Rc<Class>, Args) -> Eval<Value>;

/// Called for each class statement that derives from the class, with the new class and the keywords of the statement.
pub type OnSubclass = fn(&mut Vm, &Rc<Class>, Vec<(Rc<str>, Value)>) -> Eval<()>;

/// A class.
pub struct Class {
    /// `__qualname__`
    pub name: Rc<str>,
    /// The module and the name: what `isinstance` compares natives by.
    pub dotted: Rc<str>,
    /// The bases, as written.
    pub bases: Vec<Rc<Class>>,
    /// The order in which attributes are looked up, without the class itself (C3).
    pub mro: Vec<Rc<Class>>,
    /// What the class statement bound, or the library's methods.
    pub attrs: Rc<Namespace>,
    /// A library's constructor; inherited.
    pub construct: Option<Construct>,
    /// A library's hook on subclasses; inherited.
    pub on_subclass: Option<OnSubclass>,
    /// It derives from something that is not known.
    pub unknown: Option<Reason>,
    /// Why its instances, and names that it does not bind itself, are not known: a metaclass may make them.
    pub metaclass: Option<Reason>,
    /// Anything a library keeps with the class (the `Table` of a declarative class).
    pub payload: RefCell<Option<Rc<dyn Any>>>,
}

impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<class '{}'>", self.dotted)
    }
}

impl Class {
    /// A class without behaviour of its own.
    pub fn new(dotted: &str, bases: Vec<Rc<Class>>) -> Class {
        let mro = linearize(&bases);
        Class {
            name: dotted.rsplit('.').next().unwrap_or(dotted).into(),
            dotted: dotted.into(),
            construct: mro.iter().find_map(|class| class.construct),
            on_subclass: mro.iter().find_map(|class| class.on_subclass),
            unknown: mro.iter().find_map(|class| class.unknown.clone()),
            metaclass: mro.iter().find_map(|class| class.metaclass.clone()),
            bases,
            mro,
            attrs: Namespace::new(),
            payload: RefCell::default(),
        }
    }

    /// The same with a library's constructor.
    pub fn construct(mut self, construct: Construct) -> Class {
        self.construct = Some(construct);
        self
    }

    /// The same with a hook on subclasses.
    pub fn on_subclass(mut self, hook: OnSubclass) -> Class {
        self.on_subclass = Some(hook);
        self
    }

    /// The same with attributes; a [`native::method`](super::native::method) gets the instance.
    pub fn attrs(self, attrs: impl IntoIterator<Item = (&'static str, Value)>) -> Class {
        for (name, value) in attrs {
            self.attrs.set(&name.into(), Some(value));
        }
        self
    }

    /// As a value.
    pub fn value(self) -> Value {
        Value::native(self)
    }

    /// It is the class of that dotted name or derives from it.
    pub fn derives_from(&self, dotted: &str) -> bool {
        *self.dotted == *dotted || self.mro.iter().any(|class| *class.dotted == *dotted)
    }

    /// An attribute of the class or of the classes it derives from, unbound.
    pub fn find(&self, name: &str) -> Option<Value> {
        self.attrs.get(name).or_else(|| self.mro.iter().find_map(|class| class.attrs.get(name)))
    }
}

/// C3 (Python's `type.mro`); where the bases contradict each other, what is left follows in the order found.
fn linearize(bases: &[Rc<Class>]) -> Vec<Rc<Class>> {
    let mut lists: Vec<Vec<Rc<Class>>> = bases
        .iter()
        .map(|base| std::iter::once(base.clone()).chain(base.mro.iter().cloned()).collect())
        .chain([bases.to_vec()])
        .collect();
    let mut mro: Vec<Rc<Class>> = Vec::new();
    loop {
        lists.retain(|list| !list.is_empty());
        let in_no_tail =
            |class: &Rc<Class>| !lists.iter().any(|list| list[1..].iter().any(|other| Rc::ptr_eq(other, class)));
        let heads = || lists.iter().map(|list| &list[0]);
        let Some(next) = heads().find(|class| in_no_tail(class)).or_else(|| heads().next()).cloned() else {
            return mro;
        };
        for list in &mut lists {
            list.retain(|class| !Rc::ptr_eq(class, &next));
        }
        mro.push(next);
    }
}

/// An instance of a [`Class`].
pub struct Instance {
    /// Its class.
    pub class: Rc<Class>,
    /// `__dict__`
    pub attrs: Rc<Namespace>,
    /// The built-in value that it is, too, when its class derives from `str`, `int`, …
    pub base: OnceCell<Value>,
    /// Anything a library keeps with it; an exception made from a refusal of the database keeps the
    /// [`Refusal`](crate::pg::error::Refusal) here.
    pub payload: RefCell<Option<Rc<dyn Any>>>,
    /// Of an exception: the call sites from the revision's own file to the place where it was raised.
    pub origin: RefCell<Vec<Span>>,
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Attributes may hold the instance itself.
        write!(f, "<{} object>", self.class.dotted)
    }
}

impl Instance {
    /// An instance without attributes.
    pub fn new(class: Rc<Class>) -> Instance {
        Instance {
            class,
            attrs: Namespace::new(),
            base: OnceCell::new(),
            payload: RefCell::default(),
            origin: RefCell::default(),
        }
    }

    /// What a library keeps with it, if it is a `T`.
    pub fn payload<T: Any>(&self) -> Option<Rc<T>> {
        self.payload.borrow().clone()?.downcast().ok()
    }
}
