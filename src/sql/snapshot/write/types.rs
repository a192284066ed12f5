//! Types (`dumpType`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::row::Row;
use super::Catalog;
use super::entry::{Entry, Named};
use super::graph::{CLASS, CONSTRAINT, Key, TYPE};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::literal;

pub fn write(catalog: &Catalog<'_>, entries: &mut Vec<Entry>, named: &mut BTreeMap<Key, Named>) {
    for ty in catalog.snapshot.rows("types") {
        let (name, owner) = (ty.qname(), ty.ident("owner"));
        let kind = if ty.text("kind") == "d" { "DOMAIN" } else { "TYPE" };
        let key = (TYPE, ty.oid("oid"));
        let own = Named::in_schema(kind, &name, Some(owner.clone()));
        let mut text = match ty.text("kind") {
            "e" => labels(ty, &name),
            "d" => domain(ty, &name, &own, named),
            "c" => composite(ty, &name, &own, named),
            "r" => range(ty, &name),
            // A type that is declared and nothing more, or one written in C.
            _ if ty.is_not("defined") => format!("CREATE TYPE {name};\n"),
            _ => format!("CREATE TYPE {name} (\n    {}\n);\n", ty.text("made_by").replace(", ", ",\n    ")),
        };
        let _ = write!(text, "\n\nALTER {kind} {name} OWNER TO {owner};\n");
        entries.push(Entry::of(key, &own, kind, text));
        named.insert(key, own);
    }
}

fn labels(ty: Row<'_>, name: &QName) -> String {
    let labels: Vec<String> =
        ty.texts("labels").unwrap_or_default().into_iter().map(|label| format!("\n    {}", literal(label))).collect();
    format!("CREATE TYPE {name} AS ENUM ({}\n);\n", labels.join(","))
}

fn domain(ty: Row<'_>, name: &QName, own: &Named, named: &mut BTreeMap<Key, Named>) -> String {
    let mut text = format!("CREATE DOMAIN {name} AS {}", ty.text("base"));
    if let Some(collation) = ty.some("collation") {
        let _ = write!(text, " COLLATE {collation}");
    }
    let constraints: Vec<Row<'_>> = ty.rows("constraints").collect();
    if ty.is("not_null") {
        // It has a name since version 17; the one that PostgreSQL would choose is not written.
        let chosen = format!("{}_not_null", name.name.as_str());
        let own = constraints.iter().find(|constraint| constraint.text("type") == "n");
        if let Some(constraint) = own.filter(|constraint| constraint.text("name") != chosen) {
            let _ = write!(text, " CONSTRAINT {}", constraint.ident("name"));
        }
        text.push_str(" NOT NULL");
    }
    if let Some(default) = ty.some("default") {
        let _ = write!(text, " DEFAULT {default}");
    }
    let mut later = String::new();
    for constraint in constraints.iter().filter(|constraint| constraint.text("type") == "c") {
        let (own_name, def) = (constraint.ident("name"), constraint.text("def"));
        if constraint.is_not("valid") {
            let _ = write!(later, "\n\nALTER DOMAIN {name}\n    ADD CONSTRAINT {own_name} {def};\n");
        } else {
            let _ = write!(text, "\n\tCONSTRAINT {own_name} {def}");
        }
    }
    for constraint in constraints {
        let own_name = constraint.ident("name");
        let on = Named {
            kind: "CONSTRAINT".to_string(),
            sql: format!("{own_name} ON DOMAIN {name}"),
            name: format!("{own_name} ON DOMAIN {}", name.name),
            ..own.clone()
        };
        named.insert((CONSTRAINT, constraint.oid("oid")), on);
    }
    text.push_str(";\n");
    text + &later
}

fn composite(ty: Row<'_>, name: &QName, own: &Named, named: &mut BTreeMap<Key, Named>) -> String {
    let attribute = |row: Row<'_>| {
        let collation = row.some("collation").map(|name| format!(" COLLATE {name}")).unwrap_or_default();
        format!("\n\t{} {}{collation}", row.ident("name"), row.text("type"))
    };
    let attributes: Vec<String> = ty.rows("attributes").map(attribute).collect();
    // Comments on its attributes are on the relation behind it.
    named.insert((CLASS, ty.oid("relation")), own.clone());
    format!("CREATE TYPE {name} AS ({}\n);\n", attributes.join(","))
}

fn range(ty: Row<'_>, name: &QName) -> String {
    let Some(range) = ty.row("range") else { return format!("CREATE TYPE {name};\n") };
    let mut text = format!("CREATE TYPE {name} AS RANGE (\n    subtype = {}", range.text("subtype"));
    let parts = [
        ("multirange_type_name", "multirange"),
        ("subtype_opclass", "opclass"),
        ("collation", "collation"),
        ("canonical", "canonical"),
        ("subtype_diff", "subdiff"),
    ];
    for (word, key) in parts {
        if let Some(value) = range.some(key) {
            let _ = write!(text, ",\n    {word} = {value}");
        }
    }
    text.push_str("\n);\n");
    text
}

/// An attribute of a composite type, for its comment.
pub fn attribute(catalog: &Catalog<'_>, relation: u32, number: i64) -> Option<Named> {
    let ty = catalog.snapshot.rows("types").find(|ty| ty.oid("relation") == relation)?;
    let column = ty.rows("attributes").find(|row| row.number("n") == Some(number))?.ident("name");
    let name = ty.qname();
    let (sql, tag) = (format!("{name}.{column}"), format!("{}.{column}", name.name));
    Some(Named::new("COLUMN", sql, &tag, name.schema, ty.some("owner").map(Ident::new)))
}
