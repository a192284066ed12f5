//! Floor 3: text in, commands out.

pub mod dump;
pub mod grammar;
pub mod snapshot;
pub mod split;
pub mod statement;
