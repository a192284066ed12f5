//! `enum.Flag`: members that are bits, and what operators make of them.

use std::rc::Rc;

use num_bigint::BigInt;

use super::enums::{self, raw_member};
use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::Class;
use crate::alembic::eval::container::Key;
use crate::alembic::eval::convert::as_int;
use crate::alembic::eval::native;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Dict, Eval, Vm};

/// Where a class keeps what operators have made: the same bits are the same object.
const MADE: &str = "_value2member_map_";

/// Set on a class that says itself what bits without a member are.
pub(super) const BOUNDARY: &str = "_boundary_";

type Operation = fn(BigInt, BigInt) -> BigInt;

/// The methods of `enum.Flag`.
pub(super) fn methods() -> Vec<(&'static str, Value)> {
    let operator = |name, operation: Operation| {
        native::method(name, move |vm, args| {
            let mut given = args.positional.into_iter();
            let (own, other) = (given.next().unwrap_or(Value::None), given.next().unwrap_or(Value::None));
            combined(vm, &own, &other, operation)
        })
    };
    let and: Operation = |a, b| a & b;
    let or: Operation = |a, b| a | b;
    let xor: Operation = |a, b| a ^ b;
    vec![
        ("__and__", operator("__and__", and)),
        ("__rand__", operator("__rand__", and)),
        ("__or__", operator("__or__", or)),
        ("__ror__", operator("__ror__", or)),
        ("__xor__", operator("__xor__", xor)),
        ("__rxor__", operator("__rxor__", xor)),
        ("__invert__", native::method("__invert__", inverted)),
        ("__bool__", native::method("__bool__", |_, args| Ok(Value::Bool(bits(args.positional.first()) != 0.into())))),
        (
            "__len__",
            native::method("__len__", |_, args| Ok(Value::int(bits(args.positional.first()).magnitude().count_ones()))),
        ),
        ("__iter__", native::method("__iter__", |_, args| Ok(Value::list(singles(args.positional.first()))))),
        ("__contains__", native::method("__contains__", contains)),
        ("__str__", native::method("__str__", |_, args| Ok(shown(args.positional.first())))),
        (
            "__repr__",
            native::method("__repr__", |_, args| {
                let member = args.positional.first();
                let named = enums::text(member, ".");
                let class = member.and_then(Value::as_instance).map_or("?".into(), |member| member.class.name.clone());
                let name = named.as_str().unwrap_or(&class).to_string();
                Ok(Value::str(format!("<{name}: {}>", bits(member))))
            }),
        ),
    ]
}

/// `P.A`, and `P(0)` where nothing has a name.
fn shown(member: Option<&Value>) -> Value {
    match (enums::text(member, "."), member.and_then(Value::as_instance)) {
        (Value::None, Some(instance)) => Value::str(format!("{}({})", instance.class.name, bits(member))),
        (named, _) => named,
    }
}

fn value_of(member: &Value) -> Option<BigInt> {
    as_int(&member.as_instance()?.attrs.get("_value_")?)
}

fn bits(member: Option<&Value>) -> BigInt {
    member.and_then(value_of).unwrap_or_default()
}

/// True for one bit: 0 and more than one are no members of their own when a class is gone through.
pub(super) fn is_single(member: &Value) -> bool {
    value_of(member).is_none_or(|value| value.magnitude().count_ones() == 1)
}

/// The members of a class that are one bit, as they were defined.
fn members_of(class: &Class) -> Vec<Value> {
    class.find("__members__").map_or_else(Vec::new, |map| enums::members(&map))
}

/// The members that a value is made of, the lowest first.
fn singles(member: Option<&Value>) -> Vec<Value> {
    let Some(instance) = member.and_then(Value::as_instance) else { return Vec::new() };
    let own = bits(member);
    let within = |other: &BigInt| (&own & other) == *other;
    let mut found: Vec<(BigInt, Value)> = members_of(&instance.class)
        .into_iter()
        .filter_map(|single| Some((value_of(&single)?, single)))
        .filter(|(value, _)| within(value))
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.into_iter().map(|(_, member)| member).collect()
}

fn contains(vm: &mut Vm, args: Args) -> Eval<Value> {
    let [own, other] = args.positional.as_slice() else { return Ok(Value::None) };
    if let Some(reason) = other.reason() {
        return Ok(Value::Unknown(reason.clone()));
    }
    match value_of(other) {
        Some(value) => Ok(Value::Bool((&bits(Some(own)) & &value) == value)),
        None => Ok(vm.unknown("unsupported", "`in` between a flag and something else")),
    }
}

/// The bits of the other side: a member of the same class, of `IntFlag` a number too.
fn combined(vm: &mut Vm, own: &Value, other: &Value, operation: Operation) -> Eval<Value> {
    let Some(instance) = own.as_instance() else { return Ok(Value::None) };
    let values = [own, other].map(|side| side.as_instance().and_then(|member| member.attrs.get("_value_")));
    let unknown = values.iter().flatten().find_map(Value::reason).or(other.reason());
    if let Some(reason) = unknown {
        return Ok(Value::Unknown(reason.clone()));
    }
    let class = instance.class.clone();
    let is_own = other.as_instance().is_some_and(|other| Rc::ptr_eq(&other.class, &class));
    let given = if is_own { value_of(other) } else { as_int(other).filter(|_| class.derives_from("enum.IntFlag")) };
    let (Some(value), Some(given)) = (value_of(own), given) else {
        return Ok(vm.not_implemented());
    };
    of_bits(vm, &class, operation(value, given))
}

fn inverted(vm: &mut Vm, args: Args) -> Eval<Value> {
    let own = args.positional.into_iter().next().unwrap_or(Value::None);
    let Some(instance) = own.as_instance() else { return Ok(Value::None) };
    let class = instance.class.clone();
    // Releases of Python differ in what is left of an `IntFlag`.
    if class.derives_from("enum.IntFlag") || class.find(BOUNDARY).is_some() {
        return Ok(vm.unknown("unsupported", format!("what ~ makes of a member of {}", class.name)));
    }
    let all = members_of(&class).iter().filter_map(value_of).fold(BigInt::from(0), |all, value| all | value);
    let own = bits(Some(&own));
    let left = &all - (&all & own);
    of_bits(vm, &class, left)
}

/// `P(value)`: a member, or what stands for several at once.
pub(super) fn of_bits(vm: &mut Vm, class: &Rc<Class>, value: BigInt) -> Eval<Value> {
    if let Some(Value::Dict(map)) = class.find("__members__")
        && let Some((_, member)) = map.borrow().iter().find(|(_, member)| value_of(member).as_ref() == Some(&value))
    {
        return Ok(member.clone());
    }
    let made = match class.attrs.get(MADE) {
        Some(Value::Dict(made)) => made,
        _ => {
            let made = Value::from(Dict::new());
            vm.bind(&class.attrs, &MADE.into(), Some(made.clone()));
            let Value::Dict(made) = made else { return Ok(Value::None) };
            made
        }
    };
    let key = Value::int(value.clone());
    if let Some(member) = Key::of(&key).and_then(|key| made.borrow().get(&key).cloned()) {
        return Ok(member);
    }
    let mut rest = value.clone();
    let mut names: Vec<Rc<str>> = Vec::new();
    for single in members_of(class) {
        let bit = value_of(&single).unwrap_or_default();
        if (&value & &bit) == bit
            && let Some(Value::Str(name)) = single.as_instance().and_then(|it| it.attrs.get("_name_"))
        {
            names.push(name);
            rest -= bit;
        }
    }
    let is_int = class.derives_from("enum.IntFlag");
    if rest != 0.into() {
        if class.find(BOUNDARY).is_some() || value < 0.into() {
            return Ok(vm.unknown("unsupported", format!("{} with bits that no member has", class.name)));
        }
        if !is_int {
            return Err(vm.raise("ValueError", &format!("<flag '{}'> invalid value {value}", class.name)));
        }
        if !names.is_empty() {
            names.push(rest.to_string().into());
        }
    }
    let name = (!names.is_empty()).then(|| names.join("|").into());
    let member = raw_member(class, name, key.clone(), is_int);
    made.borrow_mut().insert(key, member.clone());
    Ok(member)
}
