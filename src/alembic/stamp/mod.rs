//! The rows of the version table: what each step of an upgrade does to them, and what `alembic stamp` does.
//!
//! Behaviour of `HeadMaintainer`, `RevisionStep` and `StampStep` (`alembic/runtime/migration.py`) and of
//! `ScriptDirectory._stamp_revs` (`alembic/script/base.py`) in Alembic 1.20.1.

mod commands;
mod script;
#[cfg(test)]
mod tests;

use std::fmt;

pub use commands::{Commands, stamp_commands, upgrade_commands};
pub use script::{VersionTable, shell_quote, stamp_script};

use super::graph::{Graph, RevisionError};
use super::revision::{Revision, RevisionId};

/// The length of `version_num`: `VARCHAR(32)`. A longer identifier is refused with SQLSTATE 22001.
pub const VERSION_NUM_LENGTH: usize = 32;

/// Rows as one names them in a sentence: `base` where there are none.
pub fn named(rows: &[String]) -> String {
    if rows.is_empty() { "base".to_string() } else { rows.join(", ") }
}

/// One statement on the version table. Alembic expects each to touch exactly one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowChange {
    /// `INSERT`
    Insert(RevisionId),
    /// `DELETE`
    Delete(RevisionId),
    /// `UPDATE`
    Update {
        /// The row as it is.
        from: RevisionId,
        /// The row as it becomes.
        to: RevisionId,
    },
}

/// What happens when a [`RowChange`] meets other rows than it expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowError {
    /// `Online migration expected to match one row when … ; N found`
    Matched {
        /// What was tried.
        change: RowChange,
        /// How many rows there were.
        found: usize,
    },
    /// The identifier does not fit `version_num`: SQLSTATE 22001.
    TooLong {
        /// The identifier.
        id: RevisionId,
        /// The column's length.
        limit: usize,
    },
    /// An `assert` of Alembic's own fails: an identifier would be in the table twice, or is not in it at all.
    Assertion(RowChange),
}

impl RowError {
    /// The message; `table` is the version table's name without its schema, as Alembic writes it.
    pub fn message(&self, table: &str) -> String {
        match self {
            RowError::Matched { change, found } => {
                let what = match change {
                    RowChange::Update { from, to } => format!("updating '{from}' to '{to}'"),
                    RowChange::Delete(id) | RowChange::Insert(id) => format!("deleting '{id}'"),
                };
                format!("Online migration expected to match one row when {what} in '{table}'; {found} found")
            }
            RowError::TooLong { limit, .. } => format!("value too long for type character varying({limit})"),
            RowError::Assertion(RowChange::Insert(id) | RowChange::Delete(id)) => {
                format!("Alembic's own assertion fails for row '{id}'")
            }
            RowError::Assertion(RowChange::Update { from, to }) => {
                format!("Alembic's own assertion fails for row '{from}', which was to become '{to}'")
            }
        }
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message("alembic_version"))
    }
}

/// The version table's rows during one run of Alembic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The rows themselves; without a primary key one identifier may be there more than once.
    rows: Vec<RevisionId>,
    /// `HeadMaintainer.heads`: what Alembic believes is there.
    heads: Vec<RevisionId>,
    limit: Option<usize>,
}

impl Rows {
    /// The rows as they are in the database. `limit` is the length of `version_num`, where it is known.
    pub fn new(rows: &[RevisionId], limit: Option<usize>) -> Rows {
        let mut heads: Vec<RevisionId> = Vec::new();
        for row in rows {
            if !heads.contains(row) {
                heads.push(row.clone());
            }
        }
        Rows { rows: rows.to_vec(), heads, limit }
    }

    /// The rows now.
    pub fn rows(&self) -> &[RevisionId] {
        &self.rows
    }

    /// What `update_to_step` sends after `upgrade()` of this revision.
    pub fn upgrade_changes(&self, graph: &Graph, revision: &Revision) -> Vec<RowChange> {
        let to = revision.id.clone();
        let down = graph.down(&revision.id);
        let present: Vec<RevisionId> = down.iter().filter(|id| self.heads.contains(id)).cloned().collect();
        match present.len() {
            0 => vec![RowChange::Insert(to)],
            1 => vec![RowChange::Update { from: present[0].clone(), to }],
            _ => self.merge(graph, &down, to),
        }
    }

    /// `merge_branch_idents`: what another row implies already is left to it. Where Alembic takes whichever row a set
    /// gives it last for the UPDATE, this takes the last one written.
    fn merge(&self, graph: &Graph, down: &[RevisionId], to: RevisionId) -> Vec<RowChange> {
        let others: Vec<usize> =
            self.heads.iter().filter(|id| !down.contains(id)).filter_map(|id| graph.index(id)).collect();
        let implied = graph.ancestors_of(&others);
        let from: Vec<&RevisionId> =
            down.iter().filter(|id| graph.index(id).is_none_or(|index| !implied.contains(&index))).collect();
        let Some((last, rest)) = from.split_last() else { return vec![RowChange::Insert(to)] };
        let mut changes: Vec<RowChange> = rest.iter().map(|id| RowChange::Delete((*id).clone())).collect();
        changes.push(RowChange::Update { from: (*last).clone(), to });
        changes
    }

    /// Sends one statement.
    ///
    /// # Errors
    /// What Alembic or PostgreSQL says when the rows are not as expected. The rows are then unchanged.
    pub fn apply(&mut self, change: &RowChange) -> Result<(), RowError> {
        let known = |id: &RevisionId, heads: &[RevisionId]| heads.contains(id);
        if let (Some(limit), RowChange::Insert(id) | RowChange::Update { to: id, .. }) = (self.limit, change)
            && id.chars().count() > limit
        {
            return Err(RowError::TooLong { id: id.clone(), limit });
        }
        match change {
            RowChange::Insert(id) => {
                if known(id, &self.heads) {
                    return Err(RowError::Assertion(change.clone()));
                }
                self.heads.push(id.clone());
                self.rows.push(id.clone());
            }
            RowChange::Delete(id) => {
                if !known(id, &self.heads) {
                    return Err(RowError::Assertion(change.clone()));
                }
                self.matched(id, change)?;
                self.heads.retain(|head| head != id);
                self.rows.retain(|row| row != id);
            }
            RowChange::Update { from, to } => {
                if known(to, &self.heads) || !known(from, &self.heads) {
                    return Err(RowError::Assertion(change.clone()));
                }
                self.matched(from, change)?;
                self.heads.retain(|head| head != from);
                self.heads.push(to.clone());
                for row in &mut self.rows {
                    if row == from {
                        *row = to.clone();
                    }
                }
            }
        }
        Ok(())
    }

    fn matched(&self, id: &RevisionId, change: &RowChange) -> Result<(), RowError> {
        match self.rows.iter().filter(|row| *row == id).count() {
            1 => Ok(()),
            found => Err(RowError::Matched { change: change.clone(), found }),
        }
    }

    /// Records that a revision ran.
    ///
    /// # Errors
    /// See [`Rows::apply`].
    pub fn upgrade(&mut self, graph: &Graph, revision: &Revision) -> Result<Vec<RowChange>, RowError> {
        let changes = self.upgrade_changes(graph, revision);
        for change in &changes {
            self.apply(change)?;
        }
        Ok(changes)
    }
}

/// Why `alembic stamp` does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StampError {
    /// The target, or a row that is there already (a ghost), is in no file.
    Revision(RevisionError),
    /// The rows do not match.
    Rows(RowError),
    /// Rows above and below the target at once, on which Alembic's own assertion fails.
    Overlap,
}

impl fmt::Display for StampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StampError::Revision(error) => f.write_str(&error.command_error()),
            StampError::Rows(error) => error.fmt(f),
            StampError::Overlap => f.write_str("some rows are above the target and some below it"),
        }
    }
}

impl From<RevisionError> for StampError {
    fn from(error: RevisionError) -> StampError {
        StampError::Revision(error)
    }
}

impl From<RowError> for StampError {
    fn from(error: RowError) -> StampError {
        StampError::Rows(error)
    }
}

/// What `alembic stamp TARGET...` does to the rows.
///
/// # Errors
/// What Alembic refuses; a row that no file has is among it (only `--purge` helps then).
pub fn stamp(graph: &Graph, rows: &mut Rows, targets: &[&str]) -> Result<Vec<RowChange>, StampError> {
    let heads = graph.rows(rows.rows())?;
    let mut filtered: Vec<usize> = Vec::new();
    let mut destinations = Vec::new();
    for target in targets {
        for head in graph.in_lineage(&heads, target, true)? {
            if !filtered.contains(&head) {
                filtered.push(head);
            }
        }
        destinations.extend(graph.revisions_for(target)?);
    }
    let ids = |indices: &[usize]| -> Vec<RevisionId> { indices.iter().map(|&index| graph.id(index).clone()).collect() };
    let mut changes = Vec::new();
    if destinations.is_empty() {
        changes.extend(ids(&filtered).into_iter().map(RowChange::Delete));
        for change in &changes {
            rows.apply(change)?;
        }
        return Ok(changes);
    }
    for destination in destinations {
        if filtered.contains(&destination) {
            continue;
        }
        let above = graph.descendants_of(&[destination]);
        let below = graph.ancestors_of(&[destination]);
        let any = |set: &[usize]| filtered.iter().any(|head| set.contains(head));
        let to = graph.id(destination).clone();
        let step = match (any(&above), any(&below)) {
            (true, true) => return Err(StampError::Overlap),
            (false, false) => vec![RowChange::Insert(to)],
            (down, _) => collapse(rows, ids(&filtered), to, down),
        };
        for change in &step {
            rows.apply(change)?;
        }
        changes.extend(step);
    }
    Ok(changes)
}

/// All related rows become one (`StampStep` with several `from_`). A later target of the same command may find them gone
/// already: upwards it is then a row of its own, downwards Alembic fails.
fn collapse(rows: &Rows, from: Vec<RevisionId>, to: RevisionId, down: bool) -> Vec<RowChange> {
    if !down && from.iter().any(|id| !rows.heads.contains(id)) && !rows.heads.contains(&to) {
        return vec![RowChange::Insert(to)];
    }
    let Some((last, rest)) = from.split_last() else { return vec![RowChange::Insert(to)] };
    let mut changes: Vec<RowChange> = rest.iter().cloned().map(RowChange::Delete).collect();
    changes.push(RowChange::Update { from: last.clone(), to });
    changes
}

/// Rows that no file has: they block `current`, `stamp` and `upgrade`, and only `stamp --purge` works.
pub fn ghosts(graph: &Graph, rows: &[RevisionId]) -> Vec<RevisionId> {
    rows.iter().filter(|row| graph.revisions_for(row).is_err()).cloned().collect()
}

/// What `alembic stamp --purge TARGET...` leaves: every row is deleted first.
///
/// # Errors
/// A target that no file has.
pub fn purge(graph: &Graph, targets: &[&str], limit: Option<usize>) -> Result<Rows, StampError> {
    let mut rows = Rows::new(&[], limit);
    stamp(graph, &mut rows, targets)?;
    Ok(rows)
}
