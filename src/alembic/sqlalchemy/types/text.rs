//! `str(type)`: what SQLAlchemy's own compiler writes, which knows no database system (`StrSQLTypeCompiler`).

use std::rc::Rc;

use super::{TypeInstance, TypeSql};
use crate::alembic::eval::{Value, Vm};

/// Types that are written under another name than their class's in capitals (`GenericTypeCompiler`).
const WORDS: &[(&str, &str)] = &[
    ("BigInteger", "BIGINT"),
    ("DOUBLE_PRECISION", "DOUBLE PRECISION"),
    ("INT", "INTEGER"),
    ("Interval", "DATETIME"),
    ("LargeBinary", "BLOB"),
    ("MatchType", "BOOLEAN"),
    ("NullType", "NULL"),
    ("PickleType", "BLOB"),
    ("SmallInteger", "SMALLINT"),
    ("String", "VARCHAR"),
    ("Unicode", "VARCHAR"),
    ("UnicodeText", "TEXT"),
];

/// `str(type)` of SQLAlchemy's own types; the arguments that the compiler leaves out (a zone, a precision of bits, the item of an
/// array) are not there.
pub(super) fn text(vm: &mut Vm, instance: &Rc<TypeInstance>) -> Value {
    match written(instance) {
        Some(text) => Value::str(text),
        None => vm.unknown("library", format!("the text of a {}", instance.class.path)),
    }
}

fn written(instance: &TypeInstance) -> Option<String> {
    let class = instance.class;
    let of_postgresql = class.path.starts_with("sqlalchemy.dialects.postgresql.");
    // `Uuid` is CHAR(32) there, whatever its arguments; types of other libraries may be written in any way.
    if !of_postgresql && !class.path.starts_with("sqlalchemy.sql.sqltypes.") {
        return None;
    }
    if let Some(state) = &instance.enumeration {
        let longest = state.labels.iter().map(|label| label.chars().count()).max()?;
        return Some(format!("VARCHAR({})", state.length.unwrap_or(longest as i64)));
    }
    let word = match WORDS.iter().find(|(name, _)| *name == class.name) {
        Some((_, word)) => (*word).to_string(),
        None => class.name.to_uppercase(),
    };
    match class.sql {
        TypeSql::Uuid => Some("CHAR(32)".into()),
        TypeSql::Text(_) => {
            let length = sized(instance, "length")?;
            let collation = match instance.argument("collation") {
                None => String::new(),
                Some(collation) => format!(" COLLATE \"{}\"", collation.as_str()?),
            };
            Some(format!("{word}{length}{collation}"))
        }
        TypeSql::Sized(_) => Some(format!("{word}{}", sized(instance, "length")?)),
        TypeSql::Numeric(_) => {
            let (precision, scale) = (number(instance, "precision")?, number(instance, "scale")?);
            Some(match (precision, scale) {
                (None, _) => word,
                (Some(precision), None) => format!("{word}({precision})"),
                (Some(precision), Some(scale)) => format!("{word}({precision}, {scale})"),
            })
        }
        TypeSql::Abstract | TypeSql::Decorator | TypeSql::UserDefined | TypeSql::Unsupported => None,
        _ => Some(word),
    }
}

/// `(5)`, or nothing where the argument is absent; `None` where it is not known.
fn sized(instance: &TypeInstance, argument: &str) -> Option<String> {
    Some(number(instance, argument)?.map_or(String::new(), |number| format!("({number})")))
}

/// The argument, if it is given; `None` where it is not known.
fn number(instance: &TypeInstance, argument: &str) -> Option<Option<i64>> {
    match instance.argument(argument) {
        None => Some(None),
        Some(value) => value.as_i64().map(Some),
    }
}
