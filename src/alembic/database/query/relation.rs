//! SELECT: FROM, WHERE, GROUP BY and what comes out.

use std::rc::Rc;

use sqlparser::ast::{self, SetExpr, TableFactor};

use super::cell::Cell;
use super::expression::Scope;
use super::functions::is_aggregate;
use super::join::{conjuncts, decidable};
use super::order::{distinct, sort};
use super::sets::SetFunction;
use super::{Evaluation, system, unsupported};
use crate::pg::error::{Reason, Refusal};

/// A column of a relation while it is joined.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The alias or name of its table.
    pub table: Option<Rc<str>>,
    /// Its name.
    pub name: Rc<str>,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its values.
    pub cells: Vec<Cell>,
    /// Set where it is not known whether the row is there.
    pub maybe: Option<Reason>,
}

/// Rows with their columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Relation {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Set where the relation has columns that are not listed.
    pub more: Option<Reason>,
}

impl Relation {
    pub(super) fn alias(mut self, name: &str) -> Relation {
        let name: Rc<str> = name.into();
        self.columns.iter_mut().for_each(|column| column.table = Some(name.clone()));
        self
    }

    /// Where a name is found.
    pub(super) fn find(&self, table: Option<&str>, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| {
            *column.name == *name && table.is_none_or(|table| column.table.as_deref() == Some(table))
        })
    }
}

/// An identifier as PostgreSQL folds it.
pub(super) fn folded(ident: &ast::Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_ascii_lowercase() }
}

/// The folded parts of a name.
pub(super) fn parts(name: &ast::ObjectName) -> Vec<String> {
    name.0.iter().filter_map(|part| part.as_ident()).map(folded).collect()
}

impl Evaluation<'_> {
    /// Counts work.
    pub(super) fn spend(&mut self, rows: usize) -> Result<(), Refusal> {
        self.budget = self.budget.saturating_sub(rows);
        if self.budget == 0 { Err(unsupported("too many rows to look at")) } else { Ok(()) }
    }

    pub(super) fn query(&mut self, query: &ast::Query, outer: Option<&Scope<'_>>) -> Result<Relation, Refusal> {
        if self.depth > 20 {
            return Err(unsupported("deeply nested queries"));
        }
        self.depth += 1;
        let with = self.with.len();
        let result = self.query_inner(query, outer);
        self.with.truncate(with);
        self.depth -= 1;
        result
    }

    fn query_inner(&mut self, query: &ast::Query, outer: Option<&Scope<'_>>) -> Result<Relation, Refusal> {
        if let Some(with) = &query.with {
            if with.recursive {
                return Err(unsupported("WITH RECURSIVE"));
            }
            for cte in &with.cte_tables {
                let mut relation = self.query(&cte.query, outer)?;
                for (column, alias) in relation.columns.iter_mut().zip(&cte.alias.columns) {
                    column.name = folded(&alias.name).into();
                }
                self.with.push((folded(&cte.alias.name), relation));
            }
        }
        let order = match &query.order_by {
            None => &[][..],
            Some(order) => match &order.kind {
                ast::OrderByKind::Expressions(expressions) => expressions,
                ast::OrderByKind::All(_) => return Err(unsupported("ORDER BY ALL")),
            },
        };
        let mut relation = self.set_expr(&query.body, order, outer)?;
        if let Some(limit) = &query.limit_clause {
            self.limit(&mut relation, limit, order.is_empty(), outer)?;
        }
        if query.fetch.is_some() {
            return Err(unsupported("FETCH"));
        }
        Ok(relation)
    }

    fn set_expr(
        &mut self,
        body: &SetExpr,
        order: &[ast::OrderByExpr],
        outer: Option<&Scope<'_>>,
    ) -> Result<Relation, Refusal> {
        match body {
            SetExpr::Select(select) => self.select(select, order, outer),
            SetExpr::Query(query) => self.query(query, outer),
            SetExpr::SetOperation { left, op: ast::SetOperator::Union, set_quantifier, right } => {
                let mut relation = self.set_expr(left, &[], outer)?;
                relation.rows.extend(self.set_expr(right, &[], outer)?.rows);
                if !matches!(set_quantifier, ast::SetQuantifier::All) {
                    distinct(&mut relation.rows);
                }
                if !order.is_empty() {
                    let keys = self.order_keys(order, &relation, None, &relation.rows.clone(), outer)?;
                    sort(&mut relation.rows, keys, order)?;
                }
                Ok(relation)
            }
            SetExpr::SetOperation { op, .. } => Err(unsupported(op)),
            SetExpr::Values(values) => {
                let empty = Relation::default();
                let scope = Scope { relation: &empty, cells: &[], group: None, outer };
                let mut rows = Vec::new();
                for row in &values.rows {
                    let cells = row.iter().map(|expr| self.expression(expr, &scope)).collect::<Result<_, _>>()?;
                    rows.push(Row { cells, maybe: None });
                }
                let width = rows.first().map_or(0, |row: &Row| row.cells.len());
                let columns =
                    (1..=width).map(|at| Column { table: None, name: format!("column{at}").into() }).collect();
                Ok(Relation { columns, rows, more: None })
            }
            other => Err(unsupported(other)),
        }
    }

    fn select(
        &mut self,
        select: &ast::Select,
        order: &[ast::OrderByExpr],
        outer: Option<&Scope<'_>>,
    ) -> Result<Relation, Refusal> {
        let mut wheres = Vec::new();
        if let Some(selection) = &select.selection {
            conjuncts(selection, &mut wheres);
        }
        let mut joined = Relation { rows: vec![Row { cells: Vec::new(), maybe: None }], ..Relation::default() };
        for from in &select.from {
            let right = self.table(&from.relation, &wheres, outer)?;
            joined = self.join(joined, right, &[], &wheres, false, outer)?;
            for join in &from.joins {
                joined = self.join_clause(joined, join, &wheres, outer)?;
            }
        }
        let conditions: Vec<&ast::Expr> = select.selection.iter().collect();
        self.filter(&mut joined, &conditions, outer)?;

        let group_by = match &select.group_by {
            ast::GroupByExpr::Expressions(expressions, _) => expressions.as_slice(),
            ast::GroupByExpr::All(_) => return Err(unsupported("GROUP BY ALL")),
        };
        let aggregates = !group_by.is_empty()
            || select.having.is_some()
            || select.projection.iter().any(|item| match item {
                ast::SelectItem::UnnamedExpr(expr) | ast::SelectItem::ExprWithAlias { expr, .. } => is_aggregate(expr),
                _ => false,
            });
        let group_by: Vec<&ast::Expr> =
            group_by.iter().map(|expr| grouped(expr, select, &joined)).collect::<Result<_, _>>()?;
        let groups = if aggregates { Some(self.group(&joined, &group_by, outer)?) } else { None };
        let mut output = Relation { columns: self.output_columns(select, &joined)?, ..Relation::default() };
        let mut sources = Vec::new();
        match groups {
            None => {
                for row in &joined.rows {
                    let scope = Scope { relation: &joined, cells: &row.cells, group: None, outer };
                    for cells in self.project(select, &scope)? {
                        output.rows.push(Row { cells, maybe: row.maybe.clone() });
                        sources.push(row.clone());
                    }
                }
            }
            Some(groups) => {
                for rows in groups {
                    let first = rows.first().map(|row| row.cells.clone()).unwrap_or_default();
                    let maybe = if group_by.is_empty() || rows.iter().any(|row| row.maybe.is_none()) {
                        None
                    } else {
                        rows.iter().find_map(|row| row.maybe.clone())
                    };
                    let scope = Scope { relation: &joined, cells: &first, group: Some(&rows), outer };
                    if let Some(having) = &select.having {
                        match self.expression(having, &scope)?.as_condition() {
                            Cell::Bool(true) => {}
                            Cell::Unknown(reason) => return Err(reason.into()),
                            _ => continue,
                        }
                    }
                    for cells in self.project(select, &scope)? {
                        output.rows.push(Row { cells, maybe: maybe.clone() });
                        sources.push(Row { cells: first.clone(), maybe: maybe.clone() });
                    }
                }
            }
        }
        match &select.distinct {
            None | Some(ast::Distinct::All) => {
                if !order.is_empty() {
                    let keys = self.order_keys(order, &output, Some(&joined), &sources, outer)?;
                    sort(&mut output.rows, keys, order)?;
                }
            }
            Some(ast::Distinct::Distinct) => {
                distinct(&mut output.rows);
                if !order.is_empty() {
                    let keys = self.order_keys(order, &output, None, &output.rows.clone(), outer)?;
                    sort(&mut output.rows, keys, order)?;
                }
            }
            Some(ast::Distinct::On(_)) => return Err(unsupported("DISTINCT ON")),
        }
        Ok(output)
    }

    pub(super) fn table(
        &mut self,
        factor: &TableFactor,
        wheres: &[&ast::Expr],
        outer: Option<&Scope<'_>>,
    ) -> Result<Relation, Refusal> {
        let mut relation = match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let names = parts(name);
                let shown = alias.as_ref().map(|alias| folded(&alias.name)).or(names.last().cloned());
                let shown = shown.unwrap_or_default();
                let common = match names.as_slice() {
                    [name] => {
                        self.with.iter().rev().find(|(with, _)| with == name).map(|(_, relation)| relation.clone())
                    }
                    _ => None,
                };
                let relation = match common {
                    Some(relation) => relation,
                    None => system::relation(&self.source, &names)?,
                };
                relation.alias(&shown)
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let relation = self.query(subquery, outer)?;
                match alias {
                    Some(alias) => relation.alias(&folded(&alias.name)),
                    None => relation,
                }
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                let mut joined = self.table(&table_with_joins.relation, wheres, outer)?;
                for join in &table_with_joins.joins {
                    joined = self.join_clause(joined, join, wheres, outer)?;
                }
                joined
            }
            TableFactor::UNNEST { alias, array_exprs, with_offset: false, with_ordinality: false, .. } => {
                self.unnested(array_exprs, alias.as_ref(), outer)?
            }
            other => return Err(unsupported(format_args!("FROM {other}"))),
        };
        let early: Vec<&ast::Expr> = wheres.iter().copied().filter(|expr| decidable(expr, &relation)).collect();
        self.filter(&mut relation, &early, outer)?;
        Ok(relation)
    }

    fn group(
        &mut self,
        joined: &Relation,
        group_by: &[&ast::Expr],
        outer: Option<&Scope<'_>>,
    ) -> Result<Vec<Vec<Row>>, Refusal> {
        if group_by.is_empty() {
            return Ok(vec![joined.rows.clone()]);
        }
        let mut groups: Vec<(Vec<Cell>, Vec<Row>)> = Vec::new();
        for row in &joined.rows {
            let scope = Scope { relation: joined, cells: &row.cells, group: None, outer };
            let keys: Vec<Cell> =
                group_by.iter().map(|expr| self.expression(expr, &scope)).collect::<Result<_, _>>()?;
            if let Some(reason) = keys.iter().find_map(Cell::unknown) {
                return Err(reason.into());
            }
            match groups.iter_mut().find(|(known, _)| *known == keys) {
                Some((_, rows)) => rows.push(row.clone()),
                None => groups.push((keys, vec![row.clone()])),
            }
        }
        Ok(groups.into_iter().map(|(_, rows)| rows).collect())
    }

    fn output_columns(&self, select: &ast::Select, joined: &Relation) -> Result<Vec<Column>, Refusal> {
        let mut columns = Vec::new();
        for item in &select.projection {
            match item {
                ast::SelectItem::UnnamedExpr(expr) => {
                    columns.push(Column { table: None, name: super::expression::output_name(expr).into() });
                }
                ast::SelectItem::ExprWithAlias { alias, .. } => {
                    columns.push(Column { table: None, name: folded(alias).into() });
                }
                ast::SelectItem::Wildcard(_) => {
                    if let Some(reason) = &joined.more {
                        return Err(reason.clone().into());
                    }
                    columns.extend(joined.columns.iter().cloned());
                }
                other => return Err(unsupported(other)),
            }
        }
        Ok(columns)
    }

    /// The rows that one row gives: one, or as many as its set-returning functions have values.
    fn project(&mut self, select: &ast::Select, scope: &Scope<'_>) -> Result<Vec<Vec<Cell>>, Refusal> {
        let mut cells = Vec::new();
        let mut sets = Vec::new();
        for item in &select.projection {
            match item {
                ast::SelectItem::UnnamedExpr(expr) | ast::SelectItem::ExprWithAlias { expr, .. } => {
                    if let Some(set) = SetFunction::read(expr) {
                        sets.push((cells.len(), self.values(&set, scope)?));
                        cells.push(Cell::Null);
                    } else {
                        cells.push(self.expression(expr, scope)?);
                    }
                }
                ast::SelectItem::Wildcard(_) => cells.extend(scope.cells.iter().cloned()),
                other => return Err(unsupported(other)),
            }
        }
        let Some(height) = sets.iter().map(|(_, values)| values.len()).max() else { return Ok(vec![cells]) };
        self.spend(height)?;
        let row = |at: usize| {
            let mut row = cells.clone();
            sets.iter().for_each(|(column, values)| row[*column] = values.get(at).cloned().unwrap_or(Cell::Null));
            row
        };
        Ok((0..height).map(row).collect())
    }
}

/// What an item of GROUP BY means (`findTargetlistEntrySQL92`): a column of the FROM, else an output column by its name, or
/// one by its number.
fn grouped<'e>(expr: &'e ast::Expr, select: &'e ast::Select, joined: &Relation) -> Result<&'e ast::Expr, Refusal> {
    match expr {
        ast::Expr::Identifier(name) if joined.find(None, &folded(name)).is_none() => {
            let aliased = select.projection.iter().find_map(|item| match item {
                ast::SelectItem::ExprWithAlias { expr, alias } if folded(alias) == folded(name) => Some(expr),
                _ => None,
            });
            match (aliased, &joined.more) {
                (Some(_), Some(reason)) => Err(reason.clone().into()),
                (aliased, _) => Ok(aliased.unwrap_or(expr)),
            }
        }
        ast::Expr::Value(value) => match &value.value {
            ast::Value::Number(number, _) => {
                let item = number.parse().ok().and_then(|number: usize| select.projection.get(number.checked_sub(1)?));
                match item {
                    Some(ast::SelectItem::UnnamedExpr(expr) | ast::SelectItem::ExprWithAlias { expr, .. }) => Ok(expr),
                    _ => Err(unsupported(format_args!("GROUP BY {number}"))),
                }
            }
            _ => Ok(expr),
        },
        _ => Ok(expr),
    }
}
