//! Real projects against recordings of their databases: no false difference, every snapshot at its place, and what the real
//! `alembic upgrade heads` did on random drifts.

use crate::recorded::{Agreement, Judge, Recorded, agreement, with_empty_tables};

/// No false difference, each snapshot at its place, and the upgrade from there as it really went.
#[track_caller]
fn snapshots_agree(name: &str) {
    let recorded = Recorded::new(name);
    let mut failures = Vec::new();
    for snapshot in recorded.snapshots() {
        let report = recorded.analyze(snapshot.dump.clone(), snapshot.rows.clone());
        for entry in &report.drift {
            if entry.counts {
                failures.push(format!("{name} {}: {entry:?}", snapshot.name));
            }
        }
        if !snapshot.is_placed(&report) {
            failures.push(format!("{name} {}: {:?}, {}", snapshot.name, report.located, report.verdict.sentence));
        }
        if let Some(wrong) = snapshot.wrong_tie(&report) {
            failures.push(format!("{name} {}: a tie with {wrong:?}", snapshot.name));
        }
        if let (Some(real), Some(ours)) = (&snapshot.outcome, &report.prediction)
            && agreement(real, ours) == Agreement::Wrong
        {
            failures.push(format!("{name} {}: really {real}\n  here {ours:?}", snapshot.name));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures[..failures.len().min(10)].join("\n"));
}

/// What the real upgrade did on drifted databases.
#[track_caller]
fn predictions_agree(name: &str) {
    let recorded = Recorded::new(name);
    let drifts = recorded.drifts();
    assert!(!drifts.is_empty(), "no drifts of {name}");
    let mut failures = Vec::new();
    for drift in &drifts {
        let predict = |dump: Vec<u8>| recorded.analyze(dump, drift.stamped.clone()).prediction.expect("a prediction");
        let mut ours = predict(drift.dump.clone());
        if agreement(&drift.outcome, &ours) == Agreement::DependsOnData {
            ours = predict(with_empty_tables(&drift.dump));
        }
        if agreement(&drift.outcome, &ours) == Agreement::Wrong {
            let (changed, real) = (&drift.mutations, &drift.outcome);
            failures.push(format!("{name} {:02}: {changed}\n  really {real}\n  here {ours:?}", drift.number));
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), drifts.len(), failures.join("\n"));
}

/// No revision changes anything else than it really did.
#[track_caller]
fn changes_agree(name: &str) {
    let judge = Judge::of(&Recorded::new(name)).expect("what the revisions changed is recorded");
    assert!(judge.wrong.is_empty(), "{} of {}: {:#?}", judge.wrong.len(), judge.revisions(), judge.wrong);
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

agree!(ckan, dstack, irrd, mistral, optuna, skyvern);

/// What is recorded of a project's revisions is what their replay changes.
#[test]
fn revisions_change_what_they_really_change() {
    for name in ["airflow-fab", "fractal-server", "irrd", "optuna"] {
        changes_agree(name);
    }
}
