//! What revisions do under names that come from rows.

use restamp::report::{Change, InputFile, Outcome};

use crate::small::{analyze, plan, revision};

const MADE: &str = "op.execute('CREATE TABLE kinds (name text)')\n\
    op.execute('CREATE TABLE t (id int PRIMARY KEY, a int, b int)')";

const DUMP: &str = "CREATE TABLE public.kinds (name text);\n\
    CREATE TABLE public.t (id integer NOT NULL, a integer, b integer);\n\
    ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n\
    ALTER TABLE ONLY public.t ADD CONSTRAINT somewhat FOREIGN KEY (a) REFERENCES public.t(id);\n\
    CREATE INDEX added ON public.t USING btree (b);\n";

#[test]
fn what_may_be_a_revisions_own_is_not_called_extra() {
    let body = "for row in op.get_bind().execute(sa.text('SELECT name FROM kinds')):\n    \
                op.create_foreign_key(row.name + '_fk', row.name, 't', ['a'], ['id'])";
    let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", body)], DUMP, &["a2"]);
    let change = |name: &str| {
        let mut found = report.drift.iter().filter(|drift| drift.object.name == name);
        found.next().map(|drift| drift.change)
    };
    assert_eq!(change("somewhat"), Some(Change::Uncompared));
    assert_eq!(change("added"), Some(Change::Extra));
}

/// SQLAlchemy writes what `postgresql_ops` says behind the column, whatever it is.
#[test]
fn an_order_in_the_place_of_an_operator_class_is_an_order() {
    let body = "op.create_index('i', 't', ['a', 'b'], postgresql_ops={'b': 'DESC'})";
    let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", body)], DUMP, &["a1"]);
    let prediction = report.prediction.expect("a prediction");
    assert_eq!(prediction.outcome, Outcome::Succeeds, "{:?}", prediction.message);
}

/// A value that is not known hides no name: the column that the statement reads is looked up.
#[test]
fn a_column_beside_an_unknown_value_is_looked_up() {
    let body = "import os\n\
                t = sa.table('t', sa.column('gone'), sa.column('a'))\n\
                op.execute(t.update().where(t.c.gone == os.environ['NAME']).values(a=1))";
    let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", body)], DUMP, &["a1"]);
    let prediction = report.prediction.expect("a prediction");
    assert_eq!(prediction.outcome, Outcome::Fails);
    assert_eq!(prediction.message.as_deref(), Some("column t.gone does not exist"));
}

/// The run goes on behind it, and the place that is named is where it stops being known.
#[test]
fn what_is_not_known_is_named_with_its_own_revision() {
    let files = vec![
        revision("a1", "None", MADE),
        revision("a2", "'a1'", "op.add_geospatial_something('t')"),
        revision("a3", "'a2'", "op.add_column('t', sa.Column('c', sa.Integer()))"),
    ];
    let prediction = analyze(files, DUMP, &["a1"]).prediction.expect("there is a dump");
    assert_eq!((prediction.outcome, prediction.revision.as_deref()), (Outcome::Unknown, Some("a2")));
    assert_eq!(prediction.runs, ["a2", "a3"]);
}

/// A table that no revision makes is there for real, so what reads it goes on.
#[test]
fn a_table_that_is_made_outside_of_the_revisions_is_no_error_of_theirs() {
    for read in [
        "if op.get_bind().execute(sa.text('SELECT count(*) FROM outside')).scalar(): raise ValueError('rows')",
        "outside = sa.Table('outside', sa.MetaData(), autoload_with=op.get_bind())",
        "columns = sa.inspect(op.get_bind()).get_columns('outside')",
    ] {
        let body = format!("op.add_column('t', sa.Column('c', sa.Integer()))\n{read}");
        let dump = DUMP.replace("b integer", "b integer, c integer").replace("CONSTRAINT somewhat", "CONSTRAINT x")
            + "CREATE TABLE public.outside (id integer);\n";
        let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", &body)], &dump, &["a2"]);
        let missing = report.drift.iter().any(|drift| drift.object.name == "c" && drift.change != Change::Uncompared);
        assert!(!missing, "{read}: {:?}", report.drift);
    }
}

/// A loop over what the inspector lists runs for what is certainly there; what may be there is one item under its name, and anything else
/// is not there.
#[test]
fn what_may_be_there_hides_nothing_that_is() {
    let files = |body: &str| {
        vec![
            revision(
                "a1",
                "None",
                "import os\nop.execute('CREATE TABLE t (id int, a int)')\nop.create_index('ix_t_a', 't', ['a'])\n\
                if os.environ.get('M'):\n    op.execute('CREATE TABLE maybe (m int)')\n    op.create_index('ix_m', 'maybe', ['m'])",
            ),
            revision("a2", "'a1'", body),
        ]
    };
    let renames = "inspector = sa.inspect(op.get_bind())\n\
        for table in inspector.get_table_names():\n    for index in inspector.get_indexes(table):\n        \
        op.execute(f\"ALTER INDEX {index['name']} RENAME TO {index['name'][1:]}\")";
    let dump = "CREATE TABLE public.t (id integer, a integer);\nCREATE INDEX x_t_a ON public.t USING btree (a);\n";
    let report = analyze(files(renames), dump, &["a2"]);
    let counting: Vec<_> = report.drift.iter().filter(|drift| drift.counts).map(|drift| &drift.object.name).collect();
    assert!(counting.is_empty(), "{counting:?}");
    let guarded = "names = sa.inspect(op.get_bind()).get_table_names()\n\
        if 't' in names and 'other' not in names:\n    op.add_column('t', sa.Column('b', sa.Integer()))";
    let dump =
        "CREATE TABLE public.t (id integer, a integer, b integer);\nCREATE INDEX ix_t_a ON public.t USING btree (a);\n";
    let report = analyze(files(guarded), dump, &["a2"]);
    let counting: Vec<_> = report.drift.iter().filter(|drift| drift.counts).map(|drift| &drift.object.name).collect();
    assert!(counting.is_empty(), "{counting:?}");
    assert!(report.drift.iter().all(|drift| drift.object.name != "b"), "{:?}", report.drift);
}

/// A table in a schema that is not known is no table of the first schema of the search path.
#[test]
fn a_table_in_a_schema_that_is_not_known_is_not_called_missing() {
    let body = "from application import config\nop.create_table('layer', sa.Column('id', sa.Integer), schema=config['schema'])";
    let dump = "CREATE SCHEMA main;\nCREATE TABLE main.layer (id integer);\n";
    let report = analyze(vec![revision("a1", "None", body)], dump, &["a1"]);
    assert!(report.drift.iter().all(|drift| !drift.counts), "{:?}", report.drift);
    assert!(!report.verdict.sentence.contains("cannot place"), "{}", report.verdict.sentence);
}

/// A statement whose names come from rows says at least what kind of object it changes.
#[test]
fn an_index_that_is_renamed_under_a_name_from_rows_is_not_compared() {
    let body = "for row in op.get_bind().execute(sa.text('SELECT name FROM kinds')):\n    \
                op.execute(f'ALTER INDEX {row.name} RENAME TO {row.name}_old')\n    \
                op.execute(f'ALTER TABLE t DROP CONSTRAINT {row.name}_key')";
    let made = format!("{MADE}\nop.create_index('i', 't', ['b'])\nop.create_unique_constraint('a_key', 't', ['a'])");
    let dump = "CREATE TABLE public.kinds (name text);\n\
        CREATE TABLE public.t (id integer NOT NULL, a integer, b integer);\n\
        ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n\
        CREATE INDEX i_old ON public.t USING btree (b);\n";
    let report = analyze(vec![revision("a1", "None", &made), revision("a2", "'a1'", body)], dump, &["a2"]);
    assert!(report.drift.iter().all(|drift| !drift.counts), "{:?}", report.drift);
}

/// A history that starts in the middle asks for the rows of tables that it has not made.
#[test]
fn a_table_that_is_only_read_is_taken_for_granted() {
    let body = "if op.get_bind().execute(sa.text('SELECT COUNT(DISTINCT name) <> COUNT(name) FROM outside')).scalar():\n    \
                raise Exception('duplicates')\nop.create_table('t', sa.Column('id', sa.Integer))";
    let dump = "CREATE TABLE public.outside (name text);\nCREATE TABLE public.t (id integer);\n";
    let report = analyze(vec![revision("a1", "None", body)], dump, &["a1"]);
    assert!(report.revisions[0].unmodelled.is_empty(), "{:?}", report.revisions[0].unmodelled);
    assert!(report.drift.iter().all(|drift| !drift.counts), "{:?}", report.drift);
}

/// The application, which does not run here, gives its modules their state.
#[test]
fn a_variable_that_a_function_of_its_module_sets_is_not_none() {
    let outcome = |helper: &str| {
        let helper = InputFile { path: "helper.py".into(), bytes: helper.into() };
        let body = "import helper\nif helper.state() is None:\n    op.drop_table('nowhere')";
        let files = vec![helper, revision("a1", "None", MADE), revision("a2", "'a1'", body)];
        analyze(files, DUMP, &["a1"]).prediction.expect("a prediction").outcome
    };
    let set = "_state = None\ndef set_state(state):\n    global _state\n    _state = state\n";
    assert_eq!(outcome(&format!("{set}def state():\n    return _state\n")), Outcome::Unknown);
    // What is made when it is first asked for is made here, too.
    let lazy = "_state = None\ndef state():\n    global _state\n    if _state is None:\n        _state = 1\n    return _state\n";
    assert_eq!(outcome(lazy), Outcome::Succeeds);
    assert_eq!(outcome("_state = None\ndef state():\n    return _state\n"), Outcome::Fails);
}

/// What other database systems call an UPDATE.
#[test]
fn a_statement_that_is_not_in_postgresqls_grammar_is_in_doubt() {
    let outcome = |sql: &str| {
        let made = "op.execute('CREATE TABLE a (id int, b int)')";
        let files = vec![revision("a1", "None", made), revision("a2", "'a1'", &format!("op.execute(\"{sql}\")"))];
        let prediction = analyze(files, "CREATE TABLE public.a (id integer, b integer);\n", &["a1"]).prediction;
        let prediction = prediction.expect("a prediction");
        (prediction.outcome, prediction.message.unwrap_or_default())
    };
    let (found, message) = outcome("UPDATE a INNER JOIN a c ON a.id = c.id SET b = 1");
    assert_eq!(found, Outcome::Unknown);
    assert!(message.contains("near \"INNER\" (42601)"), "{message}");
    assert_eq!(outcome("ALTER TABLE a MODIFY b bigint").0, Outcome::Unknown);
    // A server that is built on PostgreSQL may have a parameter of its own.
    assert_eq!(outcome("SET foreign_key_checks = 0").0, Outcome::Unknown);
    assert_eq!(outcome("SHOW TABLES").0, Outcome::Unknown);
    assert_eq!(outcome("SET LOCAL lock_timeout = '1s'").0, Outcome::Succeeds);
    let (found, message) = outcome("VACUUM a");
    assert_eq!((found, &*message), (Outcome::Fails, "VACUUM cannot run inside a transaction block"));
    assert_eq!(outcome("UPDATE a SET b = c.b FROM a c WHERE a.id = c.id").0, Outcome::Succeeds);
}

/// qinling: a revision's function under `@compiles` writes IF NOT EXISTS into every CREATE TABLE.
#[test]
fn a_create_table_that_is_hooked_may_not_be_refused() {
    let outcome = |hook: &str| {
        let hooked = InputFile {
            path: "versions/a2.py".into(),
            bytes: format!(
                "from alembic import op\nimport sqlalchemy as sa\nfrom sqlalchemy.ext.compiler import compiles\n\
                 from sqlalchemy.schema import CreateTable\nrevision, down_revision = 'a2', 'a1'\n{hook}\n\
                 def own(element, compiler, **kw):\n    \
                 return compiler.visit_create_table(element).replace('TABLE', 'TABLE IF NOT EXISTS')\n\
                 def upgrade():\n    op.create_table('t', sa.Column('id', sa.Integer))\n"
            )
            .into(),
        };
        let files = vec![revision("a1", "None", "op.execute('SELECT 1')"), hooked];
        analyze(files, "CREATE TABLE public.t (id integer);\n", &["a1"]).prediction.expect("a prediction").outcome
    };
    assert_eq!(outcome("@compiles(CreateTable)"), Outcome::Unknown);
    assert_eq!(outcome("@compiles(CreateTable, 'oracle')"), Outcome::Fails);
}

/// Each side of an unknown condition meets the database as it was before; what both send is said once.
#[test]
fn what_may_run_has_hazards_marked_as_such() {
    let body = "import os\nif os.environ['SIZE'] > '3':\n    \
                op.execute('ALTER TABLE t ADD c int NOT NULL')\n    \
                op.execute('CREATE UNIQUE INDEX twins ON t (a)')\n\
                else:\n    \
                op.execute('ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid()')";
    let files = vec![
        revision("a1", "None", MADE),
        revision("a2", "'a1'", body),
        revision("a3", "'a2'", "op.execute('ALTER TABLE t ALTER b TYPE bigint')"),
    ];
    let report = plan(files, DUMP, &["a1"]);
    let plan = report.plans.iter().find(|plan| plan.to == ["a1"]).expect("the plan that stays where it is");
    let found = |code: &str| {
        let hazards: Vec<_> = plan.then.hazards.iter().filter(|hazard| hazard.code == code).collect();
        assert_eq!(hazards.len(), 1, "{code}: {:?}", plan.then.hazards);
        hazards[0].clone()
    };
    for (code, line) in [("not-null-column", 10), ("unique-over-duplicates", 11), ("volatile-default", 13)] {
        let hazard = found(code);
        assert!(hazard.may_run.as_deref().is_some_and(|why| why.contains("SIZE")), "{hazard:?}");
        assert!(hazard.sentence().starts_with("may run: "), "{}", hazard.sentence());
        assert_eq!((hazard.file.as_deref(), hazard.line), (Some("versions/a2.py"), Some(line)), "{hazard:?}");
    }
    let certain = found("type-change");
    assert!(certain.may_run.is_none() && certain.sentence() == certain.message, "{certain:?}");
}

/// langflow: SQLAlchemy makes JSON of a list, and `true` of 1, by the types of the table's columns.
#[test]
fn values_are_stored_as_the_types_of_their_columns_make_them() {
    let outcome = |ty: &str, value: &str| {
        let made = "op.execute('CREATE TABLE a (id int, j json, f boolean)')";
        let body = format!(
            "import gone\nfrom sqlalchemy.dialects.postgresql import insert\nt = sa.table('a', sa.column('id'), {ty})\n\
             op.get_bind().execute(insert(t).values(**{{'id': gone.x(), **{value}}}))"
        );
        let files = vec![revision("a1", "None", made), revision("a2", "'a1'", &body)];
        let prediction = analyze(files, "CREATE TABLE public.a (id integer, j json, f boolean);\n", &["a1"]).prediction;
        prediction.expect("a prediction").outcome
    };
    assert_ne!(outcome("sa.column('j', sa.JSON())", "{'j': ['x']}"), Outcome::Fails);
    assert_ne!(outcome("sa.column('f', sa.Boolean)", "{'f': 1}"), Outcome::Fails);
    assert_ne!(outcome("sa.column('j', gone.Own())", "{'j': ['x']}"), Outcome::Fails);
    assert_eq!(outcome("sa.column('f')", "{'f': 1}"), Outcome::Fails);
}

/// A database that stands behind a revision which asks for `alembic -x` was given it; the plain command is not.
#[test]
fn a_revision_that_asks_for_an_argument_is_replayed() {
    let body = "from alembic import context\n\
                if context.get_x_argument(as_dictionary=True).get('srid') is None: raise Exception('use -x srid=')\n\
                op.execute('CREATE TABLE u (id int)')";
    let files = || vec![revision("a1", "None", MADE), revision("a2", "'a1'", body)];
    let behind = format!("{DUMP}CREATE TABLE public.u (id integer);\n");
    let report = analyze(files(), &behind, &["a2"]);
    assert!(report.drift.iter().all(|drift| drift.object.name != "u"), "{:?}", report.drift);
    let prediction = analyze(files(), DUMP, &["a1"]).prediction.expect("a prediction");
    assert_eq!((prediction.outcome, prediction.message.as_deref()), (Outcome::Fails, Some("use -x srid=")));
}

/// What a value of a row makes a library raise leads into the handler that looks for it.
#[test]
fn rows_may_lead_into_a_handler() {
    let body = "import json\nbad = []\n\
                for row in op.get_bind().execute(sa.text('SELECT name FROM kinds')):\n    try:\n        json.loads(row.name)\n    \
                except ValueError:\n        bad.append(row.name)\nif bad: raise RuntimeError('no JSON')";
    let files = vec![revision("a1", "None", MADE), revision("a2", "'a1'", body)];
    let prediction = analyze(files, DUMP, &["a1"]).prediction.expect("a prediction");
    assert_eq!(prediction.outcome, Outcome::DependsOnData);
    assert!(prediction.conditions.iter().any(|condition| condition.demand.contains("RuntimeError: no JSON")));
}

/// Whether a key of a type that is not known counts by itself is not known; the table and its other columns are.
#[test]
fn a_primary_key_of_a_type_that_is_not_known_leaves_the_table_known() {
    let body = "from elsewhere import Type\nop.create_table('t', sa.Column('id', Type(), primary_key=True), sa.Column('n', sa.Integer))";
    let dump = "CREATE TABLE public.t (id uuid NOT NULL);\nALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n";
    let report = analyze(vec![revision("a", "None", body)], dump, &["a"]);
    let missing: Vec<_> = report.drift.iter().filter(|entry| entry.counts).map(|entry| &entry.object.name).collect();
    assert_eq!(missing, ["n"]);
}

/// Of a label that may have been added only its use is not known, and not what stands behind.
#[test]
fn a_label_that_may_be_new_leaves_the_rest_known() {
    let dump = "CREATE TYPE public.kind AS ENUM ('a');\nCREATE TABLE public.t (kind public.kind);\n";
    let outcome = |behind: &str| {
        let body = format!(
            "from app_settings import settings\nif settings.wide:\n    op.execute(\"ALTER TYPE kind ADD VALUE 'b'\")\n{behind}"
        );
        let prediction = analyze(vec![revision("a1", "None", &body)], dump, &[]).prediction.expect("a prediction");
        (prediction.outcome, prediction.sqlstate)
    };
    assert_eq!(outcome("op.add_column('t', sa.Column('z', sa.Integer))"), (Outcome::Succeeds, None));
    assert_eq!(outcome("op.execute(\"UPDATE t SET kind = 'a'\")"), (Outcome::Succeeds, None));
    assert_eq!(outcome("op.execute(\"UPDATE t SET kind = 'b'\")"), (Outcome::Unknown, None));
    let failing = "op.execute('DROP TABLE gone')";
    assert_eq!(outcome(failing), (Outcome::Fails, Some("42P01".to_string())));
    // Each side adds it, in a transaction of its own or not: whether it can be read is not known.
    let both = "from app_settings import settings\nif settings.wide:\n    op.execute(\"ALTER TYPE kind ADD VALUE 'b'\")\n\
                else:\n    with op.get_context().autocommit_block():\n        op.execute(\"ALTER TYPE kind ADD VALUE 'b'\")\n\
                op.execute(\"UPDATE t SET kind = 'b'\")";
    let prediction = analyze(vec![revision("a1", "None", both)], dump, &[]).prediction.expect("a prediction");
    assert_eq!(prediction.outcome, Outcome::Unknown);
}
