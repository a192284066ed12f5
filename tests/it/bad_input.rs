//! Input that is not as it should be: each gets a message with its place, the rest goes on, and nothing panics.

use restamp::report::{Diagnostic, Input, InputFile, Outcome, Report, Situation};

fn file(path: &str, bytes: impl Into<Vec<u8>>) -> InputFile {
    InputFile { path: path.into(), bytes: bytes.into() }
}

/// A revision file with a body for `upgrade()`.
fn revision(id: &str, down: Option<&str>, body: &str) -> InputFile {
    let quoted = |text: &str| format!("{text:?}");
    let down = down.map_or("None".to_string(), quoted);
    let text = format!(
        "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = {}\ndown_revision = {down}\n\n\ndef upgrade():\n{body}\n\n\ndef downgrade():\n    pass\n",
        quoted(id)
    );
    file(&format!("migrations/versions/{id}_step.py"), text)
}

fn table(name: &str) -> String {
    format!("    op.create_table({name:?}, sa.Column('id', sa.Integer(), primary_key=True), sa.Column('x', sa.Text()))")
}

const HEADER: &str = "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 16.2\n-- Dumped by pg_dump version 16.2\n\n";
const FOOTER: &str = "\n--\n-- PostgreSQL database dump complete\n--\n";

/// What pg_dump writes of [`table`].
fn dumped_table(name: &str) -> String {
    let (table, sequence, key) = (quote(name), quote(&format!("{name}_id_seq")), quote(&format!("{name}_pkey")));
    let nextval = format!("public.{sequence}").replace('\'', "''");
    format!(
        "CREATE TABLE public.{table} (\n    id integer NOT NULL,\n    x text\n);\n\n\
         CREATE SEQUENCE public.{sequence}\n    AS integer\n    START WITH 1\n    INCREMENT BY 1\n    NO MINVALUE\n    NO MAXVALUE\n    CACHE 1;\n\n\
         ALTER SEQUENCE public.{sequence} OWNED BY public.{table}.id;\n\n\
         ALTER TABLE ONLY public.{table} ALTER COLUMN id SET DEFAULT nextval('{nextval}'::regclass);\n\n\
         ALTER TABLE ONLY public.{table}\n    ADD CONSTRAINT {key} PRIMARY KEY (id);\n\n"
    )
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn version_table(rows: &[&str]) -> String {
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    format!(
        "CREATE TABLE public.alembic_version (\n    version_num character varying(32) NOT NULL\n);\n\n\
         COPY public.alembic_version (version_num) FROM stdin;\n{rows}\\.\n\n\
         ALTER TABLE ONLY public.alembic_version\n    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);\n\n"
    )
}

fn dump(parts: &[&str]) -> InputFile {
    file("dump.sql", format!("{HEADER}{}{FOOTER}", parts.concat()))
}

fn analyze(files: Vec<InputFile>, dump: Option<InputFile>) -> Report {
    restamp::analyze(&Input { files, dump, ..Input::default() }, &mut |_| ())
}

#[track_caller]
fn diagnostic<'r>(report: &'r Report, code: &str) -> &'r Diagnostic {
    report
        .diagnostics
        .iter()
        .find(|one| one.code == code)
        .unwrap_or_else(|| panic!("{code}: {:#?}", report.diagnostics))
}

#[track_caller]
fn place<'r>(report: &'r Report, code: &str) -> (&'r str, u32) {
    let found = diagnostic(report, code);
    (found.file.as_deref().expect("a file"), found.line.expect("a line"))
}

/// Two revisions and the dump of the first.
fn healthy() -> Vec<InputFile> {
    vec![revision("a1", None, &table("t")), revision("b2", Some("a1"), &table("u"))]
}

#[test]
fn nothing_at_all() {
    let report = analyze(Vec::new(), None);
    diagnostic(&report, "empty-input");
    assert!(report.revisions.is_empty());
}

#[test]
fn a_file_that_is_no_utf8() {
    let mut files = healthy();
    let text = b"import os\nname = '\xe9'\nrevision = 'c3'\ndown_revision = 'b2'\n".to_vec();
    files.push(file("migrations/versions/c3.py", text));
    let report = analyze(files, Some(dump(&[&dumped_table("t"), &version_table(&["a1"])])));
    assert_eq!(place(&report, "not-utf8"), ("migrations/versions/c3.py", 2));
    assert_eq!(report.stamped.expect("rows").revisions, ["a1"]);
    assert_eq!(report.located.expect("a place").revisions, ["a1"]);
}

#[test]
fn a_file_that_is_no_python_and_one_that_is_no_revision() {
    let mut files = healthy();
    files.push(file("migrations/versions/broken.py", "\n\ndef upgrade(:\n"));
    files.push(file("migrations/versions/helper.py", "def f():\n    return 1\n"));
    let report = analyze(files, Some(dump(&[&dumped_table("t"), &version_table(&["a1"])])));
    assert_eq!(place(&report, "python-syntax"), ("migrations/versions/broken.py", 3));
    assert_eq!(place(&report, "no-revision"), ("migrations/versions/helper.py", 1));
    assert_eq!(report.heads, ["b2"]);
    assert_eq!(report.located.expect("a place").revisions, ["a1"]);
}

#[test]
fn syntax_that_is_refused_still_counts_for_the_graph() {
    let body = "    names = ['a']\n    op.execute(f\"SELECT {', '.join(f\"{name + \"x\"}\" for name in names)}\")";
    let mut files = healthy();
    files.push(revision("c3", Some("b2"), body));
    files.push(revision("d4", Some("c3"), &table("v")));
    let report = analyze(files, Some(dump(&[&dumped_table("t"), &version_table(&["a1"])])));
    assert_eq!(report.heads, ["d4"]);
    assert_eq!(place(&report, "python-syntax").0, "migrations/versions/c3_step.py");
    let revision = report.revisions.iter().find(|revision| revision.id == "c3").expect("c3");
    assert!(!revision.unmodelled.is_empty(), "{revision:#?}");
    assert_ne!(report.prediction.expect("a prediction").outcome, Outcome::Succeeds);
}

#[test]
fn duplicate_ids_missing_parents_and_cycles() {
    let twice = analyze(
        vec![
            revision("a1", None, &table("t")),
            file("migrations/versions/again.py", "revision = 'a1'\ndown_revision = None\n"),
        ],
        None,
    );
    assert!(twice.diagnostics.iter().any(|one| one.message.contains("a1") && one.file.is_some()), "{twice:#?}");

    let orphan = analyze(vec![revision("b2", Some("a1"), &table("t"))], Some(dump(&[&version_table(&["b2"])])));
    let message = orphan.diagnostics.iter().find(|one| one.message.contains("a1")).expect("the missing parent");
    assert_eq!((message.file.as_deref(), message.line), (Some("migrations/versions/b2_step.py"), Some(5)));

    let files = vec![revision("a1", Some("b2"), &table("t")), revision("b2", Some("a1"), &table("u"))];
    let cycle = analyze(files, Some(dump(&[&dumped_table("t"), &version_table(&["a1"])])));
    assert!(cycle.diagnostics.iter().any(|one| one.code.contains("cycle") && one.line.is_some()), "{cycle:#?}");
    assert!(!cycle.plans.iter().any(|plan| plan.recommended));
}

#[test]
fn dumps_that_are_none() {
    let code = |bytes: &[u8]| {
        let report = analyze(healthy(), Some(file("my dump.sql", bytes)));
        assert!(report.database.is_none(), "{report:#?}");
        assert_eq!(report.heads, ["b2"], "the revisions are told all the same");
        report.diagnostics
    };
    #[track_caller]
    fn has(list: &[Diagnostic], code: &str) -> String {
        let found = list.iter().find(|one| one.code == code).unwrap_or_else(|| panic!("{code}: {list:#?}"));
        found.help.clone().unwrap_or_default()
    }
    has(&code(b""), "dump-empty");
    has(&code(b" \n\t\n"), "dump-empty");
    has(&code(b"-- MySQL dump 10.13  Distrib 8.0.36\n\nCREATE TABLE `t` (`id` int);\n"), "dump-other-system");
    has(&code(b"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t (id int);\n"), "dump-other-system");
    has(&code(b"SQLite format 3\0\x10\x00"), "dump-format");
    has(&code(b"PGDMP\x01\x0e\x00\x04\x08"), "dump-truncated");
    let help = has(&code(b"PGDMP\x01\x63\x00\x04\x08"), "dump-archive-version");
    assert_eq!(help, "Turn it into SQL: pg_restore -f - 'my dump.sql' > dump.sql");
}

#[test]
fn dumps_that_are_cut() {
    let whole = format!("{HEADER}{}{}", dumped_table("t"), version_table(&["a1", "b2"]));
    let statement = whole.find("START WITH").expect("a sequence");
    let report = analyze(healthy(), Some(file("dump.sql", &whole[..statement])));
    let line = whole[..statement].lines().position(|line| line.starts_with("CREATE SEQUENCE")).expect("it") as u32 + 1;
    assert_eq!(place(&report, "dump-truncated"), ("dump.sql", line));
    assert_ne!(report.verdict.situation, Situation::Healthy);
    assert!(!report.plans.iter().any(|plan| plan.recommended), "{:#?}", report.plans);

    let rows = whole.find("b2\n").expect("a row");
    let report = analyze(healthy(), Some(file("dump.sql", &whole[..rows])));
    diagnostic(&report, "dump-truncated");
    assert_eq!(report.verdict.situation, Situation::Unknown);
    assert_eq!(report.stamped, None, "rows may follow behind the cut");
    assert!(report.plans.is_empty());
    assert!(!report.drift.iter().any(|one| one.counts), "{:#?}", report.drift);
}

#[test]
fn a_dump_without_the_version_table_and_one_without_its_rows() {
    let without = analyze(healthy(), Some(dump(&[&dumped_table("t")])));
    assert_eq!(without.stamped.as_ref().map(|stamped| stamped.revisions.clone()), Some(Vec::new()));
    assert_eq!(without.verdict.situation, Situation::Unrecorded);

    let schema_only = version_table(&[]).replace("COPY public.alembic_version (version_num) FROM stdin;\n\\.\n", "");
    let unknown = analyze(healthy(), Some(dump(&[&dumped_table("t"), &schema_only])));
    let help = diagnostic(&unknown, "no-version-rows").help.clone().expect("what to do");
    assert!(help.contains("alembic current"), "{help}");
    assert_eq!(unknown.stamped, None);
    assert_eq!(unknown.located.expect("a place").revisions, ["a1"]);
    assert!(unknown.plans.is_empty());
}

#[test]
fn a_row_that_no_file_has() {
    let report = analyze(healthy(), Some(dump(&[&dumped_table("t"), &version_table(&["feed"])])));
    assert_eq!(report.verdict.situation, Situation::Ghost);
    assert_eq!(report.stamped.expect("rows").ghosts, ["feed"]);
    assert_eq!(report.located.expect("a place").revisions, ["a1"]);
}

#[test]
fn revisions_that_never_end_are_bounded() {
    for body in [
        "    while True:\n        pass".to_string(),
        "    op.execute('x' * 10**9)".to_string(),
        format!("    x = {}1{}", "(".repeat(100_000), ")".repeat(100_000)),
        "    def f():\n        return f()\n    f()".to_string(),
        "    x = [0]\n    for y in x:\n        x.append(y)".to_string(),
        "    x = 10 ** 10 ** 10".to_string(),
        "    x = '%999999999d' % 1".to_string(),
    ] {
        let mut files = healthy();
        files.push(revision("c3", Some("b2"), &body));
        let dump = dump(&[&dumped_table("t"), &dumped_table("u"), &version_table(&["b2"])]);
        let started = std::time::Instant::now();
        let report = analyze(files, Some(dump));
        let head = &body[..body.len().min(60)];
        assert!(started.elapsed().as_secs() < 240, "{head}");
        assert_eq!(report.heads, ["c3"], "{head}");
        assert_eq!(report.located.expect("a place").revisions[..1], ["b2"], "{head}");
        assert_eq!(report.prediction.expect("a prediction").outcome, Outcome::Unknown, "{head}");
        let revision = report.revisions.iter().find(|revision| revision.id == "c3").expect("c3");
        assert!(revision.unmodelled.iter().any(|one| one.line.is_some()), "{head}: {revision:#?}");
    }
}

#[test]
fn a_file_of_more_than_any_revision_has_is_refused() {
    let mut files = healthy();
    files.push(file("migrations/versions/huge.py", vec![b'#'; 33 << 20]));
    let started = std::time::Instant::now();
    let report = analyze(files, None);
    assert!(started.elapsed().as_secs() < 60);
    assert_eq!(diagnostic(&report, "file-too-large").file.as_deref(), Some("migrations/versions/huge.py"));
    assert_eq!(report.heads, ["b2"]);
}

#[test]
fn a_dump_of_many_rows_keeps_none_of_them() {
    let mut text = format!("{HEADER}{}COPY public.t (id, x) FROM stdin;\n", dumped_table("t")).into_bytes();
    while text.len() < 20 << 20 {
        text.extend_from_slice(
            b"1\taaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
        );
    }
    text.extend_from_slice(format!("\\.\n\n{}{FOOTER}", version_table(&["a1"])).as_bytes());
    let report = analyze(healthy(), Some(file("dump.sql", text)));
    assert_eq!(report.located.expect("a place").revisions, ["a1"]);
}
