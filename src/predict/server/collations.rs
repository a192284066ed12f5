//! Collations that a statement names and that the server may have or not: `pg_collation` tells.

use crate::catalog::{Catalog, Session};
use crate::pg::command::{AlterAction, Collation, ColumnDef, Command, Table, Type};
use crate::pg::error::sqlstate;
use crate::pg::ident::QName;
use crate::pg::lex;
use crate::predict::broken::Broken;
use crate::predict::condition::Condition;

/// One question for each collation of which it is not known whether it is there.
pub(super) fn demanded(command: &Command, catalog: &Catalog, session: &Session) -> Vec<Condition> {
    let mut asked: Vec<QName> = Vec::new();
    for name in named(command, catalog, session) {
        // Of a schema of this database's nobody but its statements makes one.
        let of_system = name.schema.as_ref().is_none_or(|schema| schema.as_str() == "pg_catalog");
        if of_system && !catalog.has_collation(&name, session) && !asked.contains(&name) {
            asked.push(name);
        }
    }
    let condition = |name: QName| {
        let broken = Broken::Message(Catalog::no_collation(&name).message);
        let demand = format!("the server has the collation {name}");
        super::condition(demand, Some(sqlstate::UNDEFINED_OBJECT.0), broken, query(&name))
    };
    asked.into_iter().map(condition).collect()
}

/// 1 where it is not there; one of another encoding is not found either.
fn query(name: &QName) -> String {
    format!(
        "SELECT count(*) FROM (SELECT 1) AS one WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_collation WHERE collname = {} AND \
         collencoding IN (-1, pg_catalog.pg_char_to_encoding(pg_catalog.getdatabaseencoding())))",
        lex::literal(name.name.as_str())
    )
}

fn named(command: &Command, catalog: &Catalog, session: &Session) -> Vec<QName> {
    let of = |collation: Option<&Collation>| match collation {
        Some(Collation::Named(name)) => Some(name.clone()),
        Some(Collation::Unknown(_)) | None => None,
    };
    let of_column = |column: &ColumnDef| of(column.collation.as_ref());
    match command {
        Command::Table(Table::Create(create)) => {
            let passed_over = create.if_not_exists && catalog.resolve_relation(&create.name, session).is_some();
            create.columns.iter().filter(|_| !passed_over).filter_map(of_column).collect()
        }
        Command::Table(Table::Alter { name, actions, .. }) => {
            let table = catalog.resolve_relation(name, session);
            let is_there =
                |column: &ColumnDef| table.is_some_and(|table| catalog.column(table, &column.name).is_some());
            let action = |action: &AlterAction| match action {
                AlterAction::AddColumn { column, if_not_exists } if !(*if_not_exists && is_there(column)) => {
                    of_column(column)
                }
                AlterAction::AlterType { collation, .. } => of(collation.as_ref()),
                _ => None,
            };
            actions.iter().filter_map(action).collect()
        }
        Command::CreateIndex(index) => index.keys.iter().filter_map(|key| key.collation.clone()).collect(),
        Command::Type(Type::CreateDomain { collation, .. }) => collation.iter().cloned().collect(),
        _ => Vec::new(),
    }
}
