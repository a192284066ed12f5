//! Secrets are kept out of every report: passwords in connection strings and in SQL, options of user mappings and subscriptions, row
//! values in an error's DETAIL and in SQLAlchemy's `[parameters: …]`.
//!
//! A report goes into tickets and chats. What is to be run is left as it is, for a script that says something else than the revision
//! would do something else: of the SQL files only the comments are redacted.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};
use serde_json::Value;

use super::Report;

/// Stands in place of a secret, whatever its length.
const HIDDEN: &str = "********";

/// Keys whose texts are run or applied as they are.
const WRITTEN_OUT: [&str; 3] = ["repair_revision", "patches", "commands"];
/// The end of the keys that hold SQL to run.
const SCRIPT: &str = "_sql";

/// A report without a word of one of these has nothing to hide. Lower case.
const SIGNS: [&str; 8] = ["://", "passw", "pwd", "user mapping", "subscription", "failing row", "[parameters", ")=("];

/// What a pattern finds is replaced by its first group, [`HIDDEN`], and its second group.
static SECRETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let patterns = [
        // postgresql://user:secret@host; the password may hold anything but white space and quotes.
        r#"([A-Za-z][A-Za-z0-9+.-]*://[^\s:/@'"`]*:)[^\s'"`]+(@)"#,
        // PASSWORD 'secret', password='secret', "password": "secret".
        r#"(?i)(passw(?:or)?d['"]?\s*(?:=>|[=:])?\s*E?')(?:[^'\\]|''|\\.)*(')"#,
        r#"(?i)(passw(?:or)?d['"]?\s*(?:=>|[=:])\s*")(?:[^"\\]|\\.)*(")"#,
        // password=secret, as libpq's connection strings have it.
        r#"(?i)(\b(?:passw(?:or)?d|pwd|PGPASSWORD)=)[^\s'"`,;&()]+()"#,
        // Key (email)=(bob@example.org) already exists.
        r"(Key \([^\n]*?\)=\()[^\n]*?(\) (?:already|is |conflicts|is not))",
        r"(Failing row contains \()[^\n]*(\))",
        r"(\[parameters: )[^\n]*(\])",
    ];
    patterns.into_iter().map(|pattern| Regex::new(pattern).expect("a pattern")).collect()
});

/// Of these every literal is secret.
static OPTIONS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)\b(?:USER\s+MAPPING|SUBSCRIPTION)\b.*?\b(?:OPTIONS|CONNECTION)\b").expect("a pattern")
});
static LITERAL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"'(?:[^']|'')*'").expect("a pattern"));

/// A text for people, without its secrets.
///
/// ```
/// use restamp::report::redact::redacted;
/// assert_eq!(redacted("postgresql://app:s3cret@db/shop"), "postgresql://app:********@db/shop");
/// assert_eq!(redacted("Key (email)=(bob@example.org) already exists."), "Key (email)=(********) already exists.");
/// assert_eq!(redacted("CREATE USER MAPPING FOR app SERVER s OPTIONS (secret 'x')"), "CREATE USER MAPPING FOR app SERVER s OPTIONS (secret '********')");
/// ```
pub fn redacted(text: &str) -> Cow<'_, str> {
    if !has_sign(text) {
        return Cow::Borrowed(text);
    }
    let mut text = Cow::Borrowed(text);
    for secret in SECRETS.iter() {
        if secret.is_match(&text) {
            let hide = |found: &Captures<'_>| format!("{}{HIDDEN}{}", &found[1], &found[2]);
            text = Cow::Owned(secret.replace_all(&text, hide).into_owned());
        }
    }
    if let Some(options) = OPTIONS.find(&text) {
        let (head, tail) = text.split_at(options.end());
        text = Cow::Owned(format!("{head}{}", LITERAL.replace_all(tail, format!("'{HIDDEN}'"))));
    }
    text
}

fn has_sign(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    SIGNS.iter().any(|sign| lower.contains(sign))
}

/// The report without secrets in what people read of it.
pub fn report(report: Report) -> Report {
    let Ok(mut value) = serde_json::to_value(&report) else { return report };
    if texts(&mut value) { serde_json::from_value(value).unwrap_or(report) } else { report }
}

/// Redacts all texts below; true where something was.
fn texts(value: &mut Value) -> bool {
    match value {
        Value::String(text) => replace(text, |text| redacted(text).into_owned()),
        Value::Array(items) => items.iter_mut().fold(false, |any, item| texts(item) | any),
        Value::Object(keys) => {
            let mut any = hide_options(keys);
            for (key, value) in keys {
                if WRITTEN_OUT.contains(&key.as_str()) {
                    continue;
                }
                any |= match value {
                    Value::String(sql) if key.ends_with(SCRIPT) => replace(sql, comments),
                    other => texts(other),
                };
            }
            any
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn replace(text: &mut String, by: impl Fn(&str) -> String) -> bool {
    if !has_sign(text) {
        return false;
    }
    let new = by(text);
    let changed = new != *text;
    *text = new;
    changed
}

/// A script whose comments are redacted.
fn comments(sql: &str) -> String {
    let line = |line: &str| if line.starts_with("--") { redacted(line).into_owned() } else { line.to_string() };
    sql.split_inclusive('\n').map(line).collect()
}

/// A difference in what a user mapping or a subscription holds: its values stand alone, without the words that tell what they are.
fn hide_options(keys: &mut serde_json::Map<String, Value>) -> bool {
    let name = keys.get("object").and_then(|object| object.get("name")).and_then(Value::as_str).unwrap_or_default();
    if !(name.starts_with("USER MAPPING") || name.starts_with("SUBSCRIPTION")) {
        return false;
    }
    let mut any = false;
    for key in ["expected", "actual"] {
        if let Some(Value::String(value)) = keys.get_mut(key) {
            any |= value != HIDDEN;
            *value = HIDDEN.to_string();
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(redacted(text), expected);
        assert_eq!(redacted(expected), expected, "redacting twice changes nothing");
    }

    #[test]
    fn connection_strings() {
        check(
            "could not connect to postgresql+psycopg2://app:p@ss/w:rd@db.internal:5432/shop?sslmode=require",
            "could not connect to postgresql+psycopg2://app:********@db.internal:5432/shop?sslmode=require",
        );
        check(
            "create_engine('postgres://u:p@h/d', echo=True)",
            "create_engine('postgres://u:********@h/d', echo=True)",
        );
        check("host=db user=app password=hunter2 dbname=shop", "host=db user=app password=******** dbname=shop");
        check("host=db password='two words' dbname=shop", "host=db password='********' dbname=shop");
        check("https://example.org/a:b no user", "https://example.org/a:b no user");
    }

    #[test]
    fn passwords_in_sql_and_python() {
        check("ALTER ROLE app WITH LOGIN PASSWORD 'it''s'", "ALTER ROLE app WITH LOGIN PASSWORD '********'");
        check("{\"password\": \"x\\\"y\"}", "{\"password\": \"********\"}");
        check("sa.Column('password', sa.String(length=255))", "sa.Column('password', sa.String(length=255))");
        check("password = sa.Column(sa.Text())", "password = sa.Column(sa.Text())");
    }

    #[test]
    fn row_values() {
        check("Failing row contains (1, bob, null).", "Failing row contains (********).");
        check(
            "Key (a, lower(b))=(1, x) is still referenced from table \"t\".",
            "Key (a, lower(b))=(********) is still referenced from table \"t\".",
        );
        check("[parameters: {'email': 'bob@example.org'}]", "[parameters: ********]");
    }

    #[test]
    fn options_of_what_connects_to_elsewhere() {
        check(
            "CREATE SUBSCRIPTION s CONNECTION 'host=h x=y' PUBLICATION p",
            "CREATE SUBSCRIPTION s CONNECTION '********' PUBLICATION p",
        );
        check("CREATE SUBSCRIPTION s", "CREATE SUBSCRIPTION s");
    }

    #[test]
    fn what_is_run_stays_as_it_is() {
        let sql = "-- as postgresql://u:p@h/d\nALTER ROLE a PASSWORD 'x';\n";
        let mut value = serde_json::json!({ "fix_sql": sql, "patches": [{ "before": "password = 'x'" }], "why": "PASSWORD 'x'",
            "drift": [{ "object": { "name": "USER MAPPING FOR a SERVER s" }, "expected": null, "actual": "x" }] });
        assert!(texts(&mut value));
        let expected = serde_json::json!({ "fix_sql": "-- as postgresql://u:********@h/d\nALTER ROLE a PASSWORD 'x';\n",
            "patches": [{ "before": "password = 'x'" }], "why": "PASSWORD '********'",
            "drift": [{ "object": { "name": "USER MAPPING FOR a SERVER s" }, "expected": null, "actual": "********" }] });
        assert_eq!(value, expected);
        assert!(!texts(&mut value));
    }
}
