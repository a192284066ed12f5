//! The imports that a changed revision needs.

use super::Patch;
use crate::source::{FileId, Sources, Span};

/// A name that a patch uses, where it is bound and the line that binds it.
struct Import {
    used_as: &'static str,
    line: &'static str,
    is_bound: fn(&str) -> bool,
}

const IMPORTS: &[Import] = &[
    Import {
        used_as: "sa.inspect(",
        line: "import sqlalchemy as sa",
        is_bound: |line| line == "import sqlalchemy as sa",
    },
    Import {
        used_as: "postgresql.ENUM(",
        line: "from sqlalchemy.dialects import postgresql",
        is_bound: |line| {
            let names = line.strip_prefix("from sqlalchemy.dialects import ");
            names.is_some_and(|names| names.split(',').any(|name| name.trim().trim_matches(['(', ')']) == "postgresql"))
        },
    },
];

/// Adds to the changes of a revision the imports that they need and the file lacks; `None` where there is no place for one.
pub fn with_imports(patches: Vec<Patch>, sources: &Sources) -> Option<Vec<Patch>> {
    let mut files: Vec<FileId> = patches.iter().map(|patch| patch.span.file).collect();
    files.sort_unstable();
    files.dedup();
    let mut all = Vec::new();
    for file in files {
        let own = || patches.iter().filter(|patch| patch.span.file == file);
        let lacking: Vec<&Import> = IMPORTS
            .iter()
            .filter(|import| own().any(|patch| patch.after.contains(import.used_as)))
            .filter(|import| !sources.file(file).text().lines().any(|line| (import.is_bound)(line.trim_end())))
            .collect();
        if !lacking.is_empty() {
            let span = place(sources, file)?;
            let before = sources.text(span).to_string();
            let after = lacking.iter().fold(before.clone(), |text, import| format!("{text}\n{}", import.line));
            all.push(Patch { span, before, after });
        }
        all.extend(own().cloned());
    }
    Some(all)
}

/// The line behind which imports can stand: a whole import statement of the module itself.
fn place(sources: &Sources, file: FileId) -> Option<Span> {
    let text = sources.file(file).text();
    let is_import = |line: &str| line.starts_with("from alembic import ") || line.starts_with("import sqlalchemy");
    let line = text.lines().find(|line| is_import(line) && !line.contains(['(', '\\', ';']))?;
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    Some(Span { file, start: start as u32, end: (start + line.len()) as u32 })
}
