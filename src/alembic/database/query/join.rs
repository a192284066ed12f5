//! Joins and conditions.

use std::collections::HashMap;
use std::ops::ControlFlow;

use sqlparser::ast::{self, Visit, Visitor};

use super::cell::Cell;
use super::expression::Scope;
use super::relation::{Relation, Row, folded, parts};
use super::{Evaluation, unsupported};
use crate::pg::error::Refusal;

/// The conditions that a conjunction is made of.
pub(super) fn conjuncts<'e>(expr: &'e ast::Expr, into: &mut Vec<&'e ast::Expr>) {
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
    pub(super) fn join_clause(
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
    pub(super) fn join(
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

    pub(super) fn filter(
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
}

/// Whether a condition reads only columns of this relation, and some of them.
pub(super) fn decidable(expr: &ast::Expr, relation: &Relation) -> bool {
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
