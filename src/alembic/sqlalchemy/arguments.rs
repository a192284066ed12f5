//! Binding the arguments of a call to the parameters of SQLAlchemy's functions.

use std::rc::Rc;

use super::seam;
use crate::alembic::eval::{Args, Eval, Value, Vm};

/// The parameters of a function that is written in Rust.
pub struct Signature {
    /// Its name, for messages.
    pub function: &'static str,
    /// Parameters that take positions, in order.
    pub parameters: &'static [&'static str],
    /// It also takes any other arguments (`*args, **kw`).
    pub rest: bool,
}

/// Bound arguments.
#[derive(Clone, Debug, Default)]
pub struct Bound {
    /// What was given for named parameters.
    pub values: Vec<(&'static str, Value)>,
    /// `*args`
    pub positional: Vec<Value>,
    /// `**kw`
    pub keyword: Vec<(Rc<str>, Value)>,
}

impl Signature {
    /// Binds, or raises `TypeError` as Python does.
    pub fn bind(&self, vm: &mut Vm, args: Args) -> Eval<Bound> {
        let mut bound = Bound::default();
        let given = args.positional.len();
        for (at, value) in args.positional.into_iter().enumerate() {
            match self.parameters.get(at) {
                Some(name) => bound.values.push((name, value)),
                None if self.rest => bound.positional.push(value),
                None => {
                    let takes = self.parameters.len() + 1;
                    let message =
                        format!("{}() takes {takes} positional arguments but {} were given", self.function, given + 1);
                    return Err(seam::raise(vm, "TypeError", &message));
                }
            }
        }
        for (name, value) in args.keyword {
            match self.parameters.iter().find(|parameter| ***parameter == *name) {
                Some(parameter) if bound.get(parameter).is_some() => {
                    let message = format!("{}() got multiple values for argument '{name}'", self.function);
                    return Err(seam::raise(vm, "TypeError", &message));
                }
                Some(parameter) => bound.values.push((parameter, value)),
                None if self.rest => bound.keyword.push((name, value)),
                None => {
                    let message = format!("{}() got an unexpected keyword argument '{name}'", self.function);
                    return Err(seam::raise(vm, "TypeError", &message));
                }
            }
        }
        Ok(bound)
    }
}

impl Bound {
    /// What was given for that parameter, even `None`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// What was given for that parameter, unless it is Python's `None`.
    pub fn some(&self, name: &str) -> Option<&Value> {
        self.get(name).filter(|value| !matches!(value, Value::None))
    }
}

/// The part behind the last dot.
pub const fn last_part(path: &'static str) -> &'static str {
    let bytes = path.as_bytes();
    let mut at = bytes.len();
    while at > 0 && bytes[at - 1] != b'.' {
        at -= 1;
    }
    path.split_at(at).1
}
