//! Which constants in quotes the input function of a type refuses, as far as that is certain (`src/backend/utils/adt`).

use crate::pg::error::{PgError, SqlState, sqlstate};
use crate::pg::system::{Base, Type};

/// Reads the text of a constant as a value of a type.
///
/// # Errors
/// 22P02 and 22007 for what is certainly none.
pub(super) fn check(text: &str, ty: &Type) -> Result<(), PgError> {
    let Base::System(name) = ty.base else { return Ok(()) };
    if ty.array {
        let refused = !text.trim_start().starts_with(['{', '[']);
        let message = format!("malformed array literal: \"{text}\"");
        return if refused { Err(PgError::new(sqlstate::INVALID_TEXT, message)) } else { Ok(()) };
    }
    let trimmed = text.trim();
    let folded = trimmed.to_ascii_lowercase();
    let starts = |with: &dyn Fn(char) -> bool| trimmed.trim_start_matches(['+', '-']).starts_with(with);
    let digit = |char: char| char.is_ascii_digit();
    let (refused, state): (bool, SqlState) = match name {
        "smallint" | "integer" | "bigint" => (!starts(&digit), sqlstate::INVALID_TEXT),
        "numeric" | "real" | "double precision" => {
            let words = ["nan", "inf", "+inf", "-inf"].iter().any(|word| folded.starts_with(word));
            (!words && !starts(&|char| digit(char) || char == '.'), sqlstate::INVALID_TEXT)
        }
        "boolean" => {
            let begins = ["true", "false", "yes", "no", "on", "off"].iter().any(|word| word.starts_with(&folded));
            let read = begins && !folded.is_empty() && folded != "o" || matches!(folded.as_str(), "1" | "0");
            (!read, sqlstate::INVALID_TEXT)
        }
        "uuid" => {
            let digits = text.chars().filter(char::is_ascii_hexdigit).count();
            let others = text.chars().any(|char| !char.is_ascii_hexdigit() && !matches!(char, '{' | '}' | '-'));
            (digits != 32 || others, sqlstate::INVALID_TEXT)
        }
        "date" | "timestamp without time zone" | "timestamp with time zone" => {
            let special = ["now", "today", "tomorrow", "yesterday", "epoch", "infinity", "-infinity", "allballs"];
            (!folded.contains(digit) && !special.contains(&folded.as_str()), sqlstate::INVALID_DATETIME)
        }
        "json" | "jsonb" => {
            let begins = trimmed.starts_with(['{', '[', '"', '-', 't', 'f', 'n']) || trimmed.starts_with(digit);
            if begins {
                return Ok(());
            }
            return Err(PgError::new(sqlstate::INVALID_TEXT, "invalid input syntax for type json"));
        }
        _ => (false, sqlstate::INVALID_TEXT),
    };
    if !refused {
        return Ok(());
    }
    Err(PgError::new(state, format!("invalid input syntax for type {name}: \"{text}\"")))
}
