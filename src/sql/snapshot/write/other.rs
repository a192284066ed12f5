//! Kinds whose definition the server writes itself, and what stands on tables: rules, triggers, policies.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::row::Row;
use super::entry::{Entry, Named};
use super::graph::{CLASS, Key, POLICY, RULE, STATISTICS, STEP, TRIGGER};
use super::table::tagged;
use super::{Catalog, Relation, on_table};
use crate::pg::ident::Ident;

/// Kinds that come before tables, each behind those that it may need where `pg_depend` has no word of it.
const EARLY: [&str; 15] = [
    "PROCEDURAL LANGUAGE",
    "COLLATION",
    "CONVERSION",
    "ACCESS METHOD",
    "OPERATOR",
    "OPERATOR FAMILY",
    "OPERATOR CLASS",
    "CAST",
    "TEXT SEARCH PARSER",
    "TEXT SEARCH TEMPLATE",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH CONFIGURATION",
    "FOREIGN DATA WRAPPER",
    "SERVER",
    "USER MAPPING",
];
/// Kinds that come behind all tables.
const LATE: [&str; 3] = ["EVENT TRIGGER", "PUBLICATION", "SUBSCRIPTION"];

pub fn write(catalog: &Catalog<'_>, entries: &mut Vec<Entry>, named: &mut BTreeMap<Key, Named>) {
    for kind in EARLY {
        for row in catalog.snapshot.rows("others").filter(|row| row.text("kind") == kind) {
            one(row, entries, named);
        }
    }
}

fn one(row: Row<'_>, entries: &mut Vec<Entry>, named: &mut BTreeMap<Key, Named>) {
    let (kind, identity) = (row.text("kind"), row.text("identity"));
    let own = Named {
        kind: kind.to_string(),
        sql: identity.to_string(),
        name: row.text("name").to_string(),
        schema: row.some("schema").map(Ident::new),
        owner: row.some("owner").map(Ident::new),
    };
    let key = (row.oid("class"), row.oid("oid"));
    let mut text = format!("{}\n", row.text("def"));
    if let Some(owner) = &own.owner {
        let _ = write!(text, "\n\nALTER {kind} {identity} OWNER TO {owner};\n");
    }
    let head = if kind == "CAST" { Named { name: format!("CAST {}", own.name), ..own.clone() } } else { own.clone() };
    entries.push(Entry::of(key, &head, kind, text));
    named.insert(key, own);
}

/// What comes behind tables, indexes and constraints.
pub fn write_late(catalog: &Catalog<'_>, entries: &mut Vec<Entry>, named: &mut BTreeMap<Key, Named>) {
    let snapshot = catalog.snapshot;
    for row in snapshot.rows("statistics") {
        statistics(row, entries, named);
    }
    for row in snapshot.rows("rules") {
        let Some(relation) = catalog.relation(row) else { continue };
        let (key, own) = on_table(RULE, row, relation);
        let name = row.ident("name");
        let mut text = format!("{}\n", row.text("def"));
        text.push_str(&enabled(relation, "RULE", row.text("enabled"), &name));
        entries.push(Entry::of(key, &tagged(relation, &name), "RULE", text).after([on(row)]));
        named.insert(key, own);
    }
    for row in snapshot.rows("triggers") {
        let Some(relation) = catalog.relation(row) else { continue };
        let (key, own) = on_table(TRIGGER, row, relation);
        let name = row.ident("name");
        let mut text = String::new();
        if row.is("inherited") {
            // The trigger of the partitioned table brings it; it may be enabled in another way.
            if row.some("unlike_parent").is_none() {
                continue;
            }
            let _ = writeln!(text, "ALTER TABLE {} {} TRIGGER {name};", relation.name, how(row.text("enabled")));
        } else {
            let _ = writeln!(text, "{};", row.text("def"));
            text.push_str(&enabled(relation, "TRIGGER", row.text("enabled"), &name));
        }
        entries.push(Entry::of(key, &tagged(relation, &name), "TRIGGER", text).after([on(row)]));
        named.insert(key, own);
    }
    for relation in catalog.relations.values().filter(|relation| relation.row.is("row_security")) {
        let text = format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;\n", relation.name);
        let own = Named::of_relation(relation);
        entries.push(Entry::of((STEP, 0), &own, "ROW SECURITY", text).after([(CLASS, relation.row.oid("oid"))]));
    }
    for row in snapshot.rows("policies") {
        let Some(relation) = catalog.relation(row) else { continue };
        let (key, own) = on_table(POLICY, row, relation);
        let name = row.ident("name");
        entries.push(Entry::of(key, &tagged(relation, &name), "POLICY", policy(row, relation)).after([on(row)]));
        named.insert(key, own);
    }
    for row in snapshot.rows("others").filter(|row| LATE.contains(&row.text("kind"))) {
        one(row, entries, named);
    }
    for row in snapshot.rows("published") {
        let Some(relation) = catalog.relation(row) else { continue };
        let (publication, owner) = (row.ident("name"), row.ident("owner"));
        let names =
            |columns: Vec<&str>| columns.into_iter().map(|name| Ident::new(name).to_string()).collect::<Vec<_>>();
        let columns = row.texts("columns").map(|all| format!(" ({})", names(all).join(", "))).unwrap_or_default();
        let filter = row.some("where").map(|filter| format!(" WHERE ({filter})")).unwrap_or_default();
        let text = format!("ALTER PUBLICATION {publication} ADD TABLE ONLY {}{columns}{filter};\n", relation.name);
        let tag = format!("{} {}", publication.as_str(), relation.name.name.as_str());
        let own = Named { name: tag, owner: Some(owner), ..Named::of_relation(relation) };
        entries.push(Entry::of((STEP, 0), &own, "PUBLICATION TABLE", text));
    }
}

fn on(row: Row<'_>) -> Key {
    (CLASS, row.oid("relation"))
}

fn statistics(row: Row<'_>, entries: &mut Vec<Entry>, named: &mut BTreeMap<Key, Named>) {
    let (name, owner) = (row.qname(), row.ident("owner"));
    let mut text = format!("{};\n", row.text("def"));
    if let Some(target) = row.number("target") {
        let _ = write!(text, "\nALTER STATISTICS {name} SET STATISTICS {target};\n");
    }
    let _ = write!(text, "\n\nALTER STATISTICS {name} OWNER TO {owner};\n");
    let own = Named::in_schema("STATISTICS", &name, Some(owner));
    let key = (STATISTICS, row.oid("oid"));
    entries.push(Entry::of(key, &own, "STATISTICS", text).after([on(row)]));
    named.insert(key, own);
}

/// How a trigger or a rule is enabled (`tgenabled`).
fn how(enabled: &str) -> &'static str {
    match enabled {
        "D" => "DISABLE",
        "A" => "ENABLE ALWAYS",
        "R" => "ENABLE REPLICA",
        _ => "ENABLE",
    }
}

fn enabled(relation: &Relation<'_>, kind: &str, enabled: &str, name: &Ident) -> String {
    if enabled == "O" {
        return String::new();
    }
    format!("\nALTER TABLE {} {} {kind} {name};\n", relation.name, how(enabled))
}

/// `dumpPolicy`
fn policy(row: Row<'_>, relation: &Relation<'_>) -> String {
    let mut text = format!("CREATE POLICY {} ON {}", row.ident("name"), relation.name);
    if row.is_not("permissive") {
        text.push_str(" AS RESTRICTIVE");
    }
    text.push_str(match row.text("command") {
        "r" => " FOR SELECT",
        "a" => " FOR INSERT",
        "w" => " FOR UPDATE",
        "d" => " FOR DELETE",
        _ => "",
    });
    if let Some(roles) = row.texts("roles") {
        let roles: Vec<String> = roles.into_iter().map(|role| Ident::new(role).to_string()).collect();
        let _ = write!(text, " TO {}", roles.join(", "));
    }
    if let Some(using) = row.some("using") {
        let _ = write!(text, " USING ({using})");
    }
    if let Some(check) = row.some("check") {
        let _ = write!(text, " WITH CHECK ({check})");
    }
    text + ";\n"
}
