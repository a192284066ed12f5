//! The statements on rows inside of one: `WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone` is two.

use std::ops::ControlFlow;

use sqlparser::ast::{self, Visit, Visitor};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::pg::command::{DataCommand, DataVerb};
use crate::pg::expr::qname;
use crate::pg::ident::QName;

/// The statements that change rows, with their tables alone; `None` where the text is not read.
pub fn within(text: &str) -> Option<Vec<DataCommand>> {
    let statements = Parser::parse_sql(&PostgreSqlDialect {}, &crate::pg::readable::readable(text)).ok()?;
    let mut found = Writes(Vec::new());
    match statements.visit(&mut found) {
        ControlFlow::Continue(()) => Some(found.0),
        ControlFlow::Break(()) => None,
    }
}

struct Writes(Vec<DataCommand>);

impl Visitor for Writes {
    /// Something that is not read.
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &ast::Statement) -> ControlFlow<()> {
        let (verb, table) = match statement {
            ast::Statement::Query(_) => return ControlFlow::Continue(()),
            ast::Statement::Insert(insert) => match &insert.table {
                ast::TableObject::TableName(name) => (DataVerb::Insert, qname(name)),
                _ => return ControlFlow::Break(()),
            },
            ast::Statement::Update(update) => (DataVerb::Update, of_factor(&update.table.relation)),
            ast::Statement::Delete(delete) => {
                let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &delete.from;
                match from.as_slice() {
                    [only] => (DataVerb::Delete, of_factor(&only.relation)),
                    _ => return ControlFlow::Break(()),
                }
            }
            _ => return ControlFlow::Break(()),
        };
        let Some(table) = table else { return ControlFlow::Break(()) };
        let (columns, relations, text) = (Vec::new(), Vec::new(), statement.to_string());
        self.0.push(DataCommand { verb, table: Some(table), columns, relations, text });
        ControlFlow::Continue(())
    }
}

fn of_factor(factor: &ast::TableFactor) -> Option<QName> {
    match factor {
        ast::TableFactor::Table { name, .. } => qname(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<Vec<(DataVerb, String)>> {
        let writes = within(text)?;
        Some(writes.into_iter().map(|write| (write.verb, write.table.expect("a table").to_string())).collect())
    }

    #[test]
    fn statements_in_with_are_found() {
        let text = "WITH batch AS (SELECT id FROM a LIMIT :n), ins AS (INSERT INTO s.b (id) SELECT id FROM batch) \
                    UPDATE a SET x = 1 FROM batch b WHERE a.id = b.id RETURNING a.id";
        let expected = [(DataVerb::Insert, "s.b".to_string()), (DataVerb::Update, "a".to_string())];
        let mut found = shown(text).expect("it is read");
        found.sort_by_key(|(_, table)| std::cmp::Reverse(table.clone()));
        assert_eq!(found, expected);
        assert_eq!(shown("SELECT id FROM a FOR UPDATE"), Some(Vec::new()));
        let gone = shown("WITH gone AS (DELETE FROM a RETURNING id) SELECT * FROM gone");
        assert_eq!(gone, Some(vec![(DataVerb::Delete, "a".to_string())]));
        assert_eq!(shown("MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE"), None);
    }
}
