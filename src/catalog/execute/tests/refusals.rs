//! Refusals as PostgreSQL 16 and 18 gave them, where `outcomes.sql` has no place for the versions.

use super::*;

/// What comes of the last statement, on a server of a version.
fn outcome(version: u32, sql: &str) -> String {
    let (mut catalog, mut session) = (Catalog::new(), Session { server_version: Some(version), ..Session::default() });
    run(&mut catalog, &mut session, sql)
}

#[test]
fn storage_and_compression_of_values_of_a_fixed_length() {
    let table = "CREATE TYPE e AS ENUM ('a'); CREATE DOMAIN d AS e; CREATE TABLE t (a e, b text, c e[], h d, i int, p point, v bit varying);";
    let on = |action: &str| outcome(16, &format!("{table} ALTER TABLE t ALTER {action}"));
    for (column, ty) in [("a", "e"), ("h", "d"), ("i", "integer"), ("p", "point")] {
        let plain = format!("-> 0A000 column data type {ty} can only have storage PLAIN");
        assert_eq!(on(&format!("{column} SET STORAGE main")), plain);
        assert_eq!(on(&format!("{column} SET STORAGE plain")), "-> ok");
        let compression = format!("-> 0A000 column data type {ty} does not support compression");
        assert_eq!(on(&format!("{column} SET COMPRESSION pglz")), compression);
    }
    for action in ["b SET STORAGE plain", "c SET STORAGE main", "v SET STORAGE external", "a SET STORAGE default"] {
        assert_eq!(on(action), "-> ok", "{action}");
    }
}

#[test]
fn a_default_stands_in_the_way_of_a_type_before_a_view() {
    let table = "CREATE TYPE e AS ENUM ('1'); CREATE TABLE x (a int DEFAULT 1); CREATE VIEW v AS SELECT a FROM x;";
    assert_eq!(
        outcome(18, &format!("{table} ALTER TABLE x ALTER a TYPE e USING a::text::e")),
        "-> 42804 default for column \"a\" cannot be cast automatically to type e"
    );
}

#[test]
fn what_cannot_be_validated() {
    let sql = "CREATE TABLE t (a int CONSTRAINT u UNIQUE); ALTER TABLE t VALIDATE CONSTRAINT u";
    assert_eq!(
        outcome(16, sql),
        "-> 42809 constraint \"u\" of relation \"t\" is not a foreign key or check constraint"
    );
    assert_eq!(
        outcome(18, sql),
        "-> 42809 cannot validate constraint \"u\" of relation \"t\"\ndetail: This operation is not supported for this type of constraint."
    );
}

#[test]
fn rows_that_the_condition_of_a_trigger_reads() {
    let on = |trigger: &str| {
        let table = "CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) STORED); CREATE TABLE p (a int);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';";
        outcome(18, &format!("{table} CREATE TRIGGER x {trigger} EXECUTE FUNCTION f()"))
    };
    let generated = "-> 42P17 BEFORE trigger's WHEN condition cannot reference NEW generated columns";
    let whole = format!("{generated}\ndetail: A whole-row reference is used and the table contains generated columns.");
    assert_eq!(on("BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)"), whole);
    assert_eq!(on("BEFORE UPDATE ON t FOR EACH ROW WHEN (new IS DISTINCT FROM old)"), whole);
    let column = format!("{generated}\ndetail: Column \"g\" is a generated column.");
    assert_eq!(on("BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.g > 1)"), column);
    for trigger in [
        "BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.a > 1)",
        "AFTER UPDATE ON t FOR EACH ROW WHEN (NEW.g > 1 OR NEW.* IS NULL)",
        "BEFORE UPDATE ON t FOR EACH ROW WHEN (OLD.g > 1 AND OLD.* IS NOT NULL)",
        "BEFORE UPDATE ON p FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)",
        "BEFORE UPDATE ON p WHEN (pg_trigger_depth() = 0)",
    ] {
        assert_eq!(on(trigger), "-> ok", "{trigger}");
    }
    let no_old = "-> 42P17 INSERT trigger's WHEN condition cannot reference OLD values";
    assert_eq!(on("BEFORE DELETE OR INSERT ON t FOR EACH ROW WHEN (OLD.g > 1 OR NEW.a = 1)"), no_old);
    let no_new = "-> 42P17 DELETE trigger's WHEN condition cannot reference NEW values";
    assert_eq!(on("BEFORE DELETE ON t FOR EACH ROW WHEN (OLD.g > 1 OR NEW.* IS NULL)"), no_new);
    let no_row = "-> 42P17 statement trigger's WHEN condition cannot reference column values";
    assert_eq!(on("BEFORE UPDATE ON t FOR EACH STATEMENT WHEN (OLD.g > 1)"), no_row);
}

#[test]
fn statistics_are_on_what_is_there() {
    let table = "CREATE TABLE a (x int, y text); CREATE STATISTICS s ON y, x FROM a;";
    for (sql, said) in [
        ("CREATE STATISTICS s ON x, y FROM a", "-> 42710 statistics object \"s\" already exists"),
        ("CREATE STATISTICS q ON y, w FROM a", "-> 42703 column \"w\" does not exist"),
        ("CREATE STATISTICS q ON y, w FROM ab", "-> 42P01 relation \"ab\" does not exist"),
        ("DROP STATISTICS public.qq", "-> 42704 statistics object \"public.qq\" does not exist"),
    ] {
        assert_eq!(outcome(16, &format!("{table} {sql}")), said, "{sql}");
    }
}

#[test]
fn columns_go_before_rows_and_functions_of_their_name() {
    let (mut catalog, mut session) = (Catalog::new(), Session::default());
    let sql = "CREATE TABLE m (\"user\" text CHECK (\"user\" <> ''), m int); ALTER TABLE m ADD CHECK (m > 0), ADD CHECK (user = 'a')";
    assert_eq!(run(&mut catalog, &mut session, sql), "-> ok");
    let table = catalog.relation(&"public".into(), &"m".into()).expect("the table");
    let mut names: Vec<String> = catalog.constraints(table).iter().map(|(_, check)| check.name.to_string()).collect();
    names.sort();
    assert_eq!(names, ["m_check", "m_m_check", "m_user_check"]);
}

#[test]
fn foreign_keys_between_types_that_nothing_compares() {
    let sql =
        "CREATE EXTENSION vector; CREATE TABLE a (x varchar(40) PRIMARY KEY); CREATE TABLE b (x bigint REFERENCES a)";
    assert!(outcome(18, sql).starts_with("-> 42804 foreign key constraint \"b_x_fkey\" cannot be implemented"));
    let sql = "CREATE EXTENSION vector; CREATE TABLE a (x bigint PRIMARY KEY); CREATE TABLE b (x bigint REFERENCES a); ALTER TABLE a ALTER x TYPE varchar(40)";
    assert!(outcome(18, sql).starts_with("-> 42804 foreign key constraint \"b_x_fkey\" cannot be implemented"));
}

#[test]
fn foreign_keys_write_no_generated_columns() {
    let key = |kind: &str, written: &str| {
        let tables = format!(
            "CREATE TABLE r (id int PRIMARY KEY, x text); CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) {kind});"
        );
        outcome(18, &format!("{tables} ALTER TABLE t ADD FOREIGN KEY {written}"))
    };
    let refused = |event: &str| {
        format!("-> 42601 invalid ON {event} action for foreign key constraint containing generated column")
    };
    assert_eq!(key("STORED", "(g) REFERENCES r ON DELETE SET NULL"), refused("DELETE"));
    assert_eq!(key("VIRTUAL", "(g) REFERENCES r ON DELETE SET NULL"), refused("DELETE"));
    assert_eq!(key("STORED", "(g) REFERENCES r ON UPDATE CASCADE ON DELETE SET DEFAULT"), refused("UPDATE"));
    assert_eq!(key("STORED", "(g, a) REFERENCES r ON UPDATE SET NULL"), refused("UPDATE"));
    assert_eq!(key("STORED", "(g) REFERENCES r ON UPDATE RESTRICT ON DELETE CASCADE"), "-> ok");
    assert_eq!(
        key("VIRTUAL", "(g) REFERENCES r ON DELETE CASCADE"),
        "-> 0A000 foreign key constraints on virtual generated columns are not supported"
    );
}

#[test]
fn a_copy_of_an_index_says_no_order_that_its_method_has_not() {
    let sql = "CREATE TABLE r (x text); CREATE INDEX i ON r USING brin (x); CREATE TABLE l (LIKE r INCLUDING ALL)";
    assert_eq!(outcome(16, sql), "-> ok");
}

#[test]
fn what_an_extension_leaves_as_it_is() {
    let with = |extension: &str, sql: &str| {
        outcome(16, &format!("CREATE EXTENSION {extension}; CREATE TABLE t (j json, u uuid, a text); {sql}"))
    };
    let check = "ALTER TABLE t ADD CHECK (jsonb_typeof(j) = 'object')";
    assert_eq!(with("vector", check), "-> 42883 function jsonb_typeof(json) does not exist");
    assert_eq!(with("postgis", check), "-> ok");
    let default = "ALTER TABLE t ALTER u SET DEFAULT '{}'";
    assert_eq!(with("citext", default), "-> 22P02 invalid input syntax for type uuid: \"{}\"");
    assert_eq!(with("pg_trgm", "ALTER TABLE t ADD CHECK (a % 'x' AND similarity(a, 'x') > 0.1)"), "-> ok");
    assert_eq!(with("citext", "ALTER TABLE t ADD CHECK (replace(a, 'x', 1) = '')"), "-> ok");
}

#[test]
fn a_rule_may_do_something_else() {
    let table = "CREATE TABLE t (a int, b int NOT NULL);";
    let insert = "INSERT INTO t (a) VALUES (1)";
    let refused = "-> 23502 null value in column \"b\" of relation \"t\" violates not-null constraint";
    assert!(outcome(16, &format!("{table} {insert}")).starts_with(refused));
    assert_eq!(outcome(16, &format!("{table} CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING; {insert}")), "-> ok");
}

#[test]
fn a_rule_needs_the_columns_that_it_reads() {
    let after = |sql: &str| {
        let rule = "CREATE RULE r AS ON UPDATE TO t WHERE old.a IS NOT NULL DO INSTEAD NOTHING";
        outcome(16, &format!("CREATE TABLE t (a text, b int); {rule}; {sql}"))
    };
    assert_eq!(
        after("ALTER TABLE t ALTER a TYPE varchar(10)"),
        "-> 0A000 cannot alter type of a column used by a view or rule\ndetail: rule r on table t depends on column \"a\""
    );
    assert_eq!(
        after("ALTER TABLE t RENAME a TO c; ALTER TABLE t DROP c"),
        "-> 2BP01 cannot drop column c of table t because other objects depend on it\n\
         detail: rule r on table t depends on column c of table t\nhint: Use DROP ... CASCADE to drop the dependent objects too."
    );
    assert_eq!(after("ALTER TABLE t DROP b"), "-> ok");
    assert_eq!(after("ALTER TABLE t DROP a CASCADE"), "-> ok");
}

#[test]
fn a_domain_s_default_is_of_its_type() {
    let made = "CREATE DOMAIN d AS int DEFAULT 5;";
    let syntax = "-> 22P02 invalid input syntax for type integer: \"x\"";
    assert_eq!(outcome(16, "CREATE DOMAIN d AS int DEFAULT 'x'"), syntax);
    assert_eq!(outcome(16, &format!("{made} ALTER DOMAIN d SET DEFAULT 'x'")), syntax);
    assert_eq!(outcome(16, &format!("{made} ALTER DOMAIN d SET DEFAULT '7'")), "-> ok");
    assert_eq!(
        outcome(16, &format!("{made} ALTER DOMAIN d SET DEFAULT now()")),
        "-> 42804 column \"d\" is of type integer but default expression is of type timestamp with time zone\n\
         hint: You will need to rewrite or cast the expression."
    );
}

#[test]
fn a_column_of_a_row_type() {
    let table = "CREATE TABLE s (a int); CREATE TABLE t (a int);";
    let itself = "-> 42P16 composite type t cannot be made a member of itself";
    assert_eq!(outcome(16, &format!("{table} ALTER TABLE t ALTER a TYPE t")), itself);
    assert_eq!(outcome(16, &format!("{table} ALTER TABLE t ADD b t")), itself);
    assert_eq!(outcome(16, &format!("{table} ALTER TABLE t ADD b t[]")), itself);
    // The row type of another table is a type like any other.
    assert_eq!(outcome(16, &format!("{table} ALTER TABLE t ADD b s")), "-> ok");
}

#[test]
fn modifiers_of_types_that_take_none() {
    let own = "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN dom AS text; CREATE TYPE comp AS (a int); CREATE EXTENSION citext;
        CREATE EXTENSION vector; CREATE TABLE a (id int, name text); CREATE TABLE b (name text);";
    let not_allowed = |ty: &str| format!("-> 42601 type modifier is not allowed for type \"{ty}\"");
    for (ty, name) in [
        ("TEXT(255)", "text"),
        ("mood(3)", "mood"),
        ("public.mood(3)", "public.mood"),
        ("mood(3)[]", "mood[]"),
        ("dom(3)", "dom"),
        ("comp(3)", "comp"),
        ("a(3)", "a"),
        ("citext(3)", "citext"),
        ("int4(11)", "int4"),
        ("SERIAL(3)", "integer"),
    ] {
        assert_eq!(outcome(16, &format!("{own} CREATE TABLE c (x {ty})")), not_allowed(name), "{ty}");
        assert_eq!(outcome(18, &format!("{own} ALTER TABLE b ALTER name TYPE {ty}")), not_allowed(name), "{ty}");
    }
    let on = |sql: &str| outcome(18, &format!("{own} {sql}"));
    assert_eq!(on("CREATE TABLE c (x vector(3), y numeric(3, 5), z timestamp(9))"), "-> ok");
    assert_eq!(on("CREATE TABLE c (x nothere(3))"), "-> 42704 type \"nothere\" does not exist");
    assert_eq!(on("ALTER TABLE a ADD name text(3)"), "-> 42701 column \"name\" of relation \"a\" already exists");
    assert_eq!(on("ALTER TABLE a ADD name nothere"), "-> 42701 column \"name\" of relation \"a\" already exists");
    assert_eq!(on("ALTER TABLE a ADD IF NOT EXISTS name text(3)"), "-> ok");
    assert_eq!(on("CREATE TABLE IF NOT EXISTS a (x text(3))"), "-> ok");
    assert_eq!(on("CREATE TABLE a (x text(3))"), not_allowed("text"));
    assert_eq!(on("CREATE DOMAIN d2 AS text(3)"), not_allowed("text"));
    assert_eq!(on("CREATE TYPE c2 AS (a text(3))"), not_allowed("text"));
    assert_eq!(on("CREATE TABLE c (x VARCHAR(0))"), "-> 22023 length for type varchar must be at least 1");
}

#[test]
fn modifiers_in_casts() {
    for (check, says) in [
        ("x::text(3) = 'a'", "-> 42601 type modifier is not allowed for type \"text\""),
        ("x::varchar(0) = 'a'", "-> 22023 length for type varchar must be at least 1"),
        ("x::int4(3) = 1", "-> 42601 type modifier is not allowed for type \"int4\""),
        ("x::int(3) = 1", "-> 42601 syntax error at or near \"(\""),
        ("x::float(54) = 1", "-> 22023 precision for type float must be less than 54 bits"),
        ("x::float(24) = 1", "-> ok"),
        ("x::timestamp(9) = now()", "-> ok"),
        ("x::numeric(3, 1) = 1", "-> ok"),
    ] {
        assert_eq!(outcome(16, &format!("CREATE TABLE c (x text CHECK ({check}))")), says, "{check}");
    }
    let sql = "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE c (x text DEFAULT 'a'::mood(3))";
    assert_eq!(outcome(18, sql), "-> 42601 type modifier is not allowed for type \"mood\"");
}

#[test]
fn using_is_looked_at_before_the_column() {
    let on = |action: &str| outcome(16, &format!("CREATE TABLE a (id int, flag text); ALTER TABLE a {action}"));
    let missing = "-> 42703 column \"nope\" does not exist";
    assert_eq!(on("ALTER nope TYPE integer USING nope::integer"), missing);
    assert_eq!(on("ALTER flag TYPE integer USING nope::integer"), missing);
    let of = "-> 42703 column \"other\" of relation \"a\" does not exist";
    assert_eq!(on("ALTER other TYPE integer USING flag::integer"), of);
    assert_eq!(
        on("ALTER flag TYPE integer USING (CASE WHEN current_user = flag THEN id ELSE tableoid::int END)"),
        "-> ok"
    );
}

#[test]
fn collations_of_other_databases_and_types_without_one() {
    let table = "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE a (id int, name text);";
    let on = |sql: &str| outcome(16, &format!("{table} {sql}"));
    let missing = |name: &str| format!("-> 42704 collation \"{name}\" for encoding \"UTF8\" does not exist");
    assert_eq!(on("CREATE TABLE c (x text COLLATE \"utf8_bin\")"), missing("utf8_bin"));
    assert_eq!(on("CREATE TABLE c (x int COLLATE \"utf8_bin\")"), missing("utf8_bin"));
    assert_eq!(on("CREATE TABLE c (x text COLLATE pg_catalog.utf8_bin)"), missing("pg_catalog.utf8_bin"));
    assert_eq!(on("CREATE TABLE c (x nothere COLLATE \"utf8_bin\")"), "-> 42704 type \"nothere\" does not exist");
    assert_eq!(on("ALTER TABLE a ALTER name TYPE text COLLATE \"NOCASE\""), missing("NOCASE"));
    assert_eq!(on("ALTER TABLE a ADD x text COLLATE utf8mb4_unicode_ci"), missing("utf8mb4_unicode_ci"));
    assert_eq!(on("CREATE DOMAIN d AS text COLLATE \"utf8_bin\""), missing("utf8_bin"));
    assert_eq!(on("CREATE COLLATION utf8_bin (LOCALE = 'C'); CREATE TABLE c (x text COLLATE utf8_bin)"), "-> ok");
    assert_eq!(on("CREATE INDEX i ON a (name COLLATE utf8_bin)"), missing("utf8_bin"));
    assert_eq!(on("CREATE INDEX i ON a (nope COLLATE utf8_bin)"), "-> 42703 column \"nope\" does not exist");
    assert_eq!(on("CREATE INDEX i ON a (id COLLATE \"C\")"), "-> 42804 collations are not supported by type integer");
    assert_eq!(on("CREATE TABLE c (x text CHECK (x COLLATE utf8_bin = 'a'))"), missing("utf8_bin"));
    assert_eq!(on("CREATE TABLE c (x text COLLATE nope.utf8_bin)"), "-> 3F000 schema \"nope\" does not exist");
    // 42704 where the server has not got it, 42804 where it has.
    assert!(on("CREATE TABLE c (x int COLLATE \"de_DE\")").starts_with("-> unknown"));
    for (ty, name) in [("int", "integer"), ("mood", "mood"), ("json", "json"), ("\"char\"", "\"char\"")] {
        let says = format!("-> 42804 collations are not supported by type {name}");
        assert_eq!(on(&format!("CREATE TABLE c (x {ty} COLLATE \"C\")")), says);
    }
    for ty in ["text[]", "name", "varchar(3)"] {
        assert_eq!(on(&format!("CREATE TABLE c (x {ty} COLLATE \"C\")")), "-> ok", "{ty}");
    }
}

#[test]
fn what_names_a_column_needs_it() {
    let on = |action: &str| {
        let schema = "CREATE TABLE t (id int, title varchar(20), n int, m int);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER of BEFORE INSERT OR UPDATE OF title ON t FOR EACH ROW EXECUTE FUNCTION f();
            CREATE TRIGGER wh AFTER UPDATE ON t FOR EACH ROW WHEN (OLD.n IS DISTINCT FROM NEW.n) EXECUTE FUNCTION f();
            CREATE TRIGGER whole AFTER UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION f();";
        outcome(15, &format!("{schema} {action}"))
    };
    let of_type = "-> 0A000 cannot alter type of a column used in a trigger definition\ndetail: trigger";
    assert_eq!(
        on("ALTER TABLE t ALTER title TYPE text"),
        format!("{of_type} of on table t depends on column \"title\"")
    );
    assert_eq!(on("ALTER TABLE t ALTER n TYPE bigint"), format!("{of_type} wh on table t depends on column \"n\""));
    let dropped = "-> 2BP01 cannot drop column n of table t because other objects depend on it\ndetail: trigger wh on table t \
                   depends on column n of table t\nhint: Use DROP ... CASCADE to drop the dependent objects too.";
    assert_eq!(on("ALTER TABLE t DROP n"), dropped);
    let renamed = "ALTER TABLE t RENAME title TO name; ALTER TABLE t ALTER name TYPE text";
    assert_eq!(on(renamed), format!("{of_type} of on table t depends on column \"name\""));
    for action in [
        "ALTER TABLE t DROP m",
        "ALTER TABLE t ALTER m TYPE bigint",
        "ALTER TABLE t DROP n CASCADE; DROP TRIGGER whole ON t; DROP TRIGGER of ON t; DROP FUNCTION f()",
        "DROP TABLE t",
    ] {
        assert_eq!(on(action), "-> ok", "{action}");
    }
}

#[test]
fn what_calls_a_function_needs_it() {
    let function = "CREATE FUNCTION f(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i';";
    let on = |caller: &str| outcome(15, &format!("{function} CREATE TABLE t (a int); {caller}; DROP FUNCTION f(int)"));
    for (caller, what) in [
        ("ALTER TABLE t ALTER a SET DEFAULT f(1)", "default value for column a of table t"),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (public.f(a) > 0)", "constraint c on table t"),
        ("CREATE INDEX i ON t (f(a))", "index i"),
        ("CREATE INDEX i ON t (a) WHERE f(a) > 0", "index i"),
        ("ALTER TABLE t ADD b int GENERATED ALWAYS AS (f(a)) STORED", "column b of table t"),
        ("CREATE POLICY p ON t USING (f(a) > 0)", "policy p on table t"),
        ("CREATE DOMAIN d AS int DEFAULT f(1)", "type d"),
        ("CREATE VIEW v AS SELECT f(a) FROM t", "view v"),
    ] {
        let message = "-> 2BP01 cannot drop function f(integer) because other objects depend on it\ndetail: ";
        let hint = "\nhint: Use DROP ... CASCADE to drop the dependent objects too.";
        assert_eq!(on(caller), format!("{message}{what} depends on function f(integer){hint}"));
    }
    assert_eq!(on("ALTER TABLE t ALTER a SET DEFAULT f(1); ALTER TABLE t ALTER a DROP DEFAULT"), "-> ok");
    assert_eq!(on("CREATE FUNCTION g(i int) RETURNS int LANGUAGE sql AS 'SELECT f(i)'"), "-> ok");
    let overloaded =
        "CREATE FUNCTION f(i text) RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER TABLE t ALTER a SET DEFAULT f(1)";
    assert!(on(overloaded).contains("it is not known which function f"), "{}", on(overloaded));
}

#[test]
fn what_rules_and_publications_name_is_not_known_to_be_free() {
    let on = |action: &str| {
        let schema = "CREATE TABLE t (id int, k int); CREATE TABLE o (m int, n int);
            CREATE RULE r AS ON INSERT TO t DO ALSO INSERT INTO o(m) VALUES (new.id); CREATE PUBLICATION p FOR TABLE ONLY o (n);";
        outcome(15, &format!("{schema} {action}"))
    };
    for action in ["ALTER TABLE o DROP m", "ALTER TABLE o ALTER m TYPE bigint", "DROP TABLE o"] {
        assert!(on(action).contains("rule r may need"), "{action}: {}", on(action));
    }
    assert!(on("ALTER TABLE o DROP n").contains("publication p may need"), "{}", on("ALTER TABLE o DROP n"));
    for action in ["ALTER TABLE t DROP k", "DROP TABLE t", "DROP TABLE t, o"] {
        assert_eq!(on(action), "-> ok", "{action}");
    }
}

#[test]
fn a_composite_type_that_columns_have_keeps_its_types() {
    let on = |user: &str| {
        outcome(
            15,
            &format!("CREATE TYPE comp AS (x int, y int); {user}; ALTER TYPE comp ALTER ATTRIBUTE x TYPE bigint"),
        )
    };
    let refused = "-> 0A000 cannot alter type \"comp\" because column \"uc.c\" uses it";
    for user in [
        "CREATE TABLE uc (c comp)",
        "CREATE TABLE uc (c comp[])",
        "CREATE TYPE outside AS (c comp); CREATE TABLE uc (c outside)",
        "CREATE DOMAIN d AS comp; CREATE TABLE uc (c d)",
    ] {
        assert_eq!(on(user), refused, "{user}");
    }
    assert_eq!(on("CREATE TYPE outside AS (c comp)"), "-> ok");
}

#[test]
fn an_index_calls_what_is_immutable() {
    let on = |function: &str, index: &str| outcome(15, &format!("CREATE TABLE t (a text); {function}; {index}"));
    let index = "CREATE INDEX ON t (f(a))";
    let refused = "-> 42P17 functions in index expression must be marked IMMUTABLE";
    let made = |clauses: &str| format!("CREATE FUNCTION f(text) RETURNS text {clauses} AS 'BEGIN RETURN 1; END'");
    assert_eq!(on(&made("LANGUAGE plpgsql"), index), refused);
    assert_eq!(on(&made("LANGUAGE plpgsql STABLE"), index), refused);
    assert_eq!(on(&made("LANGUAGE plpgsql IMMUTABLE"), index), "-> ok");
    assert_eq!(on(&(made("LANGUAGE plpgsql") + "; ALTER FUNCTION f(text) IMMUTABLE"), index), "-> ok");
    // PostgreSQL looks at the query in place of the call: `SELECT lower($1)` is immutable whatever its function says.
    let inlined = "CREATE FUNCTION f(text) RETURNS text LANGUAGE sql AS 'SELECT lower($1)'";
    assert!(
        on(inlined, index).contains("it is not known whether the function f is immutable"),
        "{}",
        on(inlined, index)
    );
    let unaccent = |of: &str| on("CREATE EXTENSION unaccent", of);
    assert_eq!(unaccent("CREATE INDEX ON t (lower(unaccent(a)))"), refused);
    assert_eq!(
        unaccent("CREATE INDEX ON t (a) WHERE public.unaccent(a) = 'a'"),
        refused.replace("expression", "predicate")
    );
    let generated = "ALTER TABLE t ADD b text GENERATED ALWAYS AS (unaccent(a)) STORED";
    assert_eq!(unaccent(generated), "-> 42P17 generation expression is not immutable");
    let postgis = |of: &str| on("CREATE EXTENSION postgis", of);
    assert_eq!(postgis("CREATE INDEX ON t (a, now())"), refused);
    assert_eq!(postgis("CREATE INDEX ON t (ST_Transform(a, 4326))"), "-> ok");
    assert!(on("CREATE EXTENSION pgroonga", index).contains("may come with the extension pgroonga"));
}
