//! # What it does
//! Finds a column that is dropped or gets another type while a view reads it.
//! # Why is this bad
//! PostgreSQL refuses both: 2BP01 for the drop without CASCADE, 0A000 for the type. CASCADE drops the view, too.
//! # Example
//! `ALTER TABLE t DROP COLUMN a` where `CREATE VIEW v AS SELECT a FROM t`

use std::collections::BTreeSet;

use super::{Hazard, Statement, Subject};
use crate::catalog::Object;
use crate::diagnostic::Severity;
use crate::pg::command::{AlterAction, Behavior, Command, Table};
use crate::pg::ident::{Ident, QName};

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::Statement(statement) = subject else { return None };
    let Command::Table(Table::Alter { name, actions, .. }) = statement.command else { return None };
    actions.iter().find_map(|action| {
        let (column, what) = match action {
            AlterAction::DropColumn { name: column, behavior: Behavior::Cascade, .. } => {
                (column, "is dropped, and with it, by CASCADE,")
            }
            AlterAction::DropColumn { name: column, .. } => (column, "cannot be dropped (2BP01) while it is read by"),
            AlterAction::AlterType { column, .. } => (column, "cannot get another type (0A000) while it is read by"),
            _ => return None,
        };
        let views = views(statement, name, column);
        if views.is_empty() {
            return None;
        }
        let names: Vec<String> = views.iter().map(|view| view.name.to_string()).collect();
        let drop: Vec<String> = views.iter().rev().map(|view| format!("DROP {} {};", view.word, view.name)).collect();
        let create: Vec<String> =
            views.iter().map(|view| format!("CREATE {} {} AS {};", view.word, view.name, view.query)).collect();
        Some(Hazard {
            rewrites: false,
            code: "view-depends",
            severity: Severity::Error,
            message: format!("{name}.{column} {what} {}", names.join(", ")),
            safer: Some(format!(
                "in one transaction: {}\n{};\n{} -- as they shall be then, with their owners and grants",
                drop.join(" "),
                statement.command,
                create.join(" ")
            )),
        })
    })
}

/// A view that reads a column.
struct Reader {
    word: &'static str,
    name: QName,
    query: String,
}

/// The views that read a column, and those that read these, in the order in which they were made.
fn views(statement: &Statement<'_>, table: &QName, column: &Ident) -> Vec<Reader> {
    let catalog = statement.catalog;
    let column = catalog.resolve_relation(table, statement.session).and_then(|table| catalog.column(table, column));
    let Some(column) = column else { return Vec::new() };
    let (mut read, mut pending) = (BTreeSet::new(), vec![column]);
    while let Some(target) = pending.pop() {
        let readers = catalog.dependents(target).filter(|oid| match catalog.get(*oid) {
            Some(Object::View(view)) => view.depends_on.contains(&target),
            _ => false,
        });
        pending.extend(readers.filter(|oid| read.insert(*oid)));
    }
    let views = catalog.iter().filter_map(|(oid, entry)| match &*entry.object {
        Object::View(view) if read.contains(&oid) => Some(Reader {
            word: if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" },
            name: catalog.qname(oid)?,
            query: view.query.trim().trim_end_matches(';').to_string(),
        }),
        _ => None,
    });
    views.collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::hazards;

    const VIEW: &str = "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t";

    #[test]
    fn views_are_named() {
        let found = hazards(VIEW, "ALTER TABLE t DROP COLUMN a", "view-depends");
        assert!(found[0].message.contains("2BP01") && found[0].message.ends_with("public.v"), "{}", found[0].message);
        assert!(hazards(VIEW, "ALTER TABLE t ALTER COLUMN a TYPE text", "view-depends")[0].message.contains("0A000"));
        assert!(hazards(VIEW, "ALTER TABLE t DROP COLUMN b", "view-depends").is_empty());
    }

    #[test]
    fn views_of_views_are_named() {
        let schema = format!("{VIEW}; CREATE VIEW w AS SELECT a FROM v; CREATE MATERIALIZED VIEW m AS SELECT 1 FROM w");
        let found = hazards(&schema, "ALTER TABLE t ALTER COLUMN a TYPE text", "view-depends");
        assert!(found[0].message.ends_with("public.v, public.w, public.m"), "{}", found[0].message);
        let safer = found[0].safer.as_ref().unwrap();
        assert!(safer.contains("DROP MATERIALIZED VIEW public.m; DROP VIEW public.w; DROP VIEW public.v;"), "{safer}");
    }
}
