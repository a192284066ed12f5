//! Flask-SQLAlchemy's extension object, `db`, and what Flask-AppBuilder makes of it.
//!
//! `SQLAlchemy.__getattr__` (`flask_sqlalchemy/extension.py`, 3.1) gives the names of `sqlalchemy` and `sqlalchemy.orm`; its
//! session and its engine are not the connection of the migration.

use std::rc::Rc;

use crate::alembic::eval::{Args, Class, Eval, Module, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::orm;
use crate::alembic::sqlalchemy::schema::MetaData;

/// Registers `flask_sqlalchemy.SQLAlchemy`, Flask-AppBuilder's subclass of it, and its declarative base.
pub fn register(vm: &mut Vm) {
    let extension =
        Value::Native(Rc::new(Class::new("flask_sqlalchemy.extension.SQLAlchemy", Vec::new()).construct(construct)));
    for module in ["flask_sqlalchemy", "flask_sqlalchemy.extension"] {
        vm.register(module, [("SQLAlchemy", extension.clone())]);
    }
    let model = orm::base("flask_appbuilder.models.sqla.Model", MetaData::new(None, Vec::new()));
    vm.register("flask_appbuilder", [("SQLA", extension.clone()), ("Model", model.clone())]);
    vm.register("flask_appbuilder.models.sqla", [("SQLA", extension.clone()), ("Model", model)]);
    let class = native::function("get_sqla_class", move |_, _| Ok(extension.clone()));
    vm.register("flask_appbuilder.utils.legacy", [("get_sqla_class", class)]);
}

/// `SQLAlchemy(app=None, *, metadata=None, …)`
fn construct(_vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let given = args.keyword.iter().find(|(name, _)| &**name == "metadata").map(|(_, metadata)| metadata);
    let metadata = given.and_then(|metadata| metadata.downcast::<MetaData>());
    let metadata = metadata.unwrap_or_else(|| MetaData::new(None, Vec::new()));
    let model = orm::base("flask_sqlalchemy.model.Model", metadata.clone());
    Ok(Value::native(Extension { metadata, model }))
}

/// `db = SQLAlchemy()`
#[derive(Debug)]
struct Extension {
    metadata: Rc<MetaData>,
    model: Value,
}

impl Native for Extension {
    fn class(&self) -> &str {
        "flask_sqlalchemy.extension.SQLAlchemy"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        match name {
            "metadata" => return Ok(Some(Value::Native(self.metadata.clone()))),
            "Model" => return Ok(Some(self.model.clone())),
            "Table" => return Ok(Some(self.table(vm)?)),
            "init_app" => return Ok(Some(native::function(name, |_, _| Ok(Value::None)))),
            _ => {}
        }
        // Its own names come first: they are those of the application's connections.
        const OWN: &[&str] =
            &["session", "engine", "engines", "get_engine", "create_all", "drop_all", "reflect", "Query"];
        if !OWN.contains(&name) {
            for module in ["sqlalchemy", "sqlalchemy.orm"] {
                let found = vm.library(module).and_then(|module| module.downcast_ref::<Module>()?.attrs.get(name));
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(Some(vm.unknown("library", format!("SQLAlchemy.{name} of Flask-SQLAlchemy"))))
    }
}

impl Extension {
    /// `db.Table("name", …)`: the metadata need not be given.
    fn table(&self, vm: &mut Vm) -> Eval<Value> {
        let Some(module) = vm.library("sqlalchemy") else {
            return Ok(vm.unknown("library", "SQLAlchemy"));
        };
        let class = vm.get_attr(&module, "Table")?;
        let metadata = Value::Native(self.metadata.clone());
        Ok(native::function("Table", move |vm, mut args| {
            let given = args.positional.get(1).is_some_and(|second| second.downcast_ref::<MetaData>().is_some());
            if !given && !args.positional.is_empty() {
                args.positional.insert(1, metadata.clone());
            }
            vm.call(&class, args)
        }))
    }
}
