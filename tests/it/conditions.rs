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
    let body: Vec<String> = statements.iter().map(|sql| format!("op.execute(\"{sql}\")")).collect();
    let report = analyze(vec![revision("a1", "None", MADE), revision("a2", "'a1'", &body.join("\n"))], DUMP, &["a1"]);
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
fn keys_demand_what_is_not_known_already() {
    check(&["ALTER TABLE t ADD UNIQUE (a)"], Outcome::DependsOnData);
    check(&["CREATE UNIQUE INDEX i ON t (a)"], Outcome::DependsOnData);
    check(&["ALTER TABLE t ADD c text DEFAULT 'x' UNIQUE"], Outcome::DependsOnData);
    check(&["ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES r (id)"], Outcome::DependsOnData);
    check(&["ALTER TABLE t ADD UNIQUE (a, id)"], Outcome::Succeeds);
    check(&["ALTER TABLE t ADD c text", "CREATE UNIQUE INDEX i ON t (c)"], Outcome::Succeeds);
    check(&["ALTER TABLE t ADD CONSTRAINT again FOREIGN KEY (b) REFERENCES r (id)"], Outcome::Succeeds);
    check(&["ALTER TABLE t ADD c int", "ALTER TABLE t ADD FOREIGN KEY (c) REFERENCES r (id)"], Outcome::Succeeds);
}
