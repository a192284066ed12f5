//! Which names an expression uses, and what a rename makes of it.
//!
//! PostgreSQL keeps expressions as trees of object ids (`pg_node_tree`), so that a rename needs no rewriting there; a model
//! that keeps text must carry renames into it.

use std::ops::ControlFlow;

use sqlparser::ast::{self, DataType, ObjectName, ObjectNamePart, Value, visit_expressions, visit_expressions_mut};

use super::Expr;
use crate::pg::ident::{Ident, QName};

impl Expr {
    /// The identifiers that can be columns of the one table that the expression is about, each once, in order of
    /// appearance. `None` where that is not known: opaque text, or a subquery, which has tables of its own.
    ///
    /// ```
    /// use restamp::pg::{expr::Expr, ident::Ident};
    /// let columns = Expr::parse("lower(name) = 'x' AND t.\"Age\" > 3").columns();
    /// assert_eq!(columns, Some(vec![Ident::new("name"), Ident::new("Age")]));
    /// ```
    pub fn columns(&self) -> Option<Vec<Ident>> {
        let Expr::Parsed(tree) = self else {
            return None;
        };
        let mut columns = Vec::new();
        let flow = visit_expressions(tree.as_ref(), |node| {
            let column = match node {
                ast::Expr::Identifier(column) => column,
                ast::Expr::CompoundIdentifier(parts) => match parts.last() {
                    Some(column) => column,
                    None => return ControlFlow::Continue(()),
                },
                ast::Expr::Subquery(_) | ast::Expr::Exists { .. } | ast::Expr::InSubquery { .. } => {
                    return ControlFlow::Break(());
                }
                _ => return ControlFlow::Continue(()),
            };
            let column = stored(column);
            if !columns.contains(&column) {
                columns.push(column);
            }
            ControlFlow::Continue(())
        });
        flow.is_continue().then_some(columns)
    }

    /// It is nothing but a column.
    pub fn is_column(&self) -> bool {
        matches!(self, Expr::Parsed(tree) if matches!(tree.as_ref(), ast::Expr::Identifier(_)))
    }

    /// The expression after `ALTER TABLE … RENAME COLUMN from TO to` of its table.
    ///
    /// ```
    /// use restamp::pg::{expr::Expr, ident::Ident};
    /// let expr = Expr::parse("wage > 0").rename_column(&Ident::new("wage"), &Ident::new("Pay"));
    /// assert_eq!(expr.to_string(), "\"Pay\" > 0");
    /// ```
    pub fn rename_column(&self, from: &Ident, to: &Ident) -> Expr {
        self.edit(|node| match node {
            ast::Expr::Identifier(column) => rename(column, from, to),
            ast::Expr::CompoundIdentifier(parts) => {
                if let Some(column) = parts.last_mut() {
                    rename(column, from, to);
                }
            }
            _ => {}
        })
    }

    /// The expression after a relation (a sequence in `nextval('s'::regclass)`, mostly) was renamed or moved.
    ///
    /// ```
    /// use restamp::pg::{expr::Expr, ident::QName};
    /// let name = |name: &str| QName::new(Some("public".into()), name);
    /// let expr = Expr::parse("nextval('public.a_seq'::regclass)").rename_relation(&name("a_seq"), &name("b_seq"));
    /// assert_eq!(expr.to_string(), "nextval('public.b_seq'::REGCLASS)");
    /// ```
    pub fn rename_relation(&self, from: &QName, to: &QName) -> Expr {
        self.edit(|node| {
            let ast::Expr::Cast { expr, data_type, .. } = node else {
                return;
            };
            let (DataType::Regclass, ast::Expr::Value(value)) = (&*data_type, expr.as_mut()) else {
                return;
            };
            let Value::SingleQuotedString(text) = &mut value.value else {
                return;
            };
            if let Some(renamed) = read_name(text).and_then(|written| renamed(&written, from, to)) {
                *text = renamed.to_string();
            }
        })
    }

    /// The expression after a type was renamed or moved: casts name it.
    ///
    /// ```
    /// use restamp::pg::{expr::Expr, ident::QName};
    /// let name = |name: &str| QName::new(Some("public".into()), name);
    /// let expr = Expr::parse("'a'::public.kind").rename_type(&name("kind"), &name("sort"));
    /// assert_eq!(expr.to_string(), "'a'::public.sort");
    /// ```
    pub fn rename_type(&self, from: &QName, to: &QName) -> Expr {
        self.edit(|node| match node {
            ast::Expr::Cast { data_type, .. } => rename_in_type(data_type, from, to),
            ast::Expr::TypedString(literal) => rename_in_type(&mut literal.data_type, from, to),
            _ => {}
        })
    }

    fn edit(&self, mut edit: impl FnMut(&mut ast::Expr)) -> Expr {
        let Expr::Parsed(tree) = self else {
            return self.clone();
        };
        let mut tree = tree.clone();
        let _ = visit_expressions_mut(tree.as_mut(), |node| {
            edit(node);
            ControlFlow::<()>::Continue(())
        });
        Expr::Parsed(tree)
    }
}

/// The name that PostgreSQL makes of a written one.
pub fn stored(ident: &ast::Ident) -> Ident {
    match ident.quote_style {
        Some(_) => Ident::new(&ident.value),
        None => Ident::fold(&ident.value),
    }
}

/// `DEFAULT` in the place of a value, which sqlparser takes for a name.
pub fn is_default(value: &ast::Expr) -> bool {
    matches!(value, ast::Expr::Identifier(name) if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("default"))
}

/// The same of a name with or without a schema; `None` for anything else.
pub fn qname(name: &ObjectName) -> Option<QName> {
    let parts: Option<Vec<Ident>> = name.0.iter().map(|part| part.as_ident().map(stored)).collect();
    match parts?.as_slice() {
        [name] => Some(QName::bare(name.clone())),
        [schema, name] => Some(QName::new(Some(schema.clone()), name.clone())),
        _ => None,
    }
}

/// A name as it must be written to be stored so.
fn written(ident: &Ident) -> ast::Ident {
    if ident.to_string().starts_with('"') {
        ast::Ident::with_quote('"', ident.as_str())
    } else {
        ast::Ident::new(ident.as_str())
    }
}

fn rename(ident: &mut ast::Ident, from: &Ident, to: &Ident) {
    if stored(ident) == *from {
        *ident = written(to);
    }
}

/// What a written name becomes, if it is one that is renamed: it keeps its form unless that would lose the schema.
fn renamed(written: &QName, from: &QName, to: &QName) -> Option<QName> {
    let same_schema = written.schema.is_none() || written.schema == from.schema;
    if written.name != from.name || !same_schema {
        return None;
    }
    let moved = from.schema != to.schema;
    let schema = if written.schema.is_some() || moved { to.schema.clone() } else { None };
    Some(QName { schema, name: to.name.clone() })
}

fn rename_in_type(data_type: &mut DataType, from: &QName, to: &QName) {
    match data_type {
        DataType::Custom(ObjectName(parts), _) => {
            let names: Option<Vec<Ident>> = parts.iter().map(|part| part.as_ident().map(stored)).collect();
            let written_name = match names.as_deref() {
                Some([name]) => QName::bare(name.clone()),
                Some([schema, name]) => QName::new(Some(schema.clone()), name.clone()),
                _ => return,
            };
            if let Some(name) = renamed(&written_name, from, to) {
                let idents = name.schema.iter().chain([&name.name]);
                *parts = idents.map(|ident| ObjectNamePart::Identifier(written(ident))).collect();
            }
        }
        DataType::Array(
            ast::ArrayElemTypeDef::SquareBracket(element, _)
            | ast::ArrayElemTypeDef::AngleBracket(element)
            | ast::ArrayElemTypeDef::Parenthesis(element),
        ) => rename_in_type(element, from, to),
        _ => {}
    }
}

/// Reads the text of a `regclass` literal: one or two names, quoted or folded.
fn read_name(text: &str) -> Option<QName> {
    let parts = super::parse_name(text)?;
    match parts.as_slice() {
        [name] => Some(QName::bare(stored(name))),
        [schema, name] => Some(QName::new(Some(stored(schema)), stored(name))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_folded_and_unique() {
        let columns = |text: &str| Expr::parse(text).columns();
        assert_eq!(columns("A > 0 AND a < t.b"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(columns("lower((\"Name\")::text)"), Some(vec!["Name".into()]));
        assert_eq!(columns("a ~~ 'x%' AND b IN (c, 1)"), Some(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(columns("a > (SELECT max(b) FROM t)"), None);
        assert_eq!(columns("a >"), None);
    }

    #[test]
    fn words_that_are_no_columns() {
        for text in ["CURRENT_TIMESTAMP", "now()", "'a'::public.kind", "current_user", "interval '1 day'"] {
            assert_eq!(Expr::parse(text).columns(), Some(vec![]), "{text}");
        }
        assert_eq!(Expr::parse("extract(epoch FROM a)").columns(), Some(vec!["a".into()]));
    }

    #[test]
    fn a_column_is_renamed_where_it_is_a_column() {
        let expr = Expr::parse("(a)::text = 'a' AND a(a) > t.a").rename_column(&"a".into(), &"user".into());
        assert_eq!(expr.to_string(), "(\"user\")::TEXT = 'a' AND a(\"user\") > t.\"user\"");
    }

    #[test]
    fn relations_and_types_are_renamed_by_name_and_schema() {
        let name = |schema: &str, name: &str| QName::new(Some(schema.into()), name);
        let expr = Expr::parse("nextval('a_seq'::regclass)");
        let renamed = expr.rename_relation(&name("public", "a_seq"), &name("public", "B"));
        assert_eq!(renamed.to_string(), "nextval('\"B\"'::REGCLASS)");
        let moved = expr.rename_relation(&name("public", "a_seq"), &name("s", "a_seq"));
        assert_eq!(moved.to_string(), "nextval('s.a_seq'::REGCLASS)");
        let other = Expr::parse("nextval('s.a_seq'::regclass)");
        assert_eq!(other.rename_relation(&name("public", "a_seq"), &name("public", "b")), other);
        let array = Expr::parse("ARRAY['a'::public.kind]::public.kind[]");
        let renamed = array.rename_type(&name("public", "kind"), &name("public", "sort"));
        assert_eq!(renamed.to_string(), "ARRAY['a'::public.sort]::public.sort[]");
    }
}
