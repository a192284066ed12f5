//! `lazy_object_proxy.Proxy`: it behaves as what its factory gives.

use crate::alembic::eval::{Args, Raise, Vm, native};

/// The factory is called when the proxy is made instead of when it is first used: nothing that a database could see lies
/// between. What it raises it raises at the first use, which may never come.
pub fn register(vm: &mut Vm) {
    let proxy = native::function("Proxy", |vm, args| {
        let bound = args.bind(vm, "Proxy(factory)")?;
        match vm.call(&bound.required("factory"), Args::default()) {
            Err(raise @ Raise::Exception(_)) => {
                let what = format!("a proxy whose factory raises {}", vm.describe(&raise));
                Ok(vm.unknown("lazy-object", what))
            }
            result => result,
        }
    });
    vm.register("lazy_object_proxy", [("Proxy", proxy)]);
}
