//! From the engine's answers to the report.

mod check;
mod drift;
mod hazards;
mod log;
mod plans;
mod prediction;
mod rehearsal;
mod repair_revision;
mod revisions;
mod verdict;

pub use check::check;
pub use drift::{drift, object_name};
pub use log::log_run;
pub use plans::plan;
pub use prediction::prediction;
pub use rehearsal::{Restore, rehearsal};
pub use revisions::revisions;
pub use verdict::{Facts, verdict};

use super::{Diagnostic, Excerpt, Label, Severity};
use crate::source::{Sources, Span};

/// Lines shown before and after the ones that matter.
const AROUND: u32 = 3;
/// A call may span many lines; what is shown of it ends here.
const LONGEST: u32 = 12;

/// A message with its places as files and lines.
pub fn diagnostic(sources: &Sources, diagnostic: &crate::diagnostic::Diagnostic) -> Diagnostic {
    let place = diagnostic.span.map(|span| sources.location(span));
    Diagnostic {
        code: diagnostic.code.to_string(),
        severity: severity(diagnostic.severity),
        message: diagnostic.message.clone(),
        file: place.as_ref().map(|place| place.path.to_string()),
        line: place.as_ref().map(|place| place.line),
        help: diagnostic.help.clone(),
        labels: diagnostic
            .labels
            .iter()
            .map(|label| {
                let place = sources.location(label.span);
                Label { text: label.text.clone(), file: place.path.to_string(), line: place.line }
            })
            .collect(),
    }
}

/// The same in the report's words.
pub fn severity(severity: crate::diagnostic::Severity) -> Severity {
    match severity {
        crate::diagnostic::Severity::Info => Severity::Info,
        crate::diagnostic::Severity::Warning => Severity::Warning,
        crate::diagnostic::Severity::Error => Severity::Error,
    }
}

/// The lines of a span with those around it.
pub fn excerpt(sources: &Sources, span: Span) -> Excerpt {
    let from_line = sources.location(span).line;
    let last = sources.location(Span { start: span.end.saturating_sub(1).max(span.start), ..span }).line;
    let to_line = last.min(from_line + LONGEST);
    let first_line = from_line.saturating_sub(AROUND).max(1);
    let file = sources.file(span.file);
    let last_line = (to_line + AROUND).min(file.line_count());
    let lines = (first_line..=last_line).map(|line| file.line(line).to_string()).collect();
    Excerpt { first_line, lines, from_line, to_line }
}

/// File and line of an optional span.
pub fn place(sources: &Sources, span: Option<Span>) -> (Option<String>, Option<u32>) {
    match span.map(|span| sources.location(span)) {
        Some(place) => (Some(place.path.to_string()), Some(place.line)),
        None => (None, None),
    }
}
