//! `session.query(…)`: what it reads is not known, but the server refuses names that are not there, and it is sent only when
//! its rows are asked for.

use std::rc::Rc;

use super::session::Session;
use crate::alembic::database::{found_none, may_find_none};
use crate::alembic::eval::{Absent, Args, Eval, Native, Value, Vm, native};
use crate::alembic::run::Action;
use crate::alembic::sqlalchemy::ddl::Statement;
use crate::alembic::sqlalchemy::expression::Expression;
use crate::alembic::sqlalchemy::names;
use crate::alembic::sqlalchemy::schema::{Column, Table};
use crate::alembic::sqlalchemy::seam;
use crate::pg::ident::QName;

/// Methods that send the query and give rows.
const READING: &[&str] = &["all", "first", "one", "one_or_none", "scalar", "scalars", "count", "get"];
/// Methods that send a statement on rows.
const WRITING: &[&str] = &["delete", "update"];

fn qname(table: &Table) -> QName {
    names::qname(table.schema().as_ref(), &table.name())
}

/// Methods that add no row to those of a query: `full=True` aside, joins keep or multiply the rows of its first table.
const NARROWING: &[&str] = &[
    "distinct",
    "enable_eagerloads",
    "execution_options",
    "filter",
    "filter_by",
    "group_by",
    "having",
    "join",
    "limit",
    "offset",
    "options",
    "order_by",
    "outerjoin",
    "where",
    "with_for_update",
    "yield_per",
];

/// A query under construction.
#[derive(Clone, Debug)]
pub struct Query {
    /// The session that it is sent by.
    session: Value,
    /// Tables and the columns that are read of each; no column for a table that is only joined.
    reads: Vec<(Rc<Table>, Vec<Rc<Column>>)>,
    /// The tables that it is made of; it has no rows where one of them has none. `None` where this cannot be told.
    from: Option<Vec<Rc<Table>>>,
    /// Tables that subqueries in its columns read.
    also: Vec<QName>,
}

impl Query {
    /// `session.query(Model, Model.attribute, …)`
    pub fn new(session: Value, subjects: &[Value]) -> Query {
        let mut query = Query { session, reads: Vec::new(), from: None, also: Vec::new() };
        // Of anything else, such as `func.count(…)`, there may be a row without any in the table.
        let plain = subjects.iter().all(|subject| query.add(subject, true));
        query.from = plain.then(|| query.reads.iter().map(|(table, _)| table.clone()).collect());
        query
    }

    /// Adds what a model, a column or another query reads; false for anything else.
    fn add(&mut self, subject: &Value, read: bool) -> bool {
        if let Some(table) = super::table_of(subject) {
            let columns = if read { table.columns.borrow().clone() } else { Vec::new() };
            self.reads.push((table, columns));
            for property in super::properties_of(subject).iter().filter(|_| read) {
                self.also.extend(property.read_by_queries());
            }
        } else if let Some(column) = seam::native::<Column>(subject)
            && let Some(table) = column.table()
        {
            self.reads.push((table, vec![column]));
        } else {
            if let Some(query) = seam::native::<Query>(subject) {
                self.reads.extend(query.reads.iter().cloned());
                self.also.extend(query.also.iter().cloned());
            }
            if let Some(expression) = seam::native::<Expression>(subject) {
                self.also.extend(expression.read_by_queries());
            }
            return false;
        }
        true
    }

    /// What `method(…)` makes of it: another query, which may name further tables.
    fn with(&self, method: &str, args: &Args) -> Query {
        let mut query = Query::clone(self);
        for argument in &args.positional {
            query.add(argument, false);
        }
        let is_full = args.keyword.iter().any(|(name, _)| &**name == "full");
        if !NARROWING.contains(&method) || is_full {
            query.from = None;
        }
        query
    }

    /// It is known to give no rows.
    fn has_no_rows(&self, vm: &Vm) -> bool {
        seam::native::<Session>(&self.session).is_some_and(|session| session.is_of_run())
            && self.from.iter().flatten().any(|table| seam::has_no_rows(vm, &qname(table)))
    }

    /// The statement as far as its names go: `SELECT t.a, t.b FROM t, u`. `None` where no table is known.
    fn select(&self) -> Option<Statement> {
        let mut tables: Vec<String> = Vec::new();
        let mut columns: Vec<String> = Vec::new();
        for (table, read) in &self.reads {
            let name = qname(table);
            if !tables.contains(&name.to_string()) {
                tables.push(name.to_string());
            }
            columns.extend(read.iter().map(|column| format!("{}.{}", name.name, column.name().ident())));
        }
        if tables.is_empty() {
            return None;
        }
        for name in self.also.iter().map(ToString::to_string) {
            if !tables.contains(&name) {
                tables.push(name);
            }
        }
        let list = if columns.is_empty() { "1".to_string() } else { columns.join(", ") };
        let sql = format!("SELECT {list} FROM {}", tables.join(", "));
        let command = crate::sql::statement::parse_one(&sql)?;
        Some(Statement { command, sql })
    }

    fn shown(&self, method: &str) -> String {
        let tables: Vec<String> = self.reads.iter().map(|(table, _)| qname(table).to_string()).collect();
        let of = if tables.is_empty() { String::new() } else { format!(" on {}", tables.join(", ")) };
        format!("session.query(…).{method}(){of}")
    }

    /// Sends the query; its rows are known where there are none.
    fn read(&self, vm: &mut Vm, method: &str) -> Eval<Value> {
        if let Some(statement) = self.select() {
            seam::send(vm, vec![statement])?;
        }
        if !self.has_no_rows(vm) {
            let reason = vm.reason("row-data", format!("what {} reads", self.shown(method)));
            if method == "one" {
                may_find_none(vm, &reason);
            }
            return Ok(match method {
                "first" | "one_or_none" | "get" => vm.may_be_absent(reason, Absent::Row),
                "all" => vm.may_be_absent(reason, Absent::Rows),
                _ => Value::Unknown(reason),
            });
        }
        match method {
            "count" => Ok(Value::int(0)),
            "first" | "one_or_none" | "scalar" | "get" => Ok(Value::None),
            "one" => Err(found_none(vm)),
            _ => Ok(Value::list([])),
        }
    }

    /// Sends an UPDATE or a DELETE on the first table, whose condition is not written here.
    fn write(&self, vm: &mut Vm, method: &str) -> Eval<Value> {
        if let Some((table, _)) = self.reads.first() {
            let check = Query { reads: vec![(table.clone(), Vec::new())], ..self.clone() };
            seam::send(vm, check.select().into_iter().collect())?;
        }
        if self.has_no_rows(vm) {
            return Ok(Value::int(0));
        }
        vm.run.note(Action::Rows { what: self.shown(method) });
        Ok(vm.unknown("row-data", "how many rows a statement changed"))
    }
}

impl Native for Query {
    fn class(&self) -> &str {
        "sqlalchemy.orm.query.Query"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let method = name.to_string();
        // Of `subquery()`, `cte()` and `statement`, which read what the query reads.
        if matches!(name, "c" | "columns" | "selected_columns" | "exported_columns" | "column_descriptions") {
            return Ok(Some(vm.unknown("subquery", "the columns of a subquery")));
        }
        if name == "statement" {
            return Ok(Some(Value::Native(self)));
        }
        if name == "session" {
            return Ok(Some(self.session.clone()));
        }
        Ok(Some(if READING.contains(&name) {
            native::function(name, move |vm, _| self.read(vm, &method))
        } else if WRITING.contains(&name) {
            native::function(name, move |vm, _| self.write(vm, &method))
        } else {
            native::function(name, move |_, args| Ok(Value::native(self.with(&method, &args))))
        }))
    }

    fn iterate(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        self.read(vm, "all").map(Some)
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, _key: Value) -> Eval<Option<Value>> {
        self.read(vm, "all").map(Some)
    }
}

/// A query as a statement: `session.execute(query)`, `connection.execute(query.statement)`. `None` for another value.
pub fn executed(vm: &mut Vm, statement: &Value) -> Eval<Option<Value>> {
    match seam::native::<Query>(statement) {
        Some(query) => {
            let rows = query.read(vm, "all")?;
            Ok(Some(match rows {
                Value::Unknown(reason) => Value::Unknown(reason),
                _ => seam::no_rows(),
            }))
        }
        None => Ok(None),
    }
}
