//! What the statements of an upgrade demand of rows, collected while they run.

use std::cell::RefCell;

use super::broken::error;
use super::condition::{Asks, Condition};
use super::conditions::conditions;
use super::learn::{Learned, learn};
use super::rows::Rows;
use crate::alembic::run::{Observer, Sent};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Command, Table};
use crate::pg::error::{PgError, Reason, Refusal};
use crate::source::Span;

/// A statement that a run sends.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The statement.
    pub command: Command,
    /// The revision that sends it; empty while that is not known.
    pub revision: String,
    /// Its line.
    pub span: Option<Span>,
    /// Within a transaction that goes on.
    pub in_transaction: bool,
    /// Why it is not known whether it runs; `None`: it does.
    pub may: Option<Reason>,
}

/// Follows a run: what it knows of rows, and what its statements ask of them.
#[derive(Debug, Default)]
pub struct Demands {
    rows: RefCell<Rows>,
    /// Of the statement that is being executed.
    pending: RefCell<Vec<Condition>>,
    /// What held right before it.
    learned: RefCell<Learned>,
    found: RefCell<Vec<Condition>>,
    /// Conditions that the database's answers say hold.
    settled: RefCell<Vec<Condition>>,
    /// What was sent and not refused.
    statements: RefCell<Vec<Statement>>,
    /// The condition that the database's answer says is broken.
    stopped: RefCell<Option<(Condition, PgError)>>,
}

impl Demands {
    /// Before the first statement.
    pub fn new(rows: Rows) -> Demands {
        Demands { rows: RefCell::new(rows), ..Demands::default() }
    }

    /// What was demanded since the last call.
    pub fn take(&self) -> Vec<Condition> {
        self.found.take()
    }

    /// What was sent since the last call, and what may have been.
    pub fn take_statements(&self) -> Vec<Statement> {
        self.statements.take()
    }

    /// What was demanded, and is known to hold.
    pub fn settled(&self) -> Vec<Condition> {
        self.settled.borrow().clone()
    }

    /// What is known of rows by now.
    pub fn rows(&self) -> Rows {
        self.rows.borrow().clone()
    }

    /// The broken condition that led to this refusal.
    pub fn stopped(&self, refusal: &Refusal) -> Option<Condition> {
        let stopped = self.stopped.borrow();
        let (condition, error) = stopped.as_ref()?;
        matches!(refusal, Refusal::Postgres(refused) if refused == error).then(|| condition.clone())
    }

    /// Takes out what is answered well. Of what is left, one broken condition alone stops the statement: of several, and beside one that
    /// is not answered, it is not known which PostgreSQL comes upon first.
    fn settle(
        &self,
        found: &mut Vec<Condition>,
        command: &Command,
        catalog: &Catalog,
        session: &Session,
    ) -> Option<PgError> {
        let rows = self.rows.borrow();
        for condition in found.iter_mut().filter(|condition| condition.answer.is_none()) {
            condition.answer =
                rows.asked().zip(condition.query.as_deref()).and_then(|(asked, query)| asked.answer(query));
        }
        self.settled.borrow_mut().extend(found.extract_if(.., |condition| condition.answer == Some(0)));
        let alone = matches!(found.as_slice(), [condition] if condition.answer.is_some());
        if !alone {
            // What is known without an answer is none.
            found
                .iter_mut()
                .filter(|condition| condition.query.is_none())
                .for_each(|condition| condition.answer = None);
            return None;
        }
        let condition = found.first()?;
        let table = match command {
            Command::Table(Table::Alter { name, .. }) => Some(name),
            Command::CreateIndex(index) => Some(&index.table),
            Command::Data(data) => data.table.as_ref(),
            _ => None,
        };
        let table = table.and_then(|table| catalog.resolve_relation(table, session));
        let error = error(condition, table, command, catalog, session)?;
        if condition.query.is_some() {
            *self.stopped.borrow_mut() = Some((condition.clone(), error.clone()));
        }
        Some(error)
    }
}

impl Observer for Demands {
    fn before(&self, command: &Command, catalog: &Catalog, session: &Session) -> Option<PgError> {
        let mut found = conditions(command, catalog, session, &self.rows.borrow());
        let error = self.settle(&mut found, command, catalog, session);
        *self.pending.borrow_mut() = found;
        *self.learned.borrow_mut() = learn(command, catalog, session);
        error
    }

    fn after(&self, command: &Command, sent: Sent<'_>, catalog: &Catalog, session: &Session) {
        let (pending, learned) = (self.pending.take(), self.learned.take());
        if sent.accepted {
            let in_transaction = session.transaction.is_some();
            let (command, revision, may) = (command.clone(), String::new(), sent.may.cloned());
            self.statements.borrow_mut().push(Statement { command, revision, span: sent.span, in_transaction, may });
        }
        if sent.accepted {
            self.rows.borrow_mut().remember(learned, sent.may.is_some());
            // A statement that only may run demands nothing of the server: whether it runs is often just that question
            // (`IF EXISTS (SELECT FROM pg_roles …) THEN GRANT …`).
            let demanded = pending.into_iter().filter(|condition| sent.may.is_none() || condition.asks == Asks::Rows);
            let placed = demanded.map(|condition| Condition { span: sent.span, ..condition });
            self.found.borrow_mut().extend(placed);
            self.rows.borrow_mut().follow(command, sent.may.is_some(), catalog, session);
        }
    }

    fn is_empty(&self, catalog: &Catalog, table: Oid) -> bool {
        self.rows.borrow().is_empty(catalog, table)
    }

    fn rows_changed(&self, catalog: &Catalog) {
        self.rows.borrow_mut().forget(catalog);
    }
}
