//! The history: which revision comes after which.
//!
//! Equal to Alembic's `RevisionMap` (`alembic/script/revision.py` of 1.20.1), link for link and in the same order of steps.
//! Where the original iterates a Python set, whose order differs from process to process, the order written in the files
//! is used.

mod build;
mod error;
mod order;
mod resolve;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub use error::{ILLEGAL_CHARACTERS, Problem, RevisionError};

use super::revision::{Revision, RevisionId};

/// A revision and its links, as indices of [`Graph::loaded`].
#[derive(Clone, Debug, Default)]
struct Node {
    /// `down_revision`, without those that no file has.
    down: Vec<usize>,
    /// `depends_on` as revisions.
    depends: Vec<usize>,
    /// `depends` without what an ancestor depends on already.
    normalized: Vec<usize>,
    /// Who names this one as `down_revision`.
    next: Vec<usize>,
    /// Who names this one as `down_revision` or in `depends_on`.
    all_next: Vec<usize>,
    /// Branch labels, own and propagated.
    labels: BTreeSet<Arc<str>>,
}

impl Node {
    /// `_all_down_revisions`
    fn all_down(&self) -> Vec<usize> {
        dedupe(self.down.iter().chain(&self.depends))
    }

    /// `_normalized_down_revisions`
    fn normalized_down(&self) -> Vec<usize> {
        dedupe(self.down.iter().chain(&self.normalized))
    }
}

fn dedupe<'a>(indices: impl Iterator<Item = &'a usize>) -> Vec<usize> {
    let mut unique: Vec<usize> = Vec::new();
    for &index in indices {
        if !unique.contains(&index) {
            unique.push(index);
        }
    }
    unique
}

/// All revisions of one environment and how they hang together.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    loaded: Vec<Revision>,
    nodes: Vec<Node>,
    /// One per identifier, in Alembic's map order: the place of the first file with it, the contents of the last.
    map: Vec<usize>,
    /// The place in `map` of each revision that is used.
    position: HashMap<usize, usize>,
    /// Identifiers and branch labels.
    names: HashMap<Arc<str>, usize>,
    /// Labels in the order in which they entered the map.
    labels: Vec<Arc<str>>,
    heads: Vec<usize>,
    real_heads: Vec<usize>,
    bases: Vec<usize>,
    problems: Vec<Problem>,
}

impl Graph {
    /// All files in the order in which Alembic loads them, those that a duplicate shadows among them.
    pub fn loaded(&self) -> &[Revision] {
        &self.loaded
    }

    /// What is wrong with the history.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// True if Alembic can load the history.
    pub fn is_usable(&self) -> bool {
        !self.problems.iter().any(Problem::fatal)
    }

    /// The revisions in Alembic's map order.
    pub fn revisions(&self) -> impl Iterator<Item = &Revision> {
        self.map.iter().map(|&index| &self.loaded[index])
    }

    /// How many revisions there are.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The revision with exactly that identifier.
    pub fn get(&self, id: &str) -> Option<&Revision> {
        self.index(id).map(|index| &self.loaded[index])
    }

    /// Revisions that no other names as `down_revision` (`RevisionMap.heads`): what `alembic heads` prints.
    pub fn heads(&self) -> Vec<RevisionId> {
        self.ids(&self.heads)
    }

    /// Heads that no other depends on either (`RevisionMap._real_heads`): what `heads` means to `upgrade`, and the rows of
    /// the version table after it.
    pub fn real_heads(&self) -> Vec<RevisionId> {
        self.ids(&self.real_heads)
    }

    /// Revisions without `down_revision`.
    pub fn bases(&self) -> Vec<RevisionId> {
        self.ids(&self.bases)
    }

    /// Revisions that several others name as `down_revision`.
    pub fn branch_points(&self) -> Vec<RevisionId> {
        self.select(|node| node.next.len() > 1)
    }

    /// Revisions with several `down_revision`s.
    pub fn merge_points(&self) -> Vec<RevisionId> {
        self.select(|node| node.down.len() > 1)
    }

    /// The branch labels of a revision, propagated ones among them, sorted.
    pub fn labels_of(&self, id: &str) -> Vec<Arc<str>> {
        self.index(id).map(|index| self.nodes[index].labels.iter().cloned().collect()).unwrap_or_default()
    }

    /// The revisions that name this one as `down_revision`.
    pub fn next(&self, id: &str) -> Vec<RevisionId> {
        self.index(id).map(|index| self.ids(&self.nodes[index].next)).unwrap_or_default()
    }

    /// What an upgrade to this revision starts from in the version table: its parents, and those dependencies that no
    /// ancestor depends on already (`_normalized_down_revisions`).
    pub fn down(&self, id: &str) -> Vec<RevisionId> {
        self.index(id).map(|index| self.ids(&self.nodes[index].normalized_down())).unwrap_or_default()
    }

    fn select(&self, keep: impl Fn(&Node) -> bool) -> Vec<RevisionId> {
        let kept: Vec<usize> = self.map.iter().copied().filter(|&index| keep(&self.nodes[index])).collect();
        self.ids(&kept)
    }

    /// The revision with exactly that identifier, as an index; a label does not count.
    pub(in crate::alembic) fn index(&self, id: &str) -> Option<usize> {
        self.names.get(id).copied().filter(|&index| &*self.loaded[index].id == id)
    }

    pub(in crate::alembic) fn id(&self, index: usize) -> &RevisionId {
        &self.loaded[index].id
    }

    fn ids(&self, indices: &[usize]) -> Vec<RevisionId> {
        indices.iter().map(|&index| self.id(index).clone()).collect()
    }
}
