//! Constants as the input functions of their types read them (`src/backend/utils/adt`): `'24 hours'` and `'24:00:00'` are one
//! interval, `'t'` and `'yes'` one boolean. A text that is not understood here stays text.

mod json;
mod time;

use super::tree::{Head, Tree};
use crate::pg::types::{DataType, TypeName};

/// The constant that `'text'::ty` is.
pub(super) fn read(text: &str, ty: &DataType) -> Tree {
    let head = if ty.array { array(text, ty) } else { scalar(text, ty).map(Tree::leaf) };
    let ty = DataType { modifiers: Vec::new(), ..ty.clone() };
    head.unwrap_or_else(|| Tree::leaf(Head::Text(text.to_string()))).typed(Some(ty))
}

fn scalar(text: &str, ty: &DataType) -> Option<Head> {
    let trimmed = text.trim();
    let value = |text: String| Some(Head::Value(text));
    match &ty.name {
        TypeName::User(_) | TypeName::Unknown(_) => None,
        TypeName::Builtin(name) => match *name {
            "boolean" => boolean(trimmed).map(Head::Bool),
            "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => match number(trimmed) {
                Some(number) => Some(Head::Number(number)),
                None => value(trimmed.to_ascii_lowercase()),
            },
            // Trailing blanks of `character` mean nothing.
            "character" => Some(Head::Text(text.trim_end_matches(' ').to_string())),
            "jsonb" => json::canonical(text).and_then(value),
            "uuid" => value(trimmed.trim_matches(['{', '}']).replace('-', "").to_ascii_lowercase()),
            name if name.starts_with("interval") => time::interval(trimmed).and_then(value),
            "date" => time::date(trimmed).and_then(value),
            "timestamp without time zone" => time::timestamp(trimmed, false).and_then(value),
            "timestamp with time zone" => time::timestamp(trimmed, true).and_then(value),
            "time without time zone" => time::time(trimmed).and_then(value),
            "bytea" => bytea(text).and_then(value),
            "regclass" | "regtype" | "regconfig" => value(registered(trimmed)),
            _ => None,
        },
    }
}

/// `parse_bool_with_len`: any prefix of the words that is not ambiguous.
fn boolean(text: &str) -> Option<bool> {
    let text = text.to_ascii_lowercase();
    let prefix_of = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
    if prefix_of("true", 1) || prefix_of("yes", 1) || text == "on" || text == "1" {
        Some(true)
    } else if prefix_of("false", 1) || prefix_of("no", 1) || prefix_of("off", 2) || text == "0" {
        Some(false)
    } else {
        None
    }
}

/// A number without what does not change its value: `007`, `1.50`, `1e3`, `+2`.
pub(super) fn number(text: &str) -> Option<String> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() || !(-400..=400).contains(&exponent) {
        return None;
    }
    let mut all: String = format!("{whole}{fraction}");
    if !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut point = whole.len() as i32 + exponent;
    while point > all.len() as i32 {
        all.push('0');
    }
    while point < 0 {
        all.insert(0, '0');
        point += 1;
    }
    let (whole, fraction) = all.split_at(point as usize);
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let value = if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") };
    Some(if negative && value != "0" { format!("-{value}") } else { value })
}

/// Both input forms of bytea: hex, and text without escapes.
fn bytea(text: &str) -> Option<String> {
    match text.strip_prefix("\\x") {
        Some(hex) => Some(hex.to_ascii_lowercase()),
        None if text.contains('\\') => None,
        None => Some(text.bytes().map(|byte| format!("{byte:02x}")).collect()),
    }
}

/// The text of a `regclass`: pg_dump writes the schema, people mostly do not.
fn registered(text: &str) -> String {
    let text = text.strip_prefix("public.").or_else(|| text.strip_prefix("pg_catalog.")).unwrap_or(text);
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) if !quoted.contains('"') => quoted.to_string(),
        _ => text.to_ascii_lowercase(),
    }
}

/// An array's literal as the constructor of the same array.
fn array(text: &str, ty: &DataType) -> Option<Tree> {
    let element = DataType { array: false, ..ty.clone() };
    let body = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut items = Vec::new();
    let mut chars = body.chars().peekable();
    loop {
        while chars.next_if(|char| char.is_whitespace()).is_some() {}
        let Some(&first) = chars.peek() else {
            break;
        };
        let (mut item, mut quoted) = (String::new(), false);
        if first == '"' {
            quoted = true;
            chars.next();
            loop {
                match chars.next()? {
                    '"' => break,
                    '\\' => item.push(chars.next()?),
                    char => item.push(char),
                }
            }
            while chars.next_if(|char| char.is_whitespace()).is_some() {}
        } else {
            while let Some(char) = chars.next_if(|char| *char != ',') {
                // Nested arrays and escapes keep their text.
                if matches!(char, '{' | '}' | '"' | '\\') {
                    return None;
                }
                item.push(char);
            }
        }
        let item = if quoted { item } else { item.trim_end().to_string() };
        items.push(if !quoted && item.eq_ignore_ascii_case("null") {
            Tree::leaf(Head::Null)
        } else {
            read(&item, &element)
        });
        match chars.next() {
            Some(',') => {}
            Some(_) => return None,
            None => break,
        }
    }
    Some(Tree::new(Head::Array, items))
}
