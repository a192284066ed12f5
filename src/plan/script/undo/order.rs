//! In which order steps are tried first. The model corrects it, but for what it does not know: which functions expressions call, and
//! which types routines give.

use std::collections::BTreeSet;

use super::Want;
use crate::catalog::object::Rule;
use crate::catalog::{Catalog, Object, Oid};
use crate::replay::schema;

/// Kinds that others are made of.
const GROUND: &[&str] = &["TYPE", "COLLATION", "SERVER", "FOREIGN DATA WRAPPER", "LANGUAGE", "PROCEDURAL LANGUAGE"];

/// The smaller, the earlier; handles tell the order in which objects were made.
pub(super) fn rank(start: &Catalog, here: &Catalog, want: Want) -> (u8, i64) {
    match want {
        // What was made last goes first.
        Want::Drop(oid) => (here.get(oid).map_or(0, drop_rank), -i64::from(oid.0)),
        Want::Back(was, _) => (20 + start.get(was).map_or(0, back_rank), i64::from(was.0)),
        Want::Make(oid) => (start.get(oid).map_or(60, |object| make_rank(start, object)), i64::from(oid.0)),
    }
}

fn drop_rank(object: &Object) -> u8 {
    match object {
        Object::Comment(_) => 0,
        Object::Opaque(opaque) if GROUND.contains(&opaque.kind.as_str()) => 45,
        Object::Trigger(_) | Object::Policy(_) | Object::Opaque(_) => 1,
        Object::View(_) => 2,
        Object::Constraint(constraint) if matches!(constraint.rule, Rule::ForeignKey { .. }) => 3,
        Object::Constraint(_) => 4,
        Object::Index(_) => 5,
        Object::Default(_) => 6,
        Object::Column(_) => 40,
        Object::Table(_) => 41,
        Object::Sequence(_) => 42,
        Object::Routine(_) => 43,
        Object::Enum(_) | Object::Domain(_) | Object::Composite(_) => 44,
        Object::Extension(_) => 46,
        Object::Schema(_) => 47,
    }
}

fn back_rank(object: &Object) -> u8 {
    match object {
        Object::Schema(_) | Object::Extension(_) => 0,
        Object::Enum(_) | Object::Domain(_) | Object::Composite(_) => 1,
        Object::Sequence(_) => 2,
        Object::Routine(_) => 3,
        Object::Table(_) => 4,
        Object::Column(_) => 5,
        Object::Default(_) => 6,
        Object::Constraint(_) => 7,
        Object::Index(_) => 8,
        Object::View(_) | Object::Trigger(_) | Object::Policy(_) | Object::Comment(_) | Object::Opaque(_) => 9,
    }
}

/// Types and what is like them before what is changed back to them, all else behind.
fn make_rank(start: &Catalog, object: &Object) -> u8 {
    match (object, schema::rank(start, object)) {
        (Object::Opaque(opaque), _) if GROUND.contains(&opaque.kind.as_str()) => 11,
        (_, Some(rank @ 0..=4)) => 10 + rank,
        (Object::Column(_), _) => 65,
        (_, rank) => 60 + rank.unwrap_or(20),
    }
}

/// The object, one of `added`, that this one is a part of: it goes with it.
pub(super) fn goes_with(catalog: &Catalog, oid: Oid, added: &BTreeSet<Oid>) -> Option<Oid> {
    let mut pending = vec![oid];
    while let Some(at) = pending.pop() {
        let whole: Vec<Oid> = match catalog.get(at)? {
            Object::Table(table) => table.partition_of.iter().map(|(parent, _)| *parent).collect(),
            Object::Opaque(opaque) => opaque.on.clone(),
            object => object.parent().into_iter().collect(),
        };
        let whole = whole.into_iter().filter(|oid| !matches!(catalog.get(*oid), Some(Object::Schema(_)) | None));
        for whole in whole {
            if added.contains(&whole) {
                return Some(whole);
            }
            pending.push(whole);
        }
    }
    None
}

/// A part of a table for which another table may be refused to go: two may refer to each other.
pub(super) fn may_be_in_the_way(catalog: &Catalog, oid: Oid) -> bool {
    matches!(catalog.get(oid), Some(Object::Constraint(constraint)) if matches!(constraint.rule, Rule::ForeignKey { .. }))
}

/// Those of the objects that `count` whose text names a routine, a type or what is kept as text: the model does not know of all that hang on them.
pub(super) fn namers(catalog: &Catalog, oid: Oid, counts: impl Fn(Oid) -> bool) -> Vec<Oid> {
    let name = match catalog.get(oid) {
        Some(object @ (Object::Routine(_) | Object::Enum(_) | Object::Domain(_) | Object::Composite(_))) => {
            object.name()
        }
        Some(object @ Object::Opaque(opaque)) if opaque.kind == "TYPE" => object.name(),
        _ => return Vec::new(),
    };
    let others = catalog.iter().map(|(other, _)| other).filter(|other| *other != oid && counts(*other));
    others.filter(|other| text(catalog, *other).is_some_and(|text| mentions(&text, name.as_str()))).collect()
}

/// What an object is, where that is a text.
fn text(catalog: &Catalog, oid: Oid) -> Option<String> {
    let is_text = match catalog.get(oid)? {
        Object::Column(column) => column.generated.is_some(),
        Object::Constraint(constraint) => matches!(constraint.rule, Rule::Check { .. } | Rule::Exclude { .. }),
        Object::Default(_)
        | Object::Index(_)
        | Object::View(_)
        | Object::Routine(_)
        | Object::Domain(_)
        | Object::Policy(_)
        | Object::Trigger(_)
        | Object::Opaque(_) => true,
        Object::Schema(_)
        | Object::Extension(_)
        | Object::Table(_)
        | Object::Sequence(_)
        | Object::Enum(_)
        | Object::Composite(_)
        | Object::Comment(_) => false,
    };
    let commands = if is_text { schema::create(catalog, oid) } else { Vec::new() };
    (!commands.is_empty()).then(|| commands.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// Whether a text holds a name as a word of its own.
fn mentions(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}
