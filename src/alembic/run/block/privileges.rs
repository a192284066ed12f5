//! Blocks that only grant and revoke: whatever roles there are, the schema stays as it is.

use super::parse::{Block, Statement};

impl Block {
    /// True if no statement of the block can change the schema or rows, whichever of them run.
    pub(super) fn only_privileges(&self) -> bool {
        only(&self.body) && self.handlers.iter().all(|(_, body)| only(body))
    }
}

fn only(statements: &[Statement]) -> bool {
    statements.iter().all(|statement| match statement {
        Statement::Null
        | Statement::Return
        | Statement::Assign(..)
        | Statement::SelectInto(..)
        | Statement::Exit(_)
        | Statement::Continue(_)
        | Statement::Diagnostics(_) => true,
        Statement::CaseNotFound => false,
        Statement::Raise { exception, .. } => !exception,
        Statement::Block(block) => block.only_privileges(),
        Statement::If(branches, otherwise) => branches.iter().all(|(_, body)| only(body)) && only(otherwise),
        Statement::For { body, .. }
        | Statement::Foreach { body, .. }
        | Statement::ForNumbers(_, body)
        | Statement::While(_, body) => only(body),
        Statement::Sql(text) => is_privilege(text),
        Statement::Execute { statement, .. } => first_literal(statement).is_some_and(is_privilege),
    })
}

fn is_privilege(text: &str) -> bool {
    let mut words = text.split_whitespace().map(str::to_uppercase);
    match words.next().as_deref() {
        Some("GRANT" | "REVOKE") => true,
        Some("ALTER") => words.next().as_deref() == Some("DEFAULT") && words.next().as_deref() == Some("PRIVILEGES"),
        _ => false,
    }
}

/// The text that an expression begins with: `'GRANT …' || x`, `format('GRANT …', x)`.
fn first_literal(expression: &str) -> Option<&str> {
    let expression = expression.trim_start();
    let inner = match expression.get(..6) {
        Some(word) if word.eq_ignore_ascii_case("format") => expression[6..].trim_start().strip_prefix('(')?,
        _ => expression,
    };
    inner.trim_start().strip_prefix('\'')
}

#[cfg(test)]
mod tests {
    use super::super::parse::block_of;

    #[track_caller]
    fn check(body: &str, expected: bool) {
        let block = block_of(&format!("DO $$ BEGIN {body} END $$")).expect("a block");
        assert_eq!(block.only_privileges(), expected, "{body}");
    }

    #[test]
    fn what_only_grants() {
        check("IF x THEN RETURN; END IF; GRANT SELECT ON ALL TABLES IN SCHEMA public TO a;", true);
        check(
            "FOR r IN SELECT rolname FROM pg_roles LOOP EXECUTE format('GRANT USAGE ON SCHEMA s TO %I', r); END LOOP;",
            true,
        );
        check("EXECUTE 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ' || x;", true);
        check("EXECUTE 'ALTER TABLE t OWNER TO ' || x;", false);
        check("EXECUTE statement;", false);
        check("GRANT SELECT ON t TO a; DROP TABLE t;", false);
        check("RAISE EXCEPTION 'no';", false);
    }
}
