//! Which rows the triggers and rules of a table may change beside those of the statement that fires them.

use crate::catalog::object::{Firing, Object, Routine, Trigger};
use crate::catalog::{Catalog, Oid};
use crate::pg::command::{DataCommand, DataVerb};
use crate::pg::ident::Ident;
use crate::pg::lex::{self, TokenKind};
use crate::pg::{routine, system, trigger};

/// What a statement's triggers and rules may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effects {
    /// No row.
    None,
    /// The rows of the statement themselves; some may be left as they were.
    Rows,
    /// Any row of any table.
    Anything,
}

/// Trigger functions that no revision makes, and that give the row that they get other values.
const CHANGE_THEIR_ROW: &[&str] = &[
    "insert_username",
    "moddatetime",
    "suppress_redundant_updates_trigger",
    "tsvector_update_trigger",
    "tsvector_update_trigger_column",
];

/// What a statement on the rows of a table sets off. `no_rows`: it is known to hit none, and then no trigger fires for a row.
pub fn effects(catalog: &Catalog, table: Oid, data: &DataCommand, no_rows: bool) -> Effects {
    let events: &[&str] = match data.verb {
        DataVerb::Select | DataVerb::Maintenance => return Effects::None,
        // `ON CONFLICT DO UPDATE` fires both.
        DataVerb::Insert | DataVerb::Copy => &["INSERT", "UPDATE"],
        DataVerb::Update => &["UPDATE"],
        DataVerb::Delete => &["DELETE"],
        DataVerb::Truncate => &["TRUNCATE"],
        DataVerb::Merge => &["INSERT", "UPDATE", "DELETE"],
    };
    let set = (data.verb == DataVerb::Update && !data.columns.is_empty()).then_some(data.columns.as_slice());
    let of = |oid: Oid| match catalog.get(oid) {
        Some(Object::Opaque(opaque)) if opaque.kind == "RULE" => Effects::Anything,
        Some(Object::Trigger(trigger)) if trigger.table == table => of_trigger(catalog, trigger, events, set, no_rows),
        _ => Effects::None,
    };
    catalog.dependents(table).map(of).max().unwrap_or(Effects::None)
}

fn of_trigger(catalog: &Catalog, trigger: &Trigger, events: &[&str], set: Option<&[Ident]>, no_rows: bool) -> Effects {
    let Some(parts) = trigger::read(&trigger.text) else { return Effects::Anything };
    let enabled = matches!(trigger.firing, Firing::Origin | Firing::Always);
    let fires = events.iter().any(|event| catalog.is_fired(trigger.table, &parts, event, set));
    let of_row = parts.level == "ROW";
    if !enabled || !fires || of_row && no_rows {
        return Effects::None;
    }
    let only_its_row = match trigger.function.and_then(|oid| catalog.get(oid)) {
        Some(Object::Routine(routine)) => writes_no_table(catalog, routine),
        _ => CHANGE_THEIR_ROW.iter().any(|name| is_named(&trigger.text, name)),
    };
    match only_its_row {
        false => Effects::Anything,
        true if of_row && parts.timing != "AFTER" => Effects::Rows,
        true => Effects::None,
    }
}

fn is_named(text: &str, name: &str) -> bool {
    let (tokens, _) = lex::tokens(text);
    tokens.iter().any(|token| text[token.start..token.end].eq_ignore_ascii_case(name))
}

/// Words of PL/pgSQL that may write to a table, or run a text that does.
const WRITE: &[&str] = &[
    "insert", "update", "delete", "merge", "truncate", "execute", "call", "copy", "create", "alter", "drop", "refresh",
];

/// Words that stand before a parenthesis and call nothing.
const NO_CALL: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "as",
    "by",
    "case",
    "char",
    "coalesce",
    "decimal",
    "else",
    "elsif",
    "exists",
    "extract",
    "filter",
    "from",
    "greatest",
    "if",
    "in",
    "interval",
    "into",
    "least",
    "not",
    "nullif",
    "numeric",
    "on",
    "or",
    "over",
    "overlay",
    "perform",
    "position",
    "return",
    "row",
    "select",
    "some",
    "substring",
    "then",
    "timestamp",
    "trim",
    "using",
    "values",
    "varchar",
    "when",
    "where",
    "while",
    "with",
];

/// A function in PL/pgSQL that neither holds a statement that writes nor calls what is not PostgreSQL's own.
fn writes_no_table(catalog: &Catalog, routine: &Routine) -> bool {
    let Some(definition) = routine::read(&routine.text) else { return false };
    if definition.clauses.get("language").map(String::as_str) != Some("plpgsql") {
        return false;
    }
    let routine::Body::Text(text) = &definition.body else { return false };
    let (tokens, unterminated) = lex::tokens(text);
    let word = |at: usize| tokens.get(at).map_or("", |token| &text[token.start..token.end]);
    unterminated.is_none()
        && tokens.iter().enumerate().all(|(at, token)| {
            if !matches!(token.kind, TokenKind::Word | TokenKind::Quoted) {
                return true;
            }
            let own = word(at).trim_matches('"').to_ascii_lowercase();
            // `OLD.delete` is a column.
            let field = at > 0 && word(at - 1) == ".";
            let is_call = word(at + 1) == "(" && !NO_CALL.contains(&own.as_str());
            let is_own = || {
                catalog
                    .iter()
                    .any(|(_, entry)| matches!(&*entry.object, Object::Routine(other) if other.name.as_str() == own))
            };
            let harmless = || system::has_function(&own) && !own.starts_with("query_to_") && !is_own();
            (field || !WRITE.contains(&own.as_str())) && (!is_call || harmless())
        })
}
