//! Snapshots and dumps of one database, recorded from real servers (`tests/oracle/snapshots.py --record`): what both make is the same.

use std::collections::BTreeSet;
use std::fs;

use restamp::catalog::{Catalog, Session};
use restamp::diff::{Change, Difference, Options, diff};
use restamp::source::Sources;
use restamp::sql::dump::{Dump, DumpOptions, DumpReader};

const VERSIONS: [&str; 4] = ["12", "15", "16", "18"];
/// Tables with keys in time (`WITHOUT OVERLAPS`, `PERIOD`).
const UNREAD: [&str; 2] = ["times", "times_of"];

fn read(name: &str) -> Dump {
    let path = format!("{}/tests/fixtures/snapshots/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut reader = DumpReader::new(name);
    reader.feed(&fs::read(path).expect("a fixture"));
    reader.finish().read(&DumpOptions::default(), &mut Sources::default())
}

/// The catalog, and what of the dump it refuses, in no order.
fn load(dump: &Dump) -> (Catalog, BTreeSet<String>) {
    let (mut catalog, mut session, mut refused) = (Catalog::new(), Session::default(), BTreeSet::new());
    session.restoring = true;
    for statement in &dump.statements {
        if let Err(refusal) = catalog.execute(&statement.command.node, &mut session) {
            refused.insert(refusal.to_string());
        }
    }
    (catalog, refused)
}

fn names(catalog: &Catalog) -> BTreeSet<String> {
    catalog.comparable().map(|(_, id)| format!("{id:?}")).collect()
}

#[test]
fn a_snapshot_makes_the_catalog_of_the_dump() {
    for version in VERSIONS {
        let snapshot = read(&format!("objects-{version}.json.gz"));
        let dump = read(&format!("objects-{version}.sql.gz"));
        assert_eq!(snapshot.diagnostics, [], "{version}");
        assert!(snapshot.snapshot.is_some() && dump.snapshot.is_none());
        let ((ours, refused), (theirs, refused_there)) = (load(&snapshot), load(&dump));
        assert_eq!(refused, refused_there, "{version}");
        let (ours_named, theirs_named) = (names(&ours), names(&theirs));
        assert!(ours_named.len() > 250, "{version}: {}", ours_named.len());
        assert_eq!(ours_named, theirs_named, "{version}");
        for (one, other) in [(&ours, &theirs), (&theirs, &ours)] {
            // What is not read of either is compared with nothing.
            let unread = |difference: &Difference| {
                matches!(difference.change, Change::Uncompared(_)) && UNREAD.contains(&difference.id.name.as_str())
            };
            let mut differences = diff(one, other, &Options::default());
            differences.retain(|difference| !unread(difference));
            assert!(differences.is_empty(), "{version}: {differences:#?}");
        }
        assert_eq!(snapshot.contents, dump.contents, "{version}");
        for (table, rows) in &dump.version_rows {
            assert_eq!(snapshot.version_rows.get(table), Some(rows), "{version}: {table}");
        }
    }
}
