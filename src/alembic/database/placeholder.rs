//! The parameters of the driver, as psycopg2 writes them into a text: `%s` from a sequence, `%(name)s` from a mapping.

use super::statement::Text;
use crate::alembic::eval::{Eval, Value, Vm};
use crate::pg::error::Reason;

/// A text, cut at its parameters.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Sql(&'a str),
    /// `%s`
    Next,
    /// `%(name)s`
    Named(&'a str),
}

/// The pieces; `None` for a text that psycopg2 does not take with parameters.
fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        pieces.push(Piece::Sql(&rest[..at]));
        let behind = &rest[at + 1..];
        if let Some(after) = behind.strip_prefix('%') {
            pieces.push(Piece::Sql("%"));
            rest = after;
        } else if let Some(behind) = behind.strip_prefix('s') {
            pieces.push(Piece::Next);
            rest = behind;
        } else {
            let (name, behind) = behind.strip_prefix('(')?.split_once(")s")?;
            pieces.push(Piece::Named(name));
            rest = behind;
        }
    }
    pieces.push(Piece::Sql(rest));
    Some(pieces)
}

/// The sets of parameters: a list of tuples or of dicts runs the statement once for each.
pub(super) fn sets(params: &Value) -> Vec<Value> {
    let is_set = |value: &Value| matches!(value, Value::Tuple(_) | Value::List(_) | Value::Dict(_));
    match params {
        Value::List(list) => {
            let list = list.borrow();
            match &list.unknown {
                Some(reason) => vec![Value::Unknown(reason.clone())],
                None if !list.items.is_empty() && list.items.iter().all(is_set) => list.items.clone(),
                None => vec![params.clone()],
            }
        }
        Value::Tuple(items) if !items.is_empty() && items.iter().all(|item| matches!(item, Value::Dict(_))) => {
            items.to_vec()
        }
        one => vec![one.clone()],
    }
}

/// Writes one set of parameters into a text. What is not known stands as `$1`, `$2`; so does what the set lacks, for then it is the
/// driver that refuses, in words that are its own.
pub(super) fn compile(vm: &mut Vm, text: &str, params: &Value) -> Eval<Text> {
    let mut out = Text { sql: String::new(), unknown: None };
    let sequence = match params {
        Value::Tuple(items) => Some(items.to_vec()),
        Value::List(list) => Some(list.borrow().items.clone()),
        _ => None,
    };
    let Some(pieces) = pieces(text) else {
        out.sql = text.to_string();
        out.unknown = Some(Reason::new("parameter", "a text with other parameters than %s and %(name)s"));
        return Ok(out);
    };
    let (mut next, mut unknowns) = (0, 0_u32);
    for piece in pieces {
        let value = match piece {
            Piece::Sql(sql) => {
                out.sql.push_str(sql);
                continue;
            }
            Piece::Next => {
                next += 1;
                sequence.as_ref().and_then(|items| items.get(next - 1).cloned())
            }
            Piece::Named(name) => match params {
                Value::Dict(dict) => dict.borrow().get_str(name).cloned(),
                _ => None,
            },
        };
        let value = value.unwrap_or_else(|| match params {
            Value::Unknown(reason) => Value::Unknown(reason.clone()),
            _ => Value::Unknown(Reason::new("parameter", "a parameter of the driver")),
        });
        out.put(vm, &value, &mut unknowns)?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::Piece::{Named, Next, Sql};
    use super::pieces;

    #[test]
    fn parameters_are_found() {
        let found = pieces("a = %s AND b LIKE '%%x' AND c = %(c)s").expect("parameters");
        let expected = [Sql("a = "), Next, Sql(" AND b LIKE '"), Sql("%"), Sql("x' AND c = "), Named("c"), Sql("")];
        assert_eq!(found, expected);
        assert_eq!(pieces("a LIKE 'x%'"), None);
    }
}
