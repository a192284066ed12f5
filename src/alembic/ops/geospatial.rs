//! What GeoAlchemy2 registers (`geoalchemy2/alembic_helpers.py`) and is not the operation of Alembic's that it is named after. The
//! others are: on PostgreSQL they differ in that they pass over `if_exists` and `if_not_exists`.

use super::super::sqlalchemy::ddl::{self, table::AddColumn};
use super::super::sqlalchemy::schema::Column;
use super::super::sqlalchemy::seam;
use super::{Call, Lowered, known};
use crate::alembic::eval::{Eval, Value, Vm};

/// `add_geospatial_column`: the column never joins a table, so that it brings no index, no constraint and no comment.
pub(super) fn add_column(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "add_column", call, |vm| {
        let given = call.bound.required("column");
        if let Value::Unknown(reason) = given {
            return Err(reason.into());
        }
        let Some(column) = seam::native::<Column>(&given) else {
            let message = format!("'{}' object has no attribute 'type'", seam::repr(vm, &given));
            return Err(vm.raise("AttributeError", &message).into());
        };
        let table = call.make_table(vm, "table_name", "schema", &[])?;
        let mut statements = ddl::table::add_column(vm, &table, &column, AddColumn::default())?;
        statements.truncate(1);
        Ok(statements.into())
    })
}
