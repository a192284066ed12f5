//! Enums, domains and composite types (`src/backend/commands/typecmds.c`).

use crate::catalog::missed::Use;
use crate::catalog::object::{Composite, Domain, EnumType, Object, OpaqueObject, TypeRef};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{ConstraintDef, ConstraintKind, Drop, EnumPosition, Type};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::system::{self, Context};

use super::resolve::{plain, refuse};

/// Whether values of one type can be stored in a column of another without `USING`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Castable {
    /// There is an assignment cast.
    Yes,
    /// There is none: 42804.
    No,
    /// Not known.
    Unknown,
}

/// `can_coerce_type` with `COERCION_ASSIGNMENT`, for the types of which it is certain.
pub(super) fn assignable(catalog: &Catalog, from: &TypeRef, to: &TypeRef) -> Castable {
    let session = Session::default();
    match (catalog.system_type(from, &session), catalog.system_type(to, &session)) {
        _ if from == to => Castable::Yes,
        (Some(from), Some(to)) if system::pathway(&from, &to, Context::Assignment).is_some() => Castable::Yes,
        (Some(_), Some(_)) if !catalog.has_own_casts() => Castable::No,
        _ => Castable::Unknown,
    }
}

impl Catalog {
    pub(super) fn type_command(&mut self, command: &Type, session: &mut Session) -> Result<(), Refusal> {
        match command {
            Type::CreateEnum { name, labels } => self.create_enum(name, labels, session),
            Type::CreateComposite { name, attributes } => {
                let schema = self.creation_schema(name, session)?;
                let mut resolved: Vec<(Ident, TypeRef)> = Vec::new();
                for (attribute, ty) in attributes {
                    if resolved.iter().any(|(other, _)| other == attribute) {
                        let message = format!("column \"{}\" specified more than once", attribute.as_str());
                        return refuse(sqlstate::DUPLICATE_COLUMN, message);
                    }
                    resolved.push((attribute.clone(), self.type_ref(ty, session)?));
                }
                // A table's row type is found first (`DefineCompositeType`).
                if let Some(other) = self.named(Space::Relation, schema, &name.name)
                    && matches!(self.get(other), Some(Object::Table(_) | Object::View(_)))
                {
                    self.certain(other)?;
                    let message = format!("type \"{}\" already exists", name.name.as_str());
                    return refuse(sqlstate::DUPLICATE_OBJECT, message);
                }
                self.relation_name_is_free(schema, &name.name)?;
                self.type_name_is_free(schema, &name.name)?;
                let (name, owner) = (name.name.clone(), session.role.clone());
                self.add(Object::Composite(Composite {
                    schema,
                    name,
                    attributes: resolved,
                    comments: Default::default(),
                    owner,
                }));
                Ok(())
            }
            Type::CreateDomain { name, ty, collation, default, not_null, constraints } => {
                let schema = self.creation_schema(name, session)?;
                self.type_name_is_free(schema, &name.name)?;
                let ty = self.type_ref(ty, session)?;
                if let Some(collation) = collation {
                    self.takes_collation(&ty, collation, session)?;
                }
                if let Some(default) = default {
                    self.fits(None, (&name.name, &ty), default, "default expression", session)?;
                }
                let checks = self.domain_checks(schema, &name.name, constraints)?;
                self.add(Object::Domain(Domain {
                    schema,
                    name: name.name.clone(),
                    ty,
                    collation: collation.clone(),
                    default: default.clone(),
                    not_null: *not_null,
                    checks,
                    not_valid: Default::default(),
                    comments: Default::default(),
                    owner: session.role.clone(),
                }));
                Ok(())
            }
            Type::AlterDomain { name, action } => self.alter_domain(name, action, session),
            Type::AlterComposite { name, actions } => self.alter_composite(name, actions, session),
            Type::AddValue { name, if_not_exists, label, position } => {
                self.add_value(name, *if_not_exists, label, position.as_ref(), session)
            }
            Type::RenameValue { name, from, to } => self.rename_value(name, from, to, session),
            Type::Rename { name, to, domain } => self.rename_type(name, to, *domain, session),
            Type::SetSchema { name, schema, domain } => self.move_type(name, schema, *domain, session),
            Type::Drop { drop, domain } => self.drop_types(drop, *domain, session),
        }
    }

    fn create_enum(&mut self, name: &QName, labels: &[String], session: &Session) -> Result<(), Refusal> {
        let schema = self.creation_schema(name, session)?;
        self.type_name_is_free(schema, &name.name)?;
        for (at, label) in labels.iter().enumerate() {
            check_label(label)?;
            if labels[..at].contains(label) {
                // The unique index of `pg_enum` finds it.
                let message = "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"";
                return refuse(sqlstate::UNIQUE_VIOLATION, message);
            }
        }
        self.add(Object::Enum(EnumType {
            schema,
            name: name.name.clone(),
            labels: labels.to_vec(),
            owner: session.role.clone(),
        }));
        Ok(())
    }

    pub(super) fn domain_checks(
        &self,
        schema: Oid,
        domain: &Ident,
        constraints: &[ConstraintDef],
    ) -> Result<Vec<(Ident, crate::pg::expr::Expr)>, Refusal> {
        let mut checks: Vec<(Ident, crate::pg::expr::Expr)> = Vec::new();
        for constraint in constraints {
            let ConstraintKind::Check { expr, .. } = &constraint.kind else {
                continue;
            };
            let name = match &constraint.name {
                Some(name) if checks.iter().any(|(other, _)| other == name) => {
                    let message =
                        format!("constraint \"{}\" for domain \"{}\" already exists", name.as_str(), domain.as_str());
                    return refuse(sqlstate::DUPLICATE_OBJECT, message);
                }
                Some(name) => name.clone(),
                None => {
                    let others: Vec<Ident> = checks.iter().map(|(name, _)| name.clone()).collect();
                    self.choose_constraint_name(schema, domain, None, "check", &others)
                }
            };
            checks.push((name, expr.clone()));
        }
        Ok(checks)
    }

    fn add_value(
        &mut self,
        name: &QName,
        if_not_exists: bool,
        label: &str,
        position: Option<&EnumPosition>,
        session: &mut Session,
    ) -> Result<(), Refusal> {
        // A type that nothing created gets a label that may have been there; the rest of it is not known.
        if self.open_world
            && (self.resolve_type(name, session).is_none_or(|oid| matches!(self.get(oid), Some(Object::Opaque(_)))))
        {
            self.existing_type(name, session)?;
            return Ok(());
        }
        let (oid, mut ty) = self.existing_enum(name, session)?;
        check_label(label)?;
        if ty.labels.iter().any(|other| other == label) {
            if if_not_exists {
                return Ok(());
            }
            return refuse(sqlstate::DUPLICATE_OBJECT, format!("enum label \"{label}\" already exists"));
        }
        let at = match position {
            None => ty.labels.len(),
            Some(EnumPosition::Before(neighbour)) => label_at(&ty, neighbour)?,
            Some(EnumPosition::After(neighbour)) => label_at(&ty, neighbour)? + 1,
        };
        ty.labels.insert(at, label.to_string());
        self.set(oid, Object::Enum(ty));
        if session.transaction.is_some() && !session.each_alone {
            session.new_labels.push((oid, label.to_string()));
        }
        Ok(())
    }

    fn rename_value(&mut self, name: &QName, from: &str, to: &str, session: &Session) -> Result<(), Refusal> {
        if self.open_world
            && (self.resolve_type(name, session).is_none_or(|oid| matches!(self.get(oid), Some(Object::Opaque(_)))))
        {
            self.existing_type(name, session)?;
            return Ok(());
        }
        let (oid, mut ty) = self.existing_enum(name, session)?;
        check_label(to)?;
        let at = label_at(&ty, from)?;
        if ty.labels.iter().any(|other| other == to) {
            return refuse(sqlstate::DUPLICATE_OBJECT, format!("enum label \"{to}\" already exists"));
        }
        ty.labels[at] = to.to_string();
        self.set(oid, Object::Enum(ty));
        self.rename_label_in_expressions(oid, from, to, session);
        Ok(())
    }

    /// The type of an `ALTER TYPE` or `ALTER DOMAIN`; a table's row type is altered as a table.
    pub(super) fn alterable_type(&mut self, name: &QName, domain: bool, session: &Session) -> Result<Oid, Refusal> {
        let oid = self.existing_type(name, session)?;
        match self.get(oid) {
            Some(Object::Table(_) | Object::View(_)) => {
                let message = format!("{} is a table's row type", plain(name));
                Err(PgError::new(sqlstate::WRONG_OBJECT_TYPE, message).hint("Use ALTER TABLE instead.").into())
            }
            Some(Object::Enum(_) | Object::Composite(_)) if domain => {
                refuse(sqlstate::WRONG_OBJECT_TYPE, format!("{} is not a domain", plain(name)))
            }
            _ => Ok(oid),
        }
    }

    fn rename_type(&mut self, name: &QName, to: &Ident, domain: bool, session: &Session) -> Result<(), Refusal> {
        let oid = self.alterable_type(name, domain, session)?;
        let Some(schema) = self.schema_of(oid) else {
            return Ok(());
        };
        self.type_name_is_free(schema, to)?;
        self.miss_assumed_type(oid);
        let from = self.qname(oid);
        self.update(oid, |object| {
            if let Some(name) = object.name_mut() {
                *name = to.clone();
            }
        });
        if let (Some(from), Some(to)) = (from, self.qname(oid)) {
            self.rename_type_in_expressions(&from, &to);
        }
        Ok(())
    }

    fn move_type(&mut self, name: &QName, schema: &Ident, domain: bool, session: &Session) -> Result<(), Refusal> {
        let oid = self.alterable_type(name, domain, session)?;
        let to = self.named_schema(schema)?;
        if self.schema_of(oid) == Some(to) {
            return Ok(());
        }
        if self.named(Space::Type, to, &name.name).is_some() {
            let message = format!("type \"{}\" already exists in schema \"{}\"", name.name.as_str(), schema.as_str());
            return refuse(sqlstate::DUPLICATE_OBJECT, message);
        }
        self.miss_assumed_type(oid);
        let from = self.qname(oid);
        self.update(oid, |object| {
            if let Some(schema) = object.schema_mut() {
                *schema = to;
            }
        });
        if let (Some(from), Some(to)) = (from, self.qname(oid)) {
            self.rename_type_in_expressions(&from, &to);
        }
        Ok(())
    }

    fn drop_types(&mut self, drop: &Drop, domain: bool, session: &Session) -> Result<(), Refusal> {
        let mut targets = Vec::new();
        for name in &drop.names {
            let Some(oid) = self.resolve_type(name, session) else {
                if !drop.if_exists {
                    self.miss_type(name, Use::Taken, session);
                }
                if drop.if_exists || self.open_world {
                    continue;
                }
                self.existing_type(name, session)?;
                continue;
            };
            if !drop.if_exists {
                self.certain(oid)?;
            }
            self.miss_assumed_type(oid);
            match self.get(oid) {
                Some(Object::Table(_) | Object::View(_)) => {
                    let relation = self.describe(oid, session);
                    let message = format!("cannot drop type {} because {relation} requires it", name.name);
                    let error = PgError::new(sqlstate::DEPENDENT_OBJECTS, message);
                    return Err(error.hint(format!("You can drop {relation} instead.")).into());
                }
                Some(Object::Enum(_) | Object::Composite(_)) if domain => {
                    return refuse(sqlstate::WRONG_OBJECT_TYPE, format!("\"{}\" is not a domain", plain(name)));
                }
                Some(Object::Opaque(OpaqueObject { extension: Some(extension), .. })) => {
                    let extension = self.describe(*extension, session);
                    let message = format!("cannot drop type {} because {extension} requires it", name.name);
                    let error = PgError::new(sqlstate::DEPENDENT_OBJECTS, message);
                    return Err(error.hint(format!("You can drop {extension} instead.")).into());
                }
                _ => {}
            }
            if !targets.contains(&oid) {
                targets.push(oid);
            }
        }
        self.drop_objects(&targets, drop.behavior, session)
    }

    /// A type as `format_type` writes it in messages.
    pub(super) fn type_name(&self, ty: &TypeRef, session: &Session) -> String {
        match ty {
            // Messages leave the modifiers out (`format_type_be`).
            TypeRef::Builtin(ty) => {
                let bare = crate::pg::types::DataType { modifiers: Vec::new(), ..ty.clone() };
                bare.to_string()
            }
            TypeRef::User { oid, array, .. } => {
                let brackets = if *array { "[]" } else { "" };
                format!("{}{brackets}", self.visible_name(*oid, session))
            }
            TypeRef::Unknown(reason) => reason.to_string(),
        }
    }
}

/// 22023: no such label.
fn label_at(ty: &EnumType, label: &str) -> Result<usize, Refusal> {
    match ty.labels.iter().position(|other| other == label) {
        Some(at) => Ok(at),
        None => {
            let message = format!("\"{label}\" is not an existing enum label");
            refuse(sqlstate::INVALID_PARAMETER_VALUE, message)
        }
    }
}

/// 42602: a label is a name and must fit one.
fn check_label(label: &str) -> Result<(), Refusal> {
    if label.is_empty() || label.len() > crate::pg::ident::MAX_IDENT_BYTES {
        let error = PgError::new(sqlstate::INVALID_NAME, format!("invalid enum label \"{label}\""));
        return Err(error.detail("Labels must be 63 bytes or less.").into());
    }
    Ok(())
}
