//! `CREATE TABLE` and columns.

use super::constraint::{self, Tail};
use super::create::Prefix;
use super::{query, sequence};
use crate::pg::command::{
    Collation, ColumnConstraint, ColumnDef, ColumnType, Command, ConstraintDef, ConstraintKind, CreateTable, Identity,
    IdentityKind, Partition, Serial, Table,
};
use crate::pg::expr::Expr;
use crate::pg::ident::Ident;
use crate::pg::lex::{Cursor, Read, TokenKind};
use crate::pg::types;

pub(super) fn create(cursor: &mut Cursor<'_>, prefix: &Prefix) -> Read<Command> {
    cursor.expect("TABLE")?;
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let mut table = CreateTable {
        if_not_exists,
        temporary: prefix.temporary,
        unlogged: prefix.unlogged,
        ..CreateTable::new(cursor.qname()?)
    };
    if cursor.eat("PARTITION OF") {
        let parent = cursor.qname()?;
        if cursor.is_sign("(") {
            elements(cursor, &mut table)?;
            if !table.columns.is_empty() {
                return cursor.fail("a partition without options of columns");
            }
        }
        table.partition_of = Some(Partition { table: parent, bound: bound(cursor)? });
    } else if cursor.is_sign("(") {
        elements(cursor, &mut table)?;
    }
    if cursor.eat("INHERITS") {
        cursor.expect_sign("(")?;
        table.inherits = cursor.list(Cursor::qname)?;
        cursor.expect_sign(")")?;
    }
    if cursor.eat("PARTITION BY") {
        table.partition_by = Some(partition_by(cursor)?);
    }
    if cursor.is_any(&["USING", "WITH", "WITHOUT", "ON COMMIT", "TABLESPACE"]) {
        table.suffix = cursor.until(&["AS"]).to_string();
    }
    if cursor.eat("AS") {
        let start = cursor.position();
        let text = cursor.rest();
        if !query::is_query(text) {
            cursor.seek(start);
            return cursor.fail("a query");
        }
        table.query = Some(text.to_string());
    }
    Ok(Command::Table(Table::Create(Box::new(table))))
}

fn elements(cursor: &mut Cursor<'_>, table: &mut CreateTable) -> Read<()> {
    cursor.expect_sign("(")?;
    if cursor.eat_sign(")") {
        return Ok(());
    }
    loop {
        if cursor.is("LIKE") && table.like.is_none() {
            cursor.bump();
            let source = cursor.qname()?;
            table.like = Some((source, cursor.until(&[","]).to_ascii_uppercase()));
        } else if constraint::starts(cursor) {
            table.constraints.push(constraint::table(cursor)?);
        } else {
            table.columns.push(column(cursor)?);
        }
        if !cursor.eat_sign(",") {
            return cursor.expect_sign(")");
        }
    }
}

/// `FOR VALUES …` or `DEFAULT`, in one spelling.
pub(super) fn bound(cursor: &mut Cursor<'_>) -> Read<String> {
    if cursor.eat("DEFAULT") {
        return Ok("DEFAULT".to_string());
    }
    cursor.expect("FOR VALUES")?;
    let mut out = "FOR VALUES".to_string();
    const WORDS: &[&str] = &["IN", "FROM", "TO", "WITH"];
    while let Some(word) = cursor.eat_any(WORDS) {
        cursor.expect_sign("(")?;
        let values = cursor.list(|cursor| match cursor.until(&[","]) {
            "" => cursor.fail("a bound"),
            value => Ok(upper_words(value)),
        })?;
        cursor.expect_sign(")")?;
        out = format!("{out} {word} ({})", values.join(", "));
    }
    Ok(out)
}

/// `MINVALUE` and `modulus 4` as pg_dump spells them.
fn upper_words(value: &str) -> String {
    let lower = value.to_ascii_lowercase();
    match lower.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["minvalue" | "maxvalue"] => value.to_ascii_uppercase(),
        ["modulus" | "remainder", number] => {
            format!("{} {number}", if lower.starts_with('m') { "modulus" } else { "remainder" })
        }
        _ => value.to_string(),
    }
}

/// The words behind `PARTITION BY`, in one spelling.
fn partition_by(cursor: &mut Cursor<'_>) -> Read<String> {
    let Some(strategy) = cursor.eat_any(&["RANGE", "LIST", "HASH"]) else {
        return cursor.fail("a strategy");
    };
    cursor.expect_sign("(")?;
    let keys = cursor.list(|cursor| match cursor.until(&[","]) {
        "" => cursor.fail("a key"),
        key => Ok(Expr::parse(key).to_string()),
    })?;
    cursor.expect_sign(")")?;
    Ok(format!("{strategy} ({})", keys.join(", ")))
}

pub(super) fn column(cursor: &mut Cursor<'_>) -> Read<ColumnDef> {
    let name = cursor.ident()?;
    let ty = match serial(cursor) {
        Some(serial) => ColumnType::Serial(serial),
        None => ColumnType::Type(types::read(cursor)?),
    };
    let mut column = ColumnDef { name, ty, collation: None, constraints: Vec::new() };
    loop {
        if cursor.eat("COLLATE") {
            column.collation = Some(Collation::Named(cursor.qname()?));
            continue;
        }
        match column_constraint(cursor, &column.name)? {
            Some(constraint) => column.constraints.push(constraint),
            // Words of other databases.
            None if cursor.is_any(ELSEWHERE) => return cursor.refuse("the end of a column"),
            None => return Ok(column),
        }
    }
}

/// What follows a column in other databases, and never in PostgreSQL.
const ELSEWHERE: &[&str] = &[
    "UNSIGNED",
    "ZEROFILL",
    "AUTO_INCREMENT",
    "AUTOINCREMENT",
    "IDENTITY",
    "COMMENT",
    "CHARACTER SET",
    "CHARSET",
    "AFTER",
];

fn serial(cursor: &mut Cursor<'_>) -> Option<Serial> {
    // With a modifier it is refused, and stays a type of that name.
    let other = cursor.peek_nth(1).is_some_and(|token| matches!(cursor.token_text(token), "." | "("));
    if other || cursor.peek()?.kind != TokenKind::Word {
        return None;
    }
    match cursor.eat_any(&["SERIAL", "SERIAL4", "BIGSERIAL", "SERIAL8", "SMALLSERIAL", "SERIAL2"])? {
        "SERIAL" | "SERIAL4" => Some(Serial::Serial),
        "BIGSERIAL" | "SERIAL8" => Some(Serial::BigSerial),
        _ => Some(Serial::SmallSerial),
    }
}

/// Where the expression of a `DEFAULT` ends: `b_expr` holds none of these outside parentheses.
const AFTER_DEFAULT: &[&str] = &[
    ",",
    "CONSTRAINT",
    "NOT",
    "NULL",
    "CHECK",
    "UNIQUE",
    "PRIMARY",
    "REFERENCES",
    "DEFAULT",
    "GENERATED",
    "COLLATE",
    "DEFERRABLE",
    "INITIALLY",
];

/// Reads the expression behind `DEFAULT`.
pub(super) fn default(cursor: &mut Cursor<'_>) -> Read<Expr> {
    let from = cursor.position();
    // The first token is a part of it, whatever it is: `DEFAULT NULL`.
    if cursor.is("NULL") {
        cursor.bump();
    }
    loop {
        cursor.until(AFTER_DEFAULT);
        if cursor.is("NOT") && cursor.position() > from {
            let mut before = cursor.clone();
            before.seek(cursor.position() - 1);
            // `a IS NOT DISTINCT FROM b` is a part of it.
            if before.is("IS NOT DISTINCT FROM") {
                cursor.bump();
                continue;
            }
        }
        break;
    }
    match cursor.slice(from, cursor.position()) {
        "" => cursor.fail("an expression"),
        text => Ok(Expr::parse(text)),
    }
}

fn column_constraint(cursor: &mut Cursor<'_>, column: &Ident) -> Read<Option<ColumnConstraint>> {
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.ident()?) } else { None };
    if cursor.eat("NOT NULL") {
        let no_inherit = cursor.eat("NO INHERIT");
        return Ok(Some(ColumnConstraint::NotNull { name, no_inherit }));
    }
    if cursor.eat("NULL") {
        return Ok(Some(ColumnConstraint::Null));
    }
    if cursor.eat("DEFAULT") {
        return Ok(Some(ColumnConstraint::Default(default(cursor)?)));
    }
    if cursor.is("GENERATED") {
        return generated(cursor).map(Some);
    }
    let kind = if cursor.eat("CHECK") {
        ConstraintKind::Check { expr: Expr::parse(cursor.parens()?), no_inherit: false }
    } else if cursor.eat("UNIQUE") {
        ConstraintKind::Unique(constraint::key(cursor, vec![column.clone()])?)
    } else if cursor.eat("PRIMARY KEY") {
        ConstraintKind::PrimaryKey(constraint::key(cursor, vec![column.clone()])?)
    } else if cursor.is("REFERENCES") {
        ConstraintKind::ForeignKey(constraint::references(cursor, vec![column.clone()])?)
    } else if name.is_some() {
        return cursor.fail("a constraint");
    } else {
        return Ok(None);
    };
    let mut def = ConstraintDef { name, kind, deferrable: None, not_valid: false, not_enforced: false };
    constraint::tail(cursor, &mut def, Tail::Column)?;
    Ok(Some(ColumnConstraint::Constraint(def)))
}

fn generated(cursor: &mut Cursor<'_>) -> Read<ColumnConstraint> {
    let mut expression = cursor.clone();
    if expression.eat("GENERATED ALWAYS AS") && expression.is_sign("(") {
        let expr = Expr::parse(expression.parens()?);
        let stored = expression.eat("STORED");
        if !stored {
            // Version 18 makes it virtual when nothing is written; before, STORED is required.
            expression.eat("VIRTUAL");
        }
        *cursor = expression;
        return Ok(ColumnConstraint::Generated { expr, stored });
    }
    Ok(ColumnConstraint::Identity(identity(cursor)?))
}

pub(super) fn identity_kind(cursor: &mut Cursor<'_>) -> Read<IdentityKind> {
    match cursor.eat_any(&["ALWAYS", "BY DEFAULT"]) {
        Some("ALWAYS") => Ok(IdentityKind::Always),
        Some(_) => Ok(IdentityKind::ByDefault),
        None => cursor.fail("ALWAYS or BY DEFAULT"),
    }
}

/// `GENERATED … AS IDENTITY (…)`.
pub(super) fn identity(cursor: &mut Cursor<'_>) -> Read<Identity> {
    cursor.expect("GENERATED")?;
    let kind = identity_kind(cursor)?;
    cursor.expect("AS IDENTITY")?;
    let mut identity = Identity { kind, sequence_name: None, options: Default::default() };
    if cursor.eat_sign("(") {
        loop {
            if cursor.eat("SEQUENCE NAME") {
                identity.sequence_name = Some(cursor.qname()?);
            } else if cursor.eat_any(&["LOGGED", "UNLOGGED"]).is_some() {
                // pg_dump says so where the sequence is not as its table is.
            } else if !sequence::option(cursor, &mut identity.options)? {
                break;
            }
        }
        cursor.expect_sign(")")?;
    }
    Ok(identity)
}
