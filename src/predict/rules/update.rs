//! What an `UPDATE` gives the columns of one table is what they may hold: no NULL where none may be (23502), what CHECK constraints demand
//! (23514), and keys of rows that are there (23503).

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::{self, VisitMut, VisitorMut};

use super::insert::{checks, written::Written};
use super::triggers;
use super::{Demand, Verdict, column_of, constraints, tables, text};
use crate::catalog::object::Rule;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::DataCommand;
use crate::pg::expr::{Expr, is_default, qname, stored};
use crate::pg::ident::{Ident, QName};
use crate::predict::broken::Broken;
use crate::predict::fill::never_null;
use crate::predict::rows::{Rows, statement};

/// An `UPDATE`, read.
struct Update<'c> {
    catalog: &'c Catalog,
    session: &'c Session,
    rows: &'c Rows,
    table: Oid,
    name: QName,
    /// `FROM t AS x`, and the condition.
    from: String,
    condition: Option<ast::Expr>,
    set: BTreeMap<Oid, ast::Expr>,
    read: Vec<Oid>,
}

/// `None`: the statement is none that is looked at.
pub(super) fn demands(data: &DataCommand, catalog: &Catalog, session: &Session, rows: &Rows) -> Option<Vec<Demand>> {
    let update = Update::read(data, catalog, session, rows)?;
    let set = update.set.keys().filter_map(|column| Some(catalog.column_of(*column)?.name.clone()));
    let fired = triggers::fired(catalog, update.table, "UPDATE", Some(&set.collect::<Vec<_>>()));
    let mut found = update.nulls();
    found.extend(update.checks());
    found.extend(update.references());
    fired.doubt(&mut found);
    found.extend(fired.demands);
    Some(found)
}

impl<'c> Update<'c> {
    fn read(data: &DataCommand, catalog: &'c Catalog, session: &'c Session, rows: &'c Rows) -> Option<Update<'c>> {
        let table = catalog.resolve_relation(data.table.as_ref()?, session)?;
        // The messages name the partition.
        if rows.is_empty(catalog, table) || !catalog.descendants(table).is_empty() {
            return None;
        }
        let ast::Statement::Update(update) = statement(&data.text)? else { return None };
        let ast::TableFactor::Table { alias, .. } = &update.table.relation else { return None };
        if update.from.is_some() || !update.table.joins.is_empty() || update.limit.is_some() {
            return None;
        }
        let asked = rows.name(catalog, table)?;
        let alias = alias.as_ref().map_or(String::new(), |alias| format!(" AS {}", alias.name));
        let column = |assignment: &ast::Assignment| {
            let ast::AssignmentTarget::ColumnName(name) = &assignment.target else { return None };
            Some((catalog.column(table, &stored(name.0.last()?.as_ident()?))?, assignment.value.clone()))
        };
        Some(Update {
            catalog,
            session,
            rows,
            table,
            name: catalog.qname(table)?,
            from: format!("SELECT count(*) FROM {asked}{alias} WHERE "),
            condition: update.selection,
            set: update.assignments.iter().map(column).collect::<Option<_>>()?,
            read: tables(data, catalog, session)?,
        })
    }

    /// Counts the rows that are changed and of which this holds.
    fn ask(&self, what: &str, also: Option<Oid>) -> Verdict {
        let condition =
            self.condition.as_ref().map_or(String::new(), |condition| format!("({}) AND ", text(condition)));
        let mut tables = self.read.clone();
        tables.push(self.table);
        tables.extend(also);
        Verdict::Ask(format!("{}{condition}{what}", self.from), tables)
    }

    fn nulls(&self) -> Vec<Demand> {
        let filled = |name: &str| {
            let column = self.catalog.column(self.table, &Ident::new(name));
            column.is_some_and(|column| self.rows.is_filled(self.catalog, column))
        };
        let mut found = Vec::new();
        for (oid, value) in &self.set {
            let Some(column) = self.catalog.column_of(*oid).filter(|column| column.not_null) else { continue };
            if never_null(value, &filled) || is_default(value) || self.catalog.presence(*oid).is_some() {
                continue;
            }
            found.push(Demand {
                demand: format!("no NULL is written to {}.{}", self.name, column.name),
                sqlstate: Some("23502"),
                broken: Broken::not_null(&column.name, &self.name),
                verdict: self.ask(&format!("({}) IS NULL", text(value)), None),
            });
        }
        found
    }

    fn checks(&self) -> Vec<Demand> {
        let mut found = Vec::new();
        for (oid, constraint) in constraints(self.catalog, self.table) {
            let Rule::Check { expr: Expr::Parsed(expr), columns, .. } = &constraint.rule else { continue };
            let is_set = columns.iter().any(|column| self.set.contains_key(column));
            // What is generated is made anew.
            let column = |oid: &Oid| self.catalog.column_of(*oid);
            let is_generated = columns.iter().filter_map(column).any(|column| column.generated.is_some());
            if !is_set || is_generated || self.catalog.presence(oid).is_some() {
                continue;
            }
            let literal = |column: &Oid| Some((*column, Written::read(self.set.get(column)?)));
            let row = columns.iter().filter_map(literal).collect();
            if checks::holds(expr, &row, self.table, self.catalog, self.session) == Some(true) {
                continue;
            }
            let mut after = expr.clone();
            if after.visit(&mut Assigned(self)).is_break() {
                continue;
            }
            found.push(Demand {
                demand: format!("what {} is set to fulfils {}", self.name, constraint.name),
                sqlstate: Some("23514"),
                broken: Broken::check(constraint, &self.name),
                verdict: self.ask(&format!("({}) IS FALSE", text(&after)), None),
            });
        }
        found
    }

    /// Keys of one column alone.
    fn references(&self) -> Vec<Demand> {
        let mut found = Vec::new();
        for (oid, constraint) in constraints(self.catalog, self.table) {
            let Rule::ForeignKey { columns, table: to, referenced, .. } = &constraint.rule else { continue };
            let ([column], [key]) = (columns.as_slice(), referenced.as_slice()) else { continue };
            let (Some(value), Some(key)) = (self.set.get(column), self.catalog.column_of(*key)) else { continue };
            let certain = self.catalog.presence(oid).is_none();
            if !certain
                || Written::read(value) == Written::Null
                || is_default(value)
                || self.is_of(value, *to, &key.name)
            {
                continue;
            }
            let (Some(target), Some(name)) = (self.rows.name(self.catalog, *to), self.catalog.qname(*to)) else {
                continue;
            };
            let no_key = format!(
                "({1}) IS NOT NULL AND ({1}) NOT IN (SELECT {0} FROM {target} WHERE {0} IS NOT NULL)",
                key.name,
                text(value)
            );
            found.push(Demand {
                demand: format!("{name} holds the rows that {} is set to refer to", self.name),
                sqlstate: Some("23503"),
                broken: Broken::foreign_key(constraint, &self.name),
                verdict: self.ask(&no_key, Some(*to)),
            });
        }
        found
    }

    /// `(SELECT key FROM to …)`: what it gives is there.
    fn is_of(&self, value: &ast::Expr, to: Oid, key: &Ident) -> bool {
        let query = match value {
            ast::Expr::Subquery(query) => query,
            ast::Expr::Nested(inner) => return self.is_of(inner, to, key),
            _ => return false,
        };
        let ast::SetExpr::Select(select) = query.body.as_ref() else { return false };
        let ([ast::SelectItem::UnnamedExpr(item)], [from]) = (select.projection.as_slice(), select.from.as_slice())
        else {
            return false;
        };
        let ast::TableFactor::Table { name, .. } = &from.relation else { return false };
        let column = match item {
            ast::Expr::Identifier(name) => Some(name),
            ast::Expr::CompoundIdentifier(names) => names.last(),
            _ => None,
        };
        let table = qname(name).and_then(|name| self.catalog.resolve_relation(&name, self.session));
        from.joins.is_empty() && table == Some(to) && column.is_some_and(|column| stored(column) == *key)
    }
}

/// Puts what is assigned in the places of the columns.
struct Assigned<'u, 'c>(&'u Update<'c>);

impl VisitorMut for Assigned<'_, '_> {
    /// A default, which stands nowhere else.
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut ast::Expr) -> ControlFlow<()> {
        let column = column_of(expr, self.0.table, self.0.catalog);
        match column.and_then(|column| self.0.set.get(&column)) {
            Some(value) if is_default(value) => ControlFlow::Break(()),
            Some(value) => {
                *expr = ast::Expr::Nested(Box::new(value.clone()));
                ControlFlow::Continue(())
            }
            None => ControlFlow::Continue(()),
        }
    }
}
