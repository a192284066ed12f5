//! Which constants in quotes the input function of a type refuses, as far as that is certain (`src/backend/utils/adt`).

use crate::pg::error::{PgError, SqlState, sqlstate};
use crate::pg::system::{Base, Type};

/// Reads the text of a constant as a value of a type.
///
/// # Errors
/// 22P02, 22003, 22007 and 22008 for what is certainly none.
pub fn check(text: &str, ty: &Type) -> Result<(), PgError> {
    if ty.array {
        // Bounds stand in front of the braces: `[1:2]={a,b}`.
        let trimmed = text.trim_start();
        if !(trimmed.starts_with('{') || trimmed.starts_with('[') && trimmed.contains('=')) {
            return Err(PgError::new(sqlstate::INVALID_TEXT, format!("malformed array literal: \"{text}\"")));
        }
        let element = Type { array: false, ..ty.clone() };
        return elements(text).unwrap_or_default().into_iter().try_for_each(|text| check(text, &element));
    }
    let Base::System(name) = ty.base else { return Ok(()) };
    let invalid = |state: SqlState, name: &str| {
        Err(PgError::new(state, format!("invalid input syntax for type {name}: \"{text}\"")))
    };
    match name {
        "smallint" | "integer" | "bigint" => match integer(text) {
            None => invalid(sqlstate::INVALID_TEXT, name),
            Some(digits) if !in_range(digits, name) => {
                let message = format!("value \"{text}\" is out of range for type {name}");
                Err(PgError::new(sqlstate::NUMERIC_OUT_OF_RANGE, message))
            }
            Some(_) => Ok(()),
        },
        "numeric" | "real" | "double precision" if !is_number(trimmed(text)) => invalid(sqlstate::INVALID_TEXT, name),
        "boolean" => {
            let folded = trimmed(text).to_ascii_lowercase();
            let begins = ["true", "false", "yes", "no", "on", "off"].iter().any(|word| word.starts_with(&folded));
            let read = begins && !folded.is_empty() && folded != "o" || matches!(folded.as_str(), "1" | "0");
            if read { Ok(()) } else { invalid(sqlstate::INVALID_TEXT, name) }
        }
        "uuid" if !is_uuid(text) => invalid(sqlstate::INVALID_TEXT, name),
        "date" => moment(text, "date"),
        "timestamp without time zone" => moment(text, "timestamp"),
        "timestamp with time zone" => moment(text, name),
        "json" | "jsonb" if !is_json(text) => {
            Err(PgError::new(sqlstate::INVALID_TEXT, "invalid input syntax for type json"))
        }
        _ => Ok(()),
    }
}

/// The elements of a plain array of one dimension without quotes, which are values for certain; `None` for any other.
pub fn elements(text: &str) -> Option<Vec<&str>> {
    let inner = trimmed(text).strip_prefix('{')?.strip_suffix('}')?;
    if inner.contains(['{', '}', '"', '\\']) {
        return None;
    }
    if trimmed(inner).is_empty() {
        return Some(Vec::new());
    }
    let parts = inner.split(',').map(trimmed).filter(|part| !part.eq_ignore_ascii_case("null"));
    let parts: Vec<&str> = parts.collect();
    parts.iter().all(|part| !part.is_empty()).then_some(parts)
}

/// Without what C's `isspace` passes over.
fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}'])
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

/// Digits with single underscores among them, which stand behind a prefix such as `0x` too.
fn are_digits(text: &str, radix: u32, prefixed: bool) -> bool {
    let text = if prefixed { text.strip_prefix('_').unwrap_or(text) } else { text };
    !text.is_empty() && text.split('_').all(|part| !part.is_empty() && part.chars().all(|char| char.is_digit(radix)))
}

/// `0x1F`, `0o17`, `0b1`, since version 16.
fn is_prefixed(text: &str) -> bool {
    [("0x", 16), ("0o", 8), ("0b", 2)].iter().any(|(prefix, radix)| {
        let rest = text.get(..2).filter(|start| start.eq_ignore_ascii_case(prefix)).map(|_| &text[2..]);
        rest.is_some_and(|rest| are_digits(rest, *radix, true))
    })
}

/// `pg_strtoint32_safe`: the text without blanks; `None` for what no version reads.
fn integer(text: &str) -> Option<&str> {
    let text = trimmed(text);
    let digits = unsigned(text);
    (are_digits(digits, 10, false) || is_prefixed(digits)).then_some(text)
}

/// Whether plain digits fit; of other forms nothing is said.
fn in_range(digits: &str, ty: &str) -> bool {
    if !unsigned(digits).chars().all(|char| char.is_ascii_digit()) {
        return true;
    }
    match ty {
        "smallint" => digits.parse::<i16>().is_ok(),
        "integer" => digits.parse::<i32>().is_ok(),
        _ => digits.parse::<i64>().is_ok(),
    }
}

/// What `numeric_in` or `float8in` may read.
fn is_number(text: &str) -> bool {
    let text = unsigned(text);
    let folded = text.to_ascii_lowercase();
    // strtod() knows fractions in base 16 and `nan(…)`.
    if matches!(folded.as_str(), "nan" | "inf" | "infinity") || folded.starts_with("nan(") || folded.starts_with("0x") {
        return true;
    }
    if is_prefixed(text) {
        return true;
    }
    let (mantissa, exponent) = match folded.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (folded.as_str(), None),
    };
    if exponent.is_some_and(|exponent| !are_digits(unsigned(exponent), 10, false)) {
        return false;
    }
    let digits = |part: &str| part.is_empty() || are_digits(part, 10, false);
    match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction) && whole.len() + fraction.len() > 0,
        None => are_digits(mantissa, 10, false),
    }
}

/// `string_to_uuid`: a hyphen may stand behind every second byte.
fn is_uuid(text: &str) -> bool {
    let inner = match text.strip_prefix('{') {
        Some(rest) => match rest.strip_suffix('}') {
            Some(inner) => inner,
            None => return false,
        },
        None => text,
    };
    let mut chars = inner.chars().peekable();
    for byte in 0..16 {
        for _ in 0..2 {
            if !chars.next().is_some_and(|char| char.is_ascii_hexdigit()) {
                return false;
            }
        }
        if byte % 2 == 1 && byte < 15 {
            chars.next_if_eq(&'-');
        }
    }
    chars.next().is_none()
}

/// Whether it may be JSON; what is too deep to be read here may be.
fn is_json(text: &str) -> bool {
    const MAX_DEPTH: usize = 100;
    text.matches(['[', '{']).count() > MAX_DEPTH || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// A date or a point of time: refused are texts without a digit or a word that means one (22007), and dates and times in the ISO form that
/// do not exist (22008).
fn moment(text: &str, name: &str) -> Result<(), PgError> {
    const WORDS: &[&str] = &["now", "today", "tomorrow", "yesterday", "epoch", "infinity", "allballs"];
    let folded = text.to_ascii_lowercase();
    if !folded.contains(|char: char| char.is_ascii_digit()) {
        let mut words = folded.split(|char: char| !char.is_alphabetic());
        if words.any(|word| WORDS.contains(&word)) {
            return Ok(());
        }
        return Err(PgError::new(
            sqlstate::INVALID_DATETIME,
            format!("invalid input syntax for type {name}: \"{text}\""),
        ));
    }
    if is_impossible(trimmed(text)) == Some(true) {
        let message = format!("date/time field value out of range: \"{text}\"");
        return Err(PgError::new(sqlstate::DATETIME_OVERFLOW, message));
    }
    Ok(())
}

/// Whether `2015-02-30` or `2015-02-28 25:00:00` names no day or no time (`ValidateDate`, `DecodeTime`); `None` for other forms.
fn is_impossible(text: &str) -> Option<bool> {
    fn number(text: &str, widths: std::ops::RangeInclusive<usize>) -> Option<u32> {
        let plain = widths.contains(&text.len()) && text.chars().all(|char| char.is_ascii_digit());
        if plain { text.parse().ok() } else { None }
    }
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4..=4)?;
    let month = number(parts.next()?, 1..=2)?;
    let day = number(parts.next()?, 1..=2)?;
    if parts.next().is_some() {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let no_time = match time {
        None => false,
        Some(time) => {
            let (clock, fraction) = match time.split_once('.') {
                Some((clock, fraction)) => (clock, number(fraction, 1..=6)?),
                None => (time, 0),
            };
            let mut parts = clock.split(':');
            let hour = number(parts.next()?, 1..=2)?;
            let minute = number(parts.next()?, 2..=2)?;
            let second = parts.next().map_or(Some(0), |second| number(second, 2..=2))?;
            if parts.next().is_some() {
                return None;
            }
            hour > 24 || minute > 59 || second > 60 || hour == 24 && (minute, second, fraction) != (0, 0, 0)
        }
    };
    Some(year == 0 || !(1..=12).contains(&month) || !(1..=days).contains(&day) || no_time)
}
