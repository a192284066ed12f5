//! What libraries lack here: of them only what migrations use is modelled, so what is missing may be there for real.

use super::class::{Class, Instance};
use super::stdlib::is_standard;
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::pg::error::Reason;

/// Libraries whose classes are modelled in part. A class of a project may derive from one of theirs.
const LIBRARIES: &[&str] = &[
    "advanced_alchemy",
    "alembic",
    "citext",
    "fastapi_users_db_sqlalchemy",
    "flask_sqlalchemy",
    "geoalchemy2",
    "oslo_db",
    "pgvector",
    "psycopg2",
    "sqlalchemy",
    "sqlalchemy_utils",
    "sqlmodel",
];

fn is_of_library(dotted: &str) -> bool {
    dotted.split_once('.').is_some_and(|(root, _)| LIBRARIES.contains(&root))
}

/// A class of the standard library; one that derives from it is the project's own.
fn is_of_standard_library(dotted: &str) -> bool {
    dotted.split_once('.').is_some_and(|(root, _)| is_standard(root))
}

fn is_partial(class: &Class) -> bool {
    is_of_library(&class.dotted)
        || is_of_standard_library(&class.dotted)
        || class.mro.iter().any(|base| is_of_library(&base.dotted))
}

impl Vm {
    /// The reason why it is not known that a value lacks something; `None` where all of it is known.
    pub(super) fn may_have(&self, value: &Value, what: &str) -> Option<Reason> {
        let partial = match (value.downcast_ref::<Instance>(), value.downcast_ref::<Class>(), value) {
            (Some(instance), ..) => is_partial(&instance.class),
            (None, Some(class), _) => is_partial(class),
            // A module knows itself what it lacks.
            (None, None, Value::Native(native)) => native.class().contains('.') && !native.class().ends_with(".op"),
            (None, None, _) => false,
        };
        let name =
            || value.downcast_ref::<Class>().map_or_else(|| self.type_name(value), |class| class.name.to_string());
        partial.then(|| self.reason("library", format!("{what} of '{}' is not modelled", name())))
    }

    /// Python's `TypeError`, or an unknown value where a library may be able to do it.
    pub(super) fn refuse(&mut self, value: &Value, what: &str, message: &str) -> Eval<Value> {
        match self.may_have(value, what) {
            Some(reason) => Ok(Value::Unknown(reason)),
            None => Err(self.raise("TypeError", message)),
        }
    }

    /// The same where there is no value that could stand for it.
    pub(super) fn cannot(&mut self, value: &Value, what: &str, message: &str) -> Raise {
        match self.may_have(value, what) {
            Some(reason) => Raise::Stop(reason),
            None => self.raise("TypeError", message),
        }
    }
}
