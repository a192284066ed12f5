//! Each revision with its verdict, evidence, data steps and what could not be followed.

use super::super::{DataStep, DataStepState, Effects, Evidence, Found, Revision, RevisionVerdict, Unmodelled};
use super::{object_name, place};
use crate::alembic::graph::Graph;
use crate::alembic::run::Action;
use crate::catalog::listing::Change;
use crate::locate::{Evidence as Trace, Verdict};
use crate::pg::error::Reason;
use crate::plan::is_data;
use crate::replay::history::{History, Members};
use crate::replay::{ReplayStep, Replayed};
use crate::source::Sources;

/// All revisions in upgrade order.
pub fn revisions(
    graph: &Graph,
    history: &History,
    replayed: &[&Replayed],
    verdicts: Option<&[(Verdict, Vec<Trace>)]>,
    recorded: Option<&Members>,
    sources: &Sources,
) -> Vec<Revision> {
    replayed
        .iter()
        .filter_map(|replayed| {
            let id = &history.order[replayed.position];
            let revision = graph.get(id)?;
            let verdict = verdicts.map(|verdicts| &verdicts[replayed.position]);
            let file = sources.file(revision.file).path().to_string();
            let ran = recorded.map(|recorded| recorded.has(replayed.position));
            Some(Revision {
                id: id.clone(),
                title: revision.message.clone(),
                down: revision.down.iter().map(ToString::to_string).collect(),
                depends_on: revision.depends_on.iter().map(ToString::to_string).collect(),
                labels: graph.labels_of(id).iter().map(ToString::to_string).collect(),
                verdict: verdict.map_or(RevisionVerdict::Unknown, |(verdict, _)| verdict_of(*verdict)),
                effects: verdict.map(|(_, traces)| effects(traces)),
                evidence: verdict.map(|(_, traces)| evidence(traces, replayed, sources)).unwrap_or_default(),
                data_steps: data_steps(id, &file, replayed, ran, sources),
                unmodelled: unmodelled(&file, replayed, sources),
                file,
            })
        })
        .collect()
}

fn verdict_of(verdict: Verdict) -> RevisionVerdict {
    match verdict {
        Verdict::Applied => RevisionVerdict::Applied,
        Verdict::Partial { .. } => RevisionVerdict::Partial,
        Verdict::Absent => RevisionVerdict::Absent,
        Verdict::NoTrace => RevisionVerdict::NoTrace,
        Verdict::Unknown => RevisionVerdict::Unknown,
    }
}

fn effects(traces: &[Trace]) -> Effects {
    let present = traces.iter().filter(|trace| trace.present == Some(true)).count();
    let total = traces.iter().filter(|trace| trace.present.is_some()).count();
    Effects { present: present as u32, total: total as u32 }
}

fn evidence(traces: &[Trace], replayed: &Replayed, sources: &Sources) -> Vec<Evidence> {
    traces
        .iter()
        .map(|trace| {
            let step = replayed.steps.get(trace.at.step);
            Evidence {
                object: object_name(&trace.object),
                effect: step.map_or("change", |step| effect(step, trace)).to_string(),
                found: match trace.present {
                    Some(true) => Found::Yes,
                    Some(false) => Found::No,
                    None => Found::Unknown,
                },
                line: place(sources, step.and_then(|step| step.span)).1,
                note: None,
            }
        })
        .collect()
}

fn effect(step: &ReplayStep, trace: &Trace) -> &'static str {
    let of = |seen: &Option<std::rc::Rc<crate::catalog::listing::Seen>>| {
        seen.as_ref().is_some_and(|seen| seen.id == trace.object)
    };
    step.changes
        .iter()
        .find_map(|change| match (of(&change.before), of(&change.after)) {
            (false, true) if change.before.is_some() => Some("rename to"),
            (true, false) if change.after.is_some() => Some("rename"),
            (false, true) => Some("add"),
            (true, false) => Some("drop"),
            (true, true) => Some("change"),
            (false, false) => None,
        })
        .unwrap_or("change")
}

fn data_steps(id: &str, file: &str, replayed: &Replayed, ran: Option<bool>, sources: &Sources) -> Vec<DataStep> {
    replayed
        .steps
        .iter()
        .filter(|step| is_data(&step.action))
        .map(|step| {
            let (path, line) = place(sources, step.span);
            let (sql, source) = match &step.action {
                Action::Statement { sql, .. } => (Some(sql.clone()), None),
                Action::Rows { what } => (None, Some(what.clone())),
                Action::Unmodelled(reason) => (None, Some(reason.to_string())),
            };
            let (state, why) = match ran {
                Some(true) => (DataStepState::Ran, "the version row says that this revision was run"),
                Some(false) => (
                    DataStepState::Unproven,
                    "no version row says that this revision was run, and a schema cannot show it",
                ),
                None => (DataStepState::Unproven, "the version rows are not known, and a schema cannot show it"),
            };
            DataStep {
                revision: id.to_string(),
                file: path.unwrap_or_else(|| file.to_string()),
                line: line.unwrap_or(1),
                sql,
                source,
                state,
                why: why.to_string(),
            }
        })
        .collect()
}

fn unmodelled(file: &str, replayed: &Replayed, sources: &Sources) -> Vec<Unmodelled> {
    let mut reasons: Vec<Reason> = replayed.unknown.iter().cloned().collect();
    for step in &replayed.steps {
        match &step.action {
            Action::Unmodelled(reason) => {
                reasons.push(step.span.map_or(reason.clone(), |span| reason.clone().at(span)))
            }
            Action::Statement { .. } | Action::Rows { .. } => {
                let uncertain = step.changes.iter().any(Change::is_uncertain);
                reasons.extend(step.may.clone().filter(|_| uncertain && !is_data(&step.action)))
            }
        }
    }
    let mut seen = Vec::new();
    reasons.retain(|reason| {
        let new = !seen.contains(reason);
        seen.push(reason.clone());
        new
    });
    reasons
        .into_iter()
        .map(|reason| {
            let (path, line) = place(sources, reason.span);
            Unmodelled { reason: reason.to_string(), file: path.unwrap_or_else(|| file.to_string()), line }
        })
        .collect()
}
