//! What the history says of each object, step by step, and how the database compares.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::before::Before;
use super::names::Renamed;
use crate::catalog::listing::Seen;
use crate::catalog::missed::{Missed, Use};
use crate::catalog::{Attr, Catalog, ObjectId, Oid};
use crate::diff::{Place, compare_attrs, compare_objects, verdict};
use crate::pg::command::Kind;
use crate::pg::error::Reason;
use crate::pg::expr::Comparison;
use crate::pg::ident::Ident;
use crate::replay::history::Members;
use crate::replay::{At, ReplayStep};

/// The values of one object along the history.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// After the step the object is so; `None` is absent. Ascending.
    pub values: Vec<(At, Option<Rc<Seen>>)>,
    /// How the database's object compares with each of `values`, in the same order.
    pub verdicts: Vec<Comparison>,
    /// How the database's object compares with absence, the value before the first.
    pub absent: Comparison,
    /// Per value: the object of the database that is the same under another name, where nobody wrote the name.
    pub(super) others: Vec<Option<Oid>>,
}

impl Timeline {
    /// Index of the value that holds where `member` says which revisions are in the state; `None` is before the first.
    pub fn index(&self, member: impl Fn(usize) -> bool) -> Option<usize> {
        self.values.iter().rposition(|(at, _)| member(at.revision))
    }

    /// The comparison of the database with that value.
    pub fn at(&self, member: impl Fn(usize) -> bool) -> &Comparison {
        self.verdict(self.index(member))
    }

    /// The comparison of the database with a value; `None` is absence before the first.
    pub fn verdict(&self, index: Option<usize>) -> &Comparison {
        match index {
            Some(index) => &self.verdicts[index],
            None => &self.absent,
        }
    }
}

/// All timelines of a history.
#[derive(Clone, Debug, Default)]
pub struct Timelines {
    /// By object.
    pub by_object: BTreeMap<ObjectId, Timeline>,
    /// Objects that revisions take for granted though none made them.
    pub(super) outside: BTreeMap<ObjectId, Reason>,
    /// What statements needed though nothing had made it.
    pub(super) before: Vec<Before>,
    /// Objects that are made whenever Alembic loads the files: a database may have them before the revision, and again after
    /// they were dropped.
    loading: BTreeMap<ObjectId, Reason>,
    /// What got another name, in order.
    pub(super) renamed: Vec<Renamed>,
}

/// The database that timelines are compared with.
pub struct Actual<'a> {
    /// Its catalog.
    pub catalog: &'a Catalog,
    /// Its objects.
    pub objects: BTreeMap<ObjectId, Oid>,
}

impl<'a> Actual<'a> {
    /// Of a catalog.
    pub fn of(catalog: &'a Catalog) -> Actual<'a> {
        Actual { catalog, objects: catalog.comparable().map(|(oid, id)| (id, oid)).collect() }
    }

    /// How the object of that identity compares with its absence.
    fn with_nothing(&self, id: &ObjectId) -> Comparison {
        match self.objects.get(id) {
            None => Comparison::Same,
            Some(oid) => lone(&self.catalog.attrs(*oid), self.catalog.doubt(*oid)),
        }
    }

    /// The object that is the same under another name, where nobody wrote the one that the revisions give it.
    fn under_another_name(&self, seen: &Seen, catalog: &Catalog, oid: Oid) -> Option<Oid> {
        if catalog.generated_name(oid) != Some(true) || seen.maybe.is_some() || self.objects.contains_key(&seen.id) {
            return None;
        }
        // Objects of one table stand together.
        let first = ObjectId { name: Ident::new(""), ..seen.id.clone() };
        let near = self
            .objects
            .range(first..)
            .take_while(|(id, _)| (id.kind, &id.schema, &id.table) == (seen.id.kind, &seen.id.schema, &seen.id.table));
        near.map(|(_, actual)| *actual).find(|actual| {
            self.catalog.doubt(*actual).is_none()
                && verdict(&compare_objects(catalog, oid, self.catalog, *actual)) == Comparison::Same
        })
    }

    /// How the object of that identity compares with what the revisions make of it. `catalog` is theirs: what expressions
    /// mean depends on the columns around them.
    fn with(&self, seen: &Seen, catalog: &Catalog, oid: Oid) -> Comparison {
        let Some(&actual) = self.objects.get(&seen.id) else { return lone(&seen.attrs, seen.maybe.as_ref()) };
        if let Some(reason) = seen.maybe.as_ref().or(self.catalog.doubt(actual)) {
            return Comparison::Unknown(reason.clone());
        }
        let expected = Place { catalog, oid, other: Some((self.catalog, actual)) };
        let found = Place { catalog: self.catalog, oid: actual, other: Some((catalog, oid)) };
        verdict(&compare_attrs(&seen.attrs, &expected, &self.catalog.attrs(actual), &found))
    }
}

/// An object that only one side has. A default of NULL is none.
fn lone(attrs: &[(&'static str, Attr)], doubt: Option<&Reason>) -> Comparison {
    match (doubt, attrs) {
        (Some(reason), _) => Comparison::Unknown(reason.clone()),
        (None, [(_, Attr::Expr(expr))]) if expr.is_null() => Comparison::Same,
        (None, _) => Comparison::Different,
    }
}

impl Timelines {
    /// Two states that fit the database equally well: whether it is known that they have one schema.
    pub fn same_schema(&self, a: &Members, b: &Members) -> bool {
        self.by_object.values().all(|timeline| {
            let (a, b) = (timeline.index(|at| a.has(at)), timeline.index(|at| b.has(at)));
            let is_unknown = |index| matches!(timeline.verdict(index), Comparison::Unknown(_));
            a == b || !is_unknown(a) && !is_unknown(b)
        })
    }

    /// Notes what a revision did. `catalog` is the replay's after it.
    pub fn note(&mut self, steps: &[ReplayStep], catalog: &Catalog, actual: &Actual<'_>) {
        for step in steps {
            self.note_missed(step, actual);
            for change in &step.changes {
                let after = change.after.as_ref();
                if let (None, Some(after), Some(reason)) = (&change.before, after, &change.outside) {
                    self.outside.insert(after.id.clone(), reason.clone());
                    // That it is taken for granted is no change.
                    if catalog.get(change.oid).is_none_or(|object| object.assumed().is_some()) {
                        continue;
                    }
                }
                // Nor is that of a schema, of which nothing else can be told.
                let is_needed =
                    |missed: &Missed| missed.used == Use::Needed && after.is_some_and(|it| missed.is(&it.id));
                let is_schema = after.is_some_and(|after| after.id.kind == Kind::Schema);
                if change.before.is_none() && is_schema && step.missed.iter().any(is_needed) {
                    continue;
                }
                if let (None, Some(after), true) = (&change.before, after, step.loading) {
                    let reason =
                        Reason::new("loading", "it is made whenever Alembic loads the file, with each upgrade");
                    let reason = step.span.map_or(reason.clone(), |span| reason.clone().at(span));
                    self.loading.insert(after.id.clone(), reason);
                }
                if let Some(before) = &change.before
                    && after.is_none_or(|after| after.id != before.id)
                {
                    let verdict = self.with_nothing(&before.id, actual);
                    self.push(step.at, &before.id, None, (verdict, None), actual);
                    if let Some(after) = after {
                        let (from, to) = (before.id.clone(), after.id.clone());
                        self.renamed.push(Renamed { from, to, at: step.at });
                    }
                }
                if let Some(after) = after {
                    let verdict = actual.with(after, catalog, change.oid);
                    let other = actual.under_another_name(after, catalog, change.oid);
                    self.push(step.at, &after.id, Some(after.clone()), (verdict, other), actual);
                }
            }
        }
    }

    /// How the object of that identity compares with its absence in the history.
    pub(super) fn with_nothing(&self, id: &ObjectId, actual: &Actual<'_>) -> Comparison {
        match (actual.with_nothing(id), self.loading.get(id)) {
            (Comparison::Different, Some(reason)) => Comparison::Unknown(reason.clone()),
            (comparison, _) => comparison,
        }
    }

    /// Why a database may have the object whatever revision it is at.
    pub fn made_on_loading(&self, id: &ObjectId) -> Option<&Reason> {
        self.loading.get(id)
    }

    /// Revisions make the object: they do not merely change one that was there before.
    pub fn is_made(&self, id: &ObjectId) -> bool {
        self.by_object.contains_key(id) && self.outside(id).is_none()
    }

    pub(super) fn push(
        &mut self,
        at: At,
        id: &ObjectId,
        value: Option<Rc<Seen>>,
        (verdict, other): (Comparison, Option<Oid>),
        actual: &Actual<'_>,
    ) {
        let absent = match self.outside(id) {
            Some(reason) => Comparison::Unknown(reason.clone()),
            None => self.with_nothing(id, actual),
        };
        let timeline = self.by_object.entry(id.clone()).or_insert_with(|| Timeline {
            absent,
            values: Vec::new(),
            verdicts: Vec::new(),
            others: Vec::new(),
        });
        if timeline.values.last().is_some_and(|(last, _)| *last == at) {
            timeline.values.pop();
            timeline.verdicts.pop();
            timeline.others.pop();
        }
        timeline.values.push((at, value));
        timeline.verdicts.push(verdict);
        timeline.others.push(other);
    }
}
