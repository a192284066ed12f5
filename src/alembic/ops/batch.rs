//! `with op.batch_alter_table(…) as batch_op`: operations wait until the block ends (`alembic/operations/batch.py`). On
//! PostgreSQL `recreate="auto"` never copies the table, so what is flushed are plain `ALTER`s; for `"always"` see
//! [`super::recreate`].

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use super::super::sqlalchemy::ddl::Statement;
use super::super::sqlalchemy::names::{self, Name};
use super::recreate::{self, Change};
use super::{MigrationContext, OPERATIONS, perform, send_all};
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};
use crate::alembic::run::Action;
use crate::pg::error::Reason;
use crate::source::Span;

/// A statement with its place, and why it is not known whether it runs.
type Queued = (Option<Span>, Option<Reason>, Statement);

/// A batch and what waits in it.
#[derive(Debug)]
pub struct Batch {
    /// The table.
    pub table: Name,
    /// Its schema.
    pub schema: Option<Name>,
    /// `recreate="always"`: the table is copied.
    recreate: bool,
    context: Rc<MigrationContext>,
    queue: RefCell<Vec<Queued>>,
}

impl Batch {
    /// `op.batch_alter_table(…)`
    pub(super) fn open(vm: &mut Vm, context: Rc<MigrationContext>, args: Args) -> Eval<Value> {
        let bound = args.bind(
            vm,
            "batch_alter_table(table_name, schema=, recreate=, partial_reordering=, copy_from=, table_args=, table_kwargs=, \
             reflect_args=, reflect_kwargs=, naming_convention=)",
        )?;
        let named = names::name(&bound.required("table_name"))
            .and_then(|table| Ok((table, names::optional(&bound.required("schema"))?)));
        let (table, schema) = match named {
            Ok(named) => named,
            Err(reason) => {
                // What is called on the unknown batch reaches nothing, so the loss is told here.
                vm.run.note(Action::Unmodelled(reason.clone()));
                return Ok(Value::Unknown(reason));
            }
        };
        let recreate = match bound.get("recreate") {
            None => false,
            Some(Value::Unknown(reason)) => {
                vm.run.note(Action::Unmodelled(reason.clone()));
                return Ok(Value::Unknown(reason));
            }
            Some(value) => match value.as_str() {
                Some("auto" | "never") => false,
                Some("always") => true,
                _ => {
                    return Err(vm.raise("ValueError", "recreate may be one of 'auto', 'always', or 'never'."));
                }
            },
        };
        Ok(Value::native(Batch { table, schema, recreate, context, queue: RefCell::default() }))
    }

    /// Adds what an operation will send.
    pub(super) fn queue(&self, vm: &mut Vm, statements: Vec<Statement>) {
        let span = vm.run.place();
        let may = vm.run.uncertain.last().cloned();
        self.queue.borrow_mut().extend(statements.into_iter().map(|statement| (span, may.clone(), statement)));
    }

    /// Whether a copy of the table with the changes of the queue is what ALTERs make of it.
    fn copy(&self, vm: &mut Vm, queue: &[Queued]) -> Eval<Result<(), Reason>> {
        let name = names::qname(self.schema.as_ref(), &self.table);
        let Some(table) = vm.run.catalog.resolve_relation(&name, &vm.run.session) else {
            return match vm.run.catalog.may_be_made_outside("table", &self.table.text) {
                Some(reason) => Ok(Err(reason)),
                None => Err(vm.raise("sqlalchemy.exc.NoSuchTableError", &self.table.text)),
            };
        };
        if let Err(reason) = recreate::is_plain(&vm.run, table) {
            return Ok(Err(reason));
        }
        for (.., statement) in queue {
            match recreate::change(&vm.run, table, &statement.command) {
                Ok(Change::Alter) => {}
                Ok(Change::Refused(message)) => return Err(vm.raise("ValueError", &message)),
                Err(reason) => return Ok(Err(reason)),
            }
        }
        Ok(Ok(()))
    }

    fn flush(&self, vm: &mut Vm) -> Eval<()> {
        let queue = std::mem::take(&mut *self.queue.borrow_mut());
        if self.recreate
            && let Err(reason) = self.copy(vm, &queue)?
        {
            vm.run.note(Action::Unmodelled(reason));
            return Ok(());
        }
        for (span, may, statement) in queue {
            // What was queued under an unknown condition runs under it.
            let added = may.filter(|reason| vm.run.uncertain.last() != Some(reason));
            vm.run.uncertain.extend(added.clone());
            let sent = send_all(vm, span, vec![statement]);
            if added.is_some() {
                vm.run.uncertain.pop();
            }
            sent?;
        }
        Ok(())
    }
}

impl Native for Batch {
    fn class(&self) -> &str {
        "alembic.operations.base.BatchOperations"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some(operation) = OPERATIONS.iter().find(|operation| operation.name == name) {
            let batch = self.clone();
            return Ok(Some(native::function(operation.name, move |vm, args| {
                perform(vm, operation, Some(batch.clone()), args)
            })));
        }
        let own = Value::Native(self.clone());
        if let Some(found) = super::module::shared(vm, &self.context, &own, name)? {
            return Ok(Some(found));
        }
        Ok(super::custom::registered(vm, "BatchOperations", &own, name)?.or_else(|| super::module::of_a_package(name)))
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }

    fn exit(self: Rc<Self>, vm: &mut Vm, raised: Option<&Value>) -> Eval<bool> {
        // An exception leaves the generator before its flush.
        if raised.is_none() {
            self.flush(vm)?;
        }
        Ok(false)
    }
}
