//! What differs between two catalogs: the one that the revisions make and the one that the dump shows.
//!
//! **Invariant:** nothing here knows a kind of object; a test reads the sources of this folder for it. Objects are matched by
//! [`ObjectId`], and what is compared of them is what [`Catalog::attrs`] gives. A new kind needs no line here.

mod attrs;
mod names;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use attrs::{AttrDifference, Place, compare_attrs, compare_objects, implies, verdict};

use crate::catalog::{Attr, Catalog, Depend, ObjectId, Oid};
use crate::pg::error::Reason;
use crate::pg::expr::Comparison;
use crate::pg::ident::{Ident, QName};

/// What is known beside the two catalogs.
#[derive(Clone, Default)]
pub struct Options<'a> {
    /// Tables that are not compared: the version table. Without a schema: `public`.
    pub version_tables: &'a [QName],
    /// Whether the revisions have made an object or taken it away (they may have dropped it since); without it, none is known to be
    /// mentioned.
    pub mentioned: Option<&'a dyn Fn(&ObjectId) -> bool>,
    /// Whether an object was there before the first revision.
    pub before: Option<&'a dyn Fn(&ObjectId) -> bool>,
    /// Why an object may be the revisions' own though it is not expected ([`crate::replay::Replay::may_have_made`]).
    pub made: Option<&'a dyn Fn(&ObjectId) -> Option<Reason>>,
}

/// What is the matter with an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Expected, and not there.
    Missing,
    /// There, and not expected.
    Extra,
    /// There, but not as expected. At least one.
    Different(Vec<AttrDifference>),
    /// It cannot be told.
    Uncompared(Reason),
}

/// One object that is not certainly the same on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// What is the matter.
    pub change: Change,
    /// The object, by its expected name where it has one.
    pub id: ObjectId,
    /// Its handle among the expected objects.
    pub expected_oid: Option<Oid>,
    /// Its handle among the actual objects.
    pub actual_oid: Option<Oid>,
    /// Only the name differs, and nobody wrote the expected one: PostgreSQL or a naming convention makes it, and which
    /// convention was in force is not known from the revisions. Listed, but no drift.
    pub naming: bool,
    /// Extra, on a table whose history starts in the middle, or needed by a revision that did not run: part of what the project
    /// had before. No drift.
    pub baseline: bool,
    /// Extra, and no revision mentions it: another program's, or the team's own. Never touched, and no drift.
    pub foreign: bool,
}

impl Difference {
    fn new(change: Change, id: ObjectId, expected_oid: Option<Oid>, actual_oid: Option<Oid>) -> Difference {
        Difference { change, id, expected_oid, actual_oid, naming: false, baseline: false, foreign: false }
    }

    /// True for what certainly keeps the database from being as the revisions make it. A name that a revision wrote and that
    /// is another in the database is drift: a later revision may drop the object by its name.
    pub fn is_drift(&self) -> bool {
        match &self.change {
            Change::Missing => true,
            Change::Extra => !self.baseline && !self.foreign,
            Change::Different(_) => !self.naming,
            Change::Uncompared(_) => false,
        }
    }
}

/// Compares a database with what the revisions make of it; in the order of the objects' identities.
///
/// A table that is missing or extra stands for all that belongs to it. An object that may or may not be there, on either
/// side, is `Uncompared` with the reason.
pub fn diff(actual: &Catalog, expected: &Catalog, options: &Options<'_>) -> Vec<Difference> {
    Differ { actual: Side::of(actual, options), expected: Side::of(expected, options), options }.differences()
}

/// One catalog and its comparable objects.
pub(crate) struct Side<'a> {
    pub(crate) catalog: &'a Catalog,
    objects: BTreeMap<ObjectId, Oid>,
}

impl<'a> Side<'a> {
    fn of(catalog: &'a Catalog, options: &Options<'_>) -> Side<'a> {
        let objects =
            catalog.comparable().filter(|(_, id)| !is_version_table(id, options)).map(|(oid, id)| (id, oid)).collect();
        Side { catalog, objects }
    }

    /// Every object that this one belongs to, from near to far.
    fn ancestors(&self, oid: Oid) -> Vec<Oid> {
        let mut found = Vec::new();
        let mut at = oid;
        while let Some(parent) = self.catalog.get(at).and_then(|object| object.parent()) {
            if found.contains(&parent) {
                break;
            }
            found.push(parent);
            at = parent;
        }
        found
    }
}

fn is_version_table(id: &ObjectId, options: &Options<'_>) -> bool {
    options.version_tables.iter().any(|table| {
        let public = Ident::new("public");
        let same_schema = id.schema.as_ref() == Some(table.schema.as_ref().unwrap_or(&public));
        same_schema && id.table.as_ref().unwrap_or(&id.name) == &table.name
    })
}

struct Differ<'a> {
    actual: Side<'a>,
    expected: Side<'a>,
    options: &'a Options<'a>,
}

impl Differ<'_> {
    fn differences(&self) -> Vec<Difference> {
        let mut found = Vec::new();
        let missing = unmatched(&self.expected, &self.actual);
        let extra = unmatched(&self.actual, &self.expected);
        for (id, &expected_oid) in &self.expected.objects {
            if let Some(&actual_oid) = self.actual.objects.get(id) {
                found.extend(self.matched(id, expected_oid, actual_oid));
            }
        }
        let renamed = names::pair(&self.expected, &missing, &self.actual, &extra);
        for (expected_oid, actual_oid) in &renamed {
            found.extend(self.naming(*expected_oid, *actual_oid));
        }
        for &expected_oid in &missing {
            if !renamed.contains_key(&expected_oid) && !swallowed(&self.expected, expected_oid, &missing) {
                found.extend(self.missing(expected_oid));
            }
        }
        for &actual_oid in &extra {
            let is_renamed = renamed.values().any(|oid| *oid == actual_oid);
            if !is_renamed && !swallowed(&self.actual, actual_oid, &extra) {
                found.extend(self.extra(actual_oid));
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }

    fn matched(&self, id: &ObjectId, expected_oid: Oid, actual_oid: Oid) -> Option<Difference> {
        let difference = |change| Some(Difference::new(change, id.clone(), Some(expected_oid), Some(actual_oid)));
        for (side, oid) in [(&self.expected, expected_oid), (&self.actual, actual_oid)] {
            if let Some(reason) = side.catalog.doubt(oid) {
                // The doubt about a table is said once.
                let of_parent = side.ancestors(oid).into_iter().any(|parent| side.catalog.presence(parent).is_some());
                return if of_parent { None } else { difference(Change::Uncompared(reason.clone())) };
            }
        }
        let differences = compare_objects(self.expected.catalog, expected_oid, self.actual.catalog, actual_oid);
        let certain: Vec<AttrDifference> = differences.iter().filter(|attr| attr.unknown.is_none()).cloned().collect();
        if !certain.is_empty() {
            let naming = certain.iter().all(|attr| attr.naming);
            let mut difference = difference(Change::Different(certain))?;
            difference.naming = naming;
            return Some(difference);
        }
        let reason = differences.into_iter().find_map(|attr| attr.unknown)?;
        difference(Change::Uncompared(reason))
    }

    fn naming(&self, expected_oid: Oid, actual_oid: Oid) -> Option<Difference> {
        let (id, actual) = (self.expected.catalog.id(expected_oid)?, self.actual.catalog.id(actual_oid)?);
        let name = AttrDifference::new("name", Some(id.name.to_string()), Some(actual.name.to_string()));
        let mut difference = Difference::new(Change::Different(vec![name]), id, Some(expected_oid), Some(actual_oid));
        difference.naming = self.expected.catalog.generated_name(expected_oid) == Some(true);
        Some(difference)
    }

    fn missing(&self, oid: Oid) -> Option<Difference> {
        let id = self.expected.catalog.id(oid)?;
        // The default NULL is the same as none.
        if only_null(self.expected.catalog, oid) || self.is_there_as_another(oid) {
            return None;
        }
        let partial = self.table_in(&self.actual, &id).and_then(|table| self.actual.catalog.table(table)?.open.clone());
        let change = match self.expected.catalog.doubt(oid).cloned().or(partial) {
            Some(reason) => Change::Uncompared(reason),
            None => Change::Missing,
        };
        Some(Difference::new(change, id, Some(oid), None))
    }

    /// What a revision takes for granted is taken for a table: the database may have another relation of that name, as a view.
    fn is_there_as_another(&self, oid: Oid) -> bool {
        let catalog = self.expected.catalog;
        let is_assumed = |oid: Oid| catalog.get(oid).is_some_and(|object| object.assumed().is_some());
        let table = catalog.table_of(oid).unwrap_or(oid);
        let there =
            catalog.qname(table).and_then(|name| self.actual.catalog.relation(name.schema.as_ref()?, &name.name));
        is_assumed(oid) && is_assumed(table) && there.is_some_and(|there| self.actual.catalog.table(there).is_none())
    }

    fn extra(&self, oid: Oid) -> Option<Difference> {
        let id = self.actual.catalog.id(oid)?;
        if only_null(self.actual.catalog, oid) {
            return None;
        }
        let expected_table = self.table_in(&self.expected, &id);
        let doubt = expected_table
            .and_then(|table| self.expected.catalog.presence(table))
            .or(self.actual.catalog.doubt(oid))
            .or_else(|| self.ground_in_doubt(oid))
            .cloned()
            .or_else(|| self.options.made?(&id));
        let change = doubt.map_or(Change::Extra, Change::Uncompared);
        let mentioned = self.options.mentioned.is_some_and(|mentioned| mentioned(&id));
        let mut difference = Difference::new(change, id.clone(), None, Some(oid));
        let is_open = expected_table
            .and_then(|table| self.expected.catalog.table(table))
            .is_some_and(|table| table.open.is_some());
        let before = self.options.before.is_some_and(|before| before(&id));
        difference.baseline = (is_open || before) && !mentioned;
        // What stands on a table of the revisions is an addition to it, whoever made it.
        difference.foreign = expected_table.is_none() && !mentioned && !before;
        Some(difference)
    }

    /// Why something that an extra object stands on may not be there by the revisions: what they did with it then is not known.
    fn ground_in_doubt(&self, oid: Oid) -> Option<&Reason> {
        let leans_on = self.actual.catalog.get(oid)?.references().into_iter().map(|(on, _)| on);
        leans_on.chain(self.actual.ancestors(oid)).find_map(|on| {
            let expected = self.expected.objects.get(&self.actual.catalog.id(on)?)?;
            self.expected.catalog.presence(*expected)
        })
    }

    /// The table of an object, on a side.
    fn table_in(&self, side: &Side<'_>, id: &ObjectId) -> Option<Oid> {
        side.catalog.relation(id.schema.as_ref()?, id.table.as_ref()?)
    }
}

/// Objects of a side whose identity the other side does not have.
fn unmatched(side: &Side<'_>, other: &Side<'_>) -> BTreeSet<Oid> {
    side.objects.iter().filter(|(id, _)| !other.objects.contains_key(id)).map(|(_, oid)| *oid).collect()
}

/// What goes with another object that is unmatched too: a table's columns, a column's default, a serial's sequence. A schema
/// stands for nothing but itself, so that its tables are named.
fn swallowed(side: &Side<'_>, oid: Oid, unmatched: &BTreeSet<Oid>) -> bool {
    let belongs = side
        .ancestors(oid)
        .into_iter()
        .any(|parent| unmatched.contains(&parent) && side.catalog.id(parent).is_some_and(|id| id.schema.is_some()));
    let owned = side.catalog.id(oid).is_some_and(|id| id.table.is_none()) && {
        let owners = unmatched.iter().filter(|owner| side.catalog.depend(oid, **owner) == Some(Depend::Auto));
        owners.into_iter().any(|owner| side.catalog.id(*owner).is_some_and(|id| id.schema.is_some()))
    };
    belongs || owned
}

/// The object is nothing but an expression, and that is NULL.
fn only_null(catalog: &Catalog, oid: Oid) -> bool {
    matches!(catalog.attrs(oid).as_slice(), [(_, Attr::Expr(expr))] if expr.is_null())
}

/// Whether an object of one catalog is the same in the other; for counting mismatches.
///
/// `None` on a side: it is not there. The answer is `None` where it cannot be told.
pub fn mismatch(expected: Option<(&Catalog, Oid)>, actual: Option<(&Catalog, Oid)>) -> Option<bool> {
    match (expected, actual) {
        (None, None) => Some(false),
        (Some((catalog, oid)), None) | (None, Some((catalog, oid))) => {
            if catalog.doubt(oid).is_some() {
                None
            } else {
                Some(!only_null(catalog, oid))
            }
        }
        (Some((expected, expected_oid)), Some((actual, actual_oid))) => {
            if expected.doubt(expected_oid).or(actual.doubt(actual_oid)).is_some() {
                return None;
            }
            match attrs::verdict(&compare_objects(expected, expected_oid, actual, actual_oid)) {
                Comparison::Same => Some(false),
                Comparison::Different => Some(true),
                Comparison::Unknown(_) => None,
            }
        }
    }
}
