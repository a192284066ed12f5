//! Histories: equal to real Alembic's on recorded random graphs.

use restamp::alembic::graph::Graph;
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
