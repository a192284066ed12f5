//! # What it does
//! Finds an enum label that is added between others.
//! # Why is this bad
//! The order of the labels is that of ORDER BY and of comparisons, and it cannot be changed later; an index that holds rows stays
//! right, but what an application reads sorted changes.
//! # Example
//! `ALTER TYPE status ADD VALUE 'draft' BEFORE 'open'`

use super::{Hazard, Subject};
use crate::diagnostic::Severity;
use crate::pg::command::{Command, EnumPosition, Type};

pub fn check(subject: &Subject<'_>) -> Option<Hazard> {
    let Subject::Statement(statement) = subject else { return None };
    let Command::Type(Type::AddValue { name, label, position: Some(position), .. }) = statement.command else {
        return None;
    };
    let place = match position {
        EnumPosition::Before(other) => format!("before '{other}'"),
        EnumPosition::After(other) => format!("after '{other}'"),
    };
    Some(Hazard {
        rewrites: false,
        code: "enum-value-order",
        severity: Severity::Info,
        message: format!("rows sorted by {name} will have '{label}' {place}; the order cannot be changed later"),
        safer: Some(format!("SELECT unnest(enum_range(NULL::{name})); -- shows the order as it is")),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::hazards;

    #[test]
    fn a_label_at_the_end_changes_no_order() {
        let schema = "CREATE TYPE k AS ENUM ('a', 'b')";
        assert_eq!(hazards(schema, "ALTER TYPE k ADD VALUE 'c' AFTER 'a'", "enum-value-order").len(), 1);
        assert!(hazards(schema, "ALTER TYPE k ADD VALUE 'c'", "enum-value-order").is_empty());
    }
}
