//! From files to links (`RevisionMap._revision_map` and what it calls).

use std::collections::HashSet;

use super::{Graph, ILLEGAL_CHARACTERS, Node, Problem};
use crate::alembic::revision::{Revision, RevisionId};

impl Graph {
    /// Links the revisions. `loaded` is in the order in which Alembic loads the files.
    pub fn new(loaded: Vec<Revision>) -> Graph {
        let mut graph = Graph { nodes: vec![Node::default(); loaded.len()], loaded, ..Graph::default() };
        graph.fill_map();
        graph.map_labels();
        graph.resolve_links();
        let (heads, real_heads) = graph.link();
        graph.normalize_dependencies();
        let all = 0..graph.loaded.len();
        let bases: Vec<usize> = all.clone().filter(|&index| graph.loaded[index].down.is_empty()).collect();
        let real_bases: Vec<usize> =
            bases.iter().copied().filter(|&index| graph.loaded[index].depends_on.is_empty()).collect();
        graph.detect_cycles(&heads, &bases, &real_heads, &real_bases);
        graph.heads = heads;
        graph.real_heads = real_heads;
        graph.bases = bases;
        graph.propagate_labels();
        graph
    }

    fn fill_map(&mut self) {
        for index in 0..self.loaded.len() {
            let id = self.loaded[index].id.clone();
            let illegal: Vec<char> = {
                let mut found: Vec<char> = id.chars().filter(|c| ILLEGAL_CHARACTERS.contains(c)).collect();
                found.sort_unstable();
                found.dedup();
                found
            };
            if !illegal.is_empty() {
                self.problems.push(Problem::IllegalId { revision: index, characters: illegal });
            }
            match self.names.insert(id.clone(), index) {
                None => self.map.push(index),
                Some(shadowed) => {
                    self.problems.push(Problem::Duplicate { id, shadowed, used: index });
                    if let Some(slot) = self.map.iter_mut().find(|slot| **slot == shadowed) {
                        *slot = index;
                    }
                }
            }
        }
        self.position = self.map.iter().enumerate().map(|(position, &index)| (index, position)).collect();
    }

    /// `_map_branch_labels`
    fn map_labels(&mut self) {
        for index in 0..self.loaded.len() {
            for label in self.loaded[index].labels.clone() {
                match self.names.get(&label) {
                    Some(&holder) => self.problems.push(Problem::LabelTaken { label, revision: index, holder }),
                    None => {
                        self.names.insert(label.clone(), index);
                        self.labels.push(label.clone());
                        self.nodes[index].labels.insert(label);
                    }
                }
            }
        }
    }

    /// `_add_depends_on`, and `down_revision` likewise. Both are looked up by full identifier or label; Alembic does not
    /// complete partial identifiers here.
    fn resolve_links(&mut self) {
        for index in 0..self.loaded.len() {
            let revision = self.loaded[index].clone();
            self.nodes[index].down = self.resolve_all(index, &revision.down, false);
            self.nodes[index].depends = self.resolve_all(index, &revision.depends_on, true);
        }
    }

    fn resolve_all(&mut self, from: usize, names: &[RevisionId], dependency: bool) -> Vec<usize> {
        let mut found = Vec::new();
        for name in names {
            if **name == *self.loaded[from].id {
                self.problems.push(Problem::SelfLoop { revision: from, dependency });
                continue;
            }
            match self.names.get(name) {
                Some(&index) => found.push(index),
                None => self.problems.push(Problem::MissingParent { missing: name.clone(), from, dependency }),
            }
        }
        super::dedupe(found.iter())
    }

    /// Fills `next` and `all_next`; gives the heads and the real heads. A file that a duplicate shadows stays a head, since
    /// nothing in Alembic's map refers to it.
    fn link(&mut self) -> (Vec<usize>, Vec<usize>) {
        let mut followed = HashSet::new();
        let mut really_followed = HashSet::new();
        for &index in &self.map.clone() {
            for down in self.nodes[index].all_down() {
                if !self.nodes[down].all_next.contains(&index) {
                    self.nodes[down].all_next.push(index);
                }
                if self.nodes[index].down.contains(&down) {
                    if !self.nodes[down].next.contains(&index) {
                        self.nodes[down].next.push(index);
                    }
                    followed.insert(down);
                }
                really_followed.insert(down);
            }
        }
        let all = 0..self.loaded.len();
        (
            all.clone().filter(|index| !followed.contains(index)).collect(),
            all.filter(|index| !really_followed.contains(index)).collect(),
        )
    }

    /// `_normalize_depends_on`
    fn normalize_dependencies(&mut self) {
        for index in 0..self.loaded.len() {
            let mut normalized = self.nodes[index].depends.clone();
            if normalized.is_empty() {
                continue;
            }
            for ancestor in self.related(&[index], |node| node.down.clone()) {
                if ancestor != index {
                    let known = &self.nodes[ancestor].depends;
                    normalized.retain(|dependency| !known.contains(dependency));
                }
            }
            self.nodes[index].normalized = normalized;
        }
    }

    /// `_detect_cycles`: every revision is reached from a head and from a base, first by `down_revision` alone, then with
    /// dependencies.
    fn detect_cycles(&mut self, heads: &[usize], bases: &[usize], real_heads: &[usize], real_bases: &[usize]) {
        if self.map.is_empty() {
            return;
        }
        let down = self.related(heads, |node| node.down.clone());
        let up = self.related(bases, |node| node.next.clone());
        let problem = self.unreachable(&down, &up, false).or_else(|| {
            let down = self.related(real_heads, Node::all_down);
            let up = self.related(real_bases, |node| node.all_next.clone());
            self.unreachable(&down, &up, true)
        });
        self.problems.extend(problem);
    }

    fn unreachable(&self, down: &[usize], up: &[usize], dependency: bool) -> Option<Problem> {
        let from_heads: HashSet<&str> = down.iter().map(|&index| &**self.id(index)).collect();
        let from_bases: HashSet<&str> = up.iter().map(|&index| &**self.id(index)).collect();
        let mut lost: Vec<RevisionId> = self
            .revisions()
            .filter(|revision| {
                // A revision whose parent is missing is a problem of its own, and no circle.
                let between = from_heads.contains(&*revision.id) && from_bases.contains(&*revision.id);
                !(between || self.hangs_on_missing(&revision.id))
            })
            .map(|revision| revision.id.clone())
            .collect();
        lost.sort();
        (!lost.is_empty()).then_some(Problem::Cycle { revisions: lost, dependency })
    }

    /// True if some ancestor has a parent that no file has, so that no base leads here.
    fn hangs_on_missing(&self, id: &str) -> bool {
        let Some(index) = self.index(id) else { return false };
        let ancestors: HashSet<usize> = self.related(&[index], Node::all_down).into_iter().collect();
        self.problems.iter().any(|problem| match problem {
            Problem::MissingParent { from, .. } | Problem::SelfLoop { revision: from, .. } => ancestors.contains(from),
            Problem::Duplicate { .. }
            | Problem::IllegalId { .. }
            | Problem::LabelTaken { .. }
            | Problem::Cycle { .. } => false,
        })
    }

    /// `_add_branches`: labels go to all descendants, and from the last of them back down to the nearest branch or merge
    /// point.
    fn propagate_labels(&mut self) {
        for index in 0..self.loaded.len() {
            let labels = self.nodes[index].labels.clone();
            if self.loaded[index].labels.is_empty() || labels.is_empty() {
                continue;
            }
            let descendants = self.related(&[index], |node| node.next.clone());
            for &descendant in &descendants {
                self.nodes[descendant].labels.extend(labels.iter().cloned());
            }
            let mut seen = HashSet::new();
            let mut at = descendants.last().copied();
            while let Some(node) = at {
                if !seen.insert(node) || self.nodes[node].all_next.len() > 1 || self.nodes[node].down.len() > 1 {
                    break;
                }
                self.nodes[node].labels.extend(labels.iter().cloned());
                at = self.nodes[node].down.first().copied();
            }
        }
    }
}
