//! What `pg_attribute` says of a column's type, and `format_type`, which gives its name.

use super::Evaluation;
use super::cell::Cell;
use crate::catalog::Object;
use crate::catalog::object::{Column, TypeRef};
use crate::pg::error::Reason;
use crate::pg::types::DataType;

/// `atttypid` and `atttypmod`: the number of a type of PostgreSQL's own is not modelled, what it is called is.
pub(super) fn cells(oid: crate::catalog::Oid, column: &Column) -> [Cell; 2] {
    let modifiers = |written: &[String]| if written.is_empty() { Cell::Int(-1) } else { Cell::TypeOf(oid, None) };
    match &column.ty {
        TypeRef::Unknown(reason) => [Cell::Unknown(reason.clone()), Cell::Unknown(reason.clone())],
        TypeRef::User { oid: ty, modifiers: written, array } => {
            [Cell::TypeOf(oid, (!*array).then_some(*ty)), modifiers(written)]
        }
        TypeRef::Builtin(ty) => {
            // `character` is `character(1)`.
            let is_character = ty.modifiers.is_empty() && ty.builtin_name() == Some("character");
            let number = if is_character { Cell::Int(5) } else { modifiers(&ty.modifiers) };
            [Cell::TypeOf(oid, None), number]
        }
    }
}

impl Evaluation<'_> {
    /// `format_type(atttypid, atttypmod)`, and with NULL for the modifiers.
    pub(super) fn format_type(&self, ty: &Cell, modifiers: &Cell) -> Cell {
        let not_known = || {
            let reason = ty.unknown().or(modifiers.unknown());
            Cell::Unknown(reason.unwrap_or_else(|| Reason::new("select", "format_type() of such a type")))
        };
        if *ty == Cell::Null {
            return Cell::Null;
        }
        if let (Cell::Oid(oid), Cell::Null | Cell::Int(-1)) = (ty, modifiers) {
            return self.relation_name(*oid);
        }
        let Cell::TypeOf(oid, _) = ty else { return not_known() };
        let Some(Object::Column(column)) = self.source.catalog.get(*oid) else { return not_known() };
        let [_, own] = cells(*oid, column);
        let with_modifiers = match modifiers {
            Cell::Null => false,
            modifiers if *modifiers == own => true,
            _ => return not_known(),
        };
        match &column.ty {
            TypeRef::Builtin(ty) if with_modifiers => Cell::text(&ty.to_string()),
            TypeRef::Builtin(ty) => Cell::text(&DataType { modifiers: Vec::new(), ..ty.clone() }.to_string()),
            TypeRef::User { oid, modifiers, array } => match self.relation_name(*oid) {
                Cell::Text(name) => {
                    let written = match modifiers.as_slice() {
                        written if with_modifiers && !written.is_empty() => format!("({})", written.join(",")),
                        _ => String::new(),
                    };
                    Cell::text(&format!("{name}{written}{}", if *array { "[]" } else { "" }))
                }
                other => other,
            },
            TypeRef::Unknown(reason) => Cell::Unknown(reason.clone()),
        }
    }
}
