//! What no step brings back.

use std::collections::BTreeMap;

use super::super::literal;
use crate::catalog::{Catalog, Object, ObjectId, Oid};
use crate::diff::{Change, Difference, Options, diff};
use crate::pg::command::Kind;

/// What is not as before. What cannot be compared and has not been touched is as before.
pub(super) fn differences(start: &Catalog, here: &Catalog) -> Vec<Difference> {
    let untouched = |difference: &Difference| match (difference.expected_oid, difference.actual_oid) {
        (Some(was), Some(now)) => start.id(was) == here.id(now) && start.attrs(was) == here.attrs(now),
        _ => false,
    };
    let all = diff(here, start, &Options::default());
    all.into_iter().filter(|difference| !untouched(difference)).collect()
}

/// One sentence for each, with the reason where it is known.
pub(super) fn sentences(start: &Catalog, here: &Catalog, why: &BTreeMap<ObjectId, String>) -> Vec<String> {
    differences(start, here).iter().flat_map(|difference| sentence(start, here, difference, why)).collect()
}

fn sentence(start: &Catalog, here: &Catalog, left: &Difference, why: &BTreeMap<ObjectId, String>) -> Vec<String> {
    let what = shown(&left.id);
    let why = why.get(&left.id).map_or_else(String::new, |why| format!(": {}", one_line(why)));
    match &left.change {
        Change::Missing => vec![format!("{what} is not made again{why}")],
        Change::Extra => vec![format!("{what} stays{why}")],
        Change::Uncompared(reason) => vec![format!("it is not known whether {what} is as before: {reason}")],
        Change::Different(attrs) => {
            let labels = labels(start, here, left);
            if !labels.is_empty() {
                return labels;
            }
            if left.id.kind == Kind::Default {
                return vec![format!("{what} stays as it is now{why}")];
            }
            let names: Vec<&str> = attrs.iter().map(|attr| attr.name).collect();
            vec![format!("the {} of {what} stays as it is now{why}", names.join(", "))]
        }
    }
}

/// PostgreSQL drops no label of an enum.
fn labels(start: &Catalog, here: &Catalog, left: &Difference) -> Vec<String> {
    let of = |catalog: &Catalog, oid: Option<Oid>| match oid.and_then(|oid| catalog.get(oid)) {
        Some(Object::Enum(ty)) => ty.labels.clone(),
        _ => Vec::new(),
    };
    let (old, new) = (of(start, left.expected_oid), of(here, left.actual_oid));
    let added = new.iter().filter(|label| !old.contains(label));
    added.map(|label| format!("the value {} of {} cannot be taken back", literal(label), left.id)).collect()
}

/// Values that went with what the fix dropped.
pub(super) fn lost(start: &Catalog, fixed: &Catalog) -> Vec<String> {
    let is_lost = |oid: Oid| fixed.get(oid).is_none();
    let held = start.iter().filter(|(oid, _)| is_lost(*oid)).filter(|(_, entry)| match &*entry.object {
        Object::Table(table) => !table.partition_of.as_ref().is_some_and(|(parent, _)| is_lost(*parent)),
        Object::Column(column) => !is_lost(column.table) && column.generated.is_none(),
        Object::Sequence(sequence) => !sequence.owned_by.is_some_and(is_lost),
        _ => false,
    });
    let sentence = |id: ObjectId| format!("what {} held is gone; only its definition comes back", shown(&id));
    let mut all: Vec<String> = held.filter_map(|(oid, _)| start.id(oid)).map(sentence).collect();
    let invalid = start.iter().filter(|(oid, entry)| {
        is_lost(*oid) && matches!(&*entry.object, Object::Index(index) if !index.valid && index.constraint.is_none())
    });
    let sentence = |id: ObjectId| format!("{}, which was not valid and served nobody, is not made again", shown(&id));
    all.extend(invalid.filter_map(|(oid, _)| start.id(oid)).map(sentence));
    all
}

/// An object in words.
pub(super) fn named(catalog: &Catalog, oid: Oid) -> String {
    catalog.id(oid).map_or_else(String::new, |id| shown(&id))
}

fn shown(id: &ObjectId) -> String {
    let kind = match id.kind {
        Kind::Default => "the default of",
        // Their names say what they are.
        Kind::Comment | Kind::Other => {
            let within: Vec<String> = [&id.schema, &id.table].into_iter().flatten().map(ToString::to_string).collect();
            let within = if within.is_empty() { String::new() } else { format!(" in {}", within.join(".")) };
            let of = if id.kind == Kind::Comment { "the comment on " } else { "" };
            return format!("{of}{}{within}", id.name.as_str());
        }
        kind => kind.word(),
    };
    format!("{kind} {id}")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
