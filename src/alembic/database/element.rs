//! DDL elements that revisions execute: `CreateTable(table)`, `DropSequence(sequence)`, `DDL("…")`, …

use std::any::Any;

use super::super::sqlalchemy::ddl::{self, Statement};
use super::super::sqlalchemy::expression::Expression;
use super::super::sqlalchemy::schema::{Constraint, Index, Sequence, Table};
use super::super::sqlalchemy::{names, seam};
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};
use crate::pg::command::{Behavior, Command, Schema};
use crate::pg::error::Reason;

/// What an element sends.
#[derive(Debug)]
pub(super) struct Element {
    pub statements: Vec<Statement>,
}

impl Native for Element {
    fn class(&self) -> &str {
        "sqlalchemy.sql.ddl.DDLElement"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `IF EXISTS`, `IF NOT EXISTS`, `CASCADE`.
#[derive(Clone, Copy, Default)]
struct Words {
    exists: bool,
    cascade: bool,
}

impl Words {
    fn behavior(self) -> Behavior {
        if self.cascade { Behavior::Cascade } else { Behavior::Restrict }
    }
}

type Build = fn(&mut Vm, &Value, Words) -> Eval<Option<Vec<Statement>>>;

/// The constructors, by name; `DDL` is a text.
const ELEMENTS: &[(&str, Build)] = &[
    ("CreateTable", |vm, value, words| match seam::native::<Table>(value) {
        Some(table) => Ok(Some(vec![ddl::table::create_alone(vm, &table, words.exists)?])),
        None => Ok(None),
    }),
    ("DropTable", |_, value, words| {
        Ok(seam::native::<Table>(value)
            .map(|table| vec![ddl::table::drop(table.schema().as_ref(), &table.name(), words.exists)]))
    }),
    ("CreateIndex", |vm, value, words| match seam::native::<Index>(value) {
        Some(index) => Ok(Some(vec![ddl::index::create(vm, &index, words.exists)?])),
        None => Ok(None),
    }),
    ("DropIndex", |vm, value, words| match seam::native::<Index>(value) {
        Some(index) => Ok(Some(vec![ddl::index::drop(vm, &index, words.exists)?])),
        None => Ok(None),
    }),
    ("AddConstraint", |vm, value, _| match seam::native::<Constraint>(value) {
        Some(constraint) => Ok(ddl::constraint::add(vm, &constraint)?.map(|statement| vec![statement])),
        None => Ok(None),
    }),
    ("DropConstraint", |vm, value, words| match seam::native::<Constraint>(value) {
        Some(constraint) => Ok(Some(vec![ddl::constraint::drop(vm, &constraint, words.exists, words.cascade)?])),
        None => Ok(None),
    }),
    ("CreateSequence", |vm, value, words| match seam::native::<Sequence>(value) {
        Some(sequence) => Ok(Some(vec![ddl::sequence::create(vm, &sequence, words.exists)?])),
        None => Ok(None),
    }),
    ("DropSequence", |_, value, words| {
        Ok(seam::native::<Sequence>(value).map(|sequence| vec![ddl::sequence::drop(&sequence, words.exists)]))
    }),
    ("CreateSchema", |_, value, words| {
        Ok(names::name(value).ok().map(|name| {
            let command = Schema::Create { name: name.ident(), if_not_exists: words.exists, owner: None };
            let exists = if words.exists { "IF NOT EXISTS " } else { "" };
            vec![Statement::new(Command::Schema(command), format!("CREATE SCHEMA {exists}{}", name.sql()))]
        }))
    }),
    ("DropSchema", |_, value, words| {
        Ok(names::name(value).ok().map(|name| {
            let names = vec![name.ident()];
            let command = Schema::Drop { names, if_exists: words.exists, behavior: words.behavior() };
            let exists = if words.exists { "IF EXISTS " } else { "" };
            let cascade = if words.cascade { " CASCADE" } else { "" };
            vec![Statement::new(Command::Schema(command), format!("DROP SCHEMA {exists}{}{cascade}", name.sql()))]
        }))
    }),
];

/// Registers the constructors.
pub(super) fn register(vm: &mut Vm) {
    let mut attrs: Vec<(&'static str, Value)> = Vec::new();
    for (name, build) in ELEMENTS {
        attrs.push((name, native::function(name, move |vm, args| construct(vm, build, name, args))));
    }
    attrs.push((
        "DDL",
        native::function("DDL", |vm, args| {
            let bound = args.bind(vm, "DDL(statement, context=)")?;
            Ok(match (bound.required("statement").as_str(), bound.get("context")) {
                // The template is filled by `%`; without a context only `%%` changes.
                (Some(text), None | Some(Value::None)) => {
                    let escaped = text.replace("%%", "%").replace(':', "\\:");
                    Value::Native(Expression::text(&escaped))
                }
                _ => vm.unknown("unsupported", "DDL() with a context"),
            })
        }),
    ));
    vm.register("sqlalchemy.schema", attrs.clone());
    vm.register("sqlalchemy.sql.ddl", attrs.clone());
    vm.register("sqlalchemy", attrs.into_iter().filter(|(name, _)| *name == "DDL").collect::<Vec<_>>());
}

/// `CreateTable(element, if_not_exists=…)`; of other arguments nothing is known.
fn construct(vm: &mut Vm, build: &Build, name: &str, args: Args) -> Eval<Value> {
    let exists = if name.starts_with("Create") { "if_not_exists" } else { "if_exists" };
    let mut words = Words::default();
    let mut plain = args.positional.len() == 1;
    for (keyword, value) in &args.keyword {
        match (&**keyword, seam::truth(value)) {
            (_, Err(reason)) => return Ok(Value::Unknown(reason)),
            (keyword, Ok(said)) if keyword == exists => words.exists = said,
            ("cascade", Ok(said)) if matches!(name, "DropSchema" | "DropConstraint") => words.cascade = said,
            _ => plain = false,
        }
    }
    let built = match args.positional.first() {
        Some(Value::Unknown(reason)) => return Ok(Value::Unknown(Reason::clone(reason))),
        Some(value) if plain => build(vm, value, words)?,
        _ => None,
    };
    Ok(match built {
        Some(statements) => Value::native(Element { statements }),
        None => vm.unknown("unsupported", "a DDL element with such arguments"),
    })
}
