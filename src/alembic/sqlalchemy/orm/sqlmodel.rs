//! SQLModel: classes with `table=True`, whose columns come from annotations and `Field(…)`
//! (`sqlmodel.main.get_column_from_field`, `get_sqlalchemy_type`).

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use super::super::names::Name;
use super::super::schema::{Column, ColumnState, MetaData};
use super::super::{Known, seam, settle};
use super::annotation::{self, Annotated};
use super::declarative::{self, Ignored, Mapped};
use crate::alembic::eval::args::Bound;
use crate::alembic::eval::{Args, Class, Eval, Native, Union, Value, Vm, native};
use crate::pg::error::Reason;

/// Registers `SQLModel`, `Field` and `Relationship`.
pub fn install(vm: &mut Vm) {
    let metadata = Value::Native(MetaData::of_library());
    let init = declarative::init();
    let base = Class::new("sqlmodel.main.SQLModel", Vec::new())
        .on_subclass(made)
        .attrs([("metadata", metadata), ("__init__", init)]);
    let attrs = [
        ("SQLModel", Value::native(base)),
        ("Field", native::function("Field", field)),
        ("Relationship", native::function("Relationship", declarative::ignored)),
    ];
    vm.register("sqlmodel", attrs.clone());
    vm.register("sqlmodel.main", attrs);
}

/// What `Field(…)` was given.
#[derive(Debug)]
struct Field {
    bound: Bound,
}

impl Native for Field {
    fn class(&self) -> &str {
        "sqlmodel.main.FieldInfo"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Field {
    fn get(&self, name: &str) -> Option<Value> {
        self.bound.get(name)
    }
}

fn field(vm: &mut Vm, args: Args) -> Eval<Value> {
    let signature = "Field(default=, *, default_factory=, max_digits=, decimal_places=, max_length=, primary_key=, \
                     foreign_key=, ondelete=, unique=, nullable=, index=, sa_type=, sa_column=, sa_column_args=, \
                     sa_column_kwargs=, **kw)";
    Ok(Value::native(Field { bound: args.bind(vm, signature)? }))
}

/// The class statement of a model; without `table=True` it is no more than its fields.
fn made(vm: &mut Vm, class: &Rc<Class>, keywords: Vec<(Rc<str>, Value)>) -> Eval<()> {
    let is_table = keywords.iter().find(|(name, _)| &**name == "table").map(|(_, value)| seam::truth(value));
    let table = match is_table {
        Some(Ok(true)) => {
            let mut unknown = None;
            let columns = columns(vm, class, &mut unknown)?;
            let metadata = class.find("metadata").and_then(|metadata| seam::native::<MetaData>(&metadata));
            let metadata = metadata.unwrap_or_else(|| MetaData::new(vm, None, Vec::new()));
            let tablename = declarative::evaluated(vm, class, "__tablename__")?;
            let tablename = tablename.unwrap_or_else(|| Value::str(class.name.to_lowercase()));
            declarative::make_table(vm, class, &metadata, &tablename, columns, unknown)?
        }
        Some(Ok(false)) | None => None,
        Some(Err(reason)) => {
            vm.run.note(crate::alembic::run::Action::Unmodelled(reason));
            None
        }
    };
    if let Some(table) = &table {
        class.attrs.set(&"__table__".into(), Some(Value::Native(table.clone())));
    }
    let payload: Rc<dyn Any> = Rc::new(Mapped { table });
    *class.payload.borrow_mut() = Some(payload);
    Ok(())
}

/// The fields of the class and of those above it, from the top; what is said again lower keeps its place.
fn fields(class: &Rc<Class>) -> Vec<(Rc<str>, Value, Option<Value>)> {
    let mut all: Vec<(Rc<str>, Value, Option<Value>)> = Vec::new();
    for owner in class.mro.iter().rev().chain([class]) {
        for (name, value, annotation) in declarative::attributes(owner) {
            let is_relationship = value.as_ref().is_some_and(|value| seam::native::<Ignored>(value).is_some());
            let Some(annotation) = annotation.filter(|annotation| !is_class_var(annotation)) else { continue };
            if name.starts_with('_') || &*name == "model_config" || is_relationship {
                continue;
            }
            match all.iter_mut().find(|(known, ..)| *known == name) {
                Some(known) => *known = (name, annotation, value),
                None => all.push((name, annotation, value)),
            }
        }
    }
    all
}

fn is_class_var(annotation: &Value) -> bool {
    annotation.downcast_ref::<Union>().is_some_and(|form| form.form() == Some("ClassVar"))
}

fn columns(vm: &mut Vm, class: &Rc<Class>, unknown: &mut Option<Reason>) -> Eval<Vec<Rc<Column>>> {
    let mut columns = Vec::new();
    for (name, annotation, value) in fields(class) {
        // A default that is no `Field` says nothing of the column.
        let field = value.as_ref().and_then(seam::native::<Field>);
        let doubt = match &value {
            Some(Value::Unknown(reason)) => Some(reason.clone()),
            Some(value) if seam::native::<Column>(value).is_some() => {
                Some(Reason::new("orm", "a model that derives from one with a table"))
            }
            _ => field.as_ref().and_then(|field| field.bound.unknown.clone()),
        };
        if let Some(reason) = doubt {
            unknown.get_or_insert(reason);
            continue;
        }
        let column = match settle(column(vm, &name, &annotation, field.as_deref()))? {
            Ok(Some(column)) => column,
            Ok(None) => continue,
            Err(reason) => {
                let state = Column::state(Some(Name::plain(&name)), Value::None);
                let state = ColumnState { unknown: Some(reason), ..state };
                Rc::new(Column { state: RefCell::new(state) })
            }
        };
        class.attrs.set(&name, Some(Value::Native(column.clone())));
        columns.push(column);
    }
    Ok(columns)
}

/// `get_column_from_field`
fn column(vm: &mut Vm, name: &Rc<str>, annotation: &Value, field: Option<&Field>) -> Known<Option<Rc<Column>>> {
    let given = |key: &str| field.and_then(|field| field.get(key)).filter(|value| !value.is_none());
    if let Some(column) = given("sa_column") {
        if let Value::Unknown(reason) = column {
            return Err(reason.into());
        }
        let Some(column) = seam::native::<Column>(&column) else { return Ok(None) };
        let mut state = column.state.borrow_mut();
        state.key.get_or_insert_with(|| name.clone());
        state.name.get_or_insert_with(|| Name::plain(name));
        drop(state);
        return Ok(Some(column));
    }
    let annotated = annotation::unwrap(annotation);
    let ty = match given("sa_type") {
        Some(ty) => ty,
        None => column_type(vm, &annotated, field)?,
    };
    let flag = |key: &str| given(key).map_or(Ok(false), |value| seam::truth(&value));
    let primary_key = flag("primary_key")?;
    let nullable = match given("nullable") {
        Some(nullable) => seam::truth(&nullable)?,
        None => !primary_key && annotated.optional,
    };
    let mut positional = vec![Value::Str(name.clone()), ty];
    if let Some(key) = given("foreign_key") {
        let keyword = given("ondelete").map(|action| ("ondelete".into(), action)).into_iter().collect();
        positional.push(annotation::construct(
            vm,
            "ForeignKey",
            Args { positional: vec![key], keyword, ..Args::default() },
        )?);
    }
    if let Some(more) = given("sa_column_args") {
        positional.extend(seam::sequence(&more, "sa_column_args")?);
    }
    let mut keyword: Vec<(Rc<str>, Value)> = vec![
        ("primary_key".into(), Value::Bool(primary_key)),
        ("nullable".into(), Value::Bool(nullable)),
        ("index".into(), Value::Bool(flag("index")?)),
        ("unique".into(), Value::Bool(flag("unique")?)),
    ];
    if let Some(more) = given("sa_column_kwargs") {
        for (key, value) in seam::entries(&more)? {
            let key = seam::text(&key, "sa_column_kwargs")?;
            keyword.retain(|(known, _)| *known != key);
            keyword.push((key, value));
        }
    }
    match annotation::construct(vm, "Column", Args { positional, keyword, ..Args::default() })? {
        Value::Unknown(reason) => Err(reason.into()),
        column => Ok(seam::native::<Column>(&column)),
    }
}

/// `get_sqlalchemy_type`
fn column_type(vm: &mut Vm, annotated: &Annotated, field: Option<&Field>) -> Known<Value> {
    let Some(class) = annotated.ty.as_class() else {
        return Err(match &annotated.ty {
            Value::Unknown(reason) => reason.clone(),
            _ => Reason::new("orm", "SQLModel's column of an annotation that is no class"),
        }
        .into());
    };
    let given = |key: &str| field.and_then(|field| field.get(key)).filter(|value| !value.is_none());
    if annotation::is_enum(&class) {
        return annotation::column_type(vm, &annotated.ty);
    }
    let is_a = |dotted: &str| std::iter::once(&class).chain(&class.mro).any(|base| &*base.dotted == dotted);
    if is_a("str") {
        let length = given("max_length");
        let keyword = length.map(|length| ("length".into(), length)).into_iter().collect();
        return annotation::construct(vm, "String", Args { keyword, ..Args::default() });
    }
    if is_a("decimal.Decimal") {
        let digits = ["max_digits", "decimal_places"].map(|key| given(key).unwrap_or(Value::None));
        return annotation::construct(vm, "Numeric", Args::positional(digits));
    }
    if is_a("float") {
        return annotation::construct(vm, "Float", Args::default());
    }
    if is_a("datetime.datetime") {
        let reason = "SQLModel's column of a datetime, which has a time zone or not by the version of SQLModel";
        return Err(Reason::new("library-version", reason).into());
    }
    annotation::column_type(vm, &annotated.ty)
}
