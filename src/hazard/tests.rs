//! What each check's own tests use.

use super::{Hazard, Statement, Subject, check};
use crate::catalog::{Catalog, Session};
use crate::pg::ident::QName;
use crate::predict::rows::Rows;
use crate::sql::statement::parse;

/// The hazards with this code of a statement on a database that `schema` makes.
pub fn hazards(schema: &str, statement: &str, code: &str) -> Vec<Hazard> {
    hazards_with_rows(schema, statement, code, 0)
}

/// [`hazards`], where the table `t` holds so many rows.
pub fn hazards_with_rows(schema: &str, statement: &str, code: &str, rows: u64) -> Vec<Hazard> {
    let mut catalog = Catalog::new();
    let mut session = Session::default();
    for made in parse(schema) {
        catalog.execute(&made.command, &mut session).unwrap_or_else(|refusal| panic!("{schema}: {refusal}"));
    }
    let command = &parse(statement)[0].command;
    let table = QName { schema: Some("public".into()), name: "t".into() };
    let rows = Rows::new(Some([(table, rows)].into()));
    let subject = Statement {
        command,
        catalog: &catalog,
        session: &session,
        lock_timeout: true,
        in_transaction: true,
        before: &catalog,
        rows: &rows,
    };
    check(&Subject::Statement(subject)).into_iter().filter(|hazard| hazard.code == code).collect()
}

#[test]
fn each_action_of_a_statement_is_looked_at() {
    let statement = "ALTER TABLE t ADD COLUMN b int NOT NULL, ADD COLUMN c int NOT NULL, ALTER COLUMN a SET NOT NULL";
    let found = |code| hazards_with_rows("CREATE TABLE t (a int)", statement, code, 1_000_000);
    let messages: Vec<String> = found("not-null-column").into_iter().map(|hazard| hazard.message).collect();
    assert_eq!(messages.len(), 3, "{messages:?}");
    assert!(messages[1].starts_with("t.c is added") && messages[2].starts_with("t.a becomes"), "{messages:?}");
    // What is about the table is said once.
    assert_eq!(found("long-lock").len(), 1);
}
