//! The files that are handed over. Plain SQL for any client: no psql meta-commands, quoted identifiers, `lock_timeout`, and
//! asserted states before and after, so that a second run changes nothing and a changed database stops it.

pub mod probe;
pub mod segment;
mod text;
pub mod undo;

pub use text::{Noted, Script, check_sql, fix_sql, stamp_sql, undo_sql, verify_sql};

use crate::catalog::listing::{Change, Listing};
use crate::catalog::{Catalog, ObjectId};
use crate::plan::fix::objects;

/// An object that a script changes, with what a server says of it; `None`: it is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The object.
    pub id: ObjectId,
    /// Before the script, and after each of its transactions.
    pub states: Vec<Option<String>>,
}

impl Touched {
    /// Before the script.
    pub fn before(&self) -> Option<&String> {
        self.states.first()?.as_ref()
    }

    /// After the script.
    pub fn after(&self) -> Option<&String> {
        self.states.last()?.as_ref()
    }
}

/// All objects that a script changes and that a server can be asked about. `stages`: the database after each transaction.
pub fn touched(start: &Catalog, stages: &[Catalog], changes: &[Change]) -> Vec<Touched> {
    let all: Vec<(Listing, &Catalog)> =
        std::iter::once(start).chain(stages).map(|catalog| (Listing::of(catalog), catalog)).collect();
    let text = |listing: &Listing, catalog: &Catalog, id: &ObjectId| -> Option<Option<String>> {
        match listing.find(id) {
            // An object that the model cannot describe as the server would is not asserted.
            Some(oid) => probe::expected(catalog, oid).map(Some),
            None => Some(None),
        }
    };
    objects(changes)
        .into_iter()
        .filter_map(|id| {
            probe::query(&id)?;
            let states =
                all.iter().map(|(listing, catalog)| text(listing, catalog, &id)).collect::<Option<Vec<_>>>()?;
            states.iter().any(|state| *state != states[0]).then_some(Touched { id, states })
        })
        .collect()
}
