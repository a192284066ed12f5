//! `MetaData.tables` where not all that it holds is known.

use std::rc::Rc;

use crate::alembic::eval::{Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::schema::MetaData;
use crate::pg::error::Reason;

/// The tables that are known, and why there may be others.
#[derive(Debug)]
pub struct Tables {
    /// Whose.
    pub metadata: Rc<MetaData>,
    /// Why.
    pub more: Reason,
}

impl Tables {
    fn found(&self, key: &Value) -> Option<Value> {
        key.as_str().and_then(|key| self.metadata.table(key)).map(|table| Value::Native(table))
    }

    fn unknown(&self) -> Value {
        Value::Unknown(self.more.clone())
    }
}

impl Native for Tables {
    fn class(&self) -> &str {
        "sqlalchemy.util._collections.FacadeDict"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "keys" | "values" | "items" | "copy" => Some(native::function(name, move |_, _| Ok(self.unknown()))),
            "get" => Some(native::function(name, move |vm, args| {
                let bound = args.bind(vm, "get(key, default=)")?;
                Ok(self.found(&bound.required("key")).unwrap_or_else(|| self.unknown()))
            })),
            _ => None,
        })
    }

    fn get_item(self: Rc<Self>, _vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        Ok(Some(self.found(&key).unwrap_or_else(|| self.unknown())))
    }

    fn iterate(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(self.unknown()))
    }

    fn len(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(self.unknown()))
    }

    fn binary(self: Rc<Self>, _vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        if operator != "in" || !reflected {
            return Ok(None);
        }
        Ok(Some(self.found(other).map_or_else(|| self.unknown(), |_| Value::Bool(true))))
    }

    fn truth(self: Rc<Self>, _vm: &mut Vm) -> Eval<Value> {
        let any = !self.metadata.tables.borrow().is_empty();
        Ok(if any { Value::Bool(true) } else { self.unknown() })
    }
}
