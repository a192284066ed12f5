//! Extensions: they bring types, which columns may then have.

use crate::catalog::object::{Extension, Object, OpaqueObject};
use crate::catalog::{Catalog, Oid, Presence, Session, extensions};
use crate::pg::command::Extension as ExtensionCommand;
use crate::pg::error::{Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};

use super::resolve::refuse;

impl Catalog {
    pub(super) fn extension_command(&mut self, command: &ExtensionCommand, session: &Session) -> Result<(), Refusal> {
        match command {
            ExtensionCommand::Create { name, if_not_exists, schema, cascade, .. } => {
                if let Some(existing) = self.extension(name) {
                    if *if_not_exists {
                        self.set_presence(existing, Presence::Yes);
                        return Ok(());
                    }
                    self.certain(existing)?;
                    let message = format!("extension \"{}\" already exists", name.as_str());
                    return refuse(sqlstate::DUPLICATE_OBJECT, message);
                }
                self.create_extension(name, schema.as_ref(), *cascade, session)
            }
            ExtensionCommand::Drop { names, if_exists, behavior } => {
                let mut targets = Vec::new();
                for name in names {
                    match self.extension(name) {
                        Some(oid) => {
                            if !if_exists {
                                self.certain(oid)?;
                            }
                            targets.push(oid);
                        }
                        None if *if_exists || self.open_world || name.as_str() == "plpgsql" => {}
                        None => {
                            let message = format!("extension \"{}\" does not exist", name.as_str());
                            return refuse(sqlstate::UNDEFINED_OBJECT, message);
                        }
                    }
                }
                self.drop_objects(&targets, *behavior, session)
            }
        }
    }

    fn create_extension(
        &mut self,
        name: &Ident,
        schema: Option<&Ident>,
        cascade: bool,
        session: &Session,
    ) -> Result<(), Refusal> {
        for required in extensions::requires(name) {
            let required = Ident::new(required);
            if self.extension(&required).is_none() {
                if !cascade {
                    let message = format!("required extension \"{}\" is not installed", required.as_str());
                    let hint = "Use CREATE EXTENSION ... CASCADE to install required extensions too.";
                    let error = crate::pg::error::PgError::new(sqlstate::UNDEFINED_OBJECT, message);
                    return Err(error.hint(hint).into());
                }
                self.create_extension(&required, schema, cascade, session)?;
            }
        }
        // `pg_catalog` is a schema that is always there and never dumped.
        let schema = match schema {
            Some(schema) if schema.as_str() == "pg_catalog" => self.creation_schema(&QName::bare("x"), session)?,
            Some(schema) => self.named_schema(schema)?,
            None => self.creation_schema(&QName::bare("x"), session)?,
        };
        let extension: Oid = self.add(Object::Extension(Extension { name: name.clone(), schema, comment: None }));
        for ty in extensions::types(name) {
            self.add(Object::Opaque(OpaqueObject {
                kind: "TYPE".to_string(),
                schema: Some(schema),
                name: Ident::new(ty),
                extension: Some(extension),
                text: String::new(),
                altered: Vec::new(),
                on: Vec::new(),
            }));
        }
        Ok(())
    }
}
