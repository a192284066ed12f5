//! Functions, procedures and aggregates (`dumpFunc`, `dumpAgg`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::row::Row;
use super::Catalog;
use super::entry::{Entry, Named};
use super::graph::{Key, ROUTINE};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor, literal};

pub fn write(catalog: &Catalog<'_>, entries: &mut Vec<Entry>, named: &mut BTreeMap<Key, Named>) {
    for routine in catalog.snapshot.rows("routines") {
        let (name, owner) = (routine.qname(), routine.ident("owner"));
        let kind = match routine.text("kind") {
            "a" => "AGGREGATE",
            "p" => "PROCEDURE",
            _ => "FUNCTION",
        };
        let given = routine.text("arguments");
        // An aggregate without arguments is called with a star.
        let arguments = if given.is_empty() && kind == "AGGREGATE" { "*" } else { given };
        let mut text = match routine.some("aggregate") {
            Some(parts) => format!("CREATE AGGREGATE {name}({arguments}) (\n    {parts}\n);\n"),
            None => definition(routine, kind, &name),
        };
        let _ = write!(text, "\n\nALTER {kind} {name}({arguments}) OWNER TO {owner};\n");
        let own = Named {
            sql: format!("{name}({arguments})"),
            name: format!("{}({arguments})", name.name),
            ..Named::in_schema(kind, &name, Some(owner))
        };
        let key = (ROUTINE, routine.oid("oid"));
        let types = if arguments == "*" { "*" } else { routine.text("types") };
        let tag = Named { name: format!("{}({types})", name.name.as_str()), ..own.clone() };
        entries.push(Entry::of(key, &tag, kind, text));
        named.insert(key, own);
    }
}

fn definition(routine: Row<'_>, kind: &str, name: &QName) -> String {
    let mut text = format!("CREATE {kind} {name}({})", routine.text("signature"));
    if let Some(result) = routine.some("result") {
        let _ = write!(text, " RETURNS {result}");
    }
    let language = routine.text("language");
    let _ = write!(text, "\n    LANGUAGE {}", Ident::new(language));
    if let Some(types) = routine.some("transforms") {
        let _ = write!(text, " TRANSFORM {types}");
    }
    let flags = [
        (routine.text("kind") == "w", " WINDOW"),
        (routine.text("volatile") == "i", " IMMUTABLE"),
        (routine.text("volatile") == "s", " STABLE"),
        (routine.is("strict"), " STRICT"),
        (routine.is("security_definer"), " SECURITY DEFINER"),
        (routine.is("leakproof"), " LEAKPROOF"),
    ];
    text.extend(flags.into_iter().filter(|(is, _)| *is).map(|(_, words)| words));
    // What PostgreSQL takes when nothing is said.
    let usual = if matches!(language, "internal" | "c") { "1" } else { "100" };
    let numbers = [("COST", "cost", usual), ("ROWS", "rows", "1000")];
    for (word, key, usual) in numbers {
        if let Some(value) = routine.some(key).filter(|value| *value != usual && *value != "0") {
            let _ = write!(text, " {word} {value}");
        }
    }
    if let Some(support) = routine.some("support") {
        let _ = write!(text, " SUPPORT {support}");
    }
    match routine.text("parallel") {
        "s" => text.push_str(" PARALLEL SAFE"),
        "r" => text.push_str(" PARALLEL RESTRICTED"),
        // Unsafe, which is not written.
        _ => {}
    }
    for setting in routine.texts("settings").unwrap_or_default() {
        if let Some((name, value)) = setting.split_once('=') {
            let _ = write!(text, "\n    SET {} TO {}", setting_name(name), setting_value(name, value));
        }
    }
    let _ = write!(text, "\n    {};\n", body(routine));
    text
}

fn body(routine: Row<'_>) -> String {
    if let Some(def) = routine.some("def") {
        let start = def.find("\nBEGIN ATOMIC\n").or_else(|| def.find("\nRETURN "));
        return start.map_or("", |start| def[start..].trim()).to_string();
    }
    let source = routine.text("source");
    match routine.some("library") {
        Some(library) => format!("AS {}, {}", literal(library), literal(source)),
        None => format!("AS {}", dollar_quoted(source)),
    }
}

/// `appendStringLiteralDQ`. The delimiter grows by pg_dump's own letters, so that both texts are the same.
fn dollar_quoted(text: &str) -> String {
    let mut quote = String::from("$");
    let mut letters = "_XXXXXXX".chars().cycle();
    while text.contains(&quote) {
        quote.extend(letters.next());
    }
    quote.push('$');
    format!("{quote}{text}{quote}")
}

/// A parameter of an extension has a name in two parts.
fn setting_name(name: &str) -> String {
    name.split('.').map(|part| Ident::new(part).to_string()).collect::<Vec<_>>().join(".")
}

/// Parameters that are lists of names (`variable_is_guc_list_quote`) are stored as such; all others are one text.
fn setting_value(name: &str, value: &str) -> String {
    const LISTS: [&str; 6] = [
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    ];
    if !LISTS.contains(&name.to_ascii_lowercase().as_str()) {
        return literal(value);
    }
    let (tokens, _) = lex::tokens(value);
    match Cursor::new(value, &tokens).list(Cursor::ident) {
        Ok(names) => names.iter().map(|name| literal(name.as_str())).collect::<Vec<_>>().join(", "),
        Err(_) => literal(value),
    }
}
