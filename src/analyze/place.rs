//! Where a database stands, with the alternative branches of a history told apart.

use crate::locate::{Actual, Located, Timelines, locate};
use crate::replay::history::{History, Members};
use crate::replay::{Replay, Replayed, Subject, replay};

/// The history as the database has run it, and the place of the database in it.
pub struct Placed {
    /// All revisions that can be in one database together: the whole history, or one of its alternatives.
    pub world: Members,
    /// Its replay.
    pub replay: Replay,
    /// What it says of each object, compared with the database.
    pub timelines: Timelines,
    /// The place.
    pub located: Located,
    /// The revisions outside of `world`, as their own alternative replays them.
    others: Vec<Replayed>,
}

impl Placed {
    /// Replays the history and finds the place. `watch` is called once per revision of the whole history.
    ///
    /// Some histories end in several heads of which a database has only one: the branches make the same tables, so that no
    /// `upgrade heads` can run them one after the other. Then each head is replayed with its own ancestors only, and the one
    /// that the database is nearest to is taken; where several are equally near, the one that the version rows name.
    pub fn find(
        subject: &Subject<'_>,
        actual: &Actual<'_>,
        recorded: Option<&Members>,
        mut watch: impl FnMut(),
    ) -> Placed {
        let history = subject.history;
        let whole = Placed::within(subject, actual, history.everything(), &mut watch);
        let worlds = alternatives(history, &whole.replay);
        if worlds.len() < 2 {
            return whole;
        }
        let mut found: Vec<Placed> =
            worlds.into_iter().map(|world| Placed::within(subject, actual, world, &mut || ())).collect();
        let named = |world: &Members| recorded.is_some_and(|rows| rows.count() > 0 && world.covers(rows));
        let cost = |placed: &Placed| {
            let elsewhere = found
                .iter()
                .flat_map(|other| other.timelines.by_object.keys())
                .filter(|id| actual.objects.contains_key(*id) && !placed.timelines.by_object.contains_key(*id))
                .collect::<std::collections::BTreeSet<_>>();
            (placed.located.mismatches + elsewhere.len(), !named(&placed.world))
        };
        let best = (0..found.len()).min_by_key(|&index| cost(&found[index])).unwrap_or(0);
        let mut best = found.swap_remove(best);
        for other in found {
            for replayed in other.replay.revisions {
                let known = best.others.iter().any(|one| one.position == replayed.position);
                if !best.world.has(replayed.position) && !known {
                    best.others.push(replayed);
                }
            }
        }
        best
    }

    fn within(subject: &Subject<'_>, actual: &Actual<'_>, world: Members, watch: &mut dyn FnMut()) -> Placed {
        let mut timelines = Timelines::default();
        let replay = replay(subject, &world, |steps, catalog| {
            watch();
            timelines.note(steps, catalog, actual);
        });
        timelines.settle_names(actual);
        if subject.naming_unknown.is_some() {
            timelines.settle_renames(actual);
        }
        timelines.settle_missed(&replay, actual);
        let located = locate(subject.history, &timelines, actual, &world);
        Placed { world, replay, timelines, located, others: Vec::new() }
    }

    /// The other states of the tie: those that have the place's schema, and those that may have it, because not all that the revisions between
    /// them do is known. With a revision that cannot be replayed and without it nothing is the same.
    pub fn tie<'a>(&'a self, place: &'a Members) -> (Vec<&'a Members>, Vec<&'a Members>) {
        let failed: Vec<usize> =
            self.replay.revisions.iter().filter(|one| conflicts(one)).map(|one| one.position).collect();
        let others = self.located.states.iter().filter(move |state| {
            *state != place && failed.iter().all(|position| state.has(*position) == place.has(*position))
        });
        others.partition(|state| self.timelines.same_schema(place, state))
    }

    /// What each revision does, in upgrade order; those of other alternatives as they do it there.
    pub fn revisions(&self) -> Vec<&Replayed> {
        let mut all: Vec<&Replayed> = self.replay.revisions.iter().chain(&self.others).collect();
        all.sort_by_key(|replayed| replayed.position);
        all
    }
}

/// The sets of revisions that can be in one database together, where the replay of the whole history shows that not all can.
fn alternatives(history: &History, whole: &Replay) -> Vec<Members> {
    let failed: Vec<usize> =
        whole.revisions.iter().filter(|one| conflicts(one)).map(|replayed| replayed.position).collect();
    let heads = history.tops(&history.everything());
    // A revision that fails in every head's own history fails for a reason of its own.
    let worlds: Vec<Members> = heads.iter().map(|&head| history.closure([head])).collect();
    let told_apart = |position: &usize| worlds.iter().any(|world| !world.has(*position));
    if failed.iter().any(told_apart) { worlds } else { Vec::new() }
}

/// It cannot be replayed after those before it.
fn conflicts(replayed: &Replayed) -> bool {
    replayed.unknown.as_ref().is_some_and(|reason| reason.kind == crate::replay::NOT_REPLAYABLE)
}
