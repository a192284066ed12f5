//! Attribute by attribute.

use crate::catalog::{Attr, Catalog, Oid};
use crate::pg::error::Reason;
use crate::pg::expr::{self, Comparison, Context, Expr, UserType, compare, read_type, same_text};
use crate::pg::ident::{Ident, QName};
use crate::pg::query_text;
use crate::pg::types::DataType;

/// An attribute that is not certainly the same.
#[derive(Clone, Debug, PartialEq)]
pub struct AttrDifference {
    /// PostgreSQL's word for it.
    pub name: &'static str,
    /// As SQL; `None`: at its default, or not there.
    pub expected: Option<String>,
    /// As SQL.
    pub actual: Option<String>,
    /// Why it cannot be told; `None` where it is certainly different.
    pub unknown: Option<Reason>,
    /// A name, and nobody wrote the expected one: no drift.
    pub naming: bool,
}

impl AttrDifference {
    pub(super) fn new(name: &'static str, expected: Option<String>, actual: Option<String>) -> AttrDifference {
        AttrDifference { name, expected, actual, unknown: None, naming: false }
    }
}

/// What of an object differs, or cannot be compared, between two catalogs. Empty: the same.
pub fn compare_objects(
    expected: &Catalog,
    expected_oid: Oid,
    actual: &Catalog,
    actual_oid: Oid,
) -> Vec<AttrDifference> {
    let (expected_attrs, actual_attrs) = (expected.attrs(expected_oid), actual.attrs(actual_oid));
    if expected_attrs == actual_attrs && !expected_attrs.iter().any(|(_, attr)| matches!(attr, Attr::Unknown(_))) {
        return Vec::new();
    }
    let expected_place = Place { catalog: expected, oid: expected_oid, other: Some((actual, actual_oid)) };
    let actual_place = Place { catalog: actual, oid: actual_oid, other: Some((expected, expected_oid)) };
    compare_attrs(&expected_attrs, &expected_place, &actual_attrs, &actual_place)
}

/// The same of attributes at hand; repeated names are matched in their order.
pub fn compare_attrs(
    expected: &[(&'static str, Attr)],
    expected_place: &Place<'_>,
    actual: &[(&'static str, Attr)],
    actual_place: &Place<'_>,
) -> Vec<AttrDifference> {
    let mut names: Vec<&'static str> = Vec::new();
    for (name, _) in expected.iter().chain(actual) {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let mut found = Vec::new();
    for name in names {
        let of = |attrs: &[(&'static str, Attr)]| -> Vec<Attr> {
            attrs.iter().filter(|(other, _)| *other == name).map(|(_, attr)| attr.clone()).collect()
        };
        let (left, right) = (of(expected), of(actual));
        for at in 0..left.len().max(right.len()) {
            let (left, right) = (left.get(at), right.get(at));
            let unknown = match one(name, left, expected_place, right, actual_place) {
                Comparison::Same => continue,
                Comparison::Different => None,
                Comparison::Unknown(reason) => Some(reason),
            };
            let naming = matches!((left, right), (None, Some(Attr::Name(_))));
            found.push(AttrDifference {
                unknown,
                naming,
                ..AttrDifference::new(name, left.map(shown), right.map(shown))
            });
        }
    }
    found
}

/// The answer of many attributes: one certain difference is enough. A name that nobody wrote is none.
pub fn verdict(differences: &[AttrDifference]) -> Comparison {
    if differences.iter().any(|attr| attr.unknown.is_none() && !attr.naming) {
        return Comparison::Different;
    }
    match differences.iter().find_map(|attr| attr.unknown.clone()) {
        Some(reason) => Comparison::Unknown(reason),
        None => Comparison::Same,
    }
}

fn shown(attr: &Attr) -> String {
    match attr {
        Attr::Text(text) | Attr::Body(text) | Attr::Query(text) | Attr::Name(text) => text.clone(),
        Attr::Expr(expr) => expr.to_string(),
        Attr::Unknown(reason) | Attr::Unread(reason) => format!("unknown: {reason}"),
        Attr::Any => "anything".to_string(),
    }
}

fn one(
    name: &str,
    expected: Option<&Attr>,
    expected_at: &Place<'_>,
    actual: Option<&Attr>,
    actual_at: &Place<'_>,
) -> Comparison {
    let expressions = |left: &Expr, right: &Expr| {
        let answer = expected_at.with_context(name, |left_context| {
            actual_at.with_context(name, |right_context| compare(left, left_context, right, right_context))
        });
        // A column alone, as an index has it, is not written anew.
        let retyped = || expected_at.retyped(left).or_else(|| actual_at.retyped(left));
        match (answer, if left.is_column() || right.is_column() { None } else { retyped() }) {
            (Comparison::Different, Some(column)) => Comparison::Unknown(Reason::new(
                "retyped",
                format!("PostgreSQL wrote it anew when the type of {column} was changed"),
            )),
            (answer, _) => answer,
        }
    };
    match (expected, actual) {
        (Some(Attr::Any), _) | (_, Some(Attr::Any)) => Comparison::Same,
        (Some(Attr::Unread(_)), Some(Attr::Unread(_))) => Comparison::Same,
        (Some(Attr::Unknown(reason) | Attr::Unread(reason)), _)
        | (_, Some(Attr::Unknown(reason) | Attr::Unread(reason))) => Comparison::Unknown(reason.clone()),
        (Some(Attr::Expr(left)), Some(Attr::Expr(right))) => expressions(left, right),
        // What one side refers to by handle the other may have as an expression: `nextval`.
        (Some(Attr::Text(left)), Some(Attr::Expr(right))) => expressions(&Expr::parse(left), right),
        (Some(Attr::Expr(left)), Some(Attr::Text(right))) => expressions(left, &Expr::parse(right)),
        (Some(Attr::Body(left)), Some(Attr::Body(right) | Attr::Text(right)))
        | (Some(Attr::Text(left)), Some(Attr::Body(right))) => {
            if same_text(left, right) {
                Comparison::Same
            } else {
                Comparison::Unknown(texts_differ(name))
            }
        }
        (Some(Attr::Query(left)), Some(Attr::Query(right))) => {
            if same_text(left, right) {
                Comparison::Same
            } else if query_text::certain_difference(left, right).is_some() {
                Comparison::Different
            } else {
                Comparison::Unknown(texts_differ(name))
            }
        }
        (Some(Attr::Body(_)), Some(Attr::Expr(_))) | (Some(Attr::Expr(_)), Some(Attr::Body(_))) => Comparison::Unknown(
            Reason::new("body", format!("its {name} is a text on one side and an expression on the other")),
        ),
        (Some(Attr::Text(left)), Some(Attr::Text(right))) | (Some(Attr::Name(left)), Some(Attr::Name(right)))
            if left == right =>
        {
            Comparison::Same
        }
        // NULL as a default is none.
        (Some(Attr::Expr(expr)), None) | (None, Some(Attr::Expr(expr))) if expr.is_null() => Comparison::Same,
        (None, None) => Comparison::Same,
        _ => Comparison::Different,
    }
}

fn texts_differ(name: &str) -> Reason {
    Reason::new("body", format!("the two texts of its {name} differ, which need not mean anything"))
}

/// Where attributes stand: what their expressions mean there.
pub struct Place<'a> {
    /// Its catalog.
    pub catalog: &'a Catalog,
    /// The object.
    pub oid: Oid,
    /// The same object in the other catalog: it may know the types of columns that this one does not.
    pub other: Option<(&'a Catalog, Oid)>,
}

/// True if every row of the table that fulfils `held` is known to fulfil `wanted`.
pub fn implies(catalog: &Catalog, table: Oid, held: &Expr, wanted: &Expr) -> bool {
    let Some((oid, _)) = catalog.columns(table).into_iter().next() else { return false };
    Place { catalog, oid, other: None }.with_context("check", |context| expr::implies(held, wanted, context))
}

impl Place<'_> {
    /// A column of the expression that had a type with other operators before.
    fn retyped(&self, expr: &Expr) -> Option<Ident> {
        let table = self.catalog.table_of(self.oid)?;
        expr.columns()?.into_iter().find(|name| {
            let column = self.catalog.column(table, name).and_then(|column| self.catalog.column_of(column));
            column.is_some_and(|column| column.retyped)
        })
    }

    fn with_context<T>(&self, attr: &str, work: impl FnOnce(&Context<'_>) -> T) -> T {
        let column = |name: &Ident| {
            column_type(self.catalog, self.oid, name).or_else(|| {
                let (catalog, oid) = self.other?;
                column_type(catalog, oid, name)
            })
        };
        let user_type = |name: &QName| user_type(self.catalog, name);
        // A default and a generated value are for a column: the one that they are called after.
        let target = if matches!(attr, "default" | "generated") {
            own_type(self.catalog, self.oid).or_else(|| column(&self.catalog.id(self.oid)?.name))
        } else {
            None
        };
        work(&Context { target, column: &column, user_type: &user_type, ..Context::default() })
    }
}

/// The type that an object has itself.
fn own_type(catalog: &Catalog, oid: Oid) -> Option<DataType> {
    catalog.attrs(oid).into_iter().find_map(|(name, attr)| match attr {
        Attr::Text(text) if name == "type" => read_type(&text),
        _ => None,
    })
}

/// The type of a column of the object's table; of a type's constraint, `VALUE` is the value itself.
fn column_type(catalog: &Catalog, oid: Oid, name: &Ident) -> Option<DataType> {
    // A trigger's condition has the columns of two rows: `new.a`, `old.a`.
    let of_row = ["new.", "old."].iter().find_map(|row| name.as_str().strip_prefix(row)).map(Ident::new);
    match catalog.table_of(oid) {
        Some(table) => {
            let column = catalog.column(table, name).or_else(|| catalog.column(table, &of_row?));
            own_type(catalog, column?)
        }
        None if name.as_str() == "value" => own_type(catalog, oid),
        None => None,
    }
}

/// What a type of the database is: one with labels is an enum, one with a type of its own is a domain over it.
fn user_type(catalog: &Catalog, name: &QName) -> Option<UserType> {
    let public = Ident::new("public");
    let attrs = catalog.attrs(catalog.type_(name.schema.as_ref().unwrap_or(&public), &name.name)?);
    for (name, attr) in attrs {
        match (name, attr) {
            ("labels", _) => return Some(UserType::Enum),
            ("type", Attr::Text(text)) => return read_type(&text).map(UserType::Domain),
            _ => {}
        }
    }
    Some(UserType::Other)
}
