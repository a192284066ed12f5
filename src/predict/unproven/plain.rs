//! Expressions that give the same whoever asks and whenever: of columns of one table, constants, and what compares and computes.
//!
//! Dates and times are left out: what a text means as one depends on settings of the role (`TimeZone`, `DateStyle`).

use std::collections::BTreeSet;

use sqlparser::ast::{self, BinaryOperator as Op, Expr, Value};

use crate::catalog::object::TypeRef;
use crate::catalog::{Catalog, Object, Oid};
use crate::pg::expr::stored;
use crate::pg::ident::Ident;
use crate::pg::types::{DataType, TypeName};
use crate::predict::fill::is_value_function;

/// Types whose values are read and compared in one way only.
const TYPES: &[&str] = &[
    "bigint",
    "boolean",
    "character",
    "character varying",
    "double precision",
    "integer",
    "jsonb",
    "numeric",
    "real",
    "smallint",
    "text",
    "uuid",
];

/// Functions that are immutable whatever they are given.
const FUNCTIONS: &[&str] = &[
    "abs",
    "btrim",
    "coalesce",
    "greatest",
    "least",
    "left",
    "length",
    "lower",
    "ltrim",
    "md5",
    "nullif",
    "replace",
    "right",
    "round",
    "rtrim",
    "split_part",
    "substr",
    "trim",
    "upper",
];

/// True for a column's type of [`TYPES`], or an enum.
pub fn is_plain(ty: &TypeRef, catalog: &Catalog) -> bool {
    match ty {
        TypeRef::Builtin(ty) => !ty.array && ty.builtin_name().is_some_and(|name| TYPES.contains(&name)),
        TypeRef::User { oid, array, .. } => !array && matches!(catalog.get(*oid), Some(Object::Enum(_))),
        TypeRef::Unknown(_) => false,
    }
}

/// Reads expressions over the columns of a table.
pub struct Reader<'c> {
    catalog: &'c Catalog,
    table: Oid,
    /// The columns that they name.
    pub columns: BTreeSet<Ident>,
}

impl<'c> Reader<'c> {
    pub fn new(catalog: &'c Catalog, table: Oid) -> Reader<'c> {
        Reader { catalog, table, columns: BTreeSet::new() }
    }

    /// # Errors
    /// Why an expression is not plain, one clause.
    pub fn read(&mut self, expr: &Expr) -> Result<(), String> {
        match expr {
            Expr::Value(value) => constant(&value.value),
            Expr::Identifier(name) => self.column(name, true),
            Expr::CompoundIdentifier(names) => match names.last() {
                Some(name) => self.column(name, true),
                None => Err(computes()),
            },
            Expr::IsNull(operand) | Expr::IsNotNull(operand) => match operand.as_ref() {
                Expr::Identifier(name) => self.column(name, false),
                Expr::CompoundIdentifier(names) => {
                    names.last().map_or_else(|| Err(computes()), |name| self.column(name, false))
                }
                operand => self.read(operand),
            },
            Expr::Nested(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::UnaryOp {
                op: ast::UnaryOperator::Not | ast::UnaryOperator::Minus | ast::UnaryOperator::Plus,
                expr: inner,
            } => self.read(inner),
            Expr::BinaryOp { left, op, right } if is_plain_operator(op) => self.all([left.as_ref(), right.as_ref()]),
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.all([left.as_ref(), right.as_ref()])
            }
            Expr::Between { expr, low, high, .. } => self.all([expr.as_ref(), low.as_ref(), high.as_ref()]),
            Expr::InList { expr, list, .. } => {
                self.read(expr)?;
                self.all(list)
            }
            Expr::Like { any: false, expr, pattern, .. } | Expr::ILike { any: false, expr, pattern, .. } => {
                self.all([expr.as_ref(), pattern.as_ref()])
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                let whens = conditions.iter().flat_map(|when| [&when.condition, &when.result]);
                self.all(operand.as_deref().into_iter().chain(whens).chain(else_result.as_deref()))
            }
            Expr::Cast { expr, data_type, format: None, .. } => {
                self.read(expr)?;
                self.named(&data_type.to_string())
            }
            Expr::Function(function) => self.call(function),
            Expr::Subquery(_) | Expr::InSubquery { .. } | Expr::Exists { .. } => Err("it reads other rows".to_string()),
            _ => Err(computes()),
        }
    }

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> Result<(), String> {
        exprs.into_iter().try_for_each(|expr| self.read(expr))
    }

    /// `valued`: its value matters, not only whether it is NULL.
    fn column(&mut self, written: &ast::Ident, valued: bool) -> Result<(), String> {
        let name = stored(written);
        let is_word = written.quote_style.is_none() && (is_value_function(&written.value) || is_role(&written.value));
        let found = self.catalog.column(self.table, &name).and_then(|oid| self.catalog.column_of(oid));
        let Some(found) = found.filter(|_| !is_word) else {
            return Err(format!("{name} is no column of its table in this database"));
        };
        if valued && !is_plain(&found.ty, self.catalog) {
            return Err(format!(
                "{name} is of a type whose values depend on settings, or that has no equality that is known"
            ));
        }
        self.columns.insert(name);
        Ok(())
    }

    fn named(&self, text: &str) -> Result<(), String> {
        let plain = DataType::parse(text).is_some_and(|ty| match &ty.name {
            TypeName::Builtin(name) => !ty.array && TYPES.contains(name),
            TypeName::User(name) => {
                let mut enums = self.catalog.iter().filter(|(_, entry)| matches!(&*entry.object, Object::Enum(_)));
                !ty.array && enums.any(|(oid, _)| self.catalog.qname(oid).is_some_and(|own| own.name == name.name))
            }
            TypeName::Unknown(_) => false,
        });
        if plain { Ok(()) } else { Err(format!("it converts to {text}")) }
    }

    fn call(&mut self, function: &ast::Function) -> Result<(), String> {
        let calls = || Err(format!("it calls {}", function.name));
        let [part] = function.name.0.as_slice() else { return calls() };
        let known = part.as_ident().map(stored).is_some_and(|name| FUNCTIONS.contains(&name.as_str()));
        let ast::FunctionArguments::List(list) = &function.args else { return calls() };
        let bare = function.over.is_none()
            && function.filter.is_none()
            && function.within_group.is_empty()
            && list.duplicate_treatment.is_none()
            && list.clauses.is_empty();
        if !known || !bare {
            return calls();
        }
        list.args.iter().try_for_each(|argument| match argument {
            ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) => self.read(expr),
            _ => calls(),
        })
    }
}

fn computes() -> String {
    "it does more than compare and compute".to_string()
}

fn constant(value: &Value) -> Result<(), String> {
    match value {
        Value::Number(..)
        | Value::SingleQuotedString(_)
        | Value::DollarQuotedString(_)
        | Value::EscapedStringLiteral(_)
        | Value::Boolean(_)
        | Value::Null => Ok(()),
        _ => Err("it has a value that is not written out".to_string()),
    }
}

/// Words that are no columns, besides those of [`is_value_function`].
fn is_role(word: &str) -> bool {
    ["user", "current_role", "current_catalog", "current_schema", "default"].contains(&word.to_lowercase().as_str())
}

fn is_plain_operator(op: &Op) -> bool {
    matches!(
        op,
        Op::Plus
            | Op::Minus
            | Op::Multiply
            | Op::Divide
            | Op::Modulo
            | Op::StringConcat
            | Op::Gt
            | Op::Lt
            | Op::GtEq
            | Op::LtEq
            | Op::Eq
            | Op::NotEq
            | Op::And
            | Op::Or
    )
}
