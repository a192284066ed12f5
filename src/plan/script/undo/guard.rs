//! Queries that find values which a step would drop.

use crate::catalog::object::{Column, DefaultExpr};
use crate::catalog::{Catalog, Object, Oid};
use crate::pg::ident::QName;
use crate::replay::schema::data_type;

/// A query that is true where values would be lost, and what to say then.
pub(super) type Guard = (String, String);

/// Rows of a table.
pub(super) fn table(name: &QName) -> Guard {
    (format!("EXISTS (SELECT FROM {name})"), format!("{name} holds rows by now"))
}

/// Values of a column that nobody but its user can have given. `None`: it holds only what the database makes itself.
pub(super) fn column(here: &Catalog, oid: Oid, column: &Column, table: &QName) -> Option<Guard> {
    if column.generated.is_some() || column.identity.is_some() {
        return None;
    }
    let name = &column.name;
    let found = |query: String| Some((query, format!("{table}.{name} holds values by now")));
    let any = format!("EXISTS (SELECT FROM {table} WHERE {name} IS NOT NULL)");
    let default = match here.default_of(oid).and_then(|default| here.get(default)) {
        Some(Object::Default(default)) => Some(&default.expr),
        _ => None,
    };
    match default {
        Some(DefaultExpr::NextVal(_)) => None,
        Some(DefaultExpr::Expr(expr)) => {
            let text = expr.to_string();
            if is_constant(&text) {
                let Some(ty) = data_type(here, &column.ty) else { return found(any) };
                // Not every type can be compared, and each has a text.
                return found(format!(
                    "EXISTS (SELECT FROM {table} WHERE {name} IS NOT NULL AND {name}::text IS DISTINCT FROM ({text})::{ty}::text)"
                ));
            }
            // All rows that were there have got the same value, unless each got one of its own.
            (!is_of_row(&text)).then(|| found(format!("(SELECT count(DISTINCT {name}::text) > 1 FROM {table})")))?
        }
        Some(DefaultExpr::Unknown(_)) | None => found(any),
    }
}

/// It calls nothing: the same value for every row.
fn is_constant(text: &str) -> bool {
    let outside: String = text.split('\'').step_by(2).collect::<Vec<_>>().join("''").to_ascii_lowercase();
    let words = outside.split(|c: char| !c.is_alphanumeric() && c != '_');
    !words.clone().any(|word| word.starts_with("current_") || word.starts_with("local") || word.ends_with("user"))
        && !outside.char_indices().any(|(at, c)| c == '(' && calls(&outside[..at]))
}

/// Before a parenthesis stands the name of a function, and not that of a type (`::numeric(10,2)`) or nothing.
fn calls(before: &str) -> bool {
    let before = before.trim_end();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"');
    let is_type = before.rsplit_once("::").is_some_and(|(_, ty)| ty.chars().all(|c| is_name(c) || c == ' '));
    before.ends_with(is_name) && !is_type
}

/// It gives each row a value of its own.
fn is_of_row(text: &str) -> bool {
    const VOLATILE: &[&str] = &["clock_timestamp", "random", "uuid", "nextval", "timeofday", "gen_"];
    let text = text.to_ascii_lowercase();
    VOLATILE.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{is_constant, is_of_row};

    #[test]
    fn a_constant_calls_nothing() {
        for text in [
            "0",
            "'a'::character varying(10)",
            "'now(x'::text",
            "(-1)",
            "'{}'::jsonb",
            "ARRAY[1, 2]",
            "true",
            "1::bit varying(3)",
        ] {
            assert!(is_constant(text), "{text}");
        }
        for text in ["now()", "gen_random_uuid()", "CURRENT_TIMESTAMP", "public.f(1)", "lower('A'::text)"] {
            assert!(!is_constant(text), "{text}");
        }
    }

    #[test]
    fn one_value_for_all_rows() {
        assert!(!is_of_row("(now() + '1 day'::interval)") && !is_of_row("CURRENT_TIMESTAMP"));
        assert!(is_of_row("clock_timestamp()") && is_of_row("gen_random_uuid()"));
    }
}
