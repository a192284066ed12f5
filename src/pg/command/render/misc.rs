//! Schemas, extensions, routines, triggers, policies, comments, sessions.

use std::fmt::{self, Display, Formatter};

use super::{flag, list, option};
use crate::pg::command::{
    Comment, CommentTarget, Extension, Kind, Opaque, Policy, Routine, RoutineAction, Schema, SessionCommand,
    Transaction, Trigger,
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

fn routine_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Procedure => "PROCEDURE",
        Kind::Aggregate => "AGGREGATE",
        _ => "FUNCTION",
    }
}

/// A routine by its argument types; an aggregate without arguments is written with a star.
fn with_arguments(kind: Kind, name: &QName, arguments: Option<&[String]>) -> String {
    match arguments {
        Some([]) if kind == Kind::Aggregate => format!("{name}(*)"),
        Some(arguments) => format!("{name}({})", arguments.join(", ")),
        None => name.to_string(),
    }
}

impl Display for Routine {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Routine::Create { text, .. } => f.write_str(text),
            Routine::Alter { kind, name, arguments, action } => {
                let words = routine_words(*kind);
                write!(f, "ALTER {words} {} ", with_arguments(*kind, name, arguments.as_deref()))?;
                match action {
                    RoutineAction::RenameTo(to) => write!(f, "RENAME TO {to}"),
                    RoutineAction::SetSchema(schema) => write!(f, "SET SCHEMA {schema}"),
                    RoutineAction::Clauses(clauses) => f.write_str(clauses),
                }
            }
            Routine::Drop { kind, routines, if_exists, behavior } => {
                let words = routine_words(*kind);
                let routines: Vec<String> = routines
                    .iter()
                    .map(|(name, arguments)| with_arguments(*kind, name, arguments.as_deref()))
                    .collect();
                write!(f, "DROP {words} {}{}{behavior}", flag(*if_exists, "IF EXISTS "), routines.join(", "))
            }
        }
    }
}

impl Display for Trigger {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Trigger::Create { text, .. } => f.write_str(text),
            Trigger::Rename { name, table, to } => write!(f, "ALTER TRIGGER {name} ON {table} RENAME TO {to}"),
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
            Policy::Alter { name, table, roles, using, check } => {
                write!(f, "ALTER POLICY {name} ON {table}")?;
                if let Some(roles) = roles {
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
            Policy::Rename { name, table, to } => write!(f, "ALTER POLICY {name} ON {table} RENAME TO {to}"),
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
        f.write_str(self.text())
    }
}
