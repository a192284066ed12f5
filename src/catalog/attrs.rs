//! What of an object is compared, and under which identity: the differ holds no code per kind.
//!
//! A catalog made by revisions and one made by a dump of the same database give the same attributes, whatever the handles:
//! referenced objects are written by name, and what PostgreSQL derives (a serial's sequence, a key's index) is left to the
//! object that it belongs to.

mod describe;

use std::fmt;

use super::object::{ColumnDefault, DefaultExpr, Object, Presence};
use super::{Catalog, Oid};
use crate::pg::command::Kind;
use crate::pg::error::Reason;
use crate::pg::expr::Expr;
use crate::pg::ident::Ident;

/// An object's identity at the boundary of the catalog: its kind and names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    /// Its kind.
    pub kind: Kind,
    /// Its schema, or its table's.
    pub schema: Option<Ident>,
    /// The table of a column, default, constraint, index, trigger, policy.
    pub table: Option<Ident>,
    /// Its name; of a routine with argument types, `f(integer, text)`; of a default, its column's name; of a comment, the
    /// kind and name of what it is on; of an object of another kind, the kind and its name.
    pub name: Ident,
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.schema, &self.table].into_iter().flatten() {
            write!(f, "{part}.")?;
        }
        write!(f, "{}", self.name)
    }
}

/// One compared property.
#[derive(Clone, Debug, PartialEq)]
pub enum Attr {
    /// Compared as it is.
    Text(String),
    /// Compared as a canonical tree.
    Expr(Expr),
    /// A function's body and the like: the same canonical text, else `uncompared`.
    Body(String),
    /// A view's query: the same canonical text, or certainly another ([`crate::pg::query_text`]), else `uncompared`.
    Query(String),
    /// Not known.
    Unknown(Reason),
    /// Not known here; what the other side has of it cannot be compared, and nothing is missed where that does not know it either.
    Unread(Reason),
    /// A name that somebody gave; where the other side has none, nobody wrote that one, and it is not told.
    Name(String),
    /// Nobody says what it should be: anything will do.
    Any,
}

impl Catalog {
    /// What is compared of an object, by PostgreSQL's own words. An attribute that is not there is at its default.
    ///
    /// ```
    /// use restamp::catalog::{Attr, Catalog, Session};
    /// use restamp::pg::command::{Command, Type};
    /// use restamp::pg::ident::QName;
    /// let (mut catalog, mut session) = (Catalog::new(), Session::default());
    /// let labels = vec!["a".to_string(), "b".to_string()];
    /// let command = Command::Type(Type::CreateEnum { name: QName::bare("mood"), labels });
    /// catalog.execute(&command, &mut session).unwrap();
    /// let (oid, id) = catalog.comparable().find(|(_, id)| id.name.as_str() == "mood").unwrap();
    /// assert_eq!(id.to_string(), "public.mood");
    /// assert_eq!(catalog.attrs(oid), [("labels", Attr::Text("'a', 'b'".into()))]);
    /// ```
    pub fn attrs(&self, oid: Oid) -> Vec<(&'static str, Attr)> {
        self.get(oid).map_or_else(Vec::new, |object| self.describe_attrs(object))
    }

    /// All objects that are compared, with their identities. Not among them: the schema `public`, what is temporary, what an
    /// extension brought, the index of a constraint (it is compared with the constraint), invalid indexes (as good as none), types
    /// that are only assumed, columns of views (they are compared with the view), and
    /// columns that are only assumed to exist (see [`Catalog::open_world`]).
    pub fn comparable(&self) -> impl Iterator<Item = (Oid, ObjectId)> {
        self.iter().filter(|(oid, _)| self.is_comparable(*oid)).filter_map(|(oid, _)| Some((oid, self.id(oid)?)))
    }

    /// Whether an object is compared: see [`Catalog::comparable`].
    pub fn is_comparable(&self, oid: Oid) -> bool {
        let Some(object) = self.get(oid) else {
            return false;
        };
        let is_temporary = self
            .schema_of(oid)
            .is_some_and(|schema| self.name_in(schema).is_some_and(|name| name.as_str() == super::lookup::TEMPORARY));
        if is_temporary {
            return false;
        }
        match object {
            Object::Schema(schema) => schema.name.as_str() != "public",
            Object::Extension(extension) => extension.name.as_str() != "plpgsql",
            Object::Column(column) => {
                matches!(self.get(column.table), Some(Object::Table(_))) && object.assumed().is_none()
            }
            Object::Index(index) => index.constraint.is_none() && index.valid,
            Object::Opaque(opaque) => opaque.extension.is_none() && !(opaque.kind == "TYPE" && opaque.text.is_empty()),
            Object::Comment(comment) => self.get(comment.on).is_some_and(|on| match on {
                // The index of a constraint and a view's column may have comments though they are not compared themselves.
                Object::Index(_) | Object::Column(_) => true,
                _ => self.is_comparable(comment.on) || matches!(on, Object::Schema(_)),
            }),
            Object::Default(default) => self.is_comparable(default.column) || self.is_of_view(default.column),
            Object::Table(_)
            | Object::Constraint(_)
            | Object::Sequence(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Composite(_)
            | Object::View(_)
            | Object::Routine(_)
            | Object::Trigger(_)
            | Object::Policy(_) => true,
        }
    }

    /// Why an object is not certain: its own presence, or its table's. A default that is not known may be none.
    pub fn doubt(&self, oid: Oid) -> Option<&Reason> {
        let of = |oid: Oid| match self.entry(oid).map(|entry| (&entry.presence, &*entry.object)) {
            Some((Presence::Maybe(reason), _)) => Some(reason),
            Some((_, Object::Default(ColumnDefault { expr: DefaultExpr::Unknown(reason), .. }))) => Some(reason),
            Some((Presence::Yes, _)) | None => None,
        };
        of(oid).or_else(|| self.table_of(oid).and_then(of))
    }

    /// It is the column of a view.
    pub fn is_of_view(&self, column: Oid) -> bool {
        self.column_of(column).is_some_and(|column| matches!(self.get(column.table), Some(Object::View(_))))
    }

    fn name_in(&self, oid: Oid) -> Option<Ident> {
        self.get(oid).map(Object::name)
    }
}
