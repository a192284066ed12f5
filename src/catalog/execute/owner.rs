//! `OWNER TO`. Owners are kept for the scripts that give new objects their neighbours' owner; they are not compared.

use crate::catalog::object::Object;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Kind, Owner};
use crate::pg::error::Refusal;
use crate::pg::ident::Ident;

impl Catalog {
    pub(super) fn owner_command(&mut self, owner: &Owner, session: &Session) -> Result<(), Refusal> {
        let Some(name) = &owner.name else {
            if let Some(oid) = self.routine_of_words(&owner.object, session) {
                self.set_owner(oid, &owner.role);
            }
            return Ok(());
        };
        let oid = match owner.kind {
            Kind::Schema => Some(self.named_schema(&name.name)?),
            Kind::Table | Kind::View | Kind::MaterializedView => Some(self.existing_relation(name, session)?),
            Kind::Sequence | Kind::Index => self.existing_relation_of(name, session)?,
            Kind::Enum | Kind::Domain | Kind::Composite => Some(self.existing_type(name, session)?),
            Kind::Function | Kind::Procedure | Kind::Aggregate => match self.routines(name, session).as_slice() {
                [only] => Some(*only),
                _ => None,
            },
            Kind::Extension
            | Kind::Column
            | Kind::Default
            | Kind::Constraint
            | Kind::Trigger
            | Kind::Policy
            | Kind::Comment => None,
            // An enum or a composite type.
            Kind::Other => self.resolve_type(name, session),
        };
        if let Some(oid) = oid {
            self.set_owner(oid, &owner.role);
        }
        Ok(())
    }

    /// Owned sequences change hands with their table.
    pub(super) fn set_owner(&mut self, oid: Oid, role: &Ident) {
        let columns: Vec<Oid> = match self.get(oid) {
            Some(Object::Table(_)) => self.columns(oid).into_iter().map(|(column, _)| column).collect(),
            _ => Vec::new(),
        };
        let mut owned = vec![oid];
        for column in columns {
            owned.extend(self.owned_sequences(column).into_iter().map(|(sequence, _)| sequence));
        }
        for oid in owned {
            self.update(oid, |object| {
                if let Some(owner) = object.owner_mut() {
                    *owner = Some(role.clone());
                }
            });
        }
    }
}
