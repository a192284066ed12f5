//! FROM, WHERE, GROUP BY, SELECT, ORDER BY, LIMIT.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use sqlparser::ast::{self, SetExpr, TableFactor, Visit, Visitor};

use super::cell::Cell;
use super::expression::Scope;
use super::functions::is_aggregate;
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
    fn alias(mut self, name: &str) -> Relation {
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

/// The conditions that a conjunction is made of.
fn conjuncts<'e>(expr: &'e ast::Expr, into: &mut Vec<&'e ast::Expr>) {
    match expr {
        ast::Expr::BinaryOp { left, op: ast::BinaryOperator::And, right } => {
            conjuncts(left, into);
            conjuncts(right, into);
        }
        ast::Expr::Nested(inner) => conjuncts(inner, into),
        other => into.push(other),
    }
}

/// The columns that an expression reads; `None` where it holds a subquery, which may read any.
fn reads(expr: &ast::Expr) -> Option<Vec<(Option<String>, String)>> {
    struct Names(Vec<(Option<String>, String)>);
    impl Visitor for Names {
        type Break = ();
        fn pre_visit_query(&mut self, _: &ast::Query) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
        fn pre_visit_expr(&mut self, expr: &ast::Expr) -> ControlFlow<()> {
            match expr {
                ast::Expr::Identifier(name) => self.0.push((None, folded(name))),
                ast::Expr::CompoundIdentifier(names) if names.len() >= 2 => {
                    self.0.push((Some(folded(&names[names.len() - 2])), folded(&names[names.len() - 1])));
                }
                _ => {}
            }
            ControlFlow::Continue(())
        }
    }
    let mut names = Names(Vec::new());
    match expr.visit(&mut names) {
        ControlFlow::Continue(()) => Some(names.0),
        ControlFlow::Break(()) => None,
    }
}

/// A value as the key of a hash join; `None` where equality is not plain.
fn key(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Oid(oid) | Cell::Regclass(oid) => Some(oid.0.to_string()),
        Cell::Int(value) => Some(value.to_string()),
        Cell::Text(text) => Some(format!("'{text}")),
        _ => None,
    }
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

    fn limit(
        &mut self,
        relation: &mut Relation,
        limit: &ast::LimitClause,
        unordered: bool,
        outer: Option<&Scope<'_>>,
    ) -> Result<(), Refusal> {
        let ast::LimitClause::LimitOffset { limit, offset, .. } = limit else {
            return Err(unsupported("LIMIT"));
        };
        let empty = Relation::default();
        let scope = Scope { relation: &empty, cells: &[], group: None, outer };
        let offset = match offset {
            None => 0,
            Some(offset) => match self.expression(&offset.value, &scope)? {
                Cell::Int(count) => usize::try_from(count).unwrap_or(0),
                _ => return Err(unsupported("OFFSET")),
            },
        };
        let limit = match limit {
            None => usize::MAX,
            Some(limit) => match self.expression(limit, &scope)? {
                Cell::Int(count) => usize::try_from(count).unwrap_or(0),
                Cell::Null => usize::MAX,
                _ => return Err(unsupported("LIMIT")),
            },
        };
        let cuts = offset > 0 || relation.rows.len() > limit;
        let doubtful = relation.rows.iter().find_map(|row| row.maybe.clone());
        if cuts && let Some(reason) = doubtful {
            return Err(reason.into());
        }
        let all_equal = relation.rows.windows(2).all(|pair| pair[0] == pair[1]);
        if cuts && unordered && !all_equal {
            return Err(Reason::new("row-order", "LIMIT without ORDER BY picks any of several rows").into());
        }
        relation.rows = relation.rows.split_off(offset.min(relation.rows.len()));
        relation.rows.truncate(limit);
        Ok(())
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
                    let cells = self.project(select, &scope)?;
                    output.rows.push(Row { cells, maybe: row.maybe.clone() });
                    sources.push(row.clone());
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
                    let cells = self.project(select, &scope)?;
                    output.rows.push(Row { cells, maybe: maybe.clone() });
                    sources.push(Row { cells: first, maybe });
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

    /// Values of the sort keys of each output row.
    fn order_keys(
        &mut self,
        order: &[ast::OrderByExpr],
        output: &Relation,
        source: Option<&Relation>,
        sources: &[Row],
        outer: Option<&Scope<'_>>,
    ) -> Result<Vec<Vec<Cell>>, Refusal> {
        let mut keys = Vec::with_capacity(output.rows.len());
        for (row, from) in output.rows.iter().zip(sources) {
            let mut row_keys = Vec::new();
            for item in order {
                let by_number = match &item.expr {
                    ast::Expr::Value(value) => match &value.value {
                        ast::Value::Number(number, _) => number.parse::<usize>().ok(),
                        _ => None,
                    },
                    ast::Expr::Identifier(name) => output.find(None, &folded(name)).map(|at| at + 1),
                    _ => None,
                };
                row_keys.push(match (by_number, source) {
                    (Some(number), _) => row.cells.get(number - 1).cloned().unwrap_or(Cell::Null),
                    (None, Some(source)) => {
                        let scope = Scope { relation: source, cells: &from.cells, group: None, outer };
                        self.expression(&item.expr, &scope)?
                    }
                    (None, None) => return Err(unsupported("ORDER BY of an expression")),
                });
            }
            keys.push(row_keys);
        }
        Ok(keys)
    }

    fn join_clause(
        &mut self,
        left: Relation,
        join: &ast::Join,
        wheres: &[&ast::Expr],
        outer: Option<&Scope<'_>>,
    ) -> Result<Relation, Refusal> {
        use ast::JoinOperator::*;
        let (constraint, keep_left) = match &join.join_operator {
            Join(constraint) | Inner(constraint) | CrossJoin(constraint) => (constraint, false),
            Left(constraint) | LeftOuter(constraint) => (constraint, true),
            _ => return Err(unsupported("this kind of join")),
        };
        let pushed = if keep_left { &[][..] } else { wheres };
        let right = self.table(&join.relation, pushed, outer)?;
        match constraint {
            ast::JoinConstraint::On(expr) => {
                let mut on = Vec::new();
                conjuncts(expr, &mut on);
                self.join(left, right, &on, pushed, keep_left, outer)
            }
            ast::JoinConstraint::None => self.join(left, right, &[], pushed, keep_left, outer),
            ast::JoinConstraint::Using(names) => {
                let mut on = Vec::new();
                for name in names {
                    let Some(name) = parts(name).pop() else { return Err(unsupported("USING")) };
                    let side = |relation: &Relation| {
                        let at = relation.find(None, &name)?;
                        let table = relation.columns[at].table.clone()?;
                        let quoted = |text: &str| ast::Ident::with_quote('"', text);
                        Some(ast::Expr::CompoundIdentifier(vec![quoted(&table), quoted(&name)]))
                    };
                    let (Some(a), Some(b)) = (side(&left), side(&right)) else { return Err(unsupported("USING")) };
                    on.push(ast::Expr::BinaryOp { left: a.into(), op: ast::BinaryOperator::Eq, right: b.into() });
                }
                let on: Vec<&ast::Expr> = on.iter().collect();
                self.join(left, right, &on, pushed, keep_left, outer)
            }
            ast::JoinConstraint::Natural => Err(unsupported("NATURAL JOIN")),
        }
    }

    /// Joins by hash where an equality of two columns allows it, and applies every condition that can be decided already.
    fn join(
        &mut self,
        left: Relation,
        right: Relation,
        on: &[&ast::Expr],
        wheres: &[&ast::Expr],
        keep_left: bool,
        outer: Option<&Scope<'_>>,
    ) -> Result<Relation, Refusal> {
        let columns = left.columns.iter().chain(&right.columns).cloned().collect();
        let mut joined = Relation { columns, rows: Vec::new(), more: left.more.clone().or(right.more.clone()) };
        let conditions: Vec<&ast::Expr> =
            on.iter().copied().chain(wheres.iter().copied().filter(|expr| decidable(expr, &joined))).collect();
        let pair = conditions.iter().find_map(|expr| equality(expr, &left, &right));
        let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
        let mut loose = Vec::new();
        if let Some((_, right_at)) = pair {
            for (at, row) in right.rows.iter().enumerate() {
                match key(&row.cells[right_at]) {
                    Some(key) => by_key.entry(key).or_default().push(at),
                    None => loose.push(at),
                }
            }
        }
        let everything: Vec<usize> = (0..right.rows.len()).collect();
        for left_row in &left.rows {
            let candidates: Vec<usize> = match pair.map(|(left_at, _)| key(&left_row.cells[left_at])) {
                Some(Some(key)) => by_key.get(&key).into_iter().flatten().chain(&loose).copied().collect(),
                Some(None) | None => everything.clone(),
            };
            self.spend(candidates.len() + 1)?;
            let mut matched = false;
            let mut doubt = None;
            for at in candidates {
                let right_row = &right.rows[at];
                let cells: Vec<Cell> = left_row.cells.iter().chain(&right_row.cells).cloned().collect();
                let maybe = left_row.maybe.clone().or(right_row.maybe.clone());
                let mut row = Row { cells, maybe };
                if self.passes(&joined, &mut row, &conditions, outer)? {
                    matched |= row.maybe == left_row.maybe;
                    doubt = doubt.or(row.maybe.clone());
                    joined.rows.push(row);
                }
            }
            if keep_left && !matched {
                // Where a match is only possible, whether the padded row exists is not known either.
                let mut cells = left_row.cells.clone();
                cells.resize(joined.columns.len(), Cell::Null);
                joined.rows.push(Row { cells, maybe: left_row.maybe.clone().or(doubt) });
            }
        }
        Ok(joined)
    }

    /// Whether a row passes; what is not known marks the row.
    fn passes(
        &mut self,
        relation: &Relation,
        row: &mut Row,
        conditions: &[&ast::Expr],
        outer: Option<&Scope<'_>>,
    ) -> Result<bool, Refusal> {
        let mut doubt = None;
        for condition in conditions {
            let scope = Scope { relation, cells: &row.cells, group: None, outer };
            match self.expression(condition, &scope)?.as_condition() {
                Cell::Bool(true) => {}
                Cell::Unknown(reason) => doubt = doubt.or(Some(reason)),
                _ => return Ok(false),
            }
        }
        row.maybe = row.maybe.take().or(doubt);
        Ok(true)
    }

    fn filter(
        &mut self,
        relation: &mut Relation,
        conditions: &[&ast::Expr],
        outer: Option<&Scope<'_>>,
    ) -> Result<(), Refusal> {
        let mut rows = std::mem::take(&mut relation.rows);
        self.spend(rows.len())?;
        let mut kept = Vec::new();
        for mut row in rows.drain(..) {
            if self.passes(relation, &mut row, conditions, outer)? {
                kept.push(row);
            }
        }
        relation.rows = kept;
        Ok(())
    }

    fn table(
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

    fn project(&mut self, select: &ast::Select, scope: &Scope<'_>) -> Result<Vec<Cell>, Refusal> {
        let mut cells = Vec::new();
        for item in &select.projection {
            match item {
                ast::SelectItem::UnnamedExpr(expr) | ast::SelectItem::ExprWithAlias { expr, .. } => {
                    cells.push(self.expression(expr, scope)?);
                }
                ast::SelectItem::Wildcard(_) => cells.extend(scope.cells.iter().cloned()),
                other => return Err(unsupported(other)),
            }
        }
        Ok(cells)
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

/// Whether a condition reads only columns of this relation, and some of them.
fn decidable(expr: &ast::Expr, relation: &Relation) -> bool {
    reads(expr).is_some_and(|names| {
        !names.is_empty() && names.iter().all(|(table, name)| relation.find(table.as_deref(), name).is_some())
    })
}

/// The two columns of `left.a = right.b`.
fn equality(expr: &ast::Expr, left: &Relation, right: &Relation) -> Option<(usize, usize)> {
    let ast::Expr::BinaryOp { left: a, op: ast::BinaryOperator::Eq, right: b } = expr else { return None };
    let column = |expr: &ast::Expr, relation: &Relation| match expr {
        ast::Expr::Identifier(name) => relation.find(None, &folded(name)),
        ast::Expr::CompoundIdentifier(names) if names.len() == 2 => {
            relation.find(Some(&folded(&names[0])), &folded(&names[1]))
        }
        _ => None,
    };
    match (column(a, left), column(b, right)) {
        (Some(a), Some(b)) => Some((a, b)),
        _ => Some((column(b, left)?, column(a, right)?)),
    }
}

fn distinct(rows: &mut Vec<Row>) {
    let mut kept: Vec<Row> = Vec::new();
    for row in rows.drain(..) {
        if !kept.iter().any(|known| known.cells == row.cells && known.maybe.is_none()) {
            kept.push(row);
        }
    }
    *rows = kept;
}

/// Sorts as the type `name` does: by bytes (collation `C`). NULLs are last, or first when descending.
fn sort(rows: &mut Vec<Row>, keys: Vec<Vec<Cell>>, order: &[ast::OrderByExpr]) -> Result<(), Refusal> {
    if let Some(reason) = keys.iter().flatten().find_map(Cell::unknown)
        && rows.len() > 1
    {
        return Err(reason.into());
    }
    let mut keyed: Vec<(Vec<Cell>, Row)> = keys.into_iter().zip(rows.drain(..)).collect();
    keyed.sort_by(|(a, _), (b, _)| {
        a.iter()
            .zip(b)
            .zip(order)
            .map(|((a, b), item)| {
                let ordering = compare(a, b);
                if item.options.sort == Some(ast::OrderBySort::Desc) { ordering.reverse() } else { ordering }
            })
            .find(|ordering| ordering.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    rows.extend(keyed.into_iter().map(|(_, row)| row));
    Ok(())
}

fn compare(a: &Cell, b: &Cell) -> std::cmp::Ordering {
    match (a, b) {
        (Cell::Null, Cell::Null) => std::cmp::Ordering::Equal,
        (Cell::Null, _) => std::cmp::Ordering::Greater,
        (_, Cell::Null) => std::cmp::Ordering::Less,
        (Cell::Int(a), Cell::Int(b)) => a.cmp(b),
        (Cell::Oid(a), Cell::Oid(b)) => a.cmp(b),
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        (Cell::Bool(a), Cell::Bool(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    }
}
