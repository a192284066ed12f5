//! A run that goes on in two ways, because a condition is not known: each side runs for real from the same state, then both
//! are joined.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Action, Run, Step};
use crate::catalog::listing::Change;
use crate::catalog::{self, Mark, Oid, Session};
use crate::pg::error::{Reason, Refusal};
use crate::pg::ident::QName;

/// The state from which a side starts.
#[derive(Clone, Debug)]
pub struct Fork {
    mark: Mark,
    session: Session,
    created_types: BTreeSet<QName>,
    autocommit: bool,
    begun: bool,
    steps: usize,
}

/// What a side has done.
#[derive(Clone, Debug)]
pub struct Side {
    database: catalog::Side,
    /// What the run was like at its end.
    end: Fork,
    steps: Range<usize>,
    /// What its steps changed, by step. The steps themselves hold it only while the side is known to be what happens.
    changes: Vec<(usize, Vec<Change>)>,
}

impl Run {
    /// Where the run is: a side that begins here can be taken back to it.
    pub fn fork(&self) -> Fork {
        Fork {
            mark: self.catalog.mark(),
            session: self.session.clone(),
            created_types: self.created_types.clone(),
            autocommit: self.autocommit,
            begun: self.begun,
            steps: self.steps.len(),
        }
    }

    fn resume(&mut self, fork: &Fork) {
        self.session = fork.session.clone();
        self.created_types.clone_from(&fork.created_types);
        self.autocommit = fork.autocommit;
        self.begun = fork.begun;
    }

    /// Takes back everything since `fork` and gives what it was. The steps stay recorded.
    pub fn take_side(&mut self, fork: &Fork) -> Side {
        let end = self.fork();
        let (database, undone) = self.catalog.take_side(fork.mark);
        if let Some(watch) = &mut self.watch {
            watch.follow(&self.catalog, &undone);
        }
        self.resume(fork);
        let steps = fork.steps..self.steps.len();
        let taken = |(at, step): (usize, &mut Step)| (at, std::mem::take(&mut step.changes));
        let changes = steps.clone().zip(&mut self.steps[steps.clone()]).map(taken).collect();
        Side { database, end, steps, changes }
    }

    /// Goes on as a side that was taken back had left it.
    pub fn put_side(&mut self, side: Side) {
        let mark = self.catalog.mark();
        self.catalog.put_side(&side.database);
        if let Some(watch) = &mut self.watch {
            watch.follow(&self.catalog, self.catalog.deltas_since(mark));
        }
        self.resume(&side.end);
        for (at, changes) in side.changes {
            self.steps[at].changes = changes;
        }
    }

    /// Goes on from two sides that began at the same state, which is the present one.
    pub fn join_sides(&mut self, a: Side, b: Side, reason: &Reason) {
        let mark = self.catalog.mark();
        self.catalog.join(&a.database, &b.database, reason);
        let joined = match &mut self.watch {
            Some(watch) => watch.follow(&self.catalog, self.catalog.deltas_since(mark)),
            None => Vec::new(),
        };
        // Each change belongs to the step that touched its object last.
        let last = a.steps.end.max(b.steps.end).checked_sub(1);
        let origin = |change: &Change| {
            let mut steps = a.changes.iter().chain(&b.changes).rev();
            let touching = steps.find(|(_, changes)| changes.iter().any(|one| one.oid == change.oid));
            touching.map(|(at, _)| *at).or(last)
        };
        for change in joined {
            if let Some(at) = origin(&change)
                && let Some(step) = self.steps.get_mut(at)
            {
                step.changes.push(change);
            }
        }
        self.session.wait_as_either(&a.end.session, &b.end.session);
        let labels = self.join_new_labels(&a.end.session, &b.end.session);
        if !labels || !same_session(&a.end.session, &b.end.session) {
            let what = format!("whether the session changes is not known: {reason}");
            let reason = Reason { span: reason.span, ..Reason::new("uncertain-session", what) };
            self.steps.push(Step {
                span: self.place(),
                action: Action::Unmodelled(reason.clone()),
                may: self.uncertain.last().cloned(),
                outcome: Err(Refusal::Unmodelled(reason)),
                changes: Vec::new(),
                missed: Vec::new(),
            });
        }
        // A type that only one side has created may be there; what SQLAlchemy then does meets that.
        self.created_types = a.end.created_types.intersection(&b.end.created_types).cloned().collect();
        if self.session.transaction.is_none() {
            self.session.committed = self.catalog.mark();
        }
    }

    /// Labels that only one side has added are new if they are there at all: their enum is in doubt, and who reads one of them learns
    /// that. False where the enum itself is known: then it is not known whether they can be read.
    fn join_new_labels(&mut self, a: &Session, b: &Session) -> bool {
        let of = |one: &Session, other: &Session| -> Vec<(Oid, String)> {
            one.new_labels.iter().filter(|label| !other.new_labels.contains(label)).cloned().collect()
        };
        let some: Vec<(Oid, String)> = of(a, b).into_iter().chain(of(b, a)).collect();
        let settled = |ty: Oid| self.catalog.get(ty).is_some() && self.catalog.presence(ty).is_none();
        if some.iter().any(|(ty, _)| settled(*ty)) {
            return false;
        }
        self.session.new_labels = a.new_labels.iter().filter(|label| b.new_labels.contains(label)).cloned().collect();
        self.session.new_labels.extend(some);
        true
    }

    /// Ends a side of which nothing is known any more: what it has done may have been done.
    pub fn doubt_since(&mut self, fork: &Fork, reason: &Reason) {
        let side = self.take_side(fork);
        let other = self.take_side(&self.fork());
        self.join_sides(side, other, reason);
    }
}

/// Equal as far as later statements can tell.
fn same_session(a: &Session, b: &Session) -> bool {
    (&a.search_path, &a.role, a.transaction.is_some(), a.aborted, &a.savepoints)
        == (&b.search_path, &b.role, b.transaction.is_some(), b.aborted, &b.savepoints)
}
