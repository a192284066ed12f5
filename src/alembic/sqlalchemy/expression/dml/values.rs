//! The values of an INSERT or UPDATE, by the types of their columns.

use std::rc::Rc;

use super::Query;
use super::table::LightTable;
use crate::alembic::eval::{Eval, Value, Vm};
use crate::alembic::sqlalchemy::expression::Expression;
use crate::alembic::sqlalchemy::expression::python::operand;
use crate::alembic::sqlalchemy::names::{self, Name};
use crate::alembic::sqlalchemy::schema::{Column, Table};
use crate::alembic::sqlalchemy::{orm, seam};
use crate::pg::error::Reason;

impl Query {
    /// The type of a column of the table that is written to.
    pub(super) fn type_of(&self, key: &str) -> Option<Value> {
        let target = self.target.as_ref()?;
        if let Some(table) = seam::native::<LightTable>(target) {
            return table.column(key).and_then(|column| seam::native::<Expression>(&column)?.ty.clone());
        }
        let table = seam::native::<Table>(target).or_else(|| orm::table_of(target))?;
        table.column(key).map(|column| column.state.borrow().ty.clone())
    }

    pub(super) fn row(&mut self, vm: &mut Vm, value: &Value) -> Eval<Vec<(Name, Rc<Expression>)>> {
        let Value::Dict(dict) = value else {
            let reason = value.reason().cloned().unwrap_or_else(|| Reason::new("row-data", "values that are no dict"));
            self.doubt(reason);
            return Ok(Vec::new());
        };
        if let Some(reason) = dict.borrow().unknown.clone() {
            self.doubt(reason);
        }
        let items: Vec<(Value, Value)> =
            dict.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let mut row = Vec::new();
        for (key, value) in items {
            let (name, ty) = match (seam::native::<Column>(&key), seam::native::<Expression>(&key)) {
                (Some(column), _) => (Ok(column.name()), Some(column.state.borrow().ty.clone())),
                (None, Some(column)) => {
                    let name = column.column_name().ok_or_else(|| Reason::new("sqlalchemy", "a value for no column"));
                    (name, column.ty.clone())
                }
                (None, None) => (names::name(&key), key.as_str().and_then(|key| self.type_of(key))),
            };
            match name {
                Ok(name) => row.push((name, operand(vm, &value, ty.as_ref())?)),
                Err(reason) => self.doubt(reason),
            }
        }
        Ok(row)
    }

    /// The columns that an INSERT of these values gets besides: SQLAlchemy computes their defaults itself.
    pub(super) fn computed(&self, given: &[(Name, Rc<Expression>)]) -> Vec<Name> {
        let Some(target) = &self.target else { return Vec::new() };
        let Some(table) = seam::native::<Table>(target).or_else(|| orm::table_of(target)) else { return Vec::new() };
        let columns = table.columns.borrow();
        let computed = columns.iter().filter(|column| column.state.borrow().client_default);
        computed.map(|column| column.name()).filter(|name| !given.iter().any(|(own, _)| own == name)).collect()
    }

    pub(super) fn set_values(&mut self, vm: &mut Vm, value: &Value) -> Eval<()> {
        if let Value::List(_) | Value::Unknown(_) = value
            && let Ok(rows) = seam::items(vm, value)
        {
            for row in rows {
                let row = self.row(vm, &row)?;
                self.rows.push(row);
            }
            return Ok(());
        }
        let row = self.row(vm, value)?;
        self.values.extend(row);
        Ok(())
    }
}
