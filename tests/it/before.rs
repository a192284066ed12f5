//! What a project had before its first revision: a later revision takes it away, and no revision has made it.

use restamp::report::{Change, Report};

use crate::small::{analyze, revision};

/// Two revisions on a table `t` that was there before; `a1` adds its column `z`.
fn with(a2: &str, dump: &str, stamped: &str) -> Report {
    let files =
        vec![revision("a1", "None", "op.add_column('t', sa.Column('z', sa.Integer))"), revision("a2", "'a1'", a2)];
    analyze(files, dump, &[stamped])
}

/// The revision that the database is at and nowhere else, and what of its differences counts.
fn place(report: &Report) -> (Vec<String>, bool, Vec<String>) {
    let located = report.located.as_ref().expect("a place");
    assert_eq!(located.same_schema, Vec::<Vec<String>>::new());
    let counts = report.drift.iter().filter(|drift| drift.counts).map(|drift| drift.object.name.clone()).collect();
    (located.revisions.clone(), located.exact, counts)
}

#[track_caller]
fn is_at(report: &Report, revision: &str) {
    assert_eq!(place(report), (vec![revision.to_string()], true, Vec::new()));
}

const TABLE: &str = "CREATE TABLE public.t (id integer, a integer, z integer);\n";

#[test]
fn what_a_later_revision_replaces_is_no_drift_before_it() {
    let cases = [
        (
            "op.execute('ALTER TYPE kind RENAME TO kind_old')\n\
             op.execute(\"CREATE TYPE kind AS ENUM ('a', 'b')\")\n\
             op.execute('ALTER TABLE t ALTER COLUMN kind TYPE kind USING kind::text::kind')\n\
             op.execute('DROP TYPE kind_old')",
            "CREATE TYPE public.kind AS ENUM ('a', 'b', 'c');\n\
             CREATE TABLE public.t (id integer, kind public.kind, z integer);\n",
        ),
        (
            "op.drop_constraint('ck_t', 't')\nop.create_check_constraint('ck_t', 't', 'a > 1')",
            "CREATE TABLE public.t (id integer, a integer, z integer, CONSTRAINT ck_t CHECK (a > 0));\n",
        ),
        (
            "op.drop_index('ix_t_a', table_name='t')\nop.create_index('ix_t_a', 't', ['a'], unique=True)",
            "CREATE TABLE public.t (id integer, a integer, z integer);\nCREATE INDEX ix_t_a ON public.t (a);\n",
        ),
        (
            "op.execute('DROP VIEW v')\nop.execute('CREATE VIEW v AS SELECT a FROM t')",
            "CREATE TABLE public.t (id integer, a integer, z integer);\nCREATE VIEW public.v AS SELECT id FROM public.t;\n",
        ),
    ];
    for (a2, dump) in cases {
        let report = with(a2, dump, "a1");
        is_at(&report, "a1");
        let located = report.located.expect("a place");
        assert_eq!(located.may_be, Vec::<Vec<String>>::new(), "{a2}");
        for drift in report.drift {
            assert_eq!(drift.note.as_deref(), Some("part of what the project had before its first revision"), "{a2}");
        }
    }
}

#[test]
fn a_schema_that_a_later_revision_names_first_was_there_before() {
    let dump = format!("{TABLE}CREATE SCHEMA app;\nCREATE TABLE app.u (id integer);\n");
    is_at(&with("op.add_column('u', sa.Column('z', sa.Integer), schema='app')", &dump, "a1"), "a1");
}

/// `DROP COLUMN` without `IF EXISTS` has run only where the column was there.
#[test]
fn a_column_that_a_revision_drops_tells_where_the_database_is() {
    let drop = "op.drop_column('t', 'old')";
    is_at(&with(drop, TABLE, "a1"), "a2");
    is_at(&with(drop, "CREATE TABLE public.t (id integer, old integer, z integer);\n", "a2"), "a1");
    let rename = "op.alter_column('t', 'old', new_column_name='new')";
    is_at(&with(rename, "CREATE TABLE public.t (id integer, old integer, z integer);\n", "a2"), "a1");
    is_at(&with(rename, "CREATE TABLE public.t (id integer, new integer, z integer);\n", "a1"), "a2");
}

/// Of a column that was there before, what a revision sets is its trace.
#[test]
fn what_a_revision_sets_of_a_column_tells_where_the_database_is() {
    let dump = |column: &str| format!("CREATE TABLE public.t (id integer, old {column}, z integer);\n");
    let retype = "op.alter_column('t', 'old', type_=sa.Text())";
    is_at(&with(retype, &dump("character varying(9)"), "a2"), "a1");
    is_at(&with(retype, &dump("text"), "a2"), "a2");
    let fill = "op.alter_column('t', 'old', existing_type=sa.Integer(), nullable=False)";
    is_at(&with(fill, &dump("integer"), "a2"), "a1");
    is_at(&with(fill, &dump("integer NOT NULL"), "a2"), "a2");
    is_at(&with(fill, &dump("text COLLATE pg_catalog.\"C\" NOT NULL"), "a2"), "a2");
}

#[test]
fn a_column_that_is_dropped_if_it_is_there_tells_nothing() {
    let report = with("op.execute('ALTER TABLE t DROP COLUMN IF EXISTS old')", TABLE, "a1");
    let located = report.located.expect("a place");
    assert_eq!((located.revisions, located.same_schema), (vec!["a1".to_string()], vec![vec!["a2".to_string()]]));
}

/// What is not known may have made it: the database may be before the revision that drops it.
#[test]
fn what_something_unknown_may_have_made_need_not_be_there() {
    let files = vec![
        revision("a1", "None", "op.add_column('t', sa.Column('z', sa.Integer))"),
        revision("a2", "'a1'", "import elsewhere\nelsewhere.upgrade(op)"),
        revision("a3", "'a2'", "op.drop_column('t', 'old')"),
    ];
    let located = analyze(files, TABLE, &["a1"]).located.expect("a place");
    assert_eq!(located.revisions, ["a1"]);
    assert!(located.may_be.contains(&vec!["a3".to_string()]), "{:?}", located.may_be);
}

/// Behind the revision that dropped it, it is one too many.
#[test]
fn what_a_revision_has_dropped_and_is_there_again_is_drift() {
    let files = vec![
        revision(
            "a1",
            "None",
            "op.add_column('t', sa.Column('z', sa.Integer))\nop.drop_index('ix_t_a', table_name='t')",
        ),
        revision("a2", "'a1'", "op.create_table('v', sa.Column('id', sa.Integer))"),
    ];
    let dump = "CREATE TABLE public.t (a integer, z integer);\nCREATE INDEX ix_t_a ON public.t (a);\nCREATE TABLE public.v (id integer);\n";
    let report = analyze(files, dump, &["a2"]);
    let found: Vec<_> =
        report.drift.iter().map(|drift| (drift.object.name.as_str(), drift.change, drift.counts)).collect();
    assert!(found.contains(&("ix_t_a", Change::Extra, true)), "{found:?}");
}

/// Of an empty database nothing is told by what is not there.
#[test]
fn an_empty_database_is_before_the_first_revision() {
    let files = vec![
        revision("a1", "None", "op.add_column('t', sa.Column('z', sa.Integer))"),
        revision("a2", "'a1'", "op.drop_column('t', 'old')\nop.drop_table('u')"),
    ];
    let located =
        analyze(files, "CREATE TABLE public.alembic_version (version_num character varying(32) NOT NULL);\n", &[])
            .located
            .expect("a place");
    assert_eq!(located.revisions, Vec::<String>::new());
}

/// A convention that is not known may have given the name to what a revision has made without one.
#[test]
fn a_name_that_a_convention_may_have_given_need_not_have_been_there() {
    let files = vec![
        revision("a1", "None", "op.create_foreign_key(None, 't', 'u', ['a'], ['id'])"),
        revision("a2", "'a1'", "op.drop_constraint('fk_t_a_u', 't', type_='foreignkey')"),
    ];
    let dump = "CREATE TABLE public.t (id integer, a integer);\nCREATE TABLE public.u (id integer);\n";
    let located = analyze(files, dump, &[]).located.expect("a place");
    assert_eq!((located.revisions, located.exact), (Vec::new(), true));
}

#[test]
fn a_column_that_is_only_ensured_may_have_been_there_before() {
    // Table t is older than the history, and each revision would have been content to find its column.
    let ensured = [
        "op.execute('ALTER TABLE t ADD COLUMN IF NOT EXISTS x integer')",
        "try:\n    op.add_column('t', sa.Column('x', sa.Integer))\nexcept sa.exc.ProgrammingError as error:\n    \
         if 'already exists' not in str(error):\n        raise",
        "if 'x' not in [column['name'] for column in sa.inspect(op.get_bind()).get_columns('t')]:\n    \
         op.add_column('t', sa.Column('x', sa.Integer))",
    ];
    let dump = "CREATE TABLE public.t (id integer, y integer, x integer);\n";
    let place = |body: &str| {
        let first = "op.add_column('t', sa.Column('y', sa.Integer))";
        let files = vec![revision("a1", "None", first), revision("a2", "'a1'", body)];
        let report = analyze(files, dump, &["a1"]);
        let located = report.located.expect("a place");
        (located.revisions, located.same_schema, located.may_be, report.drift.iter().any(|entry| entry.counts))
    };
    let list = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    for body in ensured {
        assert_eq!(place(body), (list(&["a1"]), vec![], vec![list(&["a2"])], false), "{body}");
    }
    // A column that must not be there was not there.
    let added = "op.add_column('t', sa.Column('x', sa.Integer))";
    assert_eq!(place(added), (list(&["a2"]), vec![], vec![], false));
}
