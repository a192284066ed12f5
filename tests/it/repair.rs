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
