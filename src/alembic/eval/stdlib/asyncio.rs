//! `asyncio`, as far as it runs a coroutine to its end.

use crate::alembic::eval::coroutine::Ready;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Args, Eval, Reach, Vm};
use crate::alembic::run::Action;

/// `asyncio.new_event_loop()`
#[derive(Debug)]
struct EventLoop;

impl Native for EventLoop {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "asyncio.unix_events._UnixSelectorEventLoop"
    }

    fn get_attr(self: std::rc::Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "run_until_complete" => Some(native::function(name, run)),
            "close" => Some(native::function(name, |_, _| Ok(Value::None))),
            _ => None,
        })
    }
}

/// Runs the coroutine. Under an `env.py` that is asynchronous itself a loop is running already, which Python refuses or not, depending on the
/// thread.
fn run(vm: &mut Vm, args: Args) -> Eval<Value> {
    let main = args.positional.into_iter().next().unwrap_or(Value::None);
    if vm.run.settings.env_text.contains("async") {
        let value = vm.unknown("unsupported", "asyncio.run() where env.py is asynchronous itself");
        if let (Value::Unknown(reason), Reach::Everything) = (&value, main.reach()) {
            vm.run.note(Action::Unmodelled(reason.clone()));
        }
        return Ok(value);
    }
    vm.wait_for(&main)
}

pub(super) fn install(vm: &mut Vm) {
    let event_loop = || native::function("new_event_loop", |_, _| Ok(Value::native(EventLoop)));
    let names = [
        ("run", native::function("run", run)),
        ("new_event_loop", event_loop()),
        ("get_event_loop", event_loop()),
        ("set_event_loop", native::function("set_event_loop", |_, _| Ok(Value::None))),
        ("sleep", native::function("sleep", |_, _| Ok(Value::native(Ready(Value::None))))),
        (
            "gather",
            native::function("gather", |vm, args| {
                let results = args.positional.iter().map(|one| vm.wait_for(one)).collect::<Eval<Vec<_>>>()?;
                Ok(Value::native(Ready(Value::list(results))))
            }),
        ),
    ];
    vm.register("asyncio", names);
}
