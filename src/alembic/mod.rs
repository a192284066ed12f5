//! Floor 3: revision files in, commands and version rows out.
//!
//! `project` reads files, `graph` orders revisions, `eval` runs Python, `sqlalchemy` and `ops` are the two libraries that
//! revisions call, `run` is one `alembic upgrade`, `stamp` keeps the version rows.

pub mod database;
pub mod eval;
pub mod graph;
pub mod libraries;
pub mod log;
pub mod ops;
pub mod project;
pub mod python;
pub mod revision;
pub mod run;
pub mod sqlalchemy;
pub mod stamp;
