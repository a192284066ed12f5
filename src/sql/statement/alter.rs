//! `ALTER …` of everything but tables.

use super::create::routine_kind;
use super::{alter_table, constraint, opaque, routine, sequence, session};
use crate::pg::command::{
    AlterAction, AlterIndex, AlterIndexAction, AttributeAction, Command, ConstraintKind, DomainAction, EnumPosition,
    Kind, Owner, Policy, Routine, RoutineAction, Schema, Sequence, Table, Trigger, Type, View,
};
use crate::pg::expr::Expr;
use crate::pg::ident::QName;
use crate::pg::lex::{Cursor, Read};
use crate::pg::types;

type Rule = fn(&mut Cursor<'_>) -> Read<Command>;

/// What reads a statement, by the words behind `ALTER`; these words are read already.
const RULES: &[(&str, Rule)] = &[
    ("TABLE", alter_table::read),
    ("INDEX", index),
    ("SEQUENCE", sequence_statement),
    ("MATERIALIZED VIEW", materialized_view),
    ("VIEW", view),
    ("TYPE", ty),
    ("DOMAIN", domain),
    ("SCHEMA", schema),
    ("TRIGGER", trigger),
    ("POLICY", policy),
    ("FUNCTION", routine),
    ("PROCEDURE", routine),
    ("AGGREGATE", routine),
    ("ROUTINE", routine),
    ("DEFAULT PRIVILEGES", session::grant),
];

const ROUTINES: &[&str] = &["FUNCTION", "PROCEDURE", "AGGREGATE", "ROUTINE"];

/// Kinds whose owner is told, by their words. Longer words come first.
const OWNED: &[(&str, Kind)] = &[
    ("MATERIALIZED VIEW", Kind::MaterializedView),
    ("VIEW", Kind::View),
    ("SEQUENCE", Kind::Sequence),
    ("TYPE", Kind::Other),
    ("DOMAIN", Kind::Domain),
    ("SCHEMA", Kind::Schema),
    ("FUNCTION", Kind::Function),
    ("ROUTINE", Kind::Function),
    ("PROCEDURE", Kind::Procedure),
    ("AGGREGATE", Kind::Aggregate),
];

pub(super) fn read(cursor: &mut Cursor<'_>) -> Read<Command> {
    cursor.expect("ALTER")?;
    if !cursor.is("TABLE")
        && let Some(owner) = owner(cursor)
    {
        return Ok(owner);
    }
    match RULES.iter().find(|(words, _)| cursor.is(words)) {
        // What a routine is, its rule has to read.
        Some((_, rule)) if cursor.is_any(ROUTINES) => rule(cursor),
        Some((words, rule)) => {
            cursor.eat(words);
            rule(cursor)
        }
        None => opaque::alter(cursor),
    }
}

/// `kind name OWNER TO role`, of any kind.
fn owner(cursor: &mut Cursor<'_>) -> Option<Command> {
    let mut probe = cursor.clone();
    let from = probe.position();
    let object = probe.until(&["OWNER"]).to_string();
    if !probe.eat("OWNER TO") {
        return None;
    }
    let role = probe.ident().ok()?;
    probe.expect_end().ok()?;
    let mut name = probe.clone();
    name.seek(from);
    let kind = OWNED.iter().find(|(words, _)| name.eat(words)).map_or(Kind::Other, |(_, kind)| *kind);
    let plain = if kind == Kind::Other && name.position() == from { None } else { name.qname().ok() };
    let plain = plain.filter(|_| name.is("OWNER"));
    *cursor = probe;
    Some(Command::Owner(Owner { object, kind, name: plain, role }))
}

fn index(cursor: &mut Cursor<'_>) -> Read<Command> {
    let if_exists = cursor.eat("IF EXISTS");
    let name = cursor.qname()?;
    let action = if cursor.eat("RENAME TO") {
        AlterIndexAction::RenameTo(cursor.ident()?)
    } else if cursor.eat("ATTACH PARTITION") {
        AlterIndexAction::AttachPartition(cursor.qname()?)
    } else if cursor.is_any(&["SET", "RESET", "ALTER", "DEPENDS ON", "NO DEPENDS ON"]) {
        AlterIndexAction::Property(cursor.rest().to_string())
    } else {
        return cursor.fail("an action of ALTER INDEX");
    };
    Ok(Command::AlterIndex(AlterIndex { name, if_exists, action }))
}

/// What PostgreSQL takes under `ALTER TABLE` too, with the same outcome.
fn as_table(name: QName, if_exists: bool, action: AlterAction) -> Command {
    Command::Table(Table::Alter { name, if_exists, only: false, actions: vec![action] })
}

fn sequence_statement(cursor: &mut Cursor<'_>) -> Read<Command> {
    let if_exists = cursor.eat("IF EXISTS");
    let name = cursor.qname()?;
    if cursor.eat("RENAME TO") {
        let to = cursor.ident()?;
        return Ok(if if_exists {
            as_table(name, if_exists, AlterAction::RenameTo { to })
        } else {
            Command::Sequence(Sequence::Rename { name, to })
        });
    }
    if cursor.eat("SET SCHEMA") {
        let schema = cursor.ident()?;
        return Ok(if if_exists {
            as_table(name, if_exists, AlterAction::SetSchema { schema })
        } else {
            Command::Sequence(Sequence::SetSchema { name, schema })
        });
    }
    if let Some(property) = cursor.eat_any(&["SET LOGGED", "SET UNLOGGED"]) {
        let action = AlterAction::Property { column: None, property: property.to_string(), value: String::new() };
        return Ok(as_table(name, if_exists, action));
    }
    let mut options = Default::default();
    if !sequence::option(cursor, &mut options)? {
        return cursor.fail("an option of a sequence");
    }
    while sequence::option(cursor, &mut options)? {}
    Ok(Command::Sequence(Sequence::Alter { name, if_exists, options }))
}

fn materialized_view(cursor: &mut Cursor<'_>) -> Read<Command> {
    any_view(cursor, true)
}

fn view(cursor: &mut Cursor<'_>) -> Read<Command> {
    any_view(cursor, false)
}

fn any_view(cursor: &mut Cursor<'_>, materialized: bool) -> Read<Command> {
    let mut probe = cursor.clone();
    if let Ok(name) = probe.qname()
        && probe.eat("RENAME TO")
    {
        *cursor = probe;
        return Ok(Command::View(View::Rename { name, materialized, to: cursor.ident()? }));
    }
    // The other actions are those of tables, and are allowed on views there.
    alter_table::read(cursor)
}

fn ty(cursor: &mut Cursor<'_>) -> Read<Command> {
    let name = cursor.qname()?;
    let command = if cursor.eat("ADD VALUE") {
        let if_not_exists = cursor.eat("IF NOT EXISTS");
        let label = cursor.string()?;
        let position = if cursor.eat("BEFORE") {
            Some(EnumPosition::Before(cursor.string()?))
        } else if cursor.eat("AFTER") {
            Some(EnumPosition::After(cursor.string()?))
        } else {
            None
        };
        Type::AddValue { name, if_not_exists, label, position }
    } else if cursor.eat("RENAME VALUE") {
        let from = cursor.string()?;
        cursor.expect("TO")?;
        Type::RenameValue { name, from, to: cursor.string()? }
    } else if cursor.eat("RENAME TO") {
        Type::Rename { name, to: cursor.ident()?, domain: false }
    } else if cursor.eat("SET SCHEMA") {
        Type::SetSchema { name, schema: cursor.ident()?, domain: false }
    } else if cursor.is_any(&["ADD ATTRIBUTE", "DROP ATTRIBUTE", "ALTER ATTRIBUTE", "RENAME ATTRIBUTE"]) {
        Type::AlterComposite { name, actions: cursor.list(attribute)? }
    } else {
        return cursor.fail("an action of ALTER TYPE that is modelled");
    };
    Ok(Command::Type(command))
}

fn attribute(cursor: &mut Cursor<'_>) -> Read<AttributeAction> {
    let action = if cursor.eat("ADD ATTRIBUTE") {
        AttributeAction::Add(cursor.ident()?, types::read(cursor)?)
    } else if cursor.eat("DROP ATTRIBUTE") {
        let if_exists = cursor.eat("IF EXISTS");
        AttributeAction::Drop { name: cursor.ident()?, if_exists }
    } else if cursor.eat("ALTER ATTRIBUTE") {
        let name = cursor.ident()?;
        cursor.eat("SET DATA");
        cursor.expect("TYPE")?;
        AttributeAction::Alter(name, types::read(cursor)?)
    } else {
        cursor.expect("RENAME ATTRIBUTE")?;
        let from = cursor.ident()?;
        cursor.expect("TO")?;
        AttributeAction::Rename { from, to: cursor.ident()? }
    };
    alter_table::behavior(cursor);
    Ok(action)
}

fn domain(cursor: &mut Cursor<'_>) -> Read<Command> {
    let name = cursor.qname()?;
    if cursor.eat("RENAME TO") {
        return Ok(Command::Type(Type::Rename { name, to: cursor.ident()?, domain: true }));
    }
    if cursor.eat("SET SCHEMA") {
        return Ok(Command::Type(Type::SetSchema { name, schema: cursor.ident()?, domain: true }));
    }
    let action = if cursor.eat("SET DEFAULT") {
        DomainAction::Default(Some(Expr::parse(cursor.rest())))
    } else if cursor.eat("DROP DEFAULT") {
        DomainAction::Default(None)
    } else if cursor.eat("SET NOT NULL") {
        DomainAction::NotNull(true)
    } else if cursor.eat("DROP NOT NULL") {
        DomainAction::NotNull(false)
    } else if cursor.eat("ADD") {
        let constraint = constraint::table(cursor)?;
        if !matches!(constraint.kind, ConstraintKind::Check { .. }) {
            return cursor.fail("a CHECK");
        }
        DomainAction::AddConstraint(constraint)
    } else if cursor.eat("DROP CONSTRAINT") {
        let if_exists = cursor.eat("IF EXISTS");
        let name = cursor.ident()?;
        alter_table::behavior(cursor);
        DomainAction::DropConstraint { name, if_exists }
    } else if cursor.eat("RENAME CONSTRAINT") {
        let from = cursor.ident()?;
        cursor.expect("TO")?;
        DomainAction::RenameConstraint { from, to: cursor.ident()? }
    } else if cursor.eat("VALIDATE CONSTRAINT") {
        DomainAction::ValidateConstraint(cursor.ident()?)
    } else {
        return cursor.fail("an action of ALTER DOMAIN that is modelled");
    };
    Ok(Command::Type(Type::AlterDomain { name, action }))
}

fn trigger(cursor: &mut Cursor<'_>) -> Read<Command> {
    let name = cursor.ident()?;
    cursor.expect("ON")?;
    let table = cursor.qname()?;
    cursor.expect("RENAME TO")?;
    Ok(Command::Trigger(Trigger::Rename { name, table, to: cursor.ident()? }))
}

fn policy(cursor: &mut Cursor<'_>) -> Read<Command> {
    let name = cursor.ident()?;
    cursor.expect("ON")?;
    let table = cursor.qname()?;
    if cursor.eat("RENAME TO") {
        return Ok(Command::Policy(Policy::Rename { name, table, to: cursor.ident()? }));
    }
    let roles = if cursor.eat("TO") { Some(cursor.list(Cursor::ident)?) } else { None };
    let using = if cursor.eat("USING") { Some(Expr::parse(cursor.parens()?)) } else { None };
    let check = if cursor.eat("WITH CHECK") { Some(Expr::parse(cursor.parens()?)) } else { None };
    Ok(Command::Policy(Policy::Alter { name, table, roles, using, check }))
}

fn routine(cursor: &mut Cursor<'_>) -> Read<Command> {
    let Some(words) = cursor.eat_any(ROUTINES) else { return cursor.fail("a routine") };
    let kind = routine_kind(words);
    let name = cursor.qname()?;
    let arguments = if cursor.is_sign("(") { Some(routine::arguments(cursor)?) } else { None };
    let action = if cursor.eat("RENAME TO") {
        RoutineAction::RenameTo(cursor.ident()?)
    } else if cursor.eat("SET SCHEMA") {
        RoutineAction::SetSchema(cursor.ident()?)
    } else if cursor.is_any(&["DEPENDS", "NO DEPENDS"]) {
        return cursor.fail("an action of ALTER FUNCTION that is modelled");
    } else {
        let clauses = cursor.rest();
        RoutineAction::Clauses(clauses.trim_end().trim_end_matches("RESTRICT").trim_end().to_string())
    };
    Ok(Command::Routine(Routine::Alter { kind, name, arguments, action }))
}

fn schema(cursor: &mut Cursor<'_>) -> Read<Command> {
    let from = cursor.ident()?;
    cursor.expect("RENAME TO")?;
    Ok(Command::Schema(Schema::Rename { from, to: cursor.ident()? }))
}

/// Relations and types that an `ALTER` which is not modelled may touch; `None`: anything.
pub(super) fn touched(cursor: &mut Cursor<'_>) -> Option<Vec<QName>> {
    const NAMED: &[&str] =
        &["FOREIGN TABLE", "TABLE", "MATERIALIZED VIEW", "VIEW", "INDEX", "SEQUENCE", "TYPE", "DOMAIN"];
    const ON_TABLE: &[&str] = &["TRIGGER", "POLICY", "RULE"];
    if cursor.eat_any(NAMED).is_some() {
        cursor.eat("IF EXISTS");
        cursor.eat("ONLY");
        return cursor.qname().ok().map(|name| vec![name]);
    }
    if cursor.eat_any(ON_TABLE).is_some() {
        cursor.until(&["ON"]);
        cursor.eat("ON");
        return cursor.qname().ok().map(|name| vec![name]);
    }
    if cursor.is_any(&["FUNCTION", "PROCEDURE", "ROUTINE", "AGGREGATE"]) {
        cursor.bump();
        return cursor.qname().ok().map(|name| vec![name]);
    }
    // Kinds that hold neither relations nor types: only an object that is kept as text may be meant.
    opaque::is_apart(cursor).then(|| {
        opaque::kind(cursor);
        cursor.qname().into_iter().collect()
    })
}
