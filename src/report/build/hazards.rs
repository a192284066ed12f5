//! What to know before a script is run: of each of its statements, and of what it passes over.

use super::super as report;
use super::plans::origin;
use super::{place, severity};
use crate::catalog::{Catalog, Session};
use crate::hazard::{self, Subject};
use crate::pg::command::Command;
use crate::pg::error::Reason;
use crate::plan::lock::{Lock, lock};
use crate::plan::script::segment::is_concurrent;
use crate::plan::{Case, DataFate, FixStep, Origin, Plan};
use crate::source::Sources;

/// What is to be known of one statement of a fix.
pub(super) struct Danger {
    /// Where it comes from.
    origin: String,
    /// The lock that it takes on a table that was there before, and that table.
    pub(super) lock: Option<(Lock, String)>,
    hazards: Vec<report::Hazard>,
    /// It runs in a transaction.
    is_transaction: bool,
}

impl Danger {
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = vec![self.origin.clone()];
        if let Some((lock, table)) = &self.lock {
            let until = if self.is_transaction { " until COMMIT" } else { "" };
            notes.push(format!("Takes {lock} on {table}{until}: {}.", lock.who_waits()));
        }
        notes.extend(self.hazards.iter().map(|hazard| format!("Mind: {}.", hazard.message)));
        notes
    }
}

pub(super) fn dangers(case: &Case<'_>, plan: &Plan, sources: &Sources) -> Vec<Danger> {
    let mut walk = Walk::new(case, case.actual);
    let step = |step: &FixStep| {
        let (revision, (file, line)) = origin(case, step, sources);
        let origin = match (&revision, &file, line) {
            _ if matches!(step.origin, Origin::InvalidIndex) => {
                "An invalid index has the name: a failed CREATE INDEX CONCURRENTLY leaves one, and it serves nobody"
                    .to_string()
            }
            (Some(revision), Some(file), Some(line)) => format!("From {revision}, {file}:{line}"),
            (Some(revision), ..) => format!("From {revision}"),
            (None, ..) => "Alembic's own table, which cannot take the rows as it is".to_string(),
        };
        let lock = walk.lock(&step.command);
        let is_transaction = !is_concurrent(&step.command);
        let hazards = walk.step(&step.command, (true, is_transaction), (revision, (file, line)), None);
        Danger { origin, lock, hazards, is_transaction }
    };
    plan.fix.iter().map(step).collect()
}

/// What to know before the upgrade that follows: of each statement that it sends or may send.
pub(super) fn of_upgrade(case: &Case<'_>, plan: &Plan, sources: &Sources) -> Vec<report::Hazard> {
    let mut walk = Walk::new(case, &plan.fixed);
    let mut found: Vec<report::Hazard> = Vec::new();
    for sent in &plan.then.statements {
        let at = (Some(sent.revision.clone()), place(sources, sent.span));
        for hazard in walk.step(&sent.command, (false, sent.in_transaction), at, sent.may.as_ref()) {
            // That nothing gives up waiting is said of the first.
            let is_said = match hazard.code.as_str() {
                "lock-timeout" => found.iter().any(|other| other.code == hazard.code),
                // Both sides of a condition may send it.
                _ => found.contains(&hazard),
            };
            if !is_said {
                found.push(hazard);
            }
        }
    }
    found
}

/// The revision of a statement, with file and line.
type Origins = (Option<String>, (Option<String>, Option<u32>));

/// Statements one after another, each with the catalog that it meets.
struct Walk<'a> {
    case: &'a Case<'a>,
    before: &'a Catalog,
    catalog: Catalog,
    session: Session,
}

impl<'a> Walk<'a> {
    fn new(case: &'a Case<'a>, before: &'a Catalog) -> Walk<'a> {
        Walk { case, before, catalog: before.clone(), session: case.session.clone() }
    }

    fn statement<'s>(
        &'s self,
        command: &'s Command,
        (lock_timeout, in_transaction): (bool, bool),
    ) -> hazard::Statement<'s> {
        let (catalog, session, before) = (&self.catalog, &self.session, self.before);
        hazard::Statement {
            command,
            catalog,
            session,
            lock_timeout,
            in_transaction,
            before,
            rows: self.case.table_rows,
        }
    }

    /// The lock on a table that was there before.
    fn lock(&self, command: &Command) -> Option<(Lock, String)> {
        let (lock, table) = lock(command);
        let table = table.filter(|table| lock != Lock::None && self.statement(command, (true, true)).is_old(table))?;
        Some((lock, table.to_string()))
    }

    /// The hazards of a statement, which is then executed. One that is refused bars the plan; the rest is judged as far as it goes.
    /// What `may` run leaves what it changes in doubt.
    fn step(&mut self, command: &Command, how: (bool, bool), at: Origins, may: Option<&Reason>) -> Vec<report::Hazard> {
        let lock = Some(lock(command).0).filter(|lock| *lock != Lock::None).map(|lock| lock.to_string());
        let (revision, (file, line)) = at;
        let found =
            hazard::check(&Subject::Statement(self.statement(command, how))).into_iter().map(|hazard| report::Hazard {
                statement: Some(command.to_string()),
                lock: lock.clone(),
                revision: revision.clone(),
                file: file.clone(),
                line,
                may_run: may.map(ToString::to_string),
                ..named(hazard)
            });
        let found = found.collect();
        let _ = match may {
            Some(reason) => self.catalog.execute_maybe(command, &mut self.session, reason),
            None => self.catalog.execute(command, &mut self.session),
        };
        found
    }
}

pub(super) fn hazards(case: &Case<'_>, plan: &Plan, dangers: Vec<Danger>, sources: &Sources) -> Vec<report::Hazard> {
    let mut found: Vec<report::Hazard> = dangers.into_iter().flat_map(|danger| danger.hazards).collect();
    for object in &plan.stays {
        found.extend(hazard::check(&Subject::DropPassedOver { object }).into_iter().map(named));
    }
    for step in plan.data_steps.iter().filter(|step| step.fate == DataFate::Unproven) {
        let revision = &case.subject.history.order[step.at.revision];
        let (file, line) = place(sources, step.span);
        for hazard in hazard::check(&Subject::SkippedDataStep { revision, what: &step.what, left: step.left.as_ref() })
        {
            found.push(report::Hazard { revision: Some(revision.clone()), file: file.clone(), line, ..named(hazard) });
        }
    }
    for replayed in case.replay.revisions.iter().filter(|replayed| !plan.state.has(replayed.position)) {
        let Some(reason) = &replayed.unknown else { continue };
        let revision = &case.subject.history.order[replayed.position];
        let (file, line) = place(sources, reason.span);
        for hazard in hazard::check(&Subject::UnknownEffects { revision, reason }) {
            found.push(report::Hazard { revision: Some(revision.clone()), file: file.clone(), line, ..named(hazard) });
        }
    }
    found
}

fn named(hazard: hazard::Hazard) -> report::Hazard {
    report::Hazard {
        code: hazard.code.to_string(),
        severity: severity(hazard.severity),
        rewrites: hazard.rewrites,
        may_run: None,
        message: hazard.message,
        help: hazard.safer,
        statement: None,
        lock: None,
        revision: None,
        file: None,
        line: None,
    }
}
