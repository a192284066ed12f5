//! `bool`, `str`, `repr`, `len`, and the names of types.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::Zero;

use super::args::Args;
use super::class::{Class, Instance};
use super::container::{Dict, Key, Set};
use super::value::Value;
use super::{Eval, Vm};
use crate::pg::error::Reason;

/// `bool(value)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It is true.
    True,
    /// It is false.
    False,
    /// It is not known.
    Unknown(Reason),
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}

impl From<Truth> for Value {
    fn from(truth: Truth) -> Value {
        match truth {
            Truth::True => Value::Bool(true),
            Truth::False => Value::Bool(false),
            Truth::Unknown(reason) => Value::Unknown(reason),
        }
    }
}

impl Vm {
    /// `bool(value)`
    pub fn truth(&mut self, value: &Value) -> Eval<Truth> {
        Ok(match value {
            Value::None => Truth::False,
            Value::Bool(value) => Truth::from(*value),
            Value::Int(value) => Truth::from(!value.is_zero()),
            Value::Float(value) => Truth::from(*value != 0.0),
            Value::Str(text) => Truth::from(!text.is_empty()),
            Value::Bytes(bytes) => Truth::from(!bytes.is_empty()),
            Value::Tuple(items) => Truth::from(!items.is_empty()),
            Value::List(list) => {
                let list = list.borrow();
                known(list.unknown.as_ref(), !list.items.is_empty())
            }
            Value::Dict(dict) => {
                let dict = dict.borrow();
                known(dict.unknown.as_ref(), !dict.is_empty())
            }
            Value::Set(set) => {
                let set = set.borrow();
                known(set.dict.unknown.as_ref(), !set.dict.is_empty())
            }
            Value::Unknown(reason) => {
                self.is_asked(reason);
                Truth::Unknown(reason.clone())
            }
            Value::Native(native) => {
                if let Some(instance) = value.as_instance() {
                    if let Some(method) = self.find_method(value, "__bool__")? {
                        let value = self.call(&method, Args::default())?;
                        return match value.as_instance() {
                            Some(_) => Err(self.raise("TypeError", "__bool__ should return bool")),
                            None => self.truth(&value),
                        };
                    }
                    if let Some(method) = self.find_method(value, "__len__")? {
                        let length = self.call(&method, Args::default())?;
                        return match length.as_instance() {
                            Some(_) => Err(self.raise("TypeError", "__len__ should return int")),
                            None => self.truth(&length),
                        };
                    }
                    return match (instance.base.get(), &instance.class.unknown) {
                        // A member of an enum is true, unless the type that it mixes in says otherwise.
                        (Some(base), _) => self.truth(&base.clone()),
                        (None, Some(reason)) => Ok(Truth::Unknown(reason.clone())),
                        (None, None) => Ok(Truth::True),
                    };
                }
                match native.clone().truth(self)? {
                    Value::Bool(value) => Truth::from(value),
                    Value::Unknown(reason) => Truth::Unknown(reason),
                    _ => Truth::True,
                }
            }
        })
    }

    /// `len(value)`
    pub fn len(&mut self, value: &Value) -> Eval<Value> {
        let length = match value {
            Value::Str(text) => text.chars().count(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Tuple(items) => items.len(),
            Value::List(list) => match &list.borrow().unknown {
                Some(reason) => return Ok(Value::Unknown(reason.clone())),
                None => list.borrow().items.len(),
            },
            Value::Dict(dict) => match &dict.borrow().unknown {
                Some(reason) => return Ok(Value::Unknown(reason.clone())),
                None => dict.borrow().len(),
            },
            Value::Set(set) => match &set.borrow().dict.unknown {
                Some(reason) => return Ok(Value::Unknown(reason.clone())),
                None => set.borrow().dict.len(),
            },
            Value::Unknown(_) => return Ok(value.clone()),
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => return self.no_len(value),
            Value::Native(native) => {
                if let Some(class) = value.as_class() {
                    if let Some(members) = class.find("__members__") {
                        return Ok(Value::int(super::stdlib::enum_members(&members).len()));
                    }
                    return self.no_len(value);
                }
                if value.as_instance().is_some() {
                    if let Some(method) = self.find_method(value, "__len__")? {
                        return self.call(&method, Args::default());
                    }
                    return match value.base() {
                        Some(base) => self.len(&base.clone()),
                        None => self.no_len(value),
                    };
                }
                return match native.clone().len(self)? {
                    Some(length) => Ok(length),
                    None => self.no_len(value),
                };
            }
        };
        Ok(Value::int(length))
    }

    fn no_len(&mut self, value: &Value) -> Eval<Value> {
        let class = self.type_name(value);
        self.refuse(value, "the length", &format!("object of type '{class}' has no len()"))
    }

    /// `str(value)`: a `str`, or unknown.
    pub fn str(&mut self, value: &Value) -> Eval<Value> {
        match value {
            Value::Str(_) | Value::Unknown(_) => Ok(value.clone()),
            Value::Native(native) => {
                if let Some(instance) = value.as_instance() {
                    if let Some(method) = self.find_method(value, "__str__")? {
                        return self.call(&method, Args::default());
                    }
                    if instance.class.derives_from("BaseException") {
                        return self.exception_text(instance);
                    }
                    if let Some(base) = instance.base.get() {
                        return self.str(&base.clone());
                    }
                    return self.repr(value);
                }
                match native.clone().str(self)? {
                    Some(text) => Ok(text),
                    None => self.repr(value),
                }
            }
            _ => self.repr(value),
        }
    }

    fn exception_text(&mut self, instance: &Instance) -> Eval<Value> {
        let args = instance.attrs.get("args").unwrap_or(Value::None);
        match &args {
            Value::Tuple(items) => match &**items {
                [] => Ok(Value::str("")),
                [one] if instance.class.derives_from("KeyError") => self.repr(one),
                [one] => self.str(one),
                _ => self.repr(&args),
            },
            _ => Ok(Value::str("")),
        }
    }

    /// `repr(value)`: a `str`, or unknown.
    pub fn repr(&mut self, value: &Value) -> Eval<Value> {
        let mut text = String::new();
        match self.deeper(|vm| vm.write_repr(value, &mut text))? {
            Some(reason) => Ok(Value::Unknown(reason)),
            None => {
                self.charge(text.len())?;
                Ok(Value::str(text))
            }
        }
    }

    fn write_repr(&mut self, value: &Value, text: &mut String) -> Eval<Option<Reason>> {
        match value {
            Value::None => text.push_str("None"),
            Value::Bool(value) => text.push_str(if *value { "True" } else { "False" }),
            Value::Int(value) => text.push_str(&value.to_string()),
            Value::Float(value) => text.push_str(&super::format::float_repr(*value)),
            Value::Str(value) => text.push_str(&super::format::str_repr(value)),
            Value::Bytes(bytes) => text.push_str(&super::format::bytes_repr(bytes)),
            Value::Tuple(items) => {
                let end = if items.len() == 1 { ",)" } else { ")" };
                return self.write_items(items, "(", end, text);
            }
            Value::List(list) => {
                if let Some(reason) = &list.borrow().unknown {
                    return Ok(Some(reason.clone()));
                }
                let items = list.borrow().items.clone();
                return self.write_items(&items, "[", "]", text);
            }
            Value::Set(set) => {
                let (items, frozen, unknown) = {
                    let set = set.borrow();
                    (set.dict.keys().cloned().collect::<Vec<_>>(), set.frozen, set.dict.unknown.clone())
                };
                if unknown.is_some() {
                    return Ok(unknown);
                }
                return match (items.is_empty(), frozen) {
                    (true, false) => self.write_items(&[], "set(", ")", text),
                    (true, true) => self.write_items(&[], "frozenset(", ")", text),
                    (false, false) => self.write_items(&items, "{", "}", text),
                    (false, true) => self.write_items(&items, "frozenset({", "})", text),
                };
            }
            Value::Dict(dict) => {
                if let Some(reason) = &dict.borrow().unknown {
                    return Ok(Some(reason.clone()));
                }
                let items: Vec<(Value, Value)> = dict.borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect();
                text.push('{');
                for (at, (key, value)) in items.iter().enumerate() {
                    text.push_str(if at > 0 { ", " } else { "" });
                    for (part, separator) in [(key, ": "), (value, "")] {
                        if let Some(reason) = self.deeper(|vm| vm.write_repr(part, text))? {
                            return Ok(Some(reason));
                        }
                        text.push_str(separator);
                    }
                }
                text.push('}');
            }
            Value::Unknown(reason) => return Ok(Some(reason.clone())),
            Value::Native(native) => {
                let written = match value.as_instance() {
                    Some(instance) => self.instance_repr(value, instance)?,
                    None => match value.as_class() {
                        Some(class) => Value::str(format!("<class '{}'>", class.dotted)),
                        None => match native.clone().repr(self)? {
                            Some(written) => written,
                            None => match native.clone().str(self)? {
                                Some(written) => written,
                                // It would show an address.
                                None => self.unknown("address", format!("the repr of a {}", native.class())),
                            },
                        },
                    },
                };
                match written {
                    Value::Str(written) => text.push_str(&written),
                    Value::Unknown(reason) => return Ok(Some(reason)),
                    _ => return Err(self.raise("TypeError", "__repr__ returned non-string")),
                }
            }
        }
        Ok(None)
    }

    fn instance_repr(&mut self, value: &Value, instance: &Instance) -> Eval<Value> {
        if let Some(method) = self.find_method(value, "__repr__")? {
            return self.call(&method, Args::default());
        }
        if instance.class.derives_from("BaseException") {
            let args = match instance.attrs.get("args") {
                Some(Value::Tuple(items)) => items,
                _ => Rc::from([]),
            };
            let mut text = instance.class.name.to_string();
            let unknown = match &*args {
                [one] => self.write_items(std::slice::from_ref(one), "(", ")", &mut text)?,
                items => self.write_items(items, "(", ")", &mut text)?,
            };
            return Ok(unknown.map_or_else(|| Value::str(text), Value::Unknown));
        }
        if let Some(base) = instance.base.get() {
            return self.repr(&base.clone());
        }
        Ok(self.unknown("address", format!("the repr of a {}", instance.class.name)))
    }

    fn write_items(&mut self, items: &[Value], start: &str, end: &str, text: &mut String) -> Eval<Option<Reason>> {
        text.push_str(start);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                text.push_str(", ");
            }
            if let Some(reason) = self.deeper(|vm| vm.write_repr(item, text))? {
                return Ok(Some(reason));
            }
        }
        text.push_str(end);
        Ok(None)
    }

    /// The name of a value's type, as messages show it.
    pub fn type_name(&self, value: &Value) -> String {
        let dotted = match value {
            Value::None => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::Tuple(_) => "tuple",
            Value::List(_) => "list",
            Value::Dict(_) => "dict",
            Value::Set(set) if set.borrow().frozen => "frozenset",
            Value::Set(_) => "set",
            Value::Native(native) => match value.as_instance() {
                Some(instance) => return instance.class.name.to_string(),
                None => native.class(),
            },
            Value::Unknown(_) => "unknown",
        };
        dotted.rsplit('.').next().unwrap_or(dotted).to_owned()
    }

    /// `type(value)`
    pub fn type_of(&mut self, value: &Value) -> Value {
        match value {
            Value::Unknown(_) => value.clone(),
            Value::Native(native) => match value.as_instance() {
                Some(instance) => Value::Native(instance.class.clone()),
                None => {
                    let dotted = native.class();
                    match self.class(dotted) {
                        Some(class) => Value::Native(class),
                        None => {
                            let class = Rc::new(Class::new(dotted, self.class("object").into_iter().collect()));
                            self.classes.insert(dotted.to_owned(), class.clone());
                            Value::Native(class)
                        }
                    }
                }
            },
            _ => {
                let name = self.type_name(value);
                self.class_value(&name)
            }
        }
    }

    /// `isinstance(value, class)`
    pub(super) fn is_instance_of(&mut self, value: &Value, class: &Rc<Class>) -> Truth {
        let builtin = |names: &[&str]| Truth::from(*class.dotted == *"object" || names.contains(&&*class.dotted));
        match value {
            Value::None => builtin(&["NoneType"]),
            Value::Bool(_) => builtin(&["bool", "int", "numbers.Number", "numbers.Integral"]),
            Value::Int(_) => builtin(&["int", "numbers.Number", "numbers.Integral"]),
            Value::Float(_) => builtin(&["float", "numbers.Number"]),
            Value::Str(_) => {
                builtin(&["str", "collections.abc.Sequence", "collections.abc.Iterable", "collections.abc.Hashable"])
            }
            Value::Bytes(_) => builtin(&["bytes", "collections.abc.Sequence", "collections.abc.Iterable"]),
            Value::Tuple(_) => builtin(&["tuple", "collections.abc.Sequence", "collections.abc.Iterable"]),
            Value::List(_) => builtin(&[
                "list",
                "collections.abc.Sequence",
                "collections.abc.MutableSequence",
                "collections.abc.Iterable",
            ]),
            Value::Dict(_) => builtin(&[
                "dict",
                "collections.abc.Mapping",
                "collections.abc.MutableMapping",
                "collections.abc.Iterable",
            ]),
            Value::Set(set) => {
                let name = if set.borrow().frozen { "frozenset" } else { "set" };
                builtin(&[name, "collections.abc.Set", "collections.abc.Iterable"])
            }
            Value::Unknown(reason) => Truth::Unknown(reason.clone()),
            Value::Native(native) => match value.as_instance() {
                Some(instance) => {
                    let own = &instance.class;
                    if Rc::ptr_eq(own, class) || own.derives_from(&class.dotted) {
                        return Truth::True;
                    }
                    if let Some(reason) = &own.unknown {
                        return Truth::Unknown(reason.clone());
                    }
                    match &class.unknown {
                        // A class made of an unknown one could have its own idea of instances, but never does.
                        Some(_) | None => Truth::False,
                    }
                }
                None => {
                    let is_type = value.downcast_ref::<Class>().is_some() && *class.dotted == *"type";
                    let is_iterable = value.downcast_ref::<super::generator::Generator>().is_some()
                        && matches!(
                            &*class.dotted,
                            "collections.abc.Iterator" | "collections.abc.Iterable" | "collections.abc.Generator"
                        );
                    Truth::from(
                        is_type || is_iterable || *class.dotted == *"object" || native.is_instance(&class.dotted),
                    )
                }
            },
        }
    }

    /// The content of a mapping. `None`: it is none. Of an unknown value: an unknown content.
    pub fn as_dict(&mut self, value: &Value) -> Eval<Option<Dict>> {
        match value {
            Value::Dict(dict) => Ok(Some(dict.borrow().clone())),
            Value::Unknown(reason) => {
                let mut dict = Dict::new();
                dict.forget(reason.clone());
                Ok(Some(dict))
            }
            Value::Native(_) => {
                if let Some(base @ Value::Dict(_)) = value.base() {
                    return self.as_dict(&base.clone());
                }
                let has_keys = match self.find_attr(value, "keys")? {
                    Some(keys) => keys,
                    None => return Ok(None),
                };
                let keys = self.call(&has_keys, Args::default())?;
                let mut dict = Dict::new();
                match self.iterate(&keys)? {
                    super::Items::Known(keys) => {
                        for key in keys {
                            let item = self.get_item(value, key.clone())?;
                            self.insert(&mut dict, key, item)?;
                        }
                    }
                    super::Items::Unknown(reason) => dict.forget(reason),
                }
                Ok(Some(dict))
            }
            _ => Ok(None),
        }
    }

    /// `dict[key] = value`: an unknown key makes the content unknown, one that is not hashable is a `TypeError`.
    pub(super) fn insert(&mut self, dict: &mut Dict, key: Value, value: Value) -> Eval<()> {
        if dict.unknown.is_some() {
            return Ok(());
        }
        match self.key(&key)? {
            Ok(_) => {
                self.charge(48)?;
                dict.insert(key, value);
            }
            Err(reason) => dict.forget(reason),
        }
        Ok(())
    }

    /// What a dict compares a value by; `Err` in `Ok`: not known.
    pub(super) fn key(&mut self, value: &Value) -> Eval<Result<Key, Reason>> {
        if let Some(key) = Key::of(value) {
            return Ok(Ok(key));
        }
        if let Some(reason) = unknown_inside(value) {
            return Ok(Err(reason));
        }
        let class = self.type_name(value);
        Err(self.raise("TypeError", &format!("unhashable type: '{class}'")))
    }

    pub(super) fn new_set(&mut self, items: impl IntoIterator<Item = Value>, frozen: bool) -> Eval<Value> {
        let mut dict = Dict::new();
        for item in items {
            self.insert(&mut dict, item, Value::None)?;
        }
        Ok(Value::Set(Rc::new(std::cell::RefCell::new(Set { dict, frozen }))))
    }
}

fn known(unknown: Option<&Reason>, value: bool) -> Truth {
    match unknown {
        Some(reason) => Truth::Unknown(reason.clone()),
        None => Truth::from(value),
    }
}

/// Why a value, or something in a tuple, is not known.
pub(super) fn unknown_inside(value: &Value) -> Option<Reason> {
    match value {
        Value::Unknown(reason) => Some(reason.clone()),
        Value::Tuple(items) => items.iter().find_map(unknown_inside),
        Value::Set(set) if set.borrow().frozen => set.borrow().dict.unknown.clone(),
        Value::Float(value) if !value.is_finite() => None,
        _ => None,
    }
}

/// A whole number, for indices and counts; `None` if it is none.
pub(super) fn as_int(value: &Value) -> Option<BigInt> {
    match value {
        Value::Int(value) => Some((**value).clone()),
        Value::Bool(value) => Some(BigInt::from(u8::from(*value))),
        Value::Native(_) => as_int(value.base()?),
        _ => None,
    }
}
