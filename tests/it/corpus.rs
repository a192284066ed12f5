//! Real projects against recordings of their databases: no false difference, every snapshot at its place, and what the real
//! `alembic upgrade heads` did on random drifts.

use std::io::Read;
use std::path::{Path, PathBuf};

use restamp::alembic::project::is_wanted;
use restamp::report::{Input, InputFile, Options, Outcome, Report};
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All wanted files of a project's package; `tests/oracle/fetch.py` puts it there.
fn package(name: &str) -> Vec<InputFile> {
    let folder = root().join("target/corpus").join(name);
    assert!(folder.exists(), "{} is not there: run scripts/setup.sh", folder.display());
    let mut files = Vec::new();
    walk(&folder, "", &mut files);
    files
}

fn walk(folder: &Path, below: &str, files: &mut Vec<InputFile>) {
    for entry in std::fs::read_dir(folder).expect("readable folder") {
        let entry = entry.expect("readable folder");
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{path}/"), files);
        } else if is_wanted(&path) {
            files.push(InputFile { bytes: std::fs::read(entry.path()).expect("readable file"), path });
        }
    }
}

fn gunzip(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).expect("recording");
    flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).expect("recording");
    bytes
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("recording")).expect("recording")
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(String::from)).collect()
}

struct Recorded {
    folder: PathBuf,
    project: Value,
    files: Vec<InputFile>,
}

impl Recorded {
    fn new(name: &str) -> Recorded {
        let folder = root().join("tests/corpus").join(name);
        Recorded { project: json(&folder.join("project.json")), files: package(name), folder }
    }

    fn analyze(&self, dump: Vec<u8>, stamped: Vec<String>) -> Report {
        let location = self.project["version_locations"][0].as_str().map(String::from);
        let input = Input {
            files: self.files.clone(),
            dump: Some(InputFile { path: "dump.sql".into(), bytes: dump }),
            stamped: Some(stamped),
            options: Options {
                environment: location,
                target: self.project["target"].as_str().map(String::from),
                ..Options::default()
            },
            ..Input::default()
        };
        restamp::analyze(&input, &mut |_| ())
    }

    /// Each snapshot: its name, its dump, the rows that it was recorded with.
    fn snapshots(&self) -> Vec<(String, Vec<u8>, Vec<String>)> {
        let mut all = vec![(
            "head".to_string(),
            gunzip(&self.folder.join("head.sql.gz")),
            strings(&self.project["version_rows_at_head"]),
        )];
        for revision in strings(&self.project["snapshots"]) {
            let dump = gunzip(&self.folder.join(format!("at_{revision}.sql.gz")));
            all.push((format!("at {revision}"), dump, vec![revision]));
        }
        all
    }
}

fn same(left: &[String], right: &[String]) -> bool {
    let (mut left, mut right) = (left.to_vec(), right.to_vec());
    left.sort();
    right.sort();
    left == right
}

/// No false difference, and each snapshot at its place.
#[track_caller]
fn snapshots_agree(name: &str) {
    let recorded = Recorded::new(name);
    let mut failures = Vec::new();
    for (snapshot, dump, rows) in recorded.snapshots() {
        let report = recorded.analyze(dump, rows.clone());
        for entry in &report.drift {
            if entry.counts {
                failures.push(format!("{name} {snapshot}: {entry:?}"));
            }
        }
        let located = report.located.as_ref().expect("a place");
        if !located.exact
            || !(same(&located.revisions, &rows) || located.same_schema.iter().any(|state| same(state, &rows)))
        {
            failures.push(format!("{name} {snapshot}: placed at {:?}, {}", located.revisions, report.verdict.sentence));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures[..failures.len().min(10)].join("\n"));
}

/// What the real upgrade did on drifted databases.
#[track_caller]
fn predictions_agree(name: &str) {
    let recorded = Recorded::new(name);
    let mut failures = Vec::new();
    let mut count = 0;
    for number in 0.. {
        let path = recorded.folder.join(format!("drifts/{number:02}.json"));
        if !path.exists() {
            break;
        }
        count += 1;
        let drift = json(&path);
        let report = recorded.analyze(gunzip(&path.with_extension("sql.gz")), strings(&drift["stamped"]));
        let ours = report.prediction.expect("a prediction");
        let real = &drift["outcome"];
        let agrees = match ours.outcome {
            // The recorded databases hold no rows, so a condition on rows is always fulfilled.
            Outcome::Succeeds | Outcome::DependsOnData => real["ok"] == Value::Bool(true),
            Outcome::Fails => {
                real["ok"] == Value::Bool(false)
                    && real["sqlstate"].as_str() == ours.sqlstate.as_deref()
                    && (real["message"].is_null() || real["message"].as_str() == ours.message.as_deref())
                    && (real["revision"].is_null() || real["revision"].as_str() == ours.revision.as_deref())
            }
            Outcome::Unknown => true,
        };
        if !agrees {
            failures.push(format!("{name} {number:02}: really {real}\n  here {ours:?}"));
        }
    }
    assert!(count > 0, "no drifts of {name}");
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}

macro_rules! agree {
    ($($project:ident),*) => {
        $(mod $project {
            #[test]
            fn snapshots() {
                super::snapshots_agree(stringify!($project));
            }

            #[test]
            fn predictions() {
                super::predictions_agree(stringify!($project));
            }
        })*
    };
}

agree!(optuna, ckan, skyvern);
