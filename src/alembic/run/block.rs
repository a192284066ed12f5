//! `DO $$ … $$`: the part of PL/pgSQL that migrations write to guard their statements.
//!
//! `IF [NOT] EXISTS (SELECT …) THEN …`, `EXECUTE format(…)`, loops over look-ups, `EXCEPTION WHEN duplicate_object`. The statements
//! inside become steps of their own. What is not read is sent as a whole, as a statement that may do anything.

mod loops;
mod parse;
mod privileges;
mod variables;

use std::collections::BTreeMap;

use super::Run;
use crate::alembic::database::postgis;
use crate::alembic::database::query::{self, Cell, Source};
use crate::pg::command::{Command, DataCommand, DataVerb, Opaque, Transaction};
use crate::pg::error::{PgError, Reason, Refusal, SqlState, sqlstate};
use crate::pg::ident::Ident;
use crate::sql::statement;
use parse::{Block, Statement};

/// Runs a `DO` statement; `None` if the text is none, or is none that is read here.
pub fn run(run: &mut Run, sql: &str) -> Option<Result<(), Refusal>> {
    let block = parse::block_of(sql)?;
    if run.session.aborted {
        return None;
    }
    let variables = BTreeMap::from([("found".to_string(), Cell::Bool(false))]);
    let mut execution = Execution { run, variables, statements: 0 };
    Some(execution.whole(&block, sql))
}

/// Statements that one block may run: loops over a large catalog end.
const MAX_STATEMENTS: usize = 10_000;

struct Execution<'r> {
    run: &'r mut Run,
    variables: BTreeMap<String, Cell>,
    statements: usize,
}

/// How a list of statements ended.
enum End {
    Normal,
    Return,
    /// The innermost loop ends.
    Exit,
    /// The innermost loop goes on with its next round.
    Continue,
    /// It is not known whether they returned.
    MayReturn(Reason),
}

impl Execution<'_> {
    fn whole(&mut self, block: &Block, sql: &str) -> Result<(), Refusal> {
        // Outside a transaction the statement is one by itself.
        let own = self.run.prepare().is_ok() && self.run.session.transaction.is_none();
        if own {
            self.run.catalog.execute(&Command::Transaction(Transaction::Begin), &mut self.run.session)?;
        }
        let result = self.block(block).map(|_| ());
        let result = match result {
            // Which roles there are no dump tells; nothing that is compared depends on them.
            Err(Refusal::Unmodelled(_)) if block.only_privileges() => Ok(()),
            Err(Refusal::Unmodelled(reason)) => {
                let why = format!("a DO block that is not read to its end: {reason}");
                let opaque = Opaque::Statement { text: sql.to_string(), touches: None, why };
                self.run.send(Command::Opaque(opaque), sql).map(|_| ())
            }
            other => other,
        };
        if own {
            let end = if result.is_ok() { Transaction::Commit } else { Transaction::Rollback };
            self.run.catalog.execute(&Command::Transaction(end), &mut self.run.session)?;
        } else if matches!(result, Err(Refusal::Postgres(_))) && self.run.uncertain.is_empty() {
            self.run.session.fail();
        }
        result
    }

    fn block(&mut self, block: &Block) -> Result<End, Refusal> {
        for (name, value) in &block.declarations {
            let value = match value {
                Some(expression) => self.value(expression)?,
                None => Cell::Null,
            };
            self.variables.insert(name.clone(), value);
        }
        if block.handlers.is_empty() {
            return self.list(&block.body);
        }
        // A block with handlers is a subtransaction.
        let name = Ident::new("restamp do block");
        let savepoint = |run: &mut Run, command: Transaction| {
            run.catalog.execute(&Command::Transaction(command), &mut run.session).map(|_| ())
        };
        savepoint(self.run, Transaction::Savepoint(name.clone()))?;
        let steps = self.run.steps.len();
        match self.list(&block.body) {
            Ok(end) => {
                savepoint(self.run, Transaction::Release(name))?;
                Ok(end)
            }
            Err(Refusal::Postgres(error)) => {
                let handler = block.handlers.iter().find_map(|(conditions, body)| {
                    let mut caught = conditions.iter().map(|condition| catches(condition, error.sqlstate));
                    if caught.clone().any(|caught| caught == Some(true)) {
                        Some(Ok(body))
                    } else {
                        caught.any(|caught| caught.is_none()).then_some(Err(()))
                    }
                });
                match handler {
                    None => Err(error.into()),
                    Some(Err(())) => Err(Reason::new("plpgsql", "an exception condition that is not known").into()),
                    Some(Ok(body)) => {
                        savepoint(self.run, Transaction::RollbackTo(name.clone()))?;
                        savepoint(self.run, Transaction::Release(name))?;
                        // What the handler caught left nothing.
                        self.run.steps.truncate(steps);
                        self.variables.insert("sqlstate".into(), Cell::text(error.sqlstate.0));
                        self.variables.insert("sqlerrm".into(), Cell::text(&error.message));
                        self.list(body)
                    }
                }
            }
            Err(other) => Err(other),
        }
    }

    fn list(&mut self, statements: &[Statement]) -> Result<End, Refusal> {
        for (at, statement) in statements.iter().enumerate() {
            self.statements += 1;
            if self.statements > MAX_STATEMENTS {
                return Err(Reason::new("plpgsql", "a DO block that runs too long").into());
            }
            match self.statement(statement)? {
                End::Normal => {}
                end @ (End::Return | End::Exit | End::Continue) => return Ok(end),
                End::MayReturn(reason) => {
                    // What follows runs only if it did not.
                    self.run.uncertain.push(reason.clone());
                    let rest = self.list(&statements[at + 1..]);
                    self.run.uncertain.pop();
                    return rest.map(|_| End::MayReturn(reason));
                }
            }
        }
        Ok(End::Normal)
    }

    fn statement(&mut self, statement: &Statement) -> Result<End, Refusal> {
        match statement {
            Statement::Null => Ok(End::Normal),
            Statement::Return => Ok(End::Return),
            Statement::Block(block) => self.block(block),
            Statement::Assign(name, expression) => {
                let value = self.value(expression)?;
                self.variables.insert(name.clone(), value);
                Ok(End::Normal)
            }
            Statement::If(branches, otherwise) => self.branches(branches, otherwise),
            Statement::Execute { statement, into, using } => self.execute(statement, into.as_deref(), using),
            Statement::Raise { exception, message, arguments } => self.raise(*exception, message, arguments),
            Statement::SelectInto(names, query) => {
                let answer = self.select(query)?;
                self.assign_row(names, answer);
                Ok(End::Normal)
            }
            Statement::For { variable, query, body } => self.for_rows(variable, query, body),
            Statement::ForNumbers(numbers, body) => self.for_numbers(numbers, body),
            Statement::Foreach { variable, array, body } => self.for_each(variable, array, body),
            Statement::While(condition, body) => self.while_loop(condition.as_deref(), body),
            Statement::Exit(condition) => self.leave(End::Exit, condition.as_deref()),
            Statement::Continue(condition) => self.leave(End::Continue, condition.as_deref()),
            Statement::CaseNotFound => Err(PgError::new(SqlState("20000"), "case not found").into()),
            Statement::Diagnostics(names) => {
                let reason = Reason::new("row-data", "how many rows a statement has touched");
                for name in names {
                    self.variables.insert(name.clone(), Cell::Unknown(reason.clone()));
                }
                Ok(End::Normal)
            }
            Statement::Sql(text) => {
                let variables = self.variables.clone();
                self.send(text, &variables)?;
                Ok(End::Normal)
            }
        }
    }

    /// `EXECUTE statement INTO a, b USING x, y`: the text sees no variables, only what it is handed as `$1`, `$2`.
    fn execute(&mut self, statement: &str, into: Option<&[String]>, using: &[String]) -> Result<End, Refusal> {
        let mut parameters = BTreeMap::new();
        for (at, expression) in using.iter().enumerate() {
            parameters.insert((at + 1).to_string(), self.value(expression)?);
        }
        match (self.value(statement)?, into) {
            (Cell::Text(text), Some(names)) => {
                let query = query::read(&text).ok_or_else(|| Reason::new("plpgsql", "a query that is not read"))?;
                let answer = query::select(self.source(&parameters), &query)?;
                self.assign_row(names, answer);
            }
            (Cell::Text(text), None) => self.send(&text, &parameters)?,
            (Cell::Null, _) => {
                let message = "query string argument of EXECUTE is null";
                return Err(PgError::new(SqlState("22004"), message).into());
            }
            (other, _) => {
                let reason = || Reason::new("plpgsql", "EXECUTE of something that is no text");
                return Err(other.unknown().unwrap_or_else(reason).into());
            }
        }
        Ok(End::Normal)
    }

    /// `INTO a, b`, or `INTO record`
    fn assign_row(&mut self, names: &[String], answer: query::Answer) {
        let row = answer.rows.into_iter().next().unwrap_or_default();
        self.variables.insert("found".into(), Cell::Bool(!row.is_empty()));
        if let [record] = names {
            for (column, cell) in answer.columns.iter().zip(&row) {
                self.variables.insert(format!("{record}.{column}"), cell.clone());
            }
        }
        let mut cells = row.into_iter();
        for name in names {
            self.variables.insert(name.clone(), cells.next().unwrap_or(Cell::Null));
        }
    }

    fn branches(&mut self, branches: &[(String, Vec<Statement>)], otherwise: &[Statement]) -> Result<End, Refusal> {
        let Some(((condition, body), rest)) = branches.split_first() else {
            return self.list(otherwise);
        };
        match self.value(condition)?.as_condition() {
            Cell::Bool(true) => self.list(body),
            Cell::Unknown(reason) => {
                self.run.uncertain.push(reason.clone());
                let sides = self.list(body).and_then(|first| Ok((first, self.branches(rest, otherwise)?)));
                self.run.uncertain.pop();
                Ok(match sides? {
                    (End::Normal, End::Normal) => End::Normal,
                    (End::Return, End::Return) => End::Return,
                    (End::Exit, End::Exit) => End::Exit,
                    (End::Continue, End::Continue) => End::Continue,
                    (End::Exit | End::Continue, _) | (_, End::Exit | End::Continue) => return Err(reason.into()),
                    _ => End::MayReturn(reason),
                })
            }
            _ => self.branches(rest, otherwise),
        }
    }

    fn raise(&mut self, exception: bool, message: &str, arguments: &[String]) -> Result<End, Refusal> {
        if !exception {
            return Ok(End::Normal);
        }
        let mut text = String::new();
        let mut arguments = arguments.iter();
        let mut rest = message;
        while let Some(at) = rest.find('%') {
            text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(behind) = rest.strip_prefix('%') {
                text.push('%');
                rest = behind;
            } else if let Some(argument) = arguments.next() {
                match self.value(argument)? {
                    Cell::Text(argument) => text.push_str(&argument),
                    Cell::Int(number) => text.push_str(&number.to_string()),
                    _ => text.push_str("<NULL>"),
                }
            }
        }
        text.push_str(rest);
        if let Some(reason) = self.run.uncertain.last() {
            return Err(reason.clone().into());
        }
        Err(PgError::new(sqlstate::RAISE_EXCEPTION, text).into())
    }

    /// Sends a text's statements, each as a step; `seen` are the variables and parameters in it.
    fn send(&mut self, text: &str, seen: &BTreeMap<String, Cell>) -> Result<(), Refusal> {
        for statement in statement::parse(text) {
            let sql = text.get(statement.range.clone()).unwrap_or_default();
            if let Some(error) = statement.refused {
                return Err(self.run.refused(statement.command, sql, error));
            }
            if let Command::Transaction(_) = statement.command {
                return Err(Reason::new("plpgsql", "transaction control in a DO block").into());
            }
            if is_question(&statement.command)
                && let Some(statements) = postgis::statements(self.run, sql)
            {
                for sql in statements {
                    self.send(&sql, &BTreeMap::new())?;
                }
                continue;
            }
            if is_question(&statement.command)
                && let Some(query) = query::read(sql)
            {
                // A question without an effect is not worth a step, but its names are checked.
                let answer = query::select(self.source(seen), &query);
                let found = match &answer {
                    Ok(answer) => Cell::Bool(!answer.rows.is_empty()),
                    Err(_) => Cell::Unknown(Reason::new("row-data", "the rows of the database")),
                };
                self.variables.insert("found".into(), found);
                match answer {
                    Err(Refusal::Postgres(error)) => return Err(error.into()),
                    Ok(_) | Err(_) if query::is_lookup(&query) => continue,
                    Ok(_) | Err(_) => {}
                }
            } else if matches!(statement.command, Command::Data(_)) {
                let reason = Reason::new("row-data", "the rows of the database");
                self.variables.insert("found".into(), Cell::Unknown(reason));
            }
            let command = match statement.command {
                Command::Data(data) => {
                    let text = variables::written(&data, seen, &self.run.catalog, &self.run.session)?;
                    Command::Data(DataCommand { text, ..data })
                }
                other => other,
            };
            match self.run.send(command, sql) {
                Ok(_) | Err(Refusal::Unmodelled(_)) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(())
    }

    fn source<'a>(&'a self, seen: &'a BTreeMap<String, Cell>) -> Source<'a> {
        Source {
            catalog: &self.run.catalog,
            session: &self.run.session,
            parameters: seen,
            server_version: self.run.settings.server_version,
            rows: &*self.run,
        }
    }

    fn select(&mut self, text: &str) -> Result<query::Answer, Refusal> {
        match query::read(text) {
            Some(query) => query::select(self.source(&self.variables), &query),
            None => Err(Reason::new("plpgsql", "a query that is not read").into()),
        }
    }

    fn value(&mut self, expression: &str) -> Result<Cell, Refusal> {
        let answer = self.select(&format!("SELECT {expression}"));
        match answer {
            Ok(answer) => {
                Ok(answer.rows.into_iter().next().and_then(|row| row.into_iter().next()).unwrap_or(Cell::Null))
            }
            Err(Refusal::Unmodelled(reason)) => Ok(Cell::Unknown(reason)),
            Err(other) => Err(other),
        }
    }
}

fn is_question(command: &Command) -> bool {
    matches!(command, Command::Data(DataCommand { verb: DataVerb::Select, .. }))
}

/// Names of conditions (PostgreSQL documentation, appendix A).
const CONDITIONS: &[(&str, &str)] = &[
    ("duplicate_object", "42710"),
    ("duplicate_table", "42P07"),
    ("duplicate_column", "42701"),
    ("duplicate_schema", "42P06"),
    ("duplicate_function", "42723"),
    ("undefined_table", "42P01"),
    ("undefined_column", "42703"),
    ("undefined_object", "42704"),
    ("undefined_function", "42883"),
    ("invalid_schema_name", "3F000"),
    ("dependent_objects_still_exist", "2BP01"),
    ("wrong_object_type", "42809"),
    ("invalid_table_definition", "42P16"),
    ("invalid_foreign_key", "42830"),
    ("invalid_object_definition", "42P17"),
    ("datatype_mismatch", "42804"),
    ("syntax_error", "42601"),
    ("insufficient_privilege", "42501"),
    ("feature_not_supported", "0A000"),
    ("raise_exception", "P0001"),
    ("unique_violation", "23505"),
    ("not_null_violation", "23502"),
    ("foreign_key_violation", "23503"),
    ("check_violation", "23514"),
    ("object_in_use", "55006"),
    ("object_not_in_prerequisite_state", "55000"),
    ("invalid_text_representation", "22P02"),
    ("lock_not_available", "55P03"),
    ("query_canceled", "57014"),
    ("no_data_found", "P0002"),
    ("too_many_rows", "P0003"),
];

/// Whether a condition catches a SQLSTATE; `None`: a condition that is not known.
fn catches(condition: &str, state: SqlState) -> Option<bool> {
    if condition == "others" {
        return Some(true);
    }
    if let Some(code) = condition.strip_prefix("sqlstate ") {
        return Some(code == state.0);
    }
    CONDITIONS.iter().find(|(name, _)| *name == condition).map(|(_, code)| *code == state.0)
}
