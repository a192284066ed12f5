//! What a statement demands of the server rather than of rows: roles, and extensions that are installed beside it. A dump of one database
//! lists neither.

use super::broken::Broken;
use super::conditions::Condition;
use crate::catalog::{Catalog, Object, Session};
use crate::pg::command::{AlterAction, Command, Extension, SessionCommand, Table};
use crate::pg::ident::Ident;
use crate::pg::lex::{self, Cursor, literal};

/// The extensions of PostgreSQL's own `contrib`, and what every server has.
const CONTRIB: &[&str] = &[
    "adminpack",
    "amcheck",
    "autoinc",
    "bloom",
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dblink",
    "dict_int",
    "dict_xsyn",
    "earthdistance",
    "file_fdw",
    "fuzzystrmatch",
    "hstore",
    "insert_username",
    "intagg",
    "intarray",
    "isn",
    "lo",
    "ltree",
    "moddatetime",
    "pageinspect",
    "pg_buffercache",
    "pg_freespacemap",
    "pg_prewarm",
    "pg_stat_statements",
    "pg_surgery",
    "pg_trgm",
    "pg_visibility",
    "pg_walinspect",
    "pgcrypto",
    "pgrowlocks",
    "pgstattuple",
    "plpgsql",
    "postgres_fdw",
    "refint",
    "seg",
    "sslinfo",
    "tablefunc",
    "tcn",
    "tsm_system_rows",
    "tsm_system_time",
    "unaccent",
    "uuid-ossp",
    "xml2",
];

/// Gives 0 where the one that is named is there.
const ONE_OF: &str = "SELECT 1 - count(*) FROM pg_catalog.";

/// True for a demand of this module. A statement that only may run makes none: whether it runs is often just that question
/// (`IF EXISTS (SELECT FROM pg_roles …) THEN GRANT …`).
pub fn is_own(condition: &Condition) -> bool {
    condition.query.as_ref().is_some_and(|query| query.starts_with(ONE_OF))
}

/// The demands of one statement.
pub fn conditions(command: &Command, catalog: &Catalog, session: &Session) -> Vec<Condition> {
    match command {
        Command::Table(Table::Alter { actions, .. }) => {
            let role_of = |action: &AlterAction| match action {
                AlterAction::OwnerTo { role: name } => role(name, "42704", catalog),
                _ => None,
            };
            actions.iter().filter_map(role_of).collect()
        }
        Command::Owner(owner) => role(&owner.role, "42704", catalog).into_iter().collect(),
        Command::Session(SessionCommand::Role { role: Some(name), .. }) => {
            role(name, "22023", catalog).into_iter().collect()
        }
        Command::Grant(grant) => grantees(&grant.text).iter().filter_map(|name| role(name, "42704", catalog)).collect(),
        Command::Extension(Extension::Create { name, .. })
            if catalog.extension(name).is_none() && !CONTRIB.contains(&name.as_str()) =>
        {
            let query = format!("{ONE_OF}pg_available_extensions WHERE name = {}", literal(name.as_str()));
            let demand = format!("the server has the extension {name}");
            // Before 15 the message has a path of the server's (58P01).
            vec![match session.server_version {
                Some(15..) => {
                    let message = format!("extension \"{}\" is not available", name.as_str());
                    condition(demand, Some("0A000"), Broken::Message(message), query)
                }
                _ => condition(demand, None, Broken::Unknown, query),
            }]
        }
        _ => Vec::new(),
    }
}

fn condition(demand: String, sqlstate: Option<&'static str>, broken: Broken, query: String) -> Condition {
    Condition { demand, sqlstate, query: Some(query), answer: None, broken, revision: String::new(), span: None }
}

/// A role that neither every server has nor a statement has made.
fn role(name: &Ident, sqlstate: &'static str, catalog: &Catalog) -> Option<Condition> {
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
fn grantees(text: &str) -> Vec<Ident> {
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
    use super::{conditions, grantees};
    use crate::catalog::{Catalog, Session};
    use crate::pg::ident::Ident;
    use crate::sql::statement::parse;

    fn demands(sql: &str) -> Vec<String> {
        let mut catalog = Catalog::new();
        let mut session = Session::new(catalog.mark());
        let mut found = Vec::new();
        for statement in parse(sql) {
            found.extend(
                conditions(&statement.command, &catalog, &session).into_iter().map(|condition| condition.demand),
            );
            catalog.execute(&statement.command, &mut session).expect("no refusal");
        }
        found
    }

    #[test]
    fn roles_and_extensions_are_asked_for() {
        assert_eq!(demands("ALTER SCHEMA public OWNER TO app"), ["there is a role app"]);
        assert_eq!(demands("SET ROLE app; RESET ROLE"), ["there is a role app"]);
        assert_eq!(demands("CREATE ROLE app; GRANT USAGE ON SCHEMA public TO app, PUBLIC"), Vec::<String>::new());
        assert_eq!(demands("CREATE EXTENSION vector"), ["the server has the extension vector"]);
        assert_eq!(demands("CREATE EXTENSION pg_trgm"), Vec::<String>::new());
    }

    #[test]
    fn the_roles_of_a_grant() {
        let names = |text: &str| grantees(text).iter().map(Ident::to_string).collect::<Vec<_>>();
        assert_eq!(names("GRANT SELECT ON t TO a, GROUP \"B\" WITH GRANT OPTION"), ["a", "\"B\""]);
        assert_eq!(names("REVOKE ALL ON t FROM a CASCADE"), ["a"]);
        assert_eq!(names("ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT SELECT ON TABLES TO b"), ["a", "b"]);
        assert_eq!(names("GRANT a TO b"), ["b"]);
    }
}
