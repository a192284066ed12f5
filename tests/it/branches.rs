//! What is not known to run, and branches of which a database has only one.

use restamp::report::{Outcome, Report};

use crate::small::{analyze, plan, revision};

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
    let unmodelled = &report.revisions[1].unmodelled;
    assert!(unmodelled.iter().any(|one| one.reason.contains("handed to something")), "{unmodelled:?}");
}

/// An environment variable decides at one place how a revision works: each of its two ways is followed to its end.
#[test]
fn a_comparison_with_an_environment_variable_decides_for_the_whole_revision() {
    let body = "import os\n\
        concurrently = os.environ.get('CONCURRENTLY', '').lower() == 'true'\n\
        driver = op.get_bind().connection.dbapi_connection\n\
        if concurrently:\n    driver.commit()\n    driver.autocommit = True\n\
        try:\n\
        \x20   op.execute(f\"CREATE INDEX {'CONCURRENTLY ' if concurrently else ''}IF NOT EXISTS ix_a ON related_item (related_id)\")\n\
        \x20   op.create_index('ix_b', 'related_item', [MISSING], postgresql_concurrently=concurrently)\n\
        finally:\n    if concurrently:\n        driver.autocommit = False";
    let report = |column: &str| {
        let body = body.replace("MISSING", &format!("'{column}'"));
        let more = revision("a3", "'a2'", "op.create_index('ix_c', 'related_item', ['related_id'])");
        let files = vec![revision("a1", "None", RELATED), revision("a2", "'a1'", &body), more];
        analyze(files, RELATED_DUMP, &["a1"])
    };
    let works = report("related_id");
    assert_eq!(outcome(&works), Outcome::Succeeds, "{:?}", works.prediction);
    assert!(works.revisions.iter().all(|revision| revision.unmodelled.is_empty()), "{:?}", works.revisions);
    let fails = report("nope");
    assert_eq!(outcome(&fails), Outcome::Fails, "{:?}", fails.prediction);
    assert_eq!(fails.prediction.and_then(|prediction| prediction.sqlstate).as_deref(), Some("42703"));
}

/// A condition that is not known alters a column that the project had before its first revision: earlier states have it, too.
#[test]
fn what_one_side_takes_for_granted_was_there_before() {
    let first = "op.create_table('related', sa.Column('id', sa.Integer(), primary_key=True))\n\
        op.add_column('outside', sa.Column('extra', sa.Integer()))";
    let body = "if sa.inspect(op.get_bind()).get_columns('outside')[0]['name'] == 'x':\n    return\n\
        op.alter_column('outside', 'name', type_=sa.Text())";
    let dump = "CREATE TABLE public.outside (name character varying(20) NOT NULL, extra integer);\n\
        CREATE TABLE public.related (id integer NOT NULL);\n\
        CREATE SEQUENCE public.related_id_seq AS integer START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;\n\
        ALTER SEQUENCE public.related_id_seq OWNED BY public.related.id;\n\
        ALTER TABLE ONLY public.related ALTER COLUMN id SET DEFAULT nextval('public.related_id_seq'::regclass);\n\
        ALTER TABLE ONLY public.related ADD CONSTRAINT related_pkey PRIMARY KEY (id);\n";
    let report = analyze(vec![revision("a1", "None", first), revision("a2", "'a1'", body)], dump, &["a1"]);
    assert!(report.drift.iter().all(|entry| !entry.counts), "{:?}", report.drift);
}

/// What the call does is not known, but it is made for rows alone; without them what is certain to fail behind it does.
#[test]
fn an_unknown_call_for_each_row_depends_on_the_rows() {
    let body = "import gone\nfor row in op.get_bind().execute(sa.text('SELECT id FROM related')):\n    try:\n        gone.convert(row)\n    except ValueError:\n        pass\n    except KeyError:\n        raise RuntimeError('no')";
    let report = |more: &str| {
        let files = vec![revision("a1", "None", RELATED), revision("a2", "'a1'", body), revision("a3", "'a2'", more)];
        analyze(files, RELATED_DUMP, &["a1"])
    };
    assert_eq!(outcome(&report("pass")), Outcome::DependsOnData);
    let behind = report("op.add_column('related_item', sa.Column('related_id', sa.Integer()))");
    assert_eq!(outcome(&behind), Outcome::Unknown, "{:?}", behind.prediction);
}

/// A revision that cannot be replayed after those before it did run on the databases that are past it.
#[test]
fn a_refused_statement_does_not_take_the_rest_of_its_revision_along() {
    let made = |name: &str| {
        format!("op.create_table('{name}', sa.Column('id', sa.Integer(), primary_key=True, autoincrement=False))")
    };
    let files = vec![
        revision("a1", "None", &made("y")),
        revision("b1", "'a1'", &made("x")),
        revision("c1", "'b1'", &format!("{}\nop.drop_table('y')", made("x"))),
    ];
    let dump = "CREATE TABLE public.x (id integer NOT NULL);\nALTER TABLE ONLY public.x ADD CONSTRAINT x_pkey PRIMARY KEY (id);\n";
    let report = analyze(files, dump, &["c1"]);
    assert!(report.drift.iter().all(|entry| !entry.counts), "{:?}", report.drift);
    let unmodelled = |id: &str| {
        report.revisions.iter().filter(|revision| revision.id == id).all(|revision| !revision.unmodelled.is_empty())
    };
    assert!(unmodelled("c1"));
}

/// `depends_on` that is filled where another package can be imported: its revision is meant where it is among the files.
#[test]
fn depends_on_under_a_condition_is_what_is_there() {
    let filled = "needed = []\ntry:\n    import other\n    needed += ['b']\nexcept ImportError:\n    pass\n\ndepends_on = needed\n";
    let mut a2 = revision("a2", "'a'", "op.drop_table('link')");
    a2.bytes.extend(filled.bytes());
    let a = revision("a", "None", "op.create_table('t', sa.Column('id', sa.Integer()))");
    let b = revision("b", "None", "op.create_table('link', sa.Column('id', sa.Integer()))");
    let dump = "CREATE TABLE public.t (id integer);\n";
    let alone = analyze(vec![a.clone(), a2.clone()], dump, &["a"]);
    assert!(alone.diagnostics.iter().all(|diagnostic| diagnostic.code != "revision-not-literal"));
    let report = analyze(vec![a, b, a2], dump, &["a2"]);
    assert_eq!(report.revisions.iter().find(|revision| revision.id == "a2").expect("a2").depends_on, ["b"]);
    let located = report.located.expect("a place");
    assert_eq!((located.revisions, located.exact), (vec!["a2".to_string()], true));
}

/// Anything else that makes an identifier leaves open in which order the revisions ran: nothing definite is said.
#[test]
fn links_that_code_makes_are_not_known() {
    for made in [
        "needed = []\nif flag:\n    needed += ['b']\ndepends_on = needed\n",
        "depends_on = find()\n",
        "down_revision = find()\n",
    ] {
        let mut a2 = revision("a2", "'a'", "op.drop_table('link')");
        a2.bytes.extend(made.bytes());
        let a = revision("a", "None", "op.create_table('t', sa.Column('id', sa.Integer()))");
        let b = revision("b", "None", "op.create_table('link', sa.Column('id', sa.Integer()))");
        let report = plan(vec![a, b, a2], "CREATE TABLE public.x (id integer);\n", &["a"]);
        assert_eq!(report.prediction.expect("a prediction").outcome, Outcome::Unknown, "{made}");
        assert!(report.drift.iter().all(|entry| !entry.counts) && report.plans.is_empty(), "{made}");
        assert!(!report.located.expect("a place").exact, "{made}");
    }
}

/// Glance imports the label of a branch: that is no link.
#[test]
fn a_label_that_is_imported_leaves_the_links_known() {
    let mut a = revision("a", "None", "op.create_table('t', sa.Column('id', sa.Integer(), autoincrement=False))");
    a.bytes.extend(b"from elsewhere import EXPAND\nbranch_labels = (EXPAND,)\n");
    let report = analyze(vec![a], "CREATE TABLE public.t (id integer);\n", &["a"]);
    assert!(report.diagnostics.iter().any(|diagnostic| diagnostic.code == "labels-not-literal"));
    assert!(report.located.expect("a place").exact);
    assert_eq!(report.prediction.expect("a prediction").outcome, Outcome::Succeeds);
}
