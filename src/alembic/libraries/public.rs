//! `atpublic`: `public(name=value)` binds names in the module that calls it; above a definition it changes nothing that counts here.

use crate::alembic::eval::{Args, Eval, Value, Vm, native};

/// Registers `public` and `private`.
pub fn register(vm: &mut Vm) {
    let private = native::function("private", |_, args| Ok(args.positional.into_iter().next().unwrap_or(Value::None)));
    vm.register("public", [("public", native::function("public", public)), ("private", private)]);
}

/// It gives what it was given (`public/public.py`, 9.0).
fn public(vm: &mut Vm, args: Args) -> Eval<Value> {
    if let Some(thing) = args.positional.into_iter().next() {
        return Ok(thing);
    }
    let values: Vec<Value> = args.keyword.iter().map(|(_, value)| value.clone()).collect();
    for (name, value) in args.keyword {
        vm.bind_global(&name, value);
    }
    match <[Value; 1]>::try_from(values) {
        Ok([value]) => Ok(value),
        Err(values) => Ok(Value::tuple(values)),
    }
}
