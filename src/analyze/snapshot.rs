//! What a snapshot tells of roles: their `search_path`, and what they may not change.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, Session};
use crate::pg::ident::Ident;
use crate::pg::lex::{self, Cursor};
use crate::report::Input;
use crate::sql::snapshot::Known;

/// How many of a kind a sentence lists.
const LISTED: usize = 5;

/// The `search_path` that Alembic's connection begins with: that of the role that the user names, else of the one that took the
/// snapshot. `None` where the user says what it is, or nothing of it is in the database.
pub fn search_path(known: &Known, input: &Input, catalog: &Catalog) -> Option<Vec<Ident>> {
    if input.options.search_path.is_some() || input.options.schema.is_some() {
        return None;
    }
    let role = input.options.role.as_deref().unwrap_or(&known.role);
    let path = if role == known.role { &known.search_path } else { of_role(known, role) };
    let schema = |name: Ident| if name.as_str() == "$user" { Ident::new(role) } else { name };
    let found: Vec<Ident> = names(path).into_iter().map(schema).filter(|name| catalog.schema(name).is_some()).collect();
    (!found.is_empty()).then_some(found)
}

/// The setting that holds for a role, the nearest first (`process_settings` in `postinit.c`).
fn of_role<'k>(known: &'k Known, role: &str) -> &'k str {
    let mut found: Vec<_> = known
        .settings
        .iter()
        .filter(|setting| setting.name == "search_path")
        .filter(|setting| setting.role.as_ref().is_none_or(|of| of.as_str() == role))
        .collect();
    found.sort_by_key(|setting| (setting.role.is_none(), setting.database.is_none()));
    found.first().map_or("\"$user\", public", |setting| &setting.value)
}

/// The names of a list, quoted or not.
fn names(list: &str) -> Vec<Ident> {
    let (tokens, _) = lex::tokens(list);
    let mut cursor = Cursor::new(list, &tokens);
    // `$user` is a name only in quotes.
    cursor.list(Cursor::ident).unwrap_or_default()
}

/// One sentence each, of what is in the schemas of the `search_path` alone: of those of a host (`auth`, `storage`) nothing is ours.
pub fn facts(known: &Known, catalog: &Catalog, session: &Session) -> Vec<String> {
    let mut facts = Vec::new();
    let listed = |mut all: Vec<String>| {
        let more = all.len().saturating_sub(LISTED);
        all.truncate(LISTED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!all.is_empty()).then(|| format!("{}{more}", all.join(", ")))
    };
    let is_ours = |schema: Option<&Ident>| schema.is_some_and(|schema| session.search_path.contains(schema));
    let foreign = known.not_mine.iter().filter(|(relation, _)| is_ours(relation.schema.as_ref()));
    facts.extend(listed(foreign.map(|(relation, owner)| format!("{relation} ({owner})")).collect()).map(|names| {
        format!("{} took the snapshot and may not change what belongs to others (42501): {names}.", known.role)
    }));
    let tables = catalog.tables().filter_map(|(oid, _)| Some((catalog.qname(oid)?.schema, catalog.get(oid)?.owner()?)));
    let owners: BTreeSet<Ident> =
        tables.filter(|(schema, _)| is_ours(schema.as_ref())).map(|(_, owner)| owner).collect();
    let paths = known.settings.iter().filter(|setting| setting.name == "search_path").filter_map(|setting| {
        let role = setting.role.as_ref().filter(|role| role.as_str() != known.role && owners.contains(role))?;
        Some(format!("{role} ({})", setting.value))
    });
    facts.extend(listed(paths.collect()).map(|names| {
        format!(
            "Owners of tables with a search_path of their own: {names}. Say --role if Alembic connects as one of them."
        )
    }));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Options;
    use crate::sql::snapshot::RoleSetting;

    #[track_caller]
    fn check(role: Option<&str>, expected: &[&str]) {
        let setting = |role: Option<&str>, database: Option<&str>, value: &str| RoleSetting {
            role: role.map(Ident::new),
            database: database.map(Ident::new),
            name: "search_path".to_string(),
            value: value.to_string(),
        };
        let known = Known {
            role: "dba".to_string(),
            search_path: "\"$user\", public, gone".to_string(),
            settings: vec![
                setting(None, Some("d"), "other"),
                setting(Some("app"), None, "public"),
                setting(Some("app"), Some("d"), "\"My app\", public"),
            ],
            ..Known::default()
        };
        let mut catalog = Catalog::new();
        let mut session = Session::default();
        for name in ["\"My app\"", "dba", "other"] {
            let command = crate::sql::statement::parse_one(&format!("CREATE SCHEMA {name}")).unwrap();
            catalog.execute(&command, &mut session).unwrap();
        }
        let options = Options { role: role.map(str::to_string), ..Options::default() };
        let input = Input { options, ..Input::default() };
        let path = search_path(&known, &input, &catalog).unwrap();
        assert_eq!(path.iter().map(Ident::as_str).collect::<Vec<_>>(), expected, "{role:?}");
    }

    #[test]
    fn the_path_is_that_of_the_role() {
        check(None, &["dba", "public"]);
        check(Some("app"), &["My app", "public"]);
        check(Some("somebody"), &["other"]);
    }
}
