//! SQLAlchemy's exceptions and those of psycopg2, and what a statement that the database refuses raises.

use std::rc::Rc;

use crate::alembic::eval::{Args, Eval, Raise, Value, Vm};
use crate::pg::error::{PgError, Refusal};

/// `sqlalchemy.exc`: each class with what it derives from.
const CLASSES: &[(&str, &[&str])] = &[
    ("sqlalchemy.exc.HasDescriptionCode", &[]),
    ("sqlalchemy.exc.SQLAlchemyError", &["Exception"]),
    ("sqlalchemy.exc.InvalidRequestError", &["sqlalchemy.exc.SQLAlchemyError"]),
    ("sqlalchemy.exc.AmbiguousColumnError", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.ArgumentError", &["sqlalchemy.exc.SQLAlchemyError"]),
    ("sqlalchemy.exc.AmbiguousForeignKeysError", &["sqlalchemy.exc.ArgumentError"]),
    ("sqlalchemy.exc.AwaitRequired", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.SADeprecationWarning", &["DeprecationWarning"]),
    ("sqlalchemy.exc.Base20DeprecationWarning", &["sqlalchemy.exc.SADeprecationWarning"]),
    ("sqlalchemy.exc.CircularDependencyError", &["sqlalchemy.exc.SQLAlchemyError"]),
    ("sqlalchemy.exc.CompileError", &["sqlalchemy.exc.SQLAlchemyError"]),
    ("sqlalchemy.exc.ConstraintColumnNotFoundError", &["sqlalchemy.exc.ArgumentError"]),
    ("sqlalchemy.exc.StatementError", &["sqlalchemy.exc.SQLAlchemyError"]),
    ("sqlalchemy.exc.DBAPIError", &["sqlalchemy.exc.StatementError"]),
    ("sqlalchemy.exc.DatabaseError", &["sqlalchemy.exc.DBAPIError"]),
    ("sqlalchemy.exc.DataError", &["sqlalchemy.exc.DatabaseError"]),
    ("sqlalchemy.exc.DisconnectionError", &["sqlalchemy.exc.SQLAlchemyError"]),
    ("sqlalchemy.exc.DuplicateColumnError", &["sqlalchemy.exc.ArgumentError"]),
    ("sqlalchemy.exc.EmulatedDBAPIException", &["Exception"]),
    ("sqlalchemy.exc.IdentifierError", &["sqlalchemy.exc.SQLAlchemyError"]),
    ("sqlalchemy.exc.IllegalStateChangeError", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.IntegrityError", &["sqlalchemy.exc.DatabaseError"]),
    ("sqlalchemy.exc.InterfaceError", &["sqlalchemy.exc.DBAPIError"]),
    ("sqlalchemy.exc.InternalError", &["sqlalchemy.exc.DatabaseError"]),
    ("sqlalchemy.exc.InvalidatePoolError", &["sqlalchemy.exc.DisconnectionError"]),
    ("sqlalchemy.exc.LegacyAPIWarning", &["sqlalchemy.exc.Base20DeprecationWarning"]),
    ("sqlalchemy.exc.MissingGreenlet", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.MovedIn20Warning", &["sqlalchemy.exc.Base20DeprecationWarning"]),
    ("sqlalchemy.exc.MultipleResultsFound", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.NoDBAPILoaded", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.NoForeignKeysError", &["sqlalchemy.exc.ArgumentError"]),
    ("sqlalchemy.exc.NoInspectionAvailable", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.NoReferenceError", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.NoReferencedColumnError", &["sqlalchemy.exc.NoReferenceError"]),
    ("sqlalchemy.exc.NoReferencedTableError", &["sqlalchemy.exc.NoReferenceError"]),
    ("sqlalchemy.exc.NoResultFound", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.NoSuchColumnError", &["sqlalchemy.exc.InvalidRequestError", "KeyError"]),
    ("sqlalchemy.exc.NoSuchModuleError", &["sqlalchemy.exc.ArgumentError"]),
    ("sqlalchemy.exc.NoSuchTableError", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.NotSupportedError", &["sqlalchemy.exc.DatabaseError"]),
    ("sqlalchemy.exc.ObjectNotExecutableError", &["sqlalchemy.exc.ArgumentError"]),
    ("sqlalchemy.exc.OperationalError", &["sqlalchemy.exc.DatabaseError"]),
    ("sqlalchemy.exc.PendingRollbackError", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.ProgrammingError", &["sqlalchemy.exc.DatabaseError"]),
    ("sqlalchemy.exc.ResourceClosedError", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.SAPendingDeprecationWarning", &["PendingDeprecationWarning"]),
    ("sqlalchemy.exc.SATestSuiteWarning", &["Warning"]),
    ("sqlalchemy.exc.SAWarning", &["RuntimeWarning"]),
    ("sqlalchemy.exc.TimeoutError", &["sqlalchemy.exc.SQLAlchemyError"]),
    ("sqlalchemy.exc.UnboundExecutionError", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.UnreflectableTableError", &["sqlalchemy.exc.InvalidRequestError"]),
    ("sqlalchemy.exc.UnsupportedCompilationError", &["sqlalchemy.exc.CompileError"]),
];

/// The DB-API's classes (PEP 249), in psycopg2 and psycopg.
const DBAPI: &[(&str, &str)] = &[
    ("Error", "Exception"),
    ("InterfaceError", "Error"),
    ("DatabaseError", "Error"),
    ("DataError", "DatabaseError"),
    ("OperationalError", "DatabaseError"),
    ("IntegrityError", "DatabaseError"),
    ("InternalError", "DatabaseError"),
    ("ProgrammingError", "DatabaseError"),
    ("NotSupportedError", "DatabaseError"),
];

/// SQLSTATE, the class in `psycopg2.errors`, and the class of the DB-API above it.
const ERRORS: &[(&str, &str, &str)] = &[
    ("42701", "DuplicateColumn", "ProgrammingError"),
    ("42P07", "DuplicateTable", "ProgrammingError"),
    ("42710", "DuplicateObject", "ProgrammingError"),
    ("42P06", "DuplicateSchema", "ProgrammingError"),
    ("42723", "DuplicateFunction", "ProgrammingError"),
    ("42P01", "UndefinedTable", "ProgrammingError"),
    ("42703", "UndefinedColumn", "ProgrammingError"),
    ("42704", "UndefinedObject", "ProgrammingError"),
    ("42883", "UndefinedFunction", "ProgrammingError"),
    ("3F000", "InvalidSchemaName", "ProgrammingError"),
    ("2BP01", "DependentObjectsStillExist", "InternalError"),
    ("42809", "WrongObjectType", "ProgrammingError"),
    ("42P16", "InvalidTableDefinition", "ProgrammingError"),
    ("42830", "InvalidForeignKey", "ProgrammingError"),
    ("42804", "DatatypeMismatch", "ProgrammingError"),
    ("42P17", "InvalidObjectDefinition", "ProgrammingError"),
    ("42601", "SyntaxError", "ProgrammingError"),
    ("25P02", "InFailedSqlTransaction", "InternalError"),
    ("25001", "ActiveSqlTransaction", "InternalError"),
    ("25P01", "NoActiveSqlTransaction", "InternalError"),
    ("3B001", "InvalidSavepointSpecification", "InternalError"),
    ("55P04", "UnsafeNewEnumValueUsage", "OperationalError"),
    ("55006", "ObjectInUse", "OperationalError"),
    ("55000", "ObjectNotInPrerequisiteState", "OperationalError"),
    ("22001", "StringDataRightTruncation", "DataError"),
    ("22P02", "InvalidTextRepresentation", "DataError"),
    ("0A000", "FeatureNotSupported", "NotSupportedError"),
    ("P0001", "RaiseException", "InternalError"),
    ("42501", "InsufficientPrivilege", "ProgrammingError"),
    ("23502", "NotNullViolation", "IntegrityError"),
    ("23505", "UniqueViolation", "IntegrityError"),
    ("23503", "ForeignKeyViolation", "IntegrityError"),
    ("23514", "CheckViolation", "IntegrityError"),
    ("55P03", "LockNotAvailable", "OperationalError"),
    ("57014", "QueryCanceled", "OperationalError"),
    ("22003", "NumericValueOutOfRange", "DataError"),
    ("22007", "InvalidDatetimeFormat", "DataError"),
];

/// Defines the classes and registers their modules.
pub fn install(vm: &mut Vm) {
    let mut attrs = Vec::new();
    for (dotted, bases) in CLASSES {
        attrs.push((last(dotted), Value::Native(vm.define_exception(dotted, bases))));
    }
    vm.register("sqlalchemy.exc", attrs);
    for module in ["psycopg2", "psycopg"] {
        let mut classes = Vec::new();
        for (name, base) in DBAPI {
            let base = if *base == "Exception" { (*base).to_string() } else { format!("{module}.{base}") };
            classes.push((*name, Value::Native(vm.define_exception(&format!("{module}.{name}"), &[&base]))));
        }
        let mut errors = Vec::new();
        for (_, name, base) in ERRORS {
            let class = vm.define_exception(&format!("{module}.errors.{name}"), &[&format!("{module}.{base}")]);
            errors.push((*name, Value::Native(class)));
        }
        match module {
            "psycopg2" => {
                vm.register("psycopg2.errors", errors.clone());
                vm.register("psycopg2", classes);
            }
            _ => {
                vm.register("psycopg.errors", errors);
                vm.register("psycopg", classes);
            }
        }
    }
}

fn last(dotted: &'static str) -> &'static str {
    super::arguments::last_part(dotted)
}

/// What SQLAlchemy raises for a statement that PostgreSQL refuses: its wrapper of the DB-API's class, with the driver's exception
/// in `orig`. The refusal travels with it.
pub fn refused(vm: &mut Vm, error: &PgError) -> Eval<Raise> {
    let state = error.sqlstate.0;
    let row = ERRORS.iter().find(|(code, ..)| *code == state);
    let (name, base) = row.map_or(("", by_class(state)), |(_, name, base)| (*name, *base));
    let driver = if name.is_empty() { format!("psycopg2.{base}") } else { format!("psycopg2.errors.{name}") };
    let payload = Rc::new(Refusal::Postgres(error.clone()));
    let text = format!("{}\n", error.message);
    let orig = match vm.class(&driver) {
        Some(class) => vm.call(&Value::Native(class), Args::positional([Value::str(text.as_str())]))?,
        None => Value::None,
    };
    for (name, value) in [
        ("pgcode", Value::str(state)),
        ("sqlstate", Value::str(state)),
        ("pgerror", Value::str(format!("ERROR:  {text}"))),
    ] {
        if orig.as_instance().is_some() {
            vm.set_attr(&orig, name, value)?;
        }
    }
    let raise = vm.raise_with(&format!("sqlalchemy.exc.{base}"), &format!("({driver}) {text}"), payload);
    if let Raise::Exception(exception) = &raise {
        vm.set_attr(exception, "orig", orig)?;
        vm.set_attr(exception, "code", Value::None)?;
    }
    Ok(raise)
}

/// The DB-API's class by the first two characters (psycopg2's documentation, "errors").
fn by_class(state: &str) -> &'static str {
    match state.get(..2).unwrap_or_default() {
        "22" | "21" => "DataError",
        "23" => "IntegrityError",
        "24" | "25" | "26" | "27" | "2B" | "2D" | "2F" | "38" | "39" | "3B" | "40" | "P0" | "XX" => "InternalError",
        "0A" => "NotSupportedError",
        "08" | "53" | "54" | "55" | "57" | "58" => "OperationalError",
        _ => "ProgrammingError",
    }
}
