//! Refusals: PostgreSQL's own errors, the client's, and our "not modelled".

use std::fmt;
use std::sync::Arc;

use crate::source::Span;

/// A five-character SQLSTATE (PostgreSQL documentation, appendix A).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SqlState(pub &'static str);

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The codes that the catalog raises.
pub mod sqlstate {
    use super::SqlState;

    macro_rules! states {
        ($($(#[$doc:meta])* $name:ident = $code:literal),* $(,)?) => {
            $($(#[$doc])* pub const $name: SqlState = SqlState($code);)*
        };
    }

    states! {
        /// `duplicate_column`
        DUPLICATE_COLUMN = "42701",
        /// `duplicate_table`: tables, indexes, sequences and views share one name space.
        DUPLICATE_TABLE = "42P07",
        /// `duplicate_object`: types, constraints, triggers, policies, extensions.
        DUPLICATE_OBJECT = "42710",
        /// `duplicate_schema`
        DUPLICATE_SCHEMA = "42P06",
        /// `duplicate_function`
        DUPLICATE_FUNCTION = "42723",
        /// `undefined_table`
        UNDEFINED_TABLE = "42P01",
        /// `undefined_column`
        UNDEFINED_COLUMN = "42703",
        /// `undefined_object`
        UNDEFINED_OBJECT = "42704",
        /// `undefined_function`
        UNDEFINED_FUNCTION = "42883",
        /// `invalid_schema_name`
        INVALID_SCHEMA_NAME = "3F000",
        /// `dependent_objects_still_exist`
        DEPENDENT_OBJECTS = "2BP01",
        /// `wrong_object_type`
        WRONG_OBJECT_TYPE = "42809",
        /// `invalid_table_definition`
        INVALID_TABLE_DEFINITION = "42P16",
        /// `invalid_function_definition`
        INVALID_FUNCTION_DEFINITION = "42P13",
        /// `invalid_foreign_key`
        INVALID_FOREIGN_KEY = "42830",
        /// `datatype_mismatch`
        DATATYPE_MISMATCH = "42804",
        /// `invalid_object_definition`
        INVALID_OBJECT_DEFINITION = "42P17",
        /// `syntax_error`
        SYNTAX_ERROR = "42601",
        /// `in_failed_sql_transaction`
        IN_FAILED_TRANSACTION = "25P02",
        /// `active_sql_transaction`: `CREATE INDEX CONCURRENTLY` and its kin inside a transaction.
        ACTIVE_TRANSACTION = "25001",
        /// `no_active_sql_transaction`: a savepoint outside a transaction.
        NO_ACTIVE_TRANSACTION = "25P01",
        /// `invalid_savepoint_specification`
        INVALID_SAVEPOINT = "3B001",
        /// `unsafe_new_enum_value_usage`
        UNSAFE_NEW_ENUM_VALUE = "55P04",
        /// `object_in_use`
        OBJECT_IN_USE = "55006",
        /// `object_not_in_prerequisite_state`
        NOT_IN_PREREQUISITE_STATE = "55000",
        /// `invalid_parameter_value`
        INVALID_PARAMETER_VALUE = "22023",
        /// `invalid_name`
        INVALID_NAME = "42602",
        /// `reserved_name`
        RESERVED_NAME = "42939",
        /// `ambiguous_column`
        AMBIGUOUS_COLUMN = "42702",
        /// `duplicate_alias`
        DUPLICATE_ALIAS = "42712",
        /// `grouping_error`
        GROUPING_ERROR = "42803",
        /// `invalid_column_reference`
        INVALID_COLUMN_REFERENCE = "42P10",
        /// `ambiguous_function`
        AMBIGUOUS_FUNCTION = "42725",
        /// `cannot_coerce`
        CANNOT_COERCE = "42846",
        /// `invalid_datetime_format`
        INVALID_DATETIME = "22007",
        /// `datetime_field_overflow`
        DATETIME_OVERFLOW = "22008",
        /// `string_data_right_truncation`
        STRING_TRUNCATION = "22001",
        /// `numeric_value_out_of_range`
        NUMERIC_OUT_OF_RANGE = "22003",
        /// `generated_always`
        GENERATED_ALWAYS = "428C9",
        /// `indeterminate_datatype`
        INDETERMINATE_DATATYPE = "42P18",
        /// `windowing_error`
        WINDOWING_ERROR = "42P20",
        /// `invalid_text_representation`
        INVALID_TEXT = "22P02",
        /// `feature_not_supported`
        FEATURE_NOT_SUPPORTED = "0A000",
        /// `raise_exception`
        RAISE_EXCEPTION = "P0001",
        /// `insufficient_privilege`
        INSUFFICIENT_PRIVILEGE = "42501",
        /// `not_null_violation`
        NOT_NULL_VIOLATION = "23502",
        /// `unique_violation`
        UNIQUE_VIOLATION = "23505",
    }
}

/// An error as PostgreSQL reports it. `message` has no `ERROR:` in front.
///
/// ```
/// use restamp::pg::error::{PgError, sqlstate};
/// let error = PgError::new(sqlstate::DUPLICATE_COLUMN, "column \"a\" of relation \"t\" already exists");
/// assert_eq!(error.sqlstate.0, "42701");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PgError {
    /// The code.
    pub sqlstate: SqlState,
    /// The primary message, word for word.
    pub message: String,
    /// `DETAIL:`
    pub detail: Option<String>,
    /// `HINT:`
    pub hint: Option<String>,
}

impl PgError {
    /// An error without detail or hint.
    pub fn new(sqlstate: SqlState, message: impl Into<String>) -> PgError {
        PgError { sqlstate, message: message.into(), detail: None, hint: None }
    }

    /// The same with `DETAIL:`.
    pub fn detail(mut self, detail: impl Into<String>) -> PgError {
        self.detail = Some(detail.into());
        self
    }

    /// The same with `HINT:`.
    pub fn hint(mut self, hint: impl Into<String>) -> PgError {
        self.hint = Some(hint.into());
        self
    }
}

/// An exception raised in Python, before or instead of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonError {
    /// The class, e.g. `RuntimeError` or `sqlalchemy.exc.StatementError`.
    pub class: String,
    /// `str(exception)`.
    pub message: String,
}

/// Why something is not known.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Reason {
    /// A short stable class of reasons, kebab-case, e.g. `import`, `row-data`, `unsupported-statement`; counted in statistics.
    pub kind: &'static str,
    /// What exactly, one clause: `import app.models: file not given`.
    pub what: Arc<str>,
    /// The place that made it so.
    pub span: Option<Span>,
    /// Of a text that is known in part: the text, with [`Reason::HOLE`] for each part that is not. A copy of the reason is about
    /// something else and does not keep it; [`Reason::of_same_text`] does.
    pub text: Option<Arc<str>>,
}

impl Clone for Reason {
    fn clone(&self) -> Reason {
        Reason { kind: self.kind, what: self.what.clone(), span: self.span, text: None }
    }
}

impl Reason {
    /// What stands for a part of a text that is not known: a word that no statement holds otherwise.
    pub const HOLE: &str = "restamp_unknown_part";

    /// A copy for the same value.
    pub fn of_same_text(&self) -> Reason {
        Reason { text: self.text.clone(), ..self.clone() }
    }

    /// The same for a text that is known in part.
    pub fn with_text(self, text: impl Into<Arc<str>>) -> Reason {
        Reason { text: Some(text.into()), ..self }
    }

    /// A reason without a place.
    pub fn new(kind: &'static str, what: impl Into<Arc<str>>) -> Reason {
        Reason { kind, what: what.into(), span: None, text: None }
    }

    /// The same at a place; an earlier place is kept, since it is nearer to the cause.
    pub fn at(mut self, span: Span) -> Reason {
        self.span.get_or_insert(span);
        self
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// Why a command did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// PostgreSQL refuses.
    Postgres(PgError),
    /// Python raises; no SQLSTATE.
    Client(PythonError),
    /// We do not know what would happen. Never a guess.
    Unmodelled(Reason),
}

impl From<PgError> for Refusal {
    fn from(error: PgError) -> Refusal {
        Refusal::Postgres(error)
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Refusal {
        Refusal::Unmodelled(reason)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Postgres(error) => write!(f, "{} ({})", error.message, error.sqlstate),
            Refusal::Client(error) => write!(f, "{}: {}", error.class, error.message),
            Refusal::Unmodelled(reason) => write!(f, "unknown: {reason}"),
        }
    }
}
