//! Real projects: the files of their packages, and recordings of their databases.

mod changes;

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

pub use changes::Judge;
use restamp::alembic::project::is_wanted;
use restamp::report::{Input, InputFile, Options, Outcome, Prediction, Report};
use serde_json::Value;

/// The checkout: cargo names it, and a program that is run without cargo may name another one.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into()).into()
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

/// A project with its recordings in `tests/corpus/<name>`.
pub struct Recorded {
    folder: PathBuf,
    project: Value,
    files: Vec<InputFile>,
}

/// A database that nobody touched.
pub struct Snapshot {
    pub name: String,
    pub dump: Vec<u8>,
    pub rows: Vec<String>,
    /// What the real `alembic upgrade heads` does to a database that has this schema and no rows; not of all it is recorded.
    pub outcome: Option<Value>,
    /// What is recorded of the states whose real dumps are the same as this one's.
    pub tie: Option<Tie>,
}

/// Which states have the schema of one.
pub struct Tie {
    /// Those that have.
    same: BTreeSet<String>,
    /// All of which it is recorded.
    recorded: BTreeSet<String>,
}

/// A database that was changed at random, and what the real `alembic upgrade heads` then did.
pub struct Drifted {
    pub number: usize,
    pub dump: Vec<u8>,
    pub stamped: Vec<String>,
    pub mutations: Value,
    pub outcome: Value,
}

/// What one revision really changed.
struct Changed {
    revision: String,
    /// `+`: new, `-`: gone, `~`: otherwise; and the object's name in the recordings.
    objects: Vec<(char, String)>,
}

/// The dump of a database that holds no rows as `pg_dump` writes it without `-s`: each table has a COPY without lines.
pub fn with_empty_tables(dump: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(dump);
    let tables = text.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.strip_suffix(" ("));
    // The version rows are handed in apart.
    let tables = tables.filter(|table| !table.contains("alembic_version"));
    let copies: String = tables.map(|table| format!("\nCOPY {table} FROM stdin;\n\\.\n")).collect();
    [dump, copies.as_bytes()].concat()
}

/// How a prediction compares with what really happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Agreement {
    Equal,
    Wrong,
    DependsOnData,
    Unknown,
}

impl Recorded {
    pub fn new(name: &str) -> Recorded {
        let folder = root().join("tests/corpus").join(name);
        Recorded { project: json(&folder.join("project.json")), files: package(name), folder }
    }

    /// Everything but plans, which no recording is about.
    pub fn analyze(&self, dump: Vec<u8>, stamped: Vec<String>) -> Report {
        let dump = Some(InputFile { path: "dump.sql".into(), bytes: dump });
        restamp::analyze(&Input { dump, stamped: Some(stamped), ..self.input() }, &mut |_| ())
    }

    /// The project alone.
    fn input(&self) -> Input {
        Input {
            files: self.files.clone(),
            options: Options {
                environment: self.project["version_locations"][0].as_str().map(String::from),
                target: self.project["target"].as_str().map(String::from),
                no_plans: true,
                ..Options::default()
            },
            ..Input::default()
        }
    }

    /// Where the recorded upgrade leads.
    fn target(&self) -> &str {
        self.project["target"].as_str().unwrap_or("heads")
    }

    fn version_table(&self) -> &str {
        self.project["version_table"].as_str().unwrap_or("alembic_version")
    }

    /// What the real upgrade changed, revision by revision, in its order; not of all projects it is recorded.
    fn changes(&self) -> Option<Vec<Changed>> {
        let path = self.folder.join("changes.json.gz");
        let all: Value = serde_json::from_slice(&gunzip(path.exists().then_some(&*path)?)).expect("recording");
        let objects = |entry: &Value| {
            let split = |object: String| (object.chars().next().unwrap_or('~'), object.chars().skip(1).collect());
            strings(&entry["changed"]).into_iter().map(split).collect()
        };
        let changed = |entry: &Value| Changed {
            revision: entry["revision"].as_str().unwrap_or_default().to_string(),
            objects: objects(entry),
        };
        Some(all.as_array().into_iter().flatten().map(changed).collect())
    }

    /// The head first.
    pub fn snapshots(&self) -> Vec<Snapshot> {
        let upgrades = self.optional("upgrades.json");
        let schemas = self.optional("schemas.json");
        let head = Snapshot {
            name: "head".to_string(),
            dump: gunzip(&self.folder.join("head.sql.gz")),
            rows: strings(&self.project["version_rows_at_head"]),
            outcome: None,
            tie: None,
        };
        let along = strings(&self.project["snapshots"]).into_iter().map(|revision| Snapshot {
            name: format!("at {revision}"),
            dump: gunzip(&self.folder.join(format!("at_{revision}.sql.gz"))),
            outcome: upgrades.get(&revision).cloned(),
            tie: None,
            rows: vec![revision],
        });
        let mut all: Vec<_> = std::iter::once(head).chain(along).collect();
        for snapshot in &mut all {
            snapshot.tie = tie(&schemas, &snapshot.rows);
        }
        all
    }

    /// A recording that not every project has.
    fn optional(&self, name: &str) -> Value {
        let path = self.folder.join(name);
        if path.exists() { json(&path) } else { Value::Null }
    }

    pub fn drifts(&self) -> Vec<Drifted> {
        let mut all = Vec::new();
        for number in 0.. {
            let path = self.folder.join(format!("drifts/{number:02}.json"));
            if !path.exists() {
                return all;
            }
            let drift = json(&path);
            all.push(Drifted {
                number,
                dump: gunzip(&path.with_extension("sql.gz")),
                stamped: strings(&drift["stamped"]),
                mutations: drift["mutations"].clone(),
                outcome: drift["outcome"].clone(),
            });
        }
        all
    }
}

impl Snapshot {
    /// The recorded state is the place, or is named as one of equal schema.
    pub fn is_placed(&self, report: &Report) -> bool {
        let Some(located) = &report.located else { return false };
        located.exact
            && (same(&located.revisions, &self.rows) || located.same_schema.iter().any(|state| same(state, &self.rows)))
    }

    /// What is wrong with the tie that was found: states that are named though their real dumps are different, and states that
    /// are not named though they are the same. Only what is recorded is judged.
    pub fn wrong_tie(&self, report: &Report) -> Option<BTreeSet<String>> {
        let (real, located) = (self.tie.as_ref()?, report.located.as_ref()?);
        let states = located.same_schema.iter().chain([&located.revisions]);
        let single = states.filter(|state| state.len() == 1).map(|state| state[0].clone());
        let ours: BTreeSet<String> = single.filter(|state| real.recorded.contains(state)).collect();
        (located.exact && ours != real.same).then(|| ours.symmetric_difference(&real.same).cloned().collect())
    }
}

/// The revisions that have the schema of the one that is stamped, by `schemas.json`: the hashes of the dumps along one run. Only
/// where such a revision's state is nothing but its ancestors it says something of that state.
fn tie(schemas: &Value, rows: &[String]) -> Option<Tie> {
    let whole: Vec<_> = schemas.as_array()?.iter().filter(|entry| entry["whole"] == Value::Bool(true)).collect();
    let [row] = rows else { return None };
    let here = whole.iter().find(|entry| entry["revision"].as_str() == Some(row))?;
    let same = whole.iter().filter(|entry| entry["schema"] == here["schema"]);
    let revision = |entry: &&Value| entry["revision"].as_str().map(String::from);
    Some(Tie { same: same.filter_map(revision).collect(), recorded: whole.iter().filter_map(revision).collect() })
}

/// How a prediction compares with a recorded outcome.
pub fn agreement(real: &Value, ours: &Prediction) -> Agreement {
    let succeeded = real["ok"] == Value::Bool(true);
    let equal = match ours.outcome {
        Outcome::Unknown => return Agreement::Unknown,
        Outcome::DependsOnData => return Agreement::DependsOnData,
        Outcome::Succeeds => succeeded,
        Outcome::Fails => {
            !succeeded
                && real["sqlstate"].as_str() == ours.sqlstate.as_deref()
                && (real["message"].is_null() || real["message"].as_str() == ours.message.as_deref())
                && (real["revision"].is_null() || same_place(real, ours))
        }
    };
    if equal { Agreement::Equal } else { Agreement::Wrong }
}

/// The recording names the file in which it stopped, and that file's revision: it may be another one than the revision that runs, which calls
/// it.
fn same_place(real: &Value, ours: &Prediction) -> bool {
    let file = || ours.file.as_deref()?.rsplit('/').next();
    let same_line = || real["file"].as_str() == file() && real["line"].as_u64() == ours.line.map(u64::from);
    real["revision"].as_str() == ours.revision.as_deref() || file().is_some() && same_line()
}

fn same(left: &[String], right: &[String]) -> bool {
    let (mut left, mut right) = (left.to_vec(), right.to_vec());
    left.sort();
    right.sort();
    left == right
}
