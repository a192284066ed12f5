//! Flask-SQLAlchemy's extension object, `db`, and what Flask-AppBuilder makes of it.
//!
//! `SQLAlchemy.__getattr__` (`flask_sqlalchemy/extension.py`, 3.1) gives the names of `sqlalchemy` and `sqlalchemy.orm`; its
//! session and its engine are not the connection of the migration: they see what is committed.

use std::rc::Rc;

use crate::alembic::database::Engine;
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
    let model = orm::base("flask_appbuilder.models.sqla.Model", MetaData::of_library());
    vm.register("flask_appbuilder", [("SQLA", extension.clone()), ("Model", model.clone())]);
    vm.register("flask_appbuilder.models.sqla", [("SQLA", extension.clone()), ("Model", model)]);
    if let Ok(mixin) = audit_mixin(vm) {
        vm.register("flask_appbuilder.models.mixins", [("AuditMixin", mixin)]);
    }
    let class = native::function("get_sqla_class", move |_, _| Ok(extension.clone()));
    vm.register("flask_appbuilder.utils.legacy", [("get_sqla_class", class)]);
}

/// `SQLAlchemy(app=None, *, metadata=None, …)`
fn construct(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let given = args.keyword.iter().find(|(name, _)| &**name == "metadata").map(|(_, metadata)| metadata);
    let metadata = given.and_then(|metadata| metadata.downcast::<MetaData>());
    let metadata = metadata.unwrap_or_else(|| MetaData::new(vm, None, Vec::new()));
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
            // The default bind: Flask-Migrate's `env.py` migrates this engine's database.
            "engine" if vm.run.settings.flask => return Ok(Some(Value::native(Engine))),
            "get_engine" if vm.run.settings.flask => return Ok(Some(native::function(name, get_engine))),
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

/// Flask-AppBuilder's `AuditMixin` (`flask_appbuilder/models/mixins.py`): who made a row and who changed it, and when.
fn audit_mixin(vm: &mut Vm) -> Eval<Value> {
    let sqlalchemy = vm.import("sqlalchemy")?;
    let mut make = |name: &str, arguments: Vec<Value>, keyword: Vec<(Rc<str>, Value)>| {
        let class = vm.get_attr(&sqlalchemy, name)?;
        vm.call(&class, Args { keyword, ..Args::positional(arguments) })
    };
    let mut attrs = Vec::new();
    for name in ["created_on", "changed_on"] {
        let ty = make("DateTime", Vec::new(), Vec::new())?;
        attrs.push((name, make("Column", vec![ty], vec![("nullable".into(), Value::Bool(false))])?));
    }
    for name in ["created_by_fk", "changed_by_fk"] {
        let ty = make("Integer", Vec::new(), Vec::new())?;
        let key = make("ForeignKey", vec![Value::str("ab_user.id")], Vec::new())?;
        attrs.push((name, make("Column", vec![ty, key], vec![("nullable".into(), Value::Bool(false))])?));
    }
    Ok(Value::native(Class::new("flask_appbuilder.models.mixins.AuditMixin", Vec::new()).attrs(attrs)))
}

/// `db.get_engine(bind_key=None)`
fn get_engine(vm: &mut Vm, args: Args) -> Eval<Value> {
    let mut given = args.positional.iter().chain(args.keyword.iter().map(|(_, value)| value));
    Ok(if given.all(Value::is_none) {
        Value::native(Engine)
    } else {
        vm.unknown("second-database", "the engine of another bind")
    })
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
