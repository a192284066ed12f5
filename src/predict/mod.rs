//! What `alembic upgrade` would do to a database: the pending revisions run against its catalog, and the first refusal is
//! the error that the user would see.

pub mod answers;
pub mod asked;
mod broken;
pub mod condition;
pub mod conditions;
pub mod conversion;
pub mod demands;
mod facts;
mod fill;
mod fired;
mod fits;
mod learn;
pub mod refused;
pub mod rows;
mod rules;
mod server;
pub mod unproven;
mod writes;

use std::rc::Rc;

use broken::Broken;
use condition::{Asks, Condition};
use demands::Demands;
use rows::Rows;

use crate::alembic::eval::Vm;
use crate::alembic::project::OF_SCHEMA;
use crate::alembic::revision::RevisionId;
use crate::alembic::run::{Action, MayFail, Outcome as RevisionOutcome, RevisionRun, Step};
use crate::alembic::stamp::Rows as VersionRows;
use crate::catalog::{Catalog, Session};
use crate::pg::error::{PythonError, Reason, Refusal, SqlState, sqlstate};
use crate::replay::Subject;
use crate::source::Span;

/// How the run ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It reaches the target.
    Succeeds,
    /// It stops; see [`Prediction::failure`].
    Fails,
    /// It reaches the target unless rows stand in the way; see [`Prediction::conditions`].
    DependsOnData,
    /// Not known.
    Unknown(Reason),
}

/// Where and with what a run stops.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The revision; `None` where Alembic stops before the first.
    pub revision: Option<String>,
    /// The line in the revision's own file.
    pub span: Option<Span>,
    /// The same, or where that line has called another revision's file: the line in there.
    pub at: Option<Span>,
    /// The error.
    pub refusal: Refusal,
    /// The statement that is refused.
    pub statement: Option<String>,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// How the run ends.
    pub outcome: Outcome,
    /// Revisions that it would start, in order.
    pub runs: Vec<String>,
    /// Set for [`Outcome::Fails`].
    pub failure: Option<Failure>,
    /// Questions to the rows, asked before the end or the failure.
    pub conditions: Vec<Condition>,
    /// Those of which the database has said that they hold.
    pub settled: Vec<Condition>,
    /// The revision from which on it is not known, where that is one.
    pub doubted: Option<String>,
    /// What it sends or may send before the end or the failure, in order.
    pub statements: Vec<demands::Statement>,
    /// The database afterwards, if the run went through.
    pub after: Option<Catalog>,
}

impl Prediction {
    fn new(outcome: Outcome) -> Prediction {
        Prediction {
            outcome,
            runs: Vec::new(),
            failure: None,
            conditions: Vec::new(),
            settled: Vec::new(),
            doubted: None,
            statements: Vec::new(),
            after: None,
        }
    }

    /// A prediction that cannot be made.
    pub fn unknown(reason: Reason) -> Prediction {
        Prediction::new(Outcome::Unknown(reason))
    }

    fn failed(revision: Option<String>, refusal: Refusal) -> Prediction {
        let failure = Failure { revision, span: None, at: None, refusal, statement: None };
        Prediction { failure: Some(failure), ..Prediction::new(Outcome::Fails) }
    }
}

/// A refusal that a patch would make harmless: at this place, with this SQLSTATE.
pub type Tolerated = (Span, SqlState);

/// Predicts `alembic upgrade <target>` on a database with these version rows.
pub fn predict(
    subject: &Subject<'_>,
    actual: &Catalog,
    rows: &[String],
    target: &str,
    table_rows: &Rows,
    tolerated: &[Tolerated],
) -> Prediction {
    let needed: Vec<String> = match subject.needed(rows, target) {
        Ok(needed) => needed,
        Err(message) => {
            let class = "alembic.util.exc.CommandError".to_string();
            return Prediction::failed(None, Refusal::Client(PythonError { class, message }));
        }
    };
    let ids: Vec<RevisionId> = rows.iter().map(|row| row.as_str().into()).collect();
    let session = Session::new(actual.mark());
    let limit = subject.version_num_length(actual, &session);
    let mut walk = Walk {
        vm: subject.vm(actual.clone(), session),
        demands: Rc::new(Demands::new(table_rows.clone())),
        version_rows: VersionRows::new(&ids, limit),
        prediction: Prediction::new(Outcome::Succeeds),
        doubt: None,
        with_rows: None,
    };
    walk.vm.run.tolerated = tolerated.to_vec();
    walk.vm.run.observer = Some(walk.demands.clone());
    let per_migration = subject.settings.transaction_per_migration;
    let prelude = subject.settings.prelude.clone().filter(|_| !needed.is_empty());
    let makes_schema = prelude.clone().filter(|reason| reason.kind == OF_SCHEMA);
    if let Some(reason) = prelude.filter(|reason| reason.kind != OF_SCHEMA) {
        walk.doubt(reason);
    }
    if let Err(refusal) = walk.vm.run.begin().and_then(|()| subject.ensure_version_table(&mut walk.vm.run)) {
        return match walk.doubt.or(makes_schema) {
            Some(reason) => Prediction::unknown(reason),
            None => Prediction::failed(None, refusal),
        };
    }
    // Alembic's own table is of no revision.
    walk.demands.take_statements();
    for id in subject.loading {
        let run = subject.load(&mut walk.vm, id);
        if !walk.ended(id, run, true) {
            return walk.prediction;
        }
    }
    for id in &needed {
        walk.prediction.runs.push(id.clone());
        let goes_on = walk.revision(subject, id);
        walk.prediction.settled = walk.demands.settled();
        if !goes_on {
            return walk.prediction;
        }
        // The next one's transaction takes in what this one has left open.
        if per_migration && Some(id) != needed.last() {
            walk.vm.run.cut_off = None;
        }
        if per_migration && let Err(refusal) = walk.vm.run.commit().and_then(|()| walk.vm.run.begin()) {
            walk.fail(Some(id), refusal);
            return walk.prediction;
        }
    }
    if let Some(reason) = walk.vm.run.cut_off.take() {
        walk.doubt(reason);
    }
    if let Err(refusal) = walk.vm.run.commit() {
        walk.fail(None, refusal);
        return walk.prediction;
    }
    walk.prediction.outcome = match walk.doubt {
        Some(reason) => Outcome::Unknown(reason),
        None if walk.prediction.conditions.is_empty() => Outcome::Succeeds,
        None => Outcome::DependsOnData,
    };
    walk.prediction.after = Some(walk.vm.run.catalog);
    walk.prediction
}

struct Walk {
    vm: Vm,
    demands: Rc<Demands>,
    version_rows: VersionRows,
    prediction: Prediction,
    /// The first thing that could not be known: what comes after it is not certain.
    doubt: Option<Reason>,
    /// The first thing that could not be known and happens for rows alone: what is refused after it is not certain.
    with_rows: Option<Reason>,
}

impl Walk {
    /// Runs one revision; false if the walk ends here.
    fn revision(&mut self, subject: &Subject<'_>, id: &str) -> bool {
        let run = subject.run(&mut self.vm, id);
        if !self.ended(id, run, false) {
            return false;
        }
        match subject.move_rows(&self.vm.run, &mut self.version_rows, id) {
            Ok(()) => true,
            Err(refusal) if self.depends_on_transactions(&refusal) => {
                self.end_in_doubt();
                false
            }
            Err(refusal) => {
                self.fail(Some(id), refusal);
                false
            }
        }
    }

    /// What Alembic itself does is refused; behind something unknown that is not certain.
    fn fail(&mut self, id: Option<&str>, refusal: Refusal) {
        self.doubt = self.doubt.take().or(self.with_rows.take());
        if self.doubt.is_some() {
            return self.end_in_doubt();
        }
        let runs = std::mem::take(&mut self.prediction.runs);
        self.prediction = Prediction { runs, ..Prediction::failed(id.map(str::to_string), refusal) };
    }

    /// Takes over what became of the file of a revision, when it was loaded before the first or when its `upgrade()` ran; false if
    /// the walk ends here.
    fn ended(&mut self, id: &str, run: RevisionRun, loading: bool) -> bool {
        let demanded = self.demands.take().into_iter();
        let of_this = demanded.map(|condition| Condition { revision: id.to_string(), ..condition });
        self.prediction.conditions.extend(of_this);
        let sent = self.demands.take_statements().into_iter();
        let of_this = sent.map(|statement| demands::Statement { revision: id.to_string(), ..statement });
        self.prediction.statements.extend(of_this);
        self.look_at_steps(id, run.steps.clone());
        // Python may have raised, depending on something that is not known.
        for failure in std::mem::take(&mut self.vm.run.may_fail) {
            self.demand(id, failure);
        }
        match run.outcome {
            RevisionOutcome::Finished => {}
            RevisionOutcome::Unknown(reason) => self.doubt(reason),
            RevisionOutcome::Failed { refusal: Refusal::Unmodelled(reason), .. } => {
                self.doubt(reason);
                self.end_in_doubt();
                return false;
            }
            RevisionOutcome::Failed { refusal, .. } if self.depends_on_transactions(&refusal) => {
                self.end_in_doubt();
                return false;
            }
            RevisionOutcome::Failed { refusal, .. } if self.may_have_schema(&refusal) => {
                self.end_in_doubt();
                return false;
            }
            RevisionOutcome::Failed { refusal, span, at } => {
                self.doubt = self.doubt.take().or(self.with_rows.take());
                let statement = self.vm.run.steps[run.steps].iter().rev().find_map(|step| match &step.action {
                    Action::Statement { sql, .. } if step.outcome.as_ref().err() == Some(&refusal) => Some(sql.clone()),
                    _ => None,
                });
                let told = self.demands.stopped(&refusal);
                let open = !self.prediction.conditions.is_empty();
                let told = told.map(|condition| Condition { revision: id.to_string(), span, ..condition });
                let is_told = told.is_some();
                self.prediction.conditions.extend(told);
                if self.doubt.is_some() {
                    self.end_in_doubt();
                } else if is_told && open {
                    // It stops here at the latest; what was not answered may stop it before.
                    self.prediction.outcome = Outcome::DependsOnData;
                } else {
                    self.prediction.outcome = Outcome::Fails;
                    let revision = (!loading).then(|| id.to_string());
                    self.prediction.failure = Some(Failure { revision, span, at, refusal, statement });
                }
                return false;
            }
        }
        true
    }

    /// A failure that depends on something unknown: on rows, then it is a condition; on anything else, then a doubt.
    fn demand(&mut self, id: &str, failure: MayFail) {
        if failure.reason.kind != "row-data" {
            return self.doubt(failure.reason);
        }
        let demand = format!("nothing in {} leads to \"{}\"", failure.reason, failure.refusal);
        let sqlstate = match &failure.refusal {
            Refusal::Postgres(error) => Some(error.sqlstate.0),
            Refusal::Client(_) | Refusal::Unmodelled(_) => None,
        };
        let condition = Condition::new(Asks::Rows, demand, sqlstate, Broken::Unknown, None);
        self.prediction.conditions.push(Condition { revision: id.to_string(), span: failure.span, ..condition });
    }

    fn doubt(&mut self, reason: Reason) {
        if self.doubt.is_none() {
            self.prediction.doubted = self.prediction.runs.last().cloned();
            self.doubt = Some(reason);
        }
    }

    /// Doubts a refusal for a schema that is missing, where `env.py` makes one.
    fn may_have_schema(&mut self, refusal: &Refusal) -> bool {
        let made = self.vm.run.settings.prelude.clone().filter(|reason| reason.kind == OF_SCHEMA);
        let Some(reason) = made else { return false };
        let is_schema = matches!(refusal, Refusal::Postgres(error) if error.sqlstate == sqlstate::INVALID_SCHEMA_NAME);
        if is_schema {
            self.doubt(reason);
        }
        is_schema
    }

    /// Doubts a refusal that there is only because statements share a transaction, where it is not known that they do.
    fn depends_on_transactions(&mut self, refusal: &Refusal) -> bool {
        const OF_TRANSACTIONS: &[SqlState] =
            &[sqlstate::ACTIVE_TRANSACTION, sqlstate::IN_FAILED_TRANSACTION, sqlstate::UNSAFE_NEW_ENUM_VALUE];
        let Some(reason) = self.vm.run.settings.transactions_unknown.clone() else { return false };
        let depends = matches!(refusal, Refusal::Postgres(error) if OF_TRANSACTIONS.contains(&error.sqlstate));
        if depends {
            self.doubt(reason);
        }
        depends
    }

    fn end_in_doubt(&mut self) {
        if let Some(reason) = self.doubt.take() {
            self.prediction.outcome = Outcome::Unknown(reason);
        }
    }

    /// What could not be known of the steps makes the end uncertain.
    ///
    /// What may not run and did run made its objects uncertain, no more: whatever depends on them is not modelled. What may run
    /// and would be refused raises, and is among the failures of which it is not known whether they happen.
    fn look_at_steps(&mut self, id: &str, steps: std::ops::Range<usize>) {
        let on_rows: Vec<_> = self.vm.run.steps[steps.clone()].iter().filter_map(for_rows).collect();
        for (rows, reason, span) in on_rows {
            let demand = format!("nothing in {rows} leads to this: {}", reason.what);
            let condition = Condition::new(Asks::Rows, demand, None, Broken::Unknown, None);
            self.prediction.conditions.push(Condition { revision: id.to_string(), span, ..condition });
            self.with_rows.get_or_insert(reason);
        }
        let mut certain = self.vm.run.steps[steps].iter().filter(|step| for_rows(step).is_none());
        let reason = certain.find_map(|step| match (&step.action, &step.outcome) {
            (Action::Unmodelled(reason), _) | (_, Err(Refusal::Unmodelled(reason))) => Some(reason.clone()),
            (Action::Statement { command, .. }, Ok(_)) => {
                let of_type = || command.unknown_type().cloned();
                let of_part = |why: &str| Reason { span: step.span, ..Reason::new("unknown-part", why) };
                // What comes from rows counts as fit, and so do the parameters of a type (`numeric(:p, 2)`).
                let of_rows = |reason: &Reason| matches!(reason.kind, "row-data" | "parameter");
                let why = command.unknown_part().map(of_part).or_else(of_type)?;
                (!of_rows(&why) && !step.may.as_ref().is_some_and(of_rows)).then_some(why)
            }
            _ => None,
        });
        if let Some(reason) = reason {
            self.doubt(reason);
        }
    }
}

/// What is not modelled and happens for rows alone: the rows, what it is, and where.
fn for_rows(step: &Step) -> Option<(Reason, Reason, Option<Span>)> {
    let Action::Unmodelled(reason) = &step.action else { return None };
    let rows = step.may.as_ref().filter(|may| may.kind == "row-data")?;
    Some((rows.clone(), reason.clone(), step.span))
}
