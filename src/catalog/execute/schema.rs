//! Schemas.

use crate::catalog::missed::Use;
use crate::catalog::object::{Object, Schema};
use crate::catalog::{Catalog, Presence, Session};
use crate::pg::command::Schema as SchemaCommand;
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::ident::Ident;

use super::resolve::refuse;

impl Catalog {
    pub(super) fn schema_command(&mut self, command: &SchemaCommand, session: &Session) -> Result<(), Refusal> {
        match command {
            SchemaCommand::Create { name, if_not_exists, owner } => {
                not_reserved(name)?;
                match self.schema(name) {
                    Some(existing) if *if_not_exists => {
                        self.set_presence(existing, Presence::Yes);
                        Ok(())
                    }
                    Some(existing) => {
                        self.certain(existing)?;
                        refuse(sqlstate::DUPLICATE_SCHEMA, format!("schema \"{}\" already exists", name.as_str()))
                    }
                    None => {
                        let owner = owner.clone().or_else(|| session.role.clone());
                        self.add(Object::Schema(Schema { name: name.clone(), owner }));
                        Ok(())
                    }
                }
            }
            SchemaCommand::Rename { from, to } => {
                let oid = self.named_schema(from)?;
                if let Some(other) = self.schema(to) {
                    self.certain(other)?;
                    return refuse(sqlstate::DUPLICATE_SCHEMA, format!("schema \"{}\" already exists", to.as_str()));
                }
                not_reserved(to)?;
                self.update(oid, |object| {
                    if let Some(name) = object.name_mut() {
                        *name = to.clone();
                    }
                });
                Ok(())
            }
            SchemaCommand::Drop { names, if_exists, behavior } => {
                let mut targets = Vec::new();
                for name in names {
                    match self.schema(name) {
                        Some(oid) => {
                            if !if_exists {
                                self.certain(oid)?;
                            }
                            targets.push(oid);
                        }
                        None if *if_exists => {}
                        None if self.open_world => self.miss_schema(name, Use::Taken),
                        None => {
                            self.named_schema(name)?;
                        }
                    }
                }
                self.drop_objects(&targets, *behavior, session)
            }
        }
    }
}

/// 42939: names with `pg_` are PostgreSQL's.
fn not_reserved(name: &Ident) -> Result<(), Refusal> {
    if name.as_str().starts_with("pg_") {
        let message = format!("unacceptable schema name \"{}\"", name.as_str());
        let error = PgError::new(sqlstate::RESERVED_NAME, message);
        return Err(error.detail("The prefix \"pg_\" is reserved for system schemas.").into());
    }
    Ok(())
}
