use std::collections::BTreeMap;

use super::*;
use crate::sql::statement::parse;

fn ask(schema: &str, sql: &str) -> Result<Answer, Refusal> {
    let mut catalog = Catalog::new();
    let mut session = Session::default();
    for statement in parse(schema) {
        catalog.execute(&statement.command, &mut session).expect("the schema is executed");
    }
    let parameters = BTreeMap::new();
    let source = Source {
        catalog: &catalog,
        session: &session,
        parameters: &parameters,
        server_version: None,
        rows: &super::AnyRows,
    };
    select(source, &read(sql).expect("a query"))
}

fn rows(schema: &str, sql: &str) -> Vec<Vec<Cell>> {
    ask(schema, sql).expect("an answer").rows
}

const SCHEMA: &str = "CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TABLE users (id integer PRIMARY KEY, email varchar(20) NOT NULL UNIQUE, feeling mood);
    CREATE TABLE posts (id integer PRIMARY KEY, author integer REFERENCES users (id));
    CREATE INDEX ix_posts_author ON posts (author)";

#[test]
fn columns_are_found_by_table_and_schema() {
    let sql = |column: &str| {
        format!(
            "SELECT 1 FROM information_schema.columns WHERE table_name = 'users' AND column_name = '{column}' AND \
             table_schema = current_schema()"
        )
    };
    assert_eq!(rows(SCHEMA, &sql("email")).len(), 1);
    assert_eq!(rows(SCHEMA, &sql("phone")).len(), 0);
}

#[test]
fn exists_and_joins_are_answered() {
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_type t JOIN pg_enum e ON t.oid = e.enumtypid WHERE t.typname = 'mood' \
               AND e.enumlabel = 'ok')";
    assert_eq!(rows(SCHEMA, sql), [[Cell::Bool(true)]]);
    let sql = "SELECT c.relname FROM pg_class c, pg_index i WHERE c.oid = i.indexrelid AND \
               i.indrelid = 'posts'::regclass AND NOT i.indisprimary";
    assert_eq!(rows(SCHEMA, sql), [[Cell::text("ix_posts_author")]]);
    let sql = "SELECT tc.constraint_name FROM information_schema.table_constraints tc JOIN \
               information_schema.key_column_usage kcu ON tc.constraint_name = kcu.constraint_name AND \
               tc.table_schema = kcu.table_schema WHERE tc.table_name = 'users' AND tc.constraint_type = 'UNIQUE' AND \
               kcu.column_name = 'email'";
    assert_eq!(rows(SCHEMA, sql), [[Cell::text("users_email_key")]]);
}

#[test]
fn indexes_over_columns_have_their_text() {
    let sql = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_posts_author' AND indexdef NOT LIKE '%WHERE%'";
    assert_eq!(rows(SCHEMA, sql), [[Cell::text("CREATE INDEX ix_posts_author ON public.posts USING btree (author)")]]);
}

#[test]
fn a_missing_relation_is_an_error_and_to_regclass_gives_null() {
    let Err(Refusal::Postgres(error)) = ask(SCHEMA, "SELECT 'nope'::regclass") else { panic!("no error") };
    assert_eq!(error.sqlstate, crate::pg::error::sqlstate::UNDEFINED_TABLE);
    assert_eq!(rows(SCHEMA, "SELECT to_regclass('nope') IS NULL"), [[Cell::Bool(true)]]);
    let Err(Refusal::Postgres(error)) = ask(SCHEMA, "SELECT phone FROM users") else { panic!("no error") };
    assert_eq!(error.sqlstate, crate::pg::error::sqlstate::UNDEFINED_COLUMN);
}

#[test]
fn rows_of_the_project_are_unknown_but_a_count_has_one_row() {
    assert!(matches!(ask(SCHEMA, "SELECT id FROM users"), Err(Refusal::Unmodelled(_))));
    let counted = rows(SCHEMA, "SELECT count(*) FROM users");
    assert!(matches!(counted[0][0], Cell::Unknown(_)), "{counted:?}");
}

#[test]
fn what_only_asks_the_system_is_a_lookup() {
    let lookup = |sql: &str| is_lookup(&read(sql).expect("a query"));
    assert!(lookup("SELECT 1 FROM pg_class WHERE relname = 'a'"));
    assert!(!lookup("SELECT 1 FROM users"));
    assert!(!lookup("SELECT setval('s', 1)"));
}

#[test]
fn keys_are_arrays_that_begin_with_one_and_vectors_that_begin_with_zero() {
    let sql = "SELECT conname FROM pg_constraint c JOIN pg_class t ON c.conrelid = t.oid WHERE t.relname = 'users' AND \
               c.contype = 'u' AND array_length(c.conkey, 1) = 1 AND EXISTS (SELECT 1 FROM pg_attribute a WHERE \
               a.attrelid = t.oid AND a.attnum = c.conkey[1] AND a.attname = 'email')";
    assert_eq!(rows(SCHEMA, sql), [[Cell::text("users_email_key")]]);
    let sql = |at: u8| {
        format!(
            "SELECT i.relname FROM pg_index ix JOIN pg_class i ON i.oid = ix.indexrelid JOIN pg_class t ON \
             t.oid = ix.indrelid WHERE t.relname = 'posts' AND (SELECT a.attname FROM pg_attribute a WHERE \
             a.attrelid = t.oid AND a.attnum = ix.indkey[{at}]) = 'author'"
        )
    };
    assert_eq!(rows(SCHEMA, &sql(0)), [[Cell::text("ix_posts_author")]]);
    assert!(rows(SCHEMA, &sql(1)).is_empty());
}

#[test]
fn group_by_takes_output_columns() {
    let sql = "SELECT lower(table_name) AS normalized, count(*) FROM information_schema.columns WHERE \
               table_schema = 'public' GROUP BY 1 HAVING count(*) > 2";
    assert_eq!(rows(SCHEMA, sql), [[Cell::text("users"), Cell::Int(3)]]);
    let sql = "SELECT lower(email) AS normalized, count(*) FROM users GROUP BY normalized HAVING count(*) > 1";
    assert!(matches!(ask(SCHEMA, sql), Err(Refusal::Unmodelled(reason)) if reason.kind == "row-data"));
    let Err(Refusal::Postgres(error)) = ask(SCHEMA, "SELECT count(*) FROM users GROUP BY normalized") else {
        panic!("no error")
    };
    assert_eq!(error.sqlstate, crate::pg::error::sqlstate::UNDEFINED_COLUMN);
}

#[test]
fn labels_of_an_enum_are_rows() {
    let labels = [[Cell::text("sad")], [Cell::text("ok")]];
    assert_eq!(rows(SCHEMA, "SELECT unnest(enum_range(NULL::mood))"), labels);
    assert_eq!(rows(SCHEMA, "SELECT unnest(enum_range(NULL::public.mood))::text AS label"), labels);
    assert_eq!(rows(SCHEMA, "SELECT label FROM unnest(enum_range(NULL::mood)) AS label"), labels);
    assert_eq!(rows(SCHEMA, "SELECT l.x FROM unnest(ARRAY['sad', 'ok']) AS l(x)"), labels);
    assert_eq!(rows(SCHEMA, "SELECT 'ok' = ANY(enum_range(NULL::mood)::text[])"), [[Cell::Bool(true)]]);
    let error = ask(SCHEMA, "SELECT unnest(enum_range(NULL::colour))").expect_err("there is no such type");
    assert_eq!(error.to_string(), "type \"colour\" does not exist (42704)");
}

#[test]
fn sets_of_different_length_are_filled_up() {
    let found = rows(SCHEMA, "SELECT unnest(ARRAY[1, 2]), unnest(ARRAY['a']), 3");
    assert_eq!(found, [[Cell::Int(1), Cell::text("a"), Cell::Int(3)], [Cell::Int(2), Cell::Null, Cell::Int(3)]]);
    assert!(rows(SCHEMA, "SELECT unnest(NULL::integer[])").is_empty());
}

#[test]
fn publications_are_listed_and_their_tables_are_not_known() {
    let schema = format!("{SCHEMA}; CREATE PUBLICATION some FOR TABLE users; CREATE PUBLICATION every FOR ALL TABLES");
    let all = |name: &str| rows(&schema, &format!("SELECT puballtables FROM pg_publication WHERE pubname = '{name}'"));
    assert_eq!(all("some"), [[Cell::Bool(false)]]);
    assert_eq!(all("every"), [[Cell::Bool(true)]]);
    assert!(all("none").is_empty());
    let tables = |name: &str| {
        ask(&schema, &format!("SELECT 1 FROM pg_publication_tables WHERE pubname = '{name}' AND tablename = 'users'"))
    };
    assert!(tables("none").expect("known").rows.is_empty());
    assert!(tables("some").is_err());
}

#[test]
fn a_limit_that_is_not_known_cuts_nothing_of_nothing() {
    assert!(rows(SCHEMA, "SELECT 1 FROM pg_class WHERE relname = 'none' LIMIT :n").is_empty());
    assert!(ask(SCHEMA, "SELECT 1 FROM pg_class WHERE relname = 'users' LIMIT :n").is_err());
}

#[test]
fn the_order_of_columns_is_known_and_their_numbers_are_not() {
    let columns = |tables: &str, what: &str, order: &str| {
        let sql =
            format!("SELECT {what} FROM information_schema.columns WHERE table_name IN ({tables}) ORDER BY {order}");
        ask(SCHEMA, &sql).map(|answer| answer.rows)
    };
    let expected = [[Cell::text("feeling")], [Cell::text("email")], [Cell::text("id")]];
    assert_eq!(columns("'users'", "column_name", "ordinal_position DESC"), Ok(expected.map(Vec::from).to_vec()));
    assert_eq!(
        columns("'users', 'posts'", "column_name", "table_name, ordinal_position").map(|rows| rows.len()),
        Ok(5)
    );
    assert!(columns("'users', 'posts'", "column_name", "ordinal_position").is_err());
    let numbers = columns("'users'", "ordinal_position", "1").expect("rows");
    assert!(numbers.iter().all(|row| row[0].unknown().is_some()), "{numbers:?}");
}

#[test]
fn types_of_columns_have_names() {
    let schema = "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id integer, name varchar(20), flag char, tags text[], now mood, \
                  at timestamp(3) with time zone, price numeric(10,2))";
    let named = |columns: &str| {
        let sql =
            format!("SELECT {columns} FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum");
        rows(schema, &sql).into_iter().flatten().collect::<Vec<_>>()
    };
    // As PostgreSQL 16 answers.
    let texts = |texts: &[&str]| texts.iter().map(|text| Cell::text(text)).collect::<Vec<_>>();
    let full = [
        "integer",
        "character varying(20)",
        "character(1)",
        "text[]",
        "mood",
        "timestamp(3) with time zone",
        "numeric(10,2)",
    ];
    assert_eq!(named("format_type(atttypid, atttypmod)"), texts(&full));
    let bare = ["integer", "character varying", "character", "text[]", "mood", "timestamp with time zone", "numeric"];
    assert_eq!(named("format_type(atttypid, NULL)"), texts(&bare));
    assert_eq!(named("atttypid::regtype"), texts(&bare));
    let sql = "SELECT a.attname FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid WHERE y.typname = 'mood'";
    assert_eq!(rows(schema, sql), [[Cell::text("now")]]);
}
