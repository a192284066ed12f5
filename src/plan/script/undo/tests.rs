//! Fixes that are taken back on the model. What a real server says of such scripts, `tests/oracle/repairs.py` asks.

use super::{Undo, undo};
use crate::catalog::{Catalog, Session};
use crate::diff::{Options, diff};
use crate::sql::statement::parse;

fn execute(catalog: &mut Catalog, session: &mut Session, sql: &str) {
    for statement in parse(sql) {
        catalog.execute(&statement.command, session).unwrap_or_else(|refusal| panic!("{sql}: {refusal}"));
    }
}

/// The way back from what `fix` makes of what `start` makes; where nothing stays it must lead there.
fn way(start: &str, fix: &str) -> (Vec<String>, Vec<String>) {
    let Undo { steps, stays, .. } = found(start, fix);
    (steps.into_iter().map(|step| step.command.to_string()).collect(), stays)
}

fn found(start: &str, fix: &str) -> Undo {
    let (mut before, mut session) = (Catalog::new(), Session::default());
    execute(&mut before, &mut session, start);
    let mut fixed = before.clone();
    execute(&mut fixed, &mut session, fix);
    let way = undo(&before, &fixed, &Session::default());
    let mut back = fixed.clone();
    for step in &way.steps {
        execute(&mut back, &mut Session::default(), &step.command.to_string());
    }
    let left = diff(&back, &before, &Options::default());
    assert!(!way.stays.is_empty() || left.is_empty(), "{left:?}\n{:?}", way.steps);
    way
}

fn is_before(steps: &[String], first: &str, then: &str) -> bool {
    let at = |words: &str| {
        steps.iter().position(|step| step.contains(words)).unwrap_or_else(|| panic!("{words}: {steps:?}"))
    };
    at(first) < at(then)
}

#[test]
fn what_is_used_goes_after_what_uses_it() {
    let (steps, stays) =
        way("CREATE TABLE t (a text)", "CREATE TYPE mood AS ENUM ('a'); ALTER TABLE t ALTER a TYPE mood USING a::mood");
    assert!(is_before(&steps, "TYPE text", "DROP TYPE") && stays.is_empty(), "{steps:?} {stays:?}");
    let function = "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT 1'";
    let (steps, stays) =
        way("CREATE TABLE t (a text DEFAULT 'x')", &format!("{function}; ALTER TABLE t ALTER a SET DEFAULT f()"));
    assert!(is_before(&steps, "SET DEFAULT 'x'", "DROP FUNCTION") && stays.is_empty(), "{steps:?} {stays:?}");
    let (steps, _) =
        way("", "CREATE TYPE mood AS ENUM ('a'); CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS 'SELECT 1'");
    assert!(is_before(&steps, "DROP FUNCTION", "DROP TYPE"), "{steps:?}");
    let domain = "CREATE DOMAIN d AS text CHECK (g(value)); CREATE TABLE t (a d)";
    let (steps, _) =
        way("", &format!("CREATE FUNCTION g(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'; {domain}"));
    assert!(is_before(&steps, "DROP DOMAIN", "DROP FUNCTION"), "{steps:?}");
}

#[test]
fn tables_that_refer_to_each_other_go() {
    let (steps, stays) = way(
        "",
        "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); \
         ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b) REFERENCES b",
    );
    assert!(stays.is_empty() && steps.len() == 3, "{steps:?} {stays:?}");
}

#[test]
fn what_went_with_a_column_comes_back_once() {
    let (steps, stays) = way(
        "CREATE TABLE t (id int, a int, CONSTRAINT t_pkey PRIMARY KEY (id)); CREATE INDEX i ON t (id, a)",
        "ALTER TABLE t DROP COLUMN id",
    );
    assert_eq!(steps.iter().filter(|step| step.contains("t_pkey")).count(), 1, "{steps:?}");
    assert!(is_before(&steps, "ADD COLUMN", "t_pkey") && is_before(&steps, "ADD COLUMN", "CREATE INDEX"));
    assert_eq!(stays, ["what column public.t.id held is gone; only its definition comes back"]);
}

#[test]
fn a_lost_table_comes_back_with_all_that_it_had() {
    let (_, stays) = way(
        "CREATE TABLE p (id serial PRIMARY KEY, a text NOT NULL DEFAULT 'x', CONSTRAINT c CHECK (a <> '')); \
         ALTER TABLE p ENABLE ROW LEVEL SECURITY; ALTER TABLE p ALTER a SET STATISTICS 7; COMMENT ON COLUMN p.a IS 'x'; \
         CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; \
         CREATE TRIGGER r BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE p DISABLE TRIGGER r; \
         CREATE VIEW v AS SELECT a FROM p",
        "DROP VIEW v; DROP TABLE p; DROP FUNCTION f()",
    );
    assert_eq!(stays, ["what table public.p held is gone; only its definition comes back"]);
}

#[test]
fn names_change_back_when_they_are_free() {
    let (steps, stays) = way("CREATE TABLE t (a int)", "ALTER TABLE t RENAME a TO b; ALTER TABLE t ADD COLUMN a text");
    assert!(is_before(&steps, "DROP COLUMN a", "RENAME COLUMN b TO a") && stays.is_empty(), "{steps:?}");
    let (_, stays) = way(
        "CREATE SCHEMA s; CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE TYPE mood AS ENUM ('a', 'b')",
        "ALTER TABLE t RENAME TO u; ALTER TABLE u SET SCHEMA s; ALTER INDEX s.i RENAME TO j; \
         ALTER TYPE mood RENAME TO feeling; ALTER TYPE feeling RENAME VALUE 'a' TO 'c'",
    );
    assert!(stays.is_empty(), "{stays:?}");
}

#[test]
fn every_kind_that_holds_nothing_is_restored() {
    let start = "CREATE TABLE t (a int, b text); CREATE VIEW v AS SELECT a FROM t; \
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; \
        CREATE FUNCTION g(i int) RETURNS int LANGUAGE sql AS 'SELECT 1'; \
        CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); \
        CREATE POLICY p ON t USING (a > 0); COMMENT ON TABLE t IS 'one'; CREATE DOMAIN d AS text CHECK (value <> ''); \
        CREATE SEQUENCE s; CREATE INDEX i ON t (a); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; \
        CREATE TYPE pair AS (x int); CREATE TYPE span AS RANGE (subtype = int4); \
        CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()";
    for fix in [
        "CREATE OR REPLACE VIEW v AS SELECT a, b FROM t",
        "DROP VIEW v; ALTER TABLE t ALTER b TYPE varchar(9); CREATE VIEW v AS SELECT a FROM t",
        "CREATE OR REPLACE FUNCTION g(i int) RETURNS int LANGUAGE sql AS 'SELECT 2'",
        "CREATE OR REPLACE FUNCTION g(i int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP TRIGGER r ON t; CREATE TRIGGER r AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "ALTER TABLE t DISABLE TRIGGER r",
        "ALTER POLICY p ON t USING (a > 1)",
        "COMMENT ON TABLE t IS 'two'",
        "COMMENT ON TABLE t IS NULL",
        "COMMENT ON FUNCTION g(int) IS 'new'",
        "ALTER DOMAIN d DROP CONSTRAINT d_check; ALTER DOMAIN d SET DEFAULT 'x'; ALTER DOMAIN d SET NOT NULL",
        "ALTER SEQUENCE s INCREMENT BY 2 OWNED BY t.a",
        "DROP INDEX i; CREATE UNIQUE INDEX i ON t (a)",
        "CLUSTER t USING i",
        "ALTER TABLE t VALIDATE CONSTRAINT c",
        "ALTER TYPE pair ADD ATTRIBUTE y int",
        "DROP TYPE span",
        "ALTER EVENT TRIGGER e DISABLE",
        "CREATE RULE n AS ON DELETE TO t DO INSTEAD NOTHING",
        "CREATE CAST (text AS pair) WITH INOUT",
        "CREATE TYPE other AS RANGE (subtype = text); ALTER TABLE t ADD COLUMN o other",
        "CREATE EVENT TRIGGER o ON ddl_command_end EXECUTE FUNCTION f()",
        "ALTER TABLE t SET (fillfactor = 70); ALTER TABLE t REPLICA IDENTITY FULL; ALTER TABLE t ALTER b SET STORAGE PLAIN",
        "ALTER TABLE t ADD COLUMN n int GENERATED ALWAYS AS IDENTITY",
        "ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t ALTER a ADD GENERATED BY DEFAULT AS IDENTITY",
    ] {
        let (steps, stays) = way(start, fix);
        assert!(stays.is_empty() && !steps.is_empty(), "{fix}\n{steps:?}\n{stays:?}");
    }
}

#[test]
fn what_cannot_be_taken_back_is_listed() {
    let start = "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (a varchar(3), b int, m mood, g int GENERATED ALWAYS AS (1) STORED); \
        CREATE TYPE pair AS (x int); CREATE TABLE u (p pair)";
    for (fix, sentence) in [
        ("ALTER TYPE mood ADD VALUE 'b'", "the value 'b' of public.mood cannot be taken back"),
        (
            "ALTER TABLE t ALTER a TYPE text",
            "the type of column public.t.a stays as it is now: the way back may lose values",
        ),
        (
            "ALTER TABLE t ALTER g DROP EXPRESSION",
            "the generated, generated kind of column public.t.g stays as it is now",
        ),
        (
            "ALTER TYPE pair ADD ATTRIBUTE y int",
            "the attributes of type public.pair stays as it is now: columns of this type",
        ),
        ("CREATE ROLE r", "ROLE r stays: nothing beyond this database is dropped"),
    ] {
        let (steps, stays) = way(start, fix);
        assert!(steps.is_empty() && stays.len() == 1 && stays[0].starts_with(sentence), "{fix}\n{steps:?}\n{stays:?}");
    }
}

#[test]
fn what_stays_keeps_what_it_uses() {
    let (steps, stays) =
        way("CREATE TABLE t (a text)", "CREATE DOMAIN d AS text; ALTER TABLE t ALTER a TYPE d; CREATE TABLE u (b int)");
    assert_eq!(steps, ["DROP TABLE public.u"]);
    assert_eq!(stays.len(), 2, "{stays:?}");
    assert!(stays[1].starts_with("domain public.d stays: cannot drop type d"), "{stays:?}");
}

#[test]
fn values_are_looked_for_before_they_would_go() {
    let guards = |fix: &str| -> Vec<String> {
        let steps = found("CREATE TABLE t (a int)", fix).steps;
        steps.into_iter().filter_map(|step| Some(step.guard?.0)).collect()
    };
    assert_eq!(guards("ALTER TABLE t ADD COLUMN b int"), ["EXISTS (SELECT FROM public.t WHERE b IS NOT NULL)"]);
    let constant = guards("ALTER TABLE t ADD COLUMN b int DEFAULT 7");
    assert!(constant[0].contains("b::text IS DISTINCT FROM (7)::integer::text"), "{constant:?}");
    assert!(guards("ALTER TABLE t ADD COLUMN b timestamptz DEFAULT now()")[0].contains("count(DISTINCT b::text) > 1"));
    assert!(guards("ALTER TABLE t ADD COLUMN b int GENERATED ALWAYS AS (a + 1) STORED").is_empty());
    assert_eq!(guards("CREATE TABLE u (b int)"), ["EXISTS (SELECT FROM public.u)"]);
}
