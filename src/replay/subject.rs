//! What every walk needs of a project: its revisions, how they are run, and what the version table does meanwhile.

use std::rc::Rc;

use super::history::History;
use crate::alembic::eval::{ModuleSource, SourceModule, Value, Vm};
use crate::alembic::graph::Graph;
use crate::alembic::project::Template;
use crate::alembic::revision::RevisionId;
use crate::alembic::run::upgrade::{self, upgrade, upgrade_in_either_case, upgrade_with_arguments};
use crate::alembic::run::{Outcome, RevisionRun, Run, Settings};
use crate::alembic::stamp::{RowError, Rows};
use crate::alembic::{database, libraries, ops, sqlalchemy};
use crate::catalog::{Catalog, Session};
use crate::pg::error::{PgError, PythonError, Reason, Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::source::Sources;

/// A project as the walks see it.
pub struct Subject<'p> {
    /// All texts.
    pub sources: &'p Sources,
    /// The revisions as Alembic sees them.
    pub graph: &'p Graph,
    /// The same in upgrade order.
    pub history: &'p History,
    /// What revisions may import.
    pub modules: Rc<dyn ModuleSource>,
    /// The file of a revision; `None` if it could not be parsed.
    pub revision_module: &'p dyn Fn(&str) -> Option<SourceModule>,
    /// The revisions whose files use the database when they are loaded, in the order in which Alembic loads them.
    pub loading: &'p [String],
    /// What `env.py` and the command line say.
    pub settings: Settings,
    /// `naming_convention` of `target_metadata`.
    pub naming_convention: Vec<(String, Template)>,
    /// Why it is not known, where it is not.
    pub naming_unknown: Option<Reason>,
    /// Elements of DDL that the application may write in another way, each with the reason.
    pub statements_hooked: Vec<(&'static str, Reason)>,
    /// Why tables may have constraints that no revision writes.
    pub constraints_hooked: Option<Reason>,
    /// Alembic's table, as a comparison leaves it out.
    pub version_tables: Vec<QName>,
    /// What the history starts from: empty, or `--baseline`.
    pub baseline: Catalog,
}

impl Subject<'_> {
    /// An interpreter for one run on a database.
    pub fn vm(&self, catalog: Catalog, mut session: Session) -> Vm {
        let major = self.settings.server_version.map(|number| number / 10_000);
        session.server_version = major.or(session.server_version);
        session.search_path.clone_from(&self.settings.search_path);
        let mut run = Run::new(catalog, session, self.settings.clone());
        run.naming_convention.clone_from(&self.naming_convention);
        run.naming_unknown.clone_from(&self.naming_unknown);
        run.statements_hooked.clone_from(&self.statements_hooked);
        run.constraints_hooked.clone_from(&self.constraints_hooked);
        run.revision_files = Rc::new(self.graph.revisions().map(|revision| revision.span().file).collect());
        let mut vm = Vm::new(run, self.modules.clone());
        sqlalchemy::install(&mut vm);
        database::register(&mut vm);
        ops::register(&mut vm);
        libraries::register(&mut vm);
        vm
    }

    /// Runs `upgrade()` of one revision.
    pub fn run(&self, vm: &mut Vm, id: &str) -> RevisionRun {
        let here = vm.run.steps.len();
        let Some(module) = (self.revision_module)(id) else {
            let span = self.graph.get(id).map(crate::alembic::revision::Revision::span);
            let reason = Reason::new("syntax", format!("the file of {id} cannot be read as Python"));
            let reason = span.map_or(reason.clone(), |span| reason.clone().at(span));
            return RevisionRun { steps: here..here, loading: 0, outcome: Outcome::Unknown(reason) };
        };
        if let Some(loaded) = vm.loaded.get(&module.file).cloned() {
            return self.upgrade(vm, &module, &loaded);
        }
        if self.asks_environment(&module) {
            return upgrade_in_either_case(vm, &module);
        }
        let standing = vm.standing();
        let loaded = vm.load_module(&module);
        vm.settle(&standing);
        let loading = vm.run.steps.len() - here;
        let run = match loaded {
            Ok(loaded) => self.upgrade(vm, &module, &loaded),
            Err(raised) => upgrade::run(vm, |_| Err(raised)),
        };
        RevisionRun { steps: here..run.steps.end, loading, ..run }
    }

    fn upgrade(&self, vm: &mut Vm, module: &SourceModule, loaded: &Value) -> RevisionRun {
        // A replay follows what has run on databases, with whatever arguments that took.
        match vm.run.catalog.open_world && self.sources.file(module.file).text().contains("get_x_argument") {
            true => upgrade_with_arguments(vm, loaded),
            false => upgrade(vm, loaded),
        }
    }

    /// Loads the file of a revision whose `upgrade()` runs later, if at all.
    pub fn load(&self, vm: &mut Vm, id: &str) -> RevisionRun {
        let here = vm.run.steps.len();
        let module = (self.revision_module)(id).filter(|module| !self.asks_environment(module));
        let Some(module) = module else {
            return RevisionRun { steps: here..here, loading: 0, outcome: Outcome::Finished };
        };
        let run = upgrade::run(vm, |vm| {
            let loaded = vm.load_module(&module)?;
            vm.loaded.insert(module.file, loaded);
            Ok(Value::None)
        });
        RevisionRun { loading: run.steps.len(), ..run }
    }

    fn asks_environment(&self, module: &SourceModule) -> bool {
        let text = self.sources.file(module.file).text();
        text.contains("environ") || text.contains("getenv")
    }

    /// The version table as `env.py` configures it; without a schema the search path finds it.
    pub fn version_table(&self) -> QName {
        QName { schema: self.settings.version_table_schema.clone(), name: self.settings.version_table.clone() }
    }

    /// The revisions that an upgrade runs, in order.
    ///
    /// # Errors
    /// Alembic's own message where it refuses before the first.
    pub fn needed(&self, rows: &[String], target: &str) -> Result<Vec<String>, String> {
        let rows: Vec<RevisionId> = rows.iter().map(|row| row.as_str().into()).collect();
        match self.graph.needed(&rows, target) {
            Ok(revisions) => Ok(revisions.iter().map(|revision| revision.id.to_string()).collect()),
            Err(error) => Err(error.command_error()),
        }
    }

    /// Alembic makes its table before the first revision, unless it is there.
    ///
    /// # Errors
    /// What PostgreSQL refuses, e.g. 3F000 for a schema that is not there.
    pub fn ensure_version_table(&self, run: &mut Run) -> Result<(), Refusal> {
        let name = self.version_table();
        if run.catalog.resolve_relation(&name, &run.session).is_some() {
            return Ok(());
        }
        let pkey = Ident::new(&format!("{}_pkc", name.name.as_str()));
        let text = format!(
            "CREATE TABLE {name} (version_num VARCHAR(32) NOT NULL, CONSTRAINT {pkey} PRIMARY KEY (version_num))"
        );
        for statement in crate::sql::statement::parse(&text) {
            run.execute(&statement.command)?;
        }
        Ok(())
    }

    /// What Alembic does to the version rows after a revision.
    ///
    /// # Errors
    /// 42P01 where the table is not found any more, 22001 for an id that does not fit, and Alembic's own error for rows that are not as it expects.
    pub fn move_rows(&self, run: &Run, rows: &mut Rows, id: &str) -> Result<(), Refusal> {
        let Some(revision) = self.graph.get(id) else { return Ok(()) };
        if run.session.aborted {
            let message = "current transaction is aborted, commands ignored until end of transaction block";
            return Err(PgError::new(sqlstate::IN_FAILED_TRANSACTION, message).into());
        }
        // A revision may have set another `search_path`, as the SQL that pg_dump writes does.
        let table = self.version_table();
        if !run.catalog.open_world && run.catalog.resolve_relation(&table, &run.session).is_none() {
            let schema = table.schema.as_ref().map_or_else(String::new, |schema| format!("{}.", schema.as_str()));
            let message = format!("relation \"{schema}{}\" does not exist", table.name.as_str());
            return Err(PgError::new(sqlstate::UNDEFINED_TABLE, message).into());
        }
        rows.upgrade(self.graph, revision).map(|_| ()).map_err(|error| {
            let message = error.message(self.settings.version_table.as_str());
            let class = match error {
                RowError::TooLong { .. } => return PgError::new(sqlstate::STRING_TRUNCATION, message).into(),
                RowError::Matched { .. } => "alembic.util.exc.CommandError".into(),
                RowError::Assertion(_) => "AssertionError".into(),
            };
            Refusal::Client(PythonError { class, message })
        })
    }

    /// The length of `version_num` on this database; `None` where it has no limit or is not known.
    pub fn version_num_length(&self, catalog: &Catalog, session: &Session) -> Option<usize> {
        let Some(table) = catalog.resolve_relation(&self.version_table(), session) else { return Some(32) };
        let column = catalog.column_of(catalog.column(table, &Ident::new("version_num"))?)?;
        match &column.ty {
            crate::catalog::object::TypeRef::Builtin(ty) => ty.modifiers.first()?.parse().ok(),
            _ => None,
        }
    }
}
