//! `CREATE INDEX` and keys of indexes.

use super::create::Prefix;
use crate::pg::command::{Command, CreateIndex, IndexKey, KeyTarget};
use crate::pg::expr::Expr;
use crate::pg::lex::{Cursor, Read, TokenKind};
use crate::pg::parameters;

pub(super) fn create(cursor: &mut Cursor<'_>, _: &Prefix) -> Read<Command> {
    let unique = cursor.eat("UNIQUE");
    cursor.expect("INDEX")?;
    let concurrently = cursor.eat("CONCURRENTLY");
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = if cursor.is("ON") { None } else { Some(cursor.qname()?.name) };
    cursor.expect("ON")?;
    let only = cursor.eat("ONLY");
    let table = cursor.qname()?;
    let method = if cursor.eat("USING") { Some(cursor.ident()?) } else { None };
    cursor.expect_sign("(")?;
    let keys = cursor.list(key)?;
    cursor.expect_sign(")")?;
    let include = if cursor.eat("INCLUDE") { cursor.idents_in_parens()? } else { Vec::new() };
    let nulls_not_distinct = cursor.eat("NULLS NOT DISTINCT");
    if !nulls_not_distinct {
        cursor.eat("NULLS DISTINCT");
    }
    let with = if cursor.eat("WITH") { parameters::read(cursor)? } else { Vec::new() };
    let tablespace = if cursor.eat("TABLESPACE") { Some(cursor.ident()?) } else { None };
    let predicate = if cursor.eat("WHERE") { Some(predicate(cursor)?) } else { None };
    Ok(Command::CreateIndex(CreateIndex {
        name,
        if_not_exists,
        unique,
        concurrently,
        table,
        only,
        method,
        keys,
        include,
        nulls_not_distinct,
        with,
        tablespace,
        predicate,
    }))
}

/// pg_dump puts the predicate in parentheses, people do not: without them both are one expression.
fn predicate(cursor: &mut Cursor<'_>) -> Read<Expr> {
    let mut inner = cursor.clone();
    if let Ok(text) = inner.parens()
        && inner.at_end()
    {
        *cursor = inner;
        return Ok(Expr::parse(text));
    }
    match cursor.rest() {
        "" => cursor.fail("an expression"),
        text => Ok(Expr::parse(text)),
    }
}

/// `index_elem` of `gram.y`.
pub(super) fn key(cursor: &mut Cursor<'_>) -> Read<IndexKey> {
    let from = cursor.position();
    let target = if cursor.is_sign("(") {
        let text = cursor.parens()?;
        // An expression that is just a column makes a key on that column (`ComputeIndexAttrs`).
        let mut inner = cursor.clone();
        inner.seek(from + 1);
        match inner.ident() {
            Ok(name) if inner.position() + 1 == cursor.position() => KeyTarget::Column(name),
            _ => KeyTarget::Expr(Expr::parse(text)),
        }
    } else {
        let name = cursor.qname()?;
        if cursor.is_sign("(") {
            cursor.parens()?;
            KeyTarget::Expr(Expr::parse(cursor.slice(from, cursor.position())))
        } else {
            KeyTarget::Column(name.name)
        }
    };
    let collation = if cursor.eat("COLLATE") { Some(cursor.qname()?) } else { None };
    let mut opclass = None;
    let word = cursor.peek().is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
    if word && !cursor.is_any(&["ASC", "DESC", "NULLS", "WITH"]) {
        let name = cursor.qname()?.to_string();
        let parameters = if cursor.is_sign("(") { format!("({})", cursor.parens()?) } else { String::new() };
        opclass = Some(name + &parameters);
    }
    let descending = cursor.eat("DESC");
    if !descending {
        cursor.eat("ASC");
    }
    let nulls_first = cursor.eat_any(&["NULLS FIRST", "NULLS LAST"]).map(|words| words == "NULLS FIRST");
    Ok(IndexKey { target, collation, opclass, descending, nulls_first })
}
