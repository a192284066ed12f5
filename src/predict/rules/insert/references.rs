//! The rows are there which inserted rows refer to (23503).

use super::written::Written;
use super::{Given, Row};
use crate::catalog::object::{Column, Constraint, Rule};
use crate::catalog::{Catalog, Oid};
use crate::pg::ident::QName;
use crate::pg::lex::literal;
use crate::predict::broken::Broken;
use crate::predict::rows::Rows;
use crate::predict::rules::{Demand, Verdict, constraints};

/// A foreign key, resolved.
struct Key<'c> {
    columns: &'c [Oid],
    to: Oid,
    referenced: Vec<(Oid, &'c Column)>,
}

pub(super) fn demands(given: &Given, catalog: &Catalog, rows: &Rows, name: &QName) -> Vec<Demand> {
    let demand = |(oid, constraint): (Oid, &Constraint)| {
        let Rule::ForeignKey { columns, table: to, referenced, matching, .. } = &constraint.rule else { return None };
        let named: Option<Vec<_>> = referenced.iter().map(|oid| Some((*oid, catalog.column_of(*oid)?))).collect();
        let key = Key { columns, to: *to, referenced: named? };
        // A row that has a conflict refers to nothing.
        let certain = matching.is_none()
            && given.all_stay()
            && catalog.presence(oid).is_none()
            && key.referenced.len() == columns.len();
        let verdict = match key.verdict(given, catalog, rows)? {
            verdict if certain => verdict,
            _ => Verdict::Open,
        };
        let target = catalog.qname(*to)?;
        Some(Demand {
            demand: format!("{target} holds the rows that those refer to which are inserted into {name}"),
            sqlstate: Some("23503"),
            broken: Broken::foreign_key(constraint, name),
            verdict,
        })
    };
    constraints(catalog, given.table).filter_map(demand).collect()
}

impl Key<'_> {
    /// `None`: all rows that are referred to are there.
    fn verdict(&self, given: &Given, catalog: &Catalog, rows: &Rows) -> Option<Verdict> {
        let kept = rows.inserted();
        let no_others = rows.is_empty(catalog, self.to) || kept.are_all(self.to);
        let mut asked = Vec::new();
        let mut open = false;
        for (at, row) in given.rows.iter().enumerate() {
            let Some(wanted) = self.wanted(row) else { continue };
            // Rows of a list may be inserted one by one.
            let (own, later) = match self.to == given.table {
                true => (&given.rows[..=at], &given.rows[at + 1..]),
                false => (&[][..], &[][..]),
            };
            let holds = |row: &Row| self.holds(row, &wanted, catalog);
            let there = any(kept.rows(self.to).iter().chain(own).map(holds));
            match there {
                Some(true) => {}
                None => open = true,
                Some(false) if later.iter().any(|row| holds(row) != Some(false)) => open = true,
                Some(false) if no_others => return Some(Verdict::Broken),
                Some(false) => asked.push(wanted),
            }
        }
        match (open, asked.is_empty()) {
            (true, _) => Some(Verdict::Open),
            (false, true) => None,
            (false, false) => Some(self.ask(&asked, catalog, rows).unwrap_or(Verdict::Open)),
        }
    }

    /// The key that a row refers with; `None` where a part of it is NULL, or made by the server.
    fn wanted<'r>(&self, row: &'r Row) -> Option<Vec<&'r Written>> {
        let values = self.columns.iter().map(|column| row.get(column).unwrap_or(&Written::Computed));
        let values: Vec<&Written> = values.collect();
        values.iter().all(|value| matches!(value, Written::Text(_) | Written::Cast)).then_some(values)
    }

    /// A row has the key.
    fn holds(&self, row: &Row, wanted: &[&Written], catalog: &Catalog) -> Option<bool> {
        let mut all = Some(true);
        for ((oid, column), wanted) in self.referenced.iter().zip(wanted) {
            match row.get(oid).unwrap_or(&Written::Computed).same(wanted, catalog, column) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }

    /// Counts the keys that no row has.
    fn ask(&self, asked: &[Vec<&Written>], catalog: &Catalog, rows: &Rows) -> Option<Verdict> {
        let name = rows.name(catalog, self.to)?;
        let mut keys: Vec<String> = Vec::new();
        for wanted in asked {
            let parts = self.referenced.iter().zip(wanted).map(|((_, column), value)| match value {
                Written::Text(text) => Some(format!("{} = {}", column.name, literal(text))),
                Written::Null | Written::Cast | Written::Computed => None,
            });
            let parts: Option<Vec<String>> = parts.collect();
            let key = format!("CASE WHEN EXISTS (SELECT FROM {name} WHERE {}) THEN 0 ELSE 1 END", parts?.join(" AND "));
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Some(Verdict::Ask(format!("SELECT {}", keys.join(" + ")), vec![self.to]))
    }
}

/// Whether one of them is true.
fn any(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut found = Some(false);
    for one in all {
        match one {
            Some(true) => return Some(true),
            Some(false) => {}
            None => found = None,
        }
    }
    found
}
