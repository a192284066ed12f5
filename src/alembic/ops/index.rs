//! `create_index`, `drop_index`.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::super::sqlalchemy::ddl;
use super::super::sqlalchemy::expression::{self, Role};
use super::super::sqlalchemy::names::{self, Name};
use super::super::sqlalchemy::schema::column::ColumnArg;
use super::super::sqlalchemy::schema::constraint::ConstraintName;
use super::super::sqlalchemy::schema::index::{IndexArg, IndexState};
use super::super::sqlalchemy::schema::{Column, Index};
use super::super::sqlalchemy::{Known, Obstacle, seam};
use super::{Call, Lowered, known};
use crate::alembic::eval::{Eval, Value, Vm};

/// Options of the dialect without their prefix; other dialects' are left out. A name without a prefix raises.
pub(super) fn dialect_options(vm: &mut Vm, keywords: &[(Rc<str>, Value)]) -> Known<Vec<(Rc<str>, Value)>> {
    let mut options = Vec::new();
    for (name, value) in keywords {
        match name.split_once('_') {
            Some(("postgresql", option)) => options.push((option.into(), value.clone())),
            _ if matches!(&**name, "info" | "quote" | "comment") => {}
            Some(_) => {}
            None => {
                let message = format!("Additional arguments should be named <dialectname>_<argument>, got '{name}'");
                return Err(vm.raise("TypeError", &message).into());
            }
        }
    }
    Ok(options)
}

/// The name of a constraint or index as given.
pub(super) fn given_name(value: &Value) -> Known<ConstraintName> {
    Ok(names::optional(value)?.map_or(ConstraintName::None, ConstraintName::Name))
}

/// A column without a type, as Alembic makes them for its operations.
pub(super) fn plain_column(name: &Name) -> Rc<Column> {
    Rc::new(Column { state: RefCell::new(Column::state(Some(name.clone()), Value::None)) })
}

fn make(vm: &mut Vm, call: &Call, keys: &[Value], unique: bool) -> Known<Rc<Index>> {
    let mut columns: Vec<Rc<Column>> = Vec::new();
    let mut args = Vec::new();
    for key in keys {
        let is_name = key.as_str().is_some() || seam::native::<Name>(key).is_some();
        if is_name {
            let name = names::name(key)?;
            if !columns.iter().any(|column| column.key() == name.text) {
                columns.push(plain_column(&name));
            }
            args.push(IndexArg::Column(ColumnArg::Key(name)));
        } else {
            args.push(IndexArg::Expression(expression::coerce(vm, key, Role::DdlExpression)?));
        }
    }
    let items: Vec<Value> = columns.into_iter().map(|column| Value::Native(column)).collect();
    let table = match call.batch.is_some() || call.some("table_name").is_some() {
        true => call.make_table(vm, "table_name", "schema", &items)?,
        false => no_table(vm, call, &items)?,
    };
    let index = Index::of(IndexState {
        name: given_name(&call.bound.required("index_name"))?,
        unique,
        keys: args,
        options: dialect_options(vm, &call.bound.keywords)?,
        unknown: None,
        table: Weak::new(),
        own_table: Some(table.clone()),
    });
    table.append_index(vm, &index)?;
    Ok(index)
}

/// `op.drop_index("name")` without a table.
fn no_table(vm: &mut Vm, call: &Call, items: &[Value]) -> Known<Rc<super::super::sqlalchemy::schema::Table>> {
    use super::super::sqlalchemy::schema::{MetaData, Table, TableArgs};
    let args = TableArgs { schema: call.schema("schema")?, ..TableArgs::default() };
    let metadata = MetaData::of_operation(&vm.run);
    Ok(Table::new(vm, Name::plain("no_table"), metadata, items, args)?)
}

pub(super) fn create(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "create_index", call, |vm| {
        let columns = call.bound.required("columns");
        // A string is a sequence of its characters in Python; SQLAlchemy would take each for a column.
        let keys = match columns.as_str() {
            Some(text) => text.chars().map(|c| Value::str(c.to_string())).collect(),
            None => seam::items(vm, &columns)?,
        };
        let index = make(vm, call, &keys, call.flag("unique")?)?;
        Ok(ddl::index::create(vm, &index, call.flag("if_not_exists")?)?.into())
    })
}

pub(super) fn drop(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "drop_index", call, |vm| {
        let index = make(vm, call, &[Value::str("x")], false)?;
        Ok::<Lowered, Obstacle>(ddl::index::drop(vm, &index, call.flag("if_exists")?)?.into())
    })
}
