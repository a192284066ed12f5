//! Imports point only downwards: every `use crate::` and every `crate::` path of `src` is read.
//!
//! The table is the one of ARCHITECTURE.md. A module that is not in it fails the test, so that a new one is placed. Files
//! `tests.rs` and folders `tests` are left out: a test may write in SQL what it gives to the catalog.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules by floor, lowest first. A module may use those of its own floor and of lower ones.
const FLOORS: &[&[&str]] = &[
    &["source", "diagnostic"],
    &["pg"],
    &["catalog"],
    &["sql", "alembic"],
    &["replay", "diff", "locate", "predict", "plan"],
    &["hazard"],
    &["report", "analyze", "lib", "wasm", "cli", "bin"],
];

/// Arrows inside a floor that are forbidden: a revision executes SQL, and SQL knows nothing of revisions.
const FORBIDDEN: &[(&str, &str)] = &[("sql", "alembic")];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// The module of a file: `src/pg/ident.rs` is of `pg`, `src/source.rs` of `source`.
fn module(path: &Path) -> String {
    let first = path.components().next().expect("a path below src").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_string()
}

/// Takes out what is no code: comments, strings, character literals.
fn code_of(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = raw_string(rest) {
            length
        } else if rest.starts_with('"') {
            quoted(rest, '"')
        } else if rest.starts_with("'\\") || (rest.starts_with('\'') && rest.chars().nth(2) == Some('\'')) {
            quoted(rest, '\'')
        } else {
            0
        };
        if skipped == 0 {
            let char = rest.chars().next().expect("not at the end");
            code.push(char);
            at += char.len_utf8();
        } else {
            code.push(' ');
            at += skipped;
        }
    }
    code
}

/// The length of the raw string at the start of `rest`.
fn raw_string(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix("br").or(rest.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let start = rest.len() - body.len();
    Some(body.find(&close).map_or(rest.len(), |end| start + end + close.len()))
}

/// The length of the literal at the start of `rest`.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, char) in rest.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if char == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The modules that follow each `crate::` (or, in a binary, `restamp::`), also inside `crate::{a, b::c}`.
fn targets(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for start in ["crate::", "restamp::"] {
        for (at, _) in code.match_indices(start) {
            let inside_a_name = code[..at].ends_with(|char: char| char.is_alphanumeric() || char == '_' || char == '$');
            if !inside_a_name {
                heads(code[at + start.len()..].trim_start(), &mut found);
            }
        }
    }
    found
}

/// The first name of each path in `a::b` or `{a::b, c::{d, e}}`.
fn heads(tree: &str, found: &mut Vec<String>) {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect()
    };
    let Some(group) = tree.strip_prefix('{') else {
        found.push(name(tree));
        return;
    };
    let mut depth = 0;
    let mut start = 0;
    for (at, char) in group.char_indices() {
        match char {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                let head = name(&group[start..at]);
                if !head.is_empty() {
                    found.push(head);
                }
                start = at + 1;
                if char == '}' {
                    return;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
}

/// What is wrong with the imports of one file.
fn faults(path: &Path, text: &str) -> Vec<String> {
    let from = module(path);
    let Some(own) = floor(&from) else {
        return vec![format!("{}: the module {from} is on no floor", path.display())];
    };
    let mut faults = Vec::new();
    for to in targets(&code_of(text)) {
        // What `lib.rs` itself offers is for the doors alone.
        let target = if to.starts_with(char::is_uppercase) { "lib".to_string() } else { to };
        match floor(&target) {
            None => faults.push(format!("{}: crate::{target} is on no floor", path.display())),
            Some(other) if other > own => {
                faults.push(format!("{}: {from} (floor {own}) uses {target} (floor {other})", path.display()));
            }
            Some(_) if FORBIDDEN.contains(&(&from, &target)) => {
                faults.push(format!("{}: {from} uses {target}, which it must not know", path.display()));
            }
            Some(_) => {}
        }
    }
    faults
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let tests = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !tests {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !tests {
            found.push(path);
        }
    }
}

#[test]
fn imports_point_downwards() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&src, &mut found);
    assert!(found.len() > 20, "src was not found");
    let mut all = Vec::new();
    for path in found {
        let text = fs::read_to_string(&path).expect("UTF-8");
        all.extend(faults(path.strip_prefix(&src).expect("below src"), &text));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    assert_eq!(faults(Path::new(path), text), expected);
}

#[test]
fn an_arrow_that_points_up_is_found() {
    check("pg/ident.rs", "use crate::catalog::Oid;", &["pg/ident.rs: pg (floor 1) uses catalog (floor 2)"]);
    check(
        "sql/dump.rs",
        "use crate::{pg::{ident, types}, plan::Plan};",
        &["sql/dump.rs: sql (floor 3) uses plan (floor 4)"],
    );
    check("diff/mod.rs", "fn f() -> crate::report::Report {}", &["diff/mod.rs: diff (floor 4) uses report (floor 6)"]);
    check("alembic/run.rs", "use crate::analyze;", &["alembic/run.rs: alembic (floor 3) uses analyze (floor 6)"]);
}

#[test]
fn a_forbidden_arrow_inside_a_floor_is_found() {
    check("alembic/run.rs", "use crate::sql::statement;", &[]);
    check("sql/dump.rs", "use crate::alembic::run;", &["sql/dump.rs: sql uses alembic, which it must not know"]);
}

#[test]
fn a_module_without_floor_is_found() {
    check("extra/mod.rs", "", &["extra/mod.rs: the module extra is on no floor"]);
    check("pg/ident.rs", "use crate::extra::f;", &["pg/ident.rs: crate::extra is on no floor"]);
}

#[test]
fn arrows_that_point_down_pass() {
    check("catalog/mod.rs", "use crate::pg::command::Command;\nuse crate::{pg::ident::Ident, source::Span};", &[]);
    check("pg/ident.rs", "// crate::plan\nconst A: &str = \"crate::plan\"; const B: &str = r#\"crate::plan\"#;", &[]);
    check("bin/restamp.rs", "use restamp::report::Input; fn main() { restamp::analyze(); }", &[]);
    check("pg/ident.rs", "fn f<'a>(a: &'a str) -> char { '\"' } // crate::plan", &[]);
}
