//! What a project had before its first revision, as far as its revisions tell: they need it, and none of them has made it.

use super::timeline::{Actual, Timelines};
use crate::catalog::ObjectId;
use crate::catalog::missed::{Missed, Use};
use crate::pg::command::Kind;
use crate::pg::error::Reason;
use crate::pg::expr::Comparison;
use crate::replay::history::Members;
use crate::replay::{At, Replay, ReplayStep};

/// Something that was there before a revision that needs it.
#[derive(Clone, Debug)]
pub struct Before {
    missed: Missed,
    /// The step that needs it.
    at: At,
    /// The step may not run at all, or needs it not to be there.
    may: bool,
    reason: Reason,
}

impl Timelines {
    /// Notes what a step needed though nothing had made it, and what of that it took away.
    pub(super) fn note_missed(&mut self, step: &ReplayStep, actual: &Actual<'_>) {
        for missed in &step.missed {
            // Whoever makes it only where it is not there does not tell that it was not there.
            let perhaps = match missed.used {
                Use::Ensured => true,
                Use::Made if step.may.is_some() => true,
                Use::Made => continue,
                Use::Needed | Use::Taken | Use::Away => false,
            };
            let is_made = self.by_object.keys().any(|id| missed.is(id) && self.outside(id).is_none());
            if missed.used != Use::Away && !is_made {
                let reason = Reason::new("open-world", "it is made outside of the revisions");
                let reason = step.span.map_or(reason.clone(), |span| reason.clone().at(span));
                let may = perhaps || step.may.is_some();
                self.before.push(Before { missed: missed.clone(), at: step.at, may, reason });
            }
            if perhaps || missed.used == Use::Needed || step.may.is_some() {
                continue;
            }
            let mut ids: Vec<ObjectId> = actual.objects.keys().filter(|id| missed.is(id)).cloned().collect();
            if ids.is_empty() {
                ids.extend(missed.id());
            }
            for id in ids {
                // What had another name before is not told.
                if self.outside(&id).is_some() || self.by_object.contains_key(&id) {
                    let verdict = self.with_nothing(&id, actual);
                    self.push(step.at, &id, None, (verdict, None), actual);
                }
            }
        }
    }

    /// Why an object was there before the first revision, in a form that is not known.
    pub fn outside(&self, id: &ObjectId) -> Option<&Reason> {
        let before = || self.before.iter().find(|before| before.missed.is(id)).map(|before| &before.reason);
        self.outside.get(id).or_else(before)
    }

    /// The step of the state that took an object away which none has made anew.
    pub fn taken_at(&self, id: &ObjectId, state: &Members) -> Option<At> {
        let timeline = self.by_object.get(id)?;
        let (at, value) = &timeline.values[timeline.index(|at| state.has(at))?];
        value.is_none().then_some(*at)
    }

    /// Whether a revision of the state took away what was there before the first revision, and none has made it anew.
    pub fn is_taken(&self, id: &ObjectId, state: &Members) -> bool {
        self.outside(id).is_some() && self.taken_at(id, state).is_some()
    }

    /// When the whole history is known: a database that lacks what a revision needs is not before that revision, unless something
    /// that is not known may have made it on the way.
    pub fn settle_missed(&mut self, replay: &Replay, actual: &Actual<'_>) {
        let known = replay.revisions.iter().take_while(|revision| revision.unknown.is_none());
        let known: Vec<usize> = known.map(|revision| revision.position).collect();
        let has = |kind, schema: &Option<_>, name: &crate::pg::ident::Ident| {
            let id = ObjectId { kind, schema: schema.clone(), table: None, name: name.clone() };
            actual.objects.contains_key(&id)
        };
        // A database that has none of the project's tables is another one, or empty.
        let has_any = self.outside.keys().any(|id| id.kind == Kind::Table && actual.objects.contains_key(id));
        let needed: Vec<&Missed> = self
            .before
            .iter()
            .filter(|before| !before.may && before.missed.is_other && known.contains(&before.at.revision))
            .map(|before| &before.missed)
            .collect();
        for (id, timeline) in &mut self.by_object {
            let stands = id.table.as_ref().map_or(has_any, |table| has(Kind::Table, &id.schema, table));
            if stands && !actual.objects.contains_key(id) && needed.iter().any(|missed| missed.is(id)) {
                timeline.absent = Comparison::Different;
            }
        }
    }
}
