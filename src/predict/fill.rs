//! Which expressions are never NULL, and which conditions hold for NULLs only.

use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Value};

/// True if a name as written means that column: unquoted names are folded.
pub fn is_column(written: &Ident, column: &str) -> bool {
    match written.quote_style {
        Some(_) => written.value == column,
        None => written.value.to_lowercase() == column,
    }
}

/// The condition is `column IS NULL` and nothing else.
pub fn demands_only_null(condition: &Expr, column: &str) -> bool {
    match condition {
        Expr::IsNull(operand) => match operand.as_ref() {
            Expr::Identifier(name) => is_column(name, column),
            Expr::CompoundIdentifier(names) => names.last().is_some_and(|name| is_column(name, column)),
            _ => false,
        },
        Expr::Nested(inner) => demands_only_null(inner, column),
        _ => false,
    }
}

/// A literal that is not NULL, perhaps with a cast.
pub fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Value(value) => !matches!(value.value, Value::Null | Value::Placeholder(_)),
        Expr::TypedString(_) => true,
        Expr::Cast { expr, .. } | Expr::Nested(expr) | Expr::UnaryOp { expr, .. } => is_literal(expr),
        _ => false,
    }
}

/// True if the expression gives a value for every row; `filled` says which columns hold one in every row.
pub fn never_null(expr: &Expr, filled: &dyn Fn(&str) -> bool) -> bool {
    let never = |expr: &Expr| never_null(expr, filled);
    match expr {
        // What a placeholder stands for is not known.
        Expr::Value(_) | Expr::TypedString(_) => is_literal(expr),
        Expr::Array(_) | Expr::Exists { .. } | Expr::IsNull(_) | Expr::IsNotNull(_) => true,
        Expr::Cast { expr, .. } | Expr::Nested(expr) | Expr::UnaryOp { expr, .. } => never(expr),
        Expr::Identifier(name) if name.quote_style.is_none() && is_value_function(&name.value) => true,
        Expr::Identifier(name) => filled(&folded(name)),
        Expr::CompoundIdentifier(names) => names.last().is_some_and(|name| filled(&folded(name))),
        Expr::BinaryOp { left, op, right } => {
            use sqlparser::ast::BinaryOperator::{Divide, Minus, Modulo, Multiply, Plus, StringConcat};
            matches!(op, Plus | Minus | Multiply | Divide | Modulo | StringConcat) && never(left) && never(right)
        }
        Expr::Case { conditions, else_result, .. } => {
            conditions.iter().all(|when| never(&when.result)) && else_result.as_ref().is_some_and(|other| never(other))
        }
        Expr::Function(function) => function_never_null(function, filled),
        _ => false,
    }
}

fn folded(name: &Ident) -> String {
    match name.quote_style {
        Some(_) => name.value.clone(),
        None => name.value.to_lowercase(),
    }
}

/// `SQLValueFunction`s, which have no parentheses.
pub(super) fn is_value_function(name: &str) -> bool {
    const NAMES: [&str; 7] = [
        "current_timestamp",
        "current_date",
        "current_time",
        "localtimestamp",
        "localtime",
        "current_user",
        "session_user",
    ];
    NAMES.contains(&name.to_lowercase().as_str())
}

fn function_never_null(function: &Function, filled: &dyn Fn(&str) -> bool) -> bool {
    let name = function.name.to_string().to_lowercase();
    let name = name.rsplit('.').next().unwrap_or(&name);
    let arguments: Vec<&Expr> = match &function.args {
        FunctionArguments::List(list) => list
            .args
            .iter()
            .filter_map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
                _ => None,
            })
            .collect(),
        FunctionArguments::None | FunctionArguments::Subquery(_) => Vec::new(),
    };
    match name {
        "now"
        | "clock_timestamp"
        | "statement_timestamp"
        | "transaction_timestamp"
        | "timeofday"
        | "random"
        | "gen_random_uuid"
        | "uuid_generate_v1"
        | "uuid_generate_v4"
        | "uuidv4"
        | "uuidv7"
        | "nextval"
        | "concat"
        | "concat_ws"
        | "json_build_object"
        | "jsonb_build_object"
        | "json_build_array"
        | "jsonb_build_array" => true,
        "coalesce" | "greatest" | "least" => arguments.iter().any(|argument| never_null(argument, filled)),
        "lower" | "upper" | "trim" | "md5" | "length" | "replace" | "substr" | "left" | "right" | "abs" | "round"
        | "floor" | "ceil" | "timezone" | "date_trunc" => {
            !arguments.is_empty() && arguments.iter().all(|argument| never_null(argument, filled))
        }
        name => is_value_function(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Expr {
        match crate::pg::expr::Expr::parse(text) {
            crate::pg::expr::Expr::Parsed(expr) => *expr,
            crate::pg::expr::Expr::Opaque(text) => panic!("{text} is not read"),
        }
    }

    #[test]
    fn what_is_never_null() {
        let filled = |column: &str| column == "n";
        for text in
            ["1", "'x'", "now()", "CURRENT_TIMESTAMP", "'{}'::jsonb", "coalesce(a, 'x')", "n + 1", "t.n", "-1", "true"]
        {
            assert!(never_null(&parsed(text), &filled), "{text}");
        }
        for text in [
            "NULL",
            "a",
            "coalesce(a, b)",
            "n + a",
            "lower(a)",
            "(SELECT 1)",
            "NULL::int",
            "CASE WHEN n > 0 THEN 1 END",
        ] {
            assert!(!never_null(&parsed(text), &filled), "{text}");
        }
    }

    #[test]
    fn conditions_that_hold_for_nulls_only() {
        assert!(demands_only_null(&parsed("(t.A IS NULL)"), "a"));
        for text in ["a IS NULL AND b > 0", "a IS NOT NULL", "b IS NULL", "\"A\" IS NULL"] {
            assert!(!demands_only_null(&parsed(text), "a"), "{text}");
        }
    }
}
