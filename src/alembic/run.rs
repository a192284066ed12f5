//! One `alembic upgrade`: what the revisions did, step by step, and what the run remembers between them.

pub mod block;
mod doubt;
mod observer;
mod settings;
mod settle_name;
mod side;
pub mod upgrade;

use std::collections::BTreeSet;
use std::rc::Rc;

pub use observer::{Observer, Sent};
pub use settings::{Driver, Settings};
pub use side::{Fork, Side};

use crate::alembic::database::query::KnownRows;
use crate::alembic::project::Template;
use crate::catalog::listing::{Change, Listing};
use crate::catalog::missed::Missed;
use crate::catalog::{Catalog, Deltas, Mark, Oid, Session};
use crate::pg::command::{AlterAction, Command, Table, Transaction};
use crate::pg::error::{PgError, Reason, Refusal, SqlState, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::source::{FileId, Span};

/// The state of one `alembic upgrade` on one database.
#[derive(Debug)]
pub struct Run {
    /// The database.
    pub catalog: Catalog,
    /// The connection.
    pub session: Session,
    /// What was sent so far, in order, over all revisions of the run.
    pub steps: Vec<Step>,
    /// Set while code runs of which it is not known whether it runs (a branch on an unknown condition); the innermost last.
    pub uncertain: Vec<Reason>,
    /// How many of `uncertain` are sides that run for real and are joined later; the others only record what may happen.
    pub sides: usize,
    /// Where the interpreter is: call sites from the revision's own file (first) to the innermost frame (last).
    pub trace: Vec<Span>,
    /// Exceptions that code under an unknown condition would raise; what follows assumes that they were not raised.
    pub may_fail: Vec<MayFail>,
    /// What `env.py` and the command line say.
    pub settings: Settings,
    /// Set where somebody wants to know what each statement changes.
    pub watch: Option<Listing>,
    /// Set where somebody wants to see the database before and after each statement.
    pub observer: Option<Rc<dyn Observer>>,
    /// Refusals that do not happen: calls that a patch would guard, with the SQLSTATE of each.
    pub tolerated: Vec<(Span, SqlState)>,
    /// The call that such a patch skips as a whole, with the statements that follow the refused one.
    guarded: Option<Span>,
    /// Refusals that a replay passes over, since real databases are past them: what the statement would have done is in doubt.
    pub endured: Vec<(Span, SqlState, Reason)>,
    /// `naming_convention` of `target_metadata`: keys such as `uq` with their templates, and tokens of the project's own.
    pub naming_convention: Vec<(String, Template)>,
    /// Why `naming_convention` is not known, where it is not: it may have named what the revisions left without a name.
    pub naming_unknown: Option<Reason>,
    /// Why the application may write statements of operations in another way than SQLAlchemy, where it may.
    pub statements_hooked: Vec<(&'static str, Reason)>,
    /// Why tables may have constraints that no revision writes.
    pub constraints_hooked: Option<Reason>,
    /// The files of all revisions: one may call what another one defines.
    pub revision_files: Rc<BTreeSet<FileId>>,
    /// Names that the convention gave to indexes that have none in the revisions.
    pub conventional_indexes: BTreeSet<Ident>,
    /// Types that this run has created: SQLAlchemy emits `CREATE TYPE` for a name once per run (`PGDDLBase`'s `_ddl_runner.memo`).
    pub created_types: BTreeSet<QName>,
    /// Inside `autocommit_block()`: each statement is its own transaction.
    autocommit: bool,
    /// The driver believes that its transaction is open. A raw `COMMIT` does not tell it otherwise.
    begun: bool,
    /// A revision has ended Alembic's own transaction: what comes after it is rolled back when the connection is closed.
    pub cut_off: Option<Reason>,
    /// The database as it was before the first statement.
    start: Mark,
}

/// A failure of which it is not known whether it happens.
#[derive(Clone, Debug)]
pub struct MayFail {
    /// Why it is not known.
    pub reason: Reason,
    /// What would be raised.
    pub refusal: Refusal,
    /// Where: the line in the revision's own file.
    pub span: Option<Span>,
}

/// One thing that a revision did.
#[derive(Clone, Debug)]
pub struct Step {
    /// The line in the revision's own file.
    pub span: Option<Span>,
    /// What.
    pub action: Action,
    /// `Some`: it may not run at all.
    pub may: Option<Reason>,
    /// What happened in the catalog.
    pub outcome: Result<Deltas, Refusal>,
    /// What it changed at the catalog's boundary; empty unless [`Run::watch`] is set.
    pub changes: Vec<Change>,
    /// What it needed though no revision had made it; empty in a world that is not open.
    pub missed: Vec<Missed>,
}

/// What a step is.
#[derive(Clone, Debug)]
pub enum Action {
    /// A statement that is sent, and its text as SQLAlchemy or the author wrote it.
    Statement {
        /// The statement.
        command: Box<Command>,
        /// As sent.
        sql: String,
    },
    /// Work on rows that cannot be written as SQL: ORM code, loops over rows.
    Rows {
        /// What it does, with the tables it names where they are known.
        what: String,
    },
    /// The revision did something whose effects are not known.
    Unmodelled(Reason),
}

impl Run {
    /// A run on a database, before its first statement.
    pub fn new(catalog: Catalog, session: Session, settings: Settings) -> Run {
        Run {
            start: session.committed,
            catalog,
            session,
            steps: Vec::new(),
            uncertain: Vec::new(),
            sides: 0,
            trace: Vec::new(),
            may_fail: Vec::new(),
            autocommit: settings.autocommit,
            settings,
            watch: None,
            observer: None,
            tolerated: Vec::new(),
            guarded: None,
            endured: Vec::new(),
            naming_convention: Vec::new(),
            naming_unknown: None,
            statements_hooked: Vec::new(),
            constraints_hooked: None,
            revision_files: Rc::default(),
            conventional_indexes: BTreeSet::new(),
            created_types: BTreeSet::new(),
            begun: false,
            cut_off: None,
        }
    }

    /// Sends one statement from where the interpreter is, and records it as a step.
    ///
    /// # Errors
    /// What the catalog refuses; the step holds it too.
    pub fn send(&mut self, command: Command, sql: impl Into<String>) -> Result<Deltas, Refusal> {
        self.send_from(self.place(), command, sql)
    }

    /// The same for a statement that was written at another place, e.g. inside a batch.
    ///
    /// # Errors
    /// What the catalog refuses; the step holds it too.
    pub fn send_from(
        &mut self,
        span: Option<Span>,
        command: Command,
        sql: impl Into<String>,
    ) -> Result<Deltas, Refusal> {
        self.prepare()?;
        self.catalog.take_missed();
        let may = self.uncertain.last().cloned();
        let observer = self.observer.clone();
        let stopped = observer.as_ref().and_then(|observer| observer.before(&command, &self.catalog, &self.session));
        let is_skipped = span.is_some() && self.guarded == span;
        if !is_skipped {
            self.guarded = None;
        }
        let outcome = match &may {
            _ if is_skipped => Ok(Deltas::new()),
            Some(reason) if self.uncertain.len() > self.sides => {
                self.catalog.execute_maybe(&command, &mut self.session, reason)
            }
            None if stopped.is_some() => self.stop(&command, stopped),
            Some(_) | None => match self.catalog.execute(&command, &mut self.session) {
                // In an open world the revisions have run: what this one needs was there.
                Err(refusal @ Refusal::Unmodelled(_)) if self.catalog.open_world => {
                    self.catalog.execute_settling(&command, &mut self.session).map_err(|_| refusal)
                }
                outcome => outcome,
            },
        };
        let outcome = self.doubt_name(&command, outcome);
        let outcome = self.doubt_hooked(&command, outcome);
        let outcome = self.doubt_missing_constraint(&command, outcome);
        if outcome.is_ok() {
            self.doubt_index_name(&command);
        }
        let outcome = self.tolerate(span, &command, outcome);
        if let Some(observer) = &observer {
            let sent = Sent { span, accepted: outcome.is_ok(), may: may.as_ref() };
            observer.after(&command, sent, &self.catalog, &self.session);
        }
        let changes = match &outcome {
            Err(Refusal::Unmodelled(reason)) => {
                let reason = may.as_ref().unwrap_or(reason);
                let deltas = self.catalog.doubt_targets(&command, &self.session, reason);
                self.changes(&Ok(deltas))
            }
            // What may be dropped and is still needed here may not be needed where it is dropped.
            Err(Refusal::Postgres(error)) if may.is_some() && error.sqlstate == sqlstate::DEPENDENT_OBJECTS => {
                let deltas = may.as_ref().map(|reason| self.catalog.doubt_targets(&command, &self.session, reason));
                self.changes(&Ok(deltas.unwrap_or_default()))
            }
            Ok(_) | Err(_) => self.changes(&outcome),
        };
        // What is refused shows nothing.
        let missed = self.catalog.take_missed();
        let missed = if outcome.is_ok() { missed } else { Vec::new() };
        let action = Action::Statement { command: Box::new(command), sql: sql.into() };
        self.steps.push(Step { span, action, may, outcome: outcome.clone(), changes, missed });
        outcome
    }

    /// Executes a statement that rows stop, unless it is refused for another reason before PostgreSQL looks at them.
    fn stop(&mut self, command: &Command, error: Option<PgError>) -> Result<Deltas, Refusal> {
        let (mark, session) = (self.catalog.mark(), self.session.clone());
        let deltas = self.catalog.execute(command, &mut self.session)?;
        let Some(error) = error else { return Ok(deltas) };
        self.catalog.rollback_to(mark);
        self.session = session;
        self.session.fail();
        Err(error.into())
    }

    /// A refusal that a patch would guard against did not happen; of one that is passed over it is not known what happened instead.
    fn tolerate(
        &mut self,
        span: Option<Span>,
        command: &Command,
        outcome: Result<Deltas, Refusal>,
    ) -> Result<Deltas, Refusal> {
        let (Err(Refusal::Postgres(error)), Some(span)) = (&outcome, span) else { return outcome };
        let endured = self.endured.iter().find(|(at, sqlstate, _)| (*at, *sqlstate) == (span, error.sqlstate));
        let instead = match endured {
            Some(_) if is_done_already(command, error.sqlstate) || self.is_renamed(command) => Ok(Deltas::new()),
            Some((.., reason)) => Err(reason.clone().into()),
            None if self.tolerated.contains(&(span, error.sqlstate)) => {
                // A type alone is left to be made before: its table is made.
                let is_type = matches!(command, Command::Type(_));
                self.guarded = Some(span).filter(|_| !is_type);
                Ok(Deltas::new())
            }
            None => return outcome,
        };
        self.session.aborted = false;
        instead
    }

    /// What a statement changed, for those who watch.
    fn changes(&mut self, outcome: &Result<Deltas, Refusal>) -> Vec<Change> {
        match (&mut self.watch, outcome) {
            (Some(listing), Ok(deltas)) => listing.follow(&self.catalog, deltas),
            _ => Vec::new(),
        }
    }

    /// Executes a statement on rows whose values are not known, so that its text cannot be sent again: its names are checked,
    /// and it is recorded as work on rows.
    ///
    /// # Errors
    /// What the catalog refuses; the step holds it too.
    pub fn send_rows(&mut self, command: &Command, what: impl Into<String>) -> Result<Deltas, Refusal> {
        let at = self.steps.len();
        let outcome = self.send(command.clone(), "");
        if let Some(step) = self.steps.get_mut(at) {
            step.action = Action::Rows { what: what.into() };
        }
        outcome
    }

    /// Records a statement that PostgreSQL refuses before it reads the catalog, or on a look-up. It aborts the transaction.
    pub fn refused(&mut self, command: Command, sql: impl Into<String>, error: PgError) -> Refusal {
        let refusal = Refusal::Postgres(error);
        let action = Action::Statement { command: Box::new(command), sql: sql.into() };
        let may = self.uncertain.last().cloned();
        if self.uncertain.len() <= self.sides {
            self.session.fail();
        }
        let span = self.place();
        self.steps.push(Step {
            span,
            action,
            may,
            outcome: Err(refusal.clone()),
            changes: Vec::new(),
            missed: Vec::new(),
        });
        refusal
    }

    /// The database as another connection would see it: only what is committed. Of a history that is replayed it is not known
    /// which revisions ran in one upgrade, and so in one transaction.
    pub fn committed(&self) -> Catalog {
        let mut catalog = self.catalog.clone();
        if self.session.transaction.is_some() {
            catalog.rollback_to(self.session.committed);
        }
        if catalog.open_world && !self.settings.transaction_per_migration {
            let why = "what another connection sees depends on where the upgrade began";
            catalog.doubt_since(self.start, &Reason::new("second-connection", why));
        }
        catalog
    }

    /// Records something that the revision did and that no statement stands for.
    pub fn note(&mut self, action: Action) {
        let outcome = match &action {
            Action::Unmodelled(reason) => Err(Refusal::Unmodelled(reason.clone())),
            Action::Rows { .. } | Action::Statement { .. } => Ok(Deltas::new()),
        };
        if let (Action::Rows { .. }, Some(observer)) = (&action, &self.observer) {
            observer.rows_changed(&self.catalog);
        }
        let span = self.place();
        let may = self.uncertain.last().cloned();
        self.steps.push(Step { span, action, may, outcome, changes: Vec::new(), missed: Vec::new() });
    }

    /// Where the code is, in the revision's own file: the innermost frame of that file, as a traceback shows it.
    pub fn place(&self) -> Option<Span> {
        let first = self.trace.first()?;
        self.trace.iter().rev().find(|span| span.file == first.file).copied()
    }

    /// Executes a statement that belongs to Alembic and not to a revision, such as those on the version table.
    ///
    /// # Errors
    /// What the catalog refuses.
    pub fn execute(&mut self, command: &Command) -> Result<Deltas, Refusal> {
        self.prepare()?;
        self.catalog.execute(command, &mut self.session)
    }

    /// Before each statement a driver opens a transaction where it believes that none is open.
    ///
    /// psycopg2 and asyncpg keep their own flag, which a raw `COMMIT` in a statement does not change; psycopg 3 asks the
    /// server's state.
    fn prepare(&mut self) -> Result<(), Refusal> {
        let open = match self.settings.driver {
            Driver::Psycopg2 | Driver::Asyncpg => self.begun,
            Driver::Psycopg => self.session.transaction.is_some(),
        };
        if !self.autocommit && !open {
            self.begin()?;
        }
        Ok(())
    }

    /// Opens the transaction of the run or of one revision.
    ///
    /// # Errors
    /// What the catalog refuses.
    pub fn begin(&mut self) -> Result<(), Refusal> {
        self.begun = true;
        if !self.settings.autocommit && self.session.transaction.is_none() {
            self.catalog.execute(&Command::Transaction(Transaction::Begin), &mut self.session)?;
        }
        Ok(())
    }

    /// Ends the transaction, keeping what it did.
    ///
    /// # Errors
    /// What the catalog refuses.
    pub fn commit(&mut self) -> Result<(), Refusal> {
        self.end(Transaction::Commit)
    }

    /// Ends the transaction, taking back what it did.
    ///
    /// # Errors
    /// What the catalog refuses.
    pub fn rollback(&mut self) -> Result<(), Refusal> {
        self.end(Transaction::Rollback)
    }

    fn end(&mut self, how: Transaction) -> Result<(), Refusal> {
        self.begun = false;
        if self.session.transaction.is_some() {
            self.catalog.execute(&Command::Transaction(how), &mut self.session)?;
        }
        Ok(())
    }

    /// The begin of `with op.get_context().autocommit_block()`: what came before is committed for good.
    ///
    /// # Errors
    /// What the catalog refuses.
    pub fn enter_autocommit(&mut self) -> Result<(), Refusal> {
        self.commit()?;
        self.autocommit = true;
        Ok(())
    }

    /// Its end: later statements are in a transaction again.
    ///
    /// # Errors
    /// What the catalog refuses.
    pub fn leave_autocommit(&mut self) -> Result<(), Refusal> {
        self.autocommit = self.settings.autocommit;
        self.begin()
    }

    /// The connection itself commits each statement from now on, whatever Alembic begins.
    pub fn stay_in_autocommit(&mut self) {
        self.settings.autocommit = true;
        self.autocommit = true;
        self.cut_off = None;
    }

    /// Lets statements share transactions though the connection is in autocommit mode.
    pub fn share_transaction(&mut self) {
        self.settings.autocommit = false;
        self.autocommit = false;
    }

    /// Whether each statement is a transaction of its own at this moment.
    pub fn is_autocommit(&self) -> bool {
        self.autocommit
    }
}

/// Where one revision's `upgrade()` ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It returned.
    Finished,
    /// It was refused, by the database or by Python, and nothing caught that.
    Failed {
        /// With what.
        refusal: Refusal,
        /// The line in the revision's own file.
        span: Option<Span>,
        /// The same, or where that line has called another revision's file: the line in there.
        at: Option<Span>,
    },
    /// What it did is not known from some point on.
    Unknown(Reason),
}

/// One revision's part of a run.
#[derive(Clone, Debug)]
pub struct RevisionRun {
    /// Its steps in [`Run::steps`].
    pub steps: std::ops::Range<usize>,
    /// How many of them, the first, come from code that runs when the file is loaded.
    pub loading: usize,
    /// How it ended.
    pub outcome: Outcome,
}

/// What is to be made is there, or what is to be dropped is gone: nothing is left to do.
fn is_done_already(command: &Command, code: SqlState) -> bool {
    let drops = match command {
        Command::DropIndex { .. } | Command::Table(Table::Drop { .. }) => true,
        Command::Table(Table::Alter { actions, .. }) => actions
            .iter()
            .all(|action| matches!(action, AlterAction::DropColumn { .. } | AlterAction::DropConstraint { .. })),
        _ => false,
    };
    match code {
        sqlstate::DUPLICATE_COLUMN
        | sqlstate::DUPLICATE_TABLE
        | sqlstate::DUPLICATE_OBJECT
        | sqlstate::DUPLICATE_SCHEMA
        | sqlstate::DUPLICATE_FUNCTION => true,
        sqlstate::UNDEFINED_TABLE | sqlstate::UNDEFINED_COLUMN | sqlstate::UNDEFINED_OBJECT => drops,
        _ => false,
    }
}

impl KnownRows for Run {
    fn is_empty(&self, table: Oid) -> bool {
        self.observer.as_ref().is_some_and(|observer| observer.is_empty(&self.catalog, table))
    }
}
