//! The function that `SELECT f(…)` without a FROM calls.

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments, SelectItem, SetExpr, Statement, Value};

use super::RowStatement;
use crate::pg::expr::qname;
use crate::pg::ident::QName;
use crate::pg::system;

/// What the grammar itself reads as a call, and functions of extensions that are called for their values.
const HARMLESS: &[&str] = &[
    "cast",
    "coalesce",
    "exists",
    "extract",
    "greatest",
    "least",
    "nullif",
    "overlay",
    "position",
    "substring",
    "trim",
    "uuid_generate_v4",
];

/// Settings that no statement's effect on the schema depends on; one with a dot is the application's own.
const SETTINGS: &[&str] = &[
    "application_name",
    "idle_in_transaction_session_timeout",
    "lock_timeout",
    "maintenance_work_mem",
    "statement_timeout",
    "temp_buffers",
    "work_mem",
];

impl RowStatement {
    /// A function that may change the schema, unless the database says what it does: none of PostgreSQL's own does, but for `set_config`.
    pub(in crate::catalog) fn unknown_call(&self) -> Option<QName> {
        let Statement::Query(query) = &self.statement else { return None };
        let SetExpr::Select(select) = query.body.as_ref() else { return None };
        if !select.from.is_empty() {
            return None;
        }
        select.projection.iter().find_map(|item| {
            let (SelectItem::UnnamedExpr(Expr::Function(function))
            | SelectItem::ExprWithAlias { expr: Expr::Function(function), .. }) = item
            else {
                return None;
            };
            let name = qname(&function.name)?;
            let word = name.name.as_str();
            // `CURRENT_DATE` and its kin have no argument list.
            let call = !matches!(function.args, FunctionArguments::None);
            let of_system = system::has_function(word) || word.starts_with("pg_");
            let known = if word == "set_config" { sets_no_path(&function.args) } else { of_system };
            (call && !known && !HARMLESS.contains(&word)).then_some(name)
        })
    }
}

/// `set_config('work_mem', …)`, whatever the value is.
fn sets_no_path(args: &FunctionArguments) -> bool {
    let FunctionArguments::List(list) = args else { return false };
    let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(name)))) = list.args.first() else {
        return false;
    };
    let Value::SingleQuotedString(name) = &name.value else { return false };
    let name = name.to_ascii_lowercase();
    name.contains('.') || SETTINGS.contains(&name.as_str())
}
