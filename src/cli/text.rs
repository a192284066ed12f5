//! The report for a terminal: the verdict, the failing line, the drift, and what to run.

use std::fmt::Write;

use super::style;
use crate::report::{Change, Diagnostic, Drift, Excerpt, Outcome, Plan, Prediction, Report, Severity};

/// Differences that are shown one by one; the rest is counted.
const SHOWN: usize = 40;

/// The report as text, with colours.
pub fn render(report: &Report) -> String {
    let mut text = format!("{}\n", style::strong(&report.verdict.sentence));
    for fact in &report.verdict.facts {
        let _ = writeln!(text, "  {}", style::printable(fact));
    }
    log(report, &mut text);
    if let Some(prediction) = &report.prediction {
        text.push('\n');
        self::prediction(prediction, "alembic upgrade on this database", &mut text);
    }
    drift(&report.drift, &mut text);
    plans(report, &mut text);
    for one in &report.diagnostics {
        text.push_str(&diagnostic(one));
    }
    text
}

/// A message about the input, with what to do on a line of its own.
pub fn diagnostic(diagnostic: &Diagnostic) -> String {
    let place = place(diagnostic.file.as_deref(), diagnostic.line);
    let place = if place.is_empty() { place } else { format!("{place}: ") };
    let message = style::printable(&format!("{place}{}", diagnostic.message));
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

fn drift(drift: &[Drift], text: &mut String) {
    if drift.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", style::title(&format!("Differences ({})", drift.len())));
    for one in drift.iter().take(SHOWN) {
        let change = match one.change {
            Change::Missing => "missing",
            Change::Extra => "extra",
            Change::Different => "different",
            Change::Uncompared => "uncompared",
        };
        let object = &one.object;
        let names = [&object.schema, &object.table].into_iter().flatten().chain([&object.name]);
        let name = names.map(String::as_str).collect::<Vec<_>>().join(".");
        let mut line = format!("  {change:<10} {} {name}", object.kind);
        if let Some(attribute) = &one.attribute {
            let _ = write!(line, ", {attribute}");
        }
        match (&one.expected, &one.actual) {
            (Some(expected), Some(actual)) => {
                let _ = write!(line, ": expected {expected}, found {actual}");
            }
            (Some(only), None) | (None, Some(only)) => {
                let _ = write!(line, ": {only}");
            }
            (None, None) => {}
        }
        if let Some(from) = &one.introduced_by {
            let _ = write!(line, "  ({} at {})", from.revision, place(Some(&from.file), from.line));
        }
        if let Some(note) = &one.note {
            let _ = write!(line, "  [{note}]");
        }
        let _ = writeln!(text, "{}", style::printable(&line));
    }
    if drift.len() > SHOWN {
        let _ = writeln!(text, "  and {} more; --format json shows all.", drift.len() - SHOWN);
    }
}

fn plans(report: &Report, text: &mut String) {
    for plan in &report.plans {
        let kind = if plan.recommended { "What to run" } else { "Not recommended" };
        let to = if plan.to.is_empty() { "base".to_string() } else { plan.to.join(", ") };
        let _ = writeln!(text, "\n{}", style::title(&format!("{kind}: to {to}")));
        self::plan(plan, text);
    }
}

fn plan(plan: &Plan, text: &mut String) {
    let _ = writeln!(text, "  {}", style::printable(&plan.why));
    for barred in &plan.barred {
        let _ = writeln!(text, "  - {}", style::printable(barred));
    }
    for (number, step) in (1..).zip(&plan.steps) {
        let _ = writeln!(text, "  {number}. {}", style::printable(&step.title));
        if let Some(command) = &step.command {
            let _ = writeln!(text, "       {}", style::strong(command));
        }
    }
    for hazard in &plan.hazards {
        let place = place(hazard.file.as_deref(), hazard.line);
        let place = if place.is_empty() { place } else { format!(" ({place})") };
        let message = style::printable(&format!("{}{place}", hazard.message));
        let _ = writeln!(text, "  {} {message}", style::severity(word(hazard.severity)));
        if let Some(help) = &hazard.help {
            let _ = writeln!(text, "      {}", style::printable(help));
        }
    }
    self::prediction(&plan.then.prediction, "  afterwards alembic upgrade", text);
}
