//! What the application may do to statements: names that a convention makes, where it is not known or is newer than the revisions, and
//! functions that write DDL.

use super::Run;
use crate::catalog::object::Index;
use crate::catalog::{Deltas, Object};
use crate::pg::command::{AlterAction, Command, CreateIndex, Table};
use crate::pg::error::{Refusal, sqlstate};
use crate::pg::ident::QName;

fn names_constraint(action: &AlterAction) -> bool {
    matches!(action, AlterAction::DropConstraint { .. } | AlterAction::RenameConstraint { .. })
}

/// The elements of SQLAlchemy and Alembic that write a statement, those that stand within it included.
fn elements(command: &Command) -> &'static [&'static str] {
    match command {
        Command::Table(Table::Create(_)) => &["CreateTable", "CreateColumn"],
        Command::Table(Table::Drop { .. }) => &["DropTable"],
        // `RENAME CONSTRAINT` and what else has no element is text.
        Command::Table(Table::Alter { actions, .. }) => match actions.first() {
            Some(AlterAction::AddColumn { .. }) => &["AddColumn"],
            Some(AlterAction::DropColumn { .. }) => &["DropColumn"],
            Some(AlterAction::AddConstraint(_)) => &["AddConstraint"],
            Some(AlterAction::DropConstraint { .. }) => &["DropConstraint"],
            _ => &["AlterColumn", "RenameTable"],
        },
        Command::CreateIndex(_) => &["CreateIndex"],
        Command::DropIndex { .. } => &["DropIndex"],
        Command::Sequence(_) => &["CreateSequence"],
        _ => &[],
    }
}

impl Run {
    /// Of a constraint that is not there: the convention, which is not known, may have given its name to one that has none in the
    /// revisions. Of an index that is there already: it may have another name.
    pub(super) fn doubt_name(
        &mut self,
        command: &Command,
        outcome: Result<Deltas, Refusal>,
    ) -> Result<Deltas, Refusal> {
        let Some(reason) = self.naming_unknown.clone() else { return outcome };
        let Err(Refusal::Postgres(error)) = &outcome else { return outcome };
        if let Command::CreateIndex(CreateIndex { name: Some(name), .. }) = command
            && error.sqlstate == sqlstate::DUPLICATE_TABLE
            && self.conventional_indexes.contains(name)
        {
            self.session.aborted = false;
            return Err(reason.into());
        }
        let Command::Table(Table::Alter { name, actions, .. }) = command else { return outcome };
        if error.sqlstate != sqlstate::UNDEFINED_OBJECT || !actions.iter().any(names_constraint) {
            return outcome;
        }
        let Some(table) = self.catalog.resolve_relation(name, &self.session) else { return outcome };
        if !self.catalog.constraints(table).iter().any(|(_, constraint)| constraint.generated_name) {
            return outcome;
        }
        self.session.aborted = false;
        self.settle_name(command).ok_or_else(|| reason.into())
    }

    /// A refused statement that the application may write in another way: `IF NOT EXISTS` may stand in it.
    pub(super) fn doubt_hooked(
        &mut self,
        command: &Command,
        outcome: Result<Deltas, Refusal>,
    ) -> Result<Deltas, Refusal> {
        let elements = elements(command);
        let hook = self.statements_hooked.iter().find(|(element, _)| elements.contains(element));
        match (hook, &outcome) {
            (Some((_, reason)), Err(Refusal::Postgres(_))) => {
                self.session.aborted = false;
                Err(reason.clone().into())
            }
            _ => outcome,
        }
    }

    /// Of a constraint that is not there: a listener of the application may have made it.
    pub(super) fn doubt_missing_constraint(
        &mut self,
        command: &Command,
        outcome: Result<Deltas, Refusal>,
    ) -> Result<Deltas, Refusal> {
        let Some(reason) = &self.constraints_hooked else { return outcome };
        let Command::Table(Table::Alter { actions, .. }) = command else { return outcome };
        let is_missing =
            matches!(&outcome, Err(Refusal::Postgres(error)) if error.sqlstate == sqlstate::UNDEFINED_OBJECT);
        if !is_missing || !actions.iter().any(names_constraint) {
            return outcome;
        }
        self.session.aborted = false;
        Err(reason.clone().into())
    }

    /// Of an index that has its name from a convention which is not known, the name is nobody's: what else it is counts.
    pub(super) fn doubt_index_name(&mut self, command: &Command) {
        let Command::CreateIndex(CreateIndex { name: Some(name), table, .. }) = command else { return };
        if self.naming_unknown.is_none() || !self.conventional_indexes.contains(name) {
            return;
        }
        let made = self.catalog.resolve_relation(&QName::new(table.schema.clone(), name.clone()), &self.session);
        if let Some(oid) = made
            && let Some(Object::Index(index)) = self.catalog.get(oid).cloned()
        {
            self.catalog.set(oid, Object::Index(Index { generated_name: true, ..index }));
        }
    }

    /// Constraints that are to be renamed have their new names: today's convention gave these to what had others once.
    pub(super) fn is_renamed(&self, command: &Command) -> bool {
        let Command::Table(Table::Alter { name, actions, .. }) = command else { return false };
        let Some(table) = self.catalog.resolve_relation(name, &self.session) else { return false };
        let constraints = self.catalog.constraints(table);
        actions.iter().all(|action| match action {
            AlterAction::RenameConstraint { to, .. } => constraints.iter().any(|(_, own)| own.name == *to),
            _ => false,
        })
    }
}
