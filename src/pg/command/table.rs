//! Tables, their columns and their constraints.

use super::{Behavior, IndexKey, SequenceOptions};
use crate::pg::error::Reason;
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::types::DataType;

/// Statements on tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Table {
    /// `CREATE TABLE`
    Create(Box<CreateTable>),
    /// `ALTER TABLE`
    Alter {
        /// The table (PostgreSQL also takes views, sequences and indexes here).
        name: QName,
        /// `IF EXISTS`
        if_exists: bool,
        /// `ONLY`
        only: bool,
        /// At least one; PostgreSQL orders them by passes.
        actions: Vec<AlterAction>,
    },
    /// `DROP TABLE`
    Drop {
        /// The tables.
        names: Vec<QName>,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CASCADE`
        behavior: Behavior,
    },
}

/// `CREATE TABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTable {
    /// The table.
    pub name: QName,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `TEMPORARY`
    pub temporary: bool,
    /// `UNLOGGED`
    pub unlogged: bool,
    /// In the order written.
    pub columns: Vec<ColumnDef>,
    /// Table constraints in the order written.
    pub constraints: Vec<ConstraintDef>,
    /// `INHERITS (…)`
    pub inherits: Vec<QName>,
    /// `PARTITION BY …`, text after the words, e.g. `RANGE (created_at)`.
    pub partition_by: Option<String>,
    /// `PARTITION OF …`
    pub partition_of: Option<Partition>,
    /// `LIKE table options`, as text: such a table has columns that are not listed.
    pub like: Option<(QName, String)>,
    /// `AS SELECT …`, as text.
    pub query: Option<String>,
    /// What follows and changes no column: `WITH (…)`, `TABLESPACE x`, `USING heap`.
    pub suffix: String,
}

impl CreateTable {
    /// A table of that name without anything in it.
    pub fn new(name: QName) -> CreateTable {
        CreateTable {
            name,
            if_not_exists: false,
            temporary: false,
            unlogged: false,
            columns: Vec::new(),
            constraints: Vec::new(),
            inherits: Vec::new(),
            partition_by: None,
            partition_of: None,
            like: None,
            query: None,
            suffix: String::new(),
        }
    }
}

/// `PARTITION OF parent bound` or `ATTACH PARTITION child bound`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The other table: the parent of `PARTITION OF`, the child of `ATTACH PARTITION`.
    pub table: QName,
    /// `FOR VALUES …` or `DEFAULT`, as text.
    pub bound: String,
}

/// A column as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDef {
    /// Its name.
    pub name: Ident,
    /// Its type or a serial.
    pub ty: ColumnType,
    /// `COLLATE`
    pub collation: Option<Collation>,
    /// In the order written.
    pub constraints: Vec<ColumnConstraint>,
}

/// What stands behind `COLLATE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collation {
    /// A collation.
    Named(QName),
    /// Whether there is one, and which, comes from something that is not known. No text means it: it renders as nothing.
    Unknown(Reason),
}

/// A type, or one of the words that make an integer with a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// A data type.
    Type(DataType),
    /// `smallserial`, `serial`, `bigserial`
    Serial(Serial),
}

impl ColumnType {
    /// Why it is not known, if it is not.
    pub fn unknown_reason(&self) -> Option<&Reason> {
        match self {
            ColumnType::Type(ty) => ty.unknown_reason(),
            ColumnType::Serial(_) => None,
        }
    }
}

/// The widths of serial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are PostgreSQL's own")]
pub enum Serial {
    SmallSerial,
    Serial,
    BigSerial,
}

/// A constraint written behind a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnConstraint {
    /// `NOT NULL`; version 18 keeps its name.
    NotNull {
        /// `CONSTRAINT name`
        name: Option<Ident>,
        /// `NO INHERIT`
        no_inherit: bool,
    },
    /// `NULL`
    Null,
    /// `DEFAULT expr`
    Default(Expr),
    /// `GENERATED … AS IDENTITY`
    Identity(Identity),
    /// `GENERATED ALWAYS AS (expr) STORED | VIRTUAL`
    Generated {
        /// The expression.
        expr: Expr,
        /// False for `VIRTUAL` (version 18).
        stored: bool,
    },
    /// `CHECK`, `UNIQUE`, `PRIMARY KEY`, `REFERENCES`: the same as a table constraint on this one column. The column
    /// lists of the constraint hold this column.
    Constraint(ConstraintDef),
}

/// `GENERATED … AS IDENTITY (…)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `ALWAYS` or `BY DEFAULT`
    pub kind: IdentityKind,
    /// `SEQUENCE NAME x`, which only pg_dump writes.
    pub sequence_name: Option<QName>,
    /// Options of the sequence.
    pub options: SequenceOptions,
}

/// Who wins when an INSERT names the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are PostgreSQL's own")]
pub enum IdentityKind {
    Always,
    ByDefault,
}

/// A table constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintDef {
    /// `CONSTRAINT name`; else PostgreSQL makes one.
    pub name: Option<Ident>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// `DEFERRABLE INITIALLY …`
    pub deferrable: Option<Deferrable>,
    /// `NOT VALID`
    pub not_valid: bool,
    /// `NOT ENFORCED` (version 18)
    pub not_enforced: bool,
}

/// `DEFERRABLE` with its initial state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are PostgreSQL's own")]
pub enum Deferrable {
    NotDeferrable,
    InitiallyImmediate,
    InitiallyDeferred,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `CHECK (expr)`
    Check {
        /// The expression.
        expr: Expr,
        /// `NO INHERIT`
        no_inherit: bool,
    },
    /// `NOT NULL column` as a table constraint (version 18).
    NotNull {
        /// The column.
        column: Ident,
        /// `NO INHERIT`
        no_inherit: bool,
    },
    /// `UNIQUE (…)`
    Unique(KeyOptions),
    /// `PRIMARY KEY (…)`
    PrimaryKey(KeyOptions),
    /// `FOREIGN KEY (…) REFERENCES …`
    ForeignKey(ForeignKey),
    /// `EXCLUDE USING method (key WITH operator, …) WHERE (…)`
    Exclude {
        /// `gist` and the like.
        method: Ident,
        /// Keys with the operator of each, as text.
        elements: Vec<(IndexKey, String)>,
        /// `WHERE`
        predicate: Option<Expr>,
    },
}

/// The parts of `UNIQUE` and `PRIMARY KEY`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyOptions {
    /// Key columns; empty with `using_index`.
    pub columns: Vec<Ident>,
    /// `INCLUDE (…)`
    pub include: Vec<Ident>,
    /// `NULLS NOT DISTINCT` (version 15)
    pub nulls_not_distinct: bool,
    /// `WITH (…)`: storage parameters of the index, name and value as text.
    pub with: Vec<(String, String)>,
    /// `USING INDEX name`
    pub using_index: Option<Ident>,
}

/// The parts of `FOREIGN KEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// Referring columns.
    pub columns: Vec<Ident>,
    /// The referenced table.
    pub table: QName,
    /// Referenced columns; empty means its primary key.
    pub referenced: Vec<Ident>,
    /// `ON DELETE`, e.g. `CASCADE`, `SET NULL (a)`; `None` is `NO ACTION`.
    pub on_delete: Option<String>,
    /// `ON UPDATE`
    pub on_update: Option<String>,
    /// `MATCH FULL`; `None` is `MATCH SIMPLE`.
    pub matching: Option<String>,
}

/// One action of `ALTER TABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlterAction {
    /// `ADD COLUMN`
    AddColumn {
        /// The column.
        column: ColumnDef,
        /// `IF NOT EXISTS`
        if_not_exists: bool,
    },
    /// `DROP COLUMN`
    DropColumn {
        /// The column.
        name: Ident,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CASCADE`
        behavior: Behavior,
    },
    /// `ALTER COLUMN … TYPE … USING …`
    AlterType {
        /// The column.
        column: Ident,
        /// The new type.
        ty: DataType,
        /// `COLLATE`
        collation: Option<Collation>,
        /// `USING`
        using: Option<Expr>,
    },
    /// `SET DEFAULT` (Some) or `DROP DEFAULT` (None)
    SetDefault {
        /// The column.
        column: Ident,
        /// The expression.
        default: Option<Expr>,
    },
    /// `SET NOT NULL` (true) or `DROP NOT NULL` (false)
    SetNotNull {
        /// The column.
        column: Ident,
        /// Which of the two.
        not_null: bool,
    },
    /// `ADD GENERATED … AS IDENTITY`
    AddIdentity {
        /// The column.
        column: Ident,
        /// The identity.
        identity: Identity,
    },
    /// `SET GENERATED …` and sequence options
    SetIdentity {
        /// The column.
        column: Ident,
        /// `SET GENERATED`
        kind: Option<IdentityKind>,
        /// `SET INCREMENT BY …`
        options: SequenceOptions,
    },
    /// `DROP IDENTITY`
    DropIdentity {
        /// The column.
        column: Ident,
        /// `IF EXISTS`
        if_exists: bool,
    },
    /// `DROP EXPRESSION`
    DropExpression {
        /// The column.
        column: Ident,
        /// `IF EXISTS`
        if_exists: bool,
    },
    /// `ADD constraint`
    AddConstraint(ConstraintDef),
    /// `DROP CONSTRAINT`
    DropConstraint {
        /// Its name.
        name: Ident,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CASCADE`
        behavior: Behavior,
    },
    /// `ALTER CONSTRAINT … DEFERRABLE …`
    AlterConstraint {
        /// Its name.
        name: Ident,
        /// The new state.
        deferrable: Deferrable,
    },
    /// `VALIDATE CONSTRAINT`
    ValidateConstraint {
        /// Its name.
        name: Ident,
    },
    /// `RENAME CONSTRAINT`
    RenameConstraint {
        /// From.
        from: Ident,
        /// To.
        to: Ident,
    },
    /// `RENAME COLUMN`
    RenameColumn {
        /// From.
        from: Ident,
        /// To.
        to: Ident,
    },
    /// `RENAME TO`
    RenameTo {
        /// To.
        to: Ident,
    },
    /// `SET SCHEMA`
    SetSchema {
        /// To.
        schema: Ident,
    },
    /// `OWNER TO`
    OwnerTo {
        /// The role.
        role: Ident,
    },
    /// `ATTACH PARTITION`
    AttachPartition(Partition),
    /// `DETACH PARTITION`
    DetachPartition {
        /// The partition.
        table: QName,
        /// `CONCURRENTLY`
        concurrently: bool,
    },
    /// `ENABLE | DISABLE | FORCE | NO FORCE ROW LEVEL SECURITY`, the words before `ROW`.
    RowSecurity {
        /// `ENABLE`, `DISABLE`, `FORCE` or `NO FORCE`.
        mode: &'static str,
    },
    /// `SET STATISTICS`, `SET STORAGE`, `SET (…)`, `REPLICA IDENTITY`, `ENABLE TRIGGER`, `CLUSTER ON`, …: changes a property that
    /// is kept as text under a key, e.g. column `a` + `STORAGE` = `MAIN`.
    Property {
        /// The column, if it is one's property.
        column: Option<Ident>,
        /// The first words, e.g. `SET STATISTICS`.
        property: String,
        /// The rest.
        value: String,
    },
}
