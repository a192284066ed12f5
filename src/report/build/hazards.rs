//! What to know before a script is run: of each of its statements, and of what it passes over.

use super::super as report;
use super::plans::origin;
use super::{place, severity};
use crate::hazard::{self, Subject};
use crate::plan::lock::{Lock, lock};
use crate::plan::{Case, DataFate, Origin, Plan};
use crate::source::Sources;

/// What is to be known of one statement of a fix.
pub(super) struct Danger {
    /// Where it comes from.
    origin: String,
    /// The lock that it takes on a table that was there before, and that table.
    pub(super) lock: Option<(Lock, String)>,
    hazards: Vec<report::Hazard>,
}

impl Danger {
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = vec![self.origin.clone()];
        if let Some((lock, table)) = &self.lock {
            notes.push(format!("Takes {lock} on {table} until COMMIT: {}.", lock.who_waits()));
        }
        notes.extend(self.hazards.iter().map(|hazard| format!("Mind: {}.", hazard.message)));
        notes
    }
}

pub(super) fn dangers(case: &Case<'_>, plan: &Plan, sources: &Sources) -> Vec<Danger> {
    let mut found = Vec::new();
    let mut catalog = case.actual.clone();
    let mut session = case.session.clone();
    for step in &plan.fix {
        let statement = hazard::Statement {
            command: &step.command,
            catalog: &catalog,
            session: &session,
            lock_timeout: true,
            before: case.actual,
            rows: case.table_rows,
        };
        let (lock, table) = lock(&step.command);
        let locked = table.filter(|table| statement.is_old(table)).map(|table| (lock, table.to_string()));
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
        let hazards = hazard::check(&Subject::Statement(statement)).into_iter().map(|hazard| report::Hazard {
            statement: Some(step.command.to_string()),
            lock: (lock != Lock::None).then(|| lock.to_string()),
            revision: revision.clone(),
            file: file.clone(),
            line,
            ..named(hazard)
        });
        found.push(Danger { origin, lock: locked.filter(|_| lock != Lock::None), hazards: hazards.collect() });
        // A statement that is refused bars the plan; the rest is judged as far as it goes.
        let _ = catalog.execute(&step.command, &mut session);
    }
    found
}

pub(super) fn hazards(case: &Case<'_>, plan: &Plan, dangers: Vec<Danger>, sources: &Sources) -> Vec<report::Hazard> {
    let mut found: Vec<report::Hazard> = dangers.into_iter().flat_map(|danger| danger.hazards).collect();
    for object in &plan.stays {
        found.extend(hazard::check(&Subject::DropPassedOver { object }).into_iter().map(named));
    }
    for step in plan.data_steps.iter().filter(|step| step.fate == DataFate::Unproven) {
        let revision = &case.subject.history.order[step.at.revision];
        let (file, line) = place(sources, step.span);
        for hazard in hazard::check(&Subject::SkippedDataStep { revision, what: &step.what }) {
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
        message: hazard.message,
        help: hazard.safer,
        statement: None,
        lock: None,
        revision: None,
        file: None,
        line: None,
    }
}
