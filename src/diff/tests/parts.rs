//! What has no object of its own: it is told of the object that it is a part of.

use super::{check, check_changes};

#[test]
fn comments_on_attributes_constraints_of_domains_and_extensions_are_compared() {
    check_changes(
        "CREATE TYPE point AS (x integer, y integer); COMMENT ON COLUMN point.x IS 'east';",
        "CREATE TYPE public.point AS (x integer, y integer); COMMENT ON COLUMN public.point.x IS 'east';",
        &[
            ("COMMENT ON COLUMN point.x IS 'west'", "Composite public.point: comments x: 'east' -> x: 'west'"),
            ("COMMENT ON COLUMN point.x IS NULL", "Composite public.point: comments x: 'east' -> -"),
            (
                "ALTER TYPE point RENAME ATTRIBUTE x TO z",
                "Composite public.point: attributes x integer, y integer -> z integer, y integer; comments x: 'east' -> z: 'east'",
            ),
            (
                "ALTER TYPE point DROP ATTRIBUTE x",
                "Composite public.point: attributes x integer, y integer -> y integer; comments x: 'east' -> -",
            ),
        ],
    );
    check_changes(
        "CREATE DOMAIN mail AS text CONSTRAINT at CHECK (VALUE LIKE '%@%'); COMMENT ON CONSTRAINT at ON DOMAIN mail IS 'as usual';",
        "CREATE DOMAIN public.mail AS text CONSTRAINT at CHECK ((VALUE ~~ '%@%'::text)); COMMENT ON CONSTRAINT at ON DOMAIN public.mail IS 'as usual';",
        &[
            ("COMMENT ON CONSTRAINT at ON DOMAIN mail IS NULL", "Domain public.mail: comments at: 'as usual' -> -"),
            (
                "ALTER DOMAIN mail RENAME CONSTRAINT at TO a",
                "Domain public.mail: checks at -> a; comments at: 'as usual' -> a: 'as usual'",
            ),
        ],
    );
    // The comment that a control file brings is as the server has it.
    let dumped = "CREATE EXTENSION hstore WITH SCHEMA public; COMMENT ON EXTENSION hstore IS 'data type';";
    check("CREATE EXTENSION hstore", dumped, &[]);
    check(
        "CREATE EXTENSION hstore; COMMENT ON EXTENSION hstore IS 'ours'",
        dumped,
        &["Extension hstore: comment ours -> data type"],
    );
}

#[test]
fn names_of_not_null_are_compared_where_the_server_has_them() {
    let dumped = |name: &str| format!("CREATE TABLE public.t (a integer CONSTRAINT {name} NOT NULL)");
    check("CREATE TABLE t (a int NOT NULL)", &dumped("zz"), &["Column public.t.a: not null name - -> zz (naming)"]);
    // It was taken already, and got a number.
    check("CREATE TABLE t (a int NOT NULL)", &dumped("t_a_not_null1"), &[]);
    check("CREATE TABLE t (a int CONSTRAINT needed NOT NULL)", &dumped("needed"), &[]);
    check("CREATE TABLE t (a int, CONSTRAINT needed NOT NULL a)", &dumped("needed"), &[]);
    check(
        "CREATE TABLE t (a int CONSTRAINT needed NOT NULL)",
        &dumped("zz"),
        &["Column public.t.a: not null name needed -> zz"],
    );
    check(
        "CREATE TABLE t (a int CONSTRAINT needed NOT NULL); ALTER TABLE t ALTER a DROP NOT NULL, ALTER a SET NOT NULL",
        &dumped("zz"),
        &["Column public.t.a: not null name - -> zz (naming)"],
    );
    // The name is from before the rename, or made when the database came to version 18.
    let renamed = "CREATE TABLE u (b int NOT NULL); ALTER TABLE u RENAME TO t; ALTER TABLE t RENAME b TO a";
    check(renamed, &dumped("u_b_not_null"), &[]);
    check(renamed, "CREATE TABLE public.t (a integer NOT NULL)", &[]);
}

#[test]
fn defaults_of_a_views_columns_are_compared() {
    check_changes(
        "CREATE TABLE t (a int, b text); CREATE VIEW v AS SELECT a, b FROM t; ALTER VIEW v ALTER b SET DEFAULT 'x'",
        "CREATE TABLE public.t (a integer, b text); CREATE VIEW public.v AS SELECT a, b FROM t; ALTER TABLE ONLY public.v ALTER COLUMN b SET DEFAULT 'x'::text",
        &[
            ("ALTER VIEW v ALTER b SET DEFAULT 'y'", "Default public.v.b: default 'x' -> 'y'"),
            ("ALTER VIEW v ALTER b DROP DEFAULT", "Default public.v.b: missing"),
            ("ALTER VIEW v ALTER a SET DEFAULT NULL", "Default public.v.a: extra"),
        ],
    );
}
