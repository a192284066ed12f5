//! No row refers to what a `DELETE` takes away (23503).

use sqlparser::ast;

use super::triggers;
use super::{Demand, Verdict, constraints, tables, text};
use crate::catalog::object::{Constraint, Rule};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::DataCommand;
use crate::pg::ident::Ident;
use crate::predict::broken::Broken;
use crate::predict::rows::{Rows, statement};

/// `None`: nothing is demanded, or the statement is none that is looked at.
pub(super) fn demands(data: &DataCommand, catalog: &Catalog, session: &Session, rows: &Rows) -> Option<Vec<Demand>> {
    let table = catalog.resolve_relation(data.table.as_ref()?, session)?;
    if rows.is_empty(catalog, table) {
        return None;
    }
    let read = tables(data, catalog, session)?;
    let condition = selection(data)?;
    let keys = catalog.tables().flat_map(|(from, _)| constraints(catalog, from).map(move |key| (from, key)));
    let certain = keys.filter(|(_, (oid, _))| catalog.presence(*oid).is_none());
    let demands = certain.filter_map(|(from, (_, constraint))| {
        demand(catalog, rows, table, from, constraint, condition.as_ref(), &read)
    });
    let mut demands: Vec<Demand> = demands.collect();
    let fired = triggers::fired(catalog, table, "DELETE", None);
    fired.doubt(&mut demands);
    demands.extend(fired.demands);
    Some(demands)
}

/// The condition of a `DELETE` of one table under its own name.
fn selection(data: &DataCommand) -> Option<Option<ast::Expr>> {
    let ast::Statement::Delete(delete) = statement(&data.text)? else { return None };
    let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &delete.from;
    let [only] = from.as_slice() else { return None };
    let plain = matches!(&only.relation, ast::TableFactor::Table { alias: None, .. }) && only.joins.is_empty();
    (plain && delete.using.is_none() && delete.limit.is_none()).then_some(delete.selection)
}

fn demand(
    catalog: &Catalog,
    rows: &Rows,
    table: Oid,
    from: Oid,
    constraint: &Constraint,
    condition: Option<&ast::Expr>,
    read: &[Oid],
) -> Option<Demand> {
    let Rule::ForeignKey { columns, table: to, referenced, on_delete, .. } = &constraint.rule else { return None };
    let action = on_delete.as_deref().unwrap_or("NO ACTION").to_uppercase();
    let stops = matches!(action.as_str(), "NO ACTION" | "RESTRICT");
    if *to != table || !stops || rows.is_empty(catalog, from) {
        return None;
    }
    let (name, target) = (catalog.qname(from)?, catalog.qname(table)?);
    let (own, theirs) = (names(catalog, columns)?, names(catalog, referenced)?);
    let (asked, asked_target) = (rows.name(catalog, from)?, rows.name(catalog, table)?);
    let (own, theirs) = (list(&own), list(&theirs));
    let query = match condition {
        // All rows go, those that refer to each other among them.
        None if from == table => return None,
        None => format!("SELECT count(*) FROM {asked} WHERE ({own}) IN (SELECT {theirs} FROM {asked_target})"),
        Some(condition) => {
            let condition = text(condition);
            let rest = if from == table { format!(" AND ({condition}) IS NOT TRUE") } else { String::new() };
            format!(
                "SELECT count(*) FROM {asked} WHERE ({own}) IN (SELECT {theirs} FROM {asked_target} WHERE {condition}){rest}"
            )
        }
    };
    let message = format!(
        "update or delete on table \"{}\" violates foreign key constraint \"{}\" on table \"{}\"",
        target.name.as_str(),
        constraint.name.as_str(),
        name.name.as_str()
    );
    // PostgreSQL 18 gives RESTRICT words and an SQLSTATE of its own (23001).
    let (sqlstate, broken) = match action.as_str() {
        "RESTRICT" => (None, Broken::Unknown),
        _ => (Some("23503"), Broken::Message(message)),
    };
    let mut tables = read.to_vec();
    tables.extend([from, table]);
    Some(Demand {
        demand: format!("no row of {name} refers to one that is deleted from {target}"),
        sqlstate,
        broken,
        verdict: Verdict::Ask(query, tables),
    })
}

fn names(catalog: &Catalog, columns: &[Oid]) -> Option<Vec<Ident>> {
    columns.iter().map(|column| Some(catalog.column_of(*column)?.name.clone())).collect()
}

fn list(columns: &[Ident]) -> String {
    columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
