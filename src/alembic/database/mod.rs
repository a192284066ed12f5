//! `op.get_bind()` and what it leads to. Answers come from the catalog of the run, as the connection would see it.

pub mod query;
