//! Values as SQL literals.

use super::super::names::string_literal;
use super::super::{Known, seam, types};
use crate::alembic::eval::{Value, Vm};
use crate::pg::error::Reason;

/// A value as PostgreSQL's literal, by its own kind and the type that it is compared with or stored in.
pub fn literal(vm: &mut Vm, value: &Value, ty: Option<&Value>) -> Known<String> {
    // Of a type that is not known it is known that there is one.
    let ty = ty.map(|ty| types::render::resolve(vm, ty).unwrap_or(Value::None));
    let is = |path: &str| ty.as_ref().is_some_and(|ty| types::is_kind_of(ty, path));
    let json = is("sqlalchemy.sql.sqltypes.JSON");
    match value {
        Value::None if json => Ok("'null'".into()),
        Value::None => Ok("NULL".into()),
        Value::Unknown(reason) => Err(reason.clone().into()),
        value if json => Ok(string_literal(&json_text(value, 0)?)),
        Value::Bool(bool) => Ok(bool.to_string()),
        // `Boolean._strict_as_bool`
        Value::Int(_) if is("sqlalchemy.sql.sqltypes.Boolean") && matches!(value.as_i64(), Some(0 | 1)) => {
            Ok((value.as_i64() == Some(1)).to_string())
        }
        Value::Int(number) => Ok(number.to_string()),
        Value::Float(number) if number.is_finite() => Ok(python_float(*number)),
        Value::Str(text) => Ok(string_literal(text)),
        Value::List(_) | Value::Tuple(_)
            if ty.is_some() && !is("sqlalchemy.sql.sqltypes.ARRAY") && !is("sqlalchemy.sql.sqltypes.NullType") =>
        {
            Err(Reason::new("literal", "a list in a column whose type makes something of it").into())
        }
        Value::List(_) | Value::Tuple(_) => {
            let mut items = Vec::new();
            for item in seam::items(vm, value)? {
                items.push(literal(vm, &item, None)?);
            }
            // psycopg2 writes an empty list so.
            Ok(if items.is_empty() { "'{}'".to_string() } else { format!("ARRAY[{}]", items.join(", ")) })
        }
        Value::Native(native) => match seam::shown(vm, native)? {
            Some(text) => Ok(string_literal(&text)),
            None => Err(Reason::new("literal", format!("a {} as an SQL literal", native.class())).into()),
        },
        Value::Float(_) | Value::Bytes(_) | Value::Dict(_) | Value::Set(_) => {
            Err(Reason::new("literal", "a value that SQLAlchemy writes no literal for").into())
        }
    }
}

/// `repr` of a float, which always has a point or an exponent.
fn python_float(number: f64) -> String {
    format!("{number:?}")
}

/// `json.dumps`
fn json_text(value: &Value, depth: usize) -> Result<String, Reason> {
    if depth > 100 {
        return Err(Reason::new("literal", "a JSON value that is nested too deeply"));
    }
    Ok(match value {
        Value::None => "null".into(),
        Value::Bool(bool) => bool.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => python_float(*number),
        Value::Str(text) => json_string(text),
        Value::List(list) => json_list(&list.borrow().items, depth)?,
        Value::Tuple(items) => json_list(items, depth)?,
        Value::Dict(dict) => {
            let mut items = Vec::new();
            for (key, value) in dict.borrow().iter() {
                let key = seam::text(key, "a key of a JSON object")?;
                items.push(format!("{}: {}", json_string(&key), json_text(value, depth + 1)?));
            }
            format!("{{{}}}", items.join(", "))
        }
        Value::Unknown(reason) => return Err(reason.clone()),
        Value::Float(_) | Value::Bytes(_) | Value::Set(_) | Value::Native(_) => {
            return Err(Reason::new("literal", "a value that JSON has no word for"));
        }
    })
}

fn json_list(items: &[Value], depth: usize) -> Result<String, Reason> {
    let items: Vec<String> = items.iter().map(|item| json_text(item, depth + 1)).collect::<Result<_, _>>()?;
    Ok(format!("[{}]", items.join(", ")))
}

fn json_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            // `ensure_ascii`
            other => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
    out
}
