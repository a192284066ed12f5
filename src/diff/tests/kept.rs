//! What is kept as text: kinds that few projects have, and queries.

use super::{check, check_changes, diff, line};
use crate::diff::Options;

#[test]
fn statistics_publications_and_event_triggers_are_compared() {
    check_changes(
        "CREATE TABLE t (a int, b int); CREATE STATISTICS s (mcv, ndistinct, dependencies) ON b, a FROM t; ALTER STATISTICS s SET STATISTICS 9",
        "CREATE TABLE public.t (a integer, b integer); CREATE STATISTICS public.s ON a, b FROM public.t; ALTER STATISTICS public.s SET STATISTICS 9",
        &[
            ("ALTER STATISTICS s SET STATISTICS 99", "Other public.\"STATISTICS s\": target 9 -> 99"),
            ("ALTER STATISTICS s SET STATISTICS -1", "Other public.\"STATISTICS s\": target 9 -> -"),
            (
                "DROP STATISTICS s; CREATE STATISTICS s (mcv) ON a, b FROM t; ALTER STATISTICS s SET STATISTICS 9",
                "Other public.\"STATISTICS s\": kinds - -> mcv",
            ),
        ],
    );
    check_changes(
        "CREATE PUBLICATION p FOR TABLE t, s.u WITH (publish = 'update,insert')",
        "CREATE PUBLICATION p WITH (publish = 'insert, update'); ALTER PUBLICATION p ADD TABLE ONLY public.t; ALTER PUBLICATION p ADD TABLE ONLY s.u",
        &[
            (
                "ALTER PUBLICATION p SET (publish = 'insert')",
                "Other \"PUBLICATION p\": publish insert, update -> insert",
            ),
            (
                "ALTER PUBLICATION p SET (publish_via_partition_root)",
                "Other \"PUBLICATION p\": publish_via_partition_root - -> true",
            ),
            (
                "ALTER PUBLICATION p ADD TABLE v",
                "Other \"PUBLICATION p\": uncompared: the two texts of its published differ, which need not mean anything",
            ),
        ],
    );
    check_changes(
        "CREATE EVENT TRIGGER e ON ddl_command_end WHEN tag IN ('drop table', 'ALTER TABLE') EXECUTE PROCEDURE f()",
        "CREATE EVENT TRIGGER e ON ddl_command_end\n   WHEN TAG IN ('ALTER TABLE', 'DROP TABLE')\n EXECUTE FUNCTION public.f()",
        &[
            ("ALTER EVENT TRIGGER e DISABLE", "Other \"EVENT TRIGGER e\": enabled - -> DISABLE"),
            (
                "DROP EVENT TRIGGER e; CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f()",
                "Other \"EVENT TRIGGER e\": event ddl_command_end -> sql_drop; tags ALTER TABLE, DROP TABLE -> -",
            ),
        ],
    );
}

#[test]
fn what_foreign_servers_are_told_is_compared() {
    check_changes(
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (host 'h', port '1'); ALTER SERVER s OPTIONS (SET port '2');
         CREATE USER MAPPING FOR public SERVER s OPTIONS (who 'me')",
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (\n host 'h',\n port '2'\n);
         CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (\n who 'me'\n)",
        &[
            (
                "ALTER SERVER s VERSION '2' OPTIONS (DROP host)",
                "Other \"SERVER s\": options (host='h', port='2') -> (port='2'); version 1 -> 2",
            ),
            ("DROP USER MAPPING FOR public SERVER s", "Other \"USER MAPPING FOR public SERVER s\": missing"),
        ],
    );
}

#[test]
fn foreign_tables_are_compared_by_columns_and_options() {
    check_changes(
        "CREATE FOREIGN TABLE r (a int NOT NULL, b varchar(3)) SERVER s OPTIONS (t 'x')",
        "CREATE FOREIGN TABLE public.r (\n a integer NOT NULL,\n b character varying(3)\n)\nSERVER s\nOPTIONS (\n t 'x'\n)",
        &[
            (
                "ALTER FOREIGN TABLE r OPTIONS (SET t 'y')",
                "Other public.\"FOREIGN TABLE r\": options (t='x') -> (t='y')",
            ),
            (
                "DROP FOREIGN TABLE r; CREATE FOREIGN TABLE r (a int, b varchar(3)) SERVER s OPTIONS (t 'x')",
                "Other public.\"FOREIGN TABLE r\": columns a integer NOT NULL, b character varying(3) -> a integer, b character varying(3)",
            ),
        ],
    );
}

#[test]
fn operators_casts_and_aggregates_are_known_by_their_types() {
    check_changes(
        "CREATE OPERATOR === (PROCEDURE = int4eq, LEFTARG = int, RIGHTARG = int, HASHES); CREATE CAST (int4 AS varchar) WITH INOUT AS ASSIGNMENT;
         CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')",
        "CREATE OPERATOR public.=== (\n FUNCTION = int4eq,\n LEFTARG = integer,\n RIGHTARG = integer,\n HASHES\n);
         CREATE CAST (integer AS character varying) WITH INOUT AS ASSIGNMENT;
         CREATE AGGREGATE public.total(integer) (\n SFUNC = int4pl,\n STYPE = integer,\n INITCOND = '0'\n)",
        &[
            ("DROP OPERATOR === (integer, integer)", "Other public.\"OPERATOR === (integer, integer)\": missing"),
            (
                "DROP CAST (integer AS varchar); CREATE CAST (integer AS character varying) WITH INOUT",
                "Other \"CAST (integer AS character varying)\": context AS ASSIGNMENT -> -",
            ),
            (
                "DROP AGGREGATE total(int); CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '1')",
                "Aggregate public.\"total(integer)\": initcond 0 -> 1",
            ),
        ],
    );
}

#[test]
fn rules_and_dictionaries_are_compared_by_their_parts() {
    check_changes(
        "CREATE TABLE t (a int); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING; CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, StopWords = english)",
        "CREATE TABLE public.t (a integer); CREATE RULE r AS\n ON DELETE TO public.t DO INSTEAD NOTHING;
         CREATE TEXT SEARCH DICTIONARY public.d (\n TEMPLATE = pg_catalog.simple,\n stopwords = 'english' )",
        &[
            ("DROP RULE r ON t; CREATE RULE r AS ON DELETE TO t DO NOTHING", "Other \"RULE r\": instead true -> -"),
            (
                "ALTER TEXT SEARCH DICTIONARY d (StopWords)",
                "Other public.\"TEXT SEARCH DICTIONARY d\": options (stopwords='english') -> -",
            ),
        ],
    );
    check_changes(
        "CREATE TEXT SEARCH CONFIGURATION c (PARSER = default); ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word, asciiword WITH simple",
        "CREATE TEXT SEARCH CONFIGURATION public.c (\n PARSER = pg_catalog.\"default\" );
         ALTER TEXT SEARCH CONFIGURATION public.c\n ADD MAPPING FOR asciiword WITH simple;
         ALTER TEXT SEARCH CONFIGURATION public.c\n ADD MAPPING FOR word WITH simple",
        &[(
            "ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR email WITH simple",
            "Other public.\"TEXT SEARCH CONFIGURATION c\": token types asciiword, word -> asciiword, email, word",
        )],
    );
    // A rule's condition and commands PostgreSQL spells anew.
    let rule = |words: &str| format!("CREATE TABLE t (a int); CREATE RULE r AS ON DELETE TO t {words}");
    check(&rule("DO INSTEAD NOTHING"), &rule("DO INSTEAD SELECT 1"), &["Other \"RULE r\": commands - -> SELECT 1"]);
    let found = diff(&super::catalog(&rule("DO SELECT 2")), &super::catalog(&rule("DO SELECT 1")), &Options::default());
    assert!(line(&found[0]).contains("uncompared"), "{found:?}");
}

#[test]
fn views_of_certainly_another_query_differ() {
    let made = "CREATE TABLE t (a int, b text); CREATE VIEW v AS ";
    let written = "SELECT a, count(*) AS n FROM t WHERE b IN ('x', 'y') AND a BETWEEN 1 AND 9 GROUP BY a";
    let shown = "SELECT t.a, count(*) AS n FROM public.t WHERE ((t.b = ANY (ARRAY['x'::text, 'y'::text])) AND ((t.a >= 1) AND (t.a <= 9))) GROUP BY t.a";
    let told = |written: &str, shown: &str| {
        let catalogs = [written, shown].map(|query| super::catalog(&format!("{made}{query}")));
        diff(&catalogs[1], &catalogs[0], &Options::default()).iter().map(line).collect::<Vec<_>>()
    };
    for same in [shown.to_string(), shown.replace("(t.a >= 1) AND ", "")] {
        assert!(told(written, &same)[0].contains("uncompared"), "{same}");
    }
    for (from, to) in [
        ("count(*)", "max(t.a)"),
        ("'y'::text", "'z'::text"),
        ("<= 9", "<= 8"),
        ("WHERE", "HAVING"),
        ("SELECT", "SELECT DISTINCT"),
        ("GROUP BY t.a", "GROUP BY t.a LIMIT 3"),
    ] {
        let told = told(written, &shown.replace(from, to));
        assert!(told[0].starts_with("View public.v: query "), "{told:?}");
    }
}

#[test]
fn statistics_and_rules_go_with_what_they_are_on() {
    let table = "CREATE TABLE t (a int, b int, c int); CREATE STATISTICS s ON a, b FROM t; CREATE STATISTICS x ON (a + c), (abs(b)) FROM t;
        CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING";
    check(&format!("{table}; DROP TABLE t"), "", &[]);
    check(
        &format!("{table}; ALTER TABLE t DROP a"),
        "CREATE TABLE public.t (b integer, c integer); CREATE RULE r AS ON DELETE TO public.t DO INSTEAD NOTHING",
        &[],
    );
    check(
        "CREATE TABLE t (a int, b int); CREATE STATISTICS s ON a, b FROM t; ALTER TABLE t RENAME a TO d; ALTER TABLE t RENAME TO u",
        "CREATE TABLE public.u (d integer, b integer); CREATE STATISTICS public.s ON d, b FROM public.u",
        &[],
    );
    check(
        "CREATE TABLE t (a int, b int, c int); CREATE STATISTICS s ON a, b FROM t",
        "CREATE TABLE public.t (a integer, b integer, c integer); CREATE STATISTICS public.s ON a, c FROM public.t",
        &["Other public.\"STATISTICS s\": on a, b -> a, c"],
    );
}

#[test]
fn a_table_like_another_has_its_comments_and_statistics() {
    let table = "CREATE TABLE a (x int CONSTRAINT c CHECK (x > 0), y text, z int, CONSTRAINT u UNIQUE (y, x), PRIMARY KEY (z)); CREATE INDEX i ON a (y) WHERE x > 2;
        CREATE STATISTICS s ON y, x FROM a; CREATE STATISTICS e ON (x + z), (lower(y)) FROM a; COMMENT ON COLUMN a.x IS 'column';
        COMMENT ON TABLE a IS 'table'; COMMENT ON INDEX i IS 'index'; COMMENT ON INDEX u IS 'index of constraint'; COMMENT ON CONSTRAINT u ON a IS 'unique';
        COMMENT ON CONSTRAINT c ON a IS 'check'; COMMENT ON STATISTICS s IS 'statistics'";
    let of_b = "CREATE TABLE public.b (x integer, y text, z integer NOT NULL, CONSTRAINT c CHECK ((x > 0)))";
    let (column, check_) =
        ("COMMENT ON COLUMN public.b.x IS 'column'", "COMMENT ON CONSTRAINT c ON public.b IS 'check'");
    check(
        &format!("{table}; CREATE TABLE b (LIKE a INCLUDING ALL); DROP TABLE a"),
        &format!(
            "{of_b}; {column}; {check_}; ALTER TABLE ONLY public.b ADD CONSTRAINT b_pkey PRIMARY KEY (z);
             ALTER TABLE ONLY public.b ADD CONSTRAINT b_y_x_key UNIQUE (y, x); CREATE INDEX b_y_idx ON public.b USING btree (y) WHERE (x > 2);
             COMMENT ON INDEX public.b_y_idx IS 'index'; COMMENT ON INDEX public.b_y_x_key IS 'index of constraint';
             CREATE STATISTICS public.b_expr_expr_stat ON (x + z), lower(y) FROM public.b; CREATE STATISTICS public.b_x_y_stat ON x, y FROM public.b;
             COMMENT ON STATISTICS public.b_x_y_stat IS 'statistics'"
        ),
        &["Other public.\"STATISTICS b_expr_expr_stat\": uncompared: the two texts of its on differ, which need not mean anything"],
    );
    check(
        &format!("{table}; CREATE TABLE b (LIKE a INCLUDING COMMENTS INCLUDING CONSTRAINTS); DROP TABLE a"),
        &format!("{}; {column}; {check_}", of_b),
        &[],
    );
}

#[test]
fn a_label_s_new_name_is_in_every_expression() {
    check(
        "CREATE TYPE e AS ENUM ('p', 'q'); CREATE TYPE f AS ENUM ('p'); CREATE DOMAIN d AS e DEFAULT 'p' CHECK (VALUE <> 'p');
         CREATE TABLE t (a e DEFAULT 'p', b text DEFAULT 'p', c e[] DEFAULT '{p,q}', g f DEFAULT 'p',
            i text GENERATED ALWAYS AS (CASE WHEN a = 'p' THEN 'p' ELSE 'x' END) STORED,
            CONSTRAINT k CHECK (a IN ('p', 'q') OR b = 'p' OR a = 'p'::e), CONSTRAINT m CHECK (c = ARRAY['p', 'q']::e[] AND c <> '{p}'), CONSTRAINT n CHECK (g = 'p'),
            CONSTRAINT z CHECK (a::text = 'p'));
         CREATE INDEX ix ON t (a) WHERE a = 'p' AND b = 'p'; ALTER TYPE e RENAME VALUE 'p' TO 'r'",
        "CREATE TYPE public.e AS ENUM ('r', 'q'); CREATE TYPE public.f AS ENUM ('p'); CREATE DOMAIN public.d AS public.e DEFAULT 'r'::public.e
            CONSTRAINT d_check CHECK ((VALUE <> 'r'::public.e));
         CREATE TABLE public.t (a public.e DEFAULT 'r'::public.e, b text DEFAULT 'p'::text, c public.e[] DEFAULT '{r,q}'::public.e[],
            g public.f DEFAULT 'p'::public.f, i text GENERATED ALWAYS AS (
CASE
    WHEN (a = 'r'::public.e) THEN 'p'::text
    ELSE 'x'::text
END) STORED,
            CONSTRAINT k CHECK (((a = ANY (ARRAY['r'::public.e, 'q'::public.e])) OR (b = 'p'::text) OR (a = 'r'::public.e))),
            CONSTRAINT m CHECK (((c = ARRAY['r'::public.e, 'q'::public.e]) AND (c <> '{r}'::public.e[]))),
            CONSTRAINT n CHECK ((g = 'p'::public.f)), CONSTRAINT z CHECK (((a)::text = 'p'::text)));
         CREATE INDEX ix ON public.t USING btree (a) WHERE ((a = 'r'::public.e) AND (b = 'p'::text))",
        &[],
    );
}

#[test]
fn oids_are_compared_as_oids() {
    check(
        "CREATE TABLE a (o oid, r regclass, i int, b bigint, CONSTRAINT c1 CHECK (o <> -1), CONSTRAINT c2 CHECK (o > 5 AND o = i AND o <> b), CONSTRAINT c3 CHECK (r <> -1),
            CONSTRAINT c4 CHECK (r = i OR o = r), CONSTRAINT c5 CHECK (o IN (1, 2)), CONSTRAINT c6 CHECK (o BETWEEN 1 AND i), CONSTRAINT c7 CHECK (r IS DISTINCT FROM 5),
            CONSTRAINT c8 CHECK (coalesce(o, 5) = 5), CONSTRAINT c9 CHECK (coalesce(r, 5) IS NULL), CONSTRAINT d1 CHECK (o = '5'))",
        "CREATE TABLE public.a (o oid, r regclass, i integer, b bigint, CONSTRAINT c1 CHECK ((o <> ('-1'::integer)::oid)),
            CONSTRAINT c2 CHECK (((o > (5)::oid) AND (o = (i)::oid) AND (o <> (b)::oid))), CONSTRAINT c3 CHECK (((r)::oid <> ('-1'::integer)::oid)),
            CONSTRAINT c4 CHECK ((((r)::oid = (i)::oid) OR (o = (r)::oid))), CONSTRAINT c5 CHECK ((o = ANY (ARRAY[(1)::oid, (2)::oid]))),
            CONSTRAINT c6 CHECK (((o >= (1)::oid) AND (o <= (i)::oid))), CONSTRAINT c7 CHECK (((r)::oid IS DISTINCT FROM (5)::oid)),
            CONSTRAINT c8 CHECK ((COALESCE(o, (5)::oid) = (5)::oid)), CONSTRAINT c9 CHECK ((COALESCE(r, (5)::regclass) IS NULL)), CONSTRAINT d1 CHECK ((o = '5'::oid)))",
        &[],
    );
}
