//! What an applied revision made and what was lost again, made anew from its definition.
//!
//! A revision makes a primary key within `CREATE TABLE`; where only the key is lost, no operation of the revisions brings it back.
//! Only what holds no values is completed so: constraints, indexes, defaults, NOT NULL and enum labels. Columns and tables never
//! are, since a pending revision may rename an old one.

use super::fix::{FixStep, Origin, Unfinished};
use crate::catalog::{Catalog, Object, Oid};
use crate::diff::{Change, Difference};
use crate::locate::Timelines;
use crate::pg::command::{AlterAction, Command, ConstraintKind, EnumPosition, Table, Type};
use crate::replay::history::Members;
use crate::replay::schema::{alter, create};
use crate::replay::{At, Replay};

/// Puts statements for what is `unfinished` among the steps of a fix, each behind those of the step that defines the object.
pub fn complete(
    steps: &mut Vec<FixStep>,
    unfinished: &[Unfinished],
    left: &[Difference],
    (fixed, expected): (&Catalog, &Catalog),
    (timelines, replay, state): (&Timelines, &Replay, &Members),
) {
    let mut made: Vec<(At, u8, FixStep)> = Vec::new();
    for difference in left.iter().filter(|left| unfinished.iter().any(|item| item.id == left.id)) {
        let Some(timeline) = timelines.by_object.get(&difference.id) else { continue };
        let Some(index) = timeline.index(|revision| state.has(revision)) else { continue };
        let at = timeline.values[index].0;
        let span = replay.revisions.iter().flat_map(|revision| &revision.steps).find(|step| step.at == at);
        let span = span.and_then(|step| step.span);
        for command in commands(difference, fixed, expected) {
            made.push((
                at,
                rank(&command),
                FixStep { command, origin: Origin::Revision { at, span }, makes: Vec::new() },
            ));
        }
    }
    made.sort_by_key(|(at, rank, _)| (*at, *rank));
    for (at, _, step) in made {
        let behind =
            steps.iter().position(|other| matches!(other.origin, Origin::Revision { at: other, .. } if other > at));
        steps.insert(behind.unwrap_or(steps.len()), step);
    }
}

/// Keys before what refers to them.
fn rank(command: &Command) -> u8 {
    match command {
        Command::Type(_) => 0,
        Command::Table(Table::Alter { actions, .. }) => match actions.first() {
            Some(AlterAction::AddConstraint(constraint)) => match constraint.kind {
                ConstraintKind::ForeignKey(_) => 3,
                _ => 2,
            },
            _ => 1,
        },
        _ => 2,
    }
}

fn commands(difference: &Difference, fixed: &Catalog, expected: &Catalog) -> Vec<Command> {
    let Some(wanted) = difference.expected_oid else { return Vec::new() };
    match (expected.get(wanted), &difference.change) {
        (Some(Object::Constraint(_) | Object::Index(_) | Object::Default(_)), Change::Missing) => {
            create(expected, wanted)
        }
        (Some(Object::Column(column)), Change::Different(attrs)) => {
            let only_nullability = attrs.iter().all(|attr| attr.name.starts_with("not null"));
            match expected.qname(column.table).filter(|_| only_nullability && column.not_null) {
                Some(table) => {
                    let action = AlterAction::SetNotNull { column: column.name.clone(), not_null: true };
                    vec![alter(table, action)]
                }
                None => Vec::new(),
            }
        }
        (Some(Object::Enum(_)), Change::Different(_)) => labels(fixed, expected, difference.actual_oid, wanted),
        _ => Vec::new(),
    }
}

/// The labels that are lacking, each in its place; nothing where the others are in another order.
fn labels(fixed: &Catalog, expected: &Catalog, found: Option<Oid>, wanted: Oid) -> Vec<Command> {
    let (Some(Object::Enum(found)), Some(Object::Enum(ty))) =
        (found.and_then(|oid| fixed.get(oid)), expected.get(wanted))
    else {
        return Vec::new();
    };
    let there: Vec<&String> = ty.labels.iter().filter(|label| found.labels.contains(label)).collect();
    let Some(name) = expected.qname(wanted).filter(|_| found.labels.iter().eq(there.iter().copied())) else {
        return Vec::new();
    };
    let place = |at: usize| match at.checked_sub(1).map(|before| ty.labels[before].clone()) {
        Some(before) => Some(EnumPosition::After(before)),
        None => there.first().map(|first| EnumPosition::Before((*first).clone())),
    };
    let lacking = ty.labels.iter().enumerate().filter(|(_, label)| !found.labels.contains(label));
    lacking
        .map(|(at, label)| {
            Command::Type(Type::AddValue {
                name: name.clone(),
                if_not_exists: false,
                label: label.clone(),
                position: place(at),
            })
        })
        .collect()
}
