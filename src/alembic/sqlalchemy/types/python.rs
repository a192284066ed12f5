//! The type classes as Python sees them: classes that can be called, passed uncalled, and subclassed.

use std::any::Any;
use std::collections::HashMap;
use std::rc::Rc;

use super::super::ddl::named_type;
use super::super::expression::{Expression, Node};
use super::super::{names, seam, settle};
use super::{TYPE_CLASSES, TypeClass, TypeInstance, TypeSql, construct};
use crate::alembic::eval::{Args, Class, Eval, Instance, Value, Vm, native};
use crate::pg::error::Reason;

/// The instance behind a value: a plain one, or the part of a library's in an instance of the author's subclass.
pub fn instance(value: &Value) -> Option<Rc<TypeInstance>> {
    seam::native::<TypeInstance>(value).or_else(|| value.as_instance()?.payload::<TypeInstance>())
}

/// All classes, by path.
pub fn classes() -> HashMap<&'static str, Value> {
    let mut made: HashMap<&'static str, Rc<Class>> = HashMap::new();
    for row in TYPE_CLASSES {
        let bases = made.get(row.base).cloned().into_iter().collect();
        let class = Class::new(row.path, bases).construct(make).attrs(methods(row));
        made.insert(row.path, Rc::new(class));
    }
    made.into_iter().map(|(path, class)| (path, Value::Native(class))).collect()
}

fn methods(row: &TypeClass) -> Vec<(&'static str, Value)> {
    // `JSON.NULL` is the JSON document `null`, in an expression and as a value.
    if row.path == "sqlalchemy.sql.sqltypes.JSON" {
        return vec![("NULL", Value::Native(Expression::of(Node::Raw("'null'".into()))))];
    }
    if !row.base.is_empty() {
        return Vec::new();
    }
    let mut attrs = vec![("__init__", native::method("__init__", init))];
    for name in METHODS {
        let call = move |vm: &mut Vm, mut args: Args| {
            let receiver = if args.positional.is_empty() { Value::None } else { args.positional.remove(0) };
            method(vm, &receiver, name, args)
        };
        attrs.push((*name, native::method(name, call)));
    }
    attrs
}

/// The library's class that a class is or derives from.
fn library_class(class: &Class) -> Option<&'static TypeClass> {
    TypeClass::find(&class.dotted).or_else(|| class.mro.iter().find_map(|class| TypeClass::find(&class.dotted)))
}

fn make(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let Some(row) = library_class(class) else {
        return Ok(vm.unknown("type", format!("the class {}", class.dotted)));
    };
    if row.path == &*class.dotted {
        let unknown = args.unknown.clone();
        let made = construct(vm, row, args)?;
        return Ok(match unknown {
            Some(reason) => with_unknown_arguments(row, made, reason),
            None => made,
        });
    }
    // `__init__` follows, the author's or the library's.
    Ok(Value::native(Instance::new(class.clone())))
}

/// A type that was called with arguments that are not known (`String(length=250, **arguments)`): they can only be for parameters
/// that were not given.
fn with_unknown_arguments(row: &TypeClass, made: Value, reason: Reason) -> Value {
    let Some(instance) = seam::native::<TypeInstance>(&made).filter(|_| matches!(row.sql, TypeSql::Text(_))) else {
        return Value::Unknown(reason);
    };
    for name in row.parameters.unwrap_or_default() {
        let mut arguments = instance.arguments.borrow_mut();
        if !arguments.iter().any(|(given, _)| **given == **name) {
            arguments.push(((*name).into(), Value::Unknown(reason.clone())));
        }
    }
    made
}

/// `__init__` of an instance of the author's subclass.
fn init(vm: &mut Vm, mut args: Args) -> Eval<Value> {
    if args.positional.is_empty() {
        return Ok(Value::None);
    }
    let receiver = args.positional.remove(0);
    let Some(own) = receiver.as_instance() else { return Ok(Value::None) };
    let Some(row) = library_class(&own.class) else { return Ok(Value::None) };
    let made = construct(vm, row, args)?;
    if let Some(instance) = seam::native::<TypeInstance>(&made) {
        let payload: Rc<dyn Any> = instance;
        *own.payload.borrow_mut() = Some(payload);
    }
    Ok(Value::None)
}

/// Methods that every type has.
const METHODS: &[&str] = &[
    "with_variant",
    "create",
    "drop",
    "compile",
    "copy",
    "adapt",
    "dialect_impl",
    "load_dialect_impl",
    "evaluates_none",
];

/// An attribute of a type's instance.
pub fn attribute(value: &Value, instance: &TypeInstance, name: &str) -> Option<Value> {
    if let Some(method_name) = METHODS.iter().find(|method| **method == name) {
        let receiver = value.clone();
        return Some(native::function(name, move |vm, args| method(vm, &receiver, method_name, args)));
    }
    let given = instance.arguments.borrow().iter().find(|(key, _)| &**key == name).map(|(_, value)| value.clone());
    if let Some(state) = &instance.enumeration {
        match name {
            "enums" => return Some(Value::list(state.labels.iter().map(|label| Value::Str(label.clone())))),
            "name" => return Some(state.name.as_ref().map_or(Value::None, |name| Value::Str(name.text.clone()))),
            "schema" => return Some(state.schema.as_ref().map_or(Value::None, |name| Value::Str(name.text.clone()))),
            "native_enum" => return Some(Value::Bool(state.native)),
            "length" => return Some(state.length.map_or(Value::None, Value::int)),
            _ => {}
        }
    }
    // What a library's own decorator is made of renders as the decorator does.
    let decorates = instance.class.is_subclass("sqlalchemy.sql.type_api.TypeDecorator")
        && matches!(instance.class.sql, TypeSql::Word(_));
    if name == "impl" && decorates {
        return Some(value.clone());
    }
    given.or_else(|| {
        let known = instance.class.parameters.is_some_and(|parameters| parameters.contains(&name));
        known.then_some(match name {
            "timezone" | "as_tuple" | "zero_indexes" | "varying" | "create_constraint" | "not_null" => {
                Value::Bool(false)
            }
            "as_uuid" | "native_uuid" | "asdecimal" | "native" | "create_type" => Value::Bool(true),
            _ => Value::None,
        })
    })
}

fn method(vm: &mut Vm, receiver: &Value, name: &str, args: Args) -> Eval<Value> {
    let Some(own) = instance(receiver) else {
        return Ok(vm.unknown("type", format!("{name}() of a type that is not known")));
    };
    match name {
        "with_variant" => {
            let bound = args.bind(vm, "with_variant(type_, *dialect_names)")?;
            if let Some(reason) = bound.rest.iter().find_map(Value::reason) {
                return Ok(Value::Unknown(reason.clone()));
            }
            let made = own.with_variant(bound.required("type_"), &bound.rest);
            Ok(with_payload(receiver, made))
        }
        "create" => {
            let bound = args.bind(vm, "create(bind=, checkfirst=, **kw)")?;
            let check = bound.get("checkfirst").map_or(Ok(checks_first(&own)), |value| seam::truth(&value));
            create_or_drop(vm, &own, check, true)
        }
        "drop" => {
            let bound = args.bind(vm, "drop(bind=, checkfirst=, **kw)")?;
            let check = bound.get("checkfirst").map_or(Ok(checks_first(&own)), |value| seam::truth(&value));
            create_or_drop(vm, &own, check, false)
        }
        "compile" => {
            let bound = args.bind(vm, "compile(dialect=)")?;
            match bound.get("dialect").filter(|dialect| !dialect.is_none()) {
                None => Ok(super::text::text(vm, &own)),
                Some(Value::Native(dialect))
                    if dialect.is_instance("sqlalchemy.dialects.postgresql.base.PGDialect") =>
                {
                    let rendered = settle(super::render(vm, receiver))?;
                    Ok(rendered.map_or_else(Value::Unknown, |rendered| Value::str(rendered.sql)))
                }
                Some(_) => Ok(vm.unknown("library", "compile() for another database system")),
            }
        }
        "load_dialect_impl" if own.class.is_subclass("sqlalchemy.sql.type_api.TypeDecorator") => {
            settle(super::render::beneath(vm, receiver)).map(|known| known.unwrap_or_else(Value::Unknown))
        }
        _ => Ok(receiver.clone()),
    }
}

fn with_payload(receiver: &Value, made: TypeInstance) -> Value {
    match receiver.as_instance() {
        None => Value::native(made),
        Some(own) => {
            let copy = Instance::new(own.class.clone());
            for (name, value) in own.attrs.items() {
                copy.attrs.set(&name, Some(value));
            }
            let payload: Rc<dyn Any> = Rc::new(made);
            *copy.payload.borrow_mut() = Some(payload);
            Value::native(copy)
        }
    }
}

/// What `checkfirst` is where it is not given: the generic `Enum` hands False on to PostgreSQL's own (`SchemaType.create`), whose
/// default is True.
fn checks_first(own: &TypeInstance) -> bool {
    !matches!(own.class.sql, TypeSql::Enum { generic: true })
}

/// `Enum.create(bind, checkfirst=…)`, `Enum.drop(…)`: asks the catalog first unless told not to. Only named types of
/// PostgreSQL's own do anything.
fn create_or_drop(
    vm: &mut Vm,
    own: &Rc<TypeInstance>,
    check: Result<bool, crate::pg::error::Reason>,
    create: bool,
) -> Eval<Value> {
    let native = match &own.enumeration {
        Some(state) => state.native,
        None => matches!(own.class.sql, TypeSql::Domain),
    };
    if !native {
        return Ok(Value::None);
    }
    let known = named_type::named(own, None);
    let (schema, name) = match settle(known)? {
        Ok(named) => named,
        Err(reason) => {
            vm.run.note(crate::alembic::run::Action::Unmodelled(reason));
            return Ok(Value::None);
        }
    };
    let qualified = names::qname(schema.as_ref(), &name);
    match check {
        Ok(false) => {}
        Ok(true) => match seam::has_type(vm, &qualified) {
            Ok(exists) if exists == create => return Ok(Value::None),
            Ok(_) => {}
            Err(reason) => {
                vm.run.uncertain.push(reason);
                let sent = send_one(vm, own, schema.as_ref(), &name, create);
                vm.run.uncertain.pop();
                return sent;
            }
        },
        Err(reason) => {
            vm.run.uncertain.push(reason);
            let sent = send_one(vm, own, schema.as_ref(), &name, create);
            vm.run.uncertain.pop();
            return sent;
        }
    }
    send_one(vm, own, schema.as_ref(), &name, create)
}

fn send_one(
    vm: &mut Vm,
    own: &Rc<TypeInstance>,
    schema: Option<&names::Name>,
    name: &names::Name,
    create: bool,
) -> Eval<Value> {
    let touches = vec![names::qname(schema, name)];
    let statement = match (&own.enumeration, create) {
        (Some(state), true) => named_type::create_enum(schema, name, state),
        (None, true) => named_type::create_domain(vm, own),
        (enumeration, false) => Ok(named_type::drop_type(schema, name, enumeration.is_none())),
    };
    let statement = super::super::ddl::or_opaque(statement, &format!("CREATE TYPE {}", name.sql()), touches)?;
    seam::send(vm, vec![statement])?;
    Ok(Value::None)
}
