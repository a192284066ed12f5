//! Data steps of which nobody knows whether they have run: what the database can be asked about each, and what its answer shows.
//!
//! The question counts what a step would still change in the rows as they are. That nothing is left to do says that passing over it loses
//! nothing, as long as nothing that came after it has changed the rows that it looks at: an `UPDATE` of `a` behind it may have taken away
//! what would have been left to do. So a replay is watched to its end ([`Unproven`]).

mod plain;
mod question;

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::asked::{Touched, above, parts};
use super::learn::{Learned, learn};
use super::rows::Rows;
use super::rules::{Row, given};
use crate::alembic::run::{Observer, Sent};
use crate::catalog::object::{Key, KeyRef, TypeRef};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Command, DataCommand, DataVerb};
use crate::pg::error::PgError;
use crate::pg::ident::{Ident, QName};
use crate::source::Span;

/// What is left to do of a data step, as far as the database can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Counts what it would still change; else why there is no such query.
    pub query: Result<String, String>,
    /// What the database has answered.
    pub answer: Option<u64>,
    /// What the step does to a row.
    pub verb: DataVerb,
    /// Once it has run, nothing is left to do: not so of `SET price = price * 100`.
    pub repeats: bool,
    /// Something that comes after it, or before it in the fix, changes the rows that it looks at.
    pub disturbed: bool,
}

impl Left {
    /// Nobody can be asked.
    pub fn unknown(verb: DataVerb, why: &str) -> Left {
        Left { query: Err(why.to_string()), answer: None, verb, repeats: false, disturbed: false }
    }

    /// True if passing over the step and running it come to the same.
    pub fn is_nothing(&self) -> bool {
        self.query.is_ok() && self.answer == Some(0) && !self.disturbed
    }

    /// What is known of it, to be put behind a sentence.
    pub fn shown(&self) -> String {
        match (&self.query, self.answer) {
            (Err(why), _) => format!("; check.sql cannot ask for it: {why}"),
            (Ok(_), None) => "; check.sql asks how much of it is left to do".to_string(),
            (Ok(_), Some(0)) if self.disturbed => {
                "; nothing of it is left to do now, but other steps change the rows that it looks at, so that this shows nothing"
                    .to_string()
            }
            (Ok(_), Some(0)) => "; nothing of it is left to do".to_string(),
            (Ok(_), Some(count)) if !self.repeats => {
                format!("; it would change {count} row(s), which does not show whether it has run")
            }
            (Ok(_), Some(count)) => {
                let what = match self.verb {
                    DataVerb::Insert => format!("{count} row(s) that it inserts are not there as it writes them"),
                    DataVerb::Delete => format!("{count} row(s) that it deletes are there"),
                    _ => format!("{count} row(s) are still to be changed"),
                };
                format!("; {what}: it has not run, or they were changed since")
            }
        }
    }
}

/// Watches a replay for statements on rows, and for what is done after each to the rows that it looks at.
#[derive(Debug, Default)]
pub struct Unproven {
    seen: RefCell<Vec<Seen>>,
    /// Of the statement that is being executed.
    learned: RefCell<Learned>,
}

/// A statement on rows, with its table as it was then.
#[derive(Debug)]
struct Seen {
    span: Option<Span>,
    data: DataCommand,
    table: Oid,
    name: QName,
    columns: Vec<(Oid, Ident, TypeRef)>,
    /// The rows that an `INSERT` writes out.
    rows: Option<Vec<Row>>,
    /// The columns of each unique key.
    keys: Vec<Vec<Oid>>,
    fires: bool,
    /// Rows were added or removed since, or nobody knows what was done to them.
    disturbed: bool,
    /// Columns that were set since.
    set: BTreeSet<Oid>,
}

impl Seen {
    fn of(data: &DataCommand, span: Option<Span>, catalog: &Catalog, session: &Session) -> Option<Seen> {
        let table = catalog.resolve_relation(data.table.as_ref()?, session)?;
        let columns = catalog.columns(table).into_iter();
        let indexes = catalog.indexes(table).into_iter().map(|(_, index)| index);
        let keys = indexes.filter(|index| index.unique && index.predicate.is_none()).filter_map(|index| {
            let column = |key: &Key| match key.target {
                KeyRef::Column(column) => Some(column),
                KeyRef::Expr(..) => None,
            };
            index.keys.iter().map(column).collect()
        });
        Some(Seen {
            span,
            data: data.clone(),
            table,
            name: catalog.qname(table)?,
            columns: columns.map(|(oid, column)| (oid, column.name.clone(), column.ty.clone())).collect(),
            rows: given(data, catalog, session).map(|given| given.rows),
            keys: keys.collect(),
            fires: catalog.fires(table),
            disturbed: false,
            set: BTreeSet::new(),
        })
    }

    /// Takes over what a later statement does to rows.
    fn disturb(&mut self, touched: &Touched, catalog: &Catalog) {
        let tables = parts(catalog, self.table).into_iter().chain(above(catalog, self.table));
        self.disturbed |= tables.into_iter().any(|table| touched.has_rows_of(table));
        self.set.extend(touched.columns());
    }
}

impl Unproven {
    /// What is left of a data step. `end` is the catalog at the end of the replay, `actual` the database; `rows` is what is known of its rows
    /// behind the fix, which made `fixed` of it.
    pub fn left(
        &self,
        data: &DataCommand,
        span: Option<Span>,
        end: &Catalog,
        (actual, session): (&Catalog, &Session),
        (rows, fixed): (&Rows, &Catalog),
    ) -> Left {
        let seen = self.seen.borrow();
        let Some(seen) = seen.iter().rev().find(|seen| seen.span == span && seen.data == *data) else {
            return Left::unknown(data.verb, "its table is not known");
        };
        let question = match question::question(seen, end, actual, session) {
            Ok(question) => question,
            Err(why) => return Left::unknown(data.verb, &why),
        };
        let of_columns = seen.columns.iter().filter(|(_, name, _)| question.columns.contains(name));
        let disturbed = seen.disturbed || of_columns.into_iter().any(|(oid, ..)| seen.set.contains(oid));
        let by_fix = !rows.can_be_asked(&question.query, &[question.table], fixed);
        Left {
            answer: rows.asked().and_then(|asked| asked.answer(&question.query)),
            query: Ok(question.query),
            verb: data.verb,
            repeats: question.repeats,
            disturbed: disturbed || by_fix,
        }
    }
}

impl Observer for Unproven {
    fn before(&self, command: &Command, catalog: &Catalog, session: &Session) -> Option<PgError> {
        *self.learned.borrow_mut() = learn(command, catalog, session);
        None
    }

    fn after(&self, command: &Command, sent: Sent<'_>, catalog: &Catalog, session: &Session) {
        let learned = self.learned.take();
        if !sent.accepted {
            return;
        }
        let mut seen = self.seen.borrow_mut();
        let given = match command {
            Command::Data(data) => given(data, catalog, session).filter(|given| given.all_stay()),
            _ => None,
        };
        // Rows that are added take away nothing that was left to do; and what another step inserts had no key of theirs.
        if given.is_none() && !seen.is_empty() {
            // Of tables that are empty in a replay nobody knows whether they are.
            let mut rows = Rows::default();
            rows.remember(learned, sent.may.is_some());
            rows.follow(command, sent.may.is_some(), catalog, session);
            seen.iter_mut().for_each(|seen| seen.disturb(rows.touched(), catalog));
        }
        if let Command::Data(data) = command
            && matches!(data.verb, DataVerb::Insert | DataVerb::Update | DataVerb::Delete)
        {
            seen.extend(Seen::of(data, sent.span, catalog, session));
        }
    }

    fn is_empty(&self, _: &Catalog, _: Oid) -> bool {
        false
    }

    fn rows_changed(&self, _: &Catalog) {
        self.seen.borrow_mut().iter_mut().for_each(|seen| seen.disturbed = true);
    }
}
