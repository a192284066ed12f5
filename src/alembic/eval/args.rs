//! The arguments of a call, and how they are tied to parameters.

use std::rc::Rc;

use super::value::Value;
use super::{Eval, Vm};
use crate::pg::error::Reason;
use crate::source::Span;

/// The arguments of a call.
#[derive(Clone, Debug, Default)]
pub struct Args {
    /// By position.
    pub positional: Vec<Value>,
    /// By name, in the order written.
    pub keyword: Vec<(Rc<str>, Value)>,
    /// The call's place, where it has one.
    pub span: Option<Span>,
    /// There may be further arguments, not known (`f(*unknown)`, `f(**unknown)`). Such a `*unknown` also stands in
    /// `positional` as one unknown value.
    pub unknown: Option<Reason>,
}

impl Args {
    /// Only positional ones.
    pub fn positional(values: impl IntoIterator<Item = Value>) -> Args {
        Args { positional: values.into_iter().collect(), ..Args::default() }
    }

    /// The same with one more in front: the `self` of a method.
    pub fn with_self(mut self, value: Value) -> Args {
        self.positional.insert(0, value);
        self
    }

    /// Ties the arguments to parameters, written as in Python: `"create_index(name, table, *columns, unique=, **kw)"`. A
    /// parameter with `=` may be left out (what stands behind `=` is for the reader). Raises Python's `TypeError`s. Where
    /// arguments are unknown, parameters that are not given are unknown, too.
    pub fn bind(self, vm: &mut Vm, signature: &'static str) -> Eval<Bound> {
        let (function, parameters) = signature.split_once('(').unwrap_or((signature, ""));
        let parameters = parameters.strip_suffix(')').unwrap_or(parameters);
        let mut slots: Vec<Slot> = Vec::new();
        let (mut rest, mut keywords) = (None, None);
        let (mut keyword_only, mut positional_only) = (false, 0);
        for parameter in parameters.split(',').map(str::trim).filter(|parameter| !parameter.is_empty()) {
            if let Some(name) = parameter.strip_prefix("**") {
                keywords = Some(name);
            } else if parameter == "/" {
                positional_only = slots.len();
            } else if let Some(name) = parameter.strip_prefix('*') {
                rest = (!name.is_empty()).then_some(name);
                keyword_only = true;
            } else {
                let (name, optional) = match parameter.split_once('=') {
                    Some((name, _)) => (name.trim(), true),
                    None => (parameter, false),
                };
                slots.push(Slot { name, optional, keyword_only, value: None });
            }
        }
        let Args { positional, keyword, span, unknown } = self;
        let given = positional.len();
        let mut positional = positional.into_iter();
        let mut room = 0;
        for slot in slots.iter_mut().filter(|slot| !slot.keyword_only) {
            room += 1;
            slot.value = positional.next();
        }
        let extra: Vec<Value> = positional.collect();
        if !extra.is_empty() && rest.is_none() && unknown.is_none() {
            let message = too_many(
                function,
                slots.iter().filter(|slot| !slot.keyword_only && !slot.optional).count(),
                room,
                given,
            );
            return Err(vm.raise("TypeError", &message));
        }
        let mut others = Vec::new();
        for (name, value) in keyword {
            match slots.iter_mut().skip(positional_only).find(|slot| *slot.name == *name) {
                Some(slot) if slot.value.is_some() && unknown.is_none() => {
                    let message = format!("{function}() got multiple values for argument '{name}'");
                    return Err(vm.raise("TypeError", &message));
                }
                Some(slot) => slot.value = Some(value),
                None if keywords.is_some() => others.push((name, value)),
                None => {
                    // Another version of the library may know it.
                    return Err(vm.stop("library", format!("the argument {name} of {function}() is not modelled")));
                }
            }
        }
        if let Some(reason) = &unknown {
            for slot in slots.iter_mut().filter(|slot| slot.value.is_none()) {
                slot.value = Some(Value::Unknown(reason.clone()));
            }
        }
        for keyword_only in [false, true] {
            let absent = |slot: &&Slot| slot.keyword_only == keyword_only && !slot.optional && slot.value.is_none();
            let missing: Vec<&str> = slots.iter().filter(absent).map(|slot| slot.name).collect();
            if !missing.is_empty() {
                let message = missing_arguments(function, keyword_only, &missing);
                return Err(vm.raise("TypeError", &message));
            }
        }
        let values = slots.into_iter().filter_map(|slot| Some((slot.name, slot.value?))).collect();
        Ok(Bound { values, rest: extra, keywords: others, unknown, span })
    }
}

struct Slot {
    name: &'static str,
    optional: bool,
    keyword_only: bool,
    value: Option<Value>,
}

/// CPython's text (`Python/ceval.c`, `too_many_positional`).
pub(super) fn too_many(function: &str, required: usize, room: usize, given: usize) -> String {
    let takes = if required == room { room.to_string() } else { format!("from {required} to {room}") };
    let plural = if room == 1 && required == room { "" } else { "s" };
    let verb = if given == 1 { "was" } else { "were" };
    format!("{function}() takes {takes} positional argument{plural} but {given} {verb} given")
}

/// CPython's text (`Python/ceval.c`, `format_missing`).
pub(super) fn missing_arguments(function: &str, keyword_only: bool, names: &[&str]) -> String {
    let kind = if keyword_only { "keyword-only" } else { "positional" };
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let list = match &quoted[..] {
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
        [] => String::new(),
    };
    let plural = if names.len() == 1 { "" } else { "s" };
    format!("{function}() missing {} required {kind} argument{plural}: {list}", names.len())
}

/// Arguments tied to parameters by [`Args::bind`].
#[derive(Clone, Debug)]
pub struct Bound {
    values: Vec<(&'static str, Value)>,
    /// What went to `*args`.
    pub rest: Vec<Value>,
    /// What went to `**kwargs`.
    pub keywords: Vec<(Rc<str>, Value)>,
    /// There may be further arguments, not known.
    pub unknown: Option<Reason>,
    /// The call's place.
    pub span: Option<Span>,
}

impl Bound {
    /// The value of a parameter that may be left out; `None` if it was.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.values.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone())
    }

    /// The value of a parameter that has to be given: `None` (Python's) where the signature has no such parameter.
    pub fn required(&self, name: &str) -> Value {
        self.get(name).unwrap_or(Value::None)
    }

    /// The same as [`Bound::required`], for a parameter whose default is `None`.
    pub fn or_none(&self, name: &str) -> Value {
        self.required(name)
    }
}
