//! Data types, spelt as `format_type()` spells them.

use std::fmt;

use crate::pg::error::Reason;
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor, Read, TokenKind};

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
    /// It comes from something that is not known. No text means it: it renders as `"?"`, which no database has.
    Unknown(Reason),
}

impl DataType {
    /// A type that is not known.
    pub fn unknown(reason: Reason) -> DataType {
        DataType { name: TypeName::Unknown(reason), modifiers: Vec::new(), array: false }
    }

    /// Why it is not known, if it is not.
    pub fn unknown_reason(&self) -> Option<&Reason> {
        match &self.name {
            TypeName::Unknown(reason) => Some(reason),
            TypeName::Builtin(_) | TypeName::User(_) => None,
        }
    }

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

    /// For a message: its text, or why it is not known.
    pub fn said(&self) -> String {
        match &self.name {
            TypeName::Unknown(reason) => format!("a type that is not known ({reason})"),
            TypeName::Builtin(_) | TypeName::User(_) => self.to_string(),
        }
    }

    /// The name as one of the builtin ones, else `None`.
    pub fn builtin_name(&self) -> Option<&'static str> {
        match self.name {
            TypeName::Builtin(name) => Some(name),
            TypeName::User(_) | TypeName::Unknown(_) => None,
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
            TypeName::Unknown(_) => f.write_str("\"?\"")?,
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
        Some(canonical) => completed(DataType::builtin(canonical)),
        None => DataType::user(QName::bare(Ident::new(name))),
    }
}

/// The modifiers that the grammar adds where none are written: `character` is `character(1)`, `bit` is `bit(1)`,
/// `numeric(10)` is `numeric(10,0)` (`gram.y`, `numerictypmodin`); a precision of more than six digits of a second is cut.
pub fn completed(mut ty: DataType) -> DataType {
    if ty.modifiers.iter().any(|modifier| modifier.starts_with('$')) {
        return DataType::unknown(Reason::new("parameter", "a type with a parameter whose value is not known"));
    }
    match (ty.builtin_name(), ty.modifiers.as_mut_slice()) {
        (Some("character" | "bit"), []) => ty.modifiers.push("1".to_string()),
        (Some("numeric"), [_]) => ty.modifiers.push("0".to_string()),
        (Some(name), [digits])
            if (name.starts_with("time") || name.starts_with("interval"))
                && digits.parse::<i32>().is_ok_and(|digits| digits > 6) =>
        {
            *digits = "6".to_string();
        }
        _ => {}
    }
    spatial(ty)
}

/// `float(n)`: of at most 24 binary digits it is `real`. What PostgreSQL refuses stays under the name that was written, see
/// [`crate::pg::modifiers`].
pub fn float(modifiers: Vec<String>) -> DataType {
    match modifiers.as_slice() {
        [] => DataType::builtin("double precision"),
        [digits] => match digits.parse::<u32>() {
            Ok(1..=24) => DataType::builtin("real"),
            Ok(25..=53) => DataType::builtin("double precision"),
            Ok(_) | Err(_) => DataType { modifiers, ..DataType::user(QName::bare("float")) },
        },
        _ => DataType { modifiers, ..DataType::user(QName::bare("float")) },
    }
}

/// PostGIS' modifiers as `geometry_typmod_out` spells them: `geometry(POINT,-1)` is `geometry(Point)`, and a `geography` whose
/// reference system is not given has 4326. What PostGIS refuses stays as it is written.
pub fn spatial(mut ty: DataType) -> DataType {
    let TypeName::User(name) = &ty.name else { return ty };
    let geography = match name.name.as_str() {
        "geometry" => false,
        "geography" => true,
        _ => return ty,
    };
    let (kind, srid) = match ty.modifiers.as_slice() {
        [kind] => (kind, 0),
        [kind, srid] => match srid.trim_matches('\'').parse::<i64>() {
            Ok(srid @ ..=999_999) => (kind, srid.max(0)),
            Ok(_) | Err(_) => return ty,
        },
        _ => return ty,
    };
    let word = kind.trim_matches('\'').to_ascii_lowercase();
    let bare = word.trim_end_matches(['z', 'm']);
    let dimensions = &word[bare.len()..];
    let known = GEOMETRIES.iter().find(|geometry| geometry.eq_ignore_ascii_case(bare));
    let Some(known) = known.filter(|_| matches!(dimensions, "" | "z" | "m" | "zm")) else { return ty };
    let srid = if geography && srid == 0 { 4326 } else { srid };
    ty.modifiers = match (srid, *known, dimensions) {
        (0, "Geometry", "") => Vec::new(),
        (0, ..) => vec![format!("{known}{}", dimensions.to_ascii_uppercase())],
        _ => vec![format!("{known}{}", dimensions.to_ascii_uppercase()), srid.to_string()],
    };
    ty
}

/// PostGIS' names of geometries (`lwgeom.c`, `lwtype_name`).
const GEOMETRIES: &[&str] = &[
    "Geometry",
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
    "CircularString",
    "CompoundCurve",
    "CurvePolygon",
    "MultiCurve",
    "MultiSurface",
    "PolyhedralSurface",
    "Triangle",
    "Tin",
];

impl DataType {
    /// Reads a type as PostgreSQL's grammar does; `None` if `text` is none.
    ///
    /// ```
    /// use restamp::pg::types::DataType;
    /// let spelt = |text| DataType::parse(text).unwrap().to_string();
    /// assert_eq!(spelt("timestamptz(3)"), "timestamp(3) with time zone");
    /// assert_eq!(spelt("int4[]"), "integer[]");
    /// assert_eq!(spelt("char"), "character(1)");
    /// assert_eq!(spelt("bpchar"), "bpchar");
    /// ```
    pub fn parse(text: &str) -> Option<DataType> {
        let (tokens, open) = lex::tokens(text);
        let mut cursor = Cursor::new(text, &tokens);
        let ty = read(&mut cursor).ok()?;
        (open.is_none() && cursor.at_end()).then_some(ty)
    }
}

/// Reads a type at the cursor (`Typename` of `gram.y`).
///
/// # Errors
/// Something else is next.
pub fn read(cursor: &mut Cursor<'_>) -> Read<DataType> {
    cursor.eat("SETOF");
    let mut ty = completed(simple(cursor)?);
    if cursor.eat("ARRAY") {
        ty.array = true;
        if cursor.is_sign("[") {
            brackets(cursor)?;
        }
    }
    while cursor.is_sign("[") {
        brackets(cursor)?;
        ty.array = true;
    }
    Ok(ty)
}

fn brackets(cursor: &mut Cursor<'_>) -> Read<()> {
    cursor.expect_sign("[")?;
    if !cursor.is_sign("]") {
        cursor.integer()?;
    }
    cursor.expect_sign("]")
}

fn simple(cursor: &mut Cursor<'_>) -> Read<DataType> {
    let Some(first) = cursor.peek() else {
        return cursor.fail("a type");
    };
    let qualified = cursor.peek_nth(1).is_some_and(|token| cursor.token_text(token) == ".");
    if first.kind == TokenKind::Word
        && !qualified
        && let Some(ty) = grammar_type(cursor)?
    {
        return Ok(ty);
    }
    let name = cursor.qname()?;
    let modifiers = modifiers(cursor)?;
    // A quoted or qualified name is looked up as it is: `"char"` is another type than `char`.
    let of_system = name.schema.as_ref().is_none_or(|schema| schema.as_str() == "pg_catalog");
    let internal =
        INTERNAL.iter().find(|(internal, _)| *internal == name.name.as_str()).map(|(_, canonical)| *canonical);
    // `int4(11)` is refused under this very name.
    let refused = !modifiers.is_empty() && super::modifiers::is_plain(name.name.as_str());
    let canonical = internal.filter(|_| !refused).or_else(|| {
        let plain = BUILTIN.iter().find(|builtin| **builtin == name.name.as_str()).copied();
        plain.filter(|builtin| !GRAMMAR_ONLY.contains(builtin))
    });
    Ok(match canonical.filter(|_| of_system) {
        // `numeric` is completed by its input function, the others by the grammar, which a quoted name passes by.
        Some(canonical) => DataType { modifiers, ..DataType::builtin(canonical) },
        None if refused && of_system => DataType { modifiers, ..DataType::user(QName::bare(name.name)) },
        None => DataType { modifiers, ..DataType::user(name) },
    })
}

/// The types that the grammar itself spells with key words, and the plain names of the others.
fn grammar_type(cursor: &mut Cursor<'_>) -> Read<Option<DataType>> {
    for (words, name) in WORDS {
        if !cursor.eat(words) {
            continue;
        }
        let name = match *name {
            "interval" => return interval(cursor).map(Some),
            "character" if cursor.eat("VARYING") => "character varying",
            "bit" if cursor.eat("VARYING") => "bit varying",
            name => name,
        };
        let modifiers = match name {
            "numeric" | "bit" | "bit varying" => modifiers(cursor)?,
            "double precision" if *words == "FLOAT" => return Ok(Some(float(constant(cursor)?))),
            "boolean" | "smallint" | "integer" | "bigint" | "real" | "double precision" if cursor.is_sign("(") => {
                return cursor.refuse("a type without modifier");
            }
            _ => constant(cursor)?,
        };
        let name = match name {
            "time without time zone" if cursor.eat("WITH TIME ZONE") => "time with time zone",
            "timestamp without time zone" if cursor.eat("WITH TIME ZONE") => "timestamp with time zone",
            name => name,
        };
        if name.ends_with("without time zone") {
            cursor.eat("WITHOUT TIME ZONE");
        }
        return Ok(Some(DataType { modifiers, ..DataType::builtin(name) }));
    }
    Ok(None)
}

fn interval(cursor: &mut Cursor<'_>) -> Read<DataType> {
    let mut modifiers = constant(cursor)?;
    let mut name = "interval".to_string();
    const FIELDS: &[&str] = &["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
    if let Some(field) = cursor.eat_any(FIELDS) {
        name = format!("interval {}", field.to_ascii_lowercase());
        if cursor.eat("TO") {
            match cursor.eat_any(FIELDS) {
                Some(field) => name = format!("{name} to {}", field.to_ascii_lowercase()),
                None => return cursor.fail("a field of an interval"),
            }
        }
        if name.ends_with("second") && cursor.is_sign("(") {
            modifiers = constant(cursor)?;
        } else if cursor.is_sign("(") {
            return cursor.refuse("an interval without precision");
        }
    }
    match builtin(&name) {
        Some(name) => Ok(DataType { modifiers, ..DataType::builtin(name) }),
        None => cursor.fail("a range of fields of an interval"),
    }
}

fn modifiers(cursor: &mut Cursor<'_>) -> Read<Vec<String>> {
    if !cursor.is_sign("(") {
        return Ok(Vec::new());
    }
    cursor.expect_sign("(")?;
    if cursor.is_sign(")") {
        return cursor.refuse("a type modifier");
    }
    let out = cursor.list(|cursor| match cursor.until(&[","]) {
        "" => cursor.fail("a type modifier"),
        text => Ok(text.to_string()),
    })?;
    cursor.expect_sign(")")?;
    Ok(out)
}

/// `'(' Iconst ')'`, where the grammar takes no other modifiers.
fn constant(cursor: &mut Cursor<'_>) -> Read<Vec<String>> {
    if !cursor.is_sign("(") {
        return Ok(Vec::new());
    }
    cursor.expect_sign("(")?;
    let number = cursor.peek().filter(|token| token.kind == TokenKind::Number);
    let number = number.and_then(|token| cursor.token_text(token).parse::<i32>().ok());
    let Some(number) = number else { return cursor.refuse("a whole number") };
    cursor.bump();
    if !cursor.eat_sign(")") {
        return cursor.refuse(")");
    }
    Ok(vec![number.to_string()])
}

/// Spellings that the grammar knows, longest first.
const WORDS: &[(&str, &str)] = &[
    ("DOUBLE PRECISION", "double precision"),
    ("NATIONAL CHARACTER", "character"),
    ("NATIONAL CHAR", "character"),
    ("NCHAR", "character"),
    ("CHARACTER", "character"),
    ("CHAR", "character"),
    ("VARCHAR", "character varying"),
    ("BIT", "bit"),
    ("INTERVAL", "interval"),
    ("TIMESTAMP", "timestamp without time zone"),
    ("TIME", "time without time zone"),
    ("INT", "integer"),
    ("INTEGER", "integer"),
    ("SMALLINT", "smallint"),
    ("BIGINT", "bigint"),
    ("REAL", "real"),
    ("FLOAT", "double precision"),
    ("DECIMAL", "numeric"),
    ("DEC", "numeric"),
    ("NUMERIC", "numeric"),
    ("BOOLEAN", "boolean"),
];

/// Names in `pg_type` of types that the grammar spells otherwise.
const INTERNAL: &[(&str, &str)] = &[
    ("bool", "boolean"),
    ("int2", "smallint"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("varchar", "character varying"),
    ("varbit", "bit varying"),
    ("timestamp", "timestamp without time zone"),
    ("timestamptz", "timestamp with time zone"),
    ("time", "time without time zone"),
    ("timetz", "time with time zone"),
    ("char", "\"char\""),
];

/// Builtin names that are no names in `pg_type`: quoted, they mean a user's type.
const GRAMMAR_ONLY: &[&str] = &["boolean", "smallint", "integer", "bigint", "real", "character", "\"char\""];

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
    "bpchar",
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
    "any",
    "anynonarray",
    "anyenum",
    "anyrange",
    "anymultirange",
    "anycompatible",
    "anycompatiblearray",
    "anycompatiblenonarray",
    "anycompatiblerange",
    "anycompatiblemultirange",
    "refcursor",
    "int2vector",
    "oidvector",
    "txid_snapshot",
    "pg_snapshot",
    "regoper",
    "regoperator",
    "regconfig",
    "regdictionary",
    "regcollation",
    "aclitem",
    "language_handler",
    "fdw_handler",
    "index_am_handler",
    "table_am_handler",
    "tsm_handler",
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs seen from `format_type()` of PostgreSQL 15.
    #[test]
    fn spelt_as_format_type() {
        for (written, spelt) in [
            ("int4", "integer"),
            ("INT", "integer"),
            ("varchar(120)", "character varying(120)"),
            ("Character Varying (7)", "character varying(7)"),
            ("char", "character(1)"),
            ("char(3)", "character(3)"),
            ("bpchar", "bpchar"),
            ("\"char\"", "\"char\""),
            ("pg_catalog.\"char\"", "\"char\""),
            ("pg_catalog.int8", "bigint"),
            ("bit", "bit(1)"),
            ("bit varying(5)", "bit varying(5)"),
            ("numeric(10)", "numeric(10,0)"),
            ("decimal(10, 2)", "numeric(10,2)"),
            ("float(24)", "real"),
            ("float", "double precision"),
            ("double precision", "double precision"),
            ("timestamp(3) with time zone", "timestamp(3) with time zone"),
            ("timestamp without time zone", "timestamp without time zone"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("time(2)", "time(2) without time zone"),
            ("interval", "interval"),
            ("interval(3)", "interval(3)"),
            ("interval day to second(2)", "interval day to second(2)"),
            ("interval year to month", "interval year to month"),
            ("int[]", "integer[]"),
            ("integer ARRAY", "integer[]"),
            ("integer ARRAY[4]", "integer[]"),
            ("text[][3]", "text[]"),
            ("varchar(3)[]", "character varying(3)[]"),
            ("national character varying(4)", "character varying(4)"),
            ("public.mytype", "public.mytype"),
            ("vector(3)", "vector(3)"),
            // These of PostGIS 3.3.
            ("geometry", "geometry"),
            ("geometry(Point, 4326)", "geometry(Point,4326)"),
            ("geometry('POINT',4326)", "geometry(Point,4326)"),
            ("geometry(POINT,-1)", "geometry(Point)"),
            ("geometry(POINT)", "geometry(Point)"),
            ("geometry(GEOMETRY,-1)", "geometry"),
            ("geometry(GEOMETRY,4326)", "geometry(Geometry,4326)"),
            ("geometry(GEOMETRYZM,-1)", "geometry(GeometryZM)"),
            ("public.geometry(LINESTRINGZ,4326)", "public.geometry(LineStringZ,4326)"),
            ("geometry(POINT,4326)[]", "geometry(Point,4326)[]"),
            ("geography(POINT)", "geography(Point,4326)"),
            ("geography(GEOMETRY,-1)", "geography(Geometry,4326)"),
            ("\"Weird Type\"[]", "\"Weird Type\"[]"),
            ("\"timestamptz\"(3)", "timestamp(3) with time zone"),
            ("\"integer\"", "\"integer\""),
            ("tsvector", "tsvector"),
        ] {
            assert_eq!(DataType::parse(written).map(|ty| ty.to_string()).as_deref(), Some(spelt), "{written}");
        }
        assert_eq!(DataType::parse("int, text"), None);
        assert!(matches!(DataType::parse("public.text").unwrap().name, TypeName::User(_)));
    }

    #[test]
    fn reads_what_it_writes() {
        for name in BUILTIN {
            let ty = completed(DataType::builtin(name));
            assert_eq!(DataType::parse(&ty.to_string()), Some(ty), "{name}");
        }
    }
}
