//! What `env.py` does to the connection before it migrates: another `search_path`, a schema, a role.
//!
//! It is not carried out. Where it happens under no condition, every name may mean another object than it does here.

use super::keywords;
use crate::alembic::python::ast::{self, Constant, Expr, ExprKind, FPart};
use crate::alembic::python::walk;
use crate::pg::error::Reason;

const MAKES_SCHEMA: &str = "makes a schema";

/// The kind of the reason where a schema is made and nothing else: it matters where one is missing.
pub const OF_SCHEMA: &str = "env-schema";

/// Words of statements that change what names mean, and what is done with them.
const WORDS: &[(&str, &str)] = &[
    ("search_path", "sets the search_path"),
    ("create schema", MAKES_SCHEMA),
    ("set role", "sets a role"),
    ("set session authorization", "sets a role"),
];

/// The first that a file certainly does; a schema that it makes matters least.
pub fn prelude(module: &ast::Module) -> Option<Reason> {
    let mut found: Option<(&'static str, &Expr)> = None;
    walk::expressions(&module.body, &mut |value| {
        let Some(text) = text(value).map(|text| text.to_ascii_lowercase()) else { return };
        let does = WORDS.iter().find(|(words, _)| text.contains(words)).map(|(_, does)| *does);
        if let Some(does) = does
            && found.is_none_or(|(found, _)| found == MAKES_SCHEMA && does != MAKES_SCHEMA)
            && !keywords::is_conditional(&module.body, value.span)
            && !is_docstring(module, value)
        {
            found = Some((does, value));
        }
    });
    let (does, at) = found?;
    let what = format!("env.py {does} before it migrates, which is not carried out here: say --search-path");
    let kind = if does == MAKES_SCHEMA { OF_SCHEMA } else { "env" };
    Some(Reason::new(kind, what).at(at.span))
}

/// A text, or what of one is written out.
fn text(value: &Expr) -> Option<String> {
    match &value.kind {
        ExprKind::Constant(Constant::Str(text)) => Some(text.to_string()),
        ExprKind::FString(parts) => {
            let written = parts.iter().filter_map(|part| match part {
                FPart::Literal(text) => Some(&**text),
                FPart::Field { .. } => None,
            });
            Some(written.collect())
        }
        _ => None,
    }
}

/// A text that stands alone says something to people.
fn is_docstring(module: &ast::Module, value: &Expr) -> bool {
    fn within(body: &ast::Block, value: &Expr) -> bool {
        body.iter().any(|statement| match &statement.kind {
            ast::StmtKind::Expr(own) => own.span == value.span,
            ast::StmtKind::FunctionDef(function) => within(&function.body, value),
            _ => false,
        })
    }
    within(&module.body, value)
}
