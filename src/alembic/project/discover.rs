//! Finds the environments.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::ini::Ini;
use super::options::Options;
use super::requirements;
use super::revision_file;
use super::tree::{Tree, ancestors, file_name, join, parent};
use super::{Environment, Modules, ProjectOptions, Settings, settings};
use crate::alembic::revision::{Revision, RevisionId};
use crate::diagnostic::Diagnostic;
use crate::pg::error::Reason;
use crate::source::{FileId, Sources, Span};

/// An environment as its configuration tells it, before its revisions are read.
#[derive(Clone, Debug, Default)]
struct Candidate {
    folder: String,
    config: Option<FileId>,
    section: Option<String>,
    /// As configured; empty stands for `<folder>/versions`.
    locations: Vec<String>,
    recursive: bool,
    sys_path: Vec<String>,
    engines: Vec<String>,
}

/// Reads revision files once, whoever asks for them.
struct Reader<'a> {
    tree: &'a Tree,
    sources: &'a Sources,
    read: HashMap<FileId, (Option<Revision>, Vec<Diagnostic>)>,
    /// Folders that hold at least one file that looks like a revision.
    folders: BTreeSet<String>,
}

/// Alembic's own filter: `(?!\.\#|__init__)(.*\.py)$`.
fn is_loaded(path: &str) -> bool {
    let name = file_name(path);
    name.ends_with(".py") && !name.starts_with(".#") && !name.starts_with("__init__")
}

impl Reader<'_> {
    fn revision(&mut self, file: FileId) -> Option<&Revision> {
        let sources = self.sources;
        let (revision, _) = self.read.entry(file).or_insert_with(|| {
            let mut diagnostics = Vec::new();
            let revision = revision_file::read(sources, file, &mut diagnostics);
            (revision, diagnostics)
        });
        revision.as_ref()
    }

    /// The revisions of one folder, as identifiers and as what they refer to.
    fn links(&mut self, folder: &str) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut own, mut wanted) = (BTreeSet::new(), BTreeSet::new());
        let files: Vec<(String, FileId)> =
            self.tree.files_in(folder).map(|(path, file)| (path.to_string(), file)).collect();
        for (path, file) in files {
            if !is_loaded(&path) || !revision_file::looks_like_revision(self.sources.file(file).text()) {
                continue;
            }
            if let Some(revision) = self.revision(file) {
                own.extend([&revision.id].into_iter().chain(&revision.labels).map(|name| name.to_string()));
                wanted.extend(revision.down.iter().chain(&revision.depends_on).map(|name| name.to_string()));
            }
        }
        (own, wanted)
    }

    /// Folders whose revisions refer to each other, as groups.
    fn groups(&mut self, folders: &[String]) -> Vec<Vec<String>> {
        let links: Vec<(BTreeSet<String>, BTreeSet<String>)> =
            folders.iter().map(|folder| self.links(folder)).collect();
        let mut group: Vec<usize> = (0..folders.len()).collect();
        for (from, (own, wanted)) in links.iter().enumerate() {
            for name in wanted.difference(own) {
                for to in (0..folders.len()).filter(|&to| links[to].0.contains(name)) {
                    let (a, b) = (group[from], group[to]);
                    group.iter_mut().filter(|number| **number == b).for_each(|number| *number = a);
                }
            }
        }
        let mut groups: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (at, number) in group.iter().enumerate() {
            groups.entry(*number).or_default().push(folders[at].clone());
        }
        let mut groups: Vec<Vec<String>> = groups.into_values().collect();
        groups.sort();
        groups
    }

    /// Folders with revisions at or below a folder, in load order.
    fn below(&self, folder: &str) -> Vec<String> {
        self.tree.walk(folder).into_iter().filter(|path| self.folders.contains(path)).collect()
    }
}

/// All environments, in order of their names.
pub fn environments(
    tree: &Arc<Tree>,
    sources: &Sources,
    options: &ProjectOptions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Environment> {
    let mut folders = BTreeSet::new();
    for (path, file) in tree.files() {
        if is_loaded(path) && revision_file::looks_like_revision(sources.file(file).text()) {
            folders.insert(parent(path).to_string());
        }
    }
    let mut reader = Reader { tree, sources, read: HashMap::new(), folders };
    let mut covered: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    let mut candidates = configured(tree, sources);
    let known: BTreeSet<String> = candidates.iter().map(|candidate| candidate.folder.clone()).collect();
    for (path, file) in tree.files() {
        let text = sources.file(file).text();
        let folder = parent(path);
        if file_name(path) == "env.py"
            && !known.contains(folder)
            && text.contains("alembic")
            && text.contains("context")
        {
            candidates.push(Candidate { folder: folder.to_string(), ..Candidate::default() });
        }
    }
    for candidate in candidates {
        let environments = from_candidate(&candidate, &mut reader, diagnostics);
        for environment in &environments {
            for location in &environment.version_locations {
                covered.extend(reader.below(location));
            }
        }
        found.extend(environments);
    }
    let rest: Vec<String> = reader.folders.iter().filter(|folder| !covered.contains(*folder)).cloned().collect();
    for group in reader.groups(&rest) {
        let top = common(&group);
        let folder = if group == [top.clone()] || file_name(&top) == "versions" { parent(&top) } else { &top };
        let candidate = Candidate { folder: folder.to_string(), ..Candidate::default() };
        found.push(environment(&candidate, top, group, false));
    }
    let texts = Arc::new(sources.clone());
    for environment in &mut found {
        load(environment, &mut reader, diagnostics);
        finish(environment, tree, &texts, options);
    }
    found.retain(|environment| !environment.revisions.is_empty());
    // A section for one place of revisions says more of it than what stands for all of them.
    let general = |environment: &Environment| {
        environment.section.as_deref().is_none_or(|section| matches!(section, "alembic" | "DEFAULT"))
    };
    let own: BTreeSet<Vec<String>> = found
        .iter()
        .filter(|environment| !general(environment))
        .map(|environment| environment.version_locations.clone())
        .collect();
    found.retain(|environment| !general(environment) || !own.contains(&environment.version_locations));
    names(&mut found);
    found.sort_by(|a, b| a.name.cmp(&b.name));
    mark_copies(&mut found, sources, diagnostics);
    found
}

/// Finds environments that a build or an installation has copied: the same revision files and the same `env.py`, deeper in the
/// tree.
fn mark_copies(found: &mut [Environment], sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
    let depth = |environment: &Environment| environment.folder.split('/').count();
    let content = |environment: &Environment| {
        let text = |file: FileId| sources.file(file).text().to_string();
        let mut revisions: Vec<String> = environment.revisions.iter().map(|revision| text(revision.file)).collect();
        revisions.sort_unstable();
        (revisions, environment.env_py.map(text), environment.engines.clone())
    };
    let copies: Vec<(usize, usize)> = (0..found.len())
        .filter_map(|at| {
            let own = content(&found[at]);
            let originals = (0..found.len()).filter(|&other| {
                depth(&found[other]) < depth(&found[at])
                    && found[other].revisions[0].file != found[at].revisions[0].file
                    && content(&found[other]) == own
            });
            originals.min_by_key(|&other| depth(&found[other])).map(|original| (at, original))
        })
        .collect();
    for (at, original) in copies {
        let original = found[original].name.clone();
        diagnostics.push(
            Diagnostic::info(
                "environment-copied",
                format!("{} holds the same revisions as {original}, which is read instead.", found[at].name),
            )
            .at(found[at].revisions[0].span())
            .help("If the other one is meant, say so with --environment."),
        );
        found[at].copy_of = Some(original);
    }
}

/// The folder around all of them.
fn common(folders: &[String]) -> String {
    let Some(first) = folders.first() else { return String::new() };
    let around = |path: &str| {
        folders.iter().all(|folder| path.is_empty() || folder == path || folder.starts_with(&format!("{path}/")))
    };
    ancestors(first).find(|path| around(path)).unwrap_or("").to_string()
}

fn environment(candidate: &Candidate, name: String, locations: Vec<String>, recursive: bool) -> Environment {
    Environment {
        name,
        folder: candidate.folder.clone(),
        config: candidate.config,
        section: candidate.section.clone(),
        env_py: None,
        version_locations: locations,
        recursive,
        sys_path: candidate.sys_path.clone(),
        revisions: Vec::new(),
        settings: Settings::without_env(),
        flask: false,
        engines: candidate.engines.clone(),
        sqlalchemy: None,
        copy_of: None,
        unlinked: None,
    }
}

/// The environments of one configuration: one, or several where its version location holds only folders whose histories
/// have nothing to do with each other (one per database system, chosen by code in `env.py`).
fn from_candidate(candidate: &Candidate, reader: &mut Reader, diagnostics: &mut Vec<Diagnostic>) -> Vec<Environment> {
    let explicit = !candidate.locations.is_empty();
    let locations = if explicit { candidate.locations.clone() } else { vec![join(&candidate.folder, "versions")] };
    let name = candidate.folder.clone();
    if candidate.recursive || locations.iter().any(|location| reader.folders.contains(location)) {
        let mut used = locations.clone();
        if !candidate.recursive
            && let [location] = &locations[..]
        {
            // Code may set version locations that no file shows: folders below that the history refers to belong to it.
            let below = reader.below(location);
            let group = reader.groups(&below).into_iter().find(|group| group.contains(location));
            if let Some(group) = group.filter(|group| group.len() > 1) {
                diagnostics.push(assumed(candidate, location));
                used = group;
            }
        }
        return vec![environment(candidate, name, used, candidate.recursive)];
    }
    let mut below: Vec<String> = locations.iter().flat_map(|location| reader.below(location)).collect();
    if below.is_empty() && !explicit {
        below = reader.below(&candidate.folder);
    }
    let groups = reader.groups(&below);
    match &groups[..] {
        [] => Vec::new(),
        [only] => {
            diagnostics.push(assumed(candidate, &common(only)));
            vec![environment(candidate, name, only.clone(), false)]
        }
        several => several.iter().map(|group| environment(candidate, common(group), group.clone(), false)).collect(),
    }
}

fn assumed(candidate: &Candidate, location: &str) -> Diagnostic {
    let diagnostic = Diagnostic::info(
        "version-locations-assumed",
        format!(
            "The folders below {location} are read as version locations, since their revisions refer to each other."
        ),
    )
    .help("If Alembic loads others, hand in only those.");
    match candidate.config {
        Some(file) => diagnostic.at(Span { file, start: 0, end: 0 }),
        None => diagnostic,
    }
}

/// What `alembic.ini` files and `pyproject.toml` say.
fn configured(tree: &Tree, sources: &Sources) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (path, file) in tree.files() {
        let text = sources.file(file).text();
        let name = file_name(path);
        if (name.ends_with(".ini") || name.ends_with(".cfg")) && text.contains("script_location") {
            let ini = Ini::parse(text);
            for section in ini.sections() {
                if let Some(candidate) = from_ini(tree, &ini, section, path, file) {
                    found.push(candidate);
                }
            }
        } else if name == "pyproject.toml" && text.contains("tool.alembic") {
            found.extend(from_toml(tree, text, path, file));
        }
    }
    // Several files or sections may name one folder; a section of its own may set other version locations.
    let mut seen = BTreeSet::new();
    found.retain(|candidate| seen.insert((candidate.folder.clone(), candidate.locations.clone())));
    found
}

fn from_ini(tree: &Tree, ini: &Ini, section: &str, path: &str, file: FileId) -> Option<Candidate> {
    let here = parent(path);
    let get = |key: &str| ini.get(section, key, here);
    let folder = resolve(tree, here, &get("script_location")?)?;
    let separator = ["path_separator", "version_path_separator"].iter().find_map(|key| get(key));
    let split = |value: &str| -> Vec<String> {
        let parts: Vec<&str> = match separator.as_deref().map(|text| text.split_whitespace().next().unwrap_or("")) {
            Some("space") => value.split(' ').collect(),
            Some("newline") => value.split('\n').collect(),
            // `os` is `:` where services run; a Windows path list has `;` only.
            Some("os") if value.contains(';') => value.split(';').collect(),
            Some("os" | ":") => value.split(':').collect(),
            Some(";") => value.split(';').collect(),
            _ => value.split([',', ' ', '\n']).collect(),
        };
        parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).map(str::to_string).collect()
    };
    let locations = get("version_locations").map(|value| split(&value)).unwrap_or_default();
    Some(Candidate {
        locations: locations.iter().filter_map(|location| resolve(tree, here, location)).collect(),
        recursive: get("recursive_version_locations").as_deref() == Some("true"),
        sys_path: get("prepend_sys_path")
            .map(|value| split(&value))
            .unwrap_or_default()
            .iter()
            .map(|p| join(here, p))
            .collect(),
        engines: get("databases")
            .map(|value| value.split(',').map(|name| name.trim().to_string()).filter(|name| !name.is_empty()).collect())
            .unwrap_or_default(),
        section: Some(section.to_string()),
        config: Some(file),
        folder,
    })
}

fn from_toml(tree: &Tree, text: &str, path: &str, file: FileId) -> Option<Candidate> {
    let table: toml::Table = text.parse().ok()?;
    let alembic = table.get("tool")?.get("alembic")?;
    let here = parent(path);
    let shown = if here.is_empty() { "." } else { here };
    let list = |key: &str| -> Vec<String> {
        match alembic.get(key) {
            Some(toml::Value::Array(items)) => {
                items.iter().filter_map(toml::Value::as_str).map(str::to_string).collect()
            }
            Some(toml::Value::String(text)) => vec![text.clone()],
            _ => Vec::new(),
        }
        .into_iter()
        .map(|value| value.replace("%(here)s", shown).replace("%%", "%"))
        .collect()
    };
    Some(Candidate {
        folder: list("script_location").first().and_then(|location| resolve(tree, here, location))?,
        config: Some(file),
        section: None,
        locations: list("version_locations").iter().filter_map(|location| resolve(tree, here, location)).collect(),
        recursive: alembic.get("recursive_version_locations").and_then(toml::Value::as_bool).unwrap_or(false),
        sys_path: list("prepend_sys_path").iter().map(|path| join(here, path)).collect(),
        engines: Vec::new(),
    })
}

/// A folder that a configuration names: from `%(here)s`, `package:folder`, or relative to the directory in which `alembic`
/// runs, which is the configuration's own or one around it.
fn resolve(tree: &Tree, here: &str, location: &str) -> Option<String> {
    let location = match location.split_once(':') {
        Some((package, rest)) if !location.starts_with('/') && package.len() > 1 => {
            format!("{}/{}", package.replace('.', "/"), rest.replace(':', "/"))
        }
        _ => location.to_string(),
    };
    let exists = |path: &str| path.is_empty() || tree.has_folder(path);
    let direct = super::tree::normalize(&location);
    // `%(here)s` has been replaced already, by a path from the root of the tree.
    if !here.is_empty() && (direct == here || direct.starts_with(&format!("{here}/"))) && exists(&direct) {
        return Some(direct);
    }
    let around = ancestors(here).flat_map(|folder| [join(folder, &location), join(&join(folder, "src"), &location)]);
    around.into_iter().find(|path| exists(path))
}

/// Reads the revisions of one environment in Alembic's order.
fn load(environment: &mut Environment, reader: &mut Reader, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    for location in &environment.version_locations {
        let folders = if environment.recursive { reader.tree.walk(location) } else { vec![location.clone()] };
        for folder in folders {
            let files: Vec<(String, FileId)> =
                reader.tree.files_in(&folder).map(|(path, file)| (path.to_string(), file)).collect();
            for (path, file) in files {
                if !is_loaded(&path) || !seen.insert(file) {
                    continue;
                }
                let revision = reader.revision(file).cloned();
                if let Some((_, said)) = reader.read.get(&file) {
                    let computed = said.iter().find(|said| said.code == revision_file::NOT_LITERAL);
                    let reason = computed
                        .map(|said| Reason::new(revision_file::NOT_LITERAL, said.message.trim_end_matches('.')));
                    environment.unlinked = environment.unlinked.take().or(reason);
                    diagnostics.extend(said.iter().cloned());
                }
                environment.revisions.extend(revision);
            }
        }
    }
    let names = environment.revisions.iter().flat_map(|revision| [&revision.id].into_iter().chain(&revision.labels));
    let there: BTreeSet<RevisionId> = names.cloned().collect();
    for revision in environment.revisions.iter_mut().filter(|revision| revision.depends_on_what_is_there) {
        revision.depends_on.retain(|name| there.contains(name));
    }
}

/// Finds `env.py` and reads what it sets.
fn finish(environment: &mut Environment, tree: &Arc<Tree>, sources: &Arc<Sources>, options: &ProjectOptions) {
    environment.sqlalchemy = requirements::sqlalchemy(tree, sources, &environment.folder);
    let Some(env) = tree.file(&join(&environment.folder, "env.py")) else { return };
    let text = sources.file(env).text();
    environment.env_py = Some(env);
    environment.flask = text.contains("current_app") || text.contains("flask_migrate");
    let roots: Vec<String> = options.source_roots.iter().chain(&environment.sys_path).cloned().collect();
    let modules = Modules::new(tree.clone(), sources.clone(), &roots, &environment.folder);
    let config = environment.config.map(|file| sources.file(file)).filter(|file| file.path().ends_with(".ini"));
    let section = environment.section.as_deref().unwrap_or("alembic");
    let options = config.map(|file| Options::new(file.path(), file.text(), section));
    environment.settings = settings::read(&modules, env, environment.flask, options.as_ref());
    if environment.engines.is_empty() && text.contains("engine_name") && environment.flask {
        // Flask-Migrate's multidb template names the default engine '' and takes the others from SQLALCHEMY_BINDS.
        environment.engines = vec![String::new()];
    }
}

/// Gives each environment a name of its own.
fn names(found: &mut [Environment]) {
    for environment in found.iter_mut() {
        if environment.name.is_empty() {
            environment.name = ".".to_string();
        }
    }
    let all: Vec<String> = found.iter().map(|environment| environment.name.clone()).collect();
    for environment in found.iter_mut() {
        if all.iter().filter(|name| **name == environment.name).count() > 1
            && let Some(section) = &environment.section
        {
            environment.name = format!("{}#{section}", environment.name);
        }
    }
}
