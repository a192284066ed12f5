//! Which lock a statement takes, and whether it reads or rewrites the whole table while it holds it.

use std::fmt;

use crate::catalog::{Catalog, Object, Session};
use crate::pg::command::{AlterAction, Command, ConstraintKind, Table};
use crate::pg::ident::QName;

/// Table-level locks, weakest first (PostgreSQL documentation, 13.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    /// Nothing that other statements wait for.
    None,
    /// DML of others waits for nothing.
    RowExclusive,
    /// `VACUUM`, `CREATE INDEX CONCURRENTLY`, `VALIDATE CONSTRAINT`: reads and writes go on.
    ShareUpdateExclusive,
    /// `CREATE INDEX`: reads go on, writes wait.
    Share,
    /// `ADD FOREIGN KEY`: reads go on, writes wait.
    ShareRowExclusive,
    /// Everything waits, reads too.
    AccessExclusive,
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Lock::None => "none",
            Lock::RowExclusive => "ROW EXCLUSIVE",
            Lock::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Lock::Share => "SHARE",
            Lock::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Lock::AccessExclusive => "ACCESS EXCLUSIVE",
        })
    }
}

impl Lock {
    /// Who waits while it is held.
    pub fn who_waits(self) -> &'static str {
        match self {
            Lock::None | Lock::RowExclusive | Lock::ShareUpdateExclusive => "nobody who reads or writes waits",
            Lock::Share | Lock::ShareRowExclusive => "who writes to it waits",
            Lock::AccessExclusive => "who reads or writes it waits",
        }
    }
}

/// The strongest lock that a statement takes on a table that was there before, and on which.
pub fn lock(command: &Command) -> (Lock, Option<&QName>) {
    match command {
        Command::Table(Table::Create(_)) => (Lock::None, None),
        Command::Table(Table::Alter { name, actions, .. }) => {
            (actions.iter().map(action_lock).max().unwrap_or(Lock::AccessExclusive), Some(name))
        }
        Command::Table(Table::Drop { names, .. }) => (Lock::AccessExclusive, names.first()),
        Command::CreateIndex(index) if index.concurrently => (Lock::ShareUpdateExclusive, Some(&index.table)),
        Command::CreateIndex(index) => (Lock::Share, Some(&index.table)),
        Command::DropIndex { concurrently: true, names, .. } => (Lock::ShareUpdateExclusive, names.first()),
        Command::DropIndex { names, .. } => (Lock::AccessExclusive, names.first()),
        Command::Trigger(_) => (Lock::ShareRowExclusive, None),
        Command::Policy(_) => (Lock::AccessExclusive, None),
        Command::Data(data) => (Lock::RowExclusive, data.table.as_ref()),
        Command::Schema(_)
        | Command::Extension(_)
        | Command::AlterIndex(_)
        | Command::Sequence(_)
        | Command::Type(_)
        | Command::View(_)
        | Command::Routine(_)
        | Command::Comment(_)
        | Command::Owner(_)
        | Command::Grant(_)
        | Command::Session(_)
        | Command::Transaction(_)
        | Command::Opaque(_) => (Lock::None, None),
    }
}

/// The lock of one ALTER TABLE action (`AlterTableGetLockLevel` in `tablecmds.c`).
fn action_lock(action: &AlterAction) -> Lock {
    match action {
        AlterAction::AddConstraint(constraint) => match constraint.kind {
            ConstraintKind::ForeignKey(_) => Lock::ShareRowExclusive,
            ConstraintKind::Check { .. }
            | ConstraintKind::NotNull { .. }
            | ConstraintKind::Unique(_)
            | ConstraintKind::PrimaryKey(_)
            | ConstraintKind::Exclude { .. } => Lock::AccessExclusive,
        },
        AlterAction::ValidateConstraint { .. } | AlterAction::AttachPartition(_) => Lock::ShareUpdateExclusive,
        AlterAction::DetachPartition { concurrently: true, .. } => Lock::ShareUpdateExclusive,
        AlterAction::AlterConstraint { .. }
        | AlterAction::AddColumn { .. }
        | AlterAction::DropColumn { .. }
        | AlterAction::AlterType { .. }
        | AlterAction::SetDefault { .. }
        | AlterAction::SetNotNull { .. }
        | AlterAction::AddIdentity { .. }
        | AlterAction::SetIdentity { .. }
        | AlterAction::DropIdentity { .. }
        | AlterAction::DropExpression { .. }
        | AlterAction::DropConstraint { .. }
        | AlterAction::RenameConstraint { .. }
        | AlterAction::RenameColumn { .. }
        | AlterAction::RenameTo { .. }
        | AlterAction::SetSchema { .. }
        | AlterAction::OwnerTo { .. }
        | AlterAction::DetachPartition { .. }
        | AlterAction::RowSecurity { .. }
        | AlterAction::Property { .. } => Lock::AccessExclusive,
    }
}

/// The table that a statement works on, where it was there before.
pub fn table<'c>(command: &Command, catalog: &'c Catalog, session: &Session) -> Option<&'c Object> {
    let (_, name) = lock(command);
    catalog.get(catalog.resolve_relation(name?, session)?)
}
