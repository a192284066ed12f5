//! `make corpus`: measures how far Restamp agrees with the real Alembic and the real PostgreSQL on all recorded projects, and
//! prints a table. What disagrees is written, project by project, to `target/disagreements/<project>.txt`.
//!
//!     cargo test --release --test measure [-- PROJECT...]

#[path = "../recorded/mod.rs"]
mod recorded;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use recorded::{Agreement, Judge, Recorded, agreement, with_empty_tables};
use restamp::report::{Change, Prediction, Report};
use serde_json::Value;

/// What was counted, of one project or of all.
#[derive(Clone, Default)]
struct Figures {
    revisions: usize,
    /// By our own word.
    unmodelled: usize,
    /// Whose real change was recorded.
    judged: usize,
    /// Of those: whose replay changes something else.
    otherwise: usize,
    snapshots: usize,
    placed: usize,
    ties: usize,
    upgrades: usize,
    wrong_upgrades: usize,
    undecided: usize,
    /// Of `undecided`: equal once the dump tells that there are no rows.
    settled_upgrades: usize,
    false_differences: usize,
    uncompared: usize,
    objects: usize,
    drifts: usize,
    equal: usize,
    wrong: usize,
    depends: usize,
    unknown: usize,
    /// Of `depends` and `unknown`: equal once the dump tells that there are no rows.
    settled: usize,
    panics: usize,
}

impl Figures {
    const HEADER: &str = "project            | revisions unmodelled judged otherwise | snapshots placed wrong tie | upgrades equal wrong undecided settled | false diff uncompared of objects | drifts equal wrong depends unknown settled | panics";

    fn line(&self, name: &str) -> String {
        format!(
            "{name:18} | {:9} {:10} {:6} {:9} | {:9} {:6} {:9} | {:14} {:5} {:9} {:7} | {:10} {:10} {:10} | {:6} {:5} {:5} {:7} {:7} {:7} | {:6}",
            self.revisions,
            self.unmodelled,
            self.judged,
            self.otherwise,
            self.snapshots,
            self.placed,
            self.ties,
            self.upgrades,
            self.wrong_upgrades,
            self.undecided,
            self.settled_upgrades,
            self.false_differences,
            self.uncompared,
            self.objects,
            self.drifts,
            self.equal,
            self.wrong,
            self.depends,
            self.unknown,
            self.settled,
            self.panics,
        )
    }

    fn add(&mut self, other: &Figures) {
        self.revisions += other.revisions;
        self.unmodelled += other.unmodelled;
        self.judged += other.judged;
        self.otherwise += other.otherwise;
        self.snapshots += other.snapshots;
        self.placed += other.placed;
        self.ties += other.ties;
        self.upgrades += other.upgrades;
        self.wrong_upgrades += other.wrong_upgrades;
        self.undecided += other.undecided;
        self.settled_upgrades += other.settled_upgrades;
        self.false_differences += other.false_differences;
        self.uncompared += other.uncompared;
        self.objects += other.objects;
        self.drifts += other.drifts;
        self.equal += other.equal;
        self.wrong += other.wrong;
        self.depends += other.depends;
        self.unknown += other.unknown;
        self.settled += other.settled;
        self.panics += other.panics;
    }
}

/// An analysis, or nothing where it panicked.
fn analyze(recorded: &Recorded, dump: &[u8], rows: &[String]) -> Option<Report> {
    let run = || recorded.analyze(dump.to_vec(), rows.to_vec());
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).ok()
}

/// Measures one project; the text tells what disagrees.
fn measure(name: &str) -> (Figures, String) {
    let recorded = Recorded::new(name);
    let (mut figures, mut text) = (Figures::default(), String::new());
    changes(&recorded, &mut figures, &mut text);
    for snapshot in recorded.snapshots() {
        figures.snapshots += 1;
        let Some(report) = analyze(&recorded, &snapshot.dump, &snapshot.rows) else {
            figures.panics += 1;
            writeln!(text, "== {}: PANIC", snapshot.name).unwrap();
            continue;
        };
        if snapshot.name == "head" {
            revisions(&report, &mut figures, &mut text);
        }
        differences(&snapshot.name, &report, &mut figures, &mut text);
        if snapshot.is_placed(&report) {
            figures.placed += 1;
        } else {
            let located = report.located.as_ref();
            writeln!(
                text,
                "== {} not placed: at {:?} {:?}; {}",
                snapshot.name,
                snapshot.rows,
                located.map(|located| (&located.revisions, located.exact, located.same_schema.len())),
                report.verdict.sentence
            )
            .unwrap();
        }
        if let Some(wrong) = snapshot.wrong_tie(&report) {
            figures.ties += 1;
            writeln!(text, "== {} wrong tie: {wrong:?}", snapshot.name).unwrap();
        }
        let prediction = report.prediction.as_ref().expect("a prediction");
        // The upgrade that was recorded with the snapshot succeeded, but on the rows that it had; see `agreement`.
        let without_rows = snapshot.outcome.is_some();
        let real = snapshot.outcome.unwrap_or_else(|| serde_json::json!({ "ok": true }));
        let agreement = agreement(&real, prediction);
        match agreement {
            Agreement::Equal => figures.upgrades += 1,
            Agreement::DependsOnData | Agreement::Unknown => figures.undecided += 1,
            Agreement::Wrong => figures.wrong_upgrades += 1,
        }
        if without_rows && matches!(agreement, Agreement::DependsOnData | Agreement::Unknown) {
            let text = &mut text;
            match settle(&recorded, &snapshot.name, &snapshot.dump, &snapshot.rows, &real, text) {
                Some(Agreement::Equal) => figures.settled_upgrades += 1,
                Some(Agreement::Wrong) => figures.wrong_upgrades += 1,
                _ => {}
            }
        }
        if agreement != Agreement::Equal {
            let (name, ours) = (&snapshot.name, brief(prediction));
            writeln!(text, "== {name} upgrade {agreement:?}:\n  really {}\n  here   {ours}", really(&real)).unwrap();
        }
    }
    for drift in recorded.drifts() {
        figures.drifts += 1;
        let Some(report) = analyze(&recorded, &drift.dump, &drift.stamped) else {
            figures.panics += 1;
            writeln!(text, "== drift {:02}: PANIC", drift.number).unwrap();
            continue;
        };
        let ours = report.prediction.as_ref().expect("a prediction");
        let agreement = agreement(&drift.outcome, ours);
        match agreement {
            Agreement::Equal => figures.equal += 1,
            Agreement::Wrong => figures.wrong += 1,
            Agreement::DependsOnData => figures.depends += 1,
            Agreement::Unknown => figures.unknown += 1,
        }
        if matches!(agreement, Agreement::DependsOnData | Agreement::Unknown) {
            let name = format!("drift {:02}", drift.number);
            match settle(&recorded, &name, &drift.dump, &drift.stamped, &drift.outcome, &mut text) {
                Some(Agreement::Equal) => figures.settled += 1,
                Some(Agreement::Wrong) => figures.wrong += 1,
                _ => {}
            }
        }
        if agreement != Agreement::Equal {
            writeln!(
                text,
                "== drift {:02} {agreement:?}: stamped {:?}\n  mutations {}\n  really {}\n  here   {}",
                drift.number,
                drift.stamped,
                drift.mutations,
                really(&drift.outcome),
                brief(ours)
            )
            .unwrap();
        }
    }
    (figures, text)
}

/// How many revisions change something else than they really did.
fn changes(recorded: &Recorded, figures: &mut Figures, text: &mut String) {
    let Some(judge) = Judge::of(recorded) else { return };
    figures.judged = judge.revisions();
    figures.otherwise = judge.wrong.len();
    for (revision, differs) in judge.wrong {
        let shown = differs.len().min(8);
        let more = differs.len() - shown;
        writeln!(text, "== revision {revision} changes otherwise: {}; {more} more", differs[..shown].join("; "))
            .unwrap();
    }
}

/// What the prediction is once the dump tells that there are no rows, as there were none when it was recorded.
fn settle(
    recorded: &Recorded,
    name: &str,
    dump: &[u8],
    rows: &[String],
    real: &Value,
    text: &mut String,
) -> Option<Agreement> {
    let report = analyze(recorded, &with_empty_tables(dump), rows)?;
    let ours = report.prediction.as_ref()?;
    let agreement = agreement(real, ours);
    if agreement != Agreement::Equal {
        writeln!(text, "== {name} without rows {agreement:?}:\n  really {}\n  here   {}", really(real), brief(ours))
            .unwrap();
    }
    Some(agreement)
}

/// A prediction in one line.
fn brief(prediction: &Prediction) -> String {
    let words = |word: &Option<String>| word.as_deref().unwrap_or("-").replace('\n', " ");
    format!(
        "{:?} at {} {}:{} {} {}; {}",
        prediction.outcome,
        words(&prediction.revision),
        words(&prediction.file),
        prediction.line.unwrap_or(0),
        words(&prediction.sqlstate),
        words(&prediction.message),
        words(&prediction.statement)
    )
}

/// A recorded outcome in one line.
fn really(outcome: &Value) -> String {
    let words = |key: &str| outcome[key].as_str().unwrap_or("-").replace('\n', " ");
    format!(
        "ok: {} at {} {}:{} {} {} {}; {}",
        outcome["ok"],
        words("revision"),
        words("file"),
        outcome["line"],
        words("sqlstate"),
        words("message"),
        words("python_error"),
        words("statement")
    )
}

/// How many revisions are not followed to their end, by our own word; the reasons, most frequent first.
fn revisions(report: &Report, figures: &mut Figures, text: &mut String) {
    figures.revisions = report.revisions.len();
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for revision in report.revisions.iter().filter(|revision| !revision.unmodelled.is_empty()) {
        figures.unmodelled += 1;
        for one in &revision.unmodelled {
            let file = one.file.rsplit('/').next().unwrap_or_default();
            reasons.entry(&one.reason).or_default().push(format!("{file}:{}", one.line.unwrap_or(0)));
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    for (reason, places) in reasons {
        writeln!(text, "unmodelled {:3} x {reason}: {}", places.len(), places[..places.len().min(4)].join(" "))
            .unwrap();
    }
}

fn differences(name: &str, report: &Report, figures: &mut Figures, text: &mut String) {
    figures.objects += report.database.as_ref().map_or(0, |database| database.objects as usize);
    let mut uncompared = std::collections::BTreeSet::new();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &report.drift {
        if entry.counts {
            figures.false_differences += 1;
            let from = entry.introduced_by.as_ref().map(|by| format!("{}:{}", by.revision, by.line.unwrap_or(0)));
            writeln!(
                text,
                "== {name} {:?} {} {}.{} {:?}: {:?} / {:?} {from:?} {:?}",
                entry.change,
                entry.object.kind,
                entry.object.table.as_deref().unwrap_or(""),
                entry.object.name,
                entry.attribute,
                entry.expected,
                entry.actual,
                entry.note
            )
            .unwrap();
        } else if entry.change == Change::Uncompared {
            uncompared.insert(&entry.object);
            *reasons.entry(entry.note.as_deref().unwrap_or("")).or_default() += 1;
        }
    }
    figures.uncompared += uncompared.len();
    for (reason, count) in reasons {
        writeln!(text, "-- {name} uncompared {count:3} x {reason}").unwrap();
    }
}

/// The checkout: cargo names it, and a program that is run without cargo may name another one.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into()).into()
}

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let mut names: Vec<String> = std::fs::read_dir(root().join("tests/corpus"))
        .expect("tests/corpus")
        .map(|entry| entry.expect("tests/corpus").file_name().to_string_lossy().into_owned())
        .filter(|name| chosen.is_empty() || chosen.contains(name))
        .collect();
    // The largest last, so that popping takes them first.
    names.sort_by_key(|name| {
        std::fs::metadata(root().join("tests/corpus").join(name).join("head.sql.gz")).map_or(0, |file| file.len())
    });
    let out = root().join("target/disagreements");
    std::fs::create_dir_all(&out).expect("target/disagreements");
    let (work, done) = (Mutex::new(names), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            let worker = || {
                loop {
                    let Some(name) = work.lock().unwrap().pop() else { return };
                    let (figures, text) = measure(&name);
                    write(&out, &name, &text);
                    done.lock().unwrap().insert(name, figures);
                }
            };
            // The interpreter and the parsers recurse.
            std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, worker).expect("a thread");
        }
    });
    let (mut total, done) = (Figures::default(), done.into_inner().unwrap());
    println!("{}", Figures::HEADER);
    for (name, figures) in &done {
        total.add(figures);
        println!("{}", figures.line(name));
    }
    println!("{}", total.line("all"));
}

fn write(out: &Path, name: &str, text: &str) {
    std::fs::write(out.join(name).with_extension("txt"), text).expect("target/disagreements is writable");
}
