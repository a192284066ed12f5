//! Transactions that a migration begins itself.

use std::any::Any;
use std::rc::Rc;

use super::connection::Connection;
use super::errors;
use crate::alembic::eval::{Eval, Native, Value, Vm, native};
use crate::pg::command::Command;
use crate::pg::ident::Ident;

/// What `begin()` and `begin_nested()` give.
#[derive(Debug)]
pub(super) struct Transaction {
    connection: Rc<Connection>,
    savepoint: Option<Ident>,
    open: std::cell::Cell<bool>,
}

impl Transaction {
    /// One that is open; a nested one has a savepoint.
    pub fn new(connection: Rc<Connection>, savepoint: Option<Ident>) -> Transaction {
        Transaction { connection, savepoint, open: true.into() }
    }

    fn finish(&self, vm: &mut Vm, keep: bool) -> Eval<()> {
        if !self.open.replace(false) {
            return Ok(());
        }
        use crate::pg::command::Transaction as Tcl;
        let outcome = match (&self.savepoint, keep) {
            (Some(name), true) => vm.run.execute(&Command::Transaction(Tcl::Release(name.clone()))).map(|_| ()),
            (Some(name), false) => vm
                .run
                .execute(&Command::Transaction(Tcl::RollbackTo(name.clone())))
                .and_then(|_| vm.run.execute(&Command::Transaction(Tcl::Release(name.clone()))))
                .map(|_| ()),
            // The migration's own transaction is Alembic's: ending it here ends it for good.
            (None, _) if self.connection.foreign => Ok(()),
            (None, true) => Ok(()),
            (None, false) => vm.run.rollback(),
        };
        outcome.map_err(|refusal| errors::raise(vm, refusal, None))
    }
}

impl Native for Transaction {
    fn class(&self) -> &str {
        "sqlalchemy.engine.base.Transaction"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let transaction = self.clone();
        Ok(Some(match name {
            "commit" => native::function("commit", move |vm, _| {
                transaction.finish(vm, true)?;
                Ok(Value::None)
            }),
            "rollback" | "close" => native::function("rollback", move |vm, _| {
                transaction.finish(vm, false)?;
                Ok(Value::None)
            }),
            "is_active" => Value::Bool(self.open.get()),
            "connection" => Value::Native(self.connection.clone()),
            _ => return Ok(None),
        }))
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        // `with engine.begin() as connection` hands out the connection.
        Ok(Some(if self.connection.foreign { Value::Native(self.connection.clone()) } else { Value::Native(self) }))
    }

    fn exit(self: Rc<Self>, vm: &mut Vm, raised: Option<&Value>) -> Eval<bool> {
        self.finish(vm, raised.is_none())?;
        Ok(false)
    }
}
