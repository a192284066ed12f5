//! Restamp: where a PostgreSQL database really stands in its Alembic history.
//!
//! See `ARCHITECTURE.md` for the floors; imports point only downwards.

#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub mod alembic;
pub mod catalog;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
pub mod diff;
pub mod pg;
pub mod report;
pub mod source;
pub mod sql;
