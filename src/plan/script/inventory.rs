//! What a real server says of its objects, as texts that the model can also say.
//!
//! A script compares definitions in `pg_catalog`, never names alone: an `IF NOT EXISTS` would take another table's index, or
//! a column of another type, for the one that it wants.

use std::collections::BTreeMap;

use crate::catalog::object::{DefaultExpr, Key as IndexKey, KeyRef, Rule, TypeRef};
use crate::catalog::{Catalog, Object, Oid};
use crate::pg::command::{IdentityKind, Kind};
use crate::pg::expr::Expr;

/// An object as [`OBJECTS`] names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// In lower case; tables, views and sequences are relations.
    pub kind: &'static str,
    /// Empty for what is in no schema.
    pub schema: String,
    /// The table that its name is unique in; empty for what is unique in its schema.
    pub owner: String,
    /// Its name, a function's without its arguments.
    pub name: String,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = [&self.schema, &self.owner, &self.name];
        let path: Vec<&str> = path.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        write!(f, "{} {}", self.kind, path.join("."))
    }
}

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is a part of: its table, or itself.
    pub within: String,
    /// Its definition; `None` where the model cannot say it as a server would.
    pub state: Option<String>,
}

/// All objects of a server: kind, schema, owner, name, within, state. It is to be run with an empty search_path, so that types
/// are written with their schemas.
pub const OBJECTS: &str = include_str!("objects.sql");

/// All objects of the model that [`OBJECTS`] would find.
pub fn inventory(catalog: &Catalog) -> BTreeMap<Key, Item> {
    let mut found: BTreeMap<Key, Item> = BTreeMap::new();
    for (oid, id) in catalog.comparable() {
        let owner = id.table.as_ref().map(|table| table.as_str().to_string());
        let (kind, owner, within) = match id.kind {
            Kind::Table | Kind::View | Kind::MaterializedView | Kind::Sequence => ("relation", None, None),
            Kind::Column => ("column", owner.clone(), owner),
            Kind::Default => ("default", owner.clone(), owner),
            Kind::Constraint => ("constraint", owner.clone(), owner),
            Kind::Trigger => ("trigger", owner.clone(), owner),
            Kind::Policy => ("policy", owner.clone(), owner),
            Kind::Index => ("index", None, owner),
            Kind::Enum | Kind::Domain | Kind::Composite => ("type", None, None),
            Kind::Schema => ("schema", None, None),
            Kind::Extension => ("extension", None, None),
            Kind::Function | Kind::Procedure | Kind::Aggregate => ("routine", None, None),
            Kind::Comment | Kind::Other => continue,
        };
        let name = id.name.as_str();
        let name = if kind == "routine" { name.split('(').next().unwrap_or_default() } else { name }.to_string();
        let in_schema = !matches!(kind, "schema" | "extension");
        let schema =
            id.schema.as_ref().filter(|_| in_schema).map_or(String::new(), |schema| schema.as_str().to_string());
        let within = within.unwrap_or_else(|| name.clone());
        let state = state(catalog, oid);
        let key = Key { kind, schema, owner: owner.unwrap_or_default(), name };
        match found.get_mut(&key) {
            // Routines of one name.
            Some(item) => item.state = item.state.take().zip(state).map(|(a, b)| sorted(&(a + &b))),
            None => {
                found.insert(key, Item { within, state });
            }
        }
    }
    found
}

fn sorted(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters.into_iter().collect()
}

/// What a server says of this object of the model; `None` where the model cannot say.
fn state(catalog: &Catalog, oid: Oid) -> Option<String> {
    let names = |columns: &[Oid]| {
        columns.iter().map(|column| Some(catalog.get(*column)?.name().as_str().to_string())).collect::<Option<Vec<_>>>()
    };
    Some(match catalog.get(oid)? {
        Object::Table(table) => if table.partition_by.is_some() { "p" } else { "r" }.to_string(),
        Object::View(view) => if view.materialized { "m" } else { "v" }.to_string(),
        Object::Sequence(_) => "S".to_string(),
        Object::Column(column) => {
            let ty = match &column.ty {
                TypeRef::Builtin(ty) => ty.to_string(),
                TypeRef::User { .. } => catalog.type_text(&column.ty),
                TypeRef::Unknown(_) => return None,
            };
            let identity = match column.identity {
                Some(IdentityKind::Always) => " ALWAYS AS IDENTITY",
                Some(IdentityKind::ByDefault) => " BY DEFAULT AS IDENTITY",
                None => "",
            };
            let generated = if column.generated.is_some() { " GENERATED" } else { "" };
            format!("{ty}{}{identity}{generated}", if column.not_null { " NOT NULL" } else { "" })
        }
        Object::Default(default) => match &default.expr {
            DefaultExpr::NextVal(sequence) => {
                // A server never writes E'…' here.
                format!("nextval('{}'::regclass)", catalog.qname(*sequence)?.to_string().replace('\'', "''"))
            }
            DefaultExpr::Expr(expr) => constant(&expr.to_string()),
            DefaultExpr::Unknown(_) => return None,
        },
        Object::Constraint(constraint) => {
            let (kind, columns, referenced) = match &constraint.rule {
                // Which columns it is about is not known of a text that is not read.
                Rule::Check { expr: Expr::Opaque(_), .. } => return None,
                Rule::Check { columns, .. } => ("c", check_columns(catalog, columns), None),
                Rule::Unique { columns, .. } => ("u", columns.clone(), None),
                Rule::PrimaryKey { columns, .. } => ("p", columns.clone(), None),
                Rule::ForeignKey { columns, table, .. } => ("f", columns.clone(), Some(*table)),
                // An element that is an expression has no column of its own in `conkey`.
                Rule::Exclude { elements, .. } => {
                    let column = |(key, _): &(IndexKey, String)| match &key.target {
                        KeyRef::Column(column) => Some(*column),
                        KeyRef::Expr(..) => None,
                    };
                    ("x", elements.iter().filter_map(column).collect(), None)
                }
            };
            let referenced = match referenced {
                Some(table) => format!(" -> {}", catalog.get(table)?.name().as_str()),
                None => String::new(),
            };
            let columns = names(&columns)?.join(",");
            let columns = if columns.is_empty() { columns } else { format!(" {columns}") };
            format!("{kind}{columns}{referenced}")
        }
        Object::Index(index) => {
            let mut keys = Vec::new();
            for key in &index.keys {
                keys.push(match &key.target {
                    KeyRef::Column(column) => catalog.get(*column)?.name().as_str().to_string(),
                    KeyRef::Expr(..) => "()".to_string(),
                });
            }
            keys.extend(names(&index.include)?);
            let table = catalog.get(index.table)?.name();
            let table = table.as_str();
            format!("{}{table} {}", if index.unique { "unique " } else { "" }, keys.join(","))
        }
        Object::Enum(ty) if ty.labels.is_empty() => "e".to_string(),
        Object::Enum(ty) => format!("e {}", ty.labels.join(",")),
        Object::Domain(_) => "d".to_string(),
        Object::Composite(_) => "c".to_string(),
        Object::Schema(_) => "schema".to_string(),
        Object::Extension(_) => "extension".to_string(),
        Object::Trigger(_) => "trigger".to_string(),
        Object::Policy(_) => "policy".to_string(),
        Object::Routine(routine) => match routine.kind {
            Kind::Procedure => "p",
            Kind::Aggregate => "a",
            _ => "f",
        }
        .to_string(),
        Object::Comment(_) | Object::Opaque(_) => return None,
    })
}

/// A default that PostgreSQL writes as everybody does; of any other it is only compared that there is one.
fn constant(text: &str) -> String {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number || matches!(text, "true" | "false") { text.to_string() } else { "default".to_string() }
}

/// `conkey` of a CHECK holds each column once; here by number, whatever its order in the expression.
fn check_columns(catalog: &Catalog, columns: &[Oid]) -> Vec<Oid> {
    let number = |column: &Oid| match catalog.get(*column) {
        Some(Object::Column(column)) => column.number,
        _ => 0,
    };
    let mut columns = columns.to_vec();
    columns.sort_by_key(number);
    columns.dedup();
    columns
}
