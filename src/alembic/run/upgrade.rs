//! Runs one revision's `upgrade()`.

use super::{Action, Outcome, RevisionRun, Run, Settings};
use crate::alembic::eval::{Args, Eval, Raise, SourceModule, Value, Vm};
use crate::alembic::ops::Config;
use crate::alembic::project::Argument;
use crate::pg::error::Refusal;

/// Runs `upgrade()` of a loaded revision, within the transaction that the caller has begun. The version row is the caller's.
///
/// With Flask-Migrate's multidb layout ([`super::Settings::engine`]) it is `upgrade(engine_name)`.
pub fn upgrade(vm: &mut Vm, module: &Value) -> RevisionRun {
    run(vm, |vm| call(vm, module))
}

/// The same of a revision that is not loaded yet and asks for environment variables: see [`Vm::in_either_case`].
pub fn upgrade_in_either_case(vm: &mut Vm, module: &SourceModule) -> RevisionRun {
    run(vm, |vm| {
        vm.in_either_case(|vm| {
            let loaded = vm.load_module(module)?;
            call(vm, &loaded)
        })
    })
}

/// The same where it has run somewhere: a revision that raises without `alembic -x …` has been given what it asks for.
pub fn upgrade_with_arguments(vm: &mut Vm, module: &Value) -> RevisionRun {
    run(vm, |vm| {
        vm.run.settings.any_arguments = vm.would_raise(|vm| call(vm, module));
        let result = call(vm, module);
        vm.run.settings.any_arguments = false;
        result
    })
}

fn call(vm: &mut Vm, module: &Value) -> Eval<Value> {
    let function = vm.get_attr(module, "upgrade")?;
    let mut args = arguments(vm);
    if vm.run.settings.arguments.unread && !Vm::needs_arguments(&function) {
        args.unknown = None;
    }
    vm.call(&function, args)
}

/// What `env.py` hands over.
fn arguments(vm: &Vm) -> Args {
    let Settings { engine, arguments, .. } = &vm.run.settings;
    let value = |argument: &Argument| match argument {
        Argument::Config => Value::native(Config),
        Argument::Text(text) => Value::str(text.as_str()),
        Argument::Flag(flag) => Value::Bool(*flag),
        Argument::None => Value::None,
        Argument::Unknown(reason) => Value::Unknown(reason.clone()),
    };
    let named = arguments.named.iter().filter(|(name, _)| engine.is_none() || name != "engine_name");
    Args {
        keyword: named.map(|(name, argument)| (name.as_str().into(), value(argument))).collect(),
        unknown: arguments.others.clone(),
        ..Args::positional(engine.as_deref().map(Value::str))
    }
}

/// The part of a run that some code is: its steps, and how it ended.
pub fn run(vm: &mut Vm, code: impl FnOnce(&mut Vm) -> Eval<Value>) -> RevisionRun {
    let start = vm.run.steps.len();
    let depth = vm.run.trace.len();
    vm.refuel();
    let standing = vm.standing();
    let result = code(vm);
    vm.settle(&standing);
    let outcome = match result {
        Ok(Value::Unknown(reason)) => {
            // The function itself is not known, so nothing of it ran.
            vm.run.note(Action::Unmodelled(reason.clone()));
            Outcome::Unknown(reason)
        }
        Ok(_) => Outcome::Finished,
        Err(Raise::Stop(reason)) => {
            vm.run.note(Action::Unmodelled(reason.clone()));
            Outcome::Unknown(reason)
        }
        Err(raise @ Raise::Exception(_)) => {
            let span = vm.origin(&raise);
            let refusal = match &raise {
                Raise::Exception(exception) => vm.refusal(exception),
                Raise::Stop(reason) => Refusal::Unmodelled(reason.clone()),
            };
            let last = vm.run.steps[start..].iter().rev().find(|step| step.outcome.as_ref().err() == Some(&refusal));
            let span = last.and_then(|step| step.span).or(span);
            let elsewhere = vm.innermost_revision(&raise).filter(|at| span.is_some_and(|span| span.file != at.file));
            match refusal {
                Refusal::Unmodelled(reason) => Outcome::Unknown(reason),
                refusal => Outcome::Failed { refusal, span, at: elsewhere.or(span) },
            }
        }
    };
    vm.run.trace.truncate(depth);
    RevisionRun { steps: start..vm.run.steps.len(), loading: 0, outcome }
}

impl Run {
    /// The end of a revision that failed: what is not committed is gone, and the connection is usable again.
    ///
    /// # Errors
    /// What the catalog refuses.
    pub fn abandon(&mut self) -> Result<(), Refusal> {
        self.autocommit = self.settings.autocommit;
        self.rollback()
    }
}
