//! Schemas, extensions, routines, triggers, policies, comments, owners, and what is kept as text.

use super::{Behavior, Drop, Kind};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};

/// Statements on schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// `CREATE SCHEMA`
    Create {
        /// Its name.
        name: Ident,
        /// `IF NOT EXISTS`
        if_not_exists: bool,
        /// `AUTHORIZATION`
        owner: Option<Ident>,
    },
    /// `ALTER SCHEMA … RENAME TO`
    Rename {
        /// From.
        from: Ident,
        /// To.
        to: Ident,
    },
    /// `DROP SCHEMA`
    Drop {
        /// The schemas.
        names: Vec<Ident>,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CASCADE`
        behavior: Behavior,
    },
}

/// Statements on extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extension {
    /// `CREATE EXTENSION`
    Create {
        /// Its name.
        name: Ident,
        /// `IF NOT EXISTS`
        if_not_exists: bool,
        /// `WITH SCHEMA`
        schema: Option<Ident>,
        /// `VERSION`
        version: Option<String>,
        /// `CASCADE`
        cascade: bool,
    },
    /// `DROP EXTENSION`
    Drop {
        /// The extensions.
        names: Vec<Ident>,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CASCADE`
        behavior: Behavior,
    },
}

/// Statements on functions, procedures and aggregates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Routine {
    /// `CREATE FUNCTION`, `CREATE PROCEDURE`, `CREATE AGGREGATE`
    Create {
        /// [`Kind::Function`], [`Kind::Procedure`] or [`Kind::Aggregate`].
        kind: Kind,
        /// The routine.
        name: QName,
        /// `OR REPLACE`
        or_replace: bool,
        /// Types of the input arguments as `pg_get_function_identity_arguments` has them, without names and defaults.
        arguments: Vec<String>,
        /// The whole statement as text, without trailing semicolon.
        text: String,
    },
    /// `ALTER FUNCTION` and its kin
    Alter {
        /// [`Kind::Function`], [`Kind::Procedure`] or [`Kind::Aggregate`].
        kind: Kind,
        /// The routine.
        name: QName,
        /// Its argument types; `None` where no list was written.
        arguments: Option<Vec<String>>,
        /// What changes.
        action: RoutineAction,
    },
    /// `DROP FUNCTION` and its kin
    Drop {
        /// [`Kind::Function`], [`Kind::Procedure`] or [`Kind::Aggregate`].
        kind: Kind,
        /// Names with argument types; `None` where no list was written.
        routines: Vec<(QName, Option<Vec<String>>)>,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CASCADE`
        behavior: Behavior,
    },
}

/// What `ALTER FUNCTION` changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoutineAction {
    /// `RENAME TO`
    RenameTo(Ident),
    /// `SET SCHEMA`
    SetSchema(Ident),
    /// `IMMUTABLE`, `COST 5`, `SET search_path = x`, as text: clauses that take the place of those of `CREATE FUNCTION`.
    Clauses(String),
}

/// Statements on triggers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// `CREATE TRIGGER`
    Create {
        /// Its name.
        name: Ident,
        /// The table.
        table: QName,
        /// `OR REPLACE`
        or_replace: bool,
        /// The function that it calls.
        function: QName,
        /// The whole statement as text, without trailing semicolon.
        text: String,
    },
    /// `ALTER TRIGGER … RENAME TO`
    Rename {
        /// From.
        name: Ident,
        /// The table.
        table: QName,
        /// To.
        to: Ident,
    },
    /// `DROP TRIGGER`
    Drop {
        /// Its name.
        name: Ident,
        /// The table.
        table: QName,
        /// `IF EXISTS`
        if_exists: bool,
        /// `CASCADE`
        behavior: Behavior,
    },
}

/// Statements on row security policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// `CREATE POLICY`
    Create {
        /// Its name.
        name: Ident,
        /// The table.
        table: QName,
        /// `AS RESTRICTIVE`
        restrictive: bool,
        /// `FOR SELECT` and the like, upper case; `None` is ALL.
        command: Option<String>,
        /// `TO` roles.
        roles: Vec<Ident>,
        /// `USING`
        using: Option<Expr>,
        /// `WITH CHECK`
        check: Option<Expr>,
    },
    /// `ALTER POLICY`; what is not said stays.
    Alter {
        /// Its name.
        name: Ident,
        /// The table.
        table: QName,
        /// `TO` roles.
        roles: Option<Vec<Ident>>,
        /// `USING`
        using: Option<Expr>,
        /// `WITH CHECK`
        check: Option<Expr>,
    },
    /// `ALTER POLICY … RENAME TO`
    Rename {
        /// From.
        name: Ident,
        /// The table.
        table: QName,
        /// To.
        to: Ident,
    },
    /// `DROP POLICY`
    Drop {
        /// Its name.
        name: Ident,
        /// The table.
        table: QName,
        /// `IF EXISTS`
        if_exists: bool,
    },
}

/// `COMMENT ON`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// On what.
    pub target: CommentTarget,
    /// `None` is `IS NULL`.
    pub text: Option<String>,
}

/// What a comment is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentTarget {
    /// `COLUMN table.column`
    Column(QName, Ident),
    /// `CONSTRAINT name ON table`, `TRIGGER`, `POLICY`
    OnTable(Kind, Ident, QName),
    /// An object with a schema: table, view, index, sequence, type.
    Object(Kind, QName),
    /// Anything else: the words before `IS`, e.g. `FUNCTION public.f(integer)`.
    Other(String),
}

/// `ALTER kind name OWNER TO role` (for tables see [`super::AlterAction::OwnerTo`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The words between `ALTER` and `OWNER`, e.g. `FUNCTION public.f(integer)`.
    pub object: String,
    /// Its kind.
    pub kind: Kind,
    /// Its name, where it has a plain one.
    pub name: Option<QName>,
    /// The new owner.
    pub role: Ident,
}

/// `GRANT`, `REVOKE`, `ALTER DEFAULT PRIVILEGES`: kept as text, since nothing that is compared depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The whole statement, without trailing semicolon.
    pub text: String,
    /// The objects of `GRANT … ON`.
    pub on: Vec<GrantOn>,
    /// The schemas of `ON ALL TABLES IN SCHEMA` and its kin.
    pub all_in: Vec<Ident>,
}

impl Grant {
    /// The object that it is on, where it is one.
    pub fn only(&self) -> Option<&GrantOn> {
        match self.on.as_slice() {
            [on] => Some(on),
            _ => None,
        }
    }
}

/// What a privilege is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantOn {
    /// Its kind: any relation but a sequence is a table, any type but a domain an enum.
    pub kind: Kind,
    /// Its name.
    pub name: QName,
    /// The arguments of a routine, as written.
    pub arguments: Option<Vec<String>>,
    /// It is on columns.
    pub columns: bool,
}

/// `SET`, `RESET`, `set_config`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionCommand {
    /// `SET [LOCAL] name TO value`, `SELECT set_config('name', 'value', is_local)`; `None` is `DEFAULT` or `RESET`.
    Set {
        /// Lower case.
        name: String,
        /// The value as text; a list for `search_path` is split into names.
        value: Option<Vec<String>>,
        /// `LOCAL`
        local: bool,
    },
    /// `SET [LOCAL] ROLE name`; `None` is `RESET ROLE` or `NONE`.
    Role {
        /// The role.
        role: Option<Ident>,
        /// `LOCAL`
        local: bool,
    },
    /// `SET CONSTRAINTS ALL DEFERRED` and the like, as text.
    Constraints(String),
}

/// Transaction control.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are PostgreSQL's own")]
pub enum Transaction {
    Begin,
    Commit,
    Rollback,
    Savepoint(Ident),
    RollbackTo(Ident),
    Release(Ident),
}

/// A statement that changes an object of a kind that is not modelled. It is never lost: creating it makes an object that
/// later statements can find by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opaque {
    /// `CREATE kind name …`: `kind` in PostgreSQL's words, upper case, e.g. `CAST`, `TEXT SEARCH CONFIGURATION`.
    Create {
        /// The kind.
        kind: String,
        /// The identity as text, as in pg_dump's header comment.
        identity: QName,
        /// `IF NOT EXISTS`
        if_not_exists: bool,
        /// The whole statement.
        text: String,
    },
    /// `ALTER kind name action`
    Alter {
        /// The kind.
        kind: String,
        /// Its name.
        name: QName,
        /// What changes.
        action: String,
        /// The whole statement.
        text: String,
    },
    /// `DROP kind name …`
    Drop {
        /// The kind.
        kind: String,
        /// Which and how.
        drop: Drop,
        /// The whole statement.
        text: String,
    },
    /// A drop of one of a table's objects; which one is not known.
    DropOne {
        /// What it is one of: a constraint or an index.
        kind: Kind,
        /// The table; where that is not known either, it is a foreign key or an index of any.
        table: Option<QName>,
        /// The whole statement, as far as it is known.
        text: String,
        /// Why it is not known, one clause.
        why: String,
    },
    /// A creation of a constraint, an index or a column; neither its name nor its table is known.
    MakeOne {
        /// What is made.
        kind: Kind,
        /// The whole statement, as far as it is known.
        text: String,
        /// Why it is not known, one clause.
        why: String,
    },
    /// Any other statement, with what it may touch where that is known; else it may touch anything.
    Statement {
        /// The whole statement.
        text: String,
        /// Relations or types that it may touch; `None`: anything.
        touches: Option<Vec<QName>>,
        /// Why it is not modelled, one clause.
        why: String,
    },
}

impl Opaque {
    /// The statement, as far as it is known.
    pub fn text(&self) -> &str {
        match self {
            Opaque::Create { text, .. }
            | Opaque::Alter { text, .. }
            | Opaque::Drop { text, .. }
            | Opaque::DropOne { text, .. }
            | Opaque::MakeOne { text, .. }
            | Opaque::Statement { text, .. } => text,
        }
    }
}
