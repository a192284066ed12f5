//! `packaging.version`: not of the standard library, and yet everywhere. Versions of numbers only; others are unknown.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::Class;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};

/// A version like `1.7.0`.
#[derive(Debug)]
struct Version {
    text: String,
    release: Vec<u64>,
}

impl Version {
    fn part(&self, at: usize) -> Value {
        Value::int(self.release.get(at).copied().unwrap_or(0))
    }

    /// Zeros at the end do not count (PEP 440, "Version specifiers").
    fn compare(&self, other: &Version) -> Ordering {
        let length = self.release.len().max(other.release.len());
        let part = |version: &Version, at: usize| version.release.get(at).copied().unwrap_or(0);
        (0..length)
            .map(|at| part(self, at).cmp(&part(other, at)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl Native for Version {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "packaging.version.Version"
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "major" => self.part(0),
            "minor" => self.part(1),
            "micro" => self.part(2),
            "release" => Value::tuple(self.release.iter().map(|part| Value::int(*part))),
            "base_version" | "public" => Value::str(self.text.as_str()),
            "is_prerelease" | "is_postrelease" | "is_devrelease" => Value::Bool(false),
            _ => return Ok(None),
        }))
    }

    fn binary(self: Rc<Self>, _vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        let Some(other) = other.downcast_ref::<Version>() else { return Ok(None) };
        let order = if reflected { other.compare(&self) } else { self.compare(other) };
        Ok(Some(Value::Bool(match operator {
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            ">=" => order.is_ge(),
            "==" => order.is_eq(),
            "!=" => order.is_ne(),
            _ => return Ok(None),
        })))
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str(self.text.as_str())))
    }

    fn repr(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str(format!("<Version('{}')>", self.text))))
    }
}

fn version(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let given = args.bind(vm, "Version(version)")?.required("version");
    let Some(text) = given.as_str().map(str::trim) else {
        return Ok(if given.reason().is_some() {
            given
        } else {
            vm.unknown("unsupported", "a version that is no text")
        });
    };
    let parts: Option<Vec<u64>> = text
        .split('.')
        .map(|part| part.parse().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit())))
        .collect();
    Ok(match parts {
        Some(release) => Value::native(Version { text: text.to_owned(), release }),
        None => vm.unknown("unsupported", format!("the version {text} is not evaluated")),
    })
}

pub(super) fn install(vm: &mut Vm) {
    let class = Class::new("packaging.version.Version", Vec::new()).construct(version).value();
    let parse = {
        let class = class.clone();
        native::function("parse", move |vm, args| vm.call(&class, args))
    };
    vm.register("packaging.version", [("Version", class), ("parse", parse)]);
}
