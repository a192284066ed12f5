//! Constraints and `ForeignKey`.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::super::expression::Expression;
use super::super::names::Name;
pub use super::column::ColumnArg;
use super::{Column, Table, creation_order};
use crate::alembic::eval::Value;
use crate::pg::error::Reason;

/// Any constraint.
#[derive(Debug)]
pub struct Constraint {
    /// Its parts.
    pub state: RefCell<ConstraintState>,
}

/// The parts of a constraint.
#[derive(Clone, Debug)]
pub struct ConstraintState {
    /// Its name.
    pub name: ConstraintName,
    /// What it demands.
    pub kind: ConstraintKind,
    /// `deferrable`
    pub deferrable: Option<bool>,
    /// `initially`
    pub initially: Option<Rc<str>>,
    /// `comment`
    pub comment: Option<Rc<str>>,
    /// `postgresql_…` arguments, without the prefix.
    pub options: Vec<(Rc<str>, Value)>,
    /// A column's type made it (`Boolean(create_constraint=True)`).
    pub type_bound: bool,
    /// A part is not known: the constraint cannot be written.
    pub unknown: Option<Reason>,
    /// Its table.
    pub table: Weak<Table>,
    /// Order of creation: `CREATE TABLE` writes constraints in this order.
    pub order: u64,
}

/// The name of a constraint or an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ConstraintName {
    /// `None`: the naming convention may make one, else PostgreSQL does.
    #[default]
    None,
    /// `_NONE_NAME`: a type's constraint without a name; a convention is applied when it is compiled.
    TypeBound,
    /// A name.
    Name(Name),
}

/// What a constraint demands.
#[derive(Clone, Debug)]
pub enum ConstraintKind {
    /// `PrimaryKeyConstraint`
    PrimaryKey {
        /// Its columns.
        columns: Vec<ColumnArg>,
        /// Made by the table for columns with `primary_key=True`.
        implicit: bool,
    },
    /// `UniqueConstraint`
    Unique {
        /// Its columns.
        columns: Vec<ColumnArg>,
    },
    /// `ForeignKeyConstraint`
    ForeignKey {
        /// Referring columns.
        columns: Vec<ColumnArg>,
        /// One for each.
        elements: Vec<Rc<ForeignKey>>,
    },
    /// `CheckConstraint`
    Check(Check),
    /// `postgresql.ExcludeConstraint`
    Exclude(Exclusion),
    /// A `Constraint` with nothing but a name, which can only be dropped.
    Plain,
}

/// The parts of `CheckConstraint`.
#[derive(Clone, Debug)]
pub struct Check {
    /// The expression.
    pub expression: Rc<Expression>,
    /// Columns that it names, for the naming convention.
    pub columns: Vec<ColumnArg>,
}

/// The parts of `ExcludeConstraint`.
#[derive(Clone, Debug)]
pub struct Exclusion {
    /// Each expression with its operator.
    pub elements: Vec<(Rc<Expression>, Rc<str>)>,
    /// `using`
    pub using: Rc<str>,
    /// `where`
    pub predicate: Option<Rc<Expression>>,
    /// `ops`: operator classes by key.
    pub ops: Vec<(Rc<str>, Rc<str>)>,
}

/// `ForeignKey`: one reference.
#[derive(Clone, Debug)]
pub struct ForeignKey {
    /// What is referred to.
    pub referent: Referent,
    /// `name` of the constraint that it becomes.
    pub name: Option<Name>,
    /// `ondelete`
    pub on_delete: Option<Rc<str>>,
    /// `onupdate`
    pub on_update: Option<Rc<str>>,
    /// `deferrable`
    pub deferrable: Option<bool>,
    /// `initially`
    pub initially: Option<Rc<str>>,
    /// `match`
    pub matching: Option<Rc<str>>,
    /// `use_alter`
    pub use_alter: bool,
    /// `comment`
    pub comment: Option<Rc<str>>,
    /// `postgresql_…` arguments, without the prefix.
    pub options: Vec<(Rc<str>, Value)>,
    /// An element of a `ForeignKeyConstraint` rather than an argument of a column.
    pub of_constraint: bool,
    /// The constraint that it is an element of, once that has a table.
    pub owner: RefCell<Weak<Constraint>>,
}

impl ForeignKey {
    /// The constraint that it is an element of, and at which place.
    pub fn place(&self) -> Option<(Rc<Constraint>, usize)> {
        let owner = self.owner.borrow().upgrade()?;
        let at = match &owner.state.borrow().kind {
            ConstraintKind::ForeignKey { elements, .. } => {
                elements.iter().position(|element| std::ptr::eq(&**element, self))?
            }
            _ => return None,
        };
        Some((owner, at))
    }

    /// The column that refers.
    pub fn parent(&self) -> Option<Rc<Column>> {
        let (owner, at) = self.place()?;
        let table = owner.table()?;
        match &owner.state.borrow().kind {
            ConstraintKind::ForeignKey { columns, .. } => columns.get(at)?.resolve(&table),
            _ => None,
        }
    }
}

/// What a foreign key refers to.
#[derive(Clone, Debug)]
pub enum Referent {
    /// `"schema.table.column"`; without a column, the one of the same key.
    Named {
        /// In front of the table.
        schema: Option<Name>,
        /// The table.
        table: Name,
        /// The column.
        column: Option<Name>,
    },
    /// A `Column`.
    Column(Rc<Column>),
}

impl Referent {
    /// Reads `"schema.table.column"` (`ForeignKey._column_tokens`).
    pub fn parse(spec: &str) -> Referent {
        let parts: Vec<&str> = spec.split('.').collect();
        match parts.as_slice() {
            [table] => Referent::Named { schema: None, table: Name::plain(table), column: None },
            [table, column] => {
                Referent::Named { schema: None, table: Name::plain(table), column: Some(Name::plain(column)) }
            }
            [schema @ .., table, column] => Referent::Named {
                schema: Some(Name::plain(&schema.join("."))),
                table: Name::plain(table),
                column: Some(Name::plain(column)),
            },
            [] => Referent::Named { schema: None, table: Name::plain(spec), column: None },
        }
    }

    /// The referenced column, where it is written.
    pub fn column_name(&self) -> Option<Name> {
        match self {
            Referent::Named { column, .. } => column.clone(),
            Referent::Column(column) => Some(column.name()),
        }
    }

    /// The referenced table.
    pub fn table(&self) -> Option<(Option<Name>, Name)> {
        match self {
            Referent::Named { schema, table, .. } => Some((schema.clone(), table.clone())),
            Referent::Column(column) => column.table().map(|table| (table.schema(), table.name())),
        }
    }
}

impl Constraint {
    /// A constraint with nothing but a name and a kind.
    pub fn state(name: ConstraintName, kind: ConstraintKind) -> ConstraintState {
        ConstraintState {
            name,
            kind,
            deferrable: None,
            initially: None,
            comment: None,
            options: Vec::new(),
            type_bound: false,
            unknown: None,
            table: Weak::new(),
            order: creation_order(),
        }
    }

    /// Wraps the parts.
    pub fn of(state: ConstraintState) -> Rc<Constraint> {
        Rc::new(Constraint { state: RefCell::new(state) })
    }

    /// Its table, once it has one.
    pub fn table(&self) -> Option<Rc<Table>> {
        self.state.borrow().table.upgrade()
    }

    /// `constraint._copy()`: the same without a table; columns are named by key.
    pub fn copy(&self) -> Rc<Constraint> {
        let mut state = self.state.borrow().clone();
        state.table = Weak::new();
        state.order = creation_order();
        let by_key = |columns: &mut Vec<ColumnArg>| {
            for column in columns {
                *column = ColumnArg::Key(Name::plain(&column.key()));
            }
        };
        match &mut state.kind {
            ConstraintKind::PrimaryKey { columns, .. } | ConstraintKind::Unique { columns } => by_key(columns),
            ConstraintKind::ForeignKey { columns, elements } => {
                by_key(columns);
                for element in elements {
                    *element = Rc::new(ForeignKey::clone(element));
                }
            }
            ConstraintKind::Check(check) => by_key(&mut check.columns),
            ConstraintKind::Exclude(_) | ConstraintKind::Plain => {}
        }
        Constraint::of(state)
    }
}
