//! Row security policies.

use crate::catalog::object::{Object, Policy};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Session};
use crate::pg::command::{Behavior, Policy as PolicyCommand};
use crate::pg::error::{Refusal, sqlstate};

use super::resolve::refuse;

impl Catalog {
    pub(super) fn policy_command(&mut self, command: &PolicyCommand, session: &Session) -> Result<(), Refusal> {
        match command {
            PolicyCommand::Create { name, table, restrictive, command, roles, using, check } => {
                let table = self.existing_relation(table, session)?;
                if let Some(other) = self.named(Space::Policy, table, name) {
                    self.certain(other)?;
                    let message = format!(
                        "policy \"{}\" for table \"{}\" already exists",
                        name.as_str(),
                        self.name_of(table).as_str()
                    );
                    return refuse(sqlstate::DUPLICATE_OBJECT, message);
                }
                self.add(Object::Policy(Policy {
                    table,
                    name: name.clone(),
                    restrictive: *restrictive,
                    command: command.clone().filter(|command| command != "ALL"),
                    roles: roles.clone(),
                    using: using.clone(),
                    check: check.clone(),
                }));
                Ok(())
            }
            PolicyCommand::Drop { name, table, if_exists } => {
                if *if_exists && self.resolve_relation(table, session).is_none() {
                    return Ok(());
                }
                let table = self.existing_relation(table, session)?;
                match self.named(Space::Policy, table, name) {
                    Some(oid) => {
                        if !if_exists {
                            self.certain(oid)?;
                        }
                        self.drop_objects(&[oid], Behavior::Restrict, session)
                    }
                    None if *if_exists => Ok(()),
                    None => self.missing_on_table("policy", name, table),
                }
            }
        }
    }
}
