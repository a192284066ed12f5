//! A refusal of the database as SQLAlchemy raises it.

use std::rc::Rc;

use crate::alembic::eval::{Class, Raise, Value, Vm};
use crate::pg::error::{PgError, Refusal};

/// `sqlalchemy.exc`, as far as statements raise it.
const HIERARCHY: &[(&str, &str)] = &[
    ("SQLAlchemyError", "Exception"),
    ("ArgumentError", "sqlalchemy.exc.SQLAlchemyError"),
    ("ObjectNotExecutableError", "sqlalchemy.exc.ArgumentError"),
    ("CompileError", "sqlalchemy.exc.SQLAlchemyError"),
    ("InvalidRequestError", "sqlalchemy.exc.SQLAlchemyError"),
    ("ResourceClosedError", "sqlalchemy.exc.InvalidRequestError"),
    ("NoResultFound", "sqlalchemy.exc.InvalidRequestError"),
    ("MultipleResultsFound", "sqlalchemy.exc.InvalidRequestError"),
    ("NoSuchTableError", "sqlalchemy.exc.InvalidRequestError"),
    ("NoInspectionAvailable", "sqlalchemy.exc.InvalidRequestError"),
    ("StatementError", "sqlalchemy.exc.SQLAlchemyError"),
    ("DBAPIError", "sqlalchemy.exc.StatementError"),
    ("InterfaceError", "sqlalchemy.exc.DBAPIError"),
    ("DatabaseError", "sqlalchemy.exc.DBAPIError"),
    ("DataError", "sqlalchemy.exc.DatabaseError"),
    ("OperationalError", "sqlalchemy.exc.DatabaseError"),
    ("IntegrityError", "sqlalchemy.exc.DatabaseError"),
    ("InternalError", "sqlalchemy.exc.DatabaseError"),
    ("ProgrammingError", "sqlalchemy.exc.DatabaseError"),
    ("NotSupportedError", "sqlalchemy.exc.DatabaseError"),
];

/// Defines the classes that nobody else has defined yet.
pub(super) fn register(vm: &mut Vm) {
    let mut attrs: Vec<(&'static str, Value)> = Vec::new();
    for (name, base) in HIERARCHY {
        let dotted = format!("sqlalchemy.exc.{name}");
        let class = match vm.class(&dotted) {
            Some(class) => class,
            None => vm.define_exception(&dotted, &[base]),
        };
        attrs.push((name, Value::Native(class)));
    }
    vm.register("sqlalchemy.exc", attrs);
}

/// psycopg2's class for a SQLSTATE (`base_exception_from_sqlstate` in `psycopg/pqpath.c`).
fn class_of(error: &PgError) -> &'static str {
    let code = error.sqlstate.0;
    match code.get(..2).unwrap_or(code) {
        "0A" => "NotSupportedError",
        "20" | "21" | "3D" | "3F" | "42" | "44" => "ProgrammingError",
        "22" => "DataError",
        "23" => "IntegrityError",
        "24" | "25" | "2B" | "2D" | "2F" | "38" | "39" | "3B" => "InternalError",
        "26" | "27" | "28" | "34" | "40" | "53" | "54" | "55" | "57" | "58" => "OperationalError",
        _ => "InternalError",
    }
}

/// The exception that SQLAlchemy raises for a refused statement, with `orig` and its `pgcode`.
pub fn raise(vm: &mut Vm, refusal: Refusal, sql: Option<&str>) -> Raise {
    let payload: Rc<dyn std::any::Any> = Rc::new(refusal.clone());
    match refusal {
        Refusal::Postgres(error) => {
            let name = class_of(&error);
            let message = match sql {
                Some(sql) => format!("(psycopg2.errors) {}\n\n[SQL: {sql}]", error.message),
                None => format!("(psycopg2.errors) {}", error.message),
            };
            let raise = vm.raise_with(&format!("sqlalchemy.exc.{name}"), &message, payload.clone());
            if let Raise::Exception(exception) = &raise
                && let Some(instance) = exception.as_instance()
            {
                let original = vm.raise_with("Exception", &error.message, payload);
                if let Raise::Exception(original) = original {
                    if let Some(inner) = original.as_instance() {
                        for name in ["pgcode", "sqlstate"] {
                            inner.attrs.set(&name.into(), Some(Value::str(error.sqlstate.0)));
                        }
                    }
                    for name in ["orig", "__cause__", "__context__"] {
                        instance.attrs.set(&name.into(), Some(original.clone()));
                    }
                }
                instance.attrs.set(&"statement".into(), Some(sql.map_or(Value::None, Value::str)));
            }
            raise
        }
        Refusal::Client(error) => vm.raise_with(&error.class, &error.message, payload),
        Refusal::Unmodelled(reason) => Raise::Stop(reason),
    }
}

/// A class of a library whose instances are natives.
impl Vm {
    /// Makes such a class: `isinstance` compares by its dotted name, and `attrs` are its class attributes.
    pub fn define_class(
        &mut self,
        dotted: &'static str,
        attrs: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Value {
        Class::new(dotted, Vec::new()).attrs(attrs).value()
    }
}
