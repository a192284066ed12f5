//! The table of type classes. One row is all that a type needs.

use super::super::arguments;

/// A class of types.
#[derive(Debug, PartialEq, Eq)]
pub struct TypeClass {
    /// Module and name as SQLAlchemy defines it.
    pub path: &'static str,
    /// The name alone.
    pub name: &'static str,
    /// The path of the class above it; empty at the root.
    pub base: &'static str,
    /// Parameters of the constructor in order; `None`: any arguments, none of which changes the SQL.
    pub parameters: Option<&'static [&'static str]>,
    /// What the PostgreSQL type compiler writes.
    pub sql: TypeSql,
}

/// What the PostgreSQL type compiler writes for an instance (`PGTypeCompiler`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeSql {
    /// Always this word.
    Word(&'static str),
    /// A word with a length and a collation.
    Text(&'static str),
    /// A word with a length.
    Sized(&'static str),
    /// A word with a dimension (pgvector).
    Vector(&'static str),
    /// A word with the kind of geometry and its reference system (GeoAlchemy2).
    Spatial(&'static str),
    /// A word with precision and scale.
    Numeric(&'static str),
    /// `FLOAT` with a precision in bits.
    Float,
    /// `TIMESTAMP`, `TIME` with a precision and the words about the zone.
    Zoned(&'static str),
    /// `INTERVAL` with fields and precision.
    Interval,
    /// `sqlalchemy.Interval`: `INTERVAL` with `second_precision`, or a timestamp with `native=False`.
    GenericInterval,
    /// `BIT`, `BIT VARYING`
    Bit,
    /// `UUID`, or `CHAR(32)` with `native_uuid=False`.
    Uuid,
    /// The item's type with `[]`.
    Array,
    /// A named type, or `VARCHAR` with `native_enum=False`.
    Enum {
        /// `sqlalchemy.Enum` rather than `postgresql.ENUM`.
        generic: bool,
    },
    /// A named type.
    Domain,
    /// What `get_col_spec()` gives.
    UserDefined,
    /// What the type beneath gives.
    Decorator,
    /// A decorator of a type that this word is for, unless `impl` says otherwise (`PickleType`).
    Over(&'static str),
    /// No type was given.
    Null,
    /// The compiler knows no such type: `UnsupportedCompilationError`.
    Unsupported,
    /// A base of others, not used by itself.
    Abstract,
}

use TypeSql::*;

impl TypeClass {
    /// The class with that path.
    pub fn find(path: &str) -> Option<&'static TypeClass> {
        TYPE_CLASSES.iter().find(|class| class.path == path)
    }

    /// True if this is the class of that path or derives from it.
    pub fn is_subclass(&self, path: &str) -> bool {
        let mut class = Some(self);
        while let Some(current) = class {
            if current.path == path {
                return true;
            }
            class = TypeClass::find(current.base);
        }
        false
    }
}

const fn class(
    path: &'static str,
    base: &'static str,
    parameters: Option<&'static [&'static str]>,
    sql: TypeSql,
) -> TypeClass {
    TypeClass { path, name: arguments::last_part(path), base, parameters, sql }
}

const ANY: Option<&[&str]> = None;
const LENGTH: Option<&[&str]> = Some(&["length"]);
const TEXT: Option<&[&str]> = Some(&["length", "collation", "collation_schema"]);
const NUMERIC: Option<&[&str]> = Some(&["precision", "scale", "decimal_return_scale", "asdecimal"]);
/// Those of MySQL's texts; SQLAlchemy takes all but the length by name alone.
const MYSQL_TEXT: Option<&[&str]> = Some(&["length", "charset", "collation", "ascii", "binary", "unicode", "national"]);
const MYSQL_NUMERIC: Option<&[&str]> =
    Some(&["precision", "scale", "asdecimal", "decimal_return_scale", "unsigned", "zerofill"]);
const FLOAT: Option<&[&str]> = Some(&["precision", "asdecimal", "decimal_return_scale"]);
const BOOLEAN: Option<&[&str]> = Some(&["create_constraint", "name", "_create_events", "_adapted_from"]);
const ARRAY: Option<&[&str]> = Some(&["item_type", "as_tuple", "dimensions", "zero_indexes"]);

/// Those of `geoalchemy2.types._GISType`; `management` is of releases before 0.15.
const SPATIAL: Option<&[&str]> = Some(&[
    "geometry_type",
    "srid",
    "dimension",
    "spatial_index",
    "use_N_D_index",
    "use_typmod",
    "from_text",
    "name",
    "nullable",
    "_spatial_index_reflected",
    "management",
]);
const RASTER: Option<&[&str]> = Some(&["spatial_index", "from_text", "name", "nullable", "_spatial_index_reflected"]);

/// All classes: `sqlalchemy.sql.sqltypes`, `sqlalchemy.dialects.postgresql`, and those of the other dialects, which
/// revisions name in `with_variant`.
pub const TYPE_CLASSES: &[TypeClass] = &[
    class("sqlalchemy.sql.type_api.TypeEngine", "", Some(&[]), Abstract),
    class("sqlalchemy.sql.type_api.TypeDecorator", "sqlalchemy.sql.type_api.TypeEngine", ANY, Decorator),
    class("sqlalchemy.sql.type_api.UserDefinedType", "sqlalchemy.sql.type_api.TypeEngine", ANY, UserDefined),
    class("sqlalchemy.sql.type_api.ExternalType", "", Some(&[]), Abstract),
    class("sqlalchemy.sql.sqltypes.NullType", "sqlalchemy.sql.type_api.TypeEngine", ANY, Null),
    class("sqlalchemy.sql.sqltypes.Integer", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("INTEGER")),
    class("sqlalchemy.sql.sqltypes.INTEGER", "sqlalchemy.sql.sqltypes.Integer", ANY, Word("INTEGER")),
    class("sqlalchemy.sql.sqltypes.SmallInteger", "sqlalchemy.sql.sqltypes.Integer", ANY, Word("SMALLINT")),
    class("sqlalchemy.sql.sqltypes.SMALLINT", "sqlalchemy.sql.sqltypes.SmallInteger", ANY, Word("SMALLINT")),
    class("sqlalchemy.sql.sqltypes.BigInteger", "sqlalchemy.sql.sqltypes.Integer", ANY, Word("BIGINT")),
    class("sqlalchemy.sql.sqltypes.BIGINT", "sqlalchemy.sql.sqltypes.BigInteger", ANY, Word("BIGINT")),
    class("sqlalchemy.sql.sqltypes.Numeric", "sqlalchemy.sql.type_api.TypeEngine", NUMERIC, Numeric("NUMERIC")),
    class("sqlalchemy.sql.sqltypes.NUMERIC", "sqlalchemy.sql.sqltypes.Numeric", NUMERIC, Numeric("NUMERIC")),
    class("sqlalchemy.sql.sqltypes.DECIMAL", "sqlalchemy.sql.sqltypes.Numeric", NUMERIC, Numeric("DECIMAL")),
    class("sqlalchemy.sql.sqltypes.Float", "sqlalchemy.sql.sqltypes.Numeric", FLOAT, Float),
    class("sqlalchemy.sql.sqltypes.FLOAT", "sqlalchemy.sql.sqltypes.Float", FLOAT, Float),
    class("sqlalchemy.sql.sqltypes.REAL", "sqlalchemy.sql.sqltypes.Float", FLOAT, Word("REAL")),
    class("sqlalchemy.sql.sqltypes.Double", "sqlalchemy.sql.sqltypes.Float", FLOAT, Word("DOUBLE PRECISION")),
    class("sqlalchemy.sql.sqltypes.DOUBLE", "sqlalchemy.sql.sqltypes.Double", FLOAT, Word("DOUBLE")),
    class(
        "sqlalchemy.sql.sqltypes.DOUBLE_PRECISION",
        "sqlalchemy.sql.sqltypes.Double",
        FLOAT,
        Word("DOUBLE PRECISION"),
    ),
    class("sqlalchemy.sql.sqltypes.String", "sqlalchemy.sql.type_api.TypeEngine", TEXT, Text("VARCHAR")),
    class("sqlalchemy.sql.sqltypes.VARCHAR", "sqlalchemy.sql.sqltypes.String", TEXT, Text("VARCHAR")),
    class("sqlalchemy.sql.sqltypes.CHAR", "sqlalchemy.sql.sqltypes.String", TEXT, Text("CHAR")),
    class("sqlalchemy.sql.sqltypes.Text", "sqlalchemy.sql.sqltypes.String", TEXT, Text("TEXT")),
    class("sqlalchemy.sql.sqltypes.TEXT", "sqlalchemy.sql.sqltypes.Text", TEXT, Text("TEXT")),
    class("sqlalchemy.sql.sqltypes.CLOB", "sqlalchemy.sql.sqltypes.Text", TEXT, Word("CLOB")),
    class("sqlalchemy.sql.sqltypes.Unicode", "sqlalchemy.sql.sqltypes.String", TEXT, Text("VARCHAR")),
    class("sqlalchemy.sql.sqltypes.NVARCHAR", "sqlalchemy.sql.sqltypes.Unicode", TEXT, Text("NVARCHAR")),
    class("sqlalchemy.sql.sqltypes.NCHAR", "sqlalchemy.sql.sqltypes.Unicode", TEXT, Text("NCHAR")),
    class("sqlalchemy.sql.sqltypes.UnicodeText", "sqlalchemy.sql.sqltypes.Text", TEXT, Text("TEXT")),
    class("sqlalchemy.sql.sqltypes.Boolean", "sqlalchemy.sql.type_api.TypeEngine", BOOLEAN, Word("BOOLEAN")),
    class("sqlalchemy.sql.sqltypes.BOOLEAN", "sqlalchemy.sql.sqltypes.Boolean", BOOLEAN, Word("BOOLEAN")),
    class(
        "sqlalchemy.sql.sqltypes.MatchType",
        "sqlalchemy.sql.sqltypes.Boolean",
        Some(&["create_constraint", "name"]),
        Word("BOOLEAN"),
    ),
    class(
        "sqlalchemy.sql.sqltypes.DateTime",
        "sqlalchemy.sql.type_api.TypeEngine",
        Some(&["timezone"]),
        Zoned("TIMESTAMP"),
    ),
    class(
        "sqlalchemy.sql.sqltypes.TIMESTAMP",
        "sqlalchemy.sql.sqltypes.DateTime",
        Some(&["timezone"]),
        Zoned("TIMESTAMP"),
    ),
    class(
        "sqlalchemy.sql.sqltypes.DATETIME",
        "sqlalchemy.sql.sqltypes.DateTime",
        Some(&["timezone"]),
        Word("DATETIME"),
    ),
    class("sqlalchemy.sql.sqltypes.Time", "sqlalchemy.sql.type_api.TypeEngine", Some(&["timezone"]), Zoned("TIME")),
    class("sqlalchemy.sql.sqltypes.TIME", "sqlalchemy.sql.sqltypes.Time", Some(&["timezone"]), Zoned("TIME")),
    class("sqlalchemy.sql.sqltypes.Date", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("DATE")),
    class("sqlalchemy.sql.sqltypes.DATE", "sqlalchemy.sql.sqltypes.Date", ANY, Word("DATE")),
    class(
        "sqlalchemy.sql.sqltypes.Interval",
        "sqlalchemy.sql.type_api.TypeDecorator",
        Some(&["native", "second_precision", "day_precision"]),
        GenericInterval,
    ),
    class("sqlalchemy.sql.sqltypes._Binary", "sqlalchemy.sql.type_api.TypeEngine", LENGTH, Abstract),
    class("sqlalchemy.sql.sqltypes.LargeBinary", "sqlalchemy.sql.sqltypes._Binary", LENGTH, Word("BYTEA")),
    class("sqlalchemy.sql.sqltypes.BLOB", "sqlalchemy.sql.sqltypes.LargeBinary", LENGTH, Word("BLOB")),
    class("sqlalchemy.sql.sqltypes.BINARY", "sqlalchemy.sql.sqltypes._Binary", LENGTH, Sized("BINARY")),
    class("sqlalchemy.sql.sqltypes.VARBINARY", "sqlalchemy.sql.sqltypes._Binary", LENGTH, Sized("VARBINARY")),
    class(
        "sqlalchemy.sql.sqltypes.PickleType",
        "sqlalchemy.sql.type_api.TypeDecorator",
        Some(&["protocol", "pickler", "comparator", "impl"]),
        Over("BYTEA"),
    ),
    class("sqlalchemy.sql.sqltypes.JSON", "sqlalchemy.sql.type_api.TypeEngine", Some(&["none_as_null"]), Word("JSON")),
    class("sqlalchemy.sql.sqltypes.ARRAY", "sqlalchemy.sql.type_api.TypeEngine", ARRAY, Array),
    class(
        "sqlalchemy.sql.sqltypes.Uuid",
        "sqlalchemy.sql.type_api.TypeEngine",
        Some(&["as_uuid", "native_uuid"]),
        Uuid,
    ),
    class("sqlalchemy.sql.sqltypes.UUID", "sqlalchemy.sql.sqltypes.Uuid", Some(&["as_uuid"]), Word("UUID")),
    class("sqlalchemy.sql.sqltypes.Enum", "sqlalchemy.sql.sqltypes.String", ANY, Enum { generic: true }),
    class("sqlalchemy.sql.sqltypes.TupleType", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.postgresql.array.ARRAY", "sqlalchemy.sql.sqltypes.ARRAY", ARRAY, Array),
    class(
        "sqlalchemy.dialects.postgresql.types.BIT",
        "sqlalchemy.sql.type_api.TypeEngine",
        Some(&["length", "varying"]),
        Bit,
    ),
    class("sqlalchemy.dialects.postgresql.types.BYTEA", "sqlalchemy.sql.sqltypes.LargeBinary", LENGTH, Word("BYTEA")),
    class("sqlalchemy.dialects.postgresql.types.CIDR", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("CIDR")),
    class("sqlalchemy.dialects.postgresql.types.INET", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("INET")),
    class("sqlalchemy.dialects.postgresql.types.MACADDR", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("MACADDR")),
    class("sqlalchemy.dialects.postgresql.types.MACADDR8", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("MACADDR8")),
    class("sqlalchemy.dialects.postgresql.types.MONEY", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("MONEY")),
    class("sqlalchemy.dialects.postgresql.types.OID", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("OID")),
    class("sqlalchemy.dialects.postgresql.types.REGCLASS", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("REGCLASS")),
    class(
        "sqlalchemy.dialects.postgresql.types.REGCONFIG",
        "sqlalchemy.sql.type_api.TypeEngine",
        ANY,
        Word("REGCONFIG"),
    ),
    class("sqlalchemy.dialects.postgresql.types.TSQUERY", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("TSQUERY")),
    class("sqlalchemy.dialects.postgresql.types.TSVECTOR", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("TSVECTOR")),
    class("sqlalchemy.dialects.postgresql.types.CITEXT", "sqlalchemy.sql.sqltypes.TEXT", TEXT, Word("CITEXT")),
    class(
        "sqlalchemy.dialects.postgresql.types.TIME",
        "sqlalchemy.sql.sqltypes.TIME",
        Some(&["timezone", "precision"]),
        Zoned("TIME"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.types.TIMESTAMP",
        "sqlalchemy.sql.sqltypes.TIMESTAMP",
        Some(&["timezone", "precision"]),
        Zoned("TIMESTAMP"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.types.INTERVAL",
        "sqlalchemy.sql.type_api.TypeEngine",
        Some(&["precision", "fields"]),
        Interval,
    ),
    class(
        "sqlalchemy.dialects.postgresql.json.JSON",
        "sqlalchemy.sql.sqltypes.JSON",
        Some(&["none_as_null", "astext_type"]),
        Word("JSON"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.json.JSONB",
        "sqlalchemy.dialects.postgresql.json.JSON",
        Some(&["none_as_null", "astext_type"]),
        Word("JSONB"),
    ),
    class("sqlalchemy.dialects.postgresql.json.JSONPATH", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("JSONPATH")),
    class(
        "sqlalchemy.dialects.postgresql.hstore.HSTORE",
        "sqlalchemy.sql.type_api.TypeEngine",
        Some(&["text_type"]),
        Word("HSTORE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.named_types.ENUM",
        "sqlalchemy.sql.sqltypes.Enum",
        ANY,
        Enum { generic: false },
    ),
    class(
        "sqlalchemy.dialects.postgresql.named_types.DOMAIN",
        "sqlalchemy.sql.type_api.TypeEngine",
        Some(&[
            "name",
            "data_type",
            "collation",
            "collation_schema",
            "default",
            "constraint_name",
            "not_null",
            "check",
            "create_type",
            "schema",
            "metadata",
            "inherit_schema",
            "quote",
        ]),
        Domain,
    ),
    class("sqlalchemy.dialects.postgresql.ranges.AbstractRange", "sqlalchemy.sql.type_api.TypeEngine", ANY, Abstract),
    class(
        "sqlalchemy.dialects.postgresql.ranges.INT4RANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("INT4RANGE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.ranges.INT4MULTIRANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("INT4MULTIRANGE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.ranges.INT8RANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("INT8RANGE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.ranges.INT8MULTIRANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("INT8MULTIRANGE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.ranges.NUMRANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("NUMRANGE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.ranges.NUMMULTIRANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("NUMMULTIRANGE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.ranges.DATERANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("DATERANGE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.ranges.DATEMULTIRANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("DATEMULTIRANGE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.ranges.TSRANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("TSRANGE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.ranges.TSMULTIRANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("TSMULTIRANGE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.ranges.TSTZRANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("TSTZRANGE"),
    ),
    class(
        "sqlalchemy.dialects.postgresql.ranges.TSTZMULTIRANGE",
        "sqlalchemy.dialects.postgresql.ranges.AbstractRange",
        ANY,
        Word("TSTZMULTIRANGE"),
    ),
    class("sqlalchemy.dialects.mysql.BIGINT", "sqlalchemy.sql.sqltypes.BIGINT", ANY, Word("BIGINT")),
    class("sqlalchemy.dialects.mysql.BIT", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.CHAR", "sqlalchemy.sql.sqltypes.CHAR", MYSQL_TEXT, Text("CHAR")),
    class("sqlalchemy.dialects.mysql.DATETIME", "sqlalchemy.sql.sqltypes.DATETIME", ANY, Word("DATETIME")),
    class("sqlalchemy.dialects.mysql.DECIMAL", "sqlalchemy.sql.sqltypes.DECIMAL", MYSQL_NUMERIC, Numeric("DECIMAL")),
    class("sqlalchemy.dialects.mysql.DOUBLE", "sqlalchemy.sql.sqltypes.DOUBLE", MYSQL_NUMERIC, Word("DOUBLE")),
    class("sqlalchemy.dialects.mysql.ENUM", "sqlalchemy.sql.sqltypes.Enum", ANY, Enum { generic: true }),
    class("sqlalchemy.dialects.mysql.FLOAT", "sqlalchemy.sql.sqltypes.FLOAT", MYSQL_NUMERIC, Float),
    class("sqlalchemy.dialects.mysql.INET4", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.INET6", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.INTEGER", "sqlalchemy.sql.sqltypes.INTEGER", ANY, Word("INTEGER")),
    class("sqlalchemy.dialects.mysql.JSON", "sqlalchemy.sql.sqltypes.JSON", ANY, Word("JSON")),
    class("sqlalchemy.dialects.mysql.LONGBLOB", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.LONGTEXT", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.MEDIUMBLOB", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.MEDIUMINT", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.MEDIUMTEXT", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.NCHAR", "sqlalchemy.sql.sqltypes.NCHAR", MYSQL_TEXT, Text("NCHAR")),
    class("sqlalchemy.dialects.mysql.NUMERIC", "sqlalchemy.sql.sqltypes.NUMERIC", MYSQL_NUMERIC, Numeric("NUMERIC")),
    class("sqlalchemy.dialects.mysql.NVARCHAR", "sqlalchemy.sql.sqltypes.NVARCHAR", MYSQL_TEXT, Text("NVARCHAR")),
    class("sqlalchemy.dialects.mysql.REAL", "sqlalchemy.sql.sqltypes.REAL", ANY, Word("REAL")),
    class("sqlalchemy.dialects.mysql.SET", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.SMALLINT", "sqlalchemy.sql.sqltypes.SMALLINT", ANY, Word("SMALLINT")),
    class("sqlalchemy.dialects.mysql.TEXT", "sqlalchemy.sql.sqltypes.TEXT", MYSQL_TEXT, Text("TEXT")),
    class("sqlalchemy.dialects.mysql.TIME", "sqlalchemy.sql.sqltypes.TIME", Some(&["timezone", "fsp"]), Zoned("TIME")),
    class(
        "sqlalchemy.dialects.mysql.TIMESTAMP",
        "sqlalchemy.sql.sqltypes.TIMESTAMP",
        Some(&["timezone", "fsp"]),
        Zoned("TIMESTAMP"),
    ),
    class("sqlalchemy.dialects.mysql.TINYBLOB", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.TINYINT", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.TINYTEXT", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mysql.VARCHAR", "sqlalchemy.sql.sqltypes.VARCHAR", MYSQL_TEXT, Text("VARCHAR")),
    class("sqlalchemy.dialects.mysql.YEAR", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.sqlite.DATE", "sqlalchemy.sql.sqltypes.Date", ANY, Word("DATE")),
    class("sqlalchemy.dialects.sqlite.DATETIME", "sqlalchemy.sql.sqltypes.DateTime", ANY, Zoned("TIMESTAMP")),
    class("sqlalchemy.dialects.sqlite.JSON", "sqlalchemy.sql.sqltypes.JSON", ANY, Word("JSON")),
    class("sqlalchemy.dialects.sqlite.JSONB", "sqlalchemy.sql.sqltypes.JSON", ANY, Word("JSONB")),
    class("sqlalchemy.dialects.sqlite.TIME", "sqlalchemy.sql.sqltypes.Time", ANY, Zoned("TIME")),
    class("sqlalchemy.dialects.mssql.BIT", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.DATETIME2", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.DATETIMEOFFSET", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.IMAGE", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.JSON", "sqlalchemy.sql.sqltypes.JSON", ANY, Word("JSON")),
    class("sqlalchemy.dialects.mssql.MONEY", "sqlalchemy.sql.type_api.TypeEngine", ANY, Word("MONEY")),
    class("sqlalchemy.dialects.mssql.NTEXT", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.REAL", "sqlalchemy.sql.sqltypes.REAL", ANY, Word("REAL")),
    class("sqlalchemy.dialects.mssql.ROWVERSION", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.SMALLDATETIME", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.SMALLMONEY", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.SQL_VARIANT", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.TIME", "sqlalchemy.sql.sqltypes.TIME", Some(&["timezone"]), Zoned("TIME")),
    class("sqlalchemy.dialects.mssql.TIMESTAMP", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.TINYINT", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.UNIQUEIDENTIFIER", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.mssql.VARBINARY", "sqlalchemy.sql.sqltypes.VARBINARY", LENGTH, Sized("VARBINARY")),
    class("sqlalchemy.dialects.mssql.XML", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.BFILE", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.BINARY_DOUBLE", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.BINARY_FLOAT", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.BOOLEAN", "sqlalchemy.sql.sqltypes.BOOLEAN", ANY, Word("BOOLEAN")),
    class("sqlalchemy.dialects.oracle.DATE", "sqlalchemy.sql.sqltypes.DATE", ANY, Word("DATE")),
    class("sqlalchemy.dialects.oracle.FLOAT", "sqlalchemy.sql.sqltypes.FLOAT", Some(&["precision", "scale"]), Float),
    class("sqlalchemy.dialects.oracle.INTERVAL", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.JSON", "sqlalchemy.sql.sqltypes.JSON", ANY, Word("JSON")),
    class("sqlalchemy.dialects.oracle.LONG", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.NCLOB", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.NUMBER", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.NVARCHAR2", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.RAW", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.ROWID", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.VARCHAR2", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("sqlalchemy.dialects.oracle.VECTOR", "sqlalchemy.sql.type_api.TypeEngine", ANY, Unsupported),
    class("oslo_db.JsonEncodedType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("TEXT")),
    class("oslo_db.JsonEncodedDict", "oslo_db.JsonEncodedType", ANY, Word("TEXT")),
    class("oslo_db.JsonEncodedList", "oslo_db.JsonEncodedType", ANY, Word("TEXT")),
    class("oslo_db.SoftDeleteInteger", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("INTEGER")),
    class("sqlalchemy_utils.UUIDType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("UUID")),
    class("sqlalchemy_utils.JSONType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("JSON")),
    class("sqlalchemy_utils.URLType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("TEXT")),
    class("sqlalchemy_utils.TSVectorType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("TSVECTOR")),
    class("sqlalchemy_utils.LtreeType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("LTREE")),
    class("sqlalchemy_utils.ScalarListType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("TEXT")),
    class("sqlalchemy_utils.PasswordType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("BYTEA")),
    class("sqlalchemy_utils.DateRangeType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("DATERANGE")),
    class("sqlalchemy_utils.IntRangeType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("INT4RANGE")),
    class("sqlalchemy_utils.Int8RangeType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("INT8RANGE")),
    class("sqlalchemy_utils.NumericRangeType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("NUMRANGE")),
    class("sqlalchemy_utils.DateTimeRangeType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("TSRANGE")),
    class("sqlalchemy_utils.EncryptedType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("BYTEA")),
    class("sqlalchemy_utils.IPAddressType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("VARCHAR(50)")),
    class("sqlalchemy_utils.CountryType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("VARCHAR(2)")),
    class("sqlalchemy_utils.LocaleType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("VARCHAR(10)")),
    class("sqlalchemy_utils.ColorType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("VARCHAR(20)")),
    class("sqlalchemy_utils.CurrencyType", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("VARCHAR(3)")),
    class(
        "sqlalchemy_utils.types.encrypted.encrypted_type.StringEncryptedType",
        "sqlalchemy.sql.type_api.TypeDecorator",
        Some(&["type_in", "key", "engine", "padding", "length"]),
        Text("VARCHAR"),
    ),
    class(
        "sqlalchemy_utils.ChoiceType",
        "sqlalchemy.sql.type_api.TypeDecorator",
        Some(&["choices", "impl"]),
        Over("VARCHAR(255)"),
    ),
    class(
        "sqlalchemy_utils.ArrowType",
        "sqlalchemy.sql.type_api.TypeDecorator",
        Some(&["timezone"]),
        Zoned("TIMESTAMP"),
    ),
    class("sqlmodel.sql.sqltypes.AutoString", "sqlalchemy.sql.sqltypes.String", LENGTH, Text("VARCHAR")),
    class("pgvector.sqlalchemy.Vector", "sqlalchemy.sql.type_api.UserDefinedType", Some(&["dim"]), Vector("VECTOR")),
    class("pgvector.sqlalchemy.HALFVEC", "sqlalchemy.sql.type_api.UserDefinedType", Some(&["dim"]), Vector("HALFVEC")),
    class(
        "pgvector.sqlalchemy.SPARSEVEC",
        "sqlalchemy.sql.type_api.UserDefinedType",
        Some(&["dim"]),
        Vector("SPARSEVEC"),
    ),
    class("geoalchemy2.types.Geometry", "sqlalchemy.sql.type_api.UserDefinedType", SPATIAL, Spatial("geometry")),
    class("geoalchemy2.types.Geography", "sqlalchemy.sql.type_api.UserDefinedType", SPATIAL, Spatial("geography")),
    class("geoalchemy2.types.Raster", "sqlalchemy.sql.type_api.UserDefinedType", RASTER, Spatial("raster")),
    class("fastapi_users_db_sqlalchemy.generics.GUID", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("UUID")),
    class(
        "fastapi_users_db_sqlalchemy.generics.TIMESTAMPAware",
        "sqlalchemy.sql.type_api.TypeDecorator",
        ANY,
        Word("TIMESTAMP WITH TIME ZONE"),
    ),
    class("sqlmodel.sql.sqltypes.GUID", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("UUID")),
    class("advanced_alchemy.types.GUID", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("UUID")),
    class(
        "advanced_alchemy.types.DateTimeUTC",
        "sqlalchemy.sql.type_api.TypeDecorator",
        ANY,
        Word("TIMESTAMP WITH TIME ZONE"),
    ),
    class("citext.CIText", "sqlalchemy.sql.type_api.TypeDecorator", ANY, Word("CITEXT")),
];
