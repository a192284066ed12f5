//! What a revision file says about its place in the history.

use crate::alembic::python::{self, ast};
use crate::alembic::revision::{Revision, RevisionId};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Sources, Span};

use super::gathered::gathered;
use super::literal::Scope;
use super::tree::file_name;

/// True if the text has a line that binds `down_revision`: a cheap look before anything is parsed.
pub fn looks_like_revision(text: &str) -> bool {
    text.lines().any(|line| binding(line, "down_revision").is_some() || line.starts_with("revision, down_revision"))
}

/// The rest of a line `name = …` or `name: type = …` behind the equals sign.
fn binding<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(name)?.trim_start();
    let rest = match rest.strip_prefix(':') {
        Some(annotated) => &annotated[annotated.find('=')?..],
        None => rest,
    };
    rest.strip_prefix('=').filter(|rest| !rest.starts_with('='))
}

/// Reads a file. `None`: it is no revision; why is in the diagnostics.
pub fn read(sources: &Sources, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Option<Revision> {
    let text = sources.file(file).text().clone();
    let path = sources.file(file).path().to_string();
    match python::parse(&text, file) {
        Ok(module) => from_module(&path, &module, file, diagnostics),
        Err(failure) => {
            let revision = from_lines(&text, file);
            let known = match &revision {
                Some(revision) => {
                    format!("its revision {} is read from its lines, its effects are unknown", revision.id)
                }
                None => "no revision is found in its lines".to_string(),
            };
            diagnostics.push(
                Diagnostic::error(
                    "python-syntax",
                    format!("{path} is not read as Python ({}); {known}.", failure.message),
                )
                .at(failure.span)
                .help("Check that this is the file that was deployed; syntax newer than Python 3.11 is not read yet."),
            );
            revision
        }
    }
}

fn from_module(path: &str, module: &ast::Module, file: FileId, diagnostics: &mut Vec<Diagnostic>) -> Option<Revision> {
    let scope = Scope::of(&module.body);
    let under_conditions = depends_under_conditions(&scope, module);
    let mut names = |name: &str| -> Option<(Vec<RevisionId>, Span)> {
        let expression = scope.last(name);
        let read = expression.and_then(|expression| scope.value(expression)?.names());
        match (expression, read) {
            (Some(expression), Some(names)) => {
                Some((names.iter().map(|name| RevisionId::from(name.as_str())).collect(), expression.span))
            }
            _ if scope.has(name) => {
                let span = expression.map_or(Span { file, start: 0, end: 0 }, |expression| expression.span);
                diagnostics.push(
                    Diagnostic::error(
                        if name == "branch_labels" { "labels-not-literal" } else { NOT_LITERAL },
                        format!("{name} in {path} is computed, so it is not known."),
                    )
                    .at(span)
                    .help("Write the identifier as a plain string."),
                );
                None
            }
            _ => None,
        }
    };
    let id = names("revision");
    let down = names("down_revision");
    let labels = names("branch_labels");
    let depends = match &under_conditions {
        Some(ids) => Some((
            ids.iter().map(|id| RevisionId::from(id.as_str())).collect(),
            scope.last("depends_on").map_or(Span { file, start: 0, end: 0 }, |expression| expression.span),
        )),
        None => names("depends_on"),
    };
    let (id, id_span) = match id {
        Some((ids, span)) if ids.len() == 1 => (ids[0].clone(), Some(span)),
        _ => match legacy_id(path).filter(|_| !scope.has("revision") && scope.has("down_revision")) {
            Some(id) => (id, None),
            None => {
                if !scope.has("revision") {
                    diagnostics.push(no_revision(path, file));
                }
                return None;
            }
        },
    };
    if !scope.has("down_revision") {
        diagnostics.push(
            Diagnostic::error(
                "no-down-revision",
                format!("{path} has a revision but no down_revision; Alembic fails on it."),
            )
            .at(id_span.unwrap_or(Span { file, start: 0, end: 0 }))
            .help("Add the line `down_revision = None`, or the revision that comes before it."),
        );
    }
    let span = |found: &Option<(Vec<RevisionId>, Span)>| found.as_ref().map(|(_, span)| *span);
    Some(Revision {
        id,
        id_span,
        down_span: span(&down),
        depends_span: span(&depends),
        depends_on_what_is_there: under_conditions.is_some(),
        down: down.map(|(names, _)| names).unwrap_or_default(),
        labels: labels.map(|(names, _)| names).unwrap_or_default(),
        depends_on: depends.map(|(names, _)| names).unwrap_or_default(),
        message: message(module),
        file,
        parsed: true,
    })
}

/// An identifier that code makes, so that it is not known which revision follows which: [`Diagnostic::code`].
pub const NOT_LITERAL: &str = "revision-not-literal";

/// The identifiers that `depends_on` may hold, where `try: import …` and the like decide which of them.
fn depends_under_conditions(scope: &Scope<'_>, module: &ast::Module) -> Option<Vec<String>> {
    let name = "depends_on";
    let expression = scope.last(name);
    if !scope.has(name) || expression.and_then(|expression| scope.value(expression)?.names()).is_some() {
        return None;
    }
    match expression.map(|expression| &expression.kind) {
        Some(ast::ExprKind::Name(other)) => gathered(&module.body, other),
        _ => gathered(&module.body, name),
    }
}

/// The diagnostic for a file in a version location that is no revision.
pub fn no_revision(path: &str, file: FileId) -> Diagnostic {
    Diagnostic::error(
        "no-revision",
        format!("{path} lies in a version location but has no `revision`; Alembic refuses to load it."),
    )
    .at(Span { file, start: 0, end: 0 })
    .help("Move the file out of the version location, or give it `revision` and `down_revision`.")
}

/// `_legacy_rev`: the identifier is the file's name.
fn legacy_id(path: &str) -> Option<RevisionId> {
    let name = file_name(path).strip_suffix(".py")?;
    let legal = !name.is_empty() && name.chars().all(|c| matches!(c, 'a'..='f' | '0'..='9'));
    legal.then(|| name.into())
}

/// The docstring's first paragraph.
fn message(module: &ast::Module) -> String {
    match module.body.first().map(|statement| &statement.kind) {
        Some(ast::StmtKind::Expr(ast::Expr { kind: ast::ExprKind::Constant(ast::Constant::Str(doc)), .. })) => {
            doc.trim().split("\n\n").next().unwrap_or_default().to_string()
        }
        _ => String::new(),
    }
}

/// The fallback for a file that the parser refuses: the strings in the four assignments, as far as brackets go.
fn from_lines(text: &str, file: FileId) -> Option<Revision> {
    let read = |name: &str| -> Option<(Vec<RevisionId>, Span)> {
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            if let Some(value) = binding(line, name) {
                let start = offset + line.len() - value.len();
                let span = Span { file, start: offset as u32, end: (offset + line.trim_end().len()) as u32 };
                return Some((strings(&text[start..]), span));
            }
            offset += line.len();
        }
        None
    };
    let (id, id_span) = read("revision").filter(|(ids, _)| ids.len() == 1)?;
    let (down, down_span) = read("down_revision")?;
    let labels = read("branch_labels").map(|(names, _)| names).unwrap_or_default();
    let (depends_on, depends_span) = read("depends_on").map_or((Vec::new(), None), |(names, span)| (names, Some(span)));
    Some(Revision {
        id: id.into_iter().next()?,
        down,
        depends_on,
        labels,
        message: String::new(),
        file,
        id_span: Some(id_span),
        down_span: Some(down_span),
        depends_span,
        depends_on_what_is_there: false,
        parsed: false,
    })
}

/// The string literals of one expression: to the end of the line, or of the brackets that it opens.
fn strings(text: &str) -> Vec<RevisionId> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\n' if depth == 0 => break,
            '#' => {
                for (_, skipped) in characters.by_ref() {
                    if skipped == '\n' {
                        break;
                    }
                }
                if depth == 0 {
                    break;
                }
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            '\'' | '"' => {
                let start = at + 1;
                let end = characters.by_ref().find(|(_, c)| *c == character || *c == '\n').map(|(end, _)| end);
                if let Some(end) = end
                    && text[end..].starts_with(character)
                {
                    found.push(RevisionId::from(&text[start..end]));
                }
            }
            _ => {}
        }
    }
    found
}
