//! The text of an expression as PostgreSQL writes it back (`pg_get_constraintdef`). It is not the text that was given, so it
//! is not known; but the string constants of the expression are in it, and that is what code asks for: `"'done'" in sqltext`.

use std::any::Any;
use std::ops::ControlFlow;
use std::rc::Rc;

use sqlparser::ast::{self, Visit, Visitor};

use crate::alembic::eval::{Eval, Native, Value, Vm};
use crate::pg::error::Reason;
use crate::pg::expr::Expr;

/// Words that some type writes back in another way, or not in quotes.
const INPUTS: &[&str] = &[
    "allballs",
    "epoch",
    "f",
    "false",
    "infinity",
    "n",
    "nan",
    "no",
    "now",
    "off",
    "on",
    "t",
    "today",
    "tomorrow",
    "true",
    "y",
    "yes",
    "yesterday",
];

/// A text of which some is known.
#[derive(Debug)]
pub(super) struct Written {
    /// The string constants, in quotes; `None` where they are not known.
    constants: Option<Vec<String>>,
    reason: Reason,
}

impl Written {
    /// The text of an expression.
    pub fn of(expr: &Expr, reason: Reason) -> Written {
        Written { constants: constants(expr), reason }
    }

    /// `part in text`
    fn contains(&self, part: &str) -> Option<bool> {
        let word = part.strip_prefix('\'')?.strip_suffix('\'')?;
        let plain = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !plain || INPUTS.contains(&word.to_ascii_lowercase().as_str()) {
            return None;
        }
        // Between two constants there is never a single word, so the part cannot reach from one into the next.
        Some(self.constants.as_ref()?.iter().any(|constant| constant.contains(part)))
    }
}

/// The string constants of an expression that are written back as they are.
fn constants(expr: &Expr) -> Option<Vec<String>> {
    struct Strings(Vec<String>);
    impl Visitor for Strings {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &ast::Expr) -> ControlFlow<()> {
            match expr {
                // Older versions write `date_part('year'::text, …)`.
                ast::Expr::Extract { .. } => ControlFlow::Break(()),
                ast::Expr::Value(value) => match &value.value {
                    ast::Value::SingleQuotedString(text) => {
                        self.0.push(crate::pg::lex::literal(text));
                        ControlFlow::Continue(())
                    }
                    ast::Value::Number(..) | ast::Value::Boolean(_) | ast::Value::Null => ControlFlow::Continue(()),
                    _ => ControlFlow::Break(()),
                },
                _ => ControlFlow::Continue(()),
            }
        }
    }
    let Expr::Parsed(tree) = expr else { return None };
    let mut strings = Strings(Vec::new());
    tree.visit(&mut strings).is_continue().then_some(strings.0)
}

impl Native for Written {
    fn class(&self) -> &str {
        "str"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, _name: &str) -> Eval<Option<Value>> {
        Ok(Some(Value::Unknown(self.reason.clone())))
    }

    fn get_item(self: Rc<Self>, _vm: &mut Vm, _key: Value) -> Eval<Option<Value>> {
        Ok(Some(Value::Unknown(self.reason.clone())))
    }

    fn iterate(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Unknown(self.reason.clone())))
    }

    fn binary(self: Rc<Self>, _vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        let known = match (operator, reflected, other.as_str()) {
            ("in", true, Some(part)) => self.contains(part),
            _ => None,
        };
        Ok(Some(known.map_or_else(|| Value::Unknown(self.reason.clone()), Value::Bool)))
    }

    fn len(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Unknown(self.reason.clone())))
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Unknown(self.reason.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(expr: &str, part: &str) -> Option<bool> {
        Written::of(&Expr::parse(expr), Reason::new("test", "test")).contains(part)
    }

    #[test]
    fn string_constants_are_found_and_nothing_else_is_known() {
        let expr = "result IN ('allow', 'deny') AND length(note) > 3";
        assert_eq!(contains(expr, "'deny'"), Some(true));
        assert_eq!(contains(expr, "'skip'"), Some(false));
        assert_eq!(contains(expr, "result IN"), None);
        assert_eq!(contains(expr, "', '"), None);
        assert_eq!(contains("note <> 'it''skip''s'", "'skip'"), Some(true));
        assert_eq!(contains("active = 'true'", "'true'"), None);
        assert_eq!(contains("extract(year from made) > 2000", "'year'"), None);
    }
}
