//! What PostgreSQL's type compiler writes for a type (`sqlalchemy.dialects.postgresql.base.PGTypeCompiler`).

use std::rc::Rc;

use num_traits::Zero;

use super::super::names::{Name, qname, qualified_sql};
use super::super::{Known, Obstacle, names, seam};
use super::{TypeClass, TypeInstance, TypeSql, enums};
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};
use crate::pg::command::Collation;
use crate::pg::error::Reason;
use crate::pg::ident::QName;
use crate::pg::types::{self, DataType};

/// A compiled type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// As SQLAlchemy writes it, with its `COLLATE`.
    pub sql: String,
    /// As PostgreSQL understands it.
    pub ty: DataType,
    /// The type's collation.
    pub collation: Option<Collation>,
}

impl Rendered {
    fn new(sql: impl Into<String>, ty: DataType) -> Rendered {
        Rendered { sql: sql.into(), ty, collation: None }
    }

    /// A word, which may bring a length of its own.
    fn word(word: &str) -> Rendered {
        match word.split_once('(') {
            Some((name, length)) => with_modifiers(
                name,
                types::named(&name.to_ascii_lowercase()),
                vec![length.trim_end_matches(')').into()],
            ),
            None => Rendered::new(word, types::named(&word.to_ascii_lowercase())),
        }
    }
}

/// The type that PostgreSQL gets for a value in the place of a type: the variant for `postgresql` of an instance, an
/// instance of an uncalled class, what a `TypeDecorator` stands for.
pub fn resolve(vm: &mut Vm, value: &Value) -> Known<Value> {
    let mut value = value.clone();
    // Decorators of decorators are rare and short; the bound stops a `load_dialect_impl` that returns itself.
    for _ in 0..16 {
        match &value {
            Value::Unknown(reason) => return Err(reason.clone().into()),
            Value::Native(native) => {
                if let Some(instance) = seam::native::<TypeInstance>(&value) {
                    let _ = native;
                    let variant = instance.variants.iter().rev().find(|(dialect, _)| &**dialect == "postgresql");
                    match variant {
                        Some((_, variant)) => value = variant.clone(),
                        None if matches!(instance.class.sql, TypeSql::Over(_)) => match instance.argument("impl") {
                            Some(beneath) => value = beneath,
                            None => return Ok(value),
                        },
                        None => return Ok(value),
                    }
                } else if let Some(beneath) = decorated(vm, &value)? {
                    value = beneath;
                } else {
                    return Ok(value);
                }
            }
            Value::None => return instance_of(vm, "sqlalchemy.sql.sqltypes.NullType"),
            _ => return Ok(value),
        }
    }
    Err(Reason::new("type", "a TypeDecorator that stands for itself").into())
}

fn instance_of(vm: &mut Vm, path: &str) -> Known<Value> {
    match TypeClass::find(path) {
        Some(class) => Ok(super::construct(vm, class, Args::default())?),
        None => Err(Reason::new("type", path).into()),
    }
}

/// `dialect.type_compiler_instance.process(type)`
pub fn render(vm: &mut Vm, value: &Value) -> Known<Rendered> {
    let value = resolve(vm, value)?;
    if let Some(spec) = col_spec(vm, &value)? {
        return from_spec(&spec);
    }
    if let Some(instance) = super::python::instance(&value) {
        return render_instance(vm, &instance);
    }
    Err(Reason::new("type", format!("{} is no type of SQLAlchemy's", seam::repr(vm, &value))).into())
}

/// The same for a column, which is there even where its type is not known.
pub fn render_column(vm: &mut Vm, value: &Value) -> Known<Rendered> {
    match render(vm, value) {
        Err(Obstacle::Unknown(reason)) => Ok(Rendered::new("?", DataType::unknown(reason))),
        rendered => rendered,
    }
}

fn render_instance(vm: &mut Vm, instance: &TypeInstance) -> Known<Rendered> {
    match instance.class.sql {
        TypeSql::Word(word) => Ok(Rendered::word(word)),
        TypeSql::Text(word) => text(instance, word),
        TypeSql::Sized(word) => {
            let length = number(instance, "length")?;
            Ok(with_modifiers(word, types::named(&word.to_ascii_lowercase()), length.into_iter().collect()))
        }
        TypeSql::Vector(word) => {
            let dimension = number(instance, "dim")?;
            Ok(with_modifiers(word, types::named(&word.to_ascii_lowercase()), dimension.into_iter().collect()))
        }
        TypeSql::Spatial(word) => super::spatial::render(instance, word),
        TypeSql::Numeric(word) => numeric(instance, word),
        TypeSql::Float => float(instance),
        TypeSql::Zoned(word) => zoned(instance, word),
        TypeSql::Interval => interval(text_of(instance, "fields")?, number(instance, "precision")?),
        TypeSql::GenericInterval if is_false(instance, "native")? => Ok(timestamp(false, None)),
        TypeSql::GenericInterval => interval(None, number(instance, "second_precision")?),
        TypeSql::Bit => bit(instance),
        TypeSql::Uuid if is_false(instance, "native_uuid")? => {
            Ok(with_modifiers("CHAR", DataType::builtin("character"), vec!["32".into()]))
        }
        TypeSql::Uuid => Ok(Rendered::word("UUID")),
        TypeSql::Array => array(vm, instance),
        TypeSql::Enum { .. } => enums::render(vm, instance),
        TypeSql::Domain => {
            let Some(name) = instance.argument("name") else {
                return Err(
                    seam::raise(vm, "sqlalchemy.exc.CompileError", "PostgreSQL DOMAIN type requires a name.").into()
                );
            };
            let name = name_of(&name)?;
            let schema = instance.argument("schema").map(|schema| name_of(&schema)).transpose()?;
            Ok(user(schema.as_ref(), &name))
        }
        TypeSql::Over(word) => Ok(Rendered::word(word)),
        TypeSql::Null => Err(seam::raise(
            vm,
            "sqlalchemy.exc.CompileError",
            "Can't generate DDL for NullType(); did you forget to specify a type on this Column?",
        )
        .into()),
        TypeSql::Unsupported | TypeSql::Abstract | TypeSql::Decorator | TypeSql::UserDefined => {
            let message = format!(
                "Compiler <sqlalchemy.dialects.postgresql.base.PGTypeCompiler object> can't render element of type {}",
                instance.class.name
            );
            Err(seam::raise(vm, "sqlalchemy.exc.UnsupportedCompilationError", &message).into())
        }
    }
}

/// A type of the user's by name (`IdentifierPreparer.format_type`).
pub fn user(schema: Option<&Name>, name: &Name) -> Rendered {
    Rendered::new(qualified_sql(schema, name), DataType::user(qname(schema, name)))
}

/// What `get_col_spec()` returned: any text. Only its shape `word(modifiers)[]` is read.
pub(super) fn from_spec(spec: &str) -> Known<Rendered> {
    let text = spec.trim();
    let (base, array) = match text.strip_suffix("[]") {
        Some(base) => (base.trim_end_matches("[]").trim_end(), true),
        None => (text, false),
    };
    let (word, modifiers) = match base.split_once('(') {
        Some((word, rest)) => match rest.split_once(')') {
            Some((inner, tail)) => {
                (format!("{}{}", word.trim_end(), tail), inner.split(',').map(|part| part.trim().to_string()).collect())
            }
            None => return Err(Reason::new("type", format!("get_col_spec() gives {spec}")).into()),
        },
        None => (base.to_string(), Vec::new()),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ' ' | '.');
    if word.is_empty() || !word.chars().all(plain) {
        return Err(Reason::new("type", format!("get_col_spec() gives {spec}")).into());
    }
    let folded = word.to_ascii_lowercase();
    let mut ty = match folded.split_once('.') {
        Some((schema, name)) => DataType { modifiers, ..DataType::user(QName::new(Some(schema.into()), name)) },
        None if folded == "float" => types::float(modifiers),
        None => DataType { modifiers, ..types::named(&folded) },
    };
    ty.array = array;
    Ok(Rendered::new(text, types::completed(ty)))
}

fn with_modifiers(word: &str, ty: DataType, modifiers: Vec<String>) -> Rendered {
    let sql = if modifiers.is_empty() { word.to_string() } else { format!("{word}({})", modifiers.join(", ")) };
    Rendered::new(sql, types::completed(DataType { modifiers: split(modifiers), ..ty }))
}

/// SQLAlchemy writes a text as it is: `String("36,2")` has two modifiers for PostgreSQL.
fn split(modifiers: Vec<String>) -> Vec<String> {
    modifiers.iter().flat_map(|text| text.split(',')).map(|part| part.trim().to_string()).collect()
}

fn text(instance: &TypeInstance, word: &str) -> Known<Rendered> {
    let length = number(instance, "length")?.filter(|length| length != "0");
    // `NCHAR` is a word of PostgreSQL's grammar; `NVARCHAR` is not.
    let ty = if word == "NCHAR" { DataType::builtin("character") } else { types::named(&word.to_ascii_lowercase()) };
    let mut rendered = with_modifiers(word, ty, length.into_iter().collect());
    if let Some(Value::Unknown(reason)) = instance.argument("collation") {
        rendered.collation = Some(Collation::Unknown(reason));
    } else if let Some(collation) = instance.argument("collation") {
        // `format_collation` always quotes.
        let quoted = |name: Name| Name { quote: Some(true), ..name };
        let name = quoted(name_of(&collation)?);
        let schema = instance.argument("collation_schema").map(|schema| name_of(&schema)).transpose()?.map(quoted);
        rendered.sql = format!("{} COLLATE {}", rendered.sql, qualified_sql(schema.as_ref(), &name));
        rendered.collation = Some(Collation::Named(qname(schema.as_ref(), &name)));
    }
    Ok(rendered)
}

fn numeric(instance: &TypeInstance, word: &str) -> Known<Rendered> {
    let mut modifiers = Vec::new();
    if let Some(precision) = number(instance, "precision")? {
        modifiers.push(precision);
        modifiers.extend(number(instance, "scale")?);
    }
    Ok(with_modifiers(word, DataType::builtin("numeric"), modifiers))
}

fn float(instance: &TypeInstance) -> Known<Rendered> {
    let precision = number(instance, "precision")?.filter(|precision| precision != "0");
    let Some(precision) = precision else { return Ok(Rendered::word("FLOAT")) };
    let sql = format!("FLOAT({precision})");
    Ok(Rendered::new(sql, types::float(split(vec![precision]))))
}

fn zoned(instance: &TypeInstance, word: &str) -> Known<Rendered> {
    let with_zone = truth(instance, "timezone")?;
    let precision = number(instance, "precision")?;
    if word == "TIMESTAMP" {
        return Ok(timestamp(with_zone, precision));
    }
    let name = if with_zone { "time with time zone" } else { "time without time zone" };
    Ok(zoned_as(word, name, with_zone, precision))
}

fn timestamp(with_zone: bool, precision: Option<String>) -> Rendered {
    let name = if with_zone { "timestamp with time zone" } else { "timestamp without time zone" };
    zoned_as("TIMESTAMP", name, with_zone, precision)
}

fn zoned_as(word: &str, name: &'static str, with_zone: bool, precision: Option<String>) -> Rendered {
    let words = if with_zone { "WITH" } else { "WITHOUT" };
    let shown = precision.as_ref().map(|precision| format!("({precision})")).unwrap_or_default();
    let ty = DataType { modifiers: precision.into_iter().collect(), ..DataType::builtin(name) };
    Rendered::new(format!("{word}{shown} {words} TIME ZONE"), types::completed(ty))
}

fn interval(fields: Option<Rc<str>>, precision: Option<String>) -> Known<Rendered> {
    let mut sql = String::from("INTERVAL");
    let mut name = String::from("interval");
    if let Some(fields) = fields {
        sql.push_str(&format!(" {fields}"));
        name.push_str(&format!(" {}", fields.trim().to_ascii_lowercase()));
    }
    let Some(name) = types::builtin(&name) else {
        return Err(Reason::new("type", sql).into());
    };
    let mut ty = DataType::builtin(name);
    if let Some(precision) = precision {
        sql.push_str(&format!(" ({precision})"));
        ty.modifiers.push(precision);
    }
    Ok(Rendered::new(sql, types::completed(ty)))
}

fn bit(instance: &TypeInstance) -> Known<Rendered> {
    let length = number(instance, "length")?;
    if truth(instance, "varying")? {
        return Ok(with_modifiers("BIT VARYING", DataType::builtin("bit varying"), length.into_iter().collect()));
    }
    let length = length.filter(|length| length != "0").unwrap_or_else(|| "1".into());
    Ok(with_modifiers("BIT", DataType::builtin("bit"), vec![length]))
}

fn array(vm: &mut Vm, instance: &TypeInstance) -> Known<Rendered> {
    let item = instance.argument("item_type").unwrap_or(Value::None);
    let item = render(vm, &item)?;
    let dimensions: usize = match number(instance, "dimensions")? {
        Some(dimensions) => {
            dimensions.parse().map_err(|_| Reason::new("type", format!("an array of {dimensions} dimensions")))?
        }
        None => 1,
    };
    let brackets = "[]".repeat(dimensions.min(6));
    let sql = match item.sql.find(" COLLATE") {
        Some(at) => format!("{}{brackets}{}", &item.sql[..at], &item.sql[at..]),
        None => format!("{}{brackets}", item.sql),
    };
    let ty = if dimensions == 0 { item.ty } else { item.ty.into_array() };
    Ok(Rendered { sql, ty, collation: item.collation })
}

/// The name in an argument.
pub(super) fn name_of(value: &Value) -> Known<Name> {
    Ok(names::name(value)?)
}

/// A number in an argument, in digits (SQLAlchemy formats whatever it is given).
pub(super) fn number(instance: &TypeInstance, name: &str) -> Known<Option<String>> {
    match instance.argument(name) {
        None => Ok(None),
        Some(Value::Int(number)) => Ok(Some(number.to_string())),
        Some(Value::Str(text)) => Ok(Some(text.to_string())),
        Some(Value::Bool(bool)) => Ok(Some(u8::from(bool).to_string())),
        Some(Value::Unknown(reason)) => Err(reason.into()),
        Some(_) => Err(Reason::new("type", format!("{name} of {} is no number", instance.class.name)).into()),
    }
}

pub(super) fn text_of(instance: &TypeInstance, name: &str) -> Known<Option<Rc<str>>> {
    match instance.argument(name) {
        None => Ok(None),
        Some(Value::Str(text)) => Ok(Some(text)),
        Some(Value::Unknown(reason)) => Err(reason.into()),
        Some(_) => Err(Reason::new("type", format!("{name} of {} is no text", instance.class.name)).into()),
    }
}

pub(super) fn truth(instance: &TypeInstance, name: &str) -> Known<bool> {
    match instance.argument(name) {
        None => Ok(false),
        Some(Value::Bool(bool)) => Ok(bool),
        Some(Value::Int(number)) => Ok(!number.is_zero()),
        Some(Value::Unknown(reason)) => Err(reason.into()),
        Some(_) => Ok(true),
    }
}

/// True only if the argument was given as false: these default to true.
pub(super) fn is_false(instance: &TypeInstance, name: &str) -> Known<bool> {
    Ok(instance.argument(name).is_some() && !truth(instance, name)?)
}

/// What a `TypeDecorator` of the author's stands for: what `load_dialect_impl` gives, else the type beneath.
fn decorated(vm: &mut Vm, value: &Value) -> Known<Option<Value>> {
    if let Some(class) = value.as_class() {
        if !class.derives_from("sqlalchemy.sql.type_api.TypeEngine") {
            return Ok(None);
        }
        return Ok(Some(vm.call(value, Args::default())?));
    }
    let Some(instance) = value.as_instance() else { return Ok(None) };
    if let Some(reason) = &instance.class.unknown {
        return Err(reason.clone().into());
    }
    if !instance.class.derives_from("sqlalchemy.sql.type_api.TypeDecorator") {
        return Ok(None);
    }
    let own = instance
        .class
        .find("load_dialect_impl")
        .is_some_and(|method| method.downcast_ref::<crate::alembic::eval::native::NativeFunction>().is_none());
    if own {
        let method = vm.get_attr(value, "load_dialect_impl")?;
        let made = vm.call(&method, Args::positional([Value::native(Dialect)]))?;
        // A decorator that gives itself back means the type beneath.
        if !made.is(value) {
            return Ok(Some(made));
        }
    }
    beneath(vm, value).map(Some)
}

/// `self.impl`: the class attribute, called with the arguments of the decorator where it is a class.
pub fn beneath(vm: &mut Vm, value: &Value) -> Known<Value> {
    let implementation = match value.as_instance().and_then(|instance| instance.class.find("impl")) {
        Some(found) => found,
        None => match super::python::instance(value) {
            Some(own) if own.class.sql == TypeSql::Over("BYTEA") => {
                return instance_of(vm, "sqlalchemy.sql.sqltypes.LargeBinary");
            }
            // A subclass of another library's decorator (`class X(sqlalchemy_utils.JSONType)`) stands for what that stands for.
            Some(own) if !matches!(own.class.sql, TypeSql::Decorator | TypeSql::Abstract) => {
                return Ok(Value::Native(own));
            }
            _ => return Err(Reason::new("type", "a TypeDecorator without impl").into()),
        },
    };
    if implementation.as_class().is_none() {
        return Ok(implementation);
    }
    let args = super::python::instance(value).map(|own| own.call.clone()).unwrap_or_default();
    Ok(vm.call(&implementation, args)?)
}

/// The SQL of a `UserDefinedType`.
fn col_spec(vm: &mut Vm, value: &Value) -> Known<Option<String>> {
    let is_user_defined = value
        .as_instance()
        .is_some_and(|instance| instance.class.derives_from("sqlalchemy.sql.type_api.UserDefinedType"));
    if !is_user_defined {
        return Ok(None);
    }
    match vm.find_attr(value, "get_col_spec")? {
        Some(method) => {
            let made = vm.call(&method, Args::default())?;
            Ok(Some(seam::text(&made, "what get_col_spec() gives")?.to_string()))
        }
        None => Ok(None),
    }
}

/// The dialect that `load_dialect_impl` is given.
#[derive(Debug)]
struct Dialect;

impl Native for Dialect {
    fn class(&self) -> &str {
        "sqlalchemy.dialects.postgresql.psycopg2.PGDialect_psycopg2"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "name" => Some(Value::str("postgresql")),
            "driver" => Some(Value::str("psycopg2")),
            "type_descriptor" => {
                Some(native::function(name, |_, args| Ok(args.positional.first().cloned().unwrap_or(Value::None))))
            }
            "supports_native_boolean" | "supports_native_enum" | "supports_native_uuid" => Some(Value::Bool(true)),
            _ => None,
        })
    }
}
