//! `autoload_with`: a table's columns from the catalog.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::names::{Name, qname};
use super::super::types;
use super::{Column, ServerDefault};
use crate::alembic::eval::{Args, Eval, Value, Vm};
use crate::catalog::Object;
use crate::catalog::object::{Rule, TypeRef};
use crate::pg::error::Reason;
use crate::pg::types::TypeName;

/// The columns of a table as they would be reflected; a reason where the table is not fully known. A table that does not
/// exist raises `NoSuchTableError`.
pub fn columns(vm: &mut Vm, schema: Option<&Name>, name: &Name) -> Eval<Result<Vec<Rc<Column>>, Reason>> {
    let Some(oid) = vm.run.catalog.resolve_relation(&qname(schema, name), &vm.run.session) else {
        return Err(vm.raise("sqlalchemy.exc.NoSuchTableError", &name.text));
    };
    if let Some(reason) = vm.run.catalog.presence(oid) {
        return Ok(Err(reason.clone()));
    }
    match vm.run.catalog.get(oid) {
        Some(Object::Table(table)) if table.open.is_some() => {
            return Ok(Err(Reason::new("open-table", format!("the columns of {} are not all known", name.text))));
        }
        Some(Object::Table(_)) => {}
        _ => return Ok(Err(Reason::new("reflection", format!("{} is no table", name.text)))),
    }
    let key = match vm.run.catalog.primary_key(oid).map(|(_, constraint)| &constraint.rule) {
        Some(Rule::PrimaryKey { columns, .. }) => columns.clone(),
        _ => Vec::new(),
    };
    let found: Vec<_> = vm
        .run
        .catalog
        .columns(oid)
        .into_iter()
        .map(|(column_oid, column)| {
            let has_default = vm.run.catalog.default_of(column_oid).is_some();
            (column.name.clone(), column.ty.clone(), column.not_null, key.contains(&column_oid), has_default)
        })
        .collect();
    let mut columns = Vec::new();
    for (name, ty, not_null, in_key, has_default) in found {
        let ty = type_value(vm, &ty)?;
        let mut state = Column::state(Some(Name::plain(name.as_str())), ty);
        state.nullable = !not_null;
        state.nullable_given = true;
        state.primary_key = in_key;
        if has_default {
            state.server_default =
                ServerDefault::Unknown(Reason::new("reflection", format!("the default of {name} as it is reflected")));
        }
        columns.push(Rc::new(Column { state: RefCell::new(state) }));
    }
    Ok(Ok(columns))
}

/// A type of PostgreSQL's as SQLAlchemy reflects it.
fn type_value(vm: &mut Vm, ty: &TypeRef) -> Eval<Value> {
    let TypeRef::Builtin(ty) = ty else {
        return Ok(Value::unknown("reflection", "a type of the database's own as it is reflected"));
    };
    let path = match (&ty.name, ty.array) {
        (TypeName::Builtin(name), false) => REFLECTED.iter().find(|(word, _)| word == name).map(|(_, path)| *path),
        _ => None,
    };
    match path.and_then(types::TypeClass::find) {
        Some(class) => {
            let mut args = Args::default();
            match class.name {
                "VARCHAR" | "CHAR" => {
                    args.positional.extend(ty.modifiers.first().and_then(|n| n.parse::<i64>().ok()).map(Value::int))
                }
                "NUMERIC" => {
                    args.positional.extend(ty.modifiers.iter().filter_map(|n| n.parse::<i64>().ok()).map(Value::int))
                }
                "TIMESTAMP" | "TIME" => {
                    let zone = matches!(ty.name, TypeName::Builtin(name) if name.ends_with("with time zone"));
                    args.positional.push(Value::Bool(zone));
                }
                _ => {}
            }
            types::construct(vm, class, args)
        }
        None => Ok(Value::unknown("reflection", format!("the type {ty} as it is reflected"))),
    }
}

const REFLECTED: &[(&str, &str)] = &[
    ("integer", "sqlalchemy.sql.sqltypes.INTEGER"),
    ("bigint", "sqlalchemy.sql.sqltypes.BIGINT"),
    ("smallint", "sqlalchemy.sql.sqltypes.SMALLINT"),
    ("numeric", "sqlalchemy.sql.sqltypes.NUMERIC"),
    ("real", "sqlalchemy.sql.sqltypes.REAL"),
    ("double precision", "sqlalchemy.sql.sqltypes.DOUBLE_PRECISION"),
    ("boolean", "sqlalchemy.sql.sqltypes.BOOLEAN"),
    ("text", "sqlalchemy.sql.sqltypes.TEXT"),
    ("character varying", "sqlalchemy.sql.sqltypes.VARCHAR"),
    ("character", "sqlalchemy.sql.sqltypes.CHAR"),
    ("date", "sqlalchemy.sql.sqltypes.DATE"),
    ("timestamp without time zone", "sqlalchemy.dialects.postgresql.types.TIMESTAMP"),
    ("timestamp with time zone", "sqlalchemy.dialects.postgresql.types.TIMESTAMP"),
    ("time without time zone", "sqlalchemy.dialects.postgresql.types.TIME"),
    ("time with time zone", "sqlalchemy.dialects.postgresql.types.TIME"),
    ("interval", "sqlalchemy.dialects.postgresql.types.INTERVAL"),
    ("bytea", "sqlalchemy.dialects.postgresql.types.BYTEA"),
    ("uuid", "sqlalchemy.sql.sqltypes.UUID"),
    ("json", "sqlalchemy.dialects.postgresql.json.JSON"),
    ("jsonb", "sqlalchemy.dialects.postgresql.json.JSONB"),
    ("inet", "sqlalchemy.dialects.postgresql.types.INET"),
    ("cidr", "sqlalchemy.dialects.postgresql.types.CIDR"),
    ("tsvector", "sqlalchemy.dialects.postgresql.types.TSVECTOR"),
];
