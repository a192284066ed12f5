//! The differ on small catalogs, which are made by SQL as a dump has it.

mod kept;
mod parts;

use super::*;
use crate::catalog::Session;
use crate::sql::statement::parse;

/// The invariant of this folder.
#[test]
fn nothing_here_knows_a_kind() {
    for (name, source) in [
        ("mod.rs", include_str!("mod.rs")),
        ("attrs.rs", include_str!("attrs.rs")),
        ("names.rs", include_str!("names.rs")),
    ] {
        for word in [concat!("Object", "::"), concat!("Kind", "::")] {
            assert!(!source.contains(word), "{name} names a kind: {word}");
        }
    }
}

#[track_caller]
fn catalog_in(mut catalog: Catalog, sql: &str) -> Catalog {
    let mut session = Session::default();
    for statement in parse(sql) {
        if let Err(refusal) = catalog.execute(&statement.command, &mut session) {
            panic!("{}: {refusal}", &sql[statement.range]);
        }
    }
    catalog
}

#[track_caller]
fn catalog(sql: &str) -> Catalog {
    catalog_in(Catalog::new(), sql)
}

fn line(difference: &Difference) -> String {
    let id = &difference.id;
    let what = match &difference.change {
        Change::Missing => "missing".to_string(),
        Change::Extra => "extra".to_string(),
        Change::Uncompared(reason) => format!("uncompared: {reason}"),
        Change::Different(attrs) => {
            let attrs = attrs.iter().map(|attr| {
                let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_string());
                format!("{} {} -> {}", attr.name, shown(&attr.expected), shown(&attr.actual))
            });
            attrs.collect::<Vec<_>>().join("; ")
        }
    };
    let flags =
        [(difference.naming, " (naming)"), (difference.baseline, " (baseline)"), (difference.foreign, " (foreign)")];
    let flags: String = flags.into_iter().filter(|(set, _)| *set).map(|(_, flag)| flag).collect();
    format!("{:?} {id}: {what}{flags}", id.kind)
}

/// `expected` and `actual` as SQL, and the lines of their difference.
#[track_caller]
fn check(expected: &str, actual: &str, lines: &[&str]) {
    let found = diff(&catalog(actual), &catalog(expected), &Options::default());
    assert_eq!(found.iter().map(line).collect::<Vec<_>>(), lines);
    assert_eq!(diff(&catalog(actual), &catalog(actual), &Options::default()), []);
}

#[test]
fn the_same_schema_in_two_spellings() {
    check(
        "CREATE TYPE status AS ENUM ('a', 'b');
         CREATE TABLE t (id serial PRIMARY KEY, v varchar(20) DEFAULT 'x', n bigint DEFAULT '0' NOT NULL, s status DEFAULT 'a',
             CONSTRAINT c CHECK (v IN ('a', 'b')));
         CREATE INDEX i ON t (lower(v)) WHERE n > 0",
        "CREATE TYPE public.status AS ENUM ('a', 'b');
         CREATE TABLE public.t (s public.status DEFAULT 'a'::public.status, id integer NOT NULL,
             n bigint DEFAULT '0'::bigint NOT NULL, v character varying(20) DEFAULT 'x'::character varying,
             CONSTRAINT c CHECK (((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))));
         CREATE SEQUENCE public.t_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
         ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;
         ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);
         ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
         CREATE INDEX i ON public.t USING btree (lower((v)::text)) WHERE (n > 0)",
        &[],
    );
}

#[test]
fn a_missing_table_stands_for_its_children() {
    check(
        "CREATE TABLE t (id serial PRIMARY KEY, a int); CREATE INDEX i ON t (a); CREATE TABLE u (id int)",
        "CREATE TABLE u (id int)",
        &["Table public.t: missing"],
    );
}

#[test]
fn a_missing_column_stands_for_its_default() {
    check(
        "CREATE TABLE t (id int, a int DEFAULT 5, s serial)",
        "CREATE TABLE t (id int)",
        &["Column public.t.a: missing", "Column public.t.s: missing"],
    );
}

#[test]
fn each_attribute_is_told() {
    check(
        "CREATE TABLE t (a varchar(20) NOT NULL DEFAULT 'x', b int)",
        "CREATE TABLE t (a text DEFAULT 'y', c int)",
        &[
            "Column public.t.a: type character varying(20) -> text; not null true -> -",
            "Column public.t.b: missing",
            "Column public.t.c: extra",
            "Default public.t.a: default 'x' -> 'y'",
        ],
    );
}

#[test]
fn a_default_of_null_is_none() {
    check("CREATE TABLE t (a varchar(20))", "CREATE TABLE t (a varchar(20) DEFAULT NULL::character varying)", &[]);
}

#[test]
fn names_that_nobody_wrote() {
    check(
        "CREATE TABLE t (a int, b int, UNIQUE (a), CONSTRAINT mine UNIQUE (b))",
        "CREATE TABLE t (a int, b int, CONSTRAINT uq_t_a UNIQUE (a), CONSTRAINT other UNIQUE (b))",
        &[
            "Constraint public.t.mine: name mine -> other",
            "Constraint public.t.t_a_key: name t_a_key -> uq_t_a (naming)",
        ],
    );
    let found = diff(
        &catalog("CREATE TABLE t (a int, CONSTRAINT uq_t_a UNIQUE (a))"),
        &catalog("CREATE TABLE t (a int, UNIQUE (a))"),
        &Options::default(),
    );
    assert!(!found[0].is_drift());
}

#[test]
fn columns_are_never_taken_for_renamed() {
    check(
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (b int)",
        &["Column public.t.a: missing", "Column public.t.b: extra"],
    );
}

#[test]
fn what_no_revision_mentions_is_foreign() {
    check("", "CREATE TABLE t (a int)", &["Table public.t: extra (foreign)"]);
    let actual = catalog("CREATE TABLE t (a int)");
    let mentioned = |id: &ObjectId| id.name.as_str() == "t";
    let options = Options { mentioned: Some(&mentioned), ..Options::default() };
    let found = diff(&actual, &Catalog::new(), &options);
    assert!(found.len() == 1 && found[0].is_drift());
}

#[test]
fn the_version_table_is_left_out() {
    let actual = catalog("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY)");
    let tables = [QName::bare("alembic_version")];
    let options = Options { version_tables: &tables, ..Options::default() };
    assert_eq!(diff(&actual, &Catalog::new(), &options), []);
}

#[test]
fn the_rest_of_an_open_table_is_baseline() {
    let mut open = Catalog::new();
    open.open_world = true;
    let expected = catalog_in(open, "ALTER TABLE t ADD COLUMN b int");
    let actual = catalog("CREATE TABLE t (a int, b int, c varchar(9) DEFAULT 'x')");
    let found = diff(&actual, &expected, &Options::default());
    assert!(!found.is_empty() && found.iter().all(|difference| !difference.is_drift()), "{found:?}");
    let lines: Vec<String> = found.iter().map(line).collect();
    assert!(lines.contains(&"Column public.t.a: extra (baseline)".to_string()), "{lines:?}");
}

#[test]
fn what_may_be_there_is_uncompared() {
    let mut expected = catalog("CREATE TABLE t (a int)");
    let reason = Reason::new("test", "the condition is not known");
    let statement = parse("ALTER TABLE t ADD COLUMN b int").remove(0);
    expected.execute_maybe(&statement.command, &mut Session::default(), &reason).unwrap();
    let found = diff(&catalog("CREATE TABLE t (a int)"), &expected, &Options::default());
    assert!(found.iter().any(|difference| matches!(difference.change, Change::Uncompared(_))), "{found:?}");
    assert!(!found.iter().any(Difference::is_drift), "{found:?}");
}

#[test]
fn views_that_read_the_same_in_other_words_are_uncompared() {
    let table = "CREATE TABLE t (a int); ";
    let found = diff(
        &catalog(&format!("{table} CREATE VIEW v AS SELECT t.a FROM public.t WHERE (t.a > 0)")),
        &catalog(&format!("{table} CREATE VIEW v AS SELECT a FROM t WHERE a > 0")),
        &Options::default(),
    );
    assert!(matches!(found.as_slice(), [Difference { change: Change::Uncompared(_), .. }]), "{found:?}");
}

#[test]
fn mismatches_are_counted_by_handle() {
    let left = catalog("CREATE TABLE t (a int, b int)");
    let right = catalog("CREATE TABLE t (a int, b text)");
    let oid = |catalog: &Catalog, name: &str| {
        catalog.comparable().find(|(_, id)| id.table.is_some() && id.name.as_str() == name).map(|(oid, _)| oid).unwrap()
    };
    let of = |name: &str| mismatch(Some((&left, oid(&left, name))), Some((&right, oid(&right, name))));
    assert_eq!((of("a"), of("b")), (Some(false), Some(true)));
    assert_eq!(mismatch(Some((&left, oid(&left, "a"))), None), Some(true));
}

/// Recorded by `tests/oracle/restored.sh`: one database, dumped by 15, and restored and dumped again by 15, 16 and 18.
#[test]
fn dumps_of_one_database_do_not_differ() {
    let dumps = [
        ("made", include_str!("../../tests/fixtures/restored/made.sql")),
        ("15", include_str!("../../tests/fixtures/restored/15.sql")),
        ("16", include_str!("../../tests/fixtures/restored/16.sql")),
        ("18", include_str!("../../tests/fixtures/restored/18.sql")),
    ]
    .map(|(name, sql)| (name, catalog(sql)));
    let written = ("written", catalog(include_str!("../../tests/oracle/restored.sql")));
    for (expected_name, expected) in dumps.iter().chain([&written]) {
        for (actual_name, actual) in &dumps {
            let found = diff(actual, expected, &Options::default());
            let lines: Vec<String> = found.iter().filter(|difference| difference.is_drift()).map(line).collect();
            assert!(lines.is_empty(), "{expected_name} -> {actual_name}:\n{}", lines.join("\n"));
            // Only texts of a whole query or a body are not compared.
            for difference in found {
                let is_text = matches!(&difference.change, Change::Uncompared(reason) if reason.kind == "body");
                assert!(is_text, "{expected_name} -> {actual_name}: {}", line(&difference));
            }
        }
    }
}

#[test]
fn a_name_that_nobody_wrote_numbers_columns_that_come_twice() {
    check(
        "CREATE TABLE t (id int, b int, UNIQUE (id, b) INCLUDE (id))",
        "CREATE TABLE public.t (id integer, b integer);
         ALTER TABLE ONLY public.t ADD CONSTRAINT t_id_b_id1_key UNIQUE (id, b) INCLUDE (id)",
        &[],
    );
}

/// PostgreSQL prints the expression with the casts of the old type, and reads that again.
#[test]
fn expressions_over_a_column_of_another_type_are_written_anew() {
    let rewritten = "CREATE TABLE public.t (a integer, CONSTRAINT c CHECK ((NOT ((a)::numeric < (0)::numeric))))";
    check(
        "CREATE TABLE t (a numeric(10, 2), CONSTRAINT c CHECK (NOT (a < 0))); ALTER TABLE t ALTER a TYPE integer",
        rewritten,
        &["Constraint public.t.c: uncompared: PostgreSQL wrote it anew when the type of a was changed"],
    );
    check(
        "CREATE TABLE t (a integer, CONSTRAINT c CHECK (NOT (a < 0)))",
        rewritten,
        &["Constraint public.t.c: expression NOT (a < 0) -> (NOT ((a)::NUMERIC < (0)::NUMERIC))"],
    );
    check(
        "CREATE TABLE t (a integer, CONSTRAINT c CHECK (NOT (a < 0))); ALTER TABLE t ALTER a TYPE bigint",
        "CREATE TABLE public.t (a bigint, CONSTRAINT c CHECK ((NOT (a < 0))))",
        &[],
    );
}

#[test]
fn statistics_are_in_a_schema() {
    let table = "CREATE TABLE t (a integer, b integer);";
    check(
        &format!("{table} CREATE STATISTICS \"s t\" ON a, b FROM t"),
        &format!("{table} CREATE STATISTICS public.\"s t\" ON a, b FROM public.t"),
        &[],
    );
}

#[test]
fn what_stands_on_something_uncertain_is_no_addition() {
    let mut expected = catalog("CREATE TABLE t (id int)");
    let reason = Reason::new("row-data", "the rows of t");
    let add = parse("ALTER TABLE t ADD a int").remove(0).command;
    expected.execute_maybe(&add, &mut Session::default(), &reason).expect("it may run");
    let actual = catalog("CREATE TABLE t (id int, a int, CONSTRAINT u UNIQUE (a, id)); COMMENT ON COLUMN t.a IS 'x'");
    let found = diff(&actual, &expected, &Options::default());
    assert!(
        found.len() == 3 && !found.iter().any(Difference::is_drift),
        "{:?}",
        found.iter().map(line).collect::<Vec<_>>()
    );
}

/// What a revision writes; what pg_dump says of it; a change of the database, and the one line that tells it.
#[track_caller]
fn check_changes(written: &str, dumped: &str, changes: &[(&str, &str)]) {
    check(written, dumped, &[]);
    for (change, line) in changes {
        check(written, &format!("{dumped}; {change}"), &[line]);
        // In the words of a revision it is the same.
        check(&format!("{written}; {change}"), &format!("{dumped}; {change}"), &[]);
    }
}

#[test]
fn properties_of_columns_tables_and_indexes_are_compared() {
    check_changes(
        "CREATE TABLE t (id serial PRIMARY KEY, a text, n numeric, UNIQUE (a) WITH (fillfactor = 70)) WITH (fillfactor = 90);
         ALTER TABLE t ALTER a SET STORAGE EXTENDED, ALTER n SET STORAGE MAIN, ALTER a SET STATISTICS -1;
         CREATE INDEX i ON t (lower(a)) WITH (fillfactor = 80)",
        "CREATE TABLE public.t (id integer NOT NULL, a text, n numeric) WITH (fillfactor='90');
         CREATE SEQUENCE public.t_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
         ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;
         ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);
         ALTER TABLE ONLY public.t ADD CONSTRAINT t_a_key UNIQUE (a) WITH (fillfactor='70');
         ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
         CREATE INDEX i ON public.t USING btree (lower(a)) WITH (fillfactor='80')",
        &[
            ("ALTER TABLE t ALTER a SET STORAGE external", "Column public.t.a: storage - -> EXTERNAL"),
            ("ALTER TABLE t ALTER n SET STORAGE EXTENDED", "Column public.t.n: storage - -> EXTENDED"),
            ("ALTER TABLE t ALTER a SET COMPRESSION lz4", "Column public.t.a: compression - -> LZ4"),
            ("ALTER TABLE t ALTER a SET STATISTICS 500", "Column public.t.a: statistics - -> 500"),
            ("ALTER TABLE t ALTER a SET (n_distinct = 5)", "Column public.t.a: options - -> n_distinct=5"),
            (
                "ALTER TABLE t SET (toast.autovacuum_enabled = false)",
                "Table public.t: storage parameters fillfactor=90 -> fillfactor=90, toast.autovacuum_enabled=false",
            ),
            ("ALTER TABLE t RESET (fillfactor)", "Table public.t: storage parameters fillfactor=90 -> -"),
            ("ALTER TABLE t REPLICA IDENTITY FULL", "Table public.t: replica identity - -> FULL"),
            ("ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey", "Constraint public.t.t_pkey: replica identity - -> true"),
            ("ALTER TABLE t CLUSTER ON i", "Index public.t.i: cluster - -> true"),
            ("CLUSTER t USING t_pkey", "Constraint public.t.t_pkey: cluster - -> true"),
            ("ALTER TABLE t SET UNLOGGED", "Table public.t: unlogged - -> true"),
            ("ALTER SEQUENCE t_id_seq SET UNLOGGED", "Sequence public.t_id_seq: unlogged - -> true"),
            ("ALTER INDEX i SET (fillfactor = 81)", "Index public.t.i: storage parameters fillfactor=80 -> fillfactor=81"),
            ("ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 77", "Index public.t.i: statistics - -> 77 of column 1"),
            ("ALTER INDEX t_pkey SET (fillfactor = 81)", "Constraint public.t.t_pkey: storage parameters - -> fillfactor=81"),
        ],
    );
    // A change of type forgets the storage, and keeps the statistics.
    check(
        "CREATE TABLE t (a text); ALTER TABLE t ALTER a SET STORAGE MAIN, ALTER a SET STATISTICS 7; ALTER TABLE t ALTER a TYPE varchar",
        "CREATE TABLE t (a varchar); ALTER TABLE t ALTER a SET STATISTICS 7",
        &[],
    );
}

#[test]
fn constraints_of_version_18_are_compared() {
    check(
        "CREATE TABLE t (a int NOT NULL, CONSTRAINT c CHECK (a > 0))",
        "CREATE TABLE t (a int CONSTRAINT n NOT NULL NO INHERIT, CONSTRAINT c CHECK ((a > 0)) NOT ENFORCED)",
        &[
            "Column public.t.a: not null true -> NO INHERIT; not null name - -> n",
            "Constraint public.t.c: not enforced - -> true",
        ],
    );
}

#[test]
fn inheritance_can_be_given_and_taken() {
    check_changes(
        "CREATE TABLE p (); CREATE TABLE q (); CREATE TABLE t (a int) INHERITS (p)",
        "CREATE TABLE public.p (); CREATE TABLE public.q (); CREATE TABLE public.t (a integer) INHERITS (public.p)",
        &[
            ("ALTER TABLE t NO INHERIT p", "Table public.t: inherits public.p -> -"),
            ("ALTER TABLE t INHERIT q", "Table public.t: inherits public.p -> public.p, public.q"),
        ],
    );
}

#[test]
fn bounds_of_partitions_are_values_of_the_key() {
    let table = "CREATE TABLE t (at timestamp, n int) PARTITION BY";
    check(
        &format!("{table} RANGE (at); CREATE TABLE p PARTITION OF t FOR VALUES FROM ('2024-01-01') TO (MAXVALUE)"),
        &format!(
            "{table} RANGE (at); CREATE TABLE p (at timestamp, n int);
             ALTER TABLE ONLY t ATTACH PARTITION p FOR VALUES FROM ('2024-01-01 00:00:00') TO (MAXVALUE)"
        ),
        &[],
    );
    let partition = |bound: &str| format!("{table} LIST (n); CREATE TABLE p PARTITION OF t FOR VALUES IN {bound}");
    check(&partition("('1', 2)"), &partition("(1, 2)"), &[]);
    check(&partition("(1, 2)"), &partition("(1, 3)"), &["Table public.p: bound value (2)::INTEGER -> (3)::INTEGER"]);
}

#[test]
fn parts_of_triggers_are_compared() {
    let function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'";
    let table = "CREATE TABLE t (a varchar(9), b int)";
    let again = |definition: &str| format!("DROP TRIGGER g ON t; CREATE TRIGGER g {definition}");
    let when =
        again("AFTER INSERT OR UPDATE OF a ON t FOR EACH ROW WHEN (NEW.b IS DISTINCT FROM 1) EXECUTE FUNCTION f()");
    let before = again("BEFORE INSERT OR UPDATE OF a ON t FOR EACH ROW WHEN (NEW.a <> 'x') EXECUTE FUNCTION f()");
    let events = again("AFTER INSERT OR UPDATE OF b ON t FOR EACH ROW WHEN (NEW.a <> 'x') EXECUTE FUNCTION f()");
    let arguments = again("AFTER INSERT OR UPDATE OF a ON t FOR EACH ROW WHEN (NEW.a <> 'x') EXECUTE FUNCTION f('y')");
    check_changes(
        &format!(
            "{function}; {table}; CREATE TRIGGER g AFTER UPDATE OF a OR INSERT ON t FOR EACH ROW WHEN (NEW.a <> 'x') EXECUTE PROCEDURE f()"
        ),
        &format!(
            "{function}; {table}; CREATE TRIGGER g AFTER INSERT OR UPDATE OF a ON public.t FOR EACH ROW
             WHEN (((new.a)::text <> 'x'::text)) EXECUTE FUNCTION public.f()"
        ),
        &[
            ("ALTER TABLE t DISABLE TRIGGER g", "Trigger public.t.g: enabled - -> DISABLE"),
            ("ALTER TABLE t ENABLE ALWAYS TRIGGER ALL", "Trigger public.t.g: enabled - -> ENABLE ALWAYS"),
            (&before, "Trigger public.t.g: timing AFTER -> BEFORE"),
            (&events, "Trigger public.t.g: events INSERT OR UPDATE OF a -> INSERT OR UPDATE OF b"),
            (&arguments, "Trigger public.t.g: arguments - -> 'y'"),
            (&when, "Trigger public.t.g: when \"new.a\" <> 'x' -> \"new.b\" IS DISTINCT FROM 1"),
        ],
    );
    // Renames go into the trigger.
    check(
        &format!(
            "{function}; {table}; CREATE TRIGGER g AFTER UPDATE OF a ON t FOR EACH ROW WHEN (NEW.a = '') EXECUTE FUNCTION f();
             ALTER TRIGGER g ON t RENAME TO h; ALTER TABLE t RENAME a TO c"
        ),
        &format!(
            "{function}; CREATE TABLE t (c varchar(9), b int);
             CREATE TRIGGER h AFTER UPDATE OF c ON t FOR EACH ROW WHEN (((new.c)::text = ''::text)) EXECUTE FUNCTION f()"
        ),
        &[],
    );
}

#[test]
fn parts_of_routines_are_compared() {
    let with = |clauses: &str| format!("ALTER FUNCTION f(int) {clauses}");
    let body = "CREATE OR REPLACE FUNCTION f(a int DEFAULT 1) RETURNS int STABLE LANGUAGE sql AS 'SELECT 2'";
    check_changes(
        "CREATE OR REPLACE FUNCTION f(a int = 1) RETURNS int AS $x$SELECT 1$x$ LANGUAGE SQL STABLE",
        "CREATE FUNCTION public.f(a integer DEFAULT 1) RETURNS integer
             LANGUAGE sql STABLE
             AS $$SELECT 1$$",
        &[
            (body, "Function public.\"f(integer)\": body SELECT 1 -> SELECT 2"),
            (&with("IMMUTABLE"), "Function public.\"f(integer)\": volatility STABLE -> IMMUTABLE"),
            (&with("VOLATILE"), "Function public.\"f(integer)\": volatility STABLE -> -"),
            (&with("STRICT"), "Function public.\"f(integer)\": strict - -> true"),
            (&with("SECURITY DEFINER"), "Function public.\"f(integer)\": security - -> DEFINER"),
            (&with("COST 5"), "Function public.\"f(integer)\": cost - -> 5"),
            (&with("PARALLEL SAFE"), "Function public.\"f(integer)\": parallel - -> SAFE"),
            (&with("SET search_path = a, b"), "Function public.\"f(integer)\": configuration - -> search_path=a, b"),
        ],
    );
    check(
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SCHEMA s;
         ALTER FUNCTION f(int) RENAME TO g; ALTER FUNCTION g SET SCHEMA s",
        "CREATE SCHEMA s; CREATE FUNCTION s.g(a integer) RETURNS integer LANGUAGE sql AS $$SELECT 1$$",
        &[],
    );
}

#[test]
fn policies_domains_and_composite_types_can_be_altered() {
    check_changes(
        "CREATE TABLE t (a int); CREATE POLICY p ON t USING (a > 1); CREATE DOMAIN d AS text CONSTRAINT c CHECK (VALUE <> 'x');
         CREATE TYPE y AS (a int, b text)",
        "CREATE TABLE public.t (a integer); CREATE POLICY p ON public.t USING ((a > 1));
         CREATE DOMAIN public.d AS text CONSTRAINT c CHECK ((VALUE <> 'x'::text)); CREATE TYPE public.y AS (a integer, b text)",
        &[
            ("ALTER POLICY p ON t USING (a > 2)", "Policy public.t.p: using a > 1 -> a > 2"),
            ("ALTER POLICY p ON t TO someone", "Policy public.t.p: roles - -> someone"),
            ("ALTER DOMAIN d SET DEFAULT 'y'", "Domain public.d: default - -> 'y'"),
            ("ALTER DOMAIN d SET NOT NULL", "Domain public.d: not null - -> true"),
            ("ALTER DOMAIN d DROP CONSTRAINT c", "Domain public.d: checks c -> -; check VALUE <> 'x' -> -"),
            ("ALTER DOMAIN d RENAME CONSTRAINT c TO e", "Domain public.d: checks c -> e"),
            (
                "ALTER DOMAIN d ADD CONSTRAINT e CHECK (VALUE <> '') NOT VALID",
                "Domain public.d: checks c -> c, e; check - -> VALUE <> ''; not valid - -> e",
            ),
            (
                "ALTER TYPE y ADD ATTRIBUTE c real, DROP ATTRIBUTE a",
                "Composite public.y: attributes a integer, b text -> b text, c real",
            ),
            ("ALTER TYPE y RENAME ATTRIBUTE a TO c", "Composite public.y: attributes a integer, b text -> c integer, b text"),
        ],
    );
}

#[test]
fn views_have_options() {
    check_changes(
        "CREATE TABLE t (a int); CREATE VIEW v WITH (security_barrier) AS SELECT a FROM t WITH LOCAL CHECK OPTION",
        "CREATE TABLE t (a int); CREATE VIEW public.v WITH (security_barrier='true') AS SELECT a FROM t WITH LOCAL CHECK OPTION",
        &[(
            "ALTER VIEW v RESET (security_barrier)",
            "View public.v: options check_option=local, security_barrier=true -> check_option=local",
        )],
    );
}

#[test]
fn comments_on_types_are_compared() {
    let made = "CREATE TYPE e AS ENUM ('a'); COMMENT ON TYPE e IS 'x'";
    check(made, "CREATE TYPE public.e AS ENUM ('a'); COMMENT ON TYPE public.e IS 'x'", &[]);
    check(
        made,
        "CREATE TYPE public.e AS ENUM ('a'); COMMENT ON TYPE public.e IS 'y'",
        &["Comment public.\"enum e\": text x -> y"],
    );
}

#[test]
fn what_nobody_says_of_a_column_that_is_taken_for_granted_is_no_difference() {
    let expected = |sql: &str| {
        let mut catalog = Catalog::new();
        catalog.open_world = true;
        catalog_in(catalog, sql)
    };
    let found = |expected: &Catalog, columns: &str| {
        diff(&catalog(&format!("CREATE TABLE t ({columns})")), expected, &Options::default())
            .iter()
            .map(line)
            .collect::<Vec<_>>()
    };
    let typed = expected("ALTER TABLE t ALTER COLUMN a TYPE text");
    assert_eq!(found(&typed, "a text"), [""; 0]);
    assert_eq!(found(&typed, "a text NOT NULL"), [""; 0]);
    let set = expected("ALTER TABLE t ALTER COLUMN a TYPE text, ALTER COLUMN a SET NOT NULL");
    assert_eq!(found(&set, "a text"), ["Column public.t.a: not null true -> -"]);
}

#[test]
fn collations_are_found_by_the_search_path_and_compared_by_their_options() {
    let written =
        "CREATE COLLATION IF NOT EXISTS nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         CREATE COLLATION IF NOT EXISTS nocase (provider = libc);
         CREATE TABLE t (a varchar(100) COLLATE nocase, b text COLLATE \"C\", c text);
         ALTER TABLE t ALTER COLUMN c TYPE varchar(3) COLLATE nocase";
    let dumped = "CREATE COLLATION public.nocase (provider = icu, deterministic = false, locale = 'und-u-ks-level2');
         CREATE TABLE public.t (a varchar(100) COLLATE public.nocase, b text COLLATE pg_catalog.\"C\",
             c varchar(3) COLLATE public.nocase);";
    check(written, dumped, &[]);
}

#[test]
fn a_default_keeps_the_type_that_read_it() {
    check(
        "CREATE TABLE t (a float8 DEFAULT '0.5', b int DEFAULT '0', c varchar(9) DEFAULT 'x', d int DEFAULT '1');
         ALTER TABLE t ALTER a TYPE bigint, ALTER b TYPE bigint, ALTER c TYPE text, ALTER d TYPE text",
        "CREATE TABLE public.t (a bigint DEFAULT '0.5'::double precision, b bigint DEFAULT 0, c text DEFAULT 'x'::character varying,
             d text DEFAULT 1)",
        &[],
    );
}

#[test]
fn a_function_that_was_altered_is_not_missing() {
    let made = "CREATE FUNCTION f(t text, OUT n int) AS 'SELECT 1' LANGUAGE sql;";
    let expected = catalog(&format!("{made} ALTER FUNCTION f(t text, OUT n int) RENAME TO g"));
    let actual =
        catalog("CREATE FUNCTION public.g(t text, OUT n integer) RETURNS integer LANGUAGE sql AS $$SELECT 1$$");
    let found = diff(&actual, &expected, &Options::default());
    assert_eq!(found.iter().map(line).collect::<Vec<_>>(), [""; 0]);
}

/// Overloads and comments are told apart to the end of their names.
#[test]
fn long_names_are_not_cut() {
    let function = |last: &str| {
        format!(
            "CREATE FUNCTION public.f(a timestamp with time zone, b timestamp with time zone, c timestamp with time zone, d {last}) \
             RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$;"
        )
    };
    let both = [function("integer"), function("text")].join("\n");
    let lost = "Function public.\"f(timestamp with time zone, timestamp with time zone, timestamp with time zone, text)\": missing";
    check(&both, &function("integer"), &[lost]);
}
