//! `table.c`.

use std::rc::Rc;

use crate::alembic::eval::{Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::schema::{Column, Table};
use crate::alembic::sqlalchemy::seam;

/// Methods of a collection of columns that are there and not followed.
pub const COLLECTION: &[&str] = &["as_readonly", "compare", "contains_column", "corresponding_column"];

/// `table.c`
#[derive(Debug)]
pub struct Columns {
    pub(super) table: Rc<Table>,
}

impl Columns {
    fn unknown(&self) -> Option<Value> {
        self.table.unknown.borrow().clone().map(Value::Unknown)
    }

    fn all(&self) -> Vec<Value> {
        self.table.columns.borrow().iter().map(|column| Value::Native(column.clone())).collect()
    }
}

impl Native for Columns {
    fn class(&self) -> &str {
        "sqlalchemy.sql.base.ReadOnlyColumnCollection"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some(column) = self.table.column(name) {
            return Ok(Some(Value::Native(column)));
        }
        Ok(match name {
            "keys" | "values" | "items" => {
                let mode = name.to_string();
                Some(native::function(name, move |_, _| {
                    let keyed = self.table.columns.borrow().clone().into_iter().map(|column| {
                        let key = Value::Str(column.key());
                        match mode.as_str() {
                            "keys" => key,
                            "values" => Value::Native(column),
                            _ => Value::tuple([key, Value::Native(column)]),
                        }
                    });
                    Ok(Value::list(keyed))
                }))
            }
            "get" => Some(native::function(name, move |vm, args| {
                let bound = args.bind(vm, "get(key, default=)")?;
                let key = bound.required("key");
                let found = key.as_str().and_then(|key| self.table.column(key));
                Ok(found.map_or_else(|| bound.or_none("default"), |column| Value::Native(column)))
            })),
            _ if COLLECTION.contains(&name) => None,
            // All that is left is a column that is not there.
            _ => match self.unknown() {
                Some(unknown) => Some(unknown),
                None => return Err(vm.raise("AttributeError", name)),
            },
        })
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        if let Some(reason) = key.reason() {
            return Ok(Some(Value::Unknown(reason.clone())));
        }
        if let Some(at) = key.as_i64() {
            let columns = self.all();
            let at = if at < 0 { at + i64::try_from(columns.len()).unwrap_or(0) } else { at };
            return Ok(usize::try_from(at).ok().and_then(|at| columns.get(at).cloned()));
        }
        match key.as_str().and_then(|key| self.table.column(key)) {
            Some(column) => Ok(Some(Value::Native(column))),
            None => match self.unknown() {
                Some(unknown) => Ok(Some(unknown)),
                None => {
                    let shown = seam::repr(vm, &key);
                    Err(vm.raise("KeyError", &shown))
                }
            },
        }
    }

    fn iterate(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(self.unknown().unwrap_or_else(|| Value::list(self.all()))))
    }

    fn len(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(self.unknown().unwrap_or_else(|| Value::int(self.all().len()))))
    }

    fn binary(self: Rc<Self>, _vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        if operator != "in" || !reflected {
            return Ok(None);
        }
        let found = match (other.as_str(), seam::native::<Column>(other)) {
            (Some(key), _) => self.table.column(key).is_some(),
            (None, Some(column)) => self.table.columns.borrow().iter().any(|own| Rc::ptr_eq(own, &column)),
            (None, None) => false,
        };
        Ok(Some(match self.unknown() {
            Some(unknown) if !found => unknown,
            _ => Value::Bool(found),
        }))
    }
}
