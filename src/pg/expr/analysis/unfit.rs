//! Constants that do not fit into a type of limited length: the casts that an assignment adds (`varchar()`, `numeric()`, `int2()`), computed.

use crate::pg::error::{PgError, sqlstate};
use crate::pg::types::DataType;

/// What PostgreSQL says of a constant that is stored as a type: 22001 for one that is too long, 22003 for one that is too large. `None` where it
/// fits, or where that is not certain.
pub fn unfit(constant: &str, is_number: bool, ty: &DataType) -> Option<PgError> {
    if ty.array {
        return None;
    }
    match ty.builtin_name()? {
        name @ ("character varying" | "character") => {
            let limit: usize = match ty.modifiers.first() {
                Some(limit) => limit.parse().ok()?,
                None if name == "character" => 1,
                None => return None,
            };
            // Blanks behind the end of a text are cut.
            let refused = constant.chars().skip(limit).any(|char| char != ' ' || is_number);
            let message = || format!("value too long for type {name}({limit})");
            refused.then(|| PgError::new(sqlstate::STRING_TRUNCATION, message()))
        }
        "numeric" => {
            let precision: i64 = ty.modifiers.first()?.parse().ok()?;
            let scale: i64 = ty.modifiers.get(1).map_or(Some(0), |scale| scale.parse().ok())?;
            // Rounding could only add a digit.
            let digits = i64::try_from(whole_digits(constant)?.len()).ok()?;
            (digits > precision - scale).then(|| PgError::new(sqlstate::NUMERIC_OUT_OF_RANGE, "numeric field overflow"))
        }
        // In quotes it is read as one, and refused in other words.
        name @ ("smallint" | "integer" | "bigint") if is_number => {
            let digits = whole_digits(constant)?;
            let fits = match name {
                "smallint" => digits.is_empty() || digits.parse::<i16>().is_ok(),
                "integer" => digits.is_empty() || digits.parse::<i32>().is_ok(),
                _ => digits.is_empty() || digits.parse::<i64>().is_ok(),
            };
            (!fits).then(|| PgError::new(sqlstate::NUMERIC_OUT_OF_RANGE, format!("{name} out of range")))
        }
        _ => None,
    }
}

/// The digits in front of the point, without leading zeros; `None` for other forms of numbers.
fn whole_digits(number: &str) -> Option<&str> {
    let number = number.trim();
    let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
    let plain = digits.chars().all(|char| char.is_ascii_digit() || char == '.');
    plain.then(|| digits.split('.').next().unwrap_or(digits).trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::unfit;
    use crate::pg::types::DataType;

    #[test]
    fn what_does_not_fit() {
        for (text, number, ty, refused) in [
            ("abc", false, "varchar(3)", ""),
            ("abcd", false, "varchar(3)", "22001 value too long for type character varying(3)"),
            ("abc  ", false, "varchar(3)", ""),
            ("äöü", false, "char(3)", ""),
            ("ab", false, "char", "22001 value too long for type character(1)"),
            ("abcd", false, "text", ""),
            ("1234.5", true, "numeric(6,2)", ""),
            ("12345", true, "numeric(6,2)", "22003 numeric field overflow"),
            ("12345", false, "numeric(6,2)", "22003 numeric field overflow"),
            ("0012.5", false, "numeric(4,2)", ""),
            ("1e9", false, "numeric(4,2)", ""),
            ("12345", true, "numeric", ""),
            ("70000", true, "smallint", "22003 smallint out of range"),
            ("70000", true, "integer", ""),
            ("3000000000", true, "integer", "22003 integer out of range"),
        ] {
            let found = unfit(text, number, &DataType::parse(ty).unwrap());
            let found = found.map_or_else(String::new, |error| format!("{} {}", error.sqlstate, error.message));
            assert_eq!(found, refused, "{text} {ty}");
        }
    }
}
