//! Enums, domains and composite types.

use super::{Enums, Part, Place};
use crate::catalog::object::{Composite, Domain};
use crate::catalog::{Object, Oid};
use crate::pg::command::{
    AttributeAction, Command, Comment, CommentTarget, ConstraintDef, ConstraintKind, DomainAction, EnumPosition, Type,
};
use crate::pg::ident::Ident;
use crate::replay::schema::data_type;

/// Labels get their old names, and those that another type of the name lacks are added; none is dropped.
pub(super) fn labels(place: &Place<'_>, (was, old): Enums<'_>, (now, new): Enums<'_>) -> Vec<Part> {
    let name = place.name(now);
    if was == now {
        let renamed = old.labels.len() == new.labels.len();
        let pairs = old.labels.iter().zip(&new.labels).filter(|(to, from)| renamed && to != from);
        let rename = |(to, from): (&String, &String)| {
            Part::of(Command::Type(Type::RenameValue { name: name.clone(), from: from.clone(), to: to.clone() }))
        };
        return pairs.map(rename).collect();
    }
    let lacking = old.labels.iter().enumerate().filter(|(_, label)| !new.labels.contains(label));
    let add = |(at, label): (usize, &String)| {
        let before = at.checked_sub(1).and_then(|before| old.labels.get(before));
        let position = match before.filter(|before| new.labels.contains(before)) {
            Some(before) => Some(EnumPosition::After(before.clone())),
            None => {
                old.labels.iter().skip(at + 1).find(|next| new.labels.contains(next)).cloned().map(EnumPosition::Before)
            }
        };
        let value = Type::AddValue { name: name.clone(), if_not_exists: false, label: label.clone(), position };
        Part::of(Command::Type(value))
    };
    lacking.map(add).collect()
}

pub(super) fn domain(place: &Place<'_>, now: Oid, old: &Domain, new: &Domain) -> Vec<Part> {
    let name = place.name(now);
    let change = |action| Command::Type(Type::AlterDomain { name: name.clone(), action });
    let mut parts = Vec::new();
    if old.default != new.default {
        parts.push(Part::of(change(DomainAction::Default(old.default.clone()))));
    }
    if old.not_null != new.not_null {
        parts.push(Part::of(change(DomainAction::NotNull(old.not_null))));
    }
    let is_same = |check: &(Ident, crate::pg::expr::Expr)| {
        old.checks.contains(check)
            && new.checks.contains(check)
            && old.not_valid.contains(&check.0) == new.not_valid.contains(&check.0)
    };
    for check in new.checks.iter().filter(|check| !is_same(check)) {
        parts.push(Part::of(change(DomainAction::DropConstraint { name: check.0.clone(), if_exists: false })));
    }
    let named = |domain: &Domain, name: &Ident| domain.checks.iter().any(|(other, _)| other == name);
    for check in old.checks.iter().filter(|check| !named(new, &check.0)) {
        let constraint = ConstraintDef {
            name: Some(check.0.clone()),
            kind: ConstraintKind::Check { expr: check.1.clone(), no_inherit: false },
            deferrable: None,
            not_valid: old.not_valid.contains(&check.0),
            not_enforced: false,
        };
        parts.push(Part::of(change(DomainAction::AddConstraint(constraint))));
    }
    let both = old.checks.iter().filter(|check| named(new, &check.0));
    for (constraint, _) in both.filter(|(name, _)| old.comments.get(name) != new.comments.get(name)) {
        let target = CommentTarget::Other(format!("CONSTRAINT {constraint} ON DOMAIN {name}"));
        parts.push(Part::of(Command::Comment(Comment { target, text: old.comments.get(constraint).cloned() })));
    }
    parts
}

/// Attributes; while a column is of the type, none that holds values goes.
pub(super) fn composite(place: &Place<'_>, now: Oid, old: &Composite, new: &Composite) -> Vec<Part> {
    let name = place.name(now);
    let change = |action| Part::of(Command::Type(Type::AlterComposite { name: name.clone(), actions: vec![action] }));
    let is_used = place.here.dependents(now).any(|user| matches!(place.here.get(user), Some(Object::Column(_))));
    let mut parts = Vec::new();
    for (attribute, ty) in &new.attributes {
        match old.attributes.iter().find(|(name, _)| name == attribute) {
            Some((_, before)) if place.start.type_text(before) == place.here.type_text(ty) => {}
            _ if is_used => parts.push(Part::none("columns of this type may hold values of what the fix added to it")),
            Some((_, before)) => parts
                .extend(data_type(place.start, before).map(|ty| change(AttributeAction::Alter(attribute.clone(), ty)))),
            None => parts.push(change(AttributeAction::Drop { name: attribute.clone(), if_exists: false })),
        }
    }
    for (attribute, ty) in old.attributes.iter().filter(|(name, _)| !new.attributes.iter().any(|(new, _)| new == name))
    {
        parts.extend(data_type(place.start, ty).map(|ty| change(AttributeAction::Add(attribute.clone(), ty))));
    }
    for (attribute, _) in old.attributes.iter().filter(|(name, _)| old.comments.get(name) != new.comments.get(name)) {
        let target = CommentTarget::Column(name.clone(), attribute.clone());
        parts.push(Part::of(Command::Comment(Comment { target, text: old.comments.get(attribute).cloned() })));
    }
    parts
}
