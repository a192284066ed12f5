//! # What it does
//! Finds type changes that rewrite the table or may refuse or change values.
//! # Why is this bad
//! A rewrite holds ACCESS EXCLUSIVE for as long as it takes; a narrowing cuts or refuses values.
//! # Example
//! `ALTER TABLE t ALTER COLUMN price TYPE numeric(10,2)`

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::AlterAction;
use crate::predict::conversion::{Conversion, of_column};

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let (statement, name, actions) = subject.altered()?;
    actions.iter().find_map(|action| {
        let AlterAction::AlterType { column, ty, using, .. } = action else { return None };
        let conversion = of_column(statement.catalog, statement.session, name, column, ty);
        let said = ty.said();
        let (severity, message) = match &conversion {
            Conversion::Free => return None,
            Conversion::Rewrite => (
                Severity::Warning,
                format!("{name}.{column} becomes {said}: the table is rewritten under ACCESS EXCLUSIVE"),
            ),
            Conversion::Lossy(why) => (Severity::Error, format!("{name}.{column} becomes {said}: {why}")),
        };
        let hint = if using.is_none() { "; PostgreSQL may ask for USING (42804)" } else { "" };
        Some(Hazard {
            rewrites: conversion == Conversion::Rewrite,
            code: "type-change",
            severity,
            message: format!("{message}{hint}"),
            safer: Some(
                "add a column of the new type, fill it in batches, then swap the names in one short transaction"
                    .to_string(),
            ),
        })
    })
}
