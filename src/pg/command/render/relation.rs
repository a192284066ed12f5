//! Sequences, views, types.

use std::fmt::{self, Display, Formatter};

use super::{flag, list, option};
use crate::pg::command::{AttributeAction, DomainAction, EnumPosition, Sequence, SequenceOptions, Type, View};
use crate::pg::lex::literal;

impl Display for Sequence {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Sequence::Create { name, if_not_exists, temporary, unlogged, options } => {
                let if_not_exists = flag(*if_not_exists, "IF NOT EXISTS ");
                let kind = if *temporary { "TEMPORARY " } else { flag(*unlogged, "UNLOGGED ") };
                write!(f, "CREATE {kind}SEQUENCE {if_not_exists}{name}{options}")
            }
            Sequence::Alter { name, if_exists, options } => {
                write!(f, "ALTER SEQUENCE {}{name}{options}", flag(*if_exists, "IF EXISTS "))
            }
            Sequence::Rename { name, to } => write!(f, "ALTER SEQUENCE {name} RENAME TO {to}"),
            Sequence::SetSchema { name, schema } => write!(f, "ALTER SEQUENCE {name} SET SCHEMA {schema}"),
            Sequence::Drop(drop) => write!(f, "DROP SEQUENCE {drop}"),
        }
    }
}

impl SequenceOptions {
    /// Each option that is written, as SQL.
    pub(super) fn parts(&self) -> Vec<String> {
        let mut parts = Vec::new();
        parts.extend(self.ty.as_ref().map(|ty| format!("AS {ty}")));
        parts.extend(self.start.map(|value| format!("START WITH {value}")));
        parts.extend(self.increment.map(|value| format!("INCREMENT BY {value}")));
        let bound = |words: &str, value: Option<Option<i64>>| {
            value.map(|value| value.map_or(format!("NO {words}"), |value| format!("{words} {value}")))
        };
        parts.extend(bound("MINVALUE", self.min_value));
        parts.extend(bound("MAXVALUE", self.max_value));
        parts.extend(self.cache.map(|value| format!("CACHE {value}")));
        parts.extend(self.cycle.map(|cycle| flag(!cycle, "NO ").to_string() + "CYCLE"));
        parts.extend(self.owned_by.as_ref().map(|owner| match owner {
            Some((table, column)) => format!("OWNED BY {table}.{column}"),
            None => "OWNED BY NONE".to_string(),
        }));
        parts.extend(self.restart.map(|value| format!("RESTART{}", option(" WITH ", value.as_ref()))));
        parts
    }
}

/// Each option with a space before it.
impl Display for SequenceOptions {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.parts().iter().try_for_each(|part| write!(f, " {part}"))
    }
}

impl Display for View {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            View::Create { name, or_replace, if_not_exists, materialized, columns, options, query, suffix } => {
                let or_replace = flag(*or_replace, "OR REPLACE ");
                let materialized = flag(*materialized, "MATERIALIZED ");
                write!(f, "CREATE {or_replace}{materialized}VIEW {}{name}", flag(*if_not_exists, "IF NOT EXISTS "))?;
                if !columns.is_empty() {
                    write!(f, " ({})", list(columns))?;
                }
                let space = |text: &str| if text.is_empty() { String::new() } else { format!(" {text}") };
                write!(f, "{} AS {query}{}", space(options), space(suffix))
            }
            View::Rename { name, materialized, to } => {
                write!(f, "ALTER {}VIEW {name} RENAME TO {to}", flag(*materialized, "MATERIALIZED "))
            }
            View::Drop { drop, materialized } => {
                write!(f, "DROP {}VIEW {drop}", flag(*materialized, "MATERIALIZED "))
            }
            View::Refresh { name, concurrently } => {
                write!(f, "REFRESH MATERIALIZED VIEW {}{name}", flag(*concurrently, "CONCURRENTLY "))
            }
        }
    }
}

impl Display for DomainAction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            DomainAction::Default(Some(default)) => write!(f, "SET DEFAULT {default}"),
            DomainAction::Default(None) => f.write_str("DROP DEFAULT"),
            DomainAction::NotNull(not_null) => write!(f, "{} NOT NULL", if *not_null { "SET" } else { "DROP" }),
            DomainAction::AddConstraint(constraint) => write!(f, "ADD {constraint}"),
            DomainAction::DropConstraint { name, if_exists } => {
                write!(f, "DROP CONSTRAINT {}{name}", flag(*if_exists, "IF EXISTS "))
            }
            DomainAction::RenameConstraint { from, to } => write!(f, "RENAME CONSTRAINT {from} TO {to}"),
            DomainAction::ValidateConstraint(name) => write!(f, "VALIDATE CONSTRAINT {name}"),
        }
    }
}

impl Display for AttributeAction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            AttributeAction::Add(name, ty) => write!(f, "ADD ATTRIBUTE {name} {ty}"),
            AttributeAction::Drop { name, if_exists } => {
                write!(f, "DROP ATTRIBUTE {}{name}", flag(*if_exists, "IF EXISTS "))
            }
            AttributeAction::Alter(name, ty) => write!(f, "ALTER ATTRIBUTE {name} TYPE {ty}"),
            AttributeAction::Rename { from, to } => write!(f, "RENAME ATTRIBUTE {from} TO {to}"),
        }
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = |domain: bool| if domain { "DOMAIN" } else { "TYPE" };
        match self {
            Type::CreateEnum { name, labels } => {
                let labels: Vec<String> = labels.iter().map(|label| literal(label)).collect();
                write!(f, "CREATE TYPE {name} AS ENUM ({})", labels.join(", "))
            }
            Type::CreateComposite { name, attributes } => {
                let attributes: Vec<String> = attributes.iter().map(|(name, ty)| format!("{name} {ty}")).collect();
                write!(f, "CREATE TYPE {name} AS ({})", attributes.join(", "))
            }
            Type::CreateDomain { name, ty, collation, default, not_null, constraints } => {
                write!(f, "CREATE DOMAIN {name} AS {ty}{}", option(" COLLATE ", collation.as_ref()))?;
                f.write_str(&option(" DEFAULT ", default.as_ref()))?;
                f.write_str(flag(*not_null, " NOT NULL"))?;
                constraints.iter().try_for_each(|constraint| write!(f, " {constraint}"))
            }
            Type::AlterDomain { name, action } => write!(f, "ALTER DOMAIN {name} {action}"),
            Type::AlterComposite { name, actions } => write!(f, "ALTER TYPE {name} {}", list(actions)),
            Type::AddValue { name, if_not_exists, label, position } => {
                let if_not_exists = flag(*if_not_exists, "IF NOT EXISTS ");
                write!(f, "ALTER TYPE {name} ADD VALUE {if_not_exists}{}", literal(label))?;
                match position {
                    Some(EnumPosition::Before(label)) => write!(f, " BEFORE {}", literal(label)),
                    Some(EnumPosition::After(label)) => write!(f, " AFTER {}", literal(label)),
                    None => Ok(()),
                }
            }
            Type::RenameValue { name, from, to } => {
                write!(f, "ALTER TYPE {name} RENAME VALUE {} TO {}", literal(from), literal(to))
            }
            Type::Rename { name, to, domain } => write!(f, "ALTER {} {name} RENAME TO {to}", kind(*domain)),
            Type::SetSchema { name, schema, domain } => write!(f, "ALTER {} {name} SET SCHEMA {schema}", kind(*domain)),
            Type::Drop { drop, domain } => write!(f, "DROP {} {drop}", kind(*domain)),
        }
    }
}
