//! Integration tests: one binary, one module per subject.

mod corpus;
mod floors;
mod graphs;
