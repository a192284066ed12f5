//! The statements that bring a database to a state: the revisions' own operations, those that are not there yet.
//!
//! The differ only verifies. Making the fix from a state difference would add `expected_wage` empty beside a `wage` that
//! a pending revision renames, and strand every value.

use std::collections::{BTreeMap, BTreeSet};

use super::data_step::{Made, data_step, is_data};
use super::pieces::{Pieces, pieces};
use super::script::segment::in_transaction;
use crate::alembic::run::Action;
use crate::catalog::ObjectId;
use crate::catalog::listing::Change;
use crate::locate::Timelines;
use crate::pg::command::{Command, DataCommand, Kind};
use crate::pg::error::Reason;
use crate::pg::expr::Comparison;
use crate::predict::unproven::Left;
use crate::replay::history::Members;
use crate::replay::{At, Replay, ReplayStep, Replayed};
use crate::source::Span;

/// One statement of a fix.
#[derive(Clone, Debug)]
pub struct FixStep {
    /// The statement.
    pub command: Command,
    /// What it is for.
    pub origin: Origin,
    /// The objects that it brings further.
    pub makes: Vec<ObjectId>,
}

/// What a statement of a fix is for.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// It does what a revision does.
    Revision {
        /// The step of the history.
        at: At,
        /// The line of the revision.
        span: Option<Span>,
    },
    /// Alembic's own table cannot take the rows as it is.
    VersionTable,
    /// An index that is not valid has the name of one that a revision makes.
    InvalidIndex,
}

/// What a data step means for a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFate {
    /// The fix runs it.
    Included,
    /// The stamp passes over it, and a schema cannot show that it ran.
    Unproven,
    /// The stamp passes over it, and the database says that nothing of it is left to do.
    NothingLeft,
}

/// A step on rows that a plan has to do with.
#[derive(Clone, Debug)]
pub struct DataStep {
    /// Its step.
    pub at: At,
    /// Its line.
    pub span: Option<Span>,
    /// Its SQL, or what it does.
    pub what: String,
    /// The statement, where it is one.
    pub statement: Option<DataCommand>,
    /// What the plan does with it.
    pub fate: DataFate,
    /// Why the plan neither runs it nor knows that it ran, where there is more to say than that no schema shows it.
    pub against: Option<String>,
    /// What is left of it, where the plan passes over it.
    pub left: Option<Left>,
}

/// What is to be run, and what stands against it.
#[derive(Clone, Debug, Default)]
pub struct Fix {
    /// In order.
    pub steps: Vec<FixStep>,
    /// Data steps that matter.
    pub data_steps: Vec<DataStep>,
    /// Objects that a revision dropped and that are left, since nothing is dropped by default.
    pub left: Vec<ObjectId>,
    /// Objects that no operation of a revision leads to.
    pub unfinished: Vec<Unfinished>,
    /// Why this fix must not be recommended; empty if nothing is against it.
    pub obstacles: Vec<String>,
}

/// An object that the revisions' own operations do not bring to its expected form.
#[derive(Clone, Debug)]
pub struct Unfinished {
    /// The object.
    pub id: ObjectId,
    /// Why, one clause.
    pub why: String,
}

/// What the user allows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowed {
    /// `--allow-drops`: drop what a revision of the state dropped.
    pub drops: bool,
    /// `--allow-data-loss`: conversions that are not known to keep every value.
    pub data_loss: bool,
}

/// How far each object is along its timeline, restricted to a state.
struct Progress<'t> {
    timelines: &'t Timelines,
    /// The step after which the database's object is as found; `None`: before the first. Objects that are as they should
    /// be at the end are not in here.
    behind: BTreeMap<&'t ObjectId, Option<At>>,
    /// What the fix has made or changed so far. Every later step on it is still to be made, also where the object is absent now
    /// and absent in the end.
    touched: BTreeSet<ObjectId>,
    /// What of it was not there: it holds nothing that anybody has written.
    made: Made,
}

impl<'t> Progress<'t> {
    fn of(timelines: &'t Timelines, state: &Members, unfinished: &mut Vec<Unfinished>) -> Progress<'t> {
        let mut progress =
            Progress { timelines, behind: BTreeMap::new(), touched: BTreeSet::new(), made: Made::default() };
        for (object, timeline) in &timelines.by_object {
            let Some(last) = timeline.index(|revision| state.has(revision)) else { continue };
            if matches!(timeline.verdict(Some(last)), Comparison::Same | Comparison::Unknown(_)) {
                continue;
            }
            let member = |index: &usize| state.has(timeline.values[*index].0.revision);
            let reached =
                (0..last).rev().filter(member).find(|index| *timeline.verdict(Some(*index)) == Comparison::Same);
            match reached {
                Some(index) => {
                    progress.behind.insert(object, Some(timeline.values[index].0));
                }
                None if *timeline.verdict(None) == Comparison::Same => {
                    progress.behind.insert(object, None);
                }
                None => unfinished.push(Unfinished {
                    id: object.clone(),
                    why: format!(
                        "{object} is in a form that no revision gave it, so no revision's operation leads from it to the expected one"
                    ),
                }),
            }
        }
        progress
    }

    /// True if the step's change of this object is still to be made.
    fn lacks(&self, object: &ObjectId, at: At) -> bool {
        let own = match self.behind.get(object) {
            Some(None) => true,
            Some(Some(reached)) => at > *reached,
            None => false,
        };
        own || self.touched.contains(object) || owners(object).any(|owner| self.touched.contains(&owner))
    }

    /// What a step changes: what is still to be made, and what is there. What belongs to a table or a column that the step is to make
    /// is not there, whatever becomes of it later.
    fn split(&self, step: &ReplayStep) -> (Vec<ObjectId>, Vec<ObjectId>) {
        let all = objects(&step.changes);
        let lacking: BTreeSet<&ObjectId> = all.iter().filter(|object| self.lacks(object, step.at)).collect();
        let lacks =
            |object: &ObjectId| lacking.contains(object) || owners(object).any(|owner| lacking.contains(&owner));
        let (lacking, there): (Vec<&ObjectId>, Vec<&ObjectId>) = all.iter().partition(|object| lacks(object));
        (lacking.into_iter().cloned().collect(), there.into_iter().cloned().collect())
    }

    /// True if nothing at all would have to be run.
    fn is_done(&self) -> bool {
        self.behind.is_empty()
    }
}

/// The table that an object is on, and the column that a default is of.
pub(super) fn owners(object: &ObjectId) -> impl Iterator<Item = ObjectId> {
    let table = object.table.as_ref().map(|table| ObjectId {
        kind: Kind::Table,
        schema: object.schema.clone(),
        table: None,
        name: table.clone(),
    });
    let column = (object.kind == Kind::Default).then(|| ObjectId { kind: Kind::Column, ..object.clone() });
    table.into_iter().chain(column)
}

/// All identities that changes touch.
pub fn objects(changes: &[Change]) -> Vec<ObjectId> {
    let mut objects: Vec<ObjectId> = changes
        .iter()
        .flat_map(|change| [&change.before, &change.after])
        .flatten()
        .map(|seen| seen.id.clone())
        .collect();
    objects.sort();
    objects.dedup();
    objects
}

/// Makes the fix that leads to `state`. `recorded` are the revisions that the version rows say ran; `None`: they say nothing.
pub fn fix(
    replay: &Replay,
    timelines: &Timelines,
    state: &Members,
    recorded: Option<&Members>,
    allowed: Allowed,
) -> Fix {
    let mut fix = Fix::default();
    let mut progress = Progress::of(timelines, state, &mut fix.unfinished);
    let is_recorded = |position: usize| recorded.is_some_and(|recorded| recorded.has(position));
    let revisions = || replay.revisions.iter().filter(|revision| state.has(revision.position));
    // Where no row tells, one of which nothing is there has run all the same if a later one has: what it made was lost.
    let left_something = |revision: &&Replayed| revision.steps.iter().any(|step| progress.there(step) > 0);
    let last = revisions().filter(left_something).map(|revision| revision.position).max();
    for revision in revisions() {
        let stage = match Stage::of(&revision.steps, &progress) {
            Stage::Nothing if recorded.is_none() && last.is_some_and(|last| revision.position < last) => Stage::Some,
            stage => stage,
        };
        for step in &revision.steps {
            if is_data(&step.action) {
                data_step(step, stage, is_recorded(revision.position), &progress.made, &mut fix);
                continue;
            }
            let (lacking, there) = progress.split(step);
            if lacking.is_empty() {
                continue;
            }
            if let Some(reason) = &step.may {
                fix.obstacles.push(format!("it is not known whether a step that is needed runs: {reason}"));
                continue;
            }
            if schema_step(step, &lacking, &there, &progress.made, allowed, &mut fix) {
                progress.made.follow(&step.changes, |object| lacking.contains(object));
                progress.touched.extend(lacking);
            }
        }
        if let Some(reason) = &revision.unknown
            && !is_recorded(revision.position)
            && !progress.is_done()
        {
            fix.obstacles.push(unknown_effects(&replay.history.order[revision.position], reason));
        }
    }
    fix.obstacles.dedup();
    fix
}

fn unknown_effects(revision: &str, reason: &Reason) -> String {
    format!("not all that {revision} does is known: {reason}")
}

/// How much of a revision's schema changes is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing: the fix runs the revision as a whole.
    Nothing,
    /// Some.
    Some,
    /// All, or the revision changes no schema.
    All,
}

impl Stage {
    fn of(steps: &[ReplayStep], progress: &Progress<'_>) -> Stage {
        let mut lacking = 0;
        let mut there = 0;
        for step in steps {
            lacking += progress.split(step).0.len();
            there += progress.there(step);
        }
        match (lacking, there) {
            (0, _) => Stage::All,
            (_, 0) => Stage::Nothing,
            _ => Stage::Some,
        }
    }
}

impl Progress<'_> {
    /// How many objects that a step changes are there. What later revisions took away again is there in name only.
    fn there(&self, step: &ReplayStep) -> usize {
        self.split(step).1.iter().filter(|object| !self.is_moot(object)).count()
    }

    /// True if the database's object is absent both now and before the history began, so that its being "as it should be"
    /// says nothing of whether a revision ran.
    fn is_moot(&self, object: &ObjectId) -> bool {
        self.timelines.by_object.get(object).is_none_or(|timeline| *timeline.verdict(None) == Comparison::Same)
    }
}

/// Adds the statements of a step; false where it makes nothing.
fn schema_step(
    step: &ReplayStep,
    lacking: &[ObjectId],
    there: &[ObjectId],
    made: &Made,
    allowed: Allowed,
    fix: &mut Fix,
) -> bool {
    let command = match &step.action {
        Action::Statement { command, .. } => command.as_ref(),
        Action::Rows { .. } => return false,
        Action::Unmodelled(reason) => {
            fix.obstacles.push(format!("a step that is needed is not known: {reason}"));
            return false;
        }
    };
    let pieces = if there.is_empty() {
        Ok(Pieces { commands: vec![command.clone()], rest: Vec::new() })
    } else {
        pieces(command, lacking)
    };
    let (pieces, why) = match pieces {
        Ok(pieces) => (pieces, "has no operation of its own".to_string()),
        Err(why) => (Pieces { commands: Vec::new(), rest: lacking.to_vec() }, why),
    };
    for id in pieces.rest {
        let why = format!("{id} cannot be completed from the operation that made it: {why}");
        fix.unfinished.push(Unfinished { id, why });
    }
    let mut makes = false;
    for command in pieces.commands {
        let own = lacking.iter().all(|object| made.holds(object));
        if super::drops(&command) && !allowed.drops && !own {
            fix.left.extend(lacking.iter().cloned());
            continue;
        }
        let command = in_transaction(command);
        let origin = Origin::Revision { at: step.at, span: step.span };
        fix.steps.push(FixStep { command, origin, makes: lacking.to_vec() });
        makes = true;
    }
    makes
}
