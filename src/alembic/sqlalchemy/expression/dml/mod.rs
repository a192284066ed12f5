//! `select`, `insert`, `update`, `delete`: statements on rows, with their values as literals where all are known.

mod command;
mod native;
mod table;
mod text;
mod values;

pub use table::{LightTable, table, table_method, table_name};

use native::on_conflict;
use std::rc::Rc;

use crate::alembic::eval::{Args, Eval, Value, Vm};
use crate::alembic::sqlalchemy::expression::join::{self, Join};
use crate::alembic::sqlalchemy::expression::python::operand;
use crate::alembic::sqlalchemy::expression::{Expression, Node, Owner, TableName};
use crate::alembic::sqlalchemy::names::Name;
use crate::alembic::sqlalchemy::schema::Table;
use crate::alembic::sqlalchemy::{orm, seam, settle};
use crate::pg::command::DataVerb;
use crate::pg::error::Reason;

/// A statement on rows.
#[derive(Clone, Debug)]
pub struct Query {
    verb: DataVerb,
    table: Option<TableName>,
    /// The same as it was given: its columns have types.
    target: Option<Value>,
    froms: Vec<TableName>,
    /// Their tables are among `froms`.
    joins: Vec<Join>,
    columns: Vec<Rc<Expression>>,
    values: Vec<(Name, Rc<Expression>)>,
    rows: Vec<Vec<(Name, Rc<Expression>)>>,
    source: Option<(Vec<Name>, Rc<Query>)>,
    conditions: Vec<Rc<Expression>>,
    order: Vec<Rc<Expression>>,
    group: Vec<Rc<Expression>>,
    having: Vec<Rc<Expression>>,
    limit: Option<Rc<Expression>>,
    offset: Option<Rc<Expression>>,
    distinct: bool,
    returning: Vec<Rc<Expression>>,
    conflict: String,
    /// A part is not known, or not modelled.
    unknown: Option<Reason>,
}

/// `select(…)`, `insert(table)`, `update(table)`, `delete(table)`.
pub fn start(vm: &mut Vm, verb: &str, args: Args) -> Eval<Value> {
    let mut query = Query {
        verb: match verb {
            "insert" => DataVerb::Insert,
            "update" => DataVerb::Update,
            "delete" => DataVerb::Delete,
            _ => DataVerb::Select,
        },
        table: None,
        target: None,
        froms: Vec::new(),
        joins: Vec::new(),
        columns: Vec::new(),
        values: Vec::new(),
        rows: Vec::new(),
        source: None,
        conditions: Vec::new(),
        order: Vec::new(),
        group: Vec::new(),
        having: Vec::new(),
        limit: None,
        offset: None,
        distinct: false,
        returning: Vec::new(),
        conflict: String::new(),
        unknown: args.unknown.clone(),
    };
    let mut positional = args.positional;
    if query.verb == DataVerb::Select {
        // The form of SQLAlchemy 1.x took one list of columns.
        if let [Value::List(_) | Value::Tuple(_)] = positional.as_slice() {
            positional = match settle(seam::items(vm, &positional[0]))? {
                Ok(items) => items,
                Err(reason) => vec![Value::Unknown(reason)],
            };
        }
        for item in &positional {
            query.select(vm, item)?;
        }
        return Ok(Value::native(query));
    }
    match positional.first().map(|first| (table_name(first), first)) {
        Some((Some(table), target)) => {
            query.table = Some(table);
            query.target = Some(target.clone());
        }
        Some((None, Value::Unknown(reason))) => query.doubt(reason.clone()),
        Some((None, _)) | None => {
            query.doubt(Reason::new("sqlalchemy", format!("{verb}() of something that is no table")))
        }
    }
    if let Some(condition) = positional.get(1).filter(|_| query.verb != DataVerb::Insert) {
        query.add_condition(vm, condition)?;
    }
    for (name, value) in args.keyword {
        match &*name {
            "values" => query.set_values(vm, &value)?,
            "whereclause" => query.add_condition(vm, &value)?,
            _ => {}
        }
    }
    Ok(Value::native(query))
}

impl Query {
    fn doubt(&mut self, reason: Reason) {
        self.unknown.get_or_insert(reason);
    }

    fn add_from(&mut self, table: TableName) {
        if !self.froms.contains(&table) && self.table.as_ref() != Some(&table) {
            self.froms.push(table);
        }
    }

    /// The tables that a SELECT reads.
    pub fn reads(&self) -> impl Iterator<Item = &TableName> {
        self.froms.iter()
    }

    fn add_join(&mut self, join: Join) {
        for table in join.tables() {
            self.add_from(table.clone());
        }
        self.joins.push(join);
    }

    /// What `select(…).join(right)` joins to: the join before, or the only other table.
    fn left_of_join(&mut self, right: Option<&TableName>) -> Result<Join, Reason> {
        if let Some(join) = self.joins.pop() {
            return Ok(join);
        }
        let mut others = self.froms.iter().filter(|table| Some(*table) != right);
        match (others.next(), others.next()) {
            (Some(left), None) => Ok(Join::of(left.clone())),
            _ => Err(Reason::new("sqlalchemy", "a join to one of several tables")),
        }
    }

    /// Notes the tables of the columns in an expression.
    fn note(&mut self, expression: &Expression) {
        let mut found = Vec::new();
        let mut queries = Vec::new();
        expression.visit(&mut |node| match &node.node {
            Node::Column(column) => {
                found.extend(column.table().map(|table| TableName { schema: table.schema(), name: table.name() }));
            }
            Node::Named { table, .. } => found.extend(table.get().map(|table| TableName::clone(&table))),
            Node::Query(query) => queries.push(query.unknown.clone()),
            _ => {}
        });
        for reason in queries.into_iter().flatten() {
            self.doubt(reason);
        }
        for table in found {
            self.add_from(table);
        }
    }

    fn select(&mut self, vm: &mut Vm, item: &Value) -> Eval<()> {
        if let Some(table) = seam::native::<Table>(item).or_else(|| orm::table_of(item)) {
            self.add_from(TableName { schema: table.schema(), name: table.name() });
            let columns = table.columns.borrow().clone();
            self.columns.extend(columns.iter().map(|column| Rc::new(Expression::column_of(column))));
            for property in orm::properties_of(item) {
                self.note(&property);
                self.columns.push(property);
            }
            return Ok(());
        }
        if let Some(table) = seam::native::<LightTable>(item) {
            self.add_from(TableName::clone(&table.name));
            self.columns.extend(table.columns.iter().cloned());
            return Ok(());
        }
        let expression = operand(vm, item, None)?;
        self.note(&expression);
        self.columns.push(expression);
        Ok(())
    }

    fn add_condition(&mut self, vm: &mut Vm, condition: &Value) -> Eval<()> {
        if condition.is_none() {
            return Ok(());
        }
        let condition = operand(vm, condition, None)?;
        if self.verb == DataVerb::Select || self.verb == DataVerb::Update || self.verb == DataVerb::Delete {
            self.note(&condition);
        }
        self.conditions.push(condition);
        Ok(())
    }

    fn changed(&self, vm: &mut Vm, name: &str, args: Args) -> Eval<Query> {
        let mut query = self.clone();
        if let Some(reason) = &args.unknown {
            query.doubt(reason.clone());
        }
        match name {
            "where" | "filter" | "having" => {
                for condition in &args.positional {
                    if name == "having" {
                        let condition = operand(vm, condition, None)?;
                        query.having.push(condition);
                    } else {
                        query.add_condition(vm, condition)?;
                    }
                }
            }
            "values" => {
                for value in &args.positional {
                    query.set_values(vm, value)?;
                }
                for (name, value) in &args.keyword {
                    let ty = query.type_of(name);
                    query.values.push((Name::plain(name), operand(vm, value, ty.as_ref())?));
                }
            }
            "select_from" => {
                for from in &args.positional {
                    match (table_name(from), from.downcast_ref::<Join>()) {
                        (Some(table), _) => query.add_from(table),
                        (None, Some(join)) => query.add_join(join.clone()),
                        (None, None) => {
                            query.doubt(Reason::new("sqlalchemy", "select_from() of something that is no table"));
                        }
                    }
                }
            }
            "join" | "outerjoin" if query.verb == DataVerb::Select => {
                let left = query.left_of_join(args.positional.first().and_then(table_name).as_ref());
                match join::join(vm, left, name == "outerjoin", args)? {
                    Ok(join) => query.add_join(join),
                    Err(reason) => query.doubt(reason),
                }
            }
            "from_select" => {
                let names = args.positional.first().map(seam::column_names);
                match (names, args.positional.get(1).and_then(seam::native::<Query>)) {
                    (Some(Ok(names)), Some(source)) => query.source = Some((names, source)),
                    (Some(Err(reason)), _) => query.doubt(reason),
                    _ => query.doubt(Reason::new("sqlalchemy", "from_select() of something that is no select")),
                }
            }
            "order_by" | "group_by" | "returning" => {
                for item in &args.positional {
                    let item = match item {
                        Value::Str(name) => {
                            Expression::of(Node::Named { table: Owner::default(), name: Name::plain(name) })
                        }
                        Value::None => continue,
                        item => operand(vm, item, None)?,
                    };
                    match name {
                        "order_by" => query.order.push(item),
                        "group_by" => query.group.push(item),
                        _ => query.returning.push(item),
                    }
                }
            }
            "limit" | "offset" => {
                let value = operand(vm, args.positional.first().unwrap_or(&Value::None), None)?;
                if name == "limit" { query.limit = Some(value) } else { query.offset = Some(value) }
            }
            "distinct" if args.positional.is_empty() => query.distinct = true,
            "on_conflict_do_nothing" => query.conflict = on_conflict(&args),
            // What does not change the rows.
            "execution_options" | "scalar_subquery" | "as_scalar" | "inline" | "params" | "correlate" => {}
            _ => query.doubt(Reason::new("sqlalchemy", format!("the method {name}() of a statement"))),
        }
        Ok(query)
    }
}
