//! The commands to type.

use super::{Rows, shell_quote, stamp};
use crate::alembic::graph::Graph;
use crate::alembic::revision::RevisionId;

/// The same thing for both programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commands {
    /// `alembic …`
    pub alembic: Vec<String>,
    /// `flask db …`
    pub flask: Vec<String>,
}

/// The commands that bring the rows from `rows` to exactly `target`: a plain stamp where it does that, `--purge` where
/// rows are in the way that a plain stamp cannot remove (ghosts, duplicates, other branches).
///
/// `flask db stamp` takes one revision, so several rows take several commands.
pub fn stamp_commands(graph: &Graph, rows: &[RevisionId], target: &[RevisionId]) -> Commands {
    let quoted: Vec<String> = target.iter().map(|id| shell_quote(id)).collect();
    if target.is_empty() {
        return Commands { alembic: vec!["alembic stamp base".into()], flask: vec!["flask db stamp base".into()] };
    }
    let same = |found: &[RevisionId]| {
        let (mut found, mut wanted) = (found.to_vec(), target.to_vec());
        found.sort();
        wanted.sort();
        found == wanted
    };
    if same(rows) {
        return Commands::default();
    }
    let names: Vec<&str> = target.iter().map(|id| &**id).collect();
    let at_once = {
        let mut after = Rows::new(rows, None);
        stamp(graph, &mut after, &names).is_ok() && same(after.rows())
    };
    let one_by_one = {
        let mut after = Rows::new(rows, None);
        names.iter().all(|name| stamp(graph, &mut after, &[name]).is_ok()) && same(after.rows())
    };
    let alembic = format!("alembic stamp {}{}", if at_once { "" } else { "--purge " }, quoted.join(" "));
    let flask = quoted
        .iter()
        .enumerate()
        .map(|(at, id)| format!("flask db stamp {}{id}", if at == 0 && !one_by_one { "--purge " } else { "" }))
        .collect();
    Commands { alembic: vec![alembic], flask }
}

/// The commands that upgrade to `target` (`heads` or revisions).
pub fn upgrade_commands(target: &[String]) -> Commands {
    let with = |program: &str| target.iter().map(|id| format!("{program} upgrade {}", shell_quote(id))).collect();
    Commands { alembic: with("alembic"), flask: with("flask db") }
}
