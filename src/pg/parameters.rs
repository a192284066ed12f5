//! Storage parameters and options: `(fillfactor = 70, toast.autovacuum_enabled = false)`.

use std::collections::BTreeMap;

use super::lex::{self, Cursor, Read};

/// Parameters by name, with their values as PostgreSQL keeps them: as text, words in lower case.
pub type Parameters = BTreeMap<String, String>;

/// Reads a list in parentheses; a name alone has an empty value.
pub fn read(cursor: &mut Cursor<'_>) -> Read<Vec<(String, String)>> {
    cursor.expect_sign("(")?;
    let out = cursor.list(|cursor| {
        let name = cursor.qname()?.to_string();
        if !cursor.eat_sign("=") {
            return Ok((name, String::new()));
        }
        let value = match cursor.string() {
            Ok(value) => value,
            Err(_) => cursor.until(&[","]).to_ascii_lowercase(),
        };
        Ok((name, value))
    })?;
    cursor.expect_sign(")")?;
    Ok(out)
}

/// The parameters that a text sets, the first list behind `WITH` or at its start; none where there is no such list.
///
/// ```
/// use restamp::pg::parameters::parse;
/// let pair = |name: &str, value: &str| (name.to_string(), value.to_string());
/// assert_eq!(parse("USING heap WITH (fillfactor='70') TABLESPACE x"), vec![pair("fillfactor", "70")]);
/// assert_eq!(parse("(security_barrier)"), vec![pair("security_barrier", "true")]);
/// assert!(parse("TABLESPACE x").is_empty());
/// ```
pub fn parse(text: &str) -> Vec<(String, String)> {
    let (tokens, _) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    if !cursor.is_sign("(") {
        cursor.until(&["WITH"]);
        cursor.eat("WITH");
    }
    let read = read(&mut cursor).unwrap_or_default();
    read.into_iter().map(|(name, value)| (name, if value.is_empty() { "true".into() } else { value })).collect()
}

/// `SET (…)` (true) or `RESET (…)`.
pub fn change(parameters: &mut Parameters, set: bool, text: &str) {
    for (name, value) in parse(text) {
        match set {
            true => parameters.insert(name, value),
            false => parameters.remove(&name),
        };
    }
}

/// As they are compared: `fillfactor=70, toast.autovacuum_enabled=false`.
pub fn text(parameters: &Parameters) -> String {
    parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

/// As they are written: `(fillfactor='70')`.
pub fn written(parameters: &Parameters) -> String {
    let all: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", lex::literal(value))).collect();
    format!("({})", all.join(", "))
}
