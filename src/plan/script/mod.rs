//! The files that are handed over. Plain SQL for any client: no psql meta-commands, quoted identifiers, `lock_timeout`, and
//! asserted states before and after, so that a second run changes nothing and a changed database stops it.

pub mod probe;
mod text;
pub mod undo;

pub use text::{Script, check_sql, fix_sql, stamp_sql, undo_sql, verify_sql};

use crate::catalog::listing::{Change, Listing};
use crate::catalog::{Catalog, ObjectId};
use crate::plan::fix::objects;

/// An object that a script changes, with what a server says of it before and after; `None`: it is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The object.
    pub id: ObjectId,
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// All objects that differ between two catalogs and that a server can be asked about.
pub fn touched(start: &Catalog, fixed: &Catalog, changes: &[Change]) -> Vec<Touched> {
    let before = Listing::of(start);
    let after = Listing::of(fixed);
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
            let (before, after) = (text(&before, start, &id)?, text(&after, fixed, &id)?);
            (before != after).then_some(Touched { id, before, after })
        })
        .collect()
}
