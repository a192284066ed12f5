//! `CREATE TABLE` with what belongs to it, `DROP TABLE`, `ADD COLUMN`, comments: the sequences that Alembic's `DefaultImpl`
//! and `toimpl` send.

use std::rc::Rc;

use super::super::names::{Name, qname, qualified_sql, string_literal};
use super::super::schema::{Column, Constraint, ConstraintKind, Table, constraint::ConstraintName};
use super::super::{Known, seam};
use super::options::{flag, option, storage_parameters, storage_sql};
use super::{Statement, column, constraint, index, named_type, or_opaque};
use crate::alembic::eval::{Eval, Vm};
use crate::alembic::sqlalchemy::Obstacle;
use crate::pg::command::{
    AlterAction, Behavior, ColumnConstraint, Command, Comment, CommentTarget, ConstraintDef, ConstraintKind as Kind,
    CreateTable, KeyOptions, Kind as ObjectKind, Table as TableCommand,
};
use crate::pg::error::Reason;
use crate::pg::ident::QName;

/// All that `op.create_table` sends: types, the table, its indexes, comments (`DefaultImpl.create_table`).
pub fn create(vm: &mut Vm, table: &Rc<Table>, if_not_exists: bool) -> Eval<Vec<Statement>> {
    let mut statements = named_type::before_create(vm, table, false)?;
    statements.push(create_alone(vm, table, if_not_exists)?);
    let indexes = table.indexes.borrow().clone();
    for own in indexes {
        statements.push(index::create(vm, &own, false)?);
    }
    statements.extend(comments(table));
    Ok(statements)
}

/// All that `Table.create(checkfirst=…)` sends (`SchemaGenerator.visit_table`): like `op.create_table`, but with `checkfirst`
/// the types are asked for, not remembered.
pub fn create_checked(vm: &mut Vm, table: &Rc<Table>, check: bool) -> Eval<Vec<Statement>> {
    let mut statements = named_type::before_create(vm, table, check)?;
    statements.push(create_alone(vm, table, false)?);
    statements.extend(comments(table));
    let indexes = table.indexes.borrow().clone();
    for own in indexes {
        statements.push(index::create(vm, &own, false)?);
    }
    Ok(statements)
}

/// `CREATE TABLE` alone.
pub fn create_alone(vm: &mut Vm, table: &Rc<Table>, if_not_exists: bool) -> Eval<Statement> {
    match compile_create(vm, table, if_not_exists) {
        Ok(statement) => Ok(statement),
        Err(Obstacle::Raise(raise)) => Err(raise),
        Err(Obstacle::Unknown(reason)) => {
            let shown = qualified_sql(table.schema().as_ref(), &table.name());
            let create = open_table(qualified(table), if_not_exists, &reason);
            Ok(Statement::new(
                Command::Table(TableCommand::Create(Box::new(create))),
                format!("-- CREATE TABLE {shown} (…)"),
            ))
        }
    }
}

/// A table with a part that is not known is there all the same: an open one, as after `AS SELECT`.
fn open_table(name: QName, if_not_exists: bool, why: &Reason) -> CreateTable {
    CreateTable { if_not_exists, query: Some(format!("-- {why}")), ..CreateTable::new(name) }
}

fn qualified(table: &Table) -> QName {
    qname(table.schema().as_ref(), &table.name())
}

fn compile_create(vm: &mut Vm, table: &Rc<Table>, if_not_exists: bool) -> Known<Statement> {
    if let Some(reason) = &*table.unknown.borrow() {
        return Err(reason.clone().into());
    }
    let mut columns = Vec::new();
    let mut lines = Vec::new();
    let own_columns = table.columns.borrow().clone();
    for own in own_columns {
        if own.state.borrow().system {
            continue;
        }
        let (definition, text) = column::specification(vm, table, &own)?;
        columns.push(definition);
        lines.push(text);
    }
    let mut constraints = Vec::new();
    for own in sorted_constraints(table) {
        let deferred = match &own.state.borrow().kind {
            ConstraintKind::ForeignKey { elements, .. } => elements.iter().any(|element| element.use_alter),
            _ => false,
        };
        if deferred {
            continue;
        }
        if let Some((definition, text)) = constraint::definition(vm, table, &own)? {
            constraints.push(definition);
            lines.push(text);
        }
    }
    let prefix: Vec<String> = table.prefixes.iter().map(|prefix| prefix.to_ascii_uppercase()).collect();
    let shown_prefix: String = table.prefixes.iter().map(|prefix| format!("{prefix} ")).collect();
    let suffix = table_suffix(table)?;
    let mut sql = format!(
        "CREATE {shown_prefix}TABLE {}{} (",
        if if_not_exists { "IF NOT EXISTS " } else { "" },
        qualified_sql(table.schema().as_ref(), &table.name())
    );
    let body: Vec<String> = lines.iter().map(|line| format!("\n\t{line}")).collect();
    sql.push_str(&body.join(", "));
    sql.push_str(&format!("\n){}", suffix.text));
    let command = CreateTable {
        name: qualified(table),
        if_not_exists,
        temporary: prefix.iter().any(|prefix| prefix.contains("TEMP")),
        unlogged: prefix.iter().any(|prefix| prefix.contains("UNLOGGED")),
        columns,
        constraints,
        inherits: suffix.inherits,
        partition_by: suffix.partition_by,
        partition_of: None,
        like: None,
        query: None,
        suffix: suffix.rest,
    };
    Ok(Statement::new(Command::Table(TableCommand::Create(Box::new(command))), sql))
}

/// The primary key first, then in the order of creation (`create_table_constraints`).
fn sorted_constraints(table: &Table) -> Vec<Rc<Constraint>> {
    let mut constraints = table.constraints.borrow().clone();
    constraints.sort_by_key(|constraint| {
        let state = constraint.state.borrow();
        (!matches!(state.kind, ConstraintKind::PrimaryKey { .. }), state.order)
    });
    constraints
}

struct Suffix {
    text: String,
    inherits: Vec<QName>,
    partition_by: Option<String>,
    rest: String,
}

/// `post_create_table`
fn table_suffix(table: &Table) -> Known<Suffix> {
    let options = &table.options;
    let mut suffix = Suffix { text: String::new(), inherits: Vec::new(), partition_by: None, rest: String::new() };
    if let Some(value) = option(options, "inherits") {
        let names = seam::names(value, "postgresql_inherits")?;
        let shown: Vec<String> = names.iter().map(Name::sql).collect();
        suffix.text.push_str(&format!("\n INHERITS ({})", shown.join(", ")));
        suffix.inherits = names.iter().map(|name| qname(None, name)).collect();
    }
    if let Some(value) = option(options, "partition_by") {
        let by = seam::text(value, "postgresql_partition_by")?;
        suffix.text.push_str(&format!("\n PARTITION BY {by}"));
        suffix.partition_by = Some(by.to_string());
    }
    let mut rest = Vec::new();
    if let Some(value) = option(options, "using") {
        rest.push(format!("USING {}", seam::text(value, "postgresql_using")?));
    }
    if let Some(value) = option(options, "with") {
        rest.push(format!("WITH ({})", storage_sql(&storage_parameters(value)?)));
    }
    match flag(options, "with_oids")? {
        Some(true) => rest.push("WITH OIDS".into()),
        Some(false) => rest.push("WITHOUT OIDS".into()),
        None => {}
    }
    if let Some(value) = option(options, "on_commit") {
        let words = seam::text(value, "postgresql_on_commit")?.replace('_', " ").to_uppercase();
        rest.push(format!("ON COMMIT {words}"));
    }
    if let Some(value) = option(options, "tablespace") {
        rest.push(format!("TABLESPACE {}", super::super::names::name(value)?.sql()));
    }
    for words in &rest {
        suffix.text.push_str(&format!("\n {words}"));
    }
    suffix.rest = rest.join(" ");
    Ok(suffix)
}

/// `COMMENT ON TABLE` and `COMMENT ON COLUMN` behind `CREATE TABLE`.
pub fn comments(table: &Table) -> Vec<Statement> {
    let mut statements = Vec::new();
    if let Some(comment) = &*table.comment.borrow() {
        statements.push(table_comment(table.schema().as_ref(), &table.name(), Some(comment)));
    }
    for own in table.columns.borrow().iter() {
        let comment = own.state.borrow().comment.clone();
        if let Some(comment) = comment {
            statements.push(column_comment(table.schema().as_ref(), &table.name(), &own.name(), Some(&comment)));
        }
    }
    statements
}

/// `COMMENT ON TABLE t IS 'text'`
pub fn table_comment(schema: Option<&Name>, table: &Name, comment: Option<&str>) -> Statement {
    let shown = comment.map_or_else(|| "NULL".to_string(), string_literal);
    let sql = format!("COMMENT ON TABLE {} IS {shown}", qualified_sql(schema, table));
    let target = CommentTarget::Object(ObjectKind::Table, qname(schema, table));
    Statement::new(Command::Comment(Comment { target, text: text(comment) }), sql)
}

/// `COMMENT ON COLUMN t.a IS 'text'`
pub fn column_comment(schema: Option<&Name>, table: &Name, column: &Name, comment: Option<&str>) -> Statement {
    let shown = comment.map_or_else(|| "NULL".to_string(), string_literal);
    let sql = format!("COMMENT ON COLUMN {}.{} IS {shown}", qualified_sql(schema, table), column.sql());
    let target = CommentTarget::Column(qname(schema, table), column.ident());
    Statement::new(Command::Comment(Comment { target, text: text(comment) }), sql)
}

/// PostgreSQL removes a comment that is set to an empty text.
fn text(comment: Option<&str>) -> Option<String> {
    comment.filter(|comment| !comment.is_empty()).map(str::to_string)
}

/// `DROP TABLE`
pub fn drop(schema: Option<&Name>, table: &Name, if_exists: bool) -> Statement {
    let words = if if_exists { "IF EXISTS " } else { "" };
    let sql = format!("DROP TABLE {words}{}", qualified_sql(schema, table));
    let command = TableCommand::Drop { names: vec![qname(schema, table)], if_exists, behavior: Behavior::Restrict };
    Statement::new(Command::Table(command), sql)
}

/// The arguments of `op.add_column` besides the column.
#[derive(Clone, Copy, Debug, Default)]
pub struct AddColumn {
    /// `if_not_exists`
    pub if_not_exists: bool,
    /// `inline_references`
    pub inline_references: bool,
    /// `inline_primary_key`
    pub inline_primary_key: bool,
}

/// All that `op.add_column` sends for the one column of `table`, which is the table that Alembic makes for the operation:
/// the column, its constraints but for the primary key, its indexes, its comment (`toimpl.add_column`).
pub fn add_column(vm: &mut Vm, table: &Rc<Table>, own: &Rc<Column>, options: AddColumn) -> Eval<Vec<Statement>> {
    let known = compile_add_column(vm, table, own, options);
    let shown = format!("ALTER TABLE {} ADD COLUMN {}", table.name().sql(), own.name().sql());
    let mut statements = vec![or_opaque(known, &shown, vec![qualified(table)])?];
    let constraints = table.constraints.borrow().clone();
    for constraint in constraints {
        let skip = match &constraint.state.borrow().kind {
            ConstraintKind::PrimaryKey { .. } => true,
            ConstraintKind::ForeignKey { columns, .. } => options.inline_references && columns.len() == 1,
            _ => false,
        };
        if !skip {
            statements.extend(constraint::add(vm, &constraint)?);
        }
    }
    let indexes = table.indexes.borrow().clone();
    for own in indexes {
        statements.push(index::create(vm, &own, false)?);
    }
    let comment = own.state.borrow().comment.clone();
    if let Some(comment) = comment {
        statements.push(column_comment(table.schema().as_ref(), &table.name(), &own.name(), Some(&comment)));
    }
    Ok(statements)
}

fn compile_add_column(vm: &mut Vm, table: &Rc<Table>, own: &Rc<Column>, options: AddColumn) -> Known<Statement> {
    let (mut definition, mut text) = column::specification(vm, table, own)?;
    let mut inline = Vec::new();
    if options.inline_primary_key && own.state.borrow().primary_key {
        text.push_str(" PRIMARY KEY");
        let columns = vec![own.name().ident()];
        inline.push(unnamed(Kind::PrimaryKey(KeyOptions { columns, ..KeyOptions::default() })));
    }
    if options.inline_references
        && let Some((reference, words)) = inline_reference(vm, table)?
    {
        text.push_str(&words);
        inline.push(reference);
    }
    definition.constraints.extend(inline.into_iter().map(ColumnConstraint::Constraint));
    let sql = format!(
        "ALTER TABLE {} ADD COLUMN {}{text}",
        qualified_sql(table.schema().as_ref(), &table.name()),
        if options.if_not_exists { "IF NOT EXISTS " } else { "" },
    );
    let action = AlterAction::AddColumn { column: definition, if_not_exists: options.if_not_exists };
    Ok(Statement::new(constraint::alter(table, action), sql))
}

fn unnamed(kind: Kind) -> ConstraintDef {
    ConstraintDef { name: None, kind, deferrable: None, not_valid: false, not_enforced: false }
}

/// `REFERENCES …` behind the column: a foreign key of the column without its name.
fn inline_reference(vm: &mut Vm, table: &Rc<Table>) -> Known<Option<(ConstraintDef, String)>> {
    let found = table.constraints.borrow().iter().find_map(|constraint| {
        let state = constraint.state.borrow();
        let is_single = matches!(&state.kind, ConstraintKind::ForeignKey { columns, .. } if columns.len() == 1);
        is_single.then(|| constraint.clone())
    });
    let Some(found) = found else { return Ok(None) };
    let bare = found.copy();
    bare.state.borrow_mut().name = ConstraintName::None;
    let Some((definition, text)) = constraint::definition(vm, table, &bare)? else { return Ok(None) };
    match text.find(" REFERENCES ") {
        Some(at) => Ok(Some((definition, text[at..].to_string()))),
        None => Err(Reason::new("foreign-key", "a reference that cannot be written inline").into()),
    }
}
