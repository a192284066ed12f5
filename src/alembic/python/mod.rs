//! Python's grammar. This module and its children are the only ones that know the parser crate: it could be replaced
//! here without the interpreter noticing.

pub mod ast;
mod convert;
mod nesting;
#[cfg(test)]
mod tests;
pub mod walk;

use std::rc::Rc;

use rustpython_parser::{Parse, ast as raw};

use crate::source::{FileId, Span};

/// Why a text is not read as Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFailure {
    /// Where; the line comes from [`crate::source::Sources::location`].
    pub span: Span,
    /// What is wrong, one clause.
    pub message: String,
}

/// Reads a file. Nesting that would overflow the stack later is refused before anything is parsed.
///
/// ```
/// use restamp::{alembic::python, source::Sources};
/// let text = "revision = 'a1'\n";
/// let file = Sources::default().add("a1.py", text);
/// assert_eq!(python::parse(text, file).unwrap().body.len(), 1);
/// assert!(python::parse(&"(".repeat(100_000), file).is_err());
/// ```
pub fn parse(text: &str, file: FileId) -> Result<Rc<ast::Module>, ParseFailure> {
    let failure = |at: usize, message: String| {
        let start = at.min(text.len()) as u32;
        ParseFailure { span: Span { file, start, end: start }, message }
    };
    if text.len() > u32::MAX as usize / 2 {
        return Err(failure(0, "the file is too large".to_owned()));
    }
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    if let Some(at) = body.bytes().position(|byte| byte == 0) {
        return Err(failure(skipped + at, "source code cannot contain null bytes".to_owned()));
    }
    if let Some((at, what)) = nesting::too_deep(body) {
        return Err(failure(skipped + at, format!("{what} are nested too deeply")));
    }
    match raw::Suite::parse(body, "") {
        Ok(suite) => Ok(convert::module(suite, text, file, skipped as u32)),
        Err(error) => Err(failure(skipped + error.offset.to_usize(), error.error.to_string())),
    }
}
