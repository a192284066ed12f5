//! Floor 2: PostgreSQL's memory. A small model of `pg_catalog` that commands change, with an undo journal.
//!
//! Every change is one [`Delta`] through one door ([`Catalog::apply`]), which keeps the indices over the objects in step and
//! writes the journal. `store` holds that door, `lookup` answers questions, `execute` changes, `attrs` says what is compared.

pub mod attrs;
pub mod delta;
mod execute;
mod extensions;
pub mod listing;
mod lookup;
pub mod missed;
mod names;
mod naming;
pub mod object;
mod query;
mod references;
pub mod session;
mod side;
mod store;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub use attrs::{Attr, ObjectId};
pub use delta::{Delta, Deltas, Mark};
pub use object::{Object, Presence};
pub use references::Depend;
pub use session::Session;
pub use side::Side;

use crate::pg::ident::Ident;
use references::Space;

/// The kind of the reasons for what is only assumed to be there (see [`Catalog::open_world`]).
pub(crate) const OPEN_WORLD: &str = "open-world";

/// A handle that survives renames. Never compared between two catalogs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Oid(pub u32);

/// An object and whether it is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The object.
    pub object: Rc<Object>,
    /// `Yes`, or `Maybe` with the reason.
    pub presence: Presence,
}

impl Entry {
    /// An object that is there.
    pub fn yes(object: Object) -> Entry {
        Entry { object: Rc::new(object), presence: Presence::Yes }
    }
}

/// The model of one database.
///
/// A clone copies the indices and shares the objects: some hundred microseconds for a schema of thousand tables.
#[derive(Clone, Debug)]
pub struct Catalog {
    entries: BTreeMap<Oid, Entry>,
    /// Objects by name space, parent and name (`pg_class_relname_nsp_index` and its kin).
    names: BTreeSet<(Space, Oid, Ident, Oid)>,
    /// `pg_depend` backwards: what is mentioned, and by whom.
    referrers: BTreeSet<(Oid, Oid)>,
    next: u32,
    /// What happened, oldest first. A slice of it is the [`Deltas`] of a statement.
    journal: Vec<Delta>,
    /// A history may start in the middle: an altered table that nothing created becomes an *open* one.
    pub open_world: bool,
    /// What may be there is taken to be there; set for one command at a time (see [`Catalog::doubt_targets`]).
    trusting: bool,
    /// What was taken to be there.
    trusted: RefCell<Vec<Oid>>,
    /// What statements needed though nothing had made it, where the world is open.
    missed: RefCell<Vec<missed::Missed>>,
}

impl Default for Catalog {
    fn default() -> Self {
        Catalog::new()
    }
}
