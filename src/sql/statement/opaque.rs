//! What is kept as text: under the identity of its object where it has one.

use super::alter;
use crate::pg::command::{Command, Opaque};
use crate::pg::definition;
use crate::pg::ident::QName;
use crate::pg::lex::{Cursor, Read};

/// Kinds of objects that are not modelled, longest words first, and whether they stand apart from relations and types:
/// changing one cannot change a table.
const KINDS: &[(&str, bool)] = &[
    ("TEXT SEARCH CONFIGURATION", true),
    ("TEXT SEARCH DICTIONARY", true),
    ("TEXT SEARCH PARSER", true),
    ("TEXT SEARCH TEMPLATE", true),
    ("FOREIGN DATA WRAPPER", true),
    ("FOREIGN TABLE", false),
    ("EVENT TRIGGER", true),
    ("ACCESS METHOD", true),
    ("OPERATOR CLASS", true),
    ("OPERATOR FAMILY", true),
    ("OPERATOR", true),
    ("USER MAPPING", true),
    ("PROCEDURAL LANGUAGE", true),
    ("LANGUAGE", true),
    ("CAST", true),
    ("COLLATION", true),
    ("CONVERSION", true),
    ("DATABASE", true),
    ("GROUP", true),
    ("PUBLICATION", true),
    ("ROLE", true),
    ("RULE", false),
    ("SERVER", true),
    ("STATISTICS", true),
    ("SUBSCRIPTION", true),
    ("SYSTEM", true),
    ("TABLESPACE", true),
    ("TRANSFORM", true),
    ("TYPE", false),
    ("USER", true),
    ("EXTENSION", true),
];

/// Reads the words of a kind.
pub(super) fn kind(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    KINDS.iter().find(|(words, _)| cursor.eat(words)).map(|(words, _)| *words)
}

/// The next words name a kind that stands apart from relations and types.
pub(super) fn is_apart(cursor: &Cursor<'_>) -> bool {
    KINDS.iter().any(|(words, apart)| *apart && cursor.is(words))
}

/// `CREATE kind name …`, the cursor at the kind.
pub(super) fn create(cursor: &mut Cursor<'_>) -> Read<Command> {
    cursor.eat("TRUSTED");
    let Some(kind) = kind(cursor) else {
        return cursor.fail("a kind of object");
    };
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let identity = definition::identity(kind, cursor)?;
    cursor.rest();
    let text = cursor.slice(0, cursor.position()).to_string();
    Ok(Command::Opaque(Opaque::Create { kind: kind.to_string(), identity, if_not_exists, text }))
}

/// Kinds that are kept with what alters them.
const ALTERED: &[&str] = &[
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "FOREIGN DATA WRAPPER",
    "FOREIGN TABLE",
    "EVENT TRIGGER",
    "PUBLICATION",
    "SERVER",
    "STATISTICS",
];

/// `ALTER kind name action`, the cursor at the kind.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Read<Command> {
    let Some(kind) = cursor.eat_any(ALTERED) else {
        return cursor.fail("a kind of object that is modelled");
    };
    if kind == "FOREIGN TABLE" {
        cursor.eat("IF EXISTS");
        cursor.eat("ONLY");
    }
    let name = cursor.qname()?;
    let action = cursor.rest().to_string();
    let text = cursor.slice(0, cursor.position()).to_string();
    Ok(Command::Opaque(Opaque::Alter { kind: kind.to_string(), name, action, text }))
}

/// A statement that was not read: `expected` is what was missing at the cursor.
pub(super) fn unread(cursor: &mut Cursor<'_>, expected: &str) -> Command {
    let found = cursor.peek().map_or("the end", |token| cursor.token_text(token)).to_string();
    cursor.rest();
    let text = cursor.slice(0, cursor.position()).to_string();
    cursor.seek(0);
    let touches = touched(cursor);
    cursor.rest();
    let why = match text.split_whitespace().next().unwrap_or("").to_ascii_uppercase().as_str() {
        word @ ("DO" | "CALL" | "EXECUTE") => format!("{word} runs code that is not read"),
        _ => format!("not read: expected {expected} at \"{}\"", crate::pg::ident::truncate(&found, 60)),
    };
    Command::Opaque(Opaque::Statement { text, touches, why })
}

/// What a statement that was not read may touch; `None`: anything.
fn touched(cursor: &mut Cursor<'_>) -> Option<Vec<QName>> {
    if cursor.eat("ALTER") {
        return alter::touched(cursor);
    }
    if cursor.eat("CREATE") {
        cursor.eat("OR REPLACE");
        const MODIFIERS: &[&str] =
            &["TEMP", "TEMPORARY", "GLOBAL", "LOCAL", "UNLOGGED", "UNIQUE", "RECURSIVE", "CONSTRAINT", "MATERIALIZED"];
        while cursor.eat_any(MODIFIERS).is_some() {}
        if cursor
            .eat_any(&["TABLE", "VIEW", "SEQUENCE", "TYPE", "DOMAIN", "FUNCTION", "PROCEDURE", "AGGREGATE"])
            .is_some()
        {
            cursor.eat("IF NOT EXISTS");
            return cursor.qname().ok().map(|name| vec![name]);
        }
        if cursor.eat_any(&["INDEX", "TRIGGER", "POLICY"]).is_some() {
            cursor.until(&["ON"]);
            cursor.eat("ON");
            cursor.eat("ONLY");
            return cursor.qname().ok().map(|name| vec![name]);
        }
        return None;
    }
    if cursor.is_any(&["COMMENT", "SECURITY LABEL", "GRANT", "REVOKE", "SET", "RESET"]) {
        return Some(Vec::new());
    }
    None
}
