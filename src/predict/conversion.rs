//! What a change of type does to the values.

use crate::catalog::object::TypeRef;
use crate::catalog::{Catalog, Object, Oid, Session};
use crate::pg::ident::{Ident, QName};
use crate::pg::types::{DataType, TypeName};

/// What `ALTER COLUMN … TYPE` does to the values of the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Known to keep every value, and no rewrite.
    Free,
    /// Known to keep every value; the table is rewritten.
    Rewrite,
    /// May change or refuse values, or is not known to keep them.
    Lossy(String),
}

/// The conversion of a column of a catalog to `to`.
pub fn of_column(catalog: &Catalog, session: &Session, table: &QName, column: &Ident, to: &DataType) -> Conversion {
    let found = catalog
        .resolve_relation(table, session)
        .and_then(|table| catalog.column(table, column))
        .and_then(|column| catalog.get(column));
    match found {
        Some(Object::Column(column)) => match &column.ty {
            TypeRef::Builtin(from) => of(from, to),
            TypeRef::User { oid, array: false, .. } if fits(catalog, *oid, to) => Conversion::Rewrite,
            TypeRef::User { .. } => Conversion::Lossy(format!("not known to keep every value of {table}")),
            TypeRef::Unknown(reason) => Conversion::Lossy(format!("the present type is not known: {reason}")),
        },
        _ => Conversion::Lossy("the present type is not known".to_string()),
    }
}

/// Whether each label of an enum fits into a type for text.
fn fits(catalog: &Catalog, oid: Oid, to: &DataType) -> bool {
    let Some(Object::Enum(of)) = catalog.get(oid) else { return false };
    let longest = of.labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    match to.builtin_name() {
        _ if to.array => false,
        Some("text") => true,
        Some("character varying") => match to.modifiers.first() {
            None => true,
            Some(length) => length.parse::<usize>().is_ok_and(|length| longest <= length),
        },
        _ => false,
    }
}

/// The conversion between two types. Only what is known to lose nothing is not [`Conversion::Lossy`].
///
/// ```
/// use restamp::pg::types::DataType;
/// use restamp::predict::conversion::{Conversion, of};
/// assert_eq!(of(&DataType::varchar(Some(8)), &DataType::varchar(Some(16))), Conversion::Free);
/// assert!(matches!(of(&DataType::varchar(Some(16)), &DataType::varchar(Some(8))), Conversion::Lossy(_)));
/// ```
pub fn of(from: &DataType, to: &DataType) -> Conversion {
    let (Some(old), Some(new)) = (from.builtin_name(), to.builtin_name()) else {
        return not_known(from, to);
    };
    if from == to {
        return Conversion::Free;
    }
    if from.array || to.array {
        return not_known(from, to);
    }
    let length = |ty: &DataType| ty.modifiers.first().and_then(|length| length.parse::<u32>().ok());
    match (old, new) {
        ("character varying", "text") | ("text", "character varying") if length(to).is_none() => Conversion::Free,
        ("character varying", "character varying") => match (length(from), length(to)) {
            (_, None) => Conversion::Free,
            (Some(old), Some(new)) if new >= old => Conversion::Free,
            _ => Conversion::Lossy("values that are longer are refused (22001) or cut".to_string()),
        },
        ("character", "text" | "character varying") if length(to).is_none() => {
            Conversion::Lossy("trailing blanks are removed".to_string())
        }
        ("smallint", "integer" | "bigint" | "numeric") | ("integer", "bigint" | "numeric") | ("bigint", "numeric")
            if to.modifiers.is_empty() =>
        {
            Conversion::Rewrite
        }
        ("real", "double precision") | ("smallint" | "integer", "double precision") => Conversion::Rewrite,
        ("numeric", "numeric") if to.modifiers.is_empty() => Conversion::Free,
        ("numeric", "numeric") => numeric(from, to),
        ("smallint" | "integer" | "bigint" | "boolean" | "uuid" | "date", "text" | "character varying")
            if length(to).is_none() =>
        {
            Conversion::Rewrite
        }
        ("json" | "jsonb" | "xml" | "inet", "text") => Conversion::Rewrite,
        ("json", "jsonb") => Conversion::Lossy("duplicate keys, their order and white space are dropped".to_string()),
        ("timestamp with time zone", "timestamp without time zone")
        | ("timestamp without time zone", "timestamp with time zone") => {
            Conversion::Lossy("values shift by the session's time zone".to_string())
        }
        _ => not_known(from, to),
    }
}

fn not_known(from: &DataType, to: &DataType) -> Conversion {
    Conversion::Lossy(match to.name {
        TypeName::Unknown(_) => "nobody knows whether it keeps every value".to_string(),
        TypeName::Builtin(_) | TypeName::User(_) => format!("{from} to {to} is not known to keep every value"),
    })
}

/// `numeric(p, s)` keeps every value if neither the digits before the point nor those behind it get fewer.
fn numeric(from: &DataType, to: &DataType) -> Conversion {
    let part = |ty: &DataType, index: usize| ty.modifiers.get(index).map_or(Some(0), |part| part.parse::<i64>().ok());
    let parts = (part(from, 0), part(from, 1), part(to, 0), part(to, 1));
    match parts {
        (Some(old), Some(old_scale), Some(new), Some(new_scale))
            if !from.modifiers.is_empty() && new_scale >= old_scale && new - new_scale >= old - old_scale =>
        {
            if new_scale == old_scale {
                Conversion::Free
            } else {
                Conversion::Rewrite
            }
        }
        _ => Conversion::Lossy("values are rounded, or refused (22003) where they do not fit".to_string()),
    }
}
