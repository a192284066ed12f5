//! `sqlalchemy.Enum` and `postgresql.ENUM`.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::arguments::{Bound, Signature};
use super::super::names::{self, Name, qualified_sql};
use super::super::{Known, Obstacle, seam};
use super::render::Rendered;
use super::{TypeClass, TypeInstance, TypeSql};
use crate::alembic::eval::{Args, Eval, Value, Vm};
use crate::pg::error::Reason;
use crate::pg::ident::QName;
use crate::pg::types::DataType;

/// The parts of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumState {
    /// Its labels in order.
    pub labels: Vec<Rc<str>>,
    /// Its name; a native enum must have one.
    pub name: Option<Name>,
    /// Its schema.
    pub schema: Option<Name>,
    /// `inherit_schema`: the schema of its table.
    pub inherit_schema: bool,
    /// `native_enum`: a type of PostgreSQL's rather than a `VARCHAR`.
    pub native: bool,
    /// `create_type`: `CREATE TABLE` is preceded by `CREATE TYPE`.
    pub create_type: bool,
    /// `create_constraint`: a `VARCHAR` gets a CHECK.
    pub create_constraint: bool,
    /// Of the `VARCHAR`: `length`, or that of the longest label.
    pub length: Option<i64>,
    /// Its only label is a tuple: the type cannot be made of it.
    pub nested: bool,
}

const SIGNATURE: Signature = Signature { function: "Enum.__init__", parameters: &[], rest: true };

/// `Enum(*labels, **kw)`, `Enum(PythonEnum, **kw)`.
pub fn construct(vm: &mut Vm, class: &'static TypeClass, args: Args) -> Eval<Value> {
    if let Some(reason) = &args.unknown {
        return Ok(Value::Unknown(reason.clone()));
    }
    let call = args.clone();
    let bound = SIGNATURE.bind(vm, args)?;
    let state = match read(vm, class, &bound) {
        Ok(state) => state,
        Err(Obstacle::Raise(raise)) => return Err(raise),
        Err(Obstacle::Unknown(reason)) => return Ok(Value::Unknown(reason)),
    };
    let instance = TypeInstance {
        class,
        arguments: RefCell::new(bound.keyword),
        variants: Vec::new(),
        call,
        enumeration: Some(Rc::new(state)),
    };
    Ok(Value::Native(Rc::new(instance)))
}

fn read(vm: &mut Vm, class: &TypeClass, bound: &Bound) -> Known<EnumState> {
    let keyword = |name: &str| bound.keyword.iter().find(|(key, _)| &**key == name).map(|(_, value)| value);
    let some = |name: &str| keyword(name).filter(|value| !matches!(value, Value::None));
    let flag = |name: &str, default: bool| keyword(name).map_or(Ok(default), seam::truth);
    let nested = nested(&bound.positional);
    let (labels, class_name) = match &nested {
        Some(label) => (vec![label.clone()], None),
        None => labels(vm, bound, some("values_callable"))?,
    };
    let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let length = match keyword("length") {
        Some(Value::None) => None,
        Some(length) => Some(seam::number(length, "length")?),
        None => Some(i64::try_from(longest).unwrap_or(i64::MAX)),
    };
    if let Some(length) = length
        && usize::try_from(length).unwrap_or(0) < longest
    {
        let message = format!(
            "When provided, length must be larger or equal than the length of the longest enum value. {length} < {longest}"
        );
        return Err(seam::raise(vm, "ValueError", &message).into());
    }
    let name = match keyword("name") {
        Some(name) => names::optional(name)?,
        None => class_name.map(|name| Name::plain(&name.to_lowercase())),
    };
    let generic = matches!(class.sql, TypeSql::Enum { generic: true });
    Ok(EnumState {
        labels,
        name,
        schema: some("schema").map(names::name).transpose()?,
        inherit_schema: flag("inherit_schema", false)?,
        native: !generic || flag("native_enum", true)?,
        create_type: flag("create_type", true)?,
        create_constraint: flag("create_constraint", false)?,
        length,
        nested: nested.is_some(),
    })
}

/// The label of `Enum(("a", "b"))`: SQLAlchemy takes the tuple as one, and nothing is wrong with that while the type is there
/// already and is not made of it. It is as long as the tuple.
fn nested(positional: &[Value]) -> Option<Rc<str>> {
    match positional {
        [Value::Tuple(items)] => Some("?".repeat(items.len()).into()),
        _ => None,
    }
}

/// The labels, and the name of the Python enum where they are of one: its members' names without aliases, or what
/// `values_callable` makes of the class (`Enum._parse_into_values`).
fn labels(vm: &mut Vm, bound: &Bound, values_callable: Option<&Value>) -> Known<(Vec<Rc<str>>, Option<Rc<str>>)> {
    if let [only @ Value::Native(_)] = bound.positional.as_slice() {
        // The class of all enums, which a `type_annotation_map` names, has no members.
        if only.as_class().is_some_and(|class| &*class.dotted == "enum.Enum") {
            return Ok((Vec::new(), None));
        }
        let class_name = match seam::attribute(vm, only, "__name__")? {
            Some(name) => Some(seam::text(&name, "the name of an enum")?),
            None => None,
        };
        if let Some(callable) = values_callable {
            let args = Args { positional: vec![only.clone()], ..Args::default() };
            let values = seam::call(vm, callable, args)?;
            let values = seam::items(vm, &values)?;
            let labels = values.iter().map(|value| seam::str_text(value, "an enum value")).collect::<Result<_, _>>()?;
            return Ok((labels, class_name));
        }
        let members = seam::items(vm, only)?;
        let mut labels = Vec::new();
        for member in members {
            match seam::attribute(vm, &member, "name")? {
                Some(name) => labels.push(seam::text(&name, "an enum member's name")?),
                None => return Err(Reason::new("type", "an enum of something that is no Python enum").into()),
            }
        }
        return Ok((labels, class_name));
    }
    let mut labels = Vec::new();
    for value in &bound.positional {
        match value {
            Value::Str(_) | Value::Unknown(_) | Value::Native(_) => {
                labels.push(seam::str_text(value, "an enum value")?)
            }
            other => {
                let shown = seam::repr(vm, other);
                let message = format!("object of type {shown} has no len()");
                return Err(seam::raise(vm, "TypeError", &message).into());
            }
        }
    }
    Ok((labels, None))
}

/// The name, or `VARCHAR`.
pub fn render(vm: &mut Vm, instance: &TypeInstance) -> Known<Rendered> {
    let Some(state) = &instance.enumeration else {
        return Err(Reason::new("type", "an enum without labels").into());
    };
    if !state.native {
        let length = state.length.filter(|length| *length > 0);
        let sql = length.map_or_else(|| "VARCHAR".to_string(), |length| format!("VARCHAR({length})"));
        let ty = DataType::varchar(length.and_then(|length| u32::try_from(length).ok()));
        return Ok(Rendered { sql, ty, collation: None });
    }
    match &state.name {
        Some(name) => Ok(super::render::user(state.schema.as_ref(), name)),
        None => Err(seam::raise(vm, "sqlalchemy.exc.CompileError", "PostgreSQL ENUM type requires a name.").into()),
    }
}

/// Where `CREATE TYPE` puts the enum.
pub fn qualified(state: &EnumState) -> Option<(QName, String)> {
    let name = state.name.as_ref()?;
    Some((names::qname(state.schema.as_ref(), name), qualified_sql(state.schema.as_ref(), name)))
}
