//! `DROP …`.

use super::alter_table::behavior;
use super::create::routine_kind;
use super::{opaque, routine};
use crate::pg::command::{
    Command, Drop, Extension, Opaque, Policy, Routine, Schema, Sequence, Table, Trigger, Type, View,
};
use crate::pg::definition;
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{Cursor, Read};

pub(super) fn read(cursor: &mut Cursor<'_>) -> Read<Command> {
    cursor.expect("DROP")?;
    const KINDS: &[&str] = &[
        "TABLE",
        "VIEW",
        "MATERIALIZED VIEW",
        "INDEX",
        "SEQUENCE",
        "TYPE",
        "DOMAIN",
        "SCHEMA",
        "EXTENSION",
        "FUNCTION",
        "PROCEDURE",
        "ROUTINE",
        "AGGREGATE",
        "TRIGGER",
        "POLICY",
    ];
    let Some(kind) = cursor.eat_any(KINDS) else {
        return other(cursor);
    };
    let concurrently = kind == "INDEX" && cursor.eat("CONCURRENTLY");
    let if_exists = cursor.eat("IF EXISTS");
    Ok(match kind {
        "SCHEMA" => {
            let names = cursor.list(Cursor::ident)?;
            Command::Schema(Schema::Drop { names, if_exists, behavior: behavior(cursor) })
        }
        "EXTENSION" => {
            let names = cursor.list(Cursor::ident)?;
            Command::Extension(Extension::Drop { names, if_exists, behavior: behavior(cursor) })
        }
        "FUNCTION" | "PROCEDURE" | "ROUTINE" | "AGGREGATE" => {
            let routines = cursor.list(|cursor| {
                let name = cursor.qname()?;
                let arguments = if cursor.is_sign("(") { Some(routine::arguments(cursor)?) } else { None };
                Ok((name, arguments))
            })?;
            Command::Routine(Routine::Drop {
                kind: routine_kind(kind),
                routines,
                if_exists,
                behavior: behavior(cursor),
            })
        }
        "TRIGGER" => {
            let name = cursor.ident()?;
            cursor.expect("ON")?;
            let table = cursor.qname()?;
            Command::Trigger(Trigger::Drop { name, table, if_exists, behavior: behavior(cursor) })
        }
        "POLICY" => {
            let name = cursor.ident()?;
            cursor.expect("ON")?;
            let table = cursor.qname()?;
            behavior(cursor);
            Command::Policy(Policy::Drop { name, table, if_exists })
        }
        _ => {
            let names = cursor.list(Cursor::qname)?;
            let behavior = behavior(cursor);
            match kind {
                "TABLE" => Command::Table(Table::Drop { names, if_exists, behavior }),
                "INDEX" => Command::DropIndex { names, if_exists, concurrently, behavior },
                "SEQUENCE" => Command::Sequence(Sequence::Drop(Drop { names, if_exists, behavior })),
                "VIEW" | "MATERIALIZED VIEW" => {
                    let drop = Drop { names, if_exists, behavior };
                    Command::View(View::Drop { drop, materialized: kind != "VIEW" })
                }
                _ => Command::Type(Type::Drop { drop: Drop { names, if_exists, behavior }, domain: kind == "DOMAIN" }),
            }
        }
    })
}

/// Kinds that are kept as text.
fn other(cursor: &mut Cursor<'_>) -> Read<Command> {
    let Some(kind) = opaque::kind(cursor) else {
        return cursor.fail("a kind of object");
    };
    let if_exists = cursor.eat("IF EXISTS");
    let start = cursor.position();
    let mut names = cursor.list(|cursor| definition::identity(kind, cursor));
    if !(cursor.at_end() || cursor.is_any(&["CASCADE", "RESTRICT"])) {
        names = Err(crate::pg::lex::Stop { token: start, expected: "a plain name", certain: false });
    }
    let names = match names {
        Ok(names) => names,
        Err(_) => {
            cursor.seek(start);
            vec![QName::bare(Ident::new(cursor.until(&["CASCADE", "RESTRICT"])))]
        }
    };
    let drop = Drop { names, if_exists, behavior: behavior(cursor) };
    let text = cursor.slice(0, cursor.position()).to_string();
    Ok(Command::Opaque(Opaque::Drop { kind: kind.to_string(), drop, text }))
}
