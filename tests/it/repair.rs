//! What plans do about databases of a few lines.

use restamp::report::{Plan, PlanId};

use crate::small::{plan, revision};

const MADE: &str = "op.execute(\"CREATE TYPE mood AS ENUM ('a', 'b', 'c')\")\n\
    op.create_table('t', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('n', sa.Integer(), nullable=False))";

/// The table as the revision makes it.
fn dump(labels: &str, column: &str, key: &str) -> String {
    format!(
        "CREATE TYPE public.mood AS ENUM ({labels});\n\
         CREATE TABLE public.alembic_version (version_num character varying(32) NOT NULL);\n\
         CREATE SEQUENCE public.t_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;\n\
         CREATE TABLE public.t (id integer NOT NULL, {column});\n\
         ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;\n\
         ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);\n\
         {key}"
    )
}

const LABELS: &str = "'a', 'b', 'c'";
const COLUMN: &str = "n integer NOT NULL";
const KEY: &str = "ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n";

/// The plan for a database that the revision has made and that has lost something since.
fn repaired(dump: &str) -> Plan {
    let report = plan(vec![revision("a1", "None", MADE)], dump, &["a1"]);
    let found = report.plans.into_iter().find(|plan| plan.recommended);
    found.unwrap_or_else(|| panic!("nothing is recommended for\n{dump}"))
}

#[test]
fn what_holds_no_values_is_made_from_its_definition() {
    let cases = [
        (dump(LABELS, "n integer", KEY), "ALTER TABLE public.t ALTER COLUMN n SET NOT NULL"),
        (dump(LABELS, COLUMN, ""), "ALTER TABLE public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id)"),
        (dump("'a', 'c'", COLUMN, KEY), "ALTER TYPE public.mood ADD VALUE 'b' AFTER 'a'"),
    ];
    for (dump, statement) in cases {
        let plan = repaired(&dump);
        assert_eq!(plan.id, PlanId::Repair);
        assert!(plan.fix_sql.contains(&format!("\n{statement}\n")), "{statement}\n{}", plan.fix_sql);
    }
}

/// A column may have been renamed: an empty one beside it would strand its values.
#[test]
fn a_column_of_another_type_is_not_made_from_its_definition() {
    let report = plan(vec![revision("a1", "None", MADE)], &dump(LABELS, "n bigint NOT NULL", KEY), &["a1"]);
    assert!(report.plans.iter().all(|plan| !plan.recommended));
    assert!(
        report
            .plans
            .iter()
            .any(|plan| plan.barred.iter().any(|why| why.contains("in a form that no revision gave it")))
    );
}

/// Alembic reads one row only: what no file has is purged, unless it may have made something.
#[test]
fn a_row_without_a_file_is_purged_where_nothing_else_is_there() {
    let purge = plan(vec![revision("a1", "None", MADE)], &dump(LABELS, COLUMN, KEY), &["b2"]);
    let commands = purge.plans.iter().find(|plan| plan.recommended).map(|plan| plan.commands.alembic.clone());
    assert_eq!(commands, Some(vec!["alembic stamp --purge a1".to_string()]));
    let more = dump(LABELS, "n integer NOT NULL, more text", KEY);
    let ask = plan(vec![revision("a1", "None", MADE)], &more, &["b2"]);
    assert!(ask.plans.iter().all(|plan| !plan.recommended));
    assert!(ask.plans.iter().any(|plan| plan.barred.iter().any(|why| why.contains("find the file of b2"))));
}

const ONE: &str = "op.create_table('t', sa.Column('n', sa.Integer()))";

/// A database at the first of two or three revisions, with `table` and what else is there.
fn plans(stamped: &str, rest: &str, bodies: &[&str]) -> Vec<Plan> {
    let ids = ["a1", "a2", "a3"];
    let mut files = vec![revision("a1", "None", ONE)];
    for (at, body) in bodies.iter().enumerate() {
        files.push(revision(ids[at + 1], &format!("'{}'", ids[at]), body));
    }
    let versions = "CREATE TABLE public.alembic_version (version_num character varying(32) NOT NULL);\n";
    plan(files, &format!("{versions}{rest}"), &[stamped]).plans
}

/// A table that the fix renames holds values, one that it makes does not.
#[test]
fn what_the_fix_has_changed_alone_is_not_dropped() {
    let table = "CREATE TABLE public.t (n integer);\n";
    let renamed =
        ["op.rename_table('t', 'v')", "op.drop_column('v', 'n')\nop.add_column('v', sa.Column('y', sa.Integer()))"];
    let all = plans("a1", table, &renamed);
    let fixes: Vec<&Plan> = all.iter().filter(|plan| plan.fix_sql.contains("RENAME TO v")).collect();
    assert!(!fixes.is_empty());
    assert!(fixes.iter().all(|plan| !plan.fix_sql.contains("DROP COLUMN n")));
    let made = [
        "op.create_table('u', sa.Column('a', sa.Integer()), sa.Column('b', sa.Integer()))",
        "op.drop_column('u', 'b')\nop.add_column('t', sa.Column('y', sa.Integer()))",
    ];
    let all = plans("a1", "CREATE TABLE public.t (n integer, y integer);\n", &made);
    assert!(all.iter().any(|plan| plan.fix_sql.contains("DROP COLUMN b")));
}

/// The row says that the revision ran, and so did its data step, whatever was done to the schema since.
#[test]
fn a_data_step_of_a_recorded_revision_does_not_run_again() {
    let scale = "op.execute('UPDATE t SET n = n * 100')";
    let retyped = format!("op.alter_column('t', 'n', type_=sa.BigInteger())\n{scale}");
    let table = format!("op.create_table('u', sa.Column('a', sa.Integer()))\n{scale}");
    for body in [retyped, table] {
        let plans = plans("a2", "CREATE TABLE public.t (n integer);\n", &[&body]);
        assert!(!plans.is_empty());
        assert!(plans.iter().all(|plan| !plan.recommended), "{body}");
    }
    // What it fills was lost with the column.
    let filled = "op.add_column('t', sa.Column('m', sa.Integer()))\nop.execute('UPDATE t SET m = n * 100')";
    let plans = plans("a2", "CREATE TABLE public.t (n integer);\n", &[filled]);
    assert!(plans.iter().any(|plan| plan.recommended));
}

/// The dump may hold no rows, and the database some: the fix's own statements ask before they run.
#[test]
fn what_a_fix_demands_of_rows_is_asked() {
    let body = "op.add_column('t', sa.Column('m', sa.Integer(), nullable=False))\n\
        op.add_column('t', sa.Column('x', sa.Integer()))\nop.create_unique_constraint('t_n', 't', ['n'])";
    let plans = plans("a1", "CREATE TABLE public.t (n integer, x integer);\n", &[body]);
    let found = plans.iter().find(|plan| plan.recommended && plan.id == PlanId::Repair);
    let plan = found.unwrap_or_else(|| panic!("nothing is recommended"));
    for asked in ["t holds no row", "t holds no duplicates of (n)", "SELECT count(*) FROM public.t"] {
        assert!(plan.check_sql.contains(asked), "{asked}: {}", plan.check_sql);
    }
}

/// What the upgrade that follows does to tables that are there is said before it runs; what it has made itself nobody waits for.
#[test]
fn the_upgrade_that_follows_has_hazards_of_its_own() {
    let body = "op.add_column('t', sa.Column('m', sa.Integer()))\nop.create_index('i', 't', ['n'])\n\
        op.create_table('u', sa.Column('a', sa.Integer()))\nop.create_index('j', 'u', ['a'])\n\
        op.drop_column('t', 'm')";
    let plans = plans("a1", "CREATE TABLE public.t (n integer);\n", &[body]);
    let found = plans.iter().find(|plan| plan.recommended && plan.id == PlanId::Upgrade);
    let plan = found.unwrap_or_else(|| panic!("nothing is recommended"));
    let hazards: Vec<_> = plan.then.hazards.iter().map(|hazard| (hazard.code.as_str(), hazard.line)).collect();
    assert_eq!(hazards, [("lock-timeout", Some(8)), ("index-blocks-writes", Some(9))]);
    assert!(plan.hazards.is_empty());
}

/// Alone in its transaction a label can be used by the next statement.
#[test]
fn a_label_that_is_added_by_itself_can_be_used() {
    let add = "op.execute(\"ALTER TYPE mood ADD VALUE 'b'\")";
    let alone = format!("with op.get_context().autocommit_block():\n    {add}");
    for (body, unusable) in [(add, true), (alone.as_str(), false)] {
        let rest = "CREATE TYPE public.mood AS ENUM ('a');\nCREATE TABLE public.t (n integer);\n";
        let plans = plans("a1", rest, &[body]);
        let hazards = plans.iter().find(|plan| plan.recommended).map(|plan| plan.then.hazards.as_slice());
        let found = hazards.unwrap_or_default().iter().find(|hazard| hazard.code == "enum-value");
        assert_eq!(found.map(|hazard| hazard.message.contains("55P04")), Some(unusable), "{body}");
    }
}

/// Of what a revision does a part is not known, and the rest is there: that all of it is there nobody can tell.
#[test]
fn a_stamp_does_not_pass_over_the_unknown_part_of_the_last_revision() {
    let known = |id: &str, down: &str, body: &str| crate::small::revision(id, down, body);
    let a = || known("a", "None", "op.execute('CREATE TABLE s (id integer)')");
    let body = "from alembic import context\nif not context.get_x_argument():\n    raise Exception('say what')\n\
        op.execute(f'CREATE TABLE t (id integer DEFAULT {context.get_x_argument()[0]})')\nop.execute('CREATE TABLE u (id integer)')";
    let b = || known("b", "'a'", body);
    let dump = "CREATE TABLE public.s (id integer);\nCREATE TABLE public.u (id integer);\n";
    let report = crate::small::plan(vec![a(), b()], dump, &["a"]);
    let stamp = report.plans.iter().find(|plan| plan.to == ["b"]).expect("a plan");
    assert!(
        !stamp.recommended && stamp.barred.iter().any(|why| why.contains("not all that b does is known")),
        "{stamp:#?}"
    );
    // Behind a revision that is there, and of which all is known, it ran as a whole.
    let c = known("c", "'b'", "op.execute('CREATE TABLE v (id integer)')");
    let report = crate::small::plan(vec![a(), b(), c], &format!("{dump}CREATE TABLE public.v (id integer);\n"), &["a"]);
    assert!(report.plans.iter().any(|plan| plan.recommended && plan.to == ["c"]), "{:#?}", report.plans);
}
