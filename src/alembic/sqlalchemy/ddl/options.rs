//! `postgresql_…` arguments, and words that go into the SQL as they are.

use std::rc::Rc;

use super::super::{Known, seam};
use crate::alembic::eval::{Value, Vm};
use crate::pg::error::Reason;

/// The option of that name, unless it is absent or `None`.
pub fn option<'a>(options: &'a [(Rc<str>, Value)], name: &str) -> Option<&'a Value> {
    options.iter().find(|(key, _)| &**key == name).map(|(_, value)| value).filter(|value| !matches!(value, Value::None))
}

/// An option that is true or false; absent is `None`.
pub fn flag(options: &[(Rc<str>, Value)], name: &str) -> Result<Option<bool>, Reason> {
    option(options, name).map(seam::truth).transpose()
}

/// `IdentifierPreparer.validate_sql_phrase`: words only.
pub fn phrase(vm: &mut Vm, text: &str) -> Known<String> {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if !text.is_empty() && text.split_whitespace().all(word) {
        return Ok(text.to_string());
    }
    let message = format!("Unexpected SQL phrase: '{text}'");
    Err(seam::raise(vm, "sqlalchemy.exc.CompileError", &message).into())
}

/// `postgresql_with={"fillfactor": 50}`: names and values as text (`_prepare_withclause_opts`).
pub fn storage_parameters(value: &Value) -> Result<Vec<(String, Option<String>)>, Reason> {
    let Value::Dict(dict) = value else {
        return Err(match value {
            Value::Unknown(reason) => reason.clone(),
            _ => Reason::new("argument", "postgresql_with is no dict"),
        });
    };
    let mut parameters = Vec::new();
    for (name, value) in dict.borrow().iter() {
        let name = seam::text(name, "a storage parameter")?.to_string();
        let value = match value {
            Value::None => None,
            Value::Bool(bool) => Some(bool.to_string()),
            Value::Int(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            other => Some(seam::text(other, "a storage parameter")?.to_string()),
        };
        parameters.push((name, value));
    }
    Ok(parameters)
}

/// Writes them as `a = 1, b`.
pub fn storage_sql(parameters: &[(String, Option<String>)]) -> String {
    let one = |(name, value): &(String, Option<String>)| match value {
        Some(value) => format!("{name} = {value}"),
        None => name.clone(),
    };
    parameters.iter().map(one).collect::<Vec<_>>().join(", ")
}
