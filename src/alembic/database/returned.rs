//! What is known of the rows that an `INSERT … RETURNING` gives: how many there are.

use std::rc::Rc;

use sqlparser::ast;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::query::{Answer, Cell};
use crate::alembic::run::Run;
use crate::catalog::{Object, Oid};
use crate::pg::command::DataCommand;
use crate::pg::error::Reason;

/// The rows that an `INSERT` of written rows returns, with values that are not known; `None` where their number is not known.
pub(super) fn rows(run: &Run, command: &DataCommand, sql: &str) -> Option<Answer> {
    let table = run.catalog.resolve_relation(command.table.as_ref()?, &run.session)?;
    match run.catalog.get(table) {
        Some(Object::Table(own)) if own.open.is_none() && run.catalog.presence(table).is_none() => {}
        _ => return None,
    }
    // A trigger may skip a row.
    if run.catalog.fires(table) {
        return None;
    }
    let statements = Parser::parse_sql(&PostgreSqlDialect {}, sql).ok()?;
    let [ast::Statement::Insert(insert)] = statements.as_slice() else { return None };
    if insert.on.is_some() {
        return None;
    }
    let count = match &insert.source {
        None => 1,
        Some(source) => match source.body.as_ref() {
            ast::SetExpr::Values(values) if source.with.is_none() && source.limit_clause.is_none() => values.rows.len(),
            _ => return None,
        },
    };
    let mut columns = Vec::new();
    for item in insert.returning.as_ref()? {
        match item {
            ast::SelectItem::ExprWithAlias { alias, .. } => columns.push(name(alias)),
            ast::SelectItem::UnnamedExpr(ast::Expr::Identifier(column)) => columns.push(name(column)),
            ast::SelectItem::UnnamedExpr(ast::Expr::CompoundIdentifier(parts)) => columns.push(name(parts.last()?)),
            ast::SelectItem::Wildcard(_) => columns.extend(all(run, table)?),
            _ => return None,
        }
    }
    let value = Cell::Unknown(Reason::new("row-data", "a value of an inserted row"));
    Some(Answer { rows: vec![vec![value; columns.len()]; count], columns })
}

fn name(ident: &ast::Ident) -> Rc<str> {
    match ident.quote_style {
        Some(_) => ident.value.as_str().into(),
        None => ident.value.to_ascii_lowercase().into(),
    }
}

fn all(run: &Run, table: Oid) -> Option<Vec<Rc<str>>> {
    let certain = |oid: Oid| run.catalog.presence(oid).is_none();
    let columns = run.catalog.columns(table);
    columns.into_iter().map(|(oid, column)| certain(oid).then(|| column.name.as_str().into())).collect()
}
