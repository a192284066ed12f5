//! Triggers.

use crate::catalog::missed::Use;
use crate::catalog::object::{Firing, Object, Trigger};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Kind, Trigger as TriggerCommand};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::ident::QName;
use crate::pg::routine;
use crate::pg::trigger;

use super::resolve::{plain, refuse, unknown};

/// Trigger functions of PostgreSQL itself and of the extensions that are known.
const TRIGGER_FUNCTIONS: &[&str] = &[
    "suppress_redundant_updates_trigger",
    "tsvector_update_trigger",
    "tsvector_update_trigger_column",
    "moddatetime",
    "insert_username",
    "autoinc",
    "lo_manage",
    "refint",
    "check_primary_key",
    "check_foreign_key",
    "triggered_change_notification",
];

impl Catalog {
    pub(super) fn trigger_command(&mut self, command: &TriggerCommand, session: &Session) -> Result<(), Refusal> {
        match command {
            TriggerCommand::Create { name, table, or_replace, function, text } => {
                let table = self.existing_relation(table, session)?;
                self.trigger_condition(table, text)?;
                self.trigger_events(table, text)?;
                let function = self.trigger_function(function, session)?;
                let firing = Firing::Origin;
                let trigger = Trigger { table, name: name.clone(), function, firing, text: text.clone() };
                match self.named(Space::Trigger, table, name) {
                    Some(oid) if *or_replace => {
                        self.set(oid, Object::Trigger(trigger));
                        self.set_presence(oid, crate::catalog::Presence::Yes);
                    }
                    Some(oid) => {
                        self.certain(oid)?;
                        let message = format!(
                            "trigger \"{}\" for relation \"{}\" already exists",
                            name.as_str(),
                            self.name_of(table).as_str()
                        );
                        return refuse(sqlstate::DUPLICATE_OBJECT, message);
                    }
                    None => {
                        self.add(Object::Trigger(trigger));
                    }
                }
                Ok(())
            }
            TriggerCommand::Rename { name, table, to } => {
                let table = self.existing_relation(table, session)?;
                let Some(oid) = self.named(Space::Trigger, table, name) else {
                    self.miss_on_table(Kind::Trigger, table, name, Use::Taken);
                    return self.missing_on_table("trigger", name, table);
                };
                self.certain(oid)?;
                if self.named(Space::Trigger, table, to).is_some() {
                    let (to, table) = (to.as_str(), self.name_of(table));
                    let message = format!("trigger \"{to}\" for relation \"{}\" already exists", table.as_str());
                    return refuse(sqlstate::DUPLICATE_OBJECT, message);
                }
                self.update(oid, |object| {
                    if let Object::Trigger(trigger) = object {
                        trigger.text = crate::pg::trigger::renamed(&trigger.text, to);
                        trigger.name = to.clone();
                    }
                });
                Ok(())
            }
            TriggerCommand::Drop { name, table, if_exists, behavior } => {
                if *if_exists && self.resolve_relation(table, session).is_none() {
                    return Ok(());
                }
                let table = self.existing_relation(table, session)?;
                match self.named(Space::Trigger, table, name) {
                    Some(oid) => {
                        if !if_exists {
                            self.certain(oid)?;
                        }
                        self.drop_objects(&[oid], *behavior, session)
                    }
                    None if *if_exists => Ok(()),
                    None => {
                        self.miss_on_table(Kind::Trigger, table, name, Use::Taken);
                        self.missing_on_table("trigger", name, table)
                    }
                }
            }
        }
    }

    /// 42P17: which rows a trigger's `WHEN` can read (`CreateTriggerFiringOn`).
    fn trigger_condition(&self, table: Oid, text: &str) -> Result<(), Refusal> {
        let Some(parts) = trigger::read(text) else { return Ok(()) };
        let Some(when) = &parts.when else { return Ok(()) };
        let on = |event: &str| parts.events.iter().any(|other| other == event);
        let invalid = |message: &str| PgError::new(sqlstate::INVALID_OBJECT_DEFINITION, message);
        for (row, column) in trigger::rows(when) {
            match (row, parts.level) {
                (_, "STATEMENT") => {
                    return Err(invalid("statement trigger's WHEN condition cannot reference column values").into());
                }
                ("old", _) if on("INSERT") => {
                    return Err(invalid("INSERT trigger's WHEN condition cannot reference OLD values").into());
                }
                ("new", _) if on("DELETE") => {
                    return Err(invalid("DELETE trigger's WHEN condition cannot reference NEW values").into());
                }
                ("new", _) if parts.timing == "BEFORE" => {}
                _ => continue,
            }
            let message = "BEFORE trigger's WHEN condition cannot reference NEW generated columns";
            let generated = |oid: Oid| self.column_of(oid).is_some_and(|column| column.generated.is_some());
            let detail = match &column {
                Some(column) if self.column(table, column).is_some_and(generated) => {
                    format!("Column \"{}\" is a generated column.", column.as_str())
                }
                None if self.columns(table).into_iter().any(|(oid, _)| generated(oid)) => {
                    "A whole-row reference is used and the table contains generated columns.".to_string()
                }
                Some(_) | None => continue,
            };
            return Err(invalid(message).detail(detail).into());
        }
        Ok(())
    }

    /// 42809 for what a table or a view has no triggers of, 42703 for a column behind `UPDATE OF` (`CreateTrigger`).
    fn trigger_events(&mut self, table: Oid, text: &str) -> Result<(), Refusal> {
        let Some(parts) = trigger::read(text) else { return Ok(()) };
        let name = self.name_of(table);
        match self.get(table).map(Object::kind) {
            Some(Kind::Table) if parts.timing == "INSTEAD OF" => {
                let detail = "Tables cannot have INSTEAD OF triggers.";
                let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, format!("\"{}\" is a table", name.as_str()));
                return Err(error.detail(detail).into());
            }
            Some(Kind::View) if parts.timing != "INSTEAD OF" && parts.level == "ROW" => {
                let detail = "Views cannot have row-level BEFORE or AFTER triggers.";
                let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, format!("\"{}\" is a view", name.as_str()));
                return Err(error.detail(detail).into());
            }
            Some(Kind::Table) => {}
            _ => return Ok(()),
        }
        for column in parts.update_of() {
            let message = format!("column \"{}\" of relation \"{}\" does not exist", column.as_str(), name.as_str());
            self.existing_column(table, &column, || PgError::new(sqlstate::UNDEFINED_COLUMN, message))?;
        }
        Ok(())
    }

    /// 42704 for a trigger or policy, unless the table is open.
    pub(super) fn missing_on_table(
        &self,
        what: &str,
        name: &crate::pg::ident::Ident,
        table: Oid,
    ) -> Result<(), Refusal> {
        match self.table(table).and_then(|table| table.open.clone()) {
            Some(_) if self.open_world => Ok(()),
            Some(reason) => Err(Refusal::Unmodelled(reason)),
            None => {
                let message = format!(
                    "{what} \"{}\" for table \"{}\" does not exist",
                    name.as_str(),
                    self.name_of(table).as_str()
                );
                refuse(sqlstate::UNDEFINED_OBJECT, message)
            }
        }
    }

    fn trigger_function(&self, name: &QName, session: &Session) -> Result<Option<Oid>, Refusal> {
        if let Some(oid) = self.routine_with(name, &[], session) {
            let oid = self.certain(oid)?;
            let returned = match self.get(oid) {
                Some(Object::Routine(routine)) => routine::read(&routine.text),
                _ => None,
            };
            let returned = returned.and_then(|definition| definition.clauses.get("returns").cloned());
            if returned.is_some_and(|returned| returned != "trigger") && !session.restoring {
                let message = format!("function {} must return type trigger", plain(name));
                return refuse(sqlstate::INVALID_OBJECT_DEFINITION, message);
            }
            return Ok(Some(oid));
        }
        if self.open_world || TRIGGER_FUNCTIONS.contains(&name.name.as_str()) {
            return Ok(None);
        }
        if let Some(extension) = self.unknown_extension() {
            return unknown(
                "unknown-extension",
                format!("the function {name} may come with the extension {extension}, which is not modelled"),
            );
        }
        refuse(sqlstate::UNDEFINED_FUNCTION, format!("function {}() does not exist", plain(name)))
    }
}
