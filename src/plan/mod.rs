//! What can be done: bring the schema to a state, stamp it, let Alembic upgrade the rest.
//!
//! Every candidate is tried on the model first: its fix is executed, the result is compared with the state's own replay, and
//! the upgrade that would follow is predicted. What stands against a plan is said with it.

mod candidate;
mod complete;
mod concurrent;
mod data_step;
pub mod fix;
mod idempotent;
mod imports;
mod invalid_index;
pub mod lock;
mod patch;
mod pieces;
pub mod script;
mod version_table;

use crate::catalog::{Catalog, ObjectId, Session};
use crate::diff::Difference;
use crate::locate::{Located, Timelines, Verdict};
use crate::pg::command::{
    AlterAction, Command, Extension, Policy, Routine, Schema, Sequence, Table, Trigger, Type, View,
};
use crate::pg::ident::{Ident, QName};
use crate::predict::Prediction;
use crate::predict::condition::Condition;
use crate::predict::rows::Rows;
use crate::replay::history::Members;
use crate::replay::{Replay, Subject, replay};

pub use data_step::is_data;
pub use fix::{Allowed, DataFate, DataStep, FixStep, Origin};
pub use patch::Patch;

/// The kinds of plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanKind {
    /// Only the version rows are wrong, and the schema is at the target.
    Stamp,
    /// Only the version rows are wrong, if anything; Alembic does the rest.
    Upgrade,
    /// SQL first.
    Repair,
    /// The failing revision is changed.
    Patch,
}

/// One way out.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its kind.
    pub kind: PlanKind,
    /// The state that is stamped.
    pub state: Members,
    /// Its version rows.
    pub to: Vec<String>,
    /// Nothing stands against it.
    pub recommended: bool,
    /// What stands against it.
    pub obstacles: Vec<String>,
    /// Statements to run first.
    pub fix: Vec<FixStep>,
    /// Work on rows that it runs or passes over.
    pub data_steps: Vec<DataStep>,
    /// The database after the fix.
    pub fixed: Catalog,
    /// What the script changes, for its assertions.
    pub touched: Vec<script::Touched>,
    /// What the script leaves alone.
    pub rest: script::Rest,
    /// The way back.
    pub undo: script::undo::Undo,
    /// Who may run the script, and to whom belongs what it makes.
    pub ownership: script::ownership::Ownership,
    /// What a revision of the state drops and the fix does not, since nothing is dropped unasked.
    pub stays: Vec<ObjectId>,
    /// Differences to the state that remain.
    pub left: Vec<Difference>,
    /// What the fix demands of rows.
    pub demands: Vec<Condition>,
    /// The upgrade that follows.
    pub then: Prediction,
    /// For [`PlanKind::Patch`].
    pub patches: Vec<Patch>,
}

/// Everything that plans are made from.
pub struct Case<'a> {
    /// The project.
    pub subject: &'a Subject<'a>,
    /// Its whole history, replayed.
    pub replay: &'a Replay,
    /// What it says of each object, compared with the database.
    pub timelines: &'a Timelines,
    /// The database.
    pub actual: &'a Catalog,
    /// Why an object that is not expected may be a revision's all the same.
    pub made: &'a dyn Fn(&crate::catalog::ObjectId) -> Option<crate::pg::error::Reason>,
    /// A connection to it.
    pub session: &'a Session,
    /// Its version rows; `None`: not known.
    pub rows: Option<&'a [String]>,
    /// Rows that no file has.
    pub ghosts: &'a [String],
    /// Where it stands.
    pub located: &'a Located,
    /// The verdict on each revision.
    pub verdicts: &'a [Verdict],
    /// `heads` or a revision.
    pub target: &'a str,
    /// The target's state.
    pub goal: &'a Members,
    /// What `alembic upgrade` would do now.
    pub prediction: &'a Prediction,
    /// What is known of rows.
    pub table_rows: &'a Rows,
    /// What the dump grants.
    pub privileges: &'a [script::undo::privileges::Privilege],
    /// The only schema that is compared, where there is one.
    pub schema: Option<&'a Ident>,
    /// What the user allows.
    pub allowed: Allowed,
    /// Indexes are built before the fix where they can be, without keeping writers out.
    pub concurrently: bool,
    /// How long a statement of a script waits for a lock, as PostgreSQL writes it; `0`: as long as it takes.
    pub lock_timeout: &'a str,
}

impl Case<'_> {
    /// All rows of the version table as they are, those that no file has among them.
    pub fn found_rows(&self) -> Vec<String> {
        self.rows.unwrap_or_default().iter().chain(self.ghosts).cloned().collect()
    }

    /// Alembic's own table with its schema, since scripts look at it under an empty search_path; where it is not there, it is made in the
    /// first schema of the search_path.
    pub fn version_table(&self) -> QName {
        let name = self.subject.version_table();
        let found = self.actual.resolve_relation(&name, self.session).and_then(|oid| self.actual.qname(oid));
        found.unwrap_or_else(|| QName {
            schema: name.schema.or_else(|| self.session.search_path.first().cloned()),
            name: name.name,
        })
    }

    /// Compares a database with what the revisions of `state` make of it, which is `expected`.
    fn diff(&self, actual: &Catalog, expected: &Catalog, state: &Members) -> Vec<crate::diff::Difference> {
        let timelines = self.timelines;
        let options = crate::diff::Options {
            version_tables: &self.subject.version_tables,
            mentioned: Some(&|id| timelines.is_made(id) || timelines.is_taken(id, state)),
            before: Some(&|id| timelines.outside(id).is_some()),
            made: Some(self.made),
        };
        crate::diff::diff(actual, expected, &options)
    }
}

/// All plans, the recommended one first.
pub fn plans(case: &Case<'_>) -> Vec<Plan> {
    let mut plans: Vec<Plan> = Vec::new();
    let goal = replay(case.subject, case.goal, |_, _| ()).catalog;
    for state in candidate::states(case) {
        let enough = plans.iter().any(|plan| plan.recommended);
        // The recorded state, the located ones and the target are always shown; others only while nothing is recommended.
        if enough && !state.shown {
            continue;
        }
        plans.extend(candidate::evaluate(case, &state.members, &goal));
    }
    if !plans.iter().any(|plan| plan.recommended) {
        plans.extend(patch::plan(case, &goal));
    }
    // What Alembic does by itself is the least intrusive, and leaves nothing behind that a revision drops.
    let rank = |plan: &Plan| (!plan.stays.is_empty(), !plan.fix.is_empty());
    let best = plans.iter().enumerate().filter(|(_, plan)| plan.recommended).min_by_key(|(at, plan)| (rank(plan), *at));
    if let Some((best, _)) = best {
        plans.iter_mut().enumerate().for_each(|(at, plan)| plan.recommended = at == best);
        plans[..=best].rotate_right(1);
    }
    plans
}

/// True for statements that drop something that may hold values, or that nobody but a revision may drop.
pub fn drops(command: &Command) -> bool {
    match command {
        Command::Table(Table::Drop { .. })
        | Command::Schema(Schema::Drop { .. })
        | Command::Extension(Extension::Drop { .. })
        | Command::Sequence(Sequence::Drop(_)) => true,
        Command::Table(Table::Alter { actions, .. }) => {
            actions.iter().any(|action| matches!(action, AlterAction::DropColumn { .. }))
        }
        // These hold no values; what replaces them comes from the same revisions.
        Command::Type(Type::Drop { .. })
        | Command::View(View::Drop { .. })
        | Command::Routine(Routine::Drop { .. })
        | Command::Trigger(Trigger::Drop { .. })
        | Command::Policy(Policy::Drop { .. })
        | Command::DropIndex { .. } => false,
        Command::Schema(_)
        | Command::Extension(_)
        | Command::Table(_)
        | Command::CreateIndex(_)
        | Command::AlterIndex(_)
        | Command::Sequence(_)
        | Command::Type(_)
        | Command::View(_)
        | Command::Routine(_)
        | Command::Trigger(_)
        | Command::Policy(_)
        | Command::Comment(_)
        | Command::Owner(_)
        | Command::Grant(_)
        | Command::Data(_)
        | Command::Session(_)
        | Command::Transaction(_)
        | Command::Opaque(_) => false,
    }
}
