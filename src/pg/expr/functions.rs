//! What functions of `pg_catalog` give and take, as far as the comparison of expressions needs it (`pg_proc.dat`).
//!
//! A function that is not listed is compared all the same; only literals next to its result have no type then.

use crate::pg::types::{self, DataType};

/// Name, types of arguments (`_` stands for any), type of the result (`_`: that of the first argument, if it is known).
const FUNCTIONS: &[(&str, &[&str], &str)] = &[
    ("abs", &["_"], "_"),
    ("age", &["_", "_"], "interval"),
    ("array_length", &["_", "integer"], "integer"),
    ("array_to_string", &["_", "text"], "text"),
    ("btrim", &["text", "text"], "text"),
    ("cardinality", &["_"], "integer"),
    ("ceil", &["_"], "_"),
    ("ceiling", &["_"], "_"),
    ("chr", &["integer"], "text"),
    ("clock_timestamp", &[], "timestamp with time zone"),
    ("concat", &["_", "_", "_", "_", "_", "_"], "text"),
    ("current_setting", &["text", "boolean"], "text"),
    ("date", &["_"], "date"),
    ("date_part", &["text", "_"], "double precision"),
    ("encode", &["bytea", "text"], "text"),
    ("decode", &["text", "text"], "bytea"),
    ("extract", &["_", "_"], "numeric"),
    ("family", &["inet"], "integer"),
    ("floor", &["_"], "_"),
    ("format", &["text", "_", "_", "_", "_"], "text"),
    ("gen_random_uuid", &[], "uuid"),
    ("isempty", &["_"], "boolean"),
    ("isfinite", &["_"], "boolean"),
    ("json_array_length", &["json"], "integer"),
    ("json_typeof", &["json"], "text"),
    ("jsonb_array_length", &["jsonb"], "integer"),
    ("jsonb_path_exists", &["jsonb", "jsonpath"], "boolean"),
    ("jsonb_path_match", &["jsonb", "jsonpath"], "boolean"),
    ("jsonb_typeof", &["jsonb"], "text"),
    ("left", &["text", "integer"], "text"),
    ("length", &["_"], "integer"),
    ("like_escape", &["text", "text"], "text"),
    ("ltrim", &["text", "text"], "text"),
    ("md5", &["_"], "text"),
    ("now", &[], "timestamp with time zone"),
    ("num_nonnulls", &["_", "_", "_", "_", "_", "_", "_", "_"], "integer"),
    ("num_nulls", &["_", "_", "_", "_", "_", "_", "_", "_"], "integer"),
    ("octet_length", &["_"], "integer"),
    ("overlay", &["text", "text", "integer", "integer"], "text"),
    ("position", &["_", "_"], "integer"),
    ("power", &["double precision", "double precision"], "double precision"),
    ("random", &[], "double precision"),
    ("regexp_replace", &["text", "text", "text", "text"], "text"),
    ("repeat", &["text", "integer"], "text"),
    ("replace", &["text", "text", "text"], "text"),
    ("reverse", &["text"], "text"),
    ("right", &["text", "integer"], "text"),
    ("rtrim", &["text", "text"], "text"),
    ("setweight", &["tsvector", "\"char\""], "tsvector"),
    ("similar_to_escape", &["text", "text"], "text"),
    ("split_part", &["text", "text", "integer"], "text"),
    ("sqrt", &["double precision"], "double precision"),
    ("starts_with", &["text", "text"], "boolean"),
    ("statement_timestamp", &[], "timestamp with time zone"),
    ("strpos", &["text", "text"], "integer"),
    ("substr", &["text", "integer", "integer"], "text"),
    ("to_char", &["_", "text"], "text"),
    ("to_date", &["text", "text"], "date"),
    ("to_timestamp", &["double precision"], "timestamp with time zone"),
    ("to_tsquery", &["regconfig", "text"], "tsquery"),
    ("to_tsvector", &["regconfig", "_"], "tsvector"),
    ("transaction_timestamp", &[], "timestamp with time zone"),
];

/// Functions of text that give text, but also exist for ranges or bytea.
pub(super) const OF_TEXT: &[&str] = &["lower", "upper", "substring", "trim"];

/// The argument types of a call; `None` where it is not listed with as many arguments.
pub(super) fn arguments(name: &str, given: usize) -> Option<impl Iterator<Item = Option<DataType>>> {
    let (_, arguments, _) = FUNCTIONS.iter().find(|(listed, ..)| *listed == name)?;
    // `to_tsvector(text)` leaves out its first argument.
    let same_shape = given <= arguments.len() && !(arguments.first() == Some(&"regconfig") && given < 2);
    same_shape.then(|| arguments.iter().map(|ty| (*ty != "_").then(|| types::named(ty))))
}

/// The type of a call's result.
pub(super) fn result(name: &str, first: Option<&DataType>) -> Option<DataType> {
    if OF_TEXT.contains(&name) {
        return first.filter(|ty| ty.builtin_name() == Some("text") && !ty.array).cloned();
    }
    let (.., result) = FUNCTIONS.iter().find(|(listed, ..)| *listed == name)?;
    match types::builtin(result) {
        Some(result) => Some(DataType::builtin(result)),
        None => first.cloned(),
    }
}
