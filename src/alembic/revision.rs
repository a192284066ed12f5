//! One revision file, as far as its place in the history goes.

use std::sync::Arc;

use crate::source::{FileId, Span};

/// A revision's identifier, word for word.
pub type RevisionId = Arc<str>;

/// What a revision file says about itself: the module-level names that Alembic reads (`alembic/script/base.py`, `Script`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// `revision`
    pub id: RevisionId,
    /// `down_revision`, as written; empty for a base.
    pub down: Vec<RevisionId>,
    /// `depends_on`, as written: identifiers or branch labels.
    pub depends_on: Vec<Arc<str>>,
    /// `depends_on` is filled under conditions: of what it names, that is meant which is among the files.
    pub depends_on_what_is_there: bool,
    /// `branch_labels`, as written.
    pub labels: Vec<Arc<str>>,
    /// First paragraph of the file's docstring: what `Running upgrade a -> b, …` ends in.
    pub message: String,
    /// The file.
    pub file: FileId,
    /// The assignment of `revision`.
    pub id_span: Option<Span>,
    /// The assignment of `down_revision`.
    pub down_span: Option<Span>,
    /// The assignment of `depends_on`.
    pub depends_span: Option<Span>,
    /// False if the file could not be parsed: its place is known from its lines, its effects are not known.
    pub parsed: bool,
}

impl Revision {
    /// A revision of which only its links are known.
    pub fn new(id: &str, down: &[&str], file: FileId) -> Revision {
        Revision {
            id: id.into(),
            down: down.iter().map(|id| (*id).into()).collect(),
            depends_on: Vec::new(),
            depends_on_what_is_there: false,
            labels: Vec::new(),
            message: String::new(),
            file,
            id_span: None,
            down_span: None,
            depends_span: None,
            parsed: true,
        }
    }

    /// The first place to show for this revision.
    pub fn span(&self) -> Span {
        self.id_span.unwrap_or(Span { file: self.file, start: 0, end: 0 })
    }
}
