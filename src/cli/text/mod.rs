//! The report for a terminal: the verdict, the failing line, the drift, and what to run.

mod drift;

use std::fmt::Write;

use super::style;
use crate::alembic::stamp;
use crate::report::{Diagnostic, Excerpt, Hazard, Outcome, Plan, PlanId, Prediction, Report, Severity, Situation};

/// Reasons against a plan that are shown; the rest is counted.
const BARS: usize = 3;
/// How many hazards of the upgrade that follows are told.
const HAZARDS: usize = 10;
/// Messages of one code that are shown one by one; the rest is counted.
const MESSAGES: usize = 5;

/// The report as text, with colours.
pub fn render(report: &Report) -> String {
    let mut text = format!("{}\n", style::strong(&one_line(&report.verdict.sentence)));
    for fact in &report.verdict.facts {
        let _ = writeln!(text, "  {}", style::printable(&one_line(fact)));
    }
    log(report, &mut text);
    if let Some(prediction) = &report.prediction
        && !(prediction.outcome == Outcome::Succeeds && prediction.runs.is_empty())
    {
        text.push('\n');
        self::prediction(prediction, "alembic upgrade on this database", &mut text);
    }
    drift::render(&report.drift, &mut text);
    plans(report, &mut text);
    diagnostics(&report.diagnostics, &mut text);
    text
}

/// Messages about the input, the gravest first; many of one kind are counted.
fn diagnostics(list: &[Diagnostic], text: &mut String) {
    let mut sorted: Vec<&Diagnostic> = list.iter().collect();
    sorted.sort_by_key(|one| std::cmp::Reverse(one.severity));
    let mut seen: Vec<(&str, usize)> = Vec::new();
    let mut shown = String::new();
    for one in sorted {
        let at = seen.iter().position(|(code, _)| *code == one.code).unwrap_or_else(|| {
            seen.push((&one.code, 0));
            seen.len() - 1
        });
        seen[at].1 += 1;
        if seen[at].1 <= MESSAGES {
            shown.push_str(&diagnostic(one));
        }
    }
    if shown.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", style::title("About the input"));
    text.push_str(&shown);
    for (code, count) in seen.iter().filter(|(_, count)| *count > MESSAGES) {
        let _ = writeln!(text, "and {} more of {code}; --format json shows all.", count - MESSAGES);
    }
}

/// A message about the input, with what to do on a line of its own.
pub fn diagnostic(diagnostic: &Diagnostic) -> String {
    let place = place(diagnostic.file.as_deref(), diagnostic.line);
    let place = if place.is_empty() { place } else { format!("{place}: ") };
    let message = style::printable(&one_line(&format!("{place}{}", diagnostic.message)));
    let mut text = format!("{} {message}\n", style::severity(word(diagnostic.severity)));
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(text, "    {}", style::printable(help));
    }
    text
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn place(file: Option<&str>, line: Option<u32>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (Some(file), None) => file.to_string(),
        (None, _) => String::new(),
    }
}

fn log(report: &Report, text: &mut String) {
    let Some(log) = &report.log else { return };
    let _ = writeln!(text, "\n{}", style::title("The deploy log"));
    if let Some(failure) = &log.failure {
        let code = failure.sqlstate.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
        let _ = writeln!(text, "  {}{code}", style::printable(&failure.message));
        let place = place(failure.file.as_deref(), failure.line);
        if !place.is_empty() {
            let _ = writeln!(text, "  at {}", style::printable(&place));
        }
        excerpt(failure.excerpt.as_ref(), text);
        statement(failure.statement.as_deref(), text);
    }
    let _ = writeln!(text, "  {}", style::printable(&log.why));
    if let Some(next) = &log.next {
        let _ = writeln!(text, "  {}", style::printable(next));
    }
}

fn prediction(prediction: &Prediction, what: &str, text: &mut String) {
    let outcome = match prediction.outcome {
        Outcome::Succeeds => "succeeds",
        Outcome::Fails => "fails",
        Outcome::DependsOnData => "depends on what the rows hold",
        Outcome::Unknown => "cannot be told",
    };
    let _ = writeln!(text, "{}", style::title(&format!("{what} {outcome}")));
    if let Some(message) = &prediction.message {
        let code = prediction.sqlstate.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
        let _ = writeln!(text, "  {}{code}", style::printable(message));
    }
    let place = place(prediction.file.as_deref(), prediction.line);
    if !place.is_empty() {
        let _ = writeln!(text, "  at {}", style::printable(&place));
    }
    excerpt(prediction.excerpt.as_ref(), text);
    statement(prediction.statement.as_deref(), text);
}

fn excerpt(excerpt: Option<&Excerpt>, text: &mut String) {
    let Some(excerpt) = excerpt else { return };
    for (number, line) in (excerpt.first_line..).zip(&excerpt.lines) {
        let mark = if (excerpt.from_line..=excerpt.to_line).contains(&number) { ">" } else { " " };
        let _ = writeln!(text, "  {mark} {number:>5} | {}", style::printable(line));
    }
}

fn statement(statement: Option<&str>, text: &mut String) {
    for line in statement.unwrap_or_default().trim().lines() {
        let _ = writeln!(text, "    {}", style::printable(line));
    }
}

fn plans(report: &Report, text: &mut String) {
    let chosen = report.plans.iter().find(|plan| plan.recommended);
    if let Some(plan) = chosen {
        let _ = writeln!(text, "\n{}", style::title("What to run"));
        steps(plan, text);
    }
    // Where all is well, other ways are only noise.
    if report.verdict.situation == Situation::Healthy && chosen.is_none() {
        return;
    }
    let others: Vec<&Plan> = report.plans.iter().filter(|plan| !plan.recommended).collect();
    if others.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", style::title("Not recommended"));
    for plan in others {
        let to = stamp::named(&plan.to);
        let way = match plan.id {
            PlanId::Stamp => format!("stamp {to}"),
            PlanId::Upgrade => format!("stamp {to}, then upgrade"),
            PlanId::Repair => format!("complete the schema of {to} and stamp it"),
            PlanId::Patch => "change the failing revision".to_string(),
        };
        let _ = writeln!(text, "  {}", style::strong(&way));
        let whys = if plan.barred.is_empty() { std::slice::from_ref(&plan.why) } else { plan.barred.as_slice() };
        for why in whys.iter().take(BARS) {
            let _ = writeln!(text, "    - {}", style::printable(&one_line(why)));
        }
        if whys.len() > BARS {
            let _ = writeln!(text, "    - and {} more", whys.len() - BARS);
        }
    }
}

fn steps(plan: &Plan, text: &mut String) {
    let _ = writeln!(text, "  {}", style::printable(&plan.why));
    for (number, step) in (1..).zip(&plan.steps) {
        let _ = writeln!(text, "  {number}. {}", style::printable(&step.title));
        if let Some(command) = &step.command {
            let _ = writeln!(text, "       {}", style::strong(command));
        }
    }
    let flask = plan.flask_instead();
    if !flask.is_empty() {
        let _ = writeln!(text, "  With Flask-Migrate, instead of alembic: {}", style::printable(&flask.join("; ")));
    }
    for patch in &plan.patches {
        let _ = writeln!(text, "  {}", style::printable(&place(Some(&patch.file), Some(patch.line))));
        for (sign, lines) in [('-', &patch.before), ('+', &patch.after)] {
            for line in lines.lines() {
                let _ = writeln!(text, "    {sign} {}", style::printable(line));
            }
        }
    }
    hazards(&plan.hazards, text);
    let then = &plan.then.prediction;
    if then.runs.is_empty() && then.outcome == Outcome::Succeeds {
        let _ = writeln!(text, "  Afterwards nothing is left to upgrade.");
    } else {
        self::prediction(then, "Afterwards alembic upgrade", text);
    }
    let (first, more) = plan.then.hazards.split_at(plan.then.hazards.len().min(HAZARDS));
    hazards(first, text);
    if !more.is_empty() {
        let _ = writeln!(text, "  and {} more, see --format json", more.len());
    }
}

fn hazards(hazards: &[Hazard], text: &mut String) {
    for hazard in hazards {
        let place = hazard.place().map_or_else(String::new, |place| format!(" ({place})"));
        let message = style::printable(&one_line(&format!("{}{place}", hazard.sentence())));
        let _ = writeln!(text, "  {} {message}", style::severity(word(hazard.severity)));
        if let Some(help) = &hazard.help {
            let _ = writeln!(text, "      {}", style::printable(help));
        }
    }
}

/// Names can hold line breaks; a sentence of the report stays on its line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the files are, or how to get them.
pub fn files(report: &Report, folder: Option<&str>) -> String {
    let Some(plan) = report.plans.iter().find(|plan| plan.recommended) else {
        return match folder {
            _ if report.check_sql.is_empty() => String::new(),
            Some(folder) => format!("\ncheck.sql is in {}.\n", style::printable(folder)),
            None => "\ncheck.sql is written with --out DIR.\n".to_string(),
        };
    };
    if !plan.steps.iter().any(|step| step.file.is_some()) {
        return String::new();
    }
    match folder {
        Some(folder) => format!("\nThe files are in {}.\n", style::printable(folder)),
        None => "\nThe files named here are written with --out DIR.\n".to_string(),
    }
}
