//! Iteration.

use std::rc::Rc;

use super::args::Args;
use super::generator::Generator;
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::pg::error::Reason;

/// The items of an iterable.
#[derive(Clone, Debug)]
pub enum Items {
    /// All of them.
    Known(Vec<Value>),
    /// Neither which nor how many.
    Unknown(Reason),
}

impl Vm {
    /// All items of an iterable. An iterator is used up.
    pub fn iterate(&mut self, value: &Value) -> Eval<Items> {
        if let Some(items) = self.at_once(value)? {
            return Ok(items);
        }
        let mut items = Vec::new();
        let unknown = self.for_each(value, &mut |vm, item| {
            vm.tick()?;
            vm.charge(std::mem::size_of::<Value>())?;
            items.push(item);
            Ok(true)
        })?;
        Ok(match unknown {
            Some(reason) => Items::Unknown(reason),
            None => Items::Known(items),
        })
    }

    /// The items of what has all of them at hand. `None`: they come one by one.
    fn at_once(&mut self, value: &Value) -> Eval<Option<Items>> {
        let items = match value {
            Value::Unknown(reason) => return Ok(Some(Items::Unknown(reason.clone()))),
            Value::Tuple(items) => items.to_vec(),
            Value::List(list) => {
                let list = list.borrow();
                if let Some(reason) = &list.unknown {
                    return Ok(Some(Items::Unknown(reason.clone())));
                }
                list.items.clone()
            }
            Value::Dict(dict) => {
                let dict = dict.borrow();
                if let Some(reason) = &dict.unknown {
                    return Ok(Some(Items::Unknown(reason.clone())));
                }
                dict.keys().cloned().collect()
            }
            Value::Set(set) => {
                let set = set.borrow();
                if let Some(reason) = &set.dict.unknown {
                    return Ok(Some(Items::Unknown(reason.clone())));
                }
                set.dict.keys().cloned().collect()
            }
            Value::Str(text) => text.chars().map(|char| Value::str(char.to_string())).collect(),
            Value::Bytes(bytes) => bytes.iter().map(|&byte| Value::int(byte)).collect(),
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => return Err(self.not_iterable(value)),
            Value::Native(native) => {
                if value.downcast_ref::<Generator>().is_some() {
                    return Ok(None);
                }
                if let Some(class) = value.as_class() {
                    return match class.find("__members__") {
                        Some(members) if class.derives_from("enum.Enum") => {
                            let members = super::stdlib::enum_members(&members);
                            Ok(Some(Items::Known(members)))
                        }
                        _ => match &class.unknown {
                            Some(reason) => Ok(Some(Items::Unknown(reason.clone()))),
                            None => Err(self.not_iterable(value)),
                        },
                    };
                }
                if let Some(instance) = value.as_instance() {
                    if let Some(method) = self.find_method(value, "__iter__")? {
                        let iterator = self.call(&method, Args::default())?;
                        if iterator.is(value) {
                            return Ok(None);
                        }
                        return self.iterate(&iterator).map(Some);
                    }
                    if let Some(base) = instance.base.get() {
                        return self.at_once(base);
                    }
                    if let Some(reason) = &instance.class.unknown {
                        return Ok(Some(Items::Unknown(reason.clone())));
                    }
                    return self.may_iterate(value).map(Some);
                }
                return match native.clone().iterate(self)? {
                    Some(items) => self.iterate(&items).map(Some),
                    None => self.may_iterate(value).map(Some),
                };
            }
        };
        Ok(Some(Items::Known(items)))
    }

    fn may_iterate(&mut self, value: &Value) -> Eval<Items> {
        match self.may_have(value, "iteration") {
            Some(reason) => Ok(Items::Unknown(reason)),
            None => Err(self.not_iterable(value)),
        }
    }

    fn not_iterable(&mut self, value: &Value) -> Raise {
        let class = self.type_name(value);
        self.raise("TypeError", &format!("'{class}' object is not iterable"))
    }

    /// Does something with each item as it comes, until that gives `false`. The reason is why further items are not known.
    pub(super) fn for_each(
        &mut self,
        value: &Value,
        each: &mut dyn FnMut(&mut Vm, Value) -> Eval<bool>,
    ) -> Eval<Option<Reason>> {
        if let Value::List(list) = value {
            // A list may grow while it is iterated.
            let mut at = 0;
            loop {
                let item = {
                    let list = list.borrow();
                    list.known_items().get(at).cloned()
                };
                let Some(item) = item else {
                    return Ok(list.borrow().unknown.clone());
                };
                if !each(self, item)? {
                    return Ok(None);
                }
                at += 1;
            }
        }
        if let Some(generator) = value.downcast::<Generator>() {
            return self.for_each_of(&generator, each);
        }
        match self.at_once(value)? {
            Some(Items::Known(items)) => {
                for item in items {
                    if !each(self, item)? {
                        break;
                    }
                }
                Ok(None)
            }
            Some(Items::Unknown(reason)) => Ok(Some(reason)),
            // An instance that is its own iterator.
            None => {
                let Some(method) = self.find_method(value, "__next__")? else {
                    return Err(self.not_iterable(value));
                };
                loop {
                    match self.call(&method, Args::default()) {
                        Ok(item) => {
                            if !each(self, item)? {
                                return Ok(None);
                            }
                        }
                        Err(Raise::Exception(exception)) if self.is_stop_iteration(&exception) => return Ok(None),
                        Err(raise) => return Err(raise),
                    }
                }
            }
        }
    }

    fn for_each_of(
        &mut self,
        generator: &Rc<Generator>,
        each: &mut dyn FnMut(&mut Vm, Value) -> Eval<bool>,
    ) -> Eval<Option<Reason>> {
        // Leaving the loop closes the generator: its `finally` blocks run, its `except Exception` does not.
        let mut left = None;
        let result = self.drive(generator, &mut |vm, item| match each(vm, item) {
            Ok(true) => Ok(Value::None),
            Ok(false) => {
                left = Some(Ok(None));
                Err(vm.raise("GeneratorExit", ""))
            }
            Err(Raise::Exception(exception)) => {
                // Raised by the loop's body: the generator does not see it.
                left = Some(Err(Raise::Exception(exception)));
                Err(vm.raise("GeneratorExit", ""))
            }
            Err(stop) => Err(stop),
        });
        match (left, result) {
            (Some(_), Err(Raise::Stop(reason))) => Err(Raise::Stop(reason)),
            (Some(left), _) => left,
            (None, result) => result,
        }
    }
}
