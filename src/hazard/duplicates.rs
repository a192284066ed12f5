//! # What it does
//! Finds a unique index or key that is made over rows that may be duplicates.
//! # Why is this bad
//! The statement fails (23505) as soon as two rows share a key; a key of a constraint blocks reads and writes while it is built.
//! # Example
//! `ALTER TABLE member ADD CONSTRAINT uq_member_email UNIQUE (email)`

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::{AlterAction, Command, ConstraintKind, KeyTarget, Table};
use crate::pg::ident::{Ident, QName};

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::Statement(statement) = subject else { return None };
    match statement.command {
        Command::CreateIndex(index) if index.unique && statement.is_old(&index.table) => {
            let keys = index.keys.iter().map(|key| match &key.target {
                KeyTarget::Column(column) => column.to_string(),
                KeyTarget::Expr(expr) => expr.to_string(),
            });
            Some(hazard(
                &index.table,
                &keys.collect::<Vec<_>>(),
                index.nulls_not_distinct,
                index.predicate.as_ref().map(ToString::to_string),
                None,
            ))
        }
        Command::Table(Table::Alter { name, actions, .. }) if statement.is_old(name) => {
            actions.iter().find_map(|action| {
                let AlterAction::AddConstraint(constraint) = action else { return None };
                let (word, key) = match &constraint.kind {
                    ConstraintKind::Unique(key) => ("UNIQUE", key),
                    ConstraintKind::PrimaryKey(key) => ("PRIMARY KEY", key),
                    ConstraintKind::ForeignKey(_)
                    | ConstraintKind::Check { .. }
                    | ConstraintKind::NotNull { .. }
                    | ConstraintKind::Exclude { .. } => return None,
                };
                if key.using_index.is_some() {
                    return None;
                }
                let columns: Vec<String> = key.columns.iter().map(ToString::to_string).collect();
                // What the index alone can be told is not said twice.
                let is_plain = key.include.is_empty() && !key.nulls_not_distinct && constraint.deferrable.is_none();
                let by_index = constraint.name.as_ref().filter(|_| is_plain);
                let by_index = by_index.map(|own| by_index_first(name, own, word, &columns));
                Some(hazard(name, &columns, key.nulls_not_distinct, None, by_index))
            })
        }
        _ => None,
    }
}

/// Rows that hold NULL in a key are never duplicates, except where NULLS NOT DISTINCT is said.
fn hazard(table: &QName, keys: &[String], nulls: bool, predicate: Option<String>, by_index: Option<String>) -> Hazard {
    let not_null = keys.iter().filter(|_| !nulls).map(|key| format!("{key} IS NOT NULL"));
    let filters: Vec<String> =
        predicate.map(|predicate| format!("({predicate})")).into_iter().chain(not_null).collect();
    let filter = if filters.is_empty() { String::new() } else { format!(" WHERE {}", filters.join(" AND ")) };
    let keys = keys.join(", ");
    let query = format!(
        "SELECT {keys}, count(*) FROM {table}{filter} GROUP BY {keys} HAVING count(*) > 1; -- must give no row"
    );
    Hazard {
        rewrites: false,
        code: "unique-over-duplicates",
        severity: Severity::Warning,
        message: format!("rows of {table} must not share ({keys}): this fails (23505) if two do"),
        safer: Some(by_index.map_or_else(|| query.clone(), |text| format!("{query}\n{text}"))),
    }
}

/// The index is built while writes go on; the constraint then takes it over in no time.
fn by_index_first(table: &QName, name: &Ident, word: &str, columns: &[String]) -> String {
    format!(
        "CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({}); -- outside a transaction block\n\
         ALTER TABLE {table} ADD CONSTRAINT {name} {word} USING INDEX {name};",
        columns.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::hazards;

    #[test]
    fn keys_over_old_rows_are_found() {
        let code = "unique-over-duplicates";
        let found = hazards("CREATE TABLE t (a int, b int)", "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a, b)", code);
        let safer = found[0].safer.clone().unwrap_or_default();
        assert!(safer.contains("WHERE a IS NOT NULL AND b IS NOT NULL GROUP BY a, b HAVING"), "{safer}");
        assert!(safer.contains("USING INDEX k"), "{safer}");
        let found = hazards("CREATE TABLE t (a int)", "CREATE UNIQUE INDEX i ON t (abs(a)) WHERE a > 0", code);
        assert!(
            found[0]
                .safer
                .clone()
                .is_some_and(|safer| safer.contains("WHERE (a > 0) AND abs(a) IS NOT NULL GROUP BY abs(a)"))
        );
        assert!(hazards("CREATE TABLE t (a int)", "CREATE INDEX i ON t (a)", code).is_empty());
    }
}
