//! Sequences that a fix puts under columns that hold values already: the next value must be above them, or the application's next
//! INSERT fails (23505).

use std::fmt::Write;

use super::literal;
use super::text::{block, comment};
use crate::catalog::object::{DefaultExpr, TypeRef};
use crate::catalog::{Catalog, Object, Oid};
use crate::pg::ident::{Ident, QName};

/// A new sequence under a column that was there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fed {
    /// The sequence.
    pub sequence: QName,
    /// The table.
    pub table: QName,
    /// The column that it gives values to.
    pub column: Ident,
}

/// The types whose highest value a sequence can follow.
const INTEGERS: [&str; 3] = ["smallint", "integer", "bigint"];

/// Finds them. `fixed` is a changed copy of `actual`: handles mean the same in both.
pub fn fed(actual: &Catalog, fixed: &Catalog) -> Vec<Fed> {
    let is_new = |oid: &Oid| {
        let rises = matches!(fixed.get(*oid), Some(Object::Sequence(sequence)) if sequence.increment > 0);
        rises && actual.get(*oid).is_none()
    };
    let sequence_of = |column: Oid| {
        let default = fixed.default_of(column).and_then(|default| match fixed.get(default) {
            Some(Object::Default(default)) => match default.expr {
                DefaultExpr::NextVal(sequence) => Some(sequence),
                DefaultExpr::Expr(_) | DefaultExpr::Unknown(_) => None,
            },
            _ => None,
        });
        let identity = || fixed.owned_sequences(column).into_iter().find(|(_, sequence)| sequence.identity);
        default.or_else(|| identity().map(|(oid, _)| oid)).filter(is_new)
    };
    let old = fixed.iter().filter(|(oid, _)| matches!(actual.get(*oid), Some(Object::Column(_))));
    old.filter_map(|(oid, _)| {
        let column = fixed.column_of(oid)?;
        let is_number = matches!(&column.ty, TypeRef::Builtin(ty) if INTEGERS.contains(&ty.to_string().as_str()));
        is_number.then_some(())?;
        Some(Fed {
            sequence: fixed.qname(sequence_of(oid)?)?,
            table: fixed.qname(column.table)?,
            column: column.name.clone(),
        })
    })
    .collect()
}

/// A block that brings them above the values that are there; it changes nothing where they are.
pub(super) fn set(sequences: &[Fed]) -> String {
    let mut text = String::new();
    for Fed { sequence, table, column } in sequences {
        let name = literal(&sequence.to_string());
        let body = format!(
            "DECLARE\n  highest bigint;\nBEGIN\n  IF current_setting('restamp.todo') = 'yes' THEN\n    \
             SELECT max({column})::bigint INTO highest FROM {table};\n    \
             IF highest >= (SELECT last_value FROM {sequence}) THEN\n      PERFORM setval({name}, highest);\n    END IF;\n  END IF;\nEND"
        );
        let why = comment(&format!("{column} may hold values already: the next one must be above them (23505)."));
        let _ = write!(text, "\n{why}{}", block(&body));
    }
    text
}
