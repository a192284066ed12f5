//! Connections on which each statement is a transaction of its own.

use restamp::report::{InputFile, Outcome};

use crate::small::{analyze, revision};

const DUMP: &str = "CREATE TABLE public.t (a integer, b integer);\n";

fn env(connection: &str) -> InputFile {
    let text = format!(
        "from alembic import context\nfrom sqlalchemy import create_engine\n\n\ndef run():\n    \
         with create_engine(url).connect() as connection:\n        {connection}\n        \
         context.configure(connection=connection, target_metadata=None)\n        \
         with context.begin_transaction():\n            context.run_migrations()\n\n\nrun()\n"
    );
    InputFile { path: "env.py".into(), bytes: text.into() }
}

fn outcome(env: InputFile, body: &str) -> (Outcome, Option<String>) {
    let prediction = analyze(vec![env, revision("a1", "None", body)], DUMP, &[]).prediction.expect("there is a dump");
    (prediction.outcome, prediction.sqlstate)
}

const AUTOCOMMIT: &str = "connection = connection.execution_options(isolation_level='AUTOCOMMIT')";
const CONCURRENTLY: &str = "op.create_index('i', 't', ['a'], postgresql_concurrently=True)";
const CAUGHT: &str =
    "try:\n    op.drop_column('t', 'gone')\nexcept sa.exc.ProgrammingError:\n    pass\nop.drop_column('t', 'a')";

/// As with Alembic 1.20 and SQLAlchemy 2.1 on PostgreSQL 15.
#[test]
fn an_index_is_made_concurrently_and_a_failure_that_is_caught_does_no_harm() {
    for body in [CONCURRENTLY, CAUGHT] {
        assert_eq!(outcome(env(AUTOCOMMIT), body), (Outcome::Succeeds, None), "{body}");
    }
    let fails = |state: &str| (Outcome::Fails, Some(state.to_string()));
    assert_eq!(outcome(env("pass"), CONCURRENTLY), fails("25001"));
    assert_eq!(outcome(env("pass"), CAUGHT), fails("25P02"));
    assert_eq!(outcome(env(AUTOCOMMIT), "op.drop_column('t', 'gone')"), fails("42703"));
}

/// A connection that comes from elsewhere may be in autocommit mode: only what shares a transaction fails so.
#[test]
fn without_the_connection_it_is_not_known() {
    let elsewhere =
        || InputFile { path: "env.py".into(), bytes: b"from app.db import migrate\n\nmigrate()\n".to_vec() };
    for body in [CONCURRENTLY, CAUGHT] {
        assert_eq!(outcome(elsewhere(), body).0, Outcome::Unknown, "{body}");
    }
    assert_eq!(outcome(elsewhere(), "op.drop_column('t', 'gone')").1.as_deref(), Some("42703"));
}

/// Views of the session are no part of the schema.
#[test]
fn a_temporary_view_is_found_and_dropped_again() {
    let body = "op.execute('CREATE TEMP VIEW v AS SELECT a FROM t')\n\
                op.execute('CREATE TABLE kept AS SELECT a FROM v')\n\
                op.execute('DROP VIEW v')\nop.execute('DROP VIEW v')";
    assert_eq!(outcome(env("pass"), body), (Outcome::Fails, Some("42P01".into())));
}
