//! From what Python hands to `execute` to the text that is sent.

use super::super::sqlalchemy::expression::literal::literal;
use super::super::sqlalchemy::expression::text::{Piece, pieces};
use super::super::sqlalchemy::expression::{Expression, Node};
use super::super::sqlalchemy::{Known, Obstacle};
use crate::alembic::eval::{Eval, Value, Vm};
use crate::catalog::Object;
use crate::pg::command::{Command, DataCommand, DataVerb};
use crate::pg::error::Reason;
use crate::pg::ident::Ident;
use crate::pg::lex::{self, TokenKind};
use sqlparser::ast;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// A statement's text with its parameters written into it.
pub(super) struct Text {
    /// The text.
    pub sql: String,
    /// Parameters whose values are not known stand as `$1`, `$2` in the text.
    pub unknown: Option<Reason>,
}

impl Text {
    /// Writes a parameter; one whose value is not known is the next of `unknowns`.
    pub(super) fn put(&mut self, vm: &mut Vm, value: &Value, unknowns: &mut u32) -> Eval<()> {
        match written(vm, value, &self.sql) {
            Ok(literal) => self.sql.push_str(&literal),
            Err(Obstacle::Raise(raise)) => return Err(raise),
            Err(Obstacle::Unknown(reason)) => {
                *unknowns += 1;
                self.sql.push_str(&format!("${unknowns}"));
                self.unknown.get_or_insert(reason);
            }
        }
        Ok(())
    }
}

/// Compiles `text(…)`; `params` is a dict, or `None`.
pub(super) fn compile_text(vm: &mut Vm, text: &str, own: &[(std::rc::Rc<str>, Value)], params: &Value) -> Eval<Text> {
    let mut out = Text { sql: String::new(), unknown: None };
    let mut unknowns = 0;
    for piece in pieces(text) {
        let name = match piece {
            Piece::Sql(sql) => {
                out.sql.push_str(sql);
                continue;
            }
            Piece::Bind(name) => name,
        };
        let given = match params {
            Value::Dict(dict) => dict.borrow().get_str(name).cloned(),
            Value::Unknown(reason) => Some(Value::Unknown(reason.clone())),
            _ => None,
        };
        let value = given.or_else(|| own.iter().find(|(own, _)| &**own == name).map(|(_, value)| value.clone()));
        let Some(value) = value else {
            let message = format!(
                "(sqlalchemy.exc.InvalidRequestError) A value is required for bind parameter '{name}'\n[SQL: {text}]"
            );
            return Err(vm.raise("sqlalchemy.exc.StatementError", &message));
        };
        out.put(vm, &value, &mut unknowns)?;
    }
    Ok(out)
}

/// A parameter as the driver writes it: a tuple in parentheses, a list as an array, unless `IN` stands in front of it.
fn written(vm: &mut Vm, value: &Value, before: &str) -> Known<String> {
    let items = match value {
        Value::Tuple(items) => items.to_vec(),
        Value::List(list) => {
            let list = list.borrow();
            if let Some(reason) = &list.unknown {
                return Err(reason.clone().into());
            }
            let behind_in = before.trim_end().to_ascii_uppercase().ends_with(" IN")
                || before.trim_end().to_ascii_uppercase().ends_with(" IN (");
            if !behind_in {
                drop(list);
                return literal(vm, value, None);
            }
            list.items.clone()
        }
        _ => return literal(vm, value, None),
    };
    let mut parts = Vec::new();
    for item in &items {
        parts.push(literal(vm, item, None)?);
    }
    Ok(match parts.is_empty() {
        true => "(SELECT 1 WHERE 1!=1)".into(),
        false => format!("({})", parts.join(", ")),
    })
}

/// What an executable is.
pub(super) enum Executable {
    /// A text with its own parameters.
    Text(String, Vec<(std::rc::Rc<str>, Value)>),
    /// A plain `str`.
    Str(String),
    /// Not known.
    Unknown(Reason),
    /// An object of SQLAlchemy that is no text.
    Other(Value),
}

pub(super) fn executable(value: &Value) -> Executable {
    if let Value::Unknown(reason) = value {
        return Executable::Unknown(reason.of_same_text());
    }
    if let Some(text) = value.as_str() {
        return Executable::Str(text.to_string());
    }
    if let Some(expression) = value.downcast::<Expression>()
        && let Node::Text { text, binds } = &expression.node
    {
        return Executable::Text(text.to_string(), binds.clone());
    }
    Executable::Other(value.clone())
}

/// An `INSERT` of written rows with `$1` for each constant in quotes that is not known; `None` where more than that is not known.
fn outline(text: &str, columns: usize) -> Option<String> {
    let mut outline = String::new();
    let mut at = 0;
    for token in lex::tokens(text).0 {
        let own = &text[token.start..token.end];
        if own.contains(Reason::HOLE) {
            if token.kind != TokenKind::String {
                return None;
            }
            outline.push_str(&text[at..token.start]);
            outline.push_str("$1");
            at = token.end;
        }
    }
    outline.push_str(&text[at..]);
    // What is not known may be several values.
    let statements = Parser::parse_sql(&PostgreSqlDialect {}, &outline).ok()?;
    let [ast::Statement::Insert(insert)] = statements.as_slice() else { return None };
    let ast::SetExpr::Values(values) = insert.source.as_ref()?.body.as_ref() else { return None };
    let fits = columns > 0 && values.rows.iter().all(|row| row.content.len() == columns);
    fits.then_some(outline)
}

/// The statements of a text that is known in part, where all of them only read or write rows of relations that are known: whatever
/// the parts are, they are no more than values. `None` for any other text.
pub(super) fn row_statements(vm: &Vm, reason: &Reason) -> Option<Vec<DataCommand>> {
    let text = reason.text.as_deref()?;
    let is_hole = |name: &str| name.contains(Reason::HOLE);
    let mut commands = Vec::new();
    for statement in crate::sql::statement::parse(text) {
        let Command::Data(data) = statement.command else { return None };
        let names = data.table.iter().chain(&data.relations);
        if names.into_iter().any(|name| is_hole(&name.to_string())) || data.verb == DataVerb::Maintenance {
            return None;
        }
        // A query may call a function of this database, and its text cannot be looked at.
        let has_routines = || vm.run.catalog.iter().any(|(_, entry)| matches!(&*entry.object, Object::Routine(_)));
        if data.verb == DataVerb::Select && has_routines() {
            return None;
        }
        let columns: Vec<Ident> = data.columns.into_iter().filter(|column| !is_hole(column.as_str())).collect();
        let outline = (data.verb == DataVerb::Insert).then(|| outline(&text[statement.range.clone()], columns.len()));
        commands.push(DataCommand { columns, text: outline.flatten().unwrap_or_default(), ..data });
    }
    (!commands.is_empty()).then_some(commands)
}
