//! GRANT and REVOKE: their objects are looked up, privileges are not kept.

use crate::catalog::object::Object;
use crate::catalog::{Catalog, Session};
use crate::pg::command::{Grant, GrantOn, Kind};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::types::DataType;

use super::resolve::{plain, refuse};

impl Catalog {
    /// What PostgreSQL says of objects that are not there (`objectNamesToOids`), before it looks at roles.
    pub(super) fn grant(&mut self, grant: &Grant, session: &Session) -> Result<(), Refusal> {
        if self.open_world || session.restoring {
            return Ok(());
        }
        for schema in &grant.all_in {
            self.named_schema(schema)?;
        }
        grant.on.iter().try_for_each(|on| self.granted_on(on, session))
    }

    fn granted_on(&mut self, on: &GrantOn, session: &Session) -> Result<(), Refusal> {
        let name = &on.name;
        match on.kind {
            Kind::Schema if name.name.as_str().starts_with("pg_") || name.name.as_str() == "information_schema" => {
                Ok(())
            }
            Kind::Schema if self.unknown_extension().is_some() => Ok(()),
            Kind::Schema => self.named_schema(&name.name).map(|_| ()),
            Kind::Enum | Kind::Domain => {
                self.missing_type(name, false, session).map_or(Ok(()), |error| Err(error.into()))
            }
            Kind::Function | Kind::Procedure => self.granted_routine(on, session),
            _ if self.is_system_relation(name, session) || self.extension_may_bring(name) => Ok(()),
            kind => {
                let relation = self.existing_relation(name, session)?;
                if kind == Kind::Sequence && !matches!(self.get(relation), Some(Object::Sequence(_))) {
                    return refuse(
                        sqlstate::WRONG_OBJECT_TYPE,
                        format!("\"{}\" is not a sequence", name.name.as_str()),
                    );
                }
                Ok(())
            }
        }
    }

    /// 42883 where no function has that name at all; which of several is meant is not looked at.
    fn granted_routine(&self, on: &GrantOn, session: &Session) -> Result<(), Refusal> {
        let Some(arguments) = &on.arguments else { return Ok(()) };
        let of_system = on.name.schema.as_ref().is_none_or(|schema| schema.as_str() == "pg_catalog")
            && crate::pg::system::has_function(on.name.name.as_str());
        let types = arguments.iter().map(|text| DataType::parse(text).map(|ty| ty.to_string()));
        let Some(types) = types.collect::<Option<Vec<String>>>() else { return Ok(()) };
        if of_system || self.may_have_functions() || !self.routines(&on.name, session).is_empty() {
            return Ok(());
        }
        let what = if on.kind == Kind::Procedure { "procedure" } else { "function" };
        let message = format!("{what} {}({}) does not exist", plain(&on.name), types.join(", "));
        Err(PgError::new(sqlstate::UNDEFINED_FUNCTION, message).into())
    }
}
