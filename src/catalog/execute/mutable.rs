//! Functions that an index or a generated column cannot call, because they may give another value tomorrow (`CheckMutability`).
//!
//! The analysis of an expression says so of PostgreSQL's own functions; here are those of the database and of its extensions, and, where
//! an extension stands in the way of the analysis, those names of PostgreSQL's own that none but such functions have.

use crate::catalog::object::{Object, Routine};
use crate::catalog::{Catalog, Session, extensions};
use crate::pg::error::{Refusal, sqlstate};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::{routine, system};

use super::resolve::{refuse, unknown};

/// Whether a function always gives the same for the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lasting {
    Yes,
    No,
    /// It says that it does not, but it is a query that PostgreSQL may write in place of the call and then looks at.
    Inlined,
}

impl Catalog {
    /// 42P17 in the words for the place, for an expression that calls a function which is not immutable.
    ///
    /// # Errors
    /// Unknown where it cannot be told which function is meant, or what an extension brings.
    pub(super) fn immutable(&self, expr: &Expr, message: &str, session: &Session) -> Result<(), Refusal> {
        if session.restoring || self.open_world {
            return Ok(());
        }
        let (called, keywords) = expr.calls();
        if keywords {
            return refuse(sqlstate::INVALID_OBJECT_DEFINITION, message);
        }
        for name in called {
            if !self.is_lasting(&name, session)? {
                return refuse(sqlstate::INVALID_OBJECT_DEFINITION, message);
            }
        }
        Ok(())
    }

    fn is_lasting(&self, name: &QName, session: &Session) -> Result<bool, Refusal> {
        let word = name.name.as_str();
        let of_system = (name.schema.is_none() || is_system(name)) && system::has_function(word);
        let own = self.routines(name, session);
        if !own.is_empty() {
            let mut all: Vec<Lasting> = Vec::new();
            for oid in own {
                let oid = self.certain(oid)?;
                if let Some(Object::Routine(routine)) = self.get(oid) {
                    all.push(lasting(routine));
                }
            }
            return match () {
                () if all.iter().all(|one| *one == Lasting::Yes) => Ok(true),
                () if !of_system && all.iter().all(|one| *one == Lasting::No) => Ok(false),
                () => unknown("volatility", format!("it is not known whether the function {name} is immutable here")),
            };
        }
        if of_system {
            let is_shared = self.has_extension(|extension| extensions::shares(extension, word));
            return Ok(is_shared || !system::is_never_immutable(word));
        }
        if self.has_extension(|extension| extensions::is_mutable(extension, word)) {
            return Ok(false);
        }
        let of_postgis = word.starts_with("st_") && self.has_extension(|extension| extension.as_str() == "postgis");
        match self.unknown_extension() {
            Some(extension) if !system::is_of_grammar(word) && !of_postgis => unknown(
                "unknown-extension",
                format!("the function {name} may come with the extension {extension}, which is not modelled"),
            ),
            _ => Ok(true),
        }
    }

    fn has_extension(&self, is: impl Fn(&Ident) -> bool) -> bool {
        self.iter().any(|(_, entry)| matches!(&*entry.object, Object::Extension(extension) if is(&extension.name)))
    }
}

fn is_system(name: &QName) -> bool {
    name.schema.as_ref().is_some_and(|schema| schema.as_str() == "pg_catalog")
}

fn lasting(routine: &Routine) -> Lasting {
    let Some(mut definition) = routine::read(&routine.text) else { return Lasting::Inlined };
    for clauses in &routine.altered {
        if definition.alter(clauses).is_none() {
            return Lasting::Inlined;
        }
    }
    let clause = |name: &str| definition.clauses.get(name).map(String::as_str);
    match (clause("volatility"), clause("language")) {
        (Some("IMMUTABLE"), _) => Lasting::Yes,
        // A body without a language is one of SQL, too.
        (_, Some("sql") | None) => Lasting::Inlined,
        _ => Lasting::No,
    }
}
