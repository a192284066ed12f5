//! Functions that give rows, and the labels of an enum, which are mostly asked for by one of them:
//! `SELECT unnest(enum_range(NULL::mood))`.

use sqlparser::ast::{self, Expr};

use super::cell::Cell;
use super::expression::Scope;
use super::relation::{Column, Relation, Row, folded, parts};
use super::{Evaluation, unsupported};
use crate::catalog::Object;
use crate::pg::error::{PgError, Reason, Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};

/// `unnest(…)` as an item of SELECT. Deeper inside of an expression it is not read.
pub(super) struct SetFunction<'e> {
    array: &'e Expr,
}

impl<'e> SetFunction<'e> {
    pub(super) fn read(expr: &'e Expr) -> Option<Self> {
        match expr {
            Expr::Nested(inner) => Self::read(inner),
            // A cast is one of the values: `unnest(…)::text`.
            Expr::Cast { expr, data_type, .. } if is_text(data_type) => Self::read(expr),
            Expr::Function(function) if parts(&function.name).last().is_some_and(|name| name == "unnest") => {
                Some(SetFunction { array: only_argument(function)? })
            }
            _ => None,
        }
    }
}

fn is_text(ty: &ast::DataType) -> bool {
    matches!(ty, ast::DataType::Text | ast::DataType::Varchar(None) | ast::DataType::CharacterVarying(None))
}

fn only_argument(function: &ast::Function) -> Option<&Expr> {
    match &function.args {
        ast::FunctionArguments::List(list) => match list.args.as_slice() {
            [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr))] => Some(expr),
            _ => None,
        },
        _ => None,
    }
}

impl Evaluation<'_> {
    /// The values of a set-returning function; of NULL there are none.
    pub(super) fn values(&mut self, set: &SetFunction<'_>, scope: &Scope<'_>) -> Result<Vec<Cell>, Refusal> {
        self.elements(set.array, scope)
    }

    fn elements(&mut self, array: &Expr, scope: &Scope<'_>) -> Result<Vec<Cell>, Refusal> {
        if let Some(labels) = self.labels(array)? {
            return Ok(labels);
        }
        match self.expression(array, scope)? {
            Cell::Array(items) | Cell::Vector(items) => Ok(items.to_vec()),
            Cell::Null => Ok(Vec::new()),
            other => Err(other.unknown().map_or_else(|| unsupported(array), Refusal::from)),
        }
    }

    /// `FROM unnest(a, b) AS t(x, y)`; shorter arrays are filled up with NULL.
    pub(super) fn unnested(
        &mut self,
        arrays: &[Expr],
        alias: Option<&ast::TableAlias>,
        outer: Option<&Scope<'_>>,
    ) -> Result<Relation, Refusal> {
        let empty = Relation::default();
        let scope = Scope { relation: &empty, cells: &[], group: None, outer };
        let mut values = Vec::new();
        for array in arrays {
            values.push(self.elements(array, &scope)?);
        }
        let table = alias.map_or("unnest".to_string(), |alias| folded(&alias.name));
        let names = alias.map_or(&[][..], |alias| &alias.columns);
        let column = |at: usize| {
            // The column of a function with one has the alias of the table, unless it has its own.
            let name = names.get(at).map_or_else(|| table.clone(), |column| folded(&column.name));
            Column { table: None, name: name.into() }
        };
        let height = values.iter().map(Vec::len).max().unwrap_or(0);
        self.spend(height)?;
        let row = |at: usize| {
            let cells = values.iter().map(|values| values.get(at).cloned().unwrap_or(Cell::Null)).collect();
            Row { cells, maybe: None }
        };
        let columns = (0..values.len()).map(column).collect();
        Ok(Relation { columns, rows: (0..height).map(row).collect(), more: None }.alias(&table))
    }

    /// The labels of `enum_range(NULL::mood)`, also as an array of texts; `None` for another expression.
    ///
    /// # Errors
    /// 42704 for a type that is not there.
    pub(super) fn labels(&self, expr: &Expr) -> Result<Option<Vec<Cell>>, Refusal> {
        match expr {
            Expr::Nested(inner) => self.labels(inner),
            Expr::Cast { expr, data_type: ast::DataType::Array(array), .. } => match array {
                ast::ArrayElemTypeDef::SquareBracket(ty, None) if is_text(ty) => self.labels(expr),
                _ => Ok(None),
            },
            Expr::Function(function) if parts(&function.name).last().is_some_and(|name| name == "enum_range") => {
                match only_argument(function) {
                    Some(Expr::Cast { expr, data_type: ast::DataType::Custom(name, _), .. }) if is_null(expr) => {
                        self.enum_labels(&parts(name)).map(Some)
                    }
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    fn enum_labels(&self, name: &[String]) -> Result<Vec<Cell>, Refusal> {
        let (schema, name) = match name {
            [name] => (None, name),
            [.., schema, name] => (Some(schema), name),
            [] => return Err(unsupported("a type without a name")),
        };
        let catalog = self.source.catalog;
        let qname = QName::new(schema.map(|schema| Ident::new(schema)), Ident::new(name));
        let shown = schema.map_or(name.clone(), |schema| format!("{schema}.{name}"));
        let Some(oid) = catalog.resolve_type(&qname, self.source.session) else {
            if catalog.open_world {
                return Err(Reason::new("assumed-type", format!("whether there is a type {shown}")).into());
            }
            return Err(PgError::new(sqlstate::UNDEFINED_OBJECT, format!("type \"{shown}\" does not exist")).into());
        };
        match (catalog.get(oid), catalog.presence(oid)) {
            (_, Some(reason)) => Err(reason.clone().into()),
            (Some(Object::Enum(ty)), None) => Ok(ty.labels.iter().map(|label| Cell::text(label)).collect()),
            _ => Err(unsupported(format_args!("enum_range() of {shown}"))),
        }
    }
}

fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if value.value == ast::Value::Null)
}
