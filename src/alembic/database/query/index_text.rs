//! What `pg_get_indexdef` prints, for indexes whose text depends on nothing but names.

use crate::catalog::object::{Index, Key, KeyRef};
use crate::catalog::{Catalog, Object};

/// The definition of an index over columns; `None` where PostgreSQL prints an expression of its own.
pub fn definition(catalog: &Catalog, index: &Index) -> Option<String> {
    if index.predicate.is_some() || !index.with.is_empty() {
        return None;
    }
    let partitioned = matches!(catalog.get(index.table), Some(Object::Table(table)) if table.partition_by.is_some());
    let keys: Option<Vec<String>> = index.keys.iter().map(|key| self::key(catalog, key)).collect();
    let mut text = format!(
        "CREATE {}INDEX {} ON {}{} USING {} ({})",
        if index.unique { "UNIQUE " } else { "" },
        index.name,
        if partitioned { "ONLY " } else { "" },
        catalog.qname(index.table)?,
        index.method,
        keys?.join(", ")
    );
    if !index.include.is_empty() {
        let columns: Option<Vec<String>> =
            index.include.iter().map(|column| Some(catalog.get(*column)?.name().to_string())).collect();
        text.push_str(&format!(" INCLUDE ({})", columns?.join(", ")));
    }
    if index.nulls_not_distinct {
        text.push_str(" NULLS NOT DISTINCT");
    }
    Some(text)
}

fn key(catalog: &Catalog, key: &Key) -> Option<String> {
    let KeyRef::Column(column) = &key.target else { return None };
    if key.collation.is_some() || key.opclass.is_some() {
        return None;
    }
    let order = match (key.descending, key.nulls_first) {
        (false, false) => "",
        (false, true) => " NULLS FIRST",
        (true, true) => " DESC",
        (true, false) => " DESC NULLS LAST",
    };
    Some(format!("{}{order}", catalog.get(*column)?.name()))
}
