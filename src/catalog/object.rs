//! Objects, at the grain of `pg_depend`. References are handles, so that they survive renames.

use std::collections::{BTreeMap, BTreeSet};

use super::Oid;
use crate::pg::command::{Collation, Deferrable, IdentityKind, Kind};
use crate::pg::error::Reason;
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::parameters::Parameters;
use crate::pg::types::DataType;

/// Whether an object is there. `No` is its absence from the catalog.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    /// It is there, and as described.
    Yes,
    /// It may be there, or may be otherwise than described.
    Maybe(Reason),
}

/// An object.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is the struct of its name")]
pub enum Object {
    Schema(Schema),
    Extension(Extension),
    Table(Table),
    Column(Column),
    Default(ColumnDefault),
    Constraint(Constraint),
    Index(Index),
    Sequence(Sequence),
    Enum(EnumType),
    Domain(Domain),
    Composite(Composite),
    View(View),
    Routine(Routine),
    Trigger(Trigger),
    Policy(Policy),
    Comment(Comment),
    Opaque(OpaqueObject),
}

/// `pg_namespace`
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are PostgreSQL's own")]
pub struct Schema {
    pub name: Ident,
    pub owner: Option<Ident>,
}

/// `pg_extension`
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are PostgreSQL's own")]
pub struct Extension {
    pub name: Ident,
    pub schema: Oid,
    /// `COMMENT ON EXTENSION`; `None`: the one that `CREATE EXTENSION` takes from the extension's control file.
    pub comment: Option<String>,
}

/// `pg_class` of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its schema.
    pub schema: Oid,
    /// Its name.
    pub name: Ident,
    /// `TEMPORARY`: gone at the end, never compared.
    pub temporary: bool,
    /// `UNLOGGED`
    pub unlogged: bool,
    /// `PARTITION BY …`
    pub partition_by: Option<String>,
    /// Parent and bound.
    pub partition_of: Option<(Oid, String)>,
    /// `INHERITS`
    pub inherits: Vec<Oid>,
    /// Row security, replica identity and the like, by their words.
    pub properties: BTreeMap<String, String>,
    /// `WITH (…)`
    pub parameters: Parameters,
    /// Its owner, where it is known.
    pub owner: Option<Ident>,
    /// It has columns, and whatever hangs on them, that are not known (see [`super::Catalog::open_world`], `LIKE`, `AS SELECT`).
    pub open: Option<Reason>,
}

impl Table {
    /// A plain table without columns.
    pub fn new(schema: Oid, name: Ident) -> Table {
        Table {
            schema,
            name,
            temporary: false,
            unlogged: false,
            partition_by: None,
            partition_of: None,
            inherits: Vec::new(),
            properties: BTreeMap::new(),
            parameters: Parameters::new(),
            owner: None,
            open: None,
        }
    }
}

/// A type as a column uses it.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeRef {
    /// Of `pg_catalog`.
    Builtin(DataType),
    /// A type of this database, by handle.
    User {
        /// The enum, domain, composite or extension's type.
        oid: Oid,
        /// As written.
        modifiers: Vec<String>,
        /// An array of it.
        array: bool,
    },
    /// Not known.
    Unknown(Reason),
}

/// `pg_attribute`
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its table (or view).
    pub table: Oid,
    /// Its name.
    pub name: Ident,
    /// `attnum`, from 1; gaps after drops. Never compared.
    pub number: u32,
    /// Its type.
    pub ty: TypeRef,
    /// `attnotnull`
    pub not_null: bool,
    /// `COLLATE`, where not the type's own.
    pub collation: Option<Collation>,
    /// `GENERATED … AS IDENTITY`
    pub identity: Option<IdentityKind>,
    /// `GENERATED ALWAYS AS (expr)`; true for STORED.
    pub generated: Option<(Expr, bool)>,
    /// `STORAGE`, `COMPRESSION`, `STATISTICS`, and what is known of its NOT NULL.
    pub properties: BTreeMap<String, String>,
    /// It had a type with other operators once: PostgreSQL then wrote the expressions over it anew, with casts to the old type. Never
    /// compared.
    pub retyped: bool,
    /// `SET (n_distinct = …)`
    pub parameters: Parameters,
    /// A revision takes it for granted though none made it: what no revision has set of it is as it may be.
    pub granted: Option<Granted>,
}

impl Column {
    /// `attnotnull` is known from now on.
    pub fn set_not_null(&mut self, not_null: bool) {
        self.not_null = not_null;
        self.granted = self.granted.map(|_| Granted { nullability: true });
    }
}

/// What is known of a column that is taken for granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Whether it is NOT NULL was set since.
    pub nullability: bool,
}

/// `pg_attrdef`
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDefault {
    /// Its column.
    pub column: Oid,
    /// The expression.
    pub expr: DefaultExpr,
}

/// A default.
#[derive(Clone, Debug, PartialEq)]
pub enum DefaultExpr {
    /// `nextval('sequence'::regclass)`, by handle.
    NextVal(Oid),
    /// Any other.
    Expr(Expr),
    /// Not known, e.g. computed from the clock or from configuration.
    Unknown(Reason),
}

/// `pg_constraint`. NOT NULL is an attribute of the column.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// Its table.
    pub table: Oid,
    /// Its name.
    pub name: Ident,
    /// Nobody wrote the name: PostgreSQL or a naming convention made it.
    pub generated_name: bool,
    /// What it demands.
    pub rule: Rule,
    /// `DEFERRABLE …`
    pub deferrable: Option<Deferrable>,
    /// False after `NOT VALID`.
    pub validated: bool,
    /// False after `NOT ENFORCED` (version 18); such a constraint is not validated either.
    pub enforced: bool,
    /// The index of a PRIMARY KEY, UNIQUE or EXCLUDE.
    pub index: Option<Oid>,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are PostgreSQL's own")]
pub enum Rule {
    Check {
        expr: Expr,
        columns: Vec<Oid>,
        no_inherit: bool,
    },
    Unique {
        columns: Vec<Oid>,
        include: Vec<Oid>,
        nulls_not_distinct: bool,
    },
    PrimaryKey {
        columns: Vec<Oid>,
        include: Vec<Oid>,
    },
    ForeignKey {
        columns: Vec<Oid>,
        table: Oid,
        /// Referenced columns; resolved, never empty unless the table is open.
        referenced: Vec<Oid>,
        on_delete: Option<String>,
        on_update: Option<String>,
        matching: Option<String>,
    },
    Exclude {
        elements: Vec<(Key, String)>,
        method: Ident,
        predicate: Option<Expr>,
    },
}

/// `pg_index`
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are PostgreSQL's own")]
pub struct Index {
    /// The schema of its table; its name lives there.
    pub schema: Oid,
    pub table: Oid,
    pub name: Ident,
    pub generated_name: bool,
    pub unique: bool,
    pub method: Ident,
    pub keys: Vec<Key>,
    pub include: Vec<Oid>,
    pub nulls_not_distinct: bool,
    pub with: Parameters,
    /// `CLUSTER`, `REPLICA IDENTITY` and `STATISTICS n`, where they are set.
    pub properties: BTreeMap<String, String>,
    pub predicate: Option<Expr>,
    /// Columns that the predicate reads.
    pub predicate_columns: Vec<Oid>,
    /// Set for the index of a constraint; such an index is reported with its constraint.
    pub constraint: Option<Oid>,
    /// The index that it is a partition of.
    pub partition_of: Option<Oid>,
    /// `indisvalid`: false for what a failed `CREATE INDEX CONCURRENTLY` leaves. Its name is taken, and nothing uses it; pg_dump
    /// passes over it.
    pub valid: bool,
}

/// A key of an index.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are PostgreSQL's own")]
pub struct Key {
    pub target: KeyRef,
    pub collation: Option<QName>,
    pub opclass: Option<String>,
    pub descending: bool,
    /// Resolved: never a default.
    pub nulls_first: bool,
}

/// What a key reads.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyRef {
    /// A column.
    Column(Oid),
    /// An expression and the columns that it reads.
    Expr(Expr, Vec<Oid>),
}

/// `pg_sequence`
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// Its schema.
    pub schema: Oid,
    /// Its name.
    pub name: Ident,
    /// `smallint`, `integer` or `bigint`
    pub ty: &'static str,
    /// All resolved.
    pub start: i64,
    /// `INCREMENT BY`
    pub increment: i64,
    /// `MINVALUE`
    pub min_value: i64,
    /// `MAXVALUE`
    pub max_value: i64,
    /// `CACHE`
    pub cache: i64,
    /// `CYCLE`
    pub cycle: bool,
    /// `OWNED BY`, or the identity column.
    pub owned_by: Option<Oid>,
    /// It belongs to an identity column.
    pub identity: bool,
    /// `UNLOGGED`
    pub unlogged: bool,
    /// Its owner.
    pub owner: Option<Ident>,
}

/// `pg_enum`
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are PostgreSQL's own")]
pub struct EnumType {
    pub schema: Oid,
    pub name: Ident,
    pub labels: Vec<String>,
    pub owner: Option<Ident>,
}

/// A domain.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are PostgreSQL's own")]
pub struct Domain {
    pub schema: Oid,
    pub name: Ident,
    pub ty: TypeRef,
    pub collation: Option<QName>,
    pub default: Option<Expr>,
    pub not_null: bool,
    pub checks: Vec<(Ident, Expr)>,
    /// Those of the checks that were added `NOT VALID`.
    pub not_valid: BTreeSet<Ident>,
    /// Comments on its checks.
    pub comments: BTreeMap<Ident, String>,
    pub owner: Option<Ident>,
}

/// A composite type.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are PostgreSQL's own")]
pub struct Composite {
    pub schema: Oid,
    pub name: Ident,
    pub attributes: Vec<(Ident, TypeRef)>,
    /// Comments on its attributes.
    pub comments: BTreeMap<Ident, String>,
    pub owner: Option<Ident>,
}

/// A view.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Its schema.
    pub schema: Oid,
    /// Its name.
    pub name: Ident,
    /// `MATERIALIZED`
    pub materialized: bool,
    /// `WITH (…)`, and `check_option` for `WITH … CHECK OPTION`.
    pub parameters: Parameters,
    /// Its query as written or as dumped.
    pub query: String,
    /// Output columns where they are known.
    pub columns: Option<Vec<Ident>>,
    /// Relations and columns that it reads; a drop of one of them is refused (2BP01).
    pub depends_on: Vec<Oid>,
    /// Its owner.
    pub owner: Option<Ident>,
}

/// A function, procedure or aggregate.
#[derive(Clone, Debug, PartialEq)]
pub struct Routine {
    /// Its schema.
    pub schema: Oid,
    /// Its name.
    pub name: Ident,
    /// Which of the three.
    pub kind: Kind,
    /// Types of its input arguments; part of its identity.
    pub arguments: Vec<String>,
    /// The whole CREATE statement.
    pub text: String,
    /// Clauses of later `ALTER FUNCTION`s, in order.
    pub altered: Vec<String>,
    /// Its owner.
    pub owner: Option<Ident>,
}

/// A trigger.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are PostgreSQL's own")]
pub struct Trigger {
    pub table: Oid,
    pub name: Ident,
    pub function: Option<Oid>,
    pub firing: Firing,
    pub text: String,
}

/// When a trigger or a rule fires, by `session_replication_role`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are PostgreSQL's own")]
pub enum Firing {
    Origin,
    Disabled,
    Always,
    Replica,
}

impl Firing {
    /// As `ALTER TABLE` has it.
    pub fn words(self) -> &'static str {
        match self {
            Firing::Origin => "ENABLE",
            Firing::Disabled => "DISABLE",
            Firing::Always => "ENABLE ALWAYS",
            Firing::Replica => "ENABLE REPLICA",
        }
    }
}

/// A policy.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are PostgreSQL's own")]
pub struct Policy {
    pub table: Oid,
    pub name: Ident,
    pub restrictive: bool,
    pub command: Option<String>,
    pub roles: Vec<Ident>,
    pub using: Option<Expr>,
    pub check: Option<Expr>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// The object that it is on.
    pub on: Oid,
    /// Its text.
    pub text: String,
}

/// An object of a kind that is not modelled, or a type that an extension brought.
#[derive(Clone, Debug, PartialEq)]
pub struct OpaqueObject {
    /// PostgreSQL's words, upper case: `CAST`, `TYPE`, `STATISTICS`.
    pub kind: String,
    /// Its schema, where it has one.
    pub schema: Option<Oid>,
    /// Its name.
    pub name: Ident,
    /// The extension that it came with; such an object is not dumped and not compared.
    pub extension: Option<Oid>,
    /// The statement that made it.
    pub text: String,
    /// Actions of later `ALTER`s, in order.
    pub altered: Vec<String>,
    /// What it goes with: a table and its columns of STATISTICS, the table of a RULE.
    pub on: Vec<Oid>,
}
