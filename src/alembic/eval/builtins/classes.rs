//! The built-in classes and how they make their instances.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::{Class, Construct, Instance};
use crate::alembic::eval::convert::as_int;
use crate::alembic::eval::function::{ClassMethod, Property, StaticMethod};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Dict, Eval, Items, Namespace, Vm};

/// Name, base, constructor. What has no constructor cannot be made from its name.
pub(super) const CLASSES: &[(&str, &str, Option<Construct>)] = &[
    ("type", "object", Some(new_type)),
    ("str", "object", Some(new_str)),
    ("int", "object", Some(new_int)),
    ("bool", "int", Some(new_bool)),
    ("float", "object", Some(new_float)),
    ("bytes", "object", Some(new_bytes)),
    ("bytearray", "object", None),
    ("complex", "object", None),
    ("memoryview", "object", None),
    ("list", "object", Some(|vm, class, args| new_sequence(vm, class, args, Value::list))),
    ("tuple", "object", Some(|vm, class, args| new_sequence(vm, class, args, Value::tuple))),
    ("dict", "object", Some(new_dict)),
    ("set", "object", Some(|vm, class, args| new_set(vm, class, args, false))),
    ("frozenset", "object", Some(|vm, class, args| new_set(vm, class, args, true))),
    ("property", "object", Some(new_property)),
    ("staticmethod", "object", Some(|vm, _, args| Ok(Value::native(StaticMethod(one(vm, args, "staticmethod")?))))),
    ("classmethod", "object", Some(|vm, _, args| Ok(Value::native(ClassMethod(one(vm, args, "classmethod")?))))),
    ("NoneType", "object", None),
    ("function", "object", None),
    ("module", "object", None),
];

fn one(vm: &mut Vm, args: Args, what: &'static str) -> Eval<Value> {
    match args.positional.into_iter().next() {
        Some(value) => Ok(value),
        None => Err(vm.raise("TypeError", &format!("{what} expected 1 argument, got 0"))),
    }
}

/// The built-in value itself, or an instance around it when a subclass was called.
fn wrap(class: &Rc<Class>, own: &str, value: Value) -> Value {
    if *class.dotted == *own || value.reason().is_some() {
        return value;
    }
    let instance = Instance::new(class.clone());
    // A new instance has no base yet.
    let _ = instance.base.set(value);
    Value::native(instance)
}

fn new_type(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    match &args.positional[..] {
        [value] => Ok(vm.type_of(&value.clone())),
        [name, bases, attrs] => {
            let (name, bases, attrs) = (name.clone(), bases.clone(), attrs.clone());
            let Items::Known(bases) = vm.iterate(&bases)? else {
                return Ok(bases);
            };
            let namespace = Namespace::new();
            if let Some(dict) = vm.as_dict(&attrs)? {
                for (key, value) in dict.iter() {
                    if let Some(key) = key.as_str() {
                        namespace.set(&key.into(), Some(value.clone()));
                    }
                }
            }
            let classes = bases.iter().filter_map(Value::as_class).collect();
            vm.new_class(name.as_str().unwrap_or("?"), classes, namespace)
        }
        _ => Err(vm.raise("TypeError", "type() takes 1 or 3 arguments")),
    }
}

fn new_str(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let value = match args.positional.first() {
        Some(Value::Bytes(bytes)) if args.positional.len() > 1 => match std::str::from_utf8(bytes) {
            Ok(text) => Value::str(text),
            Err(_) => return Err(vm.raise("UnicodeDecodeError", "'utf-8' codec can't decode bytes")),
        },
        Some(value) => vm.str(&value.clone())?,
        None => Value::str(""),
    };
    Ok(wrap(class, "str", value))
}

fn new_int(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "int(x=0, base=)")?;
    let value = bound.get("x").unwrap_or_else(|| Value::int(0));
    let base = match bound.get("base") {
        Some(unknown @ Value::Unknown(_)) => return Ok(unknown),
        Some(base) => base.as_i64().and_then(|base| u32::try_from(base).ok()).filter(|base| (2..=36).contains(base)),
        None => Some(10),
    };
    let number = match (&value, value.as_str()) {
        (Value::Unknown(reason), _) => {
            vm.may_refuse(reason, &["ValueError", "TypeError"]);
            return Ok(value);
        }
        (_, Some(text)) => {
            let digits = text.trim().replace('_', "");
            let lower = digits.to_lowercase();
            let radix = base.unwrap_or(10);
            let digits = match radix {
                16 => lower.strip_prefix("0x").unwrap_or(&lower),
                2 => lower.strip_prefix("0b").unwrap_or(&lower),
                8 => lower.strip_prefix("0o").unwrap_or(&lower),
                _ => &lower,
            };
            vm.charge(digits.len())?;
            // CPython refuses longer ones, too.
            let parsed = if digits.len() > 4300 { None } else { BigInt::parse_bytes(digits.as_bytes(), radix) };
            match parsed {
                Some(number) => number,
                None => {
                    let shown = crate::alembic::eval::format::str_repr(text);
                    let text = format!("invalid literal for int() with base {radix}: {shown}");
                    return Err(vm.raise("ValueError", &text));
                }
            }
        }
        (Value::Float(value), _) => match BigInt::from_f64(value.trunc()) {
            Some(number) => number,
            None if value.is_nan() => return Err(vm.raise("ValueError", "cannot convert float NaN to integer")),
            None => return Err(vm.raise("OverflowError", "cannot convert float infinity to integer")),
        },
        _ => match as_int(&value) {
            Some(number) => number,
            None => {
                if let Some(method) = vm.find_attr(&value, "__int__")? {
                    return vm.call(&method, Args::default());
                }
                let class = vm.type_name(&value);
                let text = "int() argument must be a string, a bytes-like object or a real number, not";
                return Err(vm.raise("TypeError", &format!("{text} '{class}'")));
            }
        },
    };
    Ok(wrap(class, "int", Value::int(number)))
}

fn new_bool(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let value = args.positional.into_iter().next().unwrap_or(Value::Bool(false));
    Ok(Value::from(vm.truth(&value)?))
}

fn new_float(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let value = args.positional.into_iter().next().unwrap_or(Value::Float(0.0));
    let number = match (&value, value.as_str()) {
        (Value::Unknown(reason), _) => {
            vm.may_refuse(reason, &["ValueError", "TypeError"]);
            return Ok(value);
        }
        (_, Some(text)) => match text.trim().replace('_', "").parse::<f64>() {
            Ok(number) => number,
            Err(_) => {
                let shown = crate::alembic::eval::format::str_repr(text);
                return Err(vm.raise("ValueError", &format!("could not convert string to float: {shown}")));
            }
        },
        (Value::Float(value), _) => *value,
        _ => match as_int(&value).and_then(|number| num_traits::ToPrimitive::to_f64(&number)) {
            Some(number) => number,
            None => {
                let class = vm.type_name(&value);
                let text = format!("float() argument must be a string or a real number, not '{class}'");
                return Err(vm.raise("TypeError", &text));
            }
        },
    };
    Ok(wrap(class, "float", Value::Float(number)))
}

fn new_bytes(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let value = args.positional.into_iter().next().unwrap_or_else(|| Value::bytes([]));
    Ok(match &value {
        Value::Str(text) => wrap(class, "bytes", Value::bytes(text.as_bytes())),
        Value::Bytes(_) => wrap(class, "bytes", value),
        _ => vm.unknown("unsupported", "bytes() of this value is not evaluated"),
    })
}

fn new_sequence(vm: &mut Vm, class: &Rc<Class>, args: Args, make: fn(Vec<Value>) -> Value) -> Eval<Value> {
    let items = match args.positional.into_iter().next() {
        Some(value) => match vm.iterate(&value)? {
            Items::Known(items) => items,
            Items::Unknown(reason) => return Ok(Value::Unknown(reason)),
        },
        None => Vec::new(),
    };
    let own = if class.derives_from("tuple") { "tuple" } else { "list" };
    Ok(wrap(class, own, make(items)))
}

fn new_dict(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let dict = Rc::new(std::cell::RefCell::new(Dict::new()));
    if let Some(value) = args.positional.first() {
        vm.update_dict(&dict, &value.clone())?;
    }
    for (name, value) in args.keyword {
        dict.borrow_mut().insert(Value::Str(name), value);
    }
    if let Some(reason) = args.unknown {
        dict.borrow_mut().forget(reason);
    }
    Ok(wrap(class, "dict", Value::Dict(dict)))
}

fn new_set(vm: &mut Vm, class: &Rc<Class>, args: Args, frozen: bool) -> Eval<Value> {
    let items = match args.positional.into_iter().next() {
        Some(value) => match vm.iterate(&value)? {
            Items::Known(items) => items,
            Items::Unknown(reason) => return Ok(Value::Unknown(reason)),
        },
        None => Vec::new(),
    };
    let set = vm.new_set(items, frozen)?;
    Ok(wrap(class, if frozen { "frozenset" } else { "set" }, set))
}

fn new_property(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "property(fget=, fset=, fdel=, doc=)")?;
    let set = bound.get("fset").filter(|set| !set.is_none());
    Ok(Value::native(Property { get: bound.get("fget").unwrap_or(Value::None), set }))
}
