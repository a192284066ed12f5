//! Statements on rows: their names are checked, nothing changes.

use crate::catalog::object::{Object, Rule};
use crate::catalog::{Catalog, Oid, Session, query};
use crate::pg::command::{DataCommand, DataVerb};
use crate::pg::error::{Refusal, sqlstate};
use crate::pg::ident::QName;

use super::alone;
use super::column::no_such_column;
use super::resolve::{plain, refuse};

impl Catalog {
    pub(super) fn data_command(&mut self, data: &DataCommand, session: &Session) -> Result<(), Refusal> {
        if data.verb == DataVerb::Maintenance {
            alone::check(&data.text, session)?;
            self.shown(&data.text)?;
            for relation in &data.relations {
                if !self.is_system_relation(relation, session) && !self.extension_may_bring(relation) {
                    self.existing_relation(relation, session)?;
                }
            }
            self.clustered(&data.text, session)?;
            return Ok(());
        }
        let table = match &data.table {
            Some(table) => self.data_relation(table, session)?,
            None => None,
        };
        // `transformInsertStmt` looks at its columns before its query; `transformUpdateStmt` at the other tables first.
        if data.verb == DataVerb::Insert {
            self.data_columns(table, data)?;
        }
        for relation in &data.relations {
            let oid = self.data_relation(relation, session)?;
            if data.verb == DataVerb::Truncate
                && oid.is_some_and(|oid| !matches!(self.get(oid), Some(Object::Table(_))))
            {
                return refuse(sqlstate::WRONG_OBJECT_TYPE, format!("\"{}\" is not a table", relation.name.as_str()));
            }
        }
        if data.verb == DataVerb::Truncate {
            self.not_referred_to(data, session)?;
        }
        // Expressions are looked at before the columns that are set.
        if !self.open_world
            && let Some(statement) = query::RowStatement::read(&data.text)
        {
            if let Some(error) = statement.wrong(self, session) {
                return Err(error);
            }
            if statement.inserts()
                && let Some(message) = table.and_then(|table| statement.left_out(self, table))
            {
                return refuse(sqlstate::NOT_NULL_VIOLATION, message);
            }
        }
        if data.verb != DataVerb::Insert {
            self.data_columns(table, data)?;
        }
        self.calls_no_ddl(data, table)?;
        self.calls_what_is_known(data, session)
    }

    /// 0A000: a table that another one refers to is truncated with it or not at all (`heap_truncate_check_FKs`).
    fn not_referred_to(&self, data: &DataCommand, session: &Session) -> Result<(), Refusal> {
        let text = data.text.trim_end_matches([' ', '\n', ';']);
        if text.get(text.len().saturating_sub(7)..).is_some_and(|end| end.eq_ignore_ascii_case("cascade")) {
            return Ok(());
        }
        let tables: Vec<Oid> = data.relations.iter().filter_map(|name| self.resolve_relation(name, session)).collect();
        let refers = self.tables().filter(|(from, _)| !tables.contains(from)).any(|(from, _)| {
            self.constraints(from).into_iter().any(|(oid, constraint)| match &constraint.rule {
                Rule::ForeignKey { table, .. } => tables.contains(table) && self.presence(oid).is_none(),
                _ => false,
            })
        });
        if refers {
            let message = "cannot truncate a table referenced in a foreign key constraint";
            return refuse(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        Ok(())
    }

    /// What PostgreSQL says of any row that the query of an `INSERT` gives, where the statement leaves out a column that must have a
    /// value (23502).
    pub fn refuses_rows_of(&self, data: &DataCommand, table: Oid) -> Option<String> {
        let statement = query::RowStatement::read(&data.text)?;
        if statement.inserts() { None } else { statement.left_out(self, table) }
    }

    /// 42P01 in the words of `parserOpenTable`: a missing schema is a missing relation.
    fn data_relation(&mut self, name: &QName, session: &Session) -> Result<Option<Oid>, Refusal> {
        if self.is_system_relation(name, session) {
            return Ok(None);
        }
        match self.resolve_relation(name, session) {
            Some(oid) => self.certain(oid).map(Some),
            None if self.open_world => self.open_table(name, session).map(Some),
            None if self.extension_may_bring(name) => Ok(None),
            None => refuse(sqlstate::UNDEFINED_TABLE, format!("relation \"{}\" does not exist", plain(name))),
        }
    }

    fn data_columns(&mut self, table: Option<Oid>, data: &DataCommand) -> Result<(), Refusal> {
        let Some(table) = table.filter(|table| matches!(self.get(*table), Some(Object::Table(_)))) else {
            return Ok(());
        };
        let relation = self.name_of(table);
        for column in &data.columns {
            self.existing_column(table, column, || no_such_column(&relation, column))?;
        }
        Ok(())
    }
}
