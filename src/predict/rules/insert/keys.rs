//! No row has the same key (23505).

use super::written::Written;
use super::{Conflict, Given, Row};
use crate::catalog::object::{Column, Index, KeyRef, Object};
use crate::catalog::{Catalog, Oid};
use crate::pg::ident::QName;
use crate::pg::lex::literal;
use crate::predict::broken::Broken;
use crate::predict::rows::Rows;
use crate::predict::rules::{Demand, Verdict};

pub(super) fn demands(given: &Given, catalog: &Catalog, rows: &Rows, name: &QName) -> Vec<Demand> {
    if given.conflict == Conflict::Any {
        return Vec::new();
    }
    let indexes = catalog.indexes(given.table).into_iter().filter(|(_, index)| index.unique);
    let demand = |(oid, index): (Oid, &Index)| {
        let verdict = verdict(given, catalog, rows, oid, index)?;
        let message = format!("duplicate key value violates unique constraint \"{}\"", index.name.as_str());
        Some(Demand {
            demand: format!("no row of {name} has a key in {} that is inserted", index.name),
            sqlstate: Some("23505"),
            broken: Broken::Message(message),
            verdict,
        })
    };
    indexes.filter_map(demand).collect()
}

/// `None`: no row has the same key.
fn verdict(given: &Given, catalog: &Catalog, rows: &Rows, oid: Oid, index: &Index) -> Option<Verdict> {
    let columns: Option<Vec<(Oid, &Column)>> = index
        .keys
        .iter()
        .map(|key| match key.target {
            KeyRef::Column(column) => Some((column, catalog.column_of(column)?)),
            KeyRef::Expr(..) => None,
        })
        .collect();
    let is_empty = rows.is_empty(catalog, given.table);
    // One row has the same key as no other.
    if is_empty && given.rows.len() == 1 {
        return None;
    }
    let Some(columns) = columns else { return Some(Verdict::Open) };
    if given.conflict.takes_care_of(index, &columns) {
        return None;
    }
    let demanding: Vec<&Row> = given.rows.iter().filter(|row| is_wanted(row, &columns, index)).collect();
    if demanding.is_empty() {
        return None;
    }
    let constraint = index.constraint.and_then(|oid| catalog.get(oid));
    let is_deferrable = matches!(constraint, Some(Object::Constraint(own)) if own.deferrable.is_some());
    // A row that has a conflict with another key is not there to have one with this.
    let certain = index.predicate.is_none() && !is_deferrable && given.all_stay() && catalog.presence(oid).is_none();
    let open = |verdict: Verdict| if certain { verdict } else { Verdict::Open };
    let kept = rows.inserted();
    let before = kept.rows(given.table);
    let mut unclear = false;
    for (at, row) in demanding.iter().enumerate() {
        for other in before.iter().chain(demanding[..at].iter().copied()) {
            match same(row, other, &columns, catalog) {
                Some(true) => return Some(open(Verdict::Broken)),
                Some(false) => {}
                None => unclear = true,
            }
        }
    }
    match (unclear, is_empty || kept.are_all(given.table)) {
        (false, true) => None,
        (true, true) => Some(Verdict::Open),
        (_, false) => Some(open(ask(given.table, catalog, rows, &columns, &demanding).unwrap_or(Verdict::Open))),
    }
}

impl Conflict {
    fn takes_care_of(&self, index: &Index, columns: &[(Oid, &Column)]) -> bool {
        match self {
            Conflict::Fails => false,
            Conflict::Any => true,
            Conflict::On(names) => {
                let of_columns = || {
                    names.len() == columns.len()
                        && columns.iter().all(|(_, column)| names.iter().any(|name| name == column.name.as_str()))
                };
                names.as_slice() == [index.name.as_str()] || of_columns()
            }
        }
    }
}

/// A row has a key that another may have: no part is NULL, and none is made by the server.
fn is_wanted(row: &Row, columns: &[(Oid, &Column)], index: &Index) -> bool {
    columns.iter().all(|(column, _)| match row.get(column) {
        None | Some(Written::Computed) => false,
        Some(Written::Null) => index.nulls_not_distinct,
        Some(Written::Text(_) | Written::Cast) => true,
    })
}

fn same(row: &Row, other: &Row, columns: &[(Oid, &Column)], catalog: &Catalog) -> Option<bool> {
    let mut all = Some(true);
    for (oid, column) in columns {
        let (Some(one), Some(other)) = (row.get(oid), other.get(oid)) else {
            all = None;
            continue;
        };
        let nulls = (one, other) == (&Written::Null, &Written::Null);
        match if nulls { Some(true) } else { one.same(other, catalog, column) } {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    all
}

/// Counts the rows that have one of the keys.
fn ask(table: Oid, catalog: &Catalog, rows: &Rows, columns: &[(Oid, &Column)], given: &[&Row]) -> Option<Verdict> {
    let name = rows.name(catalog, table)?;
    let key = |row: &Row| {
        let part = |(oid, column): &(Oid, &Column)| match row.get(oid)? {
            Written::Text(text) => Some(format!("{} = {}", column.name, literal(text))),
            Written::Null => Some(format!("{} IS NULL", column.name)),
            Written::Cast | Written::Computed => None,
        };
        let parts: Option<Vec<String>> = columns.iter().map(part).collect();
        Some(format!("({})", parts?.join(" AND ")))
    };
    let keys: Option<Vec<String>> = given.iter().map(|row| key(row)).collect();
    Some(Verdict::Ask(format!("SELECT count(*) FROM {name} WHERE {}", keys?.join(" OR ")), vec![table]))
}
