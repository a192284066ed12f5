//! The parts of the page, in the order in which a person needs them.

use std::fmt::Write as _;

use super::super::{
    Change, DataStepState, Drift, Excerpt, Found, Hazard, ObjectName, Outcome, Plan, Prediction, Report,
    RevisionVerdict, Severity,
};
use super::{Prose, Text};
use crate::alembic::stamp;

/// Everything between the tags of the body.
pub(super) fn body(report: &Report, page: &mut String) {
    let _ = writeln!(page, "<h1>{}</h1>", Prose(&report.verdict.sentence));
    list(page, report.verdict.facts.iter().map(|fact| Prose(fact).to_string()));
    upgrade(report, page);
    log(report, page);
    for plan in &report.plans {
        self::plan(report, plan, page);
    }
    differences(&report.drift, page);
    revisions(report, page);
    messages(report, page);
    inputs(report, page);
}

fn list(page: &mut String, items: impl Iterator<Item = String>) {
    let items: String = items.map(|item| format!("<li>{item}</li>\n")).collect();
    if !items.is_empty() {
        let _ = writeln!(page, "<ul>\n{items}</ul>");
    }
}

fn pre(text: &str) -> String {
    format!("<pre>{}</pre>\n", Text(text))
}

fn place(file: Option<&String>, line: Option<u32>) -> String {
    let Some(file) = file else { return String::new() };
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    format!(" <code>{}{line}</code>", Text(file))
}

fn name(object: &ObjectName) -> String {
    let names = [&object.schema, &object.table].into_iter().flatten().chain([&object.name]);
    format!("{} {}", object.kind, names.map(String::as_str).collect::<Vec<_>>().join("."))
}

fn excerpt(excerpt: &Excerpt) -> String {
    let numbered = excerpt.lines.iter().zip(excerpt.first_line..).map(|(line, number)| {
        let text = format!("{number:>5}  {}", Text(line));
        let matters = (excerpt.from_line..=excerpt.to_line).contains(&number);
        if matters { format!("<mark>{text}</mark>") } else { format!("{text}\n") }
    });
    format!("<pre>{}</pre>\n", numbered.collect::<String>())
}

fn outcome(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Succeeds => ("good", "should succeed"),
        Outcome::Fails => ("bad", "will fail"),
        Outcome::DependsOnData => ("care", "depends on your rows"),
        Outcome::Unknown => ("care", "cannot be told"),
    }
}

fn upgrade(report: &Report, page: &mut String) {
    let Some(prediction) = &report.prediction else { return };
    let (tone, word) = outcome(prediction.outcome);
    let _ = writeln!(
        page,
        "<h2><code>alembic upgrade</code> on this database as it is: <span class=\"{tone}\">{word}</span></h2>"
    );
    if !prediction.runs.is_empty() {
        let _ = writeln!(page, "<p class=\"soft\">It runs {}.</p>", Text(&prediction.runs.join(" → ")));
    }
    cause(prediction, page);
    let conditions = prediction.conditions.iter().map(|condition| {
        let answer = match condition.answer {
            Some(0) => " <span class=\"good\">(it holds)</span>".to_string(),
            Some(count) => format!(" <span class=\"bad\">({count} against it)</span>"),
            None => String::new(),
        };
        let query = condition.query.as_deref().map(pre).unwrap_or_default();
        format!("{}{answer}{}{query}", Prose(&condition.demand), place(condition.file.as_ref(), condition.line))
    });
    list(page, conditions);
}

fn cause(prediction: &Prediction, page: &mut String) {
    let Some(message) = &prediction.message else { return };
    let sqlstate =
        prediction.sqlstate.as_deref().map(|code| format!("<code>{}</code> ", Text(code))).unwrap_or_default();
    let at = place(prediction.file.as_ref(), prediction.line);
    let _ = writeln!(page, "<p>{sqlstate}<strong>{}</strong>{at}</p>", Text(message));
    *page += &prediction.excerpt.as_ref().map(excerpt).unwrap_or_default();
    *page += &prediction.statement.as_deref().map(pre).unwrap_or_default();
}

fn log(report: &Report, page: &mut String) {
    let Some(log) = &report.log else { return };
    *page += "<h2>What the deploy log says</h2>\n";
    if let Some(failure) = &log.failure {
        let sqlstate =
            failure.sqlstate.as_deref().map(|code| format!("<code>{}</code> ", Text(code))).unwrap_or_default();
        let at = place(failure.file.as_ref(), failure.line);
        let _ = writeln!(page, "<p>{sqlstate}<strong>{}</strong>{at}</p>", Text(&failure.message));
        *page += &failure.excerpt.as_ref().map(excerpt).unwrap_or_default();
    }
    let _ = writeln!(page, "<p>{}</p>", Prose(&log.why));
    if let Some(next) = &log.next {
        let _ = writeln!(page, "<p><strong>Next:</strong> {}</p>", Prose(next));
    }
}

fn plan(report: &Report, plan: &Plan, page: &mut String) {
    let to = stamp::named(&plan.to);
    let mark = if plan.recommended { " <span class=\"good\">recommended</span>" } else { "" };
    let _ = writeln!(page, "<h2>Plan: bring it to <code>{}</code>{mark}</h2>\n<p>{}</p>", Text(&to), Prose(&plan.why));
    list(page, plan.barred.iter().map(|reason| Prose(reason).to_string()));
    let steps: String = plan
        .steps
        .iter()
        .map(|step| {
            format!("<li>{}{}</li>\n", Prose(&step.title), step.command.as_deref().map(pre).unwrap_or_default())
        })
        .collect();
    if !steps.is_empty() {
        let _ = writeln!(page, "<ol>\n{steps}</ol>");
    }
    list(page, plan.hazards.iter().map(hazard));
    list(
        page,
        plan.data_steps.iter().map(|step| {
            let state = match step.state {
                DataStepState::Ran => "has run",
                DataStepState::WillRun => "will run",
                DataStepState::Skipped => "would be skipped by the stamp",
                DataStepState::NothingLeft => "has nothing left to do",
                DataStepState::Unproven => "cannot be proven to have run",
            };
            let text = step.sql.as_deref().or(step.source.as_deref()).map(pre).unwrap_or_default();
            format!(
                "Data step{}: <strong>{state}</strong>. {}{text}",
                place(Some(&step.file), Some(step.line)),
                Prose(&step.why)
            )
        }),
    );
    let (tone, word) = outcome(plan.then.prediction.outcome);
    let _ = writeln!(page, "<p>After it, <code>alembic upgrade</code>: <span class=\"{tone}\">{word}</span>.</p>");
    if plan.then.prediction.outcome != Outcome::Succeeds {
        cause(&plan.then.prediction, page);
    }
    list(page, plan.then.hazards.iter().map(hazard));
    // The report itself is not repeated in itself.
    for file in report.scripts(Some(plan)) {
        let _ = writeln!(page, "<details><summary><code>{}</code></summary>\n{}</details>", file.name, pre(&file.text));
    }
}

fn hazard(hazard: &Hazard) -> String {
    let tone = match hazard.severity {
        Severity::Error => "bad",
        Severity::Warning => "care",
        Severity::Info => "soft",
    };
    let help = hazard.help.as_deref().map(|help| format!(" {}", Prose(help))).unwrap_or_default();
    let at = place(hazard.file.as_ref(), hazard.line);
    format!("<span class=\"{tone}\">{}</span> {}{at}{help}", Text(&hazard.code), Prose(&hazard.sentence()))
}

fn differences(drift: &[Drift], page: &mut String) {
    if drift.is_empty() {
        return;
    }
    *page += "<h2>Differences</h2>\n<table>\n<tr><th>What</th><th>Object</th><th>Expected</th><th>Actual</th><th>From</th></tr>\n";
    for one in drift {
        let (tone, word) = match one.change {
            Change::Missing => ("bad", "missing"),
            Change::Different => ("care", "different"),
            Change::Extra => ("soft", "extra"),
            Change::Uncompared => ("soft", "not compared"),
        };
        let from = one.introduced_by.as_ref();
        let from = from.map(|from| format!("{}{}", Text(&from.revision), place(Some(&from.file), from.line)));
        let note = one.note.as_deref().map(|note| format!("<br><span class=\"soft\">{}</span>", Prose(note)));
        let attribute = one.attribute.as_deref().map(|attribute| format!("<br>{}", Text(attribute)));
        let value = |text: &Option<String>| {
            text.as_deref().map(|text| format!("<code>{}</code>", Text(text))).unwrap_or_default()
        };
        let tone = if one.counts { tone } else { "soft" };
        let _ = writeln!(
            page,
            "<tr><td class=\"{tone}\">{word}</td><td>{}{}{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            Text(&name(&one.object)),
            attribute.unwrap_or_default(),
            note.unwrap_or_default(),
            value(&one.expected),
            value(&one.actual),
            from.unwrap_or_default()
        );
    }
    *page += "</table>\n";
}

fn revisions(report: &Report, page: &mut String) {
    if report.revisions.is_empty() {
        return;
    }
    *page += "<h2>The history</h2>\n<table>\n<tr><th>Revision</th><th>In the database</th><th>What is not there as it should be</th></tr>\n";
    let stamped = report.stamped.as_ref().map(|stamped| stamped.revisions.as_slice()).unwrap_or_default();
    let located = report.located.as_ref().map(|located| located.revisions.as_slice()).unwrap_or_default();
    // Newest first, as `alembic history` prints them.
    for revision in report.revisions.iter().rev() {
        let (tone, word) = match revision.verdict {
            RevisionVerdict::Applied => ("good", "● applied"),
            RevisionVerdict::Partial => ("care", "◐ partly applied"),
            RevisionVerdict::Absent => ("soft", "○ not applied"),
            RevisionVerdict::NoTrace => ("soft", "◌ leaves no trace"),
            RevisionVerdict::Unknown => ("care", "? cannot be told"),
        };
        let effects = revision.effects.map(|effects| format!(" {} of {}", effects.present, effects.total));
        let marks = [(stamped, "the version row"), (located, "the schema is here")];
        let marks: String = marks
            .iter()
            .filter(|(ids, _)| ids.contains(&revision.id))
            .map(|(_, mark)| format!("<br><strong>← {mark}</strong>"))
            .collect();
        let wrong = revision
            .evidence
            .iter()
            .filter(|one| one.found != Found::Yes && revision.verdict == RevisionVerdict::Partial);
        let wrong: Vec<String> =
            wrong.map(|one| Text(&format!("{} {}", one.effect, name(&one.object))).to_string()).collect();
        let _ = writeln!(
            page,
            "<tr><td><code>{}</code> {}<br><span class=\"soft\">{}</span>{marks}</td><td class=\"{tone}\">{word}{}</td><td>{}</td></tr>",
            Text(&revision.id),
            Text(&revision.title),
            Text(&revision.file),
            effects.unwrap_or_default(),
            wrong.join("<br>")
        );
    }
    *page += "</table>\n";
}

fn messages(report: &Report, page: &mut String) {
    if report.diagnostics.is_empty() {
        return;
    }
    *page += "<h2>Messages</h2>\n";
    list(
        page,
        report.diagnostics.iter().map(|one| {
            let help = one.help.as_deref().map(|help| format!(" {}", Prose(help))).unwrap_or_default();
            format!("{} {}{}{help}", Text(&one.code), Prose(&one.message), place(one.file.as_ref(), one.line))
        }),
    );
}

fn inputs(report: &Report, page: &mut String) {
    *page += "<h2>Inputs</h2>\n<table>\n<tr><th>File</th><th>What tells it from others</th></tr>\n";
    for input in &report.inputs {
        let _ = writeln!(page, "<tr><td>{}</td><td><code>{}</code></td></tr>", Text(&input.name), Text(&input.told()));
    }
    let _ = writeln!(
        page,
        "</table>\n<p class=\"soft\">Made by Restamp {}. It read files and connected to nothing. Try a script on a copy, and take a backup.</p>",
        Text(&report.restamp)
    );
}
