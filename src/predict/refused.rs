//! Whether a change of type may be refused because of a value. What it loses is another question: see
//! [`conversion`](super::conversion).

use sqlparser::ast;

use super::fill::is_column;
use crate::catalog::object::TypeRef;
use crate::catalog::{Catalog, Object, Oid, Session};
use crate::pg::expr::Expr;
use crate::pg::ident::Ident;
use crate::pg::types::DataType;

/// What the values decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Every value becomes one of the new type.
    Never,
    /// Some may not; the SQLSTATE where it is known which.
    May(Option<&'static str>),
}

/// What `ALTER COLUMN … TYPE to USING using` may be refused with.
///
/// Without USING, and with a cast of the column itself, the types decide; any other expression may fail in its own way.
pub fn refused(
    catalog: &Catalog,
    session: &Session,
    table: Oid,
    column: &Ident,
    to: &DataType,
    using: Option<&Expr>,
) -> Refused {
    let Some(from) = catalog.column(table, column).and_then(|oid| catalog.column_of(oid)) else {
        return Refused::May(None);
    };
    let by_cast = match using {
        None => Some(false),
        Some(Expr::Parsed(expr)) => is_cast_of(expr, column).then_some(true),
        Some(Expr::Opaque(_)) => None,
    };
    let Some(explicit) = by_cast else { return Refused::May(None) };
    match &from.ty {
        TypeRef::Builtin(from) => match labels_of(catalog, session, to) {
            Some(_) if from.array => Refused::May(None),
            Some(_) => Refused::May(Some("22P02")),
            None => between(from, to, explicit),
        },
        TypeRef::User { oid, array: false, .. } => match (catalog.get(*oid), labels_of(catalog, session, to)) {
            (Some(Object::Enum(old)), Some(new)) if old.labels.iter().all(|label| new.contains(label)) => {
                Refused::Never
            }
            (Some(Object::Enum(_)), Some(_)) => Refused::May(Some("22P02")),
            (Some(Object::Enum(old)), None) if !to.array => match to.builtin_name() {
                Some("text") => Refused::Never,
                Some("character varying") => {
                    let longest = old.labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
                    let fits = length(to).is_none_or(|length| longest <= length as usize);
                    if fits || explicit { Refused::Never } else { Refused::May(Some("22001")) }
                }
                _ => Refused::May(None),
            },
            _ => Refused::May(None),
        },
        TypeRef::User { .. } | TypeRef::Unknown(_) => Refused::May(None),
    }
}

/// `column::type`, perhaps by way of text.
fn is_cast_of(expr: &ast::Expr, column: &Ident) -> bool {
    fn inner(expr: &ast::Expr, column: &Ident) -> bool {
        match expr {
            ast::Expr::Identifier(name) => is_column(name, column.as_str()),
            ast::Expr::Nested(operand) => inner(operand, column),
            ast::Expr::Cast { expr, data_type, format: None, .. } => {
                let through = data_type.to_string().to_lowercase();
                matches!(through.as_str(), "text" | "varchar" | "character varying") && inner(expr, column)
            }
            _ => false,
        }
    }
    match expr {
        ast::Expr::Cast { expr, format: None, .. } => inner(expr, column),
        ast::Expr::Nested(operand) => is_cast_of(operand, column),
        other => inner(other, column),
    }
}

/// The labels of an enum; `None` for any other type.
pub(super) fn labels_of(catalog: &Catalog, session: &Session, ty: &DataType) -> Option<Vec<String>> {
    let crate::pg::types::TypeName::User(name) = &ty.name else { return None };
    match catalog.get(catalog.resolve_type(name, session)?)? {
        Object::Enum(of) if !ty.array => Some(of.labels.clone()),
        _ => None,
    }
}

pub(super) fn length(ty: &DataType) -> Option<u32> {
    ty.modifiers.first().and_then(|length| length.parse().ok())
}

/// Two builtin types. An explicit cast cuts what an assignment refuses.
fn between(from: &DataType, to: &DataType, explicit: bool) -> Refused {
    let (Some(old), Some(new)) = (from.builtin_name(), to.builtin_name()) else { return Refused::May(None) };
    if from == to {
        return Refused::Never;
    }
    if from.array || to.array {
        return Refused::May(None);
    }
    let is_text = |name: &str| matches!(name, "text" | "character varying" | "character");
    match (old, new) {
        // `varchar(n)`, `char(n)`: 22001 unless the rest is blank.
        (_, "character varying" | "character") if length(to).is_some() => {
            let shorter = !is_text(old) || length(from).is_none() || length(from) > length(to);
            if explicit || !shorter { Refused::Never } else { Refused::May(Some("22001")) }
        }
        (_, "text" | "character varying") => Refused::Never,
        ("smallint", "integer" | "bigint" | "numeric" | "real" | "double precision")
        | ("integer", "bigint" | "numeric" | "real" | "double precision")
        | ("bigint", "numeric" | "real" | "double precision")
        | ("numeric", "numeric")
            if to.modifiers.is_empty() =>
        {
            Refused::Never
        }
        ("real", "double precision")
        | ("boolean", "integer")
        | ("jsonb", "json")
        | ("timestamp with time zone", "timestamp without time zone")
        | ("timestamp without time zone", "timestamp with time zone")
        | ("timestamp without time zone" | "timestamp with time zone", "date")
            if to.modifiers.is_empty() =>
        {
            Refused::Never
        }
        ("numeric", "numeric") if keeps_digits(from, to) => Refused::Never,
        ("numeric" | "real" | "double precision" | "bigint" | "integer" | "smallint", other) if is_number(other) => {
            Refused::May(Some("22003"))
        }
        (
            text,
            "date" | "interval" | "timestamp without time zone" | "timestamp with time zone" | "time without time zone",
        ) if is_text(text) => Refused::May(Some("22007")),
        (text, "boolean" | "uuid" | "json" | "jsonb" | "inet" | "cidr") if is_text(text) => Refused::May(Some("22P02")),
        (text, other) if is_text(text) && is_number(other) => Refused::May(Some("22P02")),
        _ => Refused::May(None),
    }
}

fn is_number(name: &str) -> bool {
    matches!(name, "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision")
}

/// `numeric(p, s)` has room for every value if there are as many digits before the point, and one more where it is rounded.
fn keeps_digits(from: &DataType, to: &DataType) -> bool {
    let part = |ty: &DataType, index: usize| ty.modifiers.get(index).and_then(|part| part.parse::<i64>().ok());
    match (part(from, 0), part(from, 1), part(to, 0), part(to, 1)) {
        (Some(old), Some(old_scale), Some(new), Some(new_scale)) => {
            new - new_scale >= old - old_scale + i64::from(new_scale < old_scale)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, to: &str, expected: Refused) {
        let ty = |text| DataType::parse(text).expect("a type");
        assert_eq!(between(&ty(from), &ty(to), false), expected, "{from} to {to}");
    }

    #[test]
    fn types_that_take_every_value() {
        for (from, to) in [
            ("integer", "bigint"),
            ("varchar(10)", "text"),
            ("varchar(10)", "varchar(20)"),
            ("timestamptz", "timestamp"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("numeric(10,2)", "numeric"),
            ("numeric(4,2)", "numeric(4,1)"),
            ("uuid", "text"),
            ("jsonb", "json"),
        ] {
            check(from, to, Refused::Never);
        }
    }

    #[test]
    fn types_that_may_refuse_one() {
        for (from, to, sqlstate) in [
            ("bigint", "integer", "22003"),
            ("text", "varchar(20)", "22001"),
            ("integer", "varchar(2)", "22001"),
            ("numeric(4,2)", "numeric(3,1)", "22003"),
            ("text", "integer", "22P02"),
            ("text", "timestamp", "22007"),
            ("text", "jsonb", "22P02"),
        ] {
            check(from, to, Refused::May(Some(sqlstate)));
        }
        check("json", "jsonb", Refused::May(None));
        check("integer[]", "bigint[]", Refused::May(None));
    }

    #[test]
    fn casts_of_the_column_itself() {
        let is = |text: &str| match Expr::parse(text) {
            Expr::Parsed(expr) => is_cast_of(&expr, &Ident::new("a")),
            Expr::Opaque(text) => panic!("{text} is not read"),
        };
        assert!(is("a") && is("a::integer") && is("(a::text)::mood") && is("CAST(A AS varchar)"));
        assert!(!is("b::integer") && !is("lower(a)::mood") && !is("a::integer::text") && !is("\"A\""));
    }
}
