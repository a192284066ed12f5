//! Integration tests: one binary, one module per subject.

mod answers;
mod autocommit;
mod bad_input;
mod before;
mod branches;
mod cli;
mod conditions;
mod corpus;
mod doubt;
mod floors;
mod found;
mod graphs;
mod hostile;
mod loading;
mod naming;
mod place;
mod rehearsal;
mod repair;
mod secrets;
mod small;
mod snapshots;

#[path = "../recorded/mod.rs"]
mod recorded;
