//! `abc`, `collections.abc`, `numbers`, `types`, `__future__`: names for classes and decorators without effect.

use crate::alembic::eval::Vm;
use crate::alembic::eval::class::Class;
use crate::alembic::eval::native::{self, Missing};
use crate::alembic::eval::value::Value;

pub(super) fn install(vm: &mut Vm) {
    let object = || vm.class("object").into_iter().collect::<Vec<_>>();
    let class = |module: &str, name: &str| Class::new(&format!("{module}.{name}"), object()).value();
    let identity =
        |name| native::function(name, |_, args| Ok(args.positional.into_iter().next().unwrap_or(Value::None)));
    let abc = vec![
        ("ABC", class("abc", "ABC")),
        ("ABCMeta", class("abc", "ABCMeta")),
        ("abstractmethod", identity("abstractmethod")),
    ];
    let names = [
        "Callable",
        "Collection",
        "Container",
        "Generator",
        "Hashable",
        "Iterable",
        "Iterator",
        "Mapping",
        "MutableMapping",
        "MutableSequence",
        "MutableSet",
        "Sequence",
        "Set",
        "Sized",
        "Awaitable",
        "Coroutine",
        "AsyncGenerator",
        "AsyncIterator",
        "KeysView",
        "ValuesView",
        "ItemsView",
    ];
    let collections: Vec<_> = names.into_iter().map(|name| (name, class("collections.abc", name))).collect();
    let numbers: Vec<_> =
        ["Number", "Integral", "Real"].into_iter().map(|name| (name, class("numbers", name))).collect();
    let future = [
        "annotations",
        "division",
        "print_function",
        "absolute_import",
        "unicode_literals",
        "generators",
        "with_statement",
    ];
    let future: Vec<_> = future.into_iter().map(|name| (name, Value::None)).collect();
    let types = vec![
        ("ModuleType", vm.class_value("module")),
        ("FunctionType", vm.class_value("function")),
        ("NoneType", vm.class_value("NoneType")),
        (
            "SimpleNamespace",
            Class::new("types.SimpleNamespace", object())
                .attrs([(
                    "__init__",
                    native::method("__init__", |vm, args| {
                        let Some(instance) = args.positional.first().cloned() else { return Ok(Value::None) };
                        for (name, value) in args.keyword {
                            vm.set_attr(&instance, &name, value)?;
                        }
                        Ok(Value::None)
                    }),
                )])
                .value(),
        ),
    ];
    vm.register("abc", abc);
    vm.register("collections.abc", collections);
    vm.register("numbers", numbers);
    vm.register("types", types);
    vm.register_with("__future__", Missing::Absent, future);
}
