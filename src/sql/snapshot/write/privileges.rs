//! Privileges (`buildACLCommands` in `dumputils.c`): what differs from those that an object has from the start.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::row::Row;
use super::Catalog;
use super::entry::{Named, heading};
use super::graph::{CLASS, Key, ROUTINE, SCHEMA, TYPE};
use crate::pg::ident::Ident;

/// Letters of an `aclitem` with their words, in pg_dump's order.
const WORDS: &[(char, &str)] = &[
    ('r', "SELECT"),
    ('a', "INSERT"),
    ('x', "REFERENCES"),
    ('d', "DELETE"),
    ('t', "TRIGGER"),
    ('D', "TRUNCATE"),
    ('m', "MAINTAIN"),
    ('w', "UPDATE"),
    ('X', "EXECUTE"),
    ('U', "USAGE"),
    ('C', "CREATE"),
];

/// An `aclitem`: who has what, from whom.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    /// Empty: everybody.
    grantee: String,
    /// Sorted letters without those that may be given on.
    plain: String,
    /// Sorted letters that may be given on.
    with_grant: String,
    grantor: String,
}

/// What an object is to the statements: `TABLE public.t`, the letters that it knows, and whether a column of it is meant.
struct On<'a> {
    words: &'a str,
    all: &'a str,
    column: Option<&'a Ident>,
    /// `ALTER DEFAULT PRIVILEGES …` before each statement.
    before: &'a str,
}

pub fn write(catalog: &Catalog<'_>, named: &BTreeMap<Key, Named>, out: &mut String) {
    let snapshot = catalog.snapshot;
    let mut one = |key: Key, row: Row<'_>, word: &str, all: &str, everybody: &str| {
        let (Some(own), Some(acl)) = (named.get(&key), row.texts("acl")) else { return };
        let owner = own.owner.as_ref().map_or("", Ident::as_str);
        let base = default(owner, all, everybody);
        let on = On { words: &format!("{word} {}", own.sql), all, column: None, before: "" };
        let text = statements(&on, owner, &acl, &base);
        let tag = Named { name: format!("{word} {}", own.name), ..own.clone() };
        entry(&tag, "ACL", &text, out);
    };
    for row in snapshot.rows("schemas") {
        // A new database has the one schema that everybody may use.
        let everybody = if row.text("name") == "public" { "U" } else { "" };
        one((SCHEMA, row.oid("oid")), row, "SCHEMA", "UC", everybody);
    }
    for row in snapshot.rows("types") {
        one((TYPE, row.oid("oid")), row, if row.text("kind") == "d" { "DOMAIN" } else { "TYPE" }, "U", "U");
    }
    for row in snapshot.rows("routines") {
        let word = if row.text("kind") == "p" { "PROCEDURE" } else { "FUNCTION" };
        one((ROUTINE, row.oid("oid")), row, word, "X", "X");
    }
    for row in snapshot.rows("others") {
        let key = (row.oid("class"), row.oid("oid"));
        match row.text("kind") {
            "PROCEDURAL LANGUAGE" => one(key, row, "LANGUAGE", "U", "U"),
            "FOREIGN DATA WRAPPER" => one(key, row, "FOREIGN DATA WRAPPER", "U", ""),
            "SERVER" => one(key, row, "FOREIGN SERVER", "U", ""),
            _ => {}
        }
    }
    let of_tables = of_tables(catalog);
    for row in snapshot.rows("relations") {
        let (word, all) = if row.text("kind") == "S" { ("SEQUENCE", "rwU") } else { ("TABLE", of_tables) };
        one((CLASS, row.oid("oid")), row, word, all, "");
    }
    for row in snapshot.rows("columns") {
        let (Some(acl), Some(relation)) = (row.texts("acl"), catalog.relation(row)) else { continue };
        let column = row.ident("name");
        let own = Named::of_relation(relation).column(relation, &column);
        let owner = own.owner.as_ref().map_or("", Ident::as_str);
        let on = On { words: &format!("TABLE {}", relation.name), all: "arwx", column: Some(&column), before: "" };
        let text = statements(&on, owner, &acl, &[]);
        let tag = Named { name: format!("COLUMN {}", own.name), ..own.clone() };
        entry(&tag, "ACL", &text, out);
    }
    defaults(snapshot, of_tables, out);
}

/// `MAINTAIN` is there since version 17.
fn of_tables(catalog: &Catalog<'_>) -> &'static str {
    if catalog.version >= 170_000 { "arwdDxtm" } else { "arwdDxt" }
}

fn entry(tag: &Named, kind: &str, text: &str, out: &mut String) {
    if !text.is_empty() {
        out.push_str(&heading("Name", tag, kind));
        out.push_str(text);
        out.push_str("\n\n");
    }
}

/// `ALTER DEFAULT PRIVILEGES`
fn defaults(snapshot: Row<'_>, of_tables: &str, out: &mut String) {
    for row in snapshot.rows("default_privileges") {
        let (words, all, everybody) = match row.text("kind") {
            "r" => ("TABLES", of_tables, ""),
            "S" => ("SEQUENCES", "rwU", ""),
            "f" => ("FUNCTIONS", "X", "X"),
            "T" => ("TYPES", "U", "U"),
            "n" => ("SCHEMAS", "UC", ""),
            _ => ("LARGE OBJECTS", "rw", ""),
        };
        let (owner, schema) = (row.ident("owner"), row.some("schema").map(Ident::new));
        let inside = schema.as_ref().map(|schema| format!("IN SCHEMA {schema} ")).unwrap_or_default();
        let before = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {owner} {inside}");
        // What is given in one schema is given beside what is given everywhere.
        let base = if schema.is_some() { Vec::new() } else { default(owner.as_str(), all, everybody) };
        let on = On { words, all, column: None, before: &before };
        let text = statements(&on, owner.as_str(), &row.texts("acl").unwrap_or_default(), &base);
        let tag = Named::new("", String::new(), &format!("DEFAULT PRIVILEGES FOR {words}"), schema, Some(owner));
        entry(&tag, "DEFAULT ACL", &text, out);
    }
}

/// `acldefault`
fn default(owner: &str, all: &str, everybody: &str) -> Vec<Item> {
    let give = |grantee: &str, letters: &str| Item {
        grantee: grantee.to_string(),
        plain: sorted(letters),
        with_grant: String::new(),
        grantor: owner.to_string(),
    };
    let public = (!everybody.is_empty()).then(|| give("", everybody));
    public.into_iter().chain([give(owner, all)]).collect()
}

fn sorted(letters: &str) -> String {
    let mut letters: Vec<char> = letters.chars().collect();
    letters.sort_unstable();
    letters.into_iter().collect()
}

/// `grantee=letters/grantor`; names that are no plain words are quoted.
fn item(text: &str) -> Option<Item> {
    let (grantee, rest) = name(text)?;
    let rest = rest.strip_prefix('=')?;
    let (letters, grantor) = rest.split_once('/')?;
    let (grantor, _) = name(grantor)?;
    let (mut plain, mut with_grant) = (String::new(), String::new());
    let mut letters = letters.chars().peekable();
    while let Some(letter) = letters.next() {
        if letters.next_if_eq(&'*').is_some() { &mut with_grant } else { &mut plain }.push(letter);
    }
    Some(Item { grantee, plain: sorted(&plain), with_grant: sorted(&with_grant), grantor })
}

/// A name, quoted or not, and what follows.
fn name(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find('=').unwrap_or(text.len());
        return Some((text[..end].to_string(), &text[end..]));
    };
    let mut out = String::new();
    loop {
        let (front, behind) = rest.split_once('"')?;
        out.push_str(front);
        match behind.strip_prefix('"') {
            Some(behind) => {
                out.push('"');
                rest = behind;
            }
            None => return Some((out, behind)),
        }
    }
}

/// What leads from `base` to `acl`.
fn statements(on: &On<'_>, owner: &str, acl: &[&str], base: &[Item]) -> String {
    let items: Vec<Item> = acl.iter().filter_map(|text| item(text)).collect();
    let mut text = String::new();
    for gone in base.iter().filter(|item| !items.contains(item)) {
        let letters = on.letters(&(gone.plain.clone() + &gone.with_grant));
        let _ = writeln!(text, "{}REVOKE {letters} ON {} FROM {};", on.before, on.words, role(&gone.grantee));
    }
    for given in items.iter().filter(|item| !base.contains(item)) {
        let by_other = given.grantor != owner && on.before.is_empty();
        if by_other {
            let _ = writeln!(text, "SET SESSION AUTHORIZATION {};", Ident::new(&given.grantor));
        }
        for (letters, option) in [(&given.plain, ""), (&given.with_grant, " WITH GRANT OPTION")] {
            if !letters.is_empty() {
                let (letters, to) = (on.letters(letters), role(&given.grantee));
                let _ = writeln!(text, "{}GRANT {letters} ON {} TO {to}{option};", on.before, on.words);
            }
        }
        if by_other {
            text.push_str("RESET SESSION AUTHORIZATION;\n");
        }
    }
    text
}

impl On<'_> {
    fn letters(&self, letters: &str) -> String {
        let column = self.column.map(|column| format!("({column})")).unwrap_or_default();
        if sorted(letters) == sorted(self.all) {
            return format!("ALL{column}");
        }
        let words = WORDS.iter().filter(|(letter, _)| letters.contains(*letter));
        words.map(|(_, word)| format!("{word}{column}")).collect::<Vec<_>>().join(",")
    }
}

fn role(name: &str) -> String {
    if name.is_empty() { "PUBLIC".to_string() } else { Ident::new(name).to_string() }
}
