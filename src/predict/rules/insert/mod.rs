//! What an `INSERT` of rows that are written out demands: of the rows, that they fulfil what their table demands of each; of the
//! tables, that no row has the same key, and that the rows are there which they refer to.
//!
//! What the statement and the run itself do not settle is a question to the database. Rows that triggers may change are not looked at, nor
//! keys that the server computes: a sequence gives fresh ones, a subquery those that are there.

pub(super) mod checks;
mod kept;
mod keys;
pub(super) mod partition;
mod references;
pub(super) mod written;

use std::collections::BTreeMap;

use sqlparser::ast;

pub use kept::Kept;
use written::Written;

use super::triggers::{self, Changed};
use super::{Demand, Verdict};
use crate::catalog::object::{Column, DefaultExpr, Object, TypeRef};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{DataCommand, DataVerb};
use crate::pg::expr::is_default;
use crate::pg::expr::{Expr, stored};
use crate::pg::ident::QName;
use crate::predict::broken::Broken;
use crate::predict::rows::{Rows, statement};

/// The values of a row, by column.
pub type Row = BTreeMap<Oid, Written>;

/// Rows that a statement writes out.
#[derive(Debug)]
pub struct Given {
    /// Their table.
    pub table: Oid,
    /// The rows, as far as they are known.
    pub rows: Vec<Row>,
    conflict: Conflict,
}

/// What `ON CONFLICT` takes care of.
#[derive(Debug, PartialEq, Eq)]
enum Conflict {
    /// Nothing: there is no such clause.
    Fails,
    /// Any key.
    Any,
    /// These columns, or the constraint of this name.
    On(Vec<String>),
}

/// More rows than this are not looked at one by one.
const MANY: usize = 2_000;

/// Reads the rows of an `INSERT`; `None` for any other statement, and where triggers, rules or partitions have a part in it.
pub fn given(data: &DataCommand, catalog: &Catalog, session: &Session) -> Option<Given> {
    written(data, catalog, session).filter(|given| !catalog.fires(given.table))
}

/// The same before any trigger has seen the rows.
pub(super) fn written(data: &DataCommand, catalog: &Catalog, session: &Session) -> Option<Given> {
    if data.verb != DataVerb::Insert {
        return None;
    }
    let table = catalog.resolve_relation(data.table.as_ref()?, session)?;
    let found = catalog.table(table)?;
    // Rows of partitions and heirs are found in two tables; messages then name the partition.
    let alone = found.partition_of.is_none() && found.inherits.is_empty() && catalog.descendants(table).is_empty();
    if found.open.is_some() || !alone {
        return None;
    }
    let ast::Statement::Insert(insert) = statement(&data.text)? else { return None };
    let rows = match insert.source.as_ref().map(|source| source.body.as_ref()) {
        Some(ast::SetExpr::Values(values)) => values.rows.iter().map(|row| row.content.as_slice()).collect(),
        // DEFAULT VALUES
        None => vec![&[][..]],
        Some(_) => return None,
    };
    if rows.len() > MANY {
        return None;
    }
    let columns = catalog.columns(table);
    let named: Vec<Oid> = match insert.columns.as_slice() {
        [] => columns.iter().map(|(oid, _)| *oid).collect(),
        names => {
            let named = |name: &ast::ObjectName| catalog.column(table, &stored(name.0.last()?.as_ident()?));
            names.iter().map(named).collect::<Option<_>>()?
        }
    };
    let row = |values: &[ast::Expr]| {
        let mut row: Row = columns.iter().map(|(oid, column)| (*oid, left_out(catalog, *oid, column))).collect();
        for (column, value) in named.iter().zip(values) {
            if !is_default(value) {
                row.insert(*column, Written::read(value));
            }
        }
        row
    };
    let rows = rows.into_iter().map(row).collect();
    Some(Given { table, rows, conflict: conflict(&insert) })
}

/// True for an `INSERT` whose rows are written out.
fn writes_rows(data: &DataCommand) -> bool {
    let Some(ast::Statement::Insert(insert)) = statement(&data.text) else { return false };
    insert.source.is_none_or(|source| matches!(source.body.as_ref(), ast::SetExpr::Values(_)))
}

/// What a column gets that a statement leaves out.
fn left_out(catalog: &Catalog, oid: Oid, column: &Column) -> Written {
    let is_domain =
        matches!(&column.ty, TypeRef::User { oid, .. } if matches!(catalog.get(*oid), Some(Object::Domain(_))));
    if column.identity.is_some() || column.generated.is_some() || is_domain {
        return Written::Computed;
    }
    match catalog.default_of(oid).and_then(|default| catalog.get(default)) {
        None => Written::Null,
        Some(Object::Default(default)) => match &default.expr {
            DefaultExpr::Expr(Expr::Parsed(expr)) => Written::read(expr),
            DefaultExpr::Expr(Expr::Opaque(_)) | DefaultExpr::NextVal(_) | DefaultExpr::Unknown(_) => Written::Computed,
        },
        Some(_) => Written::Computed,
    }
}

fn conflict(insert: &ast::Insert) -> Conflict {
    let Some(ast::OnInsert::OnConflict(clause)) = &insert.on else { return Conflict::Fails };
    match &clause.conflict_target {
        None => Conflict::Any,
        Some(ast::ConflictTarget::Columns(columns)) => {
            Conflict::On(columns.iter().map(|column| stored(column).as_str().to_string()).collect())
        }
        Some(ast::ConflictTarget::OnConstraint(name)) => {
            let name = name.0.last().and_then(ast::ObjectNamePart::as_ident).map(stored);
            name.map_or(Conflict::Any, |name| Conflict::On(vec![name.as_str().to_string()]))
        }
    }
}

impl Given {
    /// True if all rows are inserted, unless the statement fails.
    pub fn all_stay(&self) -> bool {
        self.conflict == Conflict::Fails
    }

    /// What is demanded and does not hold for certain, in the order in which PostgreSQL comes upon it.
    pub(super) fn demands(mut self, catalog: &Catalog, session: &Session, rows: &Rows) -> Vec<Demand> {
        let Some(name) = catalog.qname(self.table) else { return Vec::new() };
        let fired = triggers::fired(catalog, self.table, "INSERT", None);
        if let Changed::Columns(columns) = &fired.changed {
            for row in &mut self.rows {
                row.extend(columns.iter().map(|column| (*column, Written::Computed)));
            }
        }
        let mut found = self.nulls(catalog, &name);
        found.extend(checks::demands(&self, catalog, session, &name));
        found.extend(keys::demands(&self, catalog, rows, &name));
        found.extend(references::demands(&self, catalog, rows, &name));
        fired.doubt(&mut found);
        found.extend(fired.demands);
        found
    }

    /// A NULL in a column that must hold a value (23502).
    fn nulls(&self, catalog: &Catalog, name: &QName) -> Vec<Demand> {
        let columns = catalog.columns(self.table).into_iter();
        let broken = columns.filter(|(oid, column)| {
            column.not_null && self.rows.iter().any(|row| row.get(oid) == Some(&Written::Null))
        });
        broken
            .map(|(oid, column)| Demand {
                demand: format!("what is inserted into {name} has a value for {}", column.name),
                sqlstate: Some("23502"),
                broken: Broken::not_null(&column.name, name),
                verdict: if catalog.presence(oid).is_none() { Verdict::Broken } else { Verdict::Open },
            })
            .collect()
    }
}
