//! `collections.Counter`.

use std::rc::Rc;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::{Class, Instance};
use crate::alembic::eval::native;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Dict, Eval, Items, Truth, Vm};

/// The class.
pub(super) fn class(vm: &Vm) -> Value {
    let method = |name: &'static str, body: fn(&mut Vm, Value, Args) -> Eval<Value>| {
        let function = native::method(name, move |vm, mut args| {
            if args.positional.is_empty() {
                return Err(vm.raise("TypeError", &format!("unbound method Counter.{name}() needs an argument")));
            }
            let own = args.positional.remove(0);
            body(vm, own, args)
        });
        (name, function)
    };
    Class::new("collections.Counter", vm.class("dict").into_iter().collect())
        .construct(|vm, class, args| {
            let instance = Instance::new(class.clone());
            // A new instance has no base yet.
            let _ = instance.base.set(Value::from(Dict::new()));
            let counter = Value::native(instance);
            count(vm, &counter, args, 1)?;
            Ok(counter)
        })
        .attrs([
            method("__getitem__", |vm, own, args| {
                let key = args.bind(vm, "__getitem__(key, /)")?.required("key");
                number_of(vm, &counted(&own), &key)
            }),
            method("update", |vm, own, args| count(vm, &own, args, 1)),
            method("subtract", |vm, own, args| count(vm, &own, args, -1)),
            method("most_common", most_common),
            method("elements", |vm, own, _| {
                let Some(counts) = known(vm, &own)? else { return unknown(vm, &own) };
                let repeated = counts
                    .into_iter()
                    .flat_map(|(key, n)| std::iter::repeat_n(key, usize::try_from(n).unwrap_or(0).min(100_000)));
                Ok(Value::list(repeated))
            }),
            method("total", |vm, own, _| match known(vm, &own)? {
                Some(counts) => Ok(Value::int(counts.iter().map(|(_, n)| n).sum::<i64>())),
                None => unknown(vm, &own),
            }),
            method("__add__", |vm, own, args| combined(vm, own, args, |a, b| a + b)),
            method("__sub__", |vm, own, args| combined(vm, own, args, |a, b| a - b)),
            method("__and__", |vm, own, args| combined(vm, own, args, i64::min)),
            method("__or__", |vm, own, args| combined(vm, own, args, i64::max)),
        ])
        .value()
}

/// The dict with the numbers.
fn counted(counter: &Value) -> Value {
    counter.base().cloned().unwrap_or(Value::None)
}

fn number_of(vm: &mut Vm, counts: &Value, key: &Value) -> Eval<Value> {
    match vm.contains(counts, key)? {
        Value::Bool(false) => Ok(Value::int(0)),
        Value::Unknown(reason) => Ok(Value::Unknown(reason)),
        _ => vm.get_item(counts, key.clone()),
    }
}

/// Adds what an iterable holds, or the numbers of a mapping, as often as `sign` says.
fn count(vm: &mut Vm, counter: &Value, args: Args, sign: i64) -> Eval<Value> {
    let bound = args.bind(vm, "Counter(iterable=, /, **kw)")?;
    let counts = counted(counter);
    let mut added: Vec<(Value, Value)> = Vec::new();
    let mut unknown = bound.unknown.clone();
    if let Some(iterable) = bound.get("iterable").filter(|iterable| !iterable.is_none()) {
        if let Value::Unknown(reason) = &iterable {
            unknown.get_or_insert_with(|| reason.clone());
        } else if let Some(dict) = vm.as_dict(&iterable)? {
            unknown = unknown.or_else(|| dict.unknown.clone());
            added.extend(dict.iter().map(|(key, number)| (key.clone(), number.clone())));
        } else {
            match vm.iterate(&iterable)? {
                Items::Known(items) => added.extend(items.into_iter().map(|item| (item, Value::int(1)))),
                Items::Unknown(reason) => drop(unknown.get_or_insert(reason)),
            }
        }
    }
    added.extend(bound.keywords.iter().map(|(name, number)| (Value::Str(name.clone()), number.clone())));
    for (key, number) in added {
        let before = number_of(vm, &counts, &key)?;
        let after = vm.binary(if sign < 0 { "-" } else { "+" }, &before, &number)?;
        vm.set_item(&counts, key, after)?;
    }
    if let (Some(reason), Value::Dict(dict)) = (unknown, &counts) {
        vm.touch_dict(dict);
        dict.borrow_mut().forget(reason);
    }
    Ok(Value::None)
}

/// All keys with their numbers, where they are known.
fn known(vm: &mut Vm, counter: &Value) -> Eval<Option<Vec<(Value, i64)>>> {
    let Some(dict) = vm.as_dict(counter)? else { return Ok(None) };
    if dict.unknown.is_some() {
        return Ok(None);
    }
    Ok(dict.iter().map(|(key, number)| Some((key.clone(), number.as_i64()?))).collect())
}

fn unknown(vm: &mut Vm, counter: &Value) -> Eval<Value> {
    let dict = vm.as_dict(counter)?;
    let of_value = |dict: &Dict| dict.iter().find_map(|(_, number)| number.reason().cloned());
    let reason = dict.and_then(|dict| dict.unknown.clone().or_else(|| of_value(&dict)));
    let reason = reason.unwrap_or_else(|| vm.reason("unsupported", "a Counter of other than whole numbers"));
    Ok(Value::Unknown(reason))
}

/// Of equal numbers those that came first come first.
fn most_common(vm: &mut Vm, own: Value, args: Args) -> Eval<Value> {
    let number = args.bind(vm, "most_common(n=)")?.get("n").filter(|number| !number.is_none());
    if let Some(Value::Unknown(reason)) = number {
        return Ok(Value::Unknown(reason));
    }
    let Some(mut counts) = known(vm, &own)? else { return unknown(vm, &own) };
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let most = number.and_then(|number| number.as_i64()).map_or(counts.len(), |n| usize::try_from(n).unwrap_or(0));
    Ok(Value::list(counts.into_iter().take(most).map(|(key, n)| Value::tuple([key, Value::int(n)]))))
}

/// `a + b` and its like: what is positive of both.
fn combined(vm: &mut Vm, own: Value, args: Args, combine: fn(i64, i64) -> i64) -> Eval<Value> {
    let other = args.bind(vm, "operator(other, /)")?.required("other");
    let (Some(a), Some(b)) = (known(vm, &own)?, known(vm, &other)?) else {
        return match other {
            Value::Unknown(_) => Ok(other),
            _ => unknown(vm, &own),
        };
    };
    let mut combined: Vec<(Value, i64)> = Vec::new();
    for (key, _) in a.iter().chain(&b) {
        if find(vm, &combined, key)?.is_none() {
            let numbers = (find(vm, &a, key)?.unwrap_or(0), find(vm, &b, key)?.unwrap_or(0));
            combined.push((key.clone(), combine(numbers.0, numbers.1)));
        }
    }
    let mut dict = Dict::new();
    for (key, n) in combined.into_iter().filter(|(_, n)| *n > 0) {
        dict.insert(key, Value::int(n));
    }
    let class: Option<Rc<Class>> = own.as_instance().map(|instance| instance.class.clone());
    let Some(class) = class else { return Ok(Value::None) };
    let instance = Instance::new(class);
    // A new instance has no base yet.
    let _ = instance.base.set(Value::from(dict));
    Ok(Value::native(instance))
}

fn find(vm: &mut Vm, counts: &[(Value, i64)], key: &Value) -> Eval<Option<i64>> {
    for (other, n) in counts {
        let same = vm.equals(other, key)?;
        if vm.truth(&same)? == Truth::True {
            return Ok(Some(*n));
        }
    }
    Ok(None)
}
