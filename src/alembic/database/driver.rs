//! The driver's own connection (`connection.connection`, `.dbapi_connection`) and its cursors.
//!
//! Seen with psycopg2: `autocommit = True` inside a transaction is a `ProgrammingError`; `set_isolation_level()` rolls back what
//! is not committed, 0 turns autocommit on.

use std::any::Any;
use std::rc::Rc;

use num_traits::ToPrimitive;

use super::connection::Connection;
use super::errors;
use crate::alembic::eval::{Args, Eval, Native, Reach, Value, Vm, native};
use crate::alembic::run::Action;

/// A connection of the DBAPI, or SQLAlchemy's proxy of it.
#[derive(Debug)]
pub struct DriverConnection(pub Rc<Connection>);

impl DriverConnection {
    fn autocommit(&self, vm: &mut Vm, on: bool) -> Eval<()> {
        let result = match (on, vm.run.is_autocommit()) {
            (true, false) if vm.run.session.transaction.is_some() => {
                return Err(vm.raise("psycopg2.ProgrammingError", "set_session cannot be used inside a transaction"));
            }
            (true, false) => vm.run.enter_autocommit(),
            (false, true) => vm.run.leave_autocommit(),
            _ => Ok(()),
        };
        result.map_err(|refusal| errors::raise(vm, refusal, None))
    }

    fn end(&self, vm: &mut Vm, keep: bool) -> Eval<Value> {
        // Another connection's transaction holds nothing of the migration.
        if !self.0.is_foreign() {
            let result = if keep { vm.run.commit() } else { vm.run.rollback() };
            result.map_err(|refusal| errors::raise(vm, refusal, None))?;
        }
        Ok(Value::None)
    }

    /// `set_isolation_level(level)`
    fn set_isolation_level(&self, vm: &mut Vm, args: &Args) -> Eval<Value> {
        let level = match args.positional.first() {
            Some(Value::Int(level)) => level.to_i64(),
            _ => None,
        };
        self.end(vm, false)?;
        match level {
            Some(0) => self.autocommit(vm, true)?,
            // READ COMMITTED, PostgreSQL's own.
            Some(1) => self.autocommit(vm, false)?,
            _ => {
                let reason = vm.reason("isolation-level", "an isolation level that the migration sets");
                vm.run.note(Action::Unmodelled(reason));
            }
        }
        Ok(Value::None)
    }
}

impl Native for DriverConnection {
    fn class(&self) -> &str {
        "psycopg2.extensions.connection"
    }

    fn reach(&self) -> Reach {
        Reach::Everything
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "dbapi_connection" | "driver_connection" | "connection" => Value::Native(self),
            "autocommit" => Value::Bool(vm.run.is_autocommit() && !self.0.is_foreign()),
            "commit" => native::function("commit", move |vm, _| self.end(vm, true)),
            "rollback" => native::function("rollback", move |vm, _| self.end(vm, false)),
            "set_isolation_level" if !self.0.is_foreign() => {
                native::function("set_isolation_level", move |vm, args| self.set_isolation_level(vm, &args))
            }
            "cursor" => native::function("cursor", move |_, _| Ok(Value::native(Cursor(self.0.clone())))),
            "close" => native::function("close", |_, _| Ok(Value::None)),
            _ => vm.unknown("driver", format!("{name} of the driver's connection")),
        }))
    }

    fn set_attr(self: Rc<Self>, vm: &mut Vm, name: &str, value: Value) -> Eval<bool> {
        match (name, &value) {
            ("autocommit", Value::Bool(on)) if !self.0.is_foreign() => self.autocommit(vm, *on)?,
            _ if self.0.is_foreign() => {}
            _ => {
                let reason = vm.reason("driver", format!("{name} of the driver's connection is set"));
                vm.run.note(Action::Unmodelled(reason));
            }
        }
        Ok(true)
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    /// The end of `with connection:` ends the transaction, not the connection.
    fn exit(self: Rc<Self>, vm: &mut Vm, raised: Option<&Value>) -> Eval<bool> {
        self.end(vm, raised.is_none())?;
        Ok(false)
    }
}

/// A cursor.
#[derive(Debug)]
struct Cursor(Rc<Connection>);

impl Native for Cursor {
    fn class(&self) -> &str {
        "psycopg2.extensions.cursor"
    }

    fn reach(&self) -> Reach {
        Reach::Everything
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "execute" => native::function("execute", move |vm, args| {
                let bound = args.bind(vm, "execute(query, vars=)")?;
                self.0.execute_driver(vm, &bound.required("query"), &bound.or_none("vars"))?;
                Ok(Value::None)
            }),
            "connection" => Value::native(DriverConnection(self.0.clone())),
            "close" => native::function("close", |_, _| Ok(Value::None)),
            "rowcount" | "fetchone" | "fetchall" | "fetchmany" => {
                let unknown = vm.unknown("row-data", "the rows of the database");
                match name {
                    "rowcount" => unknown,
                    _ => native::function("fetch", move |_, _| Ok(unknown.clone())),
                }
            }
            _ => vm.unknown("driver", format!("{name} of the driver's cursor")),
        }))
    }

    fn iterate(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(vm.unknown("row-data", "the rows of the database")))
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }
}
