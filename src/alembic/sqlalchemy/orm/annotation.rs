//! What the annotation of a mapped attribute says of its column: `Mapped[str | None]` is a `VARCHAR` that may be NULL
//! (`MappedColumn._init_column_for_annotation`, `registry._resolve_type` of SQLAlchemy 2).

use std::rc::Rc;

use super::super::{Known, seam};
use crate::alembic::eval::{Args, Class, Union, Value, Vm};
use crate::pg::error::Reason;

/// A type of Python, with what stood around it.
#[derive(Clone, Debug)]
pub struct Annotated {
    /// What was taken away from it, the outermost first.
    around: Vec<Value>,
    /// The type inside: a class, or `Literal[…]`.
    pub ty: Value,
    /// `None` is one of its values.
    pub optional: bool,
}

/// `Optional[X]`, `X | None` and `Annotated[X, …]` without what is around X.
pub fn unwrap(annotation: &Value) -> Annotated {
    let mut found = Annotated { around: Vec::new(), ty: annotation.clone(), optional: false };
    loop {
        let outer = found.ty.clone();
        let Some(form) = outer.downcast_ref::<Union>() else { break };
        match form.form() {
            Some("Annotated") => match form.members.first() {
                Some(first) if plain_annotated(form) => found.ty = first.clone(),
                _ => {
                    let reason = Reason::new("orm", "what Annotated adds to a column");
                    found.ty = Value::Unknown(reason);
                }
            },
            Some("Optional" | "Union") if !form.members.is_empty() => {
                let optional = form.form() == Some("Optional") || form.members.iter().any(Value::is_none);
                found.optional |= optional;
                let mut members = form.members.iter().filter(|member| !member.is_none());
                found.ty = match (members.next(), members.next()) {
                    (Some(only), None) => only.clone(),
                    (None, _) => Value::None,
                    (Some(_), Some(_)) => Value::Unknown(Reason::new("orm", "the column of a union of types")),
                };
            }
            _ => break,
        }
        found.around.push(outer.clone());
    }
    found
}

/// Nothing of SQLAlchemy is among what `Annotated` adds.
fn plain_annotated(form: &Union) -> bool {
    form.members.iter().skip(1).all(|part| matches!(part, Value::Str(_) | Value::Int(_) | Value::Bool(_) | Value::None))
}

/// What is inside of `Mapped[…]`; `None` for another annotation.
pub fn mapped(annotation: &Value) -> Option<Value> {
    let alias = annotation.downcast_ref::<Union>()?;
    let class = alias.origin.as_ref()?.as_class()?;
    match (&*class.dotted, alias.members.as_slice()) {
        ("sqlalchemy.orm.base.Mapped", [inner]) => Some(inner.clone()),
        _ => None,
    }
}

/// SQLAlchemy's types for those of Python (`sqltypes._type_map`).
const TYPES: &[(&str, &str)] = &[
    ("int", "Integer"),
    ("float", "Double"),
    ("bool", "Boolean"),
    ("decimal.Decimal", "Numeric"),
    ("datetime.date", "Date"),
    ("datetime.datetime", "DateTime"),
    ("datetime.time", "Time"),
    ("datetime.timedelta", "Interval"),
    ("bytes", "LargeBinary"),
    ("str", "String"),
    ("uuid.UUID", "Uuid"),
];

/// What the `type_annotation_map` of a base says of an annotation; `None`: nothing.
pub fn mapped_type(annotated: &Annotated, map: &Value) -> Known<Option<Value>> {
    let entries = seam::entries(map)?;
    let layers = || annotated.around.iter().chain([&annotated.ty]);
    let found = layers().find_map(|layer| entries.iter().find(|(key, _)| !is_union(key) && same(key, layer)));
    if let Some((_, value)) = found {
        return Ok(Some(value.clone()));
    }
    match layers().any(|layer| entries.iter().any(|(key, _)| may_be(layer, key))) {
        true => Err(Reason::new("orm", "which entry of type_annotation_map an annotation takes").into()),
        false => Ok(None),
    }
}

/// SQLAlchemy may take the entry `key` for `annotation`: forms are equal by what they are made of, and a class of enums
/// stands for those that derive from it.
fn may_be(annotation: &Value, key: &Value) -> bool {
    match (annotation.as_class(), key.as_class()) {
        (Some(class), Some(key)) => class.mro.iter().any(|base| Rc::ptr_eq(base, &key)) && is_enum(&class),
        (None, None) => match (annotation.downcast_ref::<Union>(), key.downcast_ref::<Union>()) {
            (Some(a), Some(b)) => a.form() == b.form() || (is_union(annotation) && is_union(key)),
            _ => true,
        },
        _ => false,
    }
}

fn is_union(value: &Value) -> bool {
    value.downcast_ref::<Union>().is_some_and(|form| matches!(form.form(), Some("Optional" | "Union")))
}

/// The type of a column for a type of Python.
pub fn column_type(vm: &mut Vm, ty: &Value) -> Known<Value> {
    if let Some(form) = ty.downcast_ref::<Union>()
        && form.form() == Some("Literal")
        && !form.members.is_empty()
    {
        // A VARCHAR of the longest value, without a CHECK.
        let keyword = vec![("native_enum".into(), Value::Bool(false))];
        return construct(vm, "Enum", Args { positional: form.members.clone(), keyword, ..Args::default() });
    }
    let Some(class) = ty.as_class() else { return Err(not_followed(ty).into()) };
    if is_enum(&class) {
        return construct(vm, "Enum", Args::positional([ty.clone()]));
    }
    match TYPES.iter().find(|(python, _)| *python == &*class.dotted) {
        Some((_, name)) => construct(vm, name, Args::default()),
        None => Err(not_followed(ty).into()),
    }
}

/// A class of `enum`.
pub fn is_enum(class: &Rc<Class>) -> bool {
    class.mro.iter().any(|base| &*base.dotted == "enum.Enum")
}

/// Calls something of the module `sqlalchemy`.
pub fn construct(vm: &mut Vm, name: &str, args: Args) -> Known<Value> {
    let library = vm.library("sqlalchemy").and_then(|module| vm.find_attr(&module, name).ok().flatten());
    match library {
        Some(class) => Ok(seam::call(vm, &class, args)?),
        None => Err(Reason::new("orm", format!("sqlalchemy.{name}")).into()),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a.as_class(), b.as_class()) {
        (Some(a), Some(b)) => Rc::ptr_eq(&a, &b),
        _ => match (a.downcast::<Union>(), b.downcast::<Union>()) {
            (Some(a), Some(b)) => Rc::ptr_eq(&a, &b),
            _ => false,
        },
    }
}

fn not_followed(ty: &Value) -> Reason {
    match ty {
        Value::Unknown(reason) => reason.clone(),
        ty => {
            let shown = ty.as_class().map_or("an annotation".to_string(), |class| class.name.to_string());
            Reason::new("orm", format!("the type of a column that is annotated as {shown}"))
        }
    }
}
