//! Commands of which it is not known whether they run.

use std::collections::BTreeSet;

use crate::catalog::side::TWO_SIDES;
use crate::catalog::{Catalog, Delta, Deltas, Mark, Oid, Presence, Session, Side};
use crate::pg::command::{Command, SessionCommand, Table, Type, View};
use crate::pg::error::{Reason, Refusal};
use crate::pg::ident::QName;

use super::resolve::unknown;

impl Catalog {
    /// Executes a command of which it is not known whether it runs: what it adds, changes or removes becomes `Maybe`.
    ///
    /// What was there stays as it was, under its old name; what is new is there as described, or not at all.
    ///
    /// # Errors
    /// The refusal that the command would get; then nothing changes, and no transaction is aborted.
    pub fn execute_maybe(
        &mut self,
        command: &Command,
        session: &mut Session,
        reason: &Reason,
    ) -> Result<Deltas, Refusal> {
        if let Command::Session(SessionCommand::Set { name, .. }) = command
            && name != "search_path"
        {
            // Time-outs and the like: nothing that is modelled depends on them.
            return Ok(Deltas::new());
        }
        if matches!(command, Command::Transaction(_) | Command::Session(_)) {
            return unknown("uncertain-session", format!("whether the session changes is not known: {reason}"));
        }
        let mark = self.mark();
        let mut tried = session.clone();
        self.execute(command, &mut tried)?;
        let (side, _) = self.take_side(mark);
        self.join(&side, &Side::default(), reason);
        if session.transaction.is_none() {
            session.committed = self.mark();
        }
        Ok(self.deltas_since(mark).to_vec())
    }

    /// A command that has run: what it needs is there, even where that was not known, and so is what was made along with it.
    ///
    /// # Errors
    /// The refusal that the command gets all the same, or that of [`Catalog::execute`] where what it needs may be there and be otherwise;
    /// then nothing changes.
    pub fn execute_settling(&mut self, command: &Command, session: &mut Session) -> Result<Deltas, Refusal> {
        let mark = self.mark();
        let mut tried = session.clone();
        self.trusted.borrow_mut().clear();
        self.trusting = true;
        let done = self.execute(command, &mut tried);
        self.trusting = false;
        let needed = self.trusted.take();
        let settled = done.and_then(|_| needed.into_iter().try_for_each(|oid| self.settle(oid)));
        if let Err(refusal) = settled {
            self.rollback_to(mark);
            return Err(refusal);
        }
        *session = tried;
        if session.transaction.is_none() {
            session.committed = self.mark();
        }
        Ok(self.deltas_since(mark).to_vec())
    }

    /// Puts in doubt what was made or changed since `mark`.
    pub fn doubt_since(&mut self, mark: Mark, reason: &Reason) {
        let touched: BTreeSet<Oid> = self.deltas_since(mark).iter().map(Delta::oid).collect();
        for oid in touched {
            if self.entry(oid).is_some() {
                self.put_in_doubt(oid, reason);
            }
        }
    }

    /// What may be there is there, as it was made; refuses where it may be otherwise.
    fn settle(&mut self, oid: Oid) -> Result<(), Refusal> {
        let Some(reason) = self.presence(oid).cloned() else { return Ok(()) };
        if !self.was_made_in_doubt(oid, &reason) {
            return Err(reason.into());
        }
        self.set_presence(oid, Presence::Yes);
        // Made on the same condition, and nothing without it.
        let along: Vec<Oid> = self.dependents(oid).filter(|other| self.presence(*other) == Some(&reason)).collect();
        for other in along {
            if self.was_made_in_doubt(other, &reason) {
                self.set_presence(other, Presence::Yes);
            }
        }
        Ok(())
    }

    /// Whether all that is not known of it is if it was made: nothing of it was put in doubt later, and only one side has made it.
    pub fn was_made_in_doubt(&self, oid: Oid, reason: &Reason) -> bool {
        let first = self.deltas_since(Mark(0)).iter().find(|delta| delta.oid() == oid);
        matches!(first, Some(Delta::Add { entry, .. }) if entry.presence == Presence::Maybe(reason.clone()))
            && reason.kind != TWO_SIDES
    }

    /// A command of which it is not known what it does. Where that is so because something may not be there, what it does if it
    /// is there becomes `Maybe`; else the relations that it works on do.
    pub fn doubt_targets(&mut self, command: &Command, session: &Session, reason: &Reason) -> Deltas {
        self.trusting = true;
        let done = self.execute_maybe(command, &mut session.clone(), reason);
        self.trusting = false;
        if let Ok(deltas) = done {
            return deltas;
        }
        let names: Vec<&QName> = match command {
            Command::Table(Table::Drop { names, .. }) | Command::DropIndex { names, .. } => names.iter().collect(),
            Command::Table(Table::Alter { name, .. }) => vec![name],
            Command::CreateIndex(index) => vec![&index.table],
            Command::View(View::Drop { drop, .. }) | Command::Type(Type::Drop { drop, .. }) => {
                drop.names.iter().collect()
            }
            _ => Vec::new(),
        };
        let mark = self.mark();
        for name in names {
            let found = match command {
                Command::Type(_) => self.resolve_type(name, session),
                _ => self.resolve_relation(name, session),
            };
            if let Some(oid) = found
                && self.presence(oid).is_none()
            {
                self.set_presence(oid, Presence::Maybe(reason.clone()));
            }
        }
        self.deltas_since(mark).to_vec()
    }
}
