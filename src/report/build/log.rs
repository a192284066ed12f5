//! What a deploy log says, tied to files and lines.

use super::super::{LeftBehind, LogFailure, LogRun, LogStep};
use super::excerpt;
use crate::alembic::graph::Graph;
use crate::alembic::log::{DeployLog, Left};
use crate::source::{FileId, Sources};

/// The log in the report's words. With a dump nothing more has to be handed in.
pub fn log_run(log: &DeployLog, graph: &Graph, sources: &Sources, has_dump: bool) -> LogRun {
    let path = |file: FileId| sources.file(file).path().to_string();
    let file_of = |id: &str| graph.get(id).map(|revision| path(revision.file));
    let (left, kept_up_to, why) = match &log.left {
        Left::Nothing => (LeftBehind::Nothing, None, "the log shows no failure".to_string()),
        Left::RolledBack { why } => (LeftBehind::RolledBack, None, why.clone()),
        Left::Kept { up_to, half, why } => {
            let half = half.as_ref().map(|id| format!("; a part of {id} was kept too")).unwrap_or_default();
            (LeftBehind::Kept, Some(up_to.to_string()), format!("{why}{half}"))
        }
        Left::Unknown { why } => (LeftBehind::Unknown, None, why.clone()),
    };
    LogRun {
        steps: log
            .steps
            .iter()
            .map(|step| LogStep {
                from: step.from.iter().map(ToString::to_string).collect(),
                to: step.to.iter().map(ToString::to_string).collect(),
                stamp: step.stamp,
                file: step.to.first().and_then(|id| file_of(id)),
                log_line: step.log_line,
            })
            .collect(),
        failure: log.failure.as_ref().map(|failure| {
            let span = failure.file.zip(failure.line).map(|(file, line)| sources.file(file).line_span(file, line));
            LogFailure {
                sqlstate: failure.sqlstate.map(str::to_string),
                message: failure.message.clone(),
                statement: failure.statement.clone(),
                revision: failure.revision.as_ref().map(ToString::to_string),
                file: failure.file.map(path).or_else(|| failure.revision.as_ref().and_then(|id| file_of(id))),
                line: failure.line,
                excerpt: span.map(|span| excerpt(sources, span)),
                log_line: failure.log_line,
            }
        }),
        left,
        kept_up_to,
        why,
        next: log.next.clone().filter(|_| !has_dump),
    }
}
