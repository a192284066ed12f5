//! How far into the database a value leads: a connection leads anywhere, and so does a function that uses one. Code that is not known
//! may call what it is given.

use std::rc::Rc;

use super::class::Instance;
use super::coroutine::Coroutine;
use super::function::{BoundMethod, Function};
use super::native::Reach;
use super::stdlib::Partial;
use super::value::Value;
use crate::alembic::python::ast::{ExprKind, FunctionDef};
use crate::alembic::python::walk;

/// Lists within lists are looked into this far.
const DEPTH: usize = 3;

impl Value {
    /// What a function could do to the database that is given this value and calls it.
    pub fn reach(&self) -> Reach {
        of(self, &mut Vec::new(), 0)
    }
}

fn of(value: &Value, seen: &mut Vec<*const FunctionDef>, depth: usize) -> Reach {
    let all = |values: &[Value], seen: &mut Vec<*const FunctionDef>| {
        let reach = values.iter().map(|value| of(value, seen, depth + 1)).max();
        reach.unwrap_or(Reach::Nothing)
    };
    match value {
        Value::Tuple(items) if depth < DEPTH => all(items, seen),
        Value::List(list) if depth < DEPTH => all(list.borrow().known_items(), seen),
        Value::Native(native) => {
            if let Some(function) = value.downcast_ref::<Function>() {
                of_code(function, seen)
            } else if let Some(method) = value.downcast_ref::<BoundMethod>() {
                let receiver = method.receiver.downcast_ref::<Instance>().map(|own| own.attrs.items());
                let held: Vec<Value> = receiver.into_iter().flatten().map(|(_, value)| value).collect();
                let held = if depth < DEPTH { all(&held, seen) } else { Reach::Nothing };
                held.max(of(&method.function, seen, depth))
            } else if let Some(partial) = value.downcast_ref::<Partial>() {
                of(&partial.function, seen, depth).max(all(&partial.args.positional, seen))
            } else if let Some(coroutine) = value.downcast_ref::<Coroutine>() {
                of_names(&coroutine.def, |name| coroutine.scope.seen(name), seen)
            } else {
                native.reach()
            }
        }
        _ => Reach::Nothing,
    }
}

fn of_code(function: &Function, seen: &mut Vec<*const FunctionDef>) -> Reach {
    of_names(&function.def, |name| function.scope().seen(name), seen)
}

/// What the names that stand in a function lead to.
fn of_names(def: &Rc<FunctionDef>, find: impl Fn(&str) -> Option<Value>, seen: &mut Vec<*const FunctionDef>) -> Reach {
    if seen.contains(&Rc::as_ptr(def)) {
        return Reach::Nothing;
    }
    seen.push(Rc::as_ptr(def));
    let mut found = Reach::Nothing;
    walk::expressions(&def.body, &mut |part| {
        if let ExprKind::Name(name) = &part.kind
            && found != Reach::Everything
            && let Some(value) = find(name)
        {
            found = found.max(of(&value, seen, 0));
        }
    });
    found
}
