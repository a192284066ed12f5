//! `op.run_async(function, …)`: a coroutine over an `AsyncConnection` on Alembic's own connection (`Operations.run_async`, since 1.11).

use std::any::Any;
use std::rc::Rc;

use crate::alembic::database::Connection;
use crate::alembic::eval::{Args, Eval, Native, Reach, Ready, Value, Vm, native};
use crate::alembic::run::Action;

/// `AsyncConnection`: its methods give what the connection's own give, to be awaited.
#[derive(Debug)]
struct AsyncConnection(Rc<Connection>);

const METHODS: &[&str] = &["execute", "exec_driver_sql", "scalar", "scalars", "commit", "rollback"];

impl Native for AsyncConnection {
    fn class(&self) -> &str {
        "sqlalchemy.ext.asyncio.engine.AsyncConnection"
    }

    fn reach(&self) -> Reach {
        Reach::Everything
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let connection = Value::Native(self.0.clone());
        Ok(Some(match name {
            "sync_connection" => connection,
            "run_sync" => native::function(name, move |vm, mut args| {
                if args.positional.is_empty() {
                    return Err(vm.raise("TypeError", "run_sync() missing 1 required positional argument: 'fn'"));
                }
                let function = args.positional.remove(0);
                args.positional.insert(0, connection.clone());
                Ok(Value::native(Ready(vm.call(&function, args)?)))
            }),
            _ if METHODS.contains(&name) => {
                let method = vm.get_attr(&connection, name)?;
                native::function(name, move |vm, args| Ok(Value::native(Ready(vm.call(&method, args)?))))
            }
            "dialect" => vm.get_attr(&connection, name)?,
            _ => return Ok(None),
        }))
    }
}

/// What is run needs an engine that is asynchronous; that it is, `env.py` tells by how it runs the migrations (`AsyncConnection.run_sync`).
pub(super) fn run(vm: &mut Vm, connection: &Rc<Connection>, mut args: Args) -> Eval<Value> {
    if args.positional.is_empty() {
        return Err(vm.raise("TypeError", "run_async() missing 1 required positional argument: 'async_function'"));
    }
    if !vm.run.settings.env_text.contains("run_sync") {
        let value =
            vm.unknown("unsupported", "op.run_async() where env.py does not say that the engine is asynchronous");
        if let Value::Unknown(reason) = &value {
            vm.run.note(Action::Unmodelled(reason.clone()));
        }
        return Ok(value);
    }
    let function = args.positional.remove(0);
    args.positional.insert(0, Value::native(AsyncConnection(connection.clone())));
    let coroutine = vm.call(&function, args)?;
    vm.wait_for(&coroutine)
}
