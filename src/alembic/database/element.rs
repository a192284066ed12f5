//! DDL elements that revisions execute: `CreateTable(table)`, `DropSequence(sequence)`, `DDL("…")`, …

use std::any::Any;

use super::super::sqlalchemy::ddl::{self, Statement};
use super::super::sqlalchemy::expression::Expression;
use super::super::sqlalchemy::schema::{Index, Sequence, Table};
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

/// The constructors, by name; `DDL` is a text.
const ELEMENTS: &[(&str, fn(&mut Vm, &Value) -> Eval<Option<Vec<Statement>>>)] = &[
    ("CreateTable", |vm, value| match seam::native::<Table>(value) {
        Some(table) => Ok(Some(vec![ddl::table::create_alone(vm, &table, false)?])),
        None => Ok(None),
    }),
    ("DropTable", |_, value| {
        Ok(seam::native::<Table>(value)
            .map(|table| vec![ddl::table::drop(table.schema().as_ref(), &table.name(), false)]))
    }),
    ("CreateIndex", |vm, value| match seam::native::<Index>(value) {
        Some(index) => Ok(Some(vec![ddl::index::create(vm, &index, false)?])),
        None => Ok(None),
    }),
    ("DropIndex", |vm, value| match seam::native::<Index>(value) {
        Some(index) => Ok(Some(vec![ddl::index::drop(vm, &index, false)?])),
        None => Ok(None),
    }),
    ("CreateSequence", |vm, value| match seam::native::<Sequence>(value) {
        Some(sequence) => Ok(Some(vec![ddl::sequence::statement(vm, &sequence, true)?])),
        None => Ok(None),
    }),
    ("DropSequence", |vm, value| match seam::native::<Sequence>(value) {
        Some(sequence) => Ok(Some(vec![ddl::sequence::statement(vm, &sequence, false)?])),
        None => Ok(None),
    }),
    ("CreateSchema", |_, value| {
        Ok(names::name(value).ok().map(|name| {
            let command = Schema::Create { name: name.ident(), if_not_exists: false, owner: None };
            vec![Statement::new(Command::Schema(command), format!("CREATE SCHEMA {}", name.sql()))]
        }))
    }),
    ("DropSchema", |_, value| {
        Ok(names::name(value).ok().map(|name| {
            let names = vec![name.ident()];
            let command = Schema::Drop { names, if_exists: false, behavior: Behavior::Restrict };
            vec![Statement::new(Command::Schema(command), format!("DROP SCHEMA {}", name.sql()))]
        }))
    }),
];

/// Registers the constructors.
pub(super) fn register(vm: &mut Vm) {
    let mut attrs: Vec<(&'static str, Value)> = Vec::new();
    for (name, build) in ELEMENTS {
        attrs.push((name, native::function(name, move |vm, args| construct(vm, build, args))));
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

fn construct(vm: &mut Vm, build: &fn(&mut Vm, &Value) -> Eval<Option<Vec<Statement>>>, args: Args) -> Eval<Value> {
    let plain = args.positional.len() == 1 && args.keyword.is_empty();
    let built = match args.positional.first() {
        Some(Value::Unknown(reason)) => return Ok(Value::Unknown(Reason::clone(reason))),
        Some(value) if plain => build(vm, value)?,
        _ => None,
    };
    Ok(match built {
        Some(statements) => Value::native(Element { statements }),
        None => vm.unknown("unsupported", "a DDL element with such arguments"),
    })
}
