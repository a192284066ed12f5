//! The differ on small catalogs, which are made by SQL as a dump has it.

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
        &[
            "Other public.\"STATISTICS s t\": uncompared: the two texts of its definition differ, which need not mean anything",
        ],
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
