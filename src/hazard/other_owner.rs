//! # What it does
//! Finds a new table, view or type in a database whose tables belong to several roles.
//! # Why is this bad
//! What is made belongs to whoever runs the statement; the application's role then gets "permission denied" (42501).
//! # Example
//! `CREATE TABLE offer (…)` by `postgres` where the other tables belong to `app`

use std::collections::BTreeSet;

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::{Command, Table, Type};

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::Statement(statement) = subject else { return None };
    let name = match statement.command {
        Command::Table(Table::Create(create)) => &create.name,
        Command::Type(Type::CreateEnum { name, .. }) => name,
        _ => return None,
    };
    let owners: BTreeSet<String> =
        statement.before.tables().filter_map(|(_, table)| Some(table.owner.as_ref()?.to_string())).collect();
    if owners.len() < 2 || statement.session.role.is_some() {
        return None;
    }
    let owners: Vec<String> = owners.into_iter().collect();
    Some(Hazard {
        rewrites: false,
        code: "other-owner",
        severity: Severity::Warning,
        message: format!(
            "{name} will belong to whoever runs this, and the tables that are there belong to {}",
            owners.join(", ")
        ),
        safer: Some(format!("SET ROLE …; -- the application's, before; or ALTER … {name} OWNER TO …; after")),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::hazards;

    #[test]
    fn a_table_among_those_of_two_owners_is_found() {
        let schema = "CREATE TABLE a (); CREATE TABLE b (); ALTER TABLE a OWNER TO app; ALTER TABLE b OWNER TO dba";
        assert_eq!(hazards(schema, "CREATE TABLE c ()", "other-owner").len(), 1);
        assert!(
            hazards("CREATE TABLE a (); ALTER TABLE a OWNER TO app", "CREATE TABLE c ()", "other-owner").is_empty()
        );
    }
}
