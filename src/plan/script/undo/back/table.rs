//! Tables.

use super::{Part, Place, parameters};
use crate::catalog::Oid;
use crate::catalog::object::Table;
use crate::pg::command::{AlterAction, Partition};
use crate::pg::ident::QName;
use crate::replay::schema::alter;

pub(super) fn parts(place: &Place<'_>, now: Oid, old: &Table, new: &Table) -> Vec<Part> {
    let name = place.name(now);
    let property = |property: &str, value: String| {
        alter(name.clone(), AlterAction::Property { column: None, property: property.to_string(), value })
    };
    let mut parts = Vec::new();
    if old.unlogged != new.unlogged {
        parts.push(Part::of(property(if old.unlogged { "SET UNLOGGED" } else { "SET LOGGED" }, String::new())));
    }
    parts.extend(parameters(&old.parameters, &new.parameters, property));
    let mut keys: Vec<&String> = old.properties.keys().chain(new.properties.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys.into_iter().filter(|key| old.properties.get(*key) != new.properties.get(*key)) {
        parts.push(one_property(&name, key, old.properties.get(key)));
    }
    parts.extend(partition(place, &name, old, new));
    let of = |catalog: &crate::catalog::Catalog, table: &Table| -> Vec<QName> {
        table.inherits.iter().filter_map(|parent| catalog.qname(*parent)).collect()
    };
    let (parents, heirs) = (of(place.start, old), of(place.here, new));
    parts.extend(
        heirs
            .iter()
            .filter(|parent| !parents.contains(parent))
            .map(|parent| Part::of(property("NO INHERIT", parent.to_string()))),
    );
    parts.extend(
        parents
            .iter()
            .filter(|parent| !heirs.contains(parent))
            .map(|parent| Part::of(property("INHERIT", parent.to_string()))),
    );
    parts
}

/// Row security, replica identity, and which rules fire; `old`: as it was, `None` at its default.
fn one_property(table: &QName, key: &str, old: Option<&String>) -> Part {
    let words = |property: &str, value: &str| AlterAction::Property {
        column: None,
        property: property.to_string(),
        value: value.to_string(),
    };
    let action = match (key, old) {
        ("ROW LEVEL SECURITY", old) => {
            AlterAction::RowSecurity { mode: if old.is_some() { "ENABLE" } else { "DISABLE" } }
        }
        ("FORCE ROW LEVEL SECURITY", old) => {
            AlterAction::RowSecurity { mode: if old.is_some() { "FORCE" } else { "NO FORCE" } }
        }
        ("REPLICA IDENTITY", old) => words("REPLICA IDENTITY", old.map_or("DEFAULT", String::as_str)),
        (key, old) => match key.strip_prefix("RULE ") {
            Some(rule) => words(&format!("{} RULE", old.map_or("ENABLE", String::as_str)), rule),
            None => return Part::none("no statement that takes it back is known"),
        },
    };
    Part::of(alter(table.clone(), action))
}

fn partition(place: &Place<'_>, name: &QName, old: &Table, new: &Table) -> Option<Part> {
    let (old, new) = (&old.partition_of, &new.partition_of);
    let was = old.as_ref().and_then(|(parent, bound)| Some((place.start.qname(*parent)?, bound)));
    let is = new.as_ref().and_then(|(parent, bound)| Some((place.here.qname(*parent)?, bound)));
    if was == is {
        return None;
    }
    Some(match (was, is) {
        (_, Some((parent, _))) => {
            Part::of(alter(parent, AlterAction::DetachPartition { table: name.clone(), concurrently: false }))
        }
        (Some((parent, bound)), None) => {
            let partition = Partition { table: name.clone(), bound: bound.clone() };
            Part::of(alter(parent, AlterAction::AttachPartition(partition)))
        }
        (None, None) => return None,
    })
}
