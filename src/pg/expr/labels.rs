//! What a new name of an enum's label makes of an expression: PostgreSQL keeps labels by their oid.

use std::ops::ControlFlow;

use sqlparser::ast::{self, BinaryOperator, visit_expressions, visit_expressions_mut};

use super::{Expr, stored, syntax};
use crate::pg::ident::Ident;
use crate::pg::types::DataType;

/// What a value is, seen from the enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A value of the enum.
    Label,
    /// An array of such.
    Labels,
    /// A value of any other type.
    Other,
}

/// A label gets another name.
#[derive(Clone, Copy)]
pub struct LabelRename<'a> {
    /// The name that it had.
    pub from: &'a str,
    /// The name that it has now.
    pub to: &'a str,
    /// What the expression is stored as.
    pub target: Option<Holds>,
    /// What a column holds.
    pub column: &'a dyn Fn(&Ident) -> Option<Holds>,
    /// What a cast makes.
    pub type_of: &'a dyn Fn(&DataType) -> Option<Holds>,
}

/// Marks a constant of another type while the rest is looked at: no text of SQL holds it.
const SETTLED: char = '\0';

impl Expr {
    /// The expression after that; `None` where it holds the text of the label and it is not known whether it is meant.
    ///
    /// ```
    /// use restamp::pg::expr::{Expr, Holds, LabelRename};
    /// let column = |name: &_| Some(if name == &"mood".into() { Holds::Label } else { Holds::Other });
    /// let rename = LabelRename { from: "sad", to: "blue", target: None, column: &column, type_of: &|_| None };
    /// let renamed = |text: &str| Expr::parse(text).rename_label(&rename).map(|expr| expr.to_string());
    /// assert_eq!(renamed("mood = 'sad' AND note = 'sad'").unwrap(), "mood = 'blue' AND note = 'sad'");
    /// assert_eq!(renamed("f('sad')"), None);
    /// ```
    pub fn rename_label(&self, rename: &LabelRename<'_>) -> Option<Expr> {
        let Expr::Parsed(tree) = self else {
            return (!self.to_string().contains(rename.from)).then(|| self.clone());
        };
        let mut tree = tree.clone();
        if let Some(target) = rename.target {
            rename.give(&mut tree, target);
        }
        let _ = visit_expressions_mut(tree.as_mut(), |node| {
            rename.node(node);
            ControlFlow::<()>::Continue(())
        });
        let is_open = |node: &ast::Expr| match text(node) {
            Some(text) if rename.is_about(text) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        if visit_expressions(tree.as_ref(), is_open).is_break() {
            return None;
        }
        let _ = visit_expressions_mut(tree.as_mut(), |node| {
            if let Some(text) = text_mut(node) {
                text.retain(|char| char != SETTLED);
            }
            ControlFlow::<()>::Continue(())
        });
        Some(Expr::Parsed(tree))
    }
}

impl LabelRename<'_> {
    /// Settles what the parts of a node are.
    fn node(&self, node: &mut ast::Expr) {
        match node {
            ast::Expr::Cast { expr, data_type, .. } => {
                let Some(of) = syntax::read_type(&data_type.to_string()).and_then(|ty| (self.type_of)(&ty)) else {
                    return;
                };
                match (expr.as_mut(), of) {
                    (ast::Expr::Array(array), Holds::Labels) => self.give_all(array.elem.iter_mut(), Holds::Label),
                    (ast::Expr::Array(array), _) => self.give_all(array.elem.iter_mut(), Holds::Other),
                    (inner, of) => self.give(inner, of),
                }
            }
            ast::Expr::BinaryOp { left, op, right } => {
                use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
                let mut both = [left.as_mut(), right.as_mut()];
                if matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq) {
                    self.alike(&mut both);
                } else {
                    // No other operator takes labels.
                    self.give_all(both.into_iter(), Holds::Other);
                }
            }
            ast::Expr::IsDistinctFrom(left, right) | ast::Expr::IsNotDistinctFrom(left, right) => {
                self.alike(&mut [left.as_mut(), right.as_mut()]);
            }
            ast::Expr::Between { expr, low, high, .. } => {
                self.alike(&mut [expr.as_mut(), low.as_mut(), high.as_mut()]);
            }
            ast::Expr::InList { expr, list, .. } => {
                let mut all: Vec<&mut ast::Expr> = std::iter::once(expr.as_mut()).chain(list).collect();
                self.alike(&mut all);
            }
            ast::Expr::AnyOp { left, right, .. } | ast::Expr::AllOp { left, right, .. } => {
                let mut array = right.as_mut();
                while let ast::Expr::Nested(inner) = array {
                    array = inner;
                }
                match array {
                    ast::Expr::Array(array) => {
                        let mut all: Vec<&mut ast::Expr> =
                            std::iter::once(left.as_mut()).chain(&mut array.elem).collect();
                        self.alike(&mut all);
                    }
                    array => match self.of(left) {
                        Some(Holds::Label) => self.give(array, Holds::Labels),
                        Some(_) => self.give(array, Holds::Other),
                        None => {}
                    },
                }
            }
            ast::Expr::Case { operand, conditions, else_result, .. } => {
                let (mut tests, mut results): (Vec<_>, Vec<_>) =
                    conditions.iter_mut().map(|case| (&mut case.condition, &mut case.result)).unzip();
                if let Some(operand) = operand {
                    tests.push(operand.as_mut());
                    self.alike(&mut tests);
                }
                results.extend(else_result.as_mut().map(AsMut::as_mut));
                self.alike(&mut results);
            }
            ast::Expr::Like { expr, pattern, .. } | ast::Expr::ILike { expr, pattern, .. } => {
                self.give_all([expr.as_mut(), pattern.as_mut()].into_iter(), Holds::Other);
            }
            _ => {}
        }
    }

    /// Values that become one type: literals take that of the others, and are text where there are no others.
    fn alike(&self, all: &mut [&mut ast::Expr]) {
        let mut types = all.iter().filter_map(|expr| self.of(expr));
        let of = match types.next() {
            Some(of) => of,
            None if all.iter().all(|expr| text(expr).is_some()) => Holds::Other,
            None => return,
        };
        for expr in all.iter_mut() {
            self.give(expr, of);
        }
    }

    fn give_all<'t>(&self, all: impl Iterator<Item = &'t mut ast::Expr>, of: Holds) {
        all.for_each(|expr| self.give(expr, of));
    }

    /// A constant is of this kind.
    fn give(&self, expr: &mut ast::Expr, of: Holds) {
        let Some(text) = text_mut(expr) else { return };
        if !self.is_about(text) {
            return;
        }
        match of {
            Holds::Label if text == self.from => *text = format!("{SETTLED}{}", self.to),
            Holds::Labels => {
                if let Some(labels) = elements(text).filter(|_| is_plain(self.to)) {
                    let labels: Vec<&str> =
                        labels.into_iter().map(|label| if label == self.from { self.to } else { label }).collect();
                    *text = format!("{SETTLED}{{{}}}", labels.join(","));
                }
            }
            Holds::Label | Holds::Other => text.insert(0, SETTLED),
        }
    }

    /// The text may be the label, or an array that holds it.
    fn is_about(&self, text: &str) -> bool {
        !text.starts_with(SETTLED)
            && (text == self.from
                || text.starts_with('{')
                    && text.contains(self.from)
                    && elements(text).is_none_or(|labels| labels.contains(&self.from)))
    }

    /// What an expression is; `None` for a literal, which is what its surroundings make of it, and where it is not known.
    fn of(&self, expr: &ast::Expr) -> Option<Holds> {
        match expr {
            ast::Expr::Identifier(name) => (self.column)(&stored(name)),
            ast::Expr::CompoundIdentifier(parts) => (self.column)(&stored(parts.last()?)),
            ast::Expr::Nested(inner) => self.of(inner),
            ast::Expr::Cast { data_type, .. } => (self.type_of)(&syntax::read_type(&data_type.to_string())?),
            ast::Expr::Value(_) if text(expr).is_some() => None,
            ast::Expr::Value(value) if value.value == ast::Value::Null => None,
            ast::Expr::Value(_) | ast::Expr::BinaryOp { .. } | ast::Expr::IsNull(_) | ast::Expr::IsNotNull(_) => {
                Some(Holds::Other)
            }
            _ => None,
        }
    }
}

/// The elements of an array's text without quotes and inner arrays.
fn elements(text: &str) -> Option<Vec<&str>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    is_plain(&inner.replace(',', "")).then(|| inner.split(',').map(str::trim).collect())
}

fn is_plain(label: &str) -> bool {
    !label.contains(['"', '\\', '{', '}', ','])
}

/// The text of a string constant, with or without parentheses.
fn text(expr: &ast::Expr) -> Option<&str> {
    match expr {
        ast::Expr::Nested(inner) => text(inner),
        ast::Expr::Value(value) => match &value.value {
            ast::Value::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn text_mut(expr: &mut ast::Expr) -> Option<&mut String> {
    match expr {
        ast::Expr::Nested(inner) => text_mut(inner),
        ast::Expr::Value(value) => match &mut value.value {
            ast::Value::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
