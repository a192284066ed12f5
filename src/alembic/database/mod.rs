//! `op.get_bind()` and what it leads to: connections, engines, results, inspectors. Their answers come from the catalog of the
//! run, as the connection would see it.

mod certain;
mod connection;
mod dialects;
mod driver;
mod element;
mod errors;
mod grammar;
mod holes;
mod inspector;
mod numeric;
mod placeholder;
pub(in crate::alembic) mod postgis;
pub mod query;
mod reflect;
mod result;
mod returned;
mod second;
mod statement;
mod taken;
#[cfg(test)]
mod tests;
mod transaction;
mod url;
mod written;

use std::rc::Rc;

pub use connection::{Connection, Engine, connection_of};
pub use errors::raise;
pub use grammar::doubt as doubt_grammar;
pub use inspector::Inspector;
pub use result::{ResultRows, found_none, may_find_none};
pub use taken::doubt as doubt_column;

use crate::alembic::eval::{Value, Vm, native};

/// Registers `sqlalchemy.inspect`, `sqlalchemy.engine.reflection` and the exceptions of the DBAPI.
pub fn register(vm: &mut Vm) {
    errors::register(vm);
    dialects::register(vm);
    element::register(vm);
    let inspect = native::function("inspect", |vm, args| {
        let bound = args.bind(vm, "inspect(subject, raiseerr=)")?;
        Ok(inspector::inspect(vm, &bound.required("subject")))
    });
    vm.register("sqlalchemy", [("inspect", inspect.clone())]);
    vm.register("sqlalchemy.inspection", [("inspect", inspect)]);
    let class = inspector::class(vm);
    vm.register("sqlalchemy", [("Inspector", class.clone())]);
    vm.register("sqlalchemy.engine.reflection", [("Inspector", class.clone())]);
    vm.register("sqlalchemy.engine", [("Inspector", class)]);
    let connection = vm.define_class("sqlalchemy.engine.base.Connection", []);
    let engine = vm.define_class("sqlalchemy.engine.base.Engine", []);
    for module in ["sqlalchemy.engine", "sqlalchemy.engine.base", "sqlalchemy"] {
        vm.register(module, [("Connection", connection.clone()), ("Engine", engine.clone())]);
    }
}

/// The engine behind a connection.
pub(super) fn engine_of(connection: &Rc<Connection>) -> Value {
    Value::native(connection.engine())
}
