//! The revisions in the order in which `alembic upgrade heads` runs them, and states of a database among them.

use std::collections::HashMap;

/// A set of revisions that holds the ancestors of its members: a state that a database can be in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Members(Vec<bool>);

impl Members {
    /// True if the revision at `position` is in it.
    pub fn has(&self, position: usize) -> bool {
        self.0.get(position).copied().unwrap_or(false)
    }

    /// Positions of its members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().filter(|(_, member)| **member).map(|(position, _)| position)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.iter().count()
    }

    /// True if all of `other` is in it.
    pub fn covers(&self, other: &Members) -> bool {
        other.iter().all(|position| self.has(position))
    }

    /// Both together.
    pub fn union(&self, other: &Members) -> Members {
        Members(self.0.iter().zip(&other.0).map(|(a, b)| *a || *b).collect())
    }
}

/// A history in upgrade order.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Ids; a position is an index into this.
    pub order: Vec<String>,
    /// Parents and dependencies of each, as positions.
    parents: Vec<Vec<usize>>,
    positions: HashMap<String, usize>,
}

impl History {
    /// A history of `order`, in which every revision comes behind those that `parents` gives for it.
    pub fn new(order: Vec<String>, parents: impl Fn(&str) -> Vec<String>) -> History {
        let positions: HashMap<_, _> = order.iter().enumerate().map(|(at, id)| (id.clone(), at)).collect();
        let parents = order
            .iter()
            .map(|id| parents(id).iter().filter_map(|parent| positions.get(parent).copied()).collect())
            .collect();
        History { order, parents, positions }
    }

    /// Where a revision stands.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// No revision at all.
    pub fn nothing(&self) -> Members {
        Members(vec![false; self.order.len()])
    }

    /// All revisions.
    pub fn everything(&self) -> Members {
        Members(vec![true; self.order.len()])
    }

    /// The revisions at `positions` and all their ancestors, dependencies included.
    pub fn closure(&self, positions: impl IntoIterator<Item = usize>) -> Members {
        let mut members = self.nothing();
        let mut open: Vec<usize> = positions.into_iter().collect();
        while let Some(position) = open.pop() {
            if !std::mem::replace(&mut members.0[position], true) {
                open.extend(&self.parents[position]);
            }
        }
        members
    }

    /// The state that version rows describe. Rows that no revision has are left out.
    pub fn state(&self, rows: &[String]) -> Members {
        self.closure(rows.iter().filter_map(|row| self.position(row)))
    }

    /// Members that no other member has as a parent or dependency: what `alembic_version` would hold.
    pub fn rows(&self, members: &Members) -> Vec<String> {
        let mut top = members.clone();
        for position in members.iter() {
            for &parent in &self.parents[position] {
                top.0[parent] = false;
            }
        }
        top.iter().map(|position| self.order[position].clone()).collect()
    }

    /// Members whose removal leaves a state.
    pub fn tops(&self, members: &Members) -> Vec<usize> {
        self.rows(members).iter().filter_map(|row| self.position(row)).collect()
    }

    /// Revisions outside whose addition leaves a state.
    pub fn next(&self, members: &Members) -> Vec<usize> {
        (0..self.order.len())
            .filter(|&position| !members.has(position))
            .filter(|&position| self.parents[position].iter().all(|&parent| members.has(parent)))
            .collect()
    }

    /// `members` with the revision at `position` put in or taken out.
    pub fn toggled(&self, members: &Members, position: usize) -> Members {
        let mut other = members.clone();
        other.0[position] = !other.0[position];
        other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` -> `b`, `a` -> `c`, then `m` merges both.
    fn diamond() -> History {
        let order = ["a", "b", "c", "m"].map(String::from).to_vec();
        History::new(order, |id| match id {
            "b" | "c" => vec!["a".into()],
            "m" => vec!["b".into(), "c".into()],
            _ => vec![],
        })
    }

    #[test]
    fn a_state_is_closed_under_ancestry() {
        let history = diamond();
        assert_eq!(history.state(&["c".into()]).iter().collect::<Vec<_>>(), [0, 2]);
        assert_eq!(history.state(&["m".into()]), history.everything());
    }

    #[test]
    fn rows_are_the_tops_of_a_state() {
        let history = diamond();
        assert_eq!(history.rows(&history.closure([1, 2])), ["b", "c"]);
        assert_eq!(history.rows(&history.everything()), ["m"]);
    }

    #[test]
    fn next_are_those_whose_parents_are_in() {
        let history = diamond();
        assert_eq!(history.next(&history.closure([0])), [1, 2]);
        assert_eq!(history.next(&history.closure([1])), [2]);
    }
}
