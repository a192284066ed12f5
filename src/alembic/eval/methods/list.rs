//! `list` and `tuple`.

use std::cell::RefCell;
use std::rc::Rc;

use super::Table;
use crate::alembic::eval::args::Args;
use crate::alembic::eval::convert::Truth;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Items, List, Vm};

pub(super) const METHODS: Table = &[
    ("append", |vm, value, args| {
        let item = args.bind(vm, "append(object, /)")?.required("object");
        if let Value::List(list) = value {
            vm.list_grows(list);
            vm.charge(std::mem::size_of::<Value>())?;
            let mut list = list.borrow_mut();
            if list.unknown.is_none() {
                list.items.push(item);
            }
        }
        Ok(Value::None)
    }),
    ("extend", |vm, value, args| {
        let items = args.bind(vm, "extend(iterable, /)")?.required("iterable");
        if let Value::List(list) = value {
            vm.extend(list, &items)?;
        }
        Ok(Value::None)
    }),
    ("insert", |vm, value, args| {
        let bound = args.bind(vm, "insert(index, object, /)")?;
        let Some(at) = bound.required("index").as_i64() else { return forget(vm, value, bound.required("index")) };
        change(vm, value, |items| {
            let length = items.len() as i64;
            let at = if at < 0 { (at + length).max(0) } else { at.min(length) };
            items.insert(at as usize, bound.required("object"));
        })
    }),
    ("pop", pop),
    ("remove", |vm, value, args| {
        let item = args.bind(vm, "remove(value, /)")?.required("value");
        match position(vm, value, &item)? {
            Ok(Some(at)) => change(vm, value, |items| drop(items.remove(at))),
            Ok(None) => Err(vm.raise("ValueError", "list.remove(x): x not in list")),
            Err(unknown) => forget(vm, value, unknown),
        }
    }),
    ("clear", |vm, value, _| {
        if let Value::List(list) = value {
            vm.touch_list(list);
            *list.borrow_mut() = List::default();
        }
        Ok(Value::None)
    }),
    ("copy", |_, value, _| match value {
        Value::List(list) => Ok(Value::List(Rc::new(RefCell::new(list.borrow().clone())))),
        _ => Ok(Value::None),
    }),
    ("reverse", |vm, value, _| change(vm, value, |items| items.reverse())),
    ("sort", |vm, value, args| {
        let bound = args.bind(vm, "sort(*, key=, reverse=)")?;
        let Value::List(list) = value else { return Ok(Value::None) };
        let sorted = vm.sorted(value, bound.get("key"), bound.get("reverse"))?;
        vm.touch_list(list);
        match sorted {
            Value::List(sorted) => *list.borrow_mut() = sorted.borrow().clone(),
            Value::Unknown(reason) => list.borrow_mut().forget(reason),
            _ => {}
        }
        Ok(Value::None)
    }),
    ("index", index),
    ("count", count),
    ("__contains__", |vm, value, args| vm.contains(value, args.positional.first().unwrap_or(&Value::None))),
    ("__len__", |vm, value, _| vm.len(value)),
];

pub(super) const TUPLE: Table = &[("index", index), ("count", count), ("__len__", |vm, value, _| vm.len(value))];

fn change(vm: &mut Vm, value: &Value, change: impl FnOnce(&mut Vec<Value>)) -> Eval<Value> {
    if let Value::List(list) = value {
        vm.touch_list(list);
        vm.charge(std::mem::size_of::<Value>())?;
        let mut list = list.borrow_mut();
        if list.unknown.is_none() {
            change(&mut list.items);
        }
    }
    Ok(Value::None)
}

fn forget(vm: &mut Vm, value: &Value, unknown: Value) -> Eval<Value> {
    if let (Value::List(list), Value::Unknown(reason)) = (value, unknown) {
        vm.touch_list(list);
        list.borrow_mut().forget(reason);
        return Ok(Value::None);
    }
    Err(vm.raise("TypeError", "an integer is required"))
}

fn pop(vm: &mut Vm, value: &Value, args: Args) -> Eval<Value> {
    let index = args.bind(vm, "pop(index=-1, /)")?.get("index").unwrap_or_else(|| Value::int(-1));
    let Value::List(list) = value else { return Ok(Value::None) };
    vm.touch_list(list);
    if let Some(reason) = list.borrow().unknown.clone() {
        return Ok(Value::Unknown(reason));
    }
    if let Value::Unknown(reason) = &index {
        list.borrow_mut().forget(reason.clone());
        return Ok(index);
    }
    let length = list.borrow().items.len();
    if length == 0 {
        return Err(vm.raise("IndexError", "pop from empty list"));
    }
    match vm.index(length, &index, "list")? {
        Some(at) => Ok(list.borrow_mut().items.remove(at)),
        None => Err(vm.raise("IndexError", "pop index out of range")),
    }
}

/// `Err` in `Ok`: not known.
fn position(vm: &mut Vm, value: &Value, item: &Value) -> Eval<Result<Option<usize>, Value>> {
    let items = match vm.iterate(value)? {
        Items::Known(items) => items,
        Items::Unknown(reason) => return Ok(Err(Value::Unknown(reason))),
    };
    for (at, other) in items.iter().enumerate() {
        let equal = vm.equals(other, item)?;
        match vm.truth(&equal)? {
            Truth::True => return Ok(Ok(Some(at))),
            Truth::False => {}
            Truth::Unknown(reason) => return Ok(Err(Value::Unknown(reason))),
        }
    }
    Ok(Ok(None))
}

fn index(vm: &mut Vm, value: &Value, args: Args) -> Eval<Value> {
    let item = args.bind(vm, "index(value, start=, stop=, /)")?.required("value");
    match position(vm, value, &item)? {
        Ok(Some(at)) => Ok(Value::int(at)),
        Ok(None) => match vm.repr(&item)? {
            Value::Str(text) => Err(vm.raise("ValueError", &format!("{text} is not in list"))),
            _ => Err(vm.raise("ValueError", "value is not in list")),
        },
        Err(unknown) => Ok(unknown),
    }
}

fn count(vm: &mut Vm, value: &Value, args: Args) -> Eval<Value> {
    let item = args.bind(vm, "count(value, /)")?.required("value");
    let items = match vm.iterate(value)? {
        Items::Known(items) => items,
        Items::Unknown(reason) => return Ok(Value::Unknown(reason)),
    };
    let mut count = 0;
    for other in &items {
        let equal = vm.equals(other, &item)?;
        match vm.truth(&equal)? {
            Truth::True => count += 1,
            Truth::False => {}
            Truth::Unknown(reason) => return Ok(Value::Unknown(reason)),
        }
    }
    Ok(Value::int(count))
}

impl Vm {
    /// `list += iterable`
    pub(in crate::alembic::eval) fn extend(&mut self, list: &Rc<RefCell<List>>, items: &Value) -> Eval<()> {
        let items = self.iterate(items)?;
        self.list_grows(list);
        match items {
            Items::Known(items) => {
                self.charge(items.len() * std::mem::size_of::<Value>())?;
                if list.borrow().unknown.is_none() {
                    list.borrow_mut().items.extend(items);
                }
            }
            Items::Unknown(reason) => {
                let beginning = list.borrow().known_items().to_vec();
                list.borrow_mut().forget(reason);
                list.borrow_mut().beginning = beginning;
            }
        }
        Ok(())
    }

    /// `sorted(iterable, key=…, reverse=…)`
    pub(in crate::alembic::eval) fn sorted(
        &mut self,
        value: &Value,
        key: Option<Value>,
        reverse: Option<Value>,
    ) -> Eval<Value> {
        let items = match self.iterate(value)? {
            Items::Known(items) => items,
            Items::Unknown(reason) => return Ok(Value::Unknown(reason)),
        };
        let reverse = match reverse {
            Some(reverse) => match self.truth(&reverse)? {
                Truth::True => true,
                Truth::False => false,
                Truth::Unknown(reason) => return Ok(Value::Unknown(reason)),
            },
            None => false,
        };
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            let by = match &key {
                None | Some(Value::None) => item.clone(),
                Some(key) => self.call(key, Args::positional([item.clone()]))?,
            };
            if let Some(reason) = by.reason() {
                return Ok(Value::Unknown(reason.clone()));
            }
            keyed.push((by, item));
        }
        if reverse {
            // Equal items keep their order in a reversed sort, too.
            keyed.reverse();
        }
        let sorted = match self.merge_sort(keyed)? {
            Ok(sorted) => sorted,
            Err(reason) => return Ok(Value::Unknown(reason)),
        };
        let mut items: Vec<Value> = sorted.into_iter().map(|(_, item)| item).collect();
        if reverse {
            items.reverse();
        }
        Ok(Value::list(items))
    }

    /// Stable; the order may raise, so that `sort_by` cannot be used. `Err` in `Ok`: not known.
    fn merge_sort(
        &mut self,
        mut items: Vec<(Value, Value)>,
    ) -> Eval<Result<Vec<(Value, Value)>, crate::pg::error::Reason>> {
        if items.len() < 2 {
            return Ok(Ok(items));
        }
        let right = items.split_off(items.len() / 2);
        let (left, right) = match (self.merge_sort(items)?, self.merge_sort(right)?) {
            (Ok(left), Ok(right)) => (left, right),
            (Err(reason), _) | (_, Err(reason)) => return Ok(Err(reason)),
        };
        let mut merged = Vec::with_capacity(left.len() + right.len());
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some((a, _)), Some((b, _))) = (left.peek(), right.peek()) {
            let less = self.compare(crate::alembic::python::ast::CompareOp::Lt, b, a)?;
            match self.truth(&less)? {
                Truth::True => merged.extend(right.next()),
                Truth::False => merged.extend(left.next()),
                Truth::Unknown(reason) => return Ok(Err(reason)),
            }
        }
        merged.extend(left);
        merged.extend(right);
        Ok(Ok(merged))
    }
}
