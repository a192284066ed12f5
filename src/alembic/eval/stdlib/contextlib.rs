//! `contextlib`.

use std::rc::Rc;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::convert::Truth;
use crate::alembic::eval::generator::{ContextManager, Generator};
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};

pub(super) fn install(vm: &mut Vm) {
    let attrs = [
        ("contextmanager", native::function("contextmanager", context_manager)),
        (
            "suppress",
            native::function("suppress", |_, args| Ok(Value::native(Suppress(Value::tuple(args.positional))))),
        ),
        (
            "nullcontext",
            native::function("nullcontext", |_, args| {
                Ok(Value::native(Null(args.positional.into_iter().next().unwrap_or(Value::None))))
            }),
        ),
        (
            "closing",
            native::function("closing", |_, args| {
                Ok(Value::native(Null(args.positional.into_iter().next().unwrap_or(Value::None))))
            }),
        ),
        ("redirect_stdout", native::function("redirect_stdout", |_, _| Ok(Value::native(Null(Value::None))))),
    ];
    vm.register("contextlib", attrs);
}

fn context_manager(vm: &mut Vm, args: Args) -> Eval<Value> {
    let function = args.bind(vm, "contextmanager(func)")?.required("func");
    Ok(native::method("contextmanager", move |vm, args| {
        let made = vm.call(&function, args)?;
        Ok(match made.downcast::<Generator>() {
            Some(generator) => Value::native(ContextManager { generator }),
            None => made,
        })
    }))
}

/// `suppress(…)`
#[derive(Debug)]
struct Suppress(Value);

impl Native for Suppress {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "contextlib.suppress"
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::None))
    }

    fn exit(self: Rc<Self>, vm: &mut Vm, raised: Option<&Value>) -> Eval<bool> {
        match raised {
            Some(exception) => Ok(vm.is_instance(exception, &self.0)? == Truth::True),
            None => Ok(false),
        }
    }
}

/// `nullcontext(value)`
#[derive(Debug)]
pub(super) struct Null(pub Value);

impl Native for Null {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "contextlib.nullcontext"
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(self.0.clone()))
    }
}
