//! What the database has answered to `check.sql`: what it settles, and what it cannot. `tests/oracle/test_answers.py` has the same from
//! real servers.

use restamp::predict::answers::key;
use restamp::report::{DataStepState, Input, InputFile, Options, Outcome, Report, Situation};

use crate::small::revision;

const DUMP: &str = "-- Dumped from database version 14.1\n\
    CREATE TABLE public.t (id integer NOT NULL, a text, b integer);\n\
    CREATE TABLE public.r (id integer NOT NULL);\n\
    ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n\
    ALTER TABLE ONLY public.r ADD CONSTRAINT r_pkey PRIMARY KEY (id);\n";
const MADE: &str = "op.execute('CREATE TABLE t (id int PRIMARY KEY, a text, b int)')\n\
    op.execute('CREATE TABLE r (id int PRIMARY KEY)')";
const NULLS: &str = "SELECT count(*) FROM public.t WHERE a IS NULL";
const NO_ROW: &str = "SELECT count(*) FROM public.t";
const TWINS: &str = "SELECT count(*) - count(DISTINCT ROW(b)) FROM public.t WHERE b IS NOT NULL";

fn answers(list: &[(&str, u64)]) -> String {
    list.iter().map(|(query, count)| format!(" restamp-answer {} = {count}\n", key(query))).collect()
}

fn analyze(statements: &[&str], dump: &str, pasted: Option<&str>) -> Report {
    let body: Vec<String> = statements.iter().map(|sql| format!("op.execute(\"{sql}\")")).collect();
    let pasted = pasted.map(|text| InputFile { path: "answers.txt".into(), bytes: text.into() });
    analyze_files(vec![revision("a1", "None", MADE), revision("a2", "'a1'", &body.join("\n"))], dump, pasted)
}

fn analyze_files(files: Vec<InputFile>, dump: &str, answers: Option<InputFile>) -> Report {
    let input = Input {
        files,
        dump: Some(InputFile { path: "dump.sql".into(), bytes: dump.into() }),
        stamped: Some(vec!["a1".into()]),
        answers,
        options: Options::default(),
        ..Input::default()
    };
    restamp::analyze(&input, &mut |_| ())
}

#[track_caller]
fn check(statements: &[&str], list: &[(&str, u64)], expected: Outcome) -> Report {
    let report = analyze(statements, DUMP, Some(&answers(list)));
    let prediction = report.prediction.as_ref().expect("a prediction");
    assert_eq!(prediction.outcome, expected, "{statements:?}: {:?}", prediction.message);
    report
}

fn codes(report: &Report) -> Vec<&str> {
    report.diagnostics.iter().map(|one| one.code.as_str()).filter(|code| code.starts_with("answers")).collect()
}

const FILLED: &str = "ALTER TABLE t ALTER a SET NOT NULL";
const UNIQUE: &str = "ALTER TABLE t ADD CONSTRAINT one UNIQUE (b)";

/// Roles are the cluster's: a dump of one database lists none.
#[test]
fn roles_and_extensions_are_the_servers() {
    const ROLE: &str = "SELECT 1 - count(*) FROM pg_catalog.pg_roles WHERE rolname = 'app'";
    const VECTOR: &str = "SELECT 1 - count(*) FROM pg_catalog.pg_available_extensions WHERE name = 'vector'";
    let (grant, extension) = ("GRANT SELECT ON t TO app", "CREATE EXTENSION IF NOT EXISTS vector");
    check(&[grant], &[], Outcome::DependsOnData);
    check(&[grant, extension], &[(ROLE, 0), (VECTOR, 0)], Outcome::Succeeds);
    for (statement, query, sqlstate, message) in [
        (grant, ROLE, "42704", "role \"app\" does not exist"),
        ("ALTER TABLE t OWNER TO app", ROLE, "42704", "role \"app\" does not exist"),
    ] {
        let prediction = check(&[statement], &[(query, 1)], Outcome::Fails).prediction.expect("a prediction");
        assert_eq!((prediction.sqlstate.as_deref(), prediction.message.as_deref()), (Some(sqlstate), Some(message)));
    }
    // PostgreSQL says so since 15; before, its message has a path of the server's.
    let missing = |dump: &str| {
        let pasted = answers(&[(VECTOR, 1)]);
        let prediction = analyze(&[extension], dump, Some(&pasted)).prediction.expect("a prediction");
        (prediction.outcome, prediction.sqlstate)
    };
    assert_eq!(missing(DUMP), (Outcome::DependsOnData, None));
    assert_eq!(missing(&DUMP.replace("14.1", "16.4")), (Outcome::Fails, Some("0A000".to_string())));
}

#[test]
fn what_is_answered_is_settled() {
    let report = check(&[FILLED, UNIQUE], &[(NULLS, 0), (TWINS, 0)], Outcome::Succeeds);
    assert_eq!(report.verdict.situation, Situation::Healthy);
    assert!(report.prediction.as_ref().is_some_and(|prediction| prediction.conditions.is_empty()));
    assert!(codes(&report).is_empty());
    // It may be asked again before the upgrade.
    assert!(report.check_sql.contains(&key(NULLS)) && report.check_sql.contains(&key(TWINS)));

    let report = check(&[FILLED, UNIQUE], &[(NULLS, 0), (TWINS, 3)], Outcome::Fails);
    let prediction = report.prediction.as_ref().expect("a prediction");
    assert_eq!(prediction.sqlstate.as_deref(), Some("23505"));
    assert_eq!(prediction.message.as_deref(), Some("could not create unique index \"one\""));
    assert_eq!((prediction.file.as_deref(), prediction.line), (Some("versions/a2.py"), Some(9)));
    assert_eq!(prediction.statement.as_deref(), Some(UNIQUE));
    assert_eq!(prediction.conditions.iter().map(|one| one.answer).collect::<Vec<_>>(), [Some(3)]);
    assert!(report.verdict.sentence.contains("fails at versions/a2.py:9 (23505)"), "{}", report.verdict.sentence);
}

#[test]
fn what_is_not_answered_stays_open() {
    let report = check(&[FILLED, UNIQUE], &[(NULLS, 0)], Outcome::DependsOnData);
    assert_eq!(report.prediction.as_ref().map(|prediction| prediction.conditions.len()), Some(1));
    // It may fail before.
    let report = check(&[FILLED, UNIQUE], &[(TWINS, 3)], Outcome::DependsOnData);
    assert_eq!(report.prediction.as_ref().map(|prediction| prediction.conditions.len()), Some(2));
    assert!(report.verdict.sentence.contains("Run check.sql"), "{}", report.verdict.sentence);
}

#[test]
fn a_table_without_rows_settles_all_that_is_asked_of_it() {
    let add = "ALTER TABLE t ADD c text NOT NULL";
    check(&[add, FILLED, UNIQUE], &[(NO_ROW, 0)], Outcome::Succeeds);
    check(&[add, FILLED, UNIQUE], &[(NO_ROW, 1)], Outcome::Fails);
    check(&["INSERT INTO t (id) VALUES (1)", add], &[(NO_ROW, 0)], Outcome::DependsOnData);
}

#[test]
fn what_the_run_changes_before_is_not_settled() {
    for (statements, query) in [
        (vec!["UPDATE t SET a = NULL WHERE b > 1", FILLED], NULLS),
        (vec!["ALTER TABLE t DROP a", "ALTER TABLE t ADD a text", "UPDATE t SET a = b::text", FILLED], NULLS),
        (vec!["ALTER TABLE t DROP a, ADD a text, ALTER a SET NOT NULL"], NULLS),
        (vec!["INSERT INTO t (id, b) SELECT id, id FROM r", UNIQUE], TWINS),
        (vec!["DELETE FROM t WHERE b = 1", UNIQUE], TWINS),
        (vec!["ALTER TABLE t ALTER b TYPE int USING b % 2", UNIQUE], TWINS),
        (vec!["ALTER TABLE t RENAME a TO c", "ALTER TABLE t RENAME b TO a", FILLED], NULLS),
        (
            vec!["ALTER TABLE t RENAME TO o", "ALTER TABLE r RENAME TO t", "ALTER TABLE t ADD c text NOT NULL"],
            "SELECT count(*) FROM public.t",
        ),
    ] {
        for count in [0, 2] {
            let report = analyze(&statements, DUMP, Some(&answers(&[(query, count)])));
            let prediction = report.prediction.as_ref().expect("a prediction");
            assert_eq!(prediction.outcome, Outcome::DependsOnData, "{statements:?} {count}: {:?}", prediction.message);
            assert!(prediction.conditions.iter().all(|one| one.query.as_deref() != Some(query)), "{statements:?}");
        }
    }
    // Other columns and other tables do not matter.
    check(&["UPDATE t SET b = 1", "INSERT INTO r SELECT 1 WHERE false", FILLED], &[(NULLS, 0)], Outcome::Succeeds);
    let other = "SELECT count(*) FROM public.r";
    check(
        &["ALTER TABLE t RENAME TO o", "ALTER TABLE r RENAME TO t", "ALTER TABLE t ADD c text NOT NULL"],
        &[(other, 2)],
        Outcome::Fails,
    );
    check(&["ALTER TABLE t RENAME b TO c", "ALTER TABLE t ADD d int", FILLED], &[(NULLS, 1)], Outcome::Fails);
}

#[test]
fn a_statement_that_does_nothing_demands_nothing() {
    check(&["ALTER TABLE t ADD IF NOT EXISTS a text NOT NULL"], &[(NO_ROW, 2)], Outcome::Succeeds);
    check(&["CREATE UNIQUE INDEX IF NOT EXISTS r_pkey ON t (b)"], &[(TWINS, 2)], Outcome::Succeeds);
    check(&["ALTER TABLE t ADD CHECK (b > 0) NOT ENFORCED"], &[], Outcome::Succeeds);
}

#[test]
fn an_error_that_python_catches_does_not_end_it() {
    let body = "try:\n    with op.get_bind().begin_nested():\n        op.execute('ALTER TABLE t ALTER a SET NOT NULL')\n\
        except sa.exc.IntegrityError:\n    op.execute('DROP TABLE r')\nop.execute('SELECT id FROM r')";
    let files = vec![revision("a1", "None", MADE), revision("a2", "'a1'", body)];
    let outcome = |count: u64| {
        let pasted = InputFile { path: "pasted".into(), bytes: answers(&[(NULLS, count)]).into() };
        analyze_files(files.clone(), DUMP, Some(pasted)).prediction.expect("a prediction")
    };
    assert_eq!(outcome(0).outcome, Outcome::Succeeds);
    let failed = outcome(1);
    assert_eq!((failed.outcome, failed.sqlstate.as_deref()), (Outcome::Fails, Some("42P01")), "{:?}", failed.message);
}

#[test]
fn a_plan_knows_what_was_answered() {
    // The row is ahead of the schema: the fix makes the column, and rows may stop it.
    let files =
        || vec![revision("a1", "None", &format!("{MADE}\nop.execute('ALTER TABLE t ADD CONSTRAINT one UNIQUE (b)')"))];
    let with = |text: Option<String>| {
        let pasted = text.map(|text| InputFile { path: "pasted".into(), bytes: text.into() });
        analyze_files(files(), DUMP, pasted)
    };
    let open = with(None);
    let plan = open.plans.iter().find(|plan| plan.recommended).expect("a plan");
    assert!(plan.check_sql.contains(&format!("restamp-answer {} = ", key(TWINS))), "{}", plan.check_sql);
    assert!(plan.check_sql.contains("c.relname) IN (('public', 't'))"), "{}", plan.check_sql);
    assert!(with(Some(answers(&[(TWINS, 0)]))).plans.iter().any(|plan| plan.recommended));
    let broken = with(Some(answers(&[(TWINS, 2)])));
    assert!(!broken.plans.iter().any(|plan| plan.recommended));
    let barred: Vec<&String> = broken.plans.iter().flat_map(|plan| &plan.barred).collect();
    assert!(barred.iter().any(|why| why.contains("could not create unique index \"one\" (23505)")), "{barred:?}");
}

#[test]
fn a_check_is_there_without_a_plan() {
    let report = analyze(&[FILLED], DUMP, None);
    let files = report.files(None);
    let check = files.iter().find(|file| file.name == "check.sql").expect("check.sql");
    for words in [
        "BEGIN TRANSACTION READ ONLY;",
        "-- t.a holds no NULL (23502)",
        &key(NULLS),
        "row_security = off",
        "indisvalid",
    ] {
        assert!(check.text.contains(words), "{words}: {}", check.text);
    }
    assert!(!check.text.lines().any(|line| line.starts_with('\\')), "no meta-commands");
    let none = analyze(&["ALTER TABLE t ADD c text"], DUMP, None);
    assert!(none.check_sql.is_empty());
}

#[test]
fn unusable_answers_are_said() {
    let cases = [
        ("", "answers-none"),
        ("ERROR:  relation does not exist\n", "answers-none"),
        ("(1 row)\n", "answers-none"),
        (&analyze(&[FILLED], DUMP, None).check_sql, "answers-none"),
        ("restamp-answer 1f2e3d4c5b6a7988 =\n", "answers-garbled"),
        ("restamp-answer 1f2e3d4c5b6a7988 = 0\nrestamp-answer 1f2e3d4c5b6a7988 = 4\n", "answers-contradictory"),
        ("restamp-answer 1f2e3d4c5b6a7988 = 0\n", "answers-unknown"),
    ];
    for (text, code) in cases {
        let report = analyze(&[FILLED], DUMP, Some(text));
        assert!(codes(&report).contains(&code), "{text}: {:?}", report.diagnostics);
        assert!(report.diagnostics.iter().all(|one| !one.code.starts_with("answers") || one.help.is_some()));
        let prediction = report.prediction.expect("a prediction");
        assert_eq!(prediction.outcome, Outcome::DependsOnData, "{text}");
    }
}

#[test]
fn facts_are_told() {
    let pasted = "restamp-answer server-version = [180001]\nrestamp-answer role = [deploy]\nrestamp-answer superuser = [false]\n\
        restamp-answer search-path = [app, public]\nrestamp-answer setting = []\n\
        restamp-answer invalid-index = [public.i of public.t]\n\
        restamp-answer owner = [public.r belongs to deploy; public.t belongs to postgres, which this role may not act as]\n";
    let body =
        "version = op.get_bind().dialect.server_version_info\nif version >= (18,):\n    op.execute('DROP TABLE r')";
    let files =
        vec![revision("a1", "None", MADE), revision("a2", "'a1'", &format!("{body}\nop.execute('SELECT id FROM r')"))];
    let with = |text: &str| {
        let pasted = InputFile { path: "pasted".into(), bytes: text.into() };
        analyze_files(files.clone(), DUMP, Some(pasted))
    };
    assert_eq!(with("").prediction.map(|one| one.outcome), Some(Outcome::Succeeds));
    let report = with(pasted);
    assert_eq!(report.prediction.map(|one| one.outcome), Some(Outcome::Fails));
    let facts = report.verdict.facts.join(" ");
    for words in [
        "deploy, no superuser",
        "search_path of who ran check.sql is app, public",
        "public.i of public.t",
        "public.t belongs to postgres",
    ] {
        assert!(facts.contains(words), "{words}: {facts}");
    }
    assert!(!facts.contains("belongs to deploy") && !facts.contains("Settings"), "{facts}");
}

/// The dump does not show it, and the revision that makes one fails on its name.
#[test]
fn an_invalid_index_takes_its_name() {
    let files = vec![
        revision("a1", "None", "op.create_table('t', sa.Column('n', sa.Integer()))"),
        revision("a2", "'a1'", "op.create_index('i', 't', ['n'])"),
    ];
    let dump = "CREATE TABLE public.alembic_version (version_num character varying(32) NOT NULL);\n\
                CREATE TABLE public.t (n integer);\n";
    let input = |answers: &str| Input {
        files: files.clone(),
        dump: Some(InputFile { path: "dump.sql".into(), bytes: dump.into() }),
        stamped: Some(vec!["a1".into()]),
        answers: Some(InputFile { path: "answers".into(), bytes: answers.into() }),
        ..Input::default()
    };
    let analyse = |answers: &str| restamp::analyze(&input(answers), &mut |_| ());
    let found = analyse("restamp-answer invalid-index = [public.i of public.t]\n");
    let prediction = found.prediction.as_ref().expect("there is a dump");
    assert_eq!(prediction.sqlstate.as_deref(), Some("42P07"));
    let plan = found.plans.iter().find(|plan| plan.recommended).expect("it is dropped");
    assert!(plan.fix_sql.contains("DROP INDEX public.i") && plan.fix_sql.contains("NOT i.indisvalid"));
    // What no revision makes is not the project's to drop.
    let other = analyse("restamp-answer invalid-index = [public.j of public.t]\n");
    assert_eq!(other.prediction.map(|prediction| prediction.outcome), Some(Outcome::Succeeds));
    assert!(other.plans.iter().all(|plan| !plan.fix_sql.contains("DROP INDEX public.j")));
    let none = analyse("restamp-answer invalid-index = []\n");
    assert_eq!(none.prediction.map(|prediction| prediction.outcome), Some(Outcome::Succeeds));
}

/// The revision's table is there, and the row does not say that it ran.
fn skipped(body: &str, more: &str, list: &[(&str, u64)]) -> Report {
    let pasted = InputFile { path: "pasted".into(), bytes: answers(list).into() };
    let files = vec![revision("a1", "None", MADE), revision("a2", "'a1'", body)];
    analyze_files(files, &format!("{DUMP}{more}"), (!list.is_empty()).then_some(pasted))
}

fn reasons(report: &Report) -> String {
    assert!(!report.plans.iter().any(|plan| plan.recommended));
    report.plans.iter().flat_map(|plan| plan.barred.clone()).collect::<Vec<_>>().join("\n")
}

/// `tests/oracle/test_unproven.py` asks real servers.
#[test]
fn a_step_of_which_nothing_is_left_bars_no_plan() {
    const SIGN: &str = "CREATE TABLE public.sign (i integer);\n";
    const LEFT: &str = "SELECT count(*) FROM public.t WHERE (b IS NULL) AND a IS DISTINCT FROM CAST('x' AS text)";
    let body = "op.execute(\"UPDATE t SET a = 'x' WHERE b IS NULL\")\nop.execute('CREATE TABLE sign (i int)')";
    let open = skipped(body, SIGN, &[]);
    assert!(
        reasons(&open).contains("a data step of a2, and a schema cannot show that it ran; check.sql asks how much")
    );
    let check = open.files(open.plan()).into_iter().find(|file| file.name == "check.sql").expect("check.sql");
    assert!(check.text.contains(&key(LEFT)), "{}", check.text);
    assert!(check.text.contains("What is left of a data step of a2 at versions/a2.py:8, which"), "{}", check.text);
    let done = skipped(body, SIGN, &[(LEFT, 0)]);
    let plan = done.plans.iter().find(|plan| plan.recommended).expect("a plan");
    assert_eq!((plan.to.join(" "), plan.data_steps[0].state), ("a2".to_string(), DataStepState::NothingLeft));
    assert!(!done.verdict.facts.iter().any(|fact| fact.contains("cannot be proven")), "{:?}", done.verdict.facts);
    let left = skipped(body, SIGN, &[(LEFT, 3)]);
    assert!(reasons(&left).contains("3 row(s) are still to be changed: it has not run, or they were changed since"));
}

#[test]
fn a_half_applied_revision_is_completed_where_nothing_of_its_step_is_left() {
    const LEFT: &str = "SELECT count(*) FROM public.t WHERE b = 7";
    let made = "op.execute('CREATE TABLE s (i int)')\nop.execute('DELETE FROM t WHERE b = 7')\n";
    let body = format!("{made}op.execute('CREATE TABLE o (i int)')");
    let there = "CREATE TABLE public.s (i integer);\n";
    assert!(reasons(&skipped(&body, there, &[])).contains("of a half applied revision may have run already"));
    assert!(reasons(&skipped(&body, there, &[(LEFT, 2)])).contains("2 row(s) that it deletes are there"));
    let done = skipped(&body, there, &[(LEFT, 0)]);
    let plan = done.plans.iter().find(|plan| plan.recommended).expect("a plan");
    assert!(plan.fix_sql.contains("CREATE TABLE o") && !plan.fix_sql.contains("DELETE FROM t"), "{}", plan.fix_sql);
}

#[test]
fn what_cannot_be_asked_of_a_step_is_said_with_its_place() {
    let sign = "CREATE TABLE public.sign (i integer);\n";
    for (step, why) in [
        ("UPDATE t SET a = now()::text", "it calls now"),
        ("UPDATE t SET b = r.id FROM r WHERE r.id = t.id", "it reads other tables"),
        ("UPDATE t SET b = (SELECT max(id) FROM r)", "it reads other rows"),
        ("INSERT INTO t (id) SELECT id FROM r", "it does not write its rows out"),
        ("INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET b = 1", "it changes rows that are there"),
    ] {
        let body = format!("op.execute('{step}')\nop.execute('CREATE TABLE sign (i int)')");
        let report = skipped(&body, sign, &[]);
        assert!(
            reasons(&report).contains(&format!("check.sql cannot ask for it: {why}")),
            "{step}: {}",
            reasons(&report)
        );
        let stamp = report.plans.iter().find(|plan| !plan.data_steps.is_empty()).expect("a plan");
        assert!(stamp.check_sql.contains("Cannot be asked now: what is left of a data step of a2 at versions/a2.py:8"));
    }
}

#[test]
fn a_collation_is_asked_for() {
    let query = "SELECT count(*) FROM (SELECT 1) AS one WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_collation WHERE \
                 collname = 'en_US.utf8' AND collencoding IN (-1, pg_catalog.pg_char_to_encoding(pg_catalog.getdatabaseencoding())))";
    for statement in
        ["ALTER TABLE t ADD c text COLLATE \\\"en_US.utf8\\\"", "CREATE TABLE c (a text COLLATE \\\"en_US.utf8\\\")"]
    {
        check(&[statement], &[(query, 0)], Outcome::Succeeds);
        let report = check(&[statement], &[(query, 1)], Outcome::Fails);
        let prediction = report.prediction.expect("a prediction");
        assert_eq!(prediction.sqlstate.as_deref(), Some("42704"));
        let message = "collation \"en_US.utf8\" for encoding \"UTF8\" does not exist";
        assert_eq!(prediction.message.as_deref(), Some(message));
    }
}
