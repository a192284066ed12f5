//! Statements whose outcome depends on rows, which no schema shows.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Object, Oid, Session};
use crate::pg::command::{
    AlterAction, ColumnConstraint, ColumnDef, ColumnType, Command, ConstraintKind, DataVerb, Table,
};
use crate::pg::ident::{Ident, QName};
use crate::predict::conversion::{Conversion, of_column};
use crate::source::Span;

/// One question to the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What must hold, one clause: `candidate.email holds no duplicates`.
    pub demand: String,
    /// The SQLSTATE if it does not hold; `None` where Python raises.
    pub sqlstate: Option<&'static str>,
    /// A query that counts what breaks it; 0 is good. `None` where it cannot be asked before the run.
    pub query: Option<String>,
    /// The revision whose statement asks.
    pub revision: String,
    /// Its line.
    pub span: Option<Span>,
}

/// What is known of the rows of the tables.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Row counts per table, where the dump holds data.
    pub counted: Option<BTreeMap<QName, u64>>,
    /// Tables that this run made.
    made: BTreeSet<Oid>,
    /// Of those, the ones that it wrote to.
    written: BTreeSet<Oid>,
}

impl Rows {
    /// What a dump tells.
    pub fn new(counted: Option<BTreeMap<QName, u64>>) -> Rows {
        Rows { counted, ..Rows::default() }
    }

    /// True if the table is known to hold no row.
    fn empty(&self, catalog: &Catalog, table: Oid) -> bool {
        if self.written.contains(&table) {
            return false;
        }
        let counted = || {
            let name = catalog.qname(table)?;
            self.counted.as_ref().map(|counted| counted.get(&name) == Some(&0))
        };
        self.made.contains(&table) || counted().unwrap_or(false)
    }

    /// Follows a statement that ran; the catalog is the one after it.
    pub fn follow(&mut self, command: &Command, catalog: &Catalog, session: &Session) {
        match command {
            Command::Table(Table::Create(create)) if create.query.is_none() => {
                self.made.extend(catalog.resolve_relation(&create.name, session));
            }
            Command::Data(data) if matches!(data.verb, DataVerb::Insert | DataVerb::Merge | DataVerb::Copy) => {
                self.written.extend(data.table.as_ref().and_then(|table| catalog.resolve_relation(table, session)));
            }
            _ => {}
        }
    }
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

/// What a statement demands of rows, given the catalog before it.
pub fn conditions(command: &Command, catalog: &Catalog, session: &Session, rows: &Rows) -> Vec<Condition> {
    let mut found = Vec::new();
    let mut push = |demand: String, sqlstate, query| {
        found.push(Condition { demand, sqlstate: Some(sqlstate), query, revision: String::new(), span: None });
    };
    match command {
        Command::Table(Table::Alter { name, actions, .. }) => {
            let Some(table) = catalog.resolve_relation(name, session) else { return found };
            if rows.empty(catalog, table) {
                return found;
            }
            for action in actions {
                match action {
                    AlterAction::AddColumn { column, .. } if needs_value(column) => {
                        push(format!("{name} holds no row"), "23502", Some(format!("SELECT count(*) FROM {name}")));
                    }
                    AlterAction::SetNotNull { column, not_null: true } if !is_not_null(catalog, table, column) => push(
                        format!("{name}.{column} holds no NULL"),
                        "23502",
                        Some(format!("SELECT count(*) FROM {name} WHERE {column} IS NULL")),
                    ),
                    AlterAction::AddConstraint(constraint) if !constraint.not_valid => match &constraint.kind {
                        ConstraintKind::Unique(key) | ConstraintKind::PrimaryKey(key) if !key.columns.is_empty() => {
                            push(
                                format!("{name} holds no duplicates of ({})", list(&key.columns)),
                                "23505",
                                Some(duplicates(name, &key.columns)),
                            );
                        }
                        ConstraintKind::ForeignKey(key) if !key.referenced.is_empty() => {
                            let joined: Vec<String> = key
                                .columns
                                .iter()
                                .zip(&key.referenced)
                                .map(|(a, b)| format!("r.{b} = t.{a}"))
                                .collect();
                            let filled: Vec<String> =
                                key.columns.iter().map(|column| format!("t.{column} IS NOT NULL")).collect();
                            push(
                                format!("every {name}.({}) is in {}", list(&key.columns), key.table),
                                "23503",
                                Some(format!(
                                    "SELECT count(*) FROM {name} t WHERE {} AND NOT EXISTS (SELECT FROM {} r WHERE {})",
                                    filled.join(" AND "),
                                    key.table,
                                    joined.join(" AND ")
                                )),
                            );
                        }
                        ConstraintKind::Check { expr, .. } => push(
                            format!("every row of {name} fulfils {expr}"),
                            "23514",
                            Some(format!("SELECT count(*) FROM {name} WHERE NOT ({expr})")),
                        ),
                        ConstraintKind::NotNull { column, .. } => push(
                            format!("{name}.{column} holds no NULL"),
                            "23502",
                            Some(format!("SELECT count(*) FROM {name} WHERE {column} IS NULL")),
                        ),
                        _ => {}
                    },
                    AlterAction::AlterType { column, ty, .. } => {
                        if let Conversion::Lossy(why) = of_column(catalog, session, name, column, ty) {
                            push(format!("every value of {name}.{column} can become {ty} ({why})"), "22P02", None);
                        }
                    }
                    _ => {}
                }
            }
        }
        Command::CreateIndex(index) if index.unique => {
            let Some(table) = catalog.resolve_relation(&index.table, session) else { return found };
            if rows.empty(catalog, table) {
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
            let query = columns.filter(|_| index.predicate.is_none()).map(|columns| duplicates(&index.table, &columns));
            push(format!("{} holds no duplicates of the index's key", index.table), "23505", query);
        }
        _ => {}
    }
    found
}

fn is_not_null(catalog: &Catalog, table: Oid, column: &Ident) -> bool {
    let column = catalog.column(table, column).and_then(|column| catalog.get(column));
    matches!(column, Some(Object::Column(column)) if column.not_null)
}

fn list(columns: &[Ident]) -> String {
    columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn duplicates(table: &QName, columns: &[Ident]) -> String {
    let columns_list = list(columns);
    let filled: Vec<String> = columns.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    format!(
        "SELECT count(*) FROM (SELECT FROM {table} WHERE {} GROUP BY {columns_list} HAVING count(*) > 1) AS duplicates",
        filled.join(" AND ")
    )
}
