//! Values that are written in Rust: the seam between the interpreter and the libraries.

use std::any::Any;
use std::fmt::Debug;
use std::rc::Rc;

use super::value::Value;
use super::{Eval, Vm};
use crate::source::Span;

/// The arguments of a call.
#[derive(Clone, Debug, Default)]
pub struct Args {
    /// By position.
    pub positional: Vec<Value>,
    /// By name, in the order written.
    pub keyword: Vec<(Rc<str>, Value)>,
    /// The call's place, where it has one.
    pub span: Option<Span>,
}

/// A value with behaviour. The defaults refuse as Python does (`AttributeError`, `TypeError`).
pub trait Native: Any + Debug {
    /// The class with its module, e.g. `sqlalchemy.sql.schema.Column`; what `isinstance` and messages use.
    fn class(&self) -> &str;

    /// For downcasts.
    fn as_any(&self) -> &dyn Any;

    /// True if this is an instance of the class with that dotted name or of one that derives from it.
    fn is_instance(&self, class: &str) -> bool {
        self.class() == class
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
}
