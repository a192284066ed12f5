//! Rows of a partitioned table, each of which some partition must take (23514).

use super::{Demand, Verdict};
use crate::catalog::{Catalog, Session};
use crate::pg::command::DataCommand;
use crate::pg::ident::QName;
use crate::predict::broken::Broken;

/// `None` where a default partition takes what no other does, and where the table has no partitions.
pub(in crate::predict::rules) fn demand(data: &DataCommand, catalog: &Catalog, session: &Session) -> Option<Demand> {
    let table = catalog.resolve_relation(data.table.as_ref()?, session)?;
    catalog.table(table)?.partition_by.as_ref()?;
    let name: QName = catalog.qname(table)?;
    let bounds: Vec<&str> = catalog
        .tables()
        .filter_map(|(_, part)| part.partition_of.as_ref())
        .filter(|(parent, _)| *parent == table)
        .map(|(_, bound)| bound.as_str())
        .collect();
    if bounds.iter().any(|bound| bound.trim().eq_ignore_ascii_case("default")) {
        return None;
    }
    let message = format!("no partition of relation \"{}\" found for row", name.name.as_str());
    // A query may give no row.
    let certain = bounds.is_empty() && super::writes_rows(data);
    Some(Demand {
        demand: format!("a partition of {name} takes each row that is inserted"),
        sqlstate: Some("23514"),
        broken: Broken::Message(message),
        verdict: if certain { Verdict::Broken } else { Verdict::Open },
    })
}
