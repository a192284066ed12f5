//! What SQLAlchemy refuses once the server has told the types of a result: where a column is `Numeric` or `Float` in Python, it must be a
//! number in the database, whether there are rows or not (`_PsycopgNumeric.result_processor` in
//! `sqlalchemy/dialects/postgresql/_psycopg_common.py`, the same in `asyncpg.py`).

use crate::alembic::eval::{Eval, Raise, Vm};
use crate::alembic::sqlalchemy::expression::dml::Query;
use crate::catalog::object::TypeRef;
use crate::pg::types::DataType;

/// `_INT_TYPES`, `_FLOAT_TYPES` and `_DECIMAL_TYPES`: these, and the arrays of all but `oid`.
const READ: &[&str] = &["smallint", "integer", "bigint", "real", "double precision", "numeric"];

/// `pg_type.oid` of what columns often are instead.
const OIDS: &[(&str, u32)] = &[
    ("boolean", 16),
    ("bytea", 17),
    ("text", 25),
    ("json", 114),
    ("character", 1042),
    ("character varying", 1043),
    ("date", 1082),
    ("time without time zone", 1083),
    ("timestamp without time zone", 1114),
    ("timestamp with time zone", 1184),
    ("interval", 1186),
    ("uuid", 2950),
    ("jsonb", 3802),
];

/// Raises what reading the result of a SELECT raises.
pub fn read(vm: &mut Vm, query: &Query) -> Eval<()> {
    for (table, name) in query.numbers(vm)? {
        let catalog = &vm.run.catalog;
        let column = catalog.resolve_relation(&table, &vm.run.session).and_then(|table| catalog.column(table, &name));
        let Some(column) = column.and_then(|column| catalog.column_of(column)) else { continue };
        let found = match &column.ty {
            TypeRef::Unknown(_) => continue,
            TypeRef::Builtin(ty) if is_read(ty) => continue,
            TypeRef::Builtin(ty) => OIDS.iter().find(|(own, _)| !ty.array && ty.builtin_name() == Some(*own)),
            TypeRef::User { .. } => None,
        };
        return Err(match found {
            Some((_, oid)) => {
                vm.raise("sqlalchemy.exc.InvalidRequestError", &format!("Unknown PG numeric type: {oid}"))
            }
            None => {
                Raise::Stop(vm.reason("driver", format!("{table}.{name} is read as a number and has another type")))
            }
        });
    }
    Ok(())
}

fn is_read(ty: &DataType) -> bool {
    ty.builtin_name().is_none_or(|name| READ.contains(&name) || (name == "oid" && !ty.array))
}
