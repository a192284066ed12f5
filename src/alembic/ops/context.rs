//! `op.get_context()`, `MigrationContext.configure(bind)`, `Operations(context)`.

use std::any::Any;
use std::rc::Rc;

use super::{OPERATIONS, perform};
use crate::alembic::database::Connection;
use crate::alembic::eval::{Args, Eval, Native, Reach, Value, Vm, native};
use crate::pg::error::Refusal;

/// `alembic.runtime.migration.MigrationContext`
#[derive(Debug)]
pub struct MigrationContext {
    /// Its connection.
    pub connection: Rc<Connection>,
}

impl Native for MigrationContext {
    fn class(&self) -> &str {
        "alembic.runtime.migration.MigrationContext"
    }

    fn reach(&self) -> Reach {
        Reach::Everything
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "bind" | "connection" => Value::Native(self.connection.clone()),
            "dialect" => return self.connection.clone().get_attr(vm, "dialect"),
            "as_sql" => Value::Bool(false),
            "impl" => Value::Native(self),
            "transactional_ddl" => Value::Bool(true),
            "version_table" => Value::str(vm.run.settings.version_table.as_str()),
            "version_table_schema" => match &vm.run.settings.version_table_schema {
                Some(schema) => Value::str(schema.as_str()),
                None => Value::None,
            },
            "config" => Value::native(Config),
            "opts" | "environment_context" => vm.unknown("env", format!("{name} of the migration context")),
            "autocommit_block" => native::function(name, |vm, args| {
                args.bind(vm, "autocommit_block()")?;
                Ok(Value::native(AutocommitBlock))
            }),
            "begin_transaction" => native::function(name, |_, _| Ok(Value::native(Nothing))),
            "get_current_revision" | "get_current_heads" => {
                native::function(name, |vm, _| Ok(vm.unknown("row-data", "the rows of the version table")))
            }
            "execute" => {
                let connection = self.connection.clone();
                native::function(name, move |vm, args| {
                    let bound = args.bind(vm, "execute(sql, execution_options=)")?;
                    connection.execute(vm, &bound.required("sql"), &Value::None)?;
                    Ok(Value::None)
                })
            }
            _ => return Ok(None),
        }))
    }
}

/// `alembic.config.Config`, as the `alembic` command makes it: from `alembic.ini`, and what `env.py` sets.
#[derive(Debug)]
pub struct Config;

impl Native for Config {
    fn class(&self) -> &str {
        "alembic.config.Config"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "get_main_option" => native::function(name, |vm, args| {
                let bound = args.bind(vm, "get_main_option(name, default=)")?;
                let Some(option) = bound.required("name").as_str().map(str::to_ascii_lowercase) else {
                    return Ok(vm.unknown("env", "an option of alembic's configuration"));
                };
                if vm.run.settings.env_text.contains(&option) {
                    return Ok(vm.unknown("env", format!("the option {option}, which env.py names")));
                }
                Ok(match vm.run.settings.main_options.get(&option) {
                    Some(value) => Value::str(value.as_str()),
                    None => bound.or_none("default"),
                })
            }),
            _ => vm.unknown("env", format!("{name} of alembic's configuration")),
        }))
    }
}

/// `with context.autocommit_block()`
#[derive(Debug)]
struct AutocommitBlock;

impl Native for AutocommitBlock {
    fn class(&self) -> &str {
        "contextlib._GeneratorContextManager"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn enter(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        // A side of an unknown condition runs for real; what else may run has no transaction of its own.
        if vm.run.uncertain.len() > vm.run.sides
            && let Some(reason) = vm.run.uncertain.last()
        {
            let reason = reason.clone();
            return Err(crate::alembic::eval::Raise::Stop(reason));
        }
        vm.run.enter_autocommit().map_err(|refusal| raised(vm, refusal))?;
        Ok(Some(Value::None))
    }

    fn exit(self: Rc<Self>, vm: &mut Vm, _raised: Option<&Value>) -> Eval<bool> {
        vm.run.leave_autocommit().map_err(|refusal| raised(vm, refusal))?;
        Ok(false)
    }
}

fn raised(vm: &mut Vm, refusal: Refusal) -> crate::alembic::eval::Raise {
    crate::alembic::database::raise(vm, refusal, None)
}

/// A context manager that does nothing.
#[derive(Debug)]
struct Nothing;

impl Native for Nothing {
    fn class(&self) -> &str {
        "contextlib.nullcontext"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::None))
    }
}

/// `alembic.operations.Operations`
#[derive(Debug)]
pub struct Operations {
    /// Its context.
    pub context: Rc<MigrationContext>,
}

impl Operations {
    /// `Operations(migration_context)`
    pub(super) fn construct(vm: &mut Vm, args: Args) -> Eval<Value> {
        let bound = args.bind(vm, "Operations(migration_context, impl=)")?;
        let given = bound.required("migration_context");
        match given.downcast::<MigrationContext>() {
            Some(context) => Ok(Value::native(Operations { context })),
            None => Ok(match given {
                Value::Unknown(reason) => Value::Unknown(reason),
                _ => vm.unknown("argument", "Operations() of something that is no migration context"),
            }),
        }
    }
}

impl Native for Operations {
    fn class(&self) -> &str {
        "alembic.operations.base.Operations"
    }

    fn reach(&self) -> Reach {
        Reach::Everything
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some(operation) = OPERATIONS.iter().find(|operation| operation.name == name) {
            return Ok(Some(native::function(operation.name, move |vm, args| perform(vm, operation, None, args))));
        }
        let own = Value::Native(self.clone());
        match super::module::shared(vm, &self.context, &own, name)? {
            Some(found) => Ok(Some(found)),
            None => super::custom::registered(vm, "Operations", &own, name),
        }
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }
}
