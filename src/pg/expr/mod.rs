//! Expressions: defaults, CHECKs, index predicates, generated columns, policies.

mod names;

use std::fmt;

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

/// A scalar expression. The grammar is sqlparser's; text that it refuses is kept as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    /// A parsed tree.
    Parsed(Box<sqlparser::ast::Expr>),
    /// Text that sqlparser does not read.
    Opaque(String),
}

impl Expr {
    /// Reads an expression; never fails.
    ///
    /// ```
    /// use restamp::pg::expr::Expr;
    /// assert_eq!(Expr::parse("a>0").to_string(), "a > 0");
    /// ```
    pub fn parse(text: &str) -> Expr {
        let parsed =
            Parser::new(&PostgreSqlDialect {}).with_recursion_limit(200).try_with_sql(text).and_then(|mut parser| {
                let expr = parser.parse_expr()?;
                parser.expect_token(&Token::EOF)?;
                Ok(expr)
            });
        match parsed {
            Ok(expr) => Expr::Parsed(Box::new(expr)),
            Err(_) => Expr::Opaque(text.trim().to_string()),
        }
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
            Expr::Parsed(expr) => write!(f, "{expr}"),
            Expr::Opaque(text) => f.write_str(text),
        }
    }
}
