//! Columns.

use super::{Part, Place, default_before, parameters};
use crate::catalog::Oid;
use crate::catalog::object::Column;
use crate::pg::command::{AlterAction, ColumnConstraint, Command};
use crate::pg::expr::Expr;
use crate::pg::ident::QName;
use crate::predict::conversion::{Conversion, of_column};
use crate::replay::schema::{alter, column_def, data_type};

pub(super) fn parts(place: &Place<'_>, (was, old): (Oid, &Column), (now, new): (Oid, &Column)) -> Vec<Part> {
    let table = place.name(new.table);
    let change = |action| Part::of(alter(table.clone(), action));
    let column = || new.name.clone();
    let mut parts = Vec::new();
    match (old.identity, new.identity) {
        (None, Some(_)) => parts.push(change(AlterAction::DropIdentity { column: column(), if_exists: false })),
        (Some(_), None) => parts.extend(
            identity(place, was).map(|identity| change(AlterAction::AddIdentity { column: column(), identity })),
        ),
        (Some(old), Some(new)) if old != new => parts.push(change(AlterAction::SetIdentity {
            column: column(),
            kind: Some(old),
            options: Default::default(),
        })),
        _ => {}
    }
    if old.not_null != new.not_null {
        parts.push(change(AlterAction::SetNotNull { column: column(), not_null: old.not_null }));
    }
    parts.extend(ty(place, &table, (was, old), (now, new)));
    if old.generated.is_none() != new.generated.is_none() {
        parts.push(Part::none("PostgreSQL makes no column a generated one, nor such a one anew"));
    }
    for key in ["STORAGE", "COMPRESSION", "STATISTICS"] {
        if old.properties.get(key) != new.properties.get(key) {
            parts
                .extend(property(place, key, (was, old), new).map(|(property, value)| {
                    change(AlterAction::Property { column: Some(column()), property, value })
                }));
        }
    }
    parts.extend(parameters(&old.parameters, &new.parameters, |word, value| {
        let property = word.to_string();
        alter(table.clone(), AlterAction::Property { column: Some(column()), property, value })
    }));
    parts
}

fn identity(place: &Place<'_>, was: Oid) -> Option<crate::pg::command::Identity> {
    column_def(place.start, was)?.constraints.into_iter().find_map(|constraint| match constraint {
        ColumnConstraint::Identity(identity) => Some(identity),
        _ => None,
    })
}

/// The words that set a property, and the value that it had.
fn property(place: &Place<'_>, key: &str, (was, old): (Oid, &Column), new: &Column) -> Option<(String, String)> {
    let default = match key {
        // `SET STORAGE DEFAULT` is of version 16.
        "STORAGE" => place.start.default_storage(&old.ty).or_else(|| place.here.default_storage(&new.ty))?,
        "COMPRESSION" => "default",
        _ => "-1",
    };
    let _ = was;
    let value = old.properties.get(key).map_or(default, String::as_str);
    Some((format!("SET {key}"), value.to_string()))
}

/// The type and its collation, where all values of now fit into it.
fn ty(place: &Place<'_>, table: &QName, (was, old): (Oid, &Column), (now, new): (Oid, &Column)) -> Option<Part> {
    // A type of the database keeps its handle under another name.
    let same_type = old.ty == new.ty || place.start.type_text(&old.ty) == place.here.type_text(&new.ty);
    if same_type && old.collation == new.collation {
        return None;
    }
    let Some(to) = data_type(place.start, &old.ty) else {
        return Some(Part::none("it is not known what its type was"));
    };
    let same_values = same_type || keeps(place, table, new, &to);
    if !same_values {
        return Some(Part::none("the way back may lose values"));
    }
    let column = || new.name.clone();
    let to_type = |using: Option<Expr>| {
        alter(
            table.clone(),
            AlterAction::AlterType { column: column(), ty: to.clone(), collation: old.collation.clone(), using },
        )
    };
    let default = |default| alter(table.clone(), AlterAction::SetDefault { column: column(), default });
    let using = || Some(Expr::parse(&format!("{}::{to}", new.name)));
    let has_default = place.here.default_of(now).is_some();
    let without_default = |using: Option<Expr>| -> Vec<Command> {
        let mut way = vec![default(None), to_type(using)];
        way.extend(default_before(place, was).map(|before| default(Some(before))));
        way
    };
    let mut ways = vec![vec![to_type(None)], vec![to_type(using())]];
    if has_default {
        ways.extend([without_default(None), without_default(using())]);
    }
    Some(Part::ways(ways))
}

fn keeps(place: &Place<'_>, table: &QName, new: &Column, to: &crate::pg::types::DataType) -> bool {
    !matches!(of_column(place.here, place.session, table, &new.name, to), Conversion::Lossy(_))
}
