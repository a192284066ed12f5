//! `a JOIN b ON …`: what a `select` may read from besides tables.

use std::rc::Rc;

use super::super::Known;
use super::super::names::qualified_sql;
use super::dml::table_name;
use super::python::operand;
use super::{Context, Expression, TableName, compile};
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};
use crate::pg::error::Reason;

/// `sqlalchemy.sql.selectable.Join`, of tables from left to right.
#[derive(Clone, Debug)]
pub struct Join {
    left: TableName,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    words: &'static str,
    right: TableName,
    condition: Rc<Expression>,
}

impl Join {
    /// All tables in it.
    pub fn tables(&self) -> impl Iterator<Item = &TableName> {
        std::iter::once(&self.left).chain(self.steps.iter().map(|step| &step.right))
    }

    /// Its SQL.
    pub fn text(&self, vm: &mut Vm, context: Context) -> Known<String> {
        let own = |table: &TableName| qualified_sql(table.schema.as_ref(), &table.name);
        let mut sql = own(&self.left);
        for step in &self.steps {
            let condition = compile(vm, &step.condition, context)?;
            sql.push_str(&format!(" {} {} ON {condition}", step.words, own(&step.right)));
        }
        Ok(sql)
    }
}

/// Arguments of `join` and `outerjoin`, once it is known what stands to the left.
pub fn join(vm: &mut Vm, left: Result<Join, Reason>, outer: bool, args: Args) -> Eval<Result<Join, Reason>> {
    let signature = match outer {
        true => "outerjoin(right, onclause=, full=)",
        false => "join(right, onclause=, isouter=, full=)",
    };
    let bound = args.bind(vm, signature)?;
    let flag = |name: &str| bound.get(name).is_some_and(|value| value.as_bool() == Some(true));
    let words = match (outer || flag("isouter"), flag("full")) {
        (_, true) => "FULL OUTER JOIN",
        (true, false) => "LEFT OUTER JOIN",
        (false, false) => "JOIN",
    };
    let right = bound.required("right");
    let (mut join, right) = match (left, table_name(&right), right.reason()) {
        (Ok(left), Some(right), _) => (left, right),
        (Err(reason), _, _) => return Ok(Err(reason)),
        (_, None, Some(reason)) => return Ok(Err(reason.clone())),
        (_, None, None) => return Ok(Err(vm.reason("sqlalchemy", "a join with something that is no table"))),
    };
    let condition = match bound.get("onclause") {
        Some(condition) if !condition.is_none() => operand(vm, &condition, None)?,
        // SQLAlchemy looks for the foreign keys between the two.
        _ => return Ok(Err(vm.reason("sqlalchemy", "a join without its condition"))),
    };
    join.steps.push(Step { words, right, condition });
    Ok(Ok(join))
}

/// What stands to the left of a join: a table or another join.
pub fn left(vm: &Vm, value: &Value) -> Result<Join, Reason> {
    if let Some(join) = value.downcast_ref::<Join>() {
        return Ok(join.clone());
    }
    match (table_name(value), value.reason()) {
        (Some(left), _) => Ok(Join::of(left)),
        (None, Some(reason)) => Err(reason.clone()),
        (None, None) => Err(vm.reason("sqlalchemy", "a join of something that is no table")),
    }
}

impl Join {
    /// A table that nothing was joined to yet.
    pub fn of(left: TableName) -> Join {
        Join { left, steps: Vec::new() }
    }
}

/// `join(left, right, …)`, `outerjoin(left, right, …)`
pub fn function(vm: &mut Vm, outer: bool, mut args: Args) -> Eval<Value> {
    if args.positional.is_empty() {
        return Ok(vm.unknown("sqlalchemy", "a join whose left side is given by name"));
    }
    let own = args.positional.remove(0);
    let start = left(vm, &own);
    Ok(match join(vm, start, outer, args)? {
        Ok(join) => Value::native(join),
        Err(reason) => Value::Unknown(reason),
    })
}

/// `table.join`, `table.outerjoin`
pub fn method(table: &Value, name: &str) -> Value {
    let (table, outer) = (table.clone(), name == "outerjoin");
    native::function(name, move |vm, args| function(vm, outer, args.with_self(table.clone())))
}

impl Native for Join {
    fn class(&self) -> &str {
        "sqlalchemy.sql.selectable.Join"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        class == self.class() || class == "sqlalchemy.sql.selectable.FromClause"
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "join" | "outerjoin" => method(&Value::Native(self), name),
            _ => vm.unknown("sqlalchemy", format!("{name} of a join")),
        }))
    }
}
