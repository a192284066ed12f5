//! Collections of columns: `table.c`, and the columns of a constraint or an index.

use std::rc::Rc;

use crate::alembic::eval::{Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::schema::{Column, Table};
use crate::alembic::sqlalchemy::seam;
use crate::pg::error::Reason;

/// Methods of a collection of columns that are there and not followed.
pub const COLLECTION: &[&str] = &["as_readonly", "compare", "contains_column", "corresponding_column"];

/// Columns by their keys.
#[derive(Debug)]
pub enum Columns {
    /// Those of a table, also such as it gets later.
    Of(Rc<Table>),
    /// These, and others where there is a reason.
    These(Vec<Rc<Column>>, Option<Reason>),
}

impl Columns {
    fn unknown(&self) -> Option<Value> {
        let reason = match self {
            Columns::Of(table) => table.unknown.borrow().clone(),
            Columns::These(_, reason) => reason.clone(),
        };
        reason.map(Value::Unknown)
    }

    fn list(&self) -> Vec<Rc<Column>> {
        match self {
            Columns::Of(table) => table.columns.borrow().clone(),
            Columns::These(columns, _) => columns.clone(),
        }
    }

    fn column(&self, key: &str) -> Option<Rc<Column>> {
        match self {
            Columns::Of(table) => table.column(key),
            Columns::These(columns, _) => columns.iter().find(|column| *column.key() == *key).cloned(),
        }
    }

    fn all(&self) -> Vec<Value> {
        self.list().into_iter().map(|column| Value::Native(column)).collect()
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
        if let Some(column) = self.column(name) {
            return Ok(Some(Value::Native(column)));
        }
        Ok(match name {
            "keys" | "values" | "items" => {
                let mode = name.to_string();
                Some(native::function(name, move |_, _| {
                    let keyed = self.list().into_iter().map(|column| {
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
                let found = key.as_str().and_then(|key| self.column(key));
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
        match key.as_str().and_then(|key| self.column(key)) {
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
            (Some(key), _) => self.column(key).is_some(),
            (None, Some(column)) => self.list().iter().any(|own| Rc::ptr_eq(own, &column)),
            (None, None) => false,
        };
        Ok(Some(match self.unknown() {
            Some(unknown) if !found => unknown,
            _ => Value::Bool(found),
        }))
    }
}
