//! The classes of dialects: what `isinstance(bind.dialect, …)` asks about, and `postgresql.dialect()`.

use std::rc::Rc;

use super::connection::Dialect;
use crate::alembic::eval::{Args, Class, Eval, Value, Vm};

/// Each module with the class that it offers, under its own name and, from the second module on, as `dialect`.
const DIALECTS: &[(&str, &str, &str)] = &[
    ("sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.sqlite.base", "SQLiteDialect"),
    ("sqlalchemy.dialects.mysql", "sqlalchemy.dialects.mysql.base", "MySQLDialect"),
    ("sqlalchemy.dialects.mssql", "sqlalchemy.dialects.mssql.base", "MSDialect"),
    ("sqlalchemy.dialects.oracle", "sqlalchemy.dialects.oracle.base", "OracleDialect"),
    ("sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.postgresql.base", "PGDialect"),
];

/// Registers them.
pub fn register(vm: &mut Vm) {
    let default = Rc::new(Class::new("sqlalchemy.engine.default.DefaultDialect", Vec::new()));
    vm.register("sqlalchemy.engine.default", [("DefaultDialect", Value::Native(default.clone()))]);
    // `Dialect` is the interface.
    vm.register("sqlalchemy.engine", [("Dialect", Value::Native(default.clone()))]);
    for (module, base, name) in DIALECTS {
        let mut class = Class::new(&format!("{base}.{name}"), vec![default.clone()]);
        if *name == "PGDialect" {
            class = class.construct(construct);
        }
        let class = Value::Native(Rc::new(class));
        vm.register(base, [(*name, class.clone())]);
        vm.register(module, [("dialect", class)]);
    }
}

fn construct(_vm: &mut Vm, _class: &Rc<Class>, _args: Args) -> Eval<Value> {
    Ok(Value::native(Dialect))
}
