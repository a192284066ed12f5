//! Sessions: work on rows. What they read is not known; what they write is recorded as such.

use std::rc::Rc;

use super::query::{self, Query};
use crate::alembic::database::connection_of;
use crate::alembic::eval::{Args, Class, Eval, Native, Reach, Value, Vm, native};
use crate::alembic::run::Action;
use crate::alembic::sqlalchemy::seam;

/// `Session`, `sessionmaker`.
pub fn install_sessions(vm: &mut Vm) {
    let session = Value::Native(Rc::new(Class::new("sqlalchemy.orm.session.Session", Vec::new()).construct(construct)));
    let maker = native::function("sessionmaker", |_, args| {
        let bind = bind_of(&args);
        Ok(native::function("sessionmaker", move |_, args| {
            let bind = match bind_of(&args) {
                Value::None => bind.clone(),
                given => given,
            };
            Ok(Value::native(Session { bind }))
        }))
    });
    vm.register("sqlalchemy.orm", [("Session", session.clone()), ("sessionmaker", maker.clone())]);
    for module in ["sqlmodel", "sqlmodel.orm.session"] {
        vm.register(module, [("Session", session.clone())]);
    }
    vm.register("sqlalchemy.orm.session", [("Session", session), ("sessionmaker", maker)]);
}

fn bind_of(args: &Args) -> Value {
    let named = args.keyword.iter().find(|(name, _)| &**name == "bind").map(|(_, bind)| bind.clone());
    named.or_else(|| args.positional.first().cloned()).unwrap_or(Value::None)
}

fn construct(_vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    Ok(Value::native(Session { bind: bind_of(&args) }))
}

/// A session on a connection.
#[derive(Debug)]
pub(super) struct Session {
    bind: Value,
}

impl Session {
    /// `execute`, `scalar`, `scalars`: the connection does them.
    fn execute(&self, vm: &mut Vm, method: &str, mut args: Args) -> Eval<Value> {
        // A session calls `params` what a connection calls `parameters`.
        for (name, _) in args.keyword.iter_mut().filter(|(name, _)| &**name == "params") {
            *name = "parameters".into();
        }
        if let Some(statement) = args.positional.first()
            && let Some(result) = query::executed(vm, statement)?
        {
            return match method {
                "execute" => Ok(result),
                _ => seam::call_method(vm, &result, method, Args::default()),
            };
        }
        seam::call_method(vm, &self.bind, method, args)
    }

    /// It works on the connection of the migration, not on one of its own.
    pub(super) fn is_of_run(&self) -> bool {
        matches!(&self.bind, Value::Native(_)) && connection_of(&self.bind).is_some_and(|bind| !bind.is_foreign())
    }
}

impl Native for Session {
    fn class(&self) -> &str {
        "sqlalchemy.orm.session.Session"
    }

    fn reach(&self) -> Reach {
        Reach::Rows
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "bind" => self.bind.clone(),
            // The session's connection does these as itself would.
            "execute" | "scalar" | "scalars" | "connection" | "get_bind" if !self.bind.is_none() => match name {
                "connection" | "get_bind" => {
                    let bind = self.bind.clone();
                    native::function(name, move |_, _| Ok(bind.clone()))
                }
                method => {
                    let method: Rc<str> = method.into();
                    native::function(name, move |vm, args| self.execute(vm, &method, args))
                }
            },
            "commit" | "rollback" | "close" | "expire_all" | "expunge_all" | "begin" => {
                let own = Value::Native(self);
                native::function(name, move |_, _| Ok(own.clone()))
            }
            "query" => native::function(name, move |_, args| {
                let query = Query::new(Value::Native(self.clone()), &args.positional);
                Ok(Value::native(query))
            }),
            "flush"
            | "add"
            | "add_all"
            | "merge"
            | "delete"
            | "bulk_save_objects"
            | "bulk_insert_mappings"
            | "bulk_update_mappings"
            | "refresh" => {
                let what = format!("session.{name}(…)");
                native::function(name, move |vm, _| {
                    vm.run.note(Action::Rows { what: what.clone() });
                    Ok(Value::None)
                })
            }
            _ => {
                let what = format!("session.{name}(…)");
                native::function(name, move |vm, args| {
                    let tables: Vec<String> = args
                        .positional
                        .iter()
                        .filter_map(|argument| super::table_of(argument).map(|table| table.key().to_string()))
                        .collect();
                    let shown =
                        if tables.is_empty() { what.clone() } else { format!("{what} on {}", tables.join(", ")) };
                    vm.run.note(Action::Rows { what: shown.clone() });
                    Ok(vm.unknown("row-data", format!("what {shown} reads")))
                })
            }
        }))
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }
}
