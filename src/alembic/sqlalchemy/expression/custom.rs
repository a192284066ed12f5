//! Expressions of the author's own: a class that derives from `FunctionElement` or `ColumnElement`, and the function that
//! `sqlalchemy.ext.compiler.compiles` gives it.
//!
//! The text is made when the expression is: what the function makes of its arguments or asks the compiler is not known.

use std::rc::Rc;

use super::{Expression, Node};
use crate::alembic::eval::{Args, Class, Eval, Instance, Value, Vm, native};

/// Where a class keeps its functions: no name of Python's.
const FOR_POSTGRESQL: &str = "@compiles postgresql";
const FOR_ALL: &str = "@compiles";

/// Registers `sqlalchemy.ext.compiler`.
pub fn install(vm: &mut Vm) {
    vm.register("sqlalchemy.ext.compiler", [("compiles", native::function("compiles", compiles))]);
}

/// `@compiles(class_, *specs)`
fn compiles(_vm: &mut Vm, args: Args) -> Eval<Value> {
    let mut given = args.positional.into_iter();
    let class = given.next().and_then(|class| class.as_class());
    let specs: Vec<Value> = given.collect();
    Ok(native::function("decorate", move |_, args| {
        let function = args.positional.first().cloned().unwrap_or(Value::None);
        let key = match specs.as_slice() {
            [] => Some(FOR_ALL),
            specs => specs.iter().any(|spec| spec.as_str() == Some("postgresql")).then_some(FOR_POSTGRESQL),
        };
        if let (Some(class), Some(key)) = (&class, key) {
            class.attrs.set(&key.into(), Some(function.clone()));
        }
        Ok(function)
    }))
}

/// An instance of such a class.
pub fn construct(vm: &mut Vm, class: &Rc<Class>, _args: Args) -> Eval<Value> {
    let unknown = |vm: &mut Vm| vm.unknown("library", format!("how {} is compiled", class.name));
    let Some(compile) = class.find(FOR_POSTGRESQL).or_else(|| class.find(FOR_ALL)) else { return Ok(unknown(vm)) };
    let element = Value::native(Instance::new(class.clone()));
    let compiler = unknown(vm);
    Ok(match vm.call(&compile, Args::positional([element, compiler]))? {
        Value::Str(text) => Value::Native(Expression::of(Node::Raw(text))),
        Value::Unknown(reason) => Value::Unknown(reason),
        _ => unknown(vm),
    })
}
