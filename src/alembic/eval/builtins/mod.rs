//! The built-in functions and classes: tables of names.

mod classes;
mod functions;
pub(super) mod names;

use std::rc::Rc;

use super::class::Class;
use super::native::{self, Native};
use super::value::Value;
use super::{Args, Eval, Vm};

/// A built-in function.
pub(super) type Function = fn(&mut Vm, Args) -> Eval<Value>;

pub(super) fn install(vm: &mut Vm) {
    for (name, base, construct) in classes::CLASSES {
        let bases = vm.class(base).into_iter().collect();
        let mut class = Class::new(name, bases);
        if let Some(construct) = construct {
            class = class.construct(*construct);
        }
        let class = Rc::new(class);
        vm.classes.insert((*name).to_owned(), class.clone());
        vm.builtins.set(&(*name).into(), Some(Value::Native(class)));
    }
    for (name, function) in functions::FUNCTIONS {
        vm.builtins.set(&(*name).into(), Some(native::function(name, *function)));
    }
    for name in ["NotImplemented", "Ellipsis"] {
        vm.builtins.set(&name.into(), Some(Value::native(Singleton(name))));
    }
    vm.builtins.set(&"__debug__".into(), Some(Value::Bool(true)));
    vm.builtins.set(&"__name__".into(), Some(Value::str("builtins")));
}

/// `NotImplemented`, `Ellipsis`, `dataclasses.MISSING`
#[derive(Debug)]
pub(super) struct Singleton(pub &'static str);

impl Native for Singleton {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        self.0
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str(self.0)))
    }
}
