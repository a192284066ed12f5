//! Tables, columns, constraints, indexes.

use std::fmt::{self, Display, Formatter};

use super::{flag, list, option};
use crate::pg::command::{
    AlterAction, AlterIndex, AlterIndexAction, Collation, ColumnConstraint, ColumnDef, ColumnType, ConstraintDef,
    ConstraintKind, CreateIndex, CreateTable, Deferrable, ForeignKey, Identity, IdentityKind, IndexKey, KeyOptions,
    KeyTarget, Partition, Serial, Table,
};
use crate::pg::{lex, parameters};

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Table::Create(create) => create.fmt(f),
            Table::Alter { name, if_exists, only, actions } => {
                let if_exists = flag(*if_exists, "IF EXISTS ");
                write!(f, "ALTER TABLE {if_exists}{}{name} {}", flag(*only, "ONLY "), list(actions))
            }
            Table::Drop { names, if_exists, behavior } => {
                write!(f, "DROP TABLE {}{}{behavior}", flag(*if_exists, "IF EXISTS "), list(names))
            }
        }
    }
}

impl Display for CreateTable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = if self.temporary { "TEMPORARY " } else { flag(self.unlogged, "UNLOGGED ") };
        write!(f, "CREATE {kind}TABLE {}{}", flag(self.if_not_exists, "IF NOT EXISTS "), self.name)?;
        if let Some(partition) = &self.partition_of {
            write!(f, " PARTITION OF {}", partition.table)?;
        }
        let like = self.like.iter().map(|(table, options)| format!("LIKE {table} {options}").trim_end().to_string());
        let elements: Vec<String> = like
            .chain(self.columns.iter().map(ColumnDef::to_string))
            .chain(self.constraints.iter().map(ConstraintDef::to_string))
            .map(|element| format!("\n    {element}"))
            .collect();
        match (elements.is_empty(), self.partition_of.is_some() || self.query.is_some()) {
            (true, true) => {}
            (true, false) => f.write_str(" ()")?,
            (false, _) => write!(f, " ({}\n)", elements.join(","))?,
        }
        if let Some(partition) = &self.partition_of {
            write!(f, " {}", partition.bound)?;
        }
        if !self.inherits.is_empty() {
            write!(f, " INHERITS ({})", list(&self.inherits))?;
        }
        f.write_str(&option(" PARTITION BY ", self.partition_by.as_ref()))?;
        if !self.suffix.is_empty() {
            write!(f, " {}", self.suffix)?;
        }
        f.write_str(&option(" AS ", self.query.as_ref()))
    }
}

/// `table bound`, as behind `ATTACH PARTITION`.
impl Display for Partition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.table, self.bound)
    }
}

impl Display for ColumnDef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.name, self.ty, option("", self.collation.as_ref()))?;
        self.constraints.iter().try_for_each(|constraint| write!(f, " {constraint}"))
    }
}

impl Display for Collation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Collation::Named(name) => write!(f, " COLLATE {name}"),
            Collation::Unknown(_) => Ok(()),
        }
    }
}

impl Display for ColumnType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            ColumnType::Type(ty) => ty.fmt(f),
            ColumnType::Serial(serial) => serial.fmt(f),
        }
    }
}

impl Display for Serial {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Serial::SmallSerial => "smallserial",
            Serial::Serial => "serial",
            Serial::BigSerial => "bigserial",
        })
    }
}

impl Display for ColumnConstraint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            ColumnConstraint::NotNull { name, no_inherit } => {
                let name = name.iter().map(|name| format!("CONSTRAINT {name} ")).collect::<String>();
                write!(f, "{name}NOT NULL{}", flag(*no_inherit, " NO INHERIT"))
            }
            ColumnConstraint::Null => f.write_str("NULL"),
            ColumnConstraint::Default(expr) => write!(f, "DEFAULT {expr}"),
            ColumnConstraint::Identity(identity) => identity.fmt(f),
            ColumnConstraint::Generated { expr, stored } => {
                write!(f, "GENERATED ALWAYS AS ({expr}) {}", if *stored { "STORED" } else { "VIRTUAL" })
            }
            ColumnConstraint::Constraint(def) => constraint(f, def, true),
        }
    }
}

impl Display for Identity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "GENERATED {} AS IDENTITY", self.kind)?;
        let options = format!("{}{}", option(" SEQUENCE NAME ", self.sequence_name.as_ref()), self.options);
        if options.is_empty() { Ok(()) } else { write!(f, " ({})", options.trim_start()) }
    }
}

impl Display for IdentityKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            IdentityKind::Always => "ALWAYS",
            IdentityKind::ByDefault => "BY DEFAULT",
        })
    }
}

impl Display for ConstraintDef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        constraint(f, self, false)
    }
}

/// A constraint of a table, or of one `column`: that one names no columns of its own.
fn constraint(f: &mut Formatter<'_>, def: &ConstraintDef, column: bool) -> fmt::Result {
    if let Some(name) = &def.name {
        write!(f, "CONSTRAINT {name} ")?;
    }
    match &def.kind {
        ConstraintKind::Check { expr, no_inherit } => write!(f, "CHECK ({expr}){}", flag(*no_inherit, " NO INHERIT"))?,
        ConstraintKind::NotNull { column, no_inherit } => {
            write!(f, "NOT NULL {column}{}", flag(*no_inherit, " NO INHERIT"))?;
        }
        ConstraintKind::Unique(key) => key_constraint(f, "UNIQUE", key, column)?,
        ConstraintKind::PrimaryKey(key) => key_constraint(f, "PRIMARY KEY", key, column)?,
        ConstraintKind::ForeignKey(key) => {
            if !column {
                write!(f, "FOREIGN KEY ({}) ", list(&key.columns))?;
            }
            key.fmt(f)?;
        }
        ConstraintKind::Exclude { method, elements, predicate } => {
            let elements: Vec<String> =
                elements.iter().map(|(key, operator)| format!("{key} WITH {operator}")).collect();
            write!(f, "EXCLUDE USING {method} ({})", elements.join(", "))?;
            if let Some(predicate) = predicate {
                write!(f, " WHERE ({predicate})")?;
            }
        }
    }
    if let Some(deferrable) = def.deferrable {
        write!(f, " {deferrable}")?;
    }
    f.write_str(flag(def.not_valid, " NOT VALID"))?;
    f.write_str(flag(def.not_enforced, " NOT ENFORCED"))
}

fn key_constraint(f: &mut Formatter<'_>, words: &str, key: &KeyOptions, column: bool) -> fmt::Result {
    write!(f, "{words}{}", flag(key.nulls_not_distinct, " NULLS NOT DISTINCT"))?;
    if let Some(index) = &key.using_index {
        return write!(f, " USING INDEX {index}");
    }
    if !column {
        write!(f, " ({})", list(&key.columns))?;
        if !key.include.is_empty() {
            write!(f, " INCLUDE ({})", list(&key.include))?;
        }
    }
    if key.with.is_empty() {
        return Ok(());
    }
    write!(f, " WITH {}", parameters::written(&key.with.iter().cloned().collect()))
}

/// What follows the referring columns.
impl Display for ForeignKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "REFERENCES {}", self.table)?;
        if !self.referenced.is_empty() {
            write!(f, " ({})", list(&self.referenced))?;
        }
        f.write_str(&option(" MATCH ", self.matching.as_ref()))?;
        f.write_str(&option(" ON UPDATE ", self.on_update.as_ref()))?;
        f.write_str(&option(" ON DELETE ", self.on_delete.as_ref()))
    }
}

impl Display for Deferrable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Deferrable::NotDeferrable => "NOT DEFERRABLE",
            Deferrable::InitiallyImmediate => "DEFERRABLE",
            Deferrable::InitiallyDeferred => "DEFERRABLE INITIALLY DEFERRED",
        })
    }
}

impl Display for AlterAction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            AlterAction::AddColumn { column, if_not_exists } => {
                write!(f, "ADD COLUMN {}{column}", flag(*if_not_exists, "IF NOT EXISTS "))
            }
            AlterAction::DropColumn { name, if_exists, behavior } => {
                write!(f, "DROP COLUMN {}{name}{behavior}", flag(*if_exists, "IF EXISTS "))
            }
            AlterAction::AlterType { column, ty, collation, using } => {
                let collation = option("", collation.as_ref());
                write!(f, "ALTER COLUMN {column} TYPE {ty}{collation}{}", option(" USING ", using.as_ref()))
            }
            AlterAction::SetDefault { column, default: Some(expr) } => {
                write!(f, "ALTER COLUMN {column} SET DEFAULT {expr}")
            }
            AlterAction::SetDefault { column, default: None } => write!(f, "ALTER COLUMN {column} DROP DEFAULT"),
            AlterAction::SetNotNull { column, not_null } => {
                write!(f, "ALTER COLUMN {column} {} NOT NULL", if *not_null { "SET" } else { "DROP" })
            }
            AlterAction::AddIdentity { column, identity } => write!(f, "ALTER COLUMN {column} ADD {identity}"),
            AlterAction::SetIdentity { column, kind, options } => {
                write!(f, "ALTER COLUMN {column}{}", option(" SET GENERATED ", kind.as_ref()))?;
                options.parts().iter().try_for_each(|part| {
                    let set = flag(!part.starts_with("RESTART"), "SET ");
                    write!(f, " {set}{part}")
                })
            }
            AlterAction::DropIdentity { column, if_exists } => {
                write!(f, "ALTER COLUMN {column} DROP IDENTITY{}", flag(*if_exists, " IF EXISTS"))
            }
            AlterAction::DropExpression { column, if_exists } => {
                write!(f, "ALTER COLUMN {column} DROP EXPRESSION{}", flag(*if_exists, " IF EXISTS"))
            }
            AlterAction::AddConstraint(def) => write!(f, "ADD {def}"),
            AlterAction::DropConstraint { name, if_exists, behavior } => {
                write!(f, "DROP CONSTRAINT {}{name}{behavior}", flag(*if_exists, "IF EXISTS "))
            }
            AlterAction::AlterConstraint { name, deferrable } => write!(f, "ALTER CONSTRAINT {name} {deferrable}"),
            AlterAction::ValidateConstraint { name } => write!(f, "VALIDATE CONSTRAINT {name}"),
            AlterAction::RenameConstraint { from, to } => write!(f, "RENAME CONSTRAINT {from} TO {to}"),
            AlterAction::RenameColumn { from, to } => write!(f, "RENAME COLUMN {from} TO {to}"),
            AlterAction::RenameTo { to } => write!(f, "RENAME TO {to}"),
            AlterAction::SetSchema { schema } => write!(f, "SET SCHEMA {schema}"),
            AlterAction::OwnerTo { role } => write!(f, "OWNER TO {role}"),
            AlterAction::AttachPartition(partition) => write!(f, "ATTACH PARTITION {partition}"),
            AlterAction::DetachPartition { table, concurrently } => {
                write!(f, "DETACH PARTITION {table}{}", flag(*concurrently, " CONCURRENTLY"))
            }
            AlterAction::RowSecurity { mode } => write!(f, "{mode} ROW LEVEL SECURITY"),
            AlterAction::Property { column, property, value } => {
                if let Some(column) = column {
                    write!(f, "ALTER COLUMN {column} ")?;
                }
                write!(f, "{property}{}{value}", flag(!value.is_empty(), " "))
            }
        }
    }
}

impl Display for CreateIndex {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE {}INDEX ", flag(self.unique, "UNIQUE "))?;
        f.write_str(flag(self.concurrently, "CONCURRENTLY "))?;
        if let Some(name) = &self.name {
            write!(f, "{}{name} ", flag(self.if_not_exists, "IF NOT EXISTS "))?;
        }
        write!(f, "ON {}{}", flag(self.only, "ONLY "), self.table)?;
        write!(f, "{} ({})", option(" USING ", self.method.as_ref()), list(&self.keys))?;
        if !self.include.is_empty() {
            write!(f, " INCLUDE ({})", list(&self.include))?;
        }
        f.write_str(flag(self.nulls_not_distinct, " NULLS NOT DISTINCT"))?;
        if !self.with.is_empty() {
            let parameters: Vec<String> = self.with.iter().map(parameter).collect();
            write!(f, " WITH ({})", parameters.join(", "))?;
        }
        f.write_str(&option(" TABLESPACE ", self.tablespace.as_ref()))?;
        match &self.predicate {
            Some(predicate) => write!(f, " WHERE ({predicate})"),
            None => Ok(()),
        }
    }
}

fn parameter((name, value): &(String, String)) -> String {
    if value.is_empty() { name.clone() } else { format!("{name}={}", lex::literal(value)) }
}

impl Display for IndexKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.target {
            KeyTarget::Column(name) => name.fmt(f)?,
            KeyTarget::Expr(expr) => write!(f, "({expr})")?,
        }
        f.write_str(&option(" COLLATE ", self.collation.as_ref()))?;
        f.write_str(&option(" ", self.opclass.as_ref()))?;
        f.write_str(flag(self.descending, " DESC"))?;
        match self.nulls_first {
            Some(true) => f.write_str(" NULLS FIRST"),
            Some(false) => f.write_str(" NULLS LAST"),
            None => Ok(()),
        }
    }
}

impl Display for AlterIndex {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER INDEX {}{} ", flag(self.if_exists, "IF EXISTS "), self.name)?;
        match &self.action {
            AlterIndexAction::RenameTo(to) => write!(f, "RENAME TO {to}"),
            AlterIndexAction::AttachPartition(index) => write!(f, "ATTACH PARTITION {index}"),
            AlterIndexAction::Property(text) => f.write_str(text),
        }
    }
}
