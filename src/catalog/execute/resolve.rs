//! From written names to handles: what a missing name means depends on the statement and on whether the world is open.

use crate::catalog::lookup::TEMPORARY;
use crate::catalog::missed::Use;
use crate::catalog::object::{Column, EnumType, Granted, Object, OpaqueObject, Schema, Table, TypeRef};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, OPEN_WORLD, Oid, Session, extensions};
use crate::pg::command::Kind;
use crate::pg::error::{PgError, Reason, Refusal, SqlState, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::modifiers;
use crate::pg::types::{DataType, TypeName};

/// A refusal by PostgreSQL.
pub(super) fn refuse<T>(sqlstate: SqlState, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Postgres(PgError::new(sqlstate, message)))
}

/// What is not known.
pub(super) fn unknown<T>(kind: &'static str, what: String) -> Result<T, Refusal> {
    Err(Refusal::Unmodelled(Reason::new(kind, what)))
}

/// A name as PostgreSQL's messages write it: `schema.name` without quotes (`NameListToString`).
pub(super) fn plain(name: &QName) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", schema.as_str(), name.name.as_str()),
        None => name.name.as_str().to_string(),
    }
}

/// 42601: a type that takes no modifier (`typenameTypeMod`).
fn no_modifier(name: &QName, ty: &DataType) -> Refusal {
    let brackets = if ty.array { "[]" } else { "" };
    modifiers::not_allowed(&format!("{}{brackets}", plain(name))).into()
}

fn assumed(what: &str, name: &QName) -> Reason {
    Reason::new(OPEN_WORLD, format!("{what} {name} is made outside of the revisions"))
}

impl Catalog {
    /// Why it is not known that something is not there which nothing has created: see [`Catalog::open_world`].
    pub fn may_be_made_outside(&self, what: &str, name: &str) -> Option<Reason> {
        self.open_world.then(|| Reason::new(OPEN_WORLD, format!("{what} {name} is made outside of the revisions")))
    }

    /// Refuses to go on where it is not known whether the object is there.
    pub(super) fn certain(&self, oid: Oid) -> Result<Oid, Refusal> {
        match self.presence(oid) {
            Some(_) if self.trusting => {
                self.trusted.borrow_mut().push(oid);
                Ok(oid)
            }
            Some(reason) => Err(Refusal::Unmodelled(reason.clone())),
            None => Ok(oid),
        }
    }

    /// A schema that a statement names. 3F000 if there is none.
    pub(super) fn named_schema(&mut self, name: &Ident) -> Result<Oid, Refusal> {
        match self.schema(name) {
            Some(schema) => self.certain(schema),
            // Each session has one of its own.
            None if name.as_str() == TEMPORARY => Ok(self.temporary_schema()),
            None if self.open_world => Ok(self.assumed_schema(name)),
            None => refuse(sqlstate::INVALID_SCHEMA_NAME, format!("schema \"{}\" does not exist", name.as_str())),
        }
    }

    /// A schema that nothing created is assumed.
    fn assumed_schema(&mut self, name: &Ident) -> Oid {
        self.miss_schema(name, Use::Needed);
        self.add(Object::Schema(Schema { name: name.clone(), owner: None }))
    }

    /// The schema in which an object of this name is created (`RangeVarGetCreationNamespace`).
    pub(super) fn creation_schema(&mut self, name: &QName, session: &Session) -> Result<Oid, Refusal> {
        match &name.schema {
            Some(schema) => self.named_schema(schema),
            None => match session.search_path.iter().find_map(|schema| self.schema(schema)) {
                Some(schema) => Ok(schema),
                None => refuse(sqlstate::INVALID_SCHEMA_NAME, "no schema has been selected to create in"),
            },
        }
    }

    /// The schema of temporary tables.
    pub(super) fn temporary_schema(&mut self) -> Oid {
        let name = Ident::new(TEMPORARY);
        self.schema(&name).unwrap_or_else(|| self.add(Object::Schema(Schema { name, owner: None })))
    }

    /// Whether a name is one of `pg_catalog`'s or `information_schema`'s relations, which are always there.
    pub(super) fn is_system_relation(&self, name: &QName, session: &Session) -> bool {
        match &name.schema {
            Some(schema) => schema.as_str() == "pg_catalog" || schema.as_str() == "information_schema",
            None => name.name.as_str().starts_with("pg_") && self.resolve_relation(name, session).is_none(),
        }
    }

    /// A relation that a statement needs. 42P01 if there is none, 3F000 if there is no such schema.
    pub(super) fn existing_relation(&mut self, name: &QName, session: &Session) -> Result<Oid, Refusal> {
        if let Some(relation) = self.resolve_relation(name, session) {
            return self.certain(relation);
        }
        if self.open_world {
            return self.open_table(name, session);
        }
        if let Some(schema) = &name.schema {
            self.named_schema(schema)?;
        }
        refuse(sqlstate::UNDEFINED_TABLE, format!("relation \"{}\" does not exist", plain(name)))
    }

    /// A table that nothing created: it has columns that are not known.
    pub(super) fn open_table(&mut self, name: &QName, session: &Session) -> Result<Oid, Refusal> {
        let schema = self.creation_schema(name, session)?;
        let table = Table { open: Some(assumed("table", name)), ..Table::new(schema, name.name.clone()) };
        Ok(self.add(Object::Table(table)))
    }

    /// A column that a statement needs; `missing` is what PostgreSQL says without it.
    pub(super) fn existing_column(
        &mut self,
        table: Oid,
        name: &Ident,
        missing: impl FnOnce() -> PgError,
    ) -> Result<Oid, Refusal> {
        if let Some(column) = self.column(table, name) {
            return self.certain(column);
        }
        match self.table(table).and_then(|table| table.open.clone()) {
            Some(reason) if self.open_world => Ok(self.assumed_column(table, name, reason)),
            Some(reason) => Err(Refusal::Unmodelled(reason)),
            None => Err(Refusal::Postgres(missing())),
        }
    }

    /// A column of an open table that a statement takes for granted.
    fn assumed_column(&mut self, table: Oid, name: &Ident, reason: Reason) -> Oid {
        // It is assumed whatever made the table open: nothing is known of it but that it is there.
        let reason = Reason { kind: OPEN_WORLD, ..reason };
        self.miss_on_table(Kind::Column, table, name, Use::Needed);
        let column = self.new_column(table, name.clone(), TypeRef::Unknown(reason));
        self.add(Object::Column(Column { granted: Some(Granted { nullability: false }), ..column }))
    }

    /// A type that a statement names: 42704 if there is none.
    pub(super) fn type_ref(&mut self, ty: &DataType, session: &Session) -> Result<TypeRef, Refusal> {
        let name = match &ty.name {
            TypeName::Builtin(_) => {
                modifiers::check(ty, session.server_version)?;
                return Ok(TypeRef::Builtin(ty.clone()));
            }
            TypeName::Unknown(reason) => return Ok(TypeRef::Unknown(reason.clone())),
            TypeName::User(name) => name,
        };
        let user = |oid| TypeRef::User { oid, modifiers: ty.modifiers.clone(), array: ty.array };
        if let Some(oid) = self.resolve_type(name, session) {
            let oid = self.certain(oid)?;
            self.takes_modifiers(oid, name, ty)?;
            return Ok(user(oid));
        }
        modifiers::check(ty, session.server_version)?;
        let system = name.schema.as_ref().is_none_or(|schema| schema.as_str() == "pg_catalog");
        if system && extensions::SYSTEM_TYPES.contains(&name.name.as_str()) {
            if !ty.modifiers.is_empty() {
                return Err(no_modifier(name, ty));
            }
            let name = TypeName::User(QName::bare(name.name.clone()));
            return Ok(TypeRef::Builtin(DataType { name, ..ty.clone() }));
        }
        if self.open_world {
            return Ok(user(self.assumed_type(name, session)?));
        }
        if self.may_be_system_type(name) {
            return unknown("system-type", format!("{name} may be a type of PostgreSQL itself, which is not modelled"));
        }
        if let Some(schema) = &name.schema {
            self.named_schema(schema)?;
        }
        if let Some(extension) = self.unknown_extension() {
            return unknown(
                "unknown-extension",
                format!("type {name} may come with the extension {extension}, which is not modelled"),
            );
        }
        let brackets = if ty.array { "[]" } else { "" };
        refuse(sqlstate::UNDEFINED_OBJECT, format!("type \"{}{brackets}\" does not exist", plain(name)))
    }

    /// Refuses (42601) modifiers of a type of this database that takes none.
    fn takes_modifiers(&self, oid: Oid, name: &QName, ty: &DataType) -> Result<(), Refusal> {
        if ty.modifiers.is_empty() {
            return Ok(());
        }
        match self.get(oid) {
            Some(Object::Enum(_) | Object::Domain(_) | Object::Composite(_) | Object::Table(_) | Object::View(_)) => {
                Err(no_modifier(name, ty))
            }
            Some(Object::Opaque(opaque))
                if opaque.extension.is_some() && extensions::takes_no_modifier(opaque.name.as_str()) =>
            {
                Err(no_modifier(name, ty))
            }
            _ => Ok(()),
        }
    }

    /// Refuses (42P16) a column that has the row type of its own table (`CheckAttributeType`).
    pub(super) fn is_not_of_itself(&self, table: Oid, ty: &DataType, session: &Session) -> Result<(), Refusal> {
        let TypeName::User(name) = &ty.name else { return Ok(()) };
        if self.resolve_type(name, session) != Some(table) {
            return Ok(());
        }
        let name = self.name_of(table);
        let message = format!("composite type {} cannot be made a member of itself", name.as_str());
        refuse(sqlstate::INVALID_TABLE_DEFINITION, message)
    }

    /// A type that nothing created: it may be an enum, a domain, anything.
    pub(super) fn assumed_type(&mut self, name: &QName, session: &Session) -> Result<Oid, Refusal> {
        let schema = self.creation_schema(name, session)?;
        self.miss_type(name, Use::Needed, session);
        Ok(self.add(Object::Opaque(OpaqueObject {
            kind: "TYPE".to_string(),
            schema: Some(schema),
            name: name.name.clone(),
            extension: None,
            text: String::new(),
            altered: Vec::new(),
            on: Vec::new(),
        })))
    }

    /// An extension of which it is not known what it brings.
    pub(in crate::catalog) fn unknown_extension(&self) -> Option<Ident> {
        self.iter().find_map(|(_, entry)| match &*entry.object {
            Object::Extension(extension) if !extensions::is_known(&extension.name) => Some(extension.name.clone()),
            _ => None,
        })
    }

    /// Whether a relation that nothing made may be an extension's: PostGIS and its kin bring tables that no dump holds.
    pub(in crate::catalog) fn extension_may_bring(&self, relation: &QName) -> bool {
        self.iter().any(|(_, entry)| match &*entry.object {
            Object::Extension(extension) => extensions::may_bring(&extension.name, &relation.name),
            _ => false,
        })
    }

    /// The enum of a statement.
    pub(super) fn existing_enum(&mut self, name: &QName, session: &Session) -> Result<(Oid, EnumType), Refusal> {
        let oid = self.existing_type(name, session)?;
        match self.get(oid) {
            Some(Object::Enum(ty)) => Ok((oid, ty.clone())),
            // An assumed type that gets a value is an enum; its other labels are not known.
            Some(Object::Opaque(opaque)) if opaque.extension.is_none() => {
                unknown("open-world", format!("the labels of the type {name} are not known"))
            }
            _ => refuse(sqlstate::WRONG_OBJECT_TYPE, format!("{} is not an enum", plain(name))),
        }
    }

    /// A type of this database that a statement changes.
    pub(super) fn existing_type(&mut self, name: &QName, session: &Session) -> Result<Oid, Refusal> {
        match self.resolve_type(name, session) {
            Some(oid) => self.certain(oid),
            None => {
                let ty = DataType::user(name.clone());
                match self.type_ref(&ty, session)? {
                    TypeRef::User { oid, .. } => Ok(oid),
                    TypeRef::Builtin(_) | TypeRef::Unknown(_) => {
                        unknown("system-type", format!("{name} is a type of PostgreSQL itself"))
                    }
                }
            }
        }
    }

    /// Refuses (42P07) a name that a relation of the schema has.
    pub(super) fn relation_name_is_free(&self, schema: Oid, name: &Ident) -> Result<(), Refusal> {
        // A composite type is a relation too.
        let composite =
            self.named(Space::Type, schema, name).filter(|oid| matches!(self.get(*oid), Some(Object::Composite(_))));
        match self.named(Space::Relation, schema, name).or(composite) {
            None => Ok(()),
            Some(other) => {
                self.certain(other)?;
                refuse(sqlstate::DUPLICATE_TABLE, format!("relation \"{}\" already exists", name.as_str()))
            }
        }
    }

    /// Refuses (42710) a name that a type of the schema has, or a relation with a row type.
    pub(super) fn type_name_is_free(&self, schema: Oid, name: &Ident) -> Result<(), Refusal> {
        let relation = self
            .named(Space::Relation, schema, name)
            .filter(|oid| matches!(self.get(*oid), Some(Object::Table(_) | Object::View(_))));
        match self.named(Space::Type, schema, name).or(relation) {
            None => Ok(()),
            Some(other) => {
                self.certain(other)?;
                refuse(sqlstate::DUPLICATE_OBJECT, format!("type \"{}\" already exists", name.as_str()))
            }
        }
    }
}
