//! Statements on rows may call functions of the database, and those may do anything.

use std::collections::BTreeSet;

use crate::catalog::object::{Object, Routine, Trigger};
use crate::catalog::{Catalog, Oid, Session, query};
use crate::pg::command::{DataCommand, DataVerb, Kind};
use crate::pg::error::Refusal;
use crate::pg::ident::Ident;
use crate::pg::lex::{self, TokenKind};
use crate::pg::trigger;

use super::drop::mentions;
use super::resolve::unknown;

/// Words of a body that can change the schema; `EXECUTE` runs a text that nobody has read.
const CHANGES: [&str; 4] = ["CREATE ", "ALTER ", "DROP ", "EXECUTE "];

impl Catalog {
    /// A query may call a function that changes the schema, or fire a trigger that does: what it does is not known.
    pub(super) fn calls_no_ddl(&self, data: &DataCommand, table: Option<Oid>) -> Result<(), Refusal> {
        let mut called: Vec<Oid> = self.routines_in(&data.text).collect();
        let statement = query::RowStatement::read(&data.text);
        let events = match data.verb {
            // `ON CONFLICT DO UPDATE` fires both.
            DataVerb::Insert if statement.as_ref().is_none_or(query::RowStatement::may_update) => {
                &["INSERT", "UPDATE"][..]
            }
            DataVerb::Insert => &["INSERT"],
            DataVerb::Update => &["UPDATE"],
            DataVerb::Delete => &["DELETE"],
            _ => &[],
        };
        let set = statement.and_then(|statement| statement.sets());
        called.extend(table.into_iter().flat_map(|table| self.fired_on(table, events, set.as_deref())));
        let mut seen = BTreeSet::new();
        while let Some(oid) = called.pop() {
            let Some(Object::Routine(routine)) = self.get(oid) else { continue };
            if !seen.insert(oid) {
                continue;
            }
            if only_reads(routine) {
                continue;
            }
            let body = body(routine);
            if CHANGES.iter().any(|word| body.contains(word)) {
                return unknown("function-call", format!("the function {} may change the schema", routine.name));
            }
            called.extend(self.routines_in(&routine.text));
        }
        Ok(())
    }

    /// A function that nobody has made here may do anything.
    pub(super) fn calls_what_is_known(&self, data: &DataCommand, session: &Session) -> Result<(), Refusal> {
        let called = match data.verb {
            DataVerb::Select => query::RowStatement::read(&data.text).and_then(|statement| statement.unknown_call()),
            _ => None,
        };
        match called.filter(|name| self.routines(name, session).is_empty()) {
            Some(name) => unknown("function-call", format!("calls the function {name}, which may change the schema")),
            None => Ok(()),
        }
    }

    /// The functions that a text names, itself included where it defines one.
    fn routines_in(&self, text: &str) -> impl Iterator<Item = Oid> {
        self.iter().filter_map(move |(oid, entry)| match &*entry.object {
            Object::Routine(routine) if mentions(text, &routine.name) => Some(oid),
            _ => None,
        })
    }

    /// The functions of a table's triggers on one of these events.
    fn fired_on(&self, table: Oid, events: &[&str], set: Option<&[Ident]>) -> impl Iterator<Item = Oid> {
        let is_fired = move |trigger: &Trigger| match trigger::read(&trigger.text) {
            Some(parts) => events.iter().any(|event| self.is_fired(table, &parts, event, set)),
            None => is_on(&trigger.text, events),
        };
        self.iter().filter_map(move |(_, entry)| match &*entry.object {
            Object::Trigger(trigger) if trigger.table == table && is_fired(trigger) => trigger.function,
            _ => None,
        })
    }

    /// Whether a statement fires a trigger of the table. `set` are the columns that an `UPDATE` sets, where they are known: behind
    /// `UPDATE OF`, one of them must stand, or a generated column, which may depend on one.
    pub fn is_fired(&self, table: Oid, parts: &trigger::Parts, event: &str, set: Option<&[Ident]>) -> bool {
        let is_on = |own: &String| own.split(' ').next() == Some(event);
        let of = if event == "UPDATE" { parts.update_of() } else { Vec::new() };
        let is_generated = |name: &Ident| {
            let column = self.column(table, name).and_then(|column| self.column_of(column));
            column.is_none_or(|column| column.generated.is_some())
        };
        let is_set = |set: &[Ident]| of.iter().any(|column| set.contains(column) || is_generated(column));
        parts.events.iter().any(is_on) && (of.is_empty() || set.is_none_or(is_set))
    }
}

/// Whether a CREATE TRIGGER names one of these events in front of its table.
fn is_on(text: &str, events: &[&str]) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut words = words.take_while(|word| !word.eq_ignore_ascii_case("on"));
    words.any(|word| events.iter().any(|event| word.eq_ignore_ascii_case(event)))
}

/// PostgreSQL lets a function that is not volatile change nothing (0A000).
fn only_reads(routine: &Routine) -> bool {
    let (tokens, _) = lex::tokens(&routine.text);
    let mut words = tokens.iter().filter(|token| token.kind == TokenKind::Word);
    words.any(|token| {
        let word = &routine.text[token.start..token.end];
        word.eq_ignore_ascii_case("stable") || word.eq_ignore_ascii_case("immutable")
    })
}

/// What stands behind the name, in upper case and with single spaces. An aggregate has no body, only functions that it calls.
fn body(routine: &Routine) -> String {
    if routine.kind == Kind::Aggregate {
        return String::new();
    }
    let text = routine.text.to_uppercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let keyword = if routine.kind == Kind::Procedure { "PROCEDURE " } else { "FUNCTION " };
    text.split_once(keyword).map_or(text.clone(), |(_, behind)| behind.to_string())
}
