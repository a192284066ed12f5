//! Statements on rows: what PostgreSQL says of them where no table has rows (`tests/oracle/statements.py`).

use super::*;

const TABLES: &str = include_str!("../../../../tests/fixtures/statements.sql");
const RECORDING: &str = include_str!("../../../../tests/fixtures/statements.tsv");

fn outcome(version: u32, before: &str, statement: &str) -> String {
    let (mut catalog, mut session) = (Catalog::new(), Session { server_version: Some(version), ..Session::default() });
    run(&mut catalog, &mut session, TABLES);
    run(&mut catalog, &mut session, before);
    let outcome = run(&mut catalog, &mut session, statement);
    // The recording has no hints and details.
    outcome.lines().next().and_then(|line| line.strip_prefix("-> ")).unwrap_or_default().to_string()
}

#[test]
fn statements_are_refused_as_postgresql_refuses_them() {
    let mut failures = Vec::new();
    for line in RECORDING.lines() {
        let mut cells = line.split('\t');
        let (statement, older) = (cells.next().unwrap(), cells.next().unwrap());
        let newer = cells.next().unwrap_or(older);
        for (version, said) in [(16, older), (18, newer)] {
            let outcome = outcome(version, "", statement);
            if outcome != said {
                failures.push(format!("{version}: {statement}\n  {outcome}\n  {said}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), RECORDING.lines().count(), failures.join("\n"));
}

#[test]
fn nothing_is_said_of_what_the_database_may_have() {
    for (before, statement) in [
        (
            "CREATE FUNCTION ifnull(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
            "UPDATE a SET name = ifnull(name, 'x')",
        ),
        ("CREATE EXTENSION pgcrypto", "UPDATE a SET name = crypt(name, gen_salt('bf'))"),
        ("CREATE EXTENSION nobody_knows", "UPDATE a SET flag = 1"),
        ("CREATE EXTENSION nobody_knows", "DELETE FROM a WHERE flag = 1"),
        ("CREATE CAST (integer AS boolean) WITH INOUT AS ASSIGNMENT", "UPDATE a SET flag = 1"),
        ("CREATE EXTENSION hstore; ALTER TABLE a ADD c hstore", "UPDATE a SET c = 1"),
        ("CREATE AGGREGATE first(integer) (SFUNC = myfunc, STYPE = integer)", "SELECT first(id), max(id) FROM a"),
    ] {
        assert_eq!(outcome(16, before, statement), "ok", "{before}; {statement}");
    }
}

/// What depends on rules that are not modelled is not known. PostgreSQL refuses the first two of a view (42P16) and takes the rest.
#[test]
fn what_may_be_either_is_not_known() {
    let view = "CREATE TABLE v0 (x varchar(10)); CREATE VIEW v1 AS SELECT x FROM v0";
    for (before, statement) in [
        (view, "CREATE OR REPLACE VIEW v1 AS SELECT x::varchar(20) AS x FROM v0"),
        (view, "CREATE OR REPLACE VIEW v1 AS SELECT max(x) AS x FROM v0"),
        (view, "CREATE OR REPLACE VIEW v1 AS SELECT COALESCE(x, x) AS x FROM v0"),
        ("SELECT 1", "CREATE TABLE n (a _text)"),
        ("SELECT 1", "CREATE TABLE n (a pg_catalog._text)"),
        ("SELECT 1", "CREATE TABLE n (a information_schema.yes_or_no)"),
        ("SELECT 1", "ALTER TABLE a ADD COLUMN n pg_class"),
    ] {
        let said = outcome(16, before, statement);
        assert!(said.starts_with("unknown: "), "{before}; {statement}: {said}");
    }
}

/// PostGIS brings tables that no dump holds.
#[test]
fn relations_of_extensions_are_there() {
    for statement in [
        "GRANT SELECT ON spatial_ref_sys TO postgres",
        "ANALYZE public.spatial_ref_sys",
        "CREATE TABLE n AS SELECT * FROM spatial_ref_sys",
        "CREATE VIEW n AS SELECT f_table_name FROM geometry_columns",
        "CREATE FUNCTION n() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM spatial_ref_sys'",
    ] {
        assert_eq!(outcome(16, "CREATE EXTENSION postgis", statement), "ok", "{statement}");
        assert!(outcome(16, "SELECT 1", statement).starts_with("42P01 "), "{statement}");
        let other = statement.replace("spatial_ref_sys", "nope").replace("geometry_columns", "nope");
        assert!(outcome(16, "CREATE EXTENSION postgis", &other).starts_with("42P01 "), "{other}");
    }
}

/// Seen on 16 and 18: whoever reads a label before the transaction that added it has ended is refused.
#[test]
fn new_labels_are_read_after_their_transaction() {
    let unsafe_use = "55P04 unsafe use of new value \"new\" of enum type mood";
    let before = "BEGIN; ALTER TYPE mood ADD VALUE 'new'";
    for statement in [
        "UPDATE a SET feeling = 'new'",
        "DELETE FROM a WHERE feeling IN ('ok', 'new')",
        "INSERT INTO a (id, feeling) SELECT id, 'new' FROM b",
        "CREATE INDEX i ON a (id) WHERE feeling = 'new'",
        "ALTER TABLE a ADD CHECK (feeling <> 'new')",
    ] {
        assert_eq!(outcome(18, before, statement), unsafe_use, "{statement}");
    }
    assert_eq!(outcome(16, &format!("{before}; COMMIT"), "UPDATE a SET feeling = 'new'"), "ok");
    let made_here = "BEGIN; CREATE TYPE other AS ENUM ('a'); ALTER TYPE other ADD VALUE 'b'";
    assert_eq!(outcome(18, made_here, "SELECT 'b'::other"), "ok");
    assert_eq!(
        outcome(16, made_here, "SELECT 'b'::other"),
        unsafe_use.replace("new\"", "b\"").replace("mood", "other")
    );
}

/// superset: PostgreSQL's own functions on its own types are not among the facts.
#[test]
fn functions_of_the_server_itself_are_there() {
    for statement in [
        "UPDATE a SET name = uuid_in(md5(random()::text || clock_timestamp()::text)::cstring)::text",
        "UPDATE a SET name = textin('x'::cstring)",
        "SELECT pg_stat_get_numscans(1)",
        "SELECT int4out(id) FROM a",
    ] {
        assert_eq!(outcome(16, "SELECT 1", statement), "ok", "{statement}");
    }
}

#[test]
fn a_dump_and_a_replay_are_not_judged() {
    for statement in ["CREATE VIEW v AS SELECT ifnull(name, 'x'), a.nope FROM a", "UPDATE a SET flag = 1"] {
        let (mut catalog, session) = (Catalog::new(), Session::default());
        run(&mut catalog, &mut session.clone(), TABLES);
        let mut restoring = Session { restoring: true, ..session.clone() };
        assert_eq!(run(&mut catalog, &mut restoring, statement), "-> ok", "{statement}");
        catalog.open_world = true;
        assert_eq!(
            run(&mut catalog, &mut session.clone(), statement.replace(" v ", " w ").as_str()),
            "-> ok",
            "{statement}"
        );
    }
}
