//! Plans in the report's words, with their files.

use std::collections::BTreeSet;

use super::super::{self as report, Commands, DataStep, DataStepState, PlanId, Step, Then};
use super::check::{of_plan, questions};
use super::hazards::{Danger, dangers, hazards, of_upgrade};
use super::repair_revision::repair_revision;
use super::{place, prediction};
use crate::alembic::stamp::{self, stamp_commands, upgrade_commands};
use crate::pg::command::Command;
use crate::pg::ident::QName;
use crate::plan::script::segment::is_concurrent;
use crate::plan::script::sequences::fed;
use crate::plan::script::{Noted, Script, fix_sql, indexes_sql, stamp_sql, undo_sql, verify_sql};
use crate::plan::{Case, DataFate, FixStep, Origin, Patch, Plan, PlanKind};
use crate::predict::Outcome as Predicted;
use crate::predict::unproven::Left;
use crate::source::Sources;

/// A plan of `all` in the report's words. `header` are the lines about the inputs that every file carries.
pub fn plan(case: &Case<'_>, plan: &Plan, all: &[Plan], header: &[String], sources: &Sources) -> report::Plan {
    let rows = case.found_rows();
    let dangers = dangers(case, plan, sources);
    let script = script(case, plan, header, &rows, &dangers);
    let empty = plan.fix.is_empty();
    let restamps = case.rows.is_some() && !same(&rows, &plan.to);
    let to: Vec<std::sync::Arc<str>> = plan.to.iter().map(|id| id.as_str().into()).collect();
    let current: Vec<std::sync::Arc<str>> = rows.iter().map(|id| id.as_str().into()).collect();
    let stamp = stamp_commands(case.subject.graph, &current, &to);
    let upgrade = upgrade_commands(&[case.target.to_string()]);
    let pending = plan.state != *case.goal;
    let mut commands = Commands { alembic: stamp.alembic, flask: stamp.flask };
    if plan.kind == PlanKind::Patch {
        commands = Commands::default();
    }
    if pending || plan.kind == PlanKind::Patch {
        commands.alembic.extend(upgrade.alembic);
        commands.flask.extend(upgrade.flask);
    }
    let questions = questions(case, Some(plan), all, sources);
    let text = |wanted: bool, make: &dyn Fn() -> String| if wanted { make() } else { String::new() };
    let patches: Vec<report::Patch> = plan.patches.iter().map(|patch| change(patch, sources)).collect();
    report::Plan {
        id: match plan.kind {
            PlanKind::Stamp => PlanId::Stamp,
            PlanKind::Upgrade => PlanId::Upgrade,
            PlanKind::Repair => PlanId::Repair,
            PlanKind::Patch => PlanId::Patch,
        },
        to: plan.to.clone(),
        recommended: plan.recommended,
        why: why(plan, pending),
        barred: plan.obstacles.clone(),
        steps: steps(plan, &patches, &commands, restamps),
        indexes_sql: indexes_sql(&script),
        fix_sql: text(!empty, &|| fix_sql(&script)),
        undo_sql: text(!empty, &|| undo_sql(&script)),
        stamp_sql: text(restamps && plan.kind != PlanKind::Patch, &|| stamp_sql(&script)),
        check_sql: text(!empty || !questions.is_empty(), &|| of_plan(case, plan, &script.header, &questions)),
        verify_sql: text(!empty, &|| verify_sql(&script)),
        repair_revision: repair_revision(case, plan),
        patches,
        commands,
        hazards: hazards(case, plan, dangers, sources),
        data_steps: data_steps(case, plan, sources),
        tables: tables(plan),
        then: Then {
            prediction: prediction(&plan.then, sources),
            drift_left: plan.left.iter().filter(|left| left.is_drift()).count() as u32,
            hazards: of_upgrade(case, plan, sources),
        },
    }
}

/// The relations that were there before and that the fix alters or writes to.
fn tables(plan: &Plan) -> Vec<String> {
    let written = plan.fix.iter().filter_map(|step| match &step.command {
        Command::Data(data) => data.table.clone(),
        _ => None,
    });
    let all: BTreeSet<QName> = plan.ownership.altered.iter().cloned().chain(written).collect();
    all.iter().map(ToString::to_string).collect()
}

/// A change of a revision.
fn change(patch: &Patch, sources: &Sources) -> report::Patch {
    let file = sources.file(patch.span.file);
    let (head, tail) = (&file.text()[..patch.span.start as usize], &file.text()[patch.span.end as usize..]);
    // The rest of the lines that it begins and ends in stays.
    let (head, tail) = (head.rsplit('\n').next().unwrap_or_default(), tail.lines().next().unwrap_or_default());
    report::Patch {
        file: file.path().to_string(),
        line: sources.location(patch.span).line,
        before: format!("{head}{}{tail}", patch.before),
        after: format!("{head}{}{tail}", patch.after),
    }
}

pub(super) fn same(rows: &[String], to: &[String]) -> bool {
    let (mut rows, mut to) = (rows.to_vec(), to.to_vec());
    rows.sort();
    to.sort();
    rows == to
}

fn script(case: &Case<'_>, plan: &Plan, header: &[String], rows: &[String], dangers: &[Danger]) -> Script {
    let mut header = header.to_vec();
    header.push(format!("What for: {}", why(plan, plan.state != *case.goal)));
    let statements = plan.fix.iter().zip(dangers);
    Script {
        header,
        version_table: case.version_table(),
        search_path: case.session.search_path.clone(),
        make_version_table: case.actual.resolve_relation(&case.subject.version_table(), case.session).is_none(),
        from: rows.to_vec(),
        to: plan.to.clone(),
        statements: statements
            .map(|(step, danger)| Noted {
                command: step.command.clone(),
                notes: danger.notes(),
                drops_invalid_index: matches!(step.origin, Origin::InvalidIndex),
            })
            .collect(),
        touched: plan.touched.clone(),
        rest: plan.rest.clone(),
        undo: plan.undo.clone(),
        ownership: plan.ownership.clone(),
        sequences: fed(case.actual, &plan.fixed),
        lock_timeout: case.lock_timeout.to_string(),
    }
}

/// The revision that a statement comes from, with file and line.
pub(super) fn origin(
    case: &Case<'_>,
    step: &FixStep,
    sources: &Sources,
) -> (Option<String>, (Option<String>, Option<u32>)) {
    match step.origin {
        Origin::Revision { at, span } => (Some(case.subject.history.order[at.revision].clone()), place(sources, span)),
        Origin::VersionTable | Origin::InvalidIndex => (None, (None, None)),
    }
}

fn why(plan: &Plan, pending: bool) -> String {
    if let Some(first) = plan.obstacles.first() {
        return match plan.obstacles.len() {
            1 => first.clone(),
            count => format!("{first}, and {} more", count - 1),
        };
    }
    let to = stamp::named(&plan.to);
    let then = match (pending, &plan.then.outcome) {
        (false, _) => String::new(),
        (true, Predicted::DependsOnData) => "; the upgrade that follows depends on rows, see check.sql".to_string(),
        (true, _) => "; the upgrade that follows succeeds".to_string(),
    };
    let why = match plan.kind {
        PlanKind::Stamp => format!("the schema is that of {to} already, only the version row is wrong"),
        PlanKind::Upgrade => format!("the schema is that of {to}{then}"),
        PlanKind::Repair if plan.fix.iter().all(|step| matches!(step.origin, Origin::InvalidIndex)) => {
            format!("an invalid index, which a failed CREATE INDEX CONCURRENTLY has left, is in the way{then}")
        }
        PlanKind::Repair if plan.fix.iter().all(|step| matches!(step.origin, Origin::VersionTable)) => {
            format!("the schema is that of {to}, and Alembic's own table cannot take the rows as it is{then}")
        }
        PlanKind::Repair => {
            format!("{} statement(s) of the revisions complete the schema of {to}{then}", plan.fix.len())
        }
        PlanKind::Patch => {
            "none of the revisions may be completed and stamped (the other plans say why); the failing statement is guarded"
                .to_string()
        }
    };
    match plan.stays.first() {
        None => why,
        Some(first) => {
            let more = if plan.stays.len() > 1 { format!(" and {} more", plan.stays.len() - 1) } else { String::new() };
            format!("{why}; {first}{more} stays, though a revision drops it: nothing is dropped without --allow-drops")
        }
    }
}

fn steps(plan: &Plan, patches: &[report::Patch], commands: &Commands, restamps: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut push = |title: &str, command: Option<String>, file: Option<&str>| {
        steps.push(Step { title: title.to_string(), command, file: file.map(str::to_string) });
    };
    if plan.kind == PlanKind::Patch {
        // The names in the file are those that were handed in, and `patch` takes none that begins with a slash.
        let from_root = patches.iter().any(|patch| patch.file.starts_with('/'));
        let command = if from_root { "patch -d / -p0 < patch.diff" } else { "patch -p0 < patch.diff" };
        push("Change the failing revisions as shown", Some(command.to_string()), Some("patch.diff"));
    }
    let asks = plan.data_steps.iter().any(|step| step.left.as_ref().is_some_and(|left| left.query.is_ok()));
    if !plan.then.conditions.is_empty() || !plan.fix.is_empty() || asks {
        push(
            "Ask the database what a schema cannot show",
            Some("psql \"$DATABASE_URL\" -f check.sql".to_string()),
            Some("check.sql"),
        );
    }
    if plan.fix.iter().any(|step| is_concurrent(&step.command)) {
        push(
            "Build the indexes; nobody waits for it, and it takes its time",
            Some("psql \"$DATABASE_URL\" -v ON_ERROR_STOP=1 -f indexes.sql".to_string()),
            Some("indexes.sql"),
        );
    }
    if !plan.fix.is_empty() {
        let title = if restamps { "Run the fix; it stamps in the same transaction" } else { "Run the fix" };
        push(title, Some("psql \"$DATABASE_URL\" -v ON_ERROR_STOP=1 -f fix.sql".to_string()), Some("fix.sql"));
        // Before anything else is upgraded: it compares with the state that the fix leads to.
        push("Verify", Some("psql \"$DATABASE_URL\" -f verify.sql".to_string()), Some("verify.sql"));
    }
    for command in &commands.alembic {
        let stamp = command.starts_with("alembic stamp");
        if stamp && !plan.fix.is_empty() {
            continue;
        }
        push(if stamp { "Stamp" } else { "Let Alembic do the rest" }, Some(command.clone()), None);
    }
    steps
}

fn data_steps(case: &Case<'_>, plan: &Plan, sources: &Sources) -> Vec<DataStep> {
    plan.data_steps
        .iter()
        .map(|step| {
            let (file, line) = place(sources, step.span);
            let left = step.left.as_ref().map(Left::shown).unwrap_or_default();
            let (state, why) = match step.fate {
                DataFate::Included => {
                    (DataStepState::WillRun, "it belongs to a part that is missing, and fix.sql runs it".to_string())
                }
                DataFate::Unproven => {
                    let why = "the stamp passes over it, and a schema cannot show that it ran";
                    (DataStepState::Skipped, format!("{}{left}", step.against.as_deref().unwrap_or(why)))
                }
                DataFate::NothingLeft => (DataStepState::NothingLeft, format!("the stamp passes over it{left}")),
            };
            DataStep {
                revision: case.subject.history.order[step.at.revision].clone(),
                file: file.unwrap_or_default(),
                line: line.unwrap_or(1),
                sql: Some(step.what.clone()),
                source: None,
                state,
                why,
            }
        })
        .collect()
}
