//! `config.get_main_option(…)` in `env.py`: what `alembic.ini` says.

use super::ini::Ini;
use super::literal::{Literal, Scope};
use super::tree::parent;
use crate::alembic::python::ast::{self, Call, Expr, ExprKind};
use crate::alembic::python::walk;

/// The options of the file that Alembic reads.
pub struct Options {
    ini: Ini,
    here: String,
    section: String,
}

impl Options {
    /// Of a file and the section that Alembic reads.
    pub fn new(path: &str, text: &str, section: &str) -> Options {
        Options { ini: Ini::parse(text), here: parent(path).to_string(), section: section.to_string() }
    }

    /// The value of `config.get_main_option("name", default)` or `config.get_section_option("section", "name", default)`, or of a
    /// name that is bound to it.
    pub fn value(&self, env: &ast::Module, scope: &Scope<'_>, expression: &Expr) -> Option<Literal> {
        let call = match &expression.kind {
            ExprKind::Call(call) => call,
            ExprKind::Name(name) => match &scope.expression(name)?.kind {
                ExprKind::Call(call) => call,
                _ => return None,
            },
            _ => return None,
        };
        let mut arguments = call.args.iter();
        let (section, name) = match method(call)? {
            "get_main_option" => (self.section.clone(), text(scope, arguments.next())?),
            "get_section_option" => (text(scope, arguments.next())?, text(scope, arguments.next())?),
            _ => return None,
        };
        if call.keywords.iter().any(|(name, _)| name.as_deref() != Some("default")) || may_set(env, scope, &name) {
            return None;
        }
        match self.ini.get(&section, &name.to_ascii_lowercase(), &self.here) {
            Some(value) => Some(Literal::Str(value)),
            None => match arguments.next().or_else(|| call.keywords.first().map(|(_, value)| value)) {
                Some(default) => scope.value(default),
                None => Some(Literal::None),
            },
        }
    }
}

fn method(call: &Call) -> Option<&str> {
    match &call.func.kind {
        ExprKind::Attribute { attr, .. } => Some(attr),
        _ => None,
    }
}

fn text(scope: &Scope<'_>, argument: Option<&Expr>) -> Option<String> {
    match scope.value(argument?)? {
        Literal::Str(text) => Some(text),
        Literal::None | Literal::Bool(_) | Literal::List(_) | Literal::Dict(_) => None,
    }
}

/// Whether `env.py` itself may set that option.
fn may_set(env: &ast::Module, scope: &Scope<'_>, name: &str) -> bool {
    let mut found = false;
    walk::calls(&env.body, &mut |call| {
        let at = match method(call) {
            Some("set_main_option") => 0,
            Some("set_section_option") => 1,
            _ => return,
        };
        found |= text(scope, call.args.get(at)).is_none_or(|own| own == name);
    });
    found
}
