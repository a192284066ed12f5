//! Which version of SQLAlchemy a project runs on, as far as its own files say.
//!
//! Read are the requirements of the nearest folder around the environment that has any: `pyproject.toml`, `setup.py`, `setup.cfg`,
//! `requirements*.txt`, and the `METADATA` of an unpacked wheel. Only the major version matters: 2.0 removed calls of 1.4.

use super::tree::{Tree, ancestors, file_name};
use crate::source::Sources;

/// True for a file that states requirements and is nothing else that is read.
pub fn is_requirements(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    matches!(name.as_str(), "metadata" | "pkg-info")
        || name.ends_with(".txt") && path.to_ascii_lowercase().contains("requirements")
}

/// SQLAlchemy's major version: 1 (that is 1.4) or 2. `None` where the requirements allow both, or do not say.
pub fn sqlalchemy(tree: &Tree, sources: &Sources, folder: &str) -> Option<u32> {
    ancestors(folder).find_map(|around| {
        let mut majors = Vec::new();
        for (path, file) in tree.files() {
            let inside = match around {
                "" => Some(path),
                around => path.strip_prefix(around).and_then(|rest| rest.strip_prefix('/')),
            };
            if inside.is_some_and(states) {
                majors.extend(mentioned(sources.file(file).text()));
            }
        }
        majors.sort_unstable();
        majors.dedup();
        match majors[..] {
            [] => None,
            [only] => Some(Some(only)),
            _ => Some(None),
        }
    })?
}

/// A file of that path below a project's root states its requirements.
fn states(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match folder {
        "" => matches!(name, "pyproject.toml" | "setup.py" | "setup.cfg" | "PKG-INFO") || is_requirements(name),
        "requirements" => is_requirements(path),
        _ => name == "METADATA" && folder.ends_with(".dist-info") && !folder.contains('/'),
    }
}

/// The major versions that the requirements of SQLAlchemy in a text come down to.
fn mentioned(text: &str) -> Vec<u32> {
    // In a wheel's `METADATA` prose follows.
    let is_metadata = text.starts_with("Metadata-Version:");
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let lines = lines.filter(|line| !is_metadata || line.starts_with("Requires-Dist:"));
    lines.filter_map(|line| major(after_name(line)?)).collect()
}

/// What stands behind the name of the distribution in a line.
fn after_name(line: &str) -> Option<&str> {
    const NAME: &str = "sqlalchemy";
    let lower = line.to_ascii_lowercase();
    let part_of_a_name =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
    let mut from = 0;
    while let Some(found) = lower[from..].find(NAME) {
        let (start, end) = (from + found, from + found + NAME.len());
        let before = start.checked_sub(1).and_then(|at| lower.as_bytes().get(at));
        if !part_of_a_name(before) && !part_of_a_name(lower.as_bytes().get(end)) {
            return line.get(end..);
        }
        from = end;
    }
    None
}

/// The major version that specifiers such as `[asyncio]>=1.4,<2; marker` or `= "^1.4"` allow, if it is one.
fn major(specifiers: &str) -> Option<u32> {
    let rest = specifiers.trim_start();
    let rest = if rest.starts_with('[') { rest.split_once(']')?.1.trim_start() } else { rest };
    let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest).trim_start();
    // `sqlalchemy = "^1.4"` and `sqlalchemy = {version = "^1.4"}`, the form of Poetry, where a bare version means the same.
    let poetry = rest.strip_prefix('=').filter(|value| !value.starts_with('='));
    let rest = match poetry.map(str::trim_start) {
        None => rest,
        Some(value) => {
            let value = match value.strip_prefix('{') {
                Some(table) => table.split_once("version")?.1.trim_start().strip_prefix('=')?.trim_start(),
                None => value,
            };
            value.strip_prefix(['"', '\''])?
        }
    };
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || " .,<>=!~^*()+".contains(c))).unwrap_or(rest.len());
    let (mut least, mut most) = (None, None);
    for one in rest[..end].replace(['(', ')'], " ").split(',') {
        let one = one.trim();
        let version = one.trim_start_matches(['<', '>', '=', '!', '~', '^']);
        let operator = &one[..one.len() - version.len()];
        let mut parts = version.trim().split('.');
        let Some(first) = parts.next().and_then(|first| first.parse::<u32>().ok()) else { continue };
        match operator {
            ">=" | ">" => least = Some(first),
            "<=" => most = Some(first),
            // Below 2.0 is 1.
            "<" if parts.all(|part| part.chars().all(|c| c == '0')) => most = first.checked_sub(1),
            "<" => most = Some(first),
            "==" | "===" | "~=" | "^" | "~" => (least, most) = (Some(first), Some(first)),
            "" if poetry.is_some() => (least, most) = (Some(first), Some(first)),
            _ => {}
        }
    }
    match (least, most) {
        (Some(2..), _) => Some(2),
        (_, Some(0 | 1)) => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_that_allow_one_major_version_tell_it() {
        for (line, expected) in [
            ("sqlalchemy>=1.4, <2", Some(1)),
            ("    \"SQLAlchemy[asyncio] >= 2.0.1\",", Some(2)),
            ("Requires-Dist: sqlalchemy<2,>=1.4", Some(1)),
            ("Requires-Dist: SQLAlchemy (>=1.4.42,<2.0)", Some(1)),
            ("sqlalchemy==1.4.54  # via flask-sqlalchemy", Some(1)),
            ("sqlalchemy = \"^1.4.36\"", Some(1)),
            ("SQLAlchemy = {version = \"~2.0\", extras = [\"asyncio\"]}", Some(2)),
            ("sqlalchemy = \"1.4.54\"", Some(1)),
            ("# sqlalchemy==1.4", None),
            ("SQLAlchemy 2.0 is supported", None),
            ("sqlalchemy.url = postgresql://", None),
            ("sqlalchemy<2.1", None),
            ("sqlalchemy>=1.4", None),
            ("sqlalchemy", None),
            ("sqlalchemy-utils>=0.38,<1", None),
            ("flask-sqlalchemy==2.5", None),
            ("install_requires=['SQLAlchemy~=1.4', 'other>=2']", Some(1)),
            ("sqlalchemy!=1.4.1; python_version < '3'", None),
        ] {
            assert_eq!(mentioned(line).first().copied(), expected, "{line}");
        }
    }

    #[test]
    fn the_nearest_folder_that_says_something_counts() {
        let (mut tree, mut sources) = (Tree::default(), Sources::default());
        let mut add = |path: &str, text: &str| {
            let file = sources.add(path, text);
            tree.insert(path.to_string(), file);
        };
        add("requirements.txt", "sqlalchemy>=2");
        add("app/pyproject.toml", "dependencies = [\"sqlalchemy>=1.4,<2\"]");
        add("lib/setup.cfg", "sqlalchemy>=1.4,<2");
        add("lib/requirements.txt", "sqlalchemy==2.0.1");
        assert_eq!(sqlalchemy(&tree, &sources, "app/migrations"), Some(1));
        assert_eq!(sqlalchemy(&tree, &sources, "other/migrations"), Some(2));
        assert_eq!(sqlalchemy(&tree, &sources, "lib/migrations"), None);
    }
}
