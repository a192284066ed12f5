//! Predictions and plans in the report's words, with their files.

use super::super::{self as report, Commands, DataStep, DataStepState, Outcome, PlanId, Prediction, Step, Then};
use super::{excerpt, place, severity};
use crate::alembic::stamp::{stamp_commands, upgrade_commands};
use crate::hazard::{self, Subject};
use crate::pg::error::Refusal;
use crate::pg::ident::QName;
use crate::plan::lock::{Lock, lock};
use crate::plan::script::{Noted, Rest, Script, check_sql, fix_sql, stamp_sql, undo_sql, verify_sql};
use crate::plan::{Case, DataFate, FixStep, Origin, Patch, Plan, PlanKind};
use crate::predict::conditions::Condition;
use crate::predict::{Outcome as Predicted, Prediction as Forecast};
use crate::source::Sources;
use crate::sql::statement::parse;

/// A prediction in the report's words.
pub fn prediction(forecast: &Forecast, sources: &Sources) -> Prediction {
    let mut answer = Prediction {
        outcome: match &forecast.outcome {
            Predicted::Succeeds => Outcome::Succeeds,
            Predicted::Fails => Outcome::Fails,
            Predicted::DependsOnData => Outcome::DependsOnData,
            Predicted::Unknown(_) => Outcome::Unknown,
        },
        runs: forecast.runs.clone(),
        revision: None,
        file: None,
        line: None,
        sqlstate: None,
        message: None,
        statement: None,
        excerpt: None,
        conditions: forecast.conditions.iter().map(|condition| data_condition(condition, sources)).collect(),
    };
    let mut at = |span| {
        (answer.file, answer.line) = place(sources, span);
        answer.excerpt = span.map(|span| excerpt(sources, span));
    };
    match (&forecast.outcome, &forecast.failure) {
        (Predicted::Fails, Some(failure)) => {
            at(failure.span);
            answer.revision = failure.revision.clone();
            answer.statement = failure.statement.clone();
            match &failure.refusal {
                Refusal::Postgres(error) => {
                    answer.sqlstate = Some(error.sqlstate.to_string());
                    answer.message = Some(error.message.clone());
                }
                Refusal::Client(error) => answer.message = Some(error.message.clone()),
                Refusal::Unmodelled(reason) => answer.message = Some(reason.to_string()),
            }
        }
        (Predicted::DependsOnData, _) => {
            let first = forecast.conditions.first();
            at(first.and_then(|condition| condition.span));
            answer.revision = first.map(|condition| condition.revision.clone());
            answer.sqlstate = first.and_then(|condition| condition.sqlstate).map(str::to_string);
            let demands: Vec<&str> = forecast.conditions.iter().map(|condition| condition.demand.as_str()).collect();
            answer.message = Some(format!("it succeeds only if {}", demands.join("; and if ")));
        }
        (Predicted::Unknown(reason), _) => {
            at(reason.span);
            answer.revision = forecast.runs.last().cloned();
            answer.message = Some(reason.to_string());
        }
        (Predicted::Succeeds | Predicted::Fails, _) => {}
    }
    answer
}

fn data_condition(condition: &Condition, sources: &Sources) -> report::DataCondition {
    let (file, line) = place(sources, condition.span);
    report::DataCondition {
        demand: condition.demand.clone(),
        sqlstate: condition.sqlstate.map(str::to_string),
        query: condition.query.clone(),
        revision: condition.revision.clone(),
        file,
        line,
    }
}

/// A plan in the report's words. `header` are the lines about the inputs that every file carries.
pub fn plan(case: &Case<'_>, plan: &Plan, header: &[String], sources: &Sources) -> report::Plan {
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
    let questions = questions(case, plan);
    let text = |wanted: bool, make: &dyn Fn() -> String| if wanted { make() } else { String::new() };
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
        steps: steps(plan, &commands, restamps),
        fix_sql: text(!empty, &|| fix_sql(&script)),
        undo_sql: text(!empty, &|| undo_sql(&script)),
        stamp_sql: text(restamps && plan.kind != PlanKind::Patch, &|| stamp_sql(&script)),
        check_sql: text(!empty || !questions.is_empty(), &|| check_sql(&script, &questions)),
        verify_sql: text(!empty, &|| verify_sql(&script)),
        repair_revision: repair_revision(case, plan),
        patches: plan.patches.iter().map(|patch| change(patch, sources)).collect(),
        commands,
        hazards: hazards(case, plan, dangers, sources),
        data_steps: data_steps(case, plan, sources),
        then: Then { prediction: prediction(&plan.then, sources), drift_left: plan.left.len() as u32 },
    }
}

/// What decides whether the upgrade gets through, as far as the database can be asked before the fix: what only the fix or the upgrade
/// makes it does not know.
fn questions(case: &Case<'_>, plan: &Plan) -> Vec<(String, String)> {
    let is_answered = |query: &str| {
        let mut catalog = case.actual.clone();
        parse(query).iter().all(|statement| catalog.execute(&statement.command, &mut case.session.clone()).is_ok())
    };
    let ask = |condition: &Condition| {
        let query = condition.query.clone().filter(|query| is_answered(query))?;
        let code = condition.sqlstate.unwrap_or("Python");
        Some((format!("{} ({code}); must give 0", condition.demand), query))
    };
    plan.then.conditions.iter().filter_map(ask).collect()
}

/// A change of a revision.
fn change(patch: &Patch, sources: &Sources) -> report::Patch {
    let file = sources.file(patch.span.file);
    report::Patch {
        file: file.path().to_string(),
        line: sources.location(patch.span).line,
        before: patch.before.clone(),
        after: patch.after.clone(),
    }
}

fn same(rows: &[String], to: &[String]) -> bool {
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
        version_table: version_table(case),
        search_path: case.session.search_path.clone(),
        make_version_table: case.actual.resolve_relation(&case.subject.version_table(), case.session).is_none(),
        from: rows.to_vec(),
        to: plan.to.clone(),
        statements: statements
            .map(|(step, danger)| Noted { command: step.command.clone(), notes: danger.notes() })
            .collect(),
        touched: plan.touched.clone(),
        rest: if case.is_whole { plan.rest.clone() } else { Rest::default() },
        undo: plan.undo.clone(),
    }
}

/// The revision that a statement comes from, with file and line.
fn origin(case: &Case<'_>, step: &FixStep, sources: &Sources) -> (Option<String>, (Option<String>, Option<u32>)) {
    match step.origin {
        Origin::Revision { at, span } => (Some(case.subject.history.order[at.revision].clone()), place(sources, span)),
        Origin::VersionTable => (None, (None, None)),
    }
}

/// With its schema, since the scripts look at it under an empty search_path; where it is not there, it is made in the first
/// schema of the search_path.
fn version_table(case: &Case<'_>) -> QName {
    let name = case.subject.version_table();
    let found = case.actual.resolve_relation(&name, case.session).and_then(|oid| case.actual.qname(oid));
    found.unwrap_or_else(|| QName {
        schema: name.schema.or_else(|| case.session.search_path.first().cloned()),
        name: name.name,
    })
}

fn why(plan: &Plan, pending: bool) -> String {
    if let Some(first) = plan.obstacles.first() {
        return match plan.obstacles.len() {
            1 => first.clone(),
            count => format!("{first}, and {} more", count - 1),
        };
    }
    let to = plan.to.join(", ");
    let then = match (pending, &plan.then.outcome) {
        (false, _) => String::new(),
        (true, Predicted::DependsOnData) => "; the upgrade that follows depends on rows, see check.sql".to_string(),
        (true, _) => "; the upgrade that follows succeeds".to_string(),
    };
    let why = match plan.kind {
        PlanKind::Stamp => format!("the schema is that of {to} already, only the version row is wrong"),
        PlanKind::Upgrade => format!("the schema is that of {to}{then}"),
        PlanKind::Repair if plan.fix.iter().all(|step| matches!(step.origin, Origin::VersionTable)) => {
            format!("the schema is that of {to}, and Alembic's own table cannot take the rows as it is{then}")
        }
        PlanKind::Repair => {
            format!("{} statement(s) of the revisions complete the schema of {to}{then}", plan.fix.len())
        }
        PlanKind::Patch => {
            "the revisions have data to move, so none of them may be stamped; the failing statement is guarded"
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

fn steps(plan: &Plan, commands: &Commands, restamps: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut push = |title: &str, command: Option<String>, file: Option<&str>| {
        steps.push(Step { title: title.to_string(), command, file: file.map(str::to_string) });
    };
    if plan.kind == PlanKind::Patch {
        push("Change the failing revisions as shown", None, None);
    }
    if !plan.then.conditions.is_empty() || !plan.fix.is_empty() {
        push(
            "Ask the database what a schema cannot show",
            Some("psql \"$DATABASE_URL\" -f check.sql".to_string()),
            Some("check.sql"),
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

/// A revision that makes the same changes: Alembic reaches it only where everything else is at its place already.
fn repair_revision(case: &Case<'_>, plan: &Plan) -> Option<String> {
    let [head] = plan.to.as_slice() else { return None };
    if plan.kind != PlanKind::Repair || plan.state != *case.goal || !same(case.rows?, &plan.to) {
        return None;
    }
    if plan.fix.iter().any(|step| matches!(step.origin, Origin::VersionTable)) {
        return None;
    }
    let id = format!("repair_{}", head.chars().filter(char::is_ascii_alphanumeric).take(20).collect::<String>());
    let python = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let mut text = format!(
        "\"\"\"Complete what {head} promises\n\nMade by Restamp. The statements are those of the revisions that are not there.\n\"\"\"\n\n\
         from alembic import op\n\nrevision = {}\ndown_revision = {}\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n",
        python(&id),
        python(head)
    );
    for step in &plan.fix {
        text += &format!("    op.execute({})\n", python(&step.command.to_string().replace(':', "\\:")));
    }
    text += "\n\ndef downgrade():\n";
    for step in &plan.undo.steps {
        text += &format!("    op.execute({})\n", python(&step.command.to_string().replace(':', "\\:")));
    }
    if plan.undo.steps.is_empty() {
        text += "    pass\n";
    }
    Some(text)
}

fn data_steps(case: &Case<'_>, plan: &Plan, sources: &Sources) -> Vec<DataStep> {
    plan.data_steps
        .iter()
        .map(|step| {
            let (file, line) = place(sources, step.span);
            let (state, why) = match step.fate {
                DataFate::Included => {
                    (DataStepState::WillRun, "it belongs to a part that is missing, and fix.sql runs it")
                }
                DataFate::Unproven => {
                    (DataStepState::Skipped, "the stamp passes over it, and a schema cannot show that it ran")
                }
            };
            DataStep {
                revision: case.subject.history.order[step.at.revision].clone(),
                file: file.unwrap_or_default(),
                line: line.unwrap_or(1),
                sql: Some(step.what.clone()),
                source: None,
                state,
                why: why.to_string(),
            }
        })
        .collect()
}

/// What is to be known of one statement of a fix.
struct Danger {
    /// Where it comes from.
    origin: String,
    /// The lock that it takes on a table that was there before, and that table.
    lock: Option<(Lock, String)>,
    hazards: Vec<report::Hazard>,
}

impl Danger {
    fn notes(&self) -> Vec<String> {
        let mut notes = vec![self.origin.clone()];
        if let Some((lock, table)) = &self.lock {
            notes.push(format!("Takes {lock} on {table} until COMMIT: {}.", lock.who_waits()));
        }
        notes.extend(self.hazards.iter().map(|hazard| format!("Mind: {}.", hazard.message)));
        notes
    }
}

fn dangers(case: &Case<'_>, plan: &Plan, sources: &Sources) -> Vec<Danger> {
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
        };
        let (lock, table) = lock(&step.command);
        let locked = table.filter(|table| statement.is_old(table)).map(|table| (lock, table.to_string()));
        let (revision, (file, line)) = origin(case, step, sources);
        let origin = match (&revision, &file, line) {
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

fn hazards(case: &Case<'_>, plan: &Plan, dangers: Vec<Danger>, sources: &Sources) -> Vec<report::Hazard> {
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
