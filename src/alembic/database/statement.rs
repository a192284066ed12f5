//! From what Python hands to `execute` to the text that is sent.

use super::super::sqlalchemy::expression::literal::literal;
use super::super::sqlalchemy::expression::text::{Piece, pieces};
use super::super::sqlalchemy::expression::{Expression, Node};
use super::super::sqlalchemy::{Known, Obstacle};
use crate::alembic::eval::{Eval, Value, Vm};
use crate::pg::error::Reason;

/// A statement's text with its parameters written into it.
pub(super) struct Text {
    /// The text.
    pub sql: String,
    /// Parameters whose values are not known stand as `$1`, `$2` in the text.
    pub unknown: Option<Reason>,
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
        match written(vm, &value, &out.sql) {
            Ok(literal) => out.sql.push_str(&literal),
            Err(Obstacle::Raise(raise)) => return Err(raise),
            Err(Obstacle::Unknown(reason)) => {
                unknowns += 1;
                out.sql.push_str(&format!("${unknowns}"));
                out.unknown.get_or_insert(reason);
            }
        }
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
        return Executable::Unknown(reason.clone());
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
