//! What is called for its effect alone, and is not known: a helper of the project whose file was not handed in may send any statement.

use super::args::Args;
use super::scope::Frame;
use super::value::Value;
use super::{Eval, Reach, Vm};
use crate::alembic::python::ast::{Expr, ExprKind};
use crate::alembic::run::Action;

/// What writes to a log or to a terminal.
const TOLD: &[&str] = &[
    "critical",
    "debug",
    "echo",
    "error",
    "exception",
    "info",
    "log",
    "print",
    "secho",
    "set_description",
    "set_postfix",
    "success",
    "trace",
    "warn",
    "warning",
];

/// What a session does with rows.
const OF_SESSION: &[&str] =
    &["add", "add_all", "bulk_insert_mappings", "bulk_save_objects", "commit", "delete", "flush", "merge", "rollback"];

impl Vm {
    /// An expression that stands as a statement.
    pub(super) fn for_effect(&mut self, frame: &mut Frame<'_>, value: &Expr) -> Eval<()> {
        match &value.kind {
            ExprKind::Call(call) => self.call_expr(frame, call, true).map(drop),
            ExprKind::Await(inner) => match &inner.kind {
                ExprKind::Call(call) => {
                    let awaited = self.call_expr(frame, call, true)?;
                    self.wait_for(&awaited).map(drop)
                }
                _ => self.expr(frame, value).map(drop),
            },
            _ => self.expr(frame, value).map(drop),
        }
    }

    /// Notes what such a call may do; `method` is the name behind the dot.
    pub(super) fn note_effect(&mut self, function: &Value, method: Option<&str>, args: &Args) {
        let Value::Unknown(reason) = function else { return };
        // A library's own code, or what the project runs while it is loaded, as every other run of the application does.
        if !matches!(reason.kind, "import" | "import-failed") || self.is_loading() {
            return;
        }
        let given = args.positional.iter().chain(args.keyword.iter().map(|(_, value)| value));
        let is_noted = given.map(Value::reach).max().unwrap_or(Reach::Nothing) != Reach::Nothing;
        match method {
            Some(method) if TOLD.contains(&method) => {}
            _ if is_noted => {}
            Some(method) if OF_SESSION.contains(&method) => {
                self.run.note(Action::Rows { what: format!("{method}() of a session ({reason})") });
            }
            _ => {
                let what = format!("what is called here may send any statement: {reason}");
                let reason = self.reason("unknown-call", what);
                self.run.note(Action::Unmodelled(reason));
            }
        }
    }
}
