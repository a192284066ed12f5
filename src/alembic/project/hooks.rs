//! What an application hooks into SQLAlchemy, and so into Alembic's operations: listeners that name constraints, and functions that
//! write DDL.
//!
//! `@event.listens_for(PrimaryKeyConstraint, "after_parent_attach")` runs for the tables of Alembic's operations, too, once `env.py` has
//! imported the models (`SchemaEventTarget._set_parent_with_dispatch`). It is not run here: the names are unknown.
//!
//! `@compiles(CreateTable)` writes every `CREATE TABLE` of the process once its file is loaded, be it another revision's. It is not run
//! either: whether a refused statement would be sent as it stands is unknown.

use super::modules::Modules;
use crate::alembic::python::ast::{Call, Constant, Expr, ExprKind};
use crate::alembic::python::walk;
use crate::pg::error::Reason;
use crate::source::Span;

/// Why names are not known which stand in the revisions: [`Reason::kind`].
pub const NAMING: &str = "naming-listener";

const EVENTS: [&str; 2] = ["before_parent_attach", "after_parent_attach"];

/// Elements of DDL that operations send (`sqlalchemy/sql/ddl.py`, `alembic/ddl/base.py`).
const ELEMENTS: [&str; 12] = [
    "CreateTable",
    "CreateColumn",
    "CreateIndex",
    "CreateSequence",
    "DropTable",
    "DropIndex",
    "AddConstraint",
    "DropConstraint",
    "AddColumn",
    "DropColumn",
    "RenameTable",
    "AlterColumn",
];

/// The first listener of the given files that is told of constraints.
pub fn of_constraints(modules: &Modules) -> Option<Reason> {
    let found = find(modules, &EVENTS, is_told_of_constraints)?;
    Some(Reason::new(NAMING, "an event listener names constraints").at(found))
}

/// The first listener of the given files that may add constraints to a table: it is told of a type's or a column's parent, as SQLAlchemy's own
/// `SchemaType` is (`_set_table`).
pub fn of_parts(modules: &Modules) -> Option<Reason> {
    let found = find(modules, &EVENTS, is_told_of_parts)?;
    Some(Reason::new("constraint-listener", "an event listener may add constraints").at(found))
}

/// Which elements of DDL functions of the given files write, each with the first of them.
pub fn of_statements(modules: &Modules) -> Vec<(&'static str, Reason)> {
    let what = "a function under @compiles may write the statement in another way";
    let mut hooked: Vec<(&'static str, Reason)> = Vec::new();
    visit(modules, &["compiles"], &mut |call| {
        if let Some(element) = written(call)
            && !hooked.iter().any(|(known, _)| *known == element)
        {
            hooked.push((element, Reason::new("ddl-hook", what).at(call.func.span)));
        }
    });
    hooked
}

/// The first call that is wanted, in a file that has one of the words.
fn find(modules: &Modules, words: &[&str], is_wanted: fn(&Call) -> bool) -> Option<Span> {
    let mut found = None;
    visit(modules, words, &mut |call| {
        if found.is_none() && is_wanted(call) {
            found = Some(call.func.span);
        }
    });
    found
}

/// The calls in files that have one of the words.
fn visit(modules: &Modules, words: &[&str], look: &mut dyn FnMut(&Call)) {
    for (file, source) in modules.sources().iter() {
        let may = source.path().ends_with(".py") && words.iter().any(|word| source.text().contains(word));
        if let Some(module) = may.then(|| modules.parse(file)).flatten() {
            walk::calls(&module.body, look);
        }
    }
}

/// The element of `@compiles(CreateTable)`, `@compiles(CreateTable, "postgresql")`.
fn written(call: &Call) -> Option<&'static str> {
    let of_another =
        |spec: &Expr| matches!(&spec.kind, ExprKind::Constant(Constant::Str(name)) if &**name != "postgresql");
    if call.func.last_name() != Some("compiles") || call.args.len() > 1 && call.args[1..].iter().all(of_another) {
        return None;
    }
    let named = call.args.first().and_then(Expr::last_name)?;
    ELEMENTS.into_iter().find(|element| *element == named)
}

/// `listens_for(PrimaryKeyConstraint, "after_parent_attach")`, `event.listen(Index, …)`
fn is_told_of_constraints(call: &Call) -> bool {
    listens_to(call).is_some_and(is_constraint)
}

/// `listens_for(IntEnum, "before_parent_attach")`, `event.listen(Column, …)`
fn is_told_of_parts(call: &Call) -> bool {
    listens_to(call).is_some_and(|target| !is_constraint(target))
}

fn is_constraint(target: &str) -> bool {
    target.ends_with("Constraint") || target == "Index"
}

/// Whose parents a call listens for.
fn listens_to(call: &Call) -> Option<&str> {
    let is_event =
        |event: &Expr| matches!(&event.kind, ExprKind::Constant(Constant::Str(event)) if EVENTS.contains(&&**event));
    let listens = matches!(call.func.last_name(), Some("listens_for" | "listen"));
    call.args.first().and_then(Expr::last_name).filter(|_| listens && call.args.get(1).is_some_and(is_event))
}
