//! Statements kept as text that PostgreSQL does not run inside a transaction (`PreventInTransactionBlock`).

use crate::catalog::Session;
use crate::pg::error::Refusal;
use crate::pg::lex::{self, Cursor};

use super::transaction::check_no_transaction;

/// Refuses (25001) such a statement where a transaction is open.
pub(super) fn check(text: &str, session: &Session) -> Result<(), Refusal> {
    match name(text) {
        Some(name) => check_no_transaction(session, name),
        None => Ok(()),
    }
}

/// What PostgreSQL calls the statement in its message.
fn name(text: &str) -> Option<&'static str> {
    const WHOLE: &[&str] = &[
        "VACUUM",
        "CREATE DATABASE",
        "DROP DATABASE",
        "CREATE TABLESPACE",
        "DROP TABLESPACE",
        "ALTER SYSTEM",
        "DISCARD ALL",
    ];
    let (tokens, _) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    if let Some(name) = cursor.eat_any(WHOLE) {
        return Some(name);
    }
    if cursor.eat("ALTER DATABASE") {
        cursor.ident().ok()?;
        return cursor.eat("SET TABLESPACE").then_some("ALTER DATABASE SET TABLESPACE");
    }
    if cursor.eat("CLUSTER") {
        cursor.eat("VERBOSE");
        return cursor.at_end().then_some("CLUSTER");
    }
    if cursor.eat("REINDEX") {
        let mut concurrently = false;
        if cursor.is_sign("(") {
            concurrently = cursor.parens().is_ok_and(|options| options.to_ascii_uppercase().contains("CONCURRENTLY"));
        }
        return match cursor.eat_any(&["SCHEMA", "DATABASE", "SYSTEM", "TABLE", "INDEX"]) {
            Some("SCHEMA") => Some("REINDEX SCHEMA"),
            Some("DATABASE") => Some("REINDEX DATABASE"),
            Some("SYSTEM") => Some("REINDEX SYSTEM"),
            _ => (concurrently || cursor.eat("CONCURRENTLY")).then_some("REINDEX CONCURRENTLY"),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::name;

    /// As PostgreSQL 16 and 18 call them.
    #[test]
    fn statements_that_stand_alone() {
        for (text, expected) in [
            ("vacuum (analyze) a", Some("VACUUM")),
            ("ALTER SYSTEM SET work_mem = '1MB'", Some("ALTER SYSTEM")),
            ("DISCARD ALL", Some("DISCARD ALL")),
            ("DISCARD PLANS", None),
            ("REINDEX DATABASE postgres", Some("REINDEX DATABASE")),
            ("REINDEX TABLE a", None),
            ("REINDEX TABLE CONCURRENTLY a", Some("REINDEX CONCURRENTLY")),
            ("REINDEX (VERBOSE, CONCURRENTLY) TABLE a", Some("REINDEX CONCURRENTLY")),
            ("CLUSTER", Some("CLUSTER")),
            ("CLUSTER a", None),
            ("ALTER DATABASE d SET TABLESPACE pg_default", Some("ALTER DATABASE SET TABLESPACE")),
            ("ALTER DATABASE d SET work_mem = '1MB'", None),
        ] {
            assert_eq!(name(text), expected, "{text}");
        }
    }
}
