//! What a query reads and gives: relations, columns, output columns. Only what is certain.

use std::ops::ControlFlow;

use sqlparser::ast::{
    self, JoinConstraint, JoinOperator, Query, Select, SelectItem, SetExpr, TableFactor, Visit, Visitor,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

mod analysis;
mod called;
mod statement;

pub(super) use statement::RowStatement;

use super::names::figure;
use super::object::{Column, Object, TypeRef};
use super::{Catalog, Oid, Session};
use crate::pg::command::Collation;
use crate::pg::error::{Reason, Refusal};
use crate::pg::expr::{Expr, qname, stored};
use crate::pg::ident::{Ident, QName};

/// What a query depends on.
#[derive(Default)]
pub(super) struct Uses {
    /// Relations and columns, each once.
    pub(super) objects: Vec<Oid>,
    /// Relations that do not exist.
    pub(super) missing: Vec<QName>,
}

/// A column that a query gives.
#[derive(Clone)]
pub(super) struct Output {
    pub(super) name: Ident,
    pub(super) ty: TypeRef,
    pub(super) collation: Option<Collation>,
}

/// The columns that a query gives.
pub(super) type Columns = Vec<Output>;

fn parse(text: &str) -> Option<Box<Query>> {
    let text = crate::pg::readable::readable(text);
    let mut parser = Parser::new(&PostgreSqlDialect {}).with_recursion_limit(200).try_with_sql(&text).ok()?;
    parser.parse_query().ok()
}

/// The relations and columns that a query reads.
pub(super) fn uses(catalog: &Catalog, text: &str, session: &Session) -> Uses {
    let mut reader = Reader::new(catalog, session);
    if let Some(query) = parse(text) {
        let _ = query.visit(&mut reader);
    }
    reader.uses
}

/// What PostgreSQL says of the query of a new relation, whose first columns may be `named`; `None` where nothing is certainly wrong.
pub(super) fn wrong(catalog: &Catalog, text: &str, named: &[Ident], session: &Session) -> Option<Refusal> {
    let mut parser = Parser::new(&PostgreSqlDialect {}).with_recursion_limit(200).try_with_sql(text).ok()?;
    let query = parser.parse_query().ok()?;
    // What sqlparser leaves behind may be part of it.
    parser.expect_token(&Token::EOF).ok()?;
    analysis::relation_of(catalog, &query, named, session).err()
}

/// The output columns of a query; `None` where they are not known.
pub(super) fn output_columns(catalog: &Catalog, text: &str, session: &Session) -> Option<Columns> {
    let query = parse(text)?;
    Reader::new(catalog, session).output(&query, &[], 0)
}

/// The types of the columns of a query; `None` for one that is not known.
pub(super) fn output_types(catalog: &Catalog, text: &str, session: &Session) -> Vec<Option<analysis::Output>> {
    let Some(query) = parse(text) else { return Vec::new() };
    analysis::types_of(catalog, &query, session)
}

/// The sequence of `nextval('s'::regclass)`.
pub(super) fn nextval_argument(expr: &Expr) -> Option<QName> {
    let Expr::Parsed(tree) = expr else {
        return None;
    };
    let ast::Expr::Function(function) = unwrapped(tree) else {
        return None;
    };
    let name = function.name.0.last()?.as_ident()?;
    if !name.value.eq_ignore_ascii_case("nextval") {
        return None;
    }
    let ast::FunctionArguments::List(list) = &function.args else {
        return None;
    };
    let [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(argument))] = list.args.as_slice() else {
        return None;
    };
    let text = literal(argument)?;
    let parts = Parser::new(&PostgreSqlDialect {}).try_with_sql(&text).ok()?.parse_multipart_identifier().ok()?;
    match parts.as_slice() {
        [name] => Some(QName::bare(stored(name))),
        [schema, name] => Some(QName::new(Some(stored(schema)), stored(name))),
        _ => None,
    }
}

/// The text of a string constant, with or without casts.
pub(super) fn string_literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Parsed(tree) => literal(tree),
        Expr::Opaque(_) => None,
    }
}

fn unwrapped(tree: &ast::Expr) -> &ast::Expr {
    match tree {
        ast::Expr::Nested(inner) => unwrapped(inner),
        _ => tree,
    }
}

fn literal(tree: &ast::Expr) -> Option<String> {
    match tree {
        ast::Expr::Nested(inner) => literal(inner),
        ast::Expr::Cast { expr, .. } => literal(expr),
        ast::Expr::Value(value) => match &value.value {
            ast::Value::SingleQuotedString(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// One entry of a FROM list.
struct Source {
    alias: Option<Ident>,
    relation: Option<Oid>,
    /// Column aliases (`t (a, b)`) hide the relation's names.
    renamed: bool,
}

/// What a query's names can mean.
#[derive(Default)]
struct Scope {
    /// Names of CTEs, which hide relations.
    ctes: Vec<Ident>,
    sources: Vec<Source>,
    /// Names may mean what is not among the sources.
    unclear: bool,
}

struct Reader<'a> {
    catalog: &'a Catalog,
    session: &'a Session,
    scopes: Vec<Scope>,
    uses: Uses,
}

impl Visitor for Reader<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let ctes = query.with.iter().flat_map(|with| &with.cte_tables).map(|cte| stored(&cte.alias.name)).collect();
        self.scopes.push(Scope { ctes, ..Scope::default() });
        // `ORDER BY` stands outside the SELECT and means its tables.
        let (sources, unclear) = match query.body.as_ref() {
            SetExpr::Select(select) => (self.sources(select), false),
            SetExpr::Values(_) => (Vec::new(), false),
            _ => (Vec::new(), true),
        };
        if let Some(scope) = self.scopes.last_mut() {
            *scope = Scope { sources, unclear, ctes: std::mem::take(&mut scope.ctes) };
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let sources = self.sources(select);
        self.scopes.push(Scope { sources, ..Scope::default() });
        for item in &select.projection {
            match item {
                SelectItem::Wildcard(_) => self.all_columns(None),
                SelectItem::QualifiedWildcard(ast::SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    if let Some(name) = qname(name) {
                        self.all_columns(Some(&name.name));
                    }
                }
                _ => {}
            }
        }
        for join in select.from.iter().flat_map(|table| &table.joins) {
            if let Some(JoinConstraint::Using(columns)) = constraint(&join.join_operator) {
                for column in columns.iter().filter_map(qname) {
                    self.column(&column.name);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _select: &Select) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, args: None, .. } = factor
            && let Some(name) = qname(name)
        {
            match self.relation(&name) {
                Some(oid) => self.used(oid),
                None if self.is_cte(&name) || self.catalog.is_system_name(&name) => {}
                None if !self.catalog.open_world && self.catalog.extension_may_bring(&name) => {}
                None => {
                    if !self.uses.missing.contains(&name) {
                        self.uses.missing.push(name);
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &ast::Expr) -> ControlFlow<()> {
        match expr {
            ast::Expr::Identifier(name) => self.column(&stored(name)),
            ast::Expr::CompoundIdentifier(parts) => {
                if let [.., qualifier, column] = parts.as_slice() {
                    self.qualified_column(&stored(qualifier), &stored(column));
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn constraint(operator: &JoinOperator) -> Option<&JoinConstraint> {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint) => Some(constraint),
        _ => None,
    }
}

impl Reader<'_> {
    fn new<'a>(catalog: &'a Catalog, session: &'a Session) -> Reader<'a> {
        Reader { catalog, session, scopes: Vec::new(), uses: Uses::default() }
    }

    fn used(&mut self, oid: Oid) {
        if !self.uses.objects.contains(&oid) {
            self.uses.objects.push(oid);
        }
    }

    fn is_cte(&self, name: &QName) -> bool {
        name.schema.is_none() && self.scopes.iter().any(|scope| scope.ctes.contains(&name.name))
    }

    fn relation(&self, name: &QName) -> Option<Oid> {
        if self.is_cte(name) { None } else { self.catalog.resolve_relation(name, self.session) }
    }

    fn sources(&self, select: &Select) -> Vec<Source> {
        let mut sources = Vec::new();
        for table in &select.from {
            self.source(&table.relation, &mut sources);
            for join in &table.joins {
                self.source(&join.relation, &mut sources);
            }
        }
        sources
    }

    fn source(&self, factor: &TableFactor, sources: &mut Vec<Source>) {
        match factor {
            TableFactor::Table { name, alias, args, .. } => {
                let name = qname(name);
                let relation = if args.is_none() { name.as_ref().and_then(|name| self.relation(name)) } else { None };
                let renamed = alias.as_ref().is_some_and(|alias| !alias.columns.is_empty());
                let alias = alias.as_ref().map(|alias| stored(&alias.name)).or(name.map(|name| name.name));
                sources.push(Source { alias, relation, renamed });
            }
            TableFactor::NestedJoin { table_with_joins, .. } => {
                self.source(&table_with_joins.relation, sources);
                for join in &table_with_joins.joins {
                    self.source(&join.relation, sources);
                }
            }
            TableFactor::Derived { alias, .. } => {
                let alias = alias.as_ref().map(|alias| stored(&alias.name));
                sources.push(Source { alias, relation: None, renamed: false });
            }
            _ => sources.push(Source { alias: None, relation: None, renamed: false }),
        }
    }

    /// A bare name means the innermost table that has such a column.
    fn column(&mut self, name: &Ident) {
        for scope in self.scopes.iter().rev() {
            let found = scope
                .sources
                .iter()
                .filter(|source| !source.renamed)
                .filter_map(|source| self.catalog.column(source.relation?, name))
                .collect::<Vec<Oid>>();
            if !found.is_empty() {
                for oid in found {
                    self.used(oid);
                }
                return;
            }
            // It may be a column of what is not known, or of a view, and then no table further out is meant.
            if scope.unclear || scope.sources.iter().any(|source| source.relation.is_none() || source.renamed) {
                return;
            }
        }
    }

    fn qualified_column(&mut self, qualifier: &Ident, name: &Ident) {
        for scope in self.scopes.iter().rev() {
            let Some(source) = scope.sources.iter().find(|source| source.alias.as_ref() == Some(qualifier)) else {
                continue;
            };
            let Some(relation) = source.relation.filter(|_| !source.renamed) else {
                return;
            };
            if let Some(column) = self.catalog.column(relation, name) {
                self.used(column);
            }
            return;
        }
    }

    fn all_columns(&mut self, alias: Option<&Ident>) {
        let Some(scope) = self.scopes.last() else {
            return;
        };
        let relations: Vec<Oid> = scope
            .sources
            .iter()
            .filter(|source| alias.is_none() || source.alias.as_ref() == alias)
            .filter_map(|source| source.relation)
            .collect();
        for relation in relations {
            for (column, _) in self.catalog.columns(relation) {
                self.used(column);
            }
        }
    }

    /// The output of a query; `ctes` are the outputs of the CTEs around it.
    fn output(&self, query: &Query, ctes: &[(Ident, Option<Columns>)], depth: u32) -> Option<Columns> {
        if depth > 50 {
            return None;
        }
        let mut ctes = ctes.to_vec();
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let columns = self.output(&cte.query, &ctes, depth + 1);
            ctes.push((stored(&cte.alias.name), columns.and_then(|columns| aliased(columns, &cte.alias))));
        }
        let mut body = query.body.as_ref();
        loop {
            match body {
                SetExpr::Select(select) => return self.output_of_select(select, &ctes, depth),
                SetExpr::Query(query) => return self.output(query, &ctes, depth + 1),
                // A set operation is called as its first part.
                SetExpr::SetOperation { left, .. } => body = left,
                _ => return None,
            }
        }
    }

    fn output_of_select(&self, select: &Select, ctes: &[(Ident, Option<Columns>)], depth: u32) -> Option<Columns> {
        let mut sources: Vec<(Option<Ident>, Option<Columns>)> = Vec::new();
        for table in &select.from {
            self.source_columns(&table.relation, ctes, depth, &mut sources);
            for join in &table.joins {
                self.source_columns(&join.relation, ctes, depth, &mut sources);
            }
        }
        let merged = select.from.iter().flat_map(|table| &table.joins).any(|join| {
            matches!(constraint(&join.join_operator), Some(JoinConstraint::Using(_) | JoinConstraint::Natural))
        });
        let mut output = Columns::new();
        for item in &select.projection {
            match item {
                SelectItem::Wildcard(_) => {
                    // `JOIN … USING` gives its columns once, in front.
                    if merged {
                        return None;
                    }
                    for (_, columns) in &sources {
                        output.extend(columns.clone()?);
                    }
                }
                SelectItem::QualifiedWildcard(ast::SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    let name = qname(name)?.name;
                    let (_, columns) = sources.iter().find(|(alias, _)| alias.as_ref() == Some(&name))?;
                    output.extend(columns.clone()?);
                }
                SelectItem::QualifiedWildcard(..) | SelectItem::ExprWithAliases { .. } => return None,
                SelectItem::ExprWithAlias { expr, alias } => output.push(output_of(stored(alias), expr, &sources)),
                SelectItem::UnnamedExpr(expr) => {
                    let name = figure(expr).map_or_else(|| "?column?".to_string(), |(name, _)| name);
                    output.push(output_of(Ident::new(&name), expr, &sources));
                }
            }
        }
        Some(output)
    }

    fn source_columns(
        &self,
        factor: &TableFactor,
        ctes: &[(Ident, Option<Columns>)],
        depth: u32,
        sources: &mut Vec<(Option<Ident>, Option<Columns>)>,
    ) {
        match factor {
            TableFactor::Table { name, alias, args, .. } => {
                let name = qname(name);
                let of_cte = name.as_ref().filter(|name| name.schema.is_none()).and_then(|name| {
                    ctes.iter().rev().find(|(cte, _)| *cte == name.name).map(|(_, columns)| columns.clone())
                });
                let mut columns = match (of_cte, &name) {
                    (Some(columns), _) => columns,
                    (None, Some(name)) if args.is_none() => self.relation_columns(name),
                    _ => None,
                };
                if let Some(alias) = alias {
                    columns = columns.and_then(|columns| aliased(columns, alias));
                }
                let alias = alias.as_ref().map(|alias| stored(&alias.name)).or(name.map(|name| name.name));
                sources.push((alias, columns));
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let mut columns = self.output(subquery, ctes, depth + 1);
                if let Some(alias) = alias {
                    columns = columns.and_then(|columns| aliased(columns, alias));
                }
                sources.push((alias.as_ref().map(|alias| stored(&alias.name)), columns));
            }
            TableFactor::NestedJoin { table_with_joins, .. } => {
                self.source_columns(&table_with_joins.relation, ctes, depth, sources);
                for join in &table_with_joins.joins {
                    self.source_columns(&join.relation, ctes, depth, sources);
                }
            }
            _ => sources.push((None, None)),
        }
    }

    fn relation_columns(&self, name: &QName) -> Option<Columns> {
        let relation = self.catalog.resolve_relation(name, self.session)?;
        match self.catalog.get(relation)? {
            Object::Table(table) if table.open.is_none() => {
                let columns = self.catalog.columns(relation);
                let output = |column: &Column| Output {
                    name: column.name.clone(),
                    ty: column.ty.clone(),
                    collation: column.collation.clone(),
                };
                Some(columns.into_iter().map(|(_, column)| output(column)).collect())
            }
            Object::View(view) => {
                let columns = view.columns.as_ref()?;
                Some(columns.iter().map(|column| untyped(column.clone())).collect())
            }
            _ => None,
        }
    }
}

fn not_typed() -> Reason {
    Reason::new("query-type", "the types of a query's columns are not modelled")
}

/// `t (a, b)` renames the first columns.
fn aliased(mut columns: Columns, alias: &ast::TableAlias) -> Option<Columns> {
    if alias.columns.len() > columns.len() {
        return None;
    }
    for (column, alias) in columns.iter_mut().zip(&alias.columns) {
        column.name = stored(&alias.name);
    }
    Some(columns)
}

fn untyped(name: Ident) -> Output {
    Output { name, ty: TypeRef::Unknown(not_typed()), collation: None }
}

/// A plain column has a type and a collation; other expressions are not typed.
fn output_of(output: Ident, expr: &ast::Expr, sources: &[(Option<Ident>, Option<Columns>)]) -> Output {
    let (qualifier, name) = match expr {
        ast::Expr::Identifier(name) => (None, stored(name)),
        ast::Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [.., qualifier, name] => (Some(stored(qualifier)), stored(name)),
            _ => return untyped(output),
        },
        _ => return untyped(output),
    };
    let candidates = sources.iter().filter(|(alias, _)| qualifier.is_none() || *alias == qualifier);
    let found = candidates.flat_map(|(_, columns)| columns.iter().flatten()).find(|column| column.name == name);
    match found {
        Some(column) => Output { name: output, ..column.clone() },
        None => untyped(output),
    }
}

impl Catalog {
    /// `pg_catalog`'s and `information_schema`'s relations are always there.
    pub(super) fn is_system_name(&self, name: &QName) -> bool {
        match &name.schema {
            Some(schema) => schema.as_str() == "pg_catalog" || schema.as_str() == "information_schema",
            None => name.name.as_str().starts_with("pg_"),
        }
    }
}
