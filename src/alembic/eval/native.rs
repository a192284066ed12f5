//! Values that are written in Rust: the seam between the interpreter and the libraries.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use super::args::Args;
use super::container::Key;
use super::value::Value;
use super::{Eval, Vm};

/// What can be done to a database through a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nothing.
    Nothing,
    /// A session of the ORM: it is there for rows.
    Rows,
    /// A connection: anything.
    Everything,
}

/// A value with behaviour. The defaults refuse as Python does (`AttributeError`, `TypeError`).
pub trait Native: Any + fmt::Debug {
    /// The class with its module, e.g. `sqlalchemy.sql.schema.Column`; what `isinstance` and messages use.
    fn class(&self) -> &str;

    /// For downcasts; [`Value::downcast`] is shorter.
    fn as_any(&self) -> &dyn Any;

    /// True if this is an instance of the class with that dotted name or of one that derives from it.
    fn is_instance(&self, class: &str) -> bool {
        self.class() == class
    }

    /// What code that is handed this value can do to the database.
    fn reach(&self) -> Reach {
        Reach::Nothing
    }

    /// The text of what derives from `str`.
    fn text(&self) -> Option<&str> {
        None
    }

    /// What it is compared and hashed by as a key of a dict; `None` is its identity.
    fn key(&self) -> Option<Key> {
        None
    }

    /// `self.name`; `None` is an `AttributeError`.
    fn get_attr(self: Rc<Self>, _vm: &mut Vm, _name: &str) -> Eval<Option<Value>> {
        Ok(None)
    }

    /// `self.name = value`; `false` is an `AttributeError`.
    fn set_attr(self: Rc<Self>, _vm: &mut Vm, _name: &str, _value: Value) -> Eval<bool> {
        Ok(false)
    }

    /// `self(...)`; `None` is a `TypeError`.
    fn call(self: Rc<Self>, _vm: &mut Vm, _args: Args) -> Eval<Option<Value>> {
        Ok(None)
    }

    /// `self[key]`; `None` is a `TypeError`.
    fn get_item(self: Rc<Self>, _vm: &mut Vm, _key: Value) -> Eval<Option<Value>> {
        Ok(None)
    }

    /// `self[key] = value`; `false` is a `TypeError`.
    fn set_item(self: Rc<Self>, _vm: &mut Vm, _key: Value, _value: Value) -> Eval<bool> {
        Ok(false)
    }

    /// All items for `for … in self`; `None` is a `TypeError`, a `Some(Value::Unknown)` an unknown number of items.
    fn iterate(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(None)
    }

    /// `with self as x`.
    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(None)
    }

    /// The end of `with`; `raised` is the exception that ended it. `true` swallows it.
    fn exit(self: Rc<Self>, _vm: &mut Vm, _raised: Option<&Value>) -> Eval<bool> {
        Ok(false)
    }

    /// A binary or comparison operator by its Python spelling (`+`, `==`, `in`, `&`, …). `reflected`: self is the right
    /// operand. `None`: not supported here.
    fn binary(self: Rc<Self>, _vm: &mut Vm, _operator: &str, _other: &Value, _reflected: bool) -> Eval<Option<Value>> {
        Ok(None)
    }

    /// A unary operator (`-`, `~`).
    fn unary(self: Rc<Self>, _vm: &mut Vm, _operator: &str) -> Eval<Option<Value>> {
        Ok(None)
    }

    /// `bool(self)`
    fn truth(self: Rc<Self>, _vm: &mut Vm) -> Eval<Value> {
        Ok(Value::Bool(true))
    }

    /// `len(self)`
    fn len(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(None)
    }

    /// `str(self)`; `None` gives the default `<class object>`.
    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(None)
    }

    /// `repr(self)`; `None` falls back to `str`.
    fn repr(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(None)
    }
}

/// What a native function does.
pub type Body = dyn Fn(&mut Vm, Args) -> Eval<Value>;

/// A function written in Rust.
#[derive(Clone)]
pub struct NativeFunction {
    /// Its name.
    pub name: Rc<str>,
    /// As an attribute of a class it gets the instance as its first argument.
    pub is_method: bool,
    body: Rc<Body>,
}

impl fmt::Debug for NativeFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<built-in function {}>", self.name)
    }
}

impl Native for NativeFunction {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "builtin_function_or_method"
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "__name__" | "__qualname__" => Some(Value::Str(self.name.clone())),
            "__doc__" => Some(Value::None),
            _ => None,
        })
    }

    fn call(self: Rc<Self>, vm: &mut Vm, args: Args) -> Eval<Option<Value>> {
        (self.body)(vm, args).map(Some)
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str(format!("{self:?}"))))
    }
}

/// A function of a library.
///
/// ```
/// # use restamp::alembic::eval::{native, Value};
/// let double = native::function("double", |vm, args| {
///     let bound = args.bind(vm, "double(text, times=2)")?;
///     let times = bound.get("times").and_then(|value| value.as_i64()).unwrap_or(2);
///     Ok(Value::str(bound.required("text").as_str().unwrap_or_default().repeat(times as usize)))
/// });
/// ```
pub fn function(name: &str, body: impl Fn(&mut Vm, Args) -> Eval<Value> + 'static) -> Value {
    Value::native(NativeFunction { name: name.into(), is_method: false, body: Rc::new(body) })
}

/// A method: put into the attributes of a class, its first argument is the instance.
pub fn method(name: &str, body: impl Fn(&mut Vm, Args) -> Eval<Value> + 'static) -> Value {
    Value::native(NativeFunction { name: name.into(), is_method: true, body: Rc::new(body) })
}

/// What a module does when asked for a name that it does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// All of it is there: `AttributeError`.
    Absent,
    /// Only a part of it is modelled: unknown.
    Unmodelled,
}
