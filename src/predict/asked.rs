//! The database as it can be asked now, before anything runs, and what it has answered.
//!
//! A question is settled by an answer only where the rows that it reads are still the same when the statement comes: neither the run nor
//! a fix before it has changed them, and every name means what it means now.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::answers::{Answers, key};
use super::facts::Change;
use crate::catalog::{Catalog, Oid};
use crate::pg::ident::QName;

/// Whom `check.sql` asks.
#[derive(Debug)]
pub struct Asked {
    database: Catalog,
    answers: Rc<Answers>,
}

impl Asked {
    /// A database with what it has answered; nothing, where nobody has asked.
    pub fn new(database: Catalog, answers: Rc<Answers>) -> Asked {
        Asked { database, answers }
    }

    /// The table's name in the database, with its schema; `None` where it has no such table.
    pub fn name(&self, table: Oid) -> Option<QName> {
        self.database.qname(table)
    }

    /// The answer to a query.
    pub fn answer(&self, query: &str) -> Option<u64> {
        self.answers.count(&key(query))
    }

    /// Tables that were counted and hold no row, with those whose rows are found in them, too.
    pub fn empty(&self) -> BTreeMap<QName, u64> {
        let tables = self.database.tables().map(|(oid, _)| oid);
        let empty = tables.filter(|oid| {
            let name = self.name(*oid);
            name.is_some_and(|name| self.answer(&count(&name)) == Some(0))
        });
        let all: BTreeSet<Oid> = empty.flat_map(|oid| self.database.descendants(oid)).collect();
        all.into_iter().filter_map(|oid| Some((self.name(oid)?, 0))).collect()
    }

    /// True if a query that reads these tables gives now what it would give in `catalog`, a later state of the database.
    pub fn holds(&self, query: &str, tables: &[Oid], catalog: &Catalog, touched: &Touched) -> bool {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let words: BTreeSet<&str> = query.split(|c| !is_word(c)).collect();
        let mentions = |name: &str| words.contains(name) || !name.chars().all(is_word);
        // What is done to a table is done to its partitions and heirs, too.
        let above = |table: Oid| {
            catalog.tables().map(|(oid, _)| oid).filter(move |oid| catalog.descendants(*oid).contains(&table))
        };
        tables.iter().all(|&table| {
            let heirs = catalog.descendants(table);
            let same = |a: &[Oid], b: &[Oid]| a.iter().collect::<BTreeSet<_>>() == b.iter().collect::<BTreeSet<_>>();
            same(&heirs, &self.database.descendants(table))
                && self.name(table).is_some_and(|name| catalog.qname(table) == Some(name))
                && heirs.iter().all(|heir| !touched.has_rows_of(*heir))
                && above(table).filter(|oid| *oid != table).all(|oid| !touched.is_in(oid, catalog))
                && heirs.iter().flat_map(|heir| catalog.columns(*heir)).all(|(oid, column)| {
                    let as_now = self.database.column_of(oid).is_some_and(|now| now.name == column.name);
                    !mentions(column.name.as_str()) || as_now && !touched.has_values_of(oid)
                })
        })
    }
}

/// Counts the rows of a table.
pub fn count(table: &QName) -> String {
    format!("SELECT count(*) FROM {table}")
}

/// What a run has done to rows that were there before it.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    everything: bool,
    tables: BTreeSet<Oid>,
    columns: BTreeSet<Oid>,
}

impl Touched {
    /// Any rows may be changed.
    pub fn forget(&mut self) {
        self.everything = true;
    }

    /// Rows of a table were changed.
    pub fn changed(&mut self, table: Oid, change: &Change) {
        match change {
            Change::Added | Change::Removed => {
                self.tables.insert(table);
            }
            Change::Set(columns) => self.columns.extend(columns),
        }
    }

    fn has_rows_of(&self, table: Oid) -> bool {
        self.everything || self.tables.contains(&table)
    }

    /// Anything in a table.
    fn is_in(&self, table: Oid, catalog: &Catalog) -> bool {
        self.has_rows_of(table) || catalog.columns(table).iter().any(|(column, _)| self.columns.contains(column))
    }

    fn has_values_of(&self, column: Oid) -> bool {
        self.everything || self.columns.contains(&column)
    }
}
