//! `Table`, and what becomes of columns and constraints when they join one.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::super::names::{self, Name};
use super::super::{Known, Obstacle, seam, types};
use super::column::ColumnArg;
use super::constraint::{Check, Constraint, ConstraintKind, ConstraintName};
use super::index::{IndexArg, IndexState};
use super::{Column, ForeignKey, Index, MetaData, Referent, naming};
use crate::alembic::eval::{Eval, Value, Vm};
use crate::pg::error::Reason;

/// `sqlalchemy.Table`.
#[derive(Debug)]
pub struct Table {
    this: Weak<Table>,
    name: Name,
    schema: Option<Name>,
    /// Its metadata.
    pub metadata: Rc<MetaData>,
    /// In order.
    pub columns: RefCell<Vec<Rc<Column>>>,
    /// With the primary key, which is first and may be empty.
    pub constraints: RefCell<Vec<Rc<Constraint>>>,
    /// In the order of creation.
    pub indexes: RefCell<Vec<Rc<Index>>>,
    /// `comment`
    pub comment: RefCell<Option<Rc<str>>>,
    /// `prefixes`: `TEMPORARY`, `UNLOGGED`
    pub prefixes: Vec<Rc<str>>,
    /// `postgresql_…` arguments, without the prefix.
    pub options: Vec<(Rc<str>, Value)>,
    /// `info`
    pub info: Value,
    /// A part is not known: the table cannot be written.
    pub unknown: RefCell<Option<Reason>>,
}

/// The keyword arguments of `Table` and of `op.create_table`.
#[derive(Clone, Debug, Default)]
pub struct TableArgs {
    /// `schema`
    pub schema: Option<Name>,
    /// `comment`
    pub comment: Option<Rc<str>>,
    /// `prefixes`
    pub prefixes: Vec<Rc<str>>,
    /// `postgresql_…` arguments, without the prefix.
    pub options: Vec<(Rc<str>, Value)>,
    /// `info`
    pub info: Option<Value>,
    /// A part is not known.
    pub unknown: Option<Reason>,
}

impl TableArgs {
    /// Reads `schema`, `comment`, `prefixes`, `info` and `postgresql_…`; other arguments say nothing about the SQL.
    pub fn read(keyword: &[(Rc<str>, Value)]) -> TableArgs {
        let mut args = TableArgs::default();
        for (name, value) in keyword {
            let read = match &**name {
                "schema" => names::optional(value).map(|schema| args.schema = schema),
                "comment" => seam::optional_text(value, "comment").map(|comment| args.comment = comment),
                "prefixes" => seam::texts(value, "prefixes").map(|prefixes| args.prefixes = prefixes),
                "info" => {
                    args.info = Some(value.clone());
                    Ok(())
                }
                other => {
                    if let Some(option) = other.strip_prefix("postgresql_") {
                        args.options.push((option.into(), value.clone()));
                    }
                    Ok(())
                }
            };
            if let Err(reason) = read {
                args.unknown.get_or_insert(reason);
            }
        }
        args
    }
}

impl Table {
    /// A table of those items (`Column`, constraints, `Index`). It is not entered in `metadata.tables`.
    pub fn new(vm: &mut Vm, name: Name, metadata: Rc<MetaData>, items: &[Value], args: TableArgs) -> Eval<Rc<Table>> {
        let schema = args.schema.or_else(|| metadata.schema.clone());
        let table = Rc::new_cyclic(|this| Table {
            this: this.clone(),
            name,
            schema,
            metadata,
            columns: RefCell::default(),
            constraints: RefCell::default(),
            indexes: RefCell::default(),
            comment: RefCell::new(args.comment),
            prefixes: args.prefixes,
            options: args.options,
            info: args.info.unwrap_or(Value::None),
            unknown: RefCell::new(args.unknown),
        });
        let key = ConstraintKind::PrimaryKey { columns: Vec::new(), implicit: true };
        table.append_constraint(vm, &Constraint::of(Constraint::state(ConstraintName::None, key)))?;
        // SQLAlchemy takes the items in their order; Alembic takes columns first. Only a constraint that names a column that
        // comes behind it sees the difference, and SQLAlchemy waits for that column.
        for item in items {
            if let Some(column) = seam::native::<Column>(item) {
                table.append_column(vm, &column)?;
            }
        }
        for item in items {
            table.append_item(vm, item)?;
        }
        Ok(table)
    }

    /// Appends further items (`extend_existing=True`, `append_column`); columns of the same name are replaced.
    pub fn extend(self: &Rc<Self>, vm: &mut Vm, items: &[Value]) -> Eval<()> {
        for item in items {
            match seam::native::<Column>(item) {
                Some(column) => {
                    self.columns.borrow_mut().retain(|own| own.key() != column.key());
                    self.append_column(vm, &column)?;
                }
                None => self.append_item(vm, item)?,
            }
        }
        Ok(())
    }

    fn append_item(self: &Rc<Self>, vm: &mut Vm, item: &Value) -> Eval<()> {
        if let Value::Unknown(reason) = item {
            self.unknown.borrow_mut().get_or_insert_with(|| reason.clone());
        } else if let Some(constraint) = seam::native::<Constraint>(item) {
            self.append_constraint(vm, &constraint)?;
        } else if let Some(index) = seam::native::<Index>(item) {
            self.append_index(vm, &index)?;
        } else if seam::native::<Column>(item).is_none()
            && seam::native::<MetaData>(item).is_none()
            && !matches!(item, Value::None)
        {
            let shown = seam::repr(vm, item);
            let message = format!("'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got {shown}");
            return Err(seam::raise(vm, "sqlalchemy.exc.ArgumentError", &message));
        }
        Ok(())
    }

    /// Its name.
    pub fn name(&self) -> Name {
        self.name.clone()
    }

    /// Its schema.
    pub fn schema(&self) -> Option<Name> {
        self.schema.clone()
    }

    /// `schema.name`, the key in `metadata.tables`.
    pub fn key(&self) -> Rc<str> {
        key(self.schema.as_ref(), &self.name)
    }

    /// Itself as a value.
    pub fn value(&self) -> Value {
        match self.this.upgrade() {
            Some(this) => Value::Native(this),
            None => Value::None,
        }
    }

    /// `table.c[key]`
    pub fn column(&self, key: &str) -> Option<Rc<Column>> {
        self.columns.borrow().iter().find(|column| &*column.key() == key).cloned()
    }

    /// `table.primary_key`
    pub fn primary_key(&self) -> Option<Rc<Constraint>> {
        let constraints = self.constraints.borrow();
        constraints.iter().find(|c| matches!(c.state.borrow().kind, ConstraintKind::PrimaryKey { .. })).cloned()
    }

    /// The columns of the primary key.
    pub fn primary_key_columns(&self) -> Vec<Rc<Column>> {
        let Some(key) = self.primary_key() else { return Vec::new() };
        let state = key.state.borrow();
        let ConstraintKind::PrimaryKey { columns, .. } = &state.kind else { return Vec::new() };
        columns.iter().filter_map(|column| column.resolve(self)).collect()
    }

    /// `table.append_column(column)` (`Column._set_parent` and the events behind it).
    pub fn append_column(self: &Rc<Self>, vm: &mut Vm, column: &Rc<Column>) -> Eval<()> {
        let state = column.state.borrow().clone();
        let Some(name) = state.name.clone() else {
            let message = "Column must be constructed with a non-blank name or assign a non-blank .name before adding \
                           to a Table.";
            return Err(seam::raise(vm, "sqlalchemy.exc.ArgumentError", message));
        };
        let key = column.key();
        if let Some(other) = column.table()
            && !Rc::ptr_eq(&other, self)
        {
            let message = format!("Column object '{key}' already assigned to Table '{}'", other.name.text);
            return Err(seam::raise(vm, "sqlalchemy.exc.ArgumentError", &message));
        }
        if self.column(&key).is_some_and(|existing| !Rc::ptr_eq(&existing, column)) {
            let message =
                format!("A column with name '{}' is already present in table '{}'.", name.text, self.name.text);
            return Err(seam::raise(vm, "sqlalchemy.exc.DuplicateColumnError", &message));
        }
        column.state.borrow_mut().table = self.this.clone();
        if let Some(reason) = &state.unknown {
            self.unknown.borrow_mut().get_or_insert_with(|| reason.clone());
        }
        self.columns.borrow_mut().push(column.clone());
        if state.primary_key
            && let Some(primary_key) = self.primary_key()
        {
            if let ConstraintKind::PrimaryKey { columns, .. } = &mut primary_key.state.borrow_mut().kind {
                columns.push(ColumnArg::Column(column.clone()));
            }
            self.name_constraint(vm, &primary_key)?;
        }
        if state.index {
            let index = IndexState {
                name: ConstraintName::None,
                unique: state.unique,
                keys: vec![IndexArg::Column(ColumnArg::Column(column.clone()))],
                options: Vec::new(),
                unknown: None,
                table: Weak::new(),
                own_table: None,
            };
            self.append_index(vm, &Index::of(index))?;
        } else if state.unique {
            let kind = ConstraintKind::Unique { columns: vec![ColumnArg::Column(column.clone())] };
            self.append_constraint(vm, &Constraint::of(Constraint::state(ConstraintName::None, kind)))?;
        }
        self.append_type_constraint(vm, column)?;
        for reference in &state.foreign_keys {
            if !reference.of_constraint {
                self.append_reference(vm, column, reference)?;
            }
        }
        for constraint in &state.constraints {
            constraint.state.borrow_mut().table = self.this.clone();
            self.name_constraint(vm, constraint)?;
        }
        super::spatial::attach(vm, self, column)
    }

    /// The CHECK of `Boolean(create_constraint=True)` and of an `Enum` that is no native one.
    fn append_type_constraint(self: &Rc<Self>, vm: &mut Vm, column: &Rc<Column>) -> Eval<()> {
        let ty = column.state.borrow().ty.clone();
        let checked = match types::check_constraint(vm, column, &ty) {
            Ok(checked) => checked,
            Err(Obstacle::Raise(raise)) => return Err(raise),
            Err(Obstacle::Unknown(reason)) => {
                self.unknown.borrow_mut().get_or_insert(reason);
                return Ok(());
            }
        };
        let Some((name, expression)) = checked else { return Ok(()) };
        let name = name.map_or(ConstraintName::TypeBound, ConstraintName::Name);
        let kind = ConstraintKind::Check(Check { expression, columns: vec![ColumnArg::Column(column.clone())] });
        let state = super::constraint::ConstraintState { type_bound: true, ..Constraint::state(name, kind) };
        self.append_constraint(vm, &Constraint::of(state))
    }

    /// The constraint that a column's `ForeignKey` becomes (`ForeignKey._set_table`).
    fn append_reference(self: &Rc<Self>, vm: &mut Vm, column: &Rc<Column>, key: &ForeignKey) -> Eval<()> {
        let name = key.name.clone().map_or(ConstraintName::None, ConstraintName::Name);
        let kind = ConstraintKind::ForeignKey {
            columns: vec![ColumnArg::Column(column.clone())],
            elements: vec![Rc::new(key.clone())],
        };
        let state = super::constraint::ConstraintState {
            deferrable: key.deferrable,
            initially: key.initially.clone(),
            comment: key.comment.clone(),
            options: key.options.clone(),
            ..Constraint::state(name, kind)
        };
        self.append_constraint(vm, &Constraint::of(state))
    }

    /// `table.append_constraint(constraint)`
    pub fn append_constraint(self: &Rc<Self>, vm: &mut Vm, constraint: &Rc<Constraint>) -> Eval<()> {
        constraint.state.borrow_mut().table = self.this.clone();
        if let ConstraintKind::ForeignKey { elements, .. } = &constraint.state.borrow().kind {
            for element in elements {
                *element.owner.borrow_mut() = Rc::downgrade(constraint);
            }
        }
        if let Some(reason) = &constraint.state.borrow().unknown {
            self.unknown.borrow_mut().get_or_insert_with(|| reason.clone());
        }
        self.require_columns(vm, constraint)?;
        if matches!(constraint.state.borrow().kind, ConstraintKind::PrimaryKey { .. }) {
            self.replace_primary_key(constraint);
        } else if !self.constraints.borrow().iter().any(|own| Rc::ptr_eq(own, constraint)) {
            self.constraints.borrow_mut().push(constraint.clone());
        }
        self.name_constraint(vm, constraint)
    }

    /// The foreign keys that start at a column: its own, and those of the table's constraints.
    pub fn foreign_keys_of(&self, column: &Rc<Column>) -> Vec<Rc<ForeignKey>> {
        let mut found = Vec::new();
        for constraint in self.constraints.borrow().iter() {
            if let ConstraintKind::ForeignKey { columns, elements } = &constraint.state.borrow().kind {
                let starts = |from: &ColumnArg| from.resolve(self).is_some_and(|own| Rc::ptr_eq(&own, column));
                let of_column = columns.iter().zip(elements).filter(|(from, _)| starts(from));
                found.extend(of_column.map(|(_, element)| element.clone()));
            }
        }
        found
    }

    /// `PrimaryKeyConstraint._set_parent`
    fn replace_primary_key(&self, constraint: &Rc<Constraint>) {
        let flagged: Vec<Rc<Column>> =
            self.columns.borrow().iter().filter(|column| column.state.borrow().primary_key).cloned().collect();
        self.constraints
            .borrow_mut()
            .retain(|own| !matches!(own.state.borrow().kind, ConstraintKind::PrimaryKey { .. }));
        self.constraints.borrow_mut().insert(0, constraint.clone());
        let mut state = constraint.state.borrow_mut();
        let ConstraintKind::PrimaryKey { columns, .. } = &mut state.kind else { return };
        if columns.is_empty() {
            columns.extend(flagged.into_iter().map(ColumnArg::Column));
        }
        for column in columns.iter().filter_map(|column| column.resolve(self)) {
            let mut column = column.state.borrow_mut();
            column.primary_key = true;
            if !column.nullable_given {
                column.nullable = false;
            }
        }
    }

    fn require_columns(&self, vm: &mut Vm, constraint: &Constraint) -> Eval<()> {
        let state = constraint.state.borrow().clone();
        let (class, columns) = match &state.kind {
            ConstraintKind::PrimaryKey { columns, .. } => ("PrimaryKeyConstraint", columns),
            ConstraintKind::Unique { columns } => ("UniqueConstraint", columns),
            ConstraintKind::ForeignKey { columns, .. } => ("ForeignKeyConstraint", columns),
            ConstraintKind::Check(_) | ConstraintKind::Exclude(_) | ConstraintKind::Plain => return Ok(()),
        };
        // Columns may be missing only because they are not known.
        if self.unknown.borrow().is_some() {
            return Ok(());
        }
        match columns.iter().find(|column| column.resolve(self).is_none()) {
            None => Ok(()),
            Some(missing) => {
                let message = format!(
                    "Can't create {class} on table '{}': no column named '{}' is present.",
                    self.name.text,
                    missing.key()
                );
                Err(seam::raise(vm, "sqlalchemy.exc.ConstraintColumnNotFoundError", &message))
            }
        }
    }

    fn name_constraint(self: &Rc<Self>, vm: &mut Vm, constraint: &Rc<Constraint>) -> Eval<()> {
        if constraint.state.borrow().name == ConstraintName::TypeBound {
            return Ok(());
        }
        // The name of an implicit primary key is made anew with each column.
        let implicit = matches!(constraint.state.borrow().kind, ConstraintKind::PrimaryKey { implicit: true, .. });
        if implicit {
            constraint.state.borrow_mut().name = ConstraintName::None;
        }
        match naming::constraint_name(vm, constraint, self) {
            Ok(Some(name)) => constraint.state.borrow_mut().name = ConstraintName::Name(name),
            Ok(None) => {}
            Err(Obstacle::Raise(raise)) => return Err(raise),
            Err(Obstacle::Unknown(reason)) => {
                constraint.state.borrow_mut().unknown.get_or_insert_with(|| reason.clone());
                self.unknown.borrow_mut().get_or_insert(reason);
            }
        }
        Ok(())
    }

    /// `Index._set_parent`
    pub fn append_index(self: &Rc<Self>, vm: &mut Vm, index: &Rc<Index>) -> Eval<()> {
        index.state.borrow_mut().table = self.this.clone();
        match naming::index_name(vm, index, self) {
            Ok(Some(name)) => index.state.borrow_mut().name = ConstraintName::Name(name),
            Ok(None) => {}
            Err(Obstacle::Raise(raise)) => return Err(raise),
            Err(Obstacle::Unknown(reason)) => {
                index.state.borrow_mut().unknown.get_or_insert(reason);
            }
        }
        if !self.indexes.borrow().iter().any(|own| Rc::ptr_eq(own, index)) {
            self.indexes.borrow_mut().push(index.clone());
        }
        Ok(())
    }

    /// The table and column that a foreign key refers to. Of an operation's own table Alembic adds those that are referred to
    /// before it is compiled.
    pub fn referent(&self, vm: &mut Vm, column: &Rc<Column>, key: &ForeignKey) -> Known<(Option<Name>, Name, Name)> {
        match &key.referent {
            Referent::Named { schema, table, column: target } if self.metadata.of_operation => {
                let schema = schema.clone().or_else(|| self.metadata.schema.clone());
                Ok((schema, table.clone(), target.clone().unwrap_or_else(|| Name::plain(&column.key()))))
            }
            _ => self.resolved(vm, column, key),
        }
    }

    /// The table and column that a foreign key refers to, which must be there (`ForeignKey.column`).
    pub fn resolved(&self, vm: &mut Vm, column: &Rc<Column>, key: &ForeignKey) -> Known<(Option<Name>, Name, Name)> {
        match &key.referent {
            Referent::Column(target) => match target.table() {
                Some(table) => Ok((table.schema(), table.name(), target.name())),
                None => Err(Reason::new("foreign-key", "a reference to a column without a table").into()),
            },
            Referent::Named { schema, table, column: target } => {
                let schema = schema.clone().or_else(|| self.metadata.schema.clone());
                let target = target.clone().unwrap_or_else(|| Name::plain(&column.key()));
                let wanted = self::key(schema.as_ref(), table);
                let own = *wanted == *self.key();
                let found = if own { self.this.upgrade() } else { self.metadata.table(&wanted) };
                let Some(found) = found else {
                    let message = format!(
                        "Foreign key associated with column '{}.{}' could not find table '{wanted}' with which to \
                         generate a foreign key to target column '{}'",
                        self.name.text,
                        column.name().text,
                        target.text
                    );
                    return Err(seam::raise(vm, "sqlalchemy.exc.NoReferencedTableError", &message).into());
                };
                if let Some(reason) = &*found.unknown.borrow() {
                    return Err(reason.clone().into());
                }
                match found.column(&target.text) {
                    Some(target) => Ok((found.schema(), found.name(), target.name())),
                    None => {
                        let message = format!(
                            "Could not initialize target column for ForeignKey '{wanted}.{0}' on table '{1}': table \
                             '{2}' has no column named '{0}'",
                            target.text, self.name.text, found.name.text
                        );
                        Err(seam::raise(vm, "sqlalchemy.exc.NoReferencedColumnError", &message).into())
                    }
                }
            }
        }
    }
}

/// `sqlalchemy.sql.schema._get_table_key`
pub fn key(schema: Option<&Name>, name: &Name) -> Rc<str> {
    match schema {
        Some(schema) => format!("{}.{}", schema.text, name.text).into(),
        None => name.text.clone(),
    }
}
