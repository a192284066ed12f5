//! INSERT into a table that refuses every row.

use super::Demands;
use crate::pg::command::DataCommand;
use crate::predict::broken::Broken;

impl Demands<'_> {
    pub(super) fn insert(&mut self, data: &DataCommand) {
        let table = data.table.as_ref().and_then(|table| self.catalog.resolve_relation(table, self.session));
        if let Some(name) = &data.table
            && let Some(message) = table.and_then(|table| self.catalog.refuses_rows_of(data, table))
            && !self.rows.changes_nothing(data, table, self.catalog, self.session)
        {
            let demand = format!("the query that fills {name} gives no row ({message})");
            self.push(demand, Some("23502"), Broken::Message(message), None);
        }
    }
}
