//! Constraints that are added to a table with rows.

use super::{Demands, key, list};
use crate::catalog::object::Rule;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{ConstraintKind, ForeignKey, KeyOptions};
use crate::pg::ident::{Ident, QName};
use crate::predict::broken::Broken;
use crate::predict::rows::Rows;

impl Demands<'_> {
    pub(super) fn add_constraint(&mut self, name: &QName, table: Oid, kind: &ConstraintKind) {
        match kind {
            ConstraintKind::Unique(key) if !key.columns.is_empty() => self.unique_key(name, table, key),
            ConstraintKind::PrimaryKey(key) => {
                for column in &key.columns {
                    self.no_null(name, table, column);
                }
                if !key.columns.is_empty() {
                    self.unique_key(name, table, key);
                }
            }
            ConstraintKind::ForeignKey(key) => self.foreign_key(name, table, key),
            ConstraintKind::Check { expr, .. } if !self.rows.facts().fulfils(self.catalog, table, expr) => {
                let query = format!("SELECT count(*) FROM {} WHERE NOT ({expr})", self.asked(table, name));
                let demand = format!("every row of {name} fulfils {expr}");
                self.push(demand, Some("23514"), Broken::Check, Some((query, &[table])));
            }
            ConstraintKind::NotNull { column, .. } => self.no_null(name, table, column),
            _ => {}
        }
    }

    fn unique_key(&mut self, name: &QName, table: Oid, key: &KeyOptions) {
        if key::is_unique(self.catalog, table, key, self.rows) {
            return;
        }
        let columns: Vec<String> = key.columns.iter().map(ToString::to_string).collect();
        let query = key::duplicates(&self.asked(table, name), &columns, key.nulls_not_distinct, None);
        let demand = format!("{name} holds no duplicates of ({})", list(&key.columns));
        self.push(demand, Some("23505"), Broken::Duplicate, Some((query, &[table])));
    }

    fn foreign_key(&mut self, name: &QName, table: Oid, key: &ForeignKey) {
        let (catalog, session) = (self.catalog, self.session);
        if refers(catalog, session, table, key, self.rows) {
            return;
        }
        let Some(target) = catalog.resolve_relation(&key.table, session) else { return };
        let pairs = key.columns.iter().zip(referenced(catalog, target, key));
        let joined: Vec<String> = pairs.map(|(column, referenced)| format!("r.{referenced} = t.{column}")).collect();
        let filled: Vec<String> = key.columns.iter().map(|column| format!("t.{column} IS NOT NULL")).collect();
        let query = format!(
            "SELECT count(*) FROM {} t WHERE {} AND NOT EXISTS (SELECT 1 FROM {} r WHERE {})",
            self.asked(table, name),
            filled.join(" AND "),
            self.asked(target, &key.table),
            joined.join(" AND ")
        );
        // MATCH FULL refuses a part of a key, too.
        let can_be_asked = !joined.is_empty() && (key.matching.is_none() || key.columns.len() == 1);
        let tables = [table, target];
        let columns = match key.columns.as_slice() {
            [column] => format!("{name}.{column}"),
            all => format!("({}) of {name}", list(all)),
        };
        let demand = format!("every {columns} is in {}", key.table);
        self.push(demand, Some("23503"), Broken::Orphan, can_be_asked.then_some((query, &tables[..])));
    }
}

/// Every row refers to one that is there: a constraint says so already, or there is nothing to refer with.
fn refers(catalog: &Catalog, session: &Session, table: Oid, key: &ForeignKey, rows: &Rows) -> bool {
    let columns: Vec<Oid> = key.columns.iter().filter_map(|column| catalog.column(table, column)).collect();
    if key.matching.is_none() && columns.iter().any(|column| rows.is_null(*column)) {
        return true;
    }
    let Some(target) = catalog.resolve_relation(&key.table, session) else { return false };
    let wanted = referenced(catalog, target, key);
    let target_columns: Vec<Oid> = wanted.iter().filter_map(|column| catalog.column(target, column)).collect();
    // Every row refers to itself.
    if target == table && columns == target_columns {
        return true;
    }
    if key.matching.is_none() && rows.facts().refers(table, &columns, target, &target_columns) {
        return true;
    }
    catalog.constraints(table).iter().any(|(oid, constraint)| match &constraint.rule {
        Rule::ForeignKey { columns: there, table: to, referenced, .. } => {
            constraint.validated
                && *to == target
                && *there == columns
                && names(catalog, referenced) == wanted
                && catalog.presence(*oid).is_none()
        }
        _ => false,
    })
}

fn names(catalog: &Catalog, columns: &[Oid]) -> Vec<Ident> {
    columns.iter().filter_map(|column| Some(catalog.column_of(*column)?.name.clone())).collect()
}

/// The columns that a foreign key refers to: those of the primary key where it names none.
fn referenced(catalog: &Catalog, target: Oid, key: &ForeignKey) -> Vec<Ident> {
    match catalog.primary_key(target).map(|(_, constraint)| &constraint.rule) {
        Some(Rule::PrimaryKey { columns, .. }) if key.referenced.is_empty() => names(catalog, columns),
        _ => key.referenced.clone(),
    }
}
