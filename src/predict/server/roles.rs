//! Roles.

use super::{ONE_OF, condition};
use crate::catalog::{Catalog, Object};
use crate::pg::ident::Ident;
use crate::pg::lex::{self, Cursor, literal};
use crate::predict::broken::Broken;
use crate::predict::condition::Condition;

/// A role that neither every server has nor a statement has made.
pub(super) fn demanded(name: &Ident, sqlstate: &'static str, catalog: &Catalog) -> Option<Condition> {
    let is_made = catalog.iter().any(|(_, entry)| {
        matches!(&*entry.object, Object::Opaque(object) if object.name == *name && matches!(&*object.kind, "ROLE" | "USER"))
    });
    if is_made || is_everywhere(name) {
        return None;
    }
    let query = format!("{ONE_OF}pg_roles WHERE rolname = {}", literal(name.as_str()));
    let message = format!("role \"{}\" does not exist", name.as_str());
    Some(condition(format!("there is a role {name}"), Some(sqlstate), Broken::Message(message), query))
}

fn is_everywhere(name: &Ident) -> bool {
    let words = ["public", "current_user", "current_role", "session_user", "user", "none"];
    words.contains(&name.as_str()) || name.as_str().starts_with("pg_")
}

/// The roles behind `TO`, `FROM` and `FOR ROLE`.
pub(super) fn grantees(text: &str) -> Vec<Ident> {
    let (tokens, _) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    let mut found = Vec::new();
    while cursor.peek().is_some() {
        if cursor.eat_any(&["TO", "FROM", "FOR ROLE", "FOR USER"]).is_none() {
            cursor.bump();
            continue;
        }
        let names = cursor.list(|cursor| {
            cursor.eat("GROUP");
            cursor.ident()
        });
        found.extend(names.unwrap_or_default());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::grantees;
    use crate::pg::ident::Ident;

    #[test]
    fn the_roles_of_a_grant() {
        let names = |text: &str| grantees(text).iter().map(Ident::to_string).collect::<Vec<_>>();
        assert_eq!(names("GRANT SELECT ON t TO a, GROUP \"B\" WITH GRANT OPTION"), ["a", "\"B\""]);
        assert_eq!(names("REVOKE ALL ON t FROM a CASCADE"), ["a"]);
        assert_eq!(names("ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT SELECT ON TABLES TO b"), ["a", "b"]);
        assert_eq!(names("GRANT a TO b"), ["b"]);
    }
}
