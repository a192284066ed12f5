//! What is not known to run, and branches of which a database has only one.

use restamp::report::{Outcome, Report};

use crate::small::{analyze, revision};

fn outcome(report: &Report) -> Outcome {
    report.prediction.as_ref().expect("a prediction").outcome
}

const RELATED: &str = "op.create_table('related', sa.Column('id', sa.Integer(), primary_key=True))\n\
    op.create_table('related_item', sa.Column('related_id', sa.Integer(), sa.ForeignKey('related.id')))";

const RELATED_DUMP: &str = "CREATE TABLE public.related (id integer NOT NULL);\n\
    CREATE SEQUENCE public.related_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;\n\
    ALTER SEQUENCE public.related_id_seq OWNED BY public.related.id;\n\
    CREATE TABLE public.related_item (related_id integer);\n\
    ALTER TABLE ONLY public.related ALTER COLUMN id SET DEFAULT nextval('public.related_id_seq'::regclass);\n\
    ALTER TABLE ONLY public.related ADD CONSTRAINT related_pkey PRIMARY KEY (id);\n\
    ALTER TABLE ONLY public.related_item ADD CONSTRAINT related_item_related_id_fkey FOREIGN KEY (related_id) REFERENCES public.related(id);\n";

/// The tables are dropped or not, as the rows say; each way succeeds, and in each the second statement sees the first.
#[test]
fn statements_under_one_condition_see_each_other() {
    let body = "conn = op.get_bind()\n\
        if conn.execute(sa.text('SELECT COUNT(*) FROM related')).scalar() > 0:\n    return\n\
        op.drop_table('related_item')\n\
        op.drop_table('related')";
    let files = vec![revision("a1", "None", RELATED), revision("a2", "'a1'", body)];
    let report = analyze(files, RELATED_DUMP, &["a1"]);
    assert_eq!(outcome(&report), Outcome::Succeeds, "{:?}", report.prediction);
}

/// The wrong order is refused in the one case, so it depends on the rows.
#[test]
fn what_fails_under_a_condition_on_rows_depends_on_data() {
    let body = "conn = op.get_bind()\n\
        if conn.execute(sa.text('SELECT COUNT(*) FROM related')).scalar() == 0:\n    op.drop_table('related')";
    let files = vec![revision("a1", "None", RELATED), revision("a2", "'a1'", body)];
    let report = analyze(files, RELATED_DUMP, &["a1"]);
    assert_eq!(outcome(&report), Outcome::DependsOnData, "{:?}", report.prediction);
}

/// What both sides of an unknown condition do is certain.
#[test]
fn what_both_sides_make_is_known() {
    let body = "import os\n\
        if os.getenv('CONCURRENTLY'):\n    op.create_table('t', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('a', sa.Text()))\n\
        else:\n    op.create_table('t', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('a', sa.Text()))\n\
        op.create_index('ix_t_a', 't', ['a'])";
    let dump = "CREATE TABLE public.t (id integer NOT NULL, a text);\n\
        CREATE SEQUENCE public.t_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;\n\
        ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;\n\
        ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);\n\
        ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n\
        CREATE INDEX ix_t_a ON public.t USING btree (a);\n";
    let report = analyze(vec![revision("a1", "None", body)], dump, &["a1"]);
    assert_eq!(report.drift, []);
    assert!(report.revisions[0].unmodelled.is_empty(), "{:?}", report.revisions[0].unmodelled);
    assert!(report.located.expect("a place").exact);
}

/// Two lineages make the same table, so no database has run both.
#[test]
fn of_alternative_branches_the_database_has_one() {
    let files = vec![
        revision("old1", "None", "op.create_table('t', sa.Column('a', sa.Text()))"),
        revision("old2", "'old1'", "op.add_column('t', sa.Column('b', sa.Text()))"),
        revision("new1", "None", "op.create_table('t', sa.Column('a', sa.Text()), sa.Column('c', sa.Text()))"),
    ];
    for (dump, place) in [
        ("CREATE TABLE public.t (a text, b text);", "old2"),
        ("CREATE TABLE public.t (a text);", "old1"),
        ("CREATE TABLE public.t (a text, c text);", "new1"),
    ] {
        let report = analyze(files.clone(), dump, &[place]);
        let located = report.located.expect("a place");
        assert_eq!((located.revisions, located.exact), (vec![place.to_string()], true));
        assert_eq!(report.drift, []);
    }
}

/// With or without a transaction of its own, the index is the same.
#[test]
fn a_side_may_leave_the_transaction() {
    let body = "import os\n\
        if os.getenv('CONCURRENTLY'):\n    with op.get_context().autocommit_block():\n        op.create_index('i', 'related_item', ['related_id'], postgresql_concurrently=True)\n\
        else:\n    op.create_index('i', 'related_item', ['related_id'])";
    let files = vec![revision("a1", "None", RELATED), revision("a2", "'a1'", body)];
    let report = analyze(files, RELATED_DUMP, &["a1"]);
    assert_eq!(outcome(&report), Outcome::Succeeds, "{:?}", report.prediction);
}

/// Whatever is handed the connection may send anything.
#[test]
fn a_connection_that_is_handed_to_something_unknown_is_a_doubt() {
    let body = "from elsewhere.models import Base\nBase.metadata.create_all(op.get_bind())\n\
        op.create_table('related', sa.Column('id', sa.Integer(), primary_key=True))";
    let files = vec![revision("a1", "None", RELATED), revision("a2", "'a1'", body)];
    let report = analyze(files, RELATED_DUMP, &["a1"]);
    assert_eq!(outcome(&report), Outcome::Unknown, "{:?}", report.prediction);
    assert_eq!(report.revisions[1].unmodelled.len(), 1, "{:?}", report.revisions[1].unmodelled);
}
