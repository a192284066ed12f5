//! Row security policies.

use crate::catalog::missed::Use;
use crate::catalog::object::{Object, Policy};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Behavior, Kind, Policy as PolicyCommand};
use crate::pg::error::{Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};

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
            PolicyCommand::Alter { name, table, roles, using, check } => {
                let Some(oid) = self.existing_policy(name, table, session)? else { return Ok(()) };
                self.update(oid, |object| {
                    if let Object::Policy(policy) = object {
                        policy.roles = roles.clone().unwrap_or_else(|| policy.roles.clone());
                        policy.using = using.clone().or_else(|| policy.using.clone());
                        policy.check = check.clone().or_else(|| policy.check.clone());
                    }
                });
                Ok(())
            }
            PolicyCommand::Rename { name, table, to } => {
                let Some(oid) = self.existing_policy(name, table, session)? else { return Ok(()) };
                if let Some(table) = self.table_of(oid)
                    && self.named(Space::Policy, table, to).is_some()
                {
                    let (to, table) = (to.as_str(), self.name_of(table));
                    let message = format!("policy \"{to}\" for table \"{}\" already exists", table.as_str());
                    return refuse(sqlstate::DUPLICATE_OBJECT, message);
                }
                self.update(oid, |object| {
                    if let Some(name) = object.name_mut() {
                        *name = to.clone();
                    }
                });
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
                    None => {
                        self.miss_on_table(Kind::Policy, table, name, Use::Taken);
                        self.missing_on_table("policy", name, table)
                    }
                }
            }
        }
    }

    /// 42704 if it is not there; `None` where it may be.
    fn existing_policy(&mut self, name: &Ident, table: &QName, session: &Session) -> Result<Option<Oid>, Refusal> {
        let table = self.existing_relation(table, session)?;
        match self.named(Space::Policy, table, name) {
            Some(oid) => self.certain(oid).map(Some),
            None => self.missing_on_table("policy", name, table).map(|()| None),
        }
    }
}
