//! The façade: everything that was handed in goes through the four walks into one report.

mod answers;
mod database;
mod invalid_indexes;
mod lock_timeout;
mod place;
mod prepared;
mod snapshot;
mod summary;
mod version_table;

use std::path::Path;
use std::rc::Rc;

use database::Database;
use place::Placed;
use prepared::Prepared;
use version_table::VersionTable;

use crate::alembic::project::{self, Environment, Project, ProjectOptions};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::diff::{Change, Difference};
use crate::locate::{Actual, Located, Timelines, Verdict, verdicts};
use crate::pg::error::Reason;
use crate::pg::ident::Ident;
use crate::plan::{Allowed, Case, plans};
use crate::predict::answers::Answers;
use crate::predict::asked::Asked;
use crate::predict::rows::Rows;
use crate::predict::{Prediction, predict};
use crate::replay::history::{History, Members};
use crate::replay::{Replay, replay};
use crate::report::build::{self, Facts};
use crate::report::{self, Input, Progress, Report, Stage};
use crate::source::Sources;
use crate::sql::dump::DumpText;

/// Reads what was handed in and answers. Never fails as a whole: what cannot be used is in the report's diagnostics.
///
/// ```
/// use restamp::report::{Input, InputFile};
/// let revision = "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'a1'\ndown_revision = None\n\n\
///                 def upgrade():\n    op.create_table('t', sa.Column('id', sa.Integer(), primary_key=True))\n";
/// let file = InputFile { path: "versions/a1.py".into(), bytes: revision.into() };
/// let report = restamp::analyze(&Input { files: vec![file], ..Input::default() }, &mut |_| ());
/// assert_eq!(report.heads, ["a1"]);
/// ```
pub fn analyze(input: &Input, progress: &mut dyn FnMut(Progress)) -> Report {
    let dump = input.dump.as_ref().map(|file| DumpText::of(&file.path, &file.bytes));
    analyze_read(input, dump.as_ref(), progress)
}

/// [`analyze`] with a dump that was read while it came, as [`DumpReader`](crate::sql::dump::DumpReader) does: of any size, and once for
/// many questions. `input.dump` is not looked at.
pub fn analyze_read(input: &Input, dump: Option<&DumpText>, progress: &mut dyn FnMut(Progress)) -> Report {
    let mut work = Work::read(input, progress);
    let mut report = match work.environment() {
        Ok(environment) => work.with_project(input, dump, &environment, progress),
        Err(diagnostic) => {
            work.diagnostics.push(diagnostic);
            work.without_project(input)
        }
    };
    report.inputs = summary::inputs(input, dump);
    report::redact::report(report)
}

/// [`analyze`] for each schema of the dump whose name matches `pattern` (`*` and `?`): a schema per tenant.
pub fn analyze_schemas(
    input: &Input,
    dump: Option<&DumpText>,
    pattern: &str,
    progress: &mut dyn FnMut(Progress),
) -> Vec<(String, Report)> {
    let analyze_one = |schema: String| {
        let mut input = input.clone();
        input.options.schema = Some(schema.clone());
        (schema, analyze_read(&input, dump, progress))
    };
    let schemas = dump.map_or_else(Vec::new, |dump| database::schemas(dump, input, pattern));
    schemas.into_iter().map(analyze_one).collect()
}

/// The expected schema of a state as SQL, in an order that psql can load.
///
/// # Errors
/// The diagnostics that say why there is none.
pub fn expected_schema(input: &Input, to: &str) -> Result<(String, Vec<report::Diagnostic>), Vec<report::Diagnostic>> {
    let mut work = Work::read(input, &mut |_| ());
    let rendered = work.environment().and_then(|environment| {
        let prepared = Prepared::of(&work, input, &environment, VersionTable::of(&environment, input));
        let subject = prepared.subject(&work);
        let state =
            prepared.state(&subject, &[], to).map_err(|message| Diagnostic::error("unknown-revision", message))?;
        let replay = replay(&subject, &state, |_, _| ());
        let mut text = String::from("SET check_function_bodies = false;\n\n");
        for command in crate::replay::schema::statements(&replay.catalog) {
            text += &format!("{command};\n\n");
        }
        let unknown = replay.revisions.iter().filter_map(|revision| {
            let reason = revision.unknown.as_ref()?;
            let id = &replay.history.order[revision.position];
            let diagnostic = Diagnostic::warning("unmodelled", format!("not all that {id} does is known: {reason}"));
            Some(reason.span.map_or(diagnostic.clone(), |span| diagnostic.clone().at(span)))
        });
        Ok((text, unknown.collect::<Vec<_>>()))
    });
    let all = |sources: &Sources, list: &[Diagnostic]| {
        list.iter().map(|one| build::diagnostic(sources, one)).collect::<Vec<_>>()
    };
    match rendered {
        Ok((text, unknown)) => {
            work.diagnostics.extend(unknown);
            Ok((text, all(&work.sources, &work.diagnostics)))
        }
        Err(diagnostic) => {
            work.diagnostics.push(diagnostic);
            Err(all(&work.sources, &work.diagnostics))
        }
    }
}

/// Runs the revisions of an upgrade to `to` on an empty database, in their order, and shows the database after each of them.
///
/// # Errors
/// The diagnostics that say why there is none.
pub fn walk(input: &Input, to: &str, watch: &mut dyn FnMut(&str, &Catalog)) -> Result<(), Vec<report::Diagnostic>> {
    let mut work = Work::read(input, &mut |_| ());
    let walked = work.environment().and_then(|environment| {
        let prepared = Prepared::of(&work, input, &environment, VersionTable::of(&environment, input));
        let subject = prepared.subject(&work);
        let state =
            prepared.state(&subject, &[], to).map_err(|message| Diagnostic::error("unknown-revision", message))?;
        let mut positions = state.iter();
        replay(&subject, &state, |_, catalog| {
            if let Some(position) = positions.next() {
                watch(&prepared.history.order[position], catalog);
            }
        });
        Ok(())
    });
    walked.map_err(|diagnostic| {
        work.diagnostics.push(diagnostic);
        work.diagnostics.iter().map(|one| build::diagnostic(&work.sources, one)).collect()
    })
}

/// What was read, before any question is asked.
struct Work {
    sources: Sources,
    project: Project,
    diagnostics: Vec<Diagnostic>,
    chosen: Option<String>,
    within: Vec<String>,
}

impl Work {
    fn read(input: &Input, progress: &mut dyn FnMut(Progress)) -> Work {
        progress(Progress { stage: Stage::ReadingProject, done: 0, total: input.files.len() as u64 });
        let mut sources = Sources::default();
        let options = ProjectOptions { source_roots: input.options.source_roots.clone() };
        let files =
            input.files.iter().map(|file| project::InputFile { path: file.path.clone(), bytes: file.bytes.clone() });
        let (project, diagnostics) = project::read(files.collect(), &options, &mut sources);
        Work {
            sources,
            project,
            diagnostics,
            chosen: input.options.environment.clone(),
            within: input.options.within.clone(),
        }
    }

    fn environment(&self) -> Result<Environment, Diagnostic> {
        let inside = |path: &String| self.within.iter().any(|folder| Path::new(path).starts_with(folder));
        let mut meant =
            self.project.environments.iter().filter(|environment| environment.version_locations.iter().any(inside));
        match (&self.chosen, meant.next(), meant.next()) {
            (None, Some(only), None) => Ok(only.clone()),
            _ => self.project.choose(self.chosen.as_deref()).cloned(),
        }
    }

    /// A report without a project: the inputs and what is the matter with them.
    fn without_project(self, input: &Input) -> Report {
        let sentence = match input.files.is_empty() {
            true => "Nothing was handed in that holds Alembic revisions.".to_string(),
            false => "No Alembic history can be told from these files; the messages say why.".to_string(),
        };
        let verdict = report::Verdict { situation: report::Situation::Unknown, sentence, facts: Vec::new() };
        let mut report = summary::empty(verdict);
        report.environments = summary::environments(&self.project, None);
        report.diagnostics = self.diagnostics.iter().map(|one| build::diagnostic(&self.sources, one)).collect();
        report
    }

    fn with_project(
        mut self,
        input: &Input,
        dump: Option<&DumpText>,
        environment: &Environment,
        progress: &mut dyn FnMut(Progress),
    ) -> Report {
        self.diagnostics.extend(environment.settings.notes());
        let mut version_table = VersionTable::of(environment, input);
        progress(Progress { stage: Stage::ReadingDump, done: 0, total: 1 });
        let mut database = dump
            .and_then(|dump| Database::read(dump, input, &mut version_table, &mut self.sources, &mut self.diagnostics));
        if let (Some(database), Some(log)) = (&mut database, &input.log) {
            let text = String::from_utf8_lossy(&log.bytes);
            let log = crate::alembic::log::read(&text, Some(environment), &self.sources);
            self.diagnostics.extend(invalid_indexes::of_log(database, &log));
        }
        let mut prepared = Prepared::of(&self, input, environment, version_table);
        let answers = Rc::new(answers::read(input, &mut self.diagnostics));
        if let Some(database) = &mut database {
            invalid_indexes::of_answers(database, &answers);
            self.diagnostics.extend(invalid_indexes::of_snapshot(database));
            prepared.search_path = database.session.search_path.clone();
        }
        let dumped = database.as_ref().and_then(Database::server_version_num);
        prepared.server_version = answers.server_version().or(dumped);
        self.diagnostics.extend(prepared.graph.problems().iter().map(|problem| problem.diagnostic(&prepared.graph)));
        let mut report = match &database {
            Some(database) => self.answer(input, &prepared, database, &answers, progress),
            None => self.history_only(&prepared, progress),
        };
        self.diagnostics.extend(answers::unused(&answers, input));
        self.diagnostics.extend(lock_timeout::wanted(input).err());
        report.environments = summary::environments(&self.project, Some(environment));
        report.heads = prepared.graph.heads().iter().map(ToString::to_string).collect();
        report.diagnostics = self.diagnostics.iter().map(|one| build::diagnostic(&self.sources, one)).collect();
        summary::add_log(&mut report, input, environment, &prepared.graph, &self.sources);
        report
    }

    /// Without a dump only the history speaks.
    fn history_only(&self, prepared: &Prepared<'_>, progress: &mut dyn FnMut(Progress)) -> Report {
        let subject = prepared.subject(self);
        progress(Progress { stage: Stage::Replaying, done: 0, total: prepared.history.order.len() as u64 });
        let replay = replay(&subject, &prepared.history.everything(), |_, _| ());
        let sentence = format!(
            "{} revisions were read, ending in {}. Hand in a dump of the database to see where it stands.",
            prepared.history.order.len(),
            summary::list(&prepared.graph.heads().iter().map(ToString::to_string).collect::<Vec<_>>())
        );
        let verdict = report::Verdict { situation: report::Situation::NoDatabase, sentence, facts: Vec::new() };
        let mut report = summary::empty(verdict);
        report.revisions = build::revisions(
            &prepared.graph,
            &prepared.history,
            &replay.revisions.iter().collect::<Vec<_>>(),
            None,
            None,
            &self.sources,
        );
        report
    }

    fn answer(
        &self,
        input: &Input,
        prepared: &Prepared<'_>,
        database: &Database,
        answers: &Rc<Answers>,
        progress: &mut dyn FnMut(Progress),
    ) -> Report {
        let subject = prepared.subject(self);
        let history = &prepared.history;
        let total = history.order.len() as u64;
        let actual = Actual::of(&database.catalog);
        let (rows, ghosts) = prepared.split(database.rows.as_deref());
        let recorded = rows.as_ref().map(|rows| history.state(rows));
        let mut done = 0;
        let placed = Placed::find(&subject, &actual, recorded.as_ref(), || {
            progress(Progress { stage: Stage::Replaying, done, total });
            done += 1;
        });
        let Placed { replay: replayed, timelines, located, .. } = &placed;
        let unknown = |position: usize| {
            let mut revisions = replayed.revisions.iter();
            !placed.world.has(position)
                || revisions.any(|revision| revision.position == position && revision.unknown.is_some())
        };
        let evidence = verdicts(history.order.len(), timelines, unknown);
        let verdict_list: Vec<Verdict> = evidence.iter().map(|(verdict, _)| *verdict).collect();
        let place = chosen_state(located, recorded.as_ref(), &verdict_list);
        let unlinked = prepared.environment.unlinked.as_ref();
        let unseen = unlinked.cloned().or_else(|| unseen(&place, &verdict_list, replayed));

        progress(Progress { stage: Stage::Comparing, done: 0, total: 1 });
        let expected = replay(&subject, &place, |_, _| ());
        let before = |id: &crate::catalog::ObjectId| timelines.outside(id).is_some();
        let mentioned = |id: &crate::catalog::ObjectId| timelines.is_made(id) || timelines.is_taken(id, &place);
        let made = |id: &crate::catalog::ObjectId| {
            let known = timelines.made_on_loading(id).cloned().or_else(|| expected.may_have_made(id.kind));
            let hooked =
                || prepared.constraints_hooked.clone().filter(|_| id.kind == crate::pg::command::Kind::Constraint);
            let known = known.or_else(hooked);
            // What stands on a table of its own is nobody's but that table's.
            let known = known.or_else(|| expected.may_have_done_more().filter(|_| id.table.is_some()));
            known.or_else(|| expected.may_have_made_again(timelines.taken_at(id, &place)?))
        };
        let options = crate::diff::Options {
            version_tables: &subject.version_tables,
            mentioned: Some(&mentioned),
            before: Some(&before),
            made: Some(&made),
        };
        let schema = input.options.schema.as_deref().map(Ident::new);
        let within = |difference: &Difference| schema.is_none() || difference.id.schema == schema;
        let mut differences = database.in_scope(crate::diff::diff(&database.catalog, &expected.catalog, &options));

        differences.retain(within);
        if let Some(reason) = unlinked {
            differences.iter_mut().for_each(|difference| difference.change = Change::Uncompared(reason.clone()));
        }

        progress(Progress { stage: Stage::Predicting, done: 0, total: 1 });
        let target = input.options.target.clone().unwrap_or_else(|| "heads".to_string());
        let asked = Asked::new(database.catalog.clone(), answers.clone());
        let table_rows = Rows::new(database.row_counts.clone()).ask(Rc::new(asked));
        let prediction = match (&database.rows, unlinked) {
            _ if database.cut => Prediction::unknown(Reason::new(
                "dump-truncated",
                "the dump is cut off: make it again and hand in all of it",
            )),
            (_, Some(reason)) => Prediction::unknown(reason.clone()),
            (Some(all), None) => predict(&subject, &database.catalog, all, &target, &table_rows, &[]),
            (None, None) => Prediction::unknown(Reason::new(
                "version-rows",
                "the version rows are not known: hand in the output of `alembic current`",
            )),
        };

        progress(Progress { stage: Stage::Planning, done: 0, total: 1 });
        let goal = prepared.state(&subject, rows.as_deref().unwrap_or_default(), &target);
        let goal = goal.unwrap_or_else(|_| history.everything());
        let case = Case {
            subject: &subject,
            replay: replayed,
            timelines,
            actual: &database.catalog,
            made: &made,
            session: &database.session,
            rows: rows.as_deref(),
            ghosts: &ghosts,
            located,
            verdicts: &verdict_list,
            target: &target,
            goal: &goal,
            prediction: &prediction,
            table_rows: &table_rows,
            privileges: &database.privileges,
            schema: schema.as_ref(),
            allowed: Allowed { drops: input.options.allow_drops, data_loss: input.options.allow_data_loss },
            concurrently: input.options.concurrently,
            lock_timeout: lock_timeout::wanted(input).unwrap_or(lock_timeout::DEFAULT),
        };
        let planned = !input.options.no_plans
            && rows.is_some()
            && !database.cut
            && unlinked.is_none()
            && prepared.version_table.unknown.is_none();
        let made = if planned { plans(&case) } else { Vec::new() };

        let header = summary::header(input, database);
        let mut report = summary::empty(report::Verdict {
            situation: report::Situation::Unknown,
            sentence: String::new(),
            facts: Vec::new(),
        });
        report.revisions = build::revisions(
            &prepared.graph,
            history,
            &placed.revisions(),
            Some(&evidence),
            recorded.as_ref(),
            &self.sources,
        );
        report.database = Some(database.summary());
        report.stamped = database.stamped(&ghosts);
        let (same_schema, may_be) = placed.tie(&place);
        let written = |states: Vec<&Members>| states.into_iter().map(|state| history.rows(state)).collect();
        report.located = Some(report::Located {
            revisions: history.rows(&place),
            exact: !database.cut
                && unseen.is_none()
                && located.exact(differences.iter().filter(|difference| difference.naming).count())
                && !differences.iter().any(|difference| difference.is_drift()),
            same_schema: written(same_schema),
            may_be: written(may_be),
        });
        report.drift = build::drift(&differences, timelines, replayed, &self.sources);
        report.prediction = Some(build::prediction(&prediction, &self.sources));
        report.plans = made.iter().map(|plan| build::plan(&case, plan, &made, &header, &self.sources)).collect();
        if input.options.rehearsal {
            let restore = build::Restore {
                statements: &database.statements,
                version_table: case.version_table(),
                make_version_table: !database.table_exists,
                rows: database.rows.as_deref().unwrap_or_default(),
                search_path: &database.session.search_path,
            };
            let plans: Vec<_> = report.plans.iter().zip(made.iter().map(|plan| &plan.then)).collect();
            let per_migration = subject.settings.transaction_per_migration;
            report.rehearsal = Some(build::rehearsal(&restore, &prediction, &plans, per_migration, &self.sources));
        }
        if database.cut {
            report.verdict.sentence =
                "The dump is cut off, so it cannot be told where this database stands. Make it again and hand in all of it."
                    .to_string();
            return report;
        }
        report.check_sql = build::check(&case, &made, &header, &self.sources);
        if let (Some(located), Some(prediction)) = (&report.located, &report.prediction) {
            report.verdict = build::verdict(&Facts {
                heads: &prepared.graph.heads().iter().map(ToString::to_string).collect::<Vec<_>>(),
                located,
                stamped: report.stamped.as_ref(),
                prediction,
                drift: &report.drift,
                plans: &report.plans,
                planned,
                files: history.order.len(),
                tables_known: tables_known(&expected_tables(timelines), &actual),
                pending: goal.iter().filter(|position| !place.has(*position)).count(),
                target: &target,
                refused_heads: input.log.as_ref().is_some_and(|log| summary::refuses_heads(&log.bytes)),
                told: told(database, answers),
                partly_known: replayed.revisions.iter().any(|one| place.has(one.position) && one.unknown.is_some()),
                unseen: unseen.map(|reason| reason.to_string()),
                unproven: report.plans.iter().find(|plan| plan.recommended).map_or(0, |plan| {
                    plan.data_steps.iter().filter(|step| step.state == report::DataStepState::Skipped).count()
                }),
            });
            if let Some(schema) = &schema {
                let how = format!(
                    "Commands are meant for {schema} alone: run them as env.py picks a schema (often with -x)."
                );
                report.verdict.facts.push(how);
            }
        }
        report
    }
}

/// What the database has told beyond its schema, one sentence each.
fn told(database: &Database, answers: &Answers) -> Vec<String> {
    let known = database.snapshot.iter();
    let snapshot = known.flat_map(|known| snapshot::facts(known, &database.catalog, &database.session));
    snapshot.chain(answers::facts(answers, &database.session)).collect()
}

/// Why nothing shows that a database is at a place: of all that its revisions do nothing is known.
fn unseen(place: &Members, verdicts: &[Verdict], replay: &Replay) -> Option<Reason> {
    let blank = |position: usize| matches!(verdicts[position], Verdict::Unknown | Verdict::NoTrace);
    if !place.iter().all(blank) {
        return None;
    }
    let mut unknown = replay.revisions.iter().filter(|revision| place.has(revision.position));
    unknown.find_map(|revision| revision.unknown.clone())
}

/// Of a tie the recorded state, else the one nearest to the head in front of revisions of which nothing is known.
fn chosen_state(located: &Located, recorded: Option<&Members>, verdicts: &[Verdict]) -> Members {
    let same = recorded.and_then(|recorded| located.states.iter().find(|state| *state == recorded));
    let sure = |state: &&Members| {
        let first = located.states.first();
        let mut more = state.iter().filter(|position| first.is_some_and(|first| !first.has(*position)));
        more.all(|position| verdicts[position] != Verdict::Unknown)
    };
    let nearest = located.states.iter().rev().find(sure);
    same.or(nearest).cloned().unwrap_or_else(|| History::default().nothing())
}

/// Tables that some revision makes and none drops.
fn expected_tables(timelines: &Timelines) -> Vec<&crate::catalog::ObjectId> {
    timelines.by_object.keys().filter(|id| id.kind == crate::pg::command::Kind::Table).collect()
}

fn tables_known(expected: &[&crate::catalog::ObjectId], actual: &Actual<'_>) -> u32 {
    if expected.is_empty() {
        return 100;
    }
    let known = expected.iter().filter(|id| actual.objects.contains_key(*id)).count();
    (known * 100 / expected.len()) as u32
}
