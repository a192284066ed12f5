//! Per revision: did it run on this database, as far as its traces tell?

use super::timeline::Timelines;
use crate::catalog::ObjectId;
use crate::pg::expr::Comparison;
use crate::replay::At;

/// What a revision's traces say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every trace that the database can show is there.
    Applied,
    /// `present` of `all` traces are there.
    Partial {
        /// Those that are there.
        present: usize,
        /// All that could be told.
        all: usize,
    },
    /// No trace is there.
    Absent,
    /// It leaves no trace: rows only, or undone by a later revision.
    NoTrace,
    /// Its effects, or what the database shows of them, are not known.
    Unknown,
}

/// One trace of a revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The object.
    pub object: ObjectId,
    /// The step that made the trace.
    pub at: At,
    /// `Some(true)`: the database has it as this revision left it; `Some(false)`: it does not; `None`: not known.
    pub present: Option<bool>,
}

/// The evidence on the revision at `position`.
fn evidence(position: usize, timelines: &Timelines) -> Vec<Evidence> {
    let mut found = Vec::new();
    for (object, timeline) in &timelines.by_object {
        let Some(index) = timeline.values.iter().rposition(|(at, _)| at.revision == position) else { continue };
        let before = timeline.values[..index].iter().rposition(|(at, _)| at.revision != position);
        let later = timeline.values.len() > index + 1;
        let present = match timeline.verdict(Some(index)) {
            Comparison::Same => {
                // The same before and after tells nothing.
                if *timeline.verdict(before) == Comparison::Same {
                    continue;
                }
                Some(true)
            }
            Comparison::Unknown(_) => None,
            // What a later revision changed again tells nothing, unless the database still has what was there before.
            Comparison::Different if later && *timeline.verdict(before) != Comparison::Same => continue,
            Comparison::Different
                if later
                    && (index + 1..timeline.values.len())
                        .any(|later| *timeline.verdict(Some(later)) == Comparison::Same) =>
            {
                continue;
            }
            Comparison::Different => Some(false),
        };
        found.push(Evidence { object: object.clone(), at: timeline.values[index].0, present });
    }
    found
}

/// The verdict on every revision, in upgrade order. `unknown` says of which revisions the effects are not known.
pub fn verdicts(count: usize, timelines: &Timelines, unknown: impl Fn(usize) -> bool) -> Vec<(Verdict, Vec<Evidence>)> {
    (0..count)
        .map(|position| {
            let evidence = evidence(position, timelines);
            let told: Vec<bool> = evidence.iter().filter_map(|evidence| evidence.present).collect();
            let present = told.iter().filter(|present| **present).count();
            let verdict = match (told.len(), present) {
                (0, _) if unknown(position) || !evidence.is_empty() => Verdict::Unknown,
                (0, _) => Verdict::NoTrace,
                (all, present) if all == present => Verdict::Applied,
                (_, 0) => Verdict::Absent,
                (all, present) => Verdict::Partial { present, all },
            };
            (verdict, evidence)
        })
        .collect()
}
