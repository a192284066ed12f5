//! Names that nobody wrote: the database has the object under another one.

use std::collections::BTreeSet;

use super::timeline::{Actual, Timelines};
use crate::catalog::ObjectId;
use crate::pg::expr::Comparison;
use crate::replay::At;

/// A revision gave an object another name.
#[derive(Clone, Debug)]
pub(super) struct Renamed {
    pub(super) from: ObjectId,
    pub(super) to: ObjectId,
    pub(super) at: At,
}

impl Timelines {
    /// When the whole history is known: what the database has under another name is there, unless a revision gave that name.
    pub fn settle_names(&mut self, actual: &Actual<'_>) {
        let mut used = BTreeSet::new();
        let given: BTreeSet<ObjectId> = self.by_object.keys().cloned().collect();
        for timeline in self.by_object.values_mut() {
            let mut others = timeline.others.iter().flatten();
            let Some(&other) = others.next() else { continue };
            let is_given = actual.catalog.id(other).is_none_or(|id| given.contains(&id));
            if is_given || others.any(|one| *one != other) || !used.insert(other) {
                continue;
            }
            for (index, (_, value)) in timeline.values.iter().enumerate() {
                timeline.verdicts[index] = match (value, timeline.others[index]) {
                    (Some(_), Some(_)) => Comparison::Same,
                    (Some(_), None) => continue,
                    (None, _) => Comparison::Different,
                };
            }
            if timeline.absent == Comparison::Same {
                timeline.absent = Comparison::Different;
            }
        }
    }

    /// Where the naming convention is not known, the name that a revision gives may be the one that the object had from the start: it tells
    /// nothing of that revision.
    pub fn settle_renames(&mut self, actual: &Actual<'_>) {
        for Renamed { from, to, at } in std::mem::take(&mut self.renamed) {
            let Some(&given) = actual.objects.get(&to) else { continue };
            let [Some(old), Some(new)] = [self.by_object.get(&from), self.by_object.get(&to)] else { continue };
            let starts_here = new.values.first().is_some_and(|(first, _)| *first == at);
            let before: Vec<usize> = (0..old.values.len()).filter(|&index| old.values[index].0 < at).collect();
            let is_same = |index: &usize| old.values[*index].1.is_none() || old.others[*index] == Some(given);
            if !starts_here || before.is_empty() || !before.iter().all(is_same) {
                continue;
            }
            let earlier: Vec<_> = before.iter().map(|&index| old.values[index].clone()).collect();
            if let Some(old) = self.by_object.get_mut(&from) {
                for index in before {
                    old.verdicts[index] = Comparison::Same;
                }
            }
            if let Some(new) = self.by_object.get_mut(&to) {
                let absent = new.absent.clone();
                let verdict = |value: &Option<_>| if value.is_some() { Comparison::Same } else { absent.clone() };
                new.verdicts.splice(0..0, earlier.iter().map(|(_, value)| verdict(value)).collect::<Vec<_>>());
                new.others.splice(0..0, earlier.iter().map(|_| None));
                new.values.splice(0..0, earlier);
            }
        }
    }
}
