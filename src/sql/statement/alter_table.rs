//! `ALTER TABLE`.

use super::{constraint, sequence, table};
use crate::pg::command::{AlterAction, Behavior, Collation, Command, Deferrable, Partition, Table};
use crate::pg::expr::Expr;
use crate::pg::lex::{Cursor, Read};
use crate::pg::types;

/// Reads what follows `ALTER TABLE`.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Read<Command> {
    let if_exists = cursor.eat("IF EXISTS");
    let only = cursor.eat("ONLY");
    let name = cursor.qname()?;
    cursor.eat_sign("*");
    let actions = cursor.list(action)?;
    Ok(Command::Table(Table::Alter { name, if_exists, only, actions }))
}

pub(super) fn behavior(cursor: &mut Cursor<'_>) -> Behavior {
    if cursor.eat("CASCADE") {
        return Behavior::Cascade;
    }
    cursor.eat("RESTRICT");
    Behavior::Restrict
}

/// Properties of a table, by the words that set them.
const PROPERTIES: &[&str] = &[
    "REPLICA IDENTITY",
    "ENABLE ALWAYS TRIGGER",
    "ENABLE REPLICA TRIGGER",
    "ENABLE TRIGGER",
    "DISABLE TRIGGER",
    "ENABLE ALWAYS RULE",
    "ENABLE REPLICA RULE",
    "ENABLE RULE",
    "DISABLE RULE",
    "CLUSTER ON",
    "SET WITHOUT CLUSTER",
    "SET WITHOUT OIDS",
    "SET LOGGED",
    "SET UNLOGGED",
    "SET TABLESPACE",
    "SET ACCESS METHOD",
    "NO INHERIT",
    "INHERIT",
    "NOT OF",
    "OF",
];

/// Properties of a column.
const COLUMN_PROPERTIES: &[&str] = &["SET STATISTICS", "SET STORAGE", "SET COMPRESSION"];

fn action(cursor: &mut Cursor<'_>) -> Read<AlterAction> {
    if cursor.eat("ADD") {
        if constraint::starts(cursor) {
            return Ok(AlterAction::AddConstraint(constraint::table(cursor)?));
        }
        cursor.eat("COLUMN");
        let if_not_exists = cursor.eat("IF NOT EXISTS");
        return Ok(AlterAction::AddColumn { column: table::column(cursor)?, if_not_exists });
    }
    if cursor.eat("DROP CONSTRAINT") {
        let if_exists = cursor.eat("IF EXISTS");
        return Ok(AlterAction::DropConstraint { name: cursor.ident()?, if_exists, behavior: behavior(cursor) });
    }
    if cursor.eat("DROP") {
        cursor.eat("COLUMN");
        let if_exists = cursor.eat("IF EXISTS");
        return Ok(AlterAction::DropColumn { name: cursor.ident()?, if_exists, behavior: behavior(cursor) });
    }
    if cursor.eat("ALTER CONSTRAINT") {
        return alter_constraint(cursor);
    }
    if cursor.eat("ALTER") {
        cursor.eat("COLUMN");
        return column(cursor);
    }
    if cursor.eat("VALIDATE CONSTRAINT") {
        return Ok(AlterAction::ValidateConstraint { name: cursor.ident()? });
    }
    if cursor.eat("RENAME") {
        return rename(cursor);
    }
    if cursor.eat("SET SCHEMA") {
        return Ok(AlterAction::SetSchema { schema: cursor.ident()? });
    }
    if cursor.eat("OWNER TO") {
        return Ok(AlterAction::OwnerTo { role: cursor.ident()? });
    }
    if cursor.eat("ATTACH PARTITION") {
        let table = cursor.qname()?;
        return Ok(AlterAction::AttachPartition(Partition { table, bound: table::bound(cursor)? }));
    }
    if cursor.eat("DETACH PARTITION") {
        let table = cursor.qname()?;
        let concurrently = cursor.eat_any(&["CONCURRENTLY", "FINALIZE"]).is_some();
        return Ok(AlterAction::DetachPartition { table, concurrently });
    }
    for mode in ["NO FORCE", "ENABLE", "DISABLE", "FORCE"] {
        let start = cursor.position();
        if cursor.eat(mode) && cursor.eat("ROW LEVEL SECURITY") {
            return Ok(AlterAction::RowSecurity { mode });
        }
        cursor.seek(start);
    }
    let property = match cursor.eat_any(PROPERTIES) {
        Some(property) => property,
        None => parameters(cursor)?,
    };
    Ok(AlterAction::Property { column: None, property: property.to_string(), value: cursor.until(&[","]).to_string() })
}

/// `SET (…)` and `RESET (…)`; only the word is read.
fn parameters(cursor: &mut Cursor<'_>) -> Read<&'static str> {
    match cursor.eat_any(&["SET", "RESET"]) {
        Some(word) if cursor.is_sign("(") => Ok(word),
        _ => cursor.fail("an action of ALTER TABLE that is modelled"),
    }
}

fn rename(cursor: &mut Cursor<'_>) -> Read<AlterAction> {
    if cursor.eat("TO") {
        return Ok(AlterAction::RenameTo { to: cursor.ident()? });
    }
    if cursor.eat("CONSTRAINT") {
        let from = cursor.ident()?;
        cursor.expect("TO")?;
        return Ok(AlterAction::RenameConstraint { from, to: cursor.ident()? });
    }
    cursor.eat("COLUMN");
    let from = cursor.ident()?;
    cursor.expect("TO")?;
    Ok(AlterAction::RenameColumn { from, to: cursor.ident()? })
}

fn alter_constraint(cursor: &mut Cursor<'_>) -> Read<AlterAction> {
    let name = cursor.ident()?;
    let deferrable = match cursor.eat_any(&["NOT DEFERRABLE", "DEFERRABLE", "INITIALLY DEFERRED"]) {
        Some("NOT DEFERRABLE") => {
            cursor.eat("INITIALLY IMMEDIATE");
            Deferrable::NotDeferrable
        }
        Some("DEFERRABLE") if cursor.eat("INITIALLY DEFERRED") => Deferrable::InitiallyDeferred,
        Some("DEFERRABLE") => {
            cursor.eat("INITIALLY IMMEDIATE");
            Deferrable::InitiallyImmediate
        }
        Some(_) => {
            cursor.eat("DEFERRABLE");
            Deferrable::InitiallyDeferred
        }
        None => return cursor.fail("DEFERRABLE"),
    };
    Ok(AlterAction::AlterConstraint { name, deferrable })
}

fn column(cursor: &mut Cursor<'_>) -> Read<AlterAction> {
    let column = cursor.ident()?;
    if cursor.eat_any(&["SET DATA TYPE", "TYPE"]).is_some() {
        let ty = types::read(cursor)?;
        let collation = if cursor.eat("COLLATE") { Some(Collation::Named(cursor.qname()?)) } else { None };
        let using = if cursor.eat("USING") { Some(expression(cursor)?) } else { None };
        return Ok(AlterAction::AlterType { column, ty, collation, using });
    }
    if cursor.eat("SET DEFAULT") {
        return Ok(AlterAction::SetDefault { column, default: Some(expression(cursor)?) });
    }
    if cursor.eat("DROP DEFAULT") {
        return Ok(AlterAction::SetDefault { column, default: None });
    }
    if cursor.eat("SET NOT NULL") {
        return Ok(AlterAction::SetNotNull { column, not_null: true });
    }
    if cursor.eat("DROP NOT NULL") {
        return Ok(AlterAction::SetNotNull { column, not_null: false });
    }
    if cursor.eat("ADD") {
        return Ok(AlterAction::AddIdentity { column, identity: table::identity(cursor)? });
    }
    if cursor.eat("DROP IDENTITY") {
        return Ok(AlterAction::DropIdentity { column, if_exists: cursor.eat("IF EXISTS") });
    }
    if cursor.eat("DROP EXPRESSION") {
        return Ok(AlterAction::DropExpression { column, if_exists: cursor.eat("IF EXISTS") });
    }
    if let Some(property) = cursor.eat_any(COLUMN_PROPERTIES) {
        let value = cursor.until(&[","]).to_string();
        return Ok(AlterAction::Property { column: Some(column), property: property.to_string(), value });
    }
    let start = cursor.position();
    if let Ok(property) = parameters(cursor) {
        let value = cursor.until(&[","]).to_string();
        return Ok(AlterAction::Property { column: Some(column), property: property.to_string(), value });
    }
    cursor.seek(start);
    set_identity(cursor, column)
}

fn set_identity(cursor: &mut Cursor<'_>, column: crate::pg::ident::Ident) -> Read<AlterAction> {
    let (mut kind, mut options, mut any) = (None, Default::default(), false);
    loop {
        let start = cursor.position();
        let set = cursor.eat("SET");
        if set && cursor.eat("GENERATED") {
            kind = Some(table::identity_kind(cursor)?);
        } else if !(set || cursor.is("RESTART")) || !sequence::option(cursor, &mut options)? {
            cursor.seek(start);
            break;
        }
        any = true;
    }
    if any {
        Ok(AlterAction::SetIdentity { column, kind, options })
    } else {
        cursor.fail("an action of ALTER COLUMN that is modelled")
    }
}

fn expression(cursor: &mut Cursor<'_>) -> Read<Expr> {
    match cursor.until(&[","]) {
        "" => cursor.fail("an expression"),
        text => Ok(Expr::parse(text)),
    }
}
