//! Runs revisions: what the schema should be at a state of the history.

pub mod history;
pub mod schema;
mod subject;

use std::rc::Rc;

use history::{History, Members};

use crate::alembic::run::{Action, Observer, Outcome};
use crate::catalog::listing::{Change, Listing};
use crate::catalog::missed::Missed;
use crate::catalog::object::Schema;
use crate::catalog::{Catalog, Object, Session};
use crate::pg::command::{Command, Kind, Opaque};
use crate::pg::error::{Reason, Refusal};
use crate::source::Span;

pub use subject::Subject;

/// The kind of reason for a revision that is refused after those before it, on an empty database.
pub const NOT_REPLAYABLE: &str = "not-replayable";

/// How many refusals of one revision are passed over before it counts as not run.
const ENDURED: usize = 50;

/// A history, or a part of it, that was run on an empty database.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The history.
    pub history: History,
    /// What each revision did, in upgrade order.
    pub revisions: Vec<Replayed>,
    /// The schema at the end.
    pub catalog: Catalog,
}

/// One revision's part.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// Its position in the history.
    pub position: usize,
    /// What it did.
    pub steps: Vec<ReplayStep>,
    /// Why its effects are not fully known.
    pub unknown: Option<Reason>,
}

impl Replayed {
    /// Why not all that it does is known; an operation of which a part is not known counts, too, however little it may touch.
    pub fn not_known(&self) -> Option<Reason> {
        let of_step = |step: &ReplayStep| match &step.action {
            Action::Statement { command, .. } => {
                let why = command.unknown_part()?;
                Some(Reason { span: step.span, ..Reason::new("unknown-part", why) })
            }
            Action::Unmodelled(_) | Action::Rows { .. } => None,
        };
        self.unknown.clone().or_else(|| self.steps.iter().find_map(of_step))
    }
}

/// A place in the history: a step of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// Position of the revision in [`history::History::order`].
    pub revision: usize,
    /// Index of the step within the revision.
    pub step: usize,
}

/// One thing that a revision did.
#[derive(Clone, Debug)]
pub struct ReplayStep {
    /// Its place in the history.
    pub at: At,
    /// Its line.
    pub span: Option<Span>,
    /// What it is.
    pub action: Action,
    /// It may not run at all.
    pub may: Option<Reason>,
    /// It runs whenever Alembic loads the file, whether the revision is applied or not.
    pub loading: bool,
    /// What it changed.
    pub changes: Vec<Change>,
    /// What it needed though no revision had made it.
    pub missed: Vec<Missed>,
}

impl Replay {
    /// Why the revisions may have done more than is known: one of them does something that is not known at all.
    pub fn may_have_done_more(&self) -> Option<Reason> {
        self.unmodelled().next().map(|(_, reason)| reason.clone())
    }

    /// Why what was taken away at that step may have been made again behind it.
    pub fn may_have_made_again(&self, taken: At) -> Option<Reason> {
        self.unmodelled().find(|(at, _)| *at > taken).map(|(_, reason)| reason.clone())
    }

    fn unmodelled(&self) -> impl Iterator<Item = (At, &Reason)> {
        self.revisions.iter().flat_map(|revision| &revision.steps).filter_map(|step| match &step.action {
            Action::Unmodelled(reason) => Some((step.at, reason)),
            Action::Rows { .. } | Action::Statement { .. } => None,
        })
    }

    /// Why an object of that kind that nothing here has made may be the revisions' own all the same: one of them makes some
    /// under names that are not known.
    pub fn may_have_made(&self, kind: Kind) -> Option<Reason> {
        self.revisions.iter().flat_map(|revision| &revision.steps).find_map(|step| match &step.action {
            Action::Statement { command, .. } => match &**command {
                Command::Opaque(Opaque::MakeOne { kind: made, why, .. }) if *made == kind => {
                    let reason = Reason::new("unsupported-statement", why.clone());
                    Some(step.span.map_or(reason.clone(), |span| reason.clone().at(span)))
                }
                _ => None,
            },
            _ => None,
        })
    }
}

/// Runs the revisions of a state in upgrade order on an empty database, or on the baseline where one was given.
///
/// `watch` sees each revision's steps with the catalog after it.
pub fn replay(subject: &Subject<'_>, state: &Members, watch: impl FnMut(&[ReplayStep], &Catalog)) -> Replay {
    replay_seen(subject, state, None, watch)
}

/// The same with somebody who sees each statement.
pub fn replay_seen(
    subject: &Subject<'_>,
    state: &Members,
    observer: Option<Rc<dyn Observer>>,
    mut watch: impl FnMut(&[ReplayStep], &Catalog),
) -> Replay {
    let mut catalog = subject.baseline.clone();
    catalog.open_world = true;
    // The schemas that Alembic's connection works in are there, whoever made them.
    for schema in &subject.settings.search_path {
        if catalog.schema(schema).is_none() {
            catalog.add(Object::Schema(Schema { name: schema.clone(), owner: None }));
        }
    }
    let mark = catalog.mark();
    let mut vm = subject.vm(catalog, Session::new(mark));
    // A replay takes back what a revision did before it failed, so its statements share a transaction whatever `env.py` says.
    vm.run.session.each_alone = subject.settings.autocommit || subject.settings.transactions_unknown.is_some();
    vm.run.share_transaction();
    vm.run.watch = Some(Listing::of(&vm.run.catalog));
    vm.run.observer = observer;
    let mut revisions = Vec::new();
    for position in state.iter() {
        let id = &subject.history.order[position];
        let mut tries = 2_usize;
        vm.run.endured.clear();
        let replayed = loop {
            tries = tries.saturating_sub(1);
            // Each revision on its own transaction: the most lenient way in which the history can have been run.
            let begun = vm.run.begin();
            let run = subject.run(&mut vm, id);
            let failed = match (&begun, &run.outcome) {
                (Err(refusal), _) => Some(refusal.clone()),
                (_, Outcome::Failed { refusal, span, .. }) => Some(match refusal {
                    Refusal::Unmodelled(reason) => {
                        Refusal::Unmodelled(span.map_or(reason.clone(), |span| reason.clone().at(span)))
                    }
                    refusal => refusal.clone(),
                }),
                _ => None,
            };
            let Some(refusal) = failed else {
                let unknown = unknown_of(&run.outcome, &vm.run.steps[run.steps.clone()]);
                let end = vm.run.commit();
                let steps = steps(position, &vm.run.steps[run.steps], run.loading);
                let endured = vm.run.endured.first().map(|(.., reason)| reason.clone());
                break Replayed {
                    position,
                    steps,
                    unknown: endured.or(unknown).or(end.err().map(|refusal| because(id, &refusal, None))),
                };
            };
            // What a rollback cannot be told of is nothing that happened.
            let rolled_back = vm.run.rollback();
            vm.run.watch = Some(Listing::of(&vm.run.catalog));
            if tries > 0 && rolled_back.is_ok() {
                // A run of its own forgets which types were created.
                vm.run.created_types.clear();
                continue;
            }
            let span = match &run.outcome {
                Outcome::Failed { span, .. } => *span,
                Outcome::Finished | Outcome::Unknown(_) => None,
            };
            let reason = because(id, &refusal, span);
            // Databases are past this revision, so it did run there: what else it does is followed, in doubt where it was refused.
            if let (Refusal::Postgres(error), Some(span)) = (&refusal, span)
                && rolled_back.is_ok()
                && vm.run.endured.len() < ENDURED
                && !vm.run.endured.iter().any(|(at, sqlstate, _)| (*at, *sqlstate) == (span, error.sqlstate))
            {
                vm.run.endured.push((span, error.sqlstate, reason));
                vm.run.created_types.clear();
                continue;
            }
            break Replayed { position, steps: Vec::new(), unknown: Some(reason) };
        };
        watch(&replayed.steps, &vm.run.catalog);
        revisions.push(replayed);
    }
    Replay { history: subject.history.clone(), revisions, catalog: vm.run.catalog }
}

fn because(id: &str, refusal: &Refusal, span: Option<Span>) -> Reason {
    let reason = match refusal {
        Refusal::Unmodelled(reason) => reason.clone(),
        Refusal::Postgres(_) | Refusal::Client(_) => {
            Reason::new(NOT_REPLAYABLE, format!("{id} cannot be replayed after those before it: {refusal}"))
        }
    };
    match span {
        Some(span) => reason.at(span),
        None => reason,
    }
}

fn unknown_of(outcome: &Outcome, steps: &[crate::alembic::run::Step]) -> Option<Reason> {
    if let Outcome::Unknown(reason) = outcome {
        return Some(reason.clone());
    }
    steps.iter().find_map(|step| match (&step.action, &step.outcome) {
        (Action::Rows { .. }, _) => None,
        (Action::Unmodelled(reason), _) | (_, Err(Refusal::Unmodelled(reason))) => {
            Some(step.span.map_or(reason.clone(), |span| reason.clone().at(span)))
        }
        (Action::Statement { command, .. }, _) if command.writes_rows() => None,
        (Action::Statement { .. }, _) => {
            // What the sides of an unknown condition agree on is known.
            step.may.clone().filter(|_| step.changes.iter().any(Change::is_uncertain))
        }
    })
}

fn steps(position: usize, steps: &[crate::alembic::run::Step], loading: usize) -> Vec<ReplayStep> {
    steps
        .iter()
        .enumerate()
        .filter(|(_, step)| step.outcome.is_ok() || matches!(step.outcome, Err(Refusal::Unmodelled(_))))
        .enumerate()
        .map(|(index, (ran, step))| ReplayStep {
            at: At { revision: position, step: index },
            span: step.span,
            action: step.action.clone(),
            may: step.may.clone(),
            loading: ran < loading,
            changes: step.changes.clone(),
            missed: step.missed.clone(),
        })
        .collect()
}
