//! Extended statistics (`src/backend/commands/statscmds.c`), and what else is kept as text and goes with a table.

use crate::catalog::names::joined;
use crate::catalog::object::{Object, OpaqueObject};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor};
use crate::pg::statistics::{self, Element, Statistics};
use crate::pg::trigger;

impl Catalog {
    /// What an object of a kind that is kept as text goes with, by the statement that makes it.
    ///
    /// # Errors
    /// 42P01, 42703: the table or a column is missing.
    pub(super) fn goes_with(&mut self, kind: &str, text: &str, session: &Session) -> Result<Vec<Oid>, Refusal> {
        match kind {
            "STATISTICS" => match statistics::read(text) {
                Some(read) if self.opaque("FOREIGN TABLE", &read.table).is_none() => {
                    let table = self.existing_relation(&read.table, session)?;
                    self.with_columns(table, &read)
                }
                Some(_) | None => Ok(Vec::new()),
            },
            // The name of a rule's table is read where the grammar has it; a foreign table has no rules that matter here.
            "RULE" => Ok(ruled(text).and_then(|table| self.resolve_relation(&table, session)).into_iter().collect()),
            _ => Ok(Vec::new()),
        }
    }

    /// The table and the columns that statistics are about.
    fn with_columns(&mut self, table: Oid, read: &Statistics) -> Result<Vec<Oid>, Refusal> {
        let mut on = vec![table];
        if self.table(table).is_none() {
            return Ok(on);
        }
        for element in &read.elements {
            let columns = match element {
                Element::Column(column) => vec![column.clone()],
                Element::Expr(expr) => expr.columns().unwrap_or_default(),
            };
            for column in columns {
                let message = format!("column \"{}\" does not exist", column.as_str());
                let missing = || PgError::new(sqlstate::UNDEFINED_COLUMN, message);
                on.push(self.existing_column(table, &column, missing)?);
            }
        }
        Ok(on)
    }

    /// The statistics of a table, as they are written.
    fn statistics_of(&self, table: Oid) -> Vec<(Oid, OpaqueObject, Statistics)> {
        let found = self.dependents(table).filter_map(|oid| match self.get(oid)? {
            Object::Opaque(opaque) if opaque.kind == "STATISTICS" => {
                Some((oid, opaque.clone(), statistics::read(&opaque.text)?))
            }
            _ => None,
        });
        found.collect()
    }

    /// A rule reads a column of its table.
    pub(super) fn rule_reads(&self, rule: Oid, column: &Ident) -> bool {
        match self.get(rule) {
            Some(Object::Opaque(opaque)) if opaque.kind == "RULE" => {
                trigger::rows(&trigger::rows_columns(&opaque.text))
                    .iter()
                    .any(|(_, read)| read.as_ref() == Some(column))
            }
            _ => false,
        }
    }

    /// They follow a new name of their table.
    pub(super) fn statistics_follow(&mut self, table: Oid) {
        let Some(name) = self.qname(table) else { return };
        for (oid, opaque, read) in self.statistics_of(table) {
            let text = Statistics { table: name.clone(), ..read }.to_string();
            self.set(oid, Object::Opaque(OpaqueObject { text, ..opaque }));
        }
    }

    /// Statistics and rules follow a new name of a column.
    pub(super) fn rename_in_kept(&mut self, table: Oid, from: &Ident, to: &Ident) {
        let rules: Vec<Oid> = self.dependents(table).filter(|oid| self.rule_reads(*oid, from)).collect();
        for rule in rules {
            self.update(rule, |object| {
                if let Object::Opaque(rule) = object {
                    rule.text = trigger::with_column(&rule.text, from, to);
                }
            });
        }
        for (oid, opaque, read) in self.statistics_of(table) {
            let text = read.rename_column(from, to).to_string();
            self.set(oid, Object::Opaque(OpaqueObject { text, ..opaque }));
        }
    }

    /// `INCLUDING STATISTICS`: first the columns in their order, then the expressions (`generateClonedExtStatsStmt`); pairs of the old and
    /// the new.
    pub(super) fn copy_statistics(&mut self, from: Oid, to: Oid) -> Vec<(Oid, Oid)> {
        let mut copies = Vec::new();
        for (old, opaque, read) in self.statistics_of(from) {
            let number = |element: &Element| match element {
                Element::Column(name) => {
                    self.column(from, name).and_then(|oid| self.column_of(oid)).map_or(0, |column| column.number)
                }
                Element::Expr(_) => u32::MAX,
            };
            let mut elements = read.elements.clone();
            elements.sort_by_key(number);
            let (Some(schema), Some(table)) = (self.schema_of(to), self.qname(to)) else { continue };
            let words: Vec<&str> = elements
                .iter()
                .map(|element| match element {
                    Element::Column(name) => name.as_str(),
                    Element::Expr(_) => "expr",
                })
                .collect();
            let in_schema = |name: &Ident| QName::new(table.schema.clone(), name.clone());
            let is_taken = |name: &Ident| self.opaque("STATISTICS", &in_schema(name)).is_some();
            let name = self.choose(&table.name, Some(&joined(words)), "stat", is_taken);
            let made = Statistics { name: in_schema(&name), kinds: read.kinds, elements, table };
            let Ok(on) = self.with_columns(to, &made) else { continue };
            let text = made.to_string();
            let new = self.add(Object::Opaque(OpaqueObject {
                schema: Some(schema),
                name,
                text,
                altered: Vec::new(),
                on,
                ..opaque
            }));
            copies.push((old, new));
        }
        copies
    }
}

/// The table of `CREATE RULE r AS ON INSERT TO t …`.
fn ruled(text: &str) -> Option<QName> {
    let (tokens, _) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    cursor.until(&["TO"]);
    cursor.expect("TO").ok()?;
    cursor.qname().ok()
}
