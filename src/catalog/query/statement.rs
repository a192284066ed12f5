//! What PostgreSQL refuses in a statement on rows before it looks at any row: names of columns and numbers of values.

use sqlparser::ast::{self, FromTable, SetExpr, Statement, TableWithJoins, UpdateTableFromKind, Visit};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::{Reader, Scope, Source};
use crate::catalog::object::{Object, TypeRef};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::error::PgError;
use crate::pg::only;

/// A statement on rows, as far as sqlparser reads it.
pub(in crate::catalog) struct RowStatement(Statement);

impl RowStatement {
    /// Reads a statement; drivers' parameters in it are values.
    pub(in crate::catalog) fn read(text: &str) -> Option<RowStatement> {
        let text = without_parameters(text);
        let text = only::blanked(&text);
        let mut parser = Parser::new(&PostgreSqlDialect {}).with_recursion_limit(200).try_with_sql(&text).ok()?;
        parser.parse_statement().ok().map(RowStatement)
    }

    /// What PostgreSQL says of the first column or operator that the statement reads with and that certainly does not exist.
    pub(in crate::catalog) fn wrong(&self, catalog: &Catalog, session: &Session) -> Option<PgError> {
        let mut reader = Reader::new(catalog, session);
        reader.bare = true;
        match &self.0 {
            Statement::Query(query) => {
                let _ = query.visit(&mut reader);
            }
            Statement::Insert(insert) => {
                let _ = insert.source.visit(&mut reader);
            }
            Statement::Update(update) => {
                let from = match &update.from {
                    Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) => from.as_slice(),
                    None => &[],
                };
                reader.scopes.push(scope(&reader, std::slice::from_ref(&update.table), from));
                reader.tables(from);
                for assignment in &update.assignments {
                    let _ = assignment.value.visit(&mut reader);
                }
                let _ = update.selection.visit(&mut reader);
            }
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
                let using = delete.using.as_deref().unwrap_or_default();
                reader.scopes.push(scope(&reader, from, using));
                reader.tables(using);
                let _ = delete.selection.visit(&mut reader);
            }
            _ => {}
        }
        reader.uses.wrong
    }

    /// What PostgreSQL says where an `INSERT` gives more or fewer values than there are columns (`transformInsertRow`).
    pub(in crate::catalog) fn wrong_number(
        &self,
        catalog: &Catalog,
        table: Oid,
        session: &Session,
    ) -> Option<&'static str> {
        let Statement::Insert(insert) = &self.0 else { return None };
        let values = match insert.source.as_ref()?.body.as_ref() {
            SetExpr::Values(values) => values.rows.first()?.len(),
            _ => Reader::new(catalog, session).output(insert.source.as_ref()?, &[], 0)?.len(),
        };
        let columns = match (insert.columns.len(), catalog.get(table)?) {
            (0, Object::Table(found)) if found.open.is_none() => catalog.columns(table).len(),
            (0, _) => return None,
            (columns, _) => columns,
        };
        match values.cmp(&columns) {
            std::cmp::Ordering::Greater => Some("INSERT has more expressions than target columns"),
            std::cmp::Ordering::Less if !insert.columns.is_empty() => {
                Some("INSERT has more target columns than expressions")
            }
            _ => None,
        }
    }
}

impl RowStatement {
    /// True for an `INSERT` of values that are written in it: it inserts a row in any case.
    pub(in crate::catalog) fn inserts(&self) -> bool {
        let Statement::Insert(insert) = &self.0 else { return false };
        insert
            .source
            .as_ref()
            .is_some_and(|source| matches!(&*source.body, SetExpr::Values(values) if !values.rows.is_empty()))
    }

    /// What PostgreSQL says of a row for which an `INSERT` leaves out a column that must have a value and has no default. A trigger
    /// may give it one; a domain may have a default of its own.
    pub(in crate::catalog) fn left_out(&self, catalog: &Catalog, table: Oid) -> Option<String> {
        let Statement::Insert(insert) = &self.0 else { return None };
        insert.source.as_ref()?;
        let Object::Table(found) = catalog.get(table)? else { return None };
        if insert.columns.is_empty() || catalog.fires(table) {
            return None;
        }
        let written: Vec<_> =
            insert.columns.iter().filter_map(|name| name.0.last()?.as_ident()).map(super::stored).collect();
        let needed = catalog.columns(table).into_iter().find(|(oid, column)| {
            let filled = column.identity.is_some() || column.generated.is_some() || catalog.default_of(*oid).is_some();
            let plain = matches!(&column.ty, TypeRef::Builtin(_))
                || matches!(&column.ty, TypeRef::User { oid, .. } if matches!(catalog.get(*oid), Some(Object::Enum(_))));
            column.not_null && !filled && plain && !written.contains(&column.name) && catalog.presence(*oid).is_none()
        });
        let (_, column) = needed?;
        let (column, relation) = (column.name.as_str(), found.name.as_str());
        Some(format!("null value in column \"{column}\" of relation \"{relation}\" violates not-null constraint"))
    }
}

impl Reader<'_> {
    /// Conditions of joins.
    fn tables(&mut self, tables: &[TableWithJoins]) {
        for table in tables {
            let _ = table.visit(self);
        }
        self.merged(tables);
    }
}

/// The tables that the expressions of an `UPDATE` or `DELETE` mean.
fn scope(reader: &Reader<'_>, target: &[TableWithJoins], others: &[TableWithJoins]) -> Scope {
    let mut sources: Vec<Source> = Vec::new();
    for table in target.iter().chain(others) {
        reader.source(&table.relation, &mut sources);
        for join in &table.joins {
            reader.source(&join.relation, &mut sources);
        }
    }
    Scope { sources, ..Scope::default() }
}

/// The names that a query gives to its columns, which its `ORDER BY` and `GROUP BY` may mean.
pub(super) fn output_names(select: &ast::Select) -> Vec<crate::pg::ident::Ident> {
    let name = |item: &ast::SelectItem| match item {
        ast::SelectItem::ExprWithAlias { alias, .. } => Some(super::stored(alias)),
        _ => None,
    };
    select.projection.iter().filter_map(name).collect()
}

/// Drivers' parameters (`%(name)s`) are values, which sqlparser does not know.
fn without_parameters(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("%(") {
        let (before, parameter) = rest.split_at(at);
        out.push_str(before);
        match parameter.find(")s") {
            Some(end) if parameter[2..end].chars().all(|c| c.is_alphanumeric() || c == '_') => {
                out.push_str("NULL");
                rest = &parameter[end + 2..];
            }
            _ => {
                out.push_str("%(");
                rest = &parameter[2..];
            }
        }
    }
    out.push_str(rest);
    out
}
