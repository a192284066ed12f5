//! `int` and `float`.

use super::Table;
use crate::alembic::eval::convert::as_int;
use crate::alembic::eval::value::Value;

pub(super) const INT: Table = &[
    ("bit_length", |_, value, _| Ok(Value::int(as_int(value).unwrap_or_default().bits()))),
    ("is_integer", |_, _, _| Ok(Value::Bool(true))),
    ("conjugate", |_, value, _| Ok(value.clone())),
];

pub(super) const FLOAT: Table = &[("is_integer", |_, value, _| match value {
    Value::Float(value) => Ok(Value::Bool(value.is_finite() && value.fract() == 0.0)),
    _ => Ok(Value::Bool(false)),
})];
