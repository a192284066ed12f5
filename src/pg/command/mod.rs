//! What is *written*: one vocabulary for Alembic operations and for SQL statements.
//!
//! Names are unresolved and options are kept. `Display` writes SQL, and reading that SQL gives the same command
//! (law 2). Commands carry no places: see [`Spanned`].

mod data;
mod index;
mod misc;
mod relation;
mod render;
mod table;
mod types;

pub use data::{DataCommand, DataVerb};
pub use index::{AlterIndex, AlterIndexAction, CreateIndex, Drop, IndexKey, KeyTarget};
pub use misc::{
    Comment, CommentTarget, Extension, Grant, GrantOn, Opaque, Owner, Policy, Routine, RoutineAction, Schema,
    SessionCommand, Transaction, Trigger,
};
pub use relation::{Sequence, SequenceOptions, View};
pub use table::{
    AlterAction, Collation, ColumnConstraint, ColumnDef, ColumnType, ConstraintDef, ConstraintKind, CreateTable,
    Deferrable, ForeignKey, Identity, IdentityKind, KeyOptions, Partition, Serial, Table,
};
pub use types::{AttributeAction, DomainAction, EnumPosition, Type};

use crate::pg::ident::QName;
use crate::source::Span;

/// A value with its place in an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub node: T,
    /// Its place.
    pub span: Span,
}

/// `RESTRICT` or `CASCADE`; `RESTRICT` is PostgreSQL's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behavior {
    /// Refuse when something depends on the object (2BP01).
    #[default]
    Restrict,
    /// Drop what depends on the object too.
    Cascade,
}

/// Kinds of objects, in PostgreSQL's own words, at the grain of `pg_depend`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are PostgreSQL's own")]
pub enum Kind {
    Schema,
    Extension,
    Table,
    Column,
    Default,
    Constraint,
    Index,
    Sequence,
    Enum,
    Domain,
    Composite,
    View,
    MaterializedView,
    Function,
    Procedure,
    Aggregate,
    Trigger,
    Policy,
    Comment,
    /// Anything else that a dump names.
    Other,
}

impl Kind {
    /// The kind in PostgreSQL's words, lower case.
    ///
    /// ```
    /// assert_eq!(restamp::pg::command::Kind::MaterializedView.word(), "materialized view");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Kind::Schema => "schema",
            Kind::Extension => "extension",
            Kind::Table => "table",
            Kind::Column => "column",
            Kind::Default => "default value",
            Kind::Constraint => "constraint",
            Kind::Index => "index",
            Kind::Sequence => "sequence",
            Kind::Enum | Kind::Composite => "type",
            Kind::Domain => "domain",
            Kind::View => "view",
            Kind::MaterializedView => "materialized view",
            Kind::Function => "function",
            Kind::Procedure => "procedure",
            Kind::Aggregate => "aggregate",
            Kind::Trigger => "trigger",
            Kind::Policy => "policy",
            Kind::Comment => "comment",
            Kind::Other => "object",
        }
    }
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `CREATE/DROP/ALTER SCHEMA`
    Schema(Schema),
    /// `CREATE/DROP EXTENSION`
    Extension(Extension),
    /// `CREATE/ALTER/DROP TABLE`
    Table(Table),
    /// `CREATE INDEX`
    CreateIndex(CreateIndex),
    /// `ALTER INDEX`
    AlterIndex(AlterIndex),
    /// `DROP INDEX`
    DropIndex {
        /// The indexes.
        names: Vec<QName>,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CONCURRENTLY`
        concurrently: bool,
        /// `CASCADE`
        behavior: Behavior,
    },
    /// `CREATE/ALTER/DROP SEQUENCE`
    Sequence(Sequence),
    /// `CREATE/ALTER/DROP TYPE` and `DOMAIN`
    Type(Type),
    /// `CREATE/DROP VIEW` and `MATERIALIZED VIEW`
    View(View),
    /// `CREATE/DROP FUNCTION`, `PROCEDURE`, `AGGREGATE`
    Routine(Routine),
    /// `CREATE/DROP TRIGGER`
    Trigger(Trigger),
    /// `CREATE/DROP POLICY`
    Policy(Policy),
    /// `COMMENT ON`
    Comment(Comment),
    /// `ALTER … OWNER TO`
    Owner(Owner),
    /// `GRANT`, `REVOKE`, `ALTER DEFAULT PRIVILEGES`
    Grant(Grant),
    /// Statements that read or write rows.
    Data(DataCommand),
    /// `SET`, `RESET`, `set_config`
    Session(SessionCommand),
    /// `BEGIN`, `COMMIT`, `SAVEPOINT`, …
    Transaction(Transaction),
    /// A statement that is kept as text under the identity of its object.
    Opaque(Opaque),
}

impl Command {
    /// True for a statement that changes rows: what a schema cannot show, and a stamp may pass over.
    pub fn writes_rows(&self) -> bool {
        let Command::Data(data) = self else { return false };
        match data.verb {
            DataVerb::Insert
            | DataVerb::Update
            | DataVerb::Delete
            | DataVerb::Merge
            | DataVerb::Truncate
            | DataVerb::Copy => true,
            DataVerb::Select | DataVerb::Maintenance => false,
        }
    }

    /// What of a statement is not known, where it stands for one with an unknown part: whether PostgreSQL takes it is not known either.
    pub fn unknown_part(&self) -> Option<&str> {
        match self {
            Command::Opaque(
                Opaque::Statement { text, why, .. }
                | Opaque::MakeOne { text, why, .. }
                | Opaque::DropOne { text, why, .. },
            ) if text.starts_with("--") => Some(why),
            Command::Table(Table::Create(create)) => create.query.as_deref()?.strip_prefix("-- "),
            _ => None,
        }
    }

    /// Why the type of a column is not known that a statement makes or changes: there may be no such type, or it may be made first.
    pub fn unknown_type(&self) -> Option<&crate::pg::error::Reason> {
        match self {
            Command::Table(Table::Create(create)) => {
                create.columns.iter().find_map(|column| column.ty.unknown_reason())
            }
            Command::Table(Table::Alter { actions, .. }) => actions.iter().find_map(|action| match action {
                AlterAction::AddColumn { column, .. } => column.ty.unknown_reason(),
                AlterAction::AlterType { ty, .. } => ty.unknown_reason(),
                _ => None,
            }),
            _ => None,
        }
    }

    /// True for a statement on rows, be it only a query: whether it runs makes no difference to a schema.
    pub fn leaves_schema(&self) -> bool {
        matches!(self, Command::Data(_))
    }
}
