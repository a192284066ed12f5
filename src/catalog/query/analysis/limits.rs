//! What PostgreSQL says of values after the analysis of a statement, whether there are rows or not: of values for columns that it makes
//! itself (`rewriteTargetListIU`), and of constants that do not fit, which it computes when it plans the statement.

use sqlparser::ast;

use super::expression::Analysed;
use super::{Analyser, Column, error};
use crate::catalog::object::TypeRef;
use crate::pg::command::IdentityKind;
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::expr::{is_default, unfit};
use crate::pg::ident::Ident;

impl Analyser<'_> {
    /// A constant that is too long for its column (22001), or too large (22003).
    pub(super) fn limited(&mut self, target: &Column, value: &Analysed) {
        if let Some(constant) = value.literal().or_else(|| value.number()) {
            self.limited_constant(target, constant, value.literal().is_none());
        }
    }

    pub(super) fn limited_constant(&mut self, target: &Column, constant: &str, is_number: bool) {
        let Some(column) = target.oid.and_then(|oid| self.catalog.column_of(oid)) else { return };
        let TypeRef::Builtin(ty) = &column.ty else { return };
        let refused = unfit(constant, is_number, ty);
        self.later(refused.map(Refusal::from));
    }

    /// 428C9: an INSERT gives a value to a column that PostgreSQL makes itself.
    pub(super) fn not_inserted(&mut self, target: &Column, value: Option<&ast::Expr>) {
        if value.is_none_or(|value| !is_default(value)) && self.is_made(target) {
            self.later(Some(cannot_insert(&target.name)));
        }
    }

    /// The same of an UPDATE.
    pub(super) fn not_updated(&mut self, target: &Column, is_default: bool) {
        if !is_default && self.is_made(target) {
            let message = format!("column \"{}\" can only be updated to DEFAULT", target.name.as_str());
            self.later(Some(error(sqlstate::GENERATED_ALWAYS, message)));
        }
    }

    /// A generated column, or an identity that is `GENERATED ALWAYS`.
    fn is_made(&self, target: &Column) -> bool {
        let column = target.oid.and_then(|oid| self.catalog.column_of(oid));
        column.is_some_and(|column| column.generated.is_some() || column.identity == Some(IdentityKind::Always))
    }

    fn later(&mut self, refused: Option<Refusal>) {
        if let Some(refused) = refused {
            self.planned.get_or_insert(refused);
        }
    }
}

fn cannot_insert(name: &Ident) -> Refusal {
    let message = format!("cannot insert a non-DEFAULT value into column \"{}\"", name.as_str());
    PgError::new(sqlstate::GENERATED_ALWAYS, message).into()
}
