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

/// Evidence, and for an object that is gone the revision without which it was never there: then its absence tells nothing.
type Found = (Evidence, Option<usize>);

/// The evidence on the revision at `position`.
fn evidence(position: usize, timelines: &Timelines) -> Vec<Found> {
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
        let (at, value) = &timeline.values[index];
        let never_there = present == Some(true) && value.is_none() && *timeline.verdict(None) == Comparison::Same;
        let maker = before.filter(|_| never_there).map(|before| timeline.values[before].0.revision);
        found.push((Evidence { object: object.clone(), at: *at, present }, maker));
    }
    found
}

/// The verdict on every revision, in upgrade order. `unknown` says of which revisions the effects are not known.
pub fn verdicts(count: usize, timelines: &Timelines, unknown: impl Fn(usize) -> bool) -> Vec<(Verdict, Vec<Evidence>)> {
    let all: Vec<Vec<Found>> = (0..count).map(|position| evidence(position, timelines)).collect();
    let mut verdicts: Vec<(Verdict, Vec<Evidence>)> = Vec::new();
    // What makes an object comes before what drops it.
    for (position, found) in all.into_iter().enumerate() {
        let is_absent = |maker: usize| verdicts.get(maker).is_some_and(|(verdict, _)| *verdict == Verdict::Absent);
        let evidence: Vec<Evidence> = found
            .into_iter()
            .filter(|(_, maker)| !maker.is_some_and(is_absent))
            .map(|(evidence, _)| evidence)
            .collect();
        verdicts.push((verdict(&evidence, unknown(position)), evidence));
    }
    verdicts
}

fn verdict(evidence: &[Evidence], unknown: bool) -> Verdict {
    let told: Vec<bool> = evidence.iter().filter_map(|evidence| evidence.present).collect();
    let present = told.iter().filter(|present| **present).count();
    match (told.len(), present) {
        (0, _) if unknown || !evidence.is_empty() => Verdict::Unknown,
        (0, _) => Verdict::NoTrace,
        (all, present) if all == present => Verdict::Applied,
        (_, 0) => Verdict::Absent,
        (all, present) => Verdict::Partial { present, all },
    }
}
