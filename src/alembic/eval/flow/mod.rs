//! Code under a condition that is not known.
//!
//! Both sides run, each from the same state, with the reason on [`Run::uncertain`](crate::alembic::run::Run::uncertain) so that
//! what they do to the database is recorded as `may`. Every change of a name, an attribute or a container is recorded in a
//! journal, and the database has one of its own; after a side its changes are taken back, and at the end both outcomes are
//! merged: what both sides agree on is known, everything else is unknown.
//!
//! A side that leaves early (`return`, `break`, `continue`, an exception that a `try` around it may catch) makes the rest of the
//! function, loop or `try` the continuation of the other side: a [`Region`] that stays open until that construct ends. An
//! exception that nothing could catch would end the whole upgrade: it is recorded in `may_fail`, and what follows assumes that
//! it was not raised.

mod region;
mod standing;
mod write;

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::container::{Dict, List, Namespace, Set};
use super::doubt::Caught;
use super::scope::Frame;
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::alembic::run::{self, Fork, MayFail};
use crate::pg::error::Reason;
use write::Write;
pub(super) use write::merge;

/// Entries of the journal among which a container is looked for before it is recorded again.
const RECENT: usize = 16;

/// How a block ended.
#[derive(Clone, Debug)]
pub(super) enum Flow {
    Normal,
    Return(Value),
    Break,
    Continue,
}

/// How a side left early.
#[derive(Clone, Debug)]
pub(super) enum Exit {
    Return(Value),
    Break,
    Continue,
    Raise,
}

/// The rest of a construct that runs only if a side which left early was not taken.
#[derive(Debug)]
struct Region {
    reason: Reason,
    /// What the side that left has changed.
    changes: Changes,
    begin: Begin,
    exit: Exit,
}

/// What a side has changed: in the program, and in the database.
#[derive(Debug)]
struct Changes {
    writes: Vec<Write>,
    run: run::Side,
}

/// Where a side begins.
#[derive(Clone, Debug)]
struct Begin {
    /// Length of the journal.
    mark: usize,
    fork: Rc<Fork>,
}

/// An exception that may have been raised inside a `try`.
pub(super) type Pending = (Reason, Value);

/// The state of unknown flow.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Old contents.
    journal: Vec<Write>,
    /// Where the innermost open side began, or a later place.
    mark: usize,
    /// Open sides and regions: while there is one, changes are recorded.
    layers: usize,
    /// The state of the run where each of them began.
    forks: Vec<Rc<Fork>>,
    regions: Vec<Region>,
    /// Per `try` body that is running: what may have been raised in it.
    pub tries: Vec<Vec<Pending>>,
    /// Per `try` body that is running: what its handlers catch.
    pub caught: Vec<Caught>,
}

/// How a side ended.
enum Side {
    Flow(Flow),
    /// It may end here by an exception.
    Raised,
}

impl Vm {
    pub(super) fn record_name(&mut self, namespace: &Rc<Namespace>, name: &Rc<str>, old: Option<Value>) {
        if self.flow.layers > 0 {
            self.flow.journal.push(Write::Name(namespace.clone(), name.clone(), old));
        } else {
            super::container::discard(old);
        }
    }

    /// Whether one of the last entries holds the content that a container had when the innermost side began: a loop that
    /// fills a container records it once.
    fn is_recorded(&self, place: usize) -> bool {
        let from = self.flow.journal.len().saturating_sub(RECENT).max(self.flow.mark);
        self.flow.journal.get(from..).is_some_and(|recent| recent.iter().any(|write| write.place() == (place, None)))
    }

    /// A recorded content takes memory; the next step stops if it is too much.
    fn account(&mut self, items: usize) {
        self.memory = self.memory.saturating_add(items.saturating_mul(std::mem::size_of::<Value>()));
    }

    /// To be called before a list changes.
    pub fn touch_list(&mut self, list: &Rc<RefCell<List>>) {
        self.list_grows(list);
        list.borrow_mut().beginning.clear();
    }

    /// To be called before something is appended to a list.
    pub fn list_grows(&mut self, list: &Rc<RefCell<List>>) {
        let place = Rc::as_ptr(list).cast::<()>() as usize;
        if self.flow.layers > 0 && !self.is_recorded(place) {
            self.account(list.borrow().known_items().len());
            self.flow.journal.push(Write::List(list.clone(), list.borrow().clone()));
        }
        list.borrow_mut().doubtful.clear();
    }

    /// To be called before a dict changes.
    pub fn touch_dict(&mut self, dict: &Rc<RefCell<Dict>>) {
        let place = Rc::as_ptr(dict).cast::<()>() as usize;
        if self.flow.layers > 0 && !self.is_recorded(place) {
            self.account(dict.borrow().len());
            self.flow.journal.push(Write::Dict(dict.clone(), dict.borrow().clone()));
        }
    }

    /// To be called before a set changes.
    pub fn touch_set(&mut self, set: &Rc<RefCell<Set>>) {
        let place = Rc::as_ptr(set).cast::<()>() as usize;
        if self.flow.layers > 0 && !self.is_recorded(place) {
            self.account(set.borrow().dict.len());
            self.flow.journal.push(Write::Set(set.clone(), set.borrow().clone()));
        }
    }

    /// Takes back all changes of a side and gives what they had made.
    fn take(&mut self, begin: &Begin) -> Changes {
        Changes { writes: self.take_writes(begin.mark), run: self.run.take_side(&begin.fork) }
    }

    /// Makes everything as a side has left it.
    fn put(&mut self, changes: Changes) {
        for write in changes.writes {
            self.write(write);
        }
        self.run.put_side(changes.run);
    }

    /// No changes at all, from here.
    fn no_changes(&mut self) -> Changes {
        let fork = self.run.fork();
        Changes { writes: Vec::new(), run: self.run.take_side(&fork) }
    }

    fn take_writes(&mut self, mark: usize) -> Vec<Write> {
        let mut seen = HashSet::new();
        let mut made = Vec::new();
        let entries: Vec<Write> = self.flow.journal.drain(mark.min(self.flow.journal.len())..).collect();
        for old in entries {
            if seen.insert(old.place()) {
                made.push(old.current());
                old.put();
            }
        }
        made
    }

    fn write(&mut self, write: Write) {
        if self.flow.layers > 0 {
            let old = write.current();
            self.flow.journal.push(old);
        }
        write.put();
    }

    /// Makes the state what both sides agree on.
    fn merge(&mut self, a: Changes, b: Changes, reason: &Reason) {
        self.run.join_sides(a.run, b.run, reason);
        let (a, b) = (a.writes, b.writes);
        let b_places: std::collections::HashMap<_, usize> =
            b.iter().enumerate().map(|(at, write)| (write.place(), at)).collect();
        let a_places: HashSet<_> = a.iter().map(Write::place).collect();
        let only_b: Vec<Write> = b.iter().filter(|write| !a_places.contains(&write.place())).cloned().collect();
        for write in a {
            let other = match b_places.get(&write.place()) {
                Some(&at) => b[at].clone(),
                None => write.current(),
            };
            self.write(write.merge(&other, reason));
        }
        for write in only_b {
            let other = write.current();
            self.write(write.merge(&other, reason));
        }
    }

    /// Runs something for what it would be, and takes back all that it did. `None` where a bound was reached.
    pub(super) fn rehearse(&mut self, reason: &Reason, run: impl FnOnce(&mut Vm) -> Eval<Value>) -> Option<()> {
        let (steps, may_fail, unknown_calls) = (self.run.steps.len(), self.run.may_fail.len(), self.unknown_calls);
        let (observer, watch) = (self.run.observer.take(), self.run.watch.take());
        let trace = self.run.trace.len();
        let begin = self.open(reason);
        let from = self.regions();
        let result = run(self);
        self.close(from, |_| true);
        self.take(&begin);
        self.shut();
        self.run.trace.truncate(trace);
        self.run.steps.truncate(steps);
        self.run.may_fail.truncate(may_fail);
        self.unknown_calls = unknown_calls;
        (self.run.observer, self.run.watch) = (observer, watch);
        self.refuel();
        match result {
            Ok(_) | Err(Raise::Exception(_)) => Some(()),
            Err(Raise::Stop(_)) => None,
        }
    }

    fn open(&mut self, reason: &Reason) -> Begin {
        self.run.uncertain.push(reason.clone());
        self.run.sides += 1;
        self.flow.layers += 1;
        self.flow.mark = self.flow.journal.len();
        let fork = Rc::new(self.run.fork());
        self.flow.forks.push(fork.clone());
        Begin { mark: self.flow.mark, fork }
    }

    fn shut(&mut self) {
        self.run.uncertain.pop();
        self.run.sides -= 1;
        self.flow.forks.pop();
        self.flow.layers -= 1;
        self.flow.mark = self.flow.journal.len();
    }

    /// Records an exception of which it is not known whether it is raised.
    pub(super) fn may_raise(&mut self, reason: Reason, exception: Value) {
        match self.flow.tries.last_mut() {
            Some(pending) => pending.push((reason, exception)),
            None => {
                let span = self.origin(&Raise::Exception(exception.clone()));
                let refusal = self.refusal(&exception);
                // What happens for some rows only does not happen without them, whatever else it depends on.
                let on_rows = self.run.uncertain.iter().find(|reason| reason.kind == "row-data").cloned();
                let reason = on_rows.unwrap_or(reason);
                self.run.may_fail.push(MayFail { reason, refusal, span });
            }
        }
    }

    /// Something of which it is not known whether it raises here: in the body of a `try` what follows may not run.
    pub fn may_raise_here(&mut self, reason: &Reason, exception: Value) {
        let in_try = !self.flow.tries.is_empty();
        self.may_raise(reason.clone(), exception);
        if in_try {
            let begin = self.open(reason);
            let changes = self.no_changes();
            self.region(reason.clone(), changes, begin, Exit::Raise);
        }
    }

    /// Runs a side; its changes are in the journal from the mark on.
    /// Exits from it of which it was not known whether they are taken are put into `early`.
    fn side(
        &mut self,
        reason: &Reason,
        early: &mut Vec<(Reason, Exit)>,
        run: impl FnOnce(&mut Vm) -> Eval<Flow>,
    ) -> Eval<(Begin, Side)> {
        let begin = self.open(reason);
        let from = self.regions();
        let result = self.leaving(run);
        let mut left = self.close(from, |_| true);
        let side = match result {
            Ok(flow) => Side::Flow(flow),
            Err(Raise::Exception(exception)) => {
                self.may_raise(reason.clone(), exception);
                Side::Raised
            }
            Err(stop) => return Err(stop),
        };
        early.append(&mut left);
        Ok((begin, side))
    }

    /// Runs both sides of a condition that is not known.
    pub(super) fn branch(
        &mut self,
        frame: &mut Frame<'_>,
        reason: Reason,
        a: impl FnOnce(&mut Vm, &mut Frame<'_>) -> Eval<Flow>,
        b: impl FnOnce(&mut Vm, &mut Frame<'_>) -> Eval<Flow>,
    ) -> Eval<Flow> {
        let mut early = Vec::new();
        let result = self.branches(frame, reason, &mut early, a, b);
        self.reopen(early);
        result
    }

    fn branches(
        &mut self,
        frame: &mut Frame<'_>,
        reason: Reason,
        early: &mut Vec<(Reason, Exit)>,
        a: impl FnOnce(&mut Vm, &mut Frame<'_>) -> Eval<Flow>,
        b: impl FnOnce(&mut Vm, &mut Frame<'_>) -> Eval<Flow>,
    ) -> Eval<Flow> {
        let (begin, side_a) = self.side(&reason, early, |vm| a(vm, frame))?;
        let a = self.take(&begin);
        self.shut();
        let (begin, side_b) = self.side(&reason, early, |vm| b(vm, frame))?;
        let flow_a = match side_a {
            Side::Flow(flow) => flow,
            Side::Raised => {
                return match side_b {
                    Side::Flow(flow) if self.flow.tries.is_empty() => {
                        // The other side is what happens in every run that goes on.
                        self.shut();
                        Ok(flow)
                    }
                    Side::Flow(Flow::Normal) => {
                        self.region(reason, a, begin, Exit::Raise);
                        Ok(Flow::Normal)
                    }
                    Side::Flow(flow) => {
                        let b = self.take(&begin);
                        self.shut();
                        self.merge(a, b, &reason);
                        Ok(flow)
                    }
                    Side::Raised => {
                        let b = self.take(&begin);
                        self.shut();
                        self.merge(a, b, &reason);
                        self.both_raised()
                    }
                };
            }
        };
        match side_b {
            Side::Raised => {
                let b = self.take(&begin);
                self.shut();
                if self.flow.tries.is_empty() {
                    self.put(a);
                    return Ok(flow_a);
                }
                match flow_a {
                    Flow::Normal => {
                        let begin = self.open(&reason);
                        self.put(a);
                        self.region(reason, b, begin, Exit::Raise);
                        Ok(Flow::Normal)
                    }
                    flow => {
                        self.merge(a, b, &reason);
                        Ok(flow)
                    }
                }
            }
            Side::Flow(flow_b) => match (exit(&flow_a), exit(&flow_b)) {
                (Some(left), None) => {
                    self.region(reason, a, begin, left);
                    Ok(Flow::Normal)
                }
                (None, Some(left)) => {
                    let b = self.take(&begin);
                    self.shut();
                    let begin = self.open(&reason);
                    self.put(a);
                    self.region(reason, b, begin, left);
                    Ok(Flow::Normal)
                }
                (None, None) => {
                    let b = self.take(&begin);
                    self.shut();
                    self.merge(a, b, &reason);
                    Ok(Flow::Normal)
                }
                (Some(left), Some(_)) => match (flow_a, flow_b) {
                    (Flow::Return(x), Flow::Return(y)) => {
                        let b = self.take(&begin);
                        self.shut();
                        self.merge(a, b, &reason);
                        Ok(Flow::Return(merge(&x, &y, &reason)))
                    }
                    (_, flow_b) => {
                        // Whatever runs after this runs only if the second side was taken.
                        self.region(reason, a, begin, left);
                        Ok(flow_b)
                    }
                },
            },
        }
    }

    /// Both sides raise: an exception is certain. It is the later one of those that were recorded.
    fn both_raised(&mut self) -> Eval<Flow> {
        let exception = match self.flow.tries.last_mut() {
            Some(pending) => pending.pop().map(|(_, exception)| exception),
            None => self.run.may_fail.pop().map(|failure| {
                // Of two that are the same the first has no other outcome either.
                if self.run.may_fail.last().is_some_and(|other| other.refusal == failure.refusal) {
                    self.run.may_fail.pop();
                }
                self.exception_of(failure.refusal)
            }),
        };
        match exception {
            Some(exception) => Err(Raise::Exception(exception)),
            None => Ok(Flow::Normal),
        }
    }

    /// Runs something that may or may not run at all.
    pub(super) fn maybe(
        &mut self,
        frame: &mut Frame<'_>,
        reason: Reason,
        run: impl FnOnce(&mut Vm, &mut Frame<'_>) -> Eval<Flow>,
    ) -> Eval<Flow> {
        self.branch(frame, reason, run, |_, _| Ok(Flow::Normal))
    }
}

fn exit(flow: &Flow) -> Option<Exit> {
    match flow {
        Flow::Normal => None,
        Flow::Return(value) => Some(Exit::Return(value.clone())),
        Flow::Break => Some(Exit::Break),
        Flow::Continue => Some(Exit::Continue),
    }
}
