//! Columns that are computed from others (`cookDefault`).

use crate::catalog::{Catalog, Oid, Session};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::ident::Ident;
use crate::pg::system::Volatility;

use super::resolve::refuse;

impl Catalog {
    /// What PostgreSQL says of the expression of a generated column, once all columns of its table are there.
    pub(super) fn generation(&mut self, table: Oid, column: &Ident, session: &Session) -> Result<(), Refusal> {
        let Some(oid) = self.column(table, column) else { return Ok(()) };
        let Some((expr, _)) = self.column_of(oid).and_then(|column| column.generated.clone()) else { return Ok(()) };
        if session.restoring {
            return Ok(());
        }
        self.only_values(&expr, "column generation expression", "column generation expressions", session)?;
        for read in self.expression_columns(table, &expr)? {
            if self.column_of(read).is_some_and(|column| column.generated.is_some()) {
                let name = self.name_of(read);
                let message =
                    format!("cannot use generated column \"{}\" in column generation expression", name.as_str());
                let detail = "A generated column cannot reference another generated column.";
                return Err(PgError::new(sqlstate::INVALID_OBJECT_DEFINITION, message).detail(detail).into());
            }
        }
        let message = "generation expression is not immutable";
        if self.analysed(Some(table), &expr, session)?.is_some_and(|analysis| analysis.volatility >= Volatility::Stable)
        {
            return refuse(sqlstate::INVALID_OBJECT_DEFINITION, message);
        }
        self.immutable(&expr, message, session)
    }
}
