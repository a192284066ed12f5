//! Functions, procedures and aggregates: their identity is their argument types, the rest stays text.

use super::create::{Prefix, routine_kind};
use crate::pg::command::{Command, Routine};
use crate::pg::lex::{Cursor, Read};
use crate::pg::types;

pub(super) fn create(cursor: &mut Cursor<'_>, prefix: &Prefix) -> Read<Command> {
    let Some(words) = cursor.eat_any(&["FUNCTION", "PROCEDURE", "AGGREGATE"]) else {
        return cursor.fail("a routine");
    };
    let name = cursor.qname()?;
    let arguments = arguments(cursor)?;
    cursor.rest();
    let text = cursor.slice(0, cursor.position()).to_string();
    Ok(Command::Routine(Routine::Create {
        kind: routine_kind(words),
        name,
        or_replace: prefix.or_replace,
        arguments,
        text,
    }))
}

/// Reads `( [mode] [name] type [DEFAULT …], … )` and gives the types of the input arguments.
pub(super) fn arguments(cursor: &mut Cursor<'_>) -> Read<Vec<String>> {
    cursor.expect_sign("(")?;
    let mut out = Vec::new();
    if cursor.eat_sign("*") {
        cursor.expect_sign(")")?;
        return Ok(out);
    }
    while !cursor.is_sign(")") {
        if cursor.eat("ORDER BY") {
            continue;
        }
        let mode = cursor.eat_any(&["INOUT", "IN OUT", "IN", "OUT", "VARIADIC"]);
        let ty = argument(cursor)?;
        if cursor.is("DEFAULT") || cursor.is_sign("=") || cursor.is_sign(":=") {
            cursor.until(&[","]);
        }
        if mode != Some("OUT") {
            out.push(ty);
        }
        if !cursor.eat_sign(",") && !cursor.is("ORDER BY") {
            break;
        }
    }
    cursor.expect_sign(")")?;
    Ok(out)
}

/// A type, or a name and a type.
fn argument(cursor: &mut Cursor<'_>) -> Read<String> {
    let start = cursor.position();
    let alone = types::read(cursor);
    let ends = |cursor: &Cursor<'_>| {
        [",", ")", "=", ":="].iter().any(|sign| cursor.is_sign(sign)) || cursor.is_any(&["DEFAULT", "ORDER BY"])
    };
    if let (Ok(ty), true) = (alone, ends(cursor)) {
        return Ok(without_modifiers(ty));
    }
    cursor.seek(start);
    cursor.ident()?;
    types::read(cursor).map(without_modifiers)
}

/// The identity of a routine has no modifiers: `f(varchar(3))` is `f(character varying)`.
fn without_modifiers(mut ty: types::DataType) -> String {
    ty.modifiers.clear();
    ty.to_string()
}
