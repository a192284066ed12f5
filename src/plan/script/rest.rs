//! What a script does not touch: it must be as it was dumped, too, or the dump is of another day, or not whole (`--section=pre-data`).

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::inventory::Key;
use super::literal;
use crate::pg::ident::Ident;

/// Everything that a script leaves alone.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    /// Kind, name and state of each object, by schema and by what it is a part of.
    groups: BTreeMap<(String, String), Vec<String>>,
    /// Objects of which it is not known what a server says.
    passed_over: Vec<Key>,
}

impl Rest {
    /// Adds an object; in the order of their keys.
    pub(super) fn add(&mut self, key: &Key, within: &str, state: &str) {
        let group = self.groups.entry((key.schema.clone(), within.to_string())).or_default();
        group.push(format!("{}\t{}\t{state}", key.kind, key.name));
    }

    /// Notes what a touched object is a part of: nothing else may be there.
    pub(super) fn open(&mut self, key: &Key, within: &str) {
        self.groups.entry((key.schema.clone(), within.to_string())).or_default();
    }

    /// Notes an object that cannot be compared.
    pub(super) fn pass_over(&mut self, key: &Key) {
        self.passed_over.push(key.clone());
    }

    /// Leaves out what is in other schemas: those of other tenants change on their own.
    pub fn only(&mut self, schema: &Ident) {
        self.groups.retain(|(other, _), _| other == schema.as_str());
    }

    /// True where there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Objects that the comparison passes over, for a VALUES list.
    pub(super) fn passed_over(&self) -> impl Iterator<Item = &Key> {
        self.passed_over.iter()
    }

    /// Schema, what the objects are a part of, and what they come to, for a VALUES list.
    pub(super) fn rows(&self) -> Vec<String> {
        let row = |((schema, within), lines): (&(String, String), &Vec<String>)| {
            let mut lines = lines.clone();
            lines.sort();
            let digest = if lines.is_empty() { "NULL".to_string() } else { literal(&digest(&lines.join("\n"))) };
            format!("({}, {}, {digest})", literal(schema), literal(within))
        };
        self.groups.iter().map(row).collect()
    }
}

/// As the server's `left(encode(sha256(…), 'hex'), 16)`.
fn digest(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
