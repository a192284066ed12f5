//! Probes: what a real server says of one object, as one text that the model can also say.
//!
//! A script compares definitions in `pg_catalog`, never names alone: an `IF NOT EXISTS` would take another table's index, or
//! a column of another type, for the one that it wants.

use crate::catalog::object::{KeyRef, Rule, TypeRef};
use crate::catalog::{Catalog, Object, ObjectId, Oid};
use crate::pg::command::Kind;
use crate::pg::ident::QName;

/// A string as a literal.
///
/// ```
/// use restamp::plan::script::probe::literal;
/// assert_eq!(literal("it's"), "'it''s'");
/// assert_eq!(literal("a\\b"), "E'a\\\\b'");
/// ```
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

/// A scalar subquery that gives the object's definition as text, NULL if it is not there; `None` for a kind without one.
pub fn query(id: &ObjectId) -> Option<String> {
    let name = literal(id.name.as_str());
    let relation = |name: &crate::pg::ident::Ident| {
        format!("to_regclass({})", literal(&QName::new(id.schema.clone(), name.clone()).to_string()))
    };
    let table = id.table.as_ref().map(relation);
    let schema = literal(id.schema.as_ref().map_or("public", |schema| schema.as_str()));
    Some(match id.kind {
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::Sequence => {
            format!("(SELECT c.relkind::text FROM pg_class c WHERE c.oid = {})", relation(&id.name))
        }
        Kind::Column => format!(
            "(SELECT format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END \
             FROM pg_attribute a WHERE a.attrelid = {} AND a.attname = {name} AND NOT a.attisdropped)",
            table?
        ),
        Kind::Default => format!(
            "(SELECT 'default'::text FROM pg_attribute a WHERE a.attrelid = {} AND a.attname = {name} AND a.atthasdef)",
            table?
        ),
        Kind::Constraint => format!(
            "(SELECT k.contype::text || coalesce(' ' || (SELECT string_agg(a.attname, ',' ORDER BY n.at) \
             FROM unnest(k.conkey) WITH ORDINALITY n(attnum, at) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.attnum), '') \
             || coalesce(' -> ' || (SELECT c.relname FROM pg_class c WHERE c.oid = k.confrelid), '') \
             FROM pg_constraint k WHERE k.conrelid = {} AND k.conname = {name})",
            table?
        ),
        Kind::Index => format!(
            "(SELECT CASE WHEN i.indisunique THEN 'unique ' ELSE '' END || CASE WHEN i.indisvalid THEN '' ELSE 'INVALID ' END || \
             (SELECT c.relname FROM pg_class c WHERE c.oid = i.indrelid) || coalesce(' ' || (SELECT string_agg(coalesce(a.attname, '()'), ',' ORDER BY n.at) \
             FROM unnest(i.indkey::int2[]) WITH ORDINALITY n(attnum, at) LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = n.attnum), '') \
             FROM pg_index i WHERE i.indexrelid = {})",
            relation(&id.name)
        ),
        Kind::Enum => format!(
            "(SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = to_regtype({}))",
            literal(&QName::new(id.schema.clone(), id.name.clone()).to_string())
        ),
        Kind::Domain | Kind::Composite => format!(
            "(SELECT t.typtype::text FROM pg_type t WHERE t.oid = to_regtype({}))",
            literal(&QName::new(id.schema.clone(), id.name.clone()).to_string())
        ),
        Kind::Schema => format!("(SELECT 'schema'::text FROM pg_namespace n WHERE n.nspname = {name})"),
        Kind::Extension => format!("(SELECT 'extension'::text FROM pg_extension e WHERE e.extname = {name})"),
        Kind::Trigger => {
            format!("(SELECT 'trigger'::text FROM pg_trigger t WHERE t.tgrelid = {} AND t.tgname = {name})", table?)
        }
        Kind::Policy => {
            format!("(SELECT 'policy'::text FROM pg_policy p WHERE p.polrelid = {} AND p.polname = {name})", table?)
        }
        Kind::Function | Kind::Procedure | Kind::Aggregate => {
            let bare = id.name.as_str().split('(').next().unwrap_or_default();
            format!(
                "(SELECT min(p.prokind::text) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
                 WHERE n.nspname = {schema} AND p.proname = {})",
                literal(bare)
            )
        }
        Kind::Comment | Kind::Other => return None,
    })
}

/// What [`query`] gives for this object of the model; `None` where the model cannot say.
pub fn expected(catalog: &Catalog, oid: Oid) -> Option<String> {
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
            format!("{ty}{}", if column.not_null { " NOT NULL" } else { "" })
        }
        Object::Default(_) => "default".to_string(),
        Object::Constraint(constraint) => {
            let (kind, columns, referenced) = match &constraint.rule {
                Rule::Check { columns, .. } => ("c", check_columns(catalog, columns), None),
                Rule::Unique { columns, .. } => ("u", columns.clone(), None),
                Rule::PrimaryKey { columns, .. } => ("p", columns.clone(), None),
                Rule::ForeignKey { columns, table, .. } => ("f", columns.clone(), Some(*table)),
                Rule::Exclude { .. } => return None,
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
        Object::Enum(ty) => ty.labels.join(","),
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

/// `conkey` of a CHECK holds each column once, by number.
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
