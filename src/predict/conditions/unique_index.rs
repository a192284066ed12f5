//! CREATE UNIQUE INDEX.

use super::{Demands, key};
use crate::catalog::{Object, Oid};
use crate::pg::command::{CreateIndex, KeyOptions, KeyTarget};
use crate::pg::ident::Ident;
use crate::predict::broken::Broken;

impl Demands<'_> {
    pub(super) fn unique_index(&mut self, index: &CreateIndex) {
        let Some(table) = self.catalog.resolve_relation(&index.table, self.session) else { return };
        if self.rows.is_empty(self.catalog, table) || index.if_not_exists && self.is_there(table, index) {
            return;
        }
        let column = |target: &KeyTarget| match target {
            KeyTarget::Column(column) => Some(column.clone()),
            KeyTarget::Expr(_) => None,
        };
        let columns: Option<Vec<Ident>> = index.keys.iter().map(|key| column(&key.target)).collect();
        if let Some(columns) = columns {
            let nulls_not_distinct = index.nulls_not_distinct;
            let key = KeyOptions { columns, nulls_not_distinct, ..KeyOptions::default() };
            if key::is_unique(self.catalog, table, &key, self.rows) {
                return;
            }
        }
        let read = |target: &KeyTarget| match target {
            KeyTarget::Column(column) => column.to_string(),
            KeyTarget::Expr(expr) => format!("({expr})"),
        };
        let read: Vec<String> = index.keys.iter().map(|key| read(&key.target)).collect();
        let from = self.asked(table, &index.table);
        let query = key::duplicates(&from, &read, index.nulls_not_distinct, index.predicate.as_ref());
        let demand = format!("{} holds no duplicates of the index's key", index.table);
        self.push(demand, Some("23505"), Broken::Duplicate, Some((query, &[table])));
    }

    /// A relation of the index's name is in the table's schema.
    fn is_there(&self, table: Oid, index: &CreateIndex) -> bool {
        let schema = self.catalog.schema_of(table).and_then(|schema| self.catalog.get(schema));
        match (schema, &index.name) {
            (Some(Object::Schema(schema)), Some(name)) => self.catalog.relation(&schema.name, name).is_some(),
            _ => false,
        }
    }
}
