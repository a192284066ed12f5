//! Walks: ancestors, descendants, and the order in which `alembic upgrade` runs revisions.

use std::collections::HashSet;

use super::{Graph, Node, RevisionError};
use crate::alembic::revision::{Revision, RevisionId};

/// A set of revisions, one bit each.
#[derive(Clone, Debug)]
struct Bits(Vec<u64>);

impl Bits {
    fn of(len: usize, indices: &[usize]) -> Bits {
        let mut bits = Bits(vec![0; len.div_ceil(64)]);
        for &index in indices {
            bits.0[index / 64] |= 1 << (index % 64);
        }
        bits
    }

    fn contains(&self, index: usize) -> bool {
        self.0[index / 64] >> (index % 64) & 1 == 1
    }

    fn remove(&mut self, index: usize) {
        self.0[index / 64] &= !(1 << (index % 64));
    }
}

impl Graph {
    /// The revision and everything before it, dependencies included; empty for an unknown identifier.
    pub fn ancestors(&self, id: &str) -> Vec<RevisionId> {
        self.index(id).map(|index| self.ids(&self.ancestors_of(&[index]))).unwrap_or_default()
    }

    /// The revision and everything after it, dependants included; empty for an unknown identifier.
    pub fn descendants(&self, id: &str) -> Vec<RevisionId> {
        self.index(id).map(|index| self.ids(&self.descendants_of(&[index]))).unwrap_or_default()
    }

    /// All revisions that are applied when the version table holds these rows, in upgrade order.
    ///
    /// # Errors
    /// A row that no file has, rows that overlap, or a broken history.
    pub fn applied(&self, rows: &[RevisionId]) -> Result<Vec<&Revision>, RevisionError> {
        let targets = self.rows(rows)?;
        let all = self.ancestors_checked(&targets)?;
        Ok(self.sorted(&all, &targets)?.into_iter().map(|index| &self.loaded[index]).collect())
    }

    /// What `alembic upgrade TARGET` runs on a database whose version table holds `rows`, in that order
    /// (`ScriptDirectory._upgrade_revs`).
    ///
    /// # Errors
    /// What Alembic refuses: see [`RevisionError::command_error`].
    pub fn needed(&self, rows: &[RevisionId], target: &str) -> Result<Vec<&Revision>, RevisionError> {
        let targets = self.upgrade_targets(rows, target)?;
        let required = self.ancestors_checked(&targets)?;
        let current = self.rows(rows)?;
        let applied: HashSet<usize> = self.ancestors_checked(&current)?.into_iter().collect();
        let needs: Vec<usize> = required.into_iter().filter(|index| !applied.contains(index)).collect();
        Ok(self.sorted(&needs, &targets)?.into_iter().map(|index| &self.loaded[index]).collect())
    }

    /// All revisions in the order in which `alembic upgrade heads` runs them on an empty database. In a broken history,
    /// an order in which parents come first as far as the links go.
    pub fn upgrade_order(&self) -> Vec<&Revision> {
        self.needed(&[], "heads").unwrap_or_else(|_| {
            let mut output = Vec::new();
            let mut done = HashSet::new();
            for &start in &self.map {
                self.visit(start, &mut done, &mut output);
            }
            output.into_iter().map(|index| &self.loaded[index]).collect()
        })
    }

    /// Depth first, parents before the revision itself; circles are cut where they close.
    fn visit(&self, start: usize, done: &mut HashSet<usize>, output: &mut Vec<usize>) {
        let mut stack = vec![(start, false)];
        while let Some((index, parents_done)) = stack.pop() {
            if parents_done {
                output.push(index);
            } else if done.insert(index) {
                stack.push((index, true));
                stack.extend(self.nodes[index].all_down().into_iter().rev().map(|down| (down, false)));
            }
        }
    }

    /// `_iterate_related_revisions` without its check.
    pub(super) fn related(&self, targets: &[usize], next: impl Fn(&Node) -> Vec<usize>) -> Vec<usize> {
        let mut seen = vec![false; self.nodes.len()];
        let mut found = Vec::new();
        let mut todo = Vec::new();
        for &target in targets {
            todo.push(target);
            while let Some(index) = todo.pop() {
                if std::mem::replace(&mut seen[index], true) {
                    continue;
                }
                todo.extend(next(&self.nodes[index]));
                found.push(index);
            }
        }
        found
    }

    pub(in crate::alembic) fn ancestors_of(&self, targets: &[usize]) -> Vec<usize> {
        self.related(targets, Node::normalized_down)
    }

    pub(in crate::alembic) fn descendants_of(&self, targets: &[usize]) -> Vec<usize> {
        self.related(targets, |node| node.all_next.clone())
    }

    /// `_get_ancestor_nodes(check=True)`: no target may be an ancestor of another.
    fn ancestors_checked(&self, targets: &[usize]) -> Result<Vec<usize>, RevisionError> {
        for &target in targets {
            let above = self.ancestors_of(&[target]);
            let overlaps: Vec<String> = super::dedupe(targets.iter())
                .into_iter()
                .filter(|&other| other != target && above.contains(&other))
                .map(|other| self.id(other).to_string())
                .collect();
            if !overlaps.is_empty() {
                return Err(RevisionError::Other(format!(
                    "Requested revision {} overlaps with other requested revisions {}",
                    self.id(target),
                    overlaps.join(", ")
                )));
            }
        }
        Ok(self.ancestors_of(targets))
    }

    /// `_topological_sort`, reversed: from the base up.
    fn sorted(&self, revisions: &[usize], heads: &[usize]) -> Result<Vec<usize>, RevisionError> {
        if let Some(problem) = self.problems.iter().find(|problem| problem.fatal()) {
            return Err(RevisionError::Other(problem.diagnostic(self).message));
        }
        let len = self.nodes.len();
        let ancestors = |index: usize| Bits::of(len, &self.ancestors_of(&[index]));
        let mut todo = Bits::of(len, revisions);
        let mut current = super::dedupe(heads.iter());
        current.retain(|&head| todo.contains(head));
        current.sort_by_key(|head| self.position.get(head).copied().unwrap_or(usize::MAX));
        let mut above: Vec<Bits> = current.iter().map(|&head| ancestors(head)).collect();
        let mut output = Vec::with_capacity(revisions.len());
        let mut at = 0;
        while let Some(&candidate) = current.get(at) {
            let dependant = above.iter().enumerate().find(|(other, set)| *other != at && set.contains(candidate));
            if let Some((other, _)) = dependant {
                at = other;
                continue;
            }
            if todo.contains(candidate) {
                output.push(candidate);
                todo.remove(candidate);
            }
            let node = &self.nodes[candidate];
            let next: Vec<usize> = node
                .normalized_down()
                .into_iter()
                .filter(|&down| todo.contains(down) && !current.contains(&down))
                .collect();
            let Some((&first, rest)) = next.split_first() else {
                current.remove(at);
                above.remove(at);
                at = at.saturating_sub(1);
                continue;
            };
            current[at] = first;
            if node.normalized.is_empty() && node.down.len() == 1 {
                above[at].remove(candidate);
            } else {
                above[at] = ancestors(first);
                current.extend(rest);
                above.extend(rest.iter().map(|&head| ancestors(head)));
            }
        }
        output.reverse();
        Ok(output)
    }
}
