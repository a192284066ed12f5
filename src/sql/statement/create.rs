//! `CREATE …`.

use super::{index, opaque, query, routine, sequence, table, types};
use crate::pg::command::{Command, Extension, Kind, Policy, Schema, Trigger, View};
use crate::pg::expr::Expr;
use crate::pg::ident::Ident;
use crate::pg::lex::{Cursor, Read};

/// What stands between `CREATE` and the kind.
pub(super) struct Prefix {
    pub or_replace: bool,
    pub temporary: bool,
    pub unlogged: bool,
}

type Rule = fn(&mut Cursor<'_>, &Prefix) -> Read<Command>;

const RULES: &[(&str, Rule)] = &[
    ("TABLE", table::create),
    ("SEQUENCE", sequence::create),
    ("VIEW", view),
    ("MATERIALIZED VIEW", view),
    ("UNIQUE INDEX", index::create),
    ("INDEX", index::create),
    ("TYPE", types::create),
    ("DOMAIN", types::domain),
    ("SCHEMA", schema),
    ("EXTENSION", extension),
    ("FUNCTION", routine::create),
    ("PROCEDURE", routine::create),
    ("AGGREGATE", routine::create),
    ("TRIGGER", trigger),
    ("CONSTRAINT TRIGGER", trigger),
    ("POLICY", policy),
];

pub(super) fn read(cursor: &mut Cursor<'_>) -> Read<Command> {
    cursor.expect("CREATE")?;
    let or_replace = cursor.eat("OR REPLACE");
    if cursor.is_any(&["GLOBAL TEMP", "GLOBAL TEMPORARY", "LOCAL TEMP", "LOCAL TEMPORARY"]) {
        cursor.bump();
    }
    let temporary = cursor.eat_any(&["TEMPORARY", "TEMP"]).is_some();
    let unlogged = cursor.eat("UNLOGGED");
    let prefix = Prefix { or_replace, temporary, unlogged };
    match RULES.iter().find(|(words, _)| cursor.is(words)) {
        Some((_, rule)) => rule(cursor, &prefix),
        None => opaque::create(cursor),
    }
}

fn schema(cursor: &mut Cursor<'_>, _: &Prefix) -> Read<Command> {
    cursor.expect("SCHEMA")?;
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = if cursor.is("AUTHORIZATION") { None } else { Some(cursor.ident()?) };
    let owner = if cursor.eat("AUTHORIZATION") { Some(cursor.ident()?) } else { None };
    match name.or_else(|| owner.clone()) {
        Some(name) => Ok(Command::Schema(Schema::Create { name, if_not_exists, owner })),
        None => cursor.fail("a name"),
    }
}

fn extension(cursor: &mut Cursor<'_>, _: &Prefix) -> Read<Command> {
    cursor.expect("EXTENSION")?;
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = cursor.ident()?;
    cursor.eat("WITH");
    let (mut schema, mut version, mut cascade) = (None, None, false);
    loop {
        if cursor.eat("SCHEMA") {
            schema = Some(cursor.ident()?);
        } else if cursor.eat("VERSION") {
            version = Some(match cursor.string() {
                Ok(version) => version,
                Err(_) => cursor.ident()?.as_str().to_string(),
            });
        } else if cursor.eat("CASCADE") {
            cascade = true;
        } else {
            break;
        }
    }
    Ok(Command::Extension(Extension::Create { name, if_not_exists, schema, version, cascade }))
}

/// What may stand behind the query of a view.
const SUFFIXES: &[&str] =
    &["WITH NO DATA", "WITH DATA", "WITH LOCAL CHECK OPTION", "WITH CASCADED CHECK OPTION", "WITH CHECK OPTION"];

fn view(cursor: &mut Cursor<'_>, prefix: &Prefix) -> Read<Command> {
    let materialized = cursor.eat("MATERIALIZED");
    cursor.expect("VIEW")?;
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let mut name = cursor.qname()?;
    if prefix.temporary {
        if name.schema.is_some() {
            return cursor.fail("a temporary view without a schema");
        }
        name.schema = Some(Ident::new("pg_temp"));
    }
    let columns = if cursor.is_sign("(") { cursor.idents_in_parens()? } else { Vec::new() };
    let options = cursor.until(&["AS"]).to_string();
    cursor.expect("AS")?;
    let from = cursor.position();
    cursor.rest();
    let end = cursor.position();
    let suffix = SUFFIXES.iter().find(|words| {
        let start = end.saturating_sub(words.split(' ').count());
        let mut tail = cursor.clone();
        tail.seek(start);
        start > from && tail.is(words)
    });
    let query_end = end - suffix.map_or(0, |words| words.split(' ').count());
    let query = cursor.slice(from, query_end).to_string();
    if !query::is_query(&query) {
        cursor.seek(from);
        return cursor.fail("a query");
    }
    Ok(Command::View(View::Create {
        name,
        or_replace: prefix.or_replace,
        if_not_exists,
        materialized,
        columns,
        options,
        query,
        suffix: suffix.copied().unwrap_or("").to_string(),
    }))
}

fn trigger(cursor: &mut Cursor<'_>, prefix: &Prefix) -> Read<Command> {
    cursor.eat("CONSTRAINT");
    cursor.expect("TRIGGER")?;
    let name = cursor.ident()?;
    cursor.until(&["ON"]);
    cursor.expect("ON")?;
    let table = cursor.qname()?;
    cursor.until(&["EXECUTE"]);
    cursor.expect("EXECUTE")?;
    if cursor.eat_any(&["FUNCTION", "PROCEDURE"]).is_none() {
        return cursor.fail("FUNCTION");
    }
    let function = cursor.qname()?;
    cursor.parens()?;
    let text = cursor.slice(0, cursor.position()).to_string();
    Ok(Command::Trigger(Trigger::Create { name, table, or_replace: prefix.or_replace, function, text }))
}

fn policy(cursor: &mut Cursor<'_>, _: &Prefix) -> Read<Command> {
    cursor.expect("POLICY")?;
    let name = cursor.ident()?;
    cursor.expect("ON")?;
    let table = cursor.qname()?;
    let mut restrictive = false;
    if cursor.eat("AS") {
        restrictive = cursor.eat("RESTRICTIVE");
        if !restrictive {
            cursor.expect("PERMISSIVE")?;
        }
    }
    let command = if cursor.eat("FOR") {
        match cursor.eat_any(&["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]) {
            Some("ALL") => None,
            Some(command) => Some(command.to_string()),
            None => return cursor.fail("a command"),
        }
    } else {
        None
    };
    let roles = if cursor.eat("TO") { cursor.list(Cursor::ident)? } else { Vec::new() };
    let using = if cursor.eat("USING") { Some(Expr::parse(cursor.parens()?)) } else { None };
    let check = if cursor.eat("WITH CHECK") { Some(Expr::parse(cursor.parens()?)) } else { None };
    Ok(Command::Policy(Policy::Create { name, table, restrictive, command, roles, using, check }))
}

/// The kind of a key word that names a routine.
pub(super) fn routine_kind(words: &str) -> Kind {
    match words {
        "PROCEDURE" => Kind::Procedure,
        "AGGREGATE" => Kind::Aggregate,
        _ => Kind::Function,
    }
}
