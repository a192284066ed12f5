//! `dataclasses`.

use std::rc::Rc;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::builtins::Singleton;
use crate::alembic::eval::class::Class;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Dict, Eval, Vm};

/// `field(…)`
#[derive(Debug)]
struct Field {
    default: Option<Value>,
    factory: Option<Value>,
    init: bool,
}

impl Native for Field {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "dataclasses.Field"
    }
}

pub(super) fn install(vm: &mut Vm) {
    let attrs = [
        ("dataclass", native::function("dataclass", dataclass)),
        (
            "field",
            native::function("field", |vm, args| {
                let bound = args.bind(vm, "field(*, default=, default_factory=, init=, **others)")?;
                Ok(Value::native(Field {
                    default: bound.get("default"),
                    factory: bound.get("default_factory"),
                    init: bound.get("init").and_then(|init| init.as_bool()) != Some(false),
                }))
            }),
        ),
        (
            "asdict",
            native::function("asdict", |vm, args| {
                let own = args.bind(vm, "asdict(obj)")?.required("obj");
                let Some(instance) = own.as_instance() else { return Ok(own) };
                let items = instance.attrs.items();
                Ok(Value::dict(items.iter().map(|(name, value)| (&**name, value.clone()))))
            }),
        ),
        ("MISSING", Value::native(Singleton("MISSING"))),
    ];
    vm.register("dataclasses", attrs);
}

/// `@dataclass` and `@dataclass(…)`
fn dataclass(vm: &mut Vm, args: Args) -> Eval<Value> {
    match args.positional.into_iter().next() {
        Some(class) => decorate(vm, class),
        None => Ok(native::function("dataclass", |vm, args| {
            decorate(vm, args.positional.into_iter().next().unwrap_or(Value::None))
        })),
    }
}

fn decorate(vm: &mut Vm, value: Value) -> Eval<Value> {
    let Some(class) = value.as_class() else {
        return Ok(value);
    };
    let mut names: Vec<Rc<str>> = Vec::new();
    for class in class.mro.iter().rev().chain([&class]) {
        let Some(Value::Dict(annotations)) = class.attrs.get("__annotations__") else { continue };
        let annotations: Dict = annotations.borrow().clone();
        for (name, annotation) in annotations.iter() {
            let shown = format!("{annotation:?}");
            if let Some(name) = name.as_str()
                && !shown.contains("\"ClassVar\"")
                && !names.iter().any(|other| **other == *name)
            {
                names.push(name.into());
            }
        }
    }
    let fields: Vec<(Rc<str>, Option<Value>)> =
        names.into_iter().map(|name| (name.clone(), class.find(&name))).collect();
    let title = class.name.clone();
    let is_class: Rc<Class> = class.clone();
    let fields_of_init = fields.clone();
    let init = native::method("__init__", move |vm, args| {
        let mut positional = args.positional.into_iter();
        let own = positional.next().unwrap_or(Value::None);
        let mut keyword = args.keyword;
        for (name, default) in &fields_of_init {
            let field = default.as_ref().and_then(Value::downcast_ref::<Field>);
            let is_given = field.is_none_or(|field| field.init);
            let at = keyword.iter().position(|(other, _)| other == name);
            let given = match is_given {
                true => positional.next().or_else(|| at.map(|at| keyword.remove(at).1)),
                false => None,
            };
            let value = match (given, field, default, &args.unknown) {
                (Some(value), ..) => value,
                (None, _, _, Some(reason)) => Value::Unknown(reason.clone()),
                (None, Some(Field { factory: Some(factory), .. }), ..) => vm.call(factory, Args::default())?,
                (None, Some(Field { default: Some(default), .. }), ..) => default.clone(),
                (None, Some(Field { init: false, .. }), ..) => continue,
                (None, None, Some(default), _) => default.clone(),
                (None, ..) => {
                    let text = format!("{title}.__init__() missing 1 required positional argument: '{name}'");
                    return Err(vm.raise("TypeError", &text));
                }
            };
            vm.set_attr(&own, name, value)?;
        }
        if let Some((name, _)) = keyword.first() {
            let text = format!("{title}.__init__() got an unexpected keyword argument '{name}'");
            return Err(vm.raise("TypeError", &text));
        }
        if let Some(post) = vm.find_method(&own, "__post_init__")? {
            vm.call(&post, Args::default())?;
        }
        Ok(Value::None)
    });
    if is_class.attrs.get("__init__").is_none() {
        vm.bind(&is_class.attrs, &"__init__".into(), Some(init));
    }
    let names: Vec<Rc<str>> = fields.iter().map(|(name, _)| name.clone()).collect();
    if is_class.attrs.get("__eq__").is_none() {
        let names = names.clone();
        let eq = native::method("__eq__", move |vm, args| {
            let bound = args.bind(vm, "__eq__(self, other, /)")?;
            let (own, other) = (bound.required("self"), bound.required("other"));
            if vm.type_name(&own) != vm.type_name(&other) {
                return Ok(Value::Bool(false));
            }
            let mut all = (Vec::new(), Vec::new());
            for name in &names {
                all.0.push(vm.get_attr(&own, name)?);
                all.1.push(vm.get_attr(&other, name)?);
            }
            vm.equals(&Value::tuple(all.0), &Value::tuple(all.1))
        });
        vm.bind(&is_class.attrs, &"__eq__".into(), Some(eq));
    }
    if is_class.attrs.get("__repr__").is_none() {
        let repr = native::method("__repr__", move |vm, args| {
            let own = args.positional.into_iter().next().unwrap_or(Value::None);
            let mut parts = Vec::new();
            for name in &names {
                let value = vm.get_attr(&own, name)?;
                match vm.repr(&value)? {
                    Value::Str(text) => parts.push(format!("{name}={text}")),
                    other => return Ok(other),
                }
            }
            Ok(Value::str(format!("{}({})", vm.type_name(&own), parts.join(", "))))
        });
        vm.bind(&is_class.attrs, &"__repr__".into(), Some(repr));
    }
    Ok(value)
}
