//! `engine.url`: which database system it is for is known, and nothing else.

use std::any::Any;
use std::rc::Rc;

use crate::alembic::eval::{Eval, Native, Value, Vm, native};
use crate::pg::error::Reason;

/// `sqlalchemy.engine.URL` of the database.
#[derive(Debug)]
pub struct Url;

impl Url {
    fn text(vm: &mut Vm, known: &str) -> Value {
        let reason = vm.reason("database-name", "the URL of the database");
        Value::Unknown(reason.with_text(format!("{known}{}", Reason::HOLE)))
    }
}

impl Native for Url {
    fn class(&self) -> &str {
        "sqlalchemy.engine.url.URL"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            // `postgresql`, with or without a driver behind it.
            "drivername" => Url::text(vm, "postgresql"),
            "get_backend_name" => native::function("get_backend_name", |_, _| Ok(Value::str("postgresql"))),
            "render_as_string" => native::function("render_as_string", |vm, _| Ok(Url::text(vm, "postgresql"))),
            _ => vm.unknown("database-name", "the URL of the database"),
        }))
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, _operator: &str, _other: &Value, _reflected: bool) -> Eval<Option<Value>> {
        Ok(Some(vm.unknown("database-name", "the URL of the database")))
    }

    fn str(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Url::text(vm, "postgresql")))
    }
}
