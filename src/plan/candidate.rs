//! Candidates for the state that is stamped, and what each would take.

use std::rc::Rc;

use super::complete::complete;
use super::data_step::may_harm;
use super::fix::{DataFate, Fix, fix, objects};
use super::script::ownership::{ownership, unclear};
use super::script::segment::{is_concurrent, segments};
use super::script::undo::{privileges::given, undo};
use super::script::{Touched, touched};
use super::{Case, Plan, PlanKind, concurrent, invalid_index, version_table};
use crate::alembic::run::{Observer, Sent};
use crate::catalog::listing::{Change, Listing};
use crate::catalog::{Catalog, Object, ObjectId, Oid, Session};
use crate::diff::{Change as DiffChange, Difference};
use crate::locate::Verdict;
use crate::pg::command::{Command, DataVerb, Kind, Transaction};
use crate::pg::error::Refusal;
use crate::plan::fix::{DataStep, FixStep, Origin, Unfinished};
use crate::predict::condition::Condition;
use crate::predict::demands::Demands;
use crate::predict::rows::Rows;
use crate::predict::unproven::{Left, Unproven};
use crate::predict::{Outcome, predict};
use crate::replay::history::Members;
use crate::replay::{At, Replay, replay_seen};

/// A candidate.
pub struct Candidate {
    /// The state.
    pub members: Members,
    /// It is shown even when another plan is recommended.
    pub shown: bool,
}

/// How many located states of a tie are tried.
const TIE: usize = 4;
/// How many states between the located one and the target are tried.
const BETWEEN: usize = 8;

/// The states that a plan may stamp, the least intrusive first.
pub fn states(case: &Case<'_>) -> Vec<Candidate> {
    let history = case.subject.history;
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut offer = |members: Members, shown| {
        if case.goal.covers(&members) && !candidates.iter().any(|candidate| candidate.members == members) {
            candidates.push(Candidate { members, shown });
        }
    };
    let recorded = recorded(case);
    if case.rows.is_some() && case.ghosts.is_empty() {
        offer(recorded.clone(), true);
    }
    let tie = &case.located.states;
    for state in tie.iter().take(TIE).chain(tie.last()) {
        offer(state.clone(), true);
    }
    // A half applied revision is completed, and so is everything before the last revision that left a trace.
    if let Some(start) = tie.first() {
        let traced = (0..history.order.len())
            .filter(|&position| !start.has(position))
            .filter(|&position| matches!(case.verdicts[position], Verdict::Applied | Verdict::Partial { .. }));
        for position in traced.take(BETWEEN) {
            offer(start.union(&history.closure([position])), false);
        }
        offer(recorded.union(start), false);
    }
    offer(case.goal.clone(), true);
    candidates
}

/// The state that the version rows describe.
pub fn recorded(case: &Case<'_>) -> Members {
    case.subject.history.state(case.rows.unwrap_or_default())
}

/// What a candidate takes; `None` if there is nothing to do at all.
pub fn evaluate(case: &Case<'_>, state: &Members, goal: &Catalog) -> Option<Plan> {
    let history = case.subject.history;
    let recorded = recorded(case);
    let to = history.rows(state);
    let same_rows = case.ghosts.is_empty() && case.rows.is_some_and(|rows| same(rows, &to));
    let told = case.rows.is_some_and(|rows| !rows.is_empty()) && case.ghosts.is_empty();
    let mut made = fix(case.replay, case.timelines, state, told.then_some(&recorded), case.allowed);
    made.steps.splice(0..0, version_table::prepare(case, state, &to));
    made.steps.splice(0..0, invalid_index::prepare(case));
    let mut obstacles = std::mem::take(&mut made.obstacles);
    let unproven = Rc::new(Unproven::default());
    let is_unproven = |step: &DataStep| step.fate == DataFate::Unproven;
    let observer = made.data_steps.iter().any(is_unproven).then(|| unproven.clone() as Rc<dyn Observer>);
    let expected = replay_seen(case.subject, state, observer, |_, _| ());
    if case.concurrently {
        made.steps = concurrent::first(made.steps, case.actual, case.session);
    }
    let (applied, left) = finish(case, &mut made, &expected.catalog, state);
    let open = |item: &Unfinished| left.iter().any(|left| left.id == item.id && left.is_drift());
    obstacles.extend(made.unfinished.into_iter().filter(open).map(|item| item.why));
    let fixed = applied.fixed(case).clone();
    let Applied { stages, changes, refused, demands, rows, stopped } = applied;
    obstacles.extend(stopped);
    obstacles.extend(refused.map(|(_, why)| why));
    let changed = objects(&changes);
    let is_goal = same_rows && *state == *case.goal;
    if is_goal && made.steps.is_empty() && obstacles.is_empty() && !left.iter().any(is_hole) {
        return None;
    }
    obstacles.extend(remaining(case, &left, &changed, made.steps.is_empty() && same_rows, (state, &recorded)));
    obstacles.extend(left_behind(&fixed, &made.left));
    obstacles.extend(files_missing(case, &left));
    let known = (&rows, &fixed);
    let unknown = |at: At| {
        let mut later = expected.revisions.iter().filter(|replayed| replayed.position >= at.revision);
        later.any(|replayed| replayed.unknown.is_some())
    };
    for step in made.data_steps.iter_mut().filter(|step| is_unproven(step)) {
        look_at(step, &unproven, &expected.catalog, case, known, unknown(step.at));
    }
    obstacles.extend(rows_against(case, state, &recorded, &made.data_steps));
    obstacles.extend(passed_over(case, state, &recorded, &expected));
    let kind = match (made.steps.is_empty(), *state == *case.goal) {
        (true, true) => PlanKind::Stamp,
        (true, false) => PlanKind::Upgrade,
        (false, _) => PlanKind::Repair,
    };
    let then = predict(case.subject, &fixed, &to, case.target, &rows, &[]);
    obstacles.extend(then_against(&then.outcome));
    if obstacles.is_empty() {
        obstacles.extend(holes(case, then.after.as_ref(), goal));
    }
    let mut undo = undo(case.actual, &fixed, case.session);
    let ownership = ownership(case, &made.steps, &fixed);
    let maker = ownership.maker(case.actual);
    undo.given = given((case.actual, case.session), &undo.again, case.privileges, maker.as_ref());
    obstacles.extend(unclear(&ownership, case.actual).filter(|_| !made.steps.is_empty()));
    let (touched, mut rest) = touched(case.actual, &stages);
    if let Some(schema) = case.schema {
        rest.only(schema);
    }
    // That an invalid index is dropped needs no sign: its statement looks for itself.
    let needs_sign = made.steps.iter().any(|step| !matches!(step.origin, Origin::InvalidIndex));
    obstacles.extend(leaves_no_sign(&touched, stages.len(), same_rows).filter(|_| needs_sign));
    Some(Plan {
        kind,
        state: state.clone(),
        to,
        recommended: obstacles.is_empty(),
        obstacles,
        fix: made.steps,
        data_steps: made.data_steps,
        touched,
        rest,
        undo,
        ownership,
        stays: made.left,
        fixed,
        left,
        demands,
        then,
        patches: Vec::new(),
    })
}

/// Executes the fix, and completes it by what has no operation of its own any more. Gives what it makes of the database, and the
/// differences to `expected` that remain.
fn finish(case: &Case<'_>, made: &mut Fix, expected: &Catalog, state: &Members) -> (Applied, Vec<Difference>) {
    let mut applied = Applied::of(case, &made.steps);
    // What holds no values and cannot be made by the operation that made it once, as its columns have other names by now, is made
    // from its definition.
    while let Some((at, why)) = applied.refused.take() {
        let is_replaced = made.steps[at].makes.iter().all(is_valueless) && !made.steps[at].makes.is_empty();
        if !is_replaced {
            applied.refused = Some((at, why));
            break;
        }
        let lost = made.steps.remove(at).makes.into_iter();
        made.unfinished.extend(lost.map(|id| Unfinished { id, why: why.clone() }));
        applied = Applied::of(case, &made.steps);
    }
    let left = |applied: &Applied| case.diff(applied.fixed(case), expected, state);
    let mut remaining = left(&applied);
    if !made.unfinished.is_empty() {
        let catalogs = (applied.fixed(case), expected);
        complete(&mut made.steps, &made.unfinished, &remaining, catalogs, (case.timelines, case.replay, state));
        applied = Applied::of(case, &made.steps);
        remaining = left(&applied);
    }
    (applied, remaining)
}

pub fn same(rows: &[String], to: &[String]) -> bool {
    let (mut rows, mut to): (Vec<_>, Vec<_>) = (rows.iter().collect(), to.iter().collect());
    rows.sort();
    to.sort();
    rows == to
}

/// What a fix makes of a database.
#[derive(Default)]
struct Applied {
    /// What it demands of rows, and what is known of them after it.
    demands: Vec<Condition>,
    rows: Rows,
    /// Statements that rows stop.
    stopped: Vec<String>,
    /// The database after each of its transactions; after the last one before a statement that is refused.
    stages: Vec<Catalog>,
    changes: Vec<Change>,
    /// The step that would be refused, and why.
    refused: Option<(usize, String)>,
}

impl Applied {
    fn of(case: &Case<'_>, steps: &[FixStep]) -> Applied {
        apply(case.actual, case.session, case.table_rows, steps)
    }

    /// The database after the fix.
    fn fixed<'c>(&'c self, case: &'c Case<'_>) -> &'c Catalog {
        self.stages.last().unwrap_or(case.actual)
    }
}

/// Executes the fix as its file would be read: rendered and parsed again, so that what is checked is what is shown.
fn apply(actual: &Catalog, session: &Session, rows: &Rows, steps: &[FixStep]) -> Applied {
    let mut fixed = actual.clone();
    let mut session = session.clone();
    let mut listing = Listing::of(&fixed);
    let demands = Demands::new(rows.clone());
    let mut applied = Applied { rows: rows.clone(), ..Applied::default() };
    for segment in segments(steps.iter().map(|step| &step.command)) {
        let is_transaction = !segment.is_empty() && !is_concurrent(&steps[segment.start].command);
        let transaction = |fixed: &mut Catalog, session: &mut Session, what| {
            let _ = is_transaction.then(|| fixed.execute(&Command::Transaction(what), session));
        };
        transaction(&mut fixed, &mut session, Transaction::Begin);
        for (at, step) in steps[segment.clone()].iter().enumerate() {
            let text = step.command.to_string();
            for statement in crate::sql::statement::parse(&text) {
                let stopped = demands.before(&statement.command, &fixed, &session);
                applied.stopped.extend(
                    stopped.map(|error| format!("rows stop the fix: {text}: {} ({})", error.message, error.sqlstate)),
                );
                let outcome = match statement.refused {
                    Some(error) => Err(Refusal::from(error)),
                    None => fixed.execute(&statement.command, &mut session),
                };
                let sent = Sent { span: None, accepted: outcome.is_ok(), may: None };
                demands.after(&statement.command, sent, &fixed, &session);
                match outcome {
                    Ok(deltas) => applied.changes.extend(listing.follow(&fixed, &deltas)),
                    Err(refusal) => {
                        let why = format!("its statement would be refused: {text}: {refusal}");
                        applied.refused = Some((segment.start + at, why));
                        applied.stages.push(fixed);
                        return applied;
                    }
                }
            }
        }
        transaction(&mut fixed, &mut session, Transaction::Commit);
        applied.stages.push(fixed.clone());
    }
    applied.demands = demands.take();
    applied.rows = demands.rows();
    applied
}

/// True for what `complete` can make from its definition.
fn is_valueless(id: &ObjectId) -> bool {
    matches!(id.kind, Kind::Constraint | Kind::Index | Kind::Default)
}

/// What the upgrade that follows would leave missing or different, as a revision that looks first may pass over what is half there;
/// and what it would make beside what is there already, as a constraint without a name.
fn holes(case: &Case<'_>, after: Option<&Catalog>, goal: &Catalog) -> Vec<String> {
    let Some(after) = after else { return Vec::new() };
    let is_twice = |left: &Difference| {
        let is_new = left.actual_oid.is_some_and(|oid| case.actual.get(oid).is_none());
        matches!(left.change, DiffChange::Extra) && is_new
    };
    let left = case.diff(after, goal, case.goal);
    left.iter()
        .filter(|left| is_hole(left) || is_twice(left))
        .take(3)
        .map(|hole| {
            let what = match hole.change {
                DiffChange::Missing => "missing",
                DiffChange::Extra => "there beside what was made ahead",
                DiffChange::Different(_) | DiffChange::Uncompared(_) => "different",
            };
            format!("{:?} {} would be {what} after the upgrade", hole.id.kind, hole.id).to_lowercase()
        })
        .collect()
}

/// Something that is expected is not there, or is otherwise.
fn is_hole(difference: &Difference) -> bool {
    difference.is_drift() && !matches!(difference.change, DiffChange::Extra)
}

/// What of the remaining differences stands against the plan.
fn remaining(
    case: &Case<'_>,
    left: &[Difference],
    changed: &[ObjectId],
    untouched: bool,
    (state, recorded): (&Members, &Members),
) -> Vec<String> {
    let is_new = |oid: Option<Oid>| oid.is_some_and(|oid| case.actual.get(oid).is_none());
    // The rows do not say that the revision ran which may make it.
    let may_lack = |difference: &Difference| {
        let made = case.timelines.by_object.get(&difference.id).map(|timeline| &timeline.values);
        let unrecorded = made.into_iter().flatten().any(|(at, _)| state.has(at.revision) && !recorded.has(at.revision));
        unrecorded && difference.expected_oid.is_some() && difference.actual_oid.is_none()
    };
    let mut obstacles = Vec::new();
    for difference in left {
        let what = match &difference.change {
            DiffChange::Missing if !untouched => "still missing",
            DiffChange::Missing => "missing, and the upgrade will not make it",
            DiffChange::Different(_) if !difference.is_drift() => continue,
            DiffChange::Different(_) => "different",
            DiffChange::Uncompared(_) if may_lack(difference) => {
                "not there, and it is not known whether a revision would make it"
            }
            DiffChange::Uncompared(_) if changed.contains(&difference.id) => "not known to be as intended",
            DiffChange::Extra if is_new(difference.actual_oid) => "made on the way and not taken away again",
            DiffChange::Extra | DiffChange::Uncompared(_) => continue,
        };
        obstacles.push(format!("{:?} {} is {what}", difference.id.kind, difference.id).to_lowercase());
    }
    let more = obstacles.len().saturating_sub(5);
    if more > 0 {
        obstacles.truncate(5);
        obstacles.push(format!("{more} more differences remain"));
    }
    obstacles
}

/// A transaction after which neither an object nor the version rows differ: a script could not tell whether it ran.
fn leaves_no_sign(touched: &[Touched], transactions: usize, same_rows: bool) -> Option<String> {
    let shows = |at: usize| {
        let last = at + 1 == transactions;
        (last && !same_rows) || touched.iter().any(|object| object.states.get(at) != object.states.get(at + 1))
    };
    let why = "the fix changes rows alone, so that a second run could not tell that it ran";
    (!(0..transactions).all(shows)).then(|| why.to_string())
}

/// A column that a revision dropped, that is left, and that the application's INSERTs would trip over (23502).
fn left_behind(fixed: &Catalog, left: &[ObjectId]) -> Vec<String> {
    fixed
        .comparable()
        .filter(|(_, id)| left.contains(id))
        .filter_map(|(oid, id)| match fixed.get(oid)? {
            Object::Column(column) if column.not_null && column.identity.is_none() && fixed.default_of(oid).is_none() => {
                Some(format!("{id} is NOT NULL without a default and no longer known to the application: its INSERTs would fail (23502)"))
            }
            _ => None,
        })
        .collect()
}

/// A row that no file has, and objects that no revision makes: they may be the work of the revision whose file is missing.
fn files_missing(case: &Case<'_>, left: &[Difference]) -> Option<String> {
    let ghost = case.ghosts.first()?;
    let extra: Vec<String> = left
        .iter()
        .filter(|difference| matches!(difference.change, DiffChange::Extra))
        .map(|difference| difference.id.to_string())
        .collect();
    let first = extra.first()?;
    let more = if extra.len() > 1 { format!(" and {} more", extra.len() - 1) } else { String::new() };
    Some(format!(
        "the version table names {ghost}, which no file has, and {first}{more} is there, which no revision makes: \
         find the file of {ghost} (a newer branch, the image that ran last) and hand it in"
    ))
}

fn then_against(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Succeeds | Outcome::DependsOnData => None,
        Outcome::Fails => Some("the upgrade that follows would fail".to_string()),
        Outcome::Unknown(reason) => Some(format!("whether the upgrade that follows succeeds is not known: {reason}")),
    }
}

/// Asks what is left of a data step that the plan passes over.
fn look_at(
    step: &mut DataStep,
    unproven: &Unproven,
    end: &Catalog,
    case: &Case<'_>,
    known: (&Rows, &Catalog),
    unknown: bool,
) {
    let left = match &step.statement {
        Some(data) => unproven.left(data, step.span, end, (case.actual, case.session), known),
        None => Left::unknown(DataVerb::Select, "it is not written as SQL"),
    };
    let left = Left { disturbed: left.disturbed || unknown, ..left };
    if left.is_nothing() {
        step.fate = DataFate::NothingLeft;
    }
    step.left = Some(left);
}

/// What data steps and the version rows say against stamping `state`.
fn rows_against(case: &Case<'_>, state: &Members, recorded: &Members, data_steps: &[DataStep]) -> Vec<String> {
    let history = case.subject.history;
    let mut obstacles = Vec::new();
    for step in data_steps.iter().filter(|step| step.fate == DataFate::Unproven) {
        let revision = &history.order[step.at.revision];
        let against = step.against.clone().unwrap_or_else(|| {
            format!("the stamp passes over a data step of {revision}, and a schema cannot show that it ran")
        });
        obstacles.push(against + &step.left.as_ref().map(Left::shown).unwrap_or_default());
    }
    // Below the recorded rows only where the schema contradicts them.
    let below: Vec<usize> = recorded.iter().filter(|&position| !state.has(position)).collect();
    for &position in &below {
        let id = &history.order[position];
        let contradicted = matches!(case.verdicts[position], Verdict::Absent);
        let harmless = case.verdicts[position] == Verdict::NoTrace && !has_data_steps(case, position);
        if !contradicted && !harmless {
            obstacles
                .push(format!("{id} is recorded as run, and nothing in the schema contradicts it: it would run again"));
        }
        // What it made may have been lost since, and what it did to rows not.
        if contradicted && has_data_steps(case, position) {
            obstacles.push(format!(
                "{id} is recorded as run; what it makes is not there, but a data step of it may have run, and would run again"
            ));
        }
    }
    // What the upgrade would run although it may have run: the schema cannot tell, and the rows do not say.
    let trusted = case.rows.is_some() && *recorded == *state;
    if !trusted {
        for larger in case.located.states.iter().filter(|larger| larger.covers(state)) {
            for position in larger.iter().filter(|&position| !state.has(position) && case.goal.has(position)) {
                if has_data_steps(case, position) {
                    let id = &history.order[position];
                    obstacles.push(format!(
                        "the upgrade would run the data steps of {id}, and it is not known whether they ran already"
                    ));
                }
            }
        }
    }
    obstacles.sort();
    obstacles.dedup();
    obstacles
}

/// Revisions that a stamp would pass over, though what they do is not known, and the database does not show that they ran: of what is
/// known nothing is there, or all of it, but no later revision shows that the rest is there, too.
fn passed_over(case: &Case<'_>, state: &Members, recorded: &Members, expected: &Replay) -> Vec<String> {
    let history = case.subject.history;
    let is_applied = |at: usize| state.has(at) && matches!(case.verdicts[at], Verdict::Applied);
    let is_followed = |at: usize| {
        let later = expected.revisions.iter().filter(|later| later.position != at && later.unknown.is_none());
        later.into_iter().any(|later| is_applied(later.position) && history.closure([later.position]).has(at))
    };
    let skipped = expected.revisions.iter().filter(|revision| {
        let at = revision.position;
        let is_open = || revision.not_known().is_some() && !is_followed(at);
        state.has(at) && !recorded.has(at) && (!is_applied(at) || is_open())
    });
    let told = skipped.filter_map(|revision| {
        let (id, reason) = (&case.subject.history.order[revision.position], revision.not_known()?);
        let what = if is_applied(revision.position) { "not all that" } else { "what" };
        let is = if is_applied(revision.position) { "is" } else { "is not" };
        Some(format!("{what} {id} does {is} known, and the stamp would pass over it: {reason}"))
    });
    told.take(3).collect()
}

/// See [`may_harm`].
fn has_data_steps(case: &Case<'_>, position: usize) -> bool {
    case.replay.revisions.iter().any(|revision| revision.position == position && may_harm(revision))
}
