//! Values of the small SELECT evaluator, with three-valued logic and a fourth answer: not known.

use std::rc::Rc;

use crate::catalog::Oid;
use crate::pg::error::Reason;

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// SQL's NULL.
    Null,
    /// `boolean`
    Bool(bool),
    /// Any integer.
    Int(i64),
    /// Any text.
    Text(Rc<str>),
    /// An object's handle.
    Oid(Oid),
    /// The same as a `regclass`: as text it is the relation's name.
    Regclass(Oid),
    /// An array.
    Array(Rc<[Cell]>),
    /// An `int2vector` or `oidvector`: an array whose subscripts begin with 0.
    Vector(Rc<[Cell]>),
    /// The name of the connected database: equal to itself, otherwise not known.
    Database,
    /// A name or handle of PostgreSQL's own objects, of which the catalog holds none: no name that a project would use.
    System,
    /// A value that nobody wrote and that differs from every known one, e.g. the name `2200_16385_1_not_null`.
    Fresh,
    /// One of the columns that an open table may have beside the listed ones.
    Unlisted(Rc<[Rc<str>]>, Reason),
    /// The number of a column of a table: columns that are gone have numbers, too, so that only the order is known.
    Place(Oid, u32),
    /// `atttypid` and `atttypmod` of that column; of a type of the catalog its handle. What it is called [`super::types`] says.
    TypeOf(Oid, Option<Oid>),
    /// Not NULL, otherwise not known: an expression as PostgreSQL writes it back.
    Written(Reason),
    /// Not known.
    Unknown(Reason),
}

/// Names in `information_schema` and types in `pg_catalog` that a project's own names can be confused with.
const SYSTEM_NAMES: &[&str] = &[
    "applicable_roles",
    "attributes",
    "check_constraints",
    "collations",
    "column_privileges",
    "columns",
    "constraint_column_usage",
    "constraint_table_usage",
    "domain_constraints",
    "domains",
    "element_types",
    "enabled_roles",
    "foreign_data_wrappers",
    "foreign_servers",
    "foreign_tables",
    "key_column_usage",
    "parameters",
    "referential_constraints",
    "role_table_grants",
    "routine_privileges",
    "routines",
    "schemata",
    "sequences",
    "table_constraints",
    "table_privileges",
    "tables",
    "transforms",
    "triggers",
    "user_mappings",
    "view_column_usage",
    "view_table_usage",
    "views",
];

impl Cell {
    /// A text.
    pub fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    /// An optional text.
    pub fn maybe_text(text: Option<&str>) -> Cell {
        text.map_or(Cell::Null, Cell::text)
    }

    /// As `YES` and `NO`, the booleans of `information_schema`.
    pub fn yes_no(value: bool) -> Cell {
        Cell::text(if value { "YES" } else { "NO" })
    }

    /// Why this value is not known, if it is not.
    pub fn unknown(&self) -> Option<Reason> {
        match self {
            Cell::Unknown(reason) | Cell::Unlisted(_, reason) | Cell::Written(reason) => Some(reason.clone()),
            Cell::Place(..) => {
                Some(Reason::new("column-number", "the number of a column, which counts those that are gone"))
            }
            Cell::TypeOf(..) => Some(Reason::new("type-number", "the number of a type, or of its modifiers")),
            Cell::Database => Some(Reason::new("database-name", "the name of the connected database")),
            Cell::System | Cell::Fresh => {
                Some(Reason::new("system-catalog", "PostgreSQL's own objects are not in the model"))
            }
            Cell::Array(items) | Cell::Vector(items) => items.iter().find_map(Cell::unknown),
            Cell::Null | Cell::Bool(_) | Cell::Int(_) | Cell::Text(_) | Cell::Oid(_) | Cell::Regclass(_) => None,
        }
    }

    /// `self = other`, as SQL has it.
    pub fn equals(&self, other: &Cell) -> Cell {
        use Cell::*;
        match (self, other) {
            (Null, _) | (_, Null) => Null,
            (Unknown(reason) | Written(reason), _) | (_, Unknown(reason) | Written(reason)) => Unknown(reason.clone()),
            (Place(table, one), Place(other, two)) if table == other => Bool(one == two),
            (Place(..), _) | (_, Place(..)) => self.unknown().or(other.unknown()).map_or(Bool(false), Unknown),
            (TypeOf(_, Some(one)), TypeOf(_, Some(other)) | Oid(other)) | (Oid(other), TypeOf(_, Some(one))) => {
                Bool(one == other)
            }
            // The catalog's handles are never those of PostgreSQL's own types.
            (TypeOf(_, None), Oid(_)) | (Oid(_), TypeOf(_, None)) => Bool(false),
            (TypeOf(..), _) | (_, TypeOf(..)) => self.unknown().or(other.unknown()).map_or(Bool(false), Unknown),
            (Unlisted(known, reason), Text(text)) | (Text(text), Unlisted(known, reason)) => {
                if known.contains(text) {
                    Bool(false)
                } else {
                    Unknown(reason.clone())
                }
            }
            (Unlisted(_, reason), _) | (_, Unlisted(_, reason)) => Unknown(reason.clone()),
            (Database, Database) => Bool(true),
            (Database, _) | (_, Database) => self.unknown().or(other.unknown()).map_or(Bool(false), Unknown),
            (System, Text(text)) | (Text(text), System) => {
                let plain = !text.starts_with("pg_")
                    && !text.starts_with("sql_")
                    && !text.starts_with('_')
                    && SYSTEM_NAMES.binary_search(&&**text).is_err()
                    && crate::pg::types::builtin(text).is_none();
                if plain { Bool(false) } else { System.unknown().map_or(Bool(false), Unknown) }
            }
            // The catalog's handles are never PostgreSQL's own.
            (System, Oid(_) | Regclass(_)) | (Oid(_) | Regclass(_), System) => Bool(false),
            (System, _) | (_, System) => System.unknown().map_or(Bool(false), Unknown),
            (Fresh, _) | (_, Fresh) => Bool(false),
            (Bool(a), Bool(b)) => Bool(a == b),
            (Bool(a), Text(b)) | (Text(b), Bool(a)) => match boolean(b) {
                Some(b) => Bool(*a == b),
                None => Unknown(Reason::new("sql", "a comparison of a boolean with a text")),
            },
            (Int(a), Int(b)) => Bool(a == b),
            (Int(a), Oid(b) | Regclass(b)) | (Oid(b) | Regclass(b), Int(a)) => Bool(*a == i64::from(b.0)),
            (Int(a), Text(b)) | (Text(b), Int(a)) => Bool(b.parse() == Ok(*a)),
            (Oid(a) | Regclass(a), Oid(b) | Regclass(b)) => Bool(a == b),
            (Text(a), Text(b)) => Bool(a == b),
            (Array(a) | Vector(a), Array(b) | Vector(b)) => {
                if a.len() != b.len() {
                    return Bool(false);
                }
                a.iter().zip(b.iter()).fold(Bool(true), |all, (a, b)| all.and(&a.equals(b)))
            }
            (Bool(_) | Int(_) | Oid(_) | Regclass(_) | Text(_) | Array(_) | Vector(_), _) => {
                Unknown(Reason::new("sql", "a comparison of different types"))
            }
        }
    }

    /// `self AND other`
    pub fn and(&self, other: &Cell) -> Cell {
        use Cell::*;
        match (self.as_condition(), other.as_condition()) {
            (Bool(false), _) | (_, Bool(false)) => Bool(false),
            (Bool(true), other) => other,
            (one, Bool(true)) => one,
            (Unknown(reason), _) | (_, Unknown(reason)) => Unknown(reason),
            _ => Null,
        }
    }

    /// `self OR other`
    pub fn or(&self, other: &Cell) -> Cell {
        use Cell::*;
        match (self.as_condition(), other.as_condition()) {
            (Bool(true), _) | (_, Bool(true)) => Bool(true),
            (Bool(false), other) => other,
            (one, Bool(false)) => one,
            (Unknown(reason), _) | (_, Unknown(reason)) => Unknown(reason),
            _ => Null,
        }
    }

    /// `NOT self`
    pub fn negate(&self) -> Cell {
        match self.as_condition() {
            Cell::Bool(value) => Cell::Bool(!value),
            other => other,
        }
    }

    /// True, false, NULL or unknown.
    pub fn as_condition(&self) -> Cell {
        match self {
            Cell::Null | Cell::Bool(_) | Cell::Unknown(_) => self.clone(),
            Cell::Text(text) => match boolean(text) {
                Some(value) => Cell::Bool(value),
                None => Cell::Unknown(Reason::new("sql", "a text used as a condition")),
            },
            other => Cell::Unknown(
                other.unknown().unwrap_or_else(|| Reason::new("sql", "a value used as a condition is no boolean")),
            ),
        }
    }
}

/// The spellings that `boolin` takes.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "t" | "true" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// `text LIKE pattern`; `fold` for `ILIKE`.
pub fn like(text: &str, pattern: &str, fold: bool) -> bool {
    let lower = |s: &str| if fold { s.to_lowercase() } else { s.to_string() };
    let text: Vec<char> = lower(text).chars().collect();
    let pattern: Vec<char> = lower(pattern).chars().collect();
    // `matched[j]`: the pattern so far matches the first `j` characters. Linear in both, whatever the pattern.
    let mut matched = vec![false; text.len() + 1];
    matched[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        let mut next = vec![false; text.len() + 1];
        match pattern[at] {
            '%' => {
                let mut any = false;
                for (j, slot) in next.iter_mut().enumerate() {
                    any |= matched[j];
                    *slot = any;
                }
            }
            wanted => {
                let escaped = wanted == '\\' && at + 1 < pattern.len();
                if escaped {
                    at += 1;
                }
                let wanted = pattern[at];
                for (j, character) in text.iter().enumerate() {
                    next[j + 1] = matched[j] && ((!escaped && wanted == '_') || *character == wanted);
                }
            }
        }
        matched = next;
        at += 1;
    }
    matched[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_follows_postgresql() {
        assert!(like("ix_users_email", "ix\\_%", false));
        assert!(!like("ixxusers", "ix\\_%", false));
        assert!(like("abc", "a_c", false));
        assert!(like("ABC", "a%", true) && !like("ABC", "a%", false));
        assert!(!like("abc", "ab", false));
    }

    #[test]
    fn what_is_not_known_stays_unknown_unless_the_other_side_decides() {
        let unknown = Cell::Unknown(Reason::new("row-data", "rows"));
        assert_eq!(unknown.and(&Cell::Bool(false)), Cell::Bool(false));
        assert_eq!(unknown.or(&Cell::Bool(true)), Cell::Bool(true));
        assert!(matches!(unknown.and(&Cell::Bool(true)), Cell::Unknown(_)));
        let open = Cell::Unlisted(["a".into()].into(), Reason::new("open", "t"));
        assert_eq!(open.equals(&Cell::text("a")), Cell::Bool(false));
        assert!(matches!(open.equals(&Cell::text("b")), Cell::Unknown(_)));
        assert_eq!(Cell::System.equals(&Cell::text("users")), Cell::Bool(false));
        assert!(matches!(Cell::System.equals(&Cell::text("tables")), Cell::Unknown(_)));
    }
}
