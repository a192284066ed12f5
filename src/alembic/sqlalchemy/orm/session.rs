//! Sessions: work on rows. What they read is not known; what they write is recorded as such.

use std::cell::RefCell;
use std::rc::Rc;

use super::query::{self, Query};
use super::unit_of_work;
use crate::alembic::database::connection_of;
use crate::alembic::eval::{Args, Class, Eval, Native, Reach, Value, Vm, native};
use crate::alembic::run::Action;
use crate::alembic::sqlalchemy::{seam, settle};

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
            Ok(Value::native(Session::on(bind)))
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
    Ok(Value::native(Session::on(bind_of(&args))))
}

/// A session on a connection.
#[derive(Debug)]
pub(super) struct Session {
    bind: Value,
    /// Instances that were added and not sent yet.
    new: RefCell<Vec<Value>>,
}

/// The end of `with session.begin()`.
#[derive(Debug)]
struct Begun(Rc<Session>);

impl Native for Begun {
    fn class(&self) -> &str {
        "sqlalchemy.orm.session.SessionTransaction"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        match name {
            "commit" | "rollback" | "close" => self.0.clone().get_attr(vm, name),
            _ => Ok(None),
        }
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Native(self.0.clone())))
    }

    fn exit(self: Rc<Self>, vm: &mut Vm, raised: Option<&Value>) -> Eval<bool> {
        if raised.is_none() {
            self.0.flush(vm)?;
        }
        Ok(false)
    }
}

impl Session {
    fn on(bind: Value) -> Session {
        Session { bind, new: RefCell::default() }
    }

    /// `add`, `add_all`: of instances whose INSERT is not known it is only known that they are rows.
    fn add(&self, vm: &mut Vm, instances: Vec<Value>, what: &str) -> Eval<()> {
        let known = instances.iter().all(unit_of_work::is_known) && !self.bind.is_none();
        if !known {
            vm.run.note(Action::Rows { what: what.to_string() });
            return Ok(());
        }
        self.new.borrow_mut().extend(instances);
        // What may not happen at all is sent where that is known.
        if vm.run.uncertain.is_empty() { Ok(()) } else { self.flush(vm) }
    }

    /// Sends what was added.
    pub(super) fn flush(&self, vm: &mut Vm) -> Eval<()> {
        let new = self.new.take();
        if new.is_empty() { Ok(()) } else { unit_of_work::insert_all(vm, &self.bind, &new) }
    }

    /// `execute`, `scalar`, `scalars`: the connection does them.
    fn execute(&self, vm: &mut Vm, method: &str, mut args: Args) -> Eval<Value> {
        self.flush(vm)?;
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
            "begin" => native::function(name, move |_, _| Ok(Value::native(Begun(self.clone())))),
            "commit" | "flush" => native::function(name, move |vm, _| {
                self.flush(vm)?;
                Ok(Value::None)
            }),
            "rollback" | "close" | "expunge_all" => native::function(name, move |_, _| {
                self.new.take();
                Ok(Value::None)
            }),
            "expire_all" => native::function(name, |_, _| Ok(Value::None)),
            "add" => native::function(name, move |vm, args| {
                let instance = args.bind(vm, "add(instance, _warn=)")?.required("instance");
                self.add(vm, vec![instance], "session.add(…)")?;
                Ok(Value::None)
            }),
            "add_all" | "bulk_save_objects" => {
                let what = format!("session.{name}(…)");
                let is_bulk = name == "bulk_save_objects";
                native::function(name, move |vm, args| {
                    let given = args.positional.first().cloned().unwrap_or(Value::None);
                    match settle(seam::items(vm, &given))? {
                        Ok(instances) => self.add(vm, instances, &what)?,
                        Err(_) => vm.run.note(Action::Rows { what: what.clone() }),
                    }
                    if is_bulk {
                        self.flush(vm)?;
                    }
                    Ok(Value::None)
                })
            }
            "query" => native::function(name, move |vm, args| {
                self.flush(vm)?;
                let query = Query::new(Value::Native(self.clone()), &args.positional);
                Ok(Value::native(query))
            }),
            "merge" | "delete" | "bulk_insert_mappings" | "bulk_update_mappings" | "refresh" => {
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
