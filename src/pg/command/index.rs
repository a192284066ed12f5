//! Indexes.

use super::Behavior;
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};

/// `CREATE INDEX`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateIndex {
    /// `None`: PostgreSQL makes a name. An index lives in its table's schema.
    pub name: Option<Ident>,
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `UNIQUE`
    pub unique: bool,
    /// `CONCURRENTLY`
    pub concurrently: bool,
    /// The table.
    pub table: QName,
    /// `ONLY`
    pub only: bool,
    /// `USING method`; `None` is btree.
    pub method: Option<Ident>,
    /// Keys.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE (…)`
    pub include: Vec<Ident>,
    /// `NULLS NOT DISTINCT`
    pub nulls_not_distinct: bool,
    /// `WITH (…)`: storage parameters, name and value as text.
    pub with: Vec<(String, String)>,
    /// `TABLESPACE`
    pub tablespace: Option<Ident>,
    /// `WHERE`
    pub predicate: Option<Expr>,
}

/// One key of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexKey {
    /// A column or an expression.
    pub target: KeyTarget,
    /// `COLLATE`
    pub collation: Option<QName>,
    /// The operator class, with its parameters as text: `gin_trgm_ops`, `public.gist_ltree_ops(siglen=100)`.
    pub opclass: Option<String>,
    /// `DESC`
    pub descending: bool,
    /// `NULLS FIRST` (true) or `NULLS LAST` (false) as written; the default is FIRST for DESC, else LAST.
    pub nulls_first: Option<bool>,
}

/// What an index key reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyTarget {
    /// A column.
    Column(Ident),
    /// An expression.
    Expr(Expr),
}

impl IndexKey {
    /// A plain column.
    pub fn column(name: Ident) -> IndexKey {
        IndexKey {
            target: KeyTarget::Column(name),
            collation: None,
            opclass: None,
            descending: false,
            nulls_first: None,
        }
    }
}

/// `ALTER INDEX`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterIndex {
    /// The index.
    pub name: QName,
    /// `IF EXISTS`
    pub if_exists: bool,
    /// What changes.
    pub action: AlterIndexAction,
}

/// What `ALTER INDEX` changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlterIndexAction {
    /// `RENAME TO`
    RenameTo(Ident),
    /// `ATTACH PARTITION`
    AttachPartition(QName),
    /// Anything else, as text.
    Property(String),
}

/// Shared by drops of several kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drop {
    /// The objects.
    pub names: Vec<QName>,
    /// `IF EXISTS`
    pub if_exists: bool,
    /// `CASCADE`
    pub behavior: Behavior,
}
