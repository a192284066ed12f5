//! `typing`: annotations have no effect, so every form of it is an alias that keeps what it was made of.

use std::rc::Rc;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::Class;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};

/// `X | Y`, `Optional[X]`, `list[int]` and other forms of types.
#[derive(Debug)]
pub struct Union {
    /// What stands before the brackets.
    pub origin: Option<Value>,
    /// What stands inside; of a union its members.
    pub members: Vec<Value>,
    name: &'static str,
}

impl Native for Union {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "types.GenericAlias"
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "__origin__" => self.origin.clone(),
            "__args__" => Some(Value::tuple(self.members.iter().cloned())),
            "__name__" | "_name" => Some(Value::str(self.name)),
            _ => match &self.origin {
                Some(origin) => vm.find_attr(&origin.clone(), name)?,
                None => None,
            },
        })
    }

    fn get_item(self: Rc<Self>, _vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        let members = match &key {
            Value::Tuple(items) => items.to_vec(),
            key => vec![key.clone()],
        };
        Ok(Some(Value::native(Union { origin: Some(Value::Native(self.clone())), members, name: self.name })))
    }

    /// `List[int]()` makes a list.
    fn call(self: Rc<Self>, vm: &mut Vm, args: Args) -> Eval<Option<Value>> {
        match &self.origin {
            Some(origin) => vm.call(&origin.clone(), args).map(Some),
            None => Ok(None),
        }
    }

    fn binary(self: Rc<Self>, _vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        let own = Value::Native(self);
        Ok((operator == "|").then(|| if reflected { union(other, &own) } else { union(&own, other) }))
    }
}

impl Union {
    /// The name of a form of `typing`: `Optional`, `Literal`, … `None` for a class with brackets, which `origin` holds.
    pub fn form(&self) -> Option<&'static str> {
        (self.name != "GenericAlias").then_some(self.name)
    }
}

/// `left | right` of types.
pub fn union(left: &Value, right: &Value) -> Value {
    Value::native(Union { origin: None, members: vec![left.clone(), right.clone()], name: "Union" })
}

/// `origin[members]`
pub fn alias(origin: Value, members: Value) -> Value {
    let members = match members {
        Value::Tuple(items) => items.to_vec(),
        one => vec![one],
    };
    Value::native(Union { origin: Some(origin), members, name: "GenericAlias" })
}

/// Forms that are subscripted.
const FORMS: &[&str] = &[
    "Any",
    "Optional",
    "Union",
    "List",
    "Dict",
    "Tuple",
    "Set",
    "FrozenSet",
    "Type",
    "Callable",
    "Iterable",
    "Iterator",
    "Sequence",
    "Mapping",
    "MutableMapping",
    "Generator",
    "Literal",
    "Final",
    "ClassVar",
    "Annotated",
    "TypeAlias",
    "NoReturn",
    "Never",
    "Awaitable",
    "Coroutine",
    "AsyncGenerator",
    "AsyncIterator",
    "Hashable",
    "Collection",
    "DefaultDict",
    "Text",
    "AnyStr",
    "Self",
    "Concatenate",
    "Required",
    "NotRequired",
    "Unpack",
    "ContextManager",
    "Pattern",
    "Match",
    "IO",
    "TextIO",
    "BinaryIO",
    "LiteralString",
];

pub(super) fn install(vm: &mut Vm) {
    let mut attrs: Vec<(&'static str, Value)> = vec![
        ("TYPE_CHECKING", Value::Bool(false)),
        ("cast", native::function("cast", |vm, args| Ok(args.bind(vm, "cast(typ, val)")?.required("val")))),
        ("TypeVar", native::function("TypeVar", |_, _| Ok(form("TypeVar")))),
        ("ParamSpec", native::function("ParamSpec", |_, _| Ok(form("ParamSpec")))),
        ("NewType", native::function("NewType", |vm, args| Ok(args.bind(vm, "NewType(name, tp)")?.required("tp")))),
        ("overload", native::function("overload", first)),
        ("final", native::function("final", first)),
        ("override", native::function("override", first)),
        ("runtime_checkable", native::function("runtime_checkable", first)),
        ("no_type_check", native::function("no_type_check", first)),
    ];
    attrs.extend(FORMS.iter().map(|name| (*name, form(name))));
    let object = vm.class("object");
    for name in ["Generic", "Protocol"] {
        attrs.push((name, Class::new(&format!("typing.{name}"), object.clone().into_iter().collect()).value()));
    }
    attrs.push(("TypedDict", typed_dict_class(vm)));
    attrs.push(("NamedTuple", named_tuple_class(vm)));
    vm.register("typing", attrs.clone());
    vm.register("typing_extensions", attrs);
}

fn form(name: &'static str) -> Value {
    Value::native(Union { origin: None, members: Vec::new(), name })
}

fn first(_vm: &mut Vm, args: Args) -> Eval<Value> {
    Ok(args.positional.into_iter().next().unwrap_or(Value::None))
}

/// `class Movie(TypedDict): name: str`, or `Movie = TypedDict("Movie", {"name": str})`; what these make is a plain dict.
fn typed_dict_class(vm: &mut Vm) -> Value {
    let dict: Vec<Rc<Class>> = vm.class("dict").into_iter().collect();
    let typed = Class::new("typing.TypedDict", dict).construct(|vm, class, args| {
        if &*class.dotted != "typing.TypedDict" {
            return match vm.class("dict") {
                Some(dict) => vm.instantiate(&dict, args),
                None => Ok(Value::None),
            };
        }
        let name = match args.positional.first() {
            Some(Value::Str(name)) => name.to_string(),
            _ => "TypedDict".into(),
        };
        Ok(Class::new(&name, vec![class.clone()]).value())
    });
    typed.value()
}

/// `class Point(NamedTuple): x: int`
fn named_tuple_class(vm: &mut Vm) -> Value {
    let tuple = vm.class("tuple").into_iter().collect();
    Class::new("typing.NamedTuple", tuple)
        .on_subclass(|vm, class, _| {
            let fields = match class.attrs.get("__annotations__") {
                Some(annotations) => match vm.iterate(&annotations)? {
                    crate::alembic::eval::Items::Known(names) => names,
                    crate::alembic::eval::Items::Unknown(_) => Vec::new(),
                },
                None => Vec::new(),
            };
            super::collections::make_named_tuple(class, &fields);
            Ok(())
        })
        .value()
}
