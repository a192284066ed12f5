//! `restamp graph`: the history, without a database.

use std::fmt::Write;
use std::sync::Arc;

use super::style;
use crate::alembic::graph::Graph;
use crate::alembic::project::{Environment, InputFile, ProjectOptions, read};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

/// What to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a person.
    Text,
    /// For a program.
    Json,
    /// For Graphviz.
    Dot,
}

/// What came out: for standard output, for standard error, and whether the history is usable.
pub struct Output {
    /// The history.
    pub text: String,
    /// The diagnostics.
    pub messages: String,
    /// Alembic can load it.
    pub usable: bool,
}

/// Reads the project and writes its history.
pub fn run(files: Vec<crate::report::InputFile>, environment: Option<&str>, format: Format) -> Output {
    let mut sources = Sources::default();
    let files = files.into_iter().map(|file| InputFile { path: file.path, bytes: file.bytes }).collect();
    let (project, mut diagnostics) = read(files, &ProjectOptions::default(), &mut sources);
    let chosen = match project.choose(environment) {
        Ok(environment) => environment,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return Output { text: String::new(), messages: messages(&diagnostics, &sources), usable: false };
        }
    };
    let graph = chosen.graph();
    diagnostics.extend(graph.problems().iter().map(|problem| problem.diagnostic(&graph)));
    let text = match format {
        Format::Text => as_text(&graph, chosen),
        Format::Json => as_json(&graph, chosen, &diagnostics, &sources),
        Format::Dot => as_dot(&graph),
    };
    Output { text, messages: messages(&diagnostics, &sources), usable: graph.is_usable() }
}

fn names(ids: &[Arc<str>]) -> String {
    if ids.is_empty() { "(none)".to_string() } else { style::printable(&ids.join(", ")) }
}

fn as_text(graph: &Graph, environment: &Environment) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", style::title(&format!("{} revisions in {}", graph.len(), environment.name)));
    let _ = writeln!(text, "heads:  {}", names(&graph.heads()));
    let _ = writeln!(text, "bases:  {}", names(&graph.bases()));
    for (what, ids) in [("branch points", graph.branch_points()), ("merge points", graph.merge_points())] {
        if !ids.is_empty() {
            let _ = writeln!(text, "{what}: {}", names(&ids));
        }
    }
    let _ = writeln!(text, "\nin the order of an upgrade:");
    let heads = graph.heads();
    for revision in graph.upgrade_order() {
        let down = if revision.down.is_empty() { "<base>".to_string() } else { names(&revision.down) };
        let mut notes = Vec::new();
        if heads.contains(&revision.id) {
            notes.push("head".to_string());
        }
        if !revision.depends_on.is_empty() {
            notes.push(format!("depends on {}", names(&revision.depends_on)));
        }
        if !revision.labels.is_empty() {
            notes.push(format!("label {}", names(&revision.labels)));
        }
        let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
        let title = style::printable(revision.message.lines().next().unwrap_or(""));
        let _ = writeln!(text, "  {down} -> {}{notes}  {title}", style::strong(&revision.id));
    }
    text
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn as_json(graph: &Graph, environment: &Environment, diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let strings = |ids: &[Arc<str>]| ids.iter().map(|id| id.to_string()).collect::<Vec<_>>();
    let revision = |revision: &crate::alembic::revision::Revision| {
        serde_json::json!({
            "id": &*revision.id,
            "file": sources.file(revision.file).path(),
            "title": revision.message.lines().next().unwrap_or(""),
            "down": strings(&revision.down),
            "depends_on": strings(&revision.depends_on),
            "labels": strings(&graph.labels_of(&revision.id)),
        })
    };
    let diagnostic = |diagnostic: &Diagnostic| {
        let place = diagnostic.span.map(|span| sources.location(span));
        serde_json::json!({
            "code": diagnostic.code,
            "severity": severity(diagnostic),
            "message": diagnostic.message,
            "file": place.as_ref().map(|place| place.path.to_string()),
            "line": place.as_ref().map(|place| place.line),
            "help": diagnostic.help,
        })
    };
    let value = serde_json::json!({
        "schema_version": crate::report::SCHEMA_VERSION,
        "environment": environment.name,
        "version_locations": environment.version_locations,
        "heads": strings(&graph.heads()),
        "effective_heads": strings(&graph.real_heads()),
        "bases": strings(&graph.bases()),
        "branch_points": strings(&graph.branch_points()),
        "merge_points": strings(&graph.merge_points()),
        "revisions": graph.upgrade_order().into_iter().map(revision).collect::<Vec<_>>(),
        "diagnostics": diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&value).map(|text| text + "\n").unwrap_or_default()
}

/// Dependencies are dashed.
fn as_dot(graph: &Graph) -> String {
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"));
    let mut text = String::from("digraph revisions {\n  rankdir = BT;\n  node [shape = box, fontname = monospace];\n");
    for revision in graph.upgrade_order() {
        let title = revision.message.lines().next().unwrap_or("");
        let label = if title.is_empty() { revision.id.to_string() } else { format!("{}\n{title}", revision.id) };
        let _ = writeln!(text, "  {} [label = {}];", quote(&revision.id), quote(&label));
        for down in &revision.down {
            let _ = writeln!(text, "  {} -> {};", quote(&revision.id), quote(down));
        }
        for dependency in &revision.depends_on {
            let to = graph.resolve(dependency).ok().and_then(|ids| ids.first().cloned()).unwrap_or(dependency.clone());
            let _ = writeln!(text, "  {} -> {} [style = dashed];", quote(&revision.id), quote(&to));
        }
    }
    text.push_str("}\n");
    text
}

fn messages(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let place = diagnostic.span.map(|span| sources.location(span));
        let place = place.map(|place| format!("{}:{}: ", place.path, place.line)).unwrap_or_default();
        let line = style::printable(&format!("{place}{}", diagnostic.message));
        let _ = writeln!(text, "{} {line}", style::severity(severity(diagnostic)));
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(text, "    {}", style::printable(help));
        }
    }
    text
}
