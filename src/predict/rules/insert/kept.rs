//! The rows that a run has written out itself, as long as nobody changes them.

use std::collections::{BTreeMap, BTreeSet};

use super::Row;
use crate::catalog::Oid;

/// Rows by their table.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    rows: BTreeMap<Oid, Vec<Row>>,
    /// Tables that hold no other rows.
    whole: BTreeSet<Oid>,
}

/// More rows than this are not compared one by one.
const MANY: usize = 2_000;

impl Kept {
    /// Rows were inserted into a table. `alone`: it held no row before.
    pub fn insert(&mut self, table: Oid, rows: Vec<Row>, alone: bool) {
        let kept = self.rows.entry(table).or_default();
        if alone {
            kept.clear();
            self.whole.insert(table);
        }
        if kept.len() + rows.len() > MANY {
            return self.removed(table);
        }
        kept.extend(rows);
    }

    /// Columns of a table may hold other values.
    pub fn set(&mut self, table: Oid, columns: &[Oid]) {
        for row in self.rows.get_mut(&table).into_iter().flatten() {
            row.retain(|column, _| !columns.contains(column));
        }
    }

    /// The rows of a table may be gone, or others be there.
    pub fn removed(&mut self, table: Oid) {
        self.rows.remove(&table);
        self.whole.remove(&table);
    }

    /// Nothing is known any more.
    pub fn forget(&mut self) {
        *self = Kept::default();
    }

    /// The rows that the run has written into a table.
    pub fn rows(&self, table: Oid) -> &[Row] {
        self.rows.get(&table).map_or(&[], Vec::as_slice)
    }

    /// True if the table holds no other rows.
    pub fn are_all(&self, table: Oid) -> bool {
        self.whole.contains(&table)
    }
}
