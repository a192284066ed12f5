//! The value as the text that pg_dump would write; where versions differ, as that of PostgreSQL 18 does.

mod constraint;
mod entry;
mod graph;
mod other;
mod privileges;
mod relation;
mod routine;
mod table;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::row::{self, Row};
use super::{Damage, Known, RoleSetting};
use crate::pg::ident::{Ident, QName};
use entry::{Entry, Named};
use graph::{CLASS, CONSTRAINT, EXTENSION, Graph, Key, POLICY, SCHEMA, TRIGGER};

/// What all parts of the writer look at.
struct Catalog<'v> {
    snapshot: Row<'v>,
    /// `server_version_num`
    version: i64,
    graph: Graph,
    relations: BTreeMap<u32, Relation<'v>>,
    /// Constraints with a comment.
    commented: BTreeSet<u32>,
}

/// A relation with what belongs to it.
struct Relation<'v> {
    row: Row<'v>,
    name: QName,
    /// In the order of `attnum`.
    columns: Vec<Row<'v>>,
    constraints: Vec<Row<'v>>,
}

impl Relation<'_> {
    fn kind(&self) -> &str {
        self.row.text("kind")
    }

    fn column(&self, number: i64) -> Option<Row<'_>> {
        self.columns.iter().copied().find(|column| column.number("n") == Some(number))
    }
}

impl<'v> Catalog<'v> {
    fn of(snapshot: Row<'v>) -> Catalog<'v> {
        let relation = |row: Row<'v>| {
            (row.oid("oid"), Relation { row, name: row.qname(), columns: Vec::new(), constraints: Vec::new() })
        };
        let mut relations: BTreeMap<u32, Relation<'v>> = snapshot.rows("relations").map(relation).collect();
        for column in snapshot.rows("columns") {
            if let Some(relation) = relations.get_mut(&column.oid("relation")) {
                relation.columns.push(column);
            }
        }
        for constraint in snapshot.rows("constraints") {
            if let Some(relation) = relations.get_mut(&constraint.oid("relation")) {
                relation.constraints.push(constraint);
            }
        }
        let version = snapshot.row("server").and_then(|server| server.number("version_num")).unwrap_or(0);
        let comments = snapshot.list("comments").unwrap_or_default().iter();
        let commented = comments.filter_map(|comment| {
            let at = |index: usize| comment.get(index).and_then(row::number);
            (at(0) == Some(i64::from(CONSTRAINT))).then(|| at(1)).flatten()
        });
        Catalog {
            snapshot,
            version,
            graph: Graph::of(snapshot),
            commented: commented.map(|oid| oid as u32).collect(),
            relations,
        }
    }

    fn relation(&self, row: Row<'_>) -> Option<&Relation<'v>> {
        self.relations.get(&row.oid("relation"))
    }
}

/// The text of a dump, and what no dump tells.
///
/// # Errors
/// Where the value is no snapshot of the form that is read here.
pub fn dump(value: &Value) -> Result<(String, Known), Damage> {
    let snapshot = Row::new(value);
    match value.get("restamp_snapshot").and_then(row::number) {
        Some(1) => {}
        Some(version) => return Err(Damage::Version(version)),
        None => return Err(Damage::Changed("its first key has no number".to_string())),
    }
    let catalog = Catalog::of(snapshot);
    let mut entries = Vec::new();
    let mut named = BTreeMap::new();
    schemas(&catalog, &mut entries, &mut named);
    types::write(&catalog, &mut entries, &mut named);
    routine::write(&catalog, &mut entries, &mut named);
    other::write(&catalog, &mut entries, &mut named);
    relation::write(&catalog, &mut entries, &mut named);
    constraint::write(&catalog, &mut entries, &mut named);
    other::write_late(&catalog, &mut entries, &mut named);
    let mut text = preamble(&catalog);
    let mut method = "heap".to_string();
    for entry in catalog.graph.in_order(entries) {
        entry.write(&mut method, &mut text);
    }
    rows(&catalog, &mut text);
    comments(&catalog, &named, &mut text);
    privileges::write(&catalog, &named, &mut text);
    text.push_str("--\n-- PostgreSQL database dump complete\n--\n\n");
    Ok((text, known(&catalog)))
}

fn preamble(catalog: &Catalog<'_>) -> String {
    let server = catalog.snapshot.row("server");
    let told = |key: &str| server.map_or("", |server| server.text(key)).replace(['\n', '\r'], " ");
    format!(
        "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version {}\n\n-- Started on {}\n\n\
         SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\
         SELECT pg_catalog.set_config('search_path', '', false);\nSET check_function_bodies = false;\n\n\
         SET default_table_access_method = heap;\n\n",
        told("version"),
        told("taken")
    )
}

/// `dumpNamespace`, `dumpExtension`
fn schemas(catalog: &Catalog<'_>, entries: &mut Vec<Entry>, named: &mut BTreeMap<Key, Named>) {
    for schema in catalog.snapshot.rows("schemas") {
        let (name, owner) = (schema.ident("name"), schema.ident("owner"));
        let key = (SCHEMA, schema.oid("oid"));
        let own = Named::new("SCHEMA", name.to_string(), name.as_str(), None, Some(owner.clone()));
        let text = if name.as_str() != "public" {
            format!("CREATE SCHEMA {name};\n\n\nALTER SCHEMA {name} OWNER TO {owner};\n")
        } else if owner.as_str() == "pg_database_owner" {
            // Every new database has it, and its owner since version 15.
            named.insert(key, own);
            continue;
        } else {
            format!("-- *not* creating schema, since initdb creates it\n\n\nALTER SCHEMA {name} OWNER TO {owner};\n")
        };
        entries.push(Entry::of(key, &own, "SCHEMA", text));
        named.insert(key, own);
    }
    for extension in catalog.snapshot.rows("extensions") {
        let (name, schema) = (extension.ident("name"), extension.ident("schema"));
        let key = (EXTENSION, extension.oid("oid"));
        let own = Named::new("EXTENSION", name.to_string(), name.as_str(), None, None);
        // `plpgsql` is in every new database.
        if key.1 >= FIRST_NORMAL {
            let text = format!("CREATE EXTENSION IF NOT EXISTS {name} WITH SCHEMA {schema};\n");
            entries.push(Entry::of(key, &own, "EXTENSION", text));
        }
        named.insert(key, own);
    }
}

/// `FirstNormalObjectId` (`access/transam.h`)
const FIRST_NORMAL: u32 = 16384;

/// The rows of version tables, as far as they are known.
fn rows(catalog: &Catalog<'_>, out: &mut String) {
    for version in catalog.snapshot.rows("versions") {
        let (Some(relation), Some(rows)) = (catalog.relation(version), version.texts("rows")) else { continue };
        let own = Named::of_relation(relation);
        let mut text = format!("COPY {} (version_num) FROM stdin;\n", relation.name);
        for row in rows {
            let escaped = row.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r");
            text.push_str(&escaped);
            text.push('\n');
        }
        text.push_str("\\.\n\n\n");
        out.push_str(&entry::heading("Data for Name", &own, "TABLE DATA"));
        out.push_str(&text);
    }
}

/// `dumpComment`
fn comments(catalog: &Catalog<'_>, named: &BTreeMap<Key, Named>, out: &mut String) {
    for comment in catalog.snapshot.list("comments").unwrap_or_default() {
        let at = |index: usize| comment.get(index).and_then(row::number);
        let (Some(class), Some(oid), Some(sub)) = (at(0), at(1), at(2)) else { continue };
        let text = comment.get(3).and_then(Value::as_str).unwrap_or("");
        let key = (class as u32, oid as u32);
        let column = || {
            let relation = catalog.relations.get(&key.1).filter(|_| key.0 == CLASS);
            match relation {
                Some(relation) => {
                    let column = relation.column(sub)?.ident("name");
                    Some(Named::of_relation(relation).column(relation, &column))
                }
                None => types::attribute(catalog, key.1, sub),
            }
        };
        let own = if sub == 0 { named.get(&key).cloned() } else { column() };
        let Some(own) = own else { continue };
        let standard = own.kind == "SCHEMA" && own.name == "public" && text == "standard public schema";
        let plpgsql = own.kind == "EXTENSION" && key.1 < FIRST_NORMAL;
        if !standard && !plpgsql {
            out.push_str(&own.comment(text));
        }
    }
}

fn known(catalog: &Catalog<'_>) -> Known {
    let snapshot = catalog.snapshot;
    let server = snapshot.row("server");
    let told = |key: &str| server.map_or("", |server| server.text(key)).to_string();
    let setting = |row: Row<'_>| {
        let (name, value) = row.text("setting").split_once('=')?;
        let (name, value) = (name.to_string(), value.to_string());
        let (role, database) = (row.some("role").map(Ident::new), row.some("database").map(Ident::new));
        Some(RoleSetting { role, database, name, value })
    };
    let invalid = |index: Row<'_>| {
        let relation = catalog.relation(index).filter(|relation| index.is_not("valid") && relation.kind() != "p")?;
        Some((index.ident("name"), relation.name.clone()))
    };
    let not_mine = |relation: &Relation<'_>| {
        relation.row.is_not("mine").then(|| (relation.name.clone(), relation.row.ident("owner")))
    };
    let unread = |version: Row<'_>| {
        let relation = catalog.relation(version).filter(|_| version.list("rows").is_none())?;
        Some(relation.name.clone())
    };
    Known {
        database: told("database"),
        taken: told("taken"),
        role: told("role"),
        search_path: told("search_path"),
        settings: snapshot.rows("settings").filter_map(setting).collect(),
        invalid_indexes: snapshot.rows("indexes").filter_map(invalid).collect(),
        not_mine: catalog.relations.values().filter_map(not_mine).collect(),
        unread: snapshot.rows("versions").filter_map(unread).collect(),
    }
}

/// Constraints, triggers and their like have no schema of their own, and are named with their table.
fn on_table(class: u32, row: Row<'_>, relation: &Relation<'_>) -> (Key, Named) {
    let kind = match class {
        CONSTRAINT => "CONSTRAINT",
        TRIGGER => "TRIGGER",
        POLICY => "POLICY",
        _ => "RULE",
    };
    ((class, row.oid("oid")), Named::on(kind, &row.ident("name"), relation))
}
