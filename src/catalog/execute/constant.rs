//! Constants in quotes whose meaning is the database's own: labels of enums (`enum_in`), names of relations (`regclassin`), and what does not
//! fit into a column of limited length.

use crate::catalog::delta::Delta;
use crate::catalog::extensions::SYSTEM_TYPES;
use crate::catalog::object::Object;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::error::{PgError, Reason, Refusal, sqlstate};
use crate::pg::expr::{Constant, array_elements};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor};
use crate::pg::system::{Base, Type};

use super::resolve::{plain, refuse};

impl Catalog {
    /// What PostgreSQL says of the constants of an expression when it reads them.
    ///
    /// # Errors
    /// 22P02 and 55P04 of labels, 42P01 of relations.
    pub(in crate::catalog) fn read_constants(&self, constants: &[Constant], session: &Session) -> Result<(), Refusal> {
        constants.iter().try_for_each(|constant| self.read_constant(&constant.text, &constant.ty, session))
    }

    /// The same of one, read as a value of a type.
    ///
    /// # Errors
    /// 22P02, 55P04, 42P01.
    pub(in crate::catalog) fn read_constant(&self, text: &str, ty: &Type, session: &Session) -> Result<(), Refusal> {
        if ty.array {
            let element = Type { array: false, ..ty.clone() };
            let elements = array_elements(text).unwrap_or_default();
            return elements.into_iter().try_for_each(|text| self.read_constant(text, &element, session));
        }
        match &ty.base {
            Base::Enum(name) => match self.resolve_type(name, session) {
                Some(oid) => self.read_label(oid, text, session),
                None => Ok(()),
            },
            Base::System("regclass") => self.read_relation(text, session),
            Base::System(_) | Base::Literal => Ok(()),
        }
    }

    /// 22P02 for what is no label of an enum, 55P04 for one that this transaction has added.
    pub(super) fn read_label(&self, ty: Oid, label: &str, session: &Session) -> Result<(), Refusal> {
        let Some(Object::Enum(object)) = self.get(ty) else { return Ok(()) };
        let name = self.visible_name(ty, session);
        if !object.labels.iter().any(|own| own == label) {
            self.certain(ty)?;
            return refuse(sqlstate::INVALID_TEXT, format!("invalid input value for enum {name}: \"{label}\""));
        }
        if !session.new_labels.contains(&(ty, label.to_string())) {
            return Ok(());
        }
        self.certain(ty)?;
        // Since version 17 a label can be used at once if the transaction made the type too.
        let made_here = session.transaction.is_some_and(|mark| {
            let mut deltas = self.deltas_since(mark).iter();
            deltas.any(|delta| delta.oid() == ty && matches!(delta, Delta::Add { .. }))
        });
        match session.server_version {
            Some(17..) if made_here => return Ok(()),
            None if made_here => {
                let what = format!("whether the new label '{label}' can be used depends on the server's version");
                return Err(Reason::new("server-version", what).into());
            }
            Some(_) | None => {}
        }
        let message = format!("unsafe use of new value \"{label}\" of enum type {name}");
        Err(PgError::new(sqlstate::UNSAFE_NEW_ENUM_VALUE, message)
            .hint("New enum values must be committed before they can be used.")
            .into())
    }

    /// 42P01 for a name that no relation has.
    fn read_relation(&self, text: &str, session: &Session) -> Result<(), Refusal> {
        // A number is an OID; `-` is none.
        if text == "-" || text.chars().all(|char| char.is_ascii_digit()) {
            return Ok(());
        }
        let (tokens, _) = lex::tokens(text);
        let mut cursor = Cursor::new(text, &tokens);
        let Ok(name) = cursor.qname() else { return Ok(()) };
        let judged = cursor.peek().is_none() && !self.open_world && !session.restoring;
        if !judged || self.is_system_relation(&name, session) || self.extension_may_bring(&name) {
            return Ok(());
        }
        match self.resolve_relation(&name, session) {
            Some(oid) => self.certain(oid).map(|_| ()),
            None => refuse(sqlstate::UNDEFINED_TABLE, format!("relation \"{}\" does not exist", plain(&name))),
        }
    }

    /// Whether it may be a type of PostgreSQL itself. An array's type has its element's name after an underscore, in every schema.
    pub(super) fn may_be_system_type(&self, name: &QName) -> bool {
        let own = name.name.as_str();
        match name.schema.as_ref().map(Ident::as_str) {
            Some("information_schema") => true,
            None | Some("pg_catalog") => SYSTEM_TYPES.contains(&own) || Type::may_be_there(own),
            Some(_) => own.starts_with('_'),
        }
    }

    /// 42704 for a type that there is certainly not; 3F000 for its schema.
    pub(super) fn missing_type(&self, name: &QName, array: bool, session: &Session) -> Option<PgError> {
        let known = self.resolve_type(name, session).is_some() || self.may_be_system_type(name);
        if known || self.open_world || session.restoring || self.unknown_extension().is_some() {
            return None;
        }
        match &name.schema {
            Some(schema) if self.schema(schema).is_none() => {
                let message = format!("schema \"{}\" does not exist", schema.as_str());
                Some(PgError::new(sqlstate::INVALID_SCHEMA_NAME, message))
            }
            _ => {
                let brackets = if array { "[]" } else { "" };
                let message = format!("type \"{}{brackets}\" does not exist", plain(name));
                Some(PgError::new(sqlstate::UNDEFINED_OBJECT, message))
            }
        }
    }
}
