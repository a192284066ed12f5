//! What a statement demands of the server rather than of rows: roles, collations, and extensions that are installed beside it. A dump of one
//! database lists none of them.

mod collations;
mod extensions;
mod roles;

use super::broken::Broken;
use super::condition::{Asks, Condition};
use crate::catalog::{Catalog, Session};
use crate::pg::command::{AlterAction, Command, Extension, SessionCommand, Table};
use crate::pg::ident::Ident;

/// Gives 0 where the one that is named is there.
const ONE_OF: &str = "SELECT 1 - count(*) FROM pg_catalog.";

/// The demands of one statement.
pub fn conditions(command: &Command, catalog: &Catalog, session: &Session) -> Vec<Condition> {
    let role = |name: &Ident, sqlstate| roles::demanded(name, sqlstate, catalog);
    let mut found = collations::demanded(command, catalog, session);
    match command {
        Command::Table(Table::Alter { actions, .. }) => {
            let role_of = |action: &AlterAction| match action {
                AlterAction::OwnerTo { role: name } => role(name, "42704"),
                _ => None,
            };
            found.extend(actions.iter().filter_map(role_of));
        }
        Command::Owner(owner) => found.extend(role(&owner.role, "42704")),
        Command::Session(SessionCommand::Role { role: Some(name), .. }) => found.extend(role(name, "22023")),
        Command::Grant(grant) => {
            found.extend(roles::grantees(&grant.text).iter().filter_map(|name| role(name, "42704")));
        }
        Command::Extension(Extension::Create { name, .. }) => {
            found.extend(extensions::demanded(name, catalog, session));
        }
        _ => {}
    }
    found
}

fn condition(demand: String, sqlstate: Option<&'static str>, broken: Broken, query: String) -> Condition {
    Condition::new(Asks::Server, demand, sqlstate, broken, Some(query))
}

#[cfg(test)]
mod tests {
    use super::conditions;
    use crate::catalog::{Catalog, Session};
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
}
