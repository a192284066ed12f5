//! Declarative classes: `Column`s and `mapped_column`s of a class statement become a `Table` (`sqlalchemy.orm.decl_base`).

use std::any::Any;
use std::rc::Rc;

use super::super::expression::python::operand;
use super::super::names::{self, Name};
use super::super::schema::{Column, MetaData, Table, TableArgs, build};
use super::super::{Known, seam, settle};
use super::annotation::{self, Annotated};
use crate::alembic::eval::{Args, Class, Eval, Native, Value, Vm, native};
use crate::pg::error::Reason;

/// What is kept with a declarative class.
#[derive(Debug)]
pub struct Mapped {
    /// Its table; a base has none.
    pub table: Option<Rc<Table>>,
}

/// The classes and functions of `sqlalchemy.orm` that make tables.
pub fn install_classes(vm: &mut Vm) {
    let class = |dotted: &str| {
        let init = native::method("__init__", constructor);
        Class::new(dotted, Vec::new()).on_subclass(made).attrs([("__init__", init)])
    };
    let base = Value::native(class("sqlalchemy.orm.decl_api.DeclarativeBase"));
    let no_meta = class("sqlalchemy.orm.decl_api.DeclarativeBaseNoMeta");
    let functions = [
        ("declarative_base", native::function("declarative_base", declarative_base)),
        ("mapped_column", native::function("mapped_column", mapped_column)),
        ("column_property", native::function("column_property", column_property)),
        ("relationship", native::function("relationship", ignored)),
        ("backref", native::function("backref", ignored)),
        ("validates", native::function("validates", decorator)),
        (
            "declared_attr",
            Value::native(Class::new("sqlalchemy.orm.decl_api.declared_attr", Vec::new()).construct(declared).attrs([
                // Type checkers tell the one from the plain form, the mapping of subclasses the other.
                ("directive", native::function("directive", |_, args| Ok(as_declared(args, false)))),
                ("cascading", native::function("cascading", |_, args| Ok(as_declared(args, true)))),
            ])),
        ),
        ("has_inherited_table", native::function("has_inherited_table", has_inherited_table)),
        ("DeclarativeBase", base),
        ("DeclarativeBaseNoMeta", Value::native(no_meta)),
        ("Mapped", Value::native(Class::new("sqlalchemy.orm.base.Mapped", Vec::new()))),
    ];
    vm.register("sqlalchemy.orm", functions.clone());
    for module in ["sqlalchemy.ext.declarative", "sqlalchemy.orm.decl_api"] {
        let some = functions.iter().filter(|(name, _)| {
            matches!(*name, "declarative_base" | "declared_attr" | "has_inherited_table" | "DeclarativeBase")
        });
        vm.register(module, some.cloned().collect::<Vec<_>>());
    }
}

pub(super) fn ignored(_vm: &mut Vm, _args: Args) -> Eval<Value> {
    Ok(Value::native(Ignored))
}

fn decorator(_vm: &mut Vm, _args: Args) -> Eval<Value> {
    Ok(native::function("decorator", |_, args| Ok(args.positional.first().cloned().unwrap_or(Value::None))))
}

/// An attribute that makes no column.
#[derive(Debug)]
pub(super) struct Ignored;

impl Native for Ignored {
    fn class(&self) -> &str {
        "sqlalchemy.orm.relationships.Relationship"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// `@declared_attr`: called with each class that has it.
#[derive(Debug)]
struct Declared {
    function: Value,
    /// Called with the subclasses of a class with a table, too.
    cascading: bool,
}

impl Native for Declared {
    fn class(&self) -> &str {
        "sqlalchemy.orm.decl_api.declared_attr"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn declared(_vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    Ok(as_declared(args, false))
}

fn as_declared(args: Args, cascading: bool) -> Value {
    Value::native(Declared { function: args.positional.first().cloned().unwrap_or(Value::None), cascading })
}

/// `has_inherited_table(cls)`
fn has_inherited_table(vm: &mut Vm, args: Args) -> Eval<Value> {
    let class = args.bind(vm, "has_inherited_table(cls)")?.required("cls");
    Ok(match class.as_class() {
        Some(class) => {
            Value::Bool(class.mro.iter().any(|base| super::table_of(&Value::Native(base.clone())).is_some()))
        }
        None => vm.unknown("library", "whether a class inherits a table"),
    })
}

/// `declarative_base(metadata=None, …)`
fn declarative_base(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "declarative_base(bind=, metadata=, mapper=, cls=, name=, class_registry=, type_annotation_map=, constructor=, metaclass=)")?;
    let metadata = match bound.get("metadata") {
        Some(Value::None) | None => Value::Native(MetaData::new(vm, None, Vec::new())),
        Some(given) => given,
    };
    let mixin = bound.get("cls").and_then(|cls| cls.as_class());
    let map = bound.get("type_annotation_map").unwrap_or(Value::None);
    let base = base_of("sqlalchemy.orm.decl_api.Base", mixin, metadata).attrs([("type_annotation_map", map)]);
    Ok(Value::native(base))
}

fn base_of(dotted: &str, mixin: Option<Rc<Class>>, metadata: Value) -> Class {
    Class::new(dotted, mixin.into_iter().collect())
        .on_subclass(made)
        .attrs([("metadata", metadata), ("__init__", native::method("__init__", constructor))])
}

/// A base class of that metadata.
pub(super) fn base_class(dotted: &str, metadata: Value) -> Class {
    base_of(dotted, None, metadata)
}

/// The `__init__` of declarative classes.
pub(super) fn init() -> Value {
    native::method("__init__", constructor)
}

/// `_declarative_constructor` (`sqlalchemy.orm.decl_base`): each keyword becomes an attribute.
fn constructor(vm: &mut Vm, args: Args) -> Eval<Value> {
    if let Some(instance) = args.positional.first() {
        for (name, value) in args.keyword {
            vm.set_attr(instance, &name, value)?;
        }
    }
    Ok(Value::None)
}

/// A declarative base that a library makes.
pub fn base(dotted: &str, metadata: Rc<MetaData>) -> Value {
    Value::native(base_of(dotted, None, Value::Native(metadata)))
}

/// `mapped_column(…)`: a column; its annotation may still say more.
fn mapped_column(vm: &mut Vm, args: Args) -> Eval<Value> {
    let signature = "mapped_column(*args, name=, type_=, autoincrement=, default=, insert_default=, doc=, key=, index=, \
                     unique=, info=, nullable=, onupdate=, primary_key=, server_default=, server_onupdate=, quote=, \
                     system=, comment=, init=, repr=, default_factory=, compare=, kw_only=, hash=, sort_order=, use_existing_column=, \
                     deferred=, deferred_group=, deferred_raiseload=, active_history=, **kw)";
    let bound = args.bind(vm, signature)?;
    let known = build::read_column(vm, &bound);
    match settle(known)? {
        Ok(state) => Ok(Value::native(Column { state: std::cell::RefCell::new(state) })),
        Err(reason) => Ok(Value::Unknown(reason)),
    }
}

/// `column_property(column)`, `column_property(expression)`: the attribute stands for it in queries.
fn column_property(vm: &mut Vm, args: Args) -> Eval<Value> {
    let plain =
        args.keyword.iter().all(|(name, _)| matches!(&**name, "doc" | "info" | "comparator_factory" | "init" | "repr"));
    match args.positional.as_slice() {
        [column] if plain && seam::native::<Column>(column).is_some() => Ok(column.clone()),
        [expression] if plain && expression.reason().is_none() => Ok(Value::Native(operand(vm, expression, None)?)),
        _ => Ok(vm.unknown("orm", "a column_property() of this kind")),
    }
}

/// The class statement of a declarative class.
fn made(vm: &mut Vm, class: &Rc<Class>, _keywords: Vec<(Rc<str>, Value)>) -> Eval<()> {
    let own_flag = |name: &str| class.attrs.get(name).is_some_and(|flag| seam::truth(&flag).unwrap_or(false));
    let metadata = match class.find("metadata").and_then(|metadata| seam::native::<MetaData>(&metadata)) {
        Some(metadata) => metadata,
        None => {
            let metadata = MetaData::new(vm, None, Vec::new());
            class.attrs.set(&"metadata".into(), Some(Value::Native(metadata.clone())));
            metadata
        }
    };
    let table = if own_flag("__abstract__") { None } else { table(vm, class, &metadata)? };
    if let Some(table) = &table {
        class.attrs.set(&"__table__".into(), Some(Value::Native(table.clone())));
    }
    let payload: Rc<dyn Any> = Rc::new(Mapped { table });
    *class.payload.borrow_mut() = Some(payload);
    Ok(())
}

/// The table that a class statement makes.
fn table(vm: &mut Vm, class: &Rc<Class>, metadata: &Rc<MetaData>) -> Eval<Option<Rc<Table>>> {
    if let Some(given) = class.attrs.get("__table__").and_then(|table| seam::native::<Table>(&table)) {
        return Ok(Some(given));
    }
    // A class of single-table inheritance has no name of its own, or says `None`: its columns join the table of the parent, which is
    // not followed.
    let Some(tablename) = evaluated(vm, class, "__tablename__")?.filter(|name| !name.is_none()) else {
        return Ok(None);
    };
    // A base that is not known may bring columns.
    let mut unknown = class.unknown.clone();
    let mut columns = columns(vm, class, &mut unknown)?;
    if vm.run.settings.sqlalchemy == Some(1) {
        columns.sort_by_key(|column| column.state.borrow().creation_order);
    }
    make_table(vm, class, metadata, &tablename, columns, unknown)
}

/// The table of a class, with what its `__table_args__` add to the columns.
pub(super) fn make_table(
    vm: &mut Vm,
    class: &Rc<Class>,
    metadata: &Rc<MetaData>,
    tablename: &Value,
    columns: Vec<Rc<Column>>,
    unknown: Option<Reason>,
) -> Eval<Option<Rc<Table>>> {
    let name = match names::name(tablename) {
        Ok(name) => name,
        Err(reason) => {
            vm.run.note(crate::alembic::run::Action::Unmodelled(reason));
            return Ok(None);
        }
    };
    let mut items: Vec<Value> = columns.into_iter().map(|column| Value::Native(column)).collect();
    let mut args = TableArgs::default();
    if let Some(extra) = evaluated(vm, class, "__table_args__")? {
        let parts = match &extra {
            Value::Tuple(parts) => parts.to_vec(),
            other => vec![other.clone()],
        };
        for part in parts {
            match &part {
                Value::Dict(dict) => {
                    let keyword: Vec<(Rc<str>, Value)> = dict
                        .borrow()
                        .iter()
                        .filter_map(|(key, value)| Some((key.as_str()?.into(), value.clone())))
                        .collect();
                    args = TableArgs::read(&keyword);
                }
                Value::None => {}
                _ => items.push(part),
            }
        }
    }
    args.unknown = args.unknown.or(unknown);
    let schema = args.schema.clone().or_else(|| metadata.schema.clone());
    let key = super::super::schema::table::key(schema.as_ref(), &name);
    let table = Table::new(vm, name, metadata.clone(), &items, args)?;
    metadata.tables.borrow_mut().retain(|(other, _)| *other != key);
    metadata.tables.borrow_mut().push((key, table.clone()));
    Ok(Some(table))
}

/// An attribute of the class or of a mixin, called if it is a `declared_attr` or a function. What a class with a table of its own
/// says is about that table (`_ClassScanMapperConfig._scan_attributes`), unless it is a `declared_attr`.
pub(super) fn evaluated(vm: &mut Vm, class: &Rc<Class>, name: &str) -> Eval<Option<Value>> {
    let of_base = class.mro.iter().find_map(|base| {
        let value = base.attrs.get(name)?;
        (!is_mapped_class(base) || seam::native::<Declared>(&value).is_some()).then_some(value)
    });
    let Some(value) = class.attrs.get(name).or(of_base) else { return Ok(None) };
    resolve(vm, class, value).map(Some)
}

/// A class with a table.
fn is_mapped_class(class: &Class) -> bool {
    let payload = class.payload.borrow().clone();
    payload.is_some_and(|payload| payload.downcast::<Mapped>().is_ok_and(|mapped| mapped.table.is_some()))
}

/// A mapped parent has made the columns of the mixin its own (`_produce_column_copies`).
fn is_taken(class: &Class, mixin: &Rc<Class>) -> bool {
    class.mro.iter().any(|base| is_mapped_class(base) && base.mro.iter().any(|other| Rc::ptr_eq(other, mixin)))
}

fn resolve(vm: &mut Vm, class: &Rc<Class>, value: Value) -> Eval<Value> {
    match seam::native::<Declared>(&value) {
        Some(declared) => {
            let function = match vm.find_attr(&declared.function, "__func__")? {
                Some(function) => function,
                None => declared.function.clone(),
            };
            vm.call(&function, Args::positional([Value::Native(class.clone())]))
        }
        None => Ok(value),
    }
}

/// The columns of the class and of its mixins; those of mixins are copied.
fn columns(vm: &mut Vm, class: &Rc<Class>, unknown: &mut Option<Reason>) -> Eval<Vec<Rc<Column>>> {
    let mut found: Vec<(Rc<str>, Rc<Column>)> = Vec::new();
    let chain: Vec<(Rc<Class>, bool)> = std::iter::once((class.clone(), false))
        .chain(class.mro.iter().filter(|base| !is_mapped_class(base)).map(|base| (base.clone(), true)))
        .collect();
    for (owner, is_mixin) in chain {
        for (name, value, annotation) in attributes(&owner) {
            if found.iter().any(|(other, _)| *other == name) || name.starts_with("__") || &*name == "metadata" {
                continue;
            }
            let is_cascading = || {
                let declared = value.as_ref().and_then(seam::native::<Declared>);
                declared.is_some_and(|declared| declared.cascading)
            };
            if is_mixin && is_taken(class, &owner) && !is_cascading() {
                continue;
            }
            let value = match value {
                Some(value) => resolve(vm, class, value)?,
                None => Value::None,
            };
            let annotation = annotation.as_ref().and_then(annotation::mapped);
            let column = match (&value, seam::native::<Column>(&value), &annotation) {
                (_, Some(column), _) => {
                    if is_mixin {
                        column.copy()
                    } else {
                        column
                    }
                }
                // `name: Mapped[str]` alone is a column too, but `author: Mapped["User"] = relationship()` is none.
                (Value::None, None, Some(_)) => {
                    Rc::new(Column { state: std::cell::RefCell::new(Column::state(None, Value::None)) })
                }
                (Value::Unknown(reason), None, _) => {
                    unknown.get_or_insert_with(|| reason.clone());
                    continue;
                }
                _ => continue,
            };
            annotate(vm, class, &name, &column, annotation.as_ref())?;
            {
                let mut state = column.state.borrow_mut();
                state.key.get_or_insert_with(|| name.clone());
                state.name.get_or_insert_with(|| Name::plain(&name));
            }
            class.attrs.set(&name, Some(Value::Native(column.clone())));
            found.push((name, column));
        }
    }
    Ok(found.into_iter().map(|(_, column)| column).collect())
}

type Attribute = (Rc<str>, Option<Value>, Option<Value>);

/// What a class body binds and what it annotates, each with value and annotation, in the order of the body
/// (`util.merge_lists_w_ordering`).
pub(super) fn attributes(class: &Class) -> Vec<Attribute> {
    let annotations: Vec<(Rc<str>, Value)> = match class.attrs.get("__annotations__") {
        Some(Value::Dict(annotations)) => {
            annotations.borrow().iter().filter_map(|(key, value)| Some((key.as_str()?.into(), value.clone()))).collect()
        }
        _ => Vec::new(),
    };
    let mut bound = class.attrs.items().into_iter().peekable();
    let is_annotated = |name: &str| annotations.iter().any(|(other, _)| **other == *name);
    let mut all: Vec<Attribute> = Vec::new();
    for (name, annotation) in &annotations {
        let value = class.attrs.get(name);
        if value.is_some() {
            while let Some((before, value)) = bound.next_if(|(before, _)| !is_annotated(before)) {
                all.push((before, Some(value), None));
            }
            bound.next();
        }
        all.push((name.clone(), value, Some(annotation.clone())));
    }
    all.extend(bound.map(|(name, value)| (name, Some(value), None)));
    all
}

/// The type of a column by its annotation and what the base says of such.
fn type_of(vm: &mut Vm, class: &Class, annotated: &Annotated) -> Known<Value> {
    if class.find("registry").is_some() {
        return Err(Reason::new("orm", "the types that a registry gives to annotations").into());
    }
    let mapped = match class.find("type_annotation_map") {
        Some(Value::None) | None => None,
        Some(map) => annotation::mapped_type(annotated, &map)?,
    };
    match mapped {
        Some(ty) => Ok(ty),
        None => annotation::column_type(vm, &annotated.ty),
    }
}

/// What the column itself does not say its annotation does.
fn annotate(vm: &mut Vm, class: &Rc<Class>, name: &str, column: &Column, annotation: Option<&Value>) -> Eval<()> {
    let mut state = column.state.borrow_mut();
    let is_typed = !state.ty.is_none() || !state.foreign_keys.is_empty();
    let Some(annotation) = annotation else {
        if !is_typed {
            state.unknown.get_or_insert_with(|| Reason::new("orm", format!("the type of the attribute {name}")));
        }
        return Ok(());
    };
    let annotated = annotation::unwrap(annotation);
    if let Value::Unknown(reason) = &annotated.ty
        && !(is_typed && state.nullable_given)
    {
        state.unknown.get_or_insert_with(|| reason.clone());
    } else if !is_typed {
        match settle(type_of(vm, class, &annotated))? {
            Ok(ty) => state.ty = ty,
            Err(reason) => state.unknown = Some(reason),
        }
    }
    if !state.nullable_given {
        state.nullable = annotated.optional;
    }
    Ok(())
}
