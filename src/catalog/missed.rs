//! What statements of an open world needed though nothing had made it: it was there before.

use super::object::{Object, OpaqueObject};
use super::session::Session;
use super::{Catalog, OPEN_WORLD, ObjectId, Oid};
use crate::pg::command::Kind;
use crate::pg::ident::{Ident, QName};

/// The kinds that the name of a type may stand for.
const TYPES: &[Kind] = &[Kind::Enum, Kind::Domain, Kind::Composite];

/// What a statement did with an object that nothing had made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It needed it.
    Needed,
    /// It needed it and took it away: dropped it, or gave it another name.
    Taken,
    /// It took away what an earlier statement had needed under this name, or had named so.
    Away,
    /// It made it, and would have been content to find it: `IF NOT EXISTS`.
    Ensured,
    /// It made it, and would have been refused where it was there. Tells of a statement only that may not run, or whose refusal is caught.
    Made,
}

/// An object that a statement needed and that nothing had made.
#[derive(Clone, Debug, PartialEq)]
pub struct Missed {
    /// What it may be: the name of a type does not say of which kind it is.
    kinds: Vec<Kind>,
    schema: Option<Ident>,
    /// `None` also where the statement does not say on which table the index is.
    table: Option<Ident>,
    name: Ident,
    /// What the statement did with it.
    pub used: Use,
    /// Nothing that the revisions have made can be it under another name, which a naming convention gave.
    pub is_other: bool,
}

impl Missed {
    /// Whether it is this object.
    pub fn is(&self, id: &ObjectId) -> bool {
        let is_named = || match id.kind {
            // The arguments belong to the identity, and a statement need not write them.
            Kind::Function | Kind::Procedure | Kind::Aggregate => {
                id.name.as_str().split_once('(').is_some_and(|(name, _)| name == self.name.as_str())
            }
            _ => id.name == self.name,
        };
        self.kinds.contains(&id.kind)
            && self.schema == id.schema
            && (self.table.is_none() || self.table == id.table)
            && is_named()
    }

    /// An identity for it, for where no database tells it; `None` where that would need the table of an index.
    pub fn id(&self) -> Option<ObjectId> {
        let kind = *self.kinds.first().filter(|kind| **kind != Kind::Index)?;
        Some(ObjectId { kind, schema: self.schema.clone(), table: self.table.clone(), name: self.name.clone() })
    }
}

impl Catalog {
    /// What was missed since this was asked last, oldest first.
    pub fn take_missed(&mut self) -> Vec<Missed> {
        self.missed.take()
    }

    fn miss(&self, missed: Missed) {
        if self.open_world {
            self.missed.borrow_mut().push(missed);
        }
    }

    /// Notes that nothing had made a schema.
    pub(super) fn miss_schema(&self, name: &Ident, used: Use) {
        self.miss(Missed {
            kinds: vec![Kind::Schema],
            schema: None,
            table: None,
            name: name.clone(),
            used,
            is_other: true,
        });
    }

    /// Notes that nothing had made an object with a name of its own in a schema.
    pub(super) fn miss_named(&self, kinds: &[Kind], name: &QName, used: Use, session: &Session) {
        let mut path = session.search_path.iter();
        let schema = name.schema.as_ref().or_else(|| path.find(|schema| self.schema(schema).is_some()));
        // What an extension brings is nobody's own.
        if schema.is_some() && !self.extension_may_bring(name) && self.unknown_extension().is_none() {
            // Of an index it is not told on which table it is.
            let is_other = !kinds.contains(&Kind::Index);
            let (kinds, schema) = (kinds.to_vec(), schema.cloned());
            self.miss(Missed { kinds, schema, table: None, name: name.name.clone(), used, is_other });
        }
    }

    /// Notes that nothing had made a type.
    pub(super) fn miss_type(&self, name: &QName, used: Use, session: &Session) {
        self.miss_named(TYPES, name, used, session);
    }

    /// Notes that a statement takes away a type that was only assumed to be there.
    pub(super) fn miss_assumed_type(&self, oid: Oid) {
        if let Some(Object::Opaque(OpaqueObject { kind, text, extension: None, .. })) = self.get(oid)
            && kind == "TYPE"
            && text.is_empty()
            && let Some(QName { schema, name }) = self.qname(oid)
        {
            let kinds = TYPES.to_vec();
            self.miss(Missed { kinds, schema, table: None, name, used: Use::Away, is_other: true });
        }
    }

    /// Notes that nothing had made what is on a table. A table that the revisions made with columns that are not known is their own.
    pub(super) fn miss_on_table(&self, kind: Kind, table: Oid, name: &Ident, used: Use) {
        let open = self.table(table).and_then(|table| table.open.as_ref());
        if open.is_some_and(|reason| reason.kind == OPEN_WORLD)
            && let Some(QName { schema, name: relation }) = self.qname(table)
        {
            let mut constraints = self.constraints(table).into_iter();
            let is_other = kind != Kind::Constraint || !constraints.any(|(_, constraint)| constraint.generated_name);
            let (kinds, table, name) = (vec![kind], Some(relation), name.clone());
            self.miss(Missed { kinds, schema, table, name, used, is_other });
        }
    }

    /// Notes that a statement takes away a column that was only assumed to be there.
    pub(super) fn miss_assumed_column(&self, table: Oid, column: Oid) {
        if let Some(object) = self.get(column)
            && object.assumed().is_some()
        {
            self.miss_on_table(Kind::Column, table, &object.name(), Use::Away);
        }
    }
}
