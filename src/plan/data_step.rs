//! Work on rows: whether it belongs into a fix, has run already, or cannot be told.

use std::collections::BTreeSet;

use super::fix::{DataFate, DataStep, Fix, FixStep, Origin, Stage, owners};
use super::idempotent::fills_only_gaps;
use crate::alembic::run::Action;
use crate::catalog::ObjectId;
use crate::catalog::listing::Change;
use crate::pg::command::{Command, DataCommand, DataVerb, Kind};
use crate::pg::ident::Ident;
use crate::replay::{ReplayStep, Replayed};

/// Objects that were not there before: what they hold nobody else has written. What was merely changed is not among them.
#[derive(Clone, Debug, Default)]
pub struct Made(BTreeSet<ObjectId>);

impl Made {
    /// Notes what a step makes of the objects that `wanted` tells.
    pub fn follow(&mut self, changes: &[Change], wanted: impl Fn(&ObjectId) -> bool) {
        for change in changes {
            let Some(after) = change.after.as_ref().filter(|after| wanted(&after.id)) else { continue };
            let is_new = match &change.before {
                None => change.outside.is_none(),
                Some(before) => self.0.contains(&before.id),
            };
            if is_new {
                self.0.insert(after.id.clone());
            }
        }
    }

    /// True for what is among them or belongs to it.
    pub fn holds(&self, object: &ObjectId) -> bool {
        self.0.contains(object) || owners(object).any(|owner| self.0.contains(&owner))
    }

    /// Where a statement writes.
    fn written_by(&self, data: &DataCommand) -> Writes {
        let Some(table) = &data.table else { return Writes::Unknown };
        let is_table = |schema: &Option<Ident>, name: &Ident| {
            *name == table.name && (table.schema.is_none() || table.schema == *schema)
        };
        let mut tables =
            self.0.iter().filter(|object| object.kind == Kind::Table && is_table(&object.schema, &object.name));
        if tables.next().is_some() {
            // Without a schema it may be another one's.
            return if table.schema.is_some() || tables.next().is_none() { Writes::Made } else { Writes::Unknown };
        }
        let columns = || {
            let of_table = |object: &&ObjectId| {
                object.kind == Kind::Column && object.table.as_ref().is_some_and(|name| is_table(&object.schema, name))
            };
            self.0.iter().filter(of_table)
        };
        if columns().next().is_none() || matches!(data.verb, DataVerb::Delete | DataVerb::Truncate) {
            return Writes::Others;
        }
        let made = data.columns.iter().filter(|column| columns().any(|object| object.name == **column)).count();
        match (data.verb, data.columns.len()) {
            (_, 0) => Writes::Unknown,
            (_, _) if made == 0 => Writes::Others,
            (DataVerb::Update, all) if made == all => Writes::Made,
            _ => Writes::Unknown,
        }
    }
}

/// Where a statement writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writes {
    /// Into what was not there before, alone: it can be run again with what it fills.
    Made,
    /// Into what was there before, alone.
    Others,
    /// Into both, or it cannot be told.
    Unknown,
}

/// True for work on rows.
pub fn is_data(action: &Action) -> bool {
    match action {
        Action::Statement { command, .. } => command.writes_rows(),
        Action::Rows { .. } => true,
        Action::Unmodelled(_) => false,
    }
}

/// True if a revision works on rows in a way that is not proven harmless when it is repeated. What it writes into what it makes itself
/// is repeated with that.
pub fn may_harm(revision: &Replayed) -> bool {
    let mut made = Made::default();
    revision.steps.iter().any(|step| {
        made.follow(&step.changes, |_| true);
        is_data(&step.action)
            && match &step.action {
                Action::Statement { command, .. } => match command.as_ref() {
                    Command::Data(data) => made.written_by(data) != Writes::Made && !fills_only_gaps(command),
                    _ => true,
                },
                Action::Rows { .. } | Action::Unmodelled(_) => true,
            }
    })
}

/// Puts a data step into the fix, passes over it, or says why neither can be done. `made`: what the fix has made so far.
pub(super) fn data_step(step: &ReplayStep, stage: Stage, recorded: bool, made: &Made, fix: &mut Fix) {
    let (what, command) = match &step.action {
        Action::Statement { command, sql } => (sql.clone(), Some(command.as_ref().clone())),
        Action::Rows { what } => (what.clone(), None),
        Action::Unmodelled(_) => return,
    };
    let statement = match &command {
        Some(Command::Data(data)) => Some(data.clone()),
        _ => None,
    };
    let note = |fate, against| {
        let (what, statement) = (what.clone(), statement.clone());
        DataStep { at: step.at, span: step.span, what, statement, fate, against, left: None }
    };
    let writes = match &command {
        Some(Command::Data(data)) => made.written_by(data),
        _ => Writes::Unknown,
    };
    let obstacle = match (stage, &command) {
        // The row says that it ran, and the schema does not contradict.
        (Stage::All, _) if recorded => return,
        (Stage::All, _) => return fix.data_steps.push(note(DataFate::Unproven, None)),
        (_, None) => Some(format!("a data step of the missing part cannot be written as SQL: {what}")),
        // It ran, and what it wrote is there.
        (Stage::Some, Some(_)) if recorded && writes == Writes::Others => return,
        (_, Some(_)) if step.may.is_some() => {
            step.may.as_ref().map(|reason| format!("it is not known whether a data step runs: {reason}"))
        }
        (_, Some(_)) if writes == Writes::Made => None,
        (_, Some(_)) if recorded => {
            Some(format!("a data step of a revision that is recorded as run and is not all there may have run: {what}"))
        }
        (Stage::Some, Some(command)) if !fills_only_gaps(command) => {
            Some(format!("a data step of a half applied revision may have run already: {what}"))
        }
        (Stage::Some | Stage::Nothing, Some(_)) => None,
    };
    match (obstacle, command) {
        (None, Some(command)) => {
            fix.data_steps.push(note(DataFate::Included, None));
            let origin = Origin::Revision { at: step.at, span: step.span };
            fix.steps.push(FixStep { command, origin, makes: Vec::new() });
        }
        (obstacle, _) => fix.data_steps.push(note(DataFate::Unproven, obstacle)),
    }
}
