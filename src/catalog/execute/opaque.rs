//! Statements that are kept as text.

use crate::catalog::object::{Object, OpaqueObject};
use crate::catalog::references::{NOWHERE, Space};
use crate::catalog::{Catalog, Oid, Presence, Session};
use crate::pg::command::{Collation, Opaque};
use crate::pg::error::{Reason, Refusal};
use crate::pg::ident::{Ident, QName};

use super::resolve::unknown;

impl Catalog {
    pub(super) fn opaque_command(&mut self, command: &Opaque, session: &Session) -> Result<(), Refusal> {
        match command {
            Opaque::Create { kind, identity, if_not_exists, text } => {
                let schema = match &identity.schema {
                    None if is_in_schema(kind) => Some(self.creation_schema(identity, session)?),
                    None => None,
                    Some(_) if kind == "TYPE" => Some(self.creation_schema(identity, session)?),
                    Some(schema) => self.schema(schema),
                };
                let identity = &QName::new(
                    schema.map(|schema| self.name_of(schema)).or_else(|| identity.schema.clone()),
                    identity.name.clone(),
                );
                if let Some(schema) = schema.filter(|_| kind == "TYPE") {
                    self.type_name_is_free(schema, &identity.name)?;
                } else if let Some(existing) = self.opaque(kind, identity) {
                    if *if_not_exists {
                        return self.certain(existing).map(drop);
                    }
                    return unknown(
                        "unmodelled-kind",
                        format!("there is a {} {identity} already", kind.to_lowercase()),
                    );
                }
                self.add(Object::Opaque(OpaqueObject {
                    kind: kind.clone(),
                    schema,
                    name: identity.name.clone(),
                    extension: None,
                    text: text.clone(),
                }));
                Ok(())
            }
            Opaque::Drop { kind, drop, text } => {
                let mut targets = Vec::new();
                for name in &drop.names {
                    match self.opaque(kind, name) {
                        Some(oid) => targets.push(oid),
                        None if drop.if_exists || self.open_world => {}
                        None => return unknown("unmodelled-kind", format!("it is not known whether {text} succeeds")),
                    }
                }
                self.drop_objects(&targets, drop.behavior, session)
            }
            Opaque::DropOne { kind, table, why, .. } => {
                let reason = Reason::new("unsupported-statement", why.clone());
                let table = self.existing_relation(table, session)?;
                let candidates: Vec<Oid> = self
                    .children(table)
                    .filter(|oid| self.id(*oid).is_some_and(|id| id.kind == *kind))
                    .filter(|oid| self.presence(*oid).is_none())
                    .collect();
                for oid in candidates {
                    self.set_presence(oid, Presence::Maybe(reason.clone()));
                }
                Ok(())
            }
            Opaque::Statement { touches: None, why, .. } => unknown("unsupported-statement", why.clone()),
            Opaque::Statement { touches: Some(touches), why, .. } => {
                let reason = Reason::new("unsupported-statement", why.clone());
                for name in touches {
                    let found =
                        self.resolve_relation(name, session).or_else(|| self.resolve(Space::Type, name, session));
                    for oid in found.into_iter().chain(self.routines(name, session)) {
                        self.becomes_uncertain(oid, &reason);
                    }
                    let kept: Vec<Oid> = self
                        .iter()
                        .filter(|(_, entry)| {
                            matches!(&*entry.object, Object::Opaque(opaque) if opaque.extension.is_none() && opaque.name == name.name)
                        })
                        .map(|(oid, _)| oid)
                        .collect();
                    for oid in kept {
                        self.becomes_uncertain(oid, &reason);
                    }
                }
                Ok(())
            }
        }
    }

    /// A collation under the name that a dump gives it; the system's own stay as they are written.
    pub(super) fn collation(&self, collation: &Collation, session: &Session) -> Collation {
        let Collation::Named(QName { schema: None, name }) = collation else {
            return collation.clone();
        };
        let in_schema = |schema: &Ident| QName::new(Some(schema.clone()), name.clone());
        let found = session.search_path.iter().map(in_schema).find(|name| self.opaque("COLLATION", name).is_some());
        found.map_or_else(|| collation.clone(), Collation::Named)
    }

    fn opaque(&self, kind: &str, name: &QName) -> Option<Oid> {
        self.iter().find_map(|(oid, entry)| match &*entry.object {
            Object::Opaque(opaque) if opaque.kind == kind && opaque.name == name.name => {
                let schema = opaque.schema.filter(|schema| *schema != NOWHERE).and_then(|schema| self.get(schema));
                let same = name.schema.is_none() || schema.map(Object::name) == name.schema;
                same.then_some(oid)
            }
            _ => None,
        })
    }

    /// The object, and what belongs to it, may be otherwise now.
    fn becomes_uncertain(&mut self, oid: Oid, reason: &Reason) {
        let mut all = vec![oid];
        let mut at = 0;
        while at < all.len() {
            let children: Vec<Oid> = self.children(all[at]).collect();
            all.extend(children);
            at += 1;
        }
        for oid in all {
            if self.presence(oid).is_none() {
                self.set_presence(oid, Presence::Maybe(reason.clone()));
            }
        }
    }
}

/// The kind's names are those of a schema.
fn is_in_schema(kind: &str) -> bool {
    matches!(kind, "TYPE" | "STATISTICS" | "COLLATION" | "CONVERSION" | "FOREIGN TABLE")
        || kind.starts_with("TEXT SEARCH")
}
