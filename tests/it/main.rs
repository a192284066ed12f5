//! Integration tests: one binary, one module per subject.

mod bad_input;
mod branches;
mod cli;
mod corpus;
mod floors;
mod graphs;
mod hostile;

#[path = "../recorded/mod.rs"]
mod recorded;
