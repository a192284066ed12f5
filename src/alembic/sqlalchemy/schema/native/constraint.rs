//! Constraints and foreign keys.

use std::rc::Rc;

use super::columns::Columns;
use super::{constraint_name, optional_name, text};
use crate::alembic::eval::{Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::names;
use crate::alembic::sqlalchemy::schema::constraint::{ColumnArg, ConstraintName, Referent};
use crate::alembic::sqlalchemy::schema::{Column, Constraint, ConstraintKind, ForeignKey, table};
use crate::pg::error::Reason;

impl ForeignKey {
    /// The column that it refers to, where its table is defined.
    fn referred(&self) -> Option<Rc<Column>> {
        match &self.referent {
            Referent::Column(column) => Some(column.clone()),
            Referent::Named { schema, table, column } => {
                let parent = self.parent()?;
                let own = parent.table()?;
                let schema = schema.clone().or_else(|| own.metadata.schema.clone());
                let key = table::key(schema.as_ref(), table);
                let referred = if own.key() == key { own } else { own.metadata.table(&key)? };
                referred.column(&column.as_ref().map_or_else(|| parent.key(), |column| column.text.clone()))
            }
        }
    }
}

impl Native for ForeignKey {
    fn class(&self) -> &str {
        "sqlalchemy.sql.schema.ForeignKey"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "name" => optional_name(self.name.as_ref()),
            "ondelete" => text(self.on_delete.as_ref()),
            "onupdate" => text(self.on_update.as_ref()),
            "target_fullname" => match &self.referent {
                Referent::Named { schema, table, column } => {
                    let parts = [schema.as_ref(), Some(table), column.as_ref()];
                    let parts: Vec<&str> = parts.into_iter().flatten().map(|name| &*name.text).collect();
                    Value::str(parts.join("."))
                }
                Referent::Column(column) => match column.table() {
                    Some(table) => Value::str(format!("{}.{}", table.key(), column.key())),
                    None => Value::Str(column.key()),
                },
            },
            "column" => match self.referred() {
                Some(column) => Value::Native(column),
                None => vm.unknown("foreign-key", "the column that a foreign key names"),
            },
            "constraint" => match self.place() {
                Some((constraint, _)) => Value::Native(constraint),
                None => Value::None,
            },
            "parent" => self.parent().map_or(Value::None, |column| Value::Native(column)),
            _ => return Ok(None),
        }))
    }
}

impl Native for Constraint {
    fn class(&self) -> &str {
        match self.state.borrow().kind {
            ConstraintKind::PrimaryKey { .. } => "sqlalchemy.sql.schema.PrimaryKeyConstraint",
            ConstraintKind::Unique { .. } => "sqlalchemy.sql.schema.UniqueConstraint",
            ConstraintKind::ForeignKey { .. } => "sqlalchemy.sql.schema.ForeignKeyConstraint",
            ConstraintKind::Check(_) => "sqlalchemy.sql.schema.CheckConstraint",
            ConstraintKind::Exclude(_) => "sqlalchemy.dialects.postgresql.ext.ExcludeConstraint",
            ConstraintKind::Plain => "sqlalchemy.sql.schema.Constraint",
        }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        self.class() == class
            || matches!(class, "sqlalchemy.sql.schema.Constraint" | "sqlalchemy.sql.schema.SchemaItem")
            || class == "sqlalchemy.sql.schema.ColumnCollectionConstraint"
                && !matches!(self.state.borrow().kind, ConstraintKind::Plain)
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let state = self.state.borrow().clone();
        Ok(Some(match name {
            "name" => constraint_name(&state.name),
            "table" | "parent" => state.table.upgrade().map_or(Value::None, |table| Value::Native(table)),
            "deferrable" => state.deferrable.map_or(Value::None, Value::Bool),
            "initially" => text(state.initially.as_ref()),
            "comment" => text(state.comment.as_ref()),
            "columns" | "c" | "column_keys" => {
                let columns = match &state.kind {
                    ConstraintKind::PrimaryKey { columns, .. }
                    | ConstraintKind::Unique { columns }
                    | ConstraintKind::ForeignKey { columns, .. } => columns.as_slice(),
                    ConstraintKind::Check(check) => check.columns.as_slice(),
                    ConstraintKind::Exclude(_) | ConstraintKind::Plain => &[],
                };
                let table = state.table.upgrade();
                if name == "column_keys" {
                    return Ok(Some(Value::list(columns.iter().map(|column| Value::Str(column.key())))));
                }
                let found = |column: &ColumnArg| table.as_ref().and_then(|table| column.resolve(table));
                let columns: Vec<Option<Rc<Column>>> = columns.iter().map(found).collect();
                let missing = columns
                    .iter()
                    .any(Option::is_none)
                    .then(|| Reason::new("table", "columns of a constraint without its table"));
                Value::native(Columns::These(columns.into_iter().flatten().collect(), missing))
            }
            "referred_table" => match &state.kind {
                ConstraintKind::ForeignKey { elements, .. } => {
                    match elements.first().map(|element| &element.referent) {
                        Some(Referent::Column(column)) => {
                            column.table().map_or(Value::None, |table| Value::Native(table))
                        }
                        Some(Referent::Named { schema, table, .. }) => {
                            let Some(own) = state.table.upgrade() else { return Ok(None) };
                            let schema = schema.clone().or_else(|| own.metadata.schema.clone());
                            let key = table::key(schema.as_ref(), table);
                            if own.key() == key {
                                return Ok(Some(Value::Native(own)));
                            }
                            match own.metadata.table(&key) {
                                Some(table) => Value::Native(table),
                                None => vm.unknown("foreign-key", format!("the table {key}, which is not defined")),
                            }
                        }
                        None => Value::None,
                    }
                }
                _ => return Ok(None),
            },
            "elements" => match &state.kind {
                ConstraintKind::ForeignKey { elements, .. } => {
                    Value::list(elements.iter().map(|element| Value::Native(element.clone())))
                }
                _ => return Ok(None),
            },
            "sqltext" => match &state.kind {
                ConstraintKind::Check(check) => Value::Native(check.expression.clone()),
                _ => return Ok(None),
            },
            "copy" | "_copy" => {
                let own = self.clone();
                native::function(name, move |vm, args| {
                    // The copy is made of the columns themselves, and so joins their table at once; a loop over that table's
                    // constraints raises then (`ColumnCollectionConstraint._copy`).
                    let unique = matches!(own.state.borrow().kind, ConstraintKind::Unique { .. });
                    if unique && own.table().is_some() && args.keyword.iter().all(|(name, _)| &**name != "target_table")
                    {
                        return Err(vm.stop("library", "a copy of a table's constraint, which joins that table"));
                    }
                    Ok(Value::Native(own.copy()))
                })
            }
            _ => return Ok(None),
        }))
    }

    fn set_attr(self: Rc<Self>, _vm: &mut Vm, name: &str, value: Value) -> Eval<bool> {
        if name != "name" {
            return Ok(false);
        }
        let mut state = self.state.borrow_mut();
        match names::optional(&value) {
            Ok(name) => state.name = name.map_or(ConstraintName::None, ConstraintName::Name),
            Err(reason) => state.unknown = Some(reason),
        }
        Ok(true)
    }
}
