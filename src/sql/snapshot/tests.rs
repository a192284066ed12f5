use std::io::Read;

use super::*;
use crate::source::Sources;
use crate::sql::dump::{Dump, DumpOptions, DumpReader};

const SMALL: &str = r#"{"restamp_snapshot":1,"server":{"version":"16.4","version_num":"160004","database":"shop","taken":"2026-11-29 06:44:12 UTC","role":"joe","search_path":"\"$user\", public"},
"relations":[{"oid":"16400","schema":"public","name":"alembic_version","kind":"r","owner":"joe","type":"16402","method":"heap"},
{"oid":"16410","schema":"public","name":"t","kind":"r","owner":"ann","mine":false,"type":"16412","method":"heap"}],
"columns":[{"relation":"16400","n":1,"name":"version_num","type":"character varying(32)","not_null":true},{"relation":"16410","n":1,"name":"id","type":"integer"}],
"indexes":[{"oid":"16420","relation":"16410","name":"i","def":"CREATE INDEX i ON public.t USING btree (id)"},{"oid":"16421","relation":"16410","name":"half","def":"CREATE INDEX half ON public.t USING btree (id)","valid":false}],
"versions":[{"relation":"16400","rows":["a1","back\\slash"]}]}"#;

fn read(bytes: &[u8], chunk: usize) -> Dump {
    let mut reader = DumpReader::new("s.json");
    bytes.chunks(chunk).for_each(|chunk| reader.feed(chunk));
    reader.finish().read(&DumpOptions::default(), &mut Sources::default())
}

fn codes(bytes: &[u8]) -> Vec<&'static str> {
    read(bytes, 4096).diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

/// The value as psql shows it: lines of blanks and of rules, as long as itself, before it.
fn grid(value: &str) -> String {
    let value = value.replace('\n', "");
    let half = " ".repeat(value.len() / 2);
    format!("{half}snapshot{half}\n{}\n {value}\n(1 row)\n\n", "-".repeat(value.len() + 2))
}

#[test]
fn in_chunks_of_every_size() {
    for chunk in (1..90).chain([4096, usize::MAX]) {
        for text in [SMALL.to_string(), grid(SMALL), format!("{}{}", " ".repeat(9000), grid(SMALL))] {
            let dump = read(text.as_bytes(), chunk);
            assert_eq!(dump.diagnostics, [], "{chunk}");
            assert_eq!(dump.version_rows.values().next().unwrap(), &["a1", "back\\slash"]);
            assert_eq!((dump.server_version.as_deref(), dump.database.as_deref()), (Some("16.4"), Some("shop")));
            assert!(dump.contents.tables && dump.contents.keys && dump.contents.owners && dump.contents.complete);
        }
    }
}

#[test]
fn it_tells_more_than_a_dump() {
    let known = read(SMALL.as_bytes(), 100).snapshot.unwrap();
    assert_eq!((known.role.as_str(), known.taken.as_str()), ("joe", "2026-11-29 06:44:12 UTC"));
    let names = |list: &[(Ident, QName)]| list.iter().map(|(a, b)| format!("{a} {b}")).collect::<Vec<_>>();
    assert_eq!(names(&known.invalid_indexes), ["half public.t"]);
    assert_eq!(
        known.not_mine.iter().map(|(name, owner)| format!("{name} {owner}")).collect::<Vec<_>>(),
        ["public.t ann"]
    );
    assert!(known.unread.is_empty());
    let unread = SMALL.replace(",\"rows\":[\"a1\",\"back\\\\slash\"]", "");
    let dump = read(unread.as_bytes(), 100);
    assert!(dump.version_rows.is_empty() && dump.snapshot.unwrap().unread.len() == 1);
}

#[test]
fn what_is_no_whole_snapshot_is_refused() {
    for end in [40, 200, SMALL.len() / 2, SMALL.len() - 1] {
        let dump = read(&SMALL.as_bytes()[..end], 4096);
        assert_eq!(dump.diagnostics[0].code, "dump-truncated");
        assert!(dump.diagnostics[0].message.contains("the snapshot ends too early") && dump.statements.is_empty());
    }
    assert_eq!(codes(SMALL.replace("snapshot\":1", "snapshot\":2").as_bytes()), ["snapshot-version"]);
    assert_eq!(codes(SMALL.replace("16.4", "16.\n4").as_bytes()), ["snapshot-damaged"]);
    let deep = format!("{{\"restamp_snapshot\": 1, \"x\": {}", "[".repeat(100_000));
    assert_eq!(codes(deep.as_bytes()), ["snapshot-damaged"]);
    assert_eq!(codes(" \n".repeat(9000).as_bytes()), ["dump-empty"]);
    assert_eq!(codes(format!("{}CREATE TABLE t (a int);", "-- x\n".repeat(30_000)).as_bytes()), Vec::<&str>::new());
    let none = to_sql("d.sql", b"CREATE TABLE t (a int);").unwrap_err();
    assert_eq!(none.iter().map(|message| message.code).collect::<Vec<_>>(), ["snapshot-none"]);
}

/// Whatever is in the lists, there is no panic, and no endless work.
#[test]
fn odd_values_are_passed_over() {
    let mut text = String::new();
    let bytes: &[u8] = include_bytes!("../../../tests/fixtures/snapshots/objects-18.json.gz");
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let odd = serde_json::json!([null, 1, "x", {}, [], [1, 2], {"oid": "1", "relation": "1", "n": -1, "acl": ["=", "\"", "a=b*"], "def": "x"}]);
    assert!(write::dump(&value).unwrap().0.len() > 30_000);
    for key in value.as_object().unwrap().keys().filter(|key| *key != "restamp_snapshot") {
        for put in [serde_json::Value::Null, odd.clone(), serde_json::json!(5)] {
            let mut changed = value.clone();
            changed[key] = put;
            assert!(write::dump(&changed).is_ok(), "{key}");
        }
    }
    // Every field of every row, gone or another.
    for (key, list) in value.as_object().unwrap() {
        let rows = list.as_array().map_or(0, Vec::len);
        for at in [0, rows / 2, rows.saturating_sub(1)].into_iter().filter(|_| rows > 0) {
            let fields: Vec<String> = list[at].as_object().map_or(Vec::new(), |row| row.keys().cloned().collect());
            for field in fields {
                for put in [serde_json::Value::Null, serde_json::json!("\u{e9}=\"'"), serde_json::json!(-7)] {
                    let mut changed = value.clone();
                    changed[key][at][&field] = put;
                    assert!(write::dump(&changed).is_ok(), "{key} {field}");
                }
            }
        }
    }
}
