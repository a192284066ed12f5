//! What `env.py` hands to each `upgrade(…)`: the keywords of `context.run_migrations(**kw)` (`EnvironmentContext.run_migrations`).

use super::keywords::{self, Keywords};
use super::literal::{Literal, Scope};
use crate::alembic::python::ast::{self, Block, Expr, ExprKind, StmtKind};
use crate::alembic::python::walk;
use crate::pg::error::Reason;
use crate::source::Span;

/// One argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// `context.config`
    Config,
    /// A string.
    Text(String),
    /// `True`, `False`
    Flag(bool),
    /// `None`
    None,
    /// It cannot be told.
    Unknown(Reason),
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// By name.
    pub named: Vec<(String, Argument)>,
    /// Why there may be others.
    pub others: Option<Reason>,
    /// No file says what is handed over: a parameter that has a default is taken for not given.
    pub unread: bool,
}

impl Arguments {
    /// Nothing of them is known.
    pub fn unknown(reason: Reason) -> Arguments {
        Arguments { named: Vec::new(), others: Some(reason), unread: true }
    }
}

/// Reads the calls of `run_migrations` of an `env.py`. Where several differ, those count that go with a connection.
pub fn of(module: &ast::Module) -> Arguments {
    let mut found: Vec<(Keywords<'_>, bool)> = Vec::new();
    keywords::calls(&module.body, &mut |call, homes| {
        if call.func.last_name() == Some("run_migrations") {
            found.push((keywords::of_call(call, homes), is_offline(homes)));
        }
    });
    let online: Vec<&Keywords<'_>> = found.iter().filter(|(_, offline)| !offline).map(|(own, _)| own).collect();
    let calls = if online.is_empty() { found.iter().map(|(own, _)| own).collect() } else { online };
    let Some((first, others)) = calls.split_first() else {
        // A function of the application makes the call: what it hands over is not read here.
        return Arguments::unknown(Reason::new(
            "env",
            "what is handed to upgrade(): env.py does not call run_migrations() itself",
        ));
    };
    let names = |own: &Keywords<'_>| own.named.iter().map(|keyword| keyword.name.to_string()).collect::<Vec<_>>();
    let hidden = calls.iter().find_map(|own| own.hidden);
    let differs = others.iter().any(|other| names(other) != names(first));
    let scope = Scope::with_functions(&module.body);
    let argument = |value: &Expr| argument(value, &scope).or_else(|| without_arguments(value, module, &scope));
    let named = first.named.iter().filter(|_| !differs).map(|keyword| {
        let same = others.iter().all(|other| {
            other.named.iter().any(|own| own.name == keyword.name && argument(own.value) == argument(keyword.value))
        });
        let value = argument(keyword.value).filter(|_| keyword.sure && same);
        (keyword.name.to_string(), value.unwrap_or_else(|| Argument::Unknown(reason(keyword.value.span))))
    });
    Arguments {
        named: named.collect(),
        others: hidden
            .or_else(|| first.named.first().filter(|_| differs).map(|keyword| keyword.value.span))
            .map(reason),
        unread: false,
    }
}

fn reason(at: Span) -> Reason {
    Reason::new("env", "what env.py hands to upgrade()").at(at)
}

/// The function around it configures an URL and no connection: `alembic upgrade --sql`.
fn is_offline(homes: &[&Block]) -> bool {
    let [function, _, ..] = homes else { return false };
    let mut offline = false;
    walk::calls(function, &mut |call| {
        let has = |wanted: &str| call.keywords.iter().any(|(name, _)| name.as_deref() == Some(wanted));
        offline |= call.func.last_name() == Some("configure") && has("url") && !has("connection");
    });
    offline
}

/// Of an `env.py` that looks for `alembic -x …` or `--tag …`, which are taken for not given, as in revisions: the one literal that a name is
/// bound to, which then is what holds otherwise.
fn without_arguments(value: &Expr, module: &ast::Module, scope: &Scope<'_>) -> Option<Argument> {
    let ExprKind::Name(name) = &value.kind else { return None };
    let mut asks = false;
    walk::calls(&module.body, &mut |call| {
        asks |= matches!(call.func.last_name(), Some("get_x_argument" | "get_tag_argument"));
    });
    let mut bound = Vec::new();
    bindings(&module.body, name, &mut bound);
    let mut literals = bound.into_iter().filter(|value| scope.value(value).is_some());
    let only = literals.next().filter(|_| asks && literals.next().is_none())?;
    argument(only, scope)
}

/// What a name is bound to anywhere in the file.
fn bindings<'a>(body: &'a Block, name: &str, found: &mut Vec<&'a Expr>) {
    let is_name = |target: &Expr| matches!(&target.kind, ExprKind::Name(own) if **own == *name);
    for statement in body.iter() {
        match &statement.kind {
            StmtKind::Assign { targets, value } if targets.iter().any(is_name) => found.push(value),
            StmtKind::FunctionDef(function) => bindings(&function.body, name, found),
            _ => keywords::blocks(statement, &mut |block, _| bindings(block, name, found)),
        }
    }
}

fn argument(value: &Expr, scope: &Scope<'_>) -> Option<Argument> {
    let bound = match &value.kind {
        ExprKind::Name(name) => scope.expression(name).unwrap_or(value),
        _ => value,
    };
    if let ExprKind::Attribute { value: of, attr } = &bound.kind
        && &**attr == "config"
        && matches!(&of.kind, ExprKind::Name(name) if &**name == "context")
    {
        return Some(Argument::Config);
    }
    match scope.value(value)? {
        Literal::None => Some(Argument::None),
        Literal::Bool(flag) => Some(Argument::Flag(flag)),
        Literal::Str(text) => Some(Argument::Text(text)),
        Literal::List(_) | Literal::Dict(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alembic::python::parse;
    use crate::source::Sources;

    #[track_caller]
    fn check(env: &str, names: &[&str], others: bool) -> Arguments {
        let module = parse(env, Sources::default().add("env.py", env)).expect("Python");
        let found = of(&module);
        assert_eq!(found.named.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names, "{env}");
        assert_eq!(found.others.is_some(), others, "{env}");
        found
    }

    #[test]
    fn keywords_of_run_migrations() {
        check("context.run_migrations()", &[], false);
        check("from app.database import run\nrun()", &[], true);
        let found = check(
            "config = context.config\ncontext.run_migrations(config=config, tag='x', engine=engine)",
            &["config", "tag", "engine"],
            false,
        );
        assert_eq!(found.named[0].1, Argument::Config);
        assert_eq!(found.named[1].1, Argument::Text("x".to_string()));
        assert!(matches!(found.named[2].1, Argument::Unknown(_)));
        check("context.run_migrations(**options)", &[], true);
        let tag = "tag = context.get_tag_argument()\nif tag:\n    p = tag['p']\nelse:\n    p = ''\ncontext.run_migrations(p=p)";
        assert_eq!(check(tag, &["p"], false).named[0].1, Argument::Text(String::new()));
        let both = "def offline():\n    context.configure(url=url)\n    context.run_migrations(confi=1)\n\
                    def online():\n    context.configure(connection=c)\n    context.run_migrations(config=context.config)";
        check(both, &["config"], false);
        check("if x:\n    context.run_migrations(a=1)\nelse:\n    context.run_migrations(b=1)", &[], true);
    }
}
