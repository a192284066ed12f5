//! The one door for changes: entries, indices and journal move together.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::object::Schema;
use super::{Catalog, Delta, Deltas, Entry, Mark, Object, Oid, Presence};
use crate::pg::ident::Ident;

impl Catalog {
    /// An empty database: only the schema `public`.
    pub fn new() -> Catalog {
        let mut catalog = Catalog {
            entries: BTreeMap::new(),
            names: BTreeSet::new(),
            referrers: BTreeSet::new(),
            next: 0,
            journal: Vec::new(),
            open_world: false,
            trusting: false,
            trusted: Default::default(),
            missed: Default::default(),
        };
        catalog.add(Object::Schema(Schema { name: Ident::new("public"), owner: None }));
        // The database itself is not a change that anyone made.
        catalog.journal.clear();
        catalog
    }

    /// The present end of the journal.
    pub fn mark(&self) -> Mark {
        Mark(self.journal.len())
    }

    /// What happened since `mark`, oldest first; empty if that was rolled back.
    pub fn deltas_since(&self, mark: Mark) -> &[Delta] {
        self.journal.get(mark.0..).unwrap_or(&[])
    }

    /// Takes everything back that happened since `mark`; gives the changes that did so, in their order.
    ///
    /// ```
    /// use restamp::catalog::Catalog;
    /// let mut catalog = Catalog::new();
    /// let mark = catalog.mark();
    /// let public = catalog.iter().next().map(|(oid, _)| oid).unwrap();
    /// catalog.remove(public);
    /// assert_eq!(catalog.iter().count(), 0);
    /// catalog.rollback_to(mark);
    /// assert_eq!(catalog.iter().count(), 1);
    /// ```
    pub fn rollback_to(&mut self, mark: Mark) -> Deltas {
        let mut undone = Deltas::new();
        while self.journal.len() > mark.0 {
            let Some(delta) = self.journal.pop() else { break };
            let inverse = delta.inverse();
            self.perform(&inverse);
            undone.push(inverse);
        }
        undone
    }

    /// Makes one change and writes it to the journal. All changes come through here.
    ///
    /// # Panics
    /// In debug builds, if the change does not fit the catalog (its `from` is not what is there).
    pub fn apply(&mut self, delta: Delta) {
        self.perform(&delta);
        self.journal.push(delta);
    }

    fn perform(&mut self, delta: &Delta) {
        match delta {
            Delta::Add { oid, entry } => self.insert(*oid, entry.clone()),
            Delta::Remove { oid, .. } => self.take(*oid),
            Delta::Set { oid, from, to } => {
                debug_assert_eq!(self.entries.get(oid), Some(from), "a change must start from what is there");
                self.take(*oid);
                self.insert(*oid, to.clone());
            }
        }
    }

    fn insert(&mut self, oid: Oid, entry: Entry) {
        if let Some((space, parent, name)) = entry.object.address() {
            self.names.insert((space, parent, name, oid));
        }
        for (target, _) in entry.object.references() {
            self.referrers.insert((target, oid));
        }
        self.next = self.next.max(oid.0 + 1);
        self.entries.insert(oid, entry);
    }

    fn take(&mut self, oid: Oid) {
        let Some(entry) = self.entries.remove(&oid) else {
            debug_assert!(false, "only what is there can be removed");
            return;
        };
        if let Some((space, parent, name)) = entry.object.address() {
            self.names.remove(&(space, parent, name, oid));
        }
        for (target, _) in entry.object.references() {
            self.referrers.remove(&(target, oid));
        }
    }

    /// Adds an object that is there.
    pub fn add(&mut self, object: Object) -> Oid {
        self.add_entry(Entry::yes(object))
    }

    /// Adds an object.
    pub fn add_entry(&mut self, entry: Entry) -> Oid {
        let oid = Oid(self.next);
        self.apply(Delta::Add { oid, entry });
        oid
    }

    /// Removes one object, and nothing that hangs on it.
    pub fn remove(&mut self, oid: Oid) {
        if let Some(entry) = self.entries.get(&oid).cloned() {
            self.apply(Delta::Remove { oid, entry });
        }
    }

    /// Replaces an object; nothing happens if it is the same.
    pub fn set(&mut self, oid: Oid, object: Object) {
        if let Some(from) = self.entries.get(&oid).cloned()
            && *from.object != object
        {
            let to = Entry { object: Rc::new(object), presence: from.presence.clone() };
            self.apply(Delta::Set { oid, from, to });
        }
    }

    /// Says whether an object is there.
    pub fn set_presence(&mut self, oid: Oid, presence: Presence) {
        if let Some(from) = self.entries.get(&oid).cloned()
            && from.presence != presence
        {
            let to = Entry { object: from.object.clone(), presence };
            self.apply(Delta::Set { oid, from, to });
        }
    }

    /// Changes a copy of an object and puts it back.
    pub(super) fn update(&mut self, oid: Oid, change: impl FnOnce(&mut Object)) {
        if let Some(entry) = self.entries.get(&oid) {
            let mut object = (*entry.object).clone();
            change(&mut object);
            self.set(oid, object);
        }
    }
}
