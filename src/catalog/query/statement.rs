//! A statement on rows, as far as sqlparser reads it.

use sqlparser::ast::{AssignmentTarget, ObjectName, SetExpr, Statement};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use crate::catalog::object::{Object, TypeRef};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::error::Refusal;
use crate::pg::ident::Ident;
use crate::pg::readable;

/// A statement on rows, as far as sqlparser reads it.
pub(in crate::catalog) struct RowStatement {
    pub(super) statement: Statement,
    /// Nothing was left behind that may be part of it.
    whole: bool,
}

impl RowStatement {
    /// Reads a statement; drivers' parameters in it are values.
    pub(in crate::catalog) fn read(text: &str) -> Option<RowStatement> {
        let text = without_parameters(text);
        let text = readable::readable(&text);
        let mut parser = Parser::new(&PostgreSqlDialect {}).with_recursion_limit(200).try_with_sql(&text).ok()?;
        let statement = parser.parse_statement().ok()?;
        let _ = parser.consume_token(&Token::SemiColon);
        Some(RowStatement { statement, whole: parser.peek_token_ref().token == Token::EOF })
    }

    /// What PostgreSQL says of the statement; `None` where nothing is certainly wrong.
    pub(in crate::catalog) fn wrong(&self, catalog: &Catalog, session: &Session) -> Option<Refusal> {
        if !self.whole {
            return None;
        }
        super::analysis::statement(catalog, &self.statement, session).err()
    }

    /// True for an `INSERT` of values that are written in it: it inserts a row in any case.
    pub(in crate::catalog) fn inserts(&self) -> bool {
        let Statement::Insert(insert) = &self.statement else { return false };
        match &insert.source {
            Some(source) => matches!(&*source.body, SetExpr::Values(values) if !values.rows.is_empty()),
            // `DEFAULT VALUES`
            None => insert.assignments.is_empty(),
        }
    }

    /// The columns that an `UPDATE` sets; `None` where they are not known, or it is none.
    pub(in crate::catalog) fn sets(&self) -> Option<Vec<Ident>> {
        let Statement::Update(update) = &self.statement else { return None };
        let targets = update.assignments.iter().flat_map(|assignment| match &assignment.target {
            AssignmentTarget::ColumnName(name) => std::slice::from_ref(name),
            AssignmentTarget::Tuple(names) => names,
        });
        let column = |name: &ObjectName| match name.0.as_slice() {
            [only] => only.as_ident().map(super::stored),
            _ => None,
        };
        targets.map(column).collect()
    }

    /// True for an `INSERT` that may update rows instead.
    pub(in crate::catalog) fn may_update(&self) -> bool {
        !matches!(&self.statement, Statement::Insert(insert) if insert.on.is_none())
    }

    /// What PostgreSQL says of a row for which an `INSERT` leaves out a column that must have a value and has no default. A trigger
    /// may give it one; a domain may have a default of its own.
    pub(in crate::catalog) fn left_out(&self, catalog: &Catalog, table: Oid) -> Option<String> {
        let Statement::Insert(insert) = &self.statement else { return None };
        let Object::Table(found) = catalog.get(table)? else { return None };
        if insert.columns.is_empty() && insert.source.is_some() || catalog.fires(table) {
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
