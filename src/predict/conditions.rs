//! Statements whose outcome depends on rows, which no schema shows, or on the server.

use super::asked::{count, mentions};
use super::broken::Broken;
use super::fill::is_literal;
use super::fits::unfit;
use super::rows::Rows;
use super::{collations, rules, server};
use crate::catalog::object::{KeyRef, Rule};
use crate::catalog::{Catalog, Object, Oid, Session};
use crate::pg::command::{
    AlterAction, ColumnConstraint, ColumnDef, ColumnType, Command, ConstraintKind, DataVerb, ForeignKey, KeyOptions,
    Table,
};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::predict::refused::{Refused, refused};
use crate::source::Span;

/// One question to the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What must hold, one clause: `candidate.email holds no duplicates`.
    pub demand: String,
    /// The SQLSTATE if it does not hold; `None` where Python raises, or where it depends on the value.
    pub sqlstate: Option<&'static str>,
    /// A query that counts what breaks it; 0 is good. `None` where it cannot be asked before the run.
    pub query: Option<String>,
    /// What the database has answered, where it is broken.
    pub answer: Option<u64>,
    /// How it is broken.
    pub broken: Broken,
    /// The revision whose statement asks.
    pub revision: String,
    /// Its line.
    pub span: Option<Span>,
}

/// True for a column that every existing row would need a value for.
pub fn needs_value(column: &ColumnDef) -> bool {
    let not_null = column.constraints.iter().any(|constraint| matches!(constraint, ColumnConstraint::NotNull { .. }));
    let filled = matches!(column.ty, ColumnType::Serial(_))
        || column.constraints.iter().any(|constraint| {
            matches!(
                constraint,
                ColumnConstraint::Default(_) | ColumnConstraint::Identity(_) | ColumnConstraint::Generated { .. }
            )
        });
    not_null && !filled
}

/// True for a unique column that gives every existing row the same value.
fn is_unique_constant(column: &ColumnDef) -> bool {
    let unique = |constraint: &ColumnConstraint| match constraint {
        ColumnConstraint::Constraint(definition) => {
            matches!(definition.kind, ConstraintKind::Unique(_) | ConstraintKind::PrimaryKey(_))
        }
        _ => false,
    };
    let constant = |constraint: &ColumnConstraint| match constraint {
        ColumnConstraint::Default(Expr::Parsed(expr)) => is_literal(expr),
        _ => false,
    };
    column.constraints.iter().any(unique) && column.constraints.iter().any(constant)
}

/// What a statement demands of rows, given the catalog before it. The queries name tables as they are called before the run.
pub fn conditions(command: &Command, catalog: &Catalog, session: &Session, rows: &Rows) -> Vec<Condition> {
    let mut found = collations::conditions(command, catalog, session);
    found.extend(server::conditions(command, catalog, session));
    // A query that reads these tables, if they hold by then what they hold before the run.
    let mut push = |demand: String, sqlstate: Option<&'static str>, broken: Broken, query: Option<(String, &[Oid])>| {
        let query = query.filter(|(query, tables)| rows.can_be_asked(query, tables, catalog));
        let query = query.map(|(query, _)| query).filter(|query| !changes_what_it_reads(command, query));
        found.push(Condition { demand, sqlstate, query, answer: None, broken, revision: String::new(), span: None });
    };
    let asked =
        |table: Oid, written: &QName| rows.asked().and_then(|asked| asked.name(table)).unwrap_or(written.clone());
    match command {
        Command::Table(Table::Alter { name, actions, .. }) => {
            let Some(table) = catalog.resolve_relation(name, session) else { return found };
            if rows.is_empty(catalog, table) {
                return found;
            }
            let from = &asked(table, name);
            let null = |column: &Ident| (holds_no_null(name, column), Some("23502"), Broken::Null(column.clone()));
            for action in actions {
                match action {
                    AlterAction::AddColumn { column, if_not_exists: true }
                        if catalog.column(table, &column.name).is_some() => {}
                    AlterAction::AddColumn { column, .. } if needs_value(column) => {
                        let broken = Broken::Null(column.name.clone());
                        push(format!("{name} holds no row"), Some("23502"), broken, Some((count(from), &[table])));
                    }
                    AlterAction::AddColumn { column, .. } if is_unique_constant(column) => push(
                        format!("{name} holds at most one row"),
                        Some("23505"),
                        Broken::Duplicate,
                        Some((format!("SELECT greatest(count(*) - 1, 0) FROM {from}"), &[table])),
                    ),
                    AlterAction::SetNotNull { column, not_null: true } if !is_filled(catalog, table, column, rows) => {
                        let (demand, sqlstate, broken) = null(column);
                        push(demand, sqlstate, broken, Some((nulls(from, column), &[table])));
                    }
                    AlterAction::AddConstraint(constraint) if !constraint.not_valid && !constraint.not_enforced => {
                        match &constraint.kind {
                            ConstraintKind::Unique(key) | ConstraintKind::PrimaryKey(key)
                                if !key.columns.is_empty() =>
                            {
                                if matches!(constraint.kind, ConstraintKind::PrimaryKey(_)) {
                                    for column in &key.columns {
                                        if !is_filled(catalog, table, column, rows) {
                                            let (demand, sqlstate, broken) = null(column);
                                            push(demand, sqlstate, broken, Some((nulls(from, column), &[table])));
                                        }
                                    }
                                }
                                if !is_unique(catalog, table, key, rows) {
                                    let columns: Vec<String> = key.columns.iter().map(ToString::to_string).collect();
                                    push(
                                        format!("{name} holds no duplicates of ({})", list(&key.columns)),
                                        Some("23505"),
                                        Broken::Duplicate,
                                        Some((duplicates(from, &columns, key.nulls_not_distinct, None), &[table])),
                                    );
                                }
                            }
                            ConstraintKind::ForeignKey(key) if refers(catalog, session, table, key, rows) => {}
                            ConstraintKind::ForeignKey(key) => {
                                let Some(target) = catalog.resolve_relation(&key.table, session) else { continue };
                                let joined: Vec<String> = key
                                    .columns
                                    .iter()
                                    .zip(&referenced(catalog, target, key))
                                    .map(|(a, b)| format!("r.{b} = t.{a}"))
                                    .collect();
                                let filled: Vec<String> =
                                    key.columns.iter().map(|column| format!("t.{column} IS NOT NULL")).collect();
                                push(
                                format!("every {name}.({}) is in {}", list(&key.columns), key.table),
                                Some("23503"),
                                Broken::Orphan,
                                Some((
                                    format!(
                                        "SELECT count(*) FROM {from} t WHERE {} AND NOT EXISTS (SELECT 1 FROM {} r WHERE {})",
                                        filled.join(" AND "),
                                        asked(target, &key.table),
                                        joined.join(" AND ")
                                    ),
                                    &[table, target][..],
                                ))
                                // MATCH FULL refuses a part of a key, too.
                                .filter(|_| !joined.is_empty() && (key.matching.is_none() || key.columns.len() == 1)),
                            );
                            }
                            ConstraintKind::Check { expr, .. } if rows.facts().fulfils(catalog, table, expr) => {}
                            ConstraintKind::Check { expr, .. } => push(
                                format!("every row of {name} fulfils {expr}"),
                                Some("23514"),
                                Broken::Check,
                                Some((format!("SELECT count(*) FROM {from} WHERE NOT ({expr})"), &[table])),
                            ),
                            ConstraintKind::NotNull { column, .. } if !is_filled(catalog, table, column, rows) => {
                                let (demand, sqlstate, broken) = null(column);
                                push(demand, sqlstate, broken, Some((nulls(from, column), &[table])));
                            }
                            _ => {}
                        }
                    }
                    AlterAction::AlterType { column, .. } if is_null(catalog, table, column, rows) => {}
                    AlterAction::AlterType { column, ty, using, .. } => {
                        if let Refused::May(sqlstate) = refused(catalog, session, table, column, ty, using.as_ref()) {
                            let demand = format!("every value of {name}.{column} can become {}", ty.said());
                            match unfit(catalog, session, table, column, ty, using.as_ref()) {
                                Some((filter, message)) => {
                                    let query = format!("SELECT count(*) FROM {from} WHERE {filter}");
                                    push(demand, sqlstate, Broken::Message(message), Some((query, &[table])));
                                }
                                None => push(demand, sqlstate, Broken::Unknown, None),
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        Command::Data(data) if data.verb == DataVerb::Insert => {
            let table = data.table.as_ref().and_then(|table| catalog.resolve_relation(table, session));
            if let Some(name) = &data.table
                && let Some(message) = table.and_then(|table| catalog.refuses_rows_of(data, table))
                && !rows.changes_nothing(data, table, catalog, session)
            {
                let demand = format!("the query that fills {name} gives no row ({message})");
                push(demand, Some("23502"), Broken::Message(message), None);
            }
            found.extend(rules::conditions(data, catalog, session, rows));
        }
        Command::Data(data) => found.extend(rules::conditions(data, catalog, session, rows)),
        Command::CreateIndex(index) if index.unique => {
            let Some(table) = catalog.resolve_relation(&index.table, session) else { return found };
            let is_there = || {
                let schema = catalog.get(catalog.schema_of(table)?)?;
                let Object::Schema(schema) = schema else { return None };
                catalog.relation(&schema.name, index.name.as_ref()?)
            };
            if rows.is_empty(catalog, table) || index.if_not_exists && is_there().is_some() {
                return found;
            }
            let columns: Option<Vec<Ident>> = index
                .keys
                .iter()
                .map(|key| match &key.target {
                    crate::pg::command::KeyTarget::Column(column) => Some(column.clone()),
                    crate::pg::command::KeyTarget::Expr(_) => None,
                })
                .collect();
            let key = KeyOptions {
                columns: columns.clone().unwrap_or_default(),
                nulls_not_distinct: index.nulls_not_distinct,
                ..KeyOptions::default()
            };
            if columns.is_some() && is_unique(catalog, table, &key, rows) {
                return found;
            }
            let read: Vec<String> = index
                .keys
                .iter()
                .map(|key| match &key.target {
                    crate::pg::command::KeyTarget::Column(column) => column.to_string(),
                    crate::pg::command::KeyTarget::Expr(expr) => format!("({expr})"),
                })
                .collect();
            let from = asked(table, &index.table);
            let query = duplicates(&from, &read, index.nulls_not_distinct, index.predicate.as_ref());
            let demand = format!("{} holds no duplicates of the index's key", index.table);
            push(demand, Some("23505"), Broken::Duplicate, Some((query, &[table])));
        }
        _ => {}
    }
    found
}

/// One ALTER TABLE may drop a column and make another one of its name before it looks at rows.
fn changes_what_it_reads(command: &Command, query: &str) -> bool {
    let Command::Table(Table::Alter { actions, .. }) = command else { return false };
    actions.len() > 1
        && actions.iter().any(|action| match action {
            AlterAction::AddColumn { column, .. } => mentions(query, &column.name),
            AlterAction::DropColumn { name, .. } => mentions(query, name),
            AlterAction::AlterType { column, .. } => mentions(query, column),
            _ => false,
        })
}

fn is_filled(catalog: &Catalog, table: Oid, column: &Ident, rows: &Rows) -> bool {
    catalog.column(table, column).is_some_and(|column| rows.is_filled(catalog, column))
}

fn is_null(catalog: &Catalog, table: Oid, column: &Ident, rows: &Rows) -> bool {
    catalog.column(table, column).is_some_and(|column| rows.is_null(column))
}

/// No two rows can have the same key: a part of it is unique already, or one of its columns is NULL in every row.
fn is_unique(catalog: &Catalog, table: Oid, key: &KeyOptions, rows: &Rows) -> bool {
    let columns: Vec<Oid> = key.columns.iter().filter_map(|column| catalog.column(table, column)).collect();
    if !key.nulls_not_distinct && columns.iter().any(|column| rows.is_null(*column)) {
        return true;
    }
    if rows.facts().is_unique(table, &columns, key.nulls_not_distinct) {
        return true;
    }
    catalog.indexes(table).iter().any(|(oid, index)| {
        let part =
            index.keys.iter().all(|key| matches!(&key.target, KeyRef::Column(column) if columns.contains(column)));
        // NULLs are distinct in the one and may be equal in the other.
        let nulls = !key.nulls_not_distinct || index.nulls_not_distinct;
        index.unique && part && nulls && index.predicate.is_none() && catalog.presence(*oid).is_none()
    })
}

/// Every row refers to one that is there: a constraint says so already, or there is nothing to refer with.
fn refers(catalog: &Catalog, session: &Session, table: Oid, key: &ForeignKey, rows: &Rows) -> bool {
    let columns: Vec<Oid> = key.columns.iter().filter_map(|column| catalog.column(table, column)).collect();
    if key.matching.is_none() && columns.iter().any(|column| rows.is_null(*column)) {
        return true;
    }
    let Some(target) = catalog.resolve_relation(&key.table, session) else { return false };
    let wanted = referenced(catalog, target, key);
    let target_columns: Vec<Oid> = wanted.iter().filter_map(|column| catalog.column(target, column)).collect();
    // Every row refers to itself.
    if target == table && columns == target_columns {
        return true;
    }
    if key.matching.is_none() && rows.facts().refers(table, &columns, target, &target_columns) {
        return true;
    }
    catalog.constraints(table).iter().any(|(oid, constraint)| match &constraint.rule {
        Rule::ForeignKey { columns: there, table: to, referenced, .. } => {
            constraint.validated
                && *to == target
                && *there == columns
                && names(catalog, referenced) == wanted
                && catalog.presence(*oid).is_none()
        }
        _ => false,
    })
}

fn names(catalog: &Catalog, columns: &[Oid]) -> Vec<Ident> {
    columns.iter().filter_map(|column| Some(catalog.column_of(*column)?.name.clone())).collect()
}

/// The columns that a foreign key refers to: those of the primary key where it names none.
fn referenced(catalog: &Catalog, target: Oid, key: &ForeignKey) -> Vec<Ident> {
    match catalog.primary_key(target).map(|(_, constraint)| &constraint.rule) {
        Some(Rule::PrimaryKey { columns, .. }) if key.referenced.is_empty() => names(catalog, columns),
        _ => key.referenced.clone(),
    }
}

fn holds_no_null(table: &QName, column: &Ident) -> String {
    format!("{table}.{column} holds no NULL")
}

fn nulls(table: &QName, column: &Ident) -> String {
    format!("SELECT count(*) FROM {table} WHERE {column} IS NULL")
}

fn list(columns: &[Ident]) -> String {
    columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Counts the rows whose key another row has already; NULLs are distinct unless the key says otherwise.
fn duplicates(table: &QName, keys: &[String], nulls_not_distinct: bool, predicate: Option<&Expr>) -> String {
    let filled = keys.iter().filter(|_| !nulls_not_distinct).map(|key| format!("{key} IS NOT NULL"));
    let conditions: Vec<String> = filled.chain(predicate.map(|expr| format!("({expr})"))).collect();
    let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let keys = keys.join(", ");
    format!("SELECT count(*) - count(DISTINCT ROW({keys})) FROM {table}{filter}")
}
