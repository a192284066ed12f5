//! Names that nobody wrote: `makeObjectName`, `ChooseRelationName`, `ChooseConstraintName` (`src/backend/commands/indexcmds.c`,
//! `src/backend/catalog/pg_constraint.c`).

use sqlparser::ast;

use super::object::Object;
use super::references::Space;
use super::{Catalog, Oid};
use crate::pg::command::{IndexKey, KeyTarget};
use crate::pg::expr::{Expr, stored};
use crate::pg::ident::{Ident, MAX_IDENT_BYTES, truncate};

/// `name1_name2_label`, the longer of the first two shortened until it fits.
pub(super) fn make_object_name(name1: &str, name2: Option<&str>, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(name2.is_some());
    let room = MAX_IDENT_BYTES.saturating_sub(overhead);
    let (mut length1, mut length2) = (name1.len(), name2.map_or(0, str::len));
    while length1 + length2 > room {
        if length1 > length2 { length1 -= 1 } else { length2 -= 1 }
    }
    let name1 = truncate(name1, length1);
    match name2 {
        Some(name2) => format!("{name1}_{}_{label}", truncate(name2, length2)),
        None => format!("{name1}_{label}"),
    }
}

/// Column names joined as `ChooseIndexNameAddition` does it: no more after 64 bytes.
pub(super) fn joined<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for column in columns {
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(column);
        if joined.len() > MAX_IDENT_BYTES {
            break;
        }
    }
    joined
}

impl Catalog {
    /// A relation's name that is free in the schema; an index of a constraint must not have another constraint's name either.
    pub(super) fn choose_relation_name(
        &self,
        schema: Oid,
        table: &Ident,
        columns: Option<&str>,
        label: &str,
        is_constraint: bool,
    ) -> Ident {
        self.choose(table, columns, label, |name| {
            self.named(Space::Relation, schema, name).is_some()
                || is_constraint && self.is_constraint_name(schema, name)
        })
    }

    /// A constraint's name that is free in the schema.
    pub(super) fn choose_constraint_name(
        &self,
        schema: Oid,
        table: &Ident,
        columns: Option<&str>,
        label: &str,
        others: &[Ident],
    ) -> Ident {
        self.choose(table, columns, label, |name| others.contains(name) || self.is_constraint_name(schema, name))
    }

    pub(super) fn choose(
        &self,
        table: &Ident,
        columns: Option<&str>,
        label: &str,
        taken: impl Fn(&Ident) -> bool,
    ) -> Ident {
        let mut pass = 0;
        loop {
            let label = if pass == 0 { label.to_string() } else { format!("{label}{pass}") };
            let name = Ident::new(&make_object_name(table.as_str(), columns, &label));
            if !taken(&name) {
                return name;
            }
            pass += 1;
        }
    }

    /// Whether any table or domain of the schema has a constraint of this name (`ConstraintNameExists`).
    fn is_constraint_name(&self, schema: Oid, name: &Ident) -> bool {
        self.children(schema).any(|relation| match self.get(relation) {
            Some(Object::Table(_)) => self.named(Space::Constraint, relation, name).is_some(),
            Some(Object::Domain(domain)) => domain.checks.iter().any(|(check, _)| check == name),
            _ => false,
        })
    }
}

/// The names of an index's keys as `ChooseIndexColumnNames` makes them: clashes are numbered.
pub(super) fn index_column_names(keys: &[IndexKey]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for key in keys {
        let original = match &key.target {
            KeyTarget::Column(column) => column.as_str().to_string(),
            KeyTarget::Expr(expr) => figure_column_name(expr),
        };
        let mut name = original.clone();
        let mut number = 0;
        while names.contains(&name) {
            number += 1;
            let suffix = number.to_string();
            name = format!("{}{suffix}", truncate(&original, MAX_IDENT_BYTES - suffix.len()));
        }
        names.push(name);
    }
    names
}

/// `FigureIndexColname` (`src/backend/parser/parse_target.c`): what an expression's column would be called.
fn figure_column_name(expr: &Expr) -> String {
    match expr {
        Expr::Parsed(tree) => figure(tree).map_or_else(|| "expr".to_string(), |(name, _)| name),
        Expr::Opaque(_) => "expr".to_string(),
    }
}

/// A name and how sure PostgreSQL is of it (1: a type's name, 2: better).
pub(super) fn figure(tree: &ast::Expr) -> Option<(String, u8)> {
    match tree {
        ast::Expr::Identifier(ident) => Some((stored(ident).as_str().to_string(), 2)),
        ast::Expr::CompoundIdentifier(parts) => Some((stored(parts.last()?).as_str().to_string(), 2)),
        ast::Expr::Nested(inner) => figure(inner),
        ast::Expr::Collate { expr, .. } => figure(expr),
        ast::Expr::Function(function) => Some((stored(function.name.0.last()?.as_ident()?).as_str().to_string(), 2)),
        ast::Expr::Cast { expr, data_type, .. } => match figure(expr) {
            Some((name, 2)) => Some((name, 2)),
            _ => Some((type_label(data_type), 1)),
        },
        ast::Expr::Case { else_result, .. } => match else_result.as_deref().and_then(figure) {
            Some((name, 2)) => Some((name, 2)),
            _ => Some(("case".to_string(), 1)),
        },
        ast::Expr::Extract { .. } => Some(("extract".to_string(), 2)),
        ast::Expr::Substring { .. } => Some(("substring".to_string(), 2)),
        ast::Expr::Trim { trim_where, .. } => {
            let name = match trim_where {
                Some(ast::TrimWhereField::Leading) => "ltrim",
                Some(ast::TrimWhereField::Trailing) => "rtrim",
                Some(ast::TrimWhereField::Both) | None => "btrim",
            };
            Some((name.to_string(), 2))
        }
        ast::Expr::AtTimeZone { .. } => Some(("timezone".to_string(), 2)),
        ast::Expr::Array(_) => Some(("array".to_string(), 2)),
        ast::Expr::Exists { .. } => Some(("exists".to_string(), 2)),
        ast::Expr::CompoundFieldAccess { root, access_chain } => match access_chain.last() {
            Some(ast::AccessExpr::Dot(field)) => figure(field),
            _ => figure(root),
        },
        // A value takes the name of the column that its query gives.
        ast::Expr::Subquery(query) => match query.body.as_ref() {
            ast::SetExpr::Select(select) => match select.projection.first()? {
                ast::SelectItem::UnnamedExpr(expr) => figure(expr),
                ast::SelectItem::ExprWithAlias { alias, .. } => Some((stored(alias).as_str().to_string(), 2)),
                _ => None,
            },
            _ => None,
        },
        ast::Expr::Interval(_) => Some(("interval".to_string(), 1)),
        ast::Expr::TypedString(typed) => Some((type_label(&typed.data_type), 1)),
        _ => None,
    }
}

/// The last part of a type's name in `pg_type`.
fn type_label(data_type: &ast::DataType) -> String {
    let written = data_type.to_string().to_lowercase();
    let base = written.split(['(', '[']).next().unwrap_or("").trim().to_string();
    let last = base.rsplit('.').next().unwrap_or("").trim_matches('"').to_string();
    match last.as_str() {
        "integer" | "int" => "int4".to_string(),
        "bigint" => "int8".to_string(),
        "smallint" => "int2".to_string(),
        "boolean" => "bool".to_string(),
        "real" => "float4".to_string(),
        "double precision" => "float8".to_string(),
        "character varying" | "varchar" => "varchar".to_string(),
        "character" | "char" => "bpchar".to_string(),
        "timestamp with time zone" => "timestamptz".to_string(),
        "timestamp without time zone" => "timestamp".to_string(),
        _ => last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_are_shortened() {
        let name = make_object_name("workflowtoincidentexecution", Some("workflow_execution_id_incident_id"), "key");
        assert_eq!(name, "workflowtoincidentexecution_workflow_execution_id_incident__key");
        assert_eq!(make_object_name("t", Some("a_b"), "idx"), "t_a_b_idx");
        assert_eq!(make_object_name(&"é".repeat(40), None, "pkey"), format!("{}_pkey", "é".repeat(29)));
    }

    #[test]
    fn expressions_are_called_as_their_outermost_function() {
        let name = |text: &str| figure_column_name(&Expr::parse(text));
        assert_eq!(name("lower(a)"), "lower");
        assert_eq!(name("a + 1"), "expr");
        assert_eq!(name("(a)::text"), "a");
        assert_eq!(name("(a ->> 'b')::integer"), "int4");
        assert_eq!(name("coalesce(a, 0)"), "coalesce");
    }
}
