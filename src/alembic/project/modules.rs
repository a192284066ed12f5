//! Which file a dotted name means.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::own_tables;
use super::tree::{Tree, ancestors, join, normalize, parent};
use crate::alembic::eval::{ModuleSource, SourceModule};
use crate::alembic::python::{self, ast};
use crate::source::{FileId, Sources};

/// The importable files, as seen from one environment.
#[derive(Clone, Debug)]
pub struct Modules {
    tree: Arc<Tree>,
    texts: Arc<Sources>,
    /// Folders as on `sys.path`, the first one first.
    roots: Vec<String>,
    /// The folders whose code is the migrations' own: that of `env.py`, and the version locations.
    own: Vec<String>,
    parsed: RefCell<HashMap<FileId, Option<Rc<ast::Module>>>>,
    with_tables: OnceCell<Vec<FileId>>,
}

/// Words of files that define tables, in SQLAlchemy's ways and in those of its extensions.
const TABLES: [&str; 5] = ["__tablename__", "Table(", "Column(", "mapped_column(", "table=True"];

/// A module's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: String,
    /// It is the `__init__.py` of a package.
    pub is_package: bool,
}

impl Modules {
    /// `roots` are searched first, then what is around `folder`: it and each folder above it, with its `src`.
    pub fn new(tree: Arc<Tree>, texts: Arc<Sources>, explicit: &[String], folder: &str) -> Modules {
        let mut roots: Vec<String> = explicit.to_vec();
        for around in ancestors(folder) {
            for root in [around.to_string(), join(around, "src")] {
                if (root.is_empty() || tree.has_folder(&root)) && !roots.contains(&root) {
                    roots.push(root);
                }
            }
        }
        Modules {
            tree,
            texts,
            roots,
            own: vec![folder.to_string()],
            parsed: RefCell::default(),
            with_tables: OnceCell::new(),
        }
    }

    /// The same with more folders whose code is the migrations' own.
    pub fn with_own(mut self, folders: &[String]) -> Modules {
        self.own.extend_from_slice(folders);
        self
    }

    /// The texts that files are read from.
    pub fn sources(&self) -> &Sources {
        &self.texts
    }

    fn at(&self, base: &str) -> Option<Found> {
        let package = join(base, "__init__.py");
        if let Some(file) = self.tree.file(&package) {
            return Some(Found { file, path: package, is_package: true });
        }
        let path = format!("{base}.py");
        self.tree.file(&path).map(|file| Found { file, path, is_package: false })
    }

    /// The file of `a.b.c`: below a root, or, where no root has it, the only file anywhere whose path ends so.
    pub fn find_file(&self, dotted: &str) -> Option<Found> {
        if dotted.is_empty() || dotted.split('.').any(str::is_empty) {
            return None;
        }
        let relative = dotted.replace('.', "/");
        if let Some(found) = self.roots.iter().find_map(|root| self.at(&join(root, &relative))) {
            return Some(found);
        }
        if !dotted.contains('.') {
            return None;
        }
        let ends = [format!("/{relative}.py"), format!("/{relative}/__init__.py")];
        let mut found = self.tree.files().filter(|(path, _)| ends.iter().any(|end| path.ends_with(end.as_str())));
        let (path, file) = found.next()?;
        let unique = found.next().is_none();
        unique.then(|| Found { file, path: path.to_string(), is_package: path.ends_with("/__init__.py") })
    }

    /// The dotted name of a file, by the first root that it lies under.
    pub fn dotted(&self, path: &str) -> Option<String> {
        let name = path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix(".py"))?;
        self.roots.iter().find_map(|root| {
            let below = if root.is_empty() { name } else { name.strip_prefix(root.as_str())?.strip_prefix('/')? };
            (!below.is_empty()).then(|| below.replace('/', "."))
        })
    }

    /// The parsed file; `None` if it is not read as Python.
    pub fn parse(&self, file: FileId) -> Option<Rc<ast::Module>> {
        if let Some(known) = self.parsed.borrow().get(&file) {
            return known.clone();
        }
        let parsed = python::parse(self.texts.file(file).text(), file).ok();
        self.parsed.borrow_mut().insert(file, parsed.clone());
        parsed
    }
}

/// No application imports its tests.
fn is_of_tests(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "test" | "tests" | "testing" | "conftest.py") || part.starts_with("test_"))
}

impl ModuleSource for Modules {
    fn find(&self, dotted: &str) -> Option<SourceModule> {
        let found = self.find_file(dotted)?;
        let ast = self.parse(found.file)?;
        Some(SourceModule {
            dotted: dotted.into(),
            path: found.path.into(),
            file: found.file,
            is_package: found.is_package,
            ast,
        })
    }

    fn is_folder(&self, dotted: &str) -> bool {
        let relative = dotted.replace('.', "/");
        !dotted.split('.').any(str::is_empty)
            && self.roots.iter().any(|root| self.tree.has_folder(&join(root, &relative)))
    }

    fn is_application(&self, file: FileId) -> bool {
        let path = self.texts.file(file).path();
        // Where `env.py` is at the root, only what is beside it is the migrations' own.
        let inside = |folder: &String| match folder.as_str() {
            "" => !path.contains('/'),
            folder => path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')),
        };
        !self.own.iter().any(inside)
    }

    fn with_tables(&self) -> &[FileId] {
        self.with_tables.get_or_init(|| {
            let defines = |text: &str| {
                // Revisions of other environments are loaded by Alembic alone.
                TABLES.iter().any(|word| text.contains(word)) && !text.contains("down_revision")
            };
            let files = self.texts.iter().filter(|(file, source)| {
                let path = source.path();
                path.ends_with(".py") && !is_of_tests(path) && self.is_application(*file) && defines(source.text())
            });
            files.map(|(file, _)| file).collect()
        })
    }

    fn has_own_metadata(&self, file: FileId) -> bool {
        self.parse(file).is_some_and(|module| own_tables::are_own(&module))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.tree.file(&normalize(path)).map(|file| &**self.texts.file(file).text())
    }

    fn has_folder(&self, path: &str) -> bool {
        self.tree.has_folder(&normalize(path))
    }

    fn package_folder(&self, dotted: &str) -> Option<String> {
        if let Some(found) = self.find_file(dotted) {
            return Some(parent(&found.path).to_string());
        }
        // A folder without `__init__.py` (PEP 420), below a root or the only one of that path.
        let relative = dotted.replace('.', "/");
        let below = self.roots.iter().map(|root| join(root, &relative)).find(|folder| self.tree.has_folder(folder));
        below.or_else(|| {
            let end = format!("/{relative}");
            let mut found = self.tree.folders().filter(|folder| folder.ends_with(&end));
            let folder = found.next()?;
            found.next().is_none().then(|| folder.to_string())
        })
    }
}
