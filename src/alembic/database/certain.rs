//! Queries that give a row whatever rows there are.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, GroupByExpr, Query, Select, SelectItem, SetExpr, Statement, visit_expressions};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::pg::system;

/// A `SELECT` of aggregates, or one without tables; an `INSERT` of written rows that gives back what it has written.
///
/// What is not sure gives none.
pub(super) fn gives_a_row(sql: &str) -> bool {
    match Parser::parse_sql(&PostgreSqlDialect {}, sql).as_deref() {
        Ok([Statement::Query(query)]) => of_query(query),
        Ok([Statement::Insert(insert)]) => {
            let written = |source: &Query| matches!(source.body.as_ref(), SetExpr::Values(_));
            insert.on.is_none() && insert.source.as_deref().is_none_or(written)
        }
        _ => false,
    }
}

fn of_query(query: &Query) -> bool {
    let whole = query.limit_clause.is_none() && query.fetch.is_none();
    match query.body.as_ref() {
        SetExpr::Select(select) => of_select(select) && (whole || is_one(query)),
        SetExpr::Values(_) => whole,
        _ => false,
    }
}

fn is_one(query: &Query) -> bool {
    query.fetch.is_none() && query.limit_clause.as_ref().is_some_and(|limit| limit.to_string().trim() == "LIMIT 1")
}

fn of_select(select: &Select) -> bool {
    let grouped = !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty());
    if grouped || select.having.is_some() {
        return false;
    }
    let Some(aggregates) = aggregates(select) else { return false };
    if select.from.is_empty() { select.selection.is_none() || aggregates } else { aggregates }
}

/// Whether what is selected calls an aggregate, which makes one value of all rows, even of none; `None` where something may give a set.
fn aggregates(select: &Select) -> Option<bool> {
    let (mut aggregates, mut nested) = (false, false);
    for item in &select.projection {
        let (SelectItem::UnnamedExpr(value) | SelectItem::ExprWithAlias { expr: value, .. }) = item else { continue };
        let sets = visit_expressions(value, |part| {
            // The aggregate of a subquery makes one value of that one's rows.
            nested |= matches!(part, Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. });
            let Expr::Function(function) = part else { return ControlFlow::Continue(()) };
            let name = function.name.to_string().to_ascii_lowercase();
            let name = name.trim_start_matches("pg_catalog.");
            if function.over.is_some() {
                return ControlFlow::Continue(());
            }
            aggregates |= system::is_aggregate(name);
            if system::gives_one_value(name) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        if sets.is_break() {
            return None;
        }
    }
    Some(aggregates && !nested)
}

#[cfg(test)]
mod tests {
    use super::gives_a_row;

    #[test]
    fn a_row_whatever_rows_there_are() {
        for sql in [
            "SELECT count(*) FROM t WHERE x = 1",
            "SELECT coalesce(max(id), 0) + 1 FROM t",
            "SELECT 1",
            "SELECT EXISTS (SELECT 1 FROM t)",
            "SELECT count(*) FROM t LIMIT 1",
            "INSERT INTO t (x) VALUES (1) RETURNING id",
            "VALUES (1)",
            "SELECT count(*) WHERE false",
            "SELECT now(), current_setting('x')",
        ] {
            assert!(gives_a_row(sql), "{sql}");
        }
        for sql in [
            "SELECT id FROM t",
            "SELECT count(*) FROM t GROUP BY x",
            "SELECT count(*) OVER () FROM t",
            "SELECT unnest(a) FROM t",
            "SELECT jsonb_array_elements_text('[]')",
            "SELECT own()",
            "SELECT (SELECT count(*) FROM u) FROM t",
            "SELECT max(own(id)) FROM t",
            "SELECT 1 WHERE false",
            "SELECT count(*) FROM t HAVING count(*) > 1",
            "SELECT count(*) FROM t LIMIT 0",
            "INSERT INTO t (x) VALUES (1) ON CONFLICT DO NOTHING RETURNING id",
            "INSERT INTO t (x) SELECT 1 FROM u RETURNING id",
            "UPDATE t SET x = 1 RETURNING id",
            "not a statement",
        ] {
            assert!(!gives_a_row(sql), "{sql}");
        }
    }
}
