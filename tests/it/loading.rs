//! What a revision's file does when it is loaded: Alembic loads all of them with each command, before the first revision runs. Seen with
//! Alembic 1.20 and SQLAlchemy 2.1 on PostgreSQL 15.

use restamp::report::{Change, InputFile, Outcome, Report};

use crate::small::{analyze, revision};

const TABLE: &str = "CREATE TABLE public.t (id integer);\n";
const TYPE: &str = "CREATE TYPE public.e AS ENUM ('a');\n";
const COLUMN: &str = "ALTER TABLE public.t ADD COLUMN e public.e;\n";

/// `a` makes the table; the file of `b` makes the type when it is loaded, and its `upgrade()` adds the column.
fn files(create: &str) -> Vec<InputFile> {
    let body = "op.add_column('t', sa.Column('e', e))";
    let mut b = revision("b", "'a'", body);
    let made = format!(
        "\nfrom sqlalchemy.dialects import postgresql\ne = postgresql.ENUM('a', name='e', create_type=False)\n{create}\n"
    );
    b.bytes.extend(made.bytes());
    vec![revision("a", "None", "op.execute('CREATE TABLE t (id int)')"), b]
}

const CHECKED: &str = "try:\n    e.create(op.get_bind(), checkfirst=True)\nexcept NameError:\n    pass";

fn counting(report: &Report) -> Vec<(Change, &str)> {
    let drift = report.drift.iter().filter(|entry| entry.counts);
    drift.map(|entry| (entry.change, entry.object.name.as_str())).collect()
}

#[test]
fn a_type_is_there_with_and_without_the_revision_whose_file_makes_it() {
    // Deployed before the file was written, and upgraded to `a` with the file.
    for dump in [TABLE.to_string(), format!("{TYPE}{TABLE}")] {
        let report = analyze(files(CHECKED), &dump, &["a"]);
        assert_eq!(counting(&report), [], "{dump}");
        assert_eq!(report.located.as_ref().expect("a place").revisions, ["a"], "{dump}");
        assert_eq!(report.prediction.expect("a prediction").outcome, Outcome::Succeeds, "{dump}");
    }
    let report = analyze(files(CHECKED), &format!("{TYPE}{TABLE}{COLUMN}"), &["b"]);
    assert_eq!(counting(&report), []);
    assert_eq!(report.located.expect("a place").revisions, ["b"]);
    let made = analyze(files(CHECKED), TABLE, &["b"]);
    assert_eq!(made.located.expect("a place").revisions, ["a"]);
}

#[test]
fn an_upgrade_fails_on_loading_before_any_revision_runs() {
    let report = analyze(files("e.create(op.get_bind(), checkfirst=False)"), &format!("{TYPE}{TABLE}{COLUMN}"), &["b"]);
    let prediction = report.prediction.expect("a prediction");
    assert_eq!(prediction.outcome, Outcome::Fails);
    assert_eq!(prediction.revision, None);
    assert_eq!(prediction.message.as_deref(), Some("type \"e\" already exists"));
    assert_eq!(prediction.file.as_deref(), Some("versions/b.py"));
}

/// All files are loaded on the database as the upgrade finds it.
#[test]
fn what_a_file_reads_when_it_is_loaded_is_from_before_the_first_revision() {
    let body = "op.create_table('u', sa.Column('t_id', sa.Integer)) if 't' in TABLES else op.execute('CREATE TABLE none (id int)')";
    let mut b = revision("b", "'a'", body);
    b.bytes.extend(b"\nTABLES = sa.inspect(op.get_bind()).get_table_names()\n");
    let files = vec![revision("a", "None", "op.execute('CREATE TABLE t (id int)')"), b];
    let after = |dump: &str, stamped: &[&str]| {
        let files = files.clone();
        let more = revision("c", "'b'", "op.execute('SELECT id FROM none')");
        analyze([files, vec![more]].concat(), dump, stamped).prediction.expect("a prediction").outcome
    };
    assert_eq!(after("CREATE TABLE public.other (id integer);\n", &[]), Outcome::Succeeds);
    assert_eq!(after(TABLE, &["a"]), Outcome::Fails);
}
