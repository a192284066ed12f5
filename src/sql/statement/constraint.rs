//! Constraints, of tables, columns and domains.

use super::index;
use crate::pg::command::{ConstraintDef, ConstraintKind, Deferrable, ForeignKey, KeyOptions};
use crate::pg::expr::Expr;
use crate::pg::ident::Ident;
use crate::pg::lex::{Cursor, Read};
use crate::pg::parameters;

/// A table constraint is next, not a column.
pub(super) fn starts(cursor: &Cursor<'_>) -> bool {
    let exclude = cursor.is("EXCLUDE")
        && cursor.peek_nth(1).is_some_and(|next| {
            let next = cursor.token_text(next);
            next == "(" || next.eq_ignore_ascii_case("using")
        });
    exclude || cursor.is_any(&["CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY KEY", "FOREIGN KEY", "NOT NULL"])
}

pub(super) fn table(cursor: &mut Cursor<'_>) -> Read<ConstraintDef> {
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.ident()?) } else { None };
    let kind = if cursor.eat("CHECK") {
        ConstraintKind::Check { expr: Expr::parse(cursor.parens()?), no_inherit: false }
    } else if cursor.eat("NOT NULL") {
        ConstraintKind::NotNull { column: cursor.ident()?, no_inherit: false }
    } else if cursor.eat("UNIQUE") {
        ConstraintKind::Unique(key(cursor, Vec::new())?)
    } else if cursor.eat("PRIMARY KEY") {
        ConstraintKind::PrimaryKey(key(cursor, Vec::new())?)
    } else if cursor.eat("FOREIGN KEY") {
        let columns = cursor.idents_in_parens()?;
        ConstraintKind::ForeignKey(references(cursor, columns)?)
    } else if cursor.eat("EXCLUDE") {
        exclude(cursor)?
    } else {
        return cursor.fail("a constraint");
    };
    let mut def = ConstraintDef { name, kind, deferrable: None, not_valid: false, not_enforced: false };
    tail(cursor, &mut def, Tail::Table)?;
    Ok(def)
}

/// What follows `UNIQUE` or `PRIMARY KEY`; `columns` are those of a column constraint.
pub(super) fn key(cursor: &mut Cursor<'_>, columns: Vec<Ident>) -> Read<KeyOptions> {
    let mut key = KeyOptions { columns, ..KeyOptions::default() };
    if cursor.eat("NULLS NOT DISTINCT") {
        key.nulls_not_distinct = true;
    } else {
        cursor.eat("NULLS DISTINCT");
    }
    if key.columns.is_empty() {
        if cursor.eat("USING INDEX") {
            key.using_index = Some(cursor.ident()?);
            return Ok(key);
        }
        key.columns = cursor.idents_in_parens()?;
        if cursor.eat("INCLUDE") {
            key.include = cursor.idents_in_parens()?;
        }
    }
    if cursor.eat("WITH") {
        key.with = parameters::read(cursor)?;
    }
    if cursor.eat("USING INDEX TABLESPACE") {
        cursor.ident()?;
    }
    Ok(key)
}

pub(super) fn references(cursor: &mut Cursor<'_>, columns: Vec<Ident>) -> Read<ForeignKey> {
    cursor.expect("REFERENCES")?;
    let table = cursor.qname()?;
    let referenced = if cursor.is_sign("(") { cursor.idents_in_parens()? } else { Vec::new() };
    let mut out = ForeignKey { columns, table, referenced, on_delete: None, on_update: None, matching: None };
    loop {
        if cursor.eat("MATCH") {
            out.matching = match cursor.eat_any(&["FULL", "PARTIAL", "SIMPLE"]) {
                Some("SIMPLE") => None,
                Some(words) => Some(words.to_string()),
                None => return cursor.fail("FULL or SIMPLE"),
            };
        } else if cursor.eat("ON DELETE") {
            out.on_delete = referential_action(cursor)?;
        } else if cursor.eat("ON UPDATE") {
            out.on_update = referential_action(cursor)?;
        } else {
            return Ok(out);
        }
    }
}

fn referential_action(cursor: &mut Cursor<'_>) -> Read<Option<String>> {
    match cursor.eat_any(&["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]) {
        Some("NO ACTION") => Ok(None),
        Some(words) if words.starts_with("SET") && cursor.is_sign("(") => {
            let columns: Vec<String> = cursor.idents_in_parens()?.iter().map(Ident::to_string).collect();
            Ok(Some(format!("{words} ({})", columns.join(", "))))
        }
        Some(words) => Ok(Some(words.to_string())),
        None => cursor.fail("an action"),
    }
}

fn exclude(cursor: &mut Cursor<'_>) -> Read<ConstraintKind> {
    let method = if cursor.eat("USING") { cursor.ident()? } else { Ident::new("btree") };
    cursor.expect_sign("(")?;
    let elements = cursor.list(|cursor| {
        let key = index::key(cursor)?;
        cursor.expect("WITH")?;
        match cursor.until(&[","]) {
            "" => cursor.fail("an operator"),
            operator => Ok((key, operator.to_string())),
        }
    })?;
    cursor.expect_sign(")")?;
    if cursor.eat("WITH") {
        cursor.parens()?;
    }
    if cursor.eat("USING INDEX TABLESPACE") {
        cursor.ident()?;
    }
    let predicate = if cursor.eat("WHERE") { Some(Expr::parse(cursor.parens()?)) } else { None };
    Ok(ConstraintKind::Exclude { method, elements, predicate })
}

/// Where a constraint stands: behind a column, `NOT NULL` is the next constraint and `NOT VALID` is not allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    Table,
    Column,
}

/// `DEFERRABLE`, `NOT VALID`, `NO INHERIT`, in any order.
pub(super) fn tail(cursor: &mut Cursor<'_>, def: &mut ConstraintDef, place: Tail) -> Read<()> {
    let (mut deferrable, mut initially) = (None, None);
    loop {
        if cursor.eat("NOT DEFERRABLE") {
            deferrable = Some(false);
        } else if cursor.eat("DEFERRABLE") {
            deferrable = Some(true);
        } else if cursor.eat("INITIALLY DEFERRED") {
            initially = Some(true);
        } else if cursor.eat("INITIALLY IMMEDIATE") {
            initially = Some(false);
        } else if place == Tail::Table && cursor.eat("NOT VALID") {
            def.not_valid = true;
        } else if cursor.eat("NO INHERIT") {
            match &mut def.kind {
                ConstraintKind::Check { no_inherit, .. } | ConstraintKind::NotNull { no_inherit, .. } => {
                    *no_inherit = true
                }
                ConstraintKind::Unique(_)
                | ConstraintKind::PrimaryKey(_)
                | ConstraintKind::ForeignKey(_)
                | ConstraintKind::Exclude { .. } => return cursor.fail("no NO INHERIT"),
            }
        } else if cursor.eat("NOT ENFORCED") {
            def.not_enforced = true;
        } else if !cursor.eat("ENFORCED") {
            break;
        }
    }
    def.deferrable = match (deferrable, initially) {
        (None, None) => None,
        (Some(false), _) | (None, Some(false)) => Some(Deferrable::NotDeferrable),
        (Some(true) | None, Some(true)) => Some(Deferrable::InitiallyDeferred),
        (Some(true), _) => Some(Deferrable::InitiallyImmediate),
    };
    Ok(())
}
