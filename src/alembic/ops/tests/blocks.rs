//! `DO` blocks, and functions that are statements.

use super::{PLAIN, run};

fn block(body: &str) -> (Vec<String>, String) {
    run(PLAIN, &format!("op.execute(r\"\"\"DO $$ {body} $$\"\"\")"))
}

#[test]
fn loops_and_cases_of_a_block_are_followed() {
    let table = |name: &str| format!("CREATE TABLE {name} (id integer)");
    let (steps, _) = block(
        "DECLARE n integer := 0; BEGIN WHILE n < 2 LOOP n := n + 1; EXECUTE format('CREATE TABLE t%s (id integer)', n);
         END LOOP; FOR i IN REVERSE 5..1 BY 2 LOOP CONTINUE WHEN i = 3; EXECUTE 'CREATE TABLE r' || i || ' (id integer)';
         END LOOP; LOOP n := n + 1; EXIT WHEN n > 3; END LOOP; EXECUTE format('CREATE TABLE e%s (id integer)', n); END",
    );
    assert_eq!(steps, ["t1", "t2", "r5", "r1", "e4"].map(table));
    let (steps, _) = block(
        "DECLARE k text := 'b'; BEGIN CASE k WHEN 'a' THEN NULL; WHEN 'b', 'c' THEN CREATE TABLE x (id integer);
         ELSE NULL; END CASE; CASE WHEN k = 'a' THEN NULL; ELSE CREATE TABLE y (id integer); END CASE; END",
    );
    assert_eq!(steps, ["x", "y"].map(table));
    assert_eq!(block("BEGIN CASE WHEN false THEN NULL; END CASE; END").1, "case not found (20000)");
}

#[test]
fn dynamic_statements_of_a_block_see_what_they_are_handed() {
    let (steps, _) = block(
        "DECLARE n integer; name text := 'f_name_key'; BEGIN EXECUTE 'SELECT count(*) FROM pg_constraint WHERE conname = $1'
         INTO n USING name; IF n = 1 THEN CREATE TABLE x (id integer); END IF;
         EXECUTE 'UPDATE f SET name = $1 WHERE name = $2' USING 'a', name; GET DIAGNOSTICS n = ROW_COUNT;
         IF n > 0 THEN CREATE TABLE y (id integer); END IF; END",
    );
    let expected =
        ["CREATE TABLE x (id integer)", "UPDATE f SET name = $1 WHERE name = $2", "CREATE TABLE y (id integer)"];
    assert_eq!(steps, expected);
}

#[test]
fn geometry_columns_are_added_by_a_function() {
    let add = "SELECT AddGeometryColumn('public', 'u', 'geom', 2056, 'POLYGON', 2), AddGeometryColumn('u', 'G', -1, 'POINT', 3)";
    let with = format!("CREATE EXTENSION postgis; {PLAIN}");
    let (steps, _) =
        run(&with, &format!("op.execute(\"{add}\")\nop.execute(\"SELECT DropGeometryColumn('u', 'geom')\")"));
    let expected = [
        "ALTER TABLE public.u ADD COLUMN geom geometry(POLYGON,2056)",
        "ALTER TABLE u ADD COLUMN \"G\" geometry(POINTZ,-1)",
        "ALTER TABLE u DROP COLUMN geom",
    ];
    assert_eq!(steps, expected);
    // Whether a reference system of one's own is entered is not known.
    let (steps, _) = run(&with, "op.execute(\"SELECT AddGeometryColumn('u', 'geom', 999001, 'POINT', 2)\")");
    assert!(steps.iter().all(|step| step.starts_with("SELECT")), "{steps:?}");
}
