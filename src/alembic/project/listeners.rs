//! Listeners of SQLAlchemy by which an application names constraints itself.
//!
//! `@event.listens_for(PrimaryKeyConstraint, "after_parent_attach")` runs for the tables of Alembic's operations, too, once `env.py` has
//! imported the models (`SchemaEventTarget._set_parent_with_dispatch`). It is not run here: the names are unknown.

use super::modules::Modules;
use super::walk;
use crate::alembic::python::ast::{Call, Constant, Expr, ExprKind};
use crate::pg::error::Reason;

/// Why names are not known which stand in the revisions: [`Reason::kind`].
pub const KIND: &str = "naming-listener";

const EVENTS: [&str; 2] = ["before_parent_attach", "after_parent_attach"];

/// The first listener of the given files that is told of constraints.
pub fn of_constraints(modules: &Modules) -> Option<Reason> {
    modules.sources().iter().find_map(|(file, source)| {
        if !source.path().ends_with(".py") || !EVENTS.iter().any(|event| source.text().contains(event)) {
            return None;
        }
        let module = modules.parse(file)?;
        let mut found = None;
        walk::calls(&module.body, &mut |call| {
            if found.is_none() && is_told_of_constraints(call) {
                found = Some(call.func.span);
            }
        });
        found.map(|span| Reason::new(KIND, "an event listener names constraints").at(span))
    })
}

/// `listens_for(PrimaryKeyConstraint, "after_parent_attach")`, `event.listen(Index, …)`
fn is_told_of_constraints(call: &Call) -> bool {
    matches!(last(&call.func), Some("listens_for" | "listen"))
        && call.args.first().and_then(last).is_some_and(|target| target.ends_with("Constraint") || target == "Index")
        && call.args.get(1).is_some_and(
            |event| matches!(&event.kind, ExprKind::Constant(Constant::Str(event)) if EVENTS.contains(&&**event)),
        )
}

/// The last part of a dotted name.
fn last(value: &Expr) -> Option<&str> {
    match &value.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Attribute { attr, .. } => Some(attr),
        _ => None,
    }
}
