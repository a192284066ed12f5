//! Names that nobody wrote, where a history uses them: what a revision drops or renames by name was there.

use super::Run;
use crate::catalog::object::{Constraint, Rule};
use crate::catalog::{Catalog, Deltas, Oid};
use crate::pg::command::{AlterAction, Command, Table};
use crate::pg::ident::Ident;

impl Run {
    /// A constraint that a revision calls by a name which no other revision gave: the only one without a name of its own that it can
    /// be is meant. In a history that has run, one of that name was there.
    pub(super) fn settle_name(&mut self, command: &Command) -> Option<Deltas> {
        let Command::Table(Table::Alter { name, if_exists, only, actions }) = command else { return None };
        if !self.catalog.open_world {
            return None;
        }
        let table = self.catalog.resolve_relation(name, &self.session)?;
        let mut actions = actions.clone();
        for action in &mut actions {
            if let AlterAction::DropConstraint { name, .. } | AlterAction::RenameConstraint { from: name, .. } = action
                && self.catalog.constraint(table, name).is_none()
            {
                *name = meant(&self.catalog, table, name)?;
            }
        }
        let command = Command::Table(Table::Alter { name: name.clone(), if_exists: *if_exists, only: *only, actions });
        self.catalog.execute(&command, &mut self.session).ok()
    }
}

/// The constraint that is meant, by what conventions have in common: the kind in front or behind, and the columns in the middle.
fn meant(catalog: &Catalog, table: Oid, name: &Ident) -> Option<Ident> {
    let text = name.as_str().to_ascii_lowercase();
    let kind = Kind::of(&text)?;
    if catalog.table(table).is_none_or(|table| table.open.is_some()) {
        return None;
    }
    let unnamed = catalog.constraints(table).into_iter().map(|(_, constraint)| constraint);
    let mut found: Vec<&Constraint> =
        unnamed.filter(|constraint| constraint.generated_name && kind.is_of(&constraint.rule)).collect();
    if found.len() > 1 {
        found.retain(|constraint| {
            let (Rule::ForeignKey { columns, .. } | Rule::Unique { columns, .. }) = &constraint.rule else {
                return false;
            };
            let names = columns.iter().filter_map(|column| catalog.column_of(*column));
            names.into_iter().all(|column| text.contains(&column.name.as_str().to_ascii_lowercase()))
        });
    }
    match found.as_slice() {
        [only] => Some(only.name.clone()),
        _ => None,
    }
}

#[derive(Clone, Copy)]
enum Kind {
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
}

impl Kind {
    /// `pk_user`, `user_pkey`
    fn of(name: &str) -> Option<Kind> {
        let mut ends = [name.split('_').next(), name.rsplit('_').next()].into_iter().flatten();
        ends.find_map(|word| match word {
            "pk" | "pkey" => Some(Kind::PrimaryKey),
            "uq" | "unique" | "uniq" | "key" => Some(Kind::Unique),
            "fk" | "fkey" => Some(Kind::ForeignKey),
            "ck" | "check" => Some(Kind::Check),
            _ => None,
        })
    }

    fn is_of(self, rule: &Rule) -> bool {
        matches!(
            (self, rule),
            (Kind::PrimaryKey, Rule::PrimaryKey { .. })
                | (Kind::Unique, Rule::Unique { .. })
                | (Kind::ForeignKey, Rule::ForeignKey { .. })
                | (Kind::Check, Rule::Check { .. })
        )
    }
}
