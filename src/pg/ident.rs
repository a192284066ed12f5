//! Identifiers as the catalog stores them.

use std::fmt;
use std::sync::Arc;

/// PostgreSQL cuts longer names: `NAMEDATALEN - 1`, in bytes (`src/include/pg_config_manual.h`).
pub const MAX_IDENT_BYTES: usize = 63;

/// A name as `pg_catalog` stores it: case folded already, cut already, without quotes.
///
/// `Display` writes it as SQL, quoted where PostgreSQL needs it:
///
/// ```
/// use restamp::pg::ident::Ident;
/// assert_eq!(Ident::new("wage").to_string(), "wage");
/// assert_eq!(Ident::new("user").to_string(), "\"user\"");
/// assert_eq!(Ident::fold("Wage").as_str(), "wage");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ident(Arc<str>);

impl Ident {
    /// A quoted name: kept as it is, cut at 63 bytes on a character boundary.
    pub fn new(name: &str) -> Ident {
        Ident(truncate(name, MAX_IDENT_BYTES).into())
    }

    /// An unquoted name: folded to lower case as PostgreSQL does (ASCII only), then cut.
    pub fn fold(name: &str) -> Ident {
        Ident::new(&name.to_ascii_lowercase())
    }

    /// What an object is called that has no name of its own alone, uncut: `f(integer, text)`, `column a` for a comment on it.
    ///
    /// ```
    /// use restamp::pg::ident::Ident;
    /// let long = "x".repeat(63);
    /// assert_ne!(Ident::composed(&format!("f_{long}(integer)")), Ident::composed(&format!("f_{long}(text)")));
    /// ```
    pub fn composed(text: &str) -> Ident {
        Ident(text.into())
    }

    /// The stored name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Cuts `name` to at most `bytes` bytes, never inside a character (`pg_mbcliplen`).
pub fn truncate(name: &str, bytes: usize) -> &str {
    if name.len() <= bytes {
        return name;
    }
    let mut end = bytes;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

impl fmt::Debug for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.as_str();
        let plain = name.bytes().enumerate().all(|(at, byte)| match byte {
            b'a'..=b'z' | b'_' => true,
            b'0'..=b'9' => at > 0,
            _ => false,
        });
        if plain && !name.is_empty() && !is_reserved(name) {
            f.write_str(name)
        } else {
            write!(f, "\"{}\"", name.replace('"', "\"\""))
        }
    }
}

impl From<&str> for Ident {
    fn from(name: &str) -> Ident {
        Ident::new(name)
    }
}

/// A name with an optional schema in front.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QName {
    /// The schema, where it was written.
    pub schema: Option<Ident>,
    /// The name.
    pub name: Ident,
}

impl QName {
    /// A name with an optional schema.
    pub fn new(schema: Option<Ident>, name: impl Into<Ident>) -> QName {
        QName { schema, name: name.into() }
    }

    /// A name that `search_path` resolves.
    pub fn bare(name: impl Into<Ident>) -> QName {
        QName::new(None, name)
    }
}

impl fmt::Display for QName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}

/// Key words that `quote_identifier` quotes: all but the unreserved ones (`src/include/parser/kwlist.h`, version 18).
fn is_reserved(name: &str) -> bool {
    RESERVED.binary_search(&name).is_ok()
}

const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];
