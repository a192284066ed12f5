//! Expressions (`src/backend/parser/parse_expr.c`): what stands for a column or a query gets a name of its own, `$0` and so on, and
//! [`crate::pg::expr::analyse`] does the rest.

use std::cell::RefCell;
use std::ops::ControlFlow;

use sqlparser::ast::{
    self, BinaryOperator, FunctionArg, FunctionArgExpr, FunctionArguments, Query, UnaryOperator, Value, Visit,
    VisitMut, Visitor, VisitorMut,
};

use super::{Analyser, Column, Known, error};
use crate::catalog::execute::is_value_function;
use crate::catalog::query::stored;
use crate::pg::error::{Refusal, sqlstate};
use crate::pg::expr::{Analysis, Expr, qname};
use crate::pg::ident::Ident;
use crate::pg::system::{self, Type};

/// An expression after its analysis, as far as it was looked at.
pub(super) struct Analysed(Option<Analysis>, Option<Type>);

impl Analysed {
    pub(super) fn ty(&self) -> Option<Type> {
        self.0.as_ref().map_or(self.1.clone(), |analysis| analysis.ty.clone())
    }

    /// Whether a column of a type takes its value; see [`Analysis::assignable`].
    pub(super) fn assignable(&self, to: &Type) -> Known<bool> {
        Ok(self.0.as_ref().map_or(Ok(true), |analysis| analysis.assignable(to))?)
    }

    /// The text of a constant in quotes, if that is all.
    pub(super) fn literal(&self) -> Option<&str> {
        self.0.as_ref()?.literal()
    }

    /// The value of a constant number, if that is all.
    pub(super) fn number(&self) -> Option<&str> {
        self.0.as_ref()?.number()
    }

    /// As a column of a SELECT list.
    pub(super) fn column(&self, name: Ident) -> Column {
        Column { literal: self.literal().map(str::to_string), ..Column::new(name, self.ty()) }
    }
}

/// Names that the grammar itself knows as functions, or that can be none.
#[rustfmt::skip]
const GRAMMAR: &[&str] = &[
    "all", "any", "array", "between", "bigint", "bit", "boolean", "case", "cast", "char", "character", "collate",
    "cube", "current_date", "current_role", "current_time", "current_timestamp", "current_user", "dec", "decimal",
    "exists", "float", "grouping", "inout", "int", "integer", "interval", "json", "json_array", "json_arrayagg",
    "json_exists", "json_object", "json_objectagg", "json_query", "json_scalar", "json_serialize", "json_table",
    "json_value", "localtime", "localtimestamp", "merge_action", "national", "nchar", "none", "normalize",
    "numeric", "out", "precision", "real", "rollup", "row", "session_user", "setof", "smallint", "some",
    "system_user", "time", "timestamp", "treat", "unique", "user", "values", "varchar", "xmlattributes",
    "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot",
    "xmlserialize", "xmltable",
];

impl Analyser<'_> {
    pub(super) fn expression(&mut self, expr: &ast::Expr) -> Known<Analysed> {
        let mut tree = expr.clone();
        let mut names = Names { own: self, slots: Vec::new(), others: Vec::new() };
        let _ = VisitMut::visit(&mut tree, &mut names);
        let Names { slots, others, .. } = names;
        let failed: RefCell<Option<Refusal>> = RefCell::new(None);
        let column = |name: &Ident| match slot(name).and_then(|at| slots.get(at)) {
            Some(Ok(ty)) => ty.clone(),
            Some(Err(error)) => {
                failed.borrow_mut().get_or_insert_with(|| error.clone());
                None
            }
            None => None,
        };
        let bare = match &tree {
            ast::Expr::Identifier(name) => column(&stored(name)),
            _ => None,
        };
        let analysis = self.catalog.analysed_over(&column, &Expr::Parsed(Box::new(tree)), self.session);
        // What is not looked at as a whole is still made of names.
        let unread = !matches!(&analysis, Ok(Some(_)) | Err(_));
        if let Some(error) = failed.into_inner() {
            return Err(error);
        }
        let analysis = analysis?;
        if unread {
            for slot in slots {
                slot?;
            }
        }
        for other in others {
            self.expression(&other)?;
        }
        Ok(Analysed(analysis, bare))
    }

    /// A condition, in the words for it (`transformWhereClause`).
    pub(super) fn condition(&mut self, expr: &ast::Expr, of: &str, place: &str) -> Known<()> {
        self.only_scalars(expr, place)?;
        self.boolean(expr, of)
    }

    pub(super) fn boolean(&mut self, expr: &ast::Expr, of: &str) -> Known<()> {
        if let Analysed(Some(analysis), _) = self.expression(expr)? {
            analysis.boolean(of)?;
        }
        Ok(())
    }

    /// 42803 for an aggregate, 42P20 for a window function, in the words for where it stands.
    pub(super) fn only_scalars(&self, expr: &ast::Expr, place: &str) -> Known<()> {
        self.no_aggregates(expr, place)?;
        self.no_windows(expr, place)
    }

    /// 42P20 (`transformWindowFuncCall`).
    pub(super) fn no_windows(&self, expr: &ast::Expr, place: &str) -> Known<()> {
        if !Calls::of(self, expr).window {
            return Ok(());
        }
        Err(error(sqlstate::WINDOWING_ERROR, format!("window functions are not allowed in {place}")))
    }

    /// 42803 (`check_agglevels_and_constraints`): inside of another query it may be one of that.
    fn no_aggregates(&self, expr: &ast::Expr, of: &str) -> Known<()> {
        let outer = self.scopes.iter().filter(|scope| !scope.items.is_empty()).count();
        if outer > 1 || !self.has_aggregate(expr) {
            return Ok(());
        }
        Err(error(sqlstate::GROUPING_ERROR, format!("aggregate functions are not allowed in {of}")))
    }

    /// Whether it calls an aggregate outside of subqueries, for certain.
    pub(super) fn has_aggregate(&self, expr: &ast::Expr) -> bool {
        Calls::of(self, expr).aggregate
    }

    /// A call of what is an aggregate for certain.
    pub(super) fn is_aggregate(&self, function: &ast::Function) -> bool {
        let Some(name) = qname(&function.name).filter(|name| name.schema.is_none()) else { return false };
        function.over.is_none()
            && system::is_aggregate(name.name.as_str())
            && !self.catalog.has_routine(&name, self.session)
    }

    /// The one column of a subquery that stands for a value (`transformSubLink`).
    fn scalar(&mut self, query: &Query) -> Known<Option<Type>> {
        let columns = self.query(query)?.settled();
        if columns.counted && columns.columns.len() > 1 {
            return Err(error(sqlstate::SYNTAX_ERROR, "subquery must return only one column"));
        }
        Ok(columns.columns.first().filter(|_| columns.counted).and_then(|column| column.ty.clone()))
    }

    /// The same beside an operator: it has as many columns as the other side.
    fn compared(&mut self, left: &ast::Expr, query: &Query) -> Known<Option<Type>> {
        let wanted = match left {
            ast::Expr::Tuple(items) => items.len(),
            _ => 1,
        };
        let columns = self.query(query)?.settled();
        if columns.counted && columns.columns.len() != wanted {
            let much = if columns.columns.len() > wanted { "many" } else { "few" };
            return Err(error(sqlstate::SYNTAX_ERROR, format!("subquery has too {much} columns")));
        }
        Ok(columns.columns.first().filter(|_| columns.counted && wanted == 1).and_then(|column| column.ty.clone()))
    }
}

/// The number of what a name stands for.
fn slot(name: &Ident) -> Option<usize> {
    name.as_str().strip_prefix('$')?.parse().ok()
}

/// Puts names of its own for what is to be looked at here.
struct Names<'a, 'b> {
    own: &'b mut Analyser<'a>,
    slots: Vec<Known<Option<Type>>>,
    /// What stands beside the arguments of a call.
    others: Vec<ast::Expr>,
}

impl Names<'_, '_> {
    fn slot(&mut self, meaning: Known<Option<Type>>) -> ast::Expr {
        self.slots.push(meaning);
        ast::Expr::Identifier(ast::Ident::with_quote('"', format!("${}", self.slots.len() - 1)))
    }

    /// `left op query` as a comparison with one value.
    fn quantified(&mut self, left: &ast::Expr, op: BinaryOperator, query: &Query) -> ast::Expr {
        // The left side is looked at first.
        let mut left = left.clone();
        let _ = VisitMut::visit(&mut left, self);
        let meaning = self.own.compared(&left, query);
        let right = Box::new(self.slot(meaning));
        ast::Expr::Nested(Box::new(ast::Expr::BinaryOp { left: Box::new(left), op, right }))
    }

    /// Leaves of a call its name and arguments.
    fn call(&mut self, function: &mut ast::Function) -> Option<ast::Expr> {
        self.others.extend(function.filter.take().map(|filter| *filter));
        if let Some(ast::WindowType::WindowSpec(window)) = function.over.take() {
            self.others.extend(window.partition_by);
            self.others.extend(window.order_by.into_iter().map(|key| key.expr));
        }
        let is_ordered_set = !function.within_group.is_empty();
        match &mut function.args {
            FunctionArguments::None => return None,
            FunctionArguments::Subquery(query) => {
                let known = self.own.query(query).map(|_| None);
                return Some(self.slot(known));
            }
            FunctionArguments::List(list) => {
                list.duplicate_treatment = None;
                for clause in std::mem::take(&mut list.clauses) {
                    if let ast::FunctionArgumentClause::OrderBy(keys) = clause {
                        self.others.extend(keys.into_iter().map(|key| key.expr));
                    }
                }
                let every = |arg: &FunctionArg| matches!(arg, FunctionArg::Unnamed(FunctionArgExpr::Expr(_)));
                let name = qname(&function.name);
                let of_grammar =
                    name.as_ref().is_none_or(|name| name.schema.is_none() && GRAMMAR.contains(&name.name.as_str()));
                if is_ordered_set || of_grammar || !list.args.iter().all(every) {
                    // Behind the text stands a form, which is a word of the grammar.
                    let forms = name.as_ref().is_some_and(|name| name.name.as_str() == "normalize");
                    let length = if forms { 1 } else { list.args.len() };
                    for arg in list.args.iter().take(length) {
                        if let FunctionArg::Unnamed(FunctionArgExpr::Expr(arg)) = arg {
                            self.others.push(arg.clone());
                        }
                    }
                    let star = matches!(list.args.as_slice(), [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)]);
                    let counts = star && name.is_some_and(|name| name.name.as_str() == "count");
                    return Some(self.slot(Ok(counts.then(|| Type::system("bigint")))));
                }
            }
        }
        None
    }
}

impl VisitorMut for Names<'_, '_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut ast::Expr) -> ControlFlow<()> {
        let put = match expr {
            ast::Expr::Identifier(name) => {
                let name = stored(name);
                // sqlparser takes `DEFAULT` for a name.
                if slot(&name).is_some() || is_value_function(&name) || name.as_str() == "default" {
                    return ControlFlow::Continue(());
                }
                let meaning = self.own.bare(&name);
                self.slot(meaning)
            }
            ast::Expr::CompoundIdentifier(parts) => {
                let meaning = self.own.qualified(parts);
                self.slot(meaning)
            }
            ast::Expr::Value(value) if matches!(value.value, Value::Placeholder(_)) => self.slot(Ok(None)),
            ast::Expr::Subquery(query) => {
                let meaning = self.own.scalar(query);
                self.slot(meaning)
            }
            ast::Expr::Exists { subquery, .. } => {
                let meaning = self.own.query(subquery).map(|_| Some(Type::system("boolean")));
                self.slot(meaning)
            }
            ast::Expr::InSubquery { expr: left, subquery, negated } => {
                let compared = self.quantified(left, BinaryOperator::Eq, subquery);
                if *negated {
                    let not = ast::Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(compared) };
                    ast::Expr::Nested(Box::new(not))
                } else {
                    compared
                }
            }
            ast::Expr::AnyOp { left, compare_op, right, .. } | ast::Expr::AllOp { left, compare_op, right } => {
                let ast::Expr::Subquery(query) = right.as_ref() else {
                    // Constants in quotes alone make an array of text, whatever they are compared with; the items of an IN do not.
                    if is_array_of_text(right) {
                        let array = std::mem::replace(right.as_mut(), ast::Expr::value(Value::Null));
                        **right = text_array(array);
                    }
                    return ControlFlow::Continue(());
                };
                self.quantified(left, compare_op.clone(), query)
            }
            ast::Expr::Function(function) => match self.call(function) {
                Some(put) => put,
                None => return ControlFlow::Continue(()),
            },
            _ => return ControlFlow::Continue(()),
        };
        *expr = put;
        ControlFlow::Continue(())
    }
}

fn is_array_of_text(expr: &ast::Expr) -> bool {
    let ast::Expr::Array(array) = expr else { return false };
    let is_text = |item: &ast::Expr| matches!(item, ast::Expr::Value(value) if matches!(value.value, Value::SingleQuotedString(_) | Value::Null));
    !array.elem.is_empty() && array.elem.iter().all(is_text)
}

/// `array::text[]`
fn text_array(array: ast::Expr) -> ast::Expr {
    let element = Box::new(ast::DataType::Text);
    ast::Expr::Cast {
        kind: ast::CastKind::DoubleColon,
        expr: Box::new(array),
        data_type: ast::DataType::Array(ast::ArrayElemTypeDef::SquareBracket(element, None)),
        format: None,
    }
}

/// What is called outside of subqueries.
struct Calls<'a, 'b> {
    own: &'b Analyser<'a>,
    aggregate: bool,
    window: bool,
    depth: u32,
}

impl<'a, 'b> Calls<'a, 'b> {
    fn of(own: &'b Analyser<'a>, expr: &ast::Expr) -> Calls<'a, 'b> {
        let mut calls = Calls { own, aggregate: false, window: false, depth: 0 };
        let _ = Visit::visit(expr, &mut calls);
        calls
    }
}

impl Visitor for Calls<'_, '_> {
    type Break = ();

    fn pre_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &ast::Expr) -> ControlFlow<()> {
        if let ast::Expr::Function(function) = expr {
            self.aggregate |= self.depth == 0 && self.own.is_aggregate(function);
            self.window |= self.depth == 0 && function.over.is_some();
        }
        ControlFlow::Continue(())
    }
}
