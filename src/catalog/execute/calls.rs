//! Statements on rows may call functions of the database, and those may do anything.

use std::collections::BTreeSet;

use crate::catalog::object::{Object, Routine};
use crate::catalog::{Catalog, Oid};
use crate::pg::command::{DataCommand, DataVerb};
use crate::pg::error::Refusal;

use super::drop::mentions;
use super::resolve::unknown;

/// Words of a body that can change the schema; `EXECUTE` runs a text that nobody has read.
const CHANGES: [&str; 4] = ["CREATE ", "ALTER ", "DROP ", "EXECUTE "];

impl Catalog {
    /// A query may call a function that changes the schema, or fire a trigger that does: what it does is not known.
    pub(super) fn calls_no_ddl(&self, data: &DataCommand, table: Option<Oid>) -> Result<(), Refusal> {
        let mut called: Vec<Oid> = self.routines_in(&data.text).collect();
        if matches!(data.verb, DataVerb::Insert | DataVerb::Update | DataVerb::Delete) {
            called.extend(table.into_iter().flat_map(|table| self.fired_on(table)));
        }
        let mut seen = BTreeSet::new();
        while let Some(oid) = called.pop() {
            let Some(Object::Routine(routine)) = self.get(oid) else { continue };
            if !seen.insert(oid) {
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

    /// The functions that a text names, itself included where it defines one.
    fn routines_in(&self, text: &str) -> impl Iterator<Item = Oid> {
        self.iter().filter_map(move |(oid, entry)| match &*entry.object {
            Object::Routine(routine) if mentions(text, &routine.name) => Some(oid),
            _ => None,
        })
    }

    fn fired_on(&self, table: Oid) -> impl Iterator<Item = Oid> {
        self.iter().filter_map(move |(_, entry)| match &*entry.object {
            Object::Trigger(trigger) if trigger.table == table => trigger.function,
            _ => None,
        })
    }
}

/// The body in upper case and with single spaces. An aggregate has none, only functions that it calls; nor has a function in the
/// style of the SQL standard (`BEGIN ATOMIC`, `RETURN`), in which DDL is refused.
fn body(routine: &Routine) -> String {
    let text = routine.text.to_uppercase().split_whitespace().collect::<Vec<_>>().join(" ");
    text.split_once(" AS ").map_or(String::new(), |(_, body)| body.to_string())
}

#[cfg(test)]
mod tests {
    use crate::catalog::{Catalog, Session};
    use crate::sql::statement::parse;

    const SCHEMA: &str = "CREATE TABLE t (id integer, tags text[]);
        CREATE TABLE audited (id integer);
        CREATE FUNCTION plain(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
        CREATE FUNCTION makes() RETURNS void LANGUAGE plpgsql AS 'BEGIN CREATE TABLE made (id integer); END';
        CREATE FUNCTION calls() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM makes(); END';
        CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM makes(); RETURN NEW; END';
        CREATE TRIGGER audit AFTER INSERT ON audited FOR EACH ROW EXECUTE FUNCTION fired();
        CREATE AGGREGATE joined(anycompatiblearray) (sfunc = array_cat, stype = anycompatiblearray, initcond = '{}')";

    fn outcome(sql: &str) -> String {
        let (mut catalog, mut session) = (Catalog::new(), Session::default());
        for statement in parse(SCHEMA) {
            catalog.execute(&statement.command, &mut session).expect("the schema is executed");
        }
        match catalog.execute(&parse(sql)[0].command, &mut session) {
            Ok(_) => "ok".to_string(),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn what_calls_nothing_that_changes_the_schema_is_known() {
        assert_eq!(outcome("UPDATE t SET id = plain(id)"), "ok");
        assert_eq!(outcome("SELECT joined(tags) FROM t"), "ok");
        assert_eq!(outcome("DELETE FROM t"), "ok");
    }

    #[test]
    fn what_calls_something_that_may_is_not() {
        for sql in ["UPDATE t SET id = 1 WHERE makes() IS NULL", "DELETE FROM t WHERE calls() IS NULL"] {
            assert!(outcome(sql).contains("the function makes may change the schema"), "{sql}: {}", outcome(sql));
        }
        let fires = outcome("INSERT INTO audited VALUES (1)");
        assert!(fires.contains("the function makes may change the schema"), "{fires}");
    }
}
