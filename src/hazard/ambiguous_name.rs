//! # What it does
//! Finds a name without a schema that several schemas have.
//! # Why is this bad
//! Which of them is meant depends on the search_path of whoever runs the statement; a role's own (`ALTER ROLE … SET search_path`) is in
//! no dump.
//! # Example
//! `ALTER TABLE job ADD COLUMN title text` where `public.job` and `audit.job` exist

use super::{Hazard, Subject};
use crate::catalog::Object;
use crate::diagnostic::Severity;
use crate::plan::lock::lock;

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::Statement(statement) = subject else { return None };
    let name = lock(statement.command).1.filter(|name| name.schema.is_none())?;
    let catalog = statement.catalog;
    let is_relation = |object: &Object| matches!(object, Object::Table(_) | Object::View(_) | Object::Sequence(_));
    let others: Vec<String> = catalog
        .iter()
        .filter(|(_, entry)| is_relation(&entry.object) && entry.object.name() == name.name)
        .filter_map(|(oid, _)| Some(catalog.qname(oid)?.to_string()))
        .collect();
    if others.len() < 2 {
        return None;
    }
    let path: Vec<String> = statement.session.search_path.iter().map(ToString::to_string).collect();
    Some(Hazard {
        rewrites: false,
        code: "ambiguous-name",
        severity: Severity::Warning,
        message: format!("{name} is one of {}: which one depends on the search_path", others.join(", ")),
        safer: Some(format!(
            "SET search_path = {}; -- as the script does; check.sql shows that of the role",
            path.join(", ")
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::hazards;

    #[test]
    fn a_name_in_two_schemas_is_found() {
        let schema =
            "CREATE SCHEMA audit; CREATE TABLE t (a int); CREATE TABLE audit.t (a int); CREATE TABLE u (a int)";
        assert_eq!(hazards(schema, "ALTER TABLE t ADD COLUMN b int", "ambiguous-name").len(), 1);
        assert!(hazards(schema, "ALTER TABLE public.t ADD COLUMN b int", "ambiguous-name").is_empty());
        assert!(hazards(schema, "ALTER TABLE u ADD COLUMN b int", "ambiguous-name").is_empty());
    }
}
