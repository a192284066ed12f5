//! Columns: attributes, and the operators of their expressions.

use std::cell::RefCell;
use std::rc::Rc;

use super::{optional_name, text};
use crate::alembic::eval::{Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::expression::Expression;
use crate::alembic::sqlalchemy::expression::python as expression;
use crate::alembic::sqlalchemy::expression::python::no_truth;
use crate::alembic::sqlalchemy::schema::default::Generated;
use crate::alembic::sqlalchemy::schema::{Autoincrement, Column, ServerDefault};
use crate::alembic::sqlalchemy::{names, seam};

impl Native for Column {
    fn class(&self) -> &str {
        "sqlalchemy.sql.schema.Column"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        matches!(
            class,
            "sqlalchemy.sql.schema.Column"
                | "sqlalchemy.sql.schema.SchemaItem"
                | "sqlalchemy.sql.elements.ColumnClause"
                | "sqlalchemy.sql.elements.ColumnElement"
                | "sqlalchemy.sql.elements.ClauseElement"
        )
    }

    fn truth(self: Rc<Self>, vm: &mut Vm) -> Eval<Value> {
        Err(no_truth(vm))
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let state = self.state.borrow().clone();
        Ok(Some(match name {
            "name" => optional_name(state.name.as_ref()),
            "key" => Value::Str(self.key()),
            "type" => state.ty,
            "nullable" => Value::Bool(state.nullable),
            "primary_key" => Value::Bool(state.primary_key),
            "unique" => {
                if state.unique {
                    Value::Bool(true)
                } else {
                    Value::None
                }
            }
            "index" => {
                if state.index {
                    Value::Bool(true)
                } else {
                    Value::None
                }
            }
            "comment" => text(state.comment.as_ref()),
            "info" => state.info,
            "table" => self.table().map_or(Value::None, |table| Value::Native(table)),
            "default" => match state.sequence {
                Some(sequence) => Value::Native(sequence),
                None if state.client_default => vm.unknown("library", "the default of a column"),
                None => Value::None,
            },
            "server_default" => match state.server_default {
                ServerDefault::None => Value::None,
                ServerDefault::Unknown(reason) => Value::Unknown(reason),
                default => Value::native(Generated::Default(default)),
            },
            "autoincrement" => match state.autoincrement {
                Autoincrement::Auto => Value::str("auto"),
                Autoincrement::IgnoreFk => Value::str("ignore_fk"),
                Autoincrement::True => Value::Bool(true),
                Autoincrement::False => Value::Bool(false),
            },
            "foreign_keys" => match self.table() {
                Some(table) if table.unknown.borrow().is_some() => Value::from(table.unknown.borrow().clone()),
                Some(table) => Value::set(table.foreign_keys_of(&self).into_iter().map(|key| Value::Native(key))),
                None => Value::set(state.foreign_keys.iter().map(|key| Value::Native(key.clone()))),
            },
            "constraints" => Value::set(state.constraints.iter().map(|constraint| Value::Native(constraint.clone()))),
            "copy" | "_copy" => {
                let own = self.clone();
                native::function(name, move |_, _| Ok(Value::Native(own.copy())))
            }
            _ => return expression::attribute(vm, &Rc::new(Expression::column_of(&self)), name),
        }))
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        Rc::new(Expression::column_of(&self)).get_item(vm, key)
    }

    fn set_attr(self: Rc<Self>, _vm: &mut Vm, name: &str, value: Value) -> Eval<bool> {
        let mut state = self.state.borrow_mut();
        match name {
            "name" => match names::optional(&value) {
                Ok(name) => state.name = name,
                Err(reason) => state.unknown = Some(reason),
            },
            "type" => state.ty = value,
            "nullable" => match seam::truth(&value) {
                Ok(nullable) => (state.nullable, state.nullable_given) = (nullable, true),
                Err(reason) => state.unknown = Some(reason),
            },
            "primary_key" | "unique" | "index" => match seam::truth(&value) {
                Ok(flag) if name == "primary_key" => state.primary_key = flag,
                Ok(flag) if name == "unique" => state.unique = flag,
                Ok(flag) => state.index = flag,
                Err(reason) => state.unknown = Some(reason),
            },
            "comment" => match seam::optional_text(&value, "comment") {
                Ok(comment) => state.comment = comment,
                Err(reason) => state.unknown = Some(reason),
            },
            "server_default" => {
                state.server_default = match &value {
                    Value::None => ServerDefault::None,
                    Value::Str(text) => ServerDefault::Literal(text.clone()),
                    other => match seam::native::<Expression>(other) {
                        Some(expression) => ServerDefault::Expression(expression),
                        None => ServerDefault::Unknown(crate::pg::error::Reason::new(
                            "argument",
                            "a server_default that was assigned",
                        )),
                    },
                };
            }
            "default" => state.client_default = !value.is_none(),
            "info" => state.info = value,
            "doc" | "key" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        expression::binary(vm, &Rc::new(Expression::column_of(&self)), operator, other, reflected)
    }

    fn unary(self: Rc<Self>, vm: &mut Vm, operator: &str) -> Eval<Option<Value>> {
        expression::unary(vm, &Rc::new(Expression::column_of(&self)), operator)
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        let shown = match self.table() {
            Some(table) => format!("{}.{}", table.name().text, self.name().text),
            None => self.name().text.to_string(),
        };
        Ok(Some(Value::str(shown)))
    }
}

/// Keeps the state of a column that a class statement shares with its subclasses.
pub fn share(column: &Column) -> Rc<Column> {
    Rc::new(Column { state: RefCell::new(column.state.borrow().clone()) })
}
