//! Keys whose values must differ.

use crate::catalog::object::KeyRef;
use crate::catalog::{Catalog, Oid};
use crate::pg::command::KeyOptions;
use crate::pg::expr::Expr;
use crate::pg::ident::QName;
use crate::predict::rows::Rows;

/// No two rows can have the same key: a part of it is unique already, or one of its columns is NULL in every row.
pub(super) fn is_unique(catalog: &Catalog, table: Oid, key: &KeyOptions, rows: &Rows) -> bool {
    let columns: Vec<Oid> = key.columns.iter().filter_map(|column| catalog.column(table, column)).collect();
    if !key.nulls_not_distinct && columns.iter().any(|column| rows.is_null(*column)) {
        return true;
    }
    if rows.facts().is_unique(table, &columns, key.nulls_not_distinct) {
        return true;
    }
    catalog.indexes(table).iter().any(|(oid, index)| {
        let part =
            index.keys.iter().all(|key| matches!(&key.target, KeyRef::Column(column) if columns.contains(column)));
        // NULLs are distinct in the one and may be equal in the other.
        let nulls = !key.nulls_not_distinct || index.nulls_not_distinct;
        index.unique && part && nulls && index.predicate.is_none() && catalog.presence(*oid).is_none()
    })
}

/// Counts the rows whose key another row has already; NULLs are distinct unless the key says otherwise.
pub(super) fn duplicates(table: &QName, keys: &[String], nulls_not_distinct: bool, predicate: Option<&Expr>) -> String {
    let filled = keys.iter().filter(|_| !nulls_not_distinct).map(|key| format!("{key} IS NOT NULL"));
    let conditions: Vec<String> = filled.chain(predicate.map(|expr| format!("({expr})"))).collect();
    let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let keys = keys.join(", ");
    format!("SELECT count(*) - count(DISTINCT ROW({keys})) FROM {table}{filter}")
}
