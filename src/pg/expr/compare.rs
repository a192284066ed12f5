//! Whether two expressions are the same to PostgreSQL: one as a migration wrote it, one as pg_dump prints it.

use sqlparser::tokenizer::Token;

use super::canonical::{canonical, is_number};
use super::syntax;
use super::tree::{Head, Tree};
use super::{Comparison, Context, Expr, UserType};
use crate::pg::error::Reason;
use crate::pg::types::{DataType, TypeName};

/// Compares two expressions, each in the context of its own table.
///
/// `Same` and `Different` are certain; where the types that decide are not known, or a construct is not, the answer is
/// `Unknown`.
///
/// ```
/// use restamp::pg::expr::{Comparison, Context, Expr, compare};
/// use restamp::pg::types::DataType;
/// let text = |_: &_| Some(DataType::varchar(Some(20)));
/// let context = Context { column: &text, ..Context::default() };
/// let dumped = Expr::parse("((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))");
/// assert_eq!(compare(&Expr::parse("v IN ('a', 'b')"), &context, &dumped, &context), Comparison::Same);
/// assert_eq!(compare(&Expr::parse("v IN ('a', 'c')"), &context, &dumped, &context), Comparison::Different);
/// ```
pub fn compare(a: &Expr, a_context: &Context<'_>, b: &Expr, b_context: &Context<'_>) -> Comparison {
    let (a_text, b_text) = (a.to_string(), b.to_string());
    if a_text == b_text && a_context.target == b_context.target {
        return Comparison::Same;
    }
    if a_context.target == b_context.target && same_text(&a_text, &b_text) {
        return Comparison::Same;
    }
    let (Some(a), Some(b)) = (syntax::read(&a_text), syntax::read(&b_text)) else {
        let what = format!("this expression is not read well enough to be compared: {}", first_line(&a_text));
        return Comparison::Unknown(Reason::new("expression", what));
    };
    let (a, b) = (canonical(a, a_context), canonical(b, b_context));
    match trees(&a, &b, a_context) {
        Verdict::Same => Comparison::Same,
        Verdict::Different => Comparison::Different,
        Verdict::Unknown => {
            let what = format!("it is not known what PostgreSQL makes of {}", first_line(&a_text));
            Comparison::Unknown(Reason::new("expression", what))
        }
    }
}

/// True if two canonical trees of one table are the same for certain.
pub(super) fn same_trees(a: &Tree, b: &Tree, context: &Context<'_>) -> bool {
    matches!(trees(a, b, context), Verdict::Same)
}

impl Expr {
    /// True for NULL with or without casts: as a default, the same as none (PostgreSQL stores `NULL::character varying` for a
    /// `varchar(n)` and nothing for a `varchar`).
    pub fn is_null(&self) -> bool {
        let Some(mut tree) = syntax::read(&self.to_string()) else {
            return false;
        };
        while let (Head::Cast(_), Some(inner)) = (&tree.head, tree.args.pop()) {
            tree = inner;
        }
        tree.head == Head::Null
    }
}

/// True where two texts of SQL differ in blanks, comments and the case of key words only; a `;` at the end says nothing.
pub fn same_text(a: &str, b: &str) -> bool {
    let tokens = |text: &str| {
        let mut tokens = syntax::tokens(text)?;
        while tokens.last() == Some(&Token::SemiColon) {
            tokens.pop();
        }
        for token in &mut tokens {
            if let Token::Word(word) = token
                && word.quote_style.is_none()
            {
                word.value.make_ascii_lowercase();
            }
        }
        Some(tokens)
    };
    match (tokens(a), tokens(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a.trim() == b.trim(),
    }
}

fn first_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect()
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    Same,
    Different,
    Unknown,
}

impl Verdict {
    fn and(self, other: Verdict) -> Verdict {
        match (self, other) {
            (Verdict::Different, _) | (_, Verdict::Different) => Verdict::Different,
            (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
            (Verdict::Same, Verdict::Same) => Verdict::Same,
        }
    }

    fn different(sure: bool) -> Verdict {
        if sure { Verdict::Different } else { Verdict::Unknown }
    }
}

/// Two canonical trees.
pub(super) fn trees(a: &Tree, b: &Tree, context: &Context<'_>) -> Verdict {
    if a.is_constant() && b.is_constant() {
        return constants(a, b, context);
    }
    let heads = match (&a.head, &b.head) {
        (Head::Call(left), Head::Call(right)) if left.name == right.name && left.schema != right.schema => {
            Verdict::Unknown
        }
        // Until version 13, EXTRACT was `date_part`.
        (Head::Call(left), Head::Call(right))
            if left != right
                && [left, right].iter().all(|name| matches!(name.name.as_str(), "extract" | "date_part")) =>
        {
            Verdict::Unknown
        }
        (left, right) if left == right => Verdict::Same,
        _ => return mismatch(a, b),
    };
    if a.args.len() != b.args.len() {
        return mismatch(a, b);
    }
    a.args.iter().zip(&b.args).fold(heads, |verdict, (a, b)| verdict.and(trees(a, b, context)))
}

/// Two constants. A literal without a type takes one from its surroundings, which are the same on both sides.
fn constants(a: &Tree, b: &Tree, context: &Context<'_>) -> Verdict {
    let same_type = a.ty == b.ty;
    let (Some(a_type), Some(b_type)) = (&a.ty, &b.ty) else {
        let text = |tree: &Tree| match &tree.head {
            Head::Text(text) | Head::Value(text) | Head::Number(text) => Some(text.clone()),
            Head::Bool(value) => Some(value.to_string()),
            _ => None,
        };
        let of_text = |tree: &Tree| tree.ty.as_ref().is_none_or(|ty| *ty == DataType::builtin("text"));
        return match (&a.head, &b.head) {
            (Head::Null, Head::Null) => Verdict::Same,
            (Head::Null, _) | (_, Head::Null) => Verdict::Different,
            _ if text(a) == text(b) => {
                if of_text(a) && of_text(b) {
                    Verdict::Same
                } else {
                    Verdict::Unknown
                }
            }
            _ => Verdict::different(of_text(a) && of_text(b)),
        };
    };
    match (&a.head, &b.head) {
        (left, right) if left == right => {
            if same_type {
                Verdict::Same
            } else {
                Verdict::Unknown
            }
        }
        (Head::Number(_), Head::Number(_)) => Verdict::Different,
        (Head::Value(_), Head::Value(_)) | (Head::Bool(_), Head::Bool(_)) => Verdict::Different,
        (Head::Text(_), Head::Text(_)) => {
            let literal = |ty: &DataType| match &ty.name {
                TypeName::Builtin(name) => matches!(*name, "text" | "character" | "name" | "json" | "xml"),
                TypeName::User(name) => matches!((context.user_type)(name), Some(UserType::Enum)),
                TypeName::Unknown(_) => false,
            };
            Verdict::different(literal(a_type) && literal(b_type) && !a_type.array)
        }
        _ => Verdict::different(is_number(a_type) != is_number(b_type)),
    }
}

/// Two nodes of another make. They differ for certain where everything about both is known, or where they read other
/// columns: no rewriting adds or drops one.
fn mismatch(a: &Tree, b: &Tree) -> Verdict {
    let other_columns = a.columns() != b.columns();
    Verdict::different(other_columns || is_settled(a) && is_settled(b))
}

/// Every type that could have made PostgreSQL add a cast is known.
fn is_settled(tree: &Tree) -> bool {
    let here = match &tree.head {
        Head::Column(_) | Head::Text(_) => tree.ty.is_some(),
        Head::Array => tree.ty.is_some() || tree.args.is_empty(),
        Head::Field(_) => false,
        Head::Call(_)
        | Head::Keyword(_)
        | Head::Number(_)
        | Head::Value(_)
        | Head::Bool(_)
        | Head::Null
        | Head::Cast(_)
        | Head::Op(_)
        | Head::Any(_)
        | Head::All(_)
        | Head::And
        | Head::Or
        | Head::Not
        | Head::Test(_)
        | Head::Distinct
        | Head::Row
        | Head::Case { .. }
        | Head::Subscript
        | Head::Slice
        | Head::Collate(_)
        | Head::Named(_)
        | Head::Variadic => true,
    };
    here && tree.args.iter().all(is_settled)
}
