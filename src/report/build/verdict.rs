//! The one sentence that a person reads first.

use super::super::{Drift, Located, Outcome, Plan, PlanId, Prediction, Situation, Stamped, Verdict};
use crate::report::Change;

/// What the sentence is made from.
pub struct Facts<'a> {
    /// The heads of the files.
    pub heads: &'a [String],
    /// Where the schema stands.
    pub located: &'a Located,
    /// What the version table says; `None`: nothing tells it.
    pub stamped: Option<&'a Stamped>,
    /// The prediction for the database as it is.
    pub prediction: &'a Prediction,
    /// Differences to the located state.
    pub drift: &'a [Drift],
    /// All plans.
    pub plans: &'a [Plan],
    /// Plans were asked for.
    pub planned: bool,
    /// How many revisions there are.
    pub files: usize,
    /// Which part of the history's tables the database has, in percent.
    pub tables_known: u32,
    /// Lower than this many percent is probably another database.
    pub pending: usize,
    /// `heads` was asked for, or a revision.
    pub target: &'a str,
    /// The deploy log ends in Alembic's refusal to choose among several heads.
    pub refused_heads: bool,
    /// What `check.sql` told that no dump shows, one sentence each.
    pub told: Vec<String>,
    /// Not all that the revisions up to here do is known.
    pub partly_known: bool,
    /// Why nothing that the revisions up to here do can be compared.
    pub unseen: Option<String>,
    /// Data steps that a stamp would pass over.
    pub unproven: usize,
}

/// Below this share of known tables the dump is probably not of this project.
const WRONG_DATABASE: u32 = 10;

/// So many states of a tie are written out.
const TIE_SHOWN: usize = 4;

/// The verdict.
pub fn verdict(facts: &Facts<'_>) -> Verdict {
    let (situation, sentence) = sentence(facts);
    let mut more = Vec::new();
    if let Some(plan) = facts.plans.iter().find(|plan| plan.recommended) {
        more.push(format!("Recommended: {}.", plan.why));
    } else if !facts.plans.is_empty() && situation != Situation::Healthy {
        more.push("No plan is safe enough to be recommended; each says what stands against it.".to_string());
    }
    if facts.unproven > 0 {
        more.push(format!("{} data step(s) cannot be proven to have run.", facts.unproven));
    }
    more.extend(tie(facts));
    more.extend(facts.told.iter().cloned());
    let uncompared = facts.drift.iter().filter(|drift| drift.change == Change::Uncompared).count();
    if uncompared > 0 {
        more.push(format!("{uncompared} object(s) could not be compared; the drift says why."));
    }
    Verdict { situation, sentence, facts: more }
}

/// The other places that the schema fits, where no row says which it is.
fn tie(facts: &Facts<'_>) -> Vec<String> {
    let Located { revisions, exact, same_schema, may_be } = facts.located;
    if !exact || facts.stamped.is_some_and(|stamped| same(&stamped.revisions, revisions)) {
        return Vec::new();
    }
    let list = |states: &[Vec<String>]| {
        let shown: Vec<String> = states.iter().take(TIE_SHOWN).map(|state| names(state)).collect();
        let more = states.len().saturating_sub(TIE_SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", shown.join(", "))
    };
    let mut said = Vec::new();
    if !same_schema.is_empty() {
        said.push(format!(
            "The schema of {} is the same: no dump tells it from that of {}.",
            list(same_schema),
            names(revisions)
        ));
    }
    if !may_be.is_empty() {
        said.push(format!("It may also be at {}: not all that the revisions between do is known.", list(may_be)));
    }
    said
}

fn names(rows: &[String]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| format!("`{row}`")).collect();
    if rows.is_empty() { "base (nothing applied)".to_string() } else { rows.join(" and ") }
}

/// `fails at file:line (SQLSTATE)`; where rows may stop it before, that is the latest place.
fn failure(prediction: &Prediction) -> String {
    let open = prediction.conditions.iter().any(|condition| condition.answer.is_none());
    let latest = if open { " at the latest" } else { "" };
    let place = match (&prediction.file, prediction.line) {
        (Some(file), Some(line)) => format!("{latest} at {file}:{line}"),
        _ => latest.to_string(),
    };
    let code = prediction.sqlstate.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let message = prediction.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    format!("`alembic upgrade` fails{place}{code}{message}")
}

fn next(facts: &Facts<'_>) -> String {
    match facts.plans.iter().find(|plan| plan.recommended) {
        Some(plan) => match plan.id {
            PlanId::Stamp => format!("Stamp {}.", names(&plan.to)),
            PlanId::Upgrade => format!("Stamp {}, then upgrade.", names(&plan.to)),
            PlanId::Repair => format!("Run fix.sql, which stamps {}, then upgrade.", names(&plan.to)),
            PlanId::Patch => "Change the failing revision as shown, then upgrade.".to_string(),
        },
        None if !facts.planned => "No plans were asked for.".to_string(),
        None => "No way out is safe enough to be recommended; the plans say what would settle it.".to_string(),
    }
}

fn sentence(facts: &Facts<'_>) -> (Situation, String) {
    let place = names(&facts.located.revisions);
    if facts.tables_known < WRONG_DATABASE && facts.files > 0 {
        return (
            Situation::Unknown,
            format!(
                "I cannot place this database: only {} % of the tables that these revisions make are in it. It is empty, or another database.",
                facts.tables_known
            ),
        );
    }
    if let Some(reason) = &facts.unseen {
        let rows = facts.stamped.filter(|stamped| !stamped.revisions.is_empty());
        let rows = rows.map(|stamped| format!(" Its version table says {}.", names(&stamped.revisions)));
        return (
            Situation::Unknown,
            format!(
                "It cannot be told where this database stands: what the revisions do is not known ({reason}).{} {}",
                rows.unwrap_or_default(),
                next(facts)
            ),
        );
    }
    let Some(stamped) = facts.stamped else {
        let how = if facts.located.exact { "The schema is that of" } else { "The schema is nearest to" };
        return (
            Situation::Unknown,
            format!(
                "{how} {place}, but nothing that was handed in tells the version rows. Hand in the output of `alembic current`, or a dump of the version table."
            ),
        );
    };
    if !stamped.ghosts.is_empty() {
        return (
            Situation::Ghost,
            format!(
                "Row {} is in none of your {} files. Probably these files are older than the database: check the deployed branch first. \
                 If they are right, the schema {} {place}: `alembic stamp --purge`.",
                names(&stamped.ghosts),
                facts.files,
                if facts.located.exact { "matches" } else { "is nearest to" }
            ),
        );
    }
    if facts.heads.len() > 1 && (facts.target == "head" || facts.refused_heads) {
        let ends = match facts.prediction.outcome {
            Outcome::Succeeds if facts.refused_heads => ", which should succeed",
            _ => "",
        };
        return (
            Situation::Fork,
            format!(
                "Your files end in {} heads: {}. The database is on {place}. Upgrade `heads`{ends}, or merge them with `alembic merge heads` and deploy again.",
                facts.heads.len(),
                names(facts.heads)
            ),
        );
    }
    let missing: Vec<&Drift> = facts.drift.iter().filter(|drift| drift.change == Change::Missing).collect();
    let recorded = same(&stamped.revisions, &facts.located.revisions);
    let promised = facts.plans.iter().find(|plan| same(&plan.to, &stamped.revisions));
    let row = if stamped.revisions.is_empty() {
        "holds no row".to_string()
    } else {
        format!("says {}", names(&stamped.revisions))
    };
    if recorded && missing.is_empty() {
        return healthy(facts, &place);
    }
    if recorded {
        return (
            Situation::StampedAhead,
            format!(
                "The row says {place}, but {} thing(s) it promises are missing, first {}. Upgrade will never create them. {}",
                missing.len(),
                described(missing[0]),
                next(facts)
            ),
        );
    }
    if facts.located.exact {
        let ahead = promised.is_some_and(|plan| plan.barred.iter().any(|barred| barred.contains("missing")));
        if ahead && facts.prediction.outcome != Outcome::Fails {
            return (
                Situation::StampedAhead,
                format!(
                    "The row says {}, but the schema is only that of {place}. Upgrade will never create the rest. {}",
                    names(&stamped.revisions),
                    next(facts)
                ),
            );
        }
        return (
            Situation::Unrecorded,
            format!(
                "The schema is at {place}, but Alembic's version table {row}; so {}. {} {}",
                outcome(facts.prediction),
                if facts.partly_known { "Of what is known nothing is missing." } else { "Nothing is missing." },
                next(facts)
            ),
        );
    }
    let list: Vec<String> = missing.iter().take(3).map(|drift| described(drift)).collect();
    let more = missing.len().saturating_sub(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let missing = if list.is_empty() {
        "Nothing is missing, but something differs.".to_string()
    } else {
        format!("Missing: {}{more}.", list.join(", "))
    };
    (
        Situation::HalfApplied,
        format!(
            "The schema is nearest to {place}, but not all of it is there, and Alembic's version table {row}; {}. {missing} {}",
            outcome(facts.prediction),
            next(facts)
        ),
    )
}

fn outcome(prediction: &Prediction) -> String {
    match prediction.outcome {
        Outcome::Fails => failure(prediction),
        Outcome::Succeeds => "`alembic upgrade` would succeed".to_string(),
        Outcome::DependsOnData => "`alembic upgrade` depends on what the rows hold".to_string(),
        Outcome::Unknown => "what `alembic upgrade` would do is not known".to_string(),
    }
}

fn healthy(facts: &Facts<'_>, place: &str) -> (Situation, String) {
    match facts.prediction.outcome {
        Outcome::Succeeds if facts.pending == 0 => {
            (Situation::Healthy, format!("This database is at {place}, as recorded, and there is nothing to upgrade."))
        }
        Outcome::Succeeds => (
            Situation::Healthy,
            format!(
                "This database is at {place}, as recorded; {} revision(s) are pending and should succeed. If a deploy failed, it used another database or other files.",
                facts.pending
            ),
        ),
        Outcome::Fails => (
            Situation::HalfApplied,
            format!("This database is at {place}, as recorded, but {}. {}", failure(facts.prediction), next(facts)),
        ),
        Outcome::DependsOnData => (
            Situation::Data,
            format!(
                "This database is at {place}, as recorded; the upgrade works unless rows stand in the way: {}. Run check.sql and hand in what it prints.",
                facts.prediction.message.clone().unwrap_or_default()
            ),
        ),
        Outcome::Unknown => (
            Situation::Unknown,
            format!(
                "This database is at {place}, as recorded; what the pending revisions would do is not known: {}.",
                facts.prediction.message.clone().unwrap_or_default()
            ),
        ),
    }
}

fn described(drift: &Drift) -> String {
    let object = &drift.object;
    let table = object.table.as_ref().map(|table| format!("{table}.")).unwrap_or_default();
    let line = drift
        .introduced_by
        .as_ref()
        .map(|by| match by.line {
            Some(line) => format!(" ({}:{line})", by.file),
            None => format!(" ({})", by.file),
        })
        .unwrap_or_default();
    format!("{} {table}{}{line}", object.kind.replace('_', " "), object.name)
}

fn same(rows: &[String], to: &[String]) -> bool {
    let (mut rows, mut to) = (rows.to_vec(), to.to_vec());
    rows.sort();
    to.sort();
    rows == to
}
