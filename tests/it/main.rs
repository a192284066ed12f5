//! Integration tests: one binary, one module per subject.

mod floors;
mod graphs;
