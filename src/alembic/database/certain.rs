//! Queries that give a row whatever rows there are.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, GroupByExpr, Query, Select, SelectItem, SetExpr, Statement, visit_expressions};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// Functions of PostgreSQL that make one value of all rows (`pg_aggregate`); without `GROUP BY` there is one even of none.
const AGGREGATES: &[&str] = &[
    "array_agg",
    "avg",
    "bit_and",
    "bit_or",
    "bool_and",
    "bool_or",
    "count",
    "every",
    "json_agg",
    "json_object_agg",
    "jsonb_agg",
    "jsonb_object_agg",
    "max",
    "min",
    "string_agg",
    "sum",
];

/// Functions that may give no row, or many.
const OF_SETS: &[&str] = &[
    "generate_series",
    "unnest",
    "regexp_matches",
    "regexp_split_to_table",
    "json_array_elements",
    "jsonb_array_elements",
];

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
    if select.from.is_empty() {
        return select.selection.is_none() && !calls(select, OF_SETS);
    }
    calls(select, AGGREGATES) && !calls(select, OF_SETS)
}

/// One of the functions is called in what is selected, and not as a window function.
fn calls(select: &Select, names: &[&str]) -> bool {
    let expressions = select.projection.iter().filter_map(|item| match item {
        SelectItem::UnnamedExpr(value) | SelectItem::ExprWithAlias { expr: value, .. } => Some(value),
        _ => None,
    });
    let mut found = false;
    for value in expressions {
        let _: ControlFlow<()> = visit_expressions(value, |part| {
            if let Expr::Function(function) = part {
                let name = function.name.to_string().to_ascii_lowercase();
                found |= function.over.is_none() && names.contains(&name.trim_start_matches("pg_catalog."));
            }
            ControlFlow::Continue(())
        });
    }
    found
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
        ] {
            assert!(gives_a_row(sql), "{sql}");
        }
        for sql in [
            "SELECT id FROM t",
            "SELECT count(*) FROM t GROUP BY x",
            "SELECT count(*) OVER () FROM t",
            "SELECT unnest(a) FROM t",
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
