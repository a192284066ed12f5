//! What of an object is compared, and under which identity: the differ holds no code per kind.

use std::fmt;

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
    /// Its name; of a routine with argument types, `f(integer, text)`; of a default, its column's name.
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
    /// A view's query or a function's body: the same canonical text, else `uncompared`.
    Body(String),
    /// Not known.
    Unknown(Reason),
}
