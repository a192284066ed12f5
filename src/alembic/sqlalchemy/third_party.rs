//! Types of other libraries that stand for one type of PostgreSQL each.

use std::collections::HashMap;

use super::types::TYPE_CLASSES;
use crate::alembic::eval::{Value, Vm};

/// Modules from which each library's types are imported; the paths of the classes start with the first.
const LIBRARIES: &[(&str, &[&str])] = &[
    (
        "sqlalchemy_utils.",
        &[
            "sqlalchemy_utils",
            "sqlalchemy_utils.types",
            "sqlalchemy_utils.types.arrow",
            "sqlalchemy_utils.types.choice",
            "sqlalchemy_utils.types.color",
            "sqlalchemy_utils.types.country",
            "sqlalchemy_utils.types.currency",
            "sqlalchemy_utils.types.encrypted.encrypted_type",
            "sqlalchemy_utils.types.ip_address",
            "sqlalchemy_utils.types.json",
            "sqlalchemy_utils.types.locale",
            "sqlalchemy_utils.types.ltree",
            "sqlalchemy_utils.types.password",
            "sqlalchemy_utils.types.range",
            "sqlalchemy_utils.types.scalar_list",
            "sqlalchemy_utils.types.ts_vector",
            "sqlalchemy_utils.types.url",
            "sqlalchemy_utils.types.uuid",
        ],
    ),
    ("oslo_db.", &["oslo_db.sqlalchemy.types"]),
    ("sqlmodel.", &["sqlmodel", "sqlmodel.sql.sqltypes"]),
    ("pgvector.", &["pgvector.sqlalchemy"]),
    ("geoalchemy2.", &["geoalchemy2", "geoalchemy2.types"]),
    ("fastapi_users_db_sqlalchemy.", &["fastapi_users_db_sqlalchemy.generics", "fastapi_users_db_sqlalchemy"]),
    ("citext.", &["citext"]),
    ("advanced_alchemy.", &["advanced_alchemy.types"]),
];

/// Registers them.
pub fn install(vm: &mut Vm, types: &HashMap<&'static str, Value>) {
    for (prefix, modules) in LIBRARIES {
        let root = prefix.split('.').next().unwrap_or_default();
        let own: Vec<(&'static str, Value)> = TYPE_CLASSES
            .iter()
            .filter(|class| class.path.starts_with(root) && class.path[root.len()..].starts_with('.'))
            .filter_map(|class| Some((class.name, types.get(class.path)?.clone())))
            .collect();
        for module in *modules {
            vm.register(module, own.clone());
        }
    }
    if let Some(uuid) = types.get("sqlalchemy.sql.sqltypes.Uuid") {
        vm.register("sqlmodel.sql.sqltypes", [("Uuid", uuid.clone())]);
    }
    // Autogenerate writes `sqlmodel.sql.sqltypes.types.Uuid()`: SQLModel's module imports SQLAlchemy's `types`.
    if let Some(generic) = vm.library("sqlalchemy.types") {
        vm.register("sqlmodel.sql.sqltypes", [("types", generic)]);
    }
}
