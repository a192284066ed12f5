//! What statements demand of rows, which no schema shows, and of the server.

mod alter_table;
mod constraint;
mod insert;
mod key;
mod unique_index;

pub use alter_table::needs_value;

use super::broken::Broken;
use super::condition::{Asks, Condition};
use super::rows::Rows;
use super::{rules, server};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Command, DataVerb, Table};
use crate::pg::ident::{Ident, QName};

/// What one statement demands, given the catalog before it. The queries name tables as they are called before the run.
pub fn conditions(command: &Command, catalog: &Catalog, session: &Session, rows: &Rows) -> Vec<Condition> {
    let mut demands = Demands { command, catalog, session, rows, found: server::conditions(command, catalog, session) };
    match command {
        Command::Table(Table::Alter { name, actions, .. }) => demands.alter_table(name, actions),
        Command::CreateIndex(index) if index.unique => demands.unique_index(index),
        Command::Data(data) => {
            if data.verb == DataVerb::Insert {
                demands.insert(data);
            }
            demands.found.extend(rules::conditions(data, catalog, session, rows));
        }
        _ => {}
    }
    demands.found
}

/// A statement before it runs, and what it was found to demand.
struct Demands<'a> {
    command: &'a Command,
    catalog: &'a Catalog,
    session: &'a Session,
    rows: &'a Rows,
    found: Vec<Condition>,
}

impl Demands<'_> {
    /// Adds a demand whose query reads these tables, if they hold by then what they hold before the run.
    fn push(
        &mut self,
        demand: String,
        sqlstate: Option<&'static str>,
        broken: Broken,
        asked: Option<(String, &[Oid])>,
    ) {
        let query = asked.filter(|(query, tables)| self.rows.can_be_asked(query, tables, self.catalog));
        let query =
            query.map(|(query, _)| query).filter(|query| !alter_table::changes_what_it_reads(self.command, query));
        self.found.push(Condition::new(Asks::Rows, demand, sqlstate, broken, query));
    }

    /// What the table is called before the run.
    fn asked(&self, table: Oid, written: &QName) -> QName {
        self.rows.asked().and_then(|asked| asked.name(table)).unwrap_or(written.clone())
    }

    /// A column of `table` must hold no NULL, unless it is known to hold none.
    fn no_null(&mut self, name: &QName, table: Oid, column: &Ident) {
        if self.catalog.column(table, column).is_some_and(|column| self.rows.is_filled(self.catalog, column)) {
            return;
        }
        let query = format!("SELECT count(*) FROM {} WHERE {column} IS NULL", self.asked(table, name));
        let demand = format!("{name}.{column} holds no NULL");
        self.push(demand, Some("23502"), Broken::Null(column.clone()), Some((query, &[table])));
    }
}

fn list(columns: &[Ident]) -> String {
    columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
