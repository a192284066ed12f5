//! A command of which a part is there already, as commands for the rest.

use crate::catalog::ObjectId;
use crate::pg::command::{AlterAction, ColumnConstraint, ColumnDef, Command, ConstraintDef, CreateTable, Kind, Table};
use crate::pg::ident::{Ident, QName};

/// A command taken apart.
#[derive(Debug)]
pub struct Pieces {
    /// The commands for what is lacking.
    pub commands: Vec<Command>,
    /// What none of them makes.
    pub rest: Vec<ObjectId>,
}

/// The commands that make `lacking` of what `command` makes.
///
/// # Errors
/// Says why the command cannot be taken apart.
pub fn pieces(command: &Command, lacking: &[ObjectId]) -> Result<Pieces, String> {
    match command {
        Command::Table(Table::Create(create)) => create_table(create, lacking),
        Command::Table(Table::Alter { name, if_exists, only, actions }) => {
            let actions: Vec<AlterAction> = actions
                .iter()
                .map(|action| alter_action(action, lacking))
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .flatten()
                .collect();
            if actions.is_empty() {
                return Err("it is a by-product".to_string());
            }
            let commands =
                vec![Command::Table(Table::Alter { name: name.clone(), if_exists: *if_exists, only: *only, actions })];
            Ok(Pieces { commands, rest: Vec::new() })
        }
        _ => Err("a part of what it makes is there already".to_string()),
    }
}

fn lacks(lacking: &[ObjectId], kind: Kind, name: &Ident) -> bool {
    lacking.iter().any(|object| object.kind == kind && object.name == *name)
}

fn create_table(create: &CreateTable, lacking: &[ObjectId]) -> Result<Pieces, String> {
    if lacks(lacking, Kind::Table, &create.name.name) {
        return Err(format!("a part of {} is there without the table itself", create.name));
    }
    let mut rest: Vec<&ObjectId> = lacking.iter().collect();
    let mut actions = Vec::new();
    for column in &create.columns {
        let whole = lacks(lacking, Kind::Column, &column.name);
        if whole {
            actions.push(AlterAction::AddColumn { column: column.clone(), if_not_exists: false });
            rest.retain(|object| !belongs_to_column(object, column));
        } else {
            for (action, object) in column_parts(column, lacking) {
                actions.push(action);
                rest.retain(|other| *other != object);
            }
        }
    }
    for constraint in &create.constraints {
        if let Some(name) = &constraint.name
            && lacks(lacking, Kind::Constraint, name)
        {
            actions.push(AlterAction::AddConstraint(constraint.clone()));
            rest.retain(|object| object.name != *name);
        }
    }
    let commands = actions.into_iter().map(|action| alter(&create.name, action)).collect();
    Ok(Pieces { commands, rest: rest.into_iter().cloned().collect() })
}

/// True for what `ADD COLUMN` of this column makes: the column, its default, its named and unnamed constraints, its sequence.
fn belongs_to_column(object: &ObjectId, column: &ColumnDef) -> bool {
    match object.kind {
        Kind::Column | Kind::Default => object.name == column.name,
        Kind::Constraint => inline_constraints(column).any(|constraint| match &constraint.name {
            Some(name) => object.name == *name,
            // The name is PostgreSQL's: it holds the column's.
            None => object.name.as_str().contains(column.name.as_str()),
        }),
        Kind::Sequence => object.name.as_str().contains(column.name.as_str()),
        _ => false,
    }
}

fn inline_constraints(column: &ColumnDef) -> impl Iterator<Item = &ConstraintDef> {
    column.constraints.iter().filter_map(|constraint| match constraint {
        ColumnConstraint::Constraint(constraint) => Some(constraint),
        _ => None,
    })
}

/// What is missing of a column that is there.
fn column_parts<'o>(column: &ColumnDef, lacking: &'o [ObjectId]) -> Vec<(AlterAction, &'o ObjectId)> {
    let mut parts = Vec::new();
    for object in lacking {
        match object.kind {
            Kind::Default if object.name == column.name => {
                let default = column.constraints.iter().find_map(|constraint| match constraint {
                    ColumnConstraint::Default(expr) => Some(expr.clone()),
                    _ => None,
                });
                if let Some(default) = default {
                    let action = AlterAction::SetDefault { column: column.name.clone(), default: Some(default) };
                    parts.push((action, object));
                }
            }
            Kind::Constraint => {
                let named =
                    inline_constraints(column).find(|constraint| constraint.name.as_ref() == Some(&object.name));
                if let Some(constraint) = named {
                    parts.push((AlterAction::AddConstraint(constraint.clone()), object));
                }
            }
            _ => {}
        }
    }
    parts
}

/// One action of an ALTER TABLE: as it is if its object is missing, a part of it or nothing if it is there.
fn alter_action(action: &AlterAction, lacking: &[ObjectId]) -> Result<Vec<AlterAction>, String> {
    let keep = match action {
        AlterAction::AddColumn { column, .. } => {
            if lacks(lacking, Kind::Column, &column.name) {
                true
            } else {
                return Ok(column_parts(column, lacking).into_iter().map(|(action, _)| action).collect());
            }
        }
        AlterAction::DropColumn { name, .. } => lacks(lacking, Kind::Column, name),
        AlterAction::AlterType { column, .. } | AlterAction::SetNotNull { column, .. } => {
            lacks(lacking, Kind::Column, column)
        }
        AlterAction::SetDefault { column, .. } => lacks(lacking, Kind::Default, column),
        AlterAction::AddConstraint(constraint) => match &constraint.name {
            Some(name) => lacks(lacking, Kind::Constraint, name),
            None => lacking.iter().any(|object| object.kind == Kind::Constraint),
        },
        AlterAction::DropConstraint { name, .. } => lacks(lacking, Kind::Constraint, name),
        _ => return Err("a part of what it does is done already".to_string()),
    };
    Ok(if keep { vec![action.clone()] } else { Vec::new() })
}

fn alter(table: &QName, action: AlterAction) -> Command {
    Command::Table(Table::Alter { name: table.clone(), if_exists: false, only: false, actions: vec![action] })
}
