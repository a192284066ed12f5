//! The query that counts what a statement on rows would still change.

use std::collections::BTreeSet;

use sqlparser::ast;

use super::Seen;
use super::plain::{Reader, is_plain};
use crate::catalog::object::{Object, TypeRef};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::DataVerb;
use crate::pg::expr::is_default;
use crate::pg::expr::stored;
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::literal;
use crate::pg::types::DataType;
use crate::predict::asked::mentions;
use crate::predict::rows::statement;
use crate::predict::rules::{Row, Written, text};

/// More rows than this are not asked for one by one.
const MANY: usize = 500;

/// What is asked.
pub(super) struct Question {
    pub query: String,
    /// The table in the database.
    pub table: Oid,
    /// The columns that it looks at.
    pub columns: BTreeSet<Ident>,
    /// See [`super::Left::repeats`].
    pub repeats: bool,
}

/// # Errors
/// Why it cannot be asked, one clause.
pub(super) fn question(seen: &Seen, end: &Catalog, actual: &Catalog, session: &Session) -> Result<Question, String> {
    let name = &seen.name;
    let table = actual.resolve_relation(name, session).filter(|table| actual.table(*table).is_some());
    let (Some(table), true) = (table, end.qname(seen.table).as_ref() == Some(name)) else {
        return Err(format!("{name} is not in this database, or has another name by now"));
    };
    if seen.fires || actual.fires(table) {
        return Err(format!("triggers or rules of {name} may change rows"));
    }
    let Some(read) = statement(&seen.data.text) else { return Err("its text is not read".to_string()) };
    let asking = Asking { seen, end, actual, table };
    let question = match (seen.data.verb, &read) {
        (DataVerb::Update, ast::Statement::Update(update)) => asking.update(update),
        (DataVerb::Delete, ast::Statement::Delete(delete)) => asking.delete(delete),
        (DataVerb::Insert, ast::Statement::Insert(insert)) => asking.insert(insert),
        _ => Err("it is more than one statement".to_string()),
    }?;
    let mut routines = actual.iter().filter_map(|(_, entry)| match &*entry.object {
        Object::Routine(routine) => Some(&routine.name),
        _ => None,
    });
    match routines.find(|routine| mentions(&question.query, routine)) {
        Some(routine) => Err(format!("it may call {routine} of this database")),
        None => Ok(question),
    }
}

struct Asking<'a> {
    seen: &'a Seen,
    end: &'a Catalog,
    actual: &'a Catalog,
    table: Oid,
}

impl Asking<'_> {
    fn update(&self, update: &ast::Update) -> Result<Question, String> {
        let elsewhere = update.from.is_some() || !update.table.joins.is_empty();
        if elsewhere || update.limit.is_some() || !update.order_by.is_empty() {
            return Err("it reads other tables".to_string());
        }
        let from = self.from(&update.table.relation)?;
        let mut reader = Reader::new(self.actual, self.table);
        let mut set = BTreeSet::new();
        let mut left = Vec::new();
        for assignment in &update.assignments {
            let ast::AssignmentTarget::ColumnName(target) = &assignment.target else {
                return Err("it sets several columns at once".to_string());
            };
            let column = target.0.last().and_then(ast::ObjectNamePart::as_ident).map(stored);
            let column = column.ok_or_else(|| "it sets a part of a column".to_string())?;
            if is_default(&assignment.value) {
                return Err(format!("it sets {column} to its default"));
            }
            left.push(match Written::read(&assignment.value) {
                Written::Null => format!("{column} IS NOT NULL"),
                Written::Text(_) | Written::Cast | Written::Computed => {
                    reader.read(&assignment.value)?;
                    format!("{column} IS DISTINCT FROM {}", self.stored(&column, &text(&assignment.value))?)
                }
            });
            set.insert(column);
        }
        let repeats = reader.columns.is_disjoint(&set);
        let condition = self.condition(update.selection.as_ref(), &mut reader)?;
        let left = match left.as_slice() {
            [one] => one.clone(),
            all => format!("({})", all.join(" OR ")),
        };
        let filter = condition.map_or(left.clone(), |condition| format!("({condition}) AND {left}"));
        reader.columns.extend(set);
        self.asked(format!("SELECT count(*) FROM {from} WHERE {filter}"), reader.columns, repeats)
    }

    fn delete(&self, delete: &ast::Delete) -> Result<Question, String> {
        let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &delete.from;
        let ([only], None, None) = (from.as_slice(), &delete.using, &delete.limit) else {
            return Err("it reads other tables".to_string());
        };
        if !only.joins.is_empty() || !delete.order_by.is_empty() {
            return Err("it reads other tables".to_string());
        }
        let from = self.from(&only.relation)?;
        let mut reader = Reader::new(self.actual, self.table);
        let condition = self.condition(delete.selection.as_ref(), &mut reader)?;
        let filter = condition.map_or_else(String::new, |condition| format!(" WHERE {condition}"));
        self.asked(format!("SELECT count(*) FROM {from}{filter}"), reader.columns, true)
    }

    /// Rows of a table with a key, as they are written.
    fn insert(&self, insert: &ast::Insert) -> Result<Question, String> {
        if let Some(ast::OnInsert::OnConflict(conflict)) = &insert.on
            && !matches!(conflict.action, ast::OnConflictAction::DoNothing)
        {
            return Err("it changes rows that are there".to_string());
        }
        let rows = self.seen.rows.as_ref().ok_or_else(|| "it does not write its rows out".to_string())?;
        if rows.len() > MANY {
            return Err(format!("it inserts {} rows", rows.len()));
        }
        let is_written = |row: &Row, column: &Oid| matches!(row.get(column), Some(Written::Text(_)));
        let whole = |key: &&Vec<Oid>| rows.iter().all(|row| key.iter().all(|column| is_written(row, column)));
        let Some(key) = self.seen.keys.iter().find(whole) else {
            return Err("no key of its table tells its rows from others".to_string());
        };
        let named = |column: &Ident| self.seen.data.columns.is_empty() || self.seen.data.columns.contains(column);
        let mut columns = BTreeSet::new();
        let mut counts: Vec<String> = Vec::new();
        for row in rows {
            let mut parts = Vec::new();
            for (oid, column, _) in self.seen.columns.iter().filter(|(_, column, _)| named(column)) {
                let is_key = key.contains(oid);
                let part = match row.get(oid) {
                    Some(Written::Text(value)) => {
                        self.stored(column, &literal(value)).map(|value| format!("{column} = {value}"))
                    }
                    Some(Written::Null) => Ok(format!("{column} IS NULL")),
                    Some(Written::Cast | Written::Computed) | None => continue,
                };
                match part {
                    Ok(part) => {
                        columns.insert(column.clone());
                        parts.push(part);
                    }
                    Err(why) if is_key => return Err(why),
                    // What it holds does not tell whose row it is.
                    Err(_) => {}
                }
            }
            let count = format!(
                "CASE WHEN EXISTS (SELECT FROM {} WHERE {}) THEN 0 ELSE 1 END",
                self.seen.name,
                parts.join(" AND ")
            );
            if !counts.contains(&count) {
                counts.push(count);
            }
        }
        self.asked(format!("SELECT {}", counts.join(" + ")), columns, true)
    }

    /// `t AS x`: under the name that the condition has for it.
    fn from(&self, relation: &ast::TableFactor) -> Result<String, String> {
        let ast::TableFactor::Table { alias, args: None, sample: None, .. } = relation else {
            return Err("it reads other tables".to_string());
        };
        let name: &QName = &self.seen.name;
        Ok(alias.as_ref().map_or_else(|| name.to_string(), |alias| format!("{name} AS {}", alias.name)))
    }

    fn condition(&self, condition: Option<&ast::Expr>, reader: &mut Reader<'_>) -> Result<Option<String>, String> {
        let Some(condition) = condition else { return Ok(None) };
        reader.read(condition)?;
        Ok(Some(text(condition)))
    }

    /// A value as the column would store it, so that `1.005` and `numeric(4,2)` compare equal.
    fn stored(&self, column: &Ident, value: &str) -> Result<String, String> {
        let found = self.actual.column(self.table, column).and_then(|oid| self.actual.column_of(oid));
        let Some(found) = found.filter(|found| is_plain(&found.ty, self.actual) && found.generated.is_none()) else {
            return Err(format!("{column} is not in this database, or its values cannot be compared with certainty"));
        };
        Ok(match &found.ty {
            TypeRef::Builtin(ty) if !cuts(ty) => format!("CAST({value} AS {ty})"),
            // An explicit cast would cut off what is too long; nothing that is stored is.
            TypeRef::Builtin(_) | TypeRef::User { .. } | TypeRef::Unknown(_) => format!("({value})"),
        })
    }

    /// Each column must be what it was when the statement ran, in the history and in the database.
    fn asked(&self, query: String, columns: BTreeSet<Ident>, repeats: bool) -> Result<Question, String> {
        for column in &columns {
            let then = self.seen.columns.iter().find(|(_, name, _)| name == column);
            let same = then.is_some_and(|(oid, name, ty)| {
                let now = self.actual.column(self.table, name).and_then(|oid| self.actual.column_of(oid));
                self.end.column_of(*oid).is_some_and(|end| end.name == *name)
                    && now.is_some_and(|now| self.is_same(&now.ty, ty))
            });
            if !same {
                return Err(format!("{column} is not what it was when it would have run"));
            }
        }
        Ok(Question { query, table: self.table, columns, repeats })
    }

    /// Lengths apart.
    fn is_same(&self, now: &TypeRef, then: &TypeRef) -> bool {
        match (now, then) {
            (TypeRef::Builtin(now), TypeRef::Builtin(then)) => (&now.name, now.array) == (&then.name, then.array),
            (TypeRef::User { oid: now, array, .. }, TypeRef::User { oid: then, array: other, .. }) => {
                array == other && self.actual.qname(*now) == self.end.qname(*then)
            }
            _ => false,
        }
    }
}

/// `varchar(3)`: a cast cuts off what does not fit.
fn cuts(ty: &DataType) -> bool {
    matches!(ty.builtin_name(), Some("character" | "character varying")) && !ty.modifiers.is_empty()
}
