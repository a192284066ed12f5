//! What keeps a history from being walked, with Alembic's own words.

use std::fmt;

use super::Graph;
use crate::alembic::revision::{Revision, RevisionId};
use crate::diagnostic::Diagnostic;

/// Characters that Alembic refuses in an identifier (`_revision_illegal_chars` in `alembic/script/revision.py`).
pub const ILLEGAL_CHARACTERS: [char; 4] = ['@', '-', '+', ':'];

/// A name that does not lead to revisions, or rows that Alembic refuses to start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevisionError {
    /// One head was asked for and there are several.
    MultipleHeads {
        /// The heads.
        heads: Vec<RevisionId>,
        /// What was asked for.
        argument: String,
    },
    /// Nothing, or more than one thing, has that name.
    Resolution {
        /// Alembic's message.
        message: String,
        /// The part of the argument that could not be located.
        argument: String,
    },
    /// Any other `RevisionError`, with Alembic's message.
    Other(String),
}

impl RevisionError {
    /// What `alembic` prints after `FAILED:` (`ScriptDirectory._catch_revision_errors`).
    pub fn command_error(&self) -> String {
        match self {
            RevisionError::MultipleHeads { argument, .. } => format!(
                "Multiple head revisions are present for given argument '{argument}'; please specify a specific target \
                 revision, '<branchname>@{argument}' to narrow to a specific head, or 'heads' for all heads"
            ),
            RevisionError::Resolution { argument, .. } => format!("Can't locate revision identified by '{argument}'"),
            RevisionError::Other(message) => message.clone(),
        }
    }
}

impl fmt::Display for RevisionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RevisionError::MultipleHeads { heads, argument } => {
                write!(f, "Multiple heads are present for given argument '{argument}'; {}", heads.join(", "))
            }
            RevisionError::Resolution { message, .. } => f.write_str(message),
            RevisionError::Other(message) => f.write_str(message),
        }
    }
}

/// Something wrong in the history itself. Real Alembic refuses every command on most of these; the graph leaves the bad
/// link out, so that the rest of the analysis goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Two files have one identifier; the last one wins.
    Duplicate {
        /// The identifier.
        id: RevisionId,
        /// The file that is shadowed, as an index of [`Graph::loaded`].
        shadowed: usize,
        /// The file that wins.
        used: usize,
    },
    /// A `down_revision` or `depends_on` that no file has.
    MissingParent {
        /// The name that is referred to.
        missing: RevisionId,
        /// Who refers to it.
        from: usize,
        /// By `depends_on`.
        dependency: bool,
    },
    /// A revision that is its own parent or dependency.
    SelfLoop {
        /// The revision.
        revision: usize,
        /// By `depends_on`.
        dependency: bool,
    },
    /// A character that Alembic does not allow in identifiers.
    IllegalId {
        /// The revision.
        revision: usize,
        /// The characters.
        characters: Vec<char>,
    },
    /// A branch label that another revision, or an identifier, has already.
    LabelTaken {
        /// The label.
        label: RevisionId,
        /// Who wants it.
        revision: usize,
        /// Who has it.
        holder: usize,
    },
    /// Revisions that cannot be reached from both a base and a head.
    Cycle {
        /// Their identifiers.
        revisions: Vec<RevisionId>,
        /// Only `depends_on` closes the circle.
        dependency: bool,
    },
}

impl Problem {
    /// True where real Alembic refuses to load the history at all.
    pub fn fatal(&self) -> bool {
        match self {
            Problem::Duplicate { .. } => false,
            Problem::MissingParent { .. }
            | Problem::SelfLoop { .. }
            | Problem::IllegalId { .. }
            | Problem::LabelTaken { .. }
            | Problem::Cycle { .. } => true,
        }
    }

    /// The message for the user.
    pub fn diagnostic(&self, graph: &Graph) -> Diagnostic {
        let at = |index: usize| -> &Revision { &graph.loaded()[index] };
        match self {
            Problem::Duplicate { id, shadowed, used } => Diagnostic::warning(
                "duplicate-revision",
                format!("Revision {id} is present more than once; Alembic uses the file that it loads last."),
            )
            .at(at(*used).span())
            .label(at(*shadowed).span(), "this file is not used")
            .help("Delete one of the two files, or give one of them an identifier of its own."),
            Problem::MissingParent { missing, from, dependency } => {
                let revision = at(*from);
                let (name, span) = if *dependency {
                    ("depends_on", revision.depends_span)
                } else {
                    ("down_revision", revision.down_span)
                };
                Diagnostic::error(
                    "missing-parent",
                    format!("Revision {missing}, the {name} of {}, is in none of the given files.", revision.id),
                )
                .at(span.unwrap_or(revision.span()))
                .help("Hand in all version locations, of the commit that was deployed; Alembic refuses to run without it.")
            }
            Problem::SelfLoop { revision, dependency } => {
                let revision = at(*revision);
                let kind = if *dependency { "Dependency self-loop" } else { "Self-loop" };
                Diagnostic::error(
                    "revision-cycle",
                    format!("{kind} is detected in revisions ({}): it refers to itself.", revision.id),
                )
                .at(revision.down_span.unwrap_or(revision.span()))
                .help("Set the revision that really comes before it.")
            }
            Problem::IllegalId { revision, characters } => {
                let revision = at(*revision);
                let characters: Vec<String> = characters.iter().map(char::to_string).collect();
                Diagnostic::error(
                    "illegal-revision-id",
                    format!(
                        "Character(s) '{}' not allowed in revision identifier '{}'.",
                        characters.join(", "),
                        revision.id
                    ),
                )
                .at(revision.span())
                .help("Alembic refuses to load this history; rename the revision and everything that refers to it.")
            }
            Problem::LabelTaken { label, revision, holder } => Diagnostic::error(
                "branch-label-taken",
                format!(
                    "Branch name '{label}' in revision {} already used by revision {}.",
                    at(*revision).id,
                    at(*holder).id
                ),
            )
            .at(at(*revision).span())
            .label(at(*holder).span(), "already used here")
            .help("Alembic refuses to load this history; give one of the branches another label."),
            Problem::Cycle { revisions, dependency } => {
                let kind = if *dependency { "Dependency cycle" } else { "Cycle" };
                let diagnostic = Diagnostic::error(
                    "revision-cycle",
                    format!("{kind} is detected in revisions ({}).", revisions.join(", ")),
                )
                .help("Alembic refuses to load this history; break the circle at one of the links.");
                let first = revisions.first().and_then(|id| graph.get(id));
                match first {
                    Some(revision) => diagnostic.at(revision.down_span.unwrap_or(revision.span())),
                    None => diagnostic,
                }
            }
        }
    }
}
