//! What a command does to the catalog: one file per family. A refusal changes nothing.
//!
//! Checks stand in PostgreSQL's order, since the first that fails is the error that the user sees. Sources:
//! `src/backend/commands/*.c`, `src/backend/parser/parse_utilcmd.c`; `tests.rs` holds outcomes of a real PostgreSQL 15.

mod alone;
mod alter_table;
mod alter_type;
mod calls;
mod collation;
mod column;
mod comment;
mod constant;
mod constraint;
mod create_table;
mod data;
mod deferred;
mod definition;
mod drop;
mod expression;
mod extension;
mod foreign_key;
mod generated;
mod grant;
mod index;
mod maybe;
mod mutable;
mod needed;
mod opaque;
mod owner;
mod parents;
mod partition;
mod policy;
mod property;
mod rename;
mod resolve;
mod routine;
mod schema;
mod sequence;
mod statistics;
#[cfg(test)]
mod tests;
mod transaction;
mod trigger;
mod types;
mod view;

pub(super) use column::is_value_function;
pub(super) use property::{NO_INHERIT, NOT_NULL_NAME};

pub(super) use deferred::Waiting;

use super::{Catalog, Deltas, Session};
use crate::pg::command::Command;
use crate::pg::error::Refusal;

impl Catalog {
    /// Executes one command as PostgreSQL would, or refuses and changes nothing.
    ///
    /// `ROLLBACK` and `ROLLBACK TO` give the changes that took back what they undo; the journal is then as long as it was.
    ///
    /// # Errors
    /// [`Refusal::Postgres`] with PostgreSQL's SQLSTATE and message; inside a transaction it is then aborted.
    /// [`Refusal::Unmodelled`] where the outcome is not known.
    ///
    /// ```
    /// use restamp::catalog::{Catalog, Session};
    /// use restamp::pg::command::{Command, Schema};
    /// let (mut catalog, mut session) = (Catalog::new(), Session::default());
    /// let command =
    ///     Command::Schema(Schema::Create { name: "app".into(), if_not_exists: false, owner: None });
    /// assert_eq!(catalog.execute(&command, &mut session).unwrap().len(), 1);
    /// let refusal = catalog.execute(&command, &mut session).unwrap_err();
    /// assert_eq!(refusal.to_string(), "schema \"app\" already exists (42P06)");
    /// ```
    pub fn execute(&mut self, command: &Command, session: &mut Session) -> Result<Deltas, Refusal> {
        if let Command::Transaction(transaction) = command {
            return self.transaction(transaction, session);
        }
        transaction::check_not_aborted(session)?;
        let mark = self.mark();
        match self.nothing_waits(command, session).and_then(|()| self.dispatch(command, session)) {
            Ok(()) => {
                if session.transaction.is_none() {
                    session.committed = self.mark();
                }
                Ok(self.deltas_since(mark).to_vec())
            }
            Err(refusal) => {
                self.rollback_to(mark);
                if matches!(refusal, Refusal::Postgres(_)) {
                    session.fail();
                }
                Err(refusal)
            }
        }
    }

    fn dispatch(&mut self, command: &Command, session: &mut Session) -> Result<(), Refusal> {
        match command {
            Command::Schema(schema) => self.schema_command(schema, session),
            Command::Extension(extension) => self.extension_command(extension, session),
            Command::Table(table) => self.table_command(table, session),
            Command::CreateIndex(index) => self.create_index(index, session),
            Command::AlterIndex(index) => self.alter_index(index, session),
            Command::DropIndex { names, if_exists, concurrently, behavior } => {
                self.drop_index(names, *if_exists, *concurrently, *behavior, session)
            }
            Command::Sequence(sequence) => self.sequence_command(sequence, session),
            Command::Type(ty) => self.type_command(ty, session),
            Command::View(view) => self.view_command(view, session),
            Command::Routine(routine) => self.routine_command(routine, session),
            Command::Trigger(trigger) => self.trigger_command(trigger, session),
            Command::Policy(policy) => self.policy_command(policy, session),
            Command::Comment(comment) => self.comment_command(comment, session),
            Command::Owner(owner) => self.owner_command(owner, session),
            // Grants are not modelled: no answer depends on them yet.
            Command::Grant(grant) => self.grant(grant, session),
            Command::Data(data) => {
                self.data_command(data, session)?;
                self.wait(data, session);
                Ok(())
            }
            Command::Session(command) => self.session_command(command, session),
            Command::Transaction(_) => Ok(()),
            Command::Opaque(opaque) => {
                alone::check(opaque.text(), session)?;
                self.opaque_command(opaque, session)
            }
        }
    }
}
