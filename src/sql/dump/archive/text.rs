//! An archive as the text that `pg_restore -f -` makes of it.

use std::fmt::Write as _;

use super::toc::{Entry, Head, Place};
use crate::pg::ident::{Ident, QName};

/// The text so far.
pub struct Text {
    access_method: String,
}

impl Text {
    /// Begins with what stands above all objects.
    pub fn begin(head: &Head, out: &mut dyn FnMut(&[u8])) -> Text {
        out(preamble(head).as_bytes());
        Text { access_method: String::new() }
    }

    /// Writes an object.
    pub fn object(&mut self, entry: &Entry, out: &mut dyn FnMut(&[u8])) {
        match entry.kind.as_str() {
            kind if NO_SCHEMA.contains(&kind) => {}
            "ENCODING" | "STDSTRINGS" | "SEARCHPATH" => out(entry.definition.as_bytes()),
            _ => {
                let mut text = heading("Name", entry);
                if !entry.access_method.is_empty() && entry.access_method != self.access_method {
                    self.access_method.clone_from(&entry.access_method);
                    let method = Ident::new(&entry.access_method);
                    let _ = writeln!(text, "SET default_table_access_method = {method};\n");
                }
                text.push_str(&entry.definition);
                text.push_str("\n\n");
                if let Some(owned) = owned(entry)
                    && let Some(owner) = &entry.owner
                {
                    let _ = writeln!(text, "ALTER {owned} OWNER TO {};\n", Ident::new(owner));
                }
                out(text.as_bytes());
            }
        }
    }

    /// Writes what stands behind all objects.
    pub fn end(self, out: &mut dyn FnMut(&[u8])) {
        out(b"--\n-- PostgreSQL database dump complete\n--\n\n");
    }
}

/// Another database's name, and large objects: no part of the schema.
const NO_SCHEMA: &[&str] = &["DATABASE", "DATABASE PROPERTIES", "BLOB", "BLOBS", "BLOB METADATA", "BLOB COMMENTS"];

/// Whether an entry is the rows of a table.
pub fn is_rows(entry: &Entry) -> bool {
    entry.rows != Place::Nowhere && !NO_SCHEMA.contains(&entry.kind.as_str())
}

/// The comment over rows, and their `COPY`; the rows bring their own end, `\.`.
pub fn over_rows(entry: &Entry) -> String {
    heading("Data for Name", entry) + &entry.copy
}

fn preamble(head: &Head) -> String {
    let [year, month, day, hour, minute, second] = head.started;
    let mut text = "--\n-- PostgreSQL database dump\n--\n\n".to_string();
    if let Some(server) = &head.server {
        let _ = writeln!(text, "-- Dumped from database version {}", line(server));
    }
    if let Some(pg_dump) = &head.pg_dump {
        let _ = writeln!(text, "-- Dumped by pg_dump version {}", line(pg_dump));
    }
    let _ = writeln!(text, "\n-- Started on {year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}\n");
    text.push_str("SET check_function_bodies = false;\n");
    text
}

/// `-- Name: t; Type: TABLE; Schema: public; Owner: joe`
fn heading(word: &str, entry: &Entry) -> String {
    let or_dash = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_string(), line);
    let (tag, kind, schema, owner) = (line(&entry.tag), &entry.kind, or_dash(&entry.schema), or_dash(&entry.owner));
    format!("--\n-- {word}: {tag}; Type: {kind}; Schema: {schema}; Owner: {owner}\n--\n\n")
}

/// A name in a comment (`sanitize_line`).
fn line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// What `ALTER … OWNER TO` is said of (`_getObjectDescription`); `None` for what has no owner of its own.
fn owned(entry: &Entry) -> Option<String> {
    if entry.drop.is_empty() {
        return None;
    }
    match entry.kind.as_str() {
        "COLLATION"
        | "CONVERSION"
        | "DOMAIN"
        | "FOREIGN TABLE"
        | "MATERIALIZED VIEW"
        | "SEQUENCE"
        | "STATISTICS"
        | "TABLE"
        | "TEXT SEARCH DICTIONARY"
        | "TEXT SEARCH CONFIGURATION"
        | "TYPE"
        | "VIEW"
        | "EVENT TRIGGER"
        | "FOREIGN DATA WRAPPER"
        | "PROCEDURAL LANGUAGE"
        | "PUBLICATION"
        | "SCHEMA"
        | "SERVER"
        | "SUBSCRIPTION" => {
            let name = QName::new(entry.schema.as_deref().map(Ident::new), Ident::new(&entry.tag));
            Some(format!("{} {name}", entry.kind))
        }
        // Their names are not all: the statement that drops them has the arguments.
        "AGGREGATE" | "FUNCTION" | "OPERATOR" | "OPERATOR CLASS" | "OPERATOR FAMILY" | "PROCEDURE" => {
            let dropped = entry.drop.strip_prefix("DROP ")?.trim_end();
            Some(dropped.strip_suffix(';').unwrap_or(dropped).to_string())
        }
        _ => None,
    }
}
