//! What GeoAlchemy2's listeners do when a spatial column joins a table.

use std::rc::{Rc, Weak};

use super::super::Obstacle;
use super::super::expression::{Expression, Node};
use super::super::names::Name;
use super::super::types::spatial::{SpatialIndex, attached};
use super::column::ColumnArg;
use super::constraint::ConstraintName;
use super::index::{IndexArg, IndexState};
use super::{Column, Index, Table};
use crate::alembic::eval::{Eval, Value, Vm};

/// Appends `idx_<table>_<column>`, and takes over the type's `nullable=False`.
pub(super) fn attach(vm: &mut Vm, table: &Rc<Table>, column: &Rc<Column>) -> Eval<()> {
    let ty = column.state.borrow().ty.clone();
    let found = match attached(vm, &ty) {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(()),
        Err(Obstacle::Unknown(reason)) => {
            // It may bring an index.
            table.unknown.borrow_mut().get_or_insert(reason);
            return Ok(());
        }
        Err(Obstacle::Raise(raise)) => return Err(raise),
    };
    if found.not_null {
        column.state.borrow_mut().nullable = false;
    }
    let Some(kind) = found.index else { return Ok(()) };
    let name = column.name();
    let key = match kind {
        SpatialIndex::Plain | SpatialIndex::Dimensions => IndexArg::Column(ColumnArg::Column(column.clone())),
        SpatialIndex::Hull => IndexArg::Expression(Expression::of(Node::Function {
            name: "ST_ConvexHull".into(),
            arguments: vec![Rc::new(Expression::column_of(column))],
        })),
    };
    let mut options = vec![("using".into(), Value::str("gist"))];
    if kind == SpatialIndex::Dimensions {
        let class = Value::dict([(&*name.text, Value::str("gist_geometry_ops_nd"))]);
        options.push(("ops".into(), class));
    }
    let state = IndexState {
        name: ConstraintName::Name(Name::plain(&format!("idx_{}_{}", table.name().text, name.text))),
        unique: false,
        keys: vec![key],
        options,
        unknown: None,
        table: Weak::new(),
        own_table: None,
    };
    table.append_index(vm, &Index::of(state))
}
