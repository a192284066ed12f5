//! Schemas, extensions, routines, triggers, policies, comments, sessions.

use std::fmt::{self, Display, Formatter};

use super::{flag, list, option};
use crate::pg::command::{
    Comment, CommentTarget, Extension, Kind, Opaque, Policy, Routine, Schema, SessionCommand, Transaction, Trigger,
};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::literal;

impl Display for Schema {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Schema::Create { name, if_not_exists, owner } => {
                let if_not_exists = flag(*if_not_exists, "IF NOT EXISTS ");
                write!(f, "CREATE SCHEMA {if_not_exists}{name}{}", option(" AUTHORIZATION ", owner.as_ref()))
            }
            Schema::Rename { from, to } => write!(f, "ALTER SCHEMA {from} RENAME TO {to}"),
            Schema::Drop { names, if_exists, behavior } => {
                write!(f, "DROP SCHEMA {}{}{behavior}", flag(*if_exists, "IF EXISTS "), list(names))
            }
        }
    }
}

impl Display for Extension {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Extension::Create { name, if_not_exists, schema, version, cascade } => {
                let if_not_exists = flag(*if_not_exists, "IF NOT EXISTS ");
                write!(f, "CREATE EXTENSION {if_not_exists}{name}{}", option(" WITH SCHEMA ", schema.as_ref()))?;
                if let Some(version) = version {
                    write!(f, " VERSION {}", literal(version))?;
                }
                f.write_str(flag(*cascade, " CASCADE"))
            }
            Extension::Drop { names, if_exists, behavior } => {
                write!(f, "DROP EXTENSION {}{}{behavior}", flag(*if_exists, "IF EXISTS "), list(names))
            }
        }
    }
}

impl Display for Routine {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Routine::Create { text, .. } => f.write_str(text),
            Routine::Drop { kind, routines, if_exists, behavior } => {
                let words = match kind {
                    Kind::Procedure => "PROCEDURE",
                    Kind::Aggregate => "AGGREGATE",
                    _ => "FUNCTION",
                };
                let routine = |(name, arguments): &(QName, Option<Vec<String>>)| match arguments {
                    // An aggregate without arguments is written with a star.
                    Some(arguments) if arguments.is_empty() && *kind == Kind::Aggregate => format!("{name}(*)"),
                    Some(arguments) => format!("{name}({})", arguments.join(", ")),
                    None => name.to_string(),
                };
                let routines: Vec<String> = routines.iter().map(routine).collect();
                write!(f, "DROP {words} {}{}{behavior}", flag(*if_exists, "IF EXISTS "), routines.join(", "))
            }
        }
    }
}

impl Display for Trigger {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Trigger::Create { text, .. } => f.write_str(text),
            Trigger::Drop { name, table, if_exists, behavior } => {
                write!(f, "DROP TRIGGER {}{name} ON {table}{behavior}", flag(*if_exists, "IF EXISTS "))
            }
        }
    }
}

/// A role as `TO` wants it: `PUBLIC` and `CURRENT_USER` are words, not names.
fn role(role: &Ident) -> String {
    match role.as_str() {
        word @ ("public" | "current_user" | "current_role" | "session_user") => word.to_ascii_uppercase(),
        _ => role.to_string(),
    }
}

impl Display for Policy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Policy::Create { name, table, restrictive, command, roles, using, check } => {
                write!(f, "CREATE POLICY {name} ON {table}{}", flag(*restrictive, " AS RESTRICTIVE"))?;
                f.write_str(&option(" FOR ", command.as_ref()))?;
                if !roles.is_empty() {
                    write!(f, " TO {}", roles.iter().map(role).collect::<Vec<_>>().join(", "))?;
                }
                if let Some(using) = using {
                    write!(f, " USING ({using})")?;
                }
                match check {
                    Some(check) => write!(f, " WITH CHECK ({check})"),
                    None => Ok(()),
                }
            }
            Policy::Drop { name, table, if_exists } => {
                write!(f, "DROP POLICY {}{name} ON {table}", flag(*if_exists, "IF EXISTS "))
            }
        }
    }
}

impl Display for Comment {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "COMMENT ON {} IS ", self.target)?;
        match &self.text {
            Some(text) => f.write_str(&literal(text)),
            None => f.write_str("NULL"),
        }
    }
}

impl Display for CommentTarget {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            CommentTarget::Column(table, column) => write!(f, "COLUMN {table}.{column}"),
            CommentTarget::OnTable(kind, name, table) => write!(f, "{} {name} ON {table}", words(*kind)),
            CommentTarget::Object(kind, name) => write!(f, "{} {name}", words(*kind)),
            CommentTarget::Other(text) => f.write_str(text),
        }
    }
}

/// The key words of a kind.
fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Schema => "SCHEMA",
        Kind::Extension => "EXTENSION",
        Kind::Table => "TABLE",
        Kind::Column | Kind::Default => "COLUMN",
        Kind::Constraint => "CONSTRAINT",
        Kind::Index => "INDEX",
        Kind::Sequence => "SEQUENCE",
        Kind::Enum | Kind::Composite | Kind::Other => "TYPE",
        Kind::Domain => "DOMAIN",
        Kind::View => "VIEW",
        Kind::MaterializedView => "MATERIALIZED VIEW",
        Kind::Function => "FUNCTION",
        Kind::Procedure => "PROCEDURE",
        Kind::Aggregate => "AGGREGATE",
        Kind::Trigger => "TRIGGER",
        Kind::Policy => "POLICY",
        Kind::Comment => "COMMENT",
    }
}

/// The name of a setting; those of extensions have a dot.
fn setting(name: &str) -> String {
    name.split('.').map(|part| Ident::new(part).to_string()).collect::<Vec<_>>().join(".")
}

impl Display for SessionCommand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            SessionCommand::Set { name, value, local } => {
                write!(f, "SET {}{} TO ", flag(*local, "LOCAL "), setting(name))?;
                match value {
                    None => f.write_str("DEFAULT"),
                    Some(values) if values.is_empty() => f.write_str("''"),
                    Some(values) => {
                        f.write_str(&values.iter().map(|value| literal(value)).collect::<Vec<_>>().join(", "))
                    }
                }
            }
            SessionCommand::Role { role: Some(role), local } => write!(f, "SET {}ROLE {role}", flag(*local, "LOCAL ")),
            SessionCommand::Role { role: None, local } => write!(f, "SET {}ROLE NONE", flag(*local, "LOCAL ")),
            SessionCommand::Constraints(text) => f.write_str(text),
        }
    }
}

impl Display for Transaction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Transaction::Begin => f.write_str("BEGIN"),
            Transaction::Commit => f.write_str("COMMIT"),
            Transaction::Rollback => f.write_str("ROLLBACK"),
            Transaction::Savepoint(name) => write!(f, "SAVEPOINT {name}"),
            Transaction::RollbackTo(name) => write!(f, "ROLLBACK TO SAVEPOINT {name}"),
            Transaction::Release(name) => write!(f, "RELEASE SAVEPOINT {name}"),
        }
    }
}

impl Display for Opaque {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Opaque::Create { text, .. }
            | Opaque::Drop { text, .. }
            | Opaque::DropOne { text, .. }
            | Opaque::Statement { text, .. } => f.write_str(text),
        }
    }
}
