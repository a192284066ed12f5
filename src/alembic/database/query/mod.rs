//! Answers SELECTs on `information_schema` and `pg_catalog` from the model.
//!
//! Not a database: joins, conditions and a handful of functions, in the forms that migrations use to ask what is there.
//! What is outside of them is unknown, and so is every row of a project's own table that is not known to be empty. A row that may not be there makes the
//! answer unknown only where it may pass the conditions.

mod cell;
mod expression;
mod functions;
mod index_text;
mod information;
mod join;
mod order;
mod pg_catalog;
mod relation;
mod sets;
mod system;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeMap;
use std::rc::Rc;

use sqlparser::ast;

pub use cell::Cell;
pub use relation::{Relation, Row};

use crate::catalog::{Catalog, Oid, Session};
use crate::pg::error::{Reason, Refusal};

/// What an evaluation may use.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The database as the connection sees it.
    pub catalog: &'a Catalog,
    /// The connection.
    pub session: &'a Session,
    /// Bound parameters by their placeholder, without the sign.
    pub parameters: &'a BTreeMap<String, Cell>,
    /// `server_version_num`, where the dump's header tells it.
    pub server_version: Option<u32>,
    /// What is known of rows.
    pub rows: &'a dyn KnownRows,
}

/// What is known of the rows of tables.
pub trait KnownRows {
    /// The table is known to hold no row.
    fn is_empty(&self, table: Oid) -> bool;
}

/// Nothing is known of rows.
pub struct AnyRows;

impl KnownRows for AnyRows {
    fn is_empty(&self, _table: Oid) -> bool {
        false
    }
}

/// A SELECT's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Names of the output columns.
    pub columns: Vec<Rc<str>>,
    /// The rows; a value may still be unknown.
    pub rows: Vec<Vec<Cell>>,
}

/// Rows that one evaluation may look at: a cross join of large catalogs ends in an unknown, not in a hang.
const BUDGET: usize = 2_000_000;

/// Evaluates a query.
///
/// # Errors
/// [`Refusal::Postgres`] where PostgreSQL refuses (42703, 42P01), [`Refusal::Unmodelled`] where the rows are not known.
pub fn select(source: Source<'_>, query: &ast::Query) -> Result<Answer, Refusal> {
    let mut evaluation = Evaluation { source, budget: BUDGET, with: Vec::new(), depth: 0 };
    evaluation.check_names(query)?;
    let relation = evaluation.query(query, None)?;
    let mut rows = Vec::with_capacity(relation.rows.len());
    for row in relation.rows {
        if let Some(reason) = row.maybe {
            return Err(reason.into());
        }
        rows.push(row.cells);
    }
    Ok(Answer { columns: relation.columns.into_iter().map(|column| column.name).collect(), rows })
}

/// An answer as it leaves the server: what is a `regclass` has become a text.
pub fn handed_out(source: Source<'_>, mut answer: Answer) -> Answer {
    let evaluation = Evaluation { source, budget: BUDGET, with: Vec::new(), depth: 0 };
    for cell in answer.rows.iter_mut().flatten() {
        if let Cell::Regclass(oid) = cell {
            *cell = evaluation.relation_name(*oid);
        }
    }
    answer
}

/// `SHOW server_version_num`, where the version is known.
pub fn show(sql: &str, server_version: Option<u32>) -> Option<Answer> {
    let mut words = sql.trim_end_matches(';').split_whitespace();
    let shown = words.next()?.eq_ignore_ascii_case("show") && words.next()?.eq_ignore_ascii_case("server_version_num");
    if !shown || words.next().is_some() {
        return None;
    }
    let version = Cell::text(&server_version?.to_string());
    Some(Answer { columns: vec!["server_version_num".into()], rows: vec![vec![version]] })
}

/// Reads one query; `None` for anything else.
pub fn read(sql: &str) -> Option<ast::Query> {
    let parsed = sqlparser::parser::Parser::new(&sqlparser::dialect::PostgreSqlDialect {})
        .with_recursion_limit(100)
        .try_with_sql(&crate::pg::readable::readable(sql))
        .and_then(|mut parser| parser.parse_statements())
        .ok()?;
    match parsed.into_iter().next() {
        Some(ast::Statement::Query(query)) => Some(*query),
        _ => None,
    }
}

/// Whether a query only asks the system's own tables, and calls nothing that could have an effect.
pub fn is_lookup(query: &ast::Query) -> bool {
    system::is_lookup(query)
}

/// One evaluation.
struct Evaluation<'a> {
    source: Source<'a>,
    budget: usize,
    /// Common table expressions in scope.
    with: Vec<(String, Relation)>,
    depth: usize,
}

/// `Unmodelled` for SQL that this evaluator does not read.
fn unsupported(what: impl std::fmt::Display) -> Refusal {
    Reason::new("select", format!("SELECT with {what}")).into()
}
