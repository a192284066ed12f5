//! SQLAlchemy's exceptions.

use std::any::Any;
use std::rc::Rc;

use crate::alembic::eval::{Eval, Native, Value, Vm};
/// An exception.
#[derive(Debug)]
pub struct Exception {
    /// Dotted.
    pub class: String,
    /// Text.
    pub message: String,
}
impl Native for Exception {
    fn class(&self) -> &str {
        &self.class
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Str(self.message.as_str().into())))
    }
}
