//! What a second connection meets while the migration's own transaction is open.

use crate::alembic::run::Run;
use crate::catalog::Object;
use crate::pg::ident::QName;

/// The table that a statement of another connection names and that the migration's open transaction has changed. It holds a lock on it
/// until it ends, and it does not end before the statement does.
pub fn waits_for(run: &Run, sql: &str) -> Option<QName> {
    if run.session.transaction.is_none() || run.catalog.open_world {
        return None;
    }
    let committed = run.committed();
    let changed = run.catalog.deltas_since(run.session.committed).iter();
    let tables = changed.filter_map(|delta| run.catalog.table_of(delta.oid()));
    let names = tables.filter(|oid| matches!(committed.get(*oid), Some(Object::Table(_))));
    names.filter_map(|oid| committed.qname(oid)).find(|name| sql.contains(name.name.as_str()))
}
