//! What constraints have made sure of: it holds after they are dropped, too, as long as nobody changes the rows.
//!
//! Many revisions drop a constraint only to add it again with another name, with `ON DELETE CASCADE`, or with a value more.

use std::collections::BTreeSet;

use crate::catalog::object::{KeyRef, Rule};
use crate::catalog::{Catalog, Oid};
use crate::diff::implies;
use crate::pg::expr::Expr;
use crate::pg::ident::Ident;

/// Columns of which no two rows hold the same.
#[derive(Clone, Debug, PartialEq)]
struct Unique {
    table: Oid,
    columns: BTreeSet<Oid>,
    nulls_not_distinct: bool,
}

/// Columns that only hold what the referenced ones hold.
#[derive(Clone, Debug, PartialEq)]
struct Reference {
    table: Oid,
    columns: Vec<Oid>,
    to: Oid,
    referenced: Vec<Oid>,
}

/// A condition that all rows fulfil.
#[derive(Clone, Debug, PartialEq)]
struct Check {
    table: Oid,
    /// With the names that the condition has for them.
    columns: Vec<(Oid, Ident)>,
    expr: Expr,
}

/// What is known of the rows of all tables.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    unique: Vec<Unique>,
    references: Vec<Reference>,
    checks: Vec<Check>,
}

/// What a statement did to the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Rows were added.
    Added,
    /// Rows were removed.
    Removed,
    /// These columns hold other values.
    Set(Vec<Oid>),
}

impl Facts {
    /// Learns what the constraints and indexes of a table make sure of.
    pub fn learn(&mut self, catalog: &Catalog, table: Oid) {
        for (oid, index) in catalog.indexes(table) {
            if !index.unique || index.predicate.is_some() || catalog.presence(oid).is_some() {
                continue;
            }
            let columns: Option<BTreeSet<Oid>> = index
                .keys
                .iter()
                .map(|key| match &key.target {
                    KeyRef::Column(column) => Some(*column),
                    KeyRef::Expr(..) => None,
                })
                .collect();
            let Some(columns) = columns else { continue };
            push(&mut self.unique, Unique { table, columns, nulls_not_distinct: index.nulls_not_distinct });
        }
        for (oid, constraint) in catalog.constraints(table) {
            if !constraint.validated || catalog.presence(oid).is_some() {
                continue;
            }
            match &constraint.rule {
                Rule::ForeignKey { columns, table: to, referenced, .. } => push(
                    &mut self.references,
                    Reference { table, columns: columns.clone(), to: *to, referenced: referenced.clone() },
                ),
                Rule::Check { expr, columns, .. } => {
                    let named = |column: &Oid| Some((*column, catalog.column_of(*column)?.name.clone()));
                    let columns = columns.iter().filter_map(named).collect();
                    push(&mut self.checks, Check { table, columns, expr: expr.clone() });
                }
                Rule::Unique { .. } | Rule::PrimaryKey { .. } | Rule::Exclude { .. } => {}
            }
        }
    }

    /// Takes over what was learned.
    pub fn extend(&mut self, other: Facts) {
        other.unique.into_iter().for_each(|fact| push(&mut self.unique, fact));
        other.references.into_iter().for_each(|fact| push(&mut self.references, fact));
        other.checks.into_iter().for_each(|fact| push(&mut self.checks, fact));
    }

    /// Forgets what a change of rows may have made wrong.
    pub fn changed(&mut self, changed: Oid, change: &Change) {
        let touches = |columns: Vec<Oid>| match change {
            Change::Added => true,
            Change::Removed => false,
            Change::Set(set) => columns.iter().any(|column| set.contains(column)),
        };
        self.unique.retain(|fact| fact.table != changed || !touches(fact.columns.iter().copied().collect()));
        self.checks
            .retain(|fact| fact.table != changed || !touches(fact.columns.iter().map(|(column, _)| *column).collect()));
        self.references.retain(|fact| {
            let refers = fact.table == changed && touches(fact.columns.clone());
            let referred = fact.to == changed
                && match change {
                    Change::Added => false,
                    Change::Removed => true,
                    Change::Set(set) => fact.referenced.iter().any(|column| set.contains(column)),
                };
            !refers && !referred
        });
    }

    /// Nothing is known any more.
    pub fn forget(&mut self) {
        *self = Facts::default();
    }

    /// No two rows of the table hold the same in these columns.
    pub fn is_unique(&self, table: Oid, columns: &[Oid], nulls_not_distinct: bool) -> bool {
        self.unique.iter().any(|fact| {
            // NULLs are distinct in the one and may be equal in the other.
            let nulls = !nulls_not_distinct || fact.nulls_not_distinct;
            fact.table == table && nulls && fact.columns.iter().all(|column| columns.contains(column))
        })
    }

    /// These columns only hold what the referenced ones hold.
    pub fn refers(&self, table: Oid, columns: &[Oid], to: Oid, referenced: &[Oid]) -> bool {
        self.references.iter().any(|fact| {
            fact.table == table && fact.to == to && fact.columns == columns && fact.referenced == referenced
        })
    }

    /// All rows of the table fulfil the condition.
    pub fn fulfils(&self, catalog: &Catalog, table: Oid, wanted: &Expr) -> bool {
        self.checks.iter().any(|fact| {
            // Another column may have the name by now.
            let is_named = |(column, name): &(Oid, Ident)| catalog.column(table, name) == Some(*column);
            fact.table == table && fact.columns.iter().all(is_named) && implies(catalog, table, &fact.expr, wanted)
        })
    }
}

fn push<T: PartialEq>(facts: &mut Vec<T>, fact: T) {
    if !facts.contains(&fact) {
        facts.push(fact);
    }
}
