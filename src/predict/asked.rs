//! The database as it can be asked now, before anything runs, and what it has answered.
//!
//! A question is settled by an answer only where the rows that it reads are still the same when the statement comes: neither the run nor
//! a fix before it has changed them, and every name means what it means now.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::answers::{Answers, key};
use super::facts::Change;
use crate::catalog::{Catalog, Object, Oid};
use crate::pg::ident::{Ident, QName};

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
        let all: BTreeSet<Oid> = empty.flat_map(|oid| parts(&self.database, oid)).collect();
        all.into_iter().filter_map(|oid| Some((self.name(oid)?, 0))).collect()
    }

    /// True if a query that reads these tables gives now what it would give in `catalog`, a later state of the database.
    pub fn holds(&self, query: &str, tables: &[Oid], catalog: &Catalog, touched: &Touched) -> bool {
        // What a function of the database reads, and whether it is still the same, is not looked at.
        let calls = catalog.iter().any(|(_, entry)| match &*entry.object {
            Object::Routine(routine) => mentions(query, &routine.name),
            _ => false,
        });
        !calls
            && tables.iter().all(|&table| {
                let parts = parts(catalog, table);
                parts == self::parts(&self.database, table)
                    && !is_inherited(catalog, table)
                    && self.name(table).is_some()
                    // Its table may have another name by then, which an expression uses.
                    && catalog.qname(table).is_some_and(|now| self.name(table).as_ref() == Some(&now) || !mentions(query, &now.name))
                    && parts.iter().all(|part| !touched.has_rows_of(*part))
                    // What is done to a table is done to its partitions and heirs, too.
                    && above(catalog, table).into_iter().all(|oid| !touched.is_in(oid, catalog))
                    && parts.iter().flat_map(|part| catalog.columns(*part)).all(|(oid, column)| {
                        let as_now = self.database.column_of(oid).is_some_and(|now| now.name == column.name);
                        !mentions(query, &column.name) || as_now && !touched.has_values_of(oid)
                    })
            })
    }
}

/// True if a query may use a name; what is no plain word may be hidden in its text.
pub(super) fn mentions(query: &str, name: &Ident) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let name = name.as_str();
    !name.chars().all(is_word) || query.split(|c| !is_word(c)).any(|word| word == name || word.to_lowercase() == name)
}

/// A query finds the rows of heirs, too, which keys of the table do not concern.
fn is_inherited(catalog: &Catalog, table: Oid) -> bool {
    let heirs = catalog.descendants(table);
    heirs.into_iter().filter_map(|heir| catalog.table(heir)).any(|heir| heir.inherits.contains(&table))
}

/// A table with its partitions and heirs, and theirs.
pub(super) fn parts(catalog: &Catalog, table: Oid) -> BTreeSet<Oid> {
    closure(table, |table| catalog.descendants(table))
}

/// The tables whose partition or heir it is, directly or by way of others.
pub(super) fn above(catalog: &Catalog, table: Oid) -> BTreeSet<Oid> {
    let mut all = closure(table, |table| {
        let Some(table) = catalog.table(table) else { return Vec::new() };
        table.partition_of.iter().map(|(parent, _)| *parent).chain(table.inherits.iter().copied()).collect()
    });
    all.remove(&table);
    all
}

fn closure(start: Oid, next: impl Fn(Oid) -> Vec<Oid>) -> BTreeSet<Oid> {
    let (mut all, mut open) = (BTreeSet::from([start]), vec![start]);
    while let Some(one) = open.pop() {
        open.extend(next(one).into_iter().filter(|more| all.insert(*more)));
    }
    all
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

    pub(super) fn has_rows_of(&self, table: Oid) -> bool {
        self.everything || self.tables.contains(&table)
    }

    /// Columns whose values may be others.
    pub(super) fn columns(&self) -> &BTreeSet<Oid> {
        &self.columns
    }

    /// Anything in a table.
    fn is_in(&self, table: Oid, catalog: &Catalog) -> bool {
        self.has_rows_of(table) || catalog.columns(table).iter().any(|(column, _)| self.columns.contains(column))
    }

    fn has_values_of(&self, column: Oid) -> bool {
        self.everything || self.columns.contains(&column)
    }
}
