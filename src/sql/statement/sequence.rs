//! Sequences and their options.

use super::create::Prefix;
use crate::pg::command::{Command, Sequence, SequenceOptions};
use crate::pg::ident::QName;
use crate::pg::lex::{Cursor, Read};
use crate::pg::types;

pub(super) fn create(cursor: &mut Cursor<'_>, prefix: &Prefix) -> Read<Command> {
    cursor.expect("SEQUENCE")?;
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = cursor.qname()?;
    let mut options = SequenceOptions::default();
    while option(cursor, &mut options)? {}
    Ok(Command::Sequence(Sequence::Create {
        name,
        if_not_exists,
        temporary: prefix.temporary,
        unlogged: prefix.unlogged,
        options,
    }))
}

/// Reads one option of a sequence if one is next.
pub(super) fn option(cursor: &mut Cursor<'_>, options: &mut SequenceOptions) -> Read<bool> {
    if cursor.eat("AS") {
        options.ty = Some(types::read(cursor)?);
    } else if cursor.eat("START") {
        cursor.eat("WITH");
        options.start = Some(cursor.integer()?);
    } else if cursor.eat("INCREMENT") {
        cursor.eat("BY");
        options.increment = Some(cursor.integer()?);
    } else if cursor.eat("NO MINVALUE") {
        options.min_value = Some(None);
    } else if cursor.eat("MINVALUE") {
        options.min_value = Some(Some(cursor.integer()?));
    } else if cursor.eat("NO MAXVALUE") {
        options.max_value = Some(None);
    } else if cursor.eat("MAXVALUE") {
        options.max_value = Some(Some(cursor.integer()?));
    } else if cursor.eat("CACHE") {
        options.cache = Some(cursor.integer()?);
    } else if cursor.eat("NO CYCLE") {
        options.cycle = Some(false);
    } else if cursor.eat("CYCLE") {
        options.cycle = Some(true);
    } else if cursor.eat("OWNED BY NONE") {
        options.owned_by = Some(None);
    } else if cursor.eat("OWNED BY") {
        let mut parts = vec![cursor.ident()?];
        while cursor.eat_sign(".") {
            parts.push(cursor.ident()?);
        }
        let (Some(column), Some(table)) = (parts.pop(), parts.pop()) else {
            return cursor.fail("table.column");
        };
        options.owned_by = Some(Some((QName { schema: parts.pop(), name: table }, column)));
    } else if cursor.eat("RESTART") {
        let with = cursor.eat("WITH");
        options.restart = Some(match cursor.integer() {
            Ok(value) => Some(value),
            Err(stop) if with => return Err(stop),
            Err(_) => None,
        });
    } else {
        return Ok(false);
    }
    Ok(true)
}
