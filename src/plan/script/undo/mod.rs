//! The way back: from the fixed catalog to the one before, schema only.
//!
//! No order is laid down: each step is tried on a copy of the fixed catalog, and what is refused, since something else still hangs
//! on it or has its name, waits until others have gone. What nothing brings back is listed, with the reason, and so is whatever is
//! not as before at the end ([`left`]).

mod back;
mod drop;
mod guard;
mod left;
mod order;
pub mod privileges;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::catalog::{Catalog, Object, ObjectId, Oid, Session};
use crate::diff::Change;
use crate::pg::command::{Command, Transaction};
use crate::pg::error::Refusal;
use crate::replay::schema::create;

/// One step back.
#[derive(Clone, Debug)]
pub struct UndoStep {
    /// The statement.
    pub command: Command,
    /// A query that must give false, with what to say if it does not: values that the step would drop.
    pub guard: Option<(String, String)>,
}

impl UndoStep {
    /// A step that drops no values.
    fn plain(command: Command) -> UndoStep {
        UndoStep { command, guard: None }
    }
}

/// The way back, and what cannot be taken back.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    /// In order.
    pub steps: Vec<UndoStep>,
    /// What stays, one sentence each.
    pub stays: Vec<String>,
    /// What is not what it was, but made again, by its handle before.
    pub again: Vec<Oid>,
    /// What that had.
    pub given: privileges::Given,
}

/// Finds the way from `fixed` back to `start`, of which it is a changed copy: handles mean the same in both.
pub fn undo(start: &Catalog, fixed: &Catalog, session: &Session) -> Undo {
    let mut walk = Walk::new(start, fixed, session);
    if walk.pending.is_empty() && walk.undo.stays.is_empty() {
        return walk.undo;
    }
    loop {
        walk.run();
        if !walk.look_again() {
            return walk.finish();
        }
    }
}

/// What is to be done about one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Want {
    /// It goes.
    Drop(Oid),
    /// It becomes what it was: its handle before, and its handle now.
    Back(Oid, Oid),
    /// It is made again: its handle before.
    Make(Oid),
}

/// Why a want is not fulfilled.
struct Refused {
    why: String,
    /// The model would do it, but the text of something else names it.
    only_named: bool,
}

impl From<String> for Refused {
    fn from(why: String) -> Refused {
        Refused { why, only_named: false }
    }
}

struct Walk<'a> {
    start: &'a Catalog,
    /// What was there.
    names: BTreeMap<ObjectId, Oid>,
    /// The fixed catalog, taken back step by step.
    here: Catalog,
    /// Within the one transaction of the script.
    session: Session,
    pending: Vec<Want>,
    /// What goes with its table, unless it is in the way of that.
    reserve: Vec<Want>,
    /// All that was ever pending.
    known: BTreeSet<Want>,
    /// Statements that brought an object, by its handle before, nearer to what it was: none is sent twice.
    sent: BTreeSet<(Oid, String)>,
    refused: BTreeMap<Want, String>,
    undo: Undo,
}

/// Kinds whose options hold passwords.
const SECRET: &[&str] = &["USER MAPPING", "SUBSCRIPTION"];

impl<'a> Walk<'a> {
    fn new(start: &'a Catalog, fixed: &Catalog, session: &Session) -> Walk<'a> {
        let mut walk = Walk {
            start,
            names: start.comparable().map(|(oid, id)| (id, oid)).collect(),
            here: fixed.clone(),
            session: session.clone(),
            pending: Vec::new(),
            reserve: Vec::new(),
            known: BTreeSet::new(),
            sent: BTreeSet::new(),
            refused: BTreeMap::new(),
            undo: Undo { stays: left::lost(start, fixed), ..Undo::default() },
        };
        let _ = walk.here.execute(&Command::Transaction(Transaction::Begin), &mut walk.session);
        walk.wants(fixed);
        walk
    }

    /// What is there now and was not, what was there and is not, and what is otherwise.
    fn wants(&mut self, fixed: &Catalog) {
        let start = self.start;
        let only_in = |one: &Catalog, other: &Catalog| -> Vec<Oid> {
            one.iter().map(|(oid, _)| oid).filter(|oid| other.get(*oid).is_none() && one.is_comparable(*oid)).collect()
        };
        let (added, lost) = (only_in(fixed, start), only_in(start, fixed));
        let names: BTreeMap<ObjectId, Oid> = added.iter().filter_map(|oid| Some((fixed.id(*oid)?, *oid))).collect();
        let mut replaced = BTreeSet::new();
        let mut wants = Vec::new();
        for was in lost {
            match start.id(was).and_then(|id| names.get(&id)) {
                // A view holds nothing, and it is in the way of what it reads: it goes, and is made again.
                Some(now) if !matches!(fixed.get(*now), Some(Object::View(_))) => {
                    replaced.insert(*now);
                    wants.push(Want::Back(was, *now));
                }
                _ => wants.push(Want::Make(was)),
            }
        }
        let added: BTreeSet<Oid> = added.into_iter().filter(|oid| !replaced.contains(oid)).collect();
        for oid in &added {
            match order::goes_with(fixed, *oid, &added) {
                None => wants.push(Want::Drop(*oid)),
                Some(_) if order::may_be_in_the_way(fixed, *oid) => self.reserve.push(Want::Drop(*oid)),
                Some(_) => {}
            }
        }
        let changed = start.iter().filter(|(oid, old)| {
            fixed.entry(*oid).is_some_and(|new| new.object != old.object) && start.is_comparable(*oid)
        });
        wants.extend(changed.map(|(oid, _)| Want::Back(oid, oid)));
        self.want(wants);
    }

    fn want(&mut self, wants: Vec<Want>) {
        self.known.extend(wants.iter().copied());
        self.pending.extend(wants);
        self.pending.sort_by_key(|want| order::rank(self.start, &self.here, *want));
    }

    /// Does what can be done, until nothing moves any more.
    fn run(&mut self) {
        loop {
            let (steps, count) = (self.undo.steps.len(), self.pending.len());
            let mut only_named = Vec::new();
            for want in std::mem::take(&mut self.pending) {
                if let Err(refused) = self.fulfil(want, false) {
                    if refused.only_named {
                        only_named.push(want);
                    }
                    self.refused.insert(want, refused.why);
                    self.pending.push(want);
                }
            }
            if self.undo.steps.len() == steps && self.pending.len() == count && !self.clear_the_way(&only_named) {
                return;
            }
        }
    }

    /// Where nothing moves: what would have gone with its table goes first, and names in bodies of routines bind nothing.
    fn clear_the_way(&mut self, only_named: &[Want]) -> bool {
        for at in 0..self.reserve.len() {
            let steps = self.undo.steps.len();
            let _ = self.fulfil(self.reserve[at], true);
            if self.undo.steps.len() > steps {
                self.reserve.remove(at);
                return true;
            }
        }
        only_named.iter().any(|want| {
            let done = self.fulfil(*want, true).is_ok();
            if done {
                self.pending.retain(|other| other != want);
            }
            done
        })
    }

    /// Takes up what is not as before though nobody wanted it: what a step has taken along. False if there is nothing new.
    fn look_again(&mut self) -> bool {
        let wants = left::differences(self.start, &self.here).into_iter().filter_map(|difference| {
            Some(match difference.change {
                Change::Missing => Want::Make(difference.expected_oid?),
                Change::Extra => Want::Drop(difference.actual_oid?),
                Change::Different(_) | Change::Uncompared(_) => {
                    Want::Back(difference.expected_oid?, difference.actual_oid?)
                }
            })
        });
        let new: Vec<Want> = wants.filter(|want| !self.known.contains(want)).collect();
        let found = !new.is_empty();
        self.want(new);
        found
    }

    fn finish(mut self) -> Undo {
        let why = self.refused.iter().filter_map(|(want, why)| {
            let id = match want {
                Want::Drop(now) => self.here.id(*now),
                Want::Back(was, _) | Want::Make(was) => self.start.id(*was),
            };
            Some((id?, why.clone()))
        });
        let why: BTreeMap<ObjectId, String> = why.collect();
        self.undo.stays.extend(left::sentences(self.start, &self.here, &why));
        let now: BTreeMap<ObjectId, Oid> = self.here.comparable().map(|(oid, id)| (id, oid)).collect();
        let again = self.names.iter().filter(|(id, was)| now.get(*id).is_some_and(|now| now != *was));
        self.undo.again = again.map(|(_, was)| *was).collect();
        self.undo.again.sort();
        self.undo
    }

    /// Does what is wanted, as far as the model lets it.
    fn fulfil(&mut self, want: Want, force: bool) -> Result<(), Refused> {
        let secret = |was: Oid| matches!(self.start.get(was), Some(Object::Opaque(opaque)) if SECRET.contains(&opaque.kind.as_str()));
        match want {
            Want::Make(was) | Want::Back(was, _) if secret(was) => {
                Err("its options may hold a password, which no script takes from a dump".to_string().into())
            }
            Want::Drop(oid) => self.drop(oid, force),
            Want::Make(was) => self.make(was),
            Want::Back(was, now) => self.back(was, now),
        }
    }

    fn drop(&mut self, oid: Oid, force: bool) -> Result<(), Refused> {
        // It may have gone with something else.
        if self.here.get(oid).is_none() {
            return Ok(());
        }
        let namers = order::namers(&self.here, oid, |other| !self.is_as_before(other));
        let binding = |oid: &Oid| !matches!(self.here.get(*oid), Some(Object::Routine(_)));
        if let Some(namer) = namers.iter().find(|oid| !force || binding(oid)) {
            let why = format!("{} still names it", left::named(&self.here, *namer));
            return Err(Refused { why, only_named: true });
        }
        let step = drop::step(self.start, &self.here, oid)?;
        Ok(self.take(vec![step])?)
    }

    /// The fix has not touched it, or it is back already.
    fn is_as_before(&self, now: Oid) -> bool {
        let was = match self.start.get(now) {
            Some(_) => Some(now),
            None => self.here.id(now).and_then(|id| self.names.get(&id).copied()),
        };
        was.is_some_and(|was| {
            let same = (self.start.entry(was).zip(self.here.entry(now)))
                .is_some_and(|(old, new)| Rc::ptr_eq(&old.object, &new.object) || old.object == new.object);
            same || (self.start.id(was) == self.here.id(now) && self.start.attrs(was) == self.here.attrs(now))
        })
    }

    fn make(&mut self, was: Oid) -> Result<(), Refused> {
        let Some(id) = self.start.id(was) else { return Ok(()) };
        if let Some(now) = self.find(&id) {
            return self.back(was, now);
        }
        if matches!(self.start.get(was), Some(Object::Sequence(sequence)) if sequence.identity) {
            return Err("it comes with its column alone".to_string().into());
        }
        let commands = create(self.start, was);
        if commands.is_empty() {
            return Err("no statement that makes it is known".to_string().into());
        }
        self.take(commands.into_iter().map(UndoStep::plain).collect())?;
        match self.find(&id) {
            Some(now) => self.back(was, now),
            None => Err("its statement makes something else".to_string().into()),
        }
    }

    fn back(&mut self, was: Oid, now: Oid) -> Result<(), Refused> {
        loop {
            if self.here.get(now).is_none() {
                return self.make(was);
            }
            let parts =
                back::parts(&back::Place { start: self.start, here: &self.here, session: &self.session }, was, now);
            if parts.is_empty() {
                return Ok(());
            }
            let mut refused = Err(String::new());
            for part in parts {
                refused = match (refused, self.one_way(was, part)) {
                    (_, Ok(())) => Ok(()),
                    (Err(first), Err(why)) if first.is_empty() => Err(why),
                    (refused, _) => refused,
                };
                if refused.is_ok() {
                    break;
                }
            }
            refused?;
        }
    }

    /// The first of several ways that the model lets go.
    fn one_way(&mut self, was: Oid, part: back::Part) -> Result<(), String> {
        let mut why = part.why;
        for way in part.ways {
            let text: Vec<String> = way.iter().map(|step| step.command.to_string()).collect();
            if !self.sent.insert((was, text.join(";"))) {
                continue;
            }
            match self.take(way) {
                Ok(()) => return Ok(()),
                Err(refusal) => {
                    self.sent.remove(&(was, text.join(";")));
                    why = why.or(Some(refusal));
                }
            }
        }
        Err(why.unwrap_or_else(|| "no statement takes it back".to_string()))
    }

    /// Executes steps as the script will, all or none.
    fn take(&mut self, steps: Vec<UndoStep>) -> Result<(), String> {
        let (mark, session) = (self.here.mark(), self.session.clone());
        for step in &steps {
            for statement in crate::sql::statement::parse(&step.command.to_string()) {
                let outcome = match statement.refused {
                    Some(error) => Err(Refusal::from(error)),
                    None => self.here.execute(&statement.command, &mut self.session),
                };
                if let Err(refusal) = outcome {
                    self.here.rollback_to(mark);
                    self.session = session;
                    return Err(refusal.to_string());
                }
            }
        }
        self.undo.steps.extend(steps);
        Ok(())
    }

    fn find(&self, id: &ObjectId) -> Option<Oid> {
        self.here.comparable().find(|(_, other)| other == id).map(|(oid, _)| oid)
    }
}
