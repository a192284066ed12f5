//! The parse analysis of statements on rows and of queries (`src/backend/parser/analyze.c`): what PostgreSQL refuses in them before it
//! looks at any row.
//!
//! What is not known (a relation, a column of a view, a function of the database) has no type and no certain columns, and nothing is
//! said about what is made of it.

mod expression;
mod from;
mod grouping;
mod limits;
mod names;
mod query;
mod statement;

use sqlparser::ast::{Query, Statement};

use crate::catalog::object::TypeRef;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::error::{PgError, Refusal, SqlState, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::system::Type;

/// Queries inside of queries are looked at so deep.
const MAX_DEPTH: u32 = 50;

type Known<T> = Result<T, Refusal>;

/// A column of a relation of a query, with its type where that is known.
#[derive(Clone)]
struct Column {
    name: Ident,
    ty: Option<Type>,
    /// The column of a table that it is for certain.
    oid: Option<Oid>,
    /// The constant in quotes that it is in a SELECT list.
    literal: Option<String>,
}

/// The type of a column of a query, as messages name it.
pub(in crate::catalog) struct Output {
    /// Without modifiers.
    pub ty: String,
    /// With them, where it is the column of a table.
    pub declared: Option<String>,
}

/// The columns that a relation or a query is known to have.
#[derive(Clone, Default)]
struct Relation {
    columns: Vec<Column>,
    /// It has no others, and these have these names.
    whole: bool,
    /// It has just so many.
    counted: bool,
}

/// One entry of the FROM list (`ParseNamespaceItem`).
#[derive(Clone)]
struct Item {
    /// What its columns are qualified with; `None` where that is not known.
    name: Option<Ident>,
    /// The relation itself.
    relation: Option<QName>,
    oid: Option<Oid>,
    /// It has a name of its own here.
    aliased: bool,
    columns: Relation,
}

/// What names can mean at one level of a query (`ParseState`).
#[derive(Default)]
struct Scope {
    ctes: Vec<(Ident, Relation)>,
    items: Vec<Item>,
    /// Entries that are meant by their qualifier alone.
    qualified_only: Vec<Item>,
    /// Entries of the list around it that it must not name.
    hidden: Vec<Item>,
    /// Columns that `JOIN … USING` has merged.
    merged: Vec<Ident>,
    /// `NATURAL JOIN` merges what is not looked at.
    natural: bool,
}

struct Analyser<'a> {
    catalog: &'a Catalog,
    session: &'a Session,
    scopes: Vec<Scope>,
    depth: u32,
    /// What PostgreSQL says when it plans the statement, after its analysis.
    planned: Option<Refusal>,
}

/// What PostgreSQL says of a query, and of two columns of one name where it makes a relation of it (`what` is 42701).
///
/// # Errors
/// What it says.
pub(super) fn relation_of(catalog: &Catalog, query: &Query, named: &[Ident], session: &Session) -> Known<()> {
    let Some(mut analyser) = Analyser::new(catalog, session) else { return Ok(()) };
    let mut made = analyser.query(query)?;
    for (column, name) in made.columns.iter_mut().zip(named) {
        column.name.clone_from(name);
    }
    if !made.whole {
        return Ok(());
    }
    for (at, column) in made.columns.iter().enumerate() {
        if made.columns[..at].iter().any(|earlier| earlier.name == column.name) {
            let message = format!("column \"{}\" specified more than once", column.name.as_str());
            return Err(error(sqlstate::DUPLICATE_COLUMN, message));
        }
    }
    Ok(())
}

/// The types of the columns of a query; empty where not even their number is known.
pub(super) fn types_of(catalog: &Catalog, query: &Query, session: &Session) -> Vec<Option<Output>> {
    let made = Analyser::new(catalog, session).and_then(|mut analyser| analyser.query(query).ok());
    let Some(made) = made.filter(|made| made.counted) else { return Vec::new() };
    let declared = |column: &Column| match &catalog.column_of(column.oid?)?.ty {
        TypeRef::Builtin(ty) => Some(ty.to_string()),
        TypeRef::User { .. } | TypeRef::Unknown(_) => None,
    };
    let output = |column: &Column| {
        let (ty, declared) = (column.ty.as_ref().map(Type::to_string), declared(column));
        Some(Output { ty: ty.or_else(|| declared.clone())?, declared })
    };
    made.settled().columns.iter().map(output).collect()
}

/// What PostgreSQL says of a statement on rows.
///
/// # Errors
/// What it says.
pub(super) fn statement(catalog: &Catalog, statement: &Statement, session: &Session) -> Known<()> {
    match Analyser::new(catalog, session) {
        Some(mut analyser) => {
            analyser.statement(statement)?;
            analyser.planned.map_or(Ok(()), Err)
        }
        None => Ok(()),
    }
}

fn error(state: SqlState, message: impl Into<String>) -> Refusal {
    PgError::new(state, message).into()
}

impl Column {
    fn new(name: Ident, ty: Option<Type>) -> Column {
        Column { name, ty, oid: None, literal: None }
    }
}

impl Relation {
    fn unknown() -> Relation {
        Relation::default()
    }

    fn column(&self, name: &Ident) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == *name)
    }

    /// Constants whose type nothing has settled are text (`resolveTargetListUnknowns`).
    fn settled(mut self) -> Relation {
        for column in &mut self.columns {
            if column.ty == Some(Type::LITERAL) {
                column.ty = Some(Type::system("text"));
            }
            column.literal = None;
        }
        self
    }
}

impl Analyser<'_> {
    /// Nothing is judged while a dump is restored, nor where tables may be there that nothing has made.
    fn new<'a>(catalog: &'a Catalog, session: &'a Session) -> Option<Analyser<'a>> {
        let judged = !catalog.open_world && !session.restoring;
        judged.then(|| Analyser { catalog, session, scopes: Vec::new(), depth: 0, planned: None })
    }

    fn within<T>(&mut self, scope: Scope, then: impl FnOnce(&mut Self) -> Known<T>) -> Known<T> {
        self.scopes.push(scope);
        let result = then(self);
        self.scopes.pop();
        result
    }
}
