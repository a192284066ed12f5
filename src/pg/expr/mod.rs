//! Expressions: defaults, CHECKs, index predicates, generated columns, policies.

mod analysis;
mod canonical;
mod compare;
mod constant;
mod functions;
mod implies;
mod labels;
mod names;
mod spell;
mod syntax;
#[cfg(test)]
mod tests;
mod tree;

use std::fmt;

pub use analysis::{Analysis, Constant, Names, analyse, array_elements, no_operator, read_literal, unfit};
pub use compare::{compare, same_text};
pub use implies::implies;
pub use labels::{Holds, LabelRename};
pub use names::{is_default, qname, stored};
pub use syntax::read_type;

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use crate::pg::error::Reason;
use crate::pg::ident::{Ident, QName};
use crate::pg::types::DataType;

/// A scalar expression. The grammar is sqlparser's; text that it refuses is kept as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    /// A parsed tree.
    Parsed(Box<sqlparser::ast::Expr>),
    /// Text that sqlparser does not read.
    Opaque(String),
}

/// How an expression that is not known is written; no SQL starts like that.
const UNKNOWN: &str = "<not known: ";

impl Expr {
    /// An expression of which nothing is known but that there is one: a default that is made of the clock or of a configuration.
    pub fn unknown(reason: &Reason) -> Expr {
        let what: String =
            reason.what.chars().map(|c| if c.is_control() || "'\";$".contains(c) { ' ' } else { c }).collect();
        Expr::Opaque(format!("{UNKNOWN}{what}>"))
    }

    /// Why it is not known.
    ///
    /// ```
    /// use restamp::pg::error::Reason;
    /// use restamp::pg::expr::Expr;
    /// let expr = Expr::unknown(&Reason::new("clock", "the time of day"));
    /// let reason = Expr::parse(&expr.to_string()).unknown_reason().unwrap();
    /// assert_eq!(&*reason.what, "the time of day");
    /// assert!(Expr::parse("now()").unknown_reason().is_none());
    /// ```
    pub fn unknown_reason(&self) -> Option<Reason> {
        let Expr::Opaque(text) = self else { return None };
        let what = text.strip_prefix(UNKNOWN)?.strip_suffix('>')?;
        Some(Reason::new("default", what))
    }

    /// Reads an expression; never fails.
    ///
    /// ```
    /// use restamp::pg::expr::Expr;
    /// assert_eq!(Expr::parse("a>0").to_string(), "a > 0");
    /// ```
    pub fn parse(text: &str) -> Expr {
        let parsed = tokens(text).and_then(|tokens| {
            let mut parser =
                Parser::new(&PostgreSqlDialect {}).with_recursion_limit(200).with_tokens_with_locations(tokens);
            let expr = parser.parse_expr().ok()?;
            parser.expect_token(&Token::EOF).ok()?;
            Some(expr)
        });
        match parsed {
            Some(expr) => Expr::Parsed(Box::new(expr)),
            None => Expr::Opaque(text.trim().to_string()),
        }
    }
}

/// A tree is as deep as its chain of operators is long, and whoever walks or drops it needs stack for each: longer ones stay text.
const MAX_OPERATORS: usize = 600;

/// The tokens of an expression that is not too deep to be a tree.
fn tokens(text: &str) -> Option<Vec<TokenWithSpan>> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, text).tokenize_with_location().ok()?;
    let flat = |token: &TokenWithSpan| {
        matches!(
            token.token,
            Token::Whitespace(_) | Token::Comma | Token::Number(..) | Token::SingleQuotedString(_) | Token::EOF
        ) || matches!(&token.token, Token::Word(word) if !matches!(word.keyword, Keyword::AND | Keyword::OR | Keyword::NOT))
    };
    (tokens.iter().filter(|token| !flat(token)).count() <= MAX_OPERATORS).then_some(tokens)
}

/// The answer of [`compare`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// PostgreSQL would make the same of both.
    Same,
    /// It would not.
    Different,
    /// It cannot be told, and why.
    Unknown(Reason),
}

/// What a type of this database is, where it matters to expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserType {
    /// An enum: its labels are compared as they are.
    Enum,
    /// A domain over a type.
    Domain(DataType),
    /// Any other.
    Other,
}

/// Where an expression stands: what decides about the casts that PostgreSQL adds.
#[derive(Clone)]
pub struct Context<'a> {
    /// The type of the column that a default or a generated value is for.
    pub target: Option<DataType>,
    /// The type of a column of the expression's table; `None` where it is not known.
    pub column: &'a dyn Fn(&Ident) -> Option<DataType>,
    /// A type of this database by its name; without a schema where `search_path` finds it.
    pub user_type: &'a dyn Fn(&QName) -> Option<UserType>,
    /// Schemas whose names may be left out.
    pub search_path: &'a [Ident],
}

impl Default for Context<'_> {
    /// Nothing is known but that `public` is searched.
    fn default() -> Self {
        static PUBLIC: std::sync::OnceLock<[Ident; 1]> = std::sync::OnceLock::new();
        let search_path = PUBLIC.get_or_init(|| [Ident::new("public")]);
        Context { target: None, column: &|_| None, user_type: &|_| None, search_path }
    }
}

/// The parts of a name as `regclass` input has them: `public."My seq"`.
fn parse_name(text: &str) -> Option<Vec<sqlparser::ast::Ident>> {
    Parser::new(&PostgreSqlDialect {})
        .try_with_sql(text)
        .and_then(|mut parser| parser.parse_multipart_identifier())
        .ok()
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Parsed(expr) => spell::spell(expr, f),
            Expr::Opaque(text) => f.write_str(text),
        }
    }
}
