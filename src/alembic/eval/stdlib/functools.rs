//! `functools`, `itertools`, `operator`.

use std::rc::Rc;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::convert::as_int;
use crate::alembic::eval::function::Property;
use crate::alembic::eval::generator::{Apply, Generator};
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Items, Vm};

/// `functools.partial`
#[derive(Debug)]
struct Partial {
    function: Value,
    args: Args,
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
    let chain = |vm: &mut Vm, iterables: Vec<Value>| {
        let mut all = Vec::new();
        for value in iterables {
            match vm.iterate(&value)? {
                Items::Known(items) => all.extend(items),
                Items::Unknown(reason) => return Ok(Value::native(Generator::unknown(reason))),
            }
        }
        Ok(Value::native(Generator::kept(all)))
    };
    let chained = crate::alembic::eval::class::Class::new("itertools.chain", Vec::new())
        .construct(move |vm, _, args| {
            let mut all = Vec::new();
            for value in args.positional {
                match vm.iterate(&value)? {
                    Items::Known(items) => all.extend(items),
                    Items::Unknown(reason) => return Ok(Value::native(Generator::unknown(reason))),
                }
            }
            Ok(Value::native(Generator::kept(all)))
        })
        .attrs([(
            "from_iterable",
            native::function("from_iterable", move |vm, args| {
                let iterables = args.bind(vm, "from_iterable(iterable, /)")?.required("iterable");
                match vm.iterate(&iterables)? {
                    Items::Known(items) => chain(vm, items),
                    Items::Unknown(reason) => Ok(Value::native(Generator::unknown(reason))),
                }
            }),
        )]);
    let itertools = [
        ("chain", chained.value()),
        (
            "count",
            native::function("count", |vm, args| {
                let bound = args.bind(vm, "count(start=0, step=1)")?;
                let start = bound.get("start").map_or(Some(0.into()), |start| as_int(&start));
                let step = bound.get("step").map_or(Some(1.into()), |step| as_int(&step));
                match (start, step) {
                    (Some(start), Some(step)) => Ok(Value::native(Generator::apply(Apply::Count(start, step)))),
                    _ => Ok(vm.unknown("unsupported", "itertools.count() of this value is not evaluated")),
                }
            }),
        ),
        (
            "product",
            native::function("product", |vm, args| {
                let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
                for value in &args.positional {
                    let items = match vm.iterate(value)? {
                        Items::Known(items) => items,
                        Items::Unknown(reason) => return Ok(Value::native(Generator::unknown(reason))),
                    };
                    vm.charge(rows.len().saturating_mul(items.len()).saturating_mul(64))?;
                    let add = |row: &Vec<Value>, item: &Value| row.iter().cloned().chain([item.clone()]).collect();
                    rows = rows.iter().flat_map(|row| items.iter().map(move |item| add(row, item))).collect();
                }
                Ok(Value::native(Generator::kept(rows.into_iter().map(Value::tuple))))
            }),
        ),
        (
            "repeat",
            native::function("repeat", |vm, args| {
                let bound = args.bind(vm, "repeat(object, times=)")?;
                match bound.get("times").and_then(|times| times.as_i64()) {
                    Some(times) => {
                        let times = usize::try_from(times).unwrap_or(0);
                        vm.charge(times.saturating_mul(32))?;
                        Ok(Value::native(Generator::kept(std::iter::repeat_n(bound.required("object"), times))))
                    }
                    None => Ok(vm.unknown("unsupported", "an endless itertools.repeat() is not evaluated")),
                }
            }),
        ),
    ];
    vm.register("itertools", itertools);
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
