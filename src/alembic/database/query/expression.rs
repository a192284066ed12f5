//! Scalar expressions.

use std::rc::Rc;

use sqlparser::ast::{self, BinaryOperator, Expr, UnaryOperator, Value};

use super::cell::{Cell, like};
use super::relation::{Relation, Row, folded, parts};
use super::{Evaluation, unsupported};
use crate::pg::error::{PgError, Reason, Refusal, sqlstate};

/// What names mean while one row is evaluated.
pub(super) struct Scope<'s> {
    pub relation: &'s Relation,
    pub cells: &'s [Cell],
    /// The rows of the group that an aggregate reads.
    pub group: Option<&'s [Row]>,
    /// The row of the query around a correlated subquery.
    pub outer: Option<&'s Scope<'s>>,
}

/// The name that PostgreSQL gives an output column without an alias (`FigureColname`).
pub(super) fn output_name(expr: &Expr) -> String {
    match expr {
        Expr::Identifier(name) => folded(name),
        Expr::CompoundIdentifier(names) => names.last().map(folded).unwrap_or_default(),
        Expr::Function(function) => parts(&function.name).pop().unwrap_or_default(),
        Expr::Cast { expr, data_type, .. } => match &**expr {
            Expr::Value(_) => data_type.to_string().to_ascii_lowercase(),
            inner => output_name(inner),
        },
        Expr::Nested(inner) => output_name(inner),
        Expr::Exists { .. } => "exists".into(),
        Expr::Case { .. } => "case".into(),
        Expr::Value(value) if matches!(value.value, Value::Boolean(_)) => "bool".into(),
        Expr::Subquery(query) => match &*query.body {
            ast::SetExpr::Select(select) => match select.projection.first() {
                Some(ast::SelectItem::UnnamedExpr(expr)) => output_name(expr),
                Some(ast::SelectItem::ExprWithAlias { alias, .. }) => folded(alias),
                _ => "?column?".into(),
            },
            _ => "?column?".into(),
        },
        _ => "?column?".into(),
    }
}

impl Evaluation<'_> {
    pub(super) fn expression(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Cell, Refusal> {
        Ok(match expr {
            Expr::Identifier(name) => self.column(None, &folded(name), scope)?,
            Expr::CompoundIdentifier(names) => match names.as_slice() {
                [.., table, name] => self.column(Some(&folded(table)), &folded(name), scope)?,
                _ => return Err(unsupported(expr)),
            },
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => self.expression(inner, scope)?,
            Expr::Value(value) => self.literal(&value.value),
            Expr::IsNull(inner) => is_null(&self.expression(inner, scope)?),
            Expr::IsNotNull(inner) => is_null(&self.expression(inner, scope)?).negate(),
            Expr::IsTrue(inner) => self.truth(inner, scope, true)?,
            Expr::IsNotTrue(inner) => self.truth(inner, scope, true)?.negate(),
            Expr::IsFalse(inner) => self.truth(inner, scope, false)?,
            Expr::IsNotFalse(inner) => self.truth(inner, scope, false)?.negate(),
            Expr::IsDistinctFrom(a, b) => self.same(a, b, scope)?.negate(),
            Expr::IsNotDistinctFrom(a, b) => self.same(a, b, scope)?,
            Expr::InList { expr, list, negated } => {
                let value = self.expression(expr, scope)?;
                let mut found = Cell::Bool(false);
                for item in list {
                    let item = self.expression(item, scope)?;
                    found = found.or(&value.equals(&item));
                }
                negated_if(found, *negated)
            }
            Expr::InSubquery { expr, subquery, negated } => {
                let value = self.expression(expr, scope)?;
                let relation = self.query(subquery, Some(scope))?;
                let mut found = Cell::Bool(false);
                for row in &relation.rows {
                    let equal = row.cells.first().map_or(Cell::Null, |cell| value.equals(cell));
                    found = found.or(&doubted(equal, &row.maybe));
                }
                negated_if(found, *negated)
            }
            Expr::Exists { subquery, negated } => {
                let relation = self.query(subquery, Some(scope))?;
                let mut found = Cell::Bool(false);
                for row in &relation.rows {
                    found = found.or(&doubted(Cell::Bool(true), &row.maybe));
                }
                negated_if(found, *negated)
            }
            Expr::Subquery(query) => {
                let relation = self.query(query, Some(scope))?;
                match relation.rows.as_slice() {
                    [] => Cell::Null,
                    rows if rows.iter().any(|row| row.maybe.is_some()) => {
                        rows.iter().find_map(|row| row.maybe.clone()).map_or(Cell::Null, Cell::Unknown)
                    }
                    [row] => row.cells.first().cloned().unwrap_or(Cell::Null),
                    _ => return Err(unsupported("a subquery of several rows used as a value")),
                }
            }
            Expr::Between { expr, negated, low, high } => {
                let value = self.expression(expr, scope)?;
                let (low, high) = (self.expression(low, scope)?, self.expression(high, scope)?);
                let inside = ordered(&low, &value, |o| o.is_le()).and(&ordered(&value, &high, |o| o.is_le()));
                negated_if(inside, *negated)
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
                self.like(expr, pattern, false, *negated, scope)?
            }
            Expr::ILike { negated, any: false, expr, pattern, escape_char: None } => {
                self.like(expr, pattern, true, *negated, scope)?
            }
            Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => {
                let value = self.expression(left, scope)?;
                match &**right {
                    Expr::Subquery(query) => {
                        let relation = self.query(query, Some(scope))?;
                        relation.rows.iter().fold(Cell::Bool(false), |found, row| {
                            let equal = row.cells.first().map_or(Cell::Null, |cell| value.equals(cell));
                            found.or(&doubted(equal, &row.maybe))
                        })
                    }
                    right => match self.expression(right, scope)? {
                        Cell::Array(items) | Cell::Vector(items) => {
                            items.iter().fold(Cell::Bool(false), |found, item| found.or(&value.equals(item)))
                        }
                        Cell::Text(text) => match array_literal(&text) {
                            Some(items) => {
                                items.iter().fold(Cell::Bool(false), |found, item| found.or(&value.equals(item)))
                            }
                            None => return Err(unsupported("ANY of a text")),
                        },
                        Cell::Null => Cell::Null,
                        other => other
                            .unknown()
                            .map_or_else(|| Err(unsupported(expr)), |reason| Ok(Cell::Unknown(reason)))?,
                    },
                }
            }
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => self.expression(expr, scope)?.negate(),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match self.expression(expr, scope)? {
                Cell::Int(value) => value.checked_neg().map_or_else(|| unsupported_cell("-"), Cell::Int),
                other => other,
            },
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, scope)?,
            Expr::Cast { expr: inner, data_type, .. } => match self.labels(expr)? {
                // As an array of its own type the driver hands over a text that nobody reads.
                Some(labels) => Cell::Array(labels.into()),
                None => {
                    let cell = self.expression(inner, scope)?;
                    self.cast(cell, &data_type.to_string().to_ascii_lowercase())?
                }
            },
            Expr::TypedString(typed) => {
                let cell = self.literal(&typed.value.value);
                self.cast(cell, &typed.data_type.to_string().to_ascii_lowercase())?
            }
            Expr::Array(array) => {
                let items =
                    array.elem.iter().map(|item| self.expression(item, scope)).collect::<Result<Vec<_>, _>>()?;
                Cell::Array(items.into())
            }
            Expr::Tuple(items) => {
                let items = items.iter().map(|item| self.expression(item, scope)).collect::<Result<Vec<_>, _>>()?;
                Cell::Array(items.into())
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                let operand = operand.as_ref().map(|expr| self.expression(expr, scope)).transpose()?;
                for when in conditions {
                    let condition = self.expression(&when.condition, scope)?;
                    let taken = match &operand {
                        Some(operand) => operand.equals(&condition),
                        None => condition.as_condition(),
                    };
                    match taken {
                        Cell::Bool(true) => return self.expression(&when.result, scope),
                        Cell::Unknown(reason) => return Ok(Cell::Unknown(reason)),
                        _ => {}
                    }
                }
                match else_result {
                    Some(expr) => self.expression(expr, scope)?,
                    None => Cell::Null,
                }
            }
            Expr::Function(function) => self.function(function, scope)?,
            Expr::CompoundFieldAccess { root, access_chain } => {
                // The names in front, `c.conkey` of `c.conkey[1]`, are a column.
                let mut names = match &**root {
                    Expr::Identifier(name) => vec![name.clone()],
                    Expr::CompoundIdentifier(names) => names.clone(),
                    _ => Vec::new(),
                };
                let mut access_chain = access_chain.as_slice();
                while let ([ast::AccessExpr::Dot(Expr::Identifier(name)), rest @ ..], false) =
                    (access_chain, names.is_empty())
                {
                    names.push(name.clone());
                    access_chain = rest;
                }
                let mut cell = match names.as_slice() {
                    [] => self.expression(root, scope)?,
                    [name] => self.column(None, &folded(name), scope)?,
                    [.., table, name] => self.column(Some(&folded(table)), &folded(name), scope)?,
                };
                for access in access_chain {
                    let ast::AccessExpr::Subscript(ast::Subscript::Index { index }) = access else {
                        return Ok(unsupported_cell(expr));
                    };
                    let index = self.expression(index, scope)?;
                    cell = element(&cell, &index).unwrap_or_else(|| unsupported_cell(expr));
                }
                cell
            }
            other => unsupported_cell(other),
        })
    }

    fn column(&mut self, table: Option<&str>, name: &str, scope: &Scope<'_>) -> Result<Cell, Refusal> {
        let mut level = Some(scope);
        let mut more = None;
        while let Some(scope) = level {
            if let Some(at) = scope.relation.find(table, name) {
                return Ok(scope.cells.get(at).cloned().unwrap_or(Cell::Null));
            }
            more = more.or(scope.relation.more.clone());
            level = scope.outer;
        }
        // Variables of PL/pgSQL.
        let variable = table.map_or(name.to_string(), |table| format!("{table}.{name}"));
        if let Some(value) = self.source.parameters.get(&variable) {
            return Ok(value.clone());
        }
        // Functions that are written without parentheses.
        if table.is_none()
            && let Some(cell) = self.bare_function(name)
        {
            return Ok(cell);
        }
        match more {
            Some(reason) => Ok(Cell::Unknown(reason)),
            None => {
                let shown = table.map_or(format!("\"{name}\""), |table| format!("{table}.{name}"));
                Err(PgError::new(sqlstate::UNDEFINED_COLUMN, format!("column {shown} does not exist")).into())
            }
        }
    }

    fn literal(&self, value: &Value) -> Cell {
        match value {
            Value::Number(number, _) => match number.parse() {
                Ok(number) => Cell::Int(number),
                Err(_) => unsupported_cell("a number that is no integer"),
            },
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) | Value::UnicodeStringLiteral(text) => {
                Cell::text(text)
            }
            Value::DollarQuotedString(text) => Cell::text(&text.value),
            Value::Boolean(value) => Cell::Bool(*value),
            Value::Null => Cell::Null,
            Value::Placeholder(name) => {
                let name = name.trim_start_matches([':', '$', '%', '@']);
                let unknown = || Cell::Unknown(Reason::new("parameter", format!("the value of parameter {name}")));
                self.source.parameters.get(name).cloned().unwrap_or_else(unknown)
            }
            other => unsupported_cell(other),
        }
    }

    fn truth(&mut self, expr: &Expr, scope: &Scope<'_>, wanted: bool) -> Result<Cell, Refusal> {
        Ok(match self.expression(expr, scope)?.as_condition() {
            Cell::Bool(value) => Cell::Bool(value == wanted),
            Cell::Unknown(reason) => Cell::Unknown(reason),
            _ => Cell::Bool(false),
        })
    }

    fn same(&mut self, a: &Expr, b: &Expr, scope: &Scope<'_>) -> Result<Cell, Refusal> {
        let (a, b) = (self.expression(a, scope)?, self.expression(b, scope)?);
        Ok(match (&a, &b) {
            (Cell::Null, Cell::Null) => Cell::Bool(true),
            (Cell::Null, other) | (other, Cell::Null) => is_null(other),
            _ => a.equals(&b),
        })
    }

    fn like(
        &mut self,
        expr: &Expr,
        pattern: &Expr,
        fold: bool,
        negated: bool,
        scope: &Scope<'_>,
    ) -> Result<Cell, Refusal> {
        let (text, pattern) = (self.expression(expr, scope)?, self.expression(pattern, scope)?);
        let matched = match (&text, &pattern) {
            (Cell::Null, _) | (_, Cell::Null) => Cell::Null,
            (Cell::Text(text), Cell::Text(pattern)) => Cell::Bool(like(text, pattern, fold)),
            // PostgreSQL's own names match only patterns that begin like one of them.
            (Cell::System, Cell::Text(pattern)) => {
                let literal: String = pattern.chars().take_while(|c| !matches!(c, '%' | '_' | '\\')).collect();
                if literal.len() >= 2 && !"pg_".starts_with(&literal[..2]) {
                    Cell::System.equals(&Cell::text(pattern.trim_end_matches('%')))
                } else {
                    Cell::Unknown(Reason::new("system-catalog", "PostgreSQL's own objects are not in the model"))
                }
            }
            (text, pattern) => {
                let reason = text.unknown().or(pattern.unknown());
                Cell::Unknown(reason.unwrap_or_else(|| Reason::new("select", "LIKE on values that are no text")))
            }
        };
        Ok(negated_if(matched, negated))
    }

    fn binary(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr, scope: &Scope<'_>) -> Result<Cell, Refusal> {
        let a = self.expression(left, scope)?;
        // A false condition decides; its neighbour may not be readable.
        if *op == BinaryOperator::And && a.as_condition() == Cell::Bool(false) {
            return Ok(Cell::Bool(false));
        }
        let b = self.expression(right, scope)?;
        Ok(match op {
            BinaryOperator::And => a.and(&b),
            BinaryOperator::Or => a.or(&b),
            BinaryOperator::Eq => a.equals(&b),
            BinaryOperator::NotEq => a.equals(&b).negate(),
            BinaryOperator::Lt => ordered(&a, &b, |o| o.is_lt()),
            BinaryOperator::LtEq => ordered(&a, &b, |o| o.is_le()),
            BinaryOperator::Gt => ordered(&a, &b, |o| o.is_gt()),
            BinaryOperator::GtEq => ordered(&a, &b, |o| o.is_ge()),
            BinaryOperator::StringConcat => match (&a, &b) {
                (Cell::Null, _) | (_, Cell::Null) => Cell::Null,
                (Cell::Text(a), Cell::Text(b)) => Cell::text(&format!("{a}{b}")),
                (Cell::Text(a), Cell::Int(b)) => Cell::text(&format!("{a}{b}")),
                (Cell::Int(a), Cell::Text(b)) => Cell::text(&format!("{a}{b}")),
                (a, b) => a.unknown().or(b.unknown()).map_or_else(|| unsupported_cell("||"), Cell::Unknown),
            },
            BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply => match (&a, &b) {
                (Cell::Int(a), Cell::Int(b)) => match op {
                    BinaryOperator::Plus => a.checked_add(*b),
                    BinaryOperator::Minus => a.checked_sub(*b),
                    _ => a.checked_mul(*b),
                }
                .map_or_else(|| unsupported_cell("numbers out of range"), Cell::Int),
                (Cell::Null, _) | (_, Cell::Null) => Cell::Null,
                (a, b) => a.unknown().or(b.unknown()).map_or_else(|| unsupported_cell(op), Cell::Unknown),
            },
            other => unsupported_cell(other),
        })
    }

    pub(super) fn cast(&mut self, cell: Cell, ty: &str) -> Result<Cell, Refusal> {
        let ty = ty.trim_start_matches("pg_catalog.").trim_matches('"');
        Ok(match (ty.split('(').next().unwrap_or(ty), cell) {
            (_, Cell::Null) => Cell::Null,
            ("regclass", Cell::Text(text)) => match self.regclass(&text)? {
                Some(cell) => cell,
                None => {
                    let message = format!("relation \"{}\" does not exist", text.replace('"', ""));
                    return Err(PgError::new(sqlstate::UNDEFINED_TABLE, message).into());
                }
            },
            ("regclass", Cell::Oid(oid)) => Cell::Regclass(oid),
            ("regtype", ty @ Cell::TypeOf(..)) => self.format_type(&ty, &Cell::Null),
            ("oid", Cell::Regclass(oid)) => Cell::Oid(oid),
            ("text" | "varchar" | "character varying" | "name", Cell::Regclass(oid)) => self.relation_name(oid),
            ("text" | "varchar" | "character varying" | "name", Cell::Int(value)) => Cell::text(&value.to_string()),
            ("text" | "varchar" | "character varying" | "name", Cell::Bool(value)) => {
                Cell::text(if value { "true" } else { "false" })
            }
            ("int" | "integer" | "bigint" | "smallint" | "int4" | "int8", Cell::Text(text)) => match text.parse() {
                Ok(value) => Cell::Int(value),
                Err(_) => unsupported_cell("a cast to a number"),
            },
            ("bool" | "boolean", cell) => cell.as_condition(),
            ("regnamespace", Cell::Text(text)) => match self.schema(&text) {
                Some(cell) => cell,
                None => {
                    let message = format!("schema \"{text}\" does not exist");
                    return Err(PgError::new(sqlstate::INVALID_SCHEMA_NAME, message).into());
                }
            },
            ("regtype" | "regproc" | "regprocedure" | "regrole", cell) => {
                cell.unknown().map_or_else(|| unsupported_cell(ty), Cell::Unknown)
            }
            (_, cell) => cell,
        })
    }
}

fn unsupported_cell(what: impl std::fmt::Display) -> Cell {
    Cell::Unknown(Reason::new("select", format!("SELECT with {what}")))
}

fn negated_if(cell: Cell, negated: bool) -> Cell {
    if negated { cell.negate() } else { cell }
}

fn is_null(cell: &Cell) -> Cell {
    match cell {
        Cell::Null => Cell::Bool(true),
        Cell::Unknown(reason) | Cell::Unlisted(_, reason) => Cell::Unknown(reason.clone()),
        _ => Cell::Bool(false),
    }
}

fn doubted(cell: Cell, maybe: &Option<Reason>) -> Cell {
    match maybe {
        None => cell,
        Some(reason) => Cell::Unknown(reason.clone()).and(&cell),
    }
}

fn ordered(a: &Cell, b: &Cell, test: impl Fn(std::cmp::Ordering) -> bool) -> Cell {
    match (a, b) {
        (Cell::Null, _) | (_, Cell::Null) => Cell::Null,
        (Cell::Int(a), Cell::Int(b)) => Cell::Bool(test(a.cmp(b))),
        (a, b) => Cell::Unknown(
            a.unknown()
                .or(b.unknown())
                .unwrap_or_else(|| Reason::new("select", "an order of values that are no numbers")),
        ),
    }
}

/// `array[index]`: NULL outside of the array.
fn element(array: &Cell, index: &Cell) -> Option<Cell> {
    let (items, first) = match array {
        Cell::Null => return Some(Cell::Null),
        Cell::Array(items) => (items, 1),
        Cell::Vector(items) => (items, 0),
        other => return other.unknown().map(Cell::Unknown),
    };
    match index {
        Cell::Null => Some(Cell::Null),
        Cell::Int(index) => {
            let at = index.checked_sub(first).and_then(|at| usize::try_from(at).ok());
            Some(at.and_then(|at| items.get(at)).cloned().unwrap_or(Cell::Null))
        }
        other => other.unknown().map(Cell::Unknown),
    }
}

/// `{a,"b c"}` without nesting.
fn array_literal(text: &str) -> Option<Vec<Cell>> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    if inner.is_empty() {
        return Some(Vec::new());
    }
    if inner.contains(['"', '{', '\\']) {
        return None;
    }
    Some(inner.split(',').map(|item| Cell::Text(Rc::from(item.trim()))).collect())
}
