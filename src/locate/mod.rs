//! Where a database stands: the state of the history whose schema it has.
//!
//! The replay notes what each revision does to each object. Every such value is compared with the database once; the
//! mismatches of a state then follow from the values that hold in it, and going from one state to the next costs only
//! the objects that the revision between them touches.

mod before;
mod names;
pub mod timeline;
mod verdict;

pub use timeline::{Actual, Timeline, Timelines};
pub use verdict::{Evidence, Verdict, verdicts};

use crate::pg::expr::Comparison;
use crate::replay::history::{History, Members};

/// The answer.
#[derive(Clone, Debug)]
pub struct Located {
    /// The states with the fewest mismatches, smallest first. More than one is a tie: no schema tells them apart.
    pub states: Vec<Members>,
    /// Objects that differ between the database and those states.
    pub mismatches: usize,
    /// Objects of which it is not known whether they differ.
    pub unknown: usize,
    /// Objects of the history that the database has at all.
    pub known_objects: usize,
}

impl Located {
    /// True if the database has the schema of the located states, as far as it can be known. Of a name that nobody wrote, and that is another
    /// in the database, each end may be a mismatch: the one is missing, the other is there without a revision.
    pub fn exact(&self, other_names: usize) -> bool {
        self.mismatches <= 2 * other_names
    }
}

/// What a state costs: mismatches first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Cost {
    mismatches: usize,
    unknown: usize,
}

/// Finds the states whose schema is nearest to the database's, among the states within `world`.
pub fn locate(history: &History, timelines: &Timelines, actual: &Actual<'_>, world: &Members) -> Located {
    let touched = by_revision(history, timelines);
    let mut best = Best::default();
    let mut state = history.nothing();
    let mut running = cost(timelines, &state);
    best.offer(running, &state);
    // In the order of an upgrade, each costs only what its last revision touches.
    for position in world.iter() {
        let with = history.toggled(&state, position);
        let before = std::mem::replace(&mut state, with);
        running = step(running, &touched[position], &before, &state);
        best.offer(running, &state);
    }
    // What `upgrade <revision>` leaves where the history has branches.
    for position in world.iter() {
        let state = history.closure([position]);
        if !best.costs.contains_key(&state) {
            best.offer(cost(timelines, &state), &state);
        }
    }
    climb(history, &touched, &mut best, world);
    let mut states = best.states;
    states.sort_by_key(Members::count);
    let known_objects = timelines.by_object.keys().filter(|object| actual.objects.contains_key(*object)).count();
    Located { states, mismatches: best.cost.mismatches, unknown: best.cost.unknown, known_objects }
}

/// From each best state, puts single revisions in or takes them out while that costs no more: inside branches neither a
/// prefix nor one revision's ancestry need be the state.
fn climb(history: &History, touched: &[Vec<&Timeline>], best: &mut Best, world: &Members) {
    let mut open = best.states.clone();
    let mut tried = 0;
    while let Some(state) = open.pop() {
        let Some(here) = best.costs.get(&state).copied() else { continue };
        for position in history.tops(&state).into_iter().chain(history.next(&state)) {
            let other = history.toggled(&state, position);
            if !world.has(position) || best.costs.contains_key(&other) || tried > MAX_CLIMB {
                continue;
            }
            tried += 1;
            let there = step(here, &touched[position], &state, &other);
            if best.offer(there, &other) {
                open.push(other);
            }
        }
    }
}

/// Bounds the climb where a tie is wide (many branches that leave no trace).
const MAX_CLIMB: usize = 20_000;

#[derive(Default)]
struct Best {
    cost: Cost,
    states: Vec<Members>,
    costs: std::collections::HashMap<Members, Cost>,
}

impl Best {
    /// Keeps the state if none is better; true if it is kept.
    fn offer(&mut self, cost: Cost, state: &Members) -> bool {
        if self.costs.insert(state.clone(), cost).is_some() {
            return false;
        }
        if self.states.is_empty() || cost.mismatches < self.cost.mismatches {
            self.cost = cost;
            self.states = vec![state.clone()];
        } else if cost.mismatches == self.cost.mismatches {
            self.states.push(state.clone());
        } else {
            return false;
        }
        true
    }
}

fn by_revision<'t>(history: &History, timelines: &'t Timelines) -> Vec<Vec<&'t Timeline>> {
    let mut touched = vec![Vec::new(); history.order.len()];
    for timeline in timelines.by_object.values() {
        let mut last = None;
        for (at, _) in &timeline.values {
            if last != Some(at.revision) {
                touched[at.revision].push(timeline);
            }
            last = Some(at.revision);
        }
    }
    touched
}

fn cost(timelines: &Timelines, state: &Members) -> Cost {
    timelines.by_object.values().fold(Cost::default(), |cost, timeline| add(cost, timeline.at(|at| state.has(at)), 1))
}

/// The cost of `after`, which differs from `before` in one revision that touches `timelines`.
fn step(cost: Cost, timelines: &[&Timeline], before: &Members, after: &Members) -> Cost {
    timelines.iter().fold(cost, |cost, timeline| {
        let cost = add(cost, timeline.at(|at| before.has(at)), -1);
        add(cost, timeline.at(|at| after.has(at)), 1)
    })
}

fn add(mut cost: Cost, comparison: &Comparison, sign: isize) -> Cost {
    let slot = match comparison {
        Comparison::Same => return cost,
        Comparison::Different => &mut cost.mismatches,
        Comparison::Unknown(_) => &mut cost.unknown,
    };
    *slot = slot.saturating_add_signed(sign);
    cost
}
