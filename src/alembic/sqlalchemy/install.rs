//! SQLAlchemy's modules, and what of them is there.

use std::collections::HashMap;
use std::rc::Rc;

use super::expression::custom;
use super::expression::python::{self, FUNCTIONS, Func};
use super::schema::build;
use super::types::TYPE_CLASSES;
use super::{exc, mutable, orm, third_party, types};
use crate::alembic::eval::class::Construct;
use crate::alembic::eval::{Class, Value, Vm, native};

/// Schema items: the path of the class, the path of the one above it, the constructor.
const SCHEMA_CLASSES: &[(&str, &str, Option<Construct>)] = &[
    ("sqlalchemy.sql.schema.SchemaItem", "", None),
    ("sqlalchemy.sql.elements.ClauseElement", "", None),
    ("sqlalchemy.sql.elements.ColumnElement", "sqlalchemy.sql.elements.ClauseElement", Some(custom::construct)),
    ("sqlalchemy.sql.functions.FunctionElement", "sqlalchemy.sql.elements.ColumnElement", None),
    ("sqlalchemy.sql.elements.TextClause", "sqlalchemy.sql.elements.ClauseElement", None),
    ("sqlalchemy.sql.selectable.FromClause", "sqlalchemy.sql.elements.ClauseElement", None),
    ("sqlalchemy.sql.selectable.TableClause", "sqlalchemy.sql.selectable.FromClause", None),
    ("sqlalchemy.sql.selectable.Join", "sqlalchemy.sql.selectable.FromClause", None),
    ("sqlalchemy.sql.selectable.Select", "sqlalchemy.sql.elements.ClauseElement", None),
    ("sqlalchemy.sql.elements.True_", "sqlalchemy.sql.elements.ColumnElement", None),
    ("sqlalchemy.sql.elements.False_", "sqlalchemy.sql.elements.ColumnElement", None),
    ("sqlalchemy.sql.elements.Null", "sqlalchemy.sql.elements.ColumnElement", None),
    ("sqlalchemy.sql.schema.Column", "sqlalchemy.sql.schema.SchemaItem", Some(build::column)),
    ("sqlalchemy.sql.schema.Table", "sqlalchemy.sql.schema.SchemaItem", Some(build::table)),
    ("sqlalchemy.sql.schema.MetaData", "", Some(build::metadata)),
    ("sqlalchemy.sql.schema.Index", "sqlalchemy.sql.schema.SchemaItem", Some(build::index)),
    ("sqlalchemy.sql.schema.ForeignKey", "sqlalchemy.sql.schema.SchemaItem", Some(build::foreign_key)),
    ("sqlalchemy.sql.schema.Constraint", "sqlalchemy.sql.schema.SchemaItem", None),
    ("sqlalchemy.sql.schema.PrimaryKeyConstraint", "sqlalchemy.sql.schema.Constraint", Some(build::key_constraint)),
    ("sqlalchemy.sql.schema.UniqueConstraint", "sqlalchemy.sql.schema.Constraint", Some(build::key_constraint)),
    (
        "sqlalchemy.sql.schema.ForeignKeyConstraint",
        "sqlalchemy.sql.schema.Constraint",
        Some(build::foreign_key_constraint),
    ),
    ("sqlalchemy.sql.schema.CheckConstraint", "sqlalchemy.sql.schema.Constraint", Some(build::check_constraint)),
    (
        "sqlalchemy.dialects.postgresql.ext.ExcludeConstraint",
        "sqlalchemy.sql.schema.Constraint",
        Some(build::exclude_constraint),
    ),
    ("sqlalchemy.sql.schema.FetchedValue", "sqlalchemy.sql.schema.SchemaItem", Some(build::default_clause)),
    ("sqlalchemy.sql.schema.DefaultClause", "sqlalchemy.sql.schema.FetchedValue", Some(build::default_clause)),
    ("sqlalchemy.sql.schema.Identity", "sqlalchemy.sql.schema.SchemaItem", Some(build::identity)),
    ("sqlalchemy.sql.schema.Computed", "sqlalchemy.sql.schema.SchemaItem", Some(build::computed)),
    ("sqlalchemy.sql.schema.Sequence", "sqlalchemy.sql.schema.SchemaItem", Some(build::sequence)),
];

/// Modules that offer schema items and functions besides `sqlalchemy` itself; asking one of them for what it does not have in
/// reality is no concern of ours.
const MODULES: &[&str] = &[
    "sqlalchemy",
    "sqlalchemy.schema",
    "sqlalchemy.sql",
    "sqlalchemy.sql.expression",
    "sqlalchemy.sql.schema",
    "sqlalchemy.sql.elements",
    "sqlalchemy.sql.selectable",
    "sqlalchemy.sql.functions",
    "sqlalchemy.sql.naming",
    "sqlmodel",
];

/// Modules that offer the generic types.
const TYPE_MODULES: &[&str] = &["sqlalchemy", "sqlalchemy.types", "sqlalchemy.sql.sqltypes", "sqlmodel"];

/// Where the dialect's own types are defined, and imported from at times.
const POSTGRESQL_MODULES: &[&str] = &[
    "sqlalchemy.dialects.postgresql.array",
    "sqlalchemy.dialects.postgresql.base",
    "sqlalchemy.dialects.postgresql.hstore",
    "sqlalchemy.dialects.postgresql.json",
    "sqlalchemy.dialects.postgresql.named_types",
    "sqlalchemy.dialects.postgresql.ranges",
    "sqlalchemy.dialects.postgresql.types",
];

/// The dialects with the prefix of their classes.
const DIALECTS: &[&str] = &["postgresql", "mysql", "sqlite", "mssql", "oracle"];

/// Registers everything.
pub fn install(vm: &mut Vm) {
    exc::install(vm);
    let types = types::python::classes();
    let schema = schema_classes();
    for module in TYPE_MODULES {
        let generic = TYPE_CLASSES.iter().filter(|class| is_generic(class.path));
        let mut attrs: Vec<(&'static str, Value)> =
            generic.filter_map(|class| Some((class.name, types.get(class.path)?.clone()))).collect();
        attrs.extend(types.get("sqlalchemy.sql.sqltypes.INTEGER").map(|class| ("INT", class.clone())));
        vm.register(module, attrs);
    }
    for dialect in DIALECTS {
        vm.register(dialect_module(dialect), dialect_types(dialect, &types));
    }
    for module in POSTGRESQL_MODULES {
        vm.register(module, dialect_types("postgresql", &types));
    }
    let functions: Vec<(&'static str, Value)> =
        FUNCTIONS.iter().map(|(name, build)| (*name, native::function(name, *build))).collect();
    for module in MODULES {
        let mut attrs = functions.clone();
        attrs.push(("func", Value::native(Func::default())));
        attrs.extend(schema.iter().map(|(path, class)| (super::arguments::last_part(path), class.clone())));
        vm.register(module, attrs);
    }
    vm.register("sqlalchemy.sql.functions", python::classes().collect::<Vec<_>>());
    let postgresql = ["ExcludeConstraint"];
    let paths = schema.iter().filter(|(path, _)| postgresql.contains(&super::arguments::last_part(path)));
    let mut extra: Vec<(&'static str, Value)> =
        paths.map(|(path, class)| (super::arguments::last_part(path), class.clone())).collect();
    extra.extend(functions.iter().filter(|(name, _)| *name == "insert").cloned());
    vm.register("sqlalchemy.dialects.postgresql", extra);
    // The release whose behaviour is replicated.
    vm.register("sqlalchemy", [("__version__", Value::str("2.1.9"))]);
    custom::install(vm);
    third_party::install(vm, &types);
    mutable::install(vm);
    orm::install_classes(vm);
    orm::install_sessions(vm);
    orm::install_automap(vm);
    orm::install_sqlmodel(vm);
}

fn is_generic(path: &str) -> bool {
    path.starts_with("sqlalchemy.sql.")
}

fn dialect_module(dialect: &str) -> &'static str {
    match dialect {
        "postgresql" => "sqlalchemy.dialects.postgresql",
        "mysql" => "sqlalchemy.dialects.mysql",
        "sqlite" => "sqlalchemy.dialects.sqlite",
        "mssql" => "sqlalchemy.dialects.mssql",
        _ => "sqlalchemy.dialects.oracle",
    }
}

/// A dialect's own types, and the generic ones in capitals, which it offers too.
fn dialect_types(dialect: &str, types: &HashMap<&'static str, Value>) -> Vec<(&'static str, Value)> {
    let capitals = |name: &str| name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let mut attrs: Vec<(&'static str, Value)> = TYPE_CLASSES
        .iter()
        .filter(|class| is_generic(class.path) && capitals(class.name))
        .filter_map(|class| Some((class.name, types.get(class.path)?.clone())))
        .collect();
    let prefix = format!("sqlalchemy.dialects.{dialect}.");
    let own = TYPE_CLASSES.iter().filter(|class| class.path.starts_with(&prefix));
    attrs.extend(own.filter_map(|class| Some((class.name, types.get(class.path)?.clone()))));
    attrs
}

fn schema_classes() -> HashMap<&'static str, Value> {
    let mut made: HashMap<&'static str, Rc<Class>> = HashMap::new();
    for (path, base, construct) in SCHEMA_CLASSES {
        let mut class = Class::new(path, made.get(base).cloned().into_iter().collect());
        if let Some(construct) = construct {
            class = class.construct(*construct);
        }
        made.insert(path, Rc::new(class));
    }
    made.into_iter().map(|(path, class)| (path, Value::Native(class))).collect()
}
