//! Statements on rows: which relations and columns they name.

use std::ops::ControlFlow;

use sqlparser::ast::{
    AssignmentTarget, FromTable, Query, SetExpr, Statement, TableFactor, TableObject, Visit, Visitor,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::session;
use crate::pg::command::{Command, CreateTable, DataCommand, DataVerb, Table};
use crate::pg::expr::{qname, stored};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{Cursor, Read};
use crate::pg::readable;

/// `text` opens like a query.
pub(super) fn is_query(text: &str) -> bool {
    let text = text.trim_start_matches(|char: char| char == '(' || char.is_whitespace());
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    matches!(word.to_ascii_uppercase().as_str(), "SELECT" | "WITH" | "VALUES" | "TABLE" | "EXECUTE")
}

pub(super) fn read(cursor: &mut Cursor<'_>) -> Read<Command> {
    if let Some(set) = session::set_config(cursor) {
        return Ok(set);
    }
    let text = cursor.rest().to_string();
    let parsed = Parser::new(&PostgreSqlDialect {})
        .with_recursion_limit(100)
        .try_with_sql(&readable::readable(&text))
        .and_then(|mut parser| {
            let statement = parser.parse_statement()?;
            parser.expect_token(&sqlparser::tokenizer::Token::EOF)?;
            Ok(statement)
        });
    let verb = verb(&text);
    if let Ok(Statement::Query(query)) = &parsed
        && let Some(create) = selected_into(query)
    {
        return Ok(Command::Table(Table::Create(Box::new(create))));
    }
    let Ok(statement) = parsed else {
        // The grammar is wider than sqlparser's. Rows change, not the schema: only a function could do that.
        let table = written(&text);
        let relations = table.iter().cloned().collect();
        return Ok(Command::Data(DataCommand { verb, table, columns: Vec::new(), relations, text }));
    };
    let mut relations = Relations::default();
    let _ = statement.visit(&mut relations);
    let (table, columns) = target(&statement);
    let mut names = relations.names;
    names.extend(table.clone());
    names.retain(|name| name.schema.is_some() || !relations.ctes.contains(&name.name));
    names.sort();
    names.dedup();
    Ok(Command::Data(DataCommand { verb, table, columns, relations: names, text }))
}

/// `SELECT … INTO t`, which is `CREATE TABLE t AS SELECT …`.
fn selected_into(query: &Query) -> Option<CreateTable> {
    let mut query = query.clone();
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    let into = select.into.take()?;
    let [target] = into.targets.as_slice() else { return None };
    let name = match target {
        sqlparser::ast::Expr::Identifier(name) => QName::bare(stored(name)),
        sqlparser::ast::Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [schema, name] => QName::new(Some(stored(schema)), stored(name)),
            _ => return None,
        },
        _ => return None,
    };
    Some(CreateTable {
        temporary: into.temporary,
        unlogged: into.unlogged,
        query: Some(query.to_string()),
        ..CreateTable::new(name)
    })
}

/// The written table of a statement that sqlparser refuses.
fn written(text: &str) -> Option<QName> {
    let (tokens, _) = crate::pg::lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    cursor.eat_any(&["INSERT INTO", "UPDATE", "DELETE FROM", "MERGE INTO"])?;
    cursor.eat("ONLY");
    cursor.qname().ok()
}

fn verb(text: &str) -> DataVerb {
    let words = || text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    let is = |word: &str, other: &str| word.eq_ignore_ascii_case(other);
    let first = words().find(|word| !word.is_empty()).unwrap_or("");
    match () {
        () if is(first, "INSERT") => DataVerb::Insert,
        () if is(first, "UPDATE") => DataVerb::Update,
        () if is(first, "DELETE") => DataVerb::Delete,
        () if is(first, "MERGE") => DataVerb::Merge,
        () if is(first, "WITH") => {
            // `WITH … INSERT`: the statement behind the CTEs gives the verb.
            let (tokens, _) = crate::pg::lex::tokens(text);
            let mut cursor = Cursor::new(text, &tokens);
            cursor.until(&["INSERT", "UPDATE", "DELETE", "MERGE", "SELECT"]);
            match cursor.bump().map(|token| cursor.token_text(token).to_ascii_uppercase()).as_deref() {
                Some("INSERT") => DataVerb::Insert,
                Some("UPDATE") => DataVerb::Update,
                Some("DELETE") => DataVerb::Delete,
                Some("MERGE") => DataVerb::Merge,
                _ => DataVerb::Select,
            }
        }
        () => DataVerb::Select,
    }
}

fn factor(table: &TableFactor) -> Option<QName> {
    match table {
        TableFactor::Table { name, args: None, .. } => qname(name),
        _ => None,
    }
}

#[derive(Default)]
struct Relations {
    names: Vec<QName>,
    ctes: Vec<Ident>,
}

impl Visitor for Relations {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let name = &cte.alias.name;
            self.ctes.push(if name.quote_style.is_some() { Ident::new(&name.value) } else { Ident::fold(&name.value) });
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<()> {
        self.names.extend(factor(table));
        ControlFlow::Continue(())
    }
}

/// The written table and the columns that are named in it.
fn target(statement: &Statement) -> (Option<QName>, Vec<Ident>) {
    let fold = |ident: &sqlparser::ast::Ident| {
        if ident.quote_style.is_some() { Ident::new(&ident.value) } else { Ident::fold(&ident.value) }
    };
    match statement {
        Statement::Insert(insert) => {
            let table = match &insert.table {
                TableObject::TableName(name) => qname(name),
                _ => None,
            };
            let columns = insert.columns.iter().filter_map(qname).map(|name| name.name).collect();
            (table, columns)
        }
        Statement::Update(update) => {
            let columns = update.assignments.iter().flat_map(|assignment| match &assignment.target {
                AssignmentTarget::ColumnName(name) => vec![name],
                AssignmentTarget::Tuple(names) => names.iter().collect(),
            });
            let columns = columns.filter_map(|name| name.0.last()?.as_ident().map(fold)).collect();
            (factor(&update.table.relation), columns)
        }
        Statement::Delete(delete) => {
            let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
            (from.first().and_then(|table| factor(&table.relation)), Vec::new())
        }
        Statement::Merge(merge) => (factor(&merge.table), Vec::new()),
        Statement::Query(query) => match query.body.as_ref() {
            SetExpr::Insert(inner) | SetExpr::Update(inner) | SetExpr::Delete(inner) | SetExpr::Merge(inner) => {
                target(inner)
            }
            _ => (None, Vec::new()),
        },
        _ => (None, Vec::new()),
    }
}

pub(super) fn truncate(cursor: &mut Cursor<'_>) -> Read<Command> {
    cursor.expect("TRUNCATE")?;
    cursor.eat("TABLE");
    let relations = cursor.list(|cursor| {
        cursor.eat("ONLY");
        let name = cursor.qname()?;
        cursor.eat_sign("*");
        Ok(name)
    })?;
    cursor.eat_any(&["RESTART IDENTITY", "CONTINUE IDENTITY"]);
    cursor.eat_any(&["CASCADE", "RESTRICT"]);
    let text = cursor.slice(0, cursor.position()).to_string();
    let table = relations.first().cloned();
    Ok(Command::Data(DataCommand { verb: DataVerb::Truncate, table, columns: Vec::new(), relations, text }))
}

pub(super) fn copy(cursor: &mut Cursor<'_>) -> Read<Command> {
    cursor.expect("COPY")?;
    let (mut table, mut columns) = (None, Vec::new());
    if !cursor.is_sign("(") {
        table = Some(cursor.qname()?);
        if cursor.is_sign("(") {
            columns = cursor.idents_in_parens()?;
        }
    }
    cursor.rest();
    let text = cursor.slice(0, cursor.position()).to_string();
    let relations = table.iter().cloned().collect();
    Ok(Command::Data(DataCommand { verb: DataVerb::Copy, table, columns, relations, text }))
}

/// Statements that leave no trace in the schema.
pub(super) fn maintenance(cursor: &mut Cursor<'_>) -> Read<Command> {
    let relations = maintained(&mut cursor.clone());
    let text = cursor.rest().to_string();
    Ok(Command::Data(DataCommand { verb: DataVerb::Maintenance, table: None, columns: Vec::new(), relations, text }))
}

/// The relations that `LOCK`, `ANALYZE`, `VACUUM`, `REINDEX` and `CLUSTER` name.
fn maintained(cursor: &mut Cursor<'_>) -> Vec<QName> {
    let Some(verb) = cursor.eat_any(&["LOCK", "ANALYZE", "ANALYSE", "VACUUM", "REINDEX", "CLUSTER"]) else {
        return Vec::new();
    };
    if cursor.is_sign("(") && cursor.parens().is_err() {
        return Vec::new();
    }
    match verb {
        "LOCK" => drop(cursor.eat("TABLE")),
        "REINDEX" => {
            if cursor.eat_any(&["TABLE", "INDEX"]).is_none() {
                return Vec::new();
            }
            cursor.eat("CONCURRENTLY");
        }
        _ => while cursor.eat_any(&["FULL", "FREEZE", "VERBOSE", "ANALYZE", "ANALYSE"]).is_some() {},
    }
    let one = |cursor: &mut Cursor<'_>| {
        cursor.eat("ONLY");
        let name = cursor.qname()?;
        if cursor.is_sign("(") {
            cursor.parens()?;
        }
        cursor.eat_sign("*");
        Ok(name)
    };
    let found = cursor.list(one).unwrap_or_default();
    // `CLUSTER index ON table` is of former times.
    if cursor.is("ON") { Vec::new() } else { found }
}
