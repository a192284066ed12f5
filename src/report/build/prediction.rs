//! Predictions in the report's words.

use super::super::{self as report, Outcome, Prediction};
use super::{excerpt, place};
use crate::pg::error::Refusal;
use crate::predict::condition::Condition;
use crate::predict::{Outcome as Predicted, Prediction as Forecast};
use crate::source::Sources;

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
            at(failure.at);
            answer.revision = failure.revision.clone();
            answer.statement = failure.statement.clone();
            match &failure.refusal {
                Refusal::Postgres(error) => {
                    answer.sqlstate = Some(error.sqlstate.to_string());
                    answer.message = Some(error.message.clone());
                }
                // A traceback of an exception without a text ends with its class.
                Refusal::Client(error) if error.message.is_empty() => {
                    answer.message = error.class.rsplit('.').next().map(str::to_string);
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
            // Many statements may demand the same.
            let mut demands: Vec<&str> = Vec::new();
            for condition in &forecast.conditions {
                if !demands.contains(&condition.demand.as_str()) {
                    demands.push(&condition.demand);
                }
            }
            answer.message = Some(format!("it succeeds only if {}", shortened(&demands)));
        }
        (Predicted::Unknown(reason), _) => {
            at(reason.span);
            answer.revision = forecast.doubted.clone().or_else(|| forecast.runs.last().cloned());
            answer.message = Some(reason.to_string());
        }
        (Predicted::Succeeds | Predicted::Fails, _) => {}
    }
    answer
}

/// So many conditions are written out in a sentence.
const SHOWN: usize = 3;

/// All conditions, or the first of many: each stands in [`Prediction::conditions`] anyway.
fn shortened(demands: &[&str]) -> String {
    let more = demands.len().saturating_sub(SHOWN);
    if more < 2 {
        return demands.join("; and if ");
    }
    format!("{}; and if {more} more conditions hold", demands[..SHOWN].join("; and if "))
}

fn data_condition(condition: &Condition, sources: &Sources) -> report::DataCondition {
    let (file, line) = place(sources, condition.span);
    report::DataCondition {
        demand: condition.demand.clone(),
        sqlstate: condition.sqlstate.map(str::to_string),
        query: condition.query.clone(),
        answer: condition.answer,
        revision: condition.revision.clone(),
        file,
        line,
    }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_sentence_holds_few_conditions() {
        assert_eq!(shortened(&["a", "b", "c", "d"]), "a; and if b; and if c; and if d");
        assert_eq!(shortened(&["a", "b", "c", "d", "e"]), "a; and if b; and if c; and if 2 more conditions hold");
    }
}
