//! Other libraries that revisions meet, as far as a schema depends on them. Any other library is unknown: it is installed where
//! the migration runs, so importing it succeeds, and what comes from it cannot be told.

mod flask;
mod proxy;
mod public;
#[cfg(test)]
mod tests;

use crate::alembic::eval::Vm;

/// Registers them; SQLAlchemy must be there.
pub fn register(vm: &mut Vm) {
    proxy::register(vm);
    public::register(vm);
    flask::register(vm);
}
