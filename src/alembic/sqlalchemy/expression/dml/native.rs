//! A statement as Python sees it.

use std::rc::Rc;

use super::Query;
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::expression::python::no_truth;
use crate::alembic::sqlalchemy::expression::python::operand;
use crate::alembic::sqlalchemy::expression::{Context, Expression, Node};
use crate::alembic::sqlalchemy::names::{self, Name};
use crate::alembic::sqlalchemy::{Obstacle, seam};
use crate::pg::command::DataVerb;

pub(super) fn on_conflict(args: &Args) -> String {
    let elements = args.keyword.iter().find(|(name, _)| &**name == "index_elements").map(|(_, value)| value);
    match elements.map(seam::column_names) {
        Some(Ok(names)) => {
            let names: Vec<String> = names.iter().map(Name::sql).collect();
            format!(" ON CONFLICT ({}) DO NOTHING", names.join(", "))
        }
        Some(Err(_)) | None => " ON CONFLICT DO NOTHING".to_string(),
    }
}

impl Native for Query {
    fn class(&self) -> &str {
        match self.verb {
            DataVerb::Insert => "sqlalchemy.sql.dml.Insert",
            DataVerb::Update => "sqlalchemy.sql.dml.Update",
            DataVerb::Delete => "sqlalchemy.sql.dml.Delete",
            _ => "sqlalchemy.sql.selectable.Select",
        }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        class == self.class()
            || matches!(class, "sqlalchemy.sql.base.Executable" | "sqlalchemy.sql.elements.ClauseElement")
    }

    fn truth(self: Rc<Self>, vm: &mut Vm) -> Eval<Value> {
        Err(no_truth(vm))
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if name.starts_with("__") {
            return Ok(None);
        }
        if matches!(name, "c" | "columns" | "selected_columns" | "exported_columns") {
            return Ok(Some(vm.unknown("sqlalchemy", "the columns of a subquery")));
        }
        if name == "selectable" {
            return Ok(Some(Value::Native(self)));
        }
        if name == "compile" {
            return Ok(Some(native::function(name, |vm, _| Ok(vm.unknown("sqlalchemy", "a compiled statement")))));
        }
        if matches!(name, "bind" | "description" | "froms" | "table" | "whereclause") {
            return Ok(Some(vm.unknown("sqlalchemy", format!("{name} of a statement"))));
        }
        let method = name.to_string();
        Ok(Some(native::function(name, move |vm, args| {
            if method == "label" {
                let own = Value::Native(self.clone());
                let operand = operand(vm, &own, None)?;
                return match args.positional.first().map(names::name) {
                    Some(Ok(name)) => Ok(Value::Native(Expression::of(Node::Label { name, operand }))),
                    Some(Err(reason)) => Ok(Value::Unknown(reason)),
                    None => Ok(vm.unknown("sqlalchemy", "a label without a name")),
                };
            }
            Ok(Value::native(self.changed(vm, &method, args)?))
        })))
    }

    fn str(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        match self.text(vm, Context::STATEMENT, 0) {
            Ok(text) => Ok(Some(Value::str(text))),
            Err(Obstacle::Unknown(reason)) => Ok(Some(Value::Unknown(reason))),
            Err(Obstacle::Raise(raise)) => Err(raise),
        }
    }
}
