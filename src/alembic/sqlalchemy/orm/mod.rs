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

use super::schema::Table;
use crate::alembic::eval::Value;

/// The table of a declarative class.
pub fn table_of(value: &Value) -> Option<Rc<Table>> {
    let class = value.as_class()?;
    let payload = class.payload.borrow().clone()?;
    payload.downcast::<declarative::Mapped>().ok().and_then(|mapped| mapped.table.clone())
}
