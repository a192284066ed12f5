//! `restamp analyze --schemas`: a schema per tenant, each for itself.

use std::io::Write;
use std::process::ExitCode;

use serde::Serialize;

use super::analyze::{Analyze, Format, code, write_out};
use super::{UNUSABLE, input, unreadable};
use crate::report::Report;

/// One schema of the answer.
#[derive(Serialize)]
struct One<'r> {
    schema: &'r str,
    report: &'r Report,
}

/// Prints a line for each schema, or all reports; writes the files of each into a folder of its own.
pub fn answer(arguments: &Analyze, reports: Vec<(String, Report)>) -> ExitCode {
    if reports.is_empty() {
        let pattern = arguments.schemas.clone().unwrap_or_default();
        let why = "no schema of the dump that holds a table has such a name".to_string();
        return unreadable(&input::Unreadable { path: format!("--schemas {pattern}"), why });
    }
    let written = match arguments.format {
        Format::Text => table(&reports),
        Format::Json => {
            let all: Vec<One<'_>> = reports.iter().map(|(schema, report)| One { schema, report }).collect();
            serde_json::to_string_pretty(&all).map(|json| json + "\n").unwrap_or_default()
        }
    };
    // A reader that closes the pipe early (`| head`) is no error.
    let _ = write!(anstream::stdout(), "{written}");
    let mut worst = 0;
    for (schema, report) in &reports {
        worst = worst.max(code(report, true));
        let Some(folder) = arguments.out.as_ref().map(|out| out.join(folder(schema))) else { continue };
        if let Err(error) = write_out(report, &folder) {
            let path = folder.display().to_string();
            return unreadable(&input::Unreadable { path, why: format!("it cannot be written: {error}") });
        }
    }
    debug_assert!(worst <= UNUSABLE);
    ExitCode::from(worst)
}

/// A schema's name as that of a folder.
fn folder(schema: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    let part = |letter: char| if plain(letter) { letter.to_string() } else { format!("_{:x}", u32::from(letter)) };
    schema.chars().map(part).collect()
}

/// Equal answers are one group.
fn table(reports: &[(String, Report)]) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (schema, report) in reports {
        let mut answer = report.verdict.sentence.clone();
        if let Some(plan) = report.plan().filter(|plan| plan.recommended) {
            answer += &format!("\n    plan: {}", plan.why);
        }
        match groups.iter_mut().find(|(known, _)| *known == answer) {
            Some((_, schemas)) => schemas.push(schema),
            None => groups.push((answer, vec![schema])),
        }
    }
    let mut text = String::new();
    for (answer, schemas) in groups {
        text += &format!("{} ({})\n    {answer}\n\n", schemas.join(", "), schemas.len());
    }
    text
}
