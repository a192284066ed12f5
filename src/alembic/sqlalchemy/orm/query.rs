//! `session.query(…)`: what it reads is not known, but the server refuses names that are not there, and it is sent only when
//! its rows are asked for.

use std::rc::Rc;

use crate::alembic::eval::{Eval, Native, Value, Vm, native};
use crate::alembic::run::Action;
use crate::alembic::sqlalchemy::ddl::Statement;
use crate::alembic::sqlalchemy::names;
use crate::alembic::sqlalchemy::schema::{Column, Table};
use crate::alembic::sqlalchemy::seam;
use crate::pg::ident::QName;

/// Methods that send the query and give rows.
const READING: &[&str] = &["all", "first", "one", "one_or_none", "scalar", "scalars", "count", "get", "yield_per"];
/// Methods that send a statement on rows.
const WRITING: &[&str] = &["delete", "update"];

fn qname(table: &Table) -> QName {
    names::qname(table.schema().as_ref(), &table.name())
}

/// A query under construction.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Tables and the columns that are read of each; no column for a table that is only joined.
    reads: Vec<(Rc<Table>, Vec<Rc<Column>>)>,
}

impl Query {
    /// `session.query(Model, Model.attribute, …)`
    pub fn new(subjects: &[Value]) -> Query {
        let mut query = Query::default();
        for subject in subjects {
            query.add(subject, true);
        }
        query
    }

    fn add(&mut self, subject: &Value, read: bool) {
        if let Some(table) = super::table_of(subject) {
            let columns = if read { table.columns.borrow().clone() } else { Vec::new() };
            self.reads.push((table, columns));
        } else if let Some(column) = seam::native::<Column>(subject)
            && let Some(table) = column.table()
        {
            self.reads.push((table, vec![column]));
        } else if let Some(query) = seam::native::<Query>(subject) {
            self.reads.extend(query.reads.iter().cloned());
        }
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

    /// Sends the query; its rows are not known.
    fn read(&self, vm: &mut Vm, method: &str) -> Eval<Value> {
        if let Some(statement) = self.select() {
            seam::send(vm, vec![statement])?;
        }
        Ok(vm.unknown("row-data", format!("what {} reads", self.shown(method))))
    }

    /// Sends an UPDATE or a DELETE on the first table, whose condition is not written here.
    fn write(&self, vm: &mut Vm, method: &str) -> Eval<Value> {
        if let Some((table, _)) = self.reads.first() {
            let check = Query { reads: vec![(table.clone(), Vec::new())] };
            seam::send(vm, check.select().into_iter().collect())?;
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
        Ok(Some(if READING.contains(&name) {
            native::function(name, move |vm, _| self.read(vm, &method))
        } else if WRITING.contains(&name) {
            native::function(name, move |vm, _| self.write(vm, &method))
        } else {
            // `filter`, `join`, `order_by`, …: another query, which may name further tables.
            native::function(name, move |_, args| {
                let mut query = Query::clone(&self);
                for argument in &args.positional {
                    query.add(argument, false);
                }
                Ok(Value::native(query))
            })
        }))
    }

    fn iterate(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        self.read(vm, "all").map(Some)
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, _key: Value) -> Eval<Option<Value>> {
        self.read(vm, "all").map(Some)
    }
}
