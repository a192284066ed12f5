//! Floor 5: what may hurt when a script runs, one file per check, one line in [`CHECKS`].

mod ambiguous_name;
mod constraint_scan;
mod dropped_object_stays;
mod duplicates;
mod enum_order;
mod enum_value;
mod index_blocks_writes;
mod lock_timeout;
mod long_lock;
mod not_null_column;
mod orphans;
mod other_owner;
mod rename_in_use;
mod sequence_behind;
mod skipped_data_step;
#[cfg(test)]
mod tests;
mod type_change;
mod unknown_effects;
mod view_depends;
mod volatile_default;

use crate::catalog::{Catalog, ObjectId, Session};
use crate::diagnostic::Severity;
use crate::pg::command::{AlterAction, Command, Table};
use crate::pg::error::Reason;
use crate::pg::ident::QName;
use crate::predict::rows::Rows;
use crate::predict::unproven::Left;

/// One danger, with the way around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// Stable, kebab-case; part of the report's contract.
    pub code: &'static str,
    /// `Error`: data may be lost or the script fails. `Warning`: it blocks others or needs a look.
    pub severity: Severity,
    /// What happens and why, one sentence.
    pub message: String,
    /// The safe alternative, as SQL or one sentence.
    pub safer: Option<String>,
    /// The statement writes the whole table anew.
    pub rewrites: bool,
}

/// What a check looks at.
pub enum Subject<'a> {
    /// A statement that a script or a pending revision sends.
    Statement(Statement<'a>),
    /// A data step of `revision` that a stamp would pass over.
    SkippedDataStep {
        /// The revision.
        revision: &'a str,
        /// What the step does.
        what: &'a str,
        /// What is left of it.
        left: Option<&'a Left>,
    },
    /// What a revision drops and a plan leaves.
    DropPassedOver {
        /// The object.
        object: &'a ObjectId,
    },
    /// A revision whose effects are not fully known.
    UnknownEffects {
        /// The revision.
        revision: &'a str,
        /// Why.
        reason: &'a Reason,
    },
}

/// A statement with the state that it meets.
#[derive(Clone, Copy)]
pub struct Statement<'a> {
    /// The statement.
    pub command: &'a Command,
    /// The catalog before it.
    pub catalog: &'a Catalog,
    /// The connection before it.
    pub session: &'a Session,
    /// `lock_timeout` is set.
    pub lock_timeout: bool,
    /// It is part of a transaction that goes on.
    pub in_transaction: bool,
    /// The catalog before the script: tables that it made itself hold no rows of others.
    pub before: &'a Catalog,
    /// What is known of rows.
    pub rows: &'a Rows,
}

impl<'a> Subject<'a> {
    /// An ALTER TABLE of a table that was there before, so that it may hold rows and others may use it.
    fn altered(&self) -> Option<(&Statement<'a>, &'a QName, &'a [AlterAction])> {
        let Subject::Statement(statement) = self else { return None };
        let Command::Table(Table::Alter { name, actions, .. }) = statement.command else { return None };
        statement.is_old(name).then_some((statement, name, actions.as_slice()))
    }
}

impl Statement<'_> {
    /// True if `table` was there before the script, so that it may hold rows and others may use it.
    pub fn is_old(&self, table: &QName) -> bool {
        self.catalog.resolve_relation(table, self.session).is_some_and(|oid| self.before.get(oid).is_some())
    }

    /// How many rows `table` held when it was dumped, where the dump tells.
    pub fn rows(&self, table: &QName) -> Option<u64> {
        let name = self.catalog.qname(self.catalog.resolve_relation(table, self.session)?)?;
        self.rows.counted.as_ref()?.get(&name).copied()
    }
}

/// A check.
pub type Check = fn(&Subject<'_>) -> Option<Hazard>;

/// All checks, in the order in which their findings are shown.
pub const CHECKS: &[Check] = &[
    not_null_column::check,
    view_depends::check,
    type_change::check,
    duplicates::check,
    orphans::check,
    constraint_scan::check,
    index_blocks_writes::check,
    volatile_default::check,
    sequence_behind::check,
    enum_value::check,
    enum_order::check,
    rename_in_use::check,
    ambiguous_name::check,
    other_owner::check,
    long_lock::check,
    lock_timeout::check,
    skipped_data_step::check,
    unknown_effects::check,
    dropped_object_stays::check,
];

/// All hazards of a subject: of an ALTER TABLE those of each of its actions.
pub fn check(subject: &Subject<'_>) -> Vec<Hazard> {
    let one = |subject: &Subject<'_>| -> Vec<Hazard> { CHECKS.iter().filter_map(|check| check(subject)).collect() };
    let Subject::Statement(statement) = subject else { return one(subject) };
    let Command::Table(Table::Alter { name, if_exists, only, actions }) = statement.command else {
        return one(subject);
    };
    let mut found: Vec<Hazard> = Vec::new();
    for action in actions {
        let (name, actions) = (name.clone(), vec![action.clone()]);
        let command = Command::Table(Table::Alter { name, if_exists: *if_exists, only: *only, actions });
        let hazards = one(&Subject::Statement(Statement { command: &command, ..*statement }));
        // What is about the table is said once.
        let new: Vec<Hazard> = hazards.into_iter().filter(|hazard| !found.contains(hazard)).collect();
        found.extend(new);
    }
    found
}
