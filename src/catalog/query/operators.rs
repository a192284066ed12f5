//! Operators over the columns of a query: 42883 where there is none for their types.

use sqlparser::ast::{self, GroupByExpr, OrderByKind, Query, SelectItem, SetExpr};

use super::{Reader, stored};
use crate::catalog::Oid;
use crate::pg::error::{PgError, sqlstate};
use crate::pg::expr::{Expr, no_operator};
use crate::pg::ident::Ident;
use crate::pg::system::{self, Type};

impl Reader<'_> {
    /// A comparison of columns and constants; other operands are not typed.
    pub(super) fn compared(&mut self, left: &ast::Expr, op: &str, right: &ast::Expr) {
        if self.uses.wrong.is_some() || !op.chars().all(|char| "+-*/<>=~!@#%^&|`?".contains(char)) {
            return;
        }
        let (Some(left), Some(right)) = (self.operand(left), self.operand(right)) else { return };
        let types = [left, right];
        if types.contains(&Type::LITERAL) && types.iter().all(|ty| *ty == Type::LITERAL) {
            return;
        }
        if let Err(failure) = system::operator(op, &types)
            && self.catalog.knows_operators(self.session)
        {
            self.uses.wrong = Some(no_operator(op, &types, failure));
        }
    }

    /// `ORDER BY` and `GROUP BY` of columns (`get_sort_group_operators`).
    pub(super) fn sorted_and_grouped(&mut self, query: &Query) {
        let SetExpr::Select(select) = query.body.as_ref() else { return };
        if self.uses.wrong.is_some() {
            return;
        }
        if let Some(ast::OrderBy { kind: OrderByKind::Expressions(keys), .. }) = &query.order_by {
            for key in keys {
                self.has_class(&key.expr, &select.projection, &["btree"], "an ordering");
            }
        }
        if let GroupByExpr::Expressions(keys, _) = &select.group_by {
            for key in keys {
                self.has_class(key, &select.projection, &["btree", "hash"], "an equality");
            }
        }
    }

    fn has_class(&mut self, key: &ast::Expr, outputs: &[SelectItem], methods: &[&str], what: &str) {
        // A number is the place of an output column.
        let place = key.to_string().parse::<usize>().ok().and_then(|place| place.checked_sub(1));
        let key = match place.map(|place| outputs.get(place)) {
            Some(Some(SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. })) => expr,
            Some(_) => return,
            None => key,
        };
        let Some(ty) = self.operand(key).filter(|ty| *ty != Type::LITERAL) else { return };
        let of = ty.element().unwrap_or_else(|| ty.clone());
        let none = methods.iter().all(|method| system::default_class(method, &of) == Some(false));
        if none && self.uses.wrong.is_none() && self.catalog.knows_operators(self.session) {
            let message = format!("could not identify {what} operator for type {ty}");
            self.uses.wrong = Some(PgError::new(sqlstate::UNDEFINED_FUNCTION, message));
        }
    }

    fn operand(&self, expr: &ast::Expr) -> Option<Type> {
        match expr {
            ast::Expr::Nested(inner) => self.operand(inner),
            ast::Expr::Identifier(name) => self.type_of(self.meant(None, &stored(name))?),
            ast::Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., qualifier, name] => self.type_of(self.meant(Some(&stored(qualifier)), &stored(name))?),
                _ => None,
            },
            ast::Expr::Value(_) => Expr::parse(&expr.to_string()).constant_type(),
            _ => None,
        }
    }

    fn type_of(&self, column: Oid) -> Option<Type> {
        self.catalog.system_type(&self.catalog.column_of(column)?.ty, self.session)
    }

    /// The one column that a name means in the innermost scope that has it.
    fn meant(&self, qualifier: Option<&Ident>, name: &Ident) -> Option<Oid> {
        for scope in self.scopes.iter().rev() {
            if scope.unclear || scope.outputs.contains(name) {
                return None;
            }
            let mut found = None;
            for source in
                scope.sources.iter().filter(|source| qualifier.is_none() || source.alias.as_ref() == qualifier)
            {
                let relation = source.relation.filter(|_| !source.renamed)?;
                if let Some(column) = self.catalog.column(relation, name) {
                    if found.is_some() {
                        return None;
                    }
                    found = Some(column);
                }
            }
            if found.is_some() {
                return found;
            }
        }
        None
    }
}
