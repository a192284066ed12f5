//! Tables (`dumpTableSchema`), and what of them is written apart.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::row::{self, Row};
use super::entry::{Entry, Named};
use super::graph::{CLASS, CONSTRAINT, DEFAULT, Key, STEP};
use super::{Catalog, Relation, on_table};
use crate::pg::ident::Ident;

/// A table while it is written.
struct Writer<'c, 'v> {
    catalog: &'c Catalog<'v>,
    table: &'c Relation<'v>,
    key: Key,
    own: Named,
    parents: Vec<&'c Relation<'v>>,
    is_partition: bool,
    /// What the parts that are written inside the table need.
    needs: Vec<Key>,
    /// What is written apart.
    apart: Vec<Entry>,
}

pub fn write(
    catalog: &Catalog<'_>,
    table: &Relation<'_>,
    entries: &mut Vec<Entry>,
    named: &mut BTreeMap<Key, Named>,
) -> Vec<Entry> {
    let parents = table.row.list("parents").unwrap_or_default().iter().filter_map(row::number);
    let mut writer = Writer {
        catalog,
        table,
        key: (CLASS, table.row.oid("oid")),
        own: Named::of_relation(table),
        parents: parents.filter_map(|oid| catalog.relations.get(&(oid as u32))).collect(),
        is_partition: table.row.some("bound").is_some(),
        needs: Vec::new(),
        apart: Vec::new(),
    };
    for constraint in &table.constraints {
        let (key, own) = on_table(CONSTRAINT, *constraint, table);
        named.insert(key, own);
    }
    let text = writer.text();
    named.insert(writer.key, writer.own.clone());
    let method = table.row.text("method").to_string();
    let Writer { key, own, needs, apart, .. } = writer;
    let kind = own.kind.clone();
    entries.push(Entry::of(key, &own, &kind, text).after(needs).method(&method));
    apart
}

impl Writer<'_, '_> {
    fn text(&mut self) -> String {
        let (row, name) = (self.table.row, &self.table.name);
        let is_typed = row.some("of_type").is_some();
        let mut parts = Vec::new();
        let columns = self.table.columns.clone();
        for column in &columns {
            let properties = self.properties(*column);
            let column_name = column.ident("name");
            if is_typed && !properties.is_empty() {
                parts.push(format!("{column_name}{properties}"));
            } else if !is_typed && self.is_printed(*column) {
                parts.push(format!("{column_name} {}{properties}", column.text("type")));
            }
        }
        parts.extend(self.inherited_not_null());
        parts.extend(self.checks());
        let unlogged = if row.text("persistence") == "u" { "UNLOGGED " } else { "" };
        let mut text = format!("CREATE {unlogged}{} {name}", self.own.kind);
        if let Some(of) = row.some("of_type") {
            let _ = write!(text, " OF {of}");
        }
        if !(is_typed && parts.is_empty()) {
            let all: Vec<String> = parts.iter().map(|part| format!("\n    {part}")).collect();
            let _ = write!(text, " ({}\n)", all.join(","));
        }
        if !self.is_partition && !self.parents.is_empty() {
            let names: Vec<String> = self.parents.iter().map(|parent| parent.name.to_string()).collect();
            let _ = write!(text, "\nINHERITS ({})", names.join(", "));
        }
        if let Some(key) = row.some("partition_by") {
            let _ = write!(text, "\nPARTITION BY {key}");
        }
        if let Some(server) = row.some("server") {
            let _ = write!(text, "\nSERVER {}", Ident::new(server));
        }
        text.push_str(&with(row));
        text.push_str(";\n");
        text.push_str(&column_settings(self.table));
        text.push_str(&self.set_not_null());
        match row.text("replica_identity") {
            "f" => text.push_str(&format!("\nALTER TABLE ONLY {name} REPLICA IDENTITY FULL;\n")),
            "n" => text.push_str(&format!("\nALTER TABLE ONLY {name} REPLICA IDENTITY NOTHING;\n")),
            // The default, or an index, which says so itself.
            _ => {}
        }
        if row.is("force_row_security") {
            let _ = write!(text, "\nALTER TABLE ONLY {name} FORCE ROW LEVEL SECURITY;\n");
        }
        let _ = write!(text, "\n\nALTER {} {name} OWNER TO {};\n", self.own.kind, row.ident("owner"));
        text
    }

    /// `shouldPrintColumn`: what parents bring is theirs, unless they are partitioned, for partitions are attached later.
    fn is_printed(&self, column: Row<'_>) -> bool {
        self.is_partition || !column.is_not("local")
    }

    /// What stands behind the type of a column.
    fn properties(&mut self, column: Row<'_>) -> String {
        let mut text = self.default(column).unwrap_or_default();
        if self.is_printed(column)
            && let Some(name) = self.not_null(column)
        {
            text.push_str(&name);
        }
        // That of a typed table's column is its type's.
        if let Some(collation) = column.some("collation").filter(|_| self.table.row.some("of_type").is_none()) {
            let _ = write!(text, " COLLATE {collation}");
        }
        text
    }

    /// `DEFAULT`, `GENERATED`, or nothing, where it is written apart or inherited.
    fn default(&mut self, column: Row<'_>) -> Option<String> {
        let inherited: Vec<Row<'_>> =
            self.parents.iter().filter_map(|parent| same_column(parent, column.text("name"))).collect();
        let parent_has_default = inherited.iter().any(|parent| {
            parent.some("generated").is_none() && parent.some("default").is_some_and(|default| default != "NULL")
        });
        let part = (DEFAULT, column.oid("default_oid"));
        let Some(default) = column.some("default") else {
            if parent_has_default {
                if self.is_printed(column) {
                    return Some(" DEFAULT NULL".to_string());
                }
                self.apart_default((STEP, 0), column, "NULL");
            }
            return None;
        };
        if column.some("generated").is_some() {
            let same = |parent: &Row<'_>| parent.some("generated").is_some() && parent.some("default") == Some(default);
            let from_parents = !inherited.is_empty() && inherited.iter().all(same);
            if !self.is_printed(column) || from_parents && !self.is_partition {
                return None;
            }
            self.needs.extend(self.catalog.graph.needs(part, self.key));
            let stored = if column.text("generated") == "s" { " STORED" } else { "" };
            return Some(format!(" GENERATED ALWAYS AS ({default}){stored}"));
        }
        if !self.is_printed(column) || self.catalog.graph.is_loop(part, self.key) {
            self.apart_default(part, column, default);
            return None;
        }
        self.needs.extend(self.catalog.graph.needs(part, self.key));
        Some(format!(" DEFAULT {default}"))
    }

    fn apart_default(&mut self, key: Key, column: Row<'_>, default: &str) {
        self.apart.push(default_entry(self.table, key, column, default));
    }

    /// ` NOT NULL` with the name of its constraint, where it has one that PostgreSQL would not choose. Before version 18 it is a
    /// property of the column, and since then a constraint.
    fn not_null(&self, column: Row<'_>) -> Option<String> {
        if !column.is("not_null") {
            return None;
        }
        if self.catalog.version < NAMED_NOT_NULL {
            let inherited = self
                .parents
                .iter()
                .any(|parent| same_column(parent, column.text("name")).is_some_and(|column| column.is("not_null")));
            return (self.is_partition || !inherited).then(|| " NOT NULL".to_string());
        }
        let constraint = self
            .table
            .constraints
            .iter()
            .find(|own| own.text("type") == "n" && own.number("n") == column.number("n"))?;
        let from_parents = constraint.is_not("local") && !self.is_partition && !self.is_stricter(column);
        if constraint.is_not("valid") || from_parents {
            return None;
        }
        let chosen = format!("{}_{}_not_null", self.table.name.name.as_str(), column.text("name"));
        let is_chosen = constraint.text("name") == chosen && !self.catalog.commented.contains(&constraint.oid("oid"));
        let name = if is_chosen { String::new() } else { format!(" CONSTRAINT {}", constraint.ident("name")) };
        let no_inherit = if constraint.is("no_inherit") { " NO INHERIT" } else { "" };
        Some(format!("{name} NOT NULL{no_inherit}"))
    }

    /// A parent has the NOT NULL as NOT VALID, and the table itself as valid.
    fn is_stricter(&self, column: Row<'_>) -> bool {
        self.parents.iter().any(|parent| {
            let number = same_column(parent, column.text("name")).and_then(|column| column.number("n"));
            let mut own = parent.constraints.iter().filter(|own| own.text("type") == "n" && own.number("n") == number);
            own.any(|own| own.is_not("valid"))
        })
    }

    /// Its own NOT NULL on columns that its parents bring, as version 18 writes it.
    fn inherited_not_null(&self) -> Vec<String> {
        if self.catalog.version < NAMED_NOT_NULL {
            return Vec::new();
        }
        let columns = self.table.columns.iter().filter(|column| !self.is_printed(**column));
        columns
            .filter_map(|column| {
                let words = self.not_null(*column)?;
                let name = column.ident("name");
                Some(words.trim_start().replace("NOT NULL", &format!("NOT NULL {name}")))
            })
            .collect()
    }

    /// The same before version 18.
    fn set_not_null(&self) -> String {
        if self.catalog.version >= NAMED_NOT_NULL {
            return String::new();
        }
        let columns = self.table.columns.iter().filter(|column| !self.is_printed(**column));
        let set = columns.filter(|column| self.not_null(**column).is_some());
        let table = &self.table.name;
        set.map(|column| format!("ALTER TABLE ONLY {table} ALTER COLUMN {} SET NOT NULL;\n", column.ident("name")))
            .collect()
    }

    /// CHECK constraints; those that are not valid, or need what comes behind the table, are written apart.
    fn checks(&mut self) -> Vec<String> {
        let mut checks = Vec::new();
        let table = self.table;
        for constraint in &table.constraints {
            let key = (CONSTRAINT, constraint.oid("oid"));
            let (name, def) = (constraint.ident("name"), constraint.text("def"));
            let is_own = !constraint.is_not("local");
            let not_valid = constraint.is_not("valid");
            let kind = match constraint.text("type") {
                "c" => "CHECK CONSTRAINT",
                "n" if not_valid => "CONSTRAINT",
                _ => continue,
            };
            if not_valid || self.catalog.graph.is_loop(key, self.key) {
                if is_own {
                    let text = format!("ALTER TABLE {}\n    ADD CONSTRAINT {name} {def};\n", table.name);
                    self.apart.push(Entry::of(key, &tagged(table, &name), kind, text).after([self.key]));
                }
            } else if is_own || self.is_partition {
                self.needs.extend(self.catalog.graph.needs(key, self.key));
                checks.push(format!("CONSTRAINT {name} {def}"));
            }
        }
        checks
    }
}

/// `server_version_num` of the first version in which a NOT NULL has a name.
const NAMED_NOT_NULL: i64 = 180_000;

fn same_column<'v>(relation: &Relation<'v>, name: &str) -> Option<Row<'v>> {
    relation.columns.iter().copied().find(|column| column.text("name") == name)
}

/// `-- Name: t c; …`, as what belongs to a table is headed.
pub fn tagged(relation: &Relation<'_>, name: &Ident) -> Named {
    Named { name: format!("{} {}", relation.name.name.as_str(), name.as_str()), ..Named::of_relation(relation) }
}

/// A default that is set apart from its table.
pub fn default_entry(relation: &Relation<'_>, key: Key, column: Row<'_>, default: &str) -> Entry {
    let foreign = if relation.kind() == "f" { "FOREIGN " } else { "" };
    let column = column.ident("name");
    let text = format!("ALTER {foreign}TABLE ONLY {} ALTER COLUMN {column} SET DEFAULT {default};\n", relation.name);
    Entry::of(key, &tagged(relation, &column), "DEFAULT", text).after([(CLASS, relation.row.oid("oid"))])
}

/// `WITH (…)` on a line of its own.
pub fn with(row: Row<'_>) -> String {
    let own = row.texts("options").unwrap_or_default().into_iter().map(option);
    let toast =
        row.texts("toast_options").unwrap_or_default().into_iter().map(|text| format!("toast.{}", option(text)));
    let all: Vec<String> = own.chain(toast).collect();
    if all.is_empty() { String::new() } else { format!("\nWITH ({})", all.join(", ")) }
}

/// `name=value` as `appendReloptionsArray` writes it: what is no name is a text.
pub fn option(text: &str) -> String {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let value = if Ident::new(value).to_string() == value { value.to_string() } else { crate::pg::lex::literal(value) };
    format!("{}={value}", Ident::new(name))
}

/// Statistics targets, storage, compression and options of columns.
pub fn column_settings(relation: &Relation<'_>) -> String {
    let foreign = if relation.kind() == "f" { "FOREIGN " } else { "" };
    let word = if relation.kind() == "m" { "MATERIALIZED VIEW" } else { "TABLE ONLY" };
    let mut text = String::new();
    for column in &relation.columns {
        let mut set = |what: String| {
            let name = column.ident("name");
            let _ = writeln!(text, "ALTER {foreign}{word} {} ALTER COLUMN {name} SET {what};", relation.name);
        };
        if let Some(target) = column.number("statistics") {
            set(format!("STATISTICS {target}"));
        }
        match column.text("storage") {
            "p" => set("STORAGE PLAIN".to_string()),
            "e" => set("STORAGE EXTERNAL".to_string()),
            "m" => set("STORAGE MAIN".to_string()),
            "x" => set("STORAGE EXTENDED".to_string()),
            // That of its type.
            _ => {}
        }
        match column.text("compression") {
            "p" => set("COMPRESSION pglz".to_string()),
            "l" => set("COMPRESSION lz4".to_string()),
            // The server's.
            _ => {}
        }
        if let Some(options) = column.texts("options") {
            // Numbers, all of them.
            set(format!("({})", options.join(", ")));
        }
    }
    text
}
