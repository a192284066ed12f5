//! What the constraints of tables demand of a statement that changes rows: of an `INSERT` of rows that are written out, of an `UPDATE` of
//! one table, of a `DELETE` of rows that others refer to.
//!
//! What the statement and the run itself do not settle is a question to the database. Tables whose triggers or rules change rows are not
//! looked at.

mod delete;
mod insert;
mod triggers;
mod update;

pub use insert::{Kept, Row, given, written::Written};

use sqlparser::ast;

use super::broken::Broken;
use super::condition::{Asks, Condition};
use super::rows::Rows;
use crate::catalog::object::Constraint;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{DataCommand, DataVerb};
use crate::pg::expr::{Expr, stored};
use crate::pg::ident::{Ident, QName};

/// One demand, and what is known of it.
pub(super) struct Demand {
    /// What must hold, one clause.
    demand: String,
    /// The error where it does not hold.
    sqlstate: Option<&'static str>,
    /// How PostgreSQL says so.
    broken: Broken,
    /// What is known of it.
    verdict: Verdict,
}

/// Whether a demand holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The rows break it.
    Broken,
    /// The query counts what breaks it; it reads these tables.
    Ask(String, Vec<Oid>),
    /// Not known, and no query tells.
    Open,
    /// Not known, as a trigger has a part in it.
    Doubt,
}

/// What a statement demands and what does not hold for certain; an answer stands with what is broken.
pub fn conditions(data: &DataCommand, catalog: &Catalog, session: &Session, rows: &Rows) -> Vec<Condition> {
    let demands = match data.verb {
        DataVerb::Insert => {
            let given = insert::written(data, catalog, session);
            let mut found = given.map(|given| given.demands(catalog, session, rows)).unwrap_or_default();
            found.extend(insert::partition::demand(data, catalog, session));
            Some(found)
        }
        DataVerb::Update => update::demands(data, catalog, session, rows),
        DataVerb::Delete => delete::demands(data, catalog, session, rows),
        DataVerb::Select | DataVerb::Merge | DataVerb::Truncate | DataVerb::Copy | DataVerb::Maintenance => None,
    };
    let found = demands.into_iter().flatten().filter_map(|demand| {
        let is_doubt = demand.verdict == Verdict::Doubt;
        let condition = demand.condition(catalog, rows);
        // Of rows that are there and cannot be asked for, the run may have taken care: it has deleted or filled them before.
        let is_kept = data.verb == DataVerb::Insert || is_doubt || condition.query.is_some();
        is_kept.then_some(condition)
    });
    found.collect()
}

impl Demand {
    fn condition(self, catalog: &Catalog, rows: &Rows) -> Condition {
        let (query, answer) = match self.verdict {
            Verdict::Ask(query, tables) => {
                (Some(query).filter(|query| rows.can_be_asked(query, &tables, catalog)), None)
            }
            Verdict::Broken => (None, Some(1)),
            Verdict::Open | Verdict::Doubt => (None, None),
        };
        Condition { answer, ..Condition::new(Asks::Rows, self.demand, self.sqlstate, self.broken, query) }
    }
}

impl Broken {
    fn not_null(column: &Ident, table: &QName) -> Broken {
        let (column, table) = (column.as_str(), table.name.as_str());
        Broken::Message(format!(
            "null value in column \"{column}\" of relation \"{table}\" violates not-null constraint"
        ))
    }

    fn check(constraint: &Constraint, table: &QName) -> Broken {
        let (constraint, table) = (constraint.name.as_str(), table.name.as_str());
        Broken::Message(format!("new row for relation \"{table}\" violates check constraint \"{constraint}\""))
    }

    fn foreign_key(constraint: &Constraint, table: &QName) -> Broken {
        let (constraint, table) = (constraint.name.as_str(), table.name.as_str());
        Broken::Message(format!(
            "insert or update on table \"{table}\" violates foreign key constraint \"{constraint}\""
        ))
    }
}

/// The constraints of a table that are enforced, but for those that are checked at the end of the transaction or on demand.
fn constraints(catalog: &Catalog, table: Oid) -> impl Iterator<Item = (Oid, &Constraint)> {
    let all = catalog.constraints(table).into_iter();
    all.filter(|(_, constraint)| constraint.enforced && constraint.deferrable.is_none())
}

/// An expression as PostgreSQL reads it.
pub(super) fn text(expr: &ast::Expr) -> String {
    Expr::Parsed(Box::new(expr.clone())).to_string()
}

/// The tables that a statement names, all resolved.
fn tables(data: &DataCommand, catalog: &Catalog, session: &Session) -> Option<Vec<Oid>> {
    data.table.iter().chain(&data.relations).map(|name| catalog.resolve_relation(name, session)).collect()
}

/// The column of a table that an expression is.
fn column_of(expr: &ast::Expr, table: Oid, catalog: &Catalog) -> Option<Oid> {
    let name = match expr {
        ast::Expr::Identifier(name) => name,
        ast::Expr::CompoundIdentifier(names) => names.last()?,
        _ => return None,
    };
    catalog.column(table, &stored(name))
}
