//! Data types, spelt as `format_type()` spells them.

use std::fmt;

use crate::pg::ident::{Ident, QName};

/// A data type with its modifiers.
///
/// ```
/// use restamp::pg::types::DataType;
/// assert_eq!(DataType::varchar(Some(120)).to_string(), "character varying(120)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DataType {
    /// The type without modifiers.
    pub name: TypeName,
    /// What stands in parentheses: lengths, precision and scale, `Point, 4326`.
    pub modifiers: Vec<String>,
    /// True for an array; PostgreSQL ignores the number of dimensions.
    pub array: bool,
}

/// A type's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeName {
    /// A type of `pg_catalog`, by its canonical name from [`builtin`], e.g. `character varying`.
    /// Interval fields are part of the name: `interval year to month`.
    Builtin(&'static str),
    /// Any other: an enum, a domain, a type of an extension.
    User(QName),
}

impl DataType {
    /// A type of `pg_catalog` without modifiers; `name` must be canonical.
    pub fn builtin(name: &'static str) -> DataType {
        DataType { name: TypeName::Builtin(name), modifiers: Vec::new(), array: false }
    }

    /// A user's type.
    pub fn user(name: QName) -> DataType {
        DataType { name: TypeName::User(name), modifiers: Vec::new(), array: false }
    }

    /// `character varying` with an optional length in characters.
    pub fn varchar(length: Option<u32>) -> DataType {
        let modifiers = length.iter().map(u32::to_string).collect();
        DataType { modifiers, ..DataType::builtin("character varying") }
    }

    /// The array of this type.
    pub fn into_array(self) -> DataType {
        DataType { array: true, ..self }
    }

    /// The name as one of the builtin ones, else `None`.
    pub fn builtin_name(&self) -> Option<&'static str> {
        match self.name {
            TypeName::Builtin(name) => Some(name),
            TypeName::User(_) => None,
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modifiers =
            if self.modifiers.is_empty() { String::new() } else { format!("({})", self.modifiers.join(",")) };
        match &self.name {
            // `timestamp(3) with time zone`: the precision stands inside the name.
            TypeName::Builtin(name) => match name.split_once(" with") {
                Some((head, tail)) => write!(f, "{head}{modifiers} with{tail}")?,
                None => write!(f, "{name}{modifiers}")?,
            },
            TypeName::User(name) => write!(f, "{name}{modifiers}")?,
        }
        if self.array { f.write_str("[]") } else { Ok(()) }
    }
}

/// The canonical name of a builtin type for any of its spellings (folded to lower case), e.g. `int4` -> `integer`.
/// `serial` and its kin are no types: see [`crate::pg::command::ColumnType`].
pub fn builtin(name: &str) -> Option<&'static str> {
    let canonical = ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, canonical)| *canonical);
    canonical.or_else(|| BUILTIN.iter().find(|builtin| **builtin == name).copied())
}

/// `builtin` as a type, else a user's type of that (folded) name.
pub fn named(name: &str) -> DataType {
    match builtin(name) {
        Some(name) => DataType::builtin(name),
        None => DataType::user(QName::bare(Ident::new(name))),
    }
}

const ALIASES: &[(&str, &str)] = &[
    ("bool", "boolean"),
    ("int", "integer"),
    ("int2", "smallint"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("float", "double precision"),
    ("decimal", "numeric"),
    ("dec", "numeric"),
    ("varchar", "character varying"),
    ("char varying", "character varying"),
    ("char", "character"),
    ("bpchar", "character"),
    ("varbit", "bit varying"),
    ("timestamp", "timestamp without time zone"),
    ("timestamptz", "timestamp with time zone"),
    ("time", "time without time zone"),
    ("timetz", "time with time zone"),
];

const BUILTIN: &[&str] = &[
    "boolean",
    "smallint",
    "integer",
    "bigint",
    "real",
    "double precision",
    "numeric",
    "money",
    "text",
    "character varying",
    "character",
    "\"char\"",
    "name",
    "bytea",
    "date",
    "time without time zone",
    "time with time zone",
    "timestamp without time zone",
    "timestamp with time zone",
    "interval",
    "uuid",
    "json",
    "jsonb",
    "jsonpath",
    "xml",
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "bit",
    "bit varying",
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
    "tsvector",
    "tsquery",
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int4multirange",
    "int8multirange",
    "nummultirange",
    "tsmultirange",
    "tstzmultirange",
    "datemultirange",
    "oid",
    "regclass",
    "regtype",
    "regproc",
    "regprocedure",
    "regnamespace",
    "regrole",
    "xid",
    "xid8",
    "cid",
    "tid",
    "pg_lsn",
    "record",
    "void",
    "trigger",
    "event_trigger",
    "anyelement",
    "anyarray",
    "internal",
    "cstring",
    "interval year",
    "interval month",
    "interval day",
    "interval hour",
    "interval minute",
    "interval second",
    "interval year to month",
    "interval day to hour",
    "interval day to minute",
    "interval day to second",
    "interval hour to minute",
    "interval hour to second",
    "interval minute to second",
];
