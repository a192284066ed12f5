//! SQLSTATEs by the names that drivers give them.

/// Class names of psycopg2 and psycopg (`errors` modules, made from PostgreSQL's `errcodes.txt`), compared without case. The
/// names of asyncpg end in `Error`; see [`sqlstate_of_class`].
const CLASSES: &[(&str, &str)] = &[
    ("ActiveSqlTransaction", "25001"),
    ("AdminShutdown", "57P01"),
    ("AmbiguousColumn", "42702"),
    ("AmbiguousFunction", "42725"),
    ("CannotCoerce", "42846"),
    ("CardinalityViolation", "21000"),
    ("CheckViolation", "23514"),
    ("ConnectionFailure", "08006"),
    ("CrashShutdown", "57P02"),
    ("DatatypeMismatch", "42804"),
    ("DeadlockDetected", "40P01"),
    ("DependentObjectsStillExist", "2BP01"),
    ("DiskFull", "53100"),
    ("DivisionByZero", "22012"),
    ("DuplicateAlias", "42712"),
    ("DuplicateColumn", "42701"),
    ("DuplicateDatabase", "42P04"),
    ("DuplicateFunction", "42723"),
    ("DuplicateObject", "42710"),
    ("DuplicateSchema", "42P06"),
    ("DuplicateTable", "42P07"),
    ("ExclusionViolation", "23P01"),
    ("FeatureNotSupported", "0A000"),
    ("ForeignKeyViolation", "23503"),
    ("GeneratedAlways", "428C9"),
    ("GroupingError", "42803"),
    ("InFailedSqlTransaction", "25P02"),
    ("IndeterminateDatatype", "42P18"),
    ("InsufficientPrivilege", "42501"),
    ("InternalError_", "XX000"),
    ("InvalidAuthorizationSpecification", "28000"),
    ("InvalidCatalogName", "3D000"),
    ("InvalidColumnReference", "42P10"),
    ("InvalidDatetimeFormat", "22007"),
    ("InvalidForeignKey", "42830"),
    ("InvalidName", "42602"),
    ("InvalidObjectDefinition", "42P17"),
    ("InvalidParameterValue", "22023"),
    ("InvalidPassword", "28P01"),
    ("InvalidSavepointSpecification", "3B001"),
    ("InvalidSchemaName", "3F000"),
    ("InvalidTableDefinition", "42P16"),
    ("InvalidTextRepresentation", "22P02"),
    ("LockNotAvailable", "55P03"),
    ("NameTooLong", "42622"),
    ("NoActiveSqlTransaction", "25P01"),
    ("NotNullViolation", "23502"),
    ("NumericValueOutOfRange", "22003"),
    ("ObjectInUse", "55006"),
    ("ObjectNotInPrerequisiteState", "55000"),
    ("PostgresSyntax", "42601"),
    ("ProgramLimitExceeded", "54000"),
    ("QueryCanceled", "57014"),
    ("RaiseException", "P0001"),
    ("ReadOnlySqlTransaction", "25006"),
    ("ReservedName", "42939"),
    ("RestrictViolation", "23001"),
    ("SerializationFailure", "40001"),
    ("StringDataRightTruncation", "22001"),
    ("SyntaxError", "42601"),
    ("TooManyColumns", "54011"),
    ("TooManyConnections", "53300"),
    ("UndefinedColumn", "42703"),
    ("UndefinedFile", "58P01"),
    ("UndefinedFunction", "42883"),
    ("UndefinedObject", "42704"),
    ("UndefinedParameter", "42P02"),
    ("UndefinedTable", "42P01"),
    ("UniqueViolation", "23505"),
    ("UnsafeNewEnumValueUsage", "55P04"),
    ("UntranslatableCharacter", "22P05"),
    ("WrongObjectType", "42809"),
];

/// The code of an exception class: `psycopg2.errors.DuplicateColumn`, `asyncpg.exceptions.DuplicateColumnError`.
pub fn sqlstate_of_class(class: &str) -> Option<&'static str> {
    let name = class.rsplit('.').next().unwrap_or(class);
    let find = |name: &str| CLASSES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, code)| *code);
    find(name).or_else(|| find(name.strip_suffix("Error")?))
}

/// How the server's own messages begin and end, where a log shows no class. In order: the first that fits counts.
const MESSAGES: &[(&str, &str, &str)] = &[
    ("column ", "of relation", "42701"),
    ("relation ", "already exists", "42P07"),
    ("schema ", "already exists", "42P06"),
    ("type ", "already exists", "42710"),
    ("constraint ", "already exists", "42710"),
    ("trigger ", "already exists", "42710"),
    ("extension ", "already exists", "42710"),
    ("function ", "already exists", "42723"),
    ("relation ", "does not exist", "42P01"),
    ("table ", "does not exist", "42P01"),
    ("column ", "does not exist", "42703"),
    ("type ", "does not exist", "42704"),
    ("constraint ", "does not exist", "42704"),
    ("index ", "does not exist", "42704"),
    ("role ", "does not exist", "42704"),
    ("function ", "does not exist", "42883"),
    ("schema ", "does not exist", "3F000"),
    ("duplicate key value violates unique constraint", "", "23505"),
    ("null value in column", "violates not-null constraint", "23502"),
    ("value too long for type", "", "22001"),
    ("current transaction is aborted", "", "25P02"),
    ("permission denied", "", "42501"),
    ("must be owner of", "", "42501"),
    ("syntax error", "", "42601"),
    ("deadlock detected", "", "40P01"),
    ("canceling statement due to lock timeout", "", "55P03"),
    ("canceling statement due to statement timeout", "", "57014"),
    ("unsafe use of new value", "", "55P04"),
    ("invalid input value for enum", "", "22P02"),
];

/// The code of a message of the server, where its wording leaves no doubt.
pub fn sqlstate_of_message(message: &str) -> Option<&'static str> {
    let fits = |(start, part, _): &&(&str, &str, &str)| message.starts_with(start) && message.contains(part);
    let (_, part, code) = MESSAGES.iter().find(fits)?;
    match (*part, *code) {
        ("of relation", _) if message.ends_with("does not exist") => Some("42703"),
        ("of relation", _) if !message.ends_with("already exists") => None,
        _ => Some(code),
    }
}
