//! Restamp: where a PostgreSQL database really stands in its Alembic history.
//!
//! See `ARCHITECTURE.md` for the floors; imports point only downwards.

#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub mod alembic;
mod analyze;
pub mod catalog;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
pub mod diff;
pub mod hazard;
pub mod locate;
pub mod pg;
pub mod plan;
pub mod predict;
pub mod replay;
pub mod report;
pub mod source;
pub mod sql;

pub use analyze::{analyze, analyze_read, analyze_schemas, expected_schema, walk};
