//! Which values a change of type refuses, as a condition that a database can be asked for. What it cannot tell it leaves open.

use super::refused::{labels_of, length};
use crate::catalog::object::TypeRef;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::expr::Expr;
use crate::pg::ident::Ident;
use crate::pg::types::DataType;

/// A condition that holds for the rows whose value `to` refuses, and what PostgreSQL says of one.
pub fn unfit(
    catalog: &Catalog,
    session: &Session,
    table: Oid,
    column: &Ident,
    to: &DataType,
    using: Option<&Expr>,
) -> Option<(String, String)> {
    if let Some(labels) = labels_of(catalog, session, to) {
        let labels: Vec<String> = labels.iter().map(|label| format!("'{}'", label.replace('\'', "''"))).collect();
        // Which value is met first is not known.
        let message = format!("invalid input value for enum {to}: \"…\"");
        let none_fits = format!("{column} IS NOT NULL");
        let filter = format!("CAST({column} AS text) NOT IN ({})", labels.join(", "));
        return Some((if labels.is_empty() { none_fits } else { filter }, message));
    }
    let from = match &catalog.column_of(catalog.column(table, column)?)?.ty {
        TypeRef::Builtin(from) if using.is_none() && !from.array && !to.array => from.builtin_name()?,
        TypeRef::Builtin(_) | TypeRef::User { .. } | TypeRef::Unknown(_) => return None,
    };
    let whole = matches!(from, "smallint" | "integer" | "bigint");
    match to.builtin_name()? {
        // Blanks behind the end are cut.
        "character varying" | "character" => {
            let filter = format!("char_length(rtrim(CAST({column} AS text), ' ')) > {}", length(to)?);
            Some((filter, format!("value too long for type {to}")))
        }
        "smallint" if whole => Some((format!("{column} NOT BETWEEN -32768 AND 32767"), out_of_range("smallint"))),
        "integer" if whole => {
            Some((format!("{column} NOT BETWEEN -2147483648 AND 2147483647"), out_of_range("integer")))
        }
        "numeric" if whole || from == "numeric" => {
            let part = |at: usize| to.modifiers.get(at).map_or(Some(0), |part| part.parse::<u32>().ok());
            let (precision, scale) = (part(0).filter(|precision| *precision > 0)?, part(1)?);
            let digits = precision.checked_sub(scale)?;
            let value = format!("CAST({column} AS numeric)");
            let largest = format!("1{}", "0".repeat(digits as usize));
            let filter = format!("{value} <> 'NaN' AND abs(round({value}, {scale})) >= {largest}");
            Some((filter, "numeric field overflow".to_string()))
        }
        _ => None,
    }
}

fn out_of_range(ty: &str) -> String {
    format!("{ty} out of range")
}
