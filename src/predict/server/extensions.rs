//! Extensions that are installed beside the server.

use super::{ONE_OF, condition};
use crate::catalog::{Catalog, Session};
use crate::pg::ident::Ident;
use crate::pg::lex::literal;
use crate::predict::broken::Broken;
use crate::predict::condition::Condition;

/// The extensions of PostgreSQL's own `contrib`, and what every server has.
const CONTRIB: &[&str] = &[
    "adminpack",
    "amcheck",
    "autoinc",
    "bloom",
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dblink",
    "dict_int",
    "dict_xsyn",
    "earthdistance",
    "file_fdw",
    "fuzzystrmatch",
    "hstore",
    "insert_username",
    "intagg",
    "intarray",
    "isn",
    "lo",
    "ltree",
    "moddatetime",
    "pageinspect",
    "pg_buffercache",
    "pg_freespacemap",
    "pg_prewarm",
    "pg_stat_statements",
    "pg_surgery",
    "pg_trgm",
    "pg_visibility",
    "pg_walinspect",
    "pgcrypto",
    "pgrowlocks",
    "pgstattuple",
    "plpgsql",
    "postgres_fdw",
    "refint",
    "seg",
    "sslinfo",
    "tablefunc",
    "tcn",
    "tsm_system_rows",
    "tsm_system_time",
    "unaccent",
    "uuid-ossp",
    "xml2",
];

/// An extension that is to be created, and that not every server has.
pub(super) fn demanded(name: &Ident, catalog: &Catalog, session: &Session) -> Option<Condition> {
    if catalog.extension(name).is_some() || CONTRIB.contains(&name.as_str()) {
        return None;
    }
    let query = format!("{ONE_OF}pg_available_extensions WHERE name = {}", literal(name.as_str()));
    let demand = format!("the server has the extension {name}");
    // Before 15 the message has a path of the server's (58P01).
    Some(match session.server_version {
        Some(15..) => {
            let message = format!("extension \"{}\" is not available", name.as_str());
            condition(demand, Some("0A000"), Broken::Message(message), query)
        }
        _ => condition(demand, None, Broken::Unknown, query),
    })
}
