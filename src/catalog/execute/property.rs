//! Properties of relations and columns that `ALTER TABLE`, `ALTER VIEW` and `ALTER INDEX` set: storage parameters, statistics,
//! replica identity, clustering, what fires (`ATExecCmd` in `src/backend/commands/tablecmds.c`).

use crate::catalog::object::{Firing, Object};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::error::{Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor};
use crate::pg::parameters::{self, Parameters};

use super::resolve::refuse;

/// Keys of `properties`; they are the attributes' words in upper case.
pub(super) const STATISTICS: &str = "STATISTICS";
/// Of a NOT NULL (version 18).
pub(in crate::catalog) const NO_INHERIT: &str = "NOT NULL NO INHERIT";
/// The name of a NOT NULL (version 18) that is not made of the names that table and column have; empty: it is not known, since they
/// had others when it was made.
pub(in crate::catalog) const NOT_NULL_NAME: &str = "NOT NULL NAME";
/// What a column keeps when its type changes.
pub(super) const STAYS_WITH_TYPE: &[&str] = &[STATISTICS, NO_INHERIT, NOT_NULL_NAME];
const STORAGE: &str = "STORAGE";
const COMPRESSION: &str = "COMPRESSION";
const REPLICA_IDENTITY: &str = "REPLICA IDENTITY";
const CLUSTER: &str = "CLUSTER";

impl Catalog {
    /// One action of `ALTER TABLE` that is kept as words.
    pub(super) fn alter_property(
        &mut self,
        table: Oid,
        column: Option<&Ident>,
        property: &str,
        value: &str,
        only: bool,
        session: &Session,
    ) -> Result<(), Refusal> {
        if let Some(column) = column {
            return self.alter_column_property(table, column, property, value, only, session);
        }
        let (tokens, _) = lex::tokens(value);
        let mut cursor = Cursor::new(value, &tokens);
        match property {
            "SET" | "RESET" => self.change_parameters(table, property == "SET", value),
            "SET LOGGED" | "SET UNLOGGED" => self.set_unlogged(table, property == "SET UNLOGGED"),
            "REPLICA IDENTITY" if cursor.eat("USING INDEX") => {
                let Ok(index) = cursor.ident() else { return Ok(()) };
                self.mark_index(table, &index, REPLICA_IDENTITY)?;
                self.set_property(table, REPLICA_IDENTITY, None);
            }
            "REPLICA IDENTITY" => {
                self.unmark_indexes(table, REPLICA_IDENTITY);
                let mode = value.trim().to_ascii_uppercase();
                self.set_property(table, REPLICA_IDENTITY, (mode != "DEFAULT").then_some(mode));
            }
            "CLUSTER ON" => {
                let Ok(index) = cursor.ident() else { return Ok(()) };
                self.mark_index(table, &index, CLUSTER)?;
            }
            "SET WITHOUT CLUSTER" => self.unmark_indexes(table, CLUSTER),
            "INHERIT" | "NO INHERIT" => {
                let Ok(parent) = cursor.qname() else { return Ok(()) };
                let parent = self.existing_relation(&parent, session)?;
                self.update(table, |object| {
                    if let Object::Table(table) = object {
                        table.inherits.retain(|other| *other != parent);
                        if property == "INHERIT" {
                            table.inherits.push(parent);
                        }
                    }
                });
            }
            _ => match (firing(property), cursor.ident()) {
                (Some((firing, "TRIGGER")), Ok(name)) => return self.set_firing(table, &name, firing),
                (Some((firing, _)), Ok(name)) => {
                    let words = (firing != Firing::Origin).then(|| firing.words().to_string());
                    self.set_property(table, &format!("RULE {name}"), words);
                }
                _ => self.set_property(table, property, Some(value.to_string())),
            },
        }
        Ok(())
    }

    fn alter_column_property(
        &mut self,
        table: Oid,
        name: &Ident,
        property: &str,
        value: &str,
        only: bool,
        session: &Session,
    ) -> Result<(), Refusal> {
        let column = self.alterable_column(table, name)?;
        let (key, default) = match property {
            "SET STATISTICS" => (STATISTICS, ["-1", "DEFAULT"]),
            "SET STORAGE" => (STORAGE, ["DEFAULT", ""]),
            "SET COMPRESSION" => (COMPRESSION, ["DEFAULT", ""]),
            _ => {
                self.change_parameters(column, property == "SET", value);
                return Ok(());
            }
        };
        let value = value.split_whitespace().collect::<String>().to_ascii_uppercase();
        let value = (!default.contains(&value.as_str())).then_some(value);
        if let Some(value) = &value {
            self.can_be_stored(column, key, value, session)?;
        }
        self.set_property(column, key, value.clone());
        // `ATSimpleRecursion` is for statistics and storage alone.
        let below = if key == COMPRESSION { Vec::new() } else { self.below(table, only) };
        for child in below {
            if let Some(column) = self.column(child, name) {
                self.set_property(column, key, value.clone());
            }
        }
        Ok(())
    }

    /// 0A000: values of a fixed length are stored in one way (`TypeIsToastable`).
    fn can_be_stored(&self, column: Oid, key: &str, value: &str, session: &Session) -> Result<(), Refusal> {
        let Some(column) = self.column_of(column) else { return Ok(()) };
        let is_fixed = self.system_type(&column.ty, session).is_some_and(|ty| ty.is_fixed());
        let message = match (key, value) {
            (STORAGE, "MAIN" | "EXTERNAL" | "EXTENDED") if is_fixed => "can only have storage PLAIN",
            (COMPRESSION, "PGLZ" | "LZ4") if is_fixed => "does not support compression",
            _ => return Ok(()),
        };
        let ty = self.type_name(&column.ty, session);
        refuse(sqlstate::FEATURE_NOT_SUPPORTED, format!("column data type {ty} {message}"))
    }

    /// `SET (…)` and `RESET (…)`.
    fn change_parameters(&mut self, oid: Oid, set: bool, text: &str) {
        self.update(oid, |object| {
            if let Some(own) = parameters_of(object) {
                parameters::change(own, set, text);
            }
        });
    }

    /// A table's sequences go with it; before version 15 they stayed (see the attributes of a sequence).
    fn set_unlogged(&mut self, relation: Oid, unlogged: bool) {
        let columns: Vec<Oid> = self.columns(relation).into_iter().map(|(column, _)| column).collect();
        let owned = columns.into_iter().flat_map(|column| self.owned_sequences(column)).map(|(oid, _)| oid);
        let all: Vec<Oid> = std::iter::once(relation).chain(owned).collect();
        for oid in all {
            self.update(oid, |object| match object {
                Object::Table(table) => table.unlogged = unlogged,
                Object::Sequence(sequence) => sequence.unlogged = unlogged,
                _ => {}
            });
        }
    }

    /// Marks one index of a table; only one has the mark.
    fn mark_index(&mut self, table: Oid, name: &Ident, mark: &str) -> Result<(), Refusal> {
        let found = self.indexes(table).into_iter().find(|(_, index)| index.name == *name).map(|(oid, _)| oid);
        let Some(index) = found else {
            return match self.table(table).and_then(|table| table.open.clone()) {
                Some(_) if self.open_world => Ok(()),
                Some(reason) => Err(Refusal::Unmodelled(reason)),
                None => {
                    let table = self.name_of(table);
                    let message =
                        format!("index \"{}\" for table \"{}\" does not exist", name.as_str(), table.as_str());
                    refuse(sqlstate::UNDEFINED_OBJECT, message)
                }
            };
        };
        self.certain(index)?;
        self.unmark_indexes(table, mark);
        self.set_property(index, mark, Some("true".to_string()));
        Ok(())
    }

    fn unmark_indexes(&mut self, table: Oid, mark: &str) {
        let marked: Vec<Oid> = self
            .indexes(table)
            .into_iter()
            .filter(|(_, index)| index.properties.contains_key(mark))
            .map(|(oid, _)| oid)
            .collect();
        for index in marked {
            self.set_property(index, mark, None);
        }
    }

    /// `ENABLE TRIGGER`: one, or all of the table (`ALL` and `USER` are key words).
    fn set_firing(&mut self, table: Oid, name: &Ident, firing: Firing) -> Result<(), Refusal> {
        let triggers: Vec<Oid> = match name.as_str() {
            "all" | "user" => {
                self.children(table).filter(|oid| matches!(self.get(*oid), Some(Object::Trigger(_)))).collect()
            }
            _ => match self.named(Space::Trigger, table, name) {
                Some(trigger) => vec![self.certain(trigger)?],
                None => return self.missing_on_table("trigger", name, table),
            },
        };
        for trigger in triggers {
            self.update(trigger, |object| {
                if let Object::Trigger(trigger) = object {
                    trigger.firing = firing;
                }
            });
        }
        Ok(())
    }

    /// `ALTER INDEX … SET (…)`, `RESET (…)`, `ALTER COLUMN n SET STATISTICS …`.
    pub(super) fn alter_index_property(&mut self, index: Oid, text: &str) {
        let (tokens, _) = lex::tokens(text);
        let mut cursor = Cursor::new(text, &tokens);
        if cursor.eat("ALTER") {
            cursor.eat("COLUMN");
            let (Ok(number), true) = (cursor.integer(), cursor.eat("SET STATISTICS")) else { return };
            let value = cursor.rest().split_whitespace().collect::<String>().to_ascii_uppercase();
            let value = (!matches!(value.as_str(), "-1" | "DEFAULT")).then_some(value);
            return self.set_property(index, &format!("{STATISTICS} {number}"), value);
        }
        if let Some(word) = cursor.eat_any(&["SET", "RESET"])
            && cursor.is_sign("(")
        {
            let list = cursor.rest();
            self.change_parameters(index, word == "SET", list);
        }
    }

    /// `CLUSTER table USING index` marks the index, as `ALTER TABLE … CLUSTER ON` does.
    pub(super) fn clustered(&mut self, text: &str, session: &Session) -> Result<(), Refusal> {
        let (tokens, _) = lex::tokens(text);
        let mut cursor = Cursor::new(text, &tokens);
        if !cursor.eat("CLUSTER") {
            return Ok(());
        }
        cursor.eat("VERBOSE");
        let (Ok(first), second) = (cursor.qname(), cursor.eat_any(&["USING", "ON"])) else { return Ok(()) };
        let (table, index): (QName, Ident) = match (second, cursor.qname()) {
            (Some("USING"), Ok(index)) => (first, index.name),
            (Some(_), Ok(table)) => (table, first.name),
            _ => return Ok(()),
        };
        let table = self.existing_relation(&table, session)?;
        self.mark_index(table, &index, CLUSTER)
    }
}

/// `ENABLE ALWAYS TRIGGER` and its kin: what becomes of which kind of object.
fn firing(words: &str) -> Option<(Firing, &'static str)> {
    let kind = ["TRIGGER", "RULE"].into_iter().find(|kind| words.ends_with(kind))?;
    let firing = match words.trim_end_matches(kind).trim_end() {
        "ENABLE" => Firing::Origin,
        "DISABLE" => Firing::Disabled,
        "ENABLE ALWAYS" => Firing::Always,
        "ENABLE REPLICA" => Firing::Replica,
        _ => return None,
    };
    Some((firing, kind))
}

fn parameters_of(object: &mut Object) -> Option<&mut Parameters> {
    match object {
        Object::Table(table) => Some(&mut table.parameters),
        Object::Column(column) => Some(&mut column.parameters),
        Object::Index(index) => Some(&mut index.with),
        Object::View(view) => Some(&mut view.parameters),
        _ => None,
    }
}
