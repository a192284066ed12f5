//! `MetaData`.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::names::Name;
use super::Table;
use crate::alembic::eval::{Value, Vm, native};
use crate::alembic::project::Template;
use crate::alembic::run::Run;
use crate::pg::error::Reason;

/// `sqlalchemy.MetaData`.
#[derive(Debug)]
pub struct MetaData {
    /// Tables by key, in the order of their definition.
    pub tables: RefCell<Vec<(Rc<str>, Rc<Table>)>>,
    /// The default schema of its tables.
    pub schema: Option<Name>,
    /// Templates by kind (`ix`, `uq`, `ck`, `fk`, `pk`) and the author's own tokens.
    pub naming_convention: Vec<(Rc<str>, Value)>,
    /// Made by Alembic for one operation: a table that a foreign key names need not be defined in it.
    pub of_operation: bool,
    /// Types given to it by `Enum(metadata=…)`.
    pub types: RefCell<Vec<Value>>,
    /// It is the application's own: other files of it may add tables, once `env.py` or the application has imported them.
    pub of_application: bool,
    /// Attributes that the code sets on it (`metadata.bind = conn` of SQLAlchemy 1.4 does nothing since 2.0).
    pub attrs: RefCell<Vec<(Rc<str>, Value)>>,
}

/// `sqlalchemy.sql.schema.DEFAULT_NAMING_CONVENTION`
const DEFAULT_INDEX_TEMPLATE: &str = "ix_%(column_0_label)s";

impl MetaData {
    /// `MetaData(schema=…, naming_convention=…)`; an empty convention means SQLAlchemy's default.
    pub fn new(vm: &Vm, schema: Option<Name>, naming_convention: Vec<(Rc<str>, Value)>) -> Rc<MetaData> {
        Rc::new(MetaData { of_application: vm.is_loading_application(), ..MetaData::empty(schema, naming_convention) })
    }

    /// What a library makes once for all that use it.
    pub fn of_library() -> Rc<MetaData> {
        Rc::new(MetaData { of_application: true, ..MetaData::empty(None, Vec::new()) })
    }

    /// Why it may hold more tables than are known: imports run when they are needed here, and the application's own not at all.
    pub fn more(&self, vm: &Vm) -> Option<Reason> {
        if self.of_application { vm.unloaded_tables() } else { None }
    }

    fn empty(schema: Option<Name>, mut naming_convention: Vec<(Rc<str>, Value)>) -> MetaData {
        if naming_convention.is_empty() {
            naming_convention.push(("ix".into(), Value::Str(DEFAULT_INDEX_TEMPLATE.into())));
        }
        MetaData {
            tables: RefCell::default(),
            schema,
            naming_convention,
            of_operation: false,
            of_application: false,
            types: RefCell::default(),
            attrs: RefCell::default(),
        }
    }

    /// What Alembic makes for one operation: the naming convention is the one of `target_metadata`
    /// (`alembic.operations.schemaobj.SchemaObjects.metadata`).
    pub fn of_operation(run: &Run) -> Rc<MetaData> {
        let template = |(key, template): &(String, Template)| (Rc::from(key.as_str()), value_of(template));
        let plain = MetaData::empty(None, run.naming_convention.iter().map(template).collect());
        Rc::new(MetaData { of_operation: true, ..plain })
    }

    /// `metadata.tables[key]`
    pub fn table(&self, key: &str) -> Option<Rc<Table>> {
        self.tables.borrow().iter().find(|(name, _)| &**name == key).map(|(_, table)| table.clone())
    }
}

/// A function is looked up when a name needs it.
fn value_of(template: &Template) -> Value {
    match template.clone() {
        Template::Text(text) => Value::str(text),
        Template::Function { module, name } => native::function(&name.clone(), move |vm, args| {
            let module = vm.import(&module)?;
            let function = vm.get_attr(&module, &name)?;
            vm.call(&function, args)
        }),
    }
}
