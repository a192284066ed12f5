//! The files that were handed in, as a tree of paths.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::FileId;

/// Files by their path, with `/` between the parts and no `.` or `..` among them.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, FileId>,
    folders: BTreeSet<String>,
}

/// The same path without `.`, `..`, doubled and backward slashes.
pub fn normalize(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if path.starts_with('/') { format!("/{joined}") } else { joined }
}

/// `path` below `folder`, unless it is absolute.
pub fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') || folder.is_empty() { normalize(path) } else { normalize(&format!("{folder}/{path}")) }
}

/// The folder of a path; empty for the root.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A folder and all folders around it, the innermost first, the root (empty) last.
pub fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder);
    std::iter::from_fn(move || {
        let current = next?;
        next = (!current.is_empty()).then(|| parent(current));
        Some(current)
    })
}

impl Tree {
    /// Takes a file in; of two with one path the later one stays.
    pub fn insert(&mut self, path: String, file: FileId) {
        for folder in ancestors(parent(&path)) {
            if !self.folders.insert(folder.to_string()) {
                break;
            }
        }
        self.files.insert(path, file);
    }

    /// The file with that path.
    pub fn file(&self, path: &str) -> Option<FileId> {
        self.files.get(path).copied()
    }

    /// True if there is such a folder.
    pub fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    /// All files in order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, FileId)> {
        self.files.iter().map(|(path, &file)| (path.as_str(), file))
    }

    /// All folders.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.folders.iter().map(String::as_str)
    }

    /// The files directly in a folder, in order of their names.
    pub fn files_in<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, FileId)> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let length = prefix.len();
        self.files
            .range(prefix.clone()..)
            .take_while(move |(path, _)| path.starts_with(&prefix))
            .filter(move |(path, _)| !path[length..].contains('/'))
            .map(|(path, &file)| (path.as_str(), file))
    }

    /// The folders below a folder, itself first, in the order in which `os.walk` visits them with sorted names.
    pub fn walk(&self, folder: &str) -> Vec<String> {
        let inside = |path: &str| {
            folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        let mut found: Vec<&String> = self.folders.iter().filter(|path| inside(path)).collect();
        found.sort_by(|a, b| a.split('/').cmp(b.split('/')));
        found.into_iter().cloned().collect()
    }
}
