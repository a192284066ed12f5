//! `alembic.op`: the operations, and what they send (`alembic/operations/toimpl.py`, `alembic/ddl/postgresql.py`).
//!
//! One operation is one row of [`OPERATIONS`] and one lowering function. In `with op.batch_alter_table(…)` the same
//! functions run, the statements wait until the block ends.

mod alter_column;
mod batch;
mod column;
mod constraint;
mod context;
mod custom;
mod data;
mod enum_values;
mod geospatial;
mod index;
mod module;
mod recreate;
mod run_async;
mod table;
#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use batch::Batch;
pub use context::{Config, MigrationContext, Operations};
pub use module::register;

use super::sqlalchemy::ddl::Statement;
use super::sqlalchemy::names::{self, Name, qname};
use super::sqlalchemy::schema::{MetaData, Table, TableArgs};
use super::sqlalchemy::{Known, Obstacle};
use crate::alembic::database;
use crate::alembic::eval::{Args, Bound, Eval, Value, Vm};
use crate::pg::command::{Command, Kind, Opaque};
use crate::pg::error::{Reason, Refusal};
use crate::pg::ident::QName;
use crate::source::Span;

/// One operation.
pub struct Operation {
    /// `op.name`
    pub name: &'static str,
    /// Its parameters.
    pub signature: &'static str,
    /// Its parameters as `batch_op.name`; `None` where it does not apply to a batch.
    pub batch: Option<&'static str>,
    /// What it sends.
    lower: fn(&mut Vm, &Call) -> Eval<Lowered>,
}

/// All operations of Alembic 1.20 that change the schema, and those that GeoAlchemy2 registers.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        name: "create_table",
        signature: "create_table(table_name, *columns, if_not_exists=, **kw)",
        batch: None,
        lower: table::create,
    },
    Operation {
        name: "drop_table",
        signature: "drop_table(table_name, *, schema=, if_exists=, **kw)",
        batch: None,
        lower: table::drop,
    },
    Operation {
        name: "rename_table",
        signature: "rename_table(old_table_name, new_table_name, *, schema=)",
        batch: None,
        lower: table::rename,
    },
    Operation {
        name: "create_table_comment",
        signature: "create_table_comment(table_name, comment, *, existing_comment=, schema=)",
        batch: Some("create_table_comment(comment, *, existing_comment=)"),
        lower: table::create_comment,
    },
    Operation {
        name: "drop_table_comment",
        signature: "drop_table_comment(table_name, *, existing_comment=, schema=)",
        batch: Some("drop_table_comment(*, existing_comment=)"),
        lower: table::drop_comment,
    },
    Operation {
        name: "add_column",
        signature: "add_column(table_name, column, *, schema=, if_not_exists=, inline_references=, inline_primary_key=)",
        batch: Some(
            "add_column(column, *, insert_before=, insert_after=, if_not_exists=, inline_references=, \
             inline_primary_key=)",
        ),
        lower: column::add,
    },
    Operation {
        name: "drop_column",
        signature: "drop_column(table_name, column_name, *, schema=, if_exists=, **kw)",
        batch: Some("drop_column(column_name, *, if_exists=, **kw)"),
        lower: column::drop,
    },
    Operation {
        name: "alter_column",
        signature: "alter_column(table_name, column_name, *, nullable=, comment=, server_default=, new_column_name=, \
                    type_=, existing_type=, existing_server_default=, existing_nullable=, existing_comment=, schema=, **kw)",
        batch: Some(
            "alter_column(column_name, *, nullable=, comment=, server_default=, new_column_name=, type_=, \
             existing_type=, existing_server_default=, existing_nullable=, existing_comment=, insert_before=, \
             insert_after=, **kw)",
        ),
        lower: alter_column::alter,
    },
    Operation {
        name: "create_index",
        signature: "create_index(index_name, table_name, columns, *, schema=, unique=, if_not_exists=, **kw)",
        batch: Some("create_index(index_name, columns, *, unique=, if_not_exists=, **kw)"),
        lower: index::create,
    },
    Operation {
        name: "drop_index",
        signature: "drop_index(index_name, table_name=, *, schema=, if_exists=, **kw)",
        batch: Some("drop_index(index_name, *, if_exists=, **kw)"),
        lower: index::drop,
    },
    Operation {
        name: "create_foreign_key",
        signature: "create_foreign_key(constraint_name, source_table, referent_table, local_cols, remote_cols, *, \
                    onupdate=, ondelete=, deferrable=, initially=, match=, source_schema=, referent_schema=, **kw)",
        batch: Some(
            "create_foreign_key(constraint_name, referent_table, local_cols, remote_cols, *, referent_schema=, \
             onupdate=, ondelete=, deferrable=, initially=, match=, **kw)",
        ),
        lower: constraint::foreign_key,
    },
    Operation {
        name: "create_unique_constraint",
        signature: "create_unique_constraint(constraint_name, table_name, columns, *, schema=, **kw)",
        batch: Some("create_unique_constraint(constraint_name, columns, **kw)"),
        lower: constraint::unique,
    },
    Operation {
        name: "create_check_constraint",
        signature: "create_check_constraint(constraint_name, table_name, condition, *, schema=, **kw)",
        batch: Some("create_check_constraint(constraint_name, condition, **kw)"),
        lower: constraint::check,
    },
    Operation {
        name: "create_primary_key",
        signature: "create_primary_key(constraint_name, table_name, columns, *, schema=)",
        batch: Some("create_primary_key(constraint_name, columns)"),
        lower: constraint::primary_key,
    },
    Operation {
        name: "create_exclude_constraint",
        signature: "create_exclude_constraint(constraint_name, table_name, *elements, where=, schema=, using=, **kw)",
        batch: Some("create_exclude_constraint(constraint_name, *elements, where=, using=, **kw)"),
        lower: constraint::exclude,
    },
    Operation {
        name: "drop_constraint",
        signature: "drop_constraint(constraint_name, table_name, type_=, *, schema=, if_exists=)",
        batch: Some("drop_constraint(constraint_name, type_=)"),
        lower: constraint::drop,
    },
    Operation {
        name: "create_geospatial_table",
        signature: "create_geospatial_table(table_name, *columns, **kw)",
        batch: None,
        lower: table::create,
    },
    Operation {
        name: "drop_geospatial_table",
        signature: "drop_geospatial_table(table_name, schema=, *, if_exists=, **kw)",
        batch: None,
        lower: table::drop,
    },
    Operation {
        name: "add_geospatial_column",
        signature: "add_geospatial_column(table_name, column, schema=)",
        batch: Some("add_geospatial_column(column, insert_before=, insert_after=)"),
        lower: geospatial::add_column,
    },
    Operation {
        name: "drop_geospatial_column",
        signature: "drop_geospatial_column(table_name, column_name, schema=, **kw)",
        batch: Some("drop_geospatial_column(column_name, **kw)"),
        lower: column::drop,
    },
    Operation {
        name: "create_geospatial_index",
        signature: "create_geospatial_index(index_name, table_name, columns, schema=, unique=, **kw)",
        batch: Some("create_geospatial_index(index_name, columns, *, unique=, **kw)"),
        lower: index::create,
    },
    Operation {
        name: "drop_geospatial_index",
        signature: "drop_geospatial_index(index_name, table_name, column_name, schema=, unique=, **kw)",
        batch: Some("drop_geospatial_index(index_name, *, column_name, unique=, **kw)"),
        lower: index::drop,
    },
];

/// What an operation sends, and what it returns.
#[derive(Default)]
pub struct Lowered {
    statements: Vec<Statement>,
    value: Option<Value>,
}

impl From<Vec<Statement>> for Lowered {
    fn from(statements: Vec<Statement>) -> Lowered {
        Lowered { statements, value: None }
    }
}

impl From<Statement> for Lowered {
    fn from(statement: Statement) -> Lowered {
        Lowered::from(vec![statement])
    }
}

/// A call of an operation with its arguments.
struct Call {
    bound: Bound,
    /// The batch that it was called on.
    batch: Option<Rc<Batch>>,
}

impl Call {
    /// An argument that was given, Python's `None` left out.
    fn some(&self, name: &str) -> Option<Value> {
        self.bound.get(name).filter(|value| !value.is_none())
    }

    /// The table, by the parameter that names it.
    fn table_name(&self, parameter: &str) -> Result<Name, Reason> {
        match &self.batch {
            Some(batch) => Ok(batch.table.clone()),
            None => names::name(&self.bound.required(parameter)),
        }
    }

    /// The schema of the table.
    fn schema(&self, parameter: &str) -> Result<Option<Name>, Reason> {
        match &self.batch {
            Some(batch) => Ok(batch.schema.clone()),
            None => names::optional(&self.bound.required(parameter)),
        }
    }

    /// A flag that is false unless given.
    fn flag(&self, name: &str) -> Result<bool, Reason> {
        match self.some(name) {
            None => Ok(false),
            Some(value) => super::sqlalchemy::seam::truth(&value),
        }
    }

    /// The table that Alembic makes for the operation (`schemaobj.SchemaObjects.table`).
    fn make_table(&self, vm: &mut Vm, parameter: &str, schema: &str, items: &[Value]) -> Known<Rc<Table>> {
        let name = self.table_name(parameter)?;
        let args = TableArgs { schema: self.schema(schema)?, ..TableArgs::default() };
        let metadata = MetaData::of_operation(&vm.run);
        Ok(Table::new(vm, name, metadata, items, args)?)
    }

    /// What the operation touches, for a statement of which nothing else is known.
    fn touches(&self) -> Option<Vec<QName>> {
        // A table that is renamed to something that is not known may be any by then.
        for parameter in ["table_name", "source_table"] {
            if self.batch.is_some() || self.bound.get(parameter).is_some() {
                let name = self.table_name(parameter).ok()?;
                let schema = if parameter == "source_table" { "source_schema" } else { "schema" };
                return Some(vec![qname(self.schema(schema).ok()?.as_ref(), &name)]);
            }
        }
        None
    }
}

/// What is sent where a part of the operation is not known: a statement that may do anything to its table, drops any of its
/// constraints or indexes, or makes one somewhere.
fn opaque(operation: &Operation, call: &Call, reason: &Reason) -> Statement {
    let text = format!("-- op.{}(…)", operation.name);
    let (touches, why) = (call.touches(), reason.to_string());
    let dropped = match operation.name {
        "drop_constraint" => Some(Kind::Constraint),
        "drop_index" => Some(Kind::Index),
        _ => None,
    };
    let made = match operation.name {
        "create_foreign_key"
        | "create_unique_constraint"
        | "create_check_constraint"
        | "create_primary_key"
        | "create_exclude_constraint" => Some(Kind::Constraint),
        "create_index" => Some(Kind::Index),
        "add_column" => Some(Kind::Column),
        _ => None,
    };
    let opaque = match (dropped, made, touches.as_deref()) {
        (_, Some(kind), None) => Opaque::MakeOne { kind, text: text.clone(), why },
        (Some(kind), _, Some([table])) => Opaque::DropOne { kind, table: Some(table.clone()), text: text.clone(), why },
        _ => Opaque::Statement { text: text.clone(), touches, why },
    };
    Statement::new(Command::Opaque(opaque), text)
}

/// What goes behind it where a foreign key is dropped and its table is not known either.
fn any_foreign_key(operation: &Operation, call: &Call, reason: &Reason) -> Option<Statement> {
    let is_foreign_key = call.some("type_").is_some_and(|kind| kind.as_str() == Some("foreignkey"));
    (operation.name == "drop_constraint" && is_foreign_key && call.touches().is_none()).then(|| {
        let text = "-- op.drop_constraint(…, type_='foreignkey')".to_string();
        let opaque =
            Opaque::DropOne { kind: Kind::Constraint, table: None, text: text.clone(), why: reason.to_string() };
        Statement::new(Command::Opaque(opaque), text)
    })
}

/// Calls an operation.
fn perform(vm: &mut Vm, operation: &'static Operation, batch: Option<Rc<Batch>>, args: Args) -> Eval<Value> {
    let signature = match (&batch, operation.batch) {
        (None, _) => operation.signature,
        (Some(_), Some(signature)) => signature,
        (Some(_), None) => {
            let message = format!("Can't {} in batch mode", operation.name.replace('_', " "));
            return Err(vm.raise("NotImplementedError", &message));
        }
    };
    let bound = args.bind(vm, signature)?;
    let unknown = bound.unknown.clone();
    let call = Call { bound, batch };
    let lowered = match unknown {
        // Further items of a table that are not known leave it open.
        Some(_) if operation.name == "create_table" => (operation.lower)(vm, &call)?,
        Some(reason) => opaque(operation, &call, &reason).into(),
        None => (operation.lower)(vm, &call)?,
    };
    match &call.batch {
        Some(batch) => batch.queue(vm, lowered.statements),
        None => send_all(vm, None, lowered.statements)?,
    }
    Ok(lowered.value.unwrap_or(Value::None))
}

/// The lowering of an operation by name, for what is known of it.
fn known(vm: &mut Vm, name: &str, call: &Call, body: impl FnOnce(&mut Vm) -> Known<Lowered>) -> Eval<Lowered> {
    match body(vm) {
        Ok(lowered) => Ok(lowered),
        Err(Obstacle::Raise(raise)) => Err(raise),
        Err(Obstacle::Unknown(reason)) => match OPERATIONS.iter().find(|operation| operation.name == name) {
            Some(operation) => {
                let rest = opaque(operation, call, &reason);
                Ok([rest].into_iter().chain(any_foreign_key(operation, call, &reason)).collect::<Vec<_>>().into())
            }
            None => Ok(Lowered::default()),
        },
    }
}

/// Sends statements, from where the interpreter is or from where they were written.
pub(super) fn send_all(vm: &mut Vm, span: Option<Span>, statements: Vec<Statement>) -> Eval<()> {
    for Statement { command, sql } in statements {
        let span = span.or_else(|| vm.run.trace.first().copied());
        database::doubt_column(vm, &command, &sql);
        if let Err(refusal) = vm.run.send_from(span, command, sql.as_str()) {
            refuse(vm, refusal, &sql)?;
        }
    }
    Ok(())
}

/// Raises what a refused statement raises in Python. What is not modelled raises nothing: the step tells.
pub(super) fn refuse(vm: &mut Vm, refusal: Refusal, sql: &str) -> Eval<()> {
    match refusal {
        Refusal::Unmodelled(_) => Ok(()),
        Refusal::Postgres(_) | Refusal::Client(_) => Err(database::raise(vm, refusal, Some(sql))),
    }
}
