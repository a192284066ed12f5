//! Differences, with who introduced what.

use super::super::{Change, Drift, Introduced, ObjectName};
use crate::catalog::ObjectId;
use crate::diff::{Change as DiffChange, Difference};
use crate::locate::Timelines;
use crate::replay::{At, Replay};
use crate::source::Sources;

/// An object's identity in the report's words.
pub fn object_name(id: &ObjectId) -> ObjectName {
    let text = |name: &crate::pg::ident::Ident| name.as_str().to_string();
    ObjectName {
        kind: snake(&format!("{:?}", id.kind)),
        schema: id.schema.as_ref().map(text),
        table: id.table.as_ref().map(text),
        name: text(&id.name),
    }
}

/// `MaterializedView` as `materialized_view`.
pub fn snake(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// Every difference, one entry per differing attribute.
pub fn drift(differences: &[Difference], timelines: &Timelines, replay: &Replay, sources: &Sources) -> Vec<Drift> {
    differences.iter().flat_map(|difference| entries(difference, timelines, replay, sources)).collect()
}

fn entries(difference: &Difference, timelines: &Timelines, replay: &Replay, sources: &Sources) -> Vec<Drift> {
    let base = |change| Drift {
        change,
        counts: difference.is_drift(),
        object: object_name(&difference.id),
        attribute: None,
        expected: None,
        actual: None,
        introduced_by: introduced_by(&difference.id, timelines, replay, sources),
        note: note(difference),
    };
    match &difference.change {
        DiffChange::Missing => vec![base(Change::Missing)],
        DiffChange::Extra => vec![base(Change::Extra)],
        DiffChange::Uncompared(reason) => vec![Drift { note: Some(reason.to_string()), ..base(Change::Uncompared) }],
        DiffChange::Different(attributes) => attributes
            .iter()
            .map(|attribute| Drift {
                attribute: Some(attribute.name.to_string()),
                expected: attribute.expected.as_ref().map(ToString::to_string),
                actual: attribute.actual.as_ref().map(ToString::to_string),
                ..base(Change::Different)
            })
            .collect(),
    }
}

/// What the differ knows besides.
fn note(difference: &Difference) -> Option<String> {
    let text = match difference {
        Difference { naming: true, .. } => {
            "only the name differs, and nobody wrote the expected one: a naming convention made it"
        }
        Difference { baseline: true, .. } => "part of what the project had before its first revision",
        Difference { foreign: true, .. } => "no revision mentions it",
        Difference { .. } => return None,
    };
    Some(text.to_string())
}

/// The last step that gave the object the form that is expected, or the one that took it away.
fn introduced_by(id: &ObjectId, timelines: &Timelines, replay: &Replay, sources: &Sources) -> Option<Introduced> {
    let (at, _) = timelines.by_object.get(id)?.values.last()?;
    let At { revision, step } = *at;
    let replayed = replay.revisions.iter().find(|replayed| replayed.position == revision)?;
    let span = replayed.steps.get(step)?.span?;
    let place = sources.location(span);
    Some(Introduced {
        revision: replay.history.order[revision].clone(),
        file: place.path.to_string(),
        line: Some(place.line),
    })
}
