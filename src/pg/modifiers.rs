//! What PostgreSQL says of the modifiers of its own types: the `typmodin` functions of `src/backend/utils/adt`, `typenameTypeMod` of
//! `src/backend/parser/parse_type.c`, and what `gram.y` checks itself.

use crate::pg::error::{PgError, sqlstate};
use crate::pg::types::{DataType, TypeName};

/// Refuses modifiers that a type of PostgreSQL's own does not take. Of another's type nothing is said, but of those that
/// [`crate::pg::types::read`] leaves under the name that was written: `int4(11)`, `float(54)`, `serial(3)`.
///
/// # Errors
/// 42601, 22023, 22P02, 22003.
pub fn check(ty: &DataType, server_version: Option<u32>) -> Result<(), PgError> {
    if ty.modifiers.is_empty() {
        return Ok(());
    }
    let brackets = if ty.array { "[]" } else { "" };
    match &ty.name {
        TypeName::Builtin(name) => match *name {
            "boolean" | "smallint" | "integer" | "bigint" | "real" | "double precision" => Err(near("(")),
            "json" if server_version.is_some_and(|version| version >= 17) => Err(near("(")),
            // The grammar itself has one number there.
            "character varying" | "character" if ty.modifiers.len() > 1 => Err(near(",")),
            "character varying" => length("varchar", MAX_LENGTH, &ty.modifiers),
            "character" | "bpchar" => length("char", MAX_LENGTH, &ty.modifiers),
            "bit" => length("bit", MAX_BITS, &ty.modifiers),
            "bit varying" => length("varbit", MAX_BITS, &ty.modifiers),
            "numeric" => numeric(&ty.modifiers),
            "time without time zone" => precision("TIME", "", &ty.modifiers),
            "time with time zone" => precision("TIME", " WITH TIME ZONE", &ty.modifiers),
            "timestamp without time zone" => precision("TIMESTAMP", "", &ty.modifiers),
            "timestamp with time zone" => precision("TIMESTAMP", " WITH TIME ZONE", &ty.modifiers),
            name if name == "interval" || name.ends_with("second") => precision("INTERVAL", "", &ty.modifiers),
            name if name.starts_with("interval") => Err(near("(")),
            name => Err(not_allowed(&format!("{}{brackets}", name.trim_matches('"')))),
        },
        TypeName::User(name) if name.schema.is_none() => match name.name.as_str() {
            "float" => float(&ty.modifiers),
            "serial" | "serial4" => Err(not_allowed("integer")),
            "bigserial" | "serial8" => Err(not_allowed("bigint")),
            "smallserial" | "serial2" => Err(not_allowed("smallint")),
            name if PLAIN.contains(&name) => Err(not_allowed(&format!("{name}{brackets}"))),
            _ => Ok(()),
        },
        TypeName::User(_) | TypeName::Unknown(_) => Ok(()),
    }
}

/// 42601: a type that takes no modifier; `name` as it was written.
pub fn not_allowed(name: &str) -> PgError {
    PgError::new(sqlstate::SYNTAX_ERROR, format!("type modifier is not allowed for type \"{name}\""))
}

/// Names in `pg_type` of types that the grammar spells otherwise and that take no modifier.
const PLAIN: &[&str] = &["bool", "int2", "int4", "int8", "float4", "float8"];

/// See [`check`].
pub fn is_plain(name: &str) -> bool {
    PLAIN.contains(&name)
}

/// `MaxAttrSize`
const MAX_LENGTH: i32 = 10 * 1024 * 1024;
/// `MaxAttrSize * BITS_PER_BYTE`
const MAX_BITS: i32 = MAX_LENGTH * 8;

fn near(token: &str) -> PgError {
    PgError::new(sqlstate::SYNTAX_ERROR, format!("syntax error at or near \"{token}\""))
}

fn out_of_range(message: String) -> PgError {
    PgError::new(sqlstate::INVALID_PARAMETER_VALUE, message)
}

/// `ArrayGetIntegerTypmods`; `None` for what is no simple constant.
fn integers(modifiers: &[String]) -> Result<Option<Vec<i32>>, PgError> {
    let mut out = Vec::new();
    for modifier in modifiers {
        let text = modifier.trim().trim_matches('\'').trim_matches('"');
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if let Ok(number) = text.parse::<i32>() {
            out.push(number);
        } else if !digits.is_empty() && digits.chars().all(|char| char.is_ascii_digit()) {
            let message = format!("value \"{text}\" is out of range for type integer");
            return Err(PgError::new(sqlstate::NUMERIC_OUT_OF_RANGE, message));
        } else if text.chars().all(|char| char.is_ascii_lowercase())
            || digits.chars().all(|char| char.is_ascii_digit() || char == '.') && digits.starts_with(char::is_numeric)
        {
            let message = format!("invalid input syntax for type integer: \"{text}\"");
            return Err(PgError::new(sqlstate::INVALID_TEXT, message));
        } else {
            return Ok(None);
        }
    }
    Ok(Some(out))
}

/// `anychar_typmodin`, `anybit_typmodin`
fn length(ty: &str, most: i32, modifiers: &[String]) -> Result<(), PgError> {
    let Some(numbers) = integers(modifiers)? else { return Ok(()) };
    match numbers.as_slice() {
        [length] if *length < 1 => Err(out_of_range(format!("length for type {ty} must be at least 1"))),
        [length] if *length > most => Err(out_of_range(format!("length for type {ty} cannot exceed {most}"))),
        [_] => Ok(()),
        _ => Err(out_of_range("invalid type modifier".to_string())),
    }
}

/// `numerictypmodin`; a scale beyond the precision is taken since version 15.
fn numeric(modifiers: &[String]) -> Result<(), PgError> {
    let Some(numbers) = integers(modifiers)? else { return Ok(()) };
    match numbers.as_slice() {
        [precision] | [precision, _] if !(1..=1000).contains(precision) => {
            Err(out_of_range(format!("NUMERIC precision {precision} must be between 1 and 1000")))
        }
        [_, scale] if !(-1000..=1000).contains(scale) => {
            Err(out_of_range(format!("NUMERIC scale {scale} must be between -1000 and 1000")))
        }
        [_] | [_, _] => Ok(()),
        _ => Err(out_of_range("invalid NUMERIC type modifier".to_string())),
    }
}

/// `anytime_typmodin`, `anytimestamp_typmodin`: more than six digits are cut, with a warning.
fn precision(ty: &str, zone: &str, modifiers: &[String]) -> Result<(), PgError> {
    let Some(numbers) = integers(modifiers)? else { return Ok(()) };
    match numbers.as_slice() {
        [digits] if *digits < 0 => Err(out_of_range(format!("{ty}({digits}){zone} precision must not be negative"))),
        [_] => Ok(()),
        _ => Err(out_of_range("invalid type modifier".to_string())),
    }
}

/// `opt_float` of the grammar.
fn float(modifiers: &[String]) -> Result<(), PgError> {
    match modifiers {
        [digits] => match digits.parse::<i32>() {
            Ok(..1) => Err(out_of_range("precision for type float must be at least 1 bit".to_string())),
            Ok(54..) => Err(out_of_range("precision for type float must be less than 54 bits".to_string())),
            Ok(_) => Ok(()),
            Err(_) => Err(near(digits)),
        },
        _ => Err(near(",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, version: u32) -> String {
        let ty = DataType::parse(text).unwrap_or_else(|| panic!("{text} is read"));
        // The grammar takes one number without a sign where the name of the type is its own.
        if !text.contains("tz(-1)") && !text.contains("tz(1,2)") {
            assert_eq!(DataType::parse(&ty.to_string()), Some(ty.clone()), "{text}");
        }
        check(&ty, Some(version))
            .map_or_else(|error| format!("{} {}", error.sqlstate, error.message), |()| ty.to_string())
    }

    /// `CREATE TABLE c (x …)` on PostgreSQL 16.14 and 18.
    #[test]
    fn as_postgresql_has_it() {
        for (text, says) in [
            ("TEXT(255)", "42601 type modifier is not allowed for type \"text\""),
            ("\"text\"(255)", "42601 type modifier is not allowed for type \"text\""),
            ("TEXT(255)[]", "42601 type modifier is not allowed for type \"text[]\""),
            ("TEXT(max)", "42601 type modifier is not allowed for type \"text\""),
            ("TEXT(4294967295)", "42601 type modifier is not allowed for type \"text\""),
            ("int4(11)", "42601 type modifier is not allowed for type \"int4\""),
            ("bool(1)", "42601 type modifier is not allowed for type \"bool\""),
            ("DATE(3)", "42601 type modifier is not allowed for type \"date\""),
            ("JSON(3)", "42601 type modifier is not allowed for type \"json\""),
            ("JSONB(3)", "42601 type modifier is not allowed for type \"jsonb\""),
            ("UUID(4)", "42601 type modifier is not allowed for type \"uuid\""),
            ("BYTEA(10)", "42601 type modifier is not allowed for type \"bytea\""),
            ("MONEY(2)", "42601 type modifier is not allowed for type \"money\""),
            ("NAME(3)", "42601 type modifier is not allowed for type \"name\""),
            ("\"char\"(3)", "42601 type modifier is not allowed for type \"char\""),
            ("SERIAL(3)", "42601 type modifier is not allowed for type \"integer\""),
            ("BIGSERIAL(3)", "42601 type modifier is not allowed for type \"bigint\""),
            ("FLOAT(0)", "22023 precision for type float must be at least 1 bit"),
            ("FLOAT(54)", "22023 precision for type float must be less than 54 bits"),
            ("FLOAT(53)[]", "double precision[]"),
            ("FLOAT(24)", "real"),
            ("VARCHAR(0)", "22023 length for type varchar must be at least 1"),
            ("VARCHAR(10485760)", "character varying(10485760)"),
            ("VARCHAR(10485761)", "22023 length for type varchar cannot exceed 10485760"),
            ("CHAR(0)", "22023 length for type char must be at least 1"),
            ("NCHAR(0)", "22023 length for type char must be at least 1"),
            ("bpchar(0)", "22023 length for type char must be at least 1"),
            ("BIT(0)", "22023 length for type bit must be at least 1"),
            ("BIT(83886081)", "22023 length for type bit cannot exceed 83886080"),
            ("BIT(1,2)", "22023 invalid type modifier"),
            ("BIT VARYING(0)", "22023 length for type varbit must be at least 1"),
            ("NUMERIC(0)", "22023 NUMERIC precision 0 must be between 1 and 1000"),
            ("NUMERIC(2000,1)", "22023 NUMERIC precision 2000 must be between 1 and 1000"),
            ("NUMERIC(3,1001)", "22023 NUMERIC scale 1001 must be between -1000 and 1000"),
            ("NUMERIC(3,-1000)", "numeric(3,-1000)"),
            ("NUMERIC(3,4,5)", "22023 invalid NUMERIC type modifier"),
            ("NUMERIC(-1,2)", "22023 NUMERIC precision -1 must be between 1 and 1000"),
            ("NUMERIC(a)", "22P02 invalid input syntax for type integer: \"a\""),
            ("NUMERIC(3.5)", "22P02 invalid input syntax for type integer: \"3.5\""),
            ("NUMERIC(99999999999)", "22003 value \"99999999999\" is out of range for type integer"),
            ("TIMESTAMP(7)", "timestamp(6) without time zone"),
            ("TIMESTAMP(9) WITH TIME ZONE", "timestamp(6) with time zone"),
            ("timestamptz(9)", "timestamp(6) with time zone"),
            ("timestamptz(-1)", "22023 TIMESTAMP(-1) WITH TIME ZONE precision must not be negative"),
            ("timestamptz(1,2)", "22023 invalid type modifier"),
            ("TIME(9)", "time(6) without time zone"),
            ("timetz(-1)", "22023 TIME(-1) WITH TIME ZONE precision must not be negative"),
            ("INTERVAL(9)", "interval(6)"),
            ("INTERVAL SECOND(9)", "interval second(6)"),
            ("vector(3)", "vector(3)"),
        ] {
            assert_eq!(said(text, 16), says, "{text}");
        }
        let json = check(&DataType::parse("JSON(3)").unwrap(), Some(18)).unwrap_err();
        assert_eq!(json.message, "syntax error at or near \"(\"");
    }
}
