//! Connections and engines.

use std::any::Any;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::sqlalchemy::expression::dml::Query;
use super::super::sqlalchemy::seam;
use super::dialects::Dialect;
use super::driver::DriverConnection;
use super::element::Element;
use super::placeholder;
use super::query::{self, KnownRows, Source};
use super::result::ResultRows;
use super::statement::{Executable, Text, compile_text, executable, row_statements};
use super::transaction::Transaction;
use super::{certain, errors, grammar, holes, inspector, numeric, postgis, returned, second, taken};
use crate::alembic::eval::{Eval, Native, Raise, Reach, Value, Vm, native};
use crate::alembic::run::{Action, Driver, block};
use crate::catalog::{Catalog, Session};
use crate::pg::command::{Command, DataCommand, DataVerb, Opaque};
use crate::pg::error::{PgError, Reason, Refusal, sqlstate};
use crate::pg::ident::Ident;
use crate::sql::statement::parse;

/// A connection.
#[derive(Debug)]
pub struct Connection {
    /// Another connection than the migration's own: it sees only what is committed.
    pub(super) foreign: bool,
}

/// An engine: `bind.engine`.
#[derive(Debug)]
pub struct Engine;

/// The connection that a value is or leads to.
pub fn connection_of(value: &Value) -> Option<Rc<Connection>> {
    if value.downcast_ref::<Engine>().is_some() {
        return Some(Rc::new(Connection { foreign: true }));
    }
    value.downcast::<Connection>()
}

impl Connection {
    /// The connection of the run.
    pub fn of_run() -> Connection {
        Connection { foreign: false }
    }

    /// Its engine.
    pub fn engine(&self) -> Engine {
        Engine
    }

    /// What this connection sees.
    pub fn with_catalog<T>(&self, vm: &Vm, read: impl FnOnce(&Catalog) -> T) -> T {
        if self.foreign { read(&vm.run.committed()) } else { read(&vm.run.catalog) }
    }

    /// `connection.execute(statement, parameters)`
    pub fn execute(&self, vm: &mut Vm, statement: &Value, params: &Value) -> Eval<Value> {
        match executable(statement) {
            // SQLAlchemy 1.4 hands a `str` to the driver as it is.
            Executable::Str(text) => {
                seam::legacy(vm, "execute() of a str");
                match params {
                    Value::None => self.run_text(vm, Text { sql: text, unknown: None }),
                    _ => self.execute_driver(vm, statement, params),
                }
            }
            other => self.run_executable(vm, other, params),
        }
    }

    /// A statement as the driver takes it: `%s` and `%(name)s` are parameters, `%%` is a percent sign.
    pub(super) fn execute_driver(&self, vm: &mut Vm, statement: &Value, params: &Value) -> Eval<Value> {
        match statement {
            Value::Unknown(reason) => self.run_executable(vm, Executable::Unknown(reason.clone()), &Value::None),
            statement => {
                let sql = statement.as_str().unwrap_or_default();
                if let Value::None = params {
                    return self.run_text(vm, Text { sql: sql.replace("%%", "%"), unknown: None });
                }
                let mut result = Value::None;
                for params in placeholder::sets(params) {
                    let text = placeholder::compile(vm, sql, &params)?;
                    result = self.run_text(vm, text)?;
                }
                Ok(result)
            }
        }
    }

    /// Another connection than the migration's own.
    pub fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// `op.execute(…)`: a `str` is a text.
    pub fn execute_text(&self, vm: &mut Vm, statement: &Value) -> Eval<Value> {
        match executable(statement) {
            Executable::Str(text) => self.run_executable(vm, Executable::Text(text, Vec::new()), &Value::None),
            other => self.run_executable(vm, other, &Value::None),
        }
    }

    fn run_executable(&self, vm: &mut Vm, statement: Executable, params: &Value) -> Eval<Value> {
        match statement {
            Executable::Text(text, own) => {
                // A list of parameter sets runs the statement once for each.
                let sets = match params {
                    Value::List(list) => match list.borrow().unknown.clone() {
                        Some(reason) => vec![Value::Unknown(reason)],
                        None => list.borrow().items.clone(),
                    },
                    Value::Tuple(items) => items.to_vec(),
                    one => vec![one.clone()],
                };
                let mut result = Value::None;
                for params in sets {
                    let compiled = compile_text(vm, &text, &own, &params)?;
                    result = self.run_text(vm, compiled)?;
                }
                Ok(result)
            }
            Executable::Str(text) => self.run_text(vm, Text { sql: text, unknown: None }),
            Executable::Unknown(reason) => {
                if let Some(commands) = row_statements(vm, &reason) {
                    for command in commands {
                        match vm.run.send_rows(&Command::Data(command), reason.to_string()) {
                            Ok(_) | Err(Refusal::Unmodelled(_)) => {}
                            Err(refusal) => return Err(errors::raise(vm, refusal, None)),
                        }
                    }
                    if vm.run.uncertain.is_empty() && holes::has_bare(&reason) {
                        // The value of a row that is not there is `None`, and so is the word in the statement.
                        let error = PgError::new(sqlstate::UNDEFINED_COLUMN, "column \"none\" does not exist");
                        let raised = errors::raise(vm, error.into(), None);
                        if let Raise::Exception(exception) = raised {
                            vm.may_raise_here(&reason, exception);
                        }
                    }
                    return Ok(Value::native(ResultRows::unknown(reason.clone())));
                }
                vm.run.note(Action::Unmodelled(reason.clone()));
                if !self.foreign {
                    for doubt in holes::doubts(&reason) {
                        match vm.run.send(doubt, reason.to_string()) {
                            Ok(_) | Err(Refusal::Unmodelled(_)) => {}
                            Err(refusal) => return Err(errors::raise(vm, refusal, None)),
                        }
                    }
                }
                Ok(Value::Unknown(reason))
            }
            Executable::Other(value) => self.run_other(vm, &value, params),
        }
    }

    /// Any other executable of SQLAlchemy: DDL elements, and statements on rows.
    fn run_other(&self, vm: &mut Vm, value: &Value, params: &Value) -> Eval<Value> {
        let Value::Native(native) = value else {
            return Err(vm.raise("sqlalchemy.exc.ObjectNotExecutableError", "Not an executable object"));
        };
        if let Some(element) = value.downcast::<Element>() {
            for statement in &element.statements {
                if let Err(refusal) = vm.run.send(statement.command.clone(), statement.sql.as_str())
                    && !matches!(refusal, Refusal::Unmodelled(_))
                {
                    return Err(errors::raise(vm, refusal, Some(&statement.sql)));
                }
            }
            return Ok(Value::native(ResultRows::none()));
        }
        if let Some(query) = value.downcast::<Query>() {
            let (command, text) = match first_set(params) {
                None => query.command(vm)?,
                Some(set) => match query.with_rows(vm, params)? {
                    Some(rows) => rows.command(vm)?,
                    None => {
                        let (command, reason) = query.command_with(&set);
                        (command, Err(reason))
                    }
                },
            };
            let result = match (command, text) {
                (_, Ok(sql)) => self.run_text(vm, Text { sql, unknown: None })?,
                (command, Err(reason)) => match vm.run.send_rows(&Command::Data(command), reason.to_string()) {
                    Ok(_) | Err(Refusal::Unmodelled(_)) => Value::native(ResultRows::unknown(reason)),
                    Err(refusal) => return Err(errors::raise(vm, refusal, None)),
                },
            };
            if !self.foreign {
                numeric::read(vm, &query)?;
            }
            return Ok(result);
        }
        // Statements on rows change no schema; which rows they touch is not known.
        if ["sqlalchemy.sql.dml.", "sqlalchemy.sql.selectable."].iter().any(|module| native.class().starts_with(module))
        {
            let reason = vm.reason("row-data", format!("the rows of a {}", native.class()));
            vm.run.note(Action::Rows { what: format!("a {} of SQLAlchemy", native.class()) });
            return Ok(Value::native(ResultRows::unknown(reason)));
        }
        let reason = vm.reason("executable", format!("execution of a {}", native.class()));
        vm.run.note(Action::Unmodelled(reason.clone()));
        Ok(Value::Unknown(reason))
    }

    /// Sends a text, which may hold several statements.
    fn run_text(&self, vm: &mut Vm, text: Text) -> Eval<Value> {
        let statements = parse(&text.sql);
        if let Some(error) = statements.iter().find_map(|statement| statement.refused.clone()) {
            return self.refused(vm, &text.sql, error);
        }
        if statements.len() > 1 && vm.run.settings.driver == Driver::Asyncpg {
            let message = "cannot insert multiple commands into a prepared statement";
            return self.refused(vm, &text.sql, PgError::new(sqlstate::SYNTAX_ERROR, message));
        }
        let mut result = Value::native(ResultRows::none());
        for statement in statements {
            let sql = text.sql.get(statement.range.clone()).unwrap_or_default().to_string();
            if text.unknown.is_none() && statement.refused.is_none() {
                grammar::doubt(vm, &sql);
            }
            result = self.run_statement(vm, statement.command, sql, text.unknown.as_ref())?;
        }
        Ok(result)
    }

    fn refused(&self, vm: &mut Vm, sql: &str, error: PgError) -> Eval<Value> {
        let opaque = Opaque::Statement { text: sql.to_string(), touches: Some(Vec::new()), why: error.message.clone() };
        let refusal = vm.run.refused(Command::Opaque(opaque), sql, error);
        Err(errors::raise(vm, refusal, Some(sql)))
    }

    fn run_statement(&self, vm: &mut Vm, command: Command, sql: String, unknown: Option<&Reason>) -> Eval<Value> {
        if let Command::Data(DataCommand { verb: DataVerb::Select, .. }) = &command
            && !self.foreign
            && unknown.is_none()
            && let Some(statements) = postgis::statements(&vm.run, &sql)
        {
            return self.run_instead(vm, statements);
        }
        if let Command::Data(DataCommand { verb: DataVerb::Select | DataVerb::Maintenance, .. }) = &command
            && let Some(result) = self.look_up(vm, &sql)?
        {
            return Ok(result);
        }
        if self.foreign {
            let reason = vm.reason("second-connection", "a statement on a connection that is not the migration's");
            if let Some(table) = second::waits_for(&vm.run, &sql) {
                let what = format!(
                    "a statement on a second connection waits for ever for what the migration itself has locked: {table}"
                );
                let reason = vm.reason("second-connection", what);
                vm.run.note(Action::Unmodelled(reason.clone()));
                return Ok(Value::native(ResultRows::unknown(reason)));
            }
            if command.leaves_schema() && self.would_run(vm, &command) {
                vm.run.note(Action::Rows { what: sql });
                return Ok(Value::native(ResultRows::unknown(Reason { kind: "row-data", ..reason })));
            }
            vm.run.note(Action::Unmodelled(reason.clone()));
            return Ok(Value::native(ResultRows::unknown(reason)));
        }
        if let Some(outcome) = block::run(&mut vm.run, &sql) {
            return match outcome {
                Ok(()) => Ok(Value::native(ResultRows::none())),
                Err(Refusal::Unmodelled(_)) => Ok(Value::native(ResultRows::none())),
                Err(refusal) => Err(errors::raise(vm, refusal, Some(&sql))),
            };
        }
        let rows = match &command {
            Command::Data(data) => Some(data.verb),
            _ => None,
        };
        let of = match &command {
            Command::Data(data) => data.table.clone(),
            _ => None,
        };
        let idle = self.changes_nothing(vm, &command);
        let returned = match &command {
            Command::Data(data) if data.verb == DataVerb::Insert => returned::rows(&vm.run, data, &sql),
            _ => None,
        };
        taken::doubt(vm, &command, &sql);
        let outcome = match (rows, unknown) {
            (Some(_), Some(reason)) => vm.run.send_rows(&command, format!("{sql} ({reason})")),
            _ => vm.run.send(command, sql.clone()),
        };
        match outcome {
            Ok(_) | Err(Refusal::Unmodelled(_)) => {
                let reason = Reason::new(
                    "row-data",
                    of.map_or_else(|| "the rows of the database".to_string(), |of| format!("the rows of {of}")),
                );
                Ok(Value::native(match rows {
                    _ if let Some(returned) = returned => ResultRows::of(returned),
                    Some(_) if idle => ResultRows::no_rows(),
                    None => ResultRows::none(),
                    Some(_) if certain::gives_a_row(&sql) => ResultRows::unknown_row(reason),
                    Some(_) => ResultRows::unknown(reason),
                }))
            }
            Err(refusal) => Err(errors::raise(vm, refusal, Some(&sql))),
        }
    }

    /// Runs what the functions of a query do.
    fn run_instead(&self, vm: &mut Vm, statements: Vec<String>) -> Eval<Value> {
        for sql in statements {
            for statement in parse(&sql) {
                match vm.run.send(statement.command, sql.clone()) {
                    Ok(_) | Err(Refusal::Unmodelled(_)) => {}
                    Err(refusal) => return Err(errors::raise(vm, refusal, Some(&sql))),
                }
            }
        }
        let reason = vm.reason("select", "the value of a function");
        Ok(Value::native(ResultRows::unknown(reason)))
    }

    /// Nothing is there that an UPDATE or a DELETE could change.
    fn changes_nothing(&self, vm: &Vm, command: &Command) -> bool {
        let Command::Data(DataCommand { verb: DataVerb::Update | DataVerb::Delete, table: Some(table), .. }) = command
        else {
            return false;
        };
        let table = vm.run.catalog.resolve_relation(table, &vm.run.session);
        table.is_some_and(|table| vm.run.is_empty(table))
    }

    /// Another connection finds everything that the statement names among what is committed.
    fn would_run(&self, vm: &Vm, command: &Command) -> bool {
        let mut catalog = vm.run.committed();
        let mut session = Session::new(catalog.mark());
        session.search_path.clone_from(&vm.run.session.search_path);
        catalog.execute(command, &mut session).is_ok()
    }

    /// Answers a question that needs no rows; `None` if it does, so that it is sent.
    fn look_up(&self, vm: &mut Vm, sql: &str) -> Eval<Option<Value>> {
        if let Some(answer) = query::show(sql, vm.run.settings.server_version) {
            return Ok(Some(Value::native(ResultRows::of(answer))));
        }
        let Some(query) = query::read(sql) else { return Ok(None) };
        if !self.foreign && vm.run.session.aborted {
            // The catalog refuses it in its own words.
            return Ok(None);
        }
        let parameters = BTreeMap::new();
        let answer = self.with_catalog(vm, |catalog| {
            let source = Source {
                catalog,
                session: &vm.run.session,
                parameters: &parameters,
                server_version: vm.run.settings.server_version,
                // Another connection does not see what this run has emptied.
                rows: if self.foreign { &query::AnyRows } else { &vm.run },
            };
            query::select(source, &query).map(|answer| query::handed_out(source, answer))
        });
        let is_lookup = query::is_lookup(&query);
        match answer {
            Ok(answer) => {
                // Rows are read or something is called, so it is sent; an aggregate still has a known shape.
                if !is_lookup
                    && !self.foreign
                    && let Some(command) = crate::sql::statement::parse_one(sql)
                    && let Err(refusal) = vm.run.send(command, sql)
                    && !matches!(refusal, Refusal::Unmodelled(_))
                {
                    return Err(errors::raise(vm, refusal, Some(sql)));
                }
                Ok(Some(Value::native(ResultRows::of(answer))))
            }
            // What a replay takes for granted is made sure of when the statement is sent.
            // So it is where the catalog knows better what names of columns mean.
            Err(Refusal::Postgres(error))
                if !is_lookup
                    && !self.foreign
                    && (vm.run.catalog.open_world || error.sqlstate == sqlstate::UNDEFINED_COLUMN) =>
            {
                Ok(None)
            }
            Err(Refusal::Postgres(error)) => self.refused(vm, sql, error).map(Some),
            Err(Refusal::Unmodelled(reason)) if is_lookup => {
                let reason = match vm.place() {
                    Some(span) => reason.at(span),
                    None => reason,
                };
                Ok(Some(Value::native(ResultRows::unknown(reason))))
            }
            Err(_) => Ok(None),
        }
    }

    fn begin(self: &Rc<Self>, name: &'static str, nested: bool) -> Value {
        let connection = self.clone();
        native::function(name, move |vm, _| {
            let savepoint = if nested && !connection.foreign {
                let name = Ident::new(&format!("sa_savepoint_{}", vm.run.session.savepoints.len() + 1));
                let command = Command::Transaction(crate::pg::command::Transaction::Savepoint(name.clone()));
                if let Err(refusal) = vm.run.execute(&command) {
                    return Err(errors::raise(vm, refusal, None));
                }
                Some(name)
            } else {
                None
            };
            Ok(Value::native(Transaction::new(connection.clone(), savepoint)))
        })
    }
}

impl Native for Connection {
    fn class(&self) -> &str {
        "sqlalchemy.engine.base.Connection"
    }

    fn reach(&self) -> Reach {
        Reach::Everything
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let connection = self.clone();
        Ok(Some(match name {
            "dialect" => Value::native(Dialect),
            "engine" => super::engine_of(&self),
            "execute" => native::function("execute", move |vm, args| {
                let bound = args.bind(vm, "execute(statement, parameters=, *, execution_options=, **kw)")?;
                let params = keywords(&bound.keywords).unwrap_or_else(|| bound.or_none("parameters"));
                connection.execute(vm, &bound.required("statement"), &params)
            }),
            "exec_driver_sql" => native::function("exec_driver_sql", move |vm, args| {
                let bound = args.bind(vm, "exec_driver_sql(statement, parameters=, execution_options=)")?;
                connection.execute_driver(vm, &bound.required("statement"), &bound.or_none("parameters"))
            }),
            "scalar" | "scalars" => {
                let name: &'static str = if name == "scalar" { "scalar" } else { "scalars" };
                native::function(name, move |vm, args| {
                    let bound = args.bind(vm, "scalar(statement, parameters=, *, execution_options=)")?;
                    let result = connection.execute(vm, &bound.required("statement"), &bound.or_none("parameters"))?;
                    let method = vm.get_attr(&result, name)?;
                    vm.call(&method, Default::default())
                })
            }
            "begin" => self.begin("begin", false),
            "begin_nested" => self.begin("begin_nested", true),
            "connect" | "_contextual_connect" => {
                native::function("connect", move |_, _| Ok(Value::Native(connection.clone())))
            }
            "execution_options" => native::function("execution_options", move |vm, args| {
                let level = args.keyword.iter().find(|(name, _)| &**name == "isolation_level");
                let reason = match level.map(|(_, level)| level.as_str()) {
                    None => None,
                    Some(Some("READ COMMITTED")) if !vm.run.is_autocommit() => None,
                    // SQLAlchemy 2 lets it be set behind `commit()`; then nothing is lost, for nothing needs a commit any more.
                    Some(Some("AUTOCOMMIT")) if !connection.foreign && vm.run.session.transaction.is_none() => {
                        vm.run.stay_in_autocommit();
                        None
                    }
                    Some(_) => Some(vm.reason("isolation-level", "an isolation level that the migration sets")),
                };
                if let Some(reason) = reason {
                    vm.run.note(Action::Unmodelled(reason));
                }
                Ok(Value::Native(connection.clone()))
            }),
            "in_transaction" => native::function("in_transaction", move |vm, _| {
                Ok(Value::Bool(vm.run.session.transaction.is_some() || !vm.run.is_autocommit()))
            }),
            "in_nested_transaction" => native::function("in_nested_transaction", |vm, _| {
                Ok(Value::Bool(!vm.run.session.savepoints.is_empty()))
            }),
            "commit" => native::function("commit", move |vm, _| {
                if !connection.foreign {
                    vm.run.commit().map_err(|refusal| errors::raise(vm, refusal, None))?;
                    cut_off(vm, "commit");
                }
                Ok(Value::None)
            }),
            "rollback" => native::function("rollback", move |vm, _| {
                if !connection.foreign {
                    vm.run.rollback().map_err(|refusal| errors::raise(vm, refusal, None))?;
                    cut_off(vm, "rollback");
                }
                Ok(Value::None)
            }),
            "close" | "invalidate" | "detach" => native::function("close", |_, _| Ok(Value::None)),
            "closed" => Value::Bool(false),
            "default_isolation_level" => Value::str("READ COMMITTED"),
            "get_isolation_level" => native::function("get_isolation_level", |_, _| Ok(Value::str("READ COMMITTED"))),
            "connection" => Value::native(DriverConnection(connection)),
            "info" => Value::dict([]),
            "_inspector" => inspector::inspect(vm, &Value::Native(self)),
            _ => return Ok(None),
        }))
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }
}

/// Notes that `commit()` or `rollback()` has ended the transaction that Alembic began. SQLAlchemy opens another one for the next statement,
/// which nobody commits, unless `env.py` does: seen with Alembic 1.20 on SQLAlchemy 2.1, the version row is lost with it.
fn cut_off(vm: &mut Vm, method: &str) {
    if vm.run.is_autocommit() || vm.run.cut_off.is_some() {
        return;
    }
    let what = format!(
        "{method}() ends the transaction that Alembic began: what follows, the version row too, is lost when the connection is \
         closed, unless env.py commits. Leave it out, or use op.get_context().autocommit_block()"
    );
    vm.run.cut_off = Some(vm.reason("transaction-ended", what));
}

/// The first of the parameter sets that a statement is executed with; `None` without any.
fn first_set(params: &Value) -> Option<Value> {
    match params {
        Value::None => None,
        Value::List(list) => {
            let list = list.borrow();
            match &list.unknown {
                Some(reason) => Some(Value::Unknown(reason.clone())),
                None => list.items.first().cloned(),
            }
        }
        Value::Tuple(items) => items.first().cloned(),
        one => Some(one.clone()),
    }
}

/// `execute(text, name=value)`, which SQLAlchemy 1.4 took.
fn keywords(keywords: &[(Rc<str>, Value)]) -> Option<Value> {
    if keywords.is_empty() {
        return None;
    }
    Some(Value::dict(keywords.iter().map(|(name, value)| (&**name, value.clone()))))
}

impl Native for Engine {
    fn class(&self) -> &str {
        "sqlalchemy.engine.base.Engine"
    }

    fn reach(&self) -> Reach {
        Reach::Everything
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "dialect" => Value::native(Dialect),
            "name" => Value::str("postgresql"),
            "driver" => Value::str(vm.run.settings.driver.name()),
            "engine" => Value::Native(self),
            "connect" | "begin" => native::function("connect", |_, _| Ok(Value::native(Connection { foreign: true }))),
            "dispose" => native::function("dispose", |_, _| Ok(Value::None)),
            "url" => Value::native(super::url::Url),
            _ => return Ok(None),
        }))
    }
}
