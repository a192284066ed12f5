//! What hangs on a column, a function or a type by being named in a text or an expression: triggers, rules, publications, calls
//! (`recordDependencyOnExpr`).

use std::collections::BTreeSet;

use crate::catalog::object::{DefaultExpr, KeyRef, Object, Routine, Rule, TypeRef};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::Kind;
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor};
use crate::pg::routine::{self, Body};
use crate::pg::{system, trigger};

use super::drop::mentions;
use super::resolve::unknown;

impl Catalog {
    /// The trigger names a column of its table: behind `UPDATE OF`, or in its `WHEN`. A whole row names none.
    ///
    /// # Errors
    /// Unknown where the trigger is not read.
    pub(super) fn trigger_names(&self, trigger: Oid, column: &Ident) -> Result<bool, Refusal> {
        let Some(Object::Trigger(object)) = self.get(trigger) else { return Ok(false) };
        match trigger::read(&object.text) {
            Some(parts) => {
                let when = parts.when.as_deref().map(trigger::rows).unwrap_or_default();
                Ok(parts.update_of().contains(column) || when.iter().any(|(_, read)| read.as_ref() == Some(column)))
            }
            None if mentions(&object.text, column) => {
                unknown("opaque-trigger", format!("it is not known whether the trigger {} names {column}", object.name))
            }
            None => Ok(false),
        }
    }

    /// Rules and publications are kept as text: where one names the table and the column, it is not known whether it needs the column.
    pub(super) fn no_text_needs(&self, table: Oid, column: &Ident) -> Result<(), Refusal> {
        let name = self.name_of(table);
        for (_, entry) in self.iter() {
            let Object::Opaque(kept) = &*entry.object else { continue };
            let texts = || std::iter::once(&kept.text).chain(&kept.altered);
            let names = |text: &String| match kept.kind.as_str() {
                "RULE" => action(text).is_some_and(|action| mentions(action, &name) && mentions(action, column)),
                // What stands in no parentheses is a table or an option.
                "PUBLICATION" => mentions(text, &name) && in_parens(text, column),
                _ => false,
            };
            if texts().any(names) {
                let what = format!("{} {} may need {}.{column}", kept.kind.to_lowercase(), kept.name, name);
                return unknown("opaque-dependency", what);
            }
        }
        Ok(())
    }

    /// The action of a rule of another table is kept as text: where it names one of these relations, it is not known whether it needs it.
    pub(super) fn no_rule_needs(&self, relations: &[Oid]) -> Result<(), Refusal> {
        for (_, entry) in self.iter() {
            let Object::Opaque(rule) = &*entry.object else { continue };
            if rule.kind != "RULE" || rule.on.iter().any(|on| relations.contains(on)) {
                continue;
            }
            let Some(action) = action(&rule.text) else { continue };
            if let Some(name) = relations.iter().map(|oid| self.name_of(*oid)).find(|name| mentions(action, name)) {
                return unknown("opaque-dependency", format!("rule {} may need {name}", rule.name));
            }
        }
        Ok(())
    }

    /// What calls a function: defaults, constraints, indexes, generated columns, policies, domains, triggers, views.
    ///
    /// # Errors
    /// Unknown where another function of that name may be meant, or where the text is not read.
    pub(super) fn callers(&self, target: Oid, routine: &Routine) -> Result<Vec<Oid>, Refusal> {
        let name = self.qname(target).unwrap_or_else(|| QName::bare(routine.name.clone()));
        let in_expr = |expr: &Expr| calls(&expr.to_string(), &name);
        let mut found = Vec::new();
        for (oid, entry) in self.iter().filter(|(oid, _)| *oid != target) {
            let is_called = match &*entry.object {
                Object::Default(default) => matches!(&default.expr, DefaultExpr::Expr(expr) if in_expr(expr)),
                Object::Column(column) => column.generated.as_ref().is_some_and(|(expr, _)| in_expr(expr)),
                Object::Constraint(constraint) => match &constraint.rule {
                    Rule::Check { expr, .. } => in_expr(expr),
                    Rule::Unique { .. } | Rule::PrimaryKey { .. } | Rule::ForeignKey { .. } | Rule::Exclude { .. } => {
                        false
                    }
                },
                // The index of an exclusion has its expressions, too.
                Object::Index(index) => {
                    let keys = index.keys.iter().filter_map(|key| match &key.target {
                        KeyRef::Expr(expr, _) => Some(expr),
                        KeyRef::Column(_) => None,
                    });
                    keys.chain(&index.predicate).any(in_expr)
                }
                Object::Policy(policy) => policy.using.iter().chain(&policy.check).any(in_expr),
                Object::Domain(domain) => {
                    domain.default.iter().chain(domain.checks.iter().map(|(_, check)| check)).any(in_expr)
                }
                Object::Trigger(trigger) => {
                    trigger::read(&trigger.text).and_then(|parts| parts.when).is_some_and(|when| calls(&when, &name))
                }
                Object::View(view) => calls(&view.query, &name),
                Object::Routine(other) => self.is_in_definition(other, &name)?,
                Object::Opaque(kept) if kept.extension.is_none() && mentions(&kept.text, &name.name) => {
                    let what = format!("{} {} may need the function {name}", kept.kind.to_lowercase(), kept.name);
                    return unknown("opaque-dependency", what);
                }
                Object::Opaque(_)
                | Object::Schema(_)
                | Object::Extension(_)
                | Object::Table(_)
                | Object::Sequence(_)
                | Object::Enum(_)
                | Object::Composite(_)
                | Object::Comment(_) => false,
            };
            if is_called {
                found.push(oid);
            }
        }
        let is_other = |(oid, object): (Oid, &Object)| {
            oid != target && matches!(object, Object::Routine(other) if other.name == routine.name)
        };
        let has_others = system::has_function(routine.name.as_str())
            || self.iter().any(|(oid, entry)| is_other((oid, &entry.object)));
        match found.first() {
            Some(caller) if has_others => {
                let caller = self.describe(*caller, &Session::default());
                unknown("overloaded-function", format!("it is not known which function {} {caller} calls", name.name))
            }
            _ => Ok(found),
        }
    }

    /// An aggregate is made of functions, and of a body that PostgreSQL has parsed it knows what is called.
    fn is_in_definition(&self, other: &Routine, name: &QName) -> Result<bool, Refusal> {
        if other.kind == Kind::Aggregate {
            return if mentions(&other.text, &name.name) {
                unknown("opaque-dependency", format!("the aggregate {} may need the function {name}", other.name))
            } else {
                Ok(false)
            };
        }
        Ok(match routine::read(&other.text).map(|definition| definition.body) {
            Some(Body::Parsed(body)) => calls(&body, name),
            Some(Body::Text(_)) | None => false,
        })
    }

    /// 0A000: a column holds values of a composite type, or of what is made of it (`find_composite_type_dependencies`).
    pub(super) fn is_of_no_column(&self, composite: Oid) -> Result<(), Refusal> {
        let Some(column) = self.column_with(composite) else { return Ok(()) };
        self.certain(column)?;
        let table = self.table_of(column).map_or_else(|| Ident::new(""), |table| self.name_of(table));
        let message = format!(
            "cannot alter type \"{}\" because column \"{}.{}\" uses it",
            self.name_of(composite).as_str(),
            table.as_str(),
            self.name_of(column).as_str()
        );
        Err(PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, message).into())
    }

    /// The values of a column are rows of the table: whether they would have to be written anew is not looked at.
    pub(super) fn is_no_row_type(&self, table: Oid) -> Result<(), Refusal> {
        match self.column_with(table) {
            Some(column) => {
                let column = self.describe(column, &Session::default());
                unknown("row-type", format!("{column} is of the row type of {}", self.name_of(table)))
            }
            None => Ok(()),
        }
    }

    /// A column of a table or a materialized view whose values hold those of a type.
    fn column_with(&self, ty: Oid) -> Option<Oid> {
        let mut seen = BTreeSet::new();
        let mut pending = vec![ty];
        while let Some(ty) = pending.pop() {
            let is_of = |of: &TypeRef| of.oid() == Some(ty);
            for oid in self.dependents(ty) {
                let holds = match self.get(oid) {
                    Some(Object::Column(column)) if is_of(&column.ty) => {
                        match self.get(column.table) {
                            Some(Object::Table(_)) => return Some(oid),
                            Some(Object::View(view)) if view.materialized => return Some(oid),
                            _ => {}
                        }
                        false
                    }
                    Some(Object::Domain(domain)) => is_of(&domain.ty),
                    Some(Object::Composite(composite)) => composite.attributes.iter().any(|(_, of)| is_of(of)),
                    _ => false,
                };
                if holds && seen.insert(oid) {
                    pending.push(oid);
                }
            }
        }
        None
    }
}

/// What a rule does, behind `DO`.
fn action(text: &str) -> Option<&str> {
    let (tokens, _) = lex::tokens(text);
    let at = tokens.iter().find(|token| text[token.start..token.end].eq_ignore_ascii_case("DO"))?;
    Some(&text[at.end..])
}

/// Whether a name stands within parentheses.
fn in_parens(text: &str, name: &Ident) -> bool {
    text.split('(').skip(1).any(|part| mentions(part.split_once(')').map_or(part, |(inner, _)| inner), name))
}

/// Whether a text calls a function of that name; a schema in front of it must be the function's own.
fn calls(text: &str, name: &QName) -> bool {
    let (tokens, _) = lex::tokens(text);
    let word = |at: usize| tokens.get(at).map_or("", |token| &text[token.start..token.end]);
    let ident = |at: usize| {
        let mut cursor = Cursor::new(text, &tokens);
        cursor.seek(at);
        cursor.ident().ok()
    };
    (0..tokens.len()).any(|at| {
        let schema = if at > 1 && word(at - 1) == "." { ident(at - 2) } else { None };
        word(at + 1) == "("
            && ident(at).is_some_and(|word| word == name.name)
            && (schema.is_none() || name.schema.is_none() || schema == name.schema)
    })
}

#[cfg(test)]
mod tests {
    use super::{calls, in_parens};
    use crate::pg::ident::QName;

    #[test]
    fn a_call_is_a_name_before_parentheses() {
        let name = QName::new(Some("public".into()), "f");
        for text in ["f(a)", "1 + public.f (x)", "\"f\"(1)", "F()"] {
            assert!(calls(text, &name), "{text}");
        }
        for text in ["f", "'f(a)'", "other.f(a)", "\"F\"()", "ff(a)"] {
            assert!(!calls(text, &name), "{text}");
        }
    }

    #[test]
    fn a_column_of_a_publication_stands_in_parentheses() {
        let text = "CREATE PUBLICATION p FOR TABLE id (name) WITH (publish = 'insert')";
        assert!(in_parens(text, &"name".into()) && !in_parens(text, &"id".into()));
    }
}
