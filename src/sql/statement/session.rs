//! `SET`, transactions, comments, grants.

use crate::pg::command::{
    Command, Comment, CommentTarget, DataCommand, DataVerb, Grant, GrantOn, Kind, SessionCommand, Transaction, View,
};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{Cursor, Read, TokenKind};

pub(super) fn refresh(cursor: &mut Cursor<'_>) -> Read<Command> {
    cursor.expect("REFRESH MATERIALIZED VIEW")?;
    let concurrently = cursor.eat("CONCURRENTLY");
    let name = cursor.qname()?;
    cursor.eat_any(&["WITH NO DATA", "WITH DATA"]);
    Ok(Command::View(View::Refresh { name, concurrently }))
}

pub(super) fn set(cursor: &mut Cursor<'_>) -> Read<Command> {
    cursor.expect("SET")?;
    if cursor.is("CONSTRAINTS") {
        return Ok(Command::Session(SessionCommand::Constraints(whole(cursor))));
    }
    if cursor.is_any(&["TRANSACTION", "SESSION CHARACTERISTICS", "XML OPTION"]) {
        return Ok(no_trace(whole(cursor)));
    }
    let local = cursor.eat("LOCAL");
    if !local {
        cursor.eat("SESSION");
    }
    if cursor.is("ROLE") || cursor.is("AUTHORIZATION") || cursor.is("SESSION AUTHORIZATION") {
        cursor.eat("SESSION");
        cursor.bump();
        let role = if cursor.eat("NONE") || cursor.eat("DEFAULT") { None } else { Some(name_or_string(cursor)?) };
        return Ok(Command::Session(SessionCommand::Role { role, local }));
    }
    if cursor.eat("TIME ZONE") {
        let value = values(cursor)?;
        return Ok(Command::Session(SessionCommand::Set { name: "timezone".to_string(), value, local }));
    }
    let mut name = cursor.ident()?.as_str().to_ascii_lowercase();
    while cursor.eat_sign(".") {
        name = format!("{name}.{}", cursor.ident()?.as_str().to_ascii_lowercase());
    }
    if !cursor.eat("TO") {
        cursor.expect_sign("=")?;
    }
    let value = values(cursor)?;
    Ok(Command::Session(setting(name, value, local)))
}

/// The empty `search_path` is a list without names.
fn setting(name: String, value: Option<Vec<String>>, local: bool) -> SessionCommand {
    let value = value.map(|mut values| {
        if name == "search_path" {
            values.retain(|value| !value.is_empty());
        }
        values
    });
    SessionCommand::Set { name, value, local }
}

fn values(cursor: &mut Cursor<'_>) -> Read<Option<Vec<String>>> {
    if cursor.eat("DEFAULT") || cursor.eat("LOCAL") {
        return Ok(None);
    }
    let values = cursor.list(|cursor| match cursor.peek().map(|token| token.kind) {
        Some(TokenKind::String | TokenKind::Dollar) => cursor.string(),
        Some(TokenKind::Word | TokenKind::Quoted) => Ok(cursor.ident()?.as_str().to_string()),
        _ => match cursor.until(&[","]) {
            "" => cursor.fail("a value"),
            value => Ok(value.to_string()),
        },
    })?;
    Ok(Some(values))
}

fn name_or_string(cursor: &mut Cursor<'_>) -> Read<Ident> {
    match cursor.string() {
        Ok(name) => Ok(Ident::new(&name)),
        Err(_) => cursor.ident(),
    }
}

pub(super) fn reset(cursor: &mut Cursor<'_>) -> Read<Command> {
    cursor.expect("RESET")?;
    if cursor.eat("ROLE") || cursor.eat("SESSION AUTHORIZATION") {
        return Ok(Command::Session(SessionCommand::Role { role: None, local: false }));
    }
    let name = if cursor.eat("TIME ZONE") { "timezone".to_string() } else { cursor.qname()?.to_string() };
    Ok(Command::Session(SessionCommand::Set { name, value: None, local: false }))
}

/// `SELECT [pg_catalog.]set_config('name', 'value', is_local)`.
pub(super) fn set_config(cursor: &mut Cursor<'_>) -> Option<Command> {
    let mut probe = cursor.clone();
    probe.expect("SELECT").ok()?;
    let function = probe.qname().ok()?;
    if function.name.as_str() != "set_config" || !probe.eat_sign("(") {
        return None;
    }
    let name = probe.string().ok()?.to_ascii_lowercase();
    probe.expect_sign(",").ok()?;
    let text = probe.string().ok()?;
    probe.expect_sign(",").ok()?;
    let local = probe.eat_any(&["TRUE", "FALSE"])? == "TRUE";
    probe.expect_sign(")").ok()?;
    probe.expect_end().ok()?;
    let value = if name == "search_path" {
        let (tokens, _) = crate::pg::lex::tokens(&text);
        let mut names = Cursor::new(&text, &tokens);
        if names.at_end() { Vec::new() } else { values(&mut names).ok()?? }
    } else {
        vec![text]
    };
    *cursor = probe;
    Some(Command::Session(setting(name, Some(value), local)))
}

pub(super) fn transaction(cursor: &mut Cursor<'_>) -> Read<Command> {
    const MODES: &[&str] = &[
        "ISOLATION LEVEL SERIALIZABLE",
        "ISOLATION LEVEL REPEATABLE READ",
        "ISOLATION LEVEL READ COMMITTED",
        "ISOLATION LEVEL READ UNCOMMITTED",
        "READ WRITE",
        "READ ONLY",
        "DEFERRABLE",
        "NOT DEFERRABLE",
    ];
    let Some(word) = cursor.eat_any(&["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"])
    else {
        return cursor.fail("a transaction");
    };
    if matches!(word, "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT") {
        cursor.eat_any(&["WORK", "TRANSACTION"]);
    }
    Ok(Command::Transaction(match word {
        "BEGIN" | "START" => {
            while cursor.eat_any(MODES).is_some() {
                cursor.eat_sign(",");
            }
            Transaction::Begin
        }
        "COMMIT" | "END" => {
            cursor.eat("AND NO CHAIN");
            Transaction::Commit
        }
        "ROLLBACK" | "ABORT" => {
            if cursor.eat("TO") {
                cursor.eat("SAVEPOINT");
                Transaction::RollbackTo(cursor.ident()?)
            } else {
                cursor.eat("AND NO CHAIN");
                Transaction::Rollback
            }
        }
        "SAVEPOINT" => Transaction::Savepoint(cursor.ident()?),
        _ => {
            cursor.eat("SAVEPOINT");
            Transaction::Release(cursor.ident()?)
        }
    }))
}

fn whole(cursor: &mut Cursor<'_>) -> String {
    cursor.rest();
    cursor.slice(0, cursor.position()).to_string()
}

/// Kinds that a comment is on by a name with a schema.
const COMMENTED: &[(&str, Kind)] = &[
    ("TABLE", Kind::Table),
    ("MATERIALIZED VIEW", Kind::MaterializedView),
    ("VIEW", Kind::View),
    ("INDEX", Kind::Index),
    ("SEQUENCE", Kind::Sequence),
    ("TYPE", Kind::Other),
    ("DOMAIN", Kind::Domain),
    ("SCHEMA", Kind::Schema),
    ("EXTENSION", Kind::Extension),
];

pub(super) fn comment(cursor: &mut Cursor<'_>) -> Read<Command> {
    cursor.expect("COMMENT ON")?;
    let target = if cursor.eat("COLUMN") {
        let mut parts = vec![cursor.ident()?];
        while cursor.eat_sign(".") {
            parts.push(cursor.ident()?);
        }
        let (Some(column), Some(table)) = (parts.pop(), parts.pop()) else {
            return cursor.fail("table.column");
        };
        CommentTarget::Column(QName { schema: parts.pop(), name: table }, column)
    } else if let Some(on_table) = on_table(cursor) {
        on_table
    } else if let Some(object) = object(cursor) {
        object
    } else {
        CommentTarget::Other(cursor.until(&["IS"]).to_string())
    };
    cursor.expect("IS")?;
    let text = if cursor.eat("NULL") { None } else { Some(cursor.string()?) };
    Ok(Command::Comment(Comment { target, text: text.filter(|text| !text.is_empty()) }))
}

fn on_table(cursor: &mut Cursor<'_>) -> Option<CommentTarget> {
    let mut probe = cursor.clone();
    let kind = match probe.eat_any(&["CONSTRAINT", "TRIGGER", "POLICY"])? {
        "CONSTRAINT" => Kind::Constraint,
        "TRIGGER" => Kind::Trigger,
        _ => Kind::Policy,
    };
    let name = probe.ident().ok()?;
    probe.expect("ON").ok()?;
    if probe.is("DOMAIN") {
        return None;
    }
    let table = probe.qname().ok()?;
    *cursor = probe;
    Some(CommentTarget::OnTable(kind, name, table))
}

fn object(cursor: &mut Cursor<'_>) -> Option<CommentTarget> {
    let mut probe = cursor.clone();
    let (_, kind) = COMMENTED.iter().find(|(words, _)| probe.eat(words))?;
    let name = probe.qname().ok()?;
    if !probe.is("IS") {
        return None;
    }
    *cursor = probe;
    Some(CommentTarget::Object(*kind, name))
}

pub(super) fn grant(cursor: &mut Cursor<'_>) -> Read<Command> {
    let is_default = whole(&mut cursor.clone()).get(..5).is_some_and(|word| word.eq_ignore_ascii_case("ALTER"));
    let columns = cursor.until(&["ON"]).contains('(');
    let (mut on, mut all_in) = (Vec::new(), Vec::new());
    if cursor.eat("ON") && !is_default {
        all_in = schemas_of_all(&mut cursor.clone()).unwrap_or_default();
        if all_in.is_empty() {
            on = grant_on(cursor, columns).unwrap_or_default();
        }
    }
    Ok(Command::Grant(Grant { text: whole(cursor), on, all_in }))
}

/// `ALL TABLES IN SCHEMA a, b`
fn schemas_of_all(cursor: &mut Cursor<'_>) -> Option<Vec<Ident>> {
    if !cursor.eat("ALL") {
        return None;
    }
    cursor.eat_any(&["TABLES", "SEQUENCES", "FUNCTIONS", "PROCEDURES", "ROUTINES"])?;
    cursor.expect("IN SCHEMA").ok()?;
    cursor.list(Cursor::ident).ok()
}

/// Objects of one kind: `FUNCTION public.f(a integer), public.g()`.
fn grant_on(cursor: &mut Cursor<'_>, columns: bool) -> Option<Vec<GrantOn>> {
    const KINDS: &[(&str, Kind)] = &[
        ("TABLE", Kind::Table),
        ("SEQUENCE", Kind::Sequence),
        ("SCHEMA", Kind::Schema),
        ("TYPE", Kind::Enum),
        ("DOMAIN", Kind::Domain),
        ("FUNCTION", Kind::Function),
        ("ROUTINE", Kind::Function),
        ("PROCEDURE", Kind::Procedure),
    ];
    let kind = KINDS.iter().find(|(word, _)| cursor.eat(word)).map_or(Kind::Table, |(_, kind)| *kind);
    let mut found = Vec::new();
    loop {
        let (name, arguments) = (cursor.qname().ok()?, arguments(cursor)?);
        found.push(GrantOn { kind, name, arguments, columns });
        if !cursor.eat_sign(",") {
            return cursor.is_any(&["TO", "FROM"]).then_some(found);
        }
    }
}

/// The arguments of a routine; `None` inside where it has no parentheses.
#[expect(clippy::option_option, reason = "the outer one is that of the parser")]
fn arguments(cursor: &mut Cursor<'_>) -> Option<Option<Vec<String>>> {
    let mut arguments = None;
    if cursor.eat_sign("(") {
        let mut list = Vec::new();
        while !cursor.is_sign(")") {
            list.push(cursor.until(&[",", ")"]).trim().to_string());
            cursor.eat_sign(",");
            if cursor.at_end() {
                return None;
            }
        }
        cursor.eat_sign(")");
        arguments = Some(list);
    }
    Some(arguments)
}

/// `SET TRANSACTION` and its kin.
fn no_trace(text: String) -> Command {
    Command::Data(DataCommand {
        verb: DataVerb::Maintenance,
        table: None,
        columns: Vec::new(),
        relations: Vec::new(),
        text,
    })
}
