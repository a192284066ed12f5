//! `select`, `insert`, `update`, `delete`: statements on rows, with their values as literals where all are known.

use std::rc::Rc;

use super::super::names::{self, Name, qname, qualified_sql};
use super::super::schema::{COLLECTION, Column, Table};
use super::super::{Known, Obstacle, seam, settle, types};
use super::join::{self, Join};
use super::python::{list, operand};
use super::{Context, Expression, Node, TableName, compile, operators};
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};
use crate::pg::command::{DataCommand, DataVerb};
use crate::pg::error::Reason;
use crate::pg::ident::{Ident, QName};

/// `table("t", column("a"), …)`: a name with columns, without types of constraints.
#[derive(Debug)]
pub struct LightTable {
    /// Its name, and its schema.
    pub name: Rc<TableName>,
    columns: Vec<Rc<Expression>>,
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
        let own = match seam::native::<Column>(column) {
            Some(column) => Some((column.name(), Some(column.state.borrow().ty.clone()))),
            None => seam::native::<Expression>(column).and_then(|own| Some((own.column_name()?, own.ty.clone()))),
        };
        match own {
            Some((name, ty)) => {
                let node = Node::Named { table: Some(table.clone()), name };
                columns.push(Rc::new(Expression { node, ty }));
            }
            None => return Ok(vm.unknown("sqlalchemy", "a table() of something that is no column")),
        }
    }
    Ok(Value::native(LightTable { name: table, columns }))
}

impl LightTable {
    fn column(&self, key: &str) -> Option<Value> {
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

/// The table that a value stands for: a `Table`, a `table()`, a declarative class.
pub fn table_name(value: &Value) -> Option<TableName> {
    if let Some(table) = seam::native::<Table>(value).or_else(|| super::super::orm::table_of(value)) {
        return Some(TableName { schema: table.schema(), name: table.name() });
    }
    seam::native::<LightTable>(value).map(|table| TableName::clone(&table.name))
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

    /// What is read from, as it is written.
    fn sources(&self, vm: &mut Vm, context: Context) -> Known<Vec<String>> {
        let joined = |table: &&TableName| !self.joins.iter().any(|join| join.tables().any(|own| own == *table));
        let plain = self.froms.iter().filter(joined);
        let mut texts: Vec<String> = plain.map(|table| qualified_sql(table.schema.as_ref(), &table.name)).collect();
        for join in &self.joins {
            texts.push(join.text(vm, context)?);
        }
        Ok(texts)
    }

    /// Notes the tables of the columns in an expression.
    fn note(&mut self, expression: &Expression) {
        let mut found = Vec::new();
        let mut queries = Vec::new();
        expression.visit(&mut |node| match &node.node {
            Node::Column(column) => {
                found.extend(column.table().map(|table| TableName { schema: table.schema(), name: table.name() }));
            }
            Node::Named { table: Some(table), .. } => found.push(TableName::clone(table)),
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
        if let Some(table) = seam::native::<Table>(item).or_else(|| super::super::orm::table_of(item)) {
            self.add_from(TableName { schema: table.schema(), name: table.name() });
            let columns = table.columns.borrow().clone();
            self.columns.extend(columns.iter().map(|column| Rc::new(Expression::column_of(column))));
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

    /// The type of a column of the table that is written to.
    fn type_of(&self, key: &str) -> Option<Value> {
        let target = self.target.as_ref()?;
        if let Some(table) = seam::native::<LightTable>(target) {
            return table.column(key).and_then(|column| seam::native::<Expression>(&column)?.ty.clone());
        }
        let table = seam::native::<Table>(target).or_else(|| super::super::orm::table_of(target))?;
        table.column(key).map(|column| column.state.borrow().ty.clone())
    }

    fn row(&mut self, vm: &mut Vm, value: &Value) -> Eval<Vec<(Name, Rc<Expression>)>> {
        let Value::Dict(dict) = value else {
            let reason = value.reason().cloned().unwrap_or_else(|| Reason::new("row-data", "values that are no dict"));
            self.doubt(reason);
            return Ok(Vec::new());
        };
        if let Some(reason) = dict.borrow().unknown.clone() {
            self.doubt(reason);
        }
        let items: Vec<(Value, Value)> =
            dict.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let mut row = Vec::new();
        for (key, value) in items {
            let (name, ty) = match (seam::native::<Column>(&key), seam::native::<Expression>(&key)) {
                (Some(column), _) => (Ok(column.name()), Some(column.state.borrow().ty.clone())),
                (None, Some(column)) => {
                    let name = column.column_name().ok_or_else(|| Reason::new("sqlalchemy", "a value for no column"));
                    (name, column.ty.clone())
                }
                (None, None) => (names::name(&key), key.as_str().and_then(|key| self.type_of(key))),
            };
            match name {
                Ok(name) => row.push((name, operand(vm, &value, ty.as_ref())?)),
                Err(reason) => self.doubt(reason),
            }
        }
        Ok(row)
    }

    fn set_values(&mut self, vm: &mut Vm, value: &Value) -> Eval<()> {
        if let Value::List(_) | Value::Unknown(_) = value
            && let Ok(rows) = seam::items(vm, value)
        {
            for row in rows {
                let row = self.row(vm, &row)?;
                self.rows.push(row);
            }
            return Ok(());
        }
        let row = self.row(vm, value)?;
        self.values.extend(row);
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
                        Value::Str(name) => Expression::of(Node::Named { table: None, name: Name::plain(name) }),
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

    /// Everything that it names, for the step that it is.
    pub fn relations(&self) -> Vec<QName> {
        let mut relations: Vec<QName> = Vec::new();
        let mut add = |table: &TableName| {
            let name = qname(table.schema.as_ref(), &table.name);
            if !relations.contains(&name) {
                relations.push(name);
            }
        };
        self.table.iter().chain(&self.froms).for_each(&mut add);
        if let Some((_, source)) = &self.source {
            source.froms.iter().for_each(&mut add);
        }
        for condition in self.conditions.iter().chain(self.values.iter().map(|(_, value)| value)) {
            condition.visit(&mut |node| {
                if let Node::Query(inner) = &node.node {
                    inner.table.iter().chain(&inner.froms).for_each(&mut add);
                }
            });
        }
        relations
    }

    /// The columns of a SELECT that are numbers with a fraction in Python, with their tables.
    pub fn numbers(&self, vm: &mut Vm) -> Eval<Vec<(QName, Ident)>> {
        let mut found = Vec::new();
        for expression in self.columns.iter().filter(|_| self.verb == DataVerb::Select) {
            let table = match &expression.node {
                Node::Column(column) => column.table().map(|table| qname(table.schema().as_ref(), &table.name())),
                Node::Named { table, .. } => table.as_ref().map(|table| qname(table.schema.as_ref(), &table.name)),
                _ => None,
            };
            let (Some(table), Some(name), Some(ty)) = (table, expression.column_name(), &expression.ty) else {
                continue;
            };
            let ty = settle(types::render::resolve(vm, ty))?;
            if ty.is_ok_and(|ty| types::is_kind_of(&ty, "sqlalchemy.sql.sqltypes.Numeric")) {
                found.push((table, name.ident()));
            }
        }
        Ok(found)
    }

    fn named_columns(&self) -> Vec<Ident> {
        let mut names: Vec<Ident> = self.values.iter().map(|(name, _)| name.ident()).collect();
        if let Some(first) = self.rows.first() {
            names.extend(first.iter().map(|(name, _)| name.ident()));
        }
        if let Some((columns, _)) = &self.source {
            names.extend(columns.iter().map(Name::ident));
        }
        names
    }

    /// The statement, and its text or the reason why that is not known: then the command's text has `$1` for values that are not
    /// known, and is empty where it is more than values.
    pub fn command(&self, vm: &mut Vm) -> Eval<(DataCommand, Result<String, Reason>)> {
        let text = settle(self.text(vm, Context::STATEMENT, 0))?;
        let outline = match text {
            Ok(_) => None,
            Err(_) => settle(self.text(vm, Context::OUTLINE, 0))?.ok(),
        };
        let written = self.verb != DataVerb::Select;
        let command = DataCommand {
            verb: self.verb,
            table: self.table.as_ref().filter(|_| written).map(|table| qname(table.schema.as_ref(), &table.name)),
            columns: self.named_columns(),
            relations: self.relations(),
            text: text.clone().ok().or(outline).unwrap_or_default(),
        };
        Ok((command, text))
    }

    /// The statement as it is executed with parameters, of which `set` is the first: they fill `bindparam(…)`, and others name
    /// further columns. They are not written into the text.
    pub fn command_with(&self, set: &Value) -> (DataCommand, Reason) {
        let mut parameters: Vec<Rc<str>> = Vec::new();
        for expression in self.conditions.iter().chain(self.values.iter().map(|(_, value)| value)) {
            expression.visit(&mut |node| {
                if let Node::Parameter(name) = &node.node {
                    parameters.push(Rc::from(&**name));
                }
            });
        }
        let mut columns = self.named_columns();
        if let Value::Dict(set) = set
            && matches!(self.verb, DataVerb::Insert | DataVerb::Update)
        {
            let set = set.borrow();
            for key in set.keys().filter_map(Value::as_str) {
                let name = Ident::new(key);
                if !columns.contains(&name) && !parameters.iter().any(|parameter| **parameter == *key) {
                    columns.push(name);
                }
            }
        }
        let table = self.table.as_ref().filter(|_| self.verb != DataVerb::Select);
        let command = DataCommand {
            verb: self.verb,
            table: table.map(|table| qname(table.schema.as_ref(), &table.name)),
            columns,
            relations: self.relations(),
            text: String::new(),
        };
        (command, Reason::new("row-data", "the rows of a statement are given when it is executed"))
    }

    /// Its SQL.
    pub fn text(&self, vm: &mut Vm, context: Context, depth: usize) -> Known<String> {
        if let Some(reason) = &self.unknown {
            return Err(reason.clone().into());
        }
        if depth > 20 {
            return Err(Reason::new("depth", "a statement that is nested too deeply").into());
        }
        let own = |table: &TableName| qualified_sql(table.schema.as_ref(), &table.name);
        let target = self.table.as_ref().map(own).unwrap_or_default();
        let froms = self.sources(vm, context)?;
        // In a statement on one table SQLAlchemy qualifies columns in the condition, never in SET.
        let condition = match self.conditions.as_slice() {
            [] => String::new(),
            all => {
                let all = list(operators::AND, all.to_vec());
                format!(" WHERE {}", compile(vm, &all, context)?)
            }
        };
        let mut sql = match self.verb {
            DataVerb::Insert => self.insert(vm, &target, context, depth)?,
            DataVerb::Update => {
                let mut sets = Vec::new();
                for (name, value) in &self.values {
                    let text = compile(vm, value, context)?;
                    let text = if value.needs_group() { format!("({text})") } else { text };
                    sets.push(format!("{}={text}", name.sql()));
                }
                let from = if froms.is_empty() { String::new() } else { format!(" FROM {}", froms.join(", ")) };
                format!("UPDATE {target} SET {}{from}{condition}", sets.join(", "))
            }
            DataVerb::Delete => {
                let from = if froms.is_empty() { String::new() } else { format!(" USING {}", froms.join(", ")) };
                format!("DELETE FROM {target}{from}{condition}")
            }
            _ => {
                let columns = self.joined(vm, &self.columns, context)?;
                let distinct = if self.distinct { "DISTINCT " } else { "" };
                let from = if froms.is_empty() { String::new() } else { format!(" FROM {}", froms.join(", ")) };
                format!("SELECT {distinct}{columns}{from}{condition}")
            }
        };
        for (words, items) in [(" GROUP BY ", &self.group), (" HAVING ", &self.having), (" ORDER BY ", &self.order)] {
            if !items.is_empty() {
                sql.push_str(words);
                sql.push_str(&self.joined(vm, items, context)?);
            }
        }
        for (words, item) in [(" LIMIT ", &self.limit), (" OFFSET ", &self.offset)] {
            if let Some(item) = item {
                sql.push_str(words);
                sql.push_str(&compile(vm, item, context)?);
            }
        }
        sql.push_str(&self.conflict);
        if !self.returning.is_empty() {
            sql.push_str(" RETURNING ");
            sql.push_str(&self.joined(vm, &self.returning, context)?);
        }
        Ok(sql)
    }

    fn insert(&self, vm: &mut Vm, target: &str, context: Context, depth: usize) -> Known<String> {
        if let Some((columns, source)) = &self.source {
            let columns: Vec<String> = columns.iter().map(Name::sql).collect();
            return Ok(format!(
                "INSERT INTO {target} ({}) {}",
                columns.join(", "),
                source.text(vm, context, depth + 1)?
            ));
        }
        let rows: Vec<&Vec<(Name, Rc<Expression>)>> =
            if self.rows.is_empty() { vec![&self.values] } else { self.rows.iter().collect() };
        let Some(first) = rows.first().filter(|row| !row.is_empty()) else {
            // Without values the rows come as parameters of the execution.
            return Err(Reason::new("row-data", "the rows of an INSERT are given when it is executed").into());
        };
        let columns: Vec<String> = first.iter().map(|(name, _)| name.sql()).collect();
        let mut groups = Vec::new();
        for row in &rows {
            let mut values = Vec::new();
            for (name, _) in first.iter() {
                let Some((_, value)) = row.iter().find(|(other, _)| other == name) else {
                    return Err(Reason::new("row-data", "rows of an INSERT with different columns").into());
                };
                values.push(compile(vm, value, context)?);
            }
            groups.push(format!("({})", values.join(", ")));
        }
        Ok(format!("INSERT INTO {target} ({}) VALUES {}", columns.join(", "), groups.join(", ")))
    }

    fn joined(&self, vm: &mut Vm, items: &[Rc<Expression>], context: Context) -> Known<String> {
        let mut parts = Vec::new();
        for item in items {
            parts.push(compile(vm, item, context)?);
        }
        Ok(parts.join(", "))
    }
}

fn on_conflict(args: &Args) -> String {
    let elements = args.keyword.iter().find(|(name, _)| &**name == "index_elements").map(|(_, value)| value);
    match elements.map(seam::column_names) {
        Some(Ok(names)) => {
            let names: Vec<String> = names.iter().map(Name::sql).collect();
            format!(" ON CONFLICT ({}) DO NOTHING", names.join(", "))
        }
        Some(Err(_)) | None => " ON CONFLICT DO NOTHING".to_string(),
    }
}

impl Native for Query {
    fn class(&self) -> &str {
        match self.verb {
            DataVerb::Insert => "sqlalchemy.sql.dml.Insert",
            DataVerb::Update => "sqlalchemy.sql.dml.Update",
            DataVerb::Delete => "sqlalchemy.sql.dml.Delete",
            _ => "sqlalchemy.sql.selectable.Select",
        }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        class == self.class()
            || matches!(class, "sqlalchemy.sql.base.Executable" | "sqlalchemy.sql.elements.ClauseElement")
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if name.starts_with("__") {
            return Ok(None);
        }
        if matches!(name, "c" | "columns" | "selected_columns" | "exported_columns") {
            return Ok(Some(vm.unknown("sqlalchemy", "the columns of a subquery")));
        }
        if name == "selectable" {
            return Ok(Some(Value::Native(self)));
        }
        if name == "compile" {
            return Ok(Some(native::function(name, |vm, _| Ok(vm.unknown("sqlalchemy", "a compiled statement")))));
        }
        if matches!(name, "bind" | "description" | "froms" | "table" | "whereclause") {
            return Ok(Some(vm.unknown("sqlalchemy", format!("{name} of a statement"))));
        }
        let method = name.to_string();
        Ok(Some(native::function(name, move |vm, args| {
            if method == "label" {
                let own = Value::Native(self.clone());
                let operand = operand(vm, &own, None)?;
                return match args.positional.first().map(names::name) {
                    Some(Ok(name)) => Ok(Value::Native(Expression::of(Node::Label { name, operand }))),
                    Some(Err(reason)) => Ok(Value::Unknown(reason)),
                    None => Ok(vm.unknown("sqlalchemy", "a label without a name")),
                };
            }
            Ok(Value::native(self.changed(vm, &method, args)?))
        })))
    }

    fn str(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        match self.text(vm, Context::STATEMENT, 0) {
            Ok(text) => Ok(Some(Value::str(text))),
            Err(Obstacle::Unknown(reason)) => Ok(Some(Value::Unknown(reason))),
            Err(Obstacle::Raise(raise)) => Err(raise),
        }
    }
}
