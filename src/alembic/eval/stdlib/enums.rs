//! `enum`.

use std::rc::Rc;

use super::flags;
use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::{Class, Instance};
use crate::alembic::eval::container::Key;
use crate::alembic::eval::convert::as_int;
use crate::alembic::eval::function::{ClassMethod, Function, Property, StaticMethod};
use crate::alembic::eval::native::{self, Native, NativeFunction};
use crate::alembic::eval::statement::{DECORATED, DECORATED_REACHING};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Dict, Eval, Items, Vm};

/// `enum.member(…)`, `enum.nonmember(…)`
#[derive(Debug)]
struct Wrapped {
    value: Value,
    is_member: bool,
}

impl Native for Wrapped {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        if self.is_member { "enum.member" } else { "enum.nonmember" }
    }
}

/// `enum.auto()`
#[derive(Debug)]
struct Auto;

impl Native for Auto {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "enum.auto"
    }
}

pub(super) fn install(vm: &mut Vm) {
    let object = vm.class("object").into_iter().collect();
    let plain = Rc::new(Class::new("enum.Enum", object).construct(look_up).on_subclass(make_members).attrs([
        ("__str__", native::method("__str__", |_, args| Ok(text(args.positional.first(), ".")))),
        (
            "__repr__",
            native::method("__repr__", |vm, args| {
                let member = args.positional.into_iter().next().unwrap_or(Value::None);
                let value = vm.get_attr(&member, "value")?;
                let shown = vm.repr(&value)?;
                Ok(match (shown, text(Some(&member), ".")) {
                    (Value::Str(shown), Value::Str(name)) => Value::str(format!("<{name}: {shown}>")),
                    (other, _) => other,
                })
            }),
        ),
    ]));
    // `ReprEnum` leaves the text to the type that is mixed in.
    let own_text = || {
        native::method("__str__", |vm, args| match args.positional.first().and_then(Value::base).cloned() {
            Some(base) => vm.str(&base),
            None => Ok(Value::None),
        })
    };
    let derived = |name: &str, bases: Vec<Rc<Class>>| Class::new(name, bases).construct(look_up);
    let repr = Rc::new(derived("enum.ReprEnum", vec![plain.clone()]).attrs([("__str__", own_text())]));
    let flag = Rc::new(derived("enum.Flag", vec![plain.clone()]).attrs(flags::methods()));
    let of = |vm: &mut Vm, base: &str| vm.class(base).into_iter().chain([repr.clone()]).collect::<Vec<_>>();
    let (of_text, of_number) = (of(vm, "str"), of(vm, "int"));
    let of_bits = of_number.iter().cloned().chain([flag.clone()]).collect();
    let property = vm.builtins.get("property").unwrap_or(Value::None);
    let attrs = vec![
        ("Enum", Value::Native(plain.clone())),
        ("ReprEnum", Value::Native(repr.clone())),
        ("StrEnum", derived("enum.StrEnum", of_text).value()),
        ("IntEnum", derived("enum.IntEnum", of_number).value()),
        ("IntFlag", derived("enum.IntFlag", of_bits).value()),
        ("Flag", Value::Native(flag)),
        ("EnumMeta", Class::new("enum.EnumType", Vec::new()).value()),
        ("EnumType", Class::new("enum.EnumType", Vec::new()).value()),
        ("auto", native::function("auto", |_, _| Ok(Value::native(Auto)))),
        ("unique", native::function("unique", |_, args| Ok(first(args)))),
        // What a class must fulfil; a module whose class does not was never loaded.
        ("verify", native::function("verify", |_, _| Ok(native::function("decorator", |_, args| Ok(first(args)))))),
        ("EnumCheck", constants("enum.EnumCheck", CHECKS)),
        ("FlagBoundary", constants("enum.FlagBoundary", BOUNDARIES)),
        (
            "member",
            native::function("member", |_, args| Ok(Value::native(Wrapped { value: first(args), is_member: true }))),
        ),
        (
            "nonmember",
            native::function("nonmember", |_, args| {
                Ok(Value::native(Wrapped { value: first(args), is_member: false }))
            }),
        ),
        ("property", property),
    ];
    vm.register("enum", attrs);
    vm.register("enum", CHECKS.iter().chain(BOUNDARIES).map(|name| (*name, Value::str(*name))).collect::<Vec<_>>());
}

const CHECKS: &[&str] = &["CONTINUOUS", "NAMED_FLAGS", "UNIQUE"];
const BOUNDARIES: &[&str] = &["STRICT", "CONFORM", "EJECT", "KEEP"];

fn constants(name: &str, members: &'static [&'static str]) -> Value {
    Class::new(name, Vec::new()).attrs(members.iter().map(|member| (*member, Value::str(*member)))).value()
}

fn first(args: Args) -> Value {
    args.positional.into_iter().next().unwrap_or(Value::None)
}

pub(super) fn text(member: Option<&Value>, separator: &str) -> Value {
    match member.and_then(Value::as_instance) {
        Some(instance) => match instance.attrs.get("_name_") {
            Some(Value::Str(name)) => Value::str(format!("{}{separator}{name}", instance.class.name)),
            _ => Value::None,
        },
        None => Value::None,
    }
}

/// The members in the order of definition, without aliases; of flags those of one bit.
pub fn members(map: &Value) -> Vec<Value> {
    let is_flag = |member: &Value| member.as_instance().is_some_and(|it| it.class.derives_from("enum.Flag"));
    let mut found = all(map);
    found.retain(|member| !is_flag(member) || flags::is_single(member));
    found
}

/// The members, those of several bits too.
fn all(map: &Value) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    if let Value::Dict(dict) = map {
        for (_, member) in dict.borrow().iter() {
            if !out.iter().any(|other| other.is(member)) {
                out.push(member.clone());
            }
        }
    }
    out
}

/// `E(value)`; the functional form `Enum('E', 'a b')`.
fn look_up(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let Some(map) = class.find("__members__") else {
        return functional(vm, class, args);
    };
    let wanted = args.positional.into_iter().next().unwrap_or(Value::None);
    if wanted.as_instance().is_some_and(|instance| Rc::ptr_eq(&instance.class, class)) {
        return Ok(wanted);
    }
    for member in all(&map) {
        let value = vm.get_attr(&member, "value")?;
        match vm.equals(&value, &wanted)? {
            Value::Bool(true) => return Ok(member),
            Value::Unknown(reason) => {
                vm.may_refuse(&reason, &["ValueError"]);
                return Ok(Value::Unknown(reason));
            }
            _ => {}
        }
    }
    if let Some(missing) = class.find("_missing_") {
        let missing = missing.downcast_ref::<ClassMethod>().map_or(missing.clone(), |method| method.0.clone());
        let found = vm.call(&missing, Args::positional([Value::Native(class.clone()), wanted.clone()]))?;
        if !found.is_none() {
            return Ok(found);
        }
    }
    if let Some(number) = as_int(&wanted).filter(|_| class.derives_from("enum.Flag")) {
        return flags::of_bits(vm, class, number);
    }
    let shown = vm.repr(&wanted)?;
    let text = format!("{} is not a valid {}", shown.as_str().unwrap_or("?"), class.name);
    Err(vm.raise("ValueError", &text))
}

fn functional(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "Enum(value, names, *, module=, qualname=, type=, start=, boundary=)")?;
    let names = bound.required("names");
    let pairs: Vec<(Rc<str>, Value)> = if let Some(names) = names.as_str() {
        let names = names.replace(',', " ");
        names.split_whitespace().enumerate().map(|(at, name)| (name.into(), Value::int(at + 1))).collect()
    } else {
        let is_mapping = matches!(names, Value::Dict(_));
        let Items::Known(items) = vm.iterate(&names)? else {
            return Ok(vm.unknown("unsupported", "an enum whose names are not known"));
        };
        let mut pairs = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            match (&item, item.as_str()) {
                (_, Some(name)) if is_mapping => pairs.push((name.into(), vm.get_item(&names, item.clone())?)),
                (_, Some(name)) => pairs.push((name.into(), Value::int(at + 1))),
                (Value::Tuple(pair), None) if pair.len() == 2 => {
                    pairs.push((pair[0].as_str().unwrap_or_default().into(), pair[1].clone()));
                }
                _ => return Ok(vm.unknown("unsupported", "an enum made of something unusual")),
            }
        }
        pairs
    };
    let namespace = crate::alembic::eval::Namespace::new();
    for (name, value) in pairs {
        namespace.set(&name, Some(value));
    }
    let mut bases: Vec<Rc<Class>> = bound.get("type").and_then(|base| base.as_class()).into_iter().collect();
    bases.push(class.clone());
    let name = bound.required("value");
    vm.new_class(name.as_str().unwrap_or("?"), bases, namespace)
}

/// Turns what a class statement bound into members.
fn make_members(vm: &mut Vm, class: &Rc<Class>, keywords: Vec<(Rc<str>, Value)>) -> Eval<()> {
    if let Some((_, boundary)) = keywords.into_iter().find(|(name, _)| &**name == "boundary") {
        vm.bind(&class.attrs, &flags::BOUNDARY.into(), Some(boundary));
    }
    let mixin = ["str", "int", "float", "bytes"].into_iter().find(|base| class.derives_from(base));
    let is_flag = class.derives_from("enum.Flag");
    let generate = class.find("_generate_next_value_");
    let mut map = match class.find("__members__") {
        Some(Value::Dict(inherited)) => inherited.borrow().clone(),
        _ => Dict::new(),
    };
    let mut by_value: Vec<(Value, Value)> = Vec::new();
    let mut last = num_bigint::BigInt::from(0);
    for (name, value) in class.attrs.items() {
        let wrapped = value.downcast_ref::<Wrapped>().map(|wrapped| (wrapped.value.clone(), wrapped.is_member));
        if let Some((value, false)) = wrapped {
            vm.bind(&class.attrs, &name, Some(value));
            continue;
        }
        let is_special = name.starts_with('_') && (name.starts_with("__") || name.ends_with('_'));
        let is_method = value.downcast_ref::<Function>().is_some()
            || value.downcast_ref::<NativeFunction>().is_some()
            || value.downcast_ref::<Property>().is_some()
            || value.downcast_ref::<ClassMethod>().is_some()
            || value.downcast_ref::<StaticMethod>().is_some()
            // What an unknown decorator makes of a function is no member: descriptors are none.
            || value.reason().is_some_and(|reason| [DECORATED, DECORATED_REACHING].contains(&reason.kind));
        if is_special || is_method {
            continue;
        }
        let value = wrapped.map_or(value, |(value, _)| value);
        let value = match value.downcast_ref::<Auto>() {
            Some(_) if generate.is_some() => {
                let function = generate.clone().unwrap_or(Value::None);
                let function = function.downcast_ref::<StaticMethod>().map_or(function.clone(), |it| it.0.clone());
                let before = Value::list(by_value.iter().map(|(value, _)| value.clone()));
                let count = Value::int(by_value.len());
                vm.call(&function, Args::positional([Value::Str(name.clone()), Value::int(1), count, before]))?
            }
            Some(_) if class.derives_from("enum.StrEnum") => Value::str(name.to_lowercase()),
            Some(_) => {
                let highest = by_value.iter().filter_map(|(value, _)| as_int(value)).max().unwrap_or_default();
                last = if is_flag { num_bigint::BigInt::from(1) << highest.bits() } else { last + 1 };
                Value::int(last.clone())
            }
            None => value,
        };
        if let Some(number) = as_int(&value) {
            last = number;
        }
        let alias = by_value.iter().find(|(other, _)| Key::of(other).is_some() && Key::of(other) == Key::of(&value));
        let member = match alias {
            Some((_, member)) => member.clone(),
            None => new_member(vm, class, &name, value.clone(), mixin)?,
        };
        by_value.push((value, member.clone()));
        vm.bind(&class.attrs, &name, Some(member.clone()));
        map.insert(Value::Str(name), member);
    }
    if !map.is_empty() {
        vm.bind(&class.attrs, &"__members__".into(), Some(Value::from(map)));
    }
    Ok(())
}

/// A member before its `__init__`; `has_base`: it is its value, of the type that is mixed in.
pub(super) fn raw_member(class: &Rc<Class>, name: Option<Rc<str>>, value: Value, has_base: bool) -> Value {
    let instance = Instance::new(class.clone());
    if has_base {
        // A new instance has no base yet.
        let _ = instance.base.set(value.clone());
    }
    let name = name.map_or(Value::None, Value::Str);
    for (key, value) in [("_name_", name.clone()), ("name", name), ("_value_", value.clone()), ("value", value)] {
        instance.attrs.set(&key.into(), Some(value));
    }
    Value::native(instance)
}

fn new_member(vm: &mut Vm, class: &Rc<Class>, name: &Rc<str>, value: Value, mixin: Option<&str>) -> Eval<Value> {
    let new = class.find("__new__").filter(|new| new.downcast_ref::<Function>().is_some());
    let args = match &value {
        Value::Tuple(items) => Args::positional(items.iter().cloned()),
        value => Args::positional([value.clone()]),
    };
    if new.is_some() {
        return Ok(vm.unknown("unsupported", format!("{} makes its members by __new__", class.name)));
    }
    let has_base = mixin.is_some() && value.reason().is_none();
    let member = raw_member(class, Some(name.clone()), value, has_base);
    if let Some(init) = class.find("__init__").filter(|init| init.downcast_ref::<Function>().is_some()) {
        vm.call(&init, args.with_self(member.clone()))?;
    }
    if let Some(instance) = member.as_instance()
        && let Some(changed) = instance.attrs.get("_value_")
    {
        instance.attrs.set(&"value".into(), Some(changed));
    }
    Ok(member)
}
