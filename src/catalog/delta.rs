//! What happened: complete and invertible.

use super::{Entry, Oid};

/// A position in a catalog's journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(pub(super) usize);

/// One change of one object. A rename is a `Set` whose `from` and `to` differ in name or schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// It is there now.
    Add {
        /// Its handle.
        oid: Oid,
        /// What was added.
        entry: Entry,
    },
    /// It is gone.
    Remove {
        /// Its handle.
        oid: Oid,
        /// What was removed.
        entry: Entry,
    },
    /// It changed.
    Set {
        /// Its handle.
        oid: Oid,
        /// Before.
        from: Entry,
        /// After.
        to: Entry,
    },
}

/// The changes of one statement, in order.
pub type Deltas = Vec<Delta>;

impl Delta {
    /// The change that takes this one back. Schema only, never data.
    pub fn inverse(self) -> Delta {
        match self {
            Delta::Add { oid, entry } => Delta::Remove { oid, entry },
            Delta::Remove { oid, entry } => Delta::Add { oid, entry },
            Delta::Set { oid, from, to } => Delta::Set { oid, from: to, to: from },
        }
    }

    /// The changed object's handle.
    pub fn oid(&self) -> Oid {
        match self {
            Delta::Add { oid, .. } | Delta::Remove { oid, .. } | Delta::Set { oid, .. } => *oid,
        }
    }
}
