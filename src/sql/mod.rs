//! Floor 3: text in, commands out.

pub mod statement;
