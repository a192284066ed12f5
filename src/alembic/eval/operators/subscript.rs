//! `value[key]`, read, set and deleted.

use std::cell::RefCell;
use std::rc::Rc;

use num_traits::{Signed, ToPrimitive};

use crate::alembic::eval::args::Args;
use crate::alembic::eval::convert::as_int;
use crate::alembic::eval::function::ClassMethod;
use crate::alembic::eval::native::Native;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Class, Eval, Items, List, Raise, Vm, stdlib};

/// `lower:upper:step`
#[derive(Debug)]
pub(in crate::alembic::eval) struct Slice {
    pub lower: Value,
    pub upper: Value,
    pub step: Value,
}

impl Native for Slice {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "slice"
    }
}

impl Vm {
    /// `value[key]`
    pub fn get_item(&mut self, value: &Value, key: Value) -> Eval<Value> {
        if let Value::Unknown(reason) = value {
            return Ok(Value::Unknown(reason.clone()));
        }
        if let Value::Dict(dict) = value {
            let hash = match self.key(&key)? {
                Ok(hash) => hash,
                Err(reason) => return Ok(Value::Unknown(reason)),
            };
            let dict = dict.borrow();
            if let Some(reason) = &dict.unknown {
                return Ok(Value::Unknown(reason.clone()));
            }
            if let Some(value) = dict.get(&hash) {
                return Ok(value.clone());
            }
            drop(dict);
            return Err(self.key_error(&key));
        }
        if let Value::Native(native) = value {
            if let Some(method) = self.find_method(value, "__getitem__")? {
                return self.call(&method, Args::positional([key]));
            }
            if let Some(class) = value.as_class() {
                return self.class_item(value, &class, key);
            }
            if let Some(base) = value.base() {
                return self.get_item(&base.clone(), key);
            }
            if let Some(value) = native.clone().get_item(self, key)? {
                return Ok(value);
            }
            return self.not_subscriptable(value);
        }
        if let Some(slice) = key.downcast::<Slice>() {
            return self.sliced(value, &slice);
        }
        if let Value::Unknown(_) = key {
            return Ok(key);
        }
        let items: Vec<Value> = match value {
            Value::Tuple(items) => return self.at_index(items, &key, "tuple"),
            Value::List(list) => {
                if let Some(reason) = &list.borrow().unknown {
                    return Ok(Value::Unknown(reason.clone()));
                }
                let list = list.clone();
                let items = list.borrow();
                return self.at_index(&items.items, &key, "list");
            }
            Value::Str(text) => text.chars().map(|char| Value::str(char.to_string())).collect(),
            Value::Bytes(bytes) => bytes.iter().map(|&byte| Value::int(byte)).collect(),
            _ => return self.not_subscriptable(value),
        };
        self.at_index(&items, &key, if matches!(value, Value::Str(_)) { "string" } else { "index" })
    }

    fn class_item(&mut self, value: &Value, class: &Rc<Class>, key: Value) -> Eval<Value> {
        if class.derives_from("enum.Enum")
            && let Some(members) = class.find("__members__")
        {
            return self.get_item(&members, key);
        }
        if let Some(method) = class.find("__class_getitem__") {
            let method = match method.downcast_ref::<ClassMethod>() {
                Some(method) => method.0.clone(),
                None => method,
            };
            return self.call(&method, Args::positional([value.clone(), key]));
        }
        // `list[int]`, `Mapped[str]` of a class of the project.
        Ok(stdlib::alias(value.clone(), key))
    }

    pub(in crate::alembic::eval) fn key_error(&mut self, key: &Value) -> Raise {
        let class = self.class_value("KeyError");
        match self.call(&class, Args::positional([key.clone()])) {
            Ok(exception) => self.raise_value(exception),
            Err(raise) => raise,
        }
    }

    fn not_subscriptable(&mut self, value: &Value) -> Eval<Value> {
        let class = self.type_name(value);
        self.refuse(value, "an item", &format!("'{class}' object is not subscriptable"))
    }

    fn at_index(&mut self, items: &[Value], key: &Value, what: &str) -> Eval<Value> {
        match self.index(items.len(), key, what)? {
            Some(at) => Ok(items[at].clone()),
            None => Err(self.raise("IndexError", &format!("{what} index out of range"))),
        }
    }

    /// A position in a sequence of a length; `None` is out of range.
    pub(in crate::alembic::eval) fn index(&mut self, length: usize, key: &Value, what: &str) -> Eval<Option<usize>> {
        let Some(index) = as_int(key) else {
            let class = self.type_name(key);
            let text = format!("{what} indices must be integers or slices, not {class}");
            return Err(self.raise("TypeError", &text));
        };
        let index = if index.is_negative() { index + length } else { index };
        Ok(index.to_usize().filter(|&at| at < length))
    }

    fn sliced(&mut self, value: &Value, slice: &Slice) -> Eval<Value> {
        if let Some(reason) = [&slice.lower, &slice.upper, &slice.step].into_iter().find_map(|part| part.reason()) {
            return Ok(Value::Unknown(reason.clone()));
        }
        match value {
            Value::Str(text) => {
                let chars: Vec<char> = text.chars().collect();
                let picked = self.positions(chars.len(), slice)?;
                Ok(Value::str(picked.into_iter().map(|at| chars[at]).collect::<String>()))
            }
            Value::Bytes(bytes) => {
                let picked = self.positions(bytes.len(), slice)?;
                Ok(Value::bytes(picked.into_iter().map(|at| bytes[at]).collect::<Vec<u8>>()))
            }
            Value::Tuple(items) => {
                let picked = self.positions(items.len(), slice)?;
                Ok(Value::tuple(picked.into_iter().map(|at| items[at].clone())))
            }
            Value::List(list) => {
                if let Some(reason) = &list.borrow().unknown {
                    return Ok(Value::Unknown(reason.clone()));
                }
                let items = list.borrow().items.clone();
                let picked = self.positions(items.len(), slice)?;
                Ok(Value::list(picked.into_iter().map(|at| items[at].clone())))
            }
            _ => self.not_subscriptable(value),
        }
    }

    /// The positions that a slice picks, in its order.
    pub(in crate::alembic::eval) fn positions(&mut self, length: usize, slice: &Slice) -> Eval<Vec<usize>> {
        let length = length as i64;
        let part = |vm: &mut Vm, value: &Value| match value {
            Value::None => Ok(None),
            value => match as_int(value) {
                Some(number) => {
                    let least = if number.is_negative() { i64::MIN / 4 } else { i64::MAX / 4 };
                    Ok(Some(number.to_i64().unwrap_or(least).clamp(i64::MIN / 4, i64::MAX / 4)))
                }
                None => {
                    let text = "slice indices must be integers or None or have an __index__ method";
                    Err(vm.raise("TypeError", text))
                }
            },
        };
        let step = part(self, &slice.step)?.unwrap_or(1);
        let (lower, upper) = (part(self, &slice.lower)?, part(self, &slice.upper)?);
        if step == 0 {
            return Err(self.raise("ValueError", "slice step cannot be zero"));
        }
        let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let place = |at: i64| (if at < 0 { at + length } else { at }).clamp(least, most);
        let mut at = lower.map_or(if step > 0 { least } else { most }, place);
        let end = upper.map_or(if step > 0 { most } else { least }, place);
        let mut picked = Vec::new();
        while if step > 0 { at < end } else { at > end } {
            picked.push(at as usize);
            at += step;
        }
        Ok(picked)
    }

    /// `value[key] = new`
    pub fn set_item(&mut self, value: &Value, key: Value, new: Value) -> Eval<()> {
        match value {
            Value::Unknown(_) => Ok(()),
            Value::Dict(dict) => {
                self.touch_dict(dict);
                match self.key(&key)? {
                    Ok(_) => {
                        self.charge(48)?;
                        if dict.borrow().unknown.is_none() {
                            dict.borrow_mut().insert(key, new);
                        }
                    }
                    Err(reason) => dict.borrow_mut().forget(reason),
                }
                Ok(())
            }
            Value::List(list) => {
                self.touch_list(list);
                if list.borrow().unknown.is_some() {
                    return Ok(());
                }
                if let Some(slice) = key.downcast::<Slice>() {
                    return self.set_slice(list, &slice, &new);
                }
                if let Value::Unknown(reason) = key {
                    list.borrow_mut().forget(reason);
                    return Ok(());
                }
                let length = list.borrow().items.len();
                match self.index(length, &key, "list")? {
                    Some(at) => {
                        list.borrow_mut().items[at] = new;
                        Ok(())
                    }
                    None => Err(self.raise("IndexError", "list assignment index out of range")),
                }
            }
            Value::Native(native) => {
                if let Some(method) = self.find_method(value, "__setitem__")? {
                    self.call(&method, Args::positional([key, new]))?;
                    return Ok(());
                }
                if let Some(base @ Value::Dict(_)) = value.base() {
                    return self.set_item(&base.clone(), key, new);
                }
                if native.clone().set_item(self, key, new)? {
                    return Ok(());
                }
                Err(self.no_item_assignment(value))
            }
            _ => Err(self.no_item_assignment(value)),
        }
    }

    fn no_item_assignment(&mut self, value: &Value) -> Raise {
        let class = self.type_name(value);
        self.cannot(value, "setting an item", &format!("'{class}' object does not support item assignment"))
    }

    fn set_slice(&mut self, list: &Rc<RefCell<List>>, slice: &Slice, new: &Value) -> Eval<()> {
        let new = match self.iterate(new)? {
            Items::Known(items) => items,
            Items::Unknown(reason) => {
                list.borrow_mut().forget(reason);
                return Ok(());
            }
        };
        let length = list.borrow().items.len();
        let picked = self.positions(length, slice)?;
        if !slice.step.is_none() {
            if picked.len() != new.len() {
                return Err(self.raise("ValueError", "attempt to assign sequence to extended slice"));
            }
            for (at, value) in picked.into_iter().zip(new) {
                list.borrow_mut().items[at] = value;
            }
            return Ok(());
        }
        let start = match picked.first() {
            Some(&first) => first,
            None => {
                let only_lower = Slice { lower: slice.lower.clone(), upper: Value::None, step: Value::None };
                self.positions(length, &only_lower)?.first().copied().unwrap_or(length)
            }
        };
        list.borrow_mut().items.splice(start..start + picked.len(), new);
        Ok(())
    }

    /// `del value[key]`
    pub(in crate::alembic::eval) fn delete_item(&mut self, value: &Value, key: Value) -> Eval<()> {
        match value {
            Value::Unknown(_) => Ok(()),
            Value::Dict(dict) => {
                self.touch_dict(dict);
                match self.key(&key)? {
                    Ok(hash) => {
                        if dict.borrow().unknown.is_some() || dict.borrow_mut().remove(&hash).is_some() {
                            return Ok(());
                        }
                        Err(self.key_error(&key))
                    }
                    Err(reason) => {
                        dict.borrow_mut().forget(reason);
                        Ok(())
                    }
                }
            }
            Value::List(list) => {
                self.touch_list(list);
                if let Value::Unknown(reason) = key {
                    list.borrow_mut().forget(reason);
                    return Ok(());
                }
                let length = list.borrow().items.len();
                if let Some(slice) = key.downcast::<Slice>() {
                    let mut picked = self.positions(length, &slice)?;
                    picked.sort_unstable();
                    for at in picked.into_iter().rev() {
                        list.borrow_mut().items.remove(at);
                    }
                    return Ok(());
                }
                match self.index(length, &key, "list")? {
                    Some(at) => {
                        list.borrow_mut().items.remove(at);
                        Ok(())
                    }
                    None if list.borrow().unknown.is_some() => Ok(()),
                    None => Err(self.raise("IndexError", "list assignment index out of range")),
                }
            }
            _ => {
                if let Some(method) = self.find_method(value, "__delitem__")? {
                    self.call(&method, Args::positional([key]))?;
                    return Ok(());
                }
                if let Some(base @ Value::Dict(_)) = value.base() {
                    return self.delete_item(&base.clone(), key);
                }
                let class = self.type_name(value);
                Err(self.raise("TypeError", &format!("'{class}' object doesn't support item deletion")))
            }
        }
    }
}
