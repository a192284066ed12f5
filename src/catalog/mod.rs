//! Floor 2: PostgreSQL's memory. A small model of `pg_catalog` that commands change, with an undo journal.

pub mod attrs;
pub mod delta;
pub mod object;
pub mod session;

use std::collections::BTreeMap;
use std::rc::Rc;

pub use attrs::{Attr, ObjectId};
pub use delta::{Delta, Deltas, Mark};
pub use object::{Object, Presence};
pub use session::Session;

use crate::pg::command::Command;
use crate::pg::error::{Reason, Refusal};

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

/// The model of one database.
#[derive(Clone, Debug)]
pub struct Catalog {
    entries: BTreeMap<Oid, Entry>,
    next: u32,
    /// What happened, oldest first. A slice of it is the [`Deltas`] of a statement.
    journal: Vec<Delta>,
    /// A history may start in the middle: an altered table that nothing created becomes an *open* one.
    pub open_world: bool,
}

impl Catalog {
    /// An empty database: only the schema `public`.
    pub fn new() -> Catalog {
        todo!()
    }

    /// Executes one command as PostgreSQL would, or refuses and changes nothing.
    ///
    /// # Errors
    /// [`Refusal::Postgres`] with PostgreSQL's SQLSTATE and message, [`Refusal::Unmodelled`] where the outcome is not known.
    pub fn execute(&mut self, _command: &Command, _session: &mut Session) -> Result<Deltas, Refusal> {
        todo!()
    }

    /// Executes a command of which it is not known whether it runs: what it adds, changes or removes becomes `Maybe`.
    pub fn execute_maybe(
        &mut self,
        _command: &Command,
        _session: &mut Session,
        _reason: &Reason,
    ) -> Result<Deltas, Refusal> {
        todo!()
    }

    /// The present end of the journal.
    pub fn mark(&self) -> Mark {
        Mark(self.journal.len())
    }
}

impl Default for Catalog {
    fn default() -> Self {
        Catalog::new()
    }
}
