//! PostGIS' functions of old: `SELECT AddGeometryColumn('schema', 'table', 'column', srid, 'TYPE', dimension)` is an
//! `ALTER TABLE`, `SELECT DropGeometryColumn(…)` as well.

use sqlparser::ast::{self, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, SelectItem, SetExpr, Value};

use super::query;
use crate::alembic::run::Run;
use crate::catalog::Object;
use crate::pg::ident::{Ident, QName};

/// EPSG's numbers of the reference systems that PostGIS brings along. Any other has to be entered before, else the function raises.
const BROUGHT: std::ops::RangeInclusive<i64> = 1024..=32767;

/// An argument that is written out.
#[derive(Clone)]
enum Constant {
    Text(String),
    Number(i64),
}

/// The statements that a query runs, where it calls nothing else, with arguments that are written out; `None` for any other text.
pub(in crate::alembic) fn statements(run: &Run, sql: &str) -> Option<Vec<String>> {
    if !sql.to_ascii_lowercase().contains("geometry") {
        return None;
    }
    let query = query::read(sql)?;
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    if !select.from.is_empty() || select.selection.is_some() || query.with.is_some() {
        return None;
    }
    let call = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(Expr::Function(function))
        | SelectItem::ExprWithAlias { expr: Expr::Function(function), .. } => statement(run, function),
        _ => None,
    };
    select.projection.iter().map(call).collect()
}

fn statement(run: &Run, function: &ast::Function) -> Option<String> {
    let name = crate::pg::expr::qname(&function.name)?;
    let geometry = geometry(run, &name)?;
    let arguments = constants(&function.args)?;
    let text = |at: usize| match arguments.get(at) {
        Some(Constant::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let number = |at: usize| match arguments.get(at) {
        Some(Constant::Number(number)) => Some(*number),
        _ => None,
    };
    let table = |schema: Option<usize>, table: usize| {
        let schema = match schema {
            Some(at) => Some(Ident::new(text(at)?)).filter(|schema| !schema.as_str().is_empty()),
            None => None,
        };
        Some(QName::new(schema, Ident::new(text(table)?)))
    };
    match (name.name.as_str(), arguments.len()) {
        ("addgeometrycolumn", 5 | 6) => {
            let first = arguments.len() - 5;
            let table = table(first.checked_sub(1), first)?;
            let (column, srid) = (Ident::new(text(first + 1)?), number(first + 2)?);
            if srid > 0 && !BROUGHT.contains(&srid) {
                return None;
            }
            let kind = kind(text(first + 3)?, number(first + 4)?)?;
            Some(format!("ALTER TABLE {table} ADD COLUMN {column} {geometry}({kind},{})", srid.max(-1)))
        }
        ("dropgeometrycolumn", 2 | 3) => {
            let first = arguments.len() - 2;
            let table = table(first.checked_sub(1), first)?;
            Some(format!("ALTER TABLE {table} DROP COLUMN {}", Ident::new(text(first + 1)?)))
        }
        _ => None,
    }
}

/// The type as the connection names it, where the function is PostGIS' own.
fn geometry(run: &Run, function: &QName) -> Option<String> {
    let extension = run.catalog.extension(&Ident::new("postgis"))?;
    if run.catalog.presence(extension).is_some() {
        return None;
    }
    let Some(Object::Extension(own)) = run.catalog.get(extension) else { return None };
    let Some(Object::Schema(schema)) = run.catalog.get(own.schema) else { return None };
    let visible = run.session.search_path.contains(&schema.name);
    match &function.schema {
        Some(named) if *named == schema.name => {}
        None if visible => {}
        _ => return None,
    }
    Some(if visible { "geometry".to_string() } else { format!("{}.geometry", schema.name) })
}

/// `postgis_type_name`: the dimension is part of the name.
fn kind(name: &str, dimension: i64) -> Option<String> {
    let name = name.to_ascii_uppercase();
    if !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    match dimension {
        2 if !name.ends_with(['Z', 'M']) => Some(name),
        3 if name.ends_with(['Z', 'M']) => Some(name),
        3 => Some(format!("{name}Z")),
        4 if name.ends_with("ZM") => Some(name),
        4 if !name.ends_with(['Z', 'M']) => Some(format!("{name}ZM")),
        _ => None,
    }
}

fn constants(arguments: &FunctionArguments) -> Option<Vec<Constant>> {
    let FunctionArguments::List(list) = arguments else { return None };
    list.args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => constant(expr),
            _ => None,
        })
        .collect()
}

fn constant(expr: &Expr) -> Option<Constant> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(Constant::Text(text.clone())),
            Value::Number(number, _) => number.to_string().parse().ok().map(Constant::Number),
            _ => None,
        },
        Expr::UnaryOp { op: ast::UnaryOperator::Minus, expr } => match constant(expr)? {
            Constant::Number(number) => Some(Constant::Number(-number)),
            Constant::Text(_) => None,
        },
        _ => None,
    }
}
