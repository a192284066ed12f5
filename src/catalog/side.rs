//! Two ways in which the same catalog may go on, and what both agree on.
//!
//! Where it is not known which of two sides of a condition runs, each is executed for real from the same state and taken back
//! ([`Catalog::take_side`]); then both are joined ([`Catalog::join`]): what they have in common is known, the rest is `Maybe`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attr, Catalog, Delta, Deltas, Entry, Mark, ObjectId, Oid, Presence};
use crate::pg::error::Reason;

/// The kind of the reasons for what both sides of a condition have made, each in its own way.
pub(super) const TWO_SIDES: &str = "two-sides";

/// The kind of the reasons for what was in doubt for the same reason before.
const AGAIN: &str = "in-doubt-again";

/// What one side has changed: every object that it touched, as it left it.
#[derive(Clone, Debug, Default)]
pub struct Side {
    touched: BTreeMap<Oid, Option<After>>,
}

/// An object at the end of a side.
#[derive(Clone, Debug)]
struct After {
    entry: Entry,
    /// As the side first assumed it, where it takes it for granted: it was there before the side, too.
    granted: Option<Entry>,
    /// Its names; handles of two sides are not the same.
    id: Option<ObjectId>,
    attrs: Vec<(&'static str, Attr)>,
}

impl After {
    fn same(&self, other: &After) -> bool {
        self.entry == other.entry
            || self.entry.presence == other.entry.presence
                && self.id.is_some()
                && self.id == other.id
                && self.attrs == other.attrs
    }
}

impl Catalog {
    /// Takes back everything since `mark`: what the side had made of it, and the changes that took it back.
    pub fn take_side(&mut self, mark: Mark) -> (Side, Deltas) {
        let touched: BTreeSet<Oid> = self.deltas_since(mark).iter().map(Delta::oid).collect();
        let mut granted = BTreeMap::new();
        for delta in self.deltas_since(mark) {
            if let Delta::Add { oid, entry } = delta
                && entry.object.assumed().is_some()
            {
                granted.entry(*oid).or_insert_with(|| entry.clone());
            }
        }
        let after = |oid: &Oid| {
            let entry = self.entry(*oid)?.clone();
            Some(After { entry, granted: granted.get(oid).cloned(), id: self.id(*oid), attrs: self.attrs(*oid) })
        };
        let touched = touched.iter().map(|oid| (*oid, after(oid))).collect();
        let undone = self.rollback_to(mark);
        (Side { touched }, undone)
    }

    /// Makes everything as a side had left it.
    pub fn put_side(&mut self, side: &Side) {
        for (oid, after) in &side.touched {
            if let Some(granted) = after.as_ref().and_then(|after| after.granted.clone()) {
                self.become_entry(*oid, Some(granted));
            }
            self.become_entry(*oid, after.as_ref().map(|after| after.entry.clone()));
        }
    }

    /// Goes on from both sides: what they agree on is so, everything else may be there, as one of them has it.
    pub fn join(&mut self, a: &Side, b: &Side, reason: &Reason) {
        let maybe = || Presence::Maybe(reason.clone());
        let touched: BTreeSet<Oid> = a.touched.keys().chain(b.touched.keys()).copied().collect();
        let known: Vec<(Oid, Entry)> =
            touched.into_iter().filter_map(|oid| Some((oid, self.entry(oid)?.clone()))).collect();
        let (made_a, made_b) = (a.made(self), b.made(self));
        // Objects that both sides have made, each with a handle of its own: the second side's to the first side's.
        let mut twins = BTreeMap::new();
        for (oid, after) in made_a {
            let twin = made_b.iter().find(|(_, other)| after.id.is_some() && other.id == after.id);
            twins.extend(twin.map(|(twin, _)| (*twin, oid)));
            let presence = match twin {
                Some((_, twin)) if twin.same(after) => after.entry.presence.clone(),
                Some(_) => Presence::Maybe(Reason { kind: TWO_SIDES, ..reason.clone() }),
                None => maybe(),
            };
            self.join_new(oid, after, presence);
        }
        for (oid, after) in made_b {
            if twins.contains_key(&oid) {
                continue;
            }
            let hangs_on: Vec<Oid> =
                after.entry.object.references().iter().filter_map(|(target, _)| twins.get(target)).copied().collect();
            if hangs_on.is_empty() {
                self.join_new(oid, after, maybe());
            }
            // What only one side has of it is not told; but that it may be otherwise is.
            for twin in hangs_on {
                self.set_presence(twin, maybe());
            }
        }
        for (oid, before) in known {
            let unchanged = |after: &Option<After>| after.as_ref().is_some_and(|after| after.entry == before);
            match (a.touched.get(&oid), b.touched.get(&oid)) {
                (Some(None), Some(None)) => self.become_entry(oid, None),
                (Some(Some(a)), Some(Some(b))) if a.same(b) => self.become_entry(oid, Some(a.entry.clone())),
                (Some(after), None) | (None, Some(after)) if unchanged(after) => {}
                _ => self.put_in_doubt(oid, reason),
            }
        }
    }

    /// It may be there, or be otherwise. What was made on the very same condition is in doubt for two reasons then: that it was made
    /// does not tell what became of it.
    pub(super) fn put_in_doubt(&mut self, oid: Oid, reason: &Reason) {
        let again = self.presence(oid) == Some(reason);
        let kind = if again { AGAIN } else { reason.kind };
        self.set_presence(oid, Presence::Maybe(Reason { kind, ..reason.clone() }));
    }

    /// Adds an object, unless one of its name is there: then that one may be there or be otherwise.
    fn join_new(&mut self, oid: Oid, after: &After, presence: Presence) {
        let entry = Entry { presence, ..after.entry.clone() };
        let same_name = entry.object.address().and_then(|(space, parent, name)| self.named(space, parent, &name));
        match same_name {
            Some(there) => {
                if let Presence::Maybe(_) = entry.presence {
                    self.set_presence(there, entry.presence);
                }
            }
            None => {
                self.become_entry(oid, after.granted.clone());
                self.become_entry(oid, Some(entry));
            }
        }
    }

    fn become_entry(&mut self, oid: Oid, after: Option<Entry>) {
        match (self.entry(oid).cloned(), after) {
            (None, None) => {}
            (None, Some(entry)) => self.apply(Delta::Add { oid, entry }),
            (Some(entry), None) => self.apply(Delta::Remove { oid, entry }),
            (Some(from), Some(to)) if from == to => {}
            (Some(from), Some(to)) => self.apply(Delta::Set { oid, from, to }),
        }
    }
}

impl Side {
    /// The objects that this side has made, and that the state before it has not.
    fn made(&self, base: &Catalog) -> Vec<(Oid, &After)> {
        let new = self.touched.iter().filter(|(oid, _)| base.entry(**oid).is_none());
        new.filter_map(|(oid, after)| Some((*oid, after.as_ref()?))).collect()
    }
}
