//! A project in the form that the walks want.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::version_table::VersionTable;
use super::{Work, database};
use crate::alembic::eval::SourceModule;
use crate::alembic::graph::Graph;
use crate::alembic::project::{self, Environment, Ini, Modules, Setting, uses_database};
use crate::alembic::run::Settings;
use crate::catalog::Catalog;
use crate::pg::error::Reason;
use crate::pg::ident::{Ident, QName};
use crate::replay::Subject;
use crate::replay::history::{History, Members};
use crate::report::Input;
use crate::source::Sources;

/// The module of a revision, by its id.
type FindModule<'e> = Box<dyn Fn(&str) -> Option<SourceModule> + 'e>;

/// A project in the form that the walks want.
pub struct Prepared<'e> {
    pub environment: &'e Environment,
    pub version_table: VersionTable,
    pub graph: Graph,
    pub history: History,
    pub modules: Rc<Modules>,
    pub engine: Option<String>,
    pub server_version: Option<u32>,
    pub search_path: Vec<Ident>,
    /// The user says what it is.
    pub search_path_said: bool,
    pub baseline: Catalog,
    pub find: FindModule<'e>,
    pub loading: Vec<String>,
    pub statements_hooked: Vec<(&'static str, Reason)>,
    pub constraints_hooked: Option<Reason>,
}

impl<'e> Prepared<'e> {
    pub fn of(work: &Work, input: &Input, environment: &'e Environment, version_table: VersionTable) -> Prepared<'e> {
        let graph = environment.graph();
        let order: Vec<String> = graph.upgrade_order().iter().map(|revision| revision.id.to_string()).collect();
        let history = History::new(order, |id| graph.down(id).iter().map(ToString::to_string).collect());
        let modules = Rc::new(work.project.modules(environment, &work.sources));
        let find = {
            let (graph, modules) = (graph.clone(), modules.clone());
            Box::new(move |id: &str| {
                let file = graph.get(id)?.file;
                let path = modules.sources().file(file).path().to_string();
                // `load_python_file` in `alembic/util/pyfiles.py`: the file's name with what no identifier holds replaced.
                let name = path.rsplit('/').next().unwrap_or(&path);
                let dotted: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
                let ast = modules.parse(file)?;
                Some(SourceModule { dotted: dotted.into(), path: path.into(), file, is_package: false, ast })
            })
        };
        let loading = graph
            .loaded()
            .iter()
            .filter(|revision| find(&revision.id).is_some_and(|module: SourceModule| uses_database(&module.ast)))
            .map(|revision| revision.id.to_string())
            .collect();
        let baseline = database::baseline(input);
        let statements_hooked = project::hooks::of_statements(&modules);
        let constraints_hooked = project::hooks::of_parts(&modules);
        Prepared {
            environment,
            version_table,
            graph,
            history,
            modules,
            engine: input.options.engine.clone().or_else(|| environment.engines.first().cloned()),
            server_version: None,
            search_path: database::search_path(input),
            search_path_said: input.options.search_path.is_some(),
            baseline,
            find,
            loading,
            statements_hooked,
            constraints_hooked,
        }
    }

    pub fn subject<'s>(&'s self, work: &'s Work) -> Subject<'s> {
        let settings = &self.environment.settings;
        let version_table = &self.version_table.name;
        let naming_convention = match &settings.naming_convention {
            Setting::Known { value, .. } => value.clone(),
            Setting::Unknown(_) => Vec::new(),
        };
        Subject {
            sources: &work.sources,
            graph: &self.graph,
            history: &self.history,
            modules: self.modules.clone(),
            revision_module: &*self.find,
            loading: &self.loading,
            settings: Settings {
                // Without transactional DDL Alembic begins one transaction per revision, too.
                transaction_per_migration: settings.transaction_per_migration.known().unwrap_or(false)
                    || settings.transactional_ddl.known() == Some(false),
                autocommit: settings.autocommit.known().unwrap_or(false),
                transactions_unknown: settings.autocommit.unknown().cloned(),
                version_table: version_table.name.clone(),
                version_table_schema: version_table.schema.clone(),
                engine: self.engine.clone(),
                arguments: settings.arguments.clone(),
                main_options: self.main_options(&work.sources),
                prelude: settings.prelude.clone().filter(|_| !self.search_path_said),
                env_text: self
                    .environment
                    .env_py
                    .map_or_else(|| "".into(), |file| work.sources.file(file).text().clone()),
                flask: self.environment.flask,
                sqlalchemy: self.environment.sqlalchemy,
                server_version: self.server_version,
                search_path: self.search_path.clone(),
                ..Settings::default()
            },
            naming_convention,
            naming_unknown: settings.naming_convention.unknown().cloned(),
            statements_hooked: self.statements_hooked.clone(),
            constraints_hooked: self.constraints_hooked.clone(),
            version_tables: vec![QName {
                schema: version_table.schema.clone().or_else(|| self.search_path.first().cloned()),
                name: version_table.name.clone(),
            }],
            baseline: self.baseline.clone(),
        }
    }

    /// The options of `alembic.ini`; `pyproject.toml` has none that revisions read.
    fn main_options(&self, sources: &Sources) -> BTreeMap<String, String> {
        let Some(file) = self.environment.config.map(|file| sources.file(file)) else { return BTreeMap::new() };
        if !file.path().ends_with(".ini") {
            return BTreeMap::new();
        }
        let here = file.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        Ini::parse(file.text()).options(self.environment.section.as_deref().unwrap_or("alembic"), here)
    }

    /// The state that an upgrade to `target` leads to.
    pub fn state(&self, subject: &Subject<'_>, rows: &[String], target: &str) -> Result<Members, String> {
        let needed = subject.needed(rows, target)?;
        let more = self.history.closure(needed.iter().filter_map(|id| self.history.position(id)));
        Ok(more.union(&self.history.state(rows)))
    }

    /// Rows that files have, and rows that no file has.
    pub fn split(&self, rows: Option<&[String]>) -> (Option<Vec<String>>, Vec<String>) {
        let Some(rows) = rows else { return (None, Vec::new()) };
        let (known, ghosts) = rows.iter().cloned().partition(|row| self.history.position(row).is_some());
        (Some(known), ghosts)
    }
}
