//! What a session sends for the instances that are added to it (`sqlalchemy.orm.unitofwork`): INSERTs, when it is flushed, of tables that
//! others refer to first.

use std::rc::Rc;

use super::declarative::Mapped;
use crate::alembic::eval::{Args, Class, Dict, Eval, Instance, Value, Vm};
use crate::alembic::sqlalchemy::expression::dml;
use crate::alembic::sqlalchemy::schema::{Column, Table, sorted_tables};
use crate::alembic::sqlalchemy::seam;
use crate::pg::error::Reason;

/// An instance of a declarative class with the attributes that are its columns.
struct New {
    instance: Value,
    table: Rc<Table>,
    columns: Vec<(Rc<str>, Rc<Column>)>,
}

impl New {
    /// `None` for what is no instance of a class with one table, or has attributes beside columns, or a constructor that may give
    /// defaults of fields (SQLModel's, that of a base that is not known, e.g. `MappedAsDataclass`): what they do to the row is not known.
    fn of(value: &Value) -> Option<New> {
        let instance = value.as_instance()?;
        if instance.class.unknown.is_some() || instance.class.derives_from("sqlmodel.main.SQLModel") {
            return None;
        }
        let table = table_of(&instance.class)?;
        let columns = mapped(&instance.class, &table);
        let is_column = |name: &str| name.starts_with('_') || columns.iter().any(|(own, _)| **own == *name);
        let plain = instance.attrs.items().iter().all(|(name, _)| is_column(name));
        plain.then(|| New { instance: value.clone(), table, columns })
    }

    fn instance(&self) -> Option<&Instance> {
        self.instance.as_instance()
    }

    /// `insert(table).values(…)`: what is None gets the default of its column.
    fn insert(&self, vm: &mut Vm) -> Eval<Value> {
        let mut values = Dict::new();
        for (name, column) in &self.columns {
            let value = self.instance().and_then(|instance| instance.attrs.get(name));
            if let Some(value) = value.filter(|value| !value.is_none()) {
                values.insert(Value::Native(column.clone()), value);
            }
        }
        let insert = dml::start(vm, "insert", Args::positional([Value::Native(self.table.clone())]))?;
        if values.keys().next().is_none() {
            return Ok(insert);
        }
        seam::call_method(vm, &insert, "values", Args::positional([Value::from(values)]))
    }

    /// The server has given the row what was left out.
    fn is_stored(&self, vm: &mut Vm) -> Eval<()> {
        for (name, _) in &self.columns {
            let is_set = self.instance().is_some_and(|instance| instance.attrs.get(name).is_some());
            if !is_set {
                let reason = Reason::new("row-data", format!("{name} of a row that was inserted"));
                vm.set_attr(&self.instance, name, Value::Unknown(reason))?;
            }
        }
        Ok(())
    }
}

/// The one table of a class; `None` where its bases have tables, too.
fn table_of(class: &Rc<Class>) -> Option<Rc<Table>> {
    let of = |class: &Rc<Class>| {
        let payload = class.payload.borrow().clone()?;
        payload.downcast::<Mapped>().ok()?.table.clone()
    };
    let table = of(class)?;
    let inherits = class.mro.iter().any(|base| of(base).is_some());
    (!inherits && table.unknown.borrow().is_none()).then_some(table)
}

/// The attributes of a class that are columns of its table.
fn mapped(class: &Class, table: &Rc<Table>) -> Vec<(Rc<str>, Rc<Column>)> {
    let own = |column: &Rc<Column>| column.table().is_some_and(|other| Rc::ptr_eq(&other, table));
    let attrs = class.attrs.items().into_iter();
    attrs.filter_map(|(name, value)| Some((name, seam::native::<Column>(&value).filter(own)?))).collect()
}

/// Whether the INSERT of an instance is known.
pub(super) fn is_known(value: &Value) -> bool {
    New::of(value).is_some()
}

/// Sends the INSERTs of instances on a connection.
pub(super) fn insert_all(vm: &mut Vm, connection: &Value, instances: &[Value]) -> Eval<()> {
    let news: Vec<New> = instances.iter().filter_map(New::of).collect();
    let mut tables: Vec<Rc<Table>> = Vec::new();
    for new in &news {
        if !tables.iter().any(|table| Rc::ptr_eq(table, &new.table)) {
            tables.push(new.table.clone());
        }
    }
    for table in sorted_tables(&tables) {
        for new in news.iter().filter(|new| Rc::ptr_eq(&new.table, &table)) {
            let insert = new.insert(vm)?;
            seam::call_method(vm, connection, "execute", Args::positional([insert]))?;
            new.is_stored(vm)?;
        }
    }
    Ok(())
}
