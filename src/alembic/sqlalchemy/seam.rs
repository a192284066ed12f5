//! What this library asks of the interpreter and of the run, in one place.

use std::rc::Rc;

use num_traits::ToPrimitive;

use super::ddl::Statement;
use super::names::Name;
use super::{Known, exc};
use crate::alembic::database::query::KnownRows;
use crate::alembic::database::{ResultRows, doubt_column, doubt_grammar};
use crate::alembic::eval::{Args, Eval, Items, Native, Raise, Value, Vm};
use crate::pg::error::{Reason, Refusal};
use crate::pg::ident::QName;

/// The value as a native of type `T`.
pub fn native<T: Native>(value: &Value) -> Option<Rc<T>> {
    value.downcast::<T>()
}

/// An exception of that class, to be returned as an error.
pub fn raise(vm: &mut Vm, class: &str, message: &str) -> Raise {
    vm.raise(class, message)
}

/// `value.name`; `None` if there is no such attribute.
pub fn attribute(vm: &mut Vm, value: &Value, name: &str) -> Eval<Option<Value>> {
    vm.find_attr(value, name)
}

/// `value(*args, **kw)`.
pub fn call(vm: &mut Vm, value: &Value, args: Args) -> Eval<Value> {
    vm.call(value, args)
}

/// `value.name(*args, **kw)`.
pub fn call_method(vm: &mut Vm, value: &Value, name: &str, args: Args) -> Eval<Value> {
    let method = vm.get_attr(value, name)?;
    vm.call(&method, args)
}

/// The items of anything that can be iterated.
pub fn items(vm: &mut Vm, value: &Value) -> Known<Vec<Value>> {
    match vm.iterate(value)? {
        Items::Known(items) => Ok(items),
        Items::Unknown(reason) => Err(reason.into()),
    }
}

/// What SQLAlchemy 1.4 does and version 2 refuses. A project that is still on 1.4 runs it, and which version it is on is not in
/// its revisions: so its effect is that of 1.4, and unless the project's requirements say so, whether it succeeds is not known.
pub fn legacy(vm: &mut Vm, what: &str) {
    if vm.run.settings.sqlalchemy == Some(1) {
        return;
    }
    let reason = vm.reason("library-version", format!("{what} works in SQLAlchemy 1.4 and fails in 2"));
    vm.run.note(crate::alembic::run::Action::Unmodelled(reason));
}

/// `bool(value)` of plain values; anything else that is not `None` counts as true.
pub fn truth(value: &Value) -> Result<bool, Reason> {
    match value {
        Value::None => Ok(false),
        Value::Bool(bool) => Ok(*bool),
        Value::Int(number) => Ok(number.to_i64() != Some(0)),
        Value::Float(number) => Ok(*number != 0.0),
        Value::Str(text) => Ok(!text.is_empty()),
        Value::Tuple(items) => Ok(!items.is_empty()),
        Value::List(list) => match &list.borrow().unknown {
            Some(reason) => Err(reason.clone()),
            None => Ok(!list.borrow().items.is_empty()),
        },
        Value::Set(set) => match &set.borrow().dict.unknown {
            Some(reason) => Err(reason.clone()),
            None => Ok(!set.borrow().dict.is_empty()),
        },
        Value::Dict(dict) => match &dict.borrow().unknown {
            Some(reason) => Err(reason.clone()),
            None => Ok(!dict.borrow().is_empty()),
        },
        Value::Bytes(bytes) => Ok(!bytes.is_empty()),
        Value::Native(_) => Ok(true),
        Value::Unknown(reason) => Err(reason.clone()),
    }
}

/// A `str`, or the reason why it is not one.
pub fn text(value: &Value, what: &str) -> Result<Rc<str>, Reason> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        Value::Unknown(reason) => Err(reason.clone()),
        value => match value.as_str() {
            Some(text) => Ok(text.into()),
            None => Err(Reason::new("argument", format!("{what} is no text"))),
        },
    }
}

/// A whole number, or the reason why it is not one.
pub fn number(value: &Value, what: &str) -> Result<i64, Reason> {
    match (value, value.as_i64()) {
        (_, Some(number)) => Ok(number),
        (Value::Unknown(reason), None) => Err(reason.clone()),
        (_, None) => Err(Reason::new("argument", format!("{what} is no number"))),
    }
}

/// A `str` or `None`.
pub fn optional_text(value: &Value, what: &str) -> Result<Option<Rc<str>>, Reason> {
    match value {
        Value::None => Ok(None),
        value => text(value, what).map(Some),
    }
}

/// A `str`, also one that is a name.
pub fn str_text(value: &Value, what: &str) -> Result<Rc<str>, Reason> {
    match super::names::name(value) {
        Ok(name) => Ok(name.text),
        Err(_) => text(value, what),
    }
}

/// The items of a list, tuple or set.
pub fn sequence(value: &Value, what: &str) -> Result<Vec<Value>, Reason> {
    match value {
        Value::List(list) => match &list.borrow().unknown {
            Some(reason) => Err(reason.clone()),
            None => Ok(list.borrow().items.clone()),
        },
        Value::Set(set) => match &set.borrow().dict.unknown {
            Some(reason) => Err(reason.clone()),
            None => Ok(set.borrow().dict.keys().cloned().collect()),
        },
        Value::Tuple(items) => Ok(items.to_vec()),
        Value::Unknown(reason) => Err(reason.clone()),
        _ => Err(Reason::new("argument", format!("{what} is no list"))),
    }
}

/// The items of a dict.
pub fn entries(value: &Value) -> Result<Vec<(Value, Value)>, Reason> {
    match value {
        Value::Dict(dict) => match &dict.borrow().unknown {
            Some(reason) => Err(reason.clone()),
            None => Ok(dict.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect()),
        },
        Value::Unknown(reason) => Err(reason.clone()),
        _ => Err(Reason::new("argument", "a value that is no dict")),
    }
}

/// A list of texts.
pub fn texts(value: &Value, what: &str) -> Result<Vec<Rc<str>>, Reason> {
    sequence(value, what)?.iter().map(|item| text(item, what)).collect()
}

/// A name, or a list of names.
pub fn names(value: &Value, what: &str) -> Result<Vec<Name>, Reason> {
    match value {
        Value::List(_) | Value::Tuple(_) => sequence(value, what)?.iter().map(super::names::name).collect(),
        one => Ok(vec![super::names::name(one)?]),
    }
}

/// The names of a list of columns, each a name or a column.
pub fn column_names(value: &Value) -> Result<Vec<Name>, Reason> {
    let one = |item: &Value| {
        if let Some(column) = native::<super::schema::Column>(item) {
            return Ok(column.name());
        }
        match native::<super::expression::Expression>(item).and_then(|own| own.column_name()) {
            Some(name) => Ok(name),
            None => super::names::name(item),
        }
    };
    sequence(value, "a list of columns")?.iter().map(one).collect()
}

/// A value as messages show it.
pub fn repr(vm: &mut Vm, value: &Value) -> String {
    match vm.repr(value) {
        Ok(shown) => shown.as_str().unwrap_or("a value that is not known").to_string(),
        Err(_) => "a value".to_string(),
    }
}

/// `str(value)` of a library value that stands for one literal (dates, UUIDs, members of enums).
pub fn shown(vm: &mut Vm, native: &Rc<dyn Native>) -> Eval<Option<Rc<str>>> {
    let value = Value::Native(native.clone());
    if let Some(text) = value.as_str() {
        return Ok(Some(text.into()));
    }
    if !LITERALS.iter().any(|class| native.is_instance(class)) {
        return Ok(None);
    }
    Ok(vm.str(&value)?.as_str().map(Rc::from))
}

/// Classes whose `str` is what a driver sends as text.
const LITERALS: &[&str] = &["uuid.UUID", "datetime.datetime", "datetime.date", "datetime.time", "decimal.Decimal"];

/// Sends statements from where the interpreter is; a refusal is raised as SQLAlchemy raises it. What is not modelled raises
/// nothing: the step tells.
pub fn send(vm: &mut Vm, statements: Vec<Statement>) -> Eval<()> {
    for Statement { command, sql } in statements {
        doubt_grammar(vm, &sql);
        doubt_column(vm, &command, &sql);
        if let Err(refusal) = vm.run.send(command, sql) {
            match refusal {
                Refusal::Postgres(error) => return Err(exc::refused(vm, &error)?),
                Refusal::Client(error) => return Err(vm.raise(&error.class, &error.message)),
                Refusal::Unmodelled(_) => {}
            }
        }
    }
    Ok(())
}

/// `dialect.has_type`: the type exists in that schema, or in one of `search_path`.
pub fn has_type(vm: &Vm, name: &QName) -> Result<bool, Reason> {
    match vm.run.catalog.resolve_type(name, &vm.run.session) {
        None => Ok(false),
        Some(oid) => match vm.run.catalog.presence(oid) {
            None => Ok(true),
            Some(reason) => Err(reason.clone()),
        },
    }
}

/// `dialect.has_table`
pub fn has_relation(vm: &Vm, name: &QName) -> Result<bool, Reason> {
    match vm.run.catalog.resolve_relation(name, &vm.run.session) {
        None => Ok(false),
        Some(oid) => match vm.run.catalog.presence(oid) {
            None => Ok(true),
            Some(reason) => Err(reason.clone()),
        },
    }
}

/// A table that is certainly there and known to be empty.
pub fn has_no_rows(vm: &Vm, name: &QName) -> bool {
    let catalog = &vm.run.catalog;
    catalog
        .resolve_relation(name, &vm.run.session)
        .is_some_and(|oid| catalog.presence(oid).is_none() && vm.run.is_empty(oid))
}

/// The result of a query that gave no rows.
pub fn no_rows() -> Value {
    Value::native(ResultRows::no_rows())
}
