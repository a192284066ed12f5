//! Values as a statement writes them out, and which of them are the same in a column.

use sqlparser::ast;

use crate::catalog::object::{Column, TypeRef};
use crate::catalog::{Catalog, Object};

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// NULL.
    Null,
    /// What stands in the statement, as text.
    Text(String),
    /// It stands in the statement under a cast that may change it: `'1.9'::integer`.
    Cast,
    /// What only the server computes: `now()`, the next of a sequence.
    Computed,
}

impl Written {
    /// Reads an expression. Of casts only such are read as change no value.
    pub fn read(expr: &ast::Expr) -> Written {
        match expr {
            ast::Expr::Nested(inner) => Written::read(inner),
            ast::Expr::Cast { expr: inner, data_type, format: None, .. } => match Written::read(inner) {
                Written::Text(text) if !keeps(data_type, &text) => Written::Cast,
                written => written,
            },
            ast::Expr::Value(value) => Written::of_literal(&value.value),
            ast::Expr::UnaryOp { op: ast::UnaryOperator::Minus, expr } => match expr.as_ref() {
                ast::Expr::Value(value) if matches!(value.value, ast::Value::Number(..)) => {
                    Written::Text(format!("-{}", value.value))
                }
                _ => Written::Computed,
            },
            _ => Written::Computed,
        }
    }

    fn of_literal(value: &ast::Value) -> Written {
        match value {
            ast::Value::Null => Written::Null,
            ast::Value::Number(number, _) => Written::Text(number.clone()),
            ast::Value::SingleQuotedString(text) => Written::Text(text.clone()),
            ast::Value::DollarQuotedString(text) => Written::Text(text.value.clone()),
            ast::Value::Boolean(value) => Written::Text(value.to_string()),
            _ => Written::Computed,
        }
    }

    /// Whether two values of a column are the same; `None` where only the server can tell.
    pub fn same(&self, other: &Written, catalog: &Catalog, column: &Column) -> Option<bool> {
        match (self, other) {
            (Written::Null, _) | (_, Written::Null) => Some(false),
            (Written::Cast | Written::Computed, _) | (_, Written::Cast | Written::Computed) => None,
            (Written::Text(one), Written::Text(other)) if one == other => Some(true),
            (Written::Text(one), Written::Text(other)) => differ(one, other, catalog, column),
        }
    }
}

/// A cast to that type gives what is written.
fn keeps(ty: &ast::DataType, text: &str) -> bool {
    use ast::DataType::{BigInt, Bool, Boolean, CharacterVarying, Custom, Int, Integer, SmallInt, Text, Uuid, Varchar};
    match ty {
        Text | Varchar(None) | CharacterVarying(None) | Uuid => true,
        // An enum, or a domain over a text.
        Custom(_, modifiers) => modifiers.is_empty(),
        Bool | Boolean => matches!(text, "true" | "false"),
        SmallInt(None) | Int(None) | Integer(None) | BigInt(None) => text.parse::<i64>().is_ok(),
        _ => false,
    }
}

/// Two texts that differ may be one value: `1` and `01`.
fn differ(one: &str, other: &str, catalog: &Catalog, column: &Column) -> Option<bool> {
    let ty = match &column.ty {
        TypeRef::Builtin(ty) if !ty.array => ty.builtin_name()?,
        TypeRef::User { oid, array: false, .. } => {
            return matches!(catalog.get(*oid), Some(Object::Enum(_))).then_some(false);
        }
        TypeRef::Builtin(_) | TypeRef::User { .. } | TypeRef::Unknown(_) => return None,
    };
    match ty {
        "text" | "character varying" => column.collation.is_none().then_some(false),
        "smallint" | "integer" | "bigint" => Some(one.parse::<i64>().ok()? == other.parse::<i64>().ok()?),
        "uuid" => Some(uuid(one)? == uuid(other)?),
        _ => None,
    }
}

/// The digits of a `uuid` as everybody writes it.
fn uuid(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|char| *char != '-').collect();
    (digits.len() == 32 && digits.chars().all(|char| char.is_ascii_hexdigit())).then(|| digits.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg::expr::Expr;

    fn read(text: &str) -> Written {
        match Expr::parse(text) {
            Expr::Parsed(expr) => Written::read(&expr),
            Expr::Opaque(_) => Written::Computed,
        }
    }

    #[test]
    fn a_literal_is_its_text() {
        for (text, expected) in [
            ("NULL", Written::Null),
            ("'a''b'", Written::Text("a'b".into())),
            ("-1", Written::Text("-1".into())),
            ("'x'::character varying", Written::Text("x".into())),
            ("'1'::bigint", Written::Text("1".into())),
            ("'1.9'::integer", Written::Cast),
            ("'abc'::varchar(2)", Written::Cast),
            ("DATE '2020-01-01'", Written::Computed),
            ("now()", Written::Computed),
            ("1 + 1", Written::Computed),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
