//! GeoAlchemy2's types (`geoalchemy2/types/__init__.py`), and the index that a spatial column brings when it joins a table
//! (`geoalchemy2/admin/__init__.py`, the listener of `after_parent_attach`).

use super::render::{self, from_spec, is_false, number, text_of, truth};
use super::{Rendered, TypeInstance, TypeSql, python};
use crate::alembic::eval::{Value, Vm};
use crate::alembic::sqlalchemy::{Known, Obstacle};
use crate::pg::error::Reason;

/// `_GISType.get_col_spec()`: `geometry(POINT,4326)`, or the word alone where the kind is `None`.
pub(super) fn render(instance: &TypeInstance, word: &str) -> Known<Rendered> {
    let name = text_of(instance, "name")?;
    let word = name.as_deref().unwrap_or(word);
    let given = instance.arguments.borrow().iter().any(|(key, _)| &**key == "geometry_type");
    let kind = match text_of(instance, "geometry_type")? {
        Some(kind) => kind.to_uppercase(),
        None if given || word == "raster" => return from_spec(word),
        None => "GEOMETRY".to_string(),
    };
    // `AddGeometryColumn()` makes such a column behind the table, with CHECKs instead of modifiers.
    if is_false(instance, "use_typmod")? {
        return Err(Reason::new("type", "a spatial column with use_typmod=False").into());
    }
    let srid = number(instance, "srid")?.unwrap_or_else(|| "-1".to_string());
    from_spec(&format!("{word}({kind},{srid})"))
}

/// What a column's type makes of it and its table.
#[derive(Debug, PartialEq, Eq)]
pub struct Attached {
    /// `nullable=False` of the type.
    pub not_null: bool,
    /// The index that it brings.
    pub index: Option<SpatialIndex>,
}

/// The kinds of indexes that GeoAlchemy2 makes, all of them GiST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpatialIndex {
    /// On the column.
    Plain,
    /// `use_N_D_index`: with the operator class `gist_geometry_ops_nd`.
    Dimensions,
    /// On `ST_ConvexHull(column)`, for a raster.
    Hull,
}

/// What the type of a column brings when the column joins a table; `None`: it is no spatial type.
pub fn attached(vm: &mut Vm, ty: &Value) -> Known<Option<Attached>> {
    if matches!(ty, Value::Unknown(_) | Value::None) {
        return Ok(None);
    }
    // Of a type that is not known the column itself says so.
    let resolved = match render::resolve(vm, ty) {
        Err(Obstacle::Unknown(_)) => return Ok(None),
        resolved => resolved?,
    };
    let Some(instance) = python::instance(&resolved) else { return Ok(None) };
    let TypeSql::Spatial(word) = instance.class.sql else { return Ok(None) };
    let indexed = !is_false(&instance, "spatial_index")? && !truth(&instance, "_spatial_index_reflected")?;
    let index = match indexed {
        false => None,
        true if word == "raster" => Some(SpatialIndex::Hull),
        true if truth(&instance, "use_N_D_index")? => Some(SpatialIndex::Dimensions),
        true => Some(SpatialIndex::Plain),
    };
    Ok(Some(Attached { not_null: is_false(&instance, "nullable")?, index }))
}
