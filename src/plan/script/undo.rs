//! The way back: from the fixed catalog to the one before, schema only.

use std::collections::BTreeMap;

use crate::catalog::object::{Column, Rule};
use crate::catalog::{Catalog, Entry, Object, Oid};
use crate::pg::command::{
    AlterAction, Behavior, Command, Drop, Extension, Policy, Routine, Schema, Sequence, Table, Trigger, Type, View,
};
use crate::pg::ident::QName;
use crate::predict::conversion::{Conversion, of};
use crate::replay::schema::{alter, create, data_type, default_expr};

use super::literal;

/// One step back.
#[derive(Clone, Debug)]
pub struct UndoStep {
    /// The statement.
    pub command: Command,
    /// A query that must give false, with what to say if it does not: values that the step would drop.
    pub guard: Option<(String, String)>,
}

/// The way back, and what cannot be taken back.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    /// In order.
    pub steps: Vec<UndoStep>,
    /// What stays, one sentence each.
    pub stays: Vec<String>,
}

/// Finds the way from `fixed` back to `start`, of which it is a changed copy: handles mean the same in both.
pub fn undo(start: &Catalog, fixed: &Catalog) -> Undo {
    let before: BTreeMap<Oid, &Entry> = start.iter().collect();
    let after: BTreeMap<Oid, &Entry> = fixed.iter().collect();
    let mut undo = Undo::default();
    let mut added: Vec<Oid> = after.keys().filter(|oid| !before.contains_key(oid)).copied().collect();
    added.sort_by_key(|oid| std::cmp::Reverse((drop_rank(&after[oid].object), *oid)));
    for oid in added {
        undo.steps.extend(drop_step(start, fixed, oid, &before));
    }
    // The other steps name tables as the fix leaves them.
    let changed = after.iter().filter(|(oid, entry)| before.get(oid).is_some_and(|old| old.object != entry.object));
    let (tables, others): (Vec<_>, Vec<_>) = changed.partition(|(_, entry)| matches!(*entry.object, Object::Table(_)));
    for (oid, _) in others.into_iter().chain(tables) {
        change_back(start, fixed, *oid, &mut undo);
    }
    for oid in before.keys().filter(|oid| !after.contains_key(oid)) {
        let parent_gone = start.get(*oid).and_then(Object::parent).is_some_and(|parent| !after.contains_key(&parent));
        if let Some(id) = start.id(*oid).filter(|_| !parent_gone) {
            undo.stays.push(format!("what {id} held is gone; only its definition comes back"));
        }
        let command = create(start, *oid);
        undo.steps.extend(command.into_iter().map(|command| UndoStep { command, guard: None }));
    }
    undo
}

/// What must go first has the higher rank.
fn drop_rank(object: &Object) -> u8 {
    match object {
        Object::Comment(_) | Object::Trigger(_) | Object::Policy(_) => 9,
        Object::View(_) => 8,
        Object::Constraint(constraint) if matches!(constraint.rule, Rule::ForeignKey { .. }) => 7,
        Object::Constraint(_) => 6,
        Object::Index(_) => 5,
        Object::Default(_) => 4,
        Object::Column(_) => 3,
        Object::Table(_) => 2,
        Object::Sequence(_) | Object::Routine(_) => 1,
        Object::Enum(_)
        | Object::Domain(_)
        | Object::Composite(_)
        | Object::Schema(_)
        | Object::Extension(_)
        | Object::Opaque(_) => 0,
    }
}

/// Drops what the fix made, unless it goes with its table or column.
/// A column or constraint that a table has from its parent, where that is new as well: it goes with the parent's.
fn is_inherited(fixed: &Catalog, oid: Oid, before: &BTreeMap<Oid, &Entry>) -> bool {
    let Some(object) = fixed.get(oid) else { return false };
    let Some(Object::Table(table)) = fixed.table_of(oid).and_then(|table| fixed.get(table)) else { return false };
    let parents = table.inherits.iter().copied().chain(table.partition_of.as_ref().map(|(parent, _)| *parent));
    let name = object.name();
    parents.into_iter().any(|parent| {
        let theirs = match object {
            Object::Column(_) => fixed.column(parent, &name),
            _ => fixed.constraint(parent, &name),
        };
        theirs.is_some_and(|theirs| !before.contains_key(&theirs))
    })
}

fn drop_step(start: &Catalog, fixed: &Catalog, oid: Oid, before: &BTreeMap<Oid, &Entry>) -> Option<UndoStep> {
    let object = fixed.get(oid)?;
    let was = |oid: Oid| before.contains_key(&oid);
    let name = fixed.qname(oid)?;
    let restrict = Behavior::Restrict;
    let plain = || Drop { names: vec![name.clone()], if_exists: false, behavior: restrict };
    let table_name = || fixed.table_of(oid).filter(|table| was(*table)).and_then(|table| fixed.qname(table));
    let step = |command| Some(UndoStep { command, guard: None });
    match object {
        Object::Table(table) => {
            let command =
                Command::Table(Table::Drop { names: vec![name.clone()], if_exists: false, behavior: restrict });
            if table.partition_of.as_ref().is_some_and(|(parent, _)| !was(*parent)) {
                return None;
            }
            let guard = (format!("EXISTS (SELECT FROM {name})"), format!("{name} holds rows by now"));
            Some(UndoStep { command, guard: Some(guard) })
        }
        Object::Column(column) => {
            let table = table_name().filter(|_| !is_inherited(fixed, oid, before))?;
            let guard = (
                format!("EXISTS (SELECT FROM {table} WHERE {} IS NOT NULL)", column.name),
                format!("{table}.{} holds values by now", column.name),
            );
            let filled = fixed.default_of(oid).is_some() || column.identity.is_some() || column.generated.is_some();
            let action = AlterAction::DropColumn { name: column.name.clone(), if_exists: false, behavior: restrict };
            Some(UndoStep { command: alter(table, action), guard: (!filled).then_some(guard) })
        }
        Object::Default(default) => {
            let table = table_name().filter(|_| was(default.column))?;
            let column = fixed.get(default.column)?.name();
            step(alter(table, AlterAction::SetDefault { column, default: None }))
        }
        Object::Constraint(constraint) => {
            let table = table_name().filter(|_| !is_inherited(fixed, oid, before))?;
            let action =
                AlterAction::DropConstraint { name: constraint.name.clone(), if_exists: false, behavior: restrict };
            step(alter(table, action))
        }
        Object::Index(index) => {
            table_name()?;
            if index.constraint.is_some() || index.partition_of.is_some_and(|parent| !was(parent)) {
                return None;
            }
            step(Command::DropIndex { names: vec![name], if_exists: false, concurrently: false, behavior: restrict })
        }
        Object::Sequence(sequence) => {
            // An owned sequence goes with its column.
            if sequence.owned_by.is_some_and(|column| !was(column)) || sequence.identity {
                return None;
            }
            step(Command::Sequence(Sequence::Drop(plain())))
        }
        Object::View(view) => step(Command::View(View::Drop { drop: plain(), materialized: view.materialized })),
        Object::Enum(_) | Object::Composite(_) => step(Command::Type(Type::Drop { drop: plain(), domain: false })),
        Object::Domain(_) => step(Command::Type(Type::Drop { drop: plain(), domain: true })),
        Object::Routine(routine) => step(Command::Routine(Routine::Drop {
            kind: routine.kind,
            routines: vec![(name, Some(routine.arguments.clone()))],
            if_exists: false,
            behavior: restrict,
        })),
        Object::Trigger(trigger) => step(Command::Trigger(Trigger::Drop {
            name: trigger.name.clone(),
            table: table_name()?,
            if_exists: false,
            behavior: restrict,
        })),
        Object::Policy(policy) => {
            step(Command::Policy(Policy::Drop { name: policy.name.clone(), table: table_name()?, if_exists: false }))
        }
        Object::Schema(schema) => step(Command::Schema(Schema::Drop {
            names: vec![schema.name.clone()],
            if_exists: false,
            behavior: restrict,
        })),
        Object::Extension(extension) => step(Command::Extension(Extension::Drop {
            names: vec![extension.name.clone()],
            if_exists: false,
            behavior: restrict,
        })),
        Object::Comment(comment) => {
            let target = was(comment.on).then(|| create(fixed, oid).into_iter().next()).flatten()?;
            let Command::Comment(mut written) = target else { return None };
            written.text = start.comment_on(comment.on).and_then(|old| match start.get(old) {
                Some(Object::Comment(old)) => Some(old.text.clone()),
                _ => None,
            });
            step(Command::Comment(written))
        }
        Object::Opaque(_) => None,
    }
}

fn change_back(start: &Catalog, fixed: &Catalog, oid: Oid, undo: &mut Undo) {
    let (Some(old), Some(new)) = (start.get(oid), fixed.get(oid)) else { return };
    let mut push = |command| undo.steps.push(UndoStep { command, guard: None });
    let here = fixed.qname(oid);
    match (old, new) {
        (Object::Column(old), Object::Column(new)) => column_back(start, fixed, oid, old, new, undo),
        (Object::Default(default), Object::Default(_)) => {
            let (Some(table), Some(expr)) =
                (fixed.table_of(oid).and_then(|table| fixed.qname(table)), default_expr(start, &default.expr))
            else {
                return;
            };
            let Some(column) = start.get(default.column).map(Object::name) else { return };
            push(alter(table, AlterAction::SetDefault { column, default: Some(expr) }));
        }
        (Object::Table(old), Object::Table(new)) if old.name != new.name => {
            if let Some(here) = here {
                push(alter(here, AlterAction::RenameTo { to: old.name.clone() }));
            }
        }
        (Object::Constraint(old), Object::Constraint(new)) if old.name != new.name => {
            if let Some(table) = fixed.qname(new.table) {
                push(alter(table, AlterAction::RenameConstraint { from: new.name.clone(), to: old.name.clone() }));
            }
        }
        (Object::Index(old), Object::Index(new)) if old.name != new.name && new.constraint.is_none() => {
            if let Some(here) = here {
                push(alter(here, AlterAction::RenameTo { to: old.name.clone() }));
            }
        }
        (Object::Enum(old), Object::Enum(new)) => {
            for label in new.labels.iter().filter(|label| !old.labels.contains(label)) {
                undo.stays.push(format!("the value {} of {} cannot be taken back", literal(label), new.name));
            }
        }
        (Object::Sequence(old), Object::Sequence(new)) if old.name != new.name && new.owned_by.is_none() => {
            if let Some(here) = here {
                push(Command::Sequence(Sequence::Rename { name: here, to: old.name.clone() }));
            }
        }
        _ => {}
    }
}

fn column_back(start: &Catalog, fixed: &Catalog, oid: Oid, old: &Column, new: &Column, undo: &mut Undo) {
    let Some(table) = fixed.qname(new.table) else { return };
    let mut push = |action| undo.steps.push(UndoStep { command: alter(QName::clone(&table), action), guard: None });
    if old.name != new.name {
        push(AlterAction::RenameColumn { from: new.name.clone(), to: old.name.clone() });
    }
    if old.identity.is_none() && new.identity.is_some() {
        push(AlterAction::DropIdentity { column: old.name.clone(), if_exists: false });
    }
    if old.not_null != new.not_null {
        push(AlterAction::SetNotNull { column: old.name.clone(), not_null: old.not_null });
    }
    if old.ty != new.ty {
        let (from, to) = (data_type(fixed, &new.ty), data_type(start, &old.ty));
        match (from, to) {
            (Some(from), Some(to)) if !matches!(of(&from, &to), Conversion::Lossy(_)) => {
                push(AlterAction::AlterType {
                    column: old.name.clone(),
                    ty: to,
                    collation: old.collation.clone(),
                    using: None,
                });
            }
            _ => {
                if let Some(id) = fixed.id(oid) {
                    undo.stays.push(format!("the type of {id} stays: the way back may lose values"));
                }
            }
        }
    }
}
