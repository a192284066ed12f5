use super::*;
use crate::alembic::project::{InputFile, ProjectOptions, read as read_project};

const ENV: &str = "from alembic import context\ncontext.configure(connection=c, target_metadata=None)\n";

fn deploy(log: &str, env: &str, b: &str) -> (DeployLog, Sources) {
    let mut sources = Sources::default();
    let files = [
        ("m/env.py", env),
        ("m/versions/a.py", "revision = 'a'\ndown_revision = None\n"),
        ("m/versions/b_add.py", b),
        ("m/versions/c.py", "revision = 'c'\ndown_revision = 'b'\ndef upgrade():\n    op.add_column('t', 'x')\n"),
    ];
    let files = files.map(|(path, text)| InputFile { path: path.into(), bytes: text.into() });
    let (project, _) = read_project(files.into(), &ProjectOptions::default(), &mut sources);
    let log = read(log, project.environments.first(), &sources);
    (log, sources)
}

const B: &str = "revision = 'b'\ndown_revision = 'a'\n";

const PSYCOPG2: &str = r#"INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.
INFO  [alembic.runtime.migration] Will assume transactional DDL.
INFO  [alembic.runtime.migration] Running upgrade a -> b, add x
INFO  [alembic.runtime.migration] Running upgrade b -> c, add wage
Traceback (most recent call last):
  File "/venv/lib/python3.11/site-packages/sqlalchemy/engine/base.py", line 1967, in _exec_single_context
    self.dialect.do_execute(
psycopg2.errors.DuplicateColumn: column "expected_wage" of relation "candidate" already exists


The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/m/versions/c.py", line 4, in upgrade
    op.add_column('t', 'x')
  File "/venv/lib/python3.11/site-packages/alembic/operations/base.py", line 1, in x
sqlalchemy.exc.ProgrammingError: (psycopg2.errors.DuplicateColumn) column "expected_wage" of relation "candidate" already exists

[SQL: ALTER TABLE candidate ADD COLUMN expected_wage VARCHAR(120)]
(Background on this error at: https://sqlalche.me/e/20/f405)
"#;

#[track_caller]
fn check_wage(log: &DeployLog) {
    let failure = log.failure.as_ref().expect("a failure");
    assert_eq!(failure.sqlstate, Some("42701"));
    assert_eq!(failure.message, "column \"expected_wage\" of relation \"candidate\" already exists");
    assert_eq!(failure.statement.as_deref(), Some("ALTER TABLE candidate ADD COLUMN expected_wage VARCHAR(120)"));
    assert_eq!(failure.revision.as_deref(), Some("c"));
    assert_eq!(log.steps.len(), 2);
}

#[test]
fn a_traceback_of_psycopg2() {
    let (log, sources) = deploy(PSYCOPG2, ENV, B);
    check_wage(&log);
    let failure = log.failure.as_ref().expect("a failure");
    assert_eq!(failure.line, Some(4));
    assert_eq!(failure.file.map(|file| sources.file(file).path().to_string()).as_deref(), Some("m/versions/c.py"));
    assert_eq!(log.context.as_deref(), Some("PostgresqlImpl"));
    assert_eq!(log.transactional_ddl, Some(true));
    assert!(matches!(log.left, Left::RolledBack { .. }));
    assert!(log.next.expect("next").contains("alembic_version"));
}

#[test]
fn prefixes_and_colours_do_not_matter() {
    let prefixes = [
        "web-1  | ",
        "2026-11-22T21:30:00.123456+00:00 app[web.1]: ",
        "Nov 22 21:30:00 host python[12]: ",
        "\u{1b}[32m",
        "2026-11-22T21:30:00.1Z stdout F ",
    ];
    for prefix in prefixes {
        let log: String = PSYCOPG2.lines().map(|line| format!("{prefix}{line}\u{1b}[0m\r\n")).collect();
        check_wage(&deploy(&log, ENV, B).0);
    }
}

#[test]
fn asyncpg_and_psycopg_name_the_same_code() {
    let asyncpg = "sqlalchemy.exc.ProgrammingError: (sqlalchemy.dialects.postgresql.asyncpg.ProgrammingError) <class 'asyncpg.exceptions.DuplicateTableError'>: relation \"t\" already exists\n[SQL: \nCREATE TABLE t (\n\ta INTEGER[]\n)\n\n]\n";
    let (log, _) = deploy(asyncpg, ENV, B);
    let failure = log.failure.expect("a failure");
    assert_eq!((failure.sqlstate, failure.message.as_str()), (Some("42P07"), "relation \"t\" already exists"));
    assert_eq!(failure.statement.as_deref(), Some("CREATE TABLE t (\n\ta INTEGER[]\n)"));
    let (log, _) = deploy(
        "psycopg.errors.UndefinedTable: relation \"t\" does not exist\nLINE 1: SELECT 1 FROM t\n        ^\nHINT:  try\n",
        ENV,
        B,
    );
    let failure = log.failure.expect("a failure");
    assert_eq!((failure.sqlstate, failure.hint.as_deref()), (Some("42P01"), Some("try")));
}

#[test]
fn the_servers_own_log() {
    let log = "2026-11-22 21:30:00.000 UTC [99] ERROR:  column \"x\" of relation \"t\" already exists\n2026-11-22 21:30:00.000 UTC [99] STATEMENT:  ALTER TABLE t\n\tADD COLUMN x INTEGER\n";
    let failure = deploy(log, ENV, B).0.failure.expect("a failure");
    assert_eq!(failure.sqlstate, Some("42701"));
    assert_eq!(failure.statement.as_deref(), Some("ALTER TABLE t\n\tADD COLUMN x INTEGER"));
}

#[test]
fn what_is_left_depends_on_transactions() {
    let per = "from alembic import context\ncontext.configure(connection=c, transaction_per_migration=True)\n";
    let (log, _) = deploy(PSYCOPG2, per, B);
    assert!(matches!(&log.left, Left::Kept { up_to, half: None, .. } if &**up_to == "b"), "{:?}", log.left);
    let block = "revision = 'b'\ndown_revision = 'a'\ndef upgrade():\n    with op.get_context().autocommit_block():\n        pass\n";
    let (log, _) = deploy(PSYCOPG2, ENV, block);
    assert!(
        matches!(&log.left, Left::Kept { up_to, half: Some(half), .. } if &**up_to == "a" && &**half == "b"),
        "{:?}",
        log.left
    );
    let unknown = "from alembic import context\ncontext.configure(connection=c, transaction_per_migration=choose())\n";
    assert!(matches!(deploy(PSYCOPG2, unknown, B).0.left, Left::Unknown { .. }));
}

#[test]
fn alembics_own_errors() {
    let (log, _) = deploy(
        "ERROR [alembic.util.messaging] Can't locate revision identified by 'zzz'\n  FAILED: Can't locate revision identified by 'zzz'\n",
        ENV,
        B,
    );
    let failure = log.failure.expect("a failure");
    assert_eq!((failure.sqlstate, failure.message.as_str()), (None, "Can't locate revision identified by 'zzz'"));
    assert!(log.next.expect("next").contains("deployed last"));
    assert!(matches!(log.left, Left::RolledBack { .. }));
}

#[test]
fn stamps_merges_and_a_clean_run() {
    let (log, _) = deploy(
        "Running upgrade  -> a, first\nRunning upgrade a, b -> c, merge\nRunning stamp_revision a -> c\n",
        ENV,
        B,
    );
    assert!(log.failure.is_none());
    assert_eq!(log.left, Left::Nothing);
    assert_eq!(log.next, None);
    assert!(log.steps[0].from.is_empty());
    assert_eq!(log.steps[1].from.len(), 2);
    assert_eq!((log.steps[2].stamp, &*log.steps[2].to[0]), (true, "c"));
}

#[test]
fn any_bytes_end() {
    for log in [
        "",
        "\u{1b}[",
        "\u{1b}]",
        "File \"",
        "[SQL:",
        "x: ",
        "Running upgrade -> ",
        "é|\u{1b}[1mé",
        "[2026-11-22 21:30:00",
    ] {
        deploy(log, ENV, B);
    }
}
