//! What `check.sql` asks.

use std::collections::BTreeSet;

use super::place;
use crate::pg::ident::{Ident, QName};
use crate::plan::script::{Check, Question};
use crate::plan::{Case, DataStep, Plan};
use crate::predict::Prediction;
use crate::predict::condition::Condition;
use crate::predict::unproven::Left;
use crate::source::Sources;
use crate::sql::statement::parse;

/// What decides whether the fix and the upgrade get through, and whether the upgrade would as things stand. What only the fix or the
/// upgrade makes the database cannot be asked for before. Of the data steps that a stamp passes over, those of the plan, and where none of
/// `all` is recommended, those that stand against one.
pub(super) fn questions(case: &Case<'_>, plan: Option<&Plan>, all: &[Plan], sources: &Sources) -> Vec<Question> {
    let recommended = all.iter().any(|plan| plan.recommended);
    let others = all.iter().filter(|_| !recommended);
    let steps = plan.into_iter().chain(others).flat_map(|plan| &plan.data_steps);
    let is_answered = |query: &str| {
        let mut catalog = case.actual.clone();
        parse(query).iter().all(|statement| catalog.execute(&statement.command, &mut case.session.clone()).is_ok())
    };
    let ask = |condition: &Condition, whom: &str| Question {
        what: format!(
            "{} ({}){whom}; must give 0",
            condition.demand.split_whitespace().collect::<Vec<_>>().join(" "),
            condition.sqlstate.unwrap_or("Python")
        ),
        query: condition.query.clone().filter(|query| is_answered(query)),
    };
    let steps = steps.filter_map(|step| {
        let left = step.left.as_ref()?;
        Some(data_step(case, step, left, sources, &is_answered))
    });
    let fix = plan.into_iter().flat_map(|plan| &plan.demands).map(|condition| ask(condition, ", for the fix"));
    let all = |prediction: &'_ Prediction| {
        [&prediction.settled, &prediction.conditions].into_iter().flatten().cloned().collect()
    };
    let then: Vec<Condition> = plan.map(|plan| all(&plan.then)).unwrap_or_default();
    let then = then.iter().map(|condition| ask(condition, ", for the upgrade that follows"));
    let now: Vec<Condition> = all(case.prediction);
    let now = now.iter().map(|condition| ask(condition, ", for the upgrade as things stand"));
    let mut seen = BTreeSet::new();
    let asked: Vec<Question> = steps.chain(fix).chain(then).chain(now).collect();
    asked
        .into_iter()
        .filter(|question| {
            let demand = question.what.split(", for the ").next().unwrap_or_default().to_string();
            seen.insert(question.query.clone().unwrap_or(demand))
        })
        .collect()
}

/// What is left of a data step that a stamp passes over.
fn data_step(
    case: &Case<'_>,
    step: &DataStep,
    left: &Left,
    sources: &Sources,
    is_answered: &dyn Fn(&str) -> bool,
) -> Question {
    let place = match place(sources, step.span) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        _ => "a place that is not known".to_string(),
    };
    let revision = &case.subject.history.order[step.at.revision];
    let sql = step.what.split_whitespace().collect::<Vec<_>>().join(" ");
    let what = format!("a data step of {revision} at {place}, which a stamp would pass over: {sql}");
    match &left.query {
        Ok(query) if is_answered(query) => Question {
            what: format!(
                "What is left of {what}. It counts rows that it would still change; 0: nothing is left to do"
            ),
            query: Some(query.clone()),
        },
        Ok(_) => Question { what: format!("what is left of {what}"), query: None },
        Err(why) => Question { what: format!("what is left of {what} ({why})"), query: None },
    }
}

/// `check.sql` of a plan.
pub(super) fn of_plan(case: &Case<'_>, plan: &Plan, header: &[String], questions: &[Question]) -> String {
    let table = |schema: &str, name: &str| {
        let oid = case.actual.relation(&Ident::new(schema), &Ident::new(name))?;
        case.actual.table(oid).and(case.actual.qname(oid))
    };
    let keys = plan.touched.iter().map(|touched| &touched.key);
    let tables: BTreeSet<QName> =
        keys.filter_map(|key| table(&key.schema, if key.owner.is_empty() { &key.name } else { &key.owner })).collect();
    Check {
        header,
        search_path: &case.session.search_path,
        touched: &plan.touched,
        tables: &tables.into_iter().collect::<Vec<_>>(),
        questions,
    }
    .sql()
}

/// `check.sql` of what `alembic upgrade` would do as things stand; empty where no rows decide it.
pub fn check(case: &Case<'_>, plans: &[Plan], header: &[String], sources: &Sources) -> String {
    let questions = questions(case, None, plans, sources);
    if questions.is_empty() {
        return String::new();
    }
    let search_path = &case.session.search_path;
    Check { header, search_path, touched: &[], tables: &[], questions: &questions }.sql()
}
