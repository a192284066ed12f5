//! The files that are handed over. Plain SQL for any client: no psql meta-commands, quoted identifiers, `lock_timeout`, and
//! asserted states before and after, so that a second run changes nothing and a changed database stops it.

mod assess;
mod check;
pub mod inventory;
pub mod ownership;
mod rest;
pub mod segment;
pub mod sequences;
mod text;
pub mod undo;

pub use check::{Check, Question};
pub use rest::Rest;
pub use text::{Noted, Script, fix_sql, indexes_sql, stamp_sql, undo_sql, verify_sql};

use std::collections::BTreeSet;

use self::inventory::{Key, inventory};
use crate::catalog::Catalog;

/// A string as a literal.
///
/// ```
/// use restamp::plan::script::literal;
/// assert_eq!(literal("it's"), "'it''s'");
/// assert_eq!(literal("a\\b"), "E'a\\\\b'");
/// ```
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

/// The rows of a `VALUES` list.
fn values(rows: impl Iterator<Item = String>) -> String {
    format!("VALUES {}", rows.collect::<Vec<_>>().join(", "))
}

/// An object that a script changes, with what a server says of it; `None`: it is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The object.
    pub key: Key,
    /// Before the script, and after each of its transactions.
    pub states: Vec<Option<String>>,
}

impl Touched {
    /// Before the script.
    pub fn before(&self) -> Option<&String> {
        self.states.first()?.as_ref()
    }

    /// After the script.
    pub fn after(&self) -> Option<&String> {
        self.states.last()?.as_ref()
    }
}

/// Of a default that is made it is not known how PostgreSQL writes it.
fn coarse(key: &Key, state: String) -> String {
    if key.kind == "default" { key.kind.to_string() } else { state }
}

/// What a script changes, and what it leaves alone. `stages`: the database after each transaction.
pub fn touched(start: &Catalog, stages: &[Catalog]) -> (Vec<Touched>, Rest) {
    let all: Vec<_> = std::iter::once(start).chain(stages).map(inventory).collect();
    let keys: BTreeSet<&Key> = all.iter().flat_map(|items| items.keys()).collect();
    let mut touched = Vec::new();
    let mut rest = Rest::default();
    for key in keys {
        // An object that the model cannot describe as the server would is not asserted.
        let states: Option<Vec<Option<String>>> =
            all.iter().map(|items| items.get(key).map_or(Some(None), |item| item.state.clone().map(Some))).collect();
        let within = all.iter().find_map(|items| items.get(key)).map_or("", |item| &item.within);
        match states {
            None => rest.pass_over(key),
            Some(states) if states.iter().any(|state| *state != states[0]) => {
                let states = states.into_iter().map(|state| state.map(|state| coarse(key, state))).collect();
                rest.open(key, within);
                touched.push(Touched { key: key.clone(), states });
            }
            Some(states) => rest.add(key, within, states[0].as_deref().unwrap_or_default()),
        }
    }
    (touched, rest)
}
