//! Transactions, savepoints, `SET`.

use crate::catalog::{Catalog, Deltas, Session};
use crate::pg::command::{SessionCommand, Transaction};
use crate::pg::error::{Refusal, sqlstate};
use crate::pg::ident::Ident;
use crate::pg::settings;

use super::deferred::{self, Waiting};
use super::resolve::{refuse, unknown};

/// Refuses (25P02) whatever is not the end of an aborted transaction.
pub(super) fn check_not_aborted(session: &Session) -> Result<(), Refusal> {
    if session.aborted {
        return refuse(
            sqlstate::IN_FAILED_TRANSACTION,
            "current transaction is aborted, commands ignored until end of transaction block",
        );
    }
    Ok(())
}

/// Refuses (25001) what PostgreSQL does not run inside a transaction (`PreventInTransactionBlock`).
pub(super) fn check_no_transaction(session: &Session, statement: &str) -> Result<(), Refusal> {
    if session.transaction.is_some() && !session.each_alone {
        let message = format!("{statement} cannot run inside a transaction block");
        return refuse(sqlstate::ACTIVE_TRANSACTION, message);
    }
    Ok(())
}

impl Catalog {
    pub(super) fn transaction(&mut self, command: &Transaction, session: &mut Session) -> Result<Deltas, Refusal> {
        match command {
            // A second BEGIN is only a warning.
            Transaction::Begin => {
                check_not_aborted(session)?;
                session.transaction.get_or_insert(self.mark());
                Ok(Deltas::new())
            }
            Transaction::Commit if session.aborted => Ok(self.end_by_rollback(session)),
            Transaction::Commit => {
                if session.transaction.is_some() {
                    session.before = None;
                    if let Some(settings) = session.local.take() {
                        session.restore(settings);
                    }
                }
                end(session);
                session.committed = self.mark();
                Ok(Deltas::new())
            }
            Transaction::Rollback => Ok(self.end_by_rollback(session)),
            Transaction::Savepoint(name) => {
                check_not_aborted(session)?;
                in_transaction(session, "SAVEPOINT")?;
                session.savepoints.push((name.clone(), self.mark()));
                Ok(Deltas::new())
            }
            Transaction::RollbackTo(name) => {
                in_transaction(session, "ROLLBACK TO SAVEPOINT")?;
                let at = savepoint(session, name)?;
                let mark = session.savepoints[at].1;
                session.savepoints.truncate(at + 1);
                session.aborted = false;
                session.may_wait();
                Ok(self.rollback_to(mark))
            }
            Transaction::Release(name) => {
                check_not_aborted(session)?;
                in_transaction(session, "RELEASE SAVEPOINT")?;
                let at = savepoint(session, name)?;
                session.savepoints.truncate(at);
                Ok(Deltas::new())
            }
        }
    }

    fn end_by_rollback(&mut self, session: &mut Session) -> Deltas {
        let undone = match session.transaction {
            Some(mark) => self.rollback_to(mark),
            // Outside a transaction it is only a warning.
            None => Deltas::new(),
        };
        if let Some(settings) = session.before.take() {
            session.restore(settings);
        }
        session.local = None;
        end(session);
        session.committed = self.mark();
        undone
    }

    pub(super) fn session_command(&mut self, command: &SessionCommand, session: &mut Session) -> Result<(), Refusal> {
        match command {
            SessionCommand::Set { name, value, local } if name == "search_path" => {
                let path = match value {
                    Some(schemas) => schemas
                        .iter()
                        .filter(|schema| !schema.is_empty() && *schema != "$user" && *schema != "\"$user\"")
                        .map(|schema| Ident::new(schema.trim_matches('"')))
                        .collect(),
                    None => vec![Ident::new("public")],
                };
                if keep(session, *local) {
                    session.search_path = path;
                }
                Ok(())
            }
            SessionCommand::Role { role, local } => {
                if keep(session, *local) {
                    session.role = role.clone();
                }
                Ok(())
            }
            SessionCommand::Set { name, value, local } if name == "check_function_bodies" => {
                let off = ["off", "false", "no", "0", "f", "n"];
                let check = !value.iter().flatten().any(|value| off.contains(&value.to_ascii_lowercase().as_str()));
                if keep(session, *local) {
                    session.check_function_bodies = check;
                }
                Ok(())
            }
            // Other settings change no schema.
            SessionCommand::Set { name, .. } => self.has_setting(name),
            SessionCommand::Constraints(text) => {
                deferred::set_constraints(text, session);
                Ok(())
            }
        }
    }

    /// `SHOW name`
    pub(super) fn shown(&self, text: &str) -> Result<(), Refusal> {
        let mut words = text.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some(show), Some(name), None) if show.eq_ignore_ascii_case("SHOW") => self.has_setting(name),
            _ => Ok(()),
        }
    }

    /// PostgreSQL refuses (42704) a parameter that it does not have; a server that is built on it may have others.
    fn has_setting(&self, name: &str) -> Result<(), Refusal> {
        let words = ["all", "transaction", "session"];
        if self.open_world || settings::is_known(name) || words.contains(&name.to_ascii_lowercase().as_str()) {
            return Ok(());
        }
        let message =
            format!("whether the server has the parameter {name}: PostgreSQL has none of that name, 42704 is likely");
        unknown("setting", message)
    }
}

/// Remembers what a `SET` hides; false for `SET LOCAL` outside a transaction, which is only a warning.
fn keep(session: &mut Session, local: bool) -> bool {
    if session.transaction.is_none() {
        return !local;
    }
    let now = session.settings();
    session.before.get_or_insert(now.clone());
    if local {
        session.local.get_or_insert(now);
    } else {
        session.local = None;
    }
    true
}

fn end(session: &mut Session) {
    session.transaction = None;
    session.savepoints.clear();
    session.aborted = false;
    session.new_labels.clear();
    session.waiting = Waiting::default();
}

fn in_transaction(session: &Session, statement: &str) -> Result<(), Refusal> {
    if session.transaction.is_none() {
        let message = format!("{statement} can only be used in transaction blocks");
        return refuse(sqlstate::NO_ACTIVE_TRANSACTION, message);
    }
    Ok(())
}

fn savepoint(session: &mut Session, name: &Ident) -> Result<usize, Refusal> {
    match session.savepoints.iter().rposition(|(savepoint, _)| savepoint == name) {
        Some(at) => Ok(at),
        None => {
            session.aborted = true;
            refuse(sqlstate::INVALID_SAVEPOINT, format!("savepoint \"{}\" does not exist", name.as_str()))
        }
    }
}
