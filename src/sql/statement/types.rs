//! `CREATE TYPE` and `CREATE DOMAIN`.

use super::create::Prefix;
use super::{constraint, opaque, table};
use crate::pg::command::{Command, ConstraintDef, ConstraintKind, Type};
use crate::pg::expr::Expr;
use crate::pg::lex::{Cursor, Read};
use crate::pg::types;

pub(super) fn create(cursor: &mut Cursor<'_>, _: &Prefix) -> Read<Command> {
    let start = cursor.position();
    cursor.expect("TYPE")?;
    let name = cursor.qname()?;
    if cursor.eat("AS ENUM") {
        cursor.expect_sign("(")?;
        let labels = if cursor.is_sign(")") { Vec::new() } else { cursor.list(Cursor::string)? };
        cursor.expect_sign(")")?;
        return Ok(Command::Type(Type::CreateEnum { name, labels }));
    }
    if cursor.is("AS") && cursor.peek_nth(1).is_some_and(|next| cursor.token_text(next) == "(") {
        cursor.bump();
        cursor.expect_sign("(")?;
        let attribute = |cursor: &mut Cursor<'_>| {
            let attribute = (cursor.ident()?, types::read(cursor)?);
            if cursor.eat("COLLATE") {
                cursor.qname()?;
            }
            Ok(attribute)
        };
        let attributes = if cursor.is_sign(")") { Vec::new() } else { cursor.list(attribute)? };
        cursor.expect_sign(")")?;
        return Ok(Command::Type(Type::CreateComposite { name, attributes }));
    }
    // A range, a base type or a shell.
    cursor.seek(start);
    opaque::create(cursor)
}

pub(super) fn domain(cursor: &mut Cursor<'_>, _: &Prefix) -> Read<Command> {
    cursor.expect("DOMAIN")?;
    let name = cursor.qname()?;
    cursor.eat("AS");
    let ty = types::read(cursor)?;
    let (mut collation, mut default, mut not_null, mut constraints) = (None, None, false, Vec::new());
    loop {
        let constraint = if cursor.eat("CONSTRAINT") { Some(cursor.ident()?) } else { None };
        if cursor.eat("COLLATE") {
            collation = Some(cursor.qname()?);
        } else if cursor.eat("DEFAULT") {
            default = Some(table::default(cursor)?);
        } else if cursor.eat("NOT NULL") {
            not_null = true;
        } else if cursor.eat("NULL") {
            not_null = false;
        } else if cursor.eat("CHECK") {
            let kind = ConstraintKind::Check { expr: Expr::parse(cursor.parens()?), no_inherit: false };
            let mut def =
                ConstraintDef { name: constraint, kind, deferrable: None, not_valid: false, not_enforced: false };
            constraint::tail(cursor, &mut def, constraint::Tail::Column)?;
            constraints.push(def);
        } else if constraint.is_some() {
            return cursor.fail("a constraint");
        } else {
            break;
        }
    }
    Ok(Command::Type(Type::CreateDomain { name, ty, collation, default, not_null, constraints }))
}
