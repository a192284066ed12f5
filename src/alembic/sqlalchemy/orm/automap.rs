//! `sqlalchemy.ext.automap`: classes for the tables that the database has.

use std::any::Any;
use std::rc::Rc;

use super::super::names::Name;
use super::super::schema::{MetaData, Table, TableArgs, reflect};
use super::declarative::{self, Mapped};
use crate::alembic::eval::{Args, Class, Eval, Native, Raise, Value, Vm, native};

/// `automap_base`
pub fn install_automap(vm: &mut Vm) {
    vm.register("sqlalchemy.ext.automap", [("automap_base", native::function("automap_base", automap_base))]);
}

/// `automap_base(declarative_base=None, **kw)`
fn automap_base(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "automap_base(declarative_base=, **kw)")?;
    let metadata = bound.keywords.iter().find(|(name, _)| &**name == "metadata").map(|(_, metadata)| metadata.clone());
    let Some(metadata) = metadata.map_or_else(|| Some(MetaData::new(vm, None, Vec::new())), |given| given.downcast())
    else {
        return Ok(vm.unknown("library", "automap_base() with a metadata that is not known"));
    };
    if bound.get("declarative_base").is_some_and(|base| !base.is_none()) {
        return Ok(vm.unknown("library", "automap_base() over a base of the project's own"));
    }
    let classes = Value::native(Classes { metadata: metadata.clone() });
    let base = declarative::base_class("sqlalchemy.ext.automap.Base", Value::Native(metadata));
    // What it reads is read when a class is asked for.
    let prepare = native::function("prepare", |_, _| Ok(Value::None));
    Ok(base.attrs([("prepare", prepare), ("classes", classes)]).value())
}

/// `Base.classes`
#[derive(Debug)]
struct Classes {
    metadata: Rc<MetaData>,
}

impl Classes {
    fn class_of(&self, vm: &mut Vm, name: &str) -> Eval<Value> {
        let table = match self.metadata.table(name) {
            Some(table) => table,
            None => match reflect::table(vm, &self.metadata, Name::plain(name), &[], TableArgs::default()) {
                Ok(table) => table,
                Err(Raise::Exception(_)) => return Err(vm.raise("AttributeError", name)),
                Err(stop) => return Err(stop),
            },
        };
        Ok(mapped(name, table))
    }
}

/// A class with the table's columns as its attributes.
fn mapped(name: &str, table: Rc<Table>) -> Value {
    let class = Class::new(&format!("sqlalchemy.ext.automap.{name}"), Vec::new())
        .attrs([("__init__", declarative::init()), ("__table__", Value::Native(table.clone()))]);
    for column in table.columns.borrow().iter() {
        class.attrs.set(&column.key(), Some(Value::Native(column.clone())));
    }
    let payload: Rc<dyn Any> = Rc::new(Mapped { table: Some(table) });
    *class.payload.borrow_mut() = Some(payload);
    class.value()
}

impl Native for Classes {
    fn class(&self) -> &str {
        "sqlalchemy.util._collections.Properties"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        match name {
            "get" | "keys" | "values" | "items" => Ok(Some(vm.unknown("library", format!("Base.classes.{name}()")))),
            _ => self.class_of(vm, name).map(Some),
        }
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        match key.as_str() {
            Some(name) => self.class_of(vm, name).map(Some),
            None => Ok(Some(vm.unknown("library", "an item of Base.classes"))),
        }
    }
}
