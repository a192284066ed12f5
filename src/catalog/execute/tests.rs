//! Outcomes of a real PostgreSQL 15, statement by statement: `outcomes.sql` holds what the server said and what it had then.
//!
//! A block is a list of statements; `->` is the outcome of the last one, `=` the schema after it (and after a COMMIT).

mod doubt;
mod refusals;
mod rows;

use crate::catalog::object::{DefaultExpr, Object, Rule};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Command, Transaction};
use crate::pg::error::{Reason, Refusal};
use crate::pg::ident::Ident;

fn run(catalog: &mut Catalog, session: &mut Session, sql: &str) -> String {
    let mut outcome = "-> ok".to_string();
    for statement in crate::sql::statement::parse(sql) {
        outcome = match catalog.execute(&statement.command, session) {
            Ok(_) => "-> ok".to_string(),
            Err(Refusal::Postgres(error)) => {
                let mut outcome = format!("-> {} {}", error.sqlstate, error.message);
                for line in error.detail.iter().flat_map(|detail| detail.lines()) {
                    outcome += &format!("\ndetail: {line}");
                }
                if let Some(hint) = &error.hint {
                    outcome += &format!("\nhint: {hint}");
                }
                outcome
            }
            Err(refusal) => format!("-> {refusal}"),
        };
    }
    outcome
}

/// The schema in the words of the query that made `outcomes.sql`.
fn schema(catalog: &Catalog) -> String {
    let name = |oid: Oid| catalog.get(oid).map(|object| object.name().as_str().to_string()).unwrap_or_default();
    let qualified = |oid: Oid| format!("{}.{}", catalog.schema_of(oid).map(name).unwrap_or_default(), name(oid));
    let mut lines = Vec::new();
    for (oid, entry) in catalog.iter() {
        if catalog.schema_of(oid).map(name).as_deref() == Some("pg_temp") {
            continue;
        }
        match &*entry.object {
            Object::Table(_) | Object::Index(_) | Object::Sequence(_) | Object::View(_) => {
                lines.push(format!("R {}", qualified(oid)));
            }
            Object::Column(column) if catalog.table(column.table).is_some() => {
                let not_null = if column.not_null { " not null" } else { "" };
                let default = match catalog.default_of(oid).and_then(|oid| catalog.get(oid)) {
                    Some(Object::Default(default)) => match default.expr {
                        DefaultExpr::NextVal(_) | DefaultExpr::Expr(_) | DefaultExpr::Unknown(_) => " default",
                    },
                    _ => "",
                };
                let (table, ty) = (name(column.table), catalog.type_text(&column.ty));
                lines.push(format!("C {table}.{} {ty}{not_null}{default}", column.name));
            }
            Object::Constraint(constraint) => {
                let kind = match constraint.rule {
                    Rule::Check { .. } => 'c',
                    Rule::ForeignKey { .. } => 'f',
                    Rule::PrimaryKey { .. } => 'p',
                    Rule::Unique { .. } => 'u',
                    Rule::Exclude { .. } => 'x',
                };
                lines.push(format!("K {}.{} {kind}", name(constraint.table), constraint.name.as_str()));
            }
            Object::Enum(ty) => lines.push(format!("E {} {}", qualified(oid), ty.labels.join(","))),
            _ => {}
        }
    }
    lines.sort();
    lines.join("; ")
}

#[test]
fn outcomes_are_those_of_postgresql() {
    let mut failures = Vec::new();
    let mut count = 0;
    for block in include_str!("outcomes.sql").trim().split("\n\n") {
        let mut catalog = Catalog::new();
        let mut session = Session { server_version: Some(15), ..Session::default() };
        let is_outcome = |line: &&str| {
            ["-> ", "= ", "detail: ", "hint: "].iter().any(|prefix| line.starts_with(prefix)) || *line == "="
        };
        let statements: Vec<&str> = block.lines().filter(|line| !is_outcome(line)).collect();
        let expected: Vec<&str> = block.lines().filter(is_outcome).collect();
        let mut actual = String::new();
        for statement in &statements {
            actual = run(&mut catalog, &mut session, statement);
        }
        // The end of the connection's block: what a COMMIT keeps.
        let _ = catalog.execute(&Command::Transaction(Transaction::Commit), &mut session);
        let actual = format!("{actual}\n= {}", schema(&catalog));
        let expected = expected.join("\n");
        if actual.trim() != expected.trim() {
            failures.push(format!("{}\nexpected {expected}\nactual   {actual}\n", statements.join("\n")));
        }
        count += 1;
    }
    assert!(count > 120, "{count} cases");
    assert!(failures.is_empty(), "{} of {count} fail:\n\n{}", failures.len(), failures.join("\n"));
}

pub(super) fn sql(catalog: &mut Catalog, session: &mut Session, text: &str) {
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        assert_eq!(run(catalog, session, line), "-> ok", "{line}");
    }
}

pub(super) fn command(text: &str) -> Command {
    crate::sql::statement::parse_one(text).expect("one statement")
}

#[test]
fn names_follow_renames() {
    let mut catalog = Catalog::new();
    let mut session = Session::default();
    sql(
        &mut catalog,
        &mut session,
        "create type e as enum ('a')
         create table t (id serial primary key, a e default 'a'::e check (a <> 'a'::e), n int check (n > 0))
         create index i on t (n) where n > 1
         create table c (t_id int references t)
         alter table t rename column id to key
         alter table t rename column n to m
         alter type e rename to f
         alter table t rename to u
         alter sequence t_id_seq rename to s",
    );
    let attrs = |id: &str| {
        let (oid, _) =
            catalog.comparable().find(|(_, other)| other.to_string() == id).unwrap_or_else(|| panic!("{id}"));
        format!("{:?}", catalog.attrs(oid))
    };
    assert!(attrs("public.c.c_t_id_fkey").contains("public.u"));
    assert!(attrs("public.c.c_t_id_fkey").contains("key"));
    assert!(attrs("public.s").contains("public.u.key"));
    let default =
        catalog.comparable().find(|(_, id)| id.kind == crate::pg::command::Kind::Default && id.name.as_str() == "key");
    assert_eq!(
        format!("{:?}", catalog.attrs(default.unwrap().0)),
        r#"[("default", Text("nextval('public.s'::regclass)"))]"#
    );
    let public = catalog.schema(&"public".into()).unwrap();
    let check = catalog.constraints(catalog.relation(&"public".into(), &"u".into()).unwrap());
    let texts: Vec<String> = check
        .iter()
        .filter_map(|(_, check)| match &check.rule {
            Rule::Check { expr, .. } => Some(expr.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["a <> 'a'::f", "m > 0"]);
    assert!(catalog.named_children(public).len() > 10);
}

/// Statements over few names, so that they meet.
fn statement() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let table = prop::sample::select(vec!["t", "u", "v"]);
    let column = prop::sample::select(vec!["a", "b", "c"]);
    (0..26usize, table.clone(), table, column.clone(), column).prop_map(|(kind, t, u, a, b)| match kind {
        0..=3 => format!("create table {t} ({a} serial primary key, x int default 1, y e, check ({a} > 0))"),
        4 => format!("drop table {t}"),
        5 => format!("drop table {t} cascade"),
        6 => format!("alter table {t} rename to {u}"),
        7..=8 => format!("alter table {t} add column {a} int references {u}"),
        9 => format!("alter table {t} drop column {a} cascade"),
        10 => format!("alter table {t} drop column {a}"),
        11 => format!("alter table {t} rename column {a} to {b}"),
        12 => format!("create index on {t} ({a}) where {a} > 1"),
        13 => format!("alter table {t} add unique ({a}, x), add column {b} bigserial"),
        14 => format!("create or replace view w as select {a} from {t}"),
        15 => "drop view w".to_string(),
        16 => "create type e as enum ('p')".to_string(),
        17 => format!("alter type e add value '{a}'"),
        18 => "drop type e cascade".to_string(),
        19 => "begin".to_string(),
        20 => format!("savepoint {a}"),
        21 => format!("rollback to {a}"),
        22 => "rollback".to_string(),
        23 => "commit".to_string(),
        24 => "create schema s".to_string(),
        _ => format!("alter table {t} set schema s"),
    })
}

proptest::proptest! {
    /// Law 1: rolling back restores the catalog, deltas and their inverses cancel, and a refusal changes nothing.
    #[test]
    fn rolling_back_restores_the_catalog(texts in proptest::collection::vec(statement(), 1..40), open in proptest::bool::ANY) {
        let mut catalog = Catalog { open_world: open, ..Catalog::new() };
        let mut session = Session::default();
        let state = |catalog: &Catalog| catalog.iter().map(|(oid, entry)| (oid, entry.clone())).collect::<Vec<_>>();
        let start = (catalog.mark(), catalog.clone());
        for text in texts {
            let before = catalog.clone();
            match catalog.execute(&command(&text), &mut session) {
                Err(_) => proptest::prop_assert_eq!(state(&before), state(&catalog), "{} was refused", text),
                Ok(deltas) => {
                    // The deltas are complete: they lead from before to after, and their inverses back.
                    let mut other = before.clone();
                    for delta in deltas.iter().cloned() {
                        other.apply(delta);
                    }
                    proptest::prop_assert_eq!(state(&other), state(&catalog), "{}", text);
                    for delta in deltas.into_iter().rev() {
                        other.apply(delta.inverse());
                    }
                    proptest::prop_assert_eq!(state(&other), state(&before), "{}", text);
                }
            }
        }
        catalog.rollback_to(start.0);
        proptest::prop_assert_eq!(state(&catalog), state(&start.1));
        proptest::prop_assert_eq!(&catalog.names, &start.1.names);
        proptest::prop_assert_eq!(&catalog.referrers, &start.1.referrers);
    }
}

#[test]
fn rows_are_read_by_columns_that_exist() {
    let (mut catalog, mut session) = (Catalog::new(), Session::default());
    sql(
        &mut catalog,
        &mut session,
        "create table t (a int, b int)
         create table u (c int)
         update t set a = b, b = %(x)s where t.a in (select c from u where c > b)
         select x.a, max(c) from t as x, u group by x.a order by 1
         with q as (select a as z from t) select q.z from q
         select a as z from t order by z
         select t from t
         insert into t select c from u
         insert into t values (default, 1)
         insert into t (a) select 1 union select c from u order by 1
         with q as (select c from u) insert into t (a) select c from q returning a
         update t set a = u.c from u where u.c = b
         delete from t using u where c = b",
    );
    for (statement, message) in [
        ("update t set a = c", "-> 42703 column \"c\" does not exist"),
        ("update only t set a = a", "-> ok"),
        ("update only t q set a = q.b from only u where u.c = q.b", "-> ok"),
        ("update only (t) set a = a", "-> ok"),
        ("delete from only t where a = 1", "-> ok"),
        ("delete from only t using only u where t.a = u.c", "-> ok"),
        ("select * from only t", "-> ok"),
        ("select t.a from only t join only u on t.a = u.c", "-> ok"),
        ("select u.a from only t, only u", "-> 42703 column u.a does not exist"),
        ("update only nope set a = 1", "-> 42P01 relation \"nope\" does not exist"),
        ("update only t set nope = a", "-> 42703 column \"nope\" of relation \"t\" does not exist"),
        ("update \"only\" set a = 1", "-> 42P01 relation \"only\" does not exist"),
        ("update t set nope = a", "-> 42703 column \"nope\" of relation \"t\" does not exist"),
        ("select t.c from t join u on true", "-> 42703 column t.c does not exist"),
        ("select c from t", "-> 42703 column \"c\" does not exist"),
        ("select a from t where exists (select 1 from u where d = a)", "-> 42703 column \"d\" does not exist"),
        ("insert into t select x.a, x.c from t x", "-> 42703 column x.c does not exist"),
        ("insert into t (a) select b from u", "-> 42703 column \"b\" does not exist"),
        ("insert into t (nope) select b from u", "-> 42703 column \"nope\" of relation \"t\" does not exist"),
        ("insert into t values (d)", "-> 42703 column \"d\" does not exist"),
        ("insert into t select a, b, 1 from t", "-> 42601 INSERT has more expressions than target columns"),
        ("insert into t (a) values (1, 2)", "-> 42601 INSERT has more expressions than target columns"),
        ("insert into t (a, b) select c from u", "-> 42601 INSERT has more target columns than expressions"),
        ("update t set a = c from u where d = a", "-> 42703 column \"d\" does not exist"),
        ("update t set a = (select b from u)", "-> ok"),
        ("delete from t where c = 1", "-> 42703 column \"c\" does not exist"),
        ("delete from t using u where u.d = b", "-> 42703 column u.d does not exist"),
        (
            "update t set a = 1 from u as o right join (select * from t) n using (b) where t.z = o.c",
            "-> 42703 column \"b\" specified in USING clause does not exist in left table",
        ),
        (
            "select * from t join u using (b)",
            "-> 42703 column \"b\" specified in USING clause does not exist in right table",
        ),
    ] {
        assert_eq!(run(&mut catalog, &mut session, statement), message, "{statement}");
    }
}

#[test]
fn a_function_changes_the_schema_if_its_body_holds_such_words() {
    for (body, answer) in [("RETURN 1", "-> ok"), ("DROP TABLE t; RETURN 1", "-> unknown")] {
        let (mut catalog, mut session) = (Catalog::new(), Session::default());
        let text = format!(
            "CREATE TABLE t (a int);
             CREATE OR REPLACE FUNCTION f()\nRETURNS int\nLANGUAGE plpgsql\nAS $$\nBEGIN {body}; END\n$$"
        );
        for statement in crate::sql::statement::parse(&text) {
            catalog.execute(&statement.command, &mut session).expect("accepted");
        }
        let called = catalog.execute(&command("UPDATE t SET a = f()"), &mut session);
        assert_eq!(if called.is_ok() { "-> ok" } else { "-> unknown" }, answer, "{body}");
    }
}

#[test]
fn there_is_always_a_schema_for_what_is_temporary() {
    let (mut catalog, mut session) = (Catalog::new(), Session::default());
    sql(
        &mut catalog,
        &mut session,
        "create function pg_temp.f(a text) returns boolean as $$ select true $$ language sql",
    );
    sql(&mut catalog, &mut session, "create table pg_temp.t (a int)");
    assert_eq!(catalog.comparable().count(), 0);
}

/// Seen from PostgreSQL 16.
#[test]
fn operators_and_classes_that_do_not_exist() {
    let schema = "create type mood as enum ('sad')\ncreate table t (i int primary key, v varchar(9), j json, d timestamptz, tm time, m mood)\n\
        create table u (n numeric unique, x text unique)\nalter table t add constraint positive check (i > 0)\ncreate index by_v on t (v)\n\
        create unique index falling on t (v desc)\ncreate unique index pattern on t (v varchar_pattern_ops)";
    for (statement, answer) in [
        ("create index on t (j)", "data type json has no default operator class for access method \"btree\" (42704)"),
        (
            "alter table t add unique (j)",
            "data type json has no default operator class for access method \"btree\" (42704)",
        ),
        (
            "create index on t using gin (v)",
            "data type character varying has no default operator class for access method \"gin\" (42704)",
        ),
        ("create index on t using hash (i, v)", "access method \"hash\" does not support multicolumn indexes (0A000)"),
        (
            "create index on t (i text_pattern_ops)",
            "operator class \"text_pattern_ops\" does not accept data type integer (42804)",
        ),
        ("create index on t ((d::text))", "functions in index expression must be marked IMMUTABLE (42P17)"),
        ("create index on t (i) where d > now()", "functions in index predicate must be marked IMMUTABLE (42P17)"),
        ("alter table t add check (j = '{}')", "operator does not exist: json = unknown (42883)"),
        ("alter table t add check (i)", "argument of CHECK must be type boolean, not type integer (42804)"),
        (
            "alter table t add foreign key (i) references u (x)",
            "foreign key constraint \"t_i_fkey\" cannot be implemented (42804)",
        ),
        ("alter table t add foreign key (i) references u (n)", "ok"),
        (
            "alter table t add unique using index falling",
            "index \"falling\" column number 1 does not have default sorting behavior (42809)",
        ),
        (
            "alter table t add unique using index pattern",
            "index \"pattern\" column number 1 does not have default sorting behavior (42809)",
        ),
        ("alter table t alter i type text", "operator does not exist: text > integer (42883)"),
        (
            "alter table t alter v type json using v::json",
            "data type json has no default operator class for access method \"btree\" (42704)",
        ),
        ("alter table t alter v type date using i::date", "cannot cast type integer to date (42846)"),
        (
            "alter table t alter v type date using i",
            "result of USING clause for column \"v\" cannot be cast automatically to type date (42804)",
        ),
        (
            "alter table t alter tm type timestamptz",
            "column \"tm\" cannot be cast automatically to type timestamp with time zone (42804)",
        ),
        (
            "alter table t alter i set default now()",
            "column \"i\" is of type integer but default expression is of type timestamp with time zone (42804)",
        ),
        ("alter table t alter i set default 'x'", "invalid input syntax for type integer: \"x\" (22P02)"),
        (
            "create view w as select j, count(*) from t group by j",
            "could not identify an equality operator for type json (42883)",
        ),
        ("create view w as select a.j from t a join t b on a.j = b.j", "operator does not exist: json = json (42883)"),
        (
            "create view w as select j from t order by 1",
            "could not identify an ordering operator for type json (42883)",
        ),
        ("delete from t where i = v", "operator does not exist: integer = character varying (42883)"),
        (
            "create extension citext\nalter table t add check (i = v)",
            "operator does not exist: integer = character varying (42883)",
        ),
        ("create extension postgis\nalter table t add check (i = v)", "ok"),
    ] {
        let (mut catalog, mut session) = (Catalog::new(), Session::default());
        sql(&mut catalog, &mut session, schema);
        let done = statement.lines().try_for_each(|line| catalog.execute(&command(line), &mut session).map(|_| ()));
        assert_eq!(done.map_or_else(|refusal| refusal.to_string(), |()| "ok".to_string()), answer, "{statement}");
    }
}

#[test]
fn a_partition_key_follows_the_rename_of_its_column() {
    let (mut catalog, mut session) = (Catalog::new(), Session::default());
    sql(
        &mut catalog,
        &mut session,
        "create table t (at date, b int) partition by range (at, b)\nalter table t rename at to \"position\"",
    );
    let table = catalog.relation(&"public".into(), &"t".into()).expect("t");
    let key = catalog.table(table).and_then(|table| table.partition_by.clone());
    assert_eq!(key.as_deref().map(str::to_lowercase).as_deref(), Some("range (\"position\", b)"));
}

/// Seen from PostgreSQL 16.
#[test]
fn names_inside_of_a_table_are_not_quoted_in_descriptions() {
    let (mut catalog, mut session) = (Catalog::new(), Session::default());
    sql(
        &mut catalog,
        &mut session,
        "create table \"a-b\" (\"x-y\" int unique)\ncreate view \"v-w\" as select \"x-y\" from \"a-b\"",
    );
    let mut refused = |text: &str| catalog.execute(&command(text), &mut session).unwrap_err().to_string();
    assert_eq!(
        refused("drop index \"a-b_x-y_key\""),
        "cannot drop index \"a-b_x-y_key\" because constraint a-b_x-y_key on table \"a-b\" requires it (2BP01)"
    );
    assert_eq!(
        refused("alter table \"a-b\" drop column \"x-y\""),
        "cannot drop column x-y of table \"a-b\" because other objects depend on it (2BP01)"
    );
}

/// Seen from PostgreSQL 16: `LIKE … INCLUDING ALL` and `CREATE TABLE AS`.
#[test]
fn copies_have_identities_and_collations() {
    let (mut catalog, mut session) = (Catalog::new(), Session::default());
    sql(
        &mut catalog,
        &mut session,
        "create table t (a int generated always as identity (start 5), b text collate \"C\")\n\
         create table l (like t including all)\ncreate table q as select b as c from t",
    );
    let column = |table: &str, name: &str| {
        let table = catalog.relation(&"public".into(), &table.into()).expect("the table");
        catalog.column(table, &name.into()).expect("the column")
    };
    let (_, sequence) = catalog.owned_sequences(column("l", "a"))[0];
    assert_eq!((sequence.name.as_str(), sequence.start), ("l_a_seq", 5));
    assert!(catalog.column_of(column("l", "a")).is_some_and(|column| column.identity.is_some()));
    let (b, c) = (catalog.column_of(column("t", "b")), catalog.column_of(column("q", "c")));
    assert_eq!(b.map(|column| &column.collation), c.map(|column| &column.collation));
}

/// Statements on rows after these: what the functions do that they call.
const CALLED: &str = "CREATE TABLE t (id integer, tags text[]);
    CREATE TABLE audited (id integer);
    CREATE FUNCTION plain(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
    CREATE FUNCTION makes() RETURNS void LANGUAGE plpgsql AS 'BEGIN CREATE TABLE made (id integer); END';
    CREATE FUNCTION tight() RETURNS void LANGUAGE plpgsql AS$$BEGIN ALTER TABLE t ADD b text; END$$;
    CREATE FUNCTION calls() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM makes(); END';
    CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM makes(); RETURN NEW; END';
    CREATE TRIGGER audit AFTER INSERT ON audited FOR EACH ROW EXECUTE FUNCTION fired();
    CREATE TABLE moved (id integer, parent integer, twice integer GENERATED ALWAYS AS (id * 2) STORED);
    CREATE TRIGGER of_column AFTER UPDATE OF parent ON moved FOR EACH ROW EXECUTE FUNCTION fired();
    CREATE TABLE derived (id integer, a integer, twice integer GENERATED ALWAYS AS (id * 2) STORED);
    CREATE TRIGGER of_derived AFTER UPDATE OF twice ON derived FOR EACH ROW EXECUTE FUNCTION fired();
    CREATE AGGREGATE joined(anycompatiblearray) (sfunc = array_cat, stype = anycompatiblearray, initcond = '{}')";

#[test]
fn what_a_statement_calls_may_change_the_schema() {
    let outcome = |sql: &str| {
        let (mut catalog, mut session) = (Catalog::new(), Session::default());
        assert_eq!(run(&mut catalog, &mut session, CALLED), "-> ok");
        run(&mut catalog, &mut session, sql)
    };
    let harmless = [
        "UPDATE t SET id = plain(id)",
        "SELECT joined(tags) FROM t",
        "DELETE FROM audited",
        "UPDATE moved SET id = 1",
        "INSERT INTO moved (parent) VALUES (1)",
        "DELETE FROM moved",
    ];
    for sql in harmless {
        assert_eq!(outcome(sql), "-> ok", "{sql}");
    }
    let changing = [
        "UPDATE t SET id = 1 WHERE makes() IS NULL",
        "DELETE FROM t WHERE calls() IS NULL",
        "INSERT INTO audited VALUES (1)",
        "UPDATE moved SET parent = 1",
        "UPDATE moved SET (id, parent) = (1, 2)",
        "UPDATE derived SET id = 1",
    ];
    for sql in changing {
        assert!(outcome(sql).contains("the function makes may change the schema"), "{sql}: {}", outcome(sql));
    }
    let tight = outcome("DELETE FROM t WHERE tight() IS NULL");
    assert!(tight.contains("the function tight may change the schema"), "{tight}");
}
