//! `sqlalchemy.ext.mutable`: values that notice changes. The type of a column stays what it is.

use std::rc::Rc;

use crate::alembic::eval::{Args, Class, Eval, Value, Vm, native};

/// `Mutable.as_mutable(sqltype)` gives an instance of the type.
fn as_mutable(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "as_mutable(sqltype)")?;
    let given = bound.required("sqltype");
    if given.as_class().is_some() { vm.call(&given, Args::default()) } else { Ok(given) }
}

/// Registers the module.
pub fn install(vm: &mut Vm) {
    let base = Class::new("sqlalchemy.ext.mutable.Mutable", Vec::new())
        .attrs([("as_mutable", native::function("as_mutable", as_mutable))])
        .value();
    let mut attrs = vec![("Mutable", base.clone())];
    let above: Vec<Rc<Class>> = base.as_class().into_iter().collect();
    for (name, path) in [
        ("MutableDict", "sqlalchemy.ext.mutable.MutableDict"),
        ("MutableList", "sqlalchemy.ext.mutable.MutableList"),
        ("MutableSet", "sqlalchemy.ext.mutable.MutableSet"),
    ] {
        attrs.push((name, Class::new(path, above.clone()).value()));
    }
    vm.register("sqlalchemy.ext.mutable", attrs);
}
