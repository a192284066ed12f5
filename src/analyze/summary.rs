//! The parts of the report that only list what was handed in.

use sha2::{Digest, Sha256};

use super::database::Database;
use crate::alembic::graph::Graph;
use crate::alembic::project::{Environment, Project};
use crate::report::{self, Input, InputKind, InputSummary, Report};
use crate::source::{Sources, hex};
use crate::sql::dump::DumpText;

/// A report with nothing but its verdict.
pub fn empty(verdict: report::Verdict) -> Report {
    Report {
        schema_version: report::SCHEMA_VERSION,
        restamp: env!("CARGO_PKG_VERSION").to_string(),
        verdict,
        inputs: Vec::new(),
        environments: Vec::new(),
        database: None,
        heads: Vec::new(),
        revisions: Vec::new(),
        stamped: None,
        located: None,
        drift: Vec::new(),
        prediction: None,
        plans: Vec::new(),
        check_sql: String::new(),
        rehearsal: None,
        log: None,
        diagnostics: Vec::new(),
    }
}

/// Everything that was handed in, with hashes.
pub fn inputs(input: &Input, dump: Option<&DumpText>) -> Vec<InputSummary> {
    let summary = |file: &report::InputFile, kind| InputSummary {
        name: file.path.clone(),
        size: file.bytes.len() as u64,
        sha256: Some(hex(&Sha256::digest(&file.bytes))),
        kind,
    };
    let of_dump = |dump: &DumpText| InputSummary {
        name: dump.name().to_string(),
        size: dump.size(),
        sha256: dump.sha256().map(str::to_string),
        kind: InputKind::Dump,
    };
    let mut all: Vec<InputSummary> =
        input.files.iter().map(|file| summary(file, kind_of(&file.path, &file.bytes))).collect();
    all.extend(dump.map(of_dump));
    all.extend(input.version_dump.iter().map(|file| summary(file, InputKind::VersionRows)));
    all.extend(input.answers.iter().map(|file| summary(file, InputKind::Answers)));
    all.extend(input.log.iter().map(|file| summary(file, InputKind::Log)));
    all.extend(input.options.baseline.iter().map(|file| summary(file, InputKind::Baseline)));
    all
}

fn kind_of(path: &str, bytes: &[u8]) -> InputKind {
    let name = path.rsplit('/').next().unwrap_or(path);
    if matches!(name, "env.py" | "alembic.ini" | "pyproject.toml" | "setup.cfg") {
        return InputKind::Configuration;
    }
    let revision = memchr::memmem::find(bytes, b"down_revision").is_some();
    if revision { InputKind::Revision } else { InputKind::Helper }
}

/// The environments that were found.
pub fn environments(project: &Project, chosen: Option<&Environment>) -> Vec<report::Environment> {
    project
        .environments
        .iter()
        .map(|environment| report::Environment {
            path: environment.name.clone(),
            chosen: chosen.is_some_and(|chosen| chosen.name == environment.name),
            version_locations: environment.version_locations.clone(),
            revisions: environment.revisions.len() as u32,
            version_table: environment.settings.version_table.known().unwrap_or_else(|| "alembic_version".to_string()),
            version_table_schema: environment.settings.version_table_schema.known().flatten(),
            transaction_per_migration: environment.settings.transaction_per_migration.known(),
        })
        .collect()
}

/// `a`, `b` and `c`.
pub fn list(ids: &[String]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    ids.join(" and ")
}

/// The lines that every file carries: which inputs it was made from.
pub fn header(input: &Input, database: &Database) -> Vec<String> {
    let mut lines = vec![format!("Dump: {}", database.file)];
    if let Some(by) = &database.dumped_by {
        lines.push(format!("Dumped by: {by}"));
    }
    if let Some(version) = &database.server_version {
        lines.push(format!("Server version of the dump: {version}"));
    }
    if let Some(schema) = &input.options.schema {
        lines.push(format!("Schema: {schema}, and no other"));
    }
    let mut all = Sha256::new();
    for file in &input.files {
        all.update(&file.bytes);
    }
    lines.push(format!("Project: {} file(s) (SHA-256 of all {})", input.files.len(), hex(&all.finalize())));
    lines
}

/// Whether a log holds Alembic's message for `upgrade head` where there are several (`MultipleHeads`).
pub fn refuses_heads(log: &[u8]) -> bool {
    memchr::memmem::find(log, b"Multiple head revisions are present").is_some()
}

/// What the deploy log says.
pub fn add_log(report: &mut Report, input: &Input, environment: &Environment, graph: &Graph, sources: &Sources) {
    let Some(log) = &input.log else { return };
    let text = String::from_utf8_lossy(&log.bytes);
    let log = crate::alembic::log::read(&text, Some(environment), sources);
    report.log = Some(crate::report::build::log_run(&log, graph, sources, report.database.is_some()));
}
