//! `Column`.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::super::names::{self, Name};
use super::super::{Known, seam};
use super::{Computed, Constraint, ForeignKey, Identity, Sequence, ServerDefault, Table, creation_order};
use crate::alembic::eval::Value;
use crate::pg::error::Reason;

/// `autoincrement=…`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are SQLAlchemy's own")]
pub enum Autoincrement {
    #[default]
    Auto,
    True,
    False,
    IgnoreFk,
}

/// `sqlalchemy.Column`.
#[derive(Debug)]
pub struct Column {
    /// Its parts; they may change until it is compiled.
    pub state: RefCell<ColumnState>,
}

/// The parts of a column.
#[derive(Clone, Debug)]
pub struct ColumnState {
    /// `None` until a declarative class gives it one.
    pub name: Option<Name>,
    /// The key in `table.c`, where it differs from the name.
    pub key: Option<Rc<str>>,
    /// The type as given: an instance, a class, `None`, or unknown.
    pub ty: Value,
    /// `NULL` is allowed.
    pub nullable: bool,
    /// `nullable` was given.
    pub nullable_given: bool,
    /// Part of the primary key.
    pub primary_key: bool,
    /// `unique=True`
    pub unique: bool,
    /// `index=True`
    pub index: bool,
    /// The default.
    pub server_default: ServerDefault,
    /// `default=…` on the side of the client: it matters to SERIAL only.
    pub client_default: bool,
    /// `default=Sequence(…)` or a `Sequence` argument.
    pub sequence: Option<Rc<Sequence>>,
    /// `autoincrement`
    pub autoincrement: Autoincrement,
    /// `comment`
    pub comment: Option<Rc<str>>,
    /// `Computed`
    pub computed: Option<Rc<Computed>>,
    /// `Identity`
    pub identity: Option<Rc<Identity>>,
    /// `ForeignKey` arguments.
    pub foreign_keys: Vec<Rc<ForeignKey>>,
    /// `CheckConstraint` arguments, written behind the column.
    pub constraints: Vec<Rc<Constraint>>,
    /// `system=True`: not written in `CREATE TABLE`.
    pub system: bool,
    /// A part is not known: the column cannot be written.
    pub unknown: Option<Reason>,
    /// Its table.
    pub table: Weak<Table>,
    /// `info`
    pub info: Value,
    /// Order of creation; mixins and declarative classes sort by it.
    pub creation_order: u64,
}

impl Column {
    /// A column of that name and type; nothing else is set.
    pub fn state(name: Option<Name>, ty: Value) -> ColumnState {
        ColumnState {
            name,
            key: None,
            ty,
            nullable: true,
            nullable_given: false,
            primary_key: false,
            unique: false,
            index: false,
            server_default: ServerDefault::None,
            client_default: false,
            sequence: None,
            autoincrement: Autoincrement::Auto,
            comment: None,
            computed: None,
            identity: None,
            foreign_keys: Vec::new(),
            constraints: Vec::new(),
            system: false,
            unknown: None,
            table: Weak::new(),
            info: Value::None,
            creation_order: creation_order(),
        }
    }

    /// The name, which every column has once it is in a table.
    pub fn name(&self) -> Name {
        self.state.borrow().name.clone().unwrap_or_else(|| Name::plain(""))
    }

    /// The key in `table.c`.
    pub fn key(&self) -> Rc<str> {
        let state = self.state.borrow();
        state.key.clone().or_else(|| state.name.as_ref().map(|name| name.text.clone())).unwrap_or_default()
    }

    /// Its table, once it has one.
    pub fn table(&self) -> Option<Rc<Table>> {
        self.state.borrow().table.upgrade()
    }

    /// `column._copy()`: the same without a table.
    pub fn copy(&self) -> Rc<Column> {
        let mut state = self.state.borrow().clone();
        state.table = Weak::new();
        state.constraints = state.constraints.iter().map(|constraint| constraint.copy()).collect();
        state.foreign_keys = state
            .foreign_keys
            .iter()
            // A foreign key that a table's own constraint made is copied with that constraint.
            .filter(|key| !key.of_constraint)
            .map(|key| Rc::new(ForeignKey::clone(key)))
            .collect();
        Rc::new(Column { state: RefCell::new(state) })
    }
}

/// A column in the place of an argument: the object itself, or its name.
#[derive(Clone, Debug)]
pub enum ColumnArg {
    /// A `Column`.
    Column(Rc<Column>),
    /// Its key.
    Key(Name),
}

impl ColumnArg {
    /// Reads an argument.
    pub fn read(value: &Value) -> Known<ColumnArg> {
        match seam::native::<Column>(value) {
            Some(column) => Ok(ColumnArg::Column(column)),
            None => Ok(ColumnArg::Key(names::name(value)?)),
        }
    }

    /// The column of `table` that is meant.
    pub fn resolve(&self, table: &Table) -> Option<Rc<Column>> {
        match self {
            ColumnArg::Column(column) => Some(column.clone()),
            ColumnArg::Key(key) => table.column(&key.text),
        }
    }

    /// Its key, for messages.
    pub fn key(&self) -> Rc<str> {
        match self {
            ColumnArg::Column(column) => column.key(),
            ColumnArg::Key(name) => name.text.clone(),
        }
    }
}
