//! Statements that are kept as text.

use crate::catalog::object::{Object, OpaqueObject, Rule};
use crate::catalog::references::{NOWHERE, Space};
use crate::catalog::{Catalog, Oid, Presence, Session};
use crate::pg::command::{Collation, Kind, Opaque};
use crate::pg::error::{Reason, Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor, TokenKind};

use super::resolve::{plain, refuse, unknown};

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
                let on = self.goes_with(kind, text, session)?;
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
                    if kind == "STATISTICS" {
                        self.certain(existing)?;
                        let message = format!("statistics object \"{}\" already exists", identity.name.as_str());
                        return refuse(sqlstate::DUPLICATE_OBJECT, message);
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
                    altered: Vec::new(),
                    on,
                }));
                Ok(())
            }
            Opaque::Alter { kind, name, action, text } => {
                let Some(oid) = self.opaque(kind, name) else {
                    if self.open_world {
                        return Ok(());
                    }
                    return unknown("unmodelled-kind", format!("it is not known whether {text} succeeds"));
                };
                self.certain(oid)?;
                self.alter_kept(oid, action)
            }
            Opaque::Drop { kind, drop, text } => {
                let mut targets = Vec::new();
                for name in &drop.names {
                    match self.opaque(kind, name) {
                        Some(oid) => targets.push(oid),
                        None if drop.if_exists || self.open_world => {}
                        None if kind == "STATISTICS" => {
                            let message = format!("statistics object \"{}\" does not exist", plain(name));
                            return refuse(sqlstate::UNDEFINED_OBJECT, message);
                        }
                        None => return unknown("unmodelled-kind", format!("it is not known whether {text} succeeds")),
                    }
                }
                self.drop_objects(&targets, drop.behavior, session)
            }
            Opaque::DropOne { kind, table, why, .. } => {
                let reason = Reason::new("unsupported-statement", why.clone());
                let candidates: Vec<Oid> = match table {
                    Some(table) => {
                        let table = self.existing_relation(table, session)?;
                        self.children(table).filter(|oid| self.id(*oid).is_some_and(|id| id.kind == *kind)).collect()
                    }
                    None if *kind == Kind::Index => {
                        let is_own =
                            |object: &Object| matches!(object, Object::Index(index) if index.constraint.is_none());
                        self.iter().filter(|(_, entry)| is_own(&entry.object)).map(|(oid, _)| oid).collect()
                    }
                    None => {
                        let is_foreign_key = |object: &Object| matches!(object, Object::Constraint(own) if matches!(own.rule, Rule::ForeignKey { .. }));
                        self.iter().filter(|(_, entry)| is_foreign_key(&entry.object)).map(|(oid, _)| oid).collect()
                    }
                };
                let candidates: Vec<Oid> = candidates.into_iter().filter(|oid| self.presence(*oid).is_none()).collect();
                for oid in candidates {
                    self.set_presence(oid, Presence::Maybe(reason.clone()));
                }
                Ok(())
            }
            Opaque::MakeOne { why, .. } | Opaque::Statement { touches: None, why, .. } => {
                unknown("unsupported-statement", why.clone())
            }
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

    /// `RENAME TO`, `SET SCHEMA`; any other action stays with the object.
    fn alter_kept(&mut self, oid: Oid, action: &str) -> Result<(), Refusal> {
        let (tokens, _) = lex::tokens(action);
        let mut cursor = Cursor::new(action, &tokens);
        if cursor.eat("RENAME TO")
            && let Ok(to) = cursor.ident()
        {
            self.update(oid, |object| {
                if let Some(name) = object.name_mut() {
                    *name = to;
                }
            });
        } else if cursor.eat("SET SCHEMA")
            && let Ok(to) = cursor.ident()
        {
            let to = self.named_schema(&to)?;
            self.update(oid, |object| {
                if let Some(schema) = object.schema_mut() {
                    *schema = to;
                }
            });
        } else {
            if let Some(Object::Opaque(opaque)) = self.get(oid)
                && opaque.altered.iter().any(|before| adds_again(before, action))
            {
                let what = format!("it is not known whether {} can be given the same twice", opaque.name);
                return unknown("unmodelled-kind", what);
            }
            self.update(oid, |object| {
                if let Object::Opaque(opaque) = object {
                    opaque.altered.push(action.to_string());
                }
            });
        }
        Ok(())
    }

    pub(super) fn opaque(&self, kind: &str, name: &QName) -> Option<Oid> {
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

/// Both are `ADD …`, of the same table or token type, by the names that stand before `WITH`.
fn adds_again(before: &str, action: &str) -> bool {
    let names = |text: &str| -> Vec<String> {
        let (tokens, _) = lex::tokens(text);
        let mut cursor = Cursor::new(text, &tokens);
        if !cursor.eat("ADD") {
            return Vec::new();
        }
        let named = cursor.until(&["WITH", "WHERE"]);
        let (tokens, _) = lex::tokens(named);
        let words = tokens.iter().filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
        let words = words.map(|token| named[token.start..token.end].trim_matches('"').to_lowercase());
        words.filter(|word| !matches!(word.as_str(), "table" | "only" | "mapping" | "for" | "public")).collect()
    };
    let before = names(before);
    names(action).iter().any(|name| before.contains(name))
}

/// The kind's names are those of a schema.
fn is_in_schema(kind: &str) -> bool {
    const IN_SCHEMA: &[&str] = &["TYPE", "STATISTICS", "COLLATION", "CONVERSION", "FOREIGN TABLE"];
    IN_SCHEMA.contains(&kind)
        || kind.starts_with("TEXT SEARCH")
        || kind.starts_with("OPERATOR")
        || kind.starts_with("TEXT SEARCH")
}
