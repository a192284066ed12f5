//! Queries: SELECT, VALUES and what combines them.

use sqlparser::ast::{self, Distinct, GroupByExpr, OrderByKind, Query, Select, SelectItem, SetExpr};

use super::{Analyser, Column, Known, MAX_DEPTH, Relation, Scope, error};
use crate::catalog::Oid;
use crate::catalog::names::figure;
use crate::catalog::query::stored;
use crate::pg::error::sqlstate;
use crate::pg::expr::qname;
use crate::pg::ident::Ident;
use crate::pg::system::{self, Type};

impl Analyser<'_> {
    /// The columns that a query gives.
    pub(super) fn query(&mut self, query: &Query) -> Known<Relation> {
        if self.depth > MAX_DEPTH {
            return Ok(Relation::unknown());
        }
        self.depth += 1;
        let result = self.within(Scope::default(), |own| {
            own.with(query.with.as_ref())?;
            own.body(&query.body, Some(query))
        });
        self.depth -= 1;
        result
    }

    /// Adds the CTEs of a WITH to the innermost level.
    fn with(&mut self, with: Option<&ast::With>) -> Known<()> {
        let Some(with) = with else { return Ok(()) };
        if with.recursive
            && let Some(scope) = self.scopes.last_mut()
        {
            // Each may name each.
            scope.ctes.extend(with.cte_tables.iter().map(|cte| (stored(&cte.alias.name), Relation::unknown())));
        }
        for cte in &with.cte_tables {
            let columns = self.query(&cte.query)?.settled();
            let names = cte.alias.columns.iter().map(|column| stored(&column.name)).collect();
            if let Some(scope) = self.scopes.last_mut() {
                scope.ctes.push((stored(&cte.alias.name), columns.renamed(names)));
            }
        }
        Ok(())
    }

    /// `query` is what ORDER BY is of.
    fn body(&mut self, body: &SetExpr, query: Option<&Query>) -> Known<Relation> {
        match body {
            SetExpr::Select(select) => self.within(Scope::default(), |own| own.select(select, query)),
            SetExpr::Query(inner) => self.query(inner),
            SetExpr::Values(values) => self.values(values),
            SetExpr::SetOperation { left, op, right, .. } => {
                if self.depth > MAX_DEPTH {
                    return Ok(Relation::unknown());
                }
                self.depth += 1;
                let left = self.body(left, None)?;
                let right = self.body(right, None)?;
                self.depth -= 1;
                combined(left, &op.to_string(), &right)
            }
            SetExpr::Insert(statement) | SetExpr::Update(statement) | SetExpr::Delete(statement) => {
                self.statement(statement)
            }
            SetExpr::Merge(_) | SetExpr::Table(_) => Ok(Relation::unknown()),
        }
    }

    fn values(&mut self, values: &ast::Values) -> Known<Relation> {
        let mut first: Option<Vec<Option<Type>>> = None;
        for row in &values.rows {
            let mut types = Vec::new();
            for value in &row.content {
                types.push(self.expression(value)?.ty());
            }
            if first.as_ref().is_some_and(|first| first.len() != types.len()) {
                return Err(error(sqlstate::SYNTAX_ERROR, "VALUES lists must all be the same length"));
            }
            first.get_or_insert(types);
        }
        let single = values.rows.len() == 1;
        let column = |(at, ty)| Column::new(Ident::new(&format!("column{}", at + 1)), ty);
        let types = first.unwrap_or_default().into_iter().map(|ty: Option<Type>| ty.filter(|_| single));
        Ok(Relation { columns: types.enumerate().map(column).collect(), whole: true, counted: true })
    }

    /// `transformSelectStmt`
    fn select(&mut self, select: &Select, query: Option<&Query>) -> Known<Relation> {
        self.from(&select.from)?;
        let output = self.targets(&select.projection)?;
        if let Some(condition) = &select.selection {
            self.condition(condition, "WHERE", "WHERE")?;
        }
        if let Some(condition) = &select.having {
            self.no_windows(condition, "HAVING")?;
            self.boolean(condition, "HAVING")?;
        }
        let order = query.and_then(|query| query.order_by.as_ref()).map(|order| &order.kind);
        if let Some(OrderByKind::Expressions(keys)) = order {
            for key in keys {
                self.key(&key.expr, &output, &["btree"], "an ordering", true)?;
            }
        }
        if let GroupByExpr::Expressions(keys, _) = &select.group_by {
            for key in keys {
                self.no_windows(key, "GROUP BY")?;
                self.key(key, &output, &["btree", "hash"], "an equality", false)?;
            }
        }
        match &select.distinct {
            Some(Distinct::Distinct) => {
                for column in &output.columns {
                    self.has_class(column.ty.as_ref(), &["btree", "hash"], "an equality")?;
                }
            }
            Some(Distinct::On(keys)) => {
                for key in keys {
                    self.key(key, &output, &["btree"], "an ordering", true)?;
                }
            }
            Some(Distinct::All) | None => {}
        }
        self.grouped(select, query)?;
        Ok(output)
    }

    /// `transformTargetList`
    pub(super) fn targets(&mut self, items: &[SelectItem]) -> Known<Relation> {
        let mut output = Relation { columns: Vec::new(), whole: true, counted: true };
        for item in items {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let given = self.expression(expr)?;
                    output.whole &= has_certain_name(expr);
                    let name = figure(expr).map_or_else(|| "?column?".to_string(), |(name, _)| name);
                    output.columns.push(Column { oid: self.plain(expr), ..given.column(Ident::new(&name)) });
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let given = self.expression(expr)?;
                    output.columns.push(Column { oid: self.plain(expr), ..given.column(stored(alias)) });
                }
                SelectItem::Wildcard(_) => {
                    let Some(scope) = self.scopes.last() else { continue };
                    // Merged columns stand once, in front.
                    output.counted &= scope.merged.is_empty() && !scope.natural;
                    scope.items.iter().for_each(|item| output.extend(&item.columns));
                }
                SelectItem::QualifiedWildcard(ast::SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    match qname(name).map(|name| self.item(&Vec::from_iter(name.schema), &name.name)).transpose()? {
                        Some(Some(item)) => output.extend(&item.columns),
                        Some(None) | None => output.counted = false,
                    }
                }
                SelectItem::QualifiedWildcard(..) | SelectItem::ExprWithAliases { .. } => output.counted = false,
            }
        }
        output.whole &= output.counted;
        Ok(output)
    }

    /// The column of a table that an expression is and nothing more.
    fn plain(&self, expr: &ast::Expr) -> Option<Oid> {
        let (at, name) = self.place(expr)?;
        self.scopes.last()?.items.get(at)?.columns.column(&name)?.oid
    }

    /// A key of ORDER BY and its kin: a number or a name of an output column, or an expression (`findTargetlistEntrySQL92`).
    fn key(
        &mut self,
        key: &ast::Expr,
        output: &Relation,
        methods: &[&str],
        what: &str,
        output_first: bool,
    ) -> Known<()> {
        if let ast::Expr::Value(value) = key {
            let place = value.to_string().parse::<usize>().ok().and_then(|place| place.checked_sub(1));
            let column = place.filter(|_| output.counted).and_then(|place| output.columns.get(place));
            return self.has_class(column.and_then(|column| column.ty.as_ref()), methods, what);
        }
        let named = match key {
            ast::Expr::Identifier(name) => {
                let name = stored(name);
                let of_table = self.scopes.last().is_some_and(|scope| {
                    scope.items.iter().any(|item| !item.columns.whole || item.columns.column(&name).is_some())
                });
                match output.column(&name) {
                    Some(column) if output_first || !of_table => Some(column.ty.clone()),
                    None if !output.whole => return Ok(()),
                    Some(_) | None => None,
                }
            }
            _ => None,
        };
        if let ast::Expr::GroupingSets(sets) | ast::Expr::Cube(sets) | ast::Expr::Rollup(sets) = key {
            for key in sets.iter().flatten() {
                self.key(key, output, methods, what, output_first)?;
            }
            return Ok(());
        }
        let ty = match named {
            Some(ty) => ty,
            None => self.expression(key)?.ty(),
        };
        self.has_class(ty.as_ref(), methods, what)
    }

    /// `get_sort_group_operators`
    fn has_class(&self, ty: Option<&Type>, methods: &[&str], what: &str) -> Known<()> {
        let Some(ty) = ty.filter(|ty| **ty != Type::LITERAL && self.catalog.knows_operators(self.session)) else {
            return Ok(());
        };
        let of = ty.element().unwrap_or_else(|| ty.clone());
        if methods.iter().all(|method| system::default_class(method, &of) == Some(false)) {
            let message = format!("could not identify {what} operator for type {ty}");
            return Err(error(sqlstate::UNDEFINED_FUNCTION, message));
        }
        Ok(())
    }
}

impl Relation {
    /// `*`
    fn extend(&mut self, other: &Relation) {
        self.whole &= other.whole;
        self.counted &= other.counted;
        self.columns.extend(other.columns.iter().cloned());
    }
}

/// What PostgreSQL calls a column is known of these.
fn has_certain_name(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::Identifier(_)
        | ast::Expr::CompoundIdentifier(_)
        | ast::Expr::Function(_)
        | ast::Expr::Array(_)
        | ast::Expr::BinaryOp { .. }
        | ast::Expr::Case { .. }
        | ast::Expr::Exists { .. }
        | ast::Expr::Extract { .. }
        | ast::Expr::Interval(_)
        | ast::Expr::IsNotNull(_)
        | ast::Expr::IsNull(_)
        | ast::Expr::Trim { .. }
        | ast::Expr::TypedString(_)
        | ast::Expr::UnaryOp { .. } => true,
        ast::Expr::Value(value) => matches!(value.value, ast::Value::Number(..) | ast::Value::SingleQuotedString(_)),
        ast::Expr::Nested(inner) => has_certain_name(inner),
        ast::Expr::Cast { expr, .. } => has_certain_name(expr),
        ast::Expr::CompoundFieldAccess { root, .. } => has_certain_name(root),
        ast::Expr::Subquery(_) => crate::catalog::names::figure(expr).is_some(),
        _ => false,
    }
}

/// `transformSetOperationTree`
fn combined(mut left: Relation, op: &str, right: &Relation) -> Known<Relation> {
    if !(left.counted && right.counted) {
        return Ok(Relation::unknown());
    }
    if left.columns.len() != right.columns.len() {
        let message = format!("each {op} query must have the same number of columns");
        return Err(error(sqlstate::SYNTAX_ERROR, message));
    }
    for (column, other) in left.columns.iter_mut().zip(&right.columns) {
        column.literal = None;
        column.ty = match (column.ty.take(), other.ty.clone()) {
            (Some(one), Some(other)) => Some(system::common_type(&[one, other]).map_err(|(one, other)| {
                let message = format!("{op} types {one} and {other} cannot be matched");
                error(sqlstate::DATATYPE_MISMATCH, message)
            })?),
            _ => None,
        };
    }
    Ok(left)
}
