//! `functools`, `operator`.

use std::rc::Rc;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::function::Property;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Items, Vm};

/// `functools.partial`
#[derive(Debug)]
pub(in crate::alembic::eval) struct Partial {
    pub function: Value,
    pub args: Args,
}

impl Native for Partial {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "functools.partial"
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok((name == "func").then(|| self.function.clone()))
    }

    fn call(self: Rc<Self>, vm: &mut Vm, args: Args) -> Eval<Option<Value>> {
        let mut all = self.args.clone();
        all.span = args.span;
        all.unknown = all.unknown.or(args.unknown);
        all.positional.extend(args.positional);
        for (name, value) in args.keyword {
            all.keyword.retain(|(other, _)| *other != name);
            all.keyword.push((name, value));
        }
        vm.call(&self.function, all).map(Some)
    }
}

fn first(_vm: &mut Vm, args: Args) -> Eval<Value> {
    Ok(args.positional.into_iter().next().unwrap_or(Value::None))
}

/// A decorator with or without arguments that changes nothing.
fn cache(_vm: &mut Vm, args: Args) -> Eval<Value> {
    match args.positional.into_iter().next() {
        Some(function @ Value::Native(_)) => Ok(function),
        _ => Ok(native::function("cache", first)),
    }
}

pub(super) fn install(vm: &mut Vm) {
    let functools = [
        ("wraps", native::function("wraps", |_, _| Ok(native::function("wraps", first)))),
        (
            "partial",
            native::function("partial", |_, mut args| {
                let function = if args.positional.is_empty() { Value::None } else { args.positional.remove(0) };
                Ok(Value::native(Partial { function, args }))
            }),
        ),
        ("lru_cache", native::function("lru_cache", cache)),
        ("cache", native::function("cache", cache)),
        ("total_ordering", native::function("total_ordering", first)),
        (
            "cached_property",
            native::function("cached_property", |vm, args| {
                Ok(Value::native(Property { get: first(vm, args)?, set: None }))
            }),
        ),
        (
            "reduce",
            native::function("reduce", |vm, args| {
                let bound = args.bind(vm, "reduce(function, iterable, initial=, /)")?;
                let function = bound.required("function");
                let mut items = match vm.iterate(&bound.required("iterable"))? {
                    Items::Known(items) => items.into_iter(),
                    Items::Unknown(reason) => return Ok(Value::Unknown(reason)),
                };
                let Some(mut total) = bound.get("initial").or_else(|| items.next()) else {
                    return Err(vm.raise("TypeError", "reduce() of empty iterable with no initial value"));
                };
                for item in items {
                    total = vm.call(&function, Args::positional([total, item]))?;
                }
                Ok(total)
            }),
        ),
    ];
    vm.register("functools", functools);
    let getter = |name: &'static str, by_attr: bool| {
        native::function(name, move |_, args| {
            let keys = args.positional;
            Ok(native::function(name, move |vm, args| {
                let value = first(vm, args)?;
                let mut found = Vec::new();
                for key in &keys {
                    found.push(match key.as_str() {
                        Some(attr) if by_attr => vm.get_attr(&value, attr)?,
                        _ => vm.get_item(&value, key.clone())?,
                    });
                }
                Ok(if found.len() == 1 { found.remove(0) } else { Value::tuple(found) })
            }))
        })
    };
    let binary = |name: &'static str, op: &'static str| {
        native::function(name, move |vm, args| {
            let bound = args.bind(vm, "operator(a, b, /)")?;
            vm.binary(op, &bound.required("a"), &bound.required("b"))
        })
    };
    let operator = [
        ("itemgetter", getter("itemgetter", false)),
        ("attrgetter", getter("attrgetter", true)),
        ("add", binary("add", "+")),
        ("sub", binary("sub", "-")),
        ("mul", binary("mul", "*")),
        ("or_", binary("or_", "|")),
        ("and_", binary("and_", "&")),
    ];
    vm.register("operator", operator);
}
