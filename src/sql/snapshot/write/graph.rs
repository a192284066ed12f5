//! What must be there before what: `pg_depend`, under the keys of the entries.

use std::collections::{BTreeMap, BTreeSet};

use super::super::row::{self, Row};
use super::entry::Entry;

/// A class and an `oid` of it, as `pg_depend` names an object.
pub type Key = (u32, u32);

/// The `oid`s of the catalogs, which no version changes (`catalog/pg_class.h` and its like).
pub const CLASS: u32 = 1259;
pub const TYPE: u32 = 1247;
pub const ROUTINE: u32 = 1255;
pub const CONSTRAINT: u32 = 2606;
pub const DEFAULT: u32 = 2604;
pub const RULE: u32 = 2618;
pub const TRIGGER: u32 = 2620;
pub const SCHEMA: u32 = 2615;
pub const EXTENSION: u32 = 3079;
pub const POLICY: u32 = 3256;
pub const STATISTICS: u32 = 3381;
/// Entries that are no objects: what attaches a partition, who owns a sequence.
pub const STEP: u32 = 0;

/// The dependencies between what the entries make.
#[derive(Default)]
pub struct Graph {
    /// What stands for what: a row type for its table, a rule for its view.
    same: BTreeMap<Key, Key>,
    edges: BTreeMap<Key, BTreeSet<Key>>,
}

impl Graph {
    pub fn of(snapshot: Row<'_>) -> Graph {
        let mut graph = Graph::default();
        for ty in snapshot.rows("types") {
            let key = (TYPE, ty.oid("oid"));
            graph.is(TYPE, ty.oid("array"), key);
            graph.is(CLASS, ty.oid("relation"), key);
            if let Some(range) = ty.row("range") {
                graph.is(TYPE, range.oid("multirange_oid"), key);
            }
            for constraint in ty.rows("constraints") {
                graph.is(CONSTRAINT, constraint.oid("oid"), key);
            }
        }
        for relation in snapshot.rows("relations") {
            let key = (CLASS, relation.oid("oid"));
            graph.is(TYPE, relation.oid("type"), key);
            graph.is(TYPE, relation.oid("array"), key);
            graph.is(RULE, relation.oid("rule"), key);
            for parent in relation.list("parents").unwrap_or_default().iter().filter_map(row::number) {
                graph.edge(key, (CLASS, parent as u32));
            }
            if let Some(owner) = relation.row("owned_by") {
                graph.edge(key, (CLASS, owner.oid("relation")));
            }
        }
        for constraint in snapshot.rows("constraints") {
            let key = (CONSTRAINT, constraint.oid("oid"));
            let table = (CLASS, constraint.oid("relation"));
            match constraint.text("type") {
                "n" => graph.is(CONSTRAINT, key.1, table),
                kind => {
                    graph.edge(key, table);
                    if matches!(kind, "p" | "u" | "x") {
                        graph.is(CLASS, constraint.oid("index"), key);
                    }
                }
            }
        }
        for pair in snapshot.list("depends").unwrap_or_default() {
            let at = |index: usize| pair.get(index).and_then(row::number).unwrap_or(0) as u32;
            graph.edge((at(0), at(1)), (at(2), at(3)));
        }
        graph
    }

    fn is(&mut self, class: u32, oid: u32, key: Key) {
        if oid != 0 {
            self.same.insert((class, oid), key);
        }
    }

    fn edge(&mut self, from: Key, to: Key) {
        let (from, to) = (self.key(from), self.key(to));
        if from != to {
            self.edges.entry(from).or_default().insert(to);
        }
    }

    /// The key of the entry that makes it.
    pub fn key(&self, key: Key) -> Key {
        self.same.get(&key).copied().unwrap_or(key)
    }

    fn next(&self, key: Key) -> impl Iterator<Item = Key> + '_ {
        self.edges.get(&key).into_iter().flatten().map(|to| self.key(*to))
    }

    /// What a default or a constraint of a table needs beside the table.
    pub fn needs(&self, part: Key, table: Key) -> Vec<Key> {
        self.next(part).filter(|to| *to != table).collect()
    }

    /// A part of a table cannot be made with the table, because something that it needs comes behind the table
    /// (`repairTableAttrDefLoop`).
    pub fn is_loop(&self, part: Key, table: Key) -> bool {
        let mut seen = BTreeSet::new();
        let mut todo = self.needs(part, table);
        while let Some(key) = todo.pop() {
            if key == table {
                return true;
            }
            if seen.insert(key) {
                todo.extend(self.next(key));
            }
        }
        false
    }

    /// The entries in an order in which psql can run them: as they are, but each behind what it depends on.
    pub fn in_order(&self, entries: Vec<Entry>) -> Vec<Entry> {
        let places: BTreeMap<Key, usize> =
            entries.iter().enumerate().map(|(place, entry)| (entry.key, place)).collect();
        let before = |place: usize| -> Vec<usize> {
            let entry: &Entry = &entries[place];
            let own = entry.after.iter().map(|key| self.key(*key)).chain(self.next(entry.key));
            let mut before: Vec<usize> = own.filter_map(|key| places.get(&key).copied()).collect();
            before.sort_unstable();
            before.dedup();
            before
        };
        let mut order = Vec::with_capacity(entries.len());
        let mut begun = vec![false; entries.len()];
        // A circle, which the server has none of, would be cut where it closes.
        for start in 0..entries.len() {
            let mut stack = Vec::new();
            if !std::mem::replace(&mut begun[start], true) {
                stack.push((start, before(start).into_iter()));
            }
            while let Some((place, rest)) = stack.last_mut() {
                match rest.next() {
                    Some(next) if !begun[next] => {
                        begun[next] = true;
                        stack.push((next, before(next).into_iter()));
                    }
                    Some(_) => {}
                    None => {
                        order.push(*place);
                        stack.pop();
                    }
                }
            }
        }
        let mut entries: Vec<Option<Entry>> = entries.into_iter().map(Some).collect();
        order.into_iter().filter_map(|place| entries[place].take()).collect()
    }
}
