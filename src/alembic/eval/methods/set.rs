//! `set` and `frozenset`.

use std::cell::RefCell;
use std::rc::Rc;

use super::Table;
use crate::alembic::eval::args::Args;
use crate::alembic::eval::container::Key;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Dict, Eval, Items, Set, Vm};

pub(super) const METHODS: Table = &[
    ("add", |vm, value, args| {
        let item = args.bind(vm, "add(element, /)")?.required("element");
        change(vm, value, |vm, dict| vm.insert(dict, item, Value::None))
    }),
    ("discard", |vm, value, args| take(vm, value, args, false)),
    ("remove", |vm, value, args| take(vm, value, args, true)),
    ("clear", |vm, value, _| {
        change(vm, value, |_, dict| {
            *dict = Dict::new();
            Ok(())
        })
    }),
    ("pop", |vm, value, _| {
        // Which one depends on hashes.
        Ok(match value {
            Value::Set(set) if set.borrow().dict.len() == 1 => {
                vm.touch_set(set);
                set.borrow_mut().dict.pop_last().map_or(Value::None, |(key, _)| key)
            }
            Value::Set(set) if set.borrow().dict.is_empty() && set.borrow().dict.unknown.is_none() => {
                return Err(vm.raise("KeyError", "pop from an empty set"));
            }
            Value::Set(set) => {
                let reason = vm.reason("hash-order", "which item a set gives first depends on hashes");
                vm.touch_set(set);
                set.borrow_mut().dict.forget(reason.clone());
                Value::Unknown(reason)
            }
            _ => Value::None,
        })
    }),
    ("copy", |_, value, _| match value {
        Value::Set(set) => Ok(Value::Set(Rc::new(RefCell::new(set.borrow().clone())))),
        _ => Ok(Value::None),
    }),
    ("union", |vm, value, args| combine(vm, value, args, "|")),
    ("intersection", |vm, value, args| combine(vm, value, args, "&")),
    ("difference", |vm, value, args| combine(vm, value, args, "-")),
    ("symmetric_difference", |vm, value, args| combine(vm, value, args, "^")),
    ("update", |vm, value, args| in_place(vm, value, args, "|")),
    ("intersection_update", |vm, value, args| in_place(vm, value, args, "&")),
    ("difference_update", |vm, value, args| in_place(vm, value, args, "-")),
    ("issubset", |vm, value, args| {
        let other = as_set(vm, args)?;
        vm.compare(crate::alembic::python::ast::CompareOp::LtE, value, &other)
    }),
    ("issuperset", |vm, value, args| {
        let other = as_set(vm, args)?;
        vm.compare(crate::alembic::python::ast::CompareOp::GtE, value, &other)
    }),
    ("isdisjoint", |vm, value, args| {
        let both = combine(vm, value, args, "&")?;
        Ok(match vm.len(&both)? {
            unknown @ Value::Unknown(_) => unknown,
            length => Value::Bool(length.as_i64() == Some(0)),
        })
    }),
];

fn as_set(vm: &mut Vm, args: Args) -> Eval<Value> {
    let other = args.positional.into_iter().next().unwrap_or(Value::None);
    match vm.iterate(&other)? {
        Items::Known(items) => vm.new_set(items, false),
        Items::Unknown(reason) => Ok(Value::Unknown(reason)),
    }
}

fn change(vm: &mut Vm, value: &Value, change: impl FnOnce(&mut Vm, &mut Dict) -> Eval<()>) -> Eval<Value> {
    if let Value::Set(set) = value {
        vm.touch_set(set);
        let mut dict = std::mem::take(&mut set.borrow_mut().dict);
        let result = change(vm, &mut dict);
        set.borrow_mut().dict = dict;
        result?;
    }
    Ok(Value::None)
}

fn take(vm: &mut Vm, value: &Value, args: Args, must: bool) -> Eval<Value> {
    let item = args.bind(vm, "remove(element, /)")?.required("element");
    let key = vm.key(&item)?;
    let mut missing = false;
    change(vm, value, |_, dict| {
        match key {
            Ok(key) => missing = dict.remove(&key).is_none() && dict.unknown.is_none(),
            Err(reason) => dict.forget(reason),
        }
        Ok(())
    })?;
    if missing && must { Err(vm.key_error(&item)) } else { Ok(Value::None) }
}

/// `a op b` of two sets.
pub(in crate::alembic::eval) fn operation(op: &str, a: &Dict, b: &Dict, frozen: bool) -> Value {
    if let Some(reason) = a.unknown.clone().or_else(|| b.unknown.clone()) {
        return Value::Unknown(reason);
    }
    let inside = |dict: &Dict, item: &Value| Key::of(item).is_some_and(|key| dict.get(&key).is_some());
    let items: Vec<Value> = match op {
        "|" => a.keys().chain(b.keys()).cloned().collect(),
        "&" => a.keys().filter(|item| inside(b, item)).cloned().collect(),
        "-" => a.keys().filter(|item| !inside(b, item)).cloned().collect(),
        _ => {
            let only_b = b.keys().filter(|item| !inside(a, item));
            a.keys().filter(|item| !inside(b, item)).chain(only_b).cloned().collect()
        }
    };
    Value::Set(Rc::new(RefCell::new(Set::new(items, frozen))))
}

fn combine(vm: &mut Vm, value: &Value, args: Args, op: &str) -> Eval<Value> {
    let Value::Set(set) = value else { return Ok(Value::None) };
    let frozen = set.borrow().frozen;
    let mut result = Value::Set(Rc::new(RefCell::new(set.borrow().clone())));
    for other in args.positional {
        let other = as_set(vm, Args::positional([other]))?;
        result = match (&result, &other) {
            (Value::Set(a), Value::Set(b)) => operation(op, &a.borrow().dict.clone(), &b.borrow().dict.clone(), frozen),
            (Value::Unknown(_), _) => result,
            _ => other,
        };
    }
    Ok(result)
}

fn in_place(vm: &mut Vm, value: &Value, args: Args, op: &str) -> Eval<Value> {
    let new = combine(vm, value, args, op)?;
    change(vm, value, |_, dict| {
        match new {
            Value::Set(new) => *dict = new.borrow().dict.clone(),
            Value::Unknown(reason) => dict.forget(reason),
            _ => {}
        }
        Ok(())
    })
}
