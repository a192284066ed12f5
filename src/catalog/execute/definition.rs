//! `ALTER DOMAIN` and `ALTER TYPE` of composite types (`AlterDomain…` in `src/backend/commands/typecmds.c`).

use std::collections::BTreeMap;

use crate::catalog::object::{Composite, Domain, Object};
use crate::catalog::{Catalog, Session};
use crate::pg::command::{AttributeAction, ConstraintKind, DomainAction};
use crate::pg::error::{Reason, Refusal, sqlstate};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};

use super::resolve::{plain, refuse};

impl Catalog {
    pub(super) fn alter_domain(
        &mut self,
        name: &QName,
        action: &DomainAction,
        session: &Session,
    ) -> Result<(), Refusal> {
        let oid = self.alterable_type(name, true, session)?;
        // A type that is only assumed to be there, or an extension's.
        let Some(Object::Domain(mut domain)) = self.get(oid).cloned() else { return Ok(()) };
        match action {
            DomainAction::Default(default) => {
                domain.default = default.clone().filter(|default| !default.is_null());
                if let Some(default) = &domain.default {
                    self.fits(None, (&domain.name, &domain.ty), default, "default expression", session)?;
                }
            }
            DomainAction::NotNull(not_null) => domain.not_null = *not_null,
            DomainAction::AddConstraint(constraint) => {
                if let Some(name) = &constraint.name
                    && domain.has(name)
                {
                    let (name, domain) = (name.as_str(), domain.name.as_str());
                    let message = format!("constraint \"{name}\" for domain \"{domain}\" already exists");
                    return refuse(sqlstate::DUPLICATE_OBJECT, message);
                }
                // A made name must not be that of another constraint: those stand first.
                let others = domain.checks.iter().map(|(name, expr)| crate::pg::command::ConstraintDef {
                    name: Some(name.clone()),
                    kind: ConstraintKind::Check { expr: expr.clone(), no_inherit: false },
                    deferrable: None,
                    not_valid: false,
                    not_enforced: false,
                });
                let all: Vec<_> = others.chain([constraint.clone()]).collect();
                domain.checks = self.domain_checks(domain.schema, &domain.name, &all)?;
                if constraint.not_valid {
                    domain.not_valid.extend(domain.checks.last().map(|(name, _)| name.clone()));
                }
            }
            DomainAction::DropConstraint { name, if_exists } => {
                if !if_exists && !domain.has(name) {
                    return no_constraint(&domain, name);
                }
                domain.checks.retain(|(other, _)| other != name);
                domain.not_valid.remove(name);
                domain.comments.remove(name);
            }
            DomainAction::RenameConstraint { from, to } => {
                let Some((own, _)) = domain.checks.iter_mut().find(|(other, _)| other == from) else {
                    return no_constraint(&domain, from);
                };
                own.clone_from(to);
                if domain.not_valid.remove(from) {
                    domain.not_valid.insert(to.clone());
                }
                renamed(&mut domain.comments, from, to);
            }
            DomainAction::ValidateConstraint(name) => {
                if !domain.has(name) {
                    return no_constraint(&domain, name);
                }
                domain.not_valid.remove(name);
            }
        }
        self.set(oid, Object::Domain(domain));
        Ok(())
    }

    pub(super) fn alter_composite(
        &mut self,
        name: &QName,
        actions: &[AttributeAction],
        session: &Session,
    ) -> Result<(), Refusal> {
        let oid = self.alterable_type(name, false, session)?;
        let Some(Object::Composite(mut composite)) = self.get(oid).cloned() else { return Ok(()) };
        for action in actions {
            match action {
                AttributeAction::Add(attribute, ty) => {
                    if composite.place(attribute).is_some() {
                        let (attribute, name) = (attribute.as_str(), composite.name.as_str());
                        let message = format!("column \"{attribute}\" of relation \"{name}\" already exists");
                        return refuse(sqlstate::DUPLICATE_COLUMN, message);
                    }
                    let ty = self.type_ref(ty, session)?;
                    composite.attributes.push((attribute.clone(), ty));
                }
                AttributeAction::Drop { name: attribute, if_exists } => match composite.place(attribute) {
                    Some(place) => {
                        composite.attributes.remove(place);
                        composite.comments.remove(attribute);
                    }
                    None if *if_exists => {}
                    None => return no_attribute(name, attribute),
                },
                AttributeAction::Alter(attribute, ty) => {
                    let Some(place) = composite.place(attribute) else { return no_attribute(name, attribute) };
                    self.is_of_no_column(oid)?;
                    composite.attributes[place].1 = self.type_ref(ty, session)?;
                }
                AttributeAction::Rename { from, to } => {
                    let Some(place) = composite.place(from) else { return no_attribute(name, from) };
                    composite.attributes[place].0 = to.clone();
                    renamed(&mut composite.comments, from, to);
                }
            }
        }
        self.set(oid, Object::Composite(composite));
        Ok(())
    }
}

/// A comment goes with what it is on.
fn renamed(comments: &mut BTreeMap<Ident, String>, from: &Ident, to: &Ident) {
    if let Some(text) = comments.remove(from) {
        comments.insert(to.clone(), text);
    }
}

impl Domain {
    pub(super) fn has(&self, name: &Ident) -> bool {
        self.checks.iter().any(|(other, _): &(Ident, Expr)| other == name)
    }
}

impl Composite {
    pub(super) fn place(&self, name: &Ident) -> Option<usize> {
        self.attributes.iter().position(|(other, _)| other == name)
    }
}

/// 42704, except that a NOT NULL of version 17 and later is a constraint of a name that is not modelled.
pub(super) fn no_constraint(domain: &Domain, name: &Ident) -> Result<(), Refusal> {
    let (name, domain_name) = (name.as_str(), domain.name.as_str());
    if domain.not_null {
        let what = format!("{name} may be the NOT NULL of the domain {domain_name}");
        return Err(Refusal::Unmodelled(Reason::new("not-null-name", what)));
    }
    let message = format!("constraint \"{name}\" of domain \"{domain_name}\" does not exist");
    refuse(sqlstate::UNDEFINED_OBJECT, message)
}

/// 42703
pub(super) fn no_attribute(composite: &QName, attribute: &Ident) -> Result<(), Refusal> {
    let message = format!("column \"{}\" of relation \"{}\" does not exist", attribute.as_str(), plain(composite));
    refuse(sqlstate::UNDEFINED_COLUMN, message)
}
