//! Columns beside aggregates (`parseCheckAggregates`): 42803 for one that is neither grouped nor given by one that is.

use std::ops::ControlFlow;

use sqlparser::ast::{self, GroupByExpr, OrderByKind, Query, Select, SelectItem, Visit, VisitMut, Visitor, VisitorMut};

use super::{Analyser, Known, error};
use crate::catalog::object::Rule;
use crate::catalog::query::stored;
use crate::pg::error::sqlstate;
use crate::pg::expr::qname;
use crate::pg::ident::Ident;
use crate::pg::system;

/// A column of an entry of the FROM list.
type Place = (usize, Ident);

impl Analyser<'_> {
    /// Looks at the columns of a SELECT whose tables are those of the innermost level.
    pub(super) fn grouped(&self, select: &Select, query: Option<&Query>) -> Known<()> {
        let GroupByExpr::Expressions(written, modifiers) = &select.group_by else { return Ok(()) };
        let mut targets = Vec::new();
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) => targets.push((None, expr)),
                SelectItem::ExprWithAlias { expr, alias } => targets.push((Some(stored(alias)), expr)),
                // Which columns that are is not looked at.
                _ => return Ok(()),
            }
        }
        let mut sorted = Vec::new();
        if let Some(OrderByKind::Expressions(keys)) =
            query.and_then(|query| query.order_by.as_ref()).map(|order| &order.kind)
        {
            sorted.extend(keys.iter().map(|key| &key.expr).filter(|key| meant(key, &targets).is_none()));
        }
        let all = || targets.iter().map(|(_, expr)| *expr).chain(sorted.iter().copied()).chain(&select.having);
        let aggregates = all().any(|expr| self.has_aggregate(expr));
        let is_set = |key: &ast::Expr| match key {
            ast::Expr::GroupingSets(_) | ast::Expr::Cube(_) | ast::Expr::Rollup(_) | ast::Expr::Tuple(_) => true,
            // sqlparser takes `ROLLUP (…)` for a call.
            ast::Expr::Function(function) => {
                let name = function.name.to_string();
                ["rollup", "cube", "sets"].iter().any(|word| name.eq_ignore_ascii_case(word))
            }
            _ => false,
        };
        if !modifiers.is_empty()
            || written.iter().any(is_set)
            || !aggregates && written.is_empty() && select.having.is_none()
        {
            return Ok(());
        }
        let mut keys = Keys { own: self, columns: Vec::new(), texts: Vec::new() };
        for key in written {
            // A name is that of a table's column, if there is one.
            let key = if self.place(key).is_some() { key } else { meant(key, &targets).unwrap_or(key) };
            keys.columns.extend(self.place(key));
            keys.texts.push(without_qualifiers(key));
        }
        for expr in all() {
            let mut looked = Looked { keys: &keys, passed: Vec::new(), queries: 0, wrong: None };
            let _ = Visit::visit(expr, &mut looked);
            if let Some(name) = looked.wrong {
                let message =
                    format!("column \"{name}\" must appear in the GROUP BY clause or be used in an aggregate function");
                return Err(error(sqlstate::GROUPING_ERROR, message));
            }
        }
        Ok(())
    }

    /// The column that a name certainly means among the tables of the innermost level.
    pub(super) fn place(&self, expr: &ast::Expr) -> Option<Place> {
        let scope = self.scopes.last().filter(|scope| !scope.natural)?;
        let (qualifier, name) = match expr {
            ast::Expr::Nested(inner) => return self.place(inner),
            ast::Expr::Identifier(name) => (None, stored(name)),
            ast::Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [qualifier, name] => (Some(stored(qualifier)), stored(name)),
                _ => return None,
            },
            _ => return None,
        };
        let mut found = scope.items.iter().enumerate().filter(|(_, item)| {
            (qualifier.is_none() || item.name == qualifier)
                && item.columns.whole
                && item.columns.column(&name).is_some()
        });
        let (at, _) = found.next()?;
        (found.next().is_none() && !scope.merged.contains(&name)).then_some((at, name))
    }
}

/// The output column that a number or a name stands for.
fn meant<'a>(key: &ast::Expr, targets: &[(Option<Ident>, &'a ast::Expr)]) -> Option<&'a ast::Expr> {
    match key {
        ast::Expr::Value(value) => {
            let place = value.to_string().parse::<usize>().ok()?.checked_sub(1)?;
            targets.get(place).map(|(_, expr)| *expr)
        }
        ast::Expr::Identifier(name) => {
            let name = Some(stored(name));
            targets.iter().find(|(alias, _)| *alias == name).map(|(_, expr)| *expr)
        }
        _ => None,
    }
}

/// An expression by its text, for what is the same with and without the names of tables.
fn without_qualifiers(expr: &ast::Expr) -> String {
    struct Bare;
    impl VisitorMut for Bare {
        type Break = ();
        fn post_visit_expr(&mut self, expr: &mut ast::Expr) -> ControlFlow<()> {
            match expr {
                ast::Expr::CompoundIdentifier(parts) => {
                    if let Some(last) = parts.pop() {
                        *expr = ast::Expr::Identifier(last);
                    }
                }
                ast::Expr::Nested(inner) => *expr = (**inner).clone(),
                _ => {}
            }
            ControlFlow::Continue(())
        }
    }
    let mut expr = expr.clone();
    let _ = VisitMut::visit(&mut expr, &mut Bare);
    expr.to_string().to_lowercase().replace('"', "")
}

/// What is grouped by.
struct Keys<'a, 'b> {
    own: &'b Analyser<'a>,
    columns: Vec<Place>,
    texts: Vec<String>,
}

impl Keys<'_, '_> {
    /// It is a key, or its table's primary key is among the keys.
    fn give(&self, (at, name): &Place) -> bool {
        let by_key = || {
            let table = self.own.scopes.last()?.items.get(*at)?.oid?;
            let (_, key) = self.own.catalog.primary_key(table)?;
            let Rule::PrimaryKey { columns, .. } = &key.rule else { return None };
            let given = |oid: &crate::catalog::Oid| {
                let column = self.own.catalog.column_of(*oid);
                column.is_some_and(|column| self.columns.contains(&(*at, column.name.clone())))
            };
            Some(columns.iter().all(given))
        };
        self.columns.iter().any(|(other, key)| other == at && key == name) || by_key() == Some(true)
    }
}

/// Finds the first column that no key gives.
struct Looked<'a, 'b, 'c> {
    keys: &'c Keys<'a, 'b>,
    /// For each expression around this one, whether what is in it is not looked at.
    passed: Vec<bool>,
    queries: u32,
    wrong: Option<String>,
}

impl Looked<'_, '_, '_> {
    fn passes(&self, expr: &ast::Expr) -> bool {
        match expr {
            ast::Expr::Identifier(_) | ast::Expr::CompoundIdentifier(_) | ast::Expr::Nested(_) => false,
            _ if self.keys.texts.contains(&without_qualifiers(expr)) => true,
            ast::Expr::Function(function) => {
                let name = qname(&function.name).filter(|name| name.schema.is_none());
                let own = self.keys.own;
                function.over.is_some()
                    || name.is_none_or(|name| {
                        own.catalog.has_routine(&name, own.session)
                            || system::has_aggregate(name.name.as_str())
                            || !system::has_function(name.name.as_str()) && name.name.as_str() != "coalesce"
                    })
            }
            _ => false,
        }
    }
}

impl Visitor for Looked<'_, '_, '_> {
    type Break = ();

    fn pre_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.queries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &ast::Expr) -> ControlFlow<()> {
        let passed = self.queries > 0 || self.passed.last() == Some(&true) || self.passes(expr);
        self.passed.push(passed);
        let own = self.keys.own;
        if !passed
            && !matches!(expr, ast::Expr::Nested(_))
            && let Some(place) = own.place(expr)
            && !self.keys.give(&place)
            && let Some(item) = own.scopes.last().and_then(|scope| scope.items.get(place.0))
        {
            let table = item.name.as_ref().map_or("", Ident::as_str);
            self.wrong = Some(format!("{table}.{}", place.1.as_str()));
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, _expr: &ast::Expr) -> ControlFlow<()> {
        self.passed.pop();
        ControlFlow::Continue(())
    }
}
