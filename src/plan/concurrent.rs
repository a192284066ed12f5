//! Indexes of a fix that can be built before it without keeping writers out (`--concurrently`).
//!
//! `CREATE INDEX CONCURRENTLY` cannot stand in a transaction (25001), so these go into a file of their own, `indexes.sql`, which is run
//! before `fix.sql`; the fix then asserts that they are there, as they should be, and valid.

use super::FixStep;
use crate::catalog::object::Object;
use crate::catalog::{Catalog, Session};
use crate::pg::command::{Command, CreateIndex};

/// The steps with those indexes in front that stand on what is there before the fix. A unique index stays where it is: a step before
/// it may make its values unique.
pub fn first(steps: Vec<FixStep>, start: &Catalog, session: &Session) -> Vec<FixStep> {
    let mut built = Vec::new();
    let mut others = Vec::new();
    for step in steps {
        match &step.command {
            Command::CreateIndex(index) => match alone(index, start, session) {
                Some(index) => built.push(FixStep { command: Command::CreateIndex(index), ..step }),
                None => others.push(step),
            },
            _ => others.push(step),
        }
    }
    built.extend(others);
    built
}

/// The index as it can be built on the database as it is.
fn alone(index: &CreateIndex, start: &Catalog, session: &Session) -> Option<CreateIndex> {
    let table = start.resolve_relation(&index.table, session)?;
    let plain = matches!(start.get(table), Some(Object::Table(table)) if table.partition_by.is_none());
    if index.unique || index.name.is_none() || !plain {
        return None;
    }
    let table = start.qname(table)?;
    // Without a condition: what stands under its name already must stop it (42P07), not be taken for it.
    let index = CreateIndex { concurrently: true, if_not_exists: false, table, ..index.clone() };
    let mut tried = start.clone();
    tried.execute(&Command::CreateIndex(index.clone()), &mut session.clone()).ok()?;
    Some(index)
}
