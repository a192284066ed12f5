//! What the fix made goes.

use super::{UndoStep, guard};
use crate::catalog::object::OpaqueObject;
use crate::catalog::{Catalog, Object, Oid};
use crate::pg::command::{
    AlterAction, Behavior, Command, Comment, Drop, Extension, Opaque, Policy, Routine, Schema, Sequence, Table,
    Trigger, Type, View,
};
use crate::pg::ident::QName;
use crate::replay::schema::{alter, comment_target};

/// The statement that drops an object under the name that it has now.
///
/// # Errors
/// Why there is none.
pub(super) fn step(start: &Catalog, here: &Catalog, oid: Oid) -> Result<UndoStep, String> {
    find(start, here, oid).unwrap_or_else(|| Err("what it is on has no name that is known".to_string()))
}

fn find(start: &Catalog, here: &Catalog, oid: Oid) -> Option<Result<UndoStep, String>> {
    let object = here.get(oid)?;
    let name = here.qname(oid)?;
    let behavior = Behavior::Restrict;
    let plain = || Drop { names: vec![name.clone()], if_exists: false, behavior };
    let table = || here.table_of(oid).and_then(|table| here.qname(table));
    let command = match object {
        Object::Table(_) => {
            let command = Command::Table(Table::Drop { names: vec![name.clone()], if_exists: false, behavior });
            return Some(Ok(UndoStep { command, guard: Some(guard::table(&name)) }));
        }
        Object::Column(column) => {
            let table = table()?;
            let guard = guard::column(here, oid, column, &table);
            let action = AlterAction::DropColumn { name: column.name.clone(), if_exists: false, behavior };
            return Some(Ok(UndoStep { command: alter(table, action), guard }));
        }
        Object::Default(default) => {
            let column = here.get(default.column)?.name();
            alter(table()?, AlterAction::SetDefault { column, default: None })
        }
        Object::Constraint(constraint) => {
            let name = constraint.name.clone();
            alter(table()?, AlterAction::DropConstraint { name, if_exists: false, behavior })
        }
        Object::Index(_) => Command::DropIndex { names: vec![name], if_exists: false, concurrently: false, behavior },
        Object::Sequence(_) => Command::Sequence(Sequence::Drop(plain())),
        Object::View(view) => Command::View(View::Drop { drop: plain(), materialized: view.materialized }),
        Object::Enum(_) | Object::Composite(_) => Command::Type(Type::Drop { drop: plain(), domain: false }),
        Object::Domain(_) => Command::Type(Type::Drop { drop: plain(), domain: true }),
        Object::Routine(routine) => Command::Routine(Routine::Drop {
            kind: routine.kind,
            routines: vec![(name, Some(routine.arguments.clone()))],
            if_exists: false,
            behavior,
        }),
        Object::Trigger(trigger) => {
            let name = trigger.name.clone();
            Command::Trigger(Trigger::Drop { name, table: table()?, if_exists: false, behavior })
        }
        Object::Policy(policy) => {
            Command::Policy(Policy::Drop { name: policy.name.clone(), table: table()?, if_exists: false })
        }
        Object::Schema(schema) => {
            Command::Schema(Schema::Drop { names: vec![schema.name.clone()], if_exists: false, behavior })
        }
        Object::Extension(extension) => {
            Command::Extension(Extension::Drop { names: vec![extension.name.clone()], if_exists: false, behavior })
        }
        Object::Comment(comment) => {
            let text = start.comment_on(comment.on).and_then(|old| match start.get(old) {
                Some(Object::Comment(old)) => Some(old.text.clone()),
                _ => None,
            });
            Command::Comment(Comment { target: comment_target(here, comment.on)?, text })
        }
        Object::Opaque(opaque) => return Some(kept(here, opaque).map(UndoStep::plain)),
    };
    Some(Ok(UndoStep::plain(command)))
}

/// Of the whole cluster, or not to be dropped within a transaction.
const NEVER: &[&str] = &["DATABASE", "GROUP", "ROLE", "USER", "TABLESPACE", "SYSTEM", "SUBSCRIPTION"];

/// What is kept as text.
pub(super) fn kept(here: &Catalog, opaque: &OpaqueObject) -> Result<Command, String> {
    if NEVER.contains(&opaque.kind.as_str()) {
        return Err("nothing beyond this database is dropped, nor what no transaction may drop".to_string());
    }
    let schema = opaque.schema.and_then(|schema| here.get(schema)).map(Object::name);
    let name = QName::new(schema.clone(), opaque.name.clone());
    let raw = opaque.name.as_str();
    let written = match opaque.kind.as_str() {
        "RULE" => {
            let table = opaque.on.first().and_then(|table| here.qname(*table));
            format!("{} ON {}", opaque.name, table.ok_or("its table is not known")?)
        }
        "CAST" | "OPERATOR" | "OPERATOR CLASS" | "OPERATOR FAMILY" | "USER MAPPING" | "TRANSFORM" => {
            schema.map_or_else(|| raw.to_string(), |schema| format!("{schema}.{raw}"))
        }
        _ => name.to_string(),
    };
    let drop = Drop { names: vec![name], if_exists: false, behavior: Behavior::Restrict };
    Ok(match opaque.kind.as_str() {
        "TYPE" => Command::Type(Type::Drop { drop, domain: false }),
        kind => Command::Opaque(Opaque::Drop { kind: kind.to_string(), drop, text: format!("DROP {kind} {written}") }),
    })
}
