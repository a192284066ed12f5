//! `Display`: a command as SQL, without trailing semicolon.
//!
//! What is written here is read back as the same command (law 2), and PostgreSQL reads it too.

mod misc;
mod relation;
mod table;

use std::fmt::{self, Display, Formatter};

use super::{Behavior, Command, Drop};

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Command::Schema(command) => command.fmt(f),
            Command::Extension(command) => command.fmt(f),
            Command::Table(command) => command.fmt(f),
            Command::CreateIndex(command) => command.fmt(f),
            Command::AlterIndex(command) => command.fmt(f),
            Command::DropIndex { names, if_exists, concurrently, behavior } => {
                let concurrently = flag(*concurrently, "CONCURRENTLY ");
                write!(f, "DROP INDEX {concurrently}{}{}{behavior}", flag(*if_exists, "IF EXISTS "), list(names))
            }
            Command::Sequence(command) => command.fmt(f),
            Command::Type(command) => command.fmt(f),
            Command::View(command) => command.fmt(f),
            Command::Routine(command) => command.fmt(f),
            Command::Trigger(command) => command.fmt(f),
            Command::Policy(command) => command.fmt(f),
            Command::Comment(command) => command.fmt(f),
            Command::Owner(command) => write!(f, "ALTER {} OWNER TO {}", command.object, command.role),
            Command::Grant(command) => f.write_str(&command.text),
            Command::Data(command) => f.write_str(&command.text),
            Command::Session(command) => command.fmt(f),
            Command::Transaction(command) => command.fmt(f),
            Command::Opaque(command) => command.fmt(f),
        }
    }
}

/// ` CASCADE`, or nothing: `RESTRICT` is the default.
impl Display for Behavior {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Behavior::Restrict => Ok(()),
            Behavior::Cascade => f.write_str(" CASCADE"),
        }
    }
}

/// What follows `DROP kind `.
impl Display for Drop {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", flag(self.if_exists, "IF EXISTS "), list(&self.names), self.behavior)
    }
}

/// `words` if the option is on.
fn flag(on: bool, words: &'static str) -> &'static str {
    if on { words } else { "" }
}

/// `a, b`
fn list<T: Display>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

/// `before` and the value, or nothing.
fn option<T: Display>(before: &str, value: Option<&T>) -> String {
    value.map_or(String::new(), |value| format!("{before}{value}"))
}
