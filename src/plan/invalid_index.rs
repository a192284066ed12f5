//! Invalid indexes: a failed `CREATE INDEX CONCURRENTLY` leaves one, which takes the name and serves nobody.

use super::Case;
use super::fix::{FixStep, Origin};
use crate::catalog::Object;
use crate::pg::command::{Behavior, Command};

/// The statements that drop those whose names revisions give to indexes of the same tables. Others are not the project's. The script looks
/// again whether they are invalid.
pub fn prepare(case: &Case<'_>) -> Vec<FixStep> {
    let invalid = case.actual.iter().filter_map(|(oid, entry)| match &*entry.object {
        Object::Index(index) if !index.valid => {
            let id = case.actual.id(oid)?;
            case.timelines.by_object.contains_key(&id).then_some(case.actual.qname(oid)?)
        }
        _ => None,
    });
    let step = |name| FixStep {
        command: Command::DropIndex {
            names: vec![name],
            if_exists: false,
            behavior: Behavior::default(),
            concurrently: false,
        },
        origin: Origin::InvalidIndex,
        makes: Vec::new(),
    };
    invalid.map(step).collect()
}
