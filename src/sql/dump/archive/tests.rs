//! Archives by real pg_dumps (15, 16, 18) against the text that the same pg_dump writes of the same database.

use crate::pg::ident::QName;
use crate::source::Sources;
use crate::sql::dump::{Dump, DumpOptions, DumpReader};

macro_rules! fixture {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../../tests/fixtures/", $name)).as_slice())
    };
}

fn read(bytes: &[u8]) -> Dump {
    read_by(bytes, 777)
}

fn read_by(bytes: &[u8], chunk: usize) -> Dump {
    let mut reader = DumpReader::new("d.dump");
    for chunk in bytes.chunks(chunk) {
        reader.feed(chunk);
    }
    reader.finish().read(&DumpOptions::default(), &mut Sources::default())
}

fn statements(dump: &Dump) -> Vec<String> {
    let mut all: Vec<String> = dump.statements.iter().map(|statement| statement.command.node.to_string()).collect();
    // What is set for the restoring session, and large objects, are no part of the schema.
    let no_schema =
        ["SET ", "SELECT pg_catalog.set_config", "SELECT pg_catalog.lo_", "ALTER LARGE OBJECT", "BEGIN", "COMMIT"];
    all.retain(|statement| !no_schema.iter().any(|words| statement.starts_with(words)));
    // Until version 15 it writes so of whatever is in pg_class.
    for statement in all.iter_mut().filter(|statement| statement.contains(" OWNER TO ")) {
        for kind in ["ALTER MATERIALIZED VIEW ", "ALTER SEQUENCE ", "ALTER VIEW "] {
            *statement = statement.replace(kind, "ALTER TABLE ");
        }
    }
    all.sort();
    all
}

#[test]
fn every_form_says_what_the_text_says() {
    let few = fixture!("archives/few-16.sql");
    for ((name, bytes), (_, text)) in [
        (fixture!("archives/objects-15.dump"), fixture!("dumps/objects-15.sql")),
        (fixture!("archives/objects-18.dump"), fixture!("dumps/objects-18.sql")),
        (fixture!("archives/few-16-pipe.dump"), few),
        (fixture!("archives/few-16-stored.dump"), few),
        (fixture!("archives/few-16.tar"), few),
        (fixture!("archives/few-16.zip"), few),
        (fixture!("archives/few-16.dir.tar.gz"), few),
        (fixture!("archives/few-16.base64"), few),
    ] {
        let (archive, plain) = (read(bytes), read(text));
        assert_eq!(archive.diagnostics, [], "{name}");
        let (found, expected) = (statements(&archive), statements(&plain));
        let odd: Vec<_> = found.iter().filter(|one| !expected.contains(one)).collect();
        let missing: Vec<_> = expected.iter().filter(|one| !found.contains(one)).collect();
        assert!(odd.is_empty() && missing.is_empty() && found.len() == expected.len(), "{name}: {odd:?} {missing:?}");
        assert_eq!((&archive.rows, &archive.version_rows), (&plain.rows, &plain.version_rows), "{name}");
        assert!(archive.server_version.is_some() && archive.pg_dump_version.is_some(), "{name}");
        let contents = crate::sql::dump::Contents { complete: true, ..plain.contents };
        assert_eq!(archive.contents, contents, "{name}");
        assert!(archive.started.is_some(), "{name}");
    }
    let dump = read(fixture!("archives/few-16-pipe.dump").1);
    assert_eq!(dump.rows[&QName::new(Some("public".into()), "empty")], 0);
    assert_eq!(dump.version_rows.values().next().expect("the version table"), &["ae10"]);
}

/// Whatever comes at once, the text is the same.
#[test]
fn pieces_may_end_anywhere() {
    for (name, bytes) in [
        fixture!("archives/objects-15.dump"),
        fixture!("archives/objects-18.dump"),
        fixture!("archives/few-16-pipe.dump"),
        fixture!("archives/few-16-stored.dump"),
    ] {
        let whole = read_by(bytes, usize::MAX);
        for chunk in [1, 10, 5000] {
            let dump = read_by(bytes, chunk);
            assert_eq!(statements(&dump), statements(&whole), "{name} by {chunk}");
            assert_eq!((&dump.rows, &dump.version_rows), (&whole.rows, &whole.version_rows), "{name} by {chunk}");
            assert_eq!(dump.diagnostics, [], "{name} by {chunk}");
        }
    }
}

#[test]
fn what_is_damaged_is_said() {
    let codes = |bytes: &[u8]| read(bytes).diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>();
    for (name, bytes) in [
        fixture!("archives/few-16-pipe.dump"),
        fixture!("archives/few-16.tar"),
        fixture!("archives/few-16.zip"),
        fixture!("archives/few-16.dir.tar.gz"),
    ] {
        for end in (1..bytes.len()).step_by(61).filter(|end| *end > 4) {
            let found = codes(&bytes[..end]);
            // The end of a tar file, and of what stands behind the last rows, is empty.
            assert!(!found.is_empty() || end + 12_000 > bytes.len() && name.ends_with("tar"), "{name} cut at {end}");
        }
        // One byte changed anywhere must not panic.
        for at in (0..bytes.len()).step_by(7) {
            let mut bytes = bytes.to_vec();
            bytes[at] ^= 0x55;
            read(&bytes);
        }
    }
    let mut newer = fixture!("archives/few-16-pipe.dump").1.to_vec();
    newer[6] = 99;
    assert_eq!(codes(&newer), ["dump-archive-version"]);
    assert_eq!(codes(b"PGDMP\x01\x0e"), ["dump-truncated"]);
}

/// `--compress=lz4` (the byte behind the format): the schema is read, and that the rows are not is said.
#[test]
fn rows_that_are_packed_otherwise_are_not_known() {
    let mut bytes = fixture!("archives/few-16-pipe.dump").1.to_vec();
    assert_eq!(bytes[11], 1, "gzip");
    bytes[11] = 2;
    let dump = read(&bytes);
    assert_eq!(dump.diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), ["dump-rows-not-read"]);
    assert_eq!(statements(&dump), statements(&read(fixture!("archives/few-16.sql").1)));
    assert!(dump.rows.is_empty() && dump.version_rows.is_empty());
}
