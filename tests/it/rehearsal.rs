//! What a real server is sent when a plan is rehearsed.

use std::path::Path;

use restamp::report::{Input, InputFile, Options, Sent};

fn input(files: &[(&str, &str)], dump: &str, options: Options) -> Input {
    let file = |path: &str, text: &str| InputFile { path: path.into(), bytes: text.into() };
    let files = files.iter().map(|(path, text)| file(path, text)).collect();
    Input {
        files,
        dump: Some(file("dump.sql", dump)),
        options: Options { rehearsal: true, ..options },
        ..Input::default()
    }
}

fn texts(sent: &[Sent]) -> Vec<&str> {
    sent.iter().map(|one| one.sql.as_str()).collect()
}

const FIRST: &str = "from alembic import op\nimport sqlalchemy as sa\nrevision = 'a1'\ndown_revision = None\n\n\
    def upgrade():\n    op.create_table('t', sa.Column('id', sa.Integer()))\n";
const SECOND: &str = "from alembic import op\nimport sqlalchemy as sa\nrevision = 'b2'\ndown_revision = 'a1'\n\n\
    def upgrade():\n    op.add_column('t', sa.Column('x', sa.Integer()))\n    with op.get_context().autocommit_block():\n        \
    op.execute('CREATE INDEX CONCURRENTLY t_x ON t (x)')\n    op.add_column('t', sa.Column('y', sa.Integer()))\n";
const DUMP: &str = "--\n-- PostgreSQL database dump\n--\n\\restrict x\nSELECT pg_catalog.set_config('search_path', '', false);\n\
    CREATE TABLE public.t (\n    id integer\n);\nCREATE TABLE public.alembic_version (\n    version_num character varying(32) NOT NULL\n);\n\
    COPY public.t (id) FROM stdin;\n1\n\\.\nCOPY public.alembic_version (version_num) FROM stdin;\na1\n\\.\n";

/// What psql alone reads and rows are left out, those of the version table excepted; each statement knows its line in the dump.
#[test]
fn a_dump_comes_as_statements() {
    let report = restamp::analyze(&input(&[("v/a1.py", FIRST)], DUMP, Options::default()), &mut |_| ());
    let restore = report.rehearsal.expect("it was asked for").restore;
    assert_eq!(
        texts(&restore),
        [
            "SELECT pg_catalog.set_config('search_path', '', false)",
            "CREATE TABLE public.t (\n    id integer\n)",
            "CREATE TABLE public.alembic_version (\n    version_num character varying(32) NOT NULL\n)",
            "SET search_path = public",
            "INSERT INTO public.alembic_version (version_num) VALUES ('a1')",
        ]
    );
    assert_eq!(restore.iter().map(|one| one.line).collect::<Vec<_>>(), [Some(5), Some(6), Some(9), None, None]);
}

/// A dump without a version table gets one for the rows that the user states.
#[test]
fn a_version_table_is_made_for_rows_that_were_stated() {
    let dump = "CREATE TABLE public.t (id integer);\n";
    let stamped = Some(vec!["a1".to_string()]);
    let input = Input { stamped, ..input(&[("v/a1.py", FIRST)], dump, Options::default()) };
    let report = restamp::analyze(&input, &mut |_| ());
    let restore = report.rehearsal.expect("it was asked for").restore;
    assert_eq!(
        texts(&restore)[2..],
        [
            "CREATE TABLE public.alembic_version (version_num character varying(32) NOT NULL)",
            "INSERT INTO public.alembic_version (version_num) VALUES ('a1')",
        ]
    );
}

/// An upgrade comes with its transactions: an autocommit block ends one, and what follows is in another.
#[test]
fn an_upgrade_comes_with_its_transactions() {
    let files = [("v/a1.py", FIRST), ("v/b2.py", SECOND)];
    let report = restamp::analyze(&input(&files, DUMP, Options::default()), &mut |_| ());
    let upgrade = report.rehearsal.expect("it was asked for").upgrade;
    let told: Vec<_> = upgrade.iter().map(|one| (one.sql.as_str(), one.transaction, one.line)).collect();
    assert_eq!(
        told,
        [
            ("ALTER TABLE t ADD COLUMN x integer", Some(1), Some(7)),
            ("CREATE INDEX CONCURRENTLY t_x ON t (x)", None, Some(9)),
            ("ALTER TABLE t ADD COLUMN y integer", Some(2), Some(10)),
        ]
    );
}

/// The statement that is predicted to be refused comes last, in the transaction of those before it.
#[test]
fn a_refusal_is_rehearsed_too() {
    let dump = DUMP.replace("id integer", "id integer,\n    y integer");
    let files = [("v/a1.py", FIRST), ("v/b2.py", SECOND)];
    let report = restamp::analyze(&input(&files, &dump, Options::default()), &mut |_| ());
    let upgrade = report.rehearsal.expect("it was asked for").upgrade;
    let last = upgrade.last().expect("there are statements");
    assert_eq!(last.sql, "ALTER TABLE t ADD COLUMN y INTEGER");
    assert_eq!((last.refused.as_deref(), last.transaction, last.line), (Some("42701"), Some(2), Some(10)));
}

/// In an autocommit block it is sent alone.
#[test]
fn a_refusal_outside_of_a_transaction_is_sent_alone() {
    let dump = DUMP.replace("COPY public.t ", "CREATE INDEX t_x ON public.t USING btree (id);\nCOPY public.t ");
    let files = [("v/a1.py", FIRST), ("v/b2.py", SECOND)];
    let report = restamp::analyze(&input(&files, &dump, Options::default()), &mut |_| ());
    let upgrade = report.rehearsal.expect("it was asked for").upgrade;
    let last = upgrade.last().expect("there are statements");
    assert_eq!((last.refused.as_deref(), last.transaction, last.line), (Some("42P07"), None, Some(9)));
}

/// A plan's scripts come statement by statement, with their own lines, and with the upgrade that follows.
#[test]
fn a_plan_comes_with_its_scripts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/sample");
    let versions = root.join("project/migrations/versions");
    let mut files: Vec<InputFile> = std::fs::read_dir(versions)
        .expect("the sample is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .map(|path| InputFile {
            path: path.display().to_string(),
            bytes: std::fs::read(&path).expect("it can be read"),
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let dump = InputFile { path: "dump.sql".into(), bytes: std::fs::read(root.join("dump.sql")).expect("it is there") };
    let options = Options { rehearsal: true, ..Options::default() };
    let report = restamp::analyze(&Input { files, dump: Some(dump), options, ..Input::default() }, &mut |_| ());
    let rehearsal = report.rehearsal.expect("it was asked for");
    assert_eq!(rehearsal.plans.len(), report.plans.len());
    assert_eq!(rehearsal.upgrade.last().and_then(|last| last.refused.as_deref()), Some("42701"));
    let recommended = report.plans.iter().position(|plan| plan.recommended).expect("there is one");
    let (plan, rehearsed) = (&report.plans[recommended], &rehearsal.plans[recommended]);
    let fix = texts(&rehearsed.fix);
    assert_eq!((fix[0], *fix.last().expect("it is not empty")), ("BEGIN", "COMMIT"));
    for sent in &rehearsed.fix {
        let line = plan.fix_sql.lines().nth(sent.line.expect("it has one") as usize - 1).expect("it is in the script");
        assert!(line.contains(sent.sql.lines().next().expect("it has a line")), "{line}: {}", sent.sql);
    }
    assert!(!rehearsed.upgrade.is_empty() && rehearsed.upgrade.iter().all(|sent| sent.refused.is_none()));
}
