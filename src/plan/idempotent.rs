//! Data steps that may run again without harm.

use sqlparser::ast::{AssignmentTarget, Expr, Statement};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::pg::command::{Command, DataVerb};

/// True if a row statement is proven to change nothing that it, or anybody since, has written: an UPDATE that only fills
/// NULLs of the one column it sets, or an INSERT that passes over rows that are there.
///
/// `UPDATE t SET price = price * 100` is not, nor is `UPDATE t SET state = 'new'`: somebody may have changed it since.
pub fn fills_only_gaps(command: &Command) -> bool {
    let Command::Data(data) = command else { return false };
    if data.verb == DataVerb::Select || data.verb == DataVerb::Maintenance {
        return true;
    }
    let Ok(statements) = Parser::parse_sql(&PostgreSqlDialect {}, &crate::pg::readable::readable(&data.text)) else {
        return false;
    };
    statements.iter().all(|statement| match statement {
        Statement::Update(update) => {
            let [assignment] = update.assignments.as_slice() else { return false };
            let AssignmentTarget::ColumnName(name) = &assignment.target else { return false };
            let Some(column) = name.0.last().map(ToString::to_string) else { return false };
            update.selection.as_ref().is_some_and(|condition| demands_null(condition, &column))
        }
        Statement::Insert(insert) => matches!(
            &insert.on,
            Some(sqlparser::ast::OnInsert::OnConflict(conflict))
                if matches!(conflict.action, sqlparser::ast::OnConflictAction::DoNothing)
        ),
        _ => false,
    })
}

/// True if the condition holds only where `column` is NULL.
fn demands_null(condition: &Expr, column: &str) -> bool {
    match condition {
        Expr::IsNull(operand) => match operand.as_ref() {
            Expr::Identifier(name) => name.to_string() == column,
            Expr::CompoundIdentifier(names) => names.last().is_some_and(|name| name.to_string() == column),
            _ => false,
        },
        Expr::BinaryOp { left, op: sqlparser::ast::BinaryOperator::And, right } => {
            demands_null(left, column) || demands_null(right, column)
        }
        Expr::Nested(inner) => demands_null(inner, column),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pg::command::DataCommand;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        let command = Command::Data(DataCommand {
            verb: DataVerb::Update,
            table: None,
            columns: Vec::new(),
            relations: Vec::new(),
            text: text.to_string(),
        });
        assert_eq!(fills_only_gaps(&command), expected, "{text}");
    }

    #[test]
    fn only_what_fills_gaps_may_run_again() {
        check("UPDATE t SET a = 1 WHERE a IS NULL", true);
        check("UPDATE t SET a = b WHERE t.a IS NULL AND b > 0", true);
        check("UPDATE t SET a = 1 WHERE a IS NULL OR b > 0", false);
        check("UPDATE t SET a = 1", false);
        check("UPDATE product SET price = price * 100", false);
        check("UPDATE t SET a = 1, b = b + 1 WHERE a IS NULL", false);
        check("INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING", true);
        check("INSERT INTO t (a) VALUES (1)", false);
        check("DELETE FROM t", false);
    }
}
