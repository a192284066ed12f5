//! Invalid indexes: a failed `CREATE INDEX CONCURRENTLY` leaves one, which takes the name and serves nobody.

use super::fix::{FixStep, Origin};
use crate::catalog::{Catalog, Object};
use crate::pg::command::Command;

/// The statements that drop the invalid indexes of a database. Their files look again whether the index is invalid.
pub fn prepare(actual: &Catalog) -> Vec<FixStep> {
    let invalid = actual.iter().filter(|(_, entry)| matches!(&*entry.object, Object::Index(index) if !index.valid));
    let step = |name| FixStep {
        command: Command::DropIndex {
            names: vec![name],
            if_exists: false,
            behavior: Default::default(),
            concurrently: false,
        },
        origin: Origin::InvalidIndex,
        makes: Vec::new(),
    };
    invalid.filter_map(|(oid, _)| actual.qname(oid)).map(step).collect()
}
