//! What an upgrade demands of rows, and what of it the run itself has settled.

use restamp::report::Outcome;

use crate::small::{analyze, revision};

const DUMP: &str = "CREATE TABLE public.t (id integer NOT NULL, a text, b integer);\n\
    CREATE TABLE public.r (id integer NOT NULL);\n\
    ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n\
    ALTER TABLE ONLY public.r ADD CONSTRAINT r_pkey PRIMARY KEY (id);\n\
    ALTER TABLE ONLY public.t ADD CONSTRAINT t_b_fkey FOREIGN KEY (b) REFERENCES public.r(id);\n";

const MADE: &str = "op.execute('CREATE TABLE t (id int PRIMARY KEY, a text, b int)')\n\
    op.execute('CREATE TABLE r (id int PRIMARY KEY)')\nop.execute('ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES r (id)')";

/// What the statements of one revision make of an upgrade of tables that may hold rows.
#[track_caller]
fn check(statements: &[&str], expected: Outcome) {
    check_dump(statements, DUMP, expected);
}

/// The same with another dump.
#[track_caller]
fn check_dump(statements: &[&str], dump: &str, expected: Outcome) {
    let body: Vec<String> = statements.iter().map(|sql| format!("op.execute(\"{sql}\")")).collect();
    let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", &body.join("\n"))], dump, &["a1"]);
    let prediction = report.prediction.expect("a prediction");
    assert_eq!(prediction.outcome, expected, "{statements:?}: {:?}", prediction.message);
}

#[test]
fn not_null_demands_values() {
    check(&["ALTER TABLE t ALTER a SET NOT NULL"], Outcome::DependsOnData);
    check(&["ALTER TABLE t ADD c text NOT NULL"], Outcome::DependsOnData);
    check(&["ALTER TABLE t ADD c text", "ALTER TABLE t ALTER c SET NOT NULL"], Outcome::DependsOnData);
    check(&["UPDATE t SET a = 'x' WHERE b > 0", "ALTER TABLE t ALTER a SET NOT NULL"], Outcome::DependsOnData);
    check(&["UPDATE t SET a = b::text", "ALTER TABLE t ALTER a SET NOT NULL"], Outcome::DependsOnData);
}

#[test]
fn what_the_run_has_filled_holds_no_null() {
    check(&["UPDATE t SET a = 'x' WHERE a IS NULL", "ALTER TABLE t ALTER a SET NOT NULL"], Outcome::Succeeds);
    check(&["DELETE FROM t WHERE a IS NULL", "ALTER TABLE t ALTER a SET NOT NULL"], Outcome::Succeeds);
    check(
        &["ALTER TABLE t ADD c text", "UPDATE t SET c = id || '!'", "ALTER TABLE t ALTER c SET NOT NULL"],
        Outcome::Succeeds,
    );
    check(&["ALTER TABLE t ADD c timestamp DEFAULT now()", "ALTER TABLE t ALTER c SET NOT NULL"], Outcome::Succeeds);
    check(&["TRUNCATE t", "ALTER TABLE t ADD c text NOT NULL"], Outcome::Succeeds);
    check(
        &["TRUNCATE t", "INSERT INTO t (id) VALUES (1)", "ALTER TABLE t ADD c text NOT NULL"],
        Outcome::DependsOnData,
    );
}

#[test]
fn what_is_there_already_is_not_made() {
    check(&["CREATE TABLE IF NOT EXISTS t (id int)", "ALTER TABLE t ALTER a SET NOT NULL"], Outcome::DependsOnData);
    check(
        &["ALTER TABLE t ADD IF NOT EXISTS a text DEFAULT 'x'", "ALTER TABLE t ALTER a SET NOT NULL"],
        Outcome::DependsOnData,
    );
    check(
        &["CREATE TABLE IF NOT EXISTS n (a int)", "ALTER TABLE n ADD IF NOT EXISTS b int NOT NULL"],
        Outcome::Succeeds,
    );
}

#[test]
fn a_table_made_of_a_query_has_its_rows() {
    let add = "ALTER TABLE n ADD c text NOT NULL";
    check(&["CREATE TABLE n AS SELECT * FROM t", add], Outcome::DependsOnData);
    check(&["CREATE TABLE n AS SELECT count(*) FROM t WHERE false", add], Outcome::DependsOnData);
    check(&["CREATE TABLE e (a int)", "CREATE TABLE n AS SELECT * FROM e", add], Outcome::Succeeds);
}

#[test]
fn keys_demand_what_is_not_known_already() {
    check(&["ALTER TABLE t ADD UNIQUE (a)"], Outcome::DependsOnData);
    check(&["CREATE UNIQUE INDEX i ON t (a)"], Outcome::DependsOnData);
    check(&["ALTER TABLE t ADD c text DEFAULT 'x' UNIQUE"], Outcome::DependsOnData);
    check(&["ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES r (id)"], Outcome::DependsOnData);
    check(&["ALTER TABLE t ADD UNIQUE (a, id)"], Outcome::Succeeds);
    check(&["ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES t"], Outcome::Succeeds);
    check(&["ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES r"], Outcome::Fails);
    check(&["ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES r"], Outcome::DependsOnData);
    check(&["ALTER TABLE t ADD c text", "CREATE UNIQUE INDEX i ON t (c)"], Outcome::Succeeds);
    check(&["ALTER TABLE t ADD CONSTRAINT again FOREIGN KEY (b) REFERENCES r (id)"], Outcome::Succeeds);
    check(&["ALTER TABLE t ADD c int", "ALTER TABLE t ADD FOREIGN KEY (c) REFERENCES r (id)"], Outcome::Succeeds);
}

#[test]
fn what_a_dropped_constraint_made_sure_of_holds_until_rows_change() {
    let again = [
        "ALTER TABLE t DROP CONSTRAINT t_b_fkey",
        "ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES r (id) ON DELETE CASCADE",
    ];
    check(&again, Outcome::Succeeds);
    check(&[again[0], "UPDATE t SET b = 1", again[1]], Outcome::DependsOnData);
    check(&[again[0], "UPDATE t SET a = 'x'", again[1]], Outcome::Succeeds);
    check(&[again[0], "DELETE FROM r WHERE id > 7", again[1]], Outcome::DependsOnData);
    check(
        &[again[0], "WITH gone AS (DELETE FROM r RETURNING id) SELECT * FROM gone", again[1]],
        Outcome::DependsOnData,
    );
    check(&[again[0], "ALTER TABLE t ALTER b TYPE bigint", again[1]], Outcome::Succeeds);
    check(&[again[0], "ALTER TABLE t ALTER b TYPE int USING b + 1", again[1]], Outcome::DependsOnData);
    let key = ["ALTER TABLE r DROP CONSTRAINT r_pkey CASCADE", "ALTER TABLE r ADD PRIMARY KEY (id)"];
    check(&key, Outcome::Succeeds);
    check(&[key[0], "INSERT INTO r (id) VALUES (1)", key[1]], Outcome::DependsOnData);
    check(&["ALTER TABLE t ALTER id DROP NOT NULL", "ALTER TABLE t ALTER id SET NOT NULL"], Outcome::Fails);
}

#[test]
fn a_check_that_lists_more_values_needs_no_look_at_rows() {
    let dump =
        DUMP.to_string() + "ALTER TABLE public.t ADD CONSTRAINT ck CHECK ((a = ANY (ARRAY['x'::text, 'y'::text])));\n";
    let drop = "ALTER TABLE t DROP CONSTRAINT ck";
    check_dump(&[drop, "ALTER TABLE t ADD CHECK (a IN ('x', 'y', 'z'))"], &dump, Outcome::Succeeds);
    check_dump(&[drop, "ALTER TABLE t ADD CHECK (a IN ('x', 'z'))"], &dump, Outcome::DependsOnData);
    check_dump(
        &[
            drop,
            "ALTER TABLE t ADD d text",
            "ALTER TABLE t DROP a",
            "ALTER TABLE t RENAME d TO a",
            "UPDATE t SET a = 'q'",
            "ALTER TABLE t ADD CHECK (a IN ('x', 'y'))",
        ],
        &dump,
        Outcome::DependsOnData,
    );
}

/// A dump with data tells which tables are empty.
const EMPTY: &str = "COPY public.t (id, a, b) FROM stdin;\n\\.\n\n\nCOPY public.r (id) FROM stdin;\n1\n\\.\n";

#[test]
fn tables_that_the_dump_shows_empty_demand_nothing() {
    let dump = DUMP.to_string() + EMPTY;
    check_dump(&["ALTER TABLE t ADD c text NOT NULL", "ALTER TABLE t ADD UNIQUE (a)"], &dump, Outcome::Succeeds);
    check_dump(&["ALTER TABLE r ADD c text NOT NULL"], &dump, Outcome::DependsOnData);
    check_dump(&["INSERT INTO t (id) VALUES (1)", "ALTER TABLE t ADD c text NOT NULL"], &dump, Outcome::DependsOnData);
    check_dump(&["INSERT INTO t (id) SELECT id FROM t", "ALTER TABLE t ADD c text NOT NULL"], &dump, Outcome::Succeeds);
    check_dump(
        &["INSERT INTO t (id) SELECT id FROM r", "ALTER TABLE t ADD c text NOT NULL"],
        &dump,
        Outcome::DependsOnData,
    );
}

#[test]
fn a_renamed_table_is_as_empty_as_before() {
    let dump = DUMP.to_string() + EMPTY;
    let moved = ["ALTER TABLE t RENAME TO moved", "ALTER TABLE moved ADD c text NOT NULL"];
    check_dump(&moved, &dump, Outcome::Succeeds);
    let moved = ["ALTER TABLE public.r RENAME TO t2", "ALTER TABLE t2 ADD c text NOT NULL"];
    check_dump(&moved, &dump, Outcome::DependsOnData);
    let moved = ["CREATE SCHEMA app", "ALTER TABLE t SET SCHEMA app", "ALTER TABLE app.t ADD c text NOT NULL"];
    check_dump(&moved, &dump, Outcome::Succeeds);
    let moved = ["ALTER TABLE t RENAME TO old", "ALTER TABLE r RENAME TO t", "ALTER TABLE t ADD c text NOT NULL"];
    check_dump(&moved, &dump, Outcome::DependsOnData);
}

#[test]
fn statements_inside_of_others_change_only_their_own_tables() {
    let dump =
        DUMP.to_string() + "COPY public.t (id, a, b) FROM stdin;\n\\.\n\n\nCOPY public.r (id) FROM stdin;\n\\.\n";
    let inserts = "WITH ins AS (INSERT INTO r SELECT generate_series(1, 3) RETURNING id) UPDATE t SET b = 1 FROM ins";
    check_dump(&[inserts, "ALTER TABLE t ADD c text NOT NULL"], &dump, Outcome::Succeeds);
    check_dump(&[inserts, "ALTER TABLE r ADD c text NOT NULL"], &dump, Outcome::DependsOnData);
    check_dump(&["SELECT id FROM t FOR UPDATE", "ALTER TABLE t ADD c text NOT NULL"], &dump, Outcome::Succeeds);
    let merge =
        "WITH n AS (SELECT 1 AS id) MERGE INTO r USING n ON r.id = n.id WHEN NOT MATCHED THEN INSERT VALUES (n.id)";
    check_dump(&[merge, "ALTER TABLE t ADD c text NOT NULL"], &dump, Outcome::DependsOnData);
}

#[test]
fn queries_of_empty_tables_are_answered() {
    let upgrade = "for row in op.get_bind().execute(sa.text('SELECT id, lower(a) FROM t WHERE b > 1')):\n    raise RuntimeError(row[0])\n\
        if op.get_bind().execute(sa.text('SELECT count(*) FROM t')).scalar():\n    raise RuntimeError('rows')";
    let files = || vec![revision("a1", "None", MADE), revision("a2", "'a1'", upgrade)];
    let outcome = |dump: &str| analyze(files(), dump, &["a1"]).prediction.expect("a prediction").outcome;
    assert_eq!(outcome(&(DUMP.to_string() + EMPTY)), Outcome::Succeeds);
    assert_eq!(outcome(DUMP), Outcome::DependsOnData);
}

/// What follows in the revision, and the outcome without rows in `t`; `None`: undecided, as all are where rows are not known.
#[test]
fn queries_of_the_orm_on_empty_tables_are_answered() {
    let cases = [
        ("for row in session.query(T).filter(T.b > 1): raise RuntimeError('rows')", Some(Outcome::Succeeds)),
        ("if session.query(T.id).order_by(T.id).count(): op.drop_table('nothing')", Some(Outcome::Succeeds)),
        ("if session.query(T).first(): op.drop_table('nothing')", Some(Outcome::Succeeds)),
        ("if session.execute(session.query(T)).fetchall(): op.drop_table('nothing')", Some(Outcome::Succeeds)),
        ("if sa.inspect(session.query(T)).session.query(T).all(): op.drop_table('nothing')", Some(Outcome::Succeeds)),
        ("session.query(T).one()", Some(Outcome::Fails)),
        // A union, an aggregate and another table may have rows.
        ("if session.query(T).union(session.query(R)).all(): op.drop_table('nothing')", None),
        ("if session.query(sa.func.count(T.id)).scalar(): op.drop_table('nothing')", None),
        ("if session.query(R).all(): op.drop_table('nothing')", None),
        ("session.add(T())\nif session.query(T).all(): op.drop_table('nothing')", None),
    ];
    let before = "from sqlalchemy.orm import Session, declarative_base\nBase = declarative_base()\n\
                  class T(Base):\n    __tablename__ = 't'\n    id = sa.Column(sa.Integer, primary_key=True)\n    b = sa.Column(sa.Integer)\n\
                  class R(Base):\n    __tablename__ = 'r'\n    id = sa.Column(sa.Integer, primary_key=True)\n\
                  session = Session(bind=op.get_bind())\n";
    for (body, expected) in cases {
        let outcome = |dump: &str| {
            let body = format!("{before}{body}");
            let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", &body)], dump, &["a1"]);
            report.prediction.expect("a prediction")
        };
        let found = outcome(&format!("{DUMP}COPY public.t (id, a, b) FROM stdin;\n\\.\n"));
        let undecided = [Outcome::Unknown, Outcome::DependsOnData];
        assert!(
            expected.map_or(undecided.contains(&found.outcome), |expected| found.outcome == expected),
            "{body}: {:?}",
            found.message
        );
        let found = outcome(DUMP);
        assert!(undecided.contains(&found.outcome), "{body}: {:?}", found.message);
    }
}

#[test]
fn what_a_library_may_have_is_no_attribute_error() {
    let files = |body: &str| vec![revision("a1", "None", MADE), revision("a2", "'a1'", body)];
    let outcome = |body: &str| analyze(files(body), DUMP, &["a1"]).prediction.expect("a prediction").outcome;
    assert_eq!(outcome("op.get_bind().dialect.no_such_thing_here"), Outcome::Succeeds);
    assert_eq!(
        outcome("if op.get_bind().dialect.no_such_thing_here:\n    op.execute('DROP TABLE t')"),
        Outcome::Succeeds
    );
    assert_eq!(
        outcome("if op.get_bind().dialect.no_such_thing_here:\n    op.execute('DROP TABLE nope')"),
        Outcome::Unknown
    );
    assert_eq!(outcome("sa.table('t', sa.column('a')).c.b"), Outcome::Fails);
}

/// A dump with data has a `COPY` for each table, even for one without rows; a partitioned table's rows are in its partitions.
#[test]
fn a_partitioned_table_is_as_empty_as_its_partitions() {
    let made = "op.execute('CREATE TABLE p (d date) PARTITION BY RANGE (d)')\n\
        op.execute(\"CREATE TABLE q PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')\")";
    let dump = |row: &str| {
        format!(
            "CREATE TABLE public.p (d date) PARTITION BY RANGE (d);\nCREATE TABLE public.q (d date);\n\
             ALTER TABLE ONLY public.p ATTACH PARTITION public.q FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');\n\
             COPY public.q (d) FROM stdin;\n{row}\\.\n"
        )
    };
    let outcome = |dump: &str| {
        let add = "op.execute('ALTER TABLE p ADD c text NOT NULL')";
        let report = analyze(vec![revision("a1", "None", made), revision("a2", "'a1'", add)], dump, &["a1"]);
        report.prediction.expect("a prediction").outcome
    };
    assert_eq!(outcome(&dump("")), Outcome::Succeeds);
    assert_eq!(outcome(&dump("2020-02-02\n")), Outcome::DependsOnData);
}

#[test]
fn values_that_leave_out_a_needed_column_are_refused() {
    let dump = DUMP.to_string() + "CREATE TABLE public.n (id integer DEFAULT 1 NOT NULL, a text NOT NULL, b text);\n";
    check_dump(&["INSERT INTO n (b) VALUES ('x')"], &dump, Outcome::Fails);
    check_dump(&["INSERT INTO n (a) VALUES ('x')"], &dump, Outcome::Succeeds);
    check_dump(&["INSERT INTO n (b) SELECT a FROM t"], &dump, Outcome::DependsOnData);
    check_dump(&["INSERT INTO n (b) SELECT a FROM t"], &(dump.clone() + EMPTY), Outcome::Succeeds);
    check_dump(&["ALTER TABLE n ALTER a DROP NOT NULL", "INSERT INTO n (b) VALUES ('x')"], &dump, Outcome::Succeeds);
}

/// A table with a name that is taken once, a state of two, and a parent.
const HOUSE: &str = "CREATE TABLE u (id int PRIMARY KEY, name text UNIQUE, state varchar(5) CHECK (state IN ('on', 'off')), \
    size int NOT NULL DEFAULT 1 CHECK (size > 0), up int REFERENCES u (id))";

#[track_caller]
fn refused(insert: &str, sqlstate: &str, message: &str) {
    let body = format!("op.execute(\"{HOUSE}\")\nop.execute(\"{insert}\")");
    let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", &body)], DUMP, &["a1"]);
    let prediction = report.prediction.expect("a prediction");
    assert_eq!(prediction.outcome, Outcome::Fails, "{insert}: {:?}", prediction.message);
    assert_eq!((prediction.sqlstate.as_deref(), prediction.message.as_deref()), (Some(sqlstate), Some(message)));
}

#[test]
fn rows_that_are_written_out_break_what_is_demanded_of_each() {
    refused(
        "INSERT INTO u (id, state) VALUES (1, 'on'), (2, 'of')",
        "23514",
        "new row for relation \"u\" violates check constraint \"u_state_check\"",
    );
    refused(
        "INSERT INTO u (id, size) VALUES (1, 0)",
        "23514",
        "new row for relation \"u\" violates check constraint \"u_size_check\"",
    );
    refused(
        "INSERT INTO u (id, size) VALUES (1, NULL)",
        "23502",
        "null value in column \"size\" of relation \"u\" violates not-null constraint",
    );
    refused(
        "INSERT INTO u (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'a')",
        "23505",
        "duplicate key value violates unique constraint \"u_name_key\"",
    );
    refused(
        "INSERT INTO u (id, up) VALUES (1, 1), (2, 3)",
        "23503",
        "insert or update on table \"u\" violates foreign key constraint \"u_up_fkey\"",
    );
}

#[test]
fn rows_that_are_written_out_may_fulfil_it() {
    let good =
        "INSERT INTO u (id, name, state, up) VALUES (1, 'a', 'on', 1), (2, NULL, NULL, 1), (3, NULL, 'off', DEFAULT)";
    check(&[HOUSE, good], Outcome::Succeeds);
    check(&[HOUSE, good, "INSERT INTO u (id, up) VALUES (4, 3)"], Outcome::Succeeds);
    check(&[HOUSE, good, "DELETE FROM u WHERE id > 1", "INSERT INTO u (id, up) VALUES (4, 3)"], Outcome::DependsOnData);
    check(&[HOUSE, good, "UPDATE u SET id = id + 1", "INSERT INTO u (id, up) VALUES (5, 3)"], Outcome::DependsOnData);
}

#[test]
fn rows_that_are_there_decide_whether_others_can_be_inserted() {
    check(&["INSERT INTO r VALUES (1)"], Outcome::DependsOnData);
    check(&["TRUNCATE r CASCADE", "INSERT INTO r VALUES (1)"], Outcome::Succeeds);
    check(&["INSERT INTO t VALUES (1, 'x', 1)"], Outcome::DependsOnData);
    check(&["INSERT INTO r VALUES (1) ON CONFLICT DO NOTHING"], Outcome::Succeeds);
    // What the cast makes of it is not looked at.
    check(&[HOUSE, "INSERT INTO u (id) VALUES (1), ('2'::numeric)"], Outcome::DependsOnData);
    // The clock decides.
    let clock = "CREATE TABLE c (at timestamptz DEFAULT clock_timestamp() CHECK (at < now()), a int)";
    check(&[clock, "INSERT INTO c (a) VALUES (1)"], Outcome::DependsOnData);
    check(
        &["CREATE TABLE s (id serial PRIMARY KEY, a text)", "INSERT INTO s (a) VALUES ('x'), ('x')"],
        Outcome::Succeeds,
    );
}

#[test]
fn a_session_calls_parameters_params() {
    for library in ["sqlalchemy.orm", "sqlmodel"] {
        let body = format!(
            "from {library} import Session\nsession = Session(bind=op.get_bind())\n\
             session.execute(sa.text('UPDATE t SET a = :a'), params={{'a': 'x'}})\nop.alter_column('t', 'a', nullable=False)"
        );
        let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", &body)], DUMP, &["a1"]);
        let prediction = report.prediction.expect("a prediction");
        assert_eq!(prediction.outcome, Outcome::Succeeds, "{:?}", prediction.message);
    }
}

#[test]
fn what_many_statements_demand_is_said_once() {
    let body = "op.execute('INSERT INTO r VALUES (1)')\nop.execute('INSERT INTO r VALUES (2)')";
    let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", body)], DUMP, &["a1"]);
    let prediction = report.prediction.expect("a prediction");
    assert_eq!(prediction.conditions.len(), 2);
    let message = prediction.message.unwrap_or_default();
    assert_eq!(message, "it succeeds only if no row of public.r has a key in r_pkey that is inserted");
}

#[test]
fn rows_that_may_be_gone_settle_nothing() {
    let good = "INSERT INTO u (id, up) VALUES (1, NULL)";
    let other = "CREATE TABLE o (u int REFERENCES u (id))";
    check(&[HOUSE, other, good, "INSERT INTO o VALUES (1)"], Outcome::Succeeds);
    check(&[HOUSE, other, good, "TRUNCATE r, u CASCADE", "INSERT INTO o VALUES (1)"], Outcome::DependsOnData);
    check(&[HOUSE, good, "INSERT INTO u (id, up) VALUES (2, 9) ON CONFLICT DO NOTHING"], Outcome::DependsOnData);
}

#[test]
fn quotes_in_a_condition_stay_what_they_are() {
    let body = "op.execute(\"DELETE FROM r WHERE id::text = 'it''''s'\")";
    let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", body)], DUMP, &["a1"]);
    let prediction = report.prediction.expect("a prediction");
    let queries: Vec<_> = prediction.conditions.iter().filter_map(|one| one.query.as_deref()).collect();
    let [query] = queries.as_slice() else { panic!("{queries:?}") };
    assert!(query.contains("'it''''s'"), "{query}");
}

/// Which collations `pg_catalog` has beside its own is the server's.
#[test]
fn a_collation_is_the_servers() {
    let adds = |name: &str| format!("ALTER TABLE t ADD c text COLLATE \\\"{name}\\\"");
    check(&[&adds("en_US.utf8")], Outcome::DependsOnData);
    check(&[&adds("C")], Outcome::Succeeds);
    check(&["CREATE TABLE c (a text COLLATE \\\"de-x-icu\\\")"], Outcome::DependsOnData);
    check(&["CREATE INDEX i ON t (a COLLATE \\\"de_DE\\\")"], Outcome::DependsOnData);
    check(&[&adds("latin1_swedish_ci")], Outcome::Fails);
    let used = format!("{DUMP}CREATE TABLE public.o (x text COLLATE pg_catalog.\"en_US.utf8\");\n");
    check_dump(&[&adds("en_US.utf8")], &used, Outcome::Succeeds);
}

/// The types of SQLAlchemy's that bring a length which PostgreSQL does not take, on PostgreSQL 16 and 18.
#[test]
fn lengths_of_types_that_take_none() {
    let says = |column: &str| {
        let body = format!("op.add_column('t', sa.Column('c', {column}))");
        let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", &body)], DUMP, &["a1"]);
        let prediction = report.prediction.expect("a prediction");
        format!("{} {}", prediction.sqlstate.unwrap_or_default(), prediction.message.unwrap_or_default())
    };
    assert_eq!(says("sa.Text(length=65535)"), "42601 type modifier is not allowed for type \"text\"");
    assert_eq!(says("sa.Float(precision=54)"), "22023 precision for type float must be less than 54 bits");
    assert_eq!(says("sa.Numeric(2000, 2)"), "22023 NUMERIC precision 2000 must be between 1 and 1000");
    assert_eq!(says("sa.String(99999999)"), "22023 length for type varchar cannot exceed 10485760");
    let none = "42704 collation \"latin1_swedish_ci\" for encoding \"UTF8\" does not exist";
    assert_eq!(says("sa.String(512, collation='latin1_swedish_ci')"), none);
    assert_eq!(says("sa.Text()"), " ");
}
