//! What is known of rows during an upgrade, though a schema shows none: which tables are empty, and which columns hold NULL in
//! every row, or in none.
//!
//! Many histories add a column, fill it, and only then declare it NOT NULL. What a run itself has done settles what its later
//! statements demand.

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::ast;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::fill::{demands_only_null, never_null};
use crate::catalog::object::TypeRef;
use crate::catalog::{Catalog, Object, Oid, Session};
use crate::pg::command::{AlterAction, ColumnConstraint, ColumnDef, ColumnType, Command, DataCommand, DataVerb, Table};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};

/// What is known of the rows of the tables.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Row counts per table, where the dump holds data.
    pub counted: Option<BTreeMap<QName, u64>>,
    /// Tables that this run has made or emptied, and that nobody has written to since.
    empty: BTreeSet<Oid>,
    /// Tables that this run has written to.
    written: BTreeSet<Oid>,
    /// What the columns hold in all rows.
    columns: BTreeMap<Oid, Fill>,
}

/// What a column holds in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fill {
    /// NULL.
    Null,
    /// A value.
    Value,
}

impl Rows {
    /// What a dump tells.
    pub fn new(counted: Option<BTreeMap<QName, u64>>) -> Rows {
        Rows { counted, ..Rows::default() }
    }

    /// True if the table is known to hold no row.
    pub fn is_empty(&self, catalog: &Catalog, table: Oid) -> bool {
        let counted = || {
            let name = catalog.qname(table)?;
            self.counted.as_ref().map(|counted| counted.get(&name) == Some(&0))
        };
        self.empty.contains(&table) || !self.written.contains(&table) && counted().unwrap_or(false)
    }

    /// True if the column is known to hold NULL in every row.
    pub fn is_null(&self, column: Oid) -> bool {
        self.columns.get(&column) == Some(&Fill::Null)
    }

    /// True if the column is known to hold NULL in no row.
    pub fn is_filled(&self, catalog: &Catalog, column: Oid) -> bool {
        self.columns.get(&column) == Some(&Fill::Value)
            || matches!(catalog.get(column), Some(Object::Column(column)) if column.not_null)
    }

    /// Rows were changed, and it is not known which.
    pub fn forget(&mut self, catalog: &Catalog) {
        self.empty.clear();
        self.columns.clear();
        self.written.extend(catalog.tables().map(|(oid, _)| oid));
    }

    /// Follows a statement that ran, or that may have run; the catalog is the one after it.
    pub fn follow(&mut self, command: &Command, may: bool, catalog: &Catalog, session: &Session) {
        match command {
            Command::Table(Table::Create(create)) if create.query.is_none() && !may => {
                self.empty.extend(catalog.resolve_relation(&create.name, session));
            }
            Command::Table(Table::Alter { name, actions, .. }) => {
                let Some(table) = catalog.resolve_relation(name, session) else { return };
                for action in actions {
                    self.follow_action(action, may, catalog, table);
                }
            }
            Command::Data(data) => self.follow_data(data, may, catalog, session),
            _ => {}
        }
    }

    fn follow_action(&mut self, action: &AlterAction, may: bool, catalog: &Catalog, table: Oid) {
        match action {
            AlterAction::AddColumn { column, .. } if !may => {
                if let Some(oid) = catalog.column(table, &column.name)
                    && let Some(fill) = fill_of(column, catalog, oid)
                {
                    self.columns.insert(oid, fill);
                }
            }
            AlterAction::AlterType { column, using: Some(_), .. } => {
                catalog.column(table, column).map(|oid| self.columns.remove(&oid));
            }
            _ => {}
        }
    }

    fn follow_data(&mut self, data: &DataCommand, may: bool, catalog: &Catalog, session: &Session) {
        let table = data.table.as_ref().and_then(|table| catalog.resolve_relation(table, session));
        match (data.verb, table) {
            (DataVerb::Select | DataVerb::Maintenance, _) => {}
            (DataVerb::Insert | DataVerb::Merge | DataVerb::Copy, Some(table)) => {
                self.empty.remove(&table);
                self.written.insert(table);
                for (column, _) in catalog.columns(table) {
                    self.columns.remove(&column);
                }
            }
            (DataVerb::Truncate, Some(table)) if !may => {
                self.empty.insert(table);
            }
            (DataVerb::Truncate, _) => {}
            (DataVerb::Delete, Some(table)) if !may => self.follow_delete(data, catalog, table),
            (DataVerb::Delete, Some(_)) => {}
            (DataVerb::Update, Some(table)) => self.follow_update(data, may, catalog, table),
            (_, None) => self.forget(catalog),
        }
    }

    fn follow_delete(&mut self, data: &DataCommand, catalog: &Catalog, table: Oid) {
        let Some(ast::Statement::Delete(delete)) = statement(&data.text) else { return };
        if delete.using.is_some() {
            return;
        }
        match &delete.selection {
            None => {
                self.empty.insert(table);
            }
            Some(condition) => {
                for (oid, column) in catalog.columns(table) {
                    if demands_only_null(condition, column.name.as_str()) {
                        self.columns.insert(oid, Fill::Value);
                    }
                }
            }
        }
    }

    fn follow_update(&mut self, data: &DataCommand, may: bool, catalog: &Catalog, table: Oid) {
        let update = match statement(&data.text) {
            Some(ast::Statement::Update(update)) => Some(update),
            _ => None,
        };
        for name in &data.columns {
            let Some(oid) = catalog.column(table, name) else { continue };
            let value = update.as_ref().and_then(|update| assigned(update, name));
            let filled = |column: &str| {
                let column = catalog.column(table, &Ident::new(column));
                column.is_some_and(|column| self.is_filled(catalog, column))
            };
            let alone = update.as_ref().is_some_and(|update| update.from.is_none());
            let gets_value = value.is_some_and(|value| never_null(value, &|column| alone && filled(column)));
            let everywhere = update.as_ref().is_some_and(|update| match &update.selection {
                None => alone,
                Some(condition) => alone && demands_only_null(condition, name.as_str()),
            });
            let known = self.columns.get(&oid).copied();
            let fill = match (gets_value, everywhere && !may, known) {
                (true, true, _) | (true, false, Some(Fill::Value)) => Some(Fill::Value),
                _ => None,
            };
            match fill {
                Some(fill) => self.columns.insert(oid, fill),
                None => self.columns.remove(&oid),
            };
        }
    }
}

/// What a new column holds in the rows that are there; `None`: it cannot be told.
fn fill_of(column: &ColumnDef, catalog: &Catalog, oid: Oid) -> Option<Fill> {
    if matches!(column.ty, ColumnType::Serial(_)) {
        return Some(Fill::Value);
    }
    for constraint in &column.constraints {
        match constraint {
            ColumnConstraint::Default(Expr::Parsed(expr)) => {
                return never_null(expr, &|_| false).then_some(Fill::Value);
            }
            ColumnConstraint::Default(Expr::Opaque(_)) | ColumnConstraint::Generated { .. } => return None,
            ColumnConstraint::Identity(_) => return Some(Fill::Value),
            ColumnConstraint::NotNull { .. } | ColumnConstraint::Null | ColumnConstraint::Constraint(_) => {}
        }
    }
    // A domain may have a default of its own.
    match &catalog.column_of(oid)?.ty {
        TypeRef::Builtin(_) => Some(Fill::Null),
        TypeRef::Unknown(_) => None,
        TypeRef::User { oid: ty, .. } => (!matches!(catalog.get(*ty), Some(Object::Domain(_)))).then_some(Fill::Null),
    }
}

fn statement(text: &str) -> Option<ast::Statement> {
    let mut statements = Parser::parse_sql(&PostgreSqlDialect {}, text).ok()?;
    if statements.len() == 1 { statements.pop() } else { None }
}

/// What an UPDATE gives a column.
fn assigned<'u>(update: &'u ast::Update, column: &Ident) -> Option<&'u ast::Expr> {
    update.assignments.iter().find_map(|assignment| {
        let ast::AssignmentTarget::ColumnName(name) = &assignment.target else { return None };
        let written = name.0.last()?.as_ident()?;
        super::fill::is_column(written, column.as_str()).then_some(&assignment.value)
    })
}
