//! SQLAlchemy's types: the classes with their arguments, and what PostgreSQL's type compiler writes for an instance.

pub mod classes;
pub mod enums;
pub mod python;
pub mod render;
pub mod spatial;
mod text;

use std::cell::RefCell;
use std::rc::Rc;

pub use classes::{TYPE_CLASSES, TypeClass, TypeSql};
pub use enums::EnumState;
pub use render::{Rendered, render, render_column};

use super::arguments::{Bound, Signature};
use super::expression::Expression;
use super::names::Name;
use super::schema::Column;
use super::{Known, seam};
use crate::alembic::eval::{Args, Eval, Native, Value, Vm};

/// An instance of a type class.
#[derive(Debug)]
pub struct TypeInstance {
    /// Its class.
    pub class: &'static TypeClass,
    /// Its arguments by name, as given; later assignments to attributes land here too.
    pub arguments: RefCell<Vec<(Rc<str>, Value)>>,
    /// `with_variant`: the dialect's name and the type.
    pub variants: Vec<(Rc<str>, Value)>,
    /// The arguments of the call: a decorator hands them to the type beneath.
    pub call: Args,
    /// Only for `Enum` and `ENUM`.
    pub enumeration: Option<Rc<EnumState>>,
}

impl TypeInstance {
    /// The argument of that name, unless it is absent or `None`.
    pub fn argument(&self, name: &str) -> Option<Value> {
        let arguments = self.arguments.borrow();
        let found = arguments.iter().find(|(key, _)| &**key == name).map(|(_, value)| value.clone());
        found.filter(|value| !matches!(value, Value::None))
    }

    fn with_variant(&self, ty: Value, dialects: &[Value]) -> TypeInstance {
        let mut variants = self.variants.clone();
        for dialect in dialects {
            if let Value::Str(dialect) = dialect {
                variants.push((dialect.clone(), ty.clone()));
            }
        }
        TypeInstance {
            class: self.class,
            arguments: RefCell::new(self.arguments.borrow().clone()),
            variants,
            call: self.call.clone(),
            enumeration: self.enumeration.clone(),
        }
    }
}

/// `class(*args, **kw)`.
pub fn construct(vm: &mut Vm, class: &'static TypeClass, args: Args) -> Eval<Value> {
    if matches!(class.sql, TypeSql::Enum { .. }) {
        return enums::construct(vm, class, args);
    }
    let signature = Signature {
        function: class.name,
        parameters: class.parameters.unwrap_or(&[]),
        rest: class.parameters.is_none(),
    };
    let call = args.clone();
    let Bound { values, .. } = signature.bind(vm, args)?;
    let arguments = values.into_iter().map(|(name, value)| (Rc::from(name), value)).collect();
    let instance =
        TypeInstance { class, arguments: RefCell::new(arguments), variants: Vec::new(), call, enumeration: None };
    Ok(Value::Native(Rc::new(instance)))
}

impl Native for TypeInstance {
    fn class(&self) -> &str {
        self.class.path
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        self.class.is_subclass(class)
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some(value) = python::attribute(&Value::Native(self.clone()), &self, name) {
            return Ok(Some(value));
        }
        // Of SQLAlchemy's own types it is known which attributes they lack; of another library's only how they are rendered.
        let foreign = !self.class.path.starts_with("sqlalchemy.");
        Ok(match foreign || COMPUTED.contains(&name) {
            true => Some(vm.unknown("library", format!("{name} of {}", self.class.path))),
            false => None,
        })
    }

    fn set_attr(self: Rc<Self>, _vm: &mut Vm, name: &str, value: Value) -> Eval<bool> {
        self.arguments.borrow_mut().push((name.into(), value));
        Ok(true)
    }

    fn str(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(text::text(vm, &self)))
    }

    fn repr(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(vm.unknown("library", format!("the repr of a {}", self.class.path))))
    }
}

/// Attributes of every type whose values are not modelled.
const COMPUTED: &[&str] = &[
    "bind_expression",
    "bind_processor",
    "cached_bind_processor",
    "column_expression",
    "comparator_factory",
    "compare_values",
    "literal_processor",
    "python_type",
    "result_processor",
];

/// Families of types that `autoincrement` and SERIAL look at (`_type_affinity`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affinity {
    /// `Integer` and what derives from it.
    Integer,
    /// `Numeric` and what derives from it.
    Numeric {
        /// Its scale, if given.
        scale: Option<i64>,
    },
    /// Anything else.
    Other,
}

/// The affinity of a type: that of the type as written, not of a variant.
pub fn affinity(vm: &mut Vm, ty: &Value) -> Known<Affinity> {
    let resolved = match python::instance(ty) {
        Some(instance) if !matches!(instance.class.sql, TypeSql::Over(_)) => ty.clone(),
        _ => render::resolve(vm, ty)?,
    };
    if is_kind_of(&resolved, "sqlalchemy.sql.sqltypes.Integer") {
        return Ok(Affinity::Integer);
    }
    if is_kind_of(&resolved, "sqlalchemy.sql.sqltypes.Numeric") {
        let scale = python::instance(&resolved).and_then(|instance| instance.argument("scale"));
        let scale = scale.as_ref().map(|scale| seam::number(scale, "scale")).transpose()?;
        return Ok(Affinity::Numeric { scale });
    }
    Ok(Affinity::Other)
}

/// True if the value is an instance of that class of types.
pub fn is_kind_of(value: &Value, path: &str) -> bool {
    matches!(value, Value::Native(native) if native.is_instance(path))
}

/// The CHECK that a column's type brings: an `Enum` that is a `VARCHAR` and has `create_constraint` (`Enum._set_table`).
/// PostgreSQL's own booleans and enums need none.
pub fn check_constraint(vm: &mut Vm, column: &Rc<Column>, ty: &Value) -> Known<Option<(Option<Name>, Rc<Expression>)>> {
    if matches!(ty, Value::Unknown(_) | Value::None) {
        return Ok(None);
    }
    let resolved = render::resolve(vm, ty)?;
    let Some(instance) = python::instance(&resolved) else { return Ok(None) };
    let Some(state) = &instance.enumeration else { return Ok(None) };
    if state.native || !state.create_constraint {
        return Ok(None);
    }
    let labels = state.labels.iter().map(|label| Value::Str(label.clone())).collect();
    Ok(Some((state.name.clone(), Rc::new(Expression::is_in(Expression::column_of(column), labels)))))
}
