//! `collections`.

use std::rc::Rc;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::{Class, Instance};
use crate::alembic::eval::function::Property;
use crate::alembic::eval::native;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Items, Vm};

pub(super) fn install(vm: &mut Vm) {
    let dict: Vec<Rc<Class>> = vm.class("dict").into_iter().collect();
    let default = Class::new("collections.defaultdict", dict.clone())
        .construct(|vm, class, mut args| {
            let factory = if args.positional.is_empty() { Value::None } else { args.positional.remove(0) };
            let made = match vm.class("dict") {
                Some(dict) => vm.instantiate(&dict, args)?,
                None => Value::None,
            };
            let instance = Instance::new(class.clone());
            instance.attrs.set(&"default_factory".into(), Some(factory));
            // A new instance has no base yet.
            let _ = instance.base.set(made);
            Ok(Value::native(instance))
        })
        .attrs([(
            "__getitem__",
            native::method("__getitem__", |vm, args| {
                let bound = args.bind(vm, "__getitem__(self, key, /)")?;
                let (own, key) = (bound.required("self"), bound.required("key"));
                let base = own.base().cloned().unwrap_or(Value::None);
                let factory = vm.get_attr(&own, "default_factory")?;
                match vm.contains(&base, &key)? {
                    Value::Bool(false) if !factory.is_none() => {
                        let value = vm.call(&factory, Args::default())?;
                        vm.set_item(&base, key, value.clone())?;
                        Ok(value)
                    }
                    Value::Unknown(reason) => Ok(Value::Unknown(reason)),
                    _ => vm.get_item(&base, key),
                }
            }),
        )]);
    let attrs = vec![
        ("Counter", super::counter::class(vm)),
        ("OrderedDict", vm.class_value("dict")),
        ("defaultdict", default.value()),
        ("namedtuple", native::function("namedtuple", named_tuple)),
    ];
    vm.register("collections", attrs);
}

fn named_tuple(vm: &mut Vm, args: Args) -> crate::alembic::eval::Eval<Value> {
    let bound = args.bind(vm, "namedtuple(typename, field_names, *, rename=, defaults=, module=)")?;
    let names = bound.required("field_names");
    let fields: Vec<Value> = match names.as_str() {
        Some(names) => names.replace(',', " ").split_whitespace().map(Value::str).collect(),
        None => match vm.iterate(&names)? {
            Items::Known(names) => names,
            Items::Unknown(reason) => return Ok(Value::Unknown(reason)),
        },
    };
    let class = Rc::new(Class::new(
        bound.required("typename").as_str().unwrap_or("?"),
        vm.class("tuple").into_iter().collect(),
    ));
    if let Some(defaults) = bound.get("defaults")
        && let Items::Known(defaults) = vm.iterate(&defaults)?
    {
        let start = fields.len().saturating_sub(defaults.len());
        for (field, default) in fields[start..].iter().zip(defaults) {
            class.attrs.set(&field.as_str().unwrap_or_default().into(), Some(default));
        }
    }
    make_named_tuple(&class, &fields);
    Ok(Value::Native(class))
}

/// Gives a class that derives from `tuple` its fields; what the class binds under a field's name is the default.
pub(super) fn make_named_tuple(class: &Rc<Class>, fields: &[Value]) {
    let names: Vec<Rc<str>> = fields.iter().filter_map(|field| field.as_str().map(Into::into)).collect();
    let defaults: Vec<Option<Value>> = names.iter().map(|name| class.attrs.get(name)).collect();
    for (at, name) in names.iter().enumerate() {
        let get = native::function(name, move |vm, args| {
            let own = args.positional.first().cloned().unwrap_or(Value::None);
            vm.get_item(&own, Value::int(at))
        });
        class.attrs.set(name, Some(Value::native(Property { get, set: None })));
    }
    class.attrs.set(&"_fields".into(), Some(Value::tuple(names.iter().cloned().map(Value::Str))));
    let own = Rc::downgrade(class);
    let new = native::function("__new__", move |vm, args| {
        let Some(class) = own.upgrade() else { return Ok(Value::None) };
        let mut positional = args.positional.into_iter().skip(1);
        let mut items = Vec::new();
        for (name, default) in names.iter().zip(&defaults) {
            let keyword = || args.keyword.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
            match positional.next().or_else(keyword).or_else(|| default.clone()) {
                Some(value) => items.push(value),
                None => {
                    let text = format!("{}.__new__() missing 1 required positional argument: '{name}'", class.name);
                    return Err(vm.raise("TypeError", &text));
                }
            }
        }
        let instance = Instance::new(class);
        // A new instance has no base yet.
        let _ = instance.base.set(Value::tuple(items));
        Ok(Value::native(instance))
    });
    class.attrs.set(&"__new__".into(), Some(Value::native(crate::alembic::eval::function::StaticMethod(new))));
    class.attrs.set(
        &"_asdict".into(),
        Some(native::method("_asdict", |vm, args| {
            let own = args.positional.first().cloned().unwrap_or(Value::None);
            let fields = vm.get_attr(&own, "_fields")?;
            let (Items::Known(names), Items::Known(values)) = (vm.iterate(&fields)?, vm.iterate(&own)?) else {
                return Ok(Value::None);
            };
            Ok(Value::from(names.into_iter().zip(values).collect::<crate::alembic::eval::Dict>()))
        })),
    );
}
