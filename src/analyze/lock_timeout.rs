//! How long a statement of a script waits for a lock.

use crate::diagnostic::Diagnostic;
use crate::report::Input;

/// Long enough behind the usual short transactions, short enough for those who wait behind it.
pub const DEFAULT: &str = "5s";

/// The largest value of a setting of type integer, here in milliseconds.
const LARGEST: u64 = i32::MAX as u64;

/// What the user wants, as PostgreSQL takes it for `lock_timeout`: a whole number with or without a unit (`ms` then).
///
/// # Errors
/// A diagnostic when it is nothing that PostgreSQL would take (22023); scripts then have [`DEFAULT`].
pub fn wanted(input: &Input) -> Result<&str, Diagnostic> {
    let Some(text) = input.options.lock_timeout.as_deref() else { return Ok(DEFAULT) };
    if is_duration(text) { Ok(text) } else { Err(refused(text)) }
}

fn is_duration(text: &str) -> bool {
    let digits = text.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let in_milliseconds = match &text[digits.len()..] {
        "us" | "ms" | "" => 1,
        "s" => 1000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return false,
    };
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u64>().ok()).flatten();
    number.and_then(|number| number.checked_mul(in_milliseconds)).is_some_and(|all| all <= LARGEST)
}

fn refused(text: &str) -> Diagnostic {
    let message = format!("{text:?} is no lock_timeout, so scripts wait {DEFAULT}");
    Diagnostic::error("lock-timeout", message).help("write a number with a unit: 500ms, 5s, 2min; 0 waits for ever")
}

#[cfg(test)]
mod tests {
    use super::is_duration;

    #[test]
    fn what_postgresql_takes() {
        assert!(["0", "500", "500ms", "5s", "2min", "1h", "24d"].into_iter().all(is_duration));
        assert!(
            ["", "s", "5 s", "5S", "-1", "1.5s", "25d", "5s'; DROP TABLE t; --"]
                .into_iter()
                .all(|text| !is_duration(text))
        );
    }
}
