//! Operations that a project defines itself (`Operations.register_operation`, `Operations.implementation_for`).

use std::any::Any;
use std::rc::Rc;

use super::{MigrationContext, Operations};
use crate::alembic::eval::{Args, Class, Eval, Native, Value, Vm, native};
use crate::alembic::run::Action;

/// The class `alembic.operations.Operations`, or `BatchOperations`.
#[derive(Debug)]
pub(super) struct OperationsClass {
    name: &'static str,
    /// The class of an operation and the name of its classmethod, by the operation's name. As a dict of Python's it is kept by
    /// what keeps both sides of an unknown condition apart.
    operations: Value,
    /// Functions by the class of operation that they carry out.
    implementations: Value,
}

impl OperationsClass {
    /// `Operations` or `BatchOperations`, without operations of a project.
    pub fn new(name: &'static str, implementations: Value) -> OperationsClass {
        OperationsClass { name, operations: Value::dict([]), implementations }
    }
}

impl Native for OperationsClass {
    fn class(&self) -> &str {
        "type"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "__name__" | "__qualname__" => Value::str(self.name),
            "register_operation" => native::function(name, move |vm, args| {
                let bound = args.bind(vm, "register_operation(name, sourcename=)")?;
                let name = bound.required("name");
                let source = bound.get("sourcename").filter(|source| !source.is_none()).unwrap_or_else(|| name.clone());
                let own = self.clone();
                Ok(native::function("register", move |vm, args| {
                    let class = args.bind(vm, "register(op_cls)")?.required("op_cls");
                    if name.as_str().is_some() {
                        vm.set_item(&own.operations, name.clone(), Value::tuple([class.clone(), source.clone()]))?;
                    }
                    Ok(class)
                }))
            }),
            "implementation_for" => native::function(name, move |vm, args| {
                let class = args.bind(vm, "implementation_for(op_cls, replace=)")?.required("op_cls");
                let own = self.clone();
                Ok(native::function("decorate", move |vm, args| {
                    let function = args.bind(vm, "decorate(fn)")?.required("fn");
                    if class.as_class().is_some() {
                        vm.set_item(&own.implementations, class.clone(), function.clone())?;
                    }
                    Ok(function)
                }))
            }),
            "context" => native::function(name, |vm, args| {
                let given = args.bind(vm, "context(migration_context)")?.required("migration_context");
                Ok(match given.downcast::<MigrationContext>() {
                    Some(context) => Value::native(Operations { context }),
                    None => vm.unknown("argument", "Operations.context() of something that is no migration context"),
                })
            }),
            _ => return Ok(None),
        }))
    }

    fn call(self: Rc<Self>, vm: &mut Vm, args: Args) -> Eval<Option<Value>> {
        match self.name {
            "Operations" => Operations::construct(vm, args).map(Some),
            _ => Ok(Some(vm.unknown("unsupported", format!("an instance of {}", self.name)))),
        }
    }
}

/// The class of that name, as `alembic.operations` has it.
fn class_of(vm: &mut Vm, name: &'static str) -> Option<Rc<OperationsClass>> {
    let module = vm.library("alembic.operations")?;
    vm.get_attr(&module, name).ok()?.downcast()
}

/// An operation that the project has registered, of an instance of `Operations` or `BatchOperations`.
pub(super) fn registered(vm: &mut Vm, class: &'static str, receiver: &Value, name: &str) -> Eval<Option<Value>> {
    let Some(own) = class_of(vm, class) else { return Ok(None) };
    let found = {
        let Value::Dict(operations) = &own.operations else { return Ok(None) };
        let operations = operations.borrow();
        if operations.unknown.is_some() {
            return Ok(None);
        }
        operations.get_str(name).cloned()
    };
    let Some(Value::Tuple(parts)) = found else { return Ok(None) };
    let [class, source] = &parts[..] else { return Ok(None) };
    let (Some(_), Some(source)) = (class.as_class(), source.as_str()) else { return Ok(None) };
    let (class, source, receiver) = (class.clone(), source.to_owned(), receiver.clone());
    Ok(Some(native::function(name, move |vm, args| {
        let method = vm.get_attr(&class, &source)?;
        vm.call(&method, args.with_self(receiver.clone()))
    })))
}

/// `operations.invoke(operation)`
pub(super) fn invoke(vm: &mut Vm, receiver: &Value, args: Args) -> Eval<Value> {
    let operation = args.bind(vm, "invoke(operation)")?.required("operation");
    let class = operation.as_instance().map(|instance| instance.class.clone());
    if let Some(function) = class.and_then(|class| implementation(vm, &class)) {
        return vm.call(&function, Args::positional([receiver.clone(), operation]));
    }
    let reason = match operation {
        Value::Unknown(reason) => reason,
        _ => vm.reason("unsupported", "op.invoke() of an operation that the project does not implement"),
    };
    vm.run.note(Action::Unmodelled(reason.clone()));
    Ok(Value::Unknown(reason))
}

/// The function that carries out operations of a class: its own, or that of the nearest class it derives from.
fn implementation(vm: &mut Vm, class: &Rc<Class>) -> Option<Value> {
    let own = class_of(vm, "Operations")?;
    let Value::Dict(all) = &own.implementations else { return None };
    let all = all.borrow();
    if all.unknown.is_some() {
        return None;
    }
    std::iter::once(class).chain(&class.mro).find_map(|class| {
        let class = Value::Native(class.clone());
        all.iter().find(|(key, _)| key.is(&class)).map(|(_, function)| function.clone())
    })
}
