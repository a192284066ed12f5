//! `Index`.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::super::expression::Expression;
use super::column::ColumnArg;
use super::constraint::ConstraintName;
use super::{Column, Table};
use crate::alembic::eval::Value;
use crate::pg::error::Reason;

/// `sqlalchemy.Index`.
#[derive(Debug)]
pub struct Index {
    /// Its parts.
    pub state: RefCell<IndexState>,
}

/// The parts of an index.
#[derive(Clone, Debug)]
pub struct IndexState {
    /// Its name; `CREATE INDEX` demands one.
    pub name: ConstraintName,
    /// `unique`
    pub unique: bool,
    /// Keys in order.
    pub keys: Vec<IndexArg>,
    /// `postgresql_…` arguments, without the prefix.
    pub options: Vec<(Rc<str>, Value)>,
    /// A part is not known: the index cannot be written.
    pub unknown: Option<Reason>,
    /// Its table.
    pub table: Weak<Table>,
    /// Keeps alive a table that only this index knows (what `op.create_index` makes).
    pub own_table: Option<Rc<Table>>,
}

/// One key of an index.
#[derive(Clone, Debug)]
pub enum IndexArg {
    /// A column.
    Column(ColumnArg),
    /// An expression.
    Expression(Rc<Expression>),
}

impl IndexState {
    /// `Index.columns`: of an expression the first column.
    pub fn columns(&self, table: &Table) -> Vec<Rc<Column>> {
        let column = |key: &IndexArg| match key {
            IndexArg::Column(column) => column.resolve(table),
            IndexArg::Expression(expression) => expression.column(table),
        };
        self.keys.iter().filter_map(column).collect()
    }
}

impl Index {
    /// Wraps the parts.
    pub fn of(state: IndexState) -> Rc<Index> {
        Rc::new(Index { state: RefCell::new(state) })
    }

    /// Its table, once it has one.
    pub fn table(&self) -> Option<Rc<Table>> {
        self.state.borrow().table.upgrade()
    }
}
