//! Which place is named: of a failure, and of a database that fits several.

use restamp::report::{Input, InputFile, Options, Outcome};

use crate::small::{analyze, revision};

/// Alembic's traceback ends in the file of the revision whose function was called (seen with superset 6.1).
#[test]
fn a_failure_in_what_another_revision_defines_is_shown_there() {
    let mut a = revision("a", "None", "op.execute('CREATE TABLE t (id int)')");
    a.bytes.extend(b"\ndef drop():\n    op.execute('DROP TABLE t')\n");
    let b = revision("b", "'a'", "import importlib\nimportlib.import_module('versions.a').drop()");
    let prediction =
        analyze(vec![a, b], "CREATE TABLE public.s (id integer);\n", &["a"]).prediction.expect("a prediction");
    assert_eq!(prediction.outcome, Outcome::Fails);
    assert_eq!(prediction.revision.as_deref(), Some("b"));
    assert_eq!(prediction.file.as_deref(), Some("versions/a.py"));
    assert!(prediction.excerpt.expect("lines").lines.iter().any(|line| line.contains("DROP TABLE t")));
}

/// What another type makes of a column is not known without the type: the database is at `a`, or at `b`.
#[test]
fn states_that_may_have_the_schema_are_told_from_those_that_have_it() {
    let files = vec![
        revision("a", "None", "op.create_table('t', sa.Column('at', sa.DateTime()))"),
        revision("b", "'a'", "from elsewhere import Type\nop.alter_column('t', 'at', type_=Type())"),
        revision("c", "'b'", "op.execute('SELECT 1')"),
    ];
    let report = analyze(files, "CREATE TABLE public.t (at timestamp without time zone);\n", &["a"]);
    let located = report.located.expect("a place");
    assert_eq!((located.revisions, located.exact), (vec!["a".to_string()], true));
    assert_eq!(located.same_schema, Vec::<Vec<String>>::new());
    assert_eq!(located.may_be, [["b"], ["c"]]);
}

/// What a revision takes away, and what then runs in a text that is not known may make again, is no extra.
#[test]
fn what_may_have_been_made_again_is_not_extra() {
    let body = |after: &str| {
        let run = "labels = op.get_bind().execute(sa.text('SELECT unnest(enum_range(NULL::family_old))')).fetchall()\n\
                   op.execute('CREATE TYPE family AS ENUM (' + ', '.join(f\"'{label[0]}'\" for label in labels) + ')')";
        let take = "op.execute('ALTER TYPE family RENAME TO family_old')";
        let drop = "op.execute('DROP TYPE family_old')";
        let lines = if after == "taken" { [take, run, drop] } else { [run, take, drop] };
        format!("op.add_column('t', sa.Column('more', sa.Text()))\n{}", lines.join("\n"))
    };
    let dump = "CREATE TYPE public.family AS ENUM ('a', 'b');\nCREATE TABLE public.t (id integer, more text);\n";
    let change = |after: &str| {
        let first = "op.create_table('t', sa.Column('id', sa.Integer))";
        let files = vec![revision("a", "None", first), revision("b", "'a'", &body(after))];
        let drift = analyze(files, dump, &["b"]).drift;
        drift.into_iter().find(|drift| drift.object.name == "family").expect("the type").change
    };
    assert_eq!(change("taken"), restamp::report::Change::Uncompared);
    assert_eq!(change("before"), restamp::report::Change::Extra);
}

#[test]
fn a_version_table_whose_name_nothing_tells_is_the_one_of_its_form() {
    let env = "from alembic import context\nconfig = context.config\ndef run():\n    context.configure(connection=c, \
               target_metadata=None, version_table=config.get_section_option('db', 'table'))\n    context.run_migrations()\nrun()\n";
    let ask = |tables: &[&str], stamped: Option<&str>, told: Option<&str>| {
        let table = |name: &&str| {
            format!(
                "CREATE TABLE public.{name} (version_num character varying(32) NOT NULL);\n\
                 COPY public.{name} (version_num) FROM stdin;\na1\n\\.\n"
            )
        };
        let dump = format!("CREATE TABLE public.t (x integer);\n{}", tables.iter().map(table).collect::<String>());
        let body = |column: &str| format!("op.add_column('t', sa.Column('{column}', sa.Integer))");
        let made = "op.create_table('t', sa.Column('x', sa.Integer))";
        let env = InputFile { path: "env.py".into(), bytes: env.into() };
        let input = Input {
            files: vec![env, revision("a1", "None", made), revision("a2", "'a1'", &body("y"))],
            dump: Some(InputFile { path: "dump.sql".into(), bytes: dump.into() }),
            stamped: stamped.map(|row| vec![row.to_string()]),
            options: Options { version_table: told.map(str::to_string), ..Options::default() },
            ..Input::default()
        };
        restamp::analyze(&input, &mut |_| ())
    };
    let rows = |report: &restamp::report::Report| report.stamped.as_ref().map(|stamped| stamped.revisions.clone());
    let a1 = || Some(vec!["a1".to_string()]);
    let one = ask(&["migrations_done"], None, None);
    assert_eq!(rows(&one), a1());
    assert!(one.plans.iter().any(|plan| plan.recommended), "{:?}", one.verdict);
    // Which of two it is nothing tells, and a script must not stamp the other one.
    let two = ask(&["one", "two"], None, None);
    assert_eq!((rows(&two), two.plans.len()), (None, 0));
    assert!(
        two.diagnostics.iter().any(|diagnostic| diagnostic.message.contains("one, public.two")),
        "{:?}",
        two.diagnostics
    );
    assert_eq!(ask(&["one", "two"], Some("a1"), None).plans.len(), 0);
    let told = ask(&["one", "two"], None, Some("two"));
    assert_eq!(rows(&told), a1());
    // A part of a dump that holds none says nothing about the rows.
    assert_eq!(rows(&ask(&[], None, None)), None);
}
