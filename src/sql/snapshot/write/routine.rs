//! Functions, procedures and aggregates (`dumpFunc`, `dumpAgg`).

use std::collections::BTreeMap;

use super::Catalog;
use super::entry::{Entry, Named};
use super::graph::{Key, ROUTINE};

pub fn write(catalog: &Catalog<'_>, entries: &mut Vec<Entry>, named: &mut BTreeMap<Key, Named>) {
    for routine in catalog.snapshot.rows("routines") {
        let (name, owner) = (routine.qname(), routine.ident("owner"));
        let kind = match routine.text("kind") {
            "a" => "AGGREGATE",
            "p" => "PROCEDURE",
            _ => "FUNCTION",
        };
        let given = routine.text("arguments");
        // An aggregate without arguments is called with a star.
        let arguments = if given.is_empty() && kind == "AGGREGATE" { "*" } else { given };
        let mut text = match routine.some("aggregate") {
            Some(parts) => format!("CREATE AGGREGATE {name}({arguments}) (\n    {parts}\n);\n"),
            // `pg_get_functiondef` writes what replaces a function; a dump makes it.
            None => match routine.text("def").strip_prefix("CREATE OR REPLACE ") {
                Some(rest) => format!("CREATE {};\n", rest.trim_end()),
                None => continue,
            },
        };
        text.push_str(&format!("\n\nALTER {kind} {name}({arguments}) OWNER TO {owner};\n"));
        let own = Named {
            sql: format!("{name}({arguments})"),
            name: format!("{}({arguments})", name.name),
            ..Named::in_schema(kind, &name, Some(owner))
        };
        let key = (ROUTINE, routine.oid("oid"));
        let tag = Named { name: format!("{}({})", name.name.as_str(), routine.text("types")), ..own.clone() };
        entries.push(Entry::of(key, &tag, kind, text));
        named.insert(key, own);
    }
}
