//! Keys, indexes and foreign keys (`dumpConstraint`, `dumpIndex`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::row::Row;
use super::entry::{Entry, Named};
use super::graph::{CLASS, CONSTRAINT, Key, STEP};
use super::table::{option, tagged};
use super::{Catalog, Relation};
use crate::pg::ident::{Ident, QName};

pub fn write(catalog: &Catalog<'_>, entries: &mut Vec<Entry>, named: &mut BTreeMap<Key, Named>) {
    let indexes: BTreeMap<u32, Row<'_>> =
        catalog.snapshot.rows("indexes").map(|index| (index.oid("oid"), index)).collect();
    let mut of_constraints = BTreeMap::new();
    let mut foreign = Vec::new();
    for constraint in catalog.snapshot.rows("constraints") {
        let Some(relation) = catalog.relation(constraint) else { continue };
        let key = (CONSTRAINT, constraint.oid("oid"));
        let name = constraint.ident("name");
        match constraint.text("type") {
            "p" | "u" | "x" => {
                let Some(index) = indexes.get(&constraint.oid("index")) else { continue };
                of_constraints.insert(constraint.oid("index"), key);
                let def = with_options(constraint.text("def"), *index);
                let only = if relation.kind() == "f" { "FOREIGN TABLE ONLY" } else { "TABLE ONLY" };
                let mut text = format!("ALTER {only} {}\n    ADD CONSTRAINT {name} {def};\n", relation.name);
                text.push_str(&marks(*index, relation));
                entries.push(Entry::of(key, &tagged(relation, &name), "CONSTRAINT", text));
            }
            // A constraint of the partitioned table brings those of its partitions.
            "f" if constraint.oid("parent") == 0 => {
                let only = if relation.kind() == "p" { "" } else { "ONLY " };
                let def = constraint.text("def");
                let text = format!("ALTER TABLE {only}{}\n    ADD CONSTRAINT {name} {def};\n", relation.name);
                foreign.push(Entry::of(key, &tagged(relation, &name), "FK CONSTRAINT", text));
            }
            _ => {}
        }
    }
    let mut attached = Vec::new();
    for (oid, index) in &indexes {
        let Some(relation) = catalog.relation(*index) else { continue };
        let is_dumped = (!index.is_not("valid") || relation.kind() == "p") && !index.is_not("ready");
        let name = QName::new(relation.name.schema.clone(), index.ident("name"));
        let own = Named::in_schema("INDEX", &name, Named::of_relation(relation).owner);
        let key = (CLASS, *oid);
        if is_dumped && !of_constraints.contains_key(oid) {
            let text = format!("{};\n{}", index.text("def"), marks(*index, relation));
            entries.push(Entry::of(key, &own, "INDEX", text).after([(CLASS, index.oid("relation"))]));
        }
        named.insert(key, own.clone());
        let parent = indexes.get(&index.oid("parent"));
        if let Some(parent) = parent.filter(|_| is_dumped)
            && let Some(table) = catalog.relation(*parent)
        {
            let to = QName::new(table.name.schema.clone(), parent.ident("name"));
            let text = format!("ALTER INDEX {to} ATTACH PARTITION {name};\n");
            attached.push(Entry::of((STEP, 0), &own, "INDEX ATTACH", text).after([key, (CLASS, index.oid("parent"))]));
        }
    }
    entries.extend(attached);
    entries.extend(foreign);
}

/// A key with the storage parameters of its index, which `pg_get_constraintdef` leaves out.
fn with_options(def: &str, index: Row<'_>) -> String {
    let Some(options) = index.texts("options").filter(|_| !def.starts_with("EXCLUDE")) else { return def.to_string() };
    let options: Vec<String> = options.into_iter().map(option).collect();
    // It stands before what says when the constraint is checked.
    let end = def.rfind(" DEFERRABLE").filter(|at| !def[*at..].contains([')', '"'])).unwrap_or(def.len());
    format!("{} WITH ({}){}", &def[..end], options.join(", "), &def[end..])
}

/// What else is said of an index: statistics targets, the order of its table, its part in replication.
fn marks(index: Row<'_>, relation: &Relation<'_>) -> String {
    let mut text = String::new();
    let name: Ident = index.ident("name");
    let qname = QName::new(relation.name.schema.clone(), name.clone());
    if index.is("clustered") {
        let _ = write!(text, "\nALTER TABLE {} CLUSTER ON {name};\n", relation.name);
    }
    for column in index.rows("statistics") {
        let (n, target) = (column.number("n").unwrap_or(0), column.number("target").unwrap_or(0));
        let _ = writeln!(text, "ALTER INDEX {qname} ALTER COLUMN {n} SET STATISTICS {target};");
    }
    if index.is("replica_identity") {
        let _ = write!(text, "\nALTER TABLE ONLY {} REPLICA IDENTITY USING INDEX {name};\n", relation.name);
    }
    text
}
