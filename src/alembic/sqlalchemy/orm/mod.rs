//! The ORM as far as revisions use it: declarative classes for their tables, sessions as work on rows.

mod annotation;
mod automap;
mod declarative;
mod query;
mod session;
mod sqlmodel;
mod unit_of_work;

use std::rc::Rc;

pub use automap::install_automap;
pub use declarative::{base, install_classes};
pub use query::Query;
pub use session::install_sessions;
pub use sqlmodel::install as install_sqlmodel;

use super::expression::Expression;
use super::schema::Table;
use super::seam;
use crate::alembic::eval::Value;

/// The expressions that a declarative class reads with its columns (`column_property`).
pub fn properties_of(value: &Value) -> Vec<Rc<Expression>> {
    let Some(class) = value.as_class() else { return Vec::new() };
    let mixins = class.mro.iter().filter(|base| table_of(&Value::Native((*base).clone())).is_none());
    let values = std::iter::once(&class).chain(mixins).flat_map(|class| class.attrs.items());
    values.filter_map(|(_, value)| seam::native::<Expression>(&value)).collect()
}

/// The table of a declarative class.
pub fn table_of(value: &Value) -> Option<Rc<Table>> {
    let class = value.as_class()?;
    let payload = class.payload.borrow().clone()?;
    payload.downcast::<declarative::Mapped>().ok().and_then(|mapped| mapped.table.clone())
}
