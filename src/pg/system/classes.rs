//! Operator classes (`GetDefaultOpClass` in `src/backend/commands/indexcmds.c`) and what foreign keys compare with.

use super::coercion::{Context, can_coerce};
use super::{Base, Type, facts};

/// Whether a method has indexed a type without being told how; `None` for a method that is not of `pg_catalog`.
pub fn default_class(method: &str, ty: &Type) -> Option<bool> {
    let mut classes = facts().classes.iter().filter(|class| class.method == method && class.default).peekable();
    classes.peek()?;
    Some(classes.any(|class| fits(&class.ty, ty)))
}

/// Whether an operator class is what a method takes for a type without being told; `None` for one that is not of `pg_catalog`.
pub fn is_default(method: &str, name: &str) -> Option<bool> {
    facts().classes.iter().find(|class| class.method == method && class.name == name).map(|class| class.default)
}

/// Whether an operator class takes a type; `None` for one that is not of `pg_catalog`.
pub fn class_takes(method: &str, name: &str, ty: &Type) -> Option<bool> {
    let class = facts().classes.iter().find(|class| class.method == method && class.name == name)?;
    Some(fits(&class.ty, ty))
}

/// The type as it is, one that is stored alike, or a polymorphic one (`IsBinaryCoercible`, `IsPreferredType`).
fn fits(class: &Type, ty: &Type) -> bool {
    match class.name() {
        "anyarray" => ty.element().is_some(),
        "anyenum" => matches!(ty, Type { base: Base::Enum(_), array: false }),
        "anyrange" => ty.category() == 'R' && !ty.name().ends_with("multirange"),
        "anymultirange" => ty.name().ends_with("multirange"),
        "text" => matches!(ty.name(), "text" | "character varying"),
        "inet" => matches!(ty.name(), "inet" | "cidr"),
        "bit varying" => matches!(ty.name(), "bit" | "bit varying"),
        "oid" => ty.name() == "oid" || ty.name().starts_with("reg"),
        _ => class == ty,
    }
}

/// Whether a foreign key can refer from one type to a key of another (`ATAddForeignKeyConstraint`): an operator of the key's family takes
/// both, or the one is cast to what the key's operator class takes.
pub fn equality(own: &Type, key: &Type) -> bool {
    let taken = match key.name() {
        "character varying" => Type::system("text"),
        "cidr" => Type::system("inet"),
        _ => key.clone(),
    };
    facts().equalities.contains(&(taken.name(), own.name())) || can_coerce(own, &taken, Context::Implicit)
}
