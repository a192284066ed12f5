//! Indexes.

use std::rc::Rc;

use super::columns::Columns;
use super::constraint_name;
use crate::alembic::eval::{Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::names::qname;
use crate::alembic::sqlalchemy::schema::Index;
use crate::alembic::sqlalchemy::schema::constraint::ConstraintName;
use crate::alembic::sqlalchemy::{ddl, seam};

impl Native for Index {
    fn class(&self) -> &str {
        "sqlalchemy.sql.schema.Index"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        matches!(class, "sqlalchemy.sql.schema.Index" | "sqlalchemy.sql.schema.SchemaItem")
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let state = self.state.borrow().clone();
        Ok(Some(match name {
            "name" => constraint_name(&state.name),
            "unique" => Value::Bool(state.unique),
            "table" => state.table.upgrade().map_or(Value::None, |table| Value::Native(table)),
            "columns" => {
                let columns = state.table.upgrade().map(|table| state.columns(&table)).unwrap_or_default();
                Value::native(Columns::These(columns, None))
            }
            "create" | "drop" => {
                let create = name == "create";
                native::function(name, move |vm, args| {
                    let bound = args.bind(vm, "create(bind=, checkfirst=)")?;
                    let check = bound.get("checkfirst").is_some_and(|value| seam::truth(&value).unwrap_or(true));
                    index_ddl(vm, &self, create, check)
                })
            }
            _ => return Ok(None),
        }))
    }
}

/// `Index.create`, `Index.drop`
fn index_ddl(vm: &mut Vm, index: &Rc<Index>, create: bool, check: bool) -> Eval<Value> {
    let schema = index.table().and_then(|table| table.schema());
    if check && let ConstraintName::Name(name) = &index.state.borrow().name {
        match seam::has_relation(vm, &qname(schema.as_ref(), name)) {
            Ok(exists) if exists == create => return Ok(Value::None),
            Ok(_) => {}
            Err(reason) => return Ok(Value::Unknown(reason)),
        }
    }
    let statement = match create {
        true => ddl::index::create(vm, index, false)?,
        false => ddl::index::drop(vm, index, false)?,
    };
    seam::send(vm, vec![statement])?;
    Ok(Value::None)
}
