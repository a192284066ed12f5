//! Relations: tables and what is attached to them, sequences (`dumpSequence`), views.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::row::Row;
use super::entry::{Entry, Named};
use super::graph::{CLASS, DEFAULT, Key, STEP};
use super::table::{self, column_settings, default_entry, option, with};
use super::{Catalog, Relation};

pub fn write(catalog: &Catalog<'_>, entries: &mut Vec<Entry>, named: &mut BTreeMap<Key, Named>) {
    // In the order of the list, which is that of names.
    let relations: Vec<&Relation<'_>> =
        catalog.snapshot.rows("relations").filter_map(|row| catalog.relations.get(&row.oid("oid"))).collect();
    let mut later = Vec::new();
    for relation in &relations {
        let key = (CLASS, relation.row.oid("oid"));
        match relation.kind() {
            "S" => sequence(catalog, relation, entries, &mut later),
            "v" | "m" => {
                view(relation, key, entries);
                let defaults = relation.columns.iter().filter_map(|column| Some((column, column.some("default")?)));
                later.extend(defaults.map(|(column, default)| {
                    default_entry(relation, (DEFAULT, column.oid("default_oid")), *column, default)
                }));
            }
            _ => later.extend(table::write(catalog, relation, entries, named)),
        }
        named.entry(key).or_insert_with(|| Named::of_relation(relation));
    }
    for relation in relations {
        if let Some(bound) = relation.row.some("bound") {
            later.extend(attach(catalog, relation, bound));
        }
    }
    entries.extend(later);
}

/// `dumpTableAttach`
fn attach(catalog: &Catalog<'_>, partition: &Relation<'_>, bound: &str) -> Option<Entry> {
    let parent = partition.row.list("parents")?.first().and_then(super::row::number)? as u32;
    let table = catalog.relations.get(&parent)?;
    let text = format!("ALTER TABLE ONLY {} ATTACH PARTITION {} {bound};\n", table.name, partition.name);
    let own = Named::of_relation(partition);
    let keys = [(CLASS, parent), (CLASS, partition.row.oid("oid"))];
    Some(Entry::of((STEP, 0), &own, "TABLE ATTACH", text).after(keys))
}

fn sequence(catalog: &Catalog<'_>, relation: &Relation<'_>, entries: &mut Vec<Entry>, later: &mut Vec<Entry>) {
    let (row, name) = (relation.row, &relation.name);
    let Some(sequence) = row.row("sequence") else { return };
    let own = Named::of_relation(relation);
    let key = (CLASS, row.oid("oid"));
    let owner = row.row("owned_by");
    let of_column = owner.and_then(|owner| {
        let table = catalog.relations.get(&owner.oid("relation"))?;
        Some((owner, table, table.column(owner.number("n")?)?))
    });
    let options = options(sequence);
    match of_column {
        Some((owner, table, column)) if owner.is("identity") => {
            let how = if column.text("identity") == "a" { "ALWAYS" } else { "BY DEFAULT" };
            let mut text = format!(
                "ALTER TABLE {} ALTER COLUMN {} ADD GENERATED {how} AS IDENTITY (\n",
                table.name,
                column.ident("name")
            );
            let _ = writeln!(text, "    SEQUENCE NAME {name}");
            // Those of unlogged tables are unlogged since version 15.
            if catalog.version >= 150_000 && row.text("persistence") != table.row.text("persistence") {
                text.push_str(if row.text("persistence") == "u" { "    UNLOGGED\n" } else { "    LOGGED\n" });
            }
            let _ = writeln!(text, "    {}\n);", options.join("\n    "));
            later.push(Entry::of(key, &own, "SEQUENCE", text).after([(CLASS, owner.oid("relation"))]));
        }
        _ => {
            let unlogged = if row.text("persistence") == "u" { "UNLOGGED " } else { "" };
            let mut text = format!("CREATE {unlogged}SEQUENCE {name}\n");
            if sequence.text("type") != "bigint" {
                let _ = writeln!(text, "    AS {}", sequence.text("type"));
            }
            let _ = writeln!(text, "    {};", options.join("\n    "));
            let _ = write!(text, "\n\nALTER SEQUENCE {name} OWNER TO {};\n", row.ident("owner"));
            entries.push(Entry::of(key, &own, "SEQUENCE", text));
            if let Some((owner, table, column)) = of_column {
                let text = format!("ALTER SEQUENCE {name} OWNED BY {}.{};\n", table.name, column.ident("name"));
                let keys = [key, (CLASS, owner.oid("relation"))];
                later.push(Entry::of((STEP, 0), &own, "SEQUENCE OWNED BY", text).after(keys));
            }
        }
    }
}

/// What a sequence counts, one line each; bounds that are those of its type are not written.
fn options(sequence: Row<'_>) -> Vec<String> {
    let number = |key: &str| sequence.number(key).unwrap_or(0);
    let (lowest, highest) = match sequence.text("type") {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let (least, most) = if number("increment") > 0 { (1, highest) } else { (lowest, -1) };
    let bound = |word: &str, value: i64, usual: i64| match value == usual {
        true => format!("NO {word}"),
        false => format!("{word} {value}"),
    };
    let mut options = vec![
        format!("START WITH {}", number("start")),
        format!("INCREMENT BY {}", number("increment")),
        bound("MINVALUE", number("min"), least),
        bound("MAXVALUE", number("max"), most),
        format!("CACHE {}", number("cache")),
    ];
    if sequence.is("cycle") {
        options.push("CYCLE".to_string());
    }
    options
}

fn view(relation: &Relation<'_>, key: Key, entries: &mut Vec<Entry>) {
    let (row, name) = (relation.row, &relation.name);
    let own = Named::of_relation(relation);
    let query = row.text("def").trim_end().trim_end_matches(';');
    let mut text = if relation.kind() == "m" {
        format!(
            "CREATE MATERIALIZED VIEW {name}{} AS\n{query}\n  WITH NO DATA;\n{}",
            with(row),
            column_settings(relation)
        )
    } else {
        let is_check = |text: &&str| text.starts_with("check_option=");
        let all = row.texts("options").unwrap_or_default();
        let options: Vec<String> = all.iter().filter(|text| !is_check(text)).map(|text| option(text)).collect();
        let with = if options.is_empty() { String::new() } else { format!(" WITH ({})", options.join(", ")) };
        let check = all.iter().find(|text| is_check(text)).and_then(|text| text.split_once('='));
        let check = check.map(|(_, how)| format!("\n  WITH {} CHECK OPTION", how.to_uppercase())).unwrap_or_default();
        format!("CREATE VIEW {name}{with} AS\n{query}{check};\n")
    };
    let _ = write!(text, "\n\nALTER {} {name} OWNER TO {};\n", own.kind, row.ident("owner"));
    let method = if relation.kind() == "m" { row.text("method") } else { "" };
    entries.push(Entry::of(key, &own, &own.kind, text).method(method));
}
