//! Histories: equal to real Alembic's on recorded random graphs.

use restamp::alembic::graph::Graph;
use restamp::alembic::project::{Environment, InputFile, ProjectOptions, is_wanted, read};
use restamp::alembic::revision::{Revision, RevisionId};
use restamp::alembic::stamp::{Rows, stamp};
use restamp::source::Sources;
use serde_json::Value;

fn strings(value: &Value) -> Vec<RevisionId> {
    value
        .as_array()
        .map(|items| items.iter().filter_map(Value::as_str).map(RevisionId::from).collect())
        .unwrap_or_default()
}

fn answer<T: Into<Value>>(result: Option<T>) -> Value {
    result.map_or(Value::from("error"), Into::into)
}

fn list(ids: &[RevisionId]) -> Value {
    ids.iter().map(|id| Value::from(&**id)).collect::<Vec<_>>().into()
}

fn sorted(ids: &[RevisionId]) -> Value {
    let mut ids = ids.to_vec();
    ids.sort();
    list(&ids)
}

/// What real Alembic answered, under any hash seed, must hold our answer.
#[track_caller]
fn check(failures: &mut Vec<String>, place: &str, question: &[Value], ours: Value) {
    let (real, asked) = question.split_last().expect("recorded");
    // Alembic answers `null` for the base; here it is the absence of revisions.
    let without_base = |value: &Value| match value {
        Value::Array(items) => Value::Array(items.iter().filter(|item| !item.is_null()).cloned().collect()),
        other => other.clone(),
    };
    let real: Vec<Value> = real.as_array().expect("recorded").iter().map(without_base).collect();
    if !real.contains(&ours) {
        failures.push(format!("{place} {asked:?}\n  Alembic: {real:?}\n  here:    {ours}"));
    }
}

#[test]
fn random_graphs_answer_as_alembic_does() {
    let text = include_str!("../fixtures/graphs/random.json");
    let cases: Vec<Value> = serde_json::from_str(text).expect("fixture");
    let mut sources = Sources::default();
    let file = sources.add("versions/x.py", "");
    let mut failures = Vec::new();
    assert_eq!(cases.len(), 200);
    for (number, case) in cases.iter().enumerate() {
        let revisions = case["revisions"].as_array().expect("fixture").iter().map(|revision| Revision {
            down: strings(&revision["down"]),
            depends_on: strings(&revision["depends_on"]),
            labels: strings(&revision["labels"]),
            ..Revision::new(revision["id"].as_str().expect("fixture"), &[], file)
        });
        let graph = Graph::new(revisions.collect());
        let answers = &case["answers"];
        if answers.get("broken").is_some() {
            assert!(!graph.is_usable(), "graph {number} is broken for Alembic");
            continue;
        }
        assert!(graph.is_usable(), "graph {number}: {:?}", graph.problems());
        assert_eq!(list(&graph.heads()), answers["heads"], "graph {number}: heads");
        assert_eq!(list(&graph.real_heads()), answers["real_heads"], "graph {number}: real heads");
        assert_eq!(list(&graph.bases()), answers["bases"], "graph {number}: bases");
        for (id, real) in answers["labels"].as_object().expect("fixture") {
            let ours = list(&graph.labels_of(id));
            assert!(real.as_array().expect("fixture").contains(&ours), "graph {number}: labels of {id}: {real} {ours}");
        }
        for question in answers["resolve"].as_array().expect("fixture") {
            let question = question.as_array().expect("fixture");
            let ours = graph.resolve(question[0].as_str().expect("fixture")).ok();
            check(&mut failures, &format!("graph {number} resolve"), question, answer(ours.map(|ids| sorted(&ids))));
        }
        for question in answers["upgrade"].as_array().expect("fixture") {
            let question = question.as_array().expect("fixture");
            let current = strings(&question[0]);
            let ours = graph.needed(&current, question[1].as_str().expect("fixture")).ok().and_then(|steps| {
                let mut rows = Rows::new(&current, None);
                let mut done = Vec::new();
                for revision in steps {
                    rows.upgrade(&graph, revision).ok()?;
                    done.push(Value::from(vec![Value::from(&*revision.id), sorted(rows.rows())]));
                }
                Some(done)
            });
            check(&mut failures, &format!("graph {number} upgrade"), question, answer(ours));
        }
        for question in answers["stamp"].as_array().expect("fixture") {
            let question = question.as_array().expect("fixture");
            let mut rows = Rows::new(&strings(&question[0]), None);
            let done = stamp(&graph, &mut rows, &[question[1].as_str().expect("fixture")]).is_ok();
            check(&mut failures, &format!("graph {number} stamp"), question, answer(done.then(|| sorted(rows.rows()))));
        }
    }
    assert!(
        failures.is_empty(),
        "{} differences, the first ones:\n{}",
        failures.len(),
        failures[..failures.len().min(12)].join("\n")
    );
}

/// All files of a folder that the project reader wants, with paths below it.
fn files(folder: &std::path::Path) -> Vec<InputFile> {
    fn walk(folder: &std::path::Path, below: &str, found: &mut Vec<InputFile>) {
        for entry in std::fs::read_dir(folder).expect("readable folder") {
            let entry = entry.expect("readable folder");
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), found);
            } else if is_wanted(&name) {
                found.push(InputFile { bytes: std::fs::read(entry.path()).expect("readable file"), path: name });
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found);
    found
}

/// The folder of a corpus project, downloaded on first use.
fn corpus(name: &str) -> std::path::PathBuf {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/corpus").join(name);
    if !folder.exists() {
        let status = std::process::Command::new("python3").arg(root.join("tests/oracle/fetch.py")).arg(name).status();
        assert!(status.is_ok_and(|status| status.success()), "{name} could not be downloaded");
    }
    folder
}

#[track_caller]
fn compare(name: &str, place: &str, environment: &Environment, failures: &mut Vec<String>) {
    let path = format!("{}/tests/fixtures/graphs/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let real: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("fixture")).expect("fixture");
    let graph = environment.graph();
    for problem in graph.problems() {
        failures.push(format!("{name} {place}: {}", problem.diagnostic(&graph).message));
    }
    let order: Vec<RevisionId> = graph.upgrade_order().iter().map(|revision| revision.id.clone()).collect();
    for (what, ours) in [
        ("heads", list(&graph.heads())),
        ("real_heads", list(&graph.real_heads())),
        ("bases", list(&graph.bases())),
        ("order", list(&order)),
    ] {
        if ours != real[what] {
            failures.push(format!("{name} {place} {what}:\n  Alembic: {}\n  here:    {ours}", real[what]));
        }
    }
    for (id, down) in real["down"].as_object().expect("fixture") {
        let labels = real["labels"].get(id).cloned().unwrap_or_else(|| Value::Array(Vec::new()));
        if sorted(&graph.down(id)) != sorted(&strings(down)) || list(&graph.labels_of(id)) != labels {
            failures.push(format!("{name} {place} {id}: links or labels differ"));
        }
    }
}

#[test]
fn the_corpus_has_the_histories_that_alembic_sees() {
    let projects: Vec<Value> = serde_json::from_str(include_str!("../oracle/corpus.json")).expect("corpus.json");
    assert_eq!(projects.len(), 58);
    let mut failures = Vec::new();
    for project in &projects {
        let name = project["name"].as_str().expect("corpus.json");
        let locations = strings(&project["locations"]);
        let folder = corpus(name);
        let mut sources = Sources::default();
        let (whole, _) = read(files(&folder), &ProjectOptions::default(), &mut sources);
        match whole
            .choose(Some(&locations[0]))
            .or_else(|_| whole.choose(Some(locations[0].trim_end_matches("/versions"))))
        {
            Ok(environment) => compare(name, "from the wheel", environment, &mut failures),
            Err(error) => failures.push(format!("{name} from the wheel: {} {:?}", error.message, error.help)),
        }
        let mut only = Vec::new();
        for location in &locations {
            let below = files(&folder.join(&**location));
            only.extend(below.into_iter().map(|file| InputFile { path: format!("{location}/{}", file.path), ..file }));
        }
        let mut sources = Sources::default();
        let (alone, _) = read(only, &ProjectOptions::default(), &mut sources);
        // Two version locations without the configuration that joins them are two histories.
        if locations.len() == 1 {
            // A folder below it with revisions of its own (`versions/legacy`) may be another history, so it is named.
            match alone.choose(None).or_else(|_| alone.choose(Some(&locations[0]))) {
                Ok(environment) => compare(name, "from the version location", environment, &mut failures),
                Err(error) => failures.push(format!("{name} from the version location: {}", error.message)),
            }
        }
    }
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
}
