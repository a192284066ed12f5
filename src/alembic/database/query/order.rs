//! ORDER BY, LIMIT and DISTINCT.

use sqlparser::ast;

use super::cell::Cell;
use super::expression::Scope;
use super::relation::{Relation, Row, folded};
use super::{Evaluation, unsupported};
use crate::pg::error::{Reason, Refusal};

impl Evaluation<'_> {
    pub(super) fn limit(
        &mut self,
        relation: &mut Relation,
        limit: &ast::LimitClause,
        unordered: bool,
        outer: Option<&Scope<'_>>,
    ) -> Result<(), Refusal> {
        // Of no rows none are cut, whatever the number is.
        if relation.rows.is_empty() {
            return Ok(());
        }
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

    /// Values of the sort keys of each output row.
    pub(super) fn order_keys(
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
}

pub(super) fn distinct(rows: &mut Vec<Row>) {
    let mut kept: Vec<Row> = Vec::new();
    for row in rows.drain(..) {
        if !kept.iter().any(|known| known.cells == row.cells && known.maybe.is_none()) {
            kept.push(row);
        }
    }
    *rows = kept;
}

/// Sorts as the type `name` does: by bytes (collation `C`). NULLs are last, or first when descending.
pub(super) fn sort(rows: &mut Vec<Row>, keys: Vec<Vec<Cell>>, order: &[ast::OrderByExpr]) -> Result<(), Refusal> {
    let has_no_order = |key: &&Cell| !matches!(key, Cell::Place(..));
    if let Some(reason) = keys.iter().flatten().filter(has_no_order).find_map(Cell::unknown)
        && rows.len() > 1
    {
        return Err(reason.into());
    }
    let decided = |(a, b): (&Cell, &Cell)| match (a, b) {
        (Cell::Place(one, _), Cell::Place(other, _)) if one != other => Some(Err(Refusal::from(a.unknown()?))),
        (a, b) => compare(a, b).is_ne().then_some(Ok(())),
    };
    // Numbers of columns of two tables are compared only where no key before them decides.
    if keys.iter().flatten().any(|key| matches!(key, Cell::Place(..))) {
        for (at, row) in keys.iter().enumerate() {
            for other in &keys[at + 1..] {
                row.iter().zip(other).find_map(decided).unwrap_or(Ok(()))?;
            }
        }
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
        (Cell::Place(_, a), Cell::Place(_, b)) => a.cmp(b),
        (Cell::Oid(a), Cell::Oid(b)) => a.cmp(b),
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        (Cell::Bool(a), Cell::Bool(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    }
}
