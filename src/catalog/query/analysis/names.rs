//! What names of columns mean (`src/backend/parser/parse_relation.c`).

use sqlparser::ast;

use super::{Analyser, Item, Known, error};
use crate::catalog::query::stored;
use crate::pg::error::{Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::system::{self, Type};

/// Columns that every table has.
const SYSTEM: &[&str] = &["ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"];

impl Analyser<'_> {
    /// The type of a column without a qualifier: of the innermost level where something has it (`colNameToVar`).
    pub(super) fn bare(&self, name: &Ident) -> Known<Option<Type>> {
        for scope in self.scopes.iter().rev() {
            let mut found = scope.items.iter().filter_map(|item| item.columns.column(name));
            if let Some(first) = found.next() {
                let merged = scope.natural || scope.merged.contains(name);
                if found.next().is_some() && !merged {
                    let message = format!("column reference \"{}\" is ambiguous", name.as_str());
                    return Err(error(sqlstate::AMBIGUOUS_COLUMN, message));
                }
                return Ok(first.ty.clone().filter(|_| !merged));
            }
            // It may be a column of what is not known, or a whole row.
            if scope.items.iter().any(|item| !item.columns.whole || item.name.as_ref() == Some(name)) {
                return Ok(None);
            }
        }
        if SYSTEM.contains(&name.as_str()) {
            return Ok(None);
        }
        Err(error(sqlstate::UNDEFINED_COLUMN, format!("column \"{}\" does not exist", name.as_str())))
    }

    /// The type of `t.column`.
    pub(super) fn qualified(&self, parts: &[ast::Ident]) -> Known<Option<Type>> {
        let parts: Vec<Ident> = parts.iter().map(stored).collect();
        let [schema @ .., qualifier, name] = parts.as_slice() else { return Ok(None) };
        match self.item(schema, qualifier)? {
            Some(item) => self.column_of(item, qualifier, name),
            None => Ok(None),
        }
    }

    fn column_of(&self, item: &Item, qualifier: &Ident, name: &Ident) -> Known<Option<Type>> {
        match item.columns.column(name) {
            Some(column) => Ok(column.ty.clone()),
            // `t.f` is `f(t)`, too.
            None if !item.columns.whole
                || SYSTEM.contains(&name.as_str())
                || system::takes_row(name.as_str())
                || self.catalog.has_routine(&QName::bare(name.clone()), self.session) =>
            {
                Ok(None)
            }
            None => {
                let message = format!("column {}.{} does not exist", qualifier.as_str(), name.as_str());
                Err(error(sqlstate::UNDEFINED_COLUMN, message))
            }
        }
    }

    /// The entry of a FROM list that a qualifier means (`refnameNamespaceItem`); `None` where it may be one that is not known.
    pub(super) fn item(&self, schema: &[Ident], qualifier: &Ident) -> Known<Option<&Item>> {
        for scope in self.scopes.iter().rev() {
            for item in scope.items.iter().chain(&scope.qualified_only) {
                let own_schema = item.relation.as_ref().and_then(|relation| relation.schema.as_ref());
                match &item.name {
                    None => return Ok(None),
                    Some(name) if name != qualifier => {}
                    Some(_) if schema.is_empty() => return Ok(Some(item)),
                    // Which schema a name without one is of is not looked at.
                    Some(_) if !item.aliased && own_schema.is_none_or(|own| Some(own) == schema.last()) => {
                        return Ok(Some(item));
                    }
                    Some(_) => return Ok(None),
                }
            }
        }
        Err(self.missing(qualifier))
    }

    /// `errorMissingRTE`
    fn missing(&self, qualifier: &Ident) -> Refusal {
        let meant = self.catalog.resolve_relation(&QName::bare(qualifier.clone()), self.session);
        let mut items = self.scopes.iter().flat_map(|scope| scope.items.iter().chain(&scope.hidden));
        let hidden = items.any(|item| item.name.as_ref() == Some(qualifier) || item.oid.is_some() && item.oid == meant);
        let what = if hidden { "invalid reference to FROM-clause entry" } else { "missing FROM-clause entry" };
        error(sqlstate::UNDEFINED_TABLE, format!("{what} for table \"{}\"", qualifier.as_str()))
    }
}
