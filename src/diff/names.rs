//! Names that nobody wrote: an object of the same structure under another name on the same table is a naming difference.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use super::attrs::{compare_objects, verdict};
use crate::catalog::Oid;
use crate::pg::expr::Comparison;

/// Pairs the missing with the extra: of one kind, on one table, with the same attributes, and of a kind whose names can be
/// made by PostgreSQL or a convention ([`crate::catalog::Catalog::generated_name`]). Each is used once.
pub(super) fn pair(
    expected: &Side<'_>,
    missing: &BTreeSet<Oid>,
    actual: &Side<'_>,
    extra: &BTreeSet<Oid>,
) -> BTreeMap<Oid, Oid> {
    let mut pairs = BTreeMap::new();
    let mut used = BTreeSet::new();
    for &expected_oid in missing {
        if expected.catalog.generated_name(expected_oid).is_none() || expected.catalog.doubt(expected_oid).is_some() {
            continue;
        }
        let Some(id) = expected.catalog.id(expected_oid) else {
            continue;
        };
        let found = extra.iter().copied().find(|actual_oid| {
            let same_place = actual.catalog.id(*actual_oid).is_some_and(|other| {
                other.kind == id.kind && other.schema == id.schema && other.table == id.table && other.table.is_some()
            });
            same_place
                && !used.contains(actual_oid)
                && actual.catalog.doubt(*actual_oid).is_none()
                && verdict(&compare_objects(expected.catalog, expected_oid, actual.catalog, *actual_oid))
                    == Comparison::Same
        });
        if let Some(actual_oid) = found {
            used.insert(actual_oid);
            pairs.insert(expected_oid, actual_oid);
        }
    }
    pairs
}
