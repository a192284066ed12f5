//! Inserted rows fulfil the CHECK constraints of their table (23514).

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::{self, VisitMut, VisitorMut};

use super::written::Written;
use super::{Given, Row};
use crate::alembic::database::query::{self, AnyRows, Cell, Source};
use crate::catalog::object::{Constraint, Object, Rule, TypeRef};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::expr::Expr;
use crate::pg::ident::QName;
use crate::pg::lex::literal;
use crate::predict::broken::Broken;
use crate::predict::rules::{Demand, Verdict, column_of, constraints, text};

pub(super) fn demands(given: &Given, catalog: &Catalog, session: &Session, name: &QName) -> Vec<Demand> {
    let mut checks: Vec<_> = constraints(catalog, given.table).collect();
    // `ExecRelCheck` takes them by name.
    checks.sort_by_key(|(_, constraint)| &constraint.name);
    let demand = |(oid, constraint): (Oid, &Constraint)| {
        let Rule::Check { expr, .. } = &constraint.rule else { return None };
        let certain = catalog.presence(oid).is_none();
        let verdict = match verdict(given, catalog, session, expr)? {
            verdict if certain => verdict,
            _ => Verdict::Open,
        };
        Some(Demand {
            demand: format!("what is inserted into {name} fulfils {}", constraint.name),
            sqlstate: Some("23514"),
            broken: Broken::check(constraint, name),
            verdict,
        })
    };
    checks.into_iter().filter_map(demand).collect()
}

/// `None`: all rows fulfil it.
fn verdict(given: &Given, catalog: &Catalog, session: &Session, expr: &Expr) -> Option<Verdict> {
    let Expr::Parsed(expr) = expr else { return Some(Verdict::Open) };
    let mut asked: Vec<String> = Vec::new();
    let mut open = false;
    for row in &given.rows {
        let Some(filled) = Filled::fill(expr, row, given.table, catalog) else {
            open = true;
            continue;
        };
        match filled.holds(session) {
            Some(true) => {}
            Some(false) => return Some(Verdict::Broken),
            None if filled.askable => {
                let part = format!("CASE WHEN ({}) IS FALSE THEN 1 ELSE 0 END", text(&filled.expr));
                if !asked.contains(&part) {
                    asked.push(part);
                }
            }
            None => open = true,
        }
    }
    match (open, asked.is_empty()) {
        (true, _) => Some(Verdict::Open),
        (false, true) => None,
        (false, false) => Some(Verdict::Ask(format!("SELECT {}", asked.join(" + ")), Vec::new())),
    }
}

/// Whether a row fulfils a condition; `None` where that is not known.
pub(in crate::predict::rules) fn holds(
    expr: &ast::Expr,
    row: &Row,
    table: Oid,
    catalog: &Catalog,
    session: &Session,
) -> Option<bool> {
    Filled::fill(expr, row, table, catalog)?.holds(session)
}

/// Whether a condition without columns is true or NULL; `None` where the evaluator cannot tell.
fn evaluate(expr: &ast::Expr, catalog: &Catalog, session: &Session) -> Option<bool> {
    let query = query::read(&format!("SELECT ({}) IS FALSE", text(expr)))?;
    let parameters = BTreeMap::new();
    let source = Source { catalog, session, parameters: &parameters, server_version: None, rows: &AnyRows };
    match query::select(source, &query).ok()?.rows.first()?.first()? {
        Cell::Bool(is_false) => Some(!is_false),
        _ => None,
    }
}

/// Puts the values of a row in the places of its columns.
struct Filled<'r> {
    expr: ast::Expr,
    catalog: &'r Catalog,
    table: Oid,
    row: &'r Row,
    /// All values are of types whose literals mean the same everywhere.
    plain: bool,
    /// A database can be asked for it.
    askable: bool,
}

impl VisitorMut for Filled<'_> {
    /// A value that is not known.
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut ast::Expr) -> ControlFlow<()> {
        // A type that is not there yet cannot be named.
        self.askable &= !matches!(expr, ast::Expr::Cast { data_type: ast::DataType::Custom(..), .. });
        let Some(column) = column_of(expr, self.table, self.catalog) else { return ControlFlow::Continue(()) };
        match self.value(column) {
            Some(value) => *expr = value,
            None => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }
}

impl<'r> Filled<'r> {
    /// `None` where a value is not known.
    fn fill(expr: &ast::Expr, row: &'r Row, table: Oid, catalog: &'r Catalog) -> Option<Filled<'r>> {
        let mut filled = Filled { expr: expr.clone(), catalog, table, row, plain: true, askable: true };
        let mut expr = expr.clone();
        if expr.visit(&mut filled).is_break() {
            return None;
        }
        filled.expr = expr;
        Some(filled)
    }

    fn holds(&self, session: &Session) -> Option<bool> {
        self.plain.then(|| evaluate(&self.expr, self.catalog, session)).flatten()
    }

    fn is_enum(&self, ty: &TypeRef) -> bool {
        matches!(ty, TypeRef::User { oid, array: false, .. } if matches!(self.catalog.get(*oid), Some(Object::Enum(_))))
    }

    fn value(&mut self, oid: Oid) -> Option<ast::Expr> {
        let column = self.catalog.column_of(oid)?;
        let ty = match &column.ty {
            TypeRef::Builtin(ty) => Some(ty),
            TypeRef::User { .. } | TypeRef::Unknown(_) => None,
        };
        let kind = ty.filter(|ty| !ty.array).and_then(|ty| ty.builtin_name()).unwrap_or_default();
        let written = self.row.get(&oid).unwrap_or(&Written::Computed);
        let text = match (written, kind) {
            (Written::Null, _) => "NULL".to_string(),
            (Written::Text(text), "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision")
                if text.parse::<i64>().is_ok() =>
            {
                text.clone()
            }
            (Written::Text(text), "boolean") if matches!(text.as_str(), "true" | "false") => text.clone(),
            (Written::Text(text), "text" | "character varying") => literal(text),
            (Written::Text(text), _) => {
                // Labels are compared as texts; their order nothing here knows.
                self.plain &= self.is_enum(&column.ty);
                self.askable &= ty.is_some();
                literal(text)
            }
            (Written::Cast | Written::Computed, _) => return None,
        };
        let text = ty.map_or(text.clone(), |ty| format!("CAST({text} AS {ty})"));
        match Expr::parse(&text) {
            Expr::Parsed(expr) => Some(*expr),
            Expr::Opaque(_) => None,
        }
    }
}
