//! What Alembic's own table of an operation lacks, as the real SQLAlchemy 2.1.9 and Alembic 1.20.1 say it.

use restamp::report::{InputFile, Outcome};

use crate::small::{analyze, revision};

const DUMP: &str = "CREATE TABLE public.o (id integer NOT NULL);\n\
    ALTER TABLE ONLY public.o ADD CONSTRAINT o_pkey PRIMARY KEY (id);\n\
    CREATE TABLE public.t (id integer NOT NULL, x integer);\n\
    ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n";

const MADE: &str = "op.execute('CREATE TABLE o (id int PRIMARY KEY)')\n\
    op.execute('CREATE TABLE t (id int PRIMARY KEY, x int)')";

/// The error of a revision under a convention that names the column that is referred to; `None` where it succeeds.
fn error(body: &str) -> Option<String> {
    let env = "import sqlalchemy as sa\nfrom alembic import context\n\
        target_metadata = sa.MetaData(naming_convention={'fk': 'fk_%(table_name)s_%(referred_column_0_name)s'})\n\
        def run():\n    context.configure(target_metadata=target_metadata)\n    context.run_migrations()\nrun()\n";
    let env = InputFile { path: "env.py".into(), bytes: env.into() };
    let files = vec![env, revision("a1", "None", MADE), revision("a2", "'a1'", body)];
    let prediction = analyze(files, DUMP, &["a1"]).prediction.expect("a prediction");
    match prediction.outcome {
        Outcome::Succeeds | Outcome::DependsOnData => None,
        _ => prediction.message,
    }
}

#[test]
fn a_column_that_is_referred_to_must_be_in_the_metadata_when_a_name_needs_it() {
    let table = |name: &str| {
        format!(
            "Foreign key associated with column '{name}' could not find table 'o' with which to generate a foreign key to \
             target column 'id'"
        )
    };
    let message = error("op.add_column('t', sa.Column('y', sa.Integer, sa.ForeignKey('o.id')))");
    assert!(message.as_ref().is_some_and(|message| message.contains(&table("t.y"))), "{message:?}");
    let message = error("op.create_table('n', sa.Column('y', sa.Integer, sa.ForeignKey('o.id')))");
    assert!(message.as_ref().is_some_and(|message| message.contains(&table("n.y"))), "{message:?}");
    let message = error("op.add_column('t', sa.Column('y', sa.Integer, sa.ForeignKey('t.id')))");
    assert!(message.as_ref().is_some_and(|message| message.contains("has no column named 'id'")), "{message:?}");
    let fine = [
        "op.add_column('t', sa.Column('y', sa.Integer, sa.ForeignKey('o.id', name='n')))",
        "op.create_foreign_key(None, 't', 'o', ['x'], ['id'])",
        "op.create_foreign_key(None, 't', 't', ['x'], ['id'])",
        "op.create_table('n', sa.Column('id', sa.Integer, primary_key=True), sa.Column('y', sa.Integer, sa.ForeignKey('n.id')))",
    ];
    for body in fine {
        assert_eq!(error(body), None, "{body}");
    }
}

#[test]
fn a_unique_constraint_includes_only_columns_that_its_table_has() {
    let message = error("op.create_unique_constraint('u', 't', ['x'], postgresql_include=['id'])");
    assert!(message.as_ref().is_some_and(|message| message.contains("'id'")), "{message:?}");
    let fine = [
        "op.create_index('u', 't', ['x'], postgresql_include=['id'])",
        "op.create_table('n', sa.Column('x', sa.Integer), sa.Column('y', sa.Integer), \
         sa.UniqueConstraint('x', name='u', postgresql_include=['y']))",
    ];
    for body in fine {
        assert_eq!(error(body), None, "{body}");
    }
}

#[test]
fn a_name_that_an_unknown_convention_may_have_given_is_not_missed() {
    let env = "from app import metadata\nfrom alembic import context\n\
        def run():\n    context.configure(target_metadata=metadata)\n    context.run_migrations()\nrun()\n";
    let outcome = |env: &str, made: &str| {
        let env = InputFile { path: "env.py".into(), bytes: env.into() };
        let body = format!("{made}\nop.drop_constraint('uq_t_x', 't', type_='unique')");
        let files = vec![env, revision("a1", "None", MADE), revision("a2", "'a1'", &body)];
        analyze(files, DUMP, &["a1"]).prediction.expect("a prediction").outcome
    };
    let unnamed = "op.create_unique_constraint(None, 't', ['x'])";
    assert_eq!(outcome(env, unnamed), Outcome::Unknown);
    // Every constraint of the table has a name that is known.
    assert_eq!(outcome(env, ""), Outcome::Fails);
    let plain = "import sqlalchemy as sa\nmetadata = sa.MetaData()\n";
    assert_eq!(outcome(&env.replace("from app import metadata\n", plain), unnamed), Outcome::Fails);
}

/// The same index twice is an error only where the name of the second is known to be that of the first.
#[test]
fn an_index_without_a_name_is_not_there_already_where_the_convention_is_not_known() {
    let env = "from alembic import context\nfrom app.models import Base\n\
        def run():\n    context.configure(target_metadata=Base.metadata)\n    context.run_migrations()\nrun()\n";
    let twice = |second: &str| {
        let body = format!("op.create_index('ix_t_x', 't', ['x'])\nop.create_index({second}, 't', ['x'], unique=True)");
        let env = InputFile { path: "env.py".into(), bytes: env.into() };
        let files = vec![env, revision("a1", "None", MADE), revision("a2", "'a1'", &body)];
        analyze(files, DUMP, &["a1"]).prediction.expect("a prediction").outcome
    };
    assert_eq!((twice("None"), twice("'ix_t_x'")), (Outcome::Unknown, Outcome::Fails));
}

/// A revision that gives old constraints the names which the convention, newer than they are, gives them from the start.
#[test]
fn constraints_that_were_renamed_after_the_convention_have_their_names() {
    let env = "import sqlalchemy as sa\nfrom alembic import context\n\
        target_metadata = sa.MetaData(naming_convention={'pk': 'pk_%(table_name)s'})\n\
        def run():\n    context.configure(target_metadata=target_metadata)\n    context.run_migrations()\nrun()\n";
    let env = InputFile { path: "env.py".into(), bytes: env.into() };
    let made = "op.create_table('n', sa.Column('x', sa.Uuid()), sa.PrimaryKeyConstraint('x'))";
    let renamed =
        "op.execute('ALTER TABLE n RENAME CONSTRAINT n_pkey TO pk_n')\nop.add_column('n', sa.Column('y', sa.Integer))";
    let dump = "CREATE TABLE public.n (x uuid NOT NULL, y integer);\n\
        ALTER TABLE ONLY public.n ADD CONSTRAINT pk_n PRIMARY KEY (x);\n";
    let report = analyze(vec![env, revision("a1", "None", made), revision("a2", "'a1'", renamed)], dump, &["a2"]);
    assert_eq!(report.drift.iter().map(|drift| &drift.object.name).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// The convention names an index that has no name in the revisions; where it is not known, its name is no difference.
#[test]
fn the_name_of_an_index_is_not_compared_where_the_convention_is_not_known() {
    let env = "from alembic import context\nfrom app.models import Base\n\
        def run():\n    context.configure(target_metadata=Base.metadata)\n    context.run_migrations()\nrun()\n";
    let differs = |name: &str| {
        let env = InputFile { path: "env.py".into(), bytes: env.into() };
        let body = format!("op.add_column('t', sa.Column('y', sa.Integer))\nop.create_index({name}, 't', ['x'])");
        let dump = DUMP.replace("x integer", "x integer, y integer");
        let dump = format!("{dump}CREATE INDEX own ON public.t USING btree (x);\n");
        let report = analyze(vec![env, revision("a1", "None", MADE), revision("a2", "'a1'", &body)], &dump, &["a2"]);
        report.drift.iter().any(|drift| drift.counts)
    };
    assert_eq!((differs("None"), differs("'ix_t_x'")), (false, true));
}

/// indico: the convention has tokens of its own, and tells two indexes of a column apart.
#[test]
fn a_name_that_a_convention_makes_that_is_not_known_is_not_taken() {
    let env = "import sqlalchemy as sa\nfrom alembic import context\nfrom application import convention\n\
        target_metadata = sa.MetaData(naming_convention=convention)\n\
        def run():\n    context.configure(target_metadata=target_metadata)\n    context.run_migrations()\nrun()\n";
    let env = InputFile { path: "env.py".into(), bytes: env.into() };
    let body = "op.create_table('n', sa.Column('x', sa.Integer, index=True), sa.Column('y', sa.Integer), sa.Index(None, 'x', 'y'))";
    let files = vec![env, revision("a1", "None", MADE), revision("a2", "'a1'", body)];
    let prediction = analyze(files, DUMP, &["a1"]).prediction.expect("a prediction");
    assert_eq!(prediction.outcome, Outcome::Unknown, "{:?}", prediction.message);
}

/// rucio: models that `env.py` imports name constraints when they are attached to their table, those of operations too.
#[test]
fn names_that_a_listener_gives_are_not_compared() {
    let env = "from alembic import context\nfrom app.models import Base\n\
        def run():\n    context.configure(target_metadata=Base.metadata)\n    context.run_migrations()\nrun()\n";
    let listener = "@event.listens_for(PrimaryKeyConstraint, 'after_parent_attach')\n\
        def name(constraint, table):\n    constraint.name = '%s_PK' % table.name.upper()\n";
    let body = "op.create_table('n', sa.Column('x', sa.Uuid()), sa.PrimaryKeyConstraint('x', name='pk_n'))";
    let dump = "CREATE TABLE public.n (x uuid NOT NULL);\n\
        ALTER TABLE ONLY public.n ADD CONSTRAINT \"N_PK\" PRIMARY KEY (x);\n";
    let differs = |listener: &str| {
        let models = format!(
            "from sqlalchemy import event, MetaData, PrimaryKeyConstraint\n\
             from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase):\n    metadata = MetaData()\n{listener}"
        );
        let env = InputFile { path: "env.py".into(), bytes: env.into() };
        let models = InputFile { path: "app/models.py".into(), bytes: models.into() };
        let report = analyze(vec![env, models, revision("a1", "None", body)], dump, &["a1"]);
        report.drift.iter().any(|drift| drift.counts)
    };
    assert_eq!((differs(listener), differs("")), (false, true));
}

/// indico: tokens that the project makes itself, which SQLAlchemy calls with the constraint and its table.
#[test]
fn tokens_of_a_convention_may_be_functions() {
    let env = "from alembic import context\nfrom app.models import metadata\n\
        def run():\n    context.configure(target_metadata=metadata)\n    context.run_migrations()\nrun()\n";
    let models = "import sqlalchemy as sa\n\
        def _columns(constraint, table):\n    return '_'.join(c if isinstance(c, str) else c.name for c in constraint.columns)\n\
        def _unique(constraint, table):\n    return 'uq_' if constraint.unique else ''\n\
        metadata = sa.MetaData(naming_convention={'pk': 'pk_%(table_name)s', 'columns': _columns, 'unique': _unique,\n\
        'uq': 'uq_%(table_name)s_%(columns)s', 'ix': 'ix_%(unique)s%(table_name)s_%(columns)s'})\n";
    let body = "op.create_table('n', sa.Column('x', sa.Uuid()), sa.Column('y', sa.Integer, unique=True), sa.UniqueConstraint('x', 'y'),\n\
        sa.Index(None, 'y', 'x', unique=True), sa.PrimaryKeyConstraint('x'))\nop.create_index(None, 'n', ['y'])";
    let dump = "CREATE TABLE public.n (x uuid NOT NULL, y integer);\n\
        ALTER TABLE ONLY public.n ADD CONSTRAINT pk_n PRIMARY KEY (x);\n\
        ALTER TABLE ONLY public.n ADD CONSTRAINT uq_n_y UNIQUE (y);\n\
        ALTER TABLE ONLY public.n ADD CONSTRAINT uq_n_x_y UNIQUE (x, y);\n\
        CREATE UNIQUE INDEX ix_uq_n_y_x ON public.n USING btree (y, x);\nCREATE INDEX ix_n_y ON public.n USING btree (y);\n";
    let files = vec![
        InputFile { path: "env.py".into(), bytes: env.into() },
        InputFile { path: "app/models.py".into(), bytes: models.into() },
        revision("a1", "None", body),
    ];
    let report = analyze(files, dump, &["a1"]);
    assert_eq!(report.drift.iter().map(|drift| &drift.object.name).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// A key without a name, of a convention that is not known (no `env.py`), and a later revision that drops it by name with what refers to it: the
/// name is the key's. As the revisions of Invenio do.
#[test]
fn a_name_that_a_revision_uses_is_that_of_the_key_without_one() {
    let made = "op.create_table('role', sa.Column('id', sa.Integer(), autoincrement=False), sa.PrimaryKeyConstraint('id'))\n\
        op.create_table('userrole', sa.Column('role_id', sa.Integer()), sa.ForeignKeyConstraint(['role_id'], ['role.id'], name='fk_role'))";
    let changed = "op.execute('ALTER TABLE role DROP CONSTRAINT pk_role CASCADE')\n\
        op.alter_column('userrole', 'role_id', type_=sa.String(80))\n\
        op.alter_column('role', 'id', type_=sa.String(80))\n\
        op.create_primary_key('pk_role', 'role', ['id'])\n\
        op.create_foreign_key('fk_role', 'userrole', 'role', ['role_id'], ['id'])";
    let dump = "CREATE TABLE public.role (id integer NOT NULL);\nCREATE TABLE public.userrole (role_id integer);\n\
        ALTER TABLE ONLY public.role ADD CONSTRAINT pk_role PRIMARY KEY (id);\n\
        ALTER TABLE ONLY public.userrole ADD CONSTRAINT fk_role FOREIGN KEY (role_id) REFERENCES public.role(id);\n";
    let files = || vec![revision("a", "None", made), revision("b", "'a'", changed)];
    let report = analyze(files(), dump, &["a"]);
    let counts: Vec<_> = report.drift.iter().filter(|entry| entry.counts).collect();
    assert!(counts.is_empty(), "{counts:#?}");
    let located = report.located.expect("a place");
    assert_eq!((located.revisions, located.exact), (vec!["a".to_string()], true));
    assert!(report.revisions.iter().all(|revision| revision.unmodelled.is_empty()), "{:#?}", report.revisions);
    let after = dump.replace("integer", "character varying(80)");
    let located = analyze(files(), &after, &["b"]).located.expect("a place");
    assert_eq!((located.revisions, located.exact), (vec!["b".to_string()], true));
}

#[test]
fn a_name_that_a_revision_gives_may_be_the_one_of_an_unknown_convention() {
    // As canaille has it: the convention is in no `env.py`, and a later revision gives its names to older databases.
    let made = "op.create_table('o', sa.Column('id', sa.Integer, primary_key=True, autoincrement=False))\n\
        op.create_table('t', sa.Column('id', sa.Integer), sa.ForeignKeyConstraint(['id'], ['o.id']))";
    let renames = "for key in sa.inspect(op.get_bind()).get_foreign_keys('t'):\n    \
        if key['name'] != 'fk_t_id_o':\n        op.execute(f'ALTER TABLE t RENAME CONSTRAINT {key[\"name\"]} TO fk_t_id_o')";
    let revisions = || {
        let added = "op.add_column('t', sa.Column('x', sa.Integer))";
        vec![revision("a1", "None", made), revision("a2", "'a1'", added), revision("a3", "'a2'", renames)]
    };
    let dump = |name: &str, more: &str| {
        format!(
            "CREATE TABLE public.o (id integer NOT NULL);\nALTER TABLE ONLY public.o ADD CONSTRAINT o_pkey PRIMARY KEY (id);\n\
             CREATE TABLE public.t (id integer{more});\n\
             ALTER TABLE ONLY public.t ADD CONSTRAINT {name} FOREIGN KEY (id) REFERENCES public.o(id);\n"
        )
    };
    let places = |files: Vec<InputFile>, dump: &str| {
        let located = analyze(files, dump, &["a1"]).located.expect("a place");
        assert!(located.exact, "{located:?} {dump}");
        let mut all = located.same_schema;
        all.push(located.revisions);
        all.sort();
        all
    };
    assert_eq!(places(revisions(), &dump("fk_t_id_o", "")), [["a1"]]);
    assert_eq!(places(revisions(), &dump("fk_t_id_o", ", x integer")), [["a2"], ["a3"]]);
    // Where the convention is known, the name tells.
    let env = "from alembic import context\ntarget_metadata = None\ndef run():\n    \
        context.configure(target_metadata=target_metadata)\n    context.run_migrations()\nrun()\n";
    let known = || [revisions(), vec![InputFile { path: "env.py".into(), bytes: env.into() }]].concat();
    assert_eq!(places(known(), &dump("fk_t_id_o", ", x integer")), [["a3"]]);
    assert_eq!(places(known(), &dump("t_id_fkey", ", x integer")), [["a2"]]);
}
