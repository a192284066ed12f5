//! What a name on the command line, or a row of the version table, stands for.

use std::sync::Arc;

use super::{Graph, RevisionError};
use crate::alembic::revision::RevisionId;

/// `[label@][symbol]±N`, as `_relative_destination` reads it.
struct Relative<'a> {
    label: Option<&'a str>,
    symbol: Option<&'a str>,
    steps: i64,
    /// `±N` as written.
    text: &'a str,
}

fn relative(target: &str) -> Option<Relative<'_>> {
    fn tail(text: &str) -> Option<(Option<&str>, i64, &str)> {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        let (symbol, rest) = text.split_at(end);
        let digits = rest.strip_prefix(['+', '-'])?;
        let count = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let text = rest.get(..count + 1)?;
        let steps = text.parse().ok()?;
        Some(((!symbol.is_empty()).then_some(symbol), steps, text))
    }
    for (at, _) in target.match_indices('@').filter(|(at, _)| *at > 0) {
        if let Some((symbol, steps, text)) = tail(&target[at + 1..]) {
            return Some(Relative { label: Some(&target[..at]), symbol, steps, text });
        }
    }
    tail(target).map(|(symbol, steps, text)| Relative { label: None, symbol, steps, text })
}

fn no_such(message: String, argument: &str) -> RevisionError {
    RevisionError::Resolution { message, argument: argument.to_string() }
}

impl Graph {
    /// The revisions that a name stands for: an identifier or its beginning, a branch label, `head`, `heads`, `base`,
    /// `label@…` (`RevisionMap.get_revisions`). Empty for `base`.
    ///
    /// # Errors
    /// What Alembic says when the name is unknown or ambiguous.
    pub fn resolve(&self, name: &str) -> Result<Vec<RevisionId>, RevisionError> {
        Ok(self.ids(&self.revisions_for(name)?))
    }

    /// The revisions that `alembic upgrade NAME` goes to, `+N` and its kin among the names.
    ///
    /// # Errors
    /// What Alembic says when the name is unknown or ambiguous.
    pub fn resolve_upgrade(&self, rows: &[RevisionId], name: &str) -> Result<Vec<RevisionId>, RevisionError> {
        Ok(self.ids(&self.upgrade_targets(rows, name)?))
    }

    /// `get_revisions` on the rows of the version table.
    pub(in crate::alembic) fn rows(&self, rows: &[RevisionId]) -> Result<Vec<usize>, RevisionError> {
        let mut found = Vec::new();
        for row in rows {
            found.extend(self.revisions_for(row)?);
        }
        Ok(found)
    }

    /// `get_revisions`
    pub(in crate::alembic) fn revisions_for(&self, name: &str) -> Result<Vec<usize>, RevisionError> {
        let (ids, label) = self.number(name)?;
        if let [only] = &ids[..]
            && let Ok(steps) = only.parse::<i64>()
            && steps < 0
        {
            let mut walked = Vec::new();
            for head in self.revisions_for("heads")? {
                if label.is_none_or(|label| self.nodes[head].labels.contains(label)) {
                    walked.extend(self.walk(Some(head), steps, None, true)?.revision());
                }
            }
            return Ok(walked);
        }
        ids.iter().map(|id| self.for_identifier(id, label)).collect()
    }

    /// `get_revision`; `None` is the base.
    fn revision_for(&self, name: &str) -> Result<Option<usize>, RevisionError> {
        let (ids, label) = self.number(name)?;
        match &ids[..] {
            [] => Ok(None),
            [only] => self.for_identifier(only, label).map(Some),
            _ => Err(RevisionError::MultipleHeads { heads: ids, argument: name.to_string() }),
        }
    }

    /// `_resolve_revision_number`
    fn number<'a>(&self, name: &'a str) -> Result<(Vec<RevisionId>, Option<&'a str>), RevisionError> {
        let (label, symbol) = match name.split_once('@') {
            Some((label, symbol)) => (Some(label).filter(|label| !label.is_empty()), symbol),
            None => (None, name),
        };
        let ids = match (symbol, label) {
            ("heads", Some(label)) => self.ids(&self.in_lineage(&self.heads, label, false)?),
            ("heads", None) => self.real_heads(),
            ("head", label) => {
                let heads = match label {
                    Some(label) => self.in_lineage(&self.heads, label, false)?,
                    None => self.heads.clone(),
                };
                if heads.len() > 1 {
                    let argument = label.map_or("head".to_string(), |label| format!("{label}@head"));
                    return Err(RevisionError::MultipleHeads { heads: self.ids(&heads), argument });
                }
                self.ids(&heads)
            }
            ("base", _) => Vec::new(),
            _ => vec![Arc::from(symbol)],
        };
        Ok((ids, label))
    }

    /// `_resolve_branch`
    fn branch(&self, label: &str) -> Result<usize, RevisionError> {
        match self.names.get(label) {
            Some(&index) => Ok(index),
            None => self.for_identifier(label, None).map_err(|_| no_such(format!("No such branch: '{label}'"), label)),
        }
    }

    /// `_revision_for_ident`
    fn for_identifier(&self, id: &str, branch: Option<&str>) -> Result<usize, RevisionError> {
        let branch = match branch {
            Some(label) => Some((label, self.branch(label)?)),
            None => None,
        };
        let index = match self.names.get(id) {
            Some(&index) => index,
            None => self.by_beginning(id, branch.map(|(label, _)| label))?,
        };
        if let Some((label, branch)) = branch
            && !self.shares_lineage(index, &[branch], false)
        {
            return Err(no_such(format!("Revision {} is not a member of branch '{label}'", self.id(index)), id));
        }
        Ok(index)
    }

    fn by_beginning(&self, id: &str, branch: Option<&str>) -> Result<usize, RevisionError> {
        let names = self.map.iter().map(|&index| self.id(index)).chain(&self.labels);
        let mut found: Vec<&Arc<str>> = names.filter(|name| name.chars().count() > 3 && name.starts_with(id)).collect();
        if let Some(label) = branch {
            let indices: Vec<usize> = found.iter().filter_map(|name| self.names.get(*name).copied()).collect();
            let kept = self.in_lineage(&indices, label, false)?;
            found.retain(|name| self.names.get(*name).is_some_and(|index| kept.contains(index)));
        }
        match &found[..] {
            [] => {
                let short =
                    "; please ensure at least four characters are present for partial revision identifier matches";
                let hint = if id.chars().count() < 4 { short } else { "" };
                Err(no_such(format!("No such revision or branch '{id}'{hint}"), id))
            }
            [only] => Ok(self.names[*only]),
            several => {
                let shown: Vec<String> = several.iter().take(3).map(|name| format!("'{name}'")).collect();
                Err(no_such(format!("Multiple revisions start with '{id}': {}...", shown.join(", ")), id))
            }
        }
    }

    /// `filter_for_lineage`
    pub(in crate::alembic) fn in_lineage(
        &self,
        targets: &[usize],
        against: &str,
        dependencies: bool,
    ) -> Result<Vec<usize>, RevisionError> {
        let (ids, label) = self.number(against)?;
        let mut shares = Vec::new();
        for name in label.into_iter().chain(ids.iter().map(|id| &**id)) {
            shares.push(self.for_identifier(name, None)?);
        }
        Ok(targets.iter().copied().filter(|&target| self.shares_lineage(target, &shares, dependencies)).collect())
    }

    /// `_shares_lineage`
    fn shares_lineage(&self, target: usize, against: &[usize], dependencies: bool) -> bool {
        if against.is_empty() {
            return true;
        }
        let (down, up) = if dependencies {
            (self.descendants_of(&[target]), self.ancestors_of(&[target]))
        } else {
            (self.related(&[target], |node| node.next.clone()), self.related(&[target], |node| node.down.clone()))
        };
        against.iter().any(|other| down.contains(other) || up.contains(other))
    }

    /// `_walk`. The outer `None` is a walk past the end; an inner `None` is the base.
    fn walk(
        &self,
        start: Option<usize>,
        steps: i64,
        label: Option<&str>,
        no_overwalk: bool,
    ) -> Result<Walked, RevisionError> {
        let mut at = start;
        for step in 0..steps.unsigned_abs() {
            let children = if steps > 0 {
                let up = match at {
                    None => self.bases.clone(),
                    Some(index) => self.nodes[index].next.clone(),
                };
                match label {
                    Some(label) => self.in_lineage(&up, label, false)?,
                    None => up,
                }
            } else {
                match at {
                    None if step == 0 && start.is_none() => self.heads.clone(),
                    None => Vec::new(),
                    Some(index) => {
                        let down = self.nodes[index].down.clone();
                        if down.is_empty() {
                            at = None;
                            continue;
                        }
                        down
                    }
                }
            };
            match children[..] {
                [] if no_overwalk => return Ok(Walked::TooFar),
                [] => return Ok(Walked::To(at)),
                [only] => at = Some(only),
                _ => return Err(RevisionError::Other("Ambiguous walk".to_string())),
            }
        }
        Ok(Walked::To(at))
    }

    /// `_parse_upgrade_target`
    pub(super) fn upgrade_targets(&self, rows: &[RevisionId], target: &str) -> Result<Vec<usize>, RevisionError> {
        let Some(Relative { label, symbol, steps, text }) = relative(target) else {
            return self.revisions_for(target);
        };
        let failed = || {
            RevisionError::Other(format!("Relative revision {text} didn't produce {} migrations", steps.unsigned_abs()))
        };
        if steps <= 0 {
            let symbol = symbol.ok_or_else(failed)?;
            let start = match label {
                None => self.revision_for(symbol)?,
                Some(label) => self.revision_for(&format!("{label}@{symbol}"))?,
            };
            return self.walk(start, steps, None, true)?.revision().map(|index| vec![index]).ok_or_else(failed);
        }
        let start = match symbol {
            Some(symbol) => self.revision_for(symbol)?,
            None => self.relative_start(rows, label)?,
        };
        self.walk(start, steps, label, true)?.revision().map(|index| vec![index]).ok_or_else(failed)
    }

    /// Where `+N` and `label@+N` count from; `None` is the base.
    fn relative_start(&self, rows: &[RevisionId], label: Option<&str>) -> Result<Option<usize>, RevisionError> {
        let current = self.rows(rows)?;
        let starts = match label {
            None => current,
            Some(label) => {
                let on_branch = self.in_lineage(&current, label, false)?;
                if on_branch.is_empty() {
                    let active = self.in_lineage(&self.ancestors_of(&current), label, false)?;
                    let below: Vec<usize> =
                        active.iter().flat_map(|&index| self.nodes[index].normalized_down()).collect();
                    active.into_iter().filter(|index| !below.contains(index)).collect()
                } else {
                    on_branch
                }
            }
        };
        match starts[..] {
            [] => Ok(None),
            [only] => Ok(Some(only)),
            _ => Err(RevisionError::Other("Ambiguous upgrade from multiple current revisions".to_string())),
        }
    }
}

/// Where a walk ended.
enum Walked {
    /// Past the end of the history.
    TooFar,
    /// Here; `None` is the base.
    To(Option<usize>),
}

impl Walked {
    fn revision(self) -> Option<usize> {
        match self {
            Walked::TooFar | Walked::To(None) => None,
            Walked::To(Some(index)) => Some(index),
        }
    }
}
