//! The smallest projects that showed a wrong answer, with what the real Alembic did to the database (`tests/fixtures/found`).
//!
//! Each file has parts under lines `=== name`: revisions and other files, the dump, `real` (`ok`, or SQLSTATE and message) and `restamp`: the same,
//! or `unknown`, `depends_on_data` where that is all that can be known.

use std::path::Path;

use restamp::report::{InputFile, Outcome};

use crate::small;

struct Case {
    files: Vec<InputFile>,
    dump: String,
    real: String,
    restamp: String,
}

fn read(text: &str) -> Case {
    let mut case = Case { files: Vec::new(), dump: String::new(), real: String::new(), restamp: String::new() };
    for part in text.split("=== ").skip(1) {
        let (name, body) = part.split_once('\n').expect("a name and a body");
        match name {
            "dump.sql" => case.dump = body.to_string(),
            "real" => case.real = body.trim().to_string(),
            "restamp" => case.restamp = body.trim().to_string(),
            path => case.files.push(InputFile { path: path.to_string(), bytes: body.into() }),
        }
    }
    case
}

#[test]
fn what_was_found_stays_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/found");
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let case = read(&std::fs::read_to_string(&path).expect("a text"));
        let prediction = small::analyze(case.files, &case.dump, &[]).prediction.expect("a prediction");
        let said = match prediction.outcome {
            Outcome::Succeeds => "ok".to_string(),
            Outcome::DependsOnData => "depends_on_data".to_string(),
            Outcome::Unknown => "unknown".to_string(),
            Outcome::Fails => {
                let parts = [prediction.sqlstate, prediction.message];
                parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
            }
        };
        count += 1;
        let allowed = [case.real.as_str(), "unknown", "depends_on_data"];
        if said != case.restamp || !allowed.contains(&case.restamp.as_str()) {
            failures.push(format!("{}\n  says {said}\n  not  {}\n  real {}", path.display(), case.restamp, case.real));
        }
    }
    assert!(count > 50, "{count} cases");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A stamp would skip what nobody knows: it is never recommended, and the place is not behind it.
#[test]
fn no_stamp_passes_over_what_is_not_known() {
    let dump = "CREATE TABLE public.one (id integer);\n";
    let files = || {
        vec![
            small::revision("a1", "None", "op.create_table('one', sa.Column('id', sa.Integer))"),
            small::revision("a2", "'a1'", "from elsewhere import build\nbuild(op, 'two')"),
        ]
    };
    for stamped in [&["a1"][..], &[]] {
        let report = small::plan(files(), dump, stamped);
        assert_eq!(report.located.expect("a place").revisions, ["a1"]);
        let over = report.plans.iter().find(|plan| plan.to == ["a2"]).expect("the plan is shown");
        assert!(!over.recommended && over.barred.iter().any(|why| why.contains("a2")), "{:?}", over.barred);
    }
}

/// Nor over an operation of which only a part is not known, on a table that is.
#[test]
fn no_stamp_passes_over_an_operation_that_is_not_known() {
    let dump = "CREATE TABLE public.item (id integer);\n";
    for operation in [
        "op.create_index(KIND, 'item', ['id'], unique=True)",
        "op.create_index('i', 'item', KIND)",
        "op.add_column('item', KIND)",
        "op.drop_column('item', KIND)",
        "op.create_unique_constraint(KIND, 'item', ['id'])",
        "op.create_check_constraint('c', 'item', KIND)",
        "op.alter_column('item', KIND, nullable=True)",
    ] {
        let files = vec![
            small::revision("a1", "None", "op.create_table('item', sa.Column('id', sa.Integer))"),
            small::revision("a2", "'a1'", &format!("from shop.names import KIND\n{operation}")),
        ];
        let report = small::plan(files, dump, &["a1"]);
        let stamp = report.plans.iter().find(|plan| plan.to == ["a2"]);
        assert!(stamp.is_none_or(|plan| !plan.recommended), "{operation}: {}", report.verdict.sentence);
    }
}
