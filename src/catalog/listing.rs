//! What a catalog shows at its boundary, kept up to date delta by delta.
//!
//! A listing maps handles to identities and attributes. After each statement only what the statement touched is read
//! again, so following a whole history costs the number of its deltas and not revisions times objects.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Attr, Catalog, Delta, ObjectId, Oid};
use crate::pg::error::Reason;

/// An object as it is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Its identity.
    pub id: ObjectId,
    /// Its attributes.
    pub attrs: Vec<(&'static str, Attr)>,
    /// Set where it may not be there, or may be otherwise.
    pub maybe: Option<Reason>,
}

/// One change of what is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The object.
    pub oid: Oid,
    /// Before; `None`: it was not there.
    pub before: Option<Rc<Seen>>,
    /// After; `None`: it is gone.
    pub after: Option<Rc<Seen>>,
    /// Set where it was there before though no revision made it, in a form that is not known.
    pub outside: Option<Reason>,
}

impl Change {
    /// True if the object may be there or be otherwise afterwards: not all of the change is known.
    pub fn is_uncertain(&self) -> bool {
        self.after.as_ref().is_some_and(|after| after.maybe.is_some())
    }
}

/// All objects that a catalog shows.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    by_oid: BTreeMap<Oid, Rc<Seen>>,
}

impl Listing {
    /// The listing of a catalog.
    pub fn of(catalog: &Catalog) -> Listing {
        let by_oid =
            catalog.comparable().map(|(oid, _)| oid).filter_map(|oid| Some((oid, see(catalog, oid)?))).collect();
        Listing { by_oid }
    }

    /// All objects.
    pub fn iter(&self) -> impl Iterator<Item = &Rc<Seen>> {
        self.by_oid.values()
    }

    /// Follows the catalog over `deltas`, which end at its present state.
    pub fn follow(&mut self, catalog: &Catalog, deltas: &[Delta]) -> Vec<Change> {
        let mut touched = BTreeSet::new();
        let mut outside = BTreeMap::new();
        for delta in deltas {
            touched.insert(delta.oid());
            let first = match delta {
                Delta::Add { entry, .. } | Delta::Remove { entry, .. } => entry,
                Delta::Set { from, .. } => from,
            };
            if let Some(reason) = first.object.assumed() {
                outside.entry(delta.oid()).or_insert_with(|| reason.clone());
            }
            if let Delta::Set { oid, from, to } = delta
                && (from.object.name() != to.object.name()
                    || from.object.parent() != to.object.parent()
                    || from.presence != to.presence)
            {
                touched.extend(catalog.named_children(*oid));
            }
        }
        let outside = |oid| outside.get(&oid).cloned();
        touched.into_iter().filter_map(|oid| self.refresh(catalog, oid, outside(oid))).collect()
    }

    /// The handle behind an identity.
    pub fn find(&self, id: &ObjectId) -> Option<Oid> {
        self.by_oid.iter().find(|(_, seen)| seen.id == *id).map(|(oid, _)| *oid)
    }

    /// The same by identity.
    pub fn by_id(&self) -> BTreeMap<ObjectId, Rc<Seen>> {
        self.by_oid.values().map(|seen| (seen.id.clone(), seen.clone())).collect()
    }

    fn refresh(&mut self, catalog: &Catalog, oid: Oid, outside: Option<Reason>) -> Option<Change> {
        let after = if catalog.is_comparable(oid) { see(catalog, oid) } else { None };
        let before = match &after {
            Some(seen) => self.by_oid.insert(oid, seen.clone()),
            None => self.by_oid.remove(&oid),
        };
        (before != after).then_some(Change { oid, before, after, outside })
    }
}

fn see(catalog: &Catalog, oid: Oid) -> Option<Rc<Seen>> {
    Some(Rc::new(Seen { id: catalog.id(oid)?, attrs: catalog.attrs(oid), maybe: catalog.doubt(oid).cloned() }))
}
