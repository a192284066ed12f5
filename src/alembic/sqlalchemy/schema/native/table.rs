//! Tables, and CREATE and DROP of one.

use std::rc::Rc;

use super::columns::Columns;
use super::{name_value, optional_name, text};
use crate::alembic::eval::{Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::expression::python::no_truth;
use crate::alembic::sqlalchemy::names::qname;
use crate::alembic::sqlalchemy::schema::{ConstraintKind, Table};
use crate::alembic::sqlalchemy::{ddl, seam};

impl Native for Table {
    fn class(&self) -> &str {
        "sqlalchemy.sql.schema.Table"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        matches!(
            class,
            "sqlalchemy.sql.schema.Table"
                | "sqlalchemy.sql.schema.SchemaItem"
                | "sqlalchemy.sql.selectable.TableClause"
                | "sqlalchemy.sql.selectable.FromClause"
        )
    }

    fn truth(self: Rc<Self>, vm: &mut Vm) -> Eval<Value> {
        Err(no_truth(vm))
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "name" | "description" => name_value(&self.name()),
            "fullname" | "key" => Value::Str(self.key()),
            "schema" => optional_name(self.schema().as_ref()),
            "metadata" => Value::Native(self.metadata.clone()),
            "comment" => text(self.comment.borrow().as_ref()),
            "info" => self.info.clone(),
            "c" | "columns" | "exported_columns" => Value::native(Columns::Of(self)),
            "primary_key" => self.primary_key().map_or(Value::None, |key| Value::Native(key)),
            "constraints" | "foreign_key_constraints" | "indexes" | "foreign_keys"
                if self.unknown.borrow().is_some() =>
            {
                self.unknown.borrow().clone().map_or(Value::None, Value::Unknown)
            }
            "constraints" => Value::set(self.constraints.borrow().iter().map(|own| Value::Native(own.clone()))),
            "foreign_key_constraints" => {
                let constraints = self.constraints.borrow();
                let of_keys = constraints
                    .iter()
                    .filter(|own| matches!(own.state.borrow().kind, ConstraintKind::ForeignKey { .. }));
                Value::set(of_keys.map(|own| Value::Native(own.clone())))
            }
            "indexes" => Value::set(self.indexes.borrow().iter().map(|own| Value::Native(own.clone()))),
            "foreign_keys" => {
                let mut keys = Vec::new();
                for constraint in self.constraints.borrow().iter() {
                    if let ConstraintKind::ForeignKey { elements, .. } = &constraint.state.borrow().kind {
                        keys.extend(elements.iter().map(|element| Value::Native(element.clone())));
                    }
                }
                Value::set(keys)
            }
            "create" | "drop" => {
                let create = name == "create";
                native::function(name, move |vm, args| {
                    let bound = args.bind(vm, "create(bind=, checkfirst=)")?;
                    let check = bound.get("checkfirst").is_some_and(|value| seam::truth(&value).unwrap_or(true));
                    table_ddl(vm, &self, create, check)?;
                    Ok(Value::None)
                })
            }
            "append_column" | "append_constraint" => native::function(name, move |vm, args| {
                for item in args.positional {
                    self.extend(vm, &[item])?;
                }
                Ok(Value::None)
            }),
            _ => {
                if let Some(found) =
                    crate::alembic::sqlalchemy::expression::dml::table_method(vm, &Value::Native(self), name)?
                {
                    return Ok(Some(found));
                }
                return Ok(None);
            }
        }))
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Str(self.key())))
    }
}

/// `Table.create`, `Table.drop`, and each table of `create_all` and `drop_all`.
pub fn table_ddl(vm: &mut Vm, table: &Rc<Table>, create: bool, check: bool) -> Eval<()> {
    if check {
        match seam::has_relation(vm, &qname(table.schema().as_ref(), &table.name())) {
            Ok(exists) if exists == create => return Ok(()),
            Ok(_) => {}
            Err(reason) => {
                vm.run.uncertain.push(reason);
                let sent = table_ddl(vm, table, create, false);
                vm.run.uncertain.pop();
                return sent;
            }
        }
    }
    let statements = match create {
        true => ddl::table::create_checked(vm, table, check)?,
        false => vec![ddl::table::drop(table.schema().as_ref(), &table.name(), false)],
    };
    seam::send(vm, statements)
}
