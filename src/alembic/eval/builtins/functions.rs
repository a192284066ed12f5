//! The built-in functions.

use std::rc::Rc;

use super::Function;
use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::{Class, Instance};
use crate::alembic::eval::convert::{Truth, as_int, unknown_inside};
use crate::alembic::eval::generator::{Apply, Generator};
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Items, Vm};
use crate::alembic::python::ast::CompareOp;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("len", |vm, args| {
        let value = args.bind(vm, "len(obj, /)")?.required("obj");
        vm.len(&value)
    }),
    ("repr", |vm, args| {
        let value = args.bind(vm, "repr(obj, /)")?.required("obj");
        vm.repr(&value)
    }),
    ("ascii", |vm, args| {
        let value = args.bind(vm, "ascii(obj, /)")?.required("obj");
        vm.repr(&value)
    }),
    ("format", |vm, args| {
        let bound = args.bind(vm, "format(value, spec='', /)")?;
        let spec = bound.get("spec").unwrap_or_else(|| Value::str(""));
        vm.format(&bound.required("value"), &spec)
    }),
    ("print", |_, _| Ok(Value::None)),
    ("input", |vm, _| Ok(vm.unknown("input", "what a person types is not known"))),
    ("open", crate::alembic::eval::stdlib::open),
    ("id", |vm, _| Ok(vm.unknown("address", "id() gives an address"))),
    ("hash", |vm, _| Ok(vm.unknown("hash-order", "hash() differs from run to run"))),
    ("isinstance", |vm, args| {
        let bound = args.bind(vm, "isinstance(obj, class_or_tuple, /)")?;
        Ok(Value::from(vm.is_instance(&bound.required("obj"), &bound.required("class_or_tuple"))?))
    }),
    ("issubclass", is_subclass),
    ("callable", |vm, args| {
        let value = args.bind(vm, "callable(obj, /)")?.required("obj");
        Ok(match &value {
            Value::Unknown(_) => value,
            Value::Native(_) => match value.as_instance() {
                Some(instance) => Value::Bool(instance.class.find("__call__").is_some()),
                None => Value::Bool(
                    value.downcast_ref::<Generator>().is_none()
                        && value.downcast_ref::<crate::alembic::eval::Module>().is_none(),
                ),
            },
            _ => Value::Bool(false),
        })
    }),
    ("getattr", |vm, args| {
        let bound = args.bind(vm, "getattr(object, name, default=, /)")?;
        let (object, name) = (bound.required("object"), bound.required("name"));
        let Some(name) = name.as_str() else {
            return attribute_name(vm, name.clone());
        };
        match (vm.search_attr(&object, name)?, bound.get("default")) {
            (Some(value), _) | (None, Some(value)) => Ok(value),
            (None, None) => vm.get_attr(&object, name),
        }
    }),
    ("setattr", |vm, args| {
        let bound = args.bind(vm, "setattr(object, name, value, /)")?;
        let name = bound.required("name");
        let Some(name) = name.as_str() else {
            return attribute_name(vm, name.clone());
        };
        vm.set_attr(&bound.required("object"), name, bound.required("value"))?;
        Ok(Value::None)
    }),
    ("delattr", |vm, args| {
        let bound = args.bind(vm, "delattr(object, name, /)")?;
        let name = bound.required("name");
        let Some(name) = name.as_str() else {
            return attribute_name(vm, name.clone());
        };
        vm.delete_attr(&bound.required("object"), name)?;
        Ok(Value::None)
    }),
    ("hasattr", |vm, args| {
        let bound = args.bind(vm, "hasattr(object, name, /)")?;
        let (object, name) = (bound.required("object"), bound.required("name"));
        let Some(name) = name.as_str() else {
            return attribute_name(vm, name.clone());
        };
        Ok(match vm.search_attr(&object, name)? {
            Some(Value::Unknown(reason)) => Value::Unknown(reason),
            Some(_) => Value::Bool(true),
            None => Value::Bool(false),
        })
    }),
    ("dir", |vm, _| Ok(vm.unknown("unsupported", "dir() is not evaluated"))),
    ("vars", |vm, args| match args.positional.first() {
        Some(value) => vm.get_attr(&value.clone(), "__dict__"),
        None => Ok(locals(vm)),
    }),
    ("locals", |vm, _| Ok(locals(vm))),
    ("globals", |vm, _| {
        let items = vm.frames.last().map(|scope| scope.globals().items()).unwrap_or_default();
        Ok(Value::dict(items.iter().map(|(name, value)| (&**name, value.clone()))))
    }),
    ("range", range),
    ("enumerate", |vm, args| {
        let bound = args.bind(vm, "enumerate(iterable, start=0)")?;
        let start = bound.get("start").and_then(|start| as_int(&start)).unwrap_or_default();
        known_items(vm, &bound.required("iterable"), |items| {
            items.into_iter().enumerate().map(|(at, item)| Value::tuple([Value::int(&start + at), item])).collect()
        })
    }),
    ("zip", zip),
    ("reversed", |vm, args| {
        let value = args.bind(vm, "reversed(sequence, /)")?.required("sequence");
        if let Some(method) = vm.find_method(&value, "__reversed__")? {
            return vm.call(&method, Args::default());
        }
        known_items(vm, &value, |items| items.into_iter().rev().collect())
    }),
    ("sorted", |vm, args| {
        let bound = args.bind(vm, "sorted(iterable, /, *, key=None, reverse=False)")?;
        vm.sorted(&bound.required("iterable"), bound.get("key"), bound.get("reverse"))
    }),
    ("min", |vm, args| extreme(vm, args, CompareOp::Lt, "min")),
    ("max", |vm, args| extreme(vm, args, CompareOp::Gt, "max")),
    ("sum", |vm, args| {
        let bound = args.bind(vm, "sum(iterable, /, start=0)")?;
        let mut total = bound.get("start").unwrap_or_else(|| Value::int(0));
        let items = match vm.iterate(&bound.required("iterable"))? {
            Items::Known(items) => items,
            Items::Unknown(reason) => return Ok(Value::Unknown(reason)),
        };
        for item in items {
            total = vm.binary("+", &total, &item)?;
        }
        Ok(total)
    }),
    ("any", |vm, args| quantified(vm, args, true)),
    ("all", |vm, args| quantified(vm, args, false)),
    ("map", |vm, args| {
        let mut items = args.positional.into_iter();
        let function = items.next().unwrap_or(Value::None);
        match (items.next(), items.next()) {
            (Some(items), None) => Ok(Value::native(Generator::apply(Apply::Map(function, items)))),
            (Some(_), Some(_)) => Ok(vm.unknown("unsupported", "map() over several iterables is not evaluated")),
            (None, _) => Err(vm.raise("TypeError", "map() must have at least two arguments.")),
        }
    }),
    ("filter", |vm, args| {
        let bound = args.bind(vm, "filter(function, iterable, /)")?;
        Ok(Value::native(Generator::apply(Apply::Filter(bound.required("function"), bound.required("iterable")))))
    }),
    ("iter", |vm, args| {
        if args.positional.len() > 1 {
            return Ok(vm.unknown("unsupported", "iter() with a sentinel is not evaluated"));
        }
        let value = args.bind(vm, "iter(object, /)")?.required("object");
        if value.downcast_ref::<Generator>().is_some() {
            return Ok(value);
        }
        known_items(vm, &value, |items| items)
    }),
    ("next", |vm, args| {
        let bound = args.bind(vm, "next(iterator, default=, /)")?;
        vm.next(&bound.required("iterator"), bound.get("default"))
    }),
    ("abs", |vm, args| {
        let value = args.bind(vm, "abs(x, /)")?.required("x");
        match &value {
            Value::Float(value) => Ok(Value::Float(value.abs())),
            Value::Unknown(_) => Ok(value),
            _ => match as_int(&value) {
                Some(number) => Ok(Value::int(number.abs())),
                None => {
                    let class = vm.type_name(&value);
                    Err(vm.raise("TypeError", &format!("bad operand type for abs(): '{class}'")))
                }
            },
        }
    }),
    ("round", round),
    ("pow", |vm, args| {
        let bound = args.bind(vm, "pow(base, exp, mod=None)")?;
        match bound.get("mod") {
            None | Some(Value::None) => vm.binary("**", &bound.required("base"), &bound.required("exp")),
            Some(_) => Ok(vm.unknown("unsupported", "pow() with a modulus is not evaluated")),
        }
    }),
    ("divmod", |vm, args| {
        let bound = args.bind(vm, "divmod(x, y, /)")?;
        let (x, y) = (bound.required("x"), bound.required("y"));
        Ok(Value::tuple([vm.binary("//", &x, &y)?, vm.binary("%", &x, &y)?]))
    }),
    ("chr", |vm, args| {
        let value = args.bind(vm, "chr(i, /)")?.required("i");
        match (value.as_i64().and_then(|code| u32::try_from(code).ok()).and_then(char::from_u32), value) {
            (_, unknown @ Value::Unknown(_)) => Ok(unknown),
            (Some(char), _) => Ok(Value::str(char.to_string())),
            (None, _) => Err(vm.raise("ValueError", "chr() arg not in range(0x110000)")),
        }
    }),
    ("ord", |vm, args| {
        let value = args.bind(vm, "ord(c, /)")?.required("c");
        match (value.as_str().and_then(|text| text.chars().next()), &value) {
            (_, Value::Unknown(_)) => Ok(value),
            (Some(char), _) => Ok(Value::int(u32::from(char))),
            (None, _) => Err(vm.raise("TypeError", "ord() expected a character")),
        }
    }),
    ("hex", |vm, args| radix(vm, args, "#x")),
    ("oct", |vm, args| radix(vm, args, "#o")),
    ("bin", |vm, args| radix(vm, args, "#b")),
    ("super", super_object),
    ("slice", |vm, args| {
        let part = |at: usize| args.positional.get(at).cloned().unwrap_or(Value::None);
        let (lower, upper, step) =
            if args.positional.len() < 2 { (Value::None, part(0), Value::None) } else { (part(0), part(1), part(2)) };
        vm.tick()?;
        Ok(Value::native(crate::alembic::eval::operators::Slice { lower, upper, step }))
    }),
    ("__import__", |vm, args| match args.positional.first().and_then(Value::as_str) {
        Some(name) => {
            let name = name.to_owned();
            vm.import(name.split('.').next().unwrap_or(&name))
        }
        None => Ok(vm.unknown("import", "__import__() of a name that is not known")),
    }),
    ("exec", |vm, _| Err(vm.stop("unsupported", "exec() is not evaluated"))),
    ("eval", |vm, _| Ok(vm.unknown("unsupported", "eval() is not evaluated"))),
    ("exit", |vm, _| Err(vm.raise("SystemExit", ""))),
    ("quit", |vm, _| Err(vm.raise("SystemExit", ""))),
];

fn attribute_name(vm: &mut Vm, name: Value) -> Eval<Value> {
    match name {
        Value::Unknown(_) => Ok(name),
        _ => Err(vm.raise("TypeError", "attribute name must be string")),
    }
}

fn locals(vm: &Vm) -> Value {
    let items = vm.frames.last().map(|scope| scope.vars.items()).unwrap_or_default();
    Value::dict(items.iter().map(|(name, value)| (&**name, value.clone())))
}

/// An iterator over a known change of known items.
fn known_items(vm: &mut Vm, value: &Value, change: impl FnOnce(Vec<Value>) -> Vec<Value>) -> Eval<Value> {
    Ok(match vm.iterate(value)? {
        Items::Known(items) => Value::native(Generator::kept(change(items))),
        Items::Unknown(reason) => Value::native(Generator::unknown(reason)),
    })
}

fn is_subclass(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "issubclass(cls, class_or_tuple, /)")?;
    let class = bound.required("cls");
    if class.reason().is_some() {
        return Ok(class);
    }
    let Some(class) = class.as_class() else {
        return Err(vm.raise("TypeError", "issubclass() arg 1 must be a class"));
    };
    let others = match bound.required("class_or_tuple") {
        Value::Tuple(items) => items.to_vec(),
        one => vec![one],
    };
    let mut unknown = class.unknown.clone();
    for other in &others {
        match other.as_class() {
            Some(other) if *other.dotted == *"object" || class.derives_from(&other.dotted) => {
                return Ok(Value::Bool(true));
            }
            Some(_) => {}
            None => unknown = unknown.or_else(|| other.reason().cloned()),
        }
    }
    Ok(unknown.map_or(Value::Bool(false), Value::Unknown))
}

/// `range`
#[derive(Debug)]
struct Range {
    start: BigInt,
    stop: BigInt,
    step: BigInt,
}

impl Range {
    fn length(&self) -> BigInt {
        let (span, step) = if self.step.is_negative() {
            (&self.start - &self.stop, -self.step.clone())
        } else {
            (&self.stop - &self.start, self.step.clone())
        };
        if span.is_positive() { (span + &step - 1) / step } else { BigInt::zero() }
    }
}

impl Native for Range {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "range"
    }

    fn len(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::int(self.length())))
    }

    fn truth(self: Rc<Self>, _vm: &mut Vm) -> Eval<Value> {
        Ok(Value::Bool(self.length().is_positive()))
    }

    fn iterate(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        let length = self.length().to_usize().unwrap_or(usize::MAX);
        vm.charge(length.saturating_mul(std::mem::size_of::<Value>()))?;
        Ok(Some(Value::tuple((0..length).map(|at| Value::int(&self.start + &self.step * at)))))
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        let items = self.clone().iterate(vm)?.unwrap_or(Value::None);
        vm.get_item(&items, key).map(Some)
    }

    fn binary(self: Rc<Self>, _vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        let (Some(number), "in", true) = (as_int(other), operator, reflected) else {
            return Ok(None);
        };
        let (low, high) = if self.step.is_negative() {
            (&self.stop + 1, &self.start + 1)
        } else {
            (self.start.clone(), self.stop.clone())
        };
        let inside = number >= low && number < high && ((&number - &self.start) % &self.step).is_zero();
        Ok(Some(Value::Bool(inside)))
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        let step = if self.step == BigInt::from(1) { String::new() } else { format!(", {}", self.step) };
        Ok(Some(Value::str(format!("range({}, {}{step})", self.start, self.stop))))
    }
}

fn range(vm: &mut Vm, args: Args) -> Eval<Value> {
    if let Some(reason) = args.unknown.clone().or_else(|| args.positional.iter().find_map(unknown_inside)) {
        return Ok(Value::Unknown(reason));
    }
    let mut numbers = Vec::new();
    for value in &args.positional {
        match as_int(value) {
            Some(number) => numbers.push(number),
            None => {
                let class = vm.type_name(value);
                return Err(vm.raise("TypeError", &format!("'{class}' object cannot be interpreted as an integer")));
            }
        }
    }
    let mut numbers = numbers.into_iter();
    let (start, stop, step) = match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(stop), None, _) => (BigInt::zero(), stop, BigInt::from(1)),
        (Some(start), Some(stop), step) => (start, stop, step.unwrap_or_else(|| BigInt::from(1))),
        (None, ..) => return Err(vm.raise("TypeError", "range expected at least 1 argument, got 0")),
    };
    if step.is_zero() {
        return Err(vm.raise("ValueError", "range() arg 3 must not be zero"));
    }
    Ok(Value::native(Range { start, stop, step }))
}

fn zip(vm: &mut Vm, args: Args) -> Eval<Value> {
    if let Some(reason) = args.unknown {
        return Ok(Value::native(Generator::unknown(reason)));
    }
    let strict = args.keyword.iter().any(|(name, value)| &**name == "strict" && value.as_bool() == Some(true));
    let mut columns = Vec::new();
    for value in &args.positional {
        match vm.iterate(value)? {
            Items::Known(items) => columns.push(items),
            Items::Unknown(reason) => return Ok(Value::native(Generator::unknown(reason))),
        }
    }
    let shortest = columns.iter().map(Vec::len).min().unwrap_or(0);
    if strict && columns.iter().any(|column| column.len() != shortest) {
        return Err(vm.raise("ValueError", "zip() arguments have different lengths"));
    }
    let row = |at: usize| Value::tuple(columns.iter().map(|column| column[at].clone()));
    Ok(Value::native(Generator::kept((0..shortest).map(row))))
}

fn extreme(vm: &mut Vm, args: Args, op: CompareOp, name: &'static str) -> Eval<Value> {
    let keyword = |name: &str| args.keyword.iter().find(|(other, _)| **other == *name).map(|(_, value)| value.clone());
    let (key, default) = (keyword("key"), keyword("default"));
    let items = match (&args.positional[..], &args.unknown) {
        (_, Some(reason)) => return Ok(Value::Unknown(reason.clone())),
        ([one], None) => match vm.iterate(&one.clone())? {
            Items::Known(items) => items,
            Items::Unknown(reason) => return Ok(Value::Unknown(reason)),
        },
        (several, None) => several.to_vec(),
    };
    let mut best: Option<(Value, Value)> = None;
    for item in items {
        let by = match &key {
            None | Some(Value::None) => item.clone(),
            Some(key) => vm.call(key, Args::positional([item.clone()]))?,
        };
        let better = match &best {
            None => Truth::True,
            Some((other, _)) => {
                let better = vm.compare(op, &by, other)?;
                vm.truth(&better)?
            }
        };
        match better {
            Truth::True => best = Some((by, item)),
            Truth::False => {}
            Truth::Unknown(reason) => return Ok(Value::Unknown(reason)),
        }
    }
    match (best, default) {
        (Some((_, item)), _) | (None, Some(item)) => Ok(item),
        (None, None) => Err(vm.raise("ValueError", &format!("{name}() iterable argument is empty"))),
    }
}

fn quantified(vm: &mut Vm, args: Args, any: bool) -> Eval<Value> {
    let items = args.bind(vm, "any(iterable, /)")?.required("iterable");
    let mut decided = false;
    let mut doubt = None;
    let unknown = vm.for_each(&items, &mut |vm, item| {
        Ok(match vm.truth(&item)? {
            Truth::Unknown(reason) => {
                doubt = Some(reason);
                true
            }
            truth if (truth == Truth::True) == any => {
                decided = true;
                false
            }
            Truth::True | Truth::False => true,
        })
    })?;
    Ok(match (decided, unknown.or(doubt)) {
        (true, _) => Value::Bool(any),
        (false, Some(reason)) => Value::Unknown(reason),
        (false, None) => Value::Bool(!any),
    })
}

fn round(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "round(number, ndigits=None)")?;
    let digits = bound.get("ndigits").and_then(|digits| digits.as_i64());
    match (bound.required("number"), digits) {
        (value @ (Value::Unknown(_) | Value::Int(_)), None) => Ok(value),
        (Value::Float(value), None) => match num_traits::FromPrimitive::from_f64(value.round_ties_even()) {
            Some(number) => Ok(Value::Int(Rc::new(number))),
            None => Err(vm.raise("ValueError", "cannot convert float NaN to integer")),
        },
        (Value::Float(value), Some(digits @ 0..=300)) => {
            let text = format!("{value:.*}", digits as usize);
            Ok(Value::Float(text.parse().unwrap_or(value)))
        }
        (value @ (Value::Unknown(_) | Value::Int(_)), Some(0..)) => Ok(value),
        _ => Ok(vm.unknown("unsupported", "round() of this value is not evaluated")),
    }
}

fn radix(vm: &mut Vm, args: Args, spec: &'static str) -> Eval<Value> {
    let value = args.bind(vm, "hex(number, /)")?.required("number");
    vm.format(&value, &Value::str(spec))
}

/// `super()`: looks attributes up behind a class in the order of the instance's classes.
#[derive(Debug)]
struct Super {
    behind: Rc<Class>,
    receiver: Value,
}

impl Native for Super {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "super"
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let class = match self.receiver.downcast::<Instance>() {
            Some(instance) => instance.class.clone(),
            None => match self.receiver.as_class() {
                Some(class) => class,
                None => return Ok(None),
            },
        };
        let after = class.mro.iter().position(|other| Rc::ptr_eq(other, &self.behind)).map_or(0, |at| at + 1);
        for base in &class.mro[after..] {
            if let Some(found) = base.attrs.get(name) {
                return vm.bound_super(found, &self.receiver, &class).map(Some);
            }
        }
        if let Some(reason) = &class.unknown {
            return Ok(Some(Value::Unknown(reason.clone())));
        }
        // What `object` and the built-in types do themselves.
        Ok(match name {
            "__init__" if class.derives_from("BaseException") => {
                let receiver = self.receiver.clone();
                Some(native::function(name, move |vm, args| {
                    vm.set_attr(&receiver, "args", Value::tuple(args.positional))?;
                    Ok(Value::None)
                }))
            }
            "__init__" | "__init_subclass__" | "__post_init__" => Some(native::function(name, |_, _| Ok(Value::None))),
            "__new__" => Some(native::function(name, move |vm, mut args| {
                if args.positional.is_empty() {
                    return Err(vm.raise("TypeError", "object.__new__(): not enough arguments"));
                }
                match args.positional.remove(0).as_class() {
                    Some(class) => match class.construct {
                        Some(construct) => construct(vm, &class, args),
                        None => Ok(Value::native(Instance::new(class))),
                    },
                    None => Err(vm.raise("TypeError", "object.__new__(X): X is not a type object")),
                }
            })),
            "__setattr__" => {
                let receiver = self.receiver.clone();
                Some(native::function(name, move |vm, args| {
                    let bound = args.bind(vm, "__setattr__(name, value, /)")?;
                    if let (Some(instance), Some(name)) = (receiver.as_instance(), bound.required("name").as_str()) {
                        vm.bind(&instance.attrs.clone(), &name.into(), Some(bound.required("value")));
                    }
                    Ok(Value::None)
                }))
            }
            "__str__" | "__repr__" if class.derives_from("BaseException") => {
                let receiver = self.receiver.clone();
                Some(native::function(name, move |vm, _| {
                    let args = vm.get_attr(&receiver, "args")?;
                    match &args {
                        Value::Tuple(items) if items.len() == 1 => vm.str(&items[0].clone()),
                        _ => vm.str(&args),
                    }
                }))
            }
            _ => match self.receiver.base() {
                Some(base) => vm.find_attr(&base.clone(), name)?,
                None => None,
            },
        })
    }
}

fn super_object(vm: &mut Vm, args: Args) -> Eval<Value> {
    let (behind, receiver) = match &args.positional[..] {
        [class, receiver, ..] => (class.as_class(), Some(receiver.clone())),
        _ => {
            let scope = vm.frames.last().cloned();
            let class = scope.as_ref().and_then(|scope| scope.enclosing_class());
            let first = scope.as_ref().and_then(|scope| {
                let parameter = scope.function_def()?.parameters.positional.first()?;
                scope.vars.get(&parameter.name)
            });
            (class, first)
        }
    };
    match (behind, receiver) {
        (_, Some(Value::Unknown(reason))) => Ok(Value::Unknown(reason)),
        (Some(behind), Some(receiver)) => Ok(Value::native(Super { behind, receiver })),
        _ => Err(vm.raise("RuntimeError", "super(): no arguments")),
    }
}

impl Vm {
    fn bound_super(&mut self, found: Value, receiver: &Value, class: &Rc<Class>) -> Eval<Value> {
        if let Some(property) = found.downcast_ref::<crate::alembic::eval::function::Property>() {
            let get = property.get.clone();
            return self.call(&get, Args::positional([receiver.clone()]));
        }
        self.bound(found, receiver, class)
    }
}
