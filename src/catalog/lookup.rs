//! Questions to the catalog. Nothing here changes it.
//!
//! Lookups by name find what *may* be there too: ask [`Catalog::presence`] where that matters.

use std::collections::BTreeSet;

use super::object::{Column, Constraint, Index, Object, Rule, Sequence, Table};
use super::references::{NOWHERE, Space};
use super::{Catalog, Depend, Entry, ObjectId, Oid, Presence, Session};
use crate::pg::error::Reason;
use crate::pg::ident::{Ident, QName};

/// The schema of temporary tables, which comes first in every `search_path`.
pub(super) const TEMPORARY: &str = "pg_temp";

impl Catalog {
    /// The object behind a handle.
    pub fn get(&self, oid: Oid) -> Option<&Object> {
        self.entries.get(&oid).map(|entry| &*entry.object)
    }

    /// The object behind a handle and whether it is there.
    pub fn entry(&self, oid: Oid) -> Option<&Entry> {
        self.entries.get(&oid)
    }

    /// Why it is not known whether the object is there; `None` if it is there, or was never.
    pub fn presence(&self, oid: Oid) -> Option<&Reason> {
        match self.entries.get(&oid).map(|entry| &entry.presence) {
            Some(Presence::Maybe(reason)) => Some(reason),
            Some(Presence::Yes) | None => None,
        }
    }

    /// All objects in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = (Oid, &Entry)> {
        self.entries.iter().map(|(oid, entry)| (*oid, entry))
    }

    /// What has this name in a name space. The parent is a schema, a table, or [`NOWHERE`].
    pub(super) fn named(&self, space: Space, parent: Oid, name: &Ident) -> Option<Oid> {
        let from = (space, parent, name.clone(), Oid(0));
        let to = (space, parent, name.clone(), NOWHERE);
        self.names.range(from..=to).next().map(|(.., oid)| *oid)
    }

    /// A schema by name.
    pub fn schema(&self, name: &Ident) -> Option<Oid> {
        self.named(Space::Schema, NOWHERE, name)
    }

    /// An extension by name.
    pub fn extension(&self, name: &Ident) -> Option<Oid> {
        self.named(Space::Extension, NOWHERE, name)
    }

    /// A table, index, sequence or view by its schema and name: they share one name space.
    pub fn relation(&self, schema: &Ident, name: &Ident) -> Option<Oid> {
        self.named(Space::Relation, self.schema(schema)?, name)
    }

    /// A table, index, sequence or view as `search_path` finds it.
    pub fn resolve_relation(&self, name: &QName, session: &Session) -> Option<Oid> {
        self.resolve(Space::Relation, name, session)
    }

    /// An enum, domain, composite type or extension's type by its schema and name.
    pub fn type_(&self, schema: &Ident, name: &Ident) -> Option<Oid> {
        self.named(Space::Type, self.schema(schema)?, name)
    }

    /// A type as `search_path` finds it; relations are types too, of their rows.
    pub fn resolve_type(&self, name: &QName, session: &Session) -> Option<Oid> {
        self.resolve(Space::Type, name, session).or_else(|| {
            let relation = self.resolve(Space::Relation, name, session)?;
            matches!(self.get(relation), Some(Object::Table(_) | Object::View(_))).then_some(relation)
        })
    }

    pub(super) fn resolve(&self, space: Space, name: &QName, session: &Session) -> Option<Oid> {
        match &name.schema {
            Some(schema) => self.named(space, self.schema(schema)?, &name.name),
            None => self.path(session).find_map(|schema| self.named(space, schema, &name.name)),
        }
    }

    /// The schemas of `search_path` that exist, in order; temporary tables come first.
    pub(super) fn path(&self, session: &Session) -> impl Iterator<Item = Oid> {
        let temporary = self.schema(&Ident::new(TEMPORARY));
        temporary.into_iter().chain(session.search_path.iter().filter_map(|name| self.schema(name)))
    }

    /// Routines of this name with any arguments, as `search_path` finds them.
    pub fn routines(&self, name: &QName, session: &Session) -> Vec<Oid> {
        let schemas: Vec<Oid> = match &name.schema {
            Some(schema) => self.schema(schema).into_iter().collect(),
            None => self.path(session).collect(),
        };
        let mut found = Vec::new();
        for schema in schemas {
            let from = (Space::Routine, schema, name.name.clone(), Oid(0));
            let to = (Space::Routine, schema, name.name.clone(), NOWHERE);
            found.extend(self.names.range(from..=to).map(|(.., oid)| *oid));
        }
        found
    }

    /// All tables, with the names of their schemas.
    pub fn tables(&self) -> impl Iterator<Item = (Oid, &Table)> {
        self.iter().filter_map(|(oid, entry)| match &*entry.object {
            Object::Table(table) => Some((oid, table)),
            _ => None,
        })
    }

    /// The table behind a handle.
    pub fn table(&self, oid: Oid) -> Option<&Table> {
        match self.get(oid) {
            Some(Object::Table(table)) => Some(table),
            _ => None,
        }
    }

    /// The columns of a table in the order of their numbers.
    pub fn columns(&self, table: Oid) -> Vec<(Oid, &Column)> {
        let mut columns: Vec<(Oid, &Column)> = self
            .children(table)
            .filter_map(|oid| match self.get(oid) {
                Some(Object::Column(column)) => Some((oid, column)),
                _ => None,
            })
            .collect();
        columns.sort_by_key(|(_, column)| column.number);
        columns
    }

    /// A column by name.
    pub fn column(&self, table: Oid, name: &Ident) -> Option<Oid> {
        self.named(Space::Column, table, name)
    }

    /// The column behind a handle.
    pub fn column_of(&self, oid: Oid) -> Option<&Column> {
        match self.get(oid) {
            Some(Object::Column(column)) => Some(column),
            _ => None,
        }
    }

    /// The constraints of a table, oldest first.
    pub fn constraints(&self, table: Oid) -> Vec<(Oid, &Constraint)> {
        self.children(table)
            .filter_map(|oid| match self.get(oid) {
                Some(Object::Constraint(constraint)) => Some((oid, constraint)),
                _ => None,
            })
            .collect()
    }

    /// A constraint by name.
    pub fn constraint(&self, table: Oid, name: &Ident) -> Option<Oid> {
        self.named(Space::Constraint, table, name)
    }

    /// The primary key of a table.
    pub fn primary_key(&self, table: Oid) -> Option<(Oid, &Constraint)> {
        self.constraints(table).into_iter().find(|(_, constraint)| matches!(constraint.rule, Rule::PrimaryKey { .. }))
    }

    /// The indexes of a table, oldest first; those of constraints too.
    pub fn indexes(&self, table: Oid) -> Vec<(Oid, &Index)> {
        self.children(table)
            .filter_map(|oid| match self.get(oid) {
                Some(Object::Index(index)) => Some((oid, index)),
                _ => None,
            })
            .collect()
    }

    /// The default of a column: an [`Object::Default`].
    pub fn default_of(&self, column: Oid) -> Option<Oid> {
        self.named(Space::Default, column, &Ident::new(""))
    }

    /// The comment on an object: an [`Object::Comment`].
    pub fn comment_on(&self, oid: Oid) -> Option<Oid> {
        self.named(Space::Comment, oid, &Ident::new(""))
    }

    /// The sequences that a column owns (`OWNED BY`, serial, identity).
    pub fn owned_sequences(&self, column: Oid) -> Vec<(Oid, &Sequence)> {
        self.dependents(column)
            .filter_map(|oid| match self.get(oid) {
                Some(Object::Sequence(sequence)) if sequence.owned_by == Some(column) => Some((oid, sequence)),
                _ => None,
            })
            .collect()
    }

    /// Partitions of a table and tables that inherit from it.
    pub fn descendants(&self, table: Oid) -> Vec<Oid> {
        self.dependents(table)
            .filter(|oid| {
                self.table(*oid).is_some_and(|child| {
                    child.partition_of.as_ref().is_some_and(|(parent, _)| *parent == table)
                        || child.inherits.contains(&table)
                })
            })
            .collect()
    }

    /// What belongs to the object (see [`Object::parent`]): of a table its columns, constraints, indexes, triggers, policies
    /// and comment; of a schema its relations, types and routines.
    pub fn children(&self, oid: Oid) -> impl Iterator<Item = Oid> {
        self.dependents(oid).filter(move |child| self.get(*child).and_then(Object::parent) == Some(oid))
    }

    /// Every object that mentions this one, whatever follows from that: `pg_depend` backwards.
    pub fn dependents(&self, oid: Oid) -> impl Iterator<Item = Oid> {
        self.referrers.range((oid, Oid(0))..=(oid, NOWHERE)).map(|(_, referrer)| *referrer)
    }

    /// How `oid` depends on `target`; the strongest bond wins.
    pub fn depend(&self, oid: Oid, target: Oid) -> Option<Depend> {
        let bonds: Vec<Depend> =
            self.get(oid)?.references().into_iter().filter(|(to, _)| *to == target).map(|(_, bond)| bond).collect();
        [Depend::Auto, Depend::Normal, Depend::Mention].into_iter().find(|bond| bonds.contains(bond))
    }

    /// All objects whose [`ObjectId`] or attributes may mention the name of this one, without itself: what a rename of it
    /// makes look different. More than needed is possible, less is not.
    pub fn named_children(&self, oid: Oid) -> BTreeSet<Oid> {
        let mut found = BTreeSet::new();
        let mut pending = vec![oid];
        while let Some(target) = pending.pop() {
            for referrer in self.dependents(target) {
                if referrer != oid && found.insert(referrer) {
                    pending.push(referrer);
                }
            }
        }
        found
    }

    /// The schema in which an object's name, or its table's, lives.
    pub fn schema_of(&self, oid: Oid) -> Option<Oid> {
        let mut at = oid;
        loop {
            let object = self.get(at)?;
            match object {
                Object::Schema(_) => return Some(at),
                Object::Extension(extension) => return Some(extension.schema),
                _ => at = object.parent()?,
            }
        }
    }

    /// The name of a schema, relation, type, routine, extension with its schema.
    pub fn qname(&self, oid: Oid) -> Option<QName> {
        let object = self.get(oid)?;
        let schema = match object {
            Object::Schema(_) | Object::Extension(_) => None,
            _ => self.schema_of(oid).and_then(|schema| self.get(schema)).map(Object::name),
        };
        Some(QName { schema, name: object.name() })
    }

    /// The table (or view) that a column, default, constraint, index, trigger or policy is on.
    pub fn table_of(&self, oid: Oid) -> Option<Oid> {
        match self.get(oid)? {
            Object::Default(default) => self.table_of(default.column),
            Object::Comment(comment) => self.table_of(comment.on),
            Object::Column(_) | Object::Constraint(_) | Object::Index(_) | Object::Trigger(_) | Object::Policy(_) => {
                self.get(oid)?.parent()
            }
            Object::Schema(_)
            | Object::Extension(_)
            | Object::Table(_)
            | Object::Sequence(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Composite(_)
            | Object::View(_)
            | Object::Routine(_)
            | Object::Opaque(_) => None,
        }
    }

    /// Statements on rows of the table fire triggers, or rules.
    pub fn fires(&self, table: Oid) -> bool {
        self.dependents(table).any(|oid| match self.get(oid) {
            Some(Object::Trigger(trigger)) => trigger.table == table,
            Some(Object::Opaque(opaque)) => opaque.kind == "RULE",
            _ => false,
        })
    }

    /// The identity of an object at the boundary; `None` for a handle that nothing is behind.
    pub fn id(&self, oid: Oid) -> Option<ObjectId> {
        let object = self.get(oid)?;
        let schema = match object {
            Object::Schema(_) | Object::Extension(_) => None,
            _ => self.schema_of(oid).and_then(|schema| self.get(schema)).map(Object::name),
        };
        let table = self.table_of(oid).and_then(|table| self.get(table)).map(Object::name);
        let name = match object {
            Object::Default(default) => self.get(default.column)?.name(),
            Object::Routine(routine) => {
                Ident::composed(&format!("{}({})", routine.name.as_str(), routine.arguments.join(", ")))
            }
            Object::Comment(comment) => {
                let on = self.id(comment.on)?;
                return Some(ObjectId { kind: object.kind(), name: comment_name(&on), ..on });
            }
            Object::Opaque(opaque) => Ident::composed(&format!("{} {}", opaque.kind, opaque.name.as_str())),
            _ => object.name(),
        };
        Some(ObjectId { kind: object.kind(), schema, table, name })
    }
}

/// Two objects of one name may each have a comment: a column `a` and a constraint `a`.
fn comment_name(on: &ObjectId) -> Ident {
    Ident::composed(&format!("{:?} {}", on.kind, on.name.as_str()).to_lowercase())
}
