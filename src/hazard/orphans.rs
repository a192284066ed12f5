//! # What it does
//! Finds a foreign key that is added to a table whose rows may refer to nothing.
//! # Why is this bad
//! Every row is read while writers of both tables wait, and one orphan fails the statement (23503).
//! # Example
//! `ALTER TABLE offer ADD CONSTRAINT offer_job_fkey FOREIGN KEY (job_id) REFERENCES job (id)`

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::{AlterAction, ConstraintKind};
use crate::predict::conditions::conditions;
use crate::predict::rows::Rows;

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let (statement, name, actions) = subject.altered()?;
    let constraint = actions.iter().find_map(|action| match action {
        AlterAction::AddConstraint(constraint) if !constraint.not_valid => Some(constraint),
        _ => None,
    })?;
    let ConstraintKind::ForeignKey(key) = &constraint.kind else { return None };
    // The question that the prediction asks, too.
    let asked = conditions(statement.command, statement.catalog, statement.session, &Rows::default());
    let query =
        asked.into_iter().find_map(|condition| condition.query).map(|query| format!("{query}; -- must give 0\n"));
    let later = super::constraint_scan::not_valid_first(name, constraint);
    Some(Hazard {
        rewrites: false,
        code: "foreign-key-over-orphans",
        severity: Severity::Warning,
        message: format!(
            "every row of {name} is looked up in {} while who writes to either waits, and one that refers to nothing fails it (23503)",
            key.table
        ),
        safer: Some(format!("{}{}", query.unwrap_or_default(), later.unwrap_or_default()))
            .filter(|safer| !safer.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::hazards;

    #[test]
    fn the_question_and_the_way_in_two_steps() {
        let schema = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a_id int)";
        let add = "ALTER TABLE b ADD CONSTRAINT f FOREIGN KEY (a_id) REFERENCES a (id)";
        let found = hazards(schema, add, "foreign-key-over-orphans");
        let safer = found[0].safer.clone().unwrap_or_default();
        assert!(
            safer.contains("must give 0") && safer.contains("NOT VALID") && safer.contains("VALIDATE CONSTRAINT f"),
            "{safer}"
        );
        assert!(hazards(schema, &format!("{add} NOT VALID"), "foreign-key-over-orphans").is_empty());
    }
}
