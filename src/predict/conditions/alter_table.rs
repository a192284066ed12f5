//! ALTER TABLE: columns that are added, set NOT NULL or given another type.

use super::Demands;
use crate::catalog::Oid;
use crate::pg::command::{AlterAction, ColumnConstraint, ColumnDef, ColumnType, Command, ConstraintKind, Table};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::types::DataType;
use crate::predict::asked::{count, mentions};
use crate::predict::broken::Broken;
use crate::predict::fill::is_literal;
use crate::predict::fits::unfit;
use crate::predict::refused::{Refused, refused};

/// True for a column that every existing row would need a value for.
pub fn needs_value(column: &ColumnDef) -> bool {
    let not_null = column.constraints.iter().any(|constraint| matches!(constraint, ColumnConstraint::NotNull { .. }));
    let filled = matches!(column.ty, ColumnType::Serial(_))
        || column.constraints.iter().any(|constraint| {
            matches!(
                constraint,
                ColumnConstraint::Default(_) | ColumnConstraint::Identity(_) | ColumnConstraint::Generated { .. }
            )
        });
    not_null && !filled
}

/// True for a unique column that gives every existing row the same value.
fn is_unique_constant(column: &ColumnDef) -> bool {
    let unique = |constraint: &ColumnConstraint| match constraint {
        ColumnConstraint::Constraint(definition) => {
            matches!(definition.kind, ConstraintKind::Unique(_) | ConstraintKind::PrimaryKey(_))
        }
        _ => false,
    };
    let constant = |constraint: &ColumnConstraint| match constraint {
        ColumnConstraint::Default(Expr::Parsed(expr)) => is_literal(expr),
        _ => false,
    };
    column.constraints.iter().any(unique) && column.constraints.iter().any(constant)
}

/// One ALTER TABLE may drop a column and make another one of its name before it looks at rows.
pub(super) fn changes_what_it_reads(command: &Command, query: &str) -> bool {
    let Command::Table(Table::Alter { actions, .. }) = command else { return false };
    actions.len() > 1
        && actions.iter().any(|action| match action {
            AlterAction::AddColumn { column, .. } => mentions(query, &column.name),
            AlterAction::DropColumn { name, .. } => mentions(query, name),
            AlterAction::AlterType { column, .. } => mentions(query, column),
            _ => false,
        })
}

impl Demands<'_> {
    pub(super) fn alter_table(&mut self, name: &QName, actions: &[AlterAction]) {
        let Some(table) = self.catalog.resolve_relation(name, self.session) else { return };
        if self.rows.is_empty(self.catalog, table) {
            return;
        }
        for action in actions {
            match action {
                AlterAction::AddColumn { column, if_not_exists: true }
                    if self.catalog.column(table, &column.name).is_some() => {}
                AlterAction::AddColumn { column, .. } => self.add_column(name, table, column),
                AlterAction::SetNotNull { column, not_null: true } => self.no_null(name, table, column),
                AlterAction::AddConstraint(constraint) if !constraint.not_valid && !constraint.not_enforced => {
                    self.add_constraint(name, table, &constraint.kind);
                }
                AlterAction::AlterType { column, ty, using, .. } => {
                    self.alter_type(name, table, column, ty, using.as_ref());
                }
                _ => {}
            }
        }
    }

    fn add_column(&mut self, name: &QName, table: Oid, column: &ColumnDef) {
        let from = self.asked(table, name);
        if needs_value(column) {
            let broken = Broken::Null(column.name.clone());
            self.push(format!("{name} holds no row"), Some("23502"), broken, Some((count(&from), &[table])));
        } else if is_unique_constant(column) {
            let query = format!("SELECT greatest(count(*) - 1, 0) FROM {from}");
            let demand = format!("{name} holds at most one row");
            self.push(demand, Some("23505"), Broken::Duplicate, Some((query, &[table])));
        }
    }

    fn alter_type(&mut self, name: &QName, table: Oid, column: &Ident, ty: &DataType, using: Option<&Expr>) {
        let (catalog, session) = (self.catalog, self.session);
        if catalog.column(table, column).is_some_and(|column| self.rows.is_null(column)) {
            return;
        }
        let Refused::May(sqlstate) = refused(catalog, session, table, column, ty, using) else { return };
        let demand = format!("every value of {name}.{column} can become {}", ty.said());
        match unfit(catalog, session, table, column, ty, using) {
            Some((filter, message)) => {
                let query = format!("SELECT count(*) FROM {} WHERE {filter}", self.asked(table, name));
                self.push(demand, sqlstate, Broken::Message(message), Some((query, &[table])));
            }
            None => self.push(demand, sqlstate, Broken::Unknown, None),
        }
    }
}
