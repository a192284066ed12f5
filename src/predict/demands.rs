//! What the statements of an upgrade demand of rows, collected while they run.

use std::cell::RefCell;

use super::conditions::{Condition, conditions};
use super::learn::{Learned, learn};
use super::rows::Rows;
use crate::alembic::run::{Observer, Sent};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::Command;

/// Follows a run: what it knows of rows, and what its statements ask of them.
#[derive(Debug, Default)]
pub struct Demands {
    rows: RefCell<Rows>,
    /// Of the statement that is being executed.
    pending: RefCell<Vec<Condition>>,
    /// What held right before it.
    learned: RefCell<Learned>,
    found: RefCell<Vec<Condition>>,
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
}

impl Observer for Demands {
    fn before(&self, command: &Command, catalog: &Catalog, session: &Session) {
        *self.pending.borrow_mut() = conditions(command, catalog, session, &self.rows.borrow());
        *self.learned.borrow_mut() = learn(command, catalog, session);
    }

    fn after(&self, command: &Command, sent: Sent, catalog: &Catalog, session: &Session) {
        let (pending, learned) = (self.pending.take(), self.learned.take());
        if sent.accepted {
            self.rows.borrow_mut().remember(learned, sent.may);
            let placed = pending.into_iter().map(|condition| Condition { span: sent.span, ..condition });
            self.found.borrow_mut().extend(placed);
            self.rows.borrow_mut().follow(command, sent.may, catalog, session);
        }
    }

    fn is_empty(&self, catalog: &Catalog, table: Oid) -> bool {
        self.rows.borrow().is_empty(catalog, table)
    }

    fn rows_changed(&self, catalog: &Catalog) {
        self.rows.borrow_mut().forget(catalog);
    }
}
