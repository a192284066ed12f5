//! Which names nobody wrote.

use super::object::Object;
use super::{Catalog, Oid};

impl Catalog {
    /// Whether PostgreSQL or a naming convention made the object's name; `None` for objects whose names are always written.
    pub fn generated_name(&self, oid: Oid) -> Option<bool> {
        match self.get(oid)? {
            Object::Constraint(constraint) => Some(constraint.generated_name),
            Object::Index(index) => Some(index.generated_name),
            Object::Schema(_)
            | Object::Extension(_)
            | Object::Table(_)
            | Object::Column(_)
            | Object::Default(_)
            | Object::Sequence(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Composite(_)
            | Object::View(_)
            | Object::Routine(_)
            | Object::Trigger(_)
            | Object::Policy(_)
            | Object::Comment(_)
            | Object::Opaque(_) => None,
        }
    }
}
