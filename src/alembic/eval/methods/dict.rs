//! `dict`.

use std::cell::RefCell;
use std::rc::Rc;

use super::Table;
use crate::alembic::eval::args::Args;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Dict, Eval, Items, Vm};

pub(super) const METHODS: Table = &[
    ("get", |vm, value, args| {
        let bound = args.bind(vm, "get(key, default=None, /)")?;
        let default = bound.get("default").unwrap_or(Value::None);
        look_up(vm, value, &bound.required("key"), |_| Ok(default))
    }),
    ("setdefault", |vm, value, args| {
        let bound = args.bind(vm, "setdefault(key, default=None, /)")?;
        let key = bound.required("key");
        let default = bound.get("default").unwrap_or(Value::None);
        look_up(vm, value, &key.clone(), |vm| {
            vm.set_item(value, key, default.clone())?;
            Ok(default)
        })
    }),
    ("pop", |vm, value, args| {
        let bound = args.bind(vm, "pop(key, default=, /)")?;
        let key = bound.required("key");
        let default = bound.get("default");
        let found = vm.contains(value, &key)?;
        match (found, default) {
            (Value::Unknown(reason), _) => {
                if let Value::Dict(dict) = value {
                    vm.touch_dict(dict);
                    dict.borrow_mut().forget(reason.clone());
                }
                Ok(Value::Unknown(reason))
            }
            (Value::Bool(false), Some(default)) => Ok(default),
            (Value::Bool(false), None) => Err(vm.key_error(&key)),
            _ => {
                let item = vm.get_item(value, key.clone())?;
                vm.delete_item(value, key)?;
                Ok(item)
            }
        }
    }),
    ("popitem", |vm, value, _| {
        let Value::Dict(dict) = value else { return Ok(Value::None) };
        vm.touch_dict(dict);
        if let Some(reason) = dict.borrow().unknown.clone() {
            return Ok(Value::Unknown(reason));
        }
        let last = dict.borrow_mut().pop_last();
        match last {
            Some((key, value)) => Ok(Value::tuple([key, value])),
            None => Err(vm.raise("KeyError", "popitem(): dictionary is empty")),
        }
    }),
    // Lists stand for the views: nothing that changes a dict while it holds one of its views is written in migrations.
    ("keys", |_, value, _| items(value, |key, _| key.clone())),
    ("values", |_, value, _| items(value, |_, value| value.clone())),
    ("items", |_, value, _| items(value, |key, value| Value::tuple([key.clone(), value.clone()]))),
    ("copy", |_, value, _| match value {
        Value::Dict(dict) => Ok(Value::from(dict.borrow().clone())),
        _ => Ok(Value::None),
    }),
    ("clear", |vm, value, _| {
        if let Value::Dict(dict) = value {
            vm.touch_dict(dict);
            *dict.borrow_mut() = Dict::new();
        }
        Ok(Value::None)
    }),
    ("update", |vm, value, args| {
        let Value::Dict(dict) = value else { return Ok(Value::None) };
        if let Some(reason) = &args.unknown {
            vm.touch_dict(dict);
            dict.borrow_mut().forget(reason.clone());
        }
        for other in &args.positional {
            vm.update_dict(dict, other)?;
        }
        for (name, new) in args.keyword {
            vm.set_item(value, Value::Str(name), new)?;
        }
        Ok(Value::None)
    }),
    ("__contains__", |vm, value, args| vm.contains(value, args.positional.first().unwrap_or(&Value::None))),
    ("__getitem__", |vm, value, args| vm.get_item(value, args.positional.first().cloned().unwrap_or(Value::None))),
    ("__len__", |vm, value, _| vm.len(value)),
];

fn look_up(vm: &mut Vm, value: &Value, key: &Value, absent: impl FnOnce(&mut Vm) -> Eval<Value>) -> Eval<Value> {
    match vm.contains(value, key)? {
        Value::Bool(true) => vm.get_item(value, key.clone()),
        Value::Bool(false) => absent(vm),
        unknown => Ok(unknown),
    }
}

fn items(value: &Value, pick: impl Fn(&Value, &Value) -> Value) -> Eval<Value> {
    let Value::Dict(dict) = value else { return Ok(Value::None) };
    let dict = dict.borrow();
    Ok(match &dict.unknown {
        Some(reason) => Value::Unknown(reason.clone()),
        None => Value::list(dict.iter().map(|(key, value)| pick(key, value))),
    })
}

/// `dict.fromkeys(iterable, value)`
pub(super) fn from_keys(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "fromkeys(iterable, value=None, /)")?;
    let value = bound.get("value").unwrap_or(Value::None);
    let mut dict = Dict::new();
    match vm.iterate(&bound.required("iterable"))? {
        Items::Known(keys) => {
            for key in keys {
                vm.insert(&mut dict, key, value.clone())?;
            }
        }
        Items::Unknown(reason) => dict.forget(reason),
    }
    Ok(Value::from(dict))
}

impl Vm {
    /// `dict.update(other)`: a mapping, or pairs.
    pub(in crate::alembic::eval) fn update_dict(&mut self, dict: &Rc<RefCell<Dict>>, other: &Value) -> Eval<()> {
        let target = Value::Dict(dict.clone());
        if let Some(content) = self.as_dict(other)? {
            if let Some(reason) = content.unknown.clone() {
                self.touch_dict(dict);
                dict.borrow_mut().forget(reason);
            }
            for (key, value) in content.iter() {
                self.set_item(&target, key.clone(), value.clone())?;
            }
            return Ok(());
        }
        match self.iterate(other)? {
            Items::Known(pairs) => {
                for pair in pairs {
                    match self.iterate(&pair)? {
                        Items::Known(pair) => match &pair[..] {
                            [key, value] => self.set_item(&target, key.clone(), value.clone())?,
                            other => {
                                let text = format!(
                                    "dictionary update sequence element has length {}; 2 is required",
                                    other.len()
                                );
                                return Err(self.raise("ValueError", &text));
                            }
                        },
                        Items::Unknown(reason) => {
                            self.touch_dict(dict);
                            dict.borrow_mut().forget(reason);
                        }
                    }
                }
            }
            Items::Unknown(reason) => {
                self.touch_dict(dict);
                dict.borrow_mut().forget(reason);
            }
        }
        Ok(())
    }
}
