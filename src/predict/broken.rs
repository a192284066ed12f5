//! What PostgreSQL says where rows break what a statement demands. Checked on real servers by `tests/oracle/test_answers.py`.

use super::condition::Condition;
use crate::catalog::object::Rule;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::Command;
use crate::pg::error::{PgError, SqlState};
use crate::pg::ident::Ident;

/// How a demand is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Rows without a value in a column.
    Null(Ident),
    /// Rows with the same key.
    Duplicate,
    /// Rows that refer to none.
    Orphan,
    /// Rows that a CHECK refuses.
    Check,
    /// The message is always the same.
    Message(String),
    /// The message depends on values, or Python raises.
    Unknown,
}

/// The error of a statement, on `table` where it is one on rows, that this condition stops; `None` where not even the SQLSTATE is known.
pub fn error(
    condition: &Condition,
    table: Option<Oid>,
    command: &Command,
    catalog: &Catalog,
    session: &Session,
) -> Option<PgError> {
    let sqlstate = SqlState(condition.sqlstate?);
    if let Broken::Message(message) = &condition.broken {
        return Some(PgError::new(sqlstate, message.clone()));
    }
    let table = table?;
    let mut after = catalog.clone();
    // What it makes has its name afterwards, also where nobody wrote one.
    let _ = after.execute(command, &mut session.clone());
    let name = catalog.qname(table)?.name;
    let name = name.as_str();
    // Of a partitioned table the partition is named in which the row was found.
    let is_alone = catalog.descendants(table).is_empty();
    let message = match &condition.broken {
        Broken::Null(column) if is_alone => {
            Some(format!("column \"{}\" of relation \"{name}\" contains null values", column.as_str()))
        }
        Broken::Duplicate if is_alone => {
            made_index(table, catalog, &after).map(|index| format!("could not create unique index \"{index}\""))
        }
        Broken::Orphan if is_alone => {
            made_constraint(table, catalog, &after, |rule| matches!(rule, Rule::ForeignKey { .. })).map(|constraint| {
                format!("insert or update on table \"{name}\" violates foreign key constraint \"{constraint}\"")
            })
        }
        Broken::Check if is_alone => made_constraint(table, catalog, &after, |rule| matches!(rule, Rule::Check { .. }))
            .map(|constraint| {
                format!("check constraint \"{constraint}\" of relation \"{name}\" is violated by some row")
            }),
        Broken::Null(_) | Broken::Duplicate | Broken::Orphan | Broken::Check | Broken::Message(_) | Broken::Unknown => {
            None
        }
    };
    Some(PgError::new(sqlstate, message.unwrap_or_else(|| format!("it does not hold that {}", condition.demand))))
}

/// The only one that there was not before.
fn only<T>(mut new: impl Iterator<Item = T>) -> Option<T> {
    let first = new.next();
    if new.next().is_none() { first } else { None }
}

fn made_index(table: Oid, before: &Catalog, after: &Catalog) -> Option<String> {
    let new = after.indexes(table).into_iter().filter(|(oid, index)| index.unique && before.get(*oid).is_none());
    only(new).map(|(_, index)| index.name.as_str().to_string())
}

fn made_constraint(table: Oid, before: &Catalog, after: &Catalog, is: impl Fn(&Rule) -> bool) -> Option<String> {
    let new = after.constraints(table).into_iter();
    only(new.filter(|(oid, constraint)| is(&constraint.rule) && before.get(*oid).is_none()))
        .map(|(_, constraint)| constraint.name.as_str().to_string())
}
