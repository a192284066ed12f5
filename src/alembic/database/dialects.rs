//! Dialects: `bind.dialect`, `postgresql.dialect()`, and their classes, which `isinstance(bind.dialect, …)` asks about.

use std::any::Any;
use std::rc::Rc;

use super::inspector;
use crate::alembic::eval::{Args, Class, Eval, Native, Value, Vm, native};
use crate::alembic::run::Driver;
use crate::pg::ident::Ident;

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

/// `bind.dialect`
#[derive(Debug)]
pub struct Dialect;

impl Native for Dialect {
    fn class(&self) -> &str {
        "sqlalchemy.dialects.postgresql.psycopg2.PGDialect_psycopg2"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        matches!(class, "sqlalchemy.dialects.postgresql.base.PGDialect" | "sqlalchemy.engine.default.DefaultDialect")
            || class == self.class()
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "name" => Value::str("postgresql"),
            "driver" => Value::str(vm.run.settings.driver.name()),
            "dialect_description" => Value::str(format!("postgresql+{}", vm.run.settings.driver.name())),
            "is_async" => Value::Bool(vm.run.settings.driver == Driver::Asyncpg),
            "default_schema_name" => Value::str(vm.run.session.search_path.first().map_or("public", Ident::as_str)),
            "server_version_info" => match vm.run.settings.server_version {
                Some(version) => Value::tuple([Value::int(version / 10_000), Value::int(version % 10_000)]),
                None => vm.unknown("server-version", "the version of the server"),
            },
            "supports_comments"
            | "supports_native_boolean"
            | "supports_native_enum"
            | "supports_alter"
            | "supports_sequences"
            | "insert_returning" => Value::Bool(true),
            "max_identifier_length" => Value::int(63),
            "identifier_preparer" => Value::native(Preparer),
            _ if inspector::has_method(name) => {
                let method = name.to_owned();
                native::function(name, move |vm, args| inspector::ask_of(vm, &method, args))
            }
            _ => vm.unknown("dialect", format!("dialect.{name}")),
        }))
    }
}

/// `dialect.identifier_preparer`
#[derive(Debug)]
struct Preparer;

impl Native for Preparer {
    fn class(&self) -> &str {
        "sqlalchemy.dialects.postgresql.base.PGIdentifierPreparer"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "quote" | "quote_schema" | "format_column" | "format_table" => native::function("quote", |vm, args| {
                let bound = args.bind(vm, "quote(ident, force=)")?;
                let ident = bound.required("ident");
                Ok(match super::super::sqlalchemy::names::name(&ident) {
                    Ok(name) => Value::str(name.sql()),
                    Err(_) => vm.unknown("argument", "the quoted form of something that is no text"),
                })
            }),
            "quote_identifier" => native::function("quote_identifier", |vm, args| {
                let bound = args.bind(vm, "quote_identifier(value)")?;
                Ok(match super::super::sqlalchemy::names::name(&bound.required("value")) {
                    Ok(name) => Value::str(super::super::sqlalchemy::names::quote_identifier(&name.text)),
                    Err(reason) => Value::Unknown(reason),
                })
            }),
            _ => vm.unknown("dialect", format!("identifier_preparer.{name}")),
        }))
    }
}
