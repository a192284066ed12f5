//! Floor 1: PostgreSQL's words. Values without state: names, types, expressions, errors, commands.

pub mod command;
pub mod definition;
pub mod error;
pub mod expr;
pub mod ident;
pub mod lex;
pub mod modifiers;
pub mod parameters;
pub mod query_text;
pub mod readable;
pub mod routine;
pub mod settings;
pub mod statistics;
pub mod system;
pub mod trigger;
pub mod types;
