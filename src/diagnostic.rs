//! Floor 0: what went wrong or could not be known, where, and what to do about it.

use crate::source::Span;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; no answer depends on it.
    Info,
    /// Some answer is weaker because of it.
    Warning,
    /// A part of the input could not be used.
    Error,
}

/// A secondary place of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// One message to the user: what, why, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable, kebab-case, e.g. `dump-truncated`; part of the report's contract.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What happened and why, one sentence.
    pub message: String,
    /// What to do, one sentence.
    pub help: Option<String>,
    /// The place, where there is one.
    pub span: Option<Span>,
    /// Further places.
    pub labels: Vec<Label>,
}

impl Diagnostic {
    /// A diagnostic without place or help.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic { code, severity, message: message.into(), help: None, span: None, labels: Vec::new() }
    }

    /// An [`Severity::Error`].
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A [`Severity::Warning`].
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// An [`Severity::Info`].
    pub fn info(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, message)
    }

    /// The same at a place.
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The same with a secondary place.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// The same with what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
