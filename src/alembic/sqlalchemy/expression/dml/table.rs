//! What statements are made of: `table(…)`, and the methods that every table has.

use std::rc::Rc;

use super::start;
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::expression::join::{self};
use crate::alembic::sqlalchemy::expression::python::no_truth;
use crate::alembic::sqlalchemy::expression::{Expression, Node, Owner, TableName};
use crate::alembic::sqlalchemy::names::{self};
use crate::alembic::sqlalchemy::schema::{COLLECTION, Column, Table};
use crate::alembic::sqlalchemy::{orm, seam};

/// `table("t", column("a"), …)`: a name with columns, without types of constraints.
#[derive(Debug)]
pub struct LightTable {
    /// Its name, and its schema.
    pub name: Rc<TableName>,
    pub(super) columns: Vec<Rc<Expression>>,
}

/// `table(name, *columns, schema=None)`
pub fn table(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "table(name, *columns, schema=, **kw)")?;
    let name = match names::name(&bound.required("name")) {
        Ok(name) => name,
        Err(reason) => return Ok(Value::Unknown(reason)),
    };
    let schema = match names::optional(&bound.or_none("schema")) {
        Ok(schema) => schema,
        Err(reason) => return Ok(Value::Unknown(reason)),
    };
    let table = Rc::new(TableName { schema, name });
    let mut columns = Vec::new();
    for column in &bound.rest {
        if let Some(own) = seam::native::<Expression>(column)
            && let Node::Named { table: owner, .. } = &own.node
        {
            owner.set(&table);
            columns.push(own);
        } else if let Some(column) = seam::native::<Column>(column) {
            let node = Node::Named { table: Owner::of(table.clone()), name: column.name() };
            columns.push(Rc::new(Expression { node, ty: Some(column.state.borrow().ty.clone()) }));
        } else {
            return Ok(vm.unknown("sqlalchemy", "a table() of something that is no column"));
        }
    }
    Ok(Value::native(LightTable { name: table, columns }))
}

impl LightTable {
    pub(super) fn column(&self, key: &str) -> Option<Value> {
        let found = self.columns.iter().find(|column| column.column_name().is_some_and(|name| &*name.text == key));
        found.map(|column| Value::Native(column.clone()))
    }
}

impl Native for LightTable {
    fn class(&self) -> &str {
        "sqlalchemy.sql.selectable.TableClause"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        matches!(class, "sqlalchemy.sql.selectable.TableClause" | "sqlalchemy.sql.selectable.FromClause")
    }

    fn truth(self: Rc<Self>, vm: &mut Vm) -> Eval<Value> {
        Err(no_truth(vm))
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "name" | "fullname" => Value::Str(self.name.name.text.clone()),
            "schema" => self.name.schema.as_ref().map_or(Value::None, |schema| Value::Str(schema.text.clone())),
            "c" | "columns" => Value::native(LightColumns(self)),
            _ => return table_method(vm, &Value::Native(self), name),
        }))
    }
}

/// `table("t", …).c`
#[derive(Debug)]
struct LightColumns(Rc<LightTable>);

impl Native for LightColumns {
    fn class(&self) -> &str {
        "sqlalchemy.sql.base.ReadOnlyColumnCollection"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        match self.0.column(name) {
            Some(column) => Ok(Some(column)),
            None if COLLECTION.contains(&name) || matches!(name, "keys" | "values" | "items" | "get") => Ok(None),
            // All that is left is a column that is not there.
            None => Err(vm.raise("AttributeError", name)),
        }
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        match key.as_str().and_then(|key| self.0.column(key)) {
            Some(column) => Ok(Some(column)),
            None => {
                let shown = seam::repr(vm, &key);
                Err(vm.raise("KeyError", &shown))
            }
        }
    }

    fn iterate(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::list(self.0.columns.iter().map(|column| Value::Native(column.clone())))))
    }
}

/// Methods of `FromClause` and `Table` that are there and not followed.
const NOT_FOLLOWED: &[&str] = &[
    "alias",
    "autoincrement_column",
    "compare",
    "corresponding_column",
    "dialect_kwargs",
    "dialect_options",
    "entity_namespace",
    "exists",
    "is_derived_from",
    "kwargs",
    "lateral",
    "self_group",
    "subquery",
    "tablesample",
    "table_valued",
    "to_metadata",
    "tometadata",
];

/// Methods that any table has.
pub fn table_method(vm: &mut Vm, table: &Value, name: &str) -> Eval<Option<Value>> {
    let verb = match name {
        "insert" | "update" | "delete" | "select" => name.to_string(),
        "join" | "outerjoin" => return Ok(Some(join::method(table, name))),
        _ if NOT_FOLLOWED.contains(&name) => return Ok(Some(vm.unknown("sqlalchemy", format!("{name} of a table")))),
        _ => return Ok(None),
    };
    let table = table.clone();
    Ok(Some(native::function(name, move |vm, args| {
        let own = if verb == "select" {
            Args { positional: vec![table.clone()], ..args }
        } else {
            args.with_self(table.clone())
        };
        start(vm, &verb, own)
    })))
}

/// The table that a value stands for: a `Table`, a `table()`, a declarative class.
pub fn table_name(value: &Value) -> Option<TableName> {
    if let Some(table) = seam::native::<Table>(value).or_else(|| orm::table_of(value)) {
        return Some(TableName { schema: table.schema(), name: table.name() });
    }
    seam::native::<LightTable>(value).map(|table| TableName::clone(&table.name))
}
