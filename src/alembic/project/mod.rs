//! The project: Alembic environments among the files that were handed in.
//!
//! Files come as paths and bytes; nothing is read from a disk here. Environments are found by `alembic.ini`,
//! `pyproject.toml`, `env.py`, and, where none of these is there, by revision files themselves.

mod archive;
mod arguments;
mod convention;
mod discover;
mod gathered;
pub mod hooks;
mod ini;
mod isolation;
mod keywords;
mod literal;
mod loading;
mod modules;
mod options;
mod own_tables;
mod prelude;
mod requirements;
mod revision_file;
mod settings;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use arguments::{Argument, Arguments};
pub use convention::Template;
pub use ini::Ini;
pub use loading::uses_database;
pub use modules::{Found, Modules};
pub use prelude::OF_SCHEMA;
pub use settings::{Setting, Settings};
pub use tree::{Tree, normalize};

use super::graph::Graph;
use super::revision::Revision;
use crate::diagnostic::Diagnostic;
use crate::pg::error::Reason;
use crate::source::{FileId, Sources, Span};

/// A larger file is refused.
pub const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// A file that was handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputFile {
    /// Its path as it was handed in.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What the user says besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectOptions {
    /// Roots for imports, as on `sys.path`.
    pub source_roots: Vec<String>,
}

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The environments in order of their names.
    pub environments: Vec<Environment>,
    /// All files.
    pub tree: Arc<Tree>,
    /// Roots for imports that the user named.
    pub source_roots: Vec<String>,
}

/// One Alembic environment: a history and its settings.
#[derive(Clone, Debug)]
pub struct Environment {
    /// What chooses it: its folder (that of `env.py`), or where one folder holds several histories the version location,
    /// with `#section` behind it where several sections of one `alembic.ini` share it. `.` is the root.
    pub name: String,
    /// The folder of `env.py`, or around the version location.
    pub folder: String,
    /// `alembic.ini` or `pyproject.toml`.
    pub config: Option<FileId>,
    /// The section of `alembic.ini`.
    pub section: Option<String>,
    /// `env.py`
    pub env_py: Option<FileId>,
    /// The folders with revision files, in the order in which Alembic loads them.
    pub version_locations: Vec<String>,
    /// Folders below the version locations are loaded, too.
    pub recursive: bool,
    /// Folders that `alembic.ini` puts on `sys.path`.
    pub sys_path: Vec<String>,
    /// The revisions in load order.
    pub revisions: Vec<Revision>,
    /// What `env.py` sets.
    pub settings: Settings,
    /// It is Flask-Migrate's: commands start with `flask db`.
    pub flask: bool,
    /// The engines of the multidb layout; empty for one database.
    pub engines: Vec<String>,
    /// SQLAlchemy's major version, where the project's requirements allow only one.
    pub sqlalchemy: Option<u32>,
    /// The environment nearer to the root that has the very same revision files: this one is what an installation or a build
    /// has copied (`build/lib`).
    pub copy_of: Option<String>,
    /// Why it is not known how the revisions follow each other: code makes an identifier of one of them.
    pub unlinked: Option<Reason>,
}

impl Environment {
    /// The history.
    pub fn graph(&self) -> Graph {
        Graph::new(self.revisions.clone())
    }
}

impl Project {
    /// The environment that is meant: the one of that name, folder, version location or section, or the only one.
    ///
    /// # Errors
    /// None, or several: the message names them.
    pub fn choose(&self, name: Option<&str>) -> Result<&Environment, Diagnostic> {
        let list = |environments: &[&Environment]| {
            environments.iter().map(|environment| environment.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let all: Vec<&Environment> = self.environments.iter().collect();
        let Some(name) = name else {
            let likely = likely(&all);
            return match likely[..] {
                [] => Err(Diagnostic::error("no-environment", "No Alembic revision files are among the files.")
                    .help("Hand in the folder with the revision files (`versions`), or the whole repository.")),
                [only] => Ok(only),
                _ => Err(Diagnostic::error(
                    "several-environments",
                    format!("There are several Alembic environments: {}.", list(&likely)),
                )
                .help("Choose one of them with --environment.")),
            };
        };
        let wanted = normalize(name);
        let matches = |exact: bool| -> Vec<&Environment> {
            let same = |path: &str| {
                path == name
                    || path == wanted
                    || (!exact && !wanted.is_empty() && path.ends_with(&format!("/{wanted}")))
            };
            let fits = |environment: &&Environment| {
                same(&environment.name)
                    || same(&environment.folder)
                    || environment.section.as_deref() == Some(name)
                    || environment.version_locations.iter().any(|location| same(location))
            };
            self.environments.iter().filter(fits).collect()
        };
        // A place of revisions that is named wins over a folder that holds other places, too (`versions` and `versions/legacy`).
        let place =
            |environment: &&Environment| environment.name == wanted || environment.version_locations.contains(&wanted);
        let mut found: Vec<&Environment> = self.environments.iter().filter(place).collect();
        if found.len() != 1 {
            found = matches(true);
        }
        if found.is_empty() {
            found = matches(false);
        }
        match found[..] {
            [only] => Ok(only),
            [] => Err(Diagnostic::error("unknown-environment", format!("There is no Alembic environment {name}."))
                .help(format!("There are: {}.", list(&all)))),
            _ => Err(Diagnostic::error("several-environments", format!("{name} means several: {}.", list(&found)))
                .help("Give the whole path.")),
        }
    }

    /// What revisions of an environment can import.
    pub fn modules(&self, environment: &Environment, sources: &Sources) -> Modules {
        let roots: Vec<String> =
            self.source_roots.iter().chain(&environment.sys_path).map(|root| normalize(root)).collect();
        Modules::new(self.tree.clone(), Arc::new(sources.clone()), &roots, &environment.folder)
            .with_own(&environment.version_locations)
    }
}

/// Of several environments those that can be meant: a copy of another one is not, nor is a folder named after another database
/// system, where its sibling is named after PostgreSQL.
fn likely<'a>(all: &[&'a Environment]) -> Vec<&'a Environment> {
    const POSTGRESQL: [&str; 4] = ["postgresql", "postgres", "pg", "psql"];
    const OTHERS: [&str; 6] = ["sqlite", "mysql", "mariadb", "oracle", "mssql", "cockroachdb"];
    let siblings = |environment: &Environment| -> bool {
        let folder = tree::parent(&environment.name);
        all.iter()
            .any(|other| tree::parent(&other.name) == folder && POSTGRESQL.contains(&tree::file_name(&other.name)))
    };
    let foreign =
        |environment: &Environment| OTHERS.contains(&tree::file_name(&environment.name)) && siblings(environment);
    all.iter().copied().filter(|environment| environment.copy_of.is_none() && !foreign(environment)).collect()
}

/// True for files that are worth reading: Python, configuration, and what revisions read besides.
pub fn is_wanted(path: &str) -> bool {
    const SKIPPED: [&str; 7] = [".git", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".mypy_cache"];
    const EXTENSIONS: [&str; 7] = [".py", ".pyc", ".ini", ".toml", ".cfg", ".sql", ".conf"];
    let lower = path.to_ascii_lowercase();
    let skipped = |part: &str| SKIPPED.contains(&part) && !lower.ends_with(".pyc");
    let wanted = EXTENSIONS.iter().any(|extension| lower.ends_with(extension))
        || requirements::is_requirements(&normalize(path));
    !path.split(['/', '\\']).any(skipped) && wanted
}

/// Reads everything that was handed in. The texts go into `sources`.
pub fn read(files: Vec<InputFile>, options: &ProjectOptions, sources: &mut Sources) -> (Project, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    if files.is_empty() {
        diagnostics.push(
            Diagnostic::error("empty-input", "No files were handed in.")
                .help("Hand in the folder with the revision files, a zip of it, or the whole repository."),
        );
    }
    let mut tree = Tree::default();
    let mut compiled = BTreeSet::new();
    for file in archive::unpack(files, &mut diagnostics) {
        let path = normalize(&file.path);
        if file.bytes.len() as u64 > MAX_FILE_BYTES {
            let start = first_place(sources, &path, "");
            diagnostics.push(
                Diagnostic::error(
                    "file-too-large",
                    format!("{path} has {} MB; files over 32 MB are not read.", file.bytes.len() / 1_000_000),
                )
                .at(start)
                .help("No revision file is that large; hand in the version location only."),
            );
        } else if path.ends_with(".pyc") {
            compiled.insert(path);
        } else {
            match decode(&file.bytes) {
                Some(text) => {
                    let id = sources.add(&path, &text);
                    tree.insert(path, id);
                }
                None if path.ends_with(".py") => {
                    // The text up to the offending byte, so that its line can be told.
                    let valid = std::str::from_utf8(&file.bytes).map_or_else(|error| error.valid_up_to(), str::len);
                    let place = first_place(sources, &path, &String::from_utf8_lossy(&file.bytes[..valid]));
                    diagnostics.push(
                        Diagnostic::error(
                            "not-utf8",
                            format!("{path} is not UTF-8, as Python wants it; it is not read."),
                        )
                        .at(place)
                        .help("Save it as UTF-8, or declare its encoding in the first line."),
                    );
                }
                None => {}
            }
        }
    }
    let tree = Arc::new(tree);
    let found = discover::environments(&tree, sources, options, &mut diagnostics);
    if found.is_empty() && !compiled.is_empty() {
        diagnostics.push(
            Diagnostic::error("only-compiled", "There are only compiled files (.pyc), no sources.")
                .help("Hand in the .py files from the repository, of the commit that was deployed."),
        );
    }
    (Project { environments: found, tree, source_roots: options.source_roots.clone() }, diagnostics)
}

/// The place at which a file stopped being readable: the end of what was read.
fn first_place(sources: &mut Sources, path: &str, read: &str) -> Span {
    let file = sources.add(path, read);
    Span { file, start: read.len() as u32, end: read.len() as u32 }
}

/// The text of a file: UTF-8, or Latin-1 where a comment of the first two lines says so (PEP 263).
fn decode(bytes: &[u8]) -> Option<String> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_string());
    }
    let declared = bytes.split(|byte| *byte == b'\n').take(2).any(|line| {
        let line = String::from_utf8_lossy(line).to_ascii_lowercase();
        let latin = ["latin-1", "latin1", "iso-8859-1", "iso8859-1"];
        line.trim_start().starts_with('#') && line.contains("coding") && latin.iter().any(|name| line.contains(name))
    });
    declared.then(|| bytes.iter().map(|byte| char::from(*byte)).collect())
}
