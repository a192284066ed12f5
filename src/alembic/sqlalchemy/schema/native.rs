//! Schema items as Python sees them: attributes, methods, operators.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::expression::{Expression, python as expression};
use super::super::names::{Name, qname};
use super::super::{ddl, names, seam};
use super::constraint::{ConstraintName, Referent};
use super::default::Generated;
use super::{Column, Constraint, ConstraintKind, ForeignKey, Index, MetaData, Sequence, Table};
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};

fn name_value(name: &Name) -> Value {
    if name.conv || name.quote.is_some() { Value::native(name.clone()) } else { Value::Str(name.text.clone()) }
}

fn optional_name(name: Option<&Name>) -> Value {
    name.map_or(Value::None, name_value)
}

fn constraint_name(name: &ConstraintName) -> Value {
    match name {
        ConstraintName::Name(name) => name_value(name),
        ConstraintName::None | ConstraintName::TypeBound => Value::None,
    }
}

fn text(text: Option<&Rc<str>>) -> Value {
    text.map_or(Value::None, |text| Value::Str(text.clone()))
}

impl Native for Column {
    fn class(&self) -> &str {
        "sqlalchemy.sql.schema.Column"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        matches!(
            class,
            "sqlalchemy.sql.schema.Column"
                | "sqlalchemy.sql.schema.SchemaItem"
                | "sqlalchemy.sql.elements.ColumnClause"
                | "sqlalchemy.sql.elements.ColumnElement"
                | "sqlalchemy.sql.elements.ClauseElement"
        )
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let state = self.state.borrow().clone();
        Ok(Some(match name {
            "name" => optional_name(state.name.as_ref()),
            "key" => Value::Str(self.key()),
            "type" => state.ty,
            "nullable" => Value::Bool(state.nullable),
            "primary_key" => Value::Bool(state.primary_key),
            "unique" => {
                if state.unique {
                    Value::Bool(true)
                } else {
                    Value::None
                }
            }
            "index" => {
                if state.index {
                    Value::Bool(true)
                } else {
                    Value::None
                }
            }
            "comment" => text(state.comment.as_ref()),
            "info" => state.info,
            "table" => self.table().map_or(Value::None, |table| Value::Native(table)),
            "default" => match state.sequence {
                Some(sequence) => Value::Native(sequence),
                None if state.client_default => vm.unknown("library", "the default of a column"),
                None => Value::None,
            },
            "server_default" => match state.server_default {
                super::ServerDefault::None => Value::None,
                super::ServerDefault::Unknown(reason) => Value::Unknown(reason),
                default => Value::native(Generated::Default(default)),
            },
            "autoincrement" => match state.autoincrement {
                super::Autoincrement::Auto => Value::str("auto"),
                super::Autoincrement::IgnoreFk => Value::str("ignore_fk"),
                super::Autoincrement::True => Value::Bool(true),
                super::Autoincrement::False => Value::Bool(false),
            },
            "foreign_keys" => Value::set(state.foreign_keys.iter().map(|key| Value::Native(key.clone()))),
            "constraints" => Value::set(state.constraints.iter().map(|constraint| Value::Native(constraint.clone()))),
            "copy" | "_copy" => {
                let own = self.clone();
                native::function(name, move |_, _| Ok(Value::Native(own.copy())))
            }
            _ => return expression::attribute(vm, &Rc::new(Expression::column_of(&self)), name),
        }))
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        Rc::new(Expression::column_of(&self)).get_item(vm, key)
    }

    fn set_attr(self: Rc<Self>, _vm: &mut Vm, name: &str, value: Value) -> Eval<bool> {
        let mut state = self.state.borrow_mut();
        match name {
            "name" => match names::optional(&value) {
                Ok(name) => state.name = name,
                Err(reason) => state.unknown = Some(reason),
            },
            "type" => state.ty = value,
            "nullable" => match seam::truth(&value) {
                Ok(nullable) => (state.nullable, state.nullable_given) = (nullable, true),
                Err(reason) => state.unknown = Some(reason),
            },
            "primary_key" | "unique" | "index" => match seam::truth(&value) {
                Ok(flag) if name == "primary_key" => state.primary_key = flag,
                Ok(flag) if name == "unique" => state.unique = flag,
                Ok(flag) => state.index = flag,
                Err(reason) => state.unknown = Some(reason),
            },
            "comment" => match seam::optional_text(&value, "comment") {
                Ok(comment) => state.comment = comment,
                Err(reason) => state.unknown = Some(reason),
            },
            "server_default" => {
                state.server_default = match &value {
                    Value::None => super::ServerDefault::None,
                    Value::Str(text) => super::ServerDefault::Literal(text.clone()),
                    other => match seam::native::<Expression>(other) {
                        Some(expression) => super::ServerDefault::Expression(expression),
                        None => super::ServerDefault::Unknown(crate::pg::error::Reason::new(
                            "argument",
                            "a server_default that was assigned",
                        )),
                    },
                };
            }
            "default" => state.client_default = !value.is_none(),
            "info" => state.info = value,
            "doc" | "key" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        expression::binary(vm, &Rc::new(Expression::column_of(&self)), operator, other, reflected)
    }

    fn unary(self: Rc<Self>, vm: &mut Vm, operator: &str) -> Eval<Option<Value>> {
        expression::unary(vm, &Rc::new(Expression::column_of(&self)), operator)
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        let shown = match self.table() {
            Some(table) => format!("{}.{}", table.name().text, self.name().text),
            None => self.name().text.to_string(),
        };
        Ok(Some(Value::str(shown)))
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
            "column" => match &self.referent {
                Referent::Column(column) => Value::Native(column.clone()),
                Referent::Named { .. } => vm.unknown("foreign-key", "the column that a foreign key names"),
            },
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
            "columns" | "column_keys" => {
                let columns = match &state.kind {
                    ConstraintKind::PrimaryKey { columns, .. }
                    | ConstraintKind::Unique { columns }
                    | ConstraintKind::ForeignKey { columns, .. } => columns.as_slice(),
                    ConstraintKind::Check(check) => check.columns.as_slice(),
                    ConstraintKind::Exclude(_) | ConstraintKind::Plain => &[],
                };
                let table = state.table.upgrade();
                let shown = columns.iter().map(|column| match table.as_ref().and_then(|table| column.resolve(table)) {
                    Some(column) if name == "columns" => Value::Native(column),
                    Some(_) | None => Value::Str(column.key()),
                });
                Value::list(shown)
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
                            let key = super::table::key(schema.as_ref(), table);
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

impl Native for Index {
    fn class(&self) -> &str {
        "sqlalchemy.sql.schema.Index"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        matches!(class, "sqlalchemy.sql.schema.Index" | "sqlalchemy.sql.schema.SchemaItem")
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let state = self.state.borrow().clone();
        Ok(Some(match name {
            "name" => constraint_name(&state.name),
            "unique" => Value::Bool(state.unique),
            "table" => state.table.upgrade().map_or(Value::None, |table| Value::Native(table)),
            "columns" => {
                let columns = state.table.upgrade().map(|table| state.columns(&table)).unwrap_or_default();
                Value::list(columns.into_iter().map(|column| Value::Native(column)))
            }
            "create" | "drop" => {
                let create = name == "create";
                native::function(name, move |vm, args| {
                    let bound = args.bind(vm, "create(bind=, checkfirst=)")?;
                    let check = bound.get("checkfirst").is_some_and(|value| seam::truth(&value).unwrap_or(true));
                    index_ddl(vm, &self, create, check)
                })
            }
            _ => return Ok(None),
        }))
    }
}

/// `Index.create`, `Index.drop`
fn index_ddl(vm: &mut Vm, index: &Rc<Index>, create: bool, check: bool) -> Eval<Value> {
    let schema = index.table().and_then(|table| table.schema());
    if check && let ConstraintName::Name(name) = &index.state.borrow().name {
        match seam::has_relation(vm, &qname(schema.as_ref(), name)) {
            Ok(exists) if exists == create => return Ok(Value::None),
            Ok(_) => {}
            Err(reason) => return Ok(Value::Unknown(reason)),
        }
    }
    let statement = match create {
        true => ddl::index::create(vm, index, false)?,
        false => ddl::index::drop(vm, index, false)?,
    };
    seam::send(vm, vec![statement])?;
    Ok(Value::None)
}

impl Native for Table {
    fn class(&self) -> &str {
        "sqlalchemy.sql.schema.Table"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        matches!(
            class,
            "sqlalchemy.sql.schema.Table"
                | "sqlalchemy.sql.schema.SchemaItem"
                | "sqlalchemy.sql.selectable.TableClause"
                | "sqlalchemy.sql.selectable.FromClause"
        )
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "name" | "description" => name_value(&self.name()),
            "fullname" | "key" => Value::Str(self.key()),
            "schema" => optional_name(self.schema().as_ref()),
            "metadata" => Value::Native(self.metadata.clone()),
            "comment" => text(self.comment.borrow().as_ref()),
            "info" => self.info.clone(),
            "c" | "columns" | "exported_columns" => Value::native(Columns { table: self }),
            "primary_key" => self.primary_key().map_or(Value::None, |key| Value::Native(key)),
            "constraints" | "foreign_key_constraints" | "indexes" | "foreign_keys"
                if self.unknown.borrow().is_some() =>
            {
                self.unknown.borrow().clone().map_or(Value::None, Value::Unknown)
            }
            "constraints" => Value::set(self.constraints.borrow().iter().map(|own| Value::Native(own.clone()))),
            "foreign_key_constraints" => {
                let constraints = self.constraints.borrow();
                let of_keys = constraints
                    .iter()
                    .filter(|own| matches!(own.state.borrow().kind, ConstraintKind::ForeignKey { .. }));
                Value::set(of_keys.map(|own| Value::Native(own.clone())))
            }
            "indexes" => Value::set(self.indexes.borrow().iter().map(|own| Value::Native(own.clone()))),
            "foreign_keys" => {
                let mut keys = Vec::new();
                for constraint in self.constraints.borrow().iter() {
                    if let ConstraintKind::ForeignKey { elements, .. } = &constraint.state.borrow().kind {
                        keys.extend(elements.iter().map(|element| Value::Native(element.clone())));
                    }
                }
                Value::set(keys)
            }
            "create" | "drop" => {
                let create = name == "create";
                native::function(name, move |vm, args| {
                    let bound = args.bind(vm, "create(bind=, checkfirst=)")?;
                    let check = bound.get("checkfirst").is_some_and(|value| seam::truth(&value).unwrap_or(true));
                    table_ddl(vm, &self, create, check)?;
                    Ok(Value::None)
                })
            }
            "append_column" | "append_constraint" => native::function(name, move |vm, args| {
                for item in args.positional {
                    self.extend(vm, &[item])?;
                }
                Ok(Value::None)
            }),
            _ => {
                if let Some(found) = super::super::expression::dml::table_method(vm, &Value::Native(self), name)? {
                    return Ok(Some(found));
                }
                return Ok(None);
            }
        }))
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Str(self.key())))
    }
}

/// `Table.create`, `Table.drop`, and each table of `create_all` and `drop_all`.
pub fn table_ddl(vm: &mut Vm, table: &Rc<Table>, create: bool, check: bool) -> Eval<()> {
    if check {
        match seam::has_relation(vm, &qname(table.schema().as_ref(), &table.name())) {
            Ok(exists) if exists == create => return Ok(()),
            Ok(_) => {}
            Err(reason) => {
                vm.run.uncertain.push(reason);
                let sent = table_ddl(vm, table, create, false);
                vm.run.uncertain.pop();
                return sent;
            }
        }
    }
    let statements = match create {
        true => ddl::table::create_checked(vm, table, check)?,
        false => vec![ddl::table::drop(table.schema().as_ref(), &table.name(), false)],
    };
    seam::send(vm, statements)
}

/// Methods of a collection of columns that are there and not followed.
pub const COLLECTION: &[&str] = &["as_readonly", "compare", "contains_column", "corresponding_column"];

/// `table.c`
#[derive(Debug)]
pub struct Columns {
    table: Rc<Table>,
}

impl Columns {
    fn unknown(&self) -> Option<Value> {
        self.table.unknown.borrow().clone().map(Value::Unknown)
    }

    fn all(&self) -> Vec<Value> {
        self.table.columns.borrow().iter().map(|column| Value::Native(column.clone())).collect()
    }
}

impl Native for Columns {
    fn class(&self) -> &str {
        "sqlalchemy.sql.base.ReadOnlyColumnCollection"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some(column) = self.table.column(name) {
            return Ok(Some(Value::Native(column)));
        }
        Ok(match name {
            "keys" | "values" | "items" => {
                let mode = name.to_string();
                Some(native::function(name, move |_, _| {
                    let keyed = self.table.columns.borrow().clone().into_iter().map(|column| {
                        let key = Value::Str(column.key());
                        match mode.as_str() {
                            "keys" => key,
                            "values" => Value::Native(column),
                            _ => Value::tuple([key, Value::Native(column)]),
                        }
                    });
                    Ok(Value::list(keyed))
                }))
            }
            "get" => Some(native::function(name, move |vm, args| {
                let bound = args.bind(vm, "get(key, default=)")?;
                let key = bound.required("key");
                let found = key.as_str().and_then(|key| self.table.column(key));
                Ok(found.map_or_else(|| bound.or_none("default"), |column| Value::Native(column)))
            })),
            _ if COLLECTION.contains(&name) => None,
            // All that is left is a column that is not there.
            _ => match self.unknown() {
                Some(unknown) => Some(unknown),
                None => return Err(vm.raise("AttributeError", name)),
            },
        })
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        if let Some(reason) = key.reason() {
            return Ok(Some(Value::Unknown(reason.clone())));
        }
        if let Some(at) = key.as_i64() {
            let columns = self.all();
            let at = if at < 0 { at + i64::try_from(columns.len()).unwrap_or(0) } else { at };
            return Ok(usize::try_from(at).ok().and_then(|at| columns.get(at).cloned()));
        }
        match key.as_str().and_then(|key| self.table.column(key)) {
            Some(column) => Ok(Some(Value::Native(column))),
            None => match self.unknown() {
                Some(unknown) => Ok(Some(unknown)),
                None => {
                    let shown = seam::repr(vm, &key);
                    Err(vm.raise("KeyError", &shown))
                }
            },
        }
    }

    fn iterate(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(self.unknown().unwrap_or_else(|| Value::list(self.all()))))
    }

    fn len(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(self.unknown().unwrap_or_else(|| Value::int(self.all().len()))))
    }

    fn binary(self: Rc<Self>, _vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        if operator != "in" || !reflected {
            return Ok(None);
        }
        let found = match (other.as_str(), seam::native::<Column>(other)) {
            (Some(key), _) => self.table.column(key).is_some(),
            (None, Some(column)) => self.table.columns.borrow().iter().any(|own| Rc::ptr_eq(own, &column)),
            (None, None) => false,
        };
        Ok(Some(match self.unknown() {
            Some(unknown) if !found => unknown,
            _ => Value::Bool(found),
        }))
    }
}

impl Native for MetaData {
    fn class(&self) -> &str {
        "sqlalchemy.sql.schema.MetaData"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn set_attr(self: Rc<Self>, _vm: &mut Vm, name: &str, value: Value) -> Eval<bool> {
        let mut attrs = self.attrs.borrow_mut();
        attrs.retain(|(own, _)| **own != *name);
        attrs.push((name.into(), value));
        Ok(true)
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some((_, value)) = self.attrs.borrow().iter().find(|(own, _)| **own == *name) {
            return Ok(Some(value.clone()));
        }
        Ok(Some(match name {
            "tables" => {
                let tables = self.tables.borrow();
                Value::dict(tables.iter().map(|(key, table)| (&**key, Value::Native(table.clone()))))
            }
            "sorted_tables" => Value::list(sorted(&self.all()).into_iter().map(|table| Value::Native(table))),
            "schema" => optional_name(self.schema.as_ref()),
            "naming_convention" => {
                Value::dict(self.naming_convention.iter().map(|(key, value)| (&**key, value.clone())))
            }
            "bind" | "info" => Value::None,
            "create_all" | "drop_all" => {
                let create = name == "create_all";
                native::function(name, move |vm, args| all_ddl(vm, &self, create, args))
            }
            "clear" => native::function(name, move |_, _| {
                self.tables.borrow_mut().clear();
                Ok(Value::None)
            }),
            "reflect" => native::function(name, move |vm, args| reflect(vm, &self, args)),
            "remove" => native::function(name, move |_, args| {
                if let Some(table) = args.positional.first().and_then(seam::native::<Table>) {
                    self.tables.borrow_mut().retain(|(_, own)| !Rc::ptr_eq(own, &table));
                }
                Ok(Value::None)
            }),
            _ => return Ok(None),
        }))
    }
}

impl MetaData {
    fn all(&self) -> Vec<Rc<Table>> {
        self.tables.borrow().iter().map(|(_, table)| table.clone()).collect()
    }
}

/// Tables by name, those that others refer to first (`sort_tables`); a cycle is broken where it is met.
fn sorted(tables: &[Rc<Table>]) -> Vec<Rc<Table>> {
    let mut rest: Vec<Rc<Table>> = tables.to_vec();
    rest.sort_by_key(|table| table.key());
    let mut done: Vec<Rc<Table>> = Vec::new();
    while !rest.is_empty() {
        let waits = |table: &Rc<Table>| {
            referred_keys(table).iter().any(|key| *key != table.key() && rest.iter().any(|other| other.key() == *key))
        };
        let at = rest.iter().position(|table| !waits(table)).unwrap_or(0);
        done.push(rest.remove(at));
    }
    done
}

fn referred_keys(table: &Table) -> Vec<Rc<str>> {
    let mut keys = Vec::new();
    for constraint in table.constraints.borrow().iter() {
        if let ConstraintKind::ForeignKey { elements, .. } = &constraint.state.borrow().kind {
            for element in elements.iter().filter(|element| !element.use_alter) {
                if let Some((schema, name)) = element.referent.table() {
                    let schema = schema.or_else(|| table.metadata.schema.clone());
                    keys.push(super::table::key(schema.as_ref(), &name));
                }
            }
        }
    }
    keys
}

/// `metadata.create_all(bind, tables=None, checkfirst=True)`, `metadata.drop_all(…)`
fn all_ddl(vm: &mut Vm, metadata: &Rc<MetaData>, create: bool, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "create_all(bind=, tables=, checkfirst=)")?;
    let check = bound.get("checkfirst").is_none_or(|value| seam::truth(&value).unwrap_or(true));
    let tables = match bound.get("tables").filter(|tables| !tables.is_none()) {
        None => metadata.all(),
        Some(given) => {
            let mut tables = Vec::new();
            for item in seam::sequence(&given, "tables").unwrap_or_else(|reason| vec![Value::Unknown(reason)]) {
                match (seam::native::<Table>(&item), item) {
                    (Some(table), _) => tables.push(table),
                    (None, Value::Unknown(reason)) => {
                        vm.run.note(crate::alembic::run::Action::Unmodelled(reason));
                    }
                    (None, _) => {}
                }
            }
            tables
        }
    };
    let mut ordered = sorted(&tables);
    if !create {
        ordered.reverse();
    }
    for table in ordered {
        table_ddl(vm, &table, create, check)?;
    }
    Ok(Value::None)
}

/// `metadata.reflect(bind, only=[…])`: only with a list of names; else the tables would be all that exist.
fn reflect(vm: &mut Vm, metadata: &Rc<MetaData>, args: Args) -> Eval<Value> {
    let bound = args
        .bind(vm, "reflect(bind=, schema=, views=, only=, extend_existing=, autoload_replace=, resolve_fks=, **kw)")?;
    let schema = names::optional(&bound.or_none("schema")).unwrap_or(None).or_else(|| metadata.schema.clone());
    let wanted: Vec<Name> = match bound.get("only").map(|only| seam::names(&only, "only")) {
        Some(Ok(names)) => names,
        Some(Err(reason)) => return Ok(Value::Unknown(reason)),
        None => {
            let inside = schema
                .as_ref()
                .map_or_else(|| vm.run.session.search_path.first().cloned(), |schema| Some(schema.ident()));
            let Some(oid) = inside.and_then(|schema| vm.run.catalog.schema(&schema)) else { return Ok(Value::None) };
            let tables = vm.run.catalog.tables().filter(|(_, table)| table.schema == oid);
            tables.map(|(_, table)| Name::plain(table.name.as_str())).collect()
        }
    };
    for name in wanted {
        let key = super::table::key(schema.as_ref(), &name);
        if metadata.table(&key).is_some() {
            continue;
        }
        let args = super::TableArgs { schema: schema.clone(), ..super::TableArgs::default() };
        super::reflect::table(vm, metadata, name, &[], args)?;
    }
    Ok(Value::None)
}

impl Native for Generated {
    fn class(&self) -> &str {
        match self {
            Generated::Identity(_) => "sqlalchemy.sql.schema.Identity",
            Generated::Computed(_) => "sqlalchemy.sql.schema.Computed",
            Generated::Default(super::ServerDefault::Fetched) => "sqlalchemy.sql.schema.FetchedValue",
            Generated::Default(_) => "sqlalchemy.sql.schema.DefaultClause",
        }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(match (&*self, name) {
            (Generated::Default(super::ServerDefault::Literal(text)), "arg") => Some(Value::Str(text.clone())),
            (Generated::Default(super::ServerDefault::Expression(expression)), "arg") => {
                Some(Value::Native(expression.clone()))
            }
            (Generated::Computed(computed), "sqltext") => Some(Value::Native(computed.expression.clone())),
            (Generated::Identity(identity), "always") => Some(Value::Bool(identity.always)),
            _ => None,
        })
    }
}

impl Native for Sequence {
    fn class(&self) -> &str {
        "sqlalchemy.sql.schema.Sequence"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "name" => name_value(&self.name),
            "schema" => optional_name(self.schema.as_ref()),
            "next_value" => native::function(name, move |_, _| {
                let target = names::qualified_sql(self.schema.as_ref(), &self.name);
                let text = format!("nextval({})", names::string_literal(&target));
                Ok(Value::Native(Expression::of(super::super::expression::Node::Raw(text.into()))))
            }),
            "create" | "drop" => {
                let create = name == "create";
                native::function(name, move |vm, args| {
                    let bound = args.bind(vm, "create(bind=, checkfirst=)")?;
                    let check = bound.get("checkfirst").is_none_or(|value| seam::truth(&value).unwrap_or(true));
                    let exists = seam::has_relation(vm, &qname(self.schema.as_ref(), &self.name));
                    match exists {
                        Ok(exists) if check && exists == create => return Ok(Value::None),
                        Ok(_) => {}
                        Err(reason) if check => return Ok(Value::Unknown(reason)),
                        Err(_) => {}
                    }
                    let statement = match create {
                        true => ddl::sequence::create(vm, &self, false)?,
                        false => ddl::sequence::drop(&self, false),
                    };
                    seam::send(vm, vec![statement])?;
                    Ok(Value::None)
                })
            }
            _ => return Ok(None),
        }))
    }
}

/// Keeps the state of a column that a class statement shares with its subclasses.
pub fn share(column: &Column) -> Rc<Column> {
    Rc::new(Column { state: RefCell::new(column.state.borrow().clone()) })
}
