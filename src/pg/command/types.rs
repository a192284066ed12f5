//! Enums, domains and composite types.

use super::{ConstraintDef, Drop};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::types::DataType;

/// Statements on types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `CREATE TYPE … AS ENUM`
    CreateEnum {
        /// The type.
        name: QName,
        /// Its labels in order.
        labels: Vec<String>,
    },
    /// `CREATE TYPE … AS (…)`
    CreateComposite {
        /// The type.
        name: QName,
        /// Its attributes.
        attributes: Vec<(Ident, DataType)>,
    },
    /// `CREATE DOMAIN`
    CreateDomain {
        /// The domain.
        name: QName,
        /// The type beneath.
        ty: DataType,
        /// `COLLATE`
        collation: Option<QName>,
        /// `DEFAULT`
        default: Option<Expr>,
        /// `NOT NULL`
        not_null: bool,
        /// `CHECK`s
        constraints: Vec<ConstraintDef>,
    },
    /// `ALTER DOMAIN`
    AlterDomain {
        /// The domain.
        name: QName,
        /// What changes.
        action: DomainAction,
    },
    /// `ALTER TYPE` of a composite type
    AlterComposite {
        /// The type.
        name: QName,
        /// What changes, in order.
        actions: Vec<AttributeAction>,
    },
    /// `ALTER TYPE … ADD VALUE`
    AddValue {
        /// The enum.
        name: QName,
        /// `IF NOT EXISTS`
        if_not_exists: bool,
        /// The new label.
        label: String,
        /// Where it goes; at the end if not said.
        position: Option<EnumPosition>,
    },
    /// `ALTER TYPE … RENAME VALUE`
    RenameValue {
        /// The enum.
        name: QName,
        /// From.
        from: String,
        /// To.
        to: String,
    },
    /// `ALTER TYPE … RENAME TO` (also `ALTER DOMAIN`)
    Rename {
        /// The type.
        name: QName,
        /// To.
        to: Ident,
        /// Written as `ALTER DOMAIN`.
        domain: bool,
    },
    /// `ALTER TYPE … SET SCHEMA`
    SetSchema {
        /// The type.
        name: QName,
        /// To.
        schema: Ident,
        /// Written as `ALTER DOMAIN`.
        domain: bool,
    },
    /// `DROP TYPE`, `DROP DOMAIN`
    Drop {
        /// Which and how.
        drop: Drop,
        /// Written as `DROP DOMAIN`.
        domain: bool,
    },
}

/// What `ALTER DOMAIN` changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainAction {
    /// `SET DEFAULT`; `None` is `DROP DEFAULT`.
    Default(Option<Expr>),
    /// `SET NOT NULL` (true) or `DROP NOT NULL`
    NotNull(bool),
    /// `ADD CONSTRAINT`
    AddConstraint(ConstraintDef),
    /// `DROP CONSTRAINT`
    DropConstraint {
        /// Its name.
        name: Ident,
        /// `IF EXISTS`
        if_exists: bool,
    },
    /// `RENAME CONSTRAINT`
    RenameConstraint {
        /// From.
        from: Ident,
        /// To.
        to: Ident,
    },
    /// `VALIDATE CONSTRAINT`
    ValidateConstraint(Ident),
}

/// What `ALTER TYPE` changes of a composite type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeAction {
    /// `ADD ATTRIBUTE`
    Add(Ident, DataType),
    /// `DROP ATTRIBUTE`
    Drop {
        /// Its name.
        name: Ident,
        /// `IF EXISTS`
        if_exists: bool,
    },
    /// `ALTER ATTRIBUTE … TYPE`
    Alter(Ident, DataType),
    /// `RENAME ATTRIBUTE`
    Rename {
        /// From.
        from: Ident,
        /// To.
        to: Ident,
    },
}

/// Where `ADD VALUE` puts a label.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are PostgreSQL's own")]
pub enum EnumPosition {
    Before(String),
    After(String),
}
