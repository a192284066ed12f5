//! Schema items as Python sees them: attributes, methods, operators.

mod column;
mod columns;
mod constraint;
mod default;
mod index;
mod metadata;
mod table;
mod tables;

pub use column::share;
pub use columns::COLLECTION;
pub use metadata::sorted as sorted_tables;

use std::rc::Rc;

use super::constraint::ConstraintName;
use crate::alembic::eval::Value;
use crate::alembic::sqlalchemy::names::Name;

fn name_value(name: &Name) -> Value {
    if name.conv || name.quote.is_some() { Value::native(name.clone()) } else { Value::Str(name.text.clone()) }
}

fn optional_name(name: Option<&Name>) -> Value {
    name.map_or(Value::None, name_value)
}

fn constraint_name(name: &ConstraintName) -> Value {
    match name {
        ConstraintName::Name(name) => name_value(name),
        ConstraintName::None | ConstraintName::TypeBound => Value::None,
    }
}

fn text(text: Option<&Rc<str>>) -> Value {
    text.map_or(Value::None, |text| Value::Str(text.clone()))
}
