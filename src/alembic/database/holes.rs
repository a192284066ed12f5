//! What a statement may do of whose text a part is not known: `f"ALTER INDEX {name} RENAME TO {other}"`.

use crate::pg::command::{AlterAction, AlterIndex, AlterIndexAction, Command, Kind, Opaque, Table};
use crate::pg::error::Reason;
use crate::pg::ident::QName;

/// The objects that such a text may change, as statements that put them in doubt; none where it may be any.
pub(super) fn doubts(reason: &Reason) -> Vec<Command> {
    let Some(text) = reason.text.as_deref() else { return Vec::new() };
    let why = reason.to_string();
    let statements = crate::sql::statement::parse(text).into_iter();
    statements.flat_map(|statement| of_command(statement.command, text, &why)).map(Command::Opaque).collect()
}

/// A part that is not known stands there by itself, not within quotes.
pub(super) fn has_bare(reason: &Reason) -> bool {
    let text = reason.text.as_deref().unwrap_or_default();
    // Every second piece is within quotes.
    text.split('\'').step_by(2).any(|piece| piece.contains(Reason::HOLE))
}

fn of_command(command: Command, text: &str, why: &str) -> Vec<Opaque> {
    let (text, why) = (text.to_string(), why.to_string());
    let drop = |kind, table| Opaque::DropOne { kind, table, text: text.clone(), why: why.clone() };
    let make = |kind| Opaque::MakeOne { kind, text: text.clone(), why: why.clone() };
    match command {
        Command::DropIndex { names, .. } if names.iter().any(is_open) => vec![drop(Kind::Index, None)],
        Command::AlterIndex(AlterIndex { name, action: AlterIndexAction::RenameTo(to), .. }) => {
            let gone = is_open(&name).then(|| drop(Kind::Index, None));
            let renamed = (!is_open(&name)).then(|| touch(vec![name], &text, &why));
            let made = is_hole(to.as_str()).then(|| make(Kind::Index));
            gone.into_iter().chain(renamed).chain(made).collect()
        }
        Command::CreateIndex(index)
            if index.name.as_ref().is_some_and(|name| is_hole(name.as_str())) || is_open(&index.table) =>
        {
            vec![make(Kind::Index)]
        }
        Command::Table(Table::Alter { name, actions, .. }) => {
            let table = (!is_open(&name)).then_some(name);
            let one = |action: &AlterAction| match (action, &table) {
                (AlterAction::AddConstraint(_), _) => Some(make(Kind::Constraint)),
                (AlterAction::AddColumn { .. }, _) => Some(make(Kind::Column)),
                (AlterAction::DropConstraint { .. }, Some(table)) => Some(drop(Kind::Constraint, Some(table.clone()))),
                (_, table) => table.clone().map(|table| touch(vec![table], &text, &why)),
            };
            actions.iter().filter_map(one).collect()
        }
        _ => Vec::new(),
    }
}

fn touch(names: Vec<QName>, text: &str, why: &str) -> Opaque {
    Opaque::Statement { text: text.to_string(), touches: Some(names), why: why.to_string() }
}

fn is_hole(name: &str) -> bool {
    name.contains(Reason::HOLE)
}

fn is_open(name: &QName) -> bool {
    is_hole(name.name.as_str()) || name.schema.as_ref().is_some_and(|schema| is_hole(schema.as_str()))
}
