//! The `naming_convention` of the metadata that `env.py` names, followed through the given files.

use std::rc::Rc;

use super::keywords;
use super::literal::{Literal, Scope};
use super::modules::Modules;
use super::tree::parent;
use crate::alembic::python::ast::{self, Call, Expr, ExprKind, StmtKind};
use crate::alembic::python::walk;
use crate::pg::error::Reason;
use crate::source::{FileId, Span};

/// The value of a key of a convention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Template {
    /// `"pk_%(table_name)s"`
    Text(String),
    /// A token of the project's own: a function that is given the constraint and its table.
    Function {
        /// The module that defines it, by its dotted name.
        module: String,
        /// Its name there.
        name: String,
    },
}

impl From<&str> for Template {
    fn from(text: &str) -> Template {
        Template::Text(text.into())
    }
}

/// What is known of it.
pub enum Convention {
    /// Its templates and tokens; none if the metadata has no convention of its own.
    Known(Vec<(String, Template)>, Option<Span>),
    /// It cannot be told.
    Unknown(Reason),
}

fn unknown(what: impl Into<String>, span: Span) -> Convention {
    Convention::Unknown(Reason::new("naming-convention", what.into()).at(span))
}

const DEPTH: usize = 12;

/// The convention of `target_metadata` in `env.py`.
pub fn of_environment(modules: &Modules, env: FileId, module: &ast::Module, flask: bool) -> Convention {
    let start = Span { file: env, start: 0, end: 0 };
    if let Some(found) = assigned(modules, env, module) {
        return found;
    }
    if let Some(found) = configured(modules, env, module) {
        return found;
    }
    let scope = Scope::with_functions(&module.body);
    match scope.expression("target_metadata") {
        Some(expression) => match follow(modules, env, module, expression, 0) {
            Convention::Unknown(_) if flask => of_flask(modules, start),
            found => found,
        },
        None if flask => of_flask(modules, start),
        None if scope.has("target_metadata") => unknown("target_metadata in env.py is set in several places", start),
        None => unknown("env.py has no target_metadata to read", start),
    }
}

/// What the calls of `configure(target_metadata=…)` agree on, if it is known of each.
fn configured(modules: &Modules, env: FileId, module: &ast::Module) -> Option<Convention> {
    let mut found: Option<Convention> = None;
    let mut agreed = true;
    keywords::calls(&module.body, &mut |call, homes| {
        if call.func.last_name() != Some("configure") {
            return;
        }
        let all = keywords::of_call(call, homes);
        let Some(keyword) = all.named.iter().rfind(|keyword| keyword.name == "target_metadata") else {
            agreed &= all.hidden.is_none();
            return;
        };
        let own = target(modules, env, module, keyword.value, homes);
        agreed &= match (&own, &found) {
            (Convention::Known(own, _), Some(Convention::Known(other, _))) => own == other,
            (Convention::Known(..), _) => true,
            (Convention::Unknown(_), _) => false,
        };
        found.get_or_insert(own);
    });
    found.filter(|_| agreed)
}

/// The convention of the metadata that a call inside of those functions is given.
fn target(
    modules: &Modules,
    env: FileId,
    module: &ast::Module,
    expression: &Expr,
    homes: &[&ast::Block],
) -> Convention {
    let ExprKind::Name(name) = &expression.kind else { return follow(modules, env, module, expression, 0) };
    if is_parameter(&module.body, name) {
        return unknown(format!("{name} is a parameter"), expression.span);
    }
    for home in homes {
        let scope = Scope::of(home);
        if scope.has(name) {
            return match scope.last(name) {
                Some(value) => follow(modules, env, module, value, 0),
                None => unknown(format!("{name} is set in several places"), expression.span),
            };
        }
    }
    follow(modules, env, module, expression, 0)
}

/// Whether any function of the file has a parameter of that name.
fn is_parameter(body: &ast::Block, name: &str) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StmtKind::FunctionDef(function) => {
            let mut parameters = function.parameters.positional.iter().chain(&function.parameters.keyword_only);
            parameters.any(|parameter| *parameter.name == *name) || is_parameter(&function.body, name)
        }
        _ => false,
    })
}

/// `….naming_convention = {…}`
fn assigned(modules: &Modules, file: FileId, module: &ast::Module) -> Option<Convention> {
    module.body.iter().find_map(|statement| {
        let StmtKind::Assign { targets, value } = &statement.kind else { return None };
        let attribute =
            |target: &Expr| matches!(&target.kind, ExprKind::Attribute { attr, .. } if &**attr == "naming_convention");
        targets.iter().any(attribute).then(|| templates(modules, file, module, value))
    })
}

/// A convention as it stands in the file, or in the one that its name is imported from.
fn templates(modules: &Modules, file: FileId, module: &ast::Module, value: &Expr) -> Convention {
    let found = literal(modules, file, module, value);
    let Convention::Unknown(_) = &found else { return found };
    let elsewhere = dotted(value).and_then(|parts| {
        let (target, symbol) = imported(modules, file, module, parts.first()?)?;
        let mut rest = symbol.into_iter().chain(parts[1..].iter().cloned());
        let (name, None) = (rest.next()?, rest.next()) else { return None };
        let other = modules.parse(target)?;
        let value = Scope::of(&other.body).expression(&name)?;
        Some(literal(modules, target, &other, value))
    });
    elsewhere.unwrap_or(found)
}

/// A convention that stands in a file as a dict.
fn literal(modules: &Modules, file: FileId, module: &ast::Module, value: &Expr) -> Convention {
    let scope = Scope::of(&module.body);
    let dict = match &value.kind {
        ExprKind::Name(name) => scope.expression(name).unwrap_or(value),
        _ => value,
    };
    let template = |(key, item): &(Option<Expr>, Expr)| {
        let Literal::Str(key) = scope.value(key.as_ref()?)? else { return None };
        let template = match scope.value(item) {
            Some(Literal::Str(text)) => Template::Text(text),
            Some(_) => return None,
            None => token(modules, file, module, item)?,
        };
        Some((key, template))
    };
    match &dict.kind {
        ExprKind::Constant(ast::Constant::None) => Convention::Known(Vec::new(), Some(value.span)),
        ExprKind::Dict(items) => match items.iter().map(template).collect() {
            Some(items) => Convention::Known(items, Some(value.span)),
            None => unknown("the naming_convention holds more than strings and functions of its file", value.span),
        },
        _ => unknown(
            format!("the naming_convention {} is not a literal", modules.sources().text(value.span)),
            value.span,
        ),
    }
}

/// A function that the file itself defines.
fn token(modules: &Modules, file: FileId, module: &ast::Module, item: &Expr) -> Option<Template> {
    let ExprKind::Name(name) = &item.kind else { return None };
    let defined = module
        .body
        .iter()
        .any(|statement| matches!(&statement.kind, StmtKind::FunctionDef(function) if function.name == *name));
    let dotted = modules.dotted(modules.sources().file(file).path())?;
    defined.then(|| Template::Function { module: dotted, name: name.to_string() })
}

/// Flask-SQLAlchemy: `SQLAlchemy(metadata=…)` in any given file.
fn of_flask(modules: &Modules, start: Span) -> Convention {
    for (file, source) in modules.sources().iter() {
        if !source.path().ends_with(".py") || !source.text().contains("flask_sqlalchemy") {
            continue;
        }
        let Some(module) = modules.parse(file) else { continue };
        let mut found = None;
        walk::calls(&module.body, &mut |call| {
            let is_own = call.func.last_name().is_some_and(|name| is_flask_class(&module, name));
            if is_own && found.is_none() {
                found = Some(of_extension(modules, file, &module, call, 0));
            }
        });
        if let Some(found) = found {
            // `db.metadata.naming_convention = {…}` behind it.
            return assigned(modules, file, &module).unwrap_or(found);
        }
    }
    unknown("the file with SQLAlchemy(…) was not given", start)
}

/// Flask-SQLAlchemy's class, or a class of the file that is derived from it and leaves the metadata to it.
fn is_flask_class(module: &ast::Module, name: &str) -> bool {
    name == "SQLAlchemy"
        || module.body.iter().any(|statement| match &statement.kind {
            StmtKind::ClassDef(class) => {
                *class.name == *name && class.bases.iter().any(|base| base.last_name() == Some("SQLAlchemy"))
            }
            _ => false,
        })
}

/// `a.b.c` as its parts.
fn dotted(expression: &Expr) -> Option<Vec<String>> {
    match &expression.kind {
        ExprKind::Name(name) => Some(vec![name.to_string()]),
        ExprKind::Attribute { value, attr } => {
            let mut parts = dotted(value)?;
            parts.push(attr.to_string());
            Some(parts)
        }
        _ => None,
    }
}

fn of_call(modules: &Modules, file: FileId, module: &ast::Module, call: &Call, depth: usize) -> Convention {
    let keyword =
        |name: &str| call.keywords.iter().find(|(keyword, _)| keyword.as_deref() == Some(name)).map(|(_, value)| value);
    let hidden = call.keywords.iter().any(|(name, _)| name.is_none());
    match call.func.last_name() {
        Some("MetaData") => match keyword("naming_convention") {
            Some(value) => templates(modules, file, module, value),
            None if hidden => unknown("MetaData(…) takes keywords that do not stand there", call.func.span),
            None => Convention::Known(Vec::new(), Some(call.func.span)),
        },
        Some("declarative_base" | "SQLAlchemy" | "registry" | "automap_base") => {
            of_extension(modules, file, module, call, depth)
        }
        // `registry(metadata=…).generate_base()`
        Some("generate_base") => match &call.func.kind {
            ExprKind::Attribute { value, .. } => follow(modules, file, module, value, depth + 1),
            _ => unknown("generate_base() of no registry", call.func.span),
        },
        _ => match returned(module, call) {
            Some(value) => follow(modules, file, module, value, depth + 1),
            None => unknown(format!("{} is not followed", modules.sources().text(call.func.span)), call.func.span),
        },
    }
}

/// The convention of `metadata=…`, or of the metadata that is made where it is not given.
fn of_extension(modules: &Modules, file: FileId, module: &ast::Module, call: &Call, depth: usize) -> Convention {
    let keyword = |name: &str| call.keywords.iter().find(|(keyword, _)| keyword.as_deref() == Some(name));
    // Flask-SQLAlchemy 3.1 takes the metadata of a declarative base that it is given.
    match keyword("metadata").or_else(|| keyword("model_class")) {
        Some((_, value)) => follow(modules, file, module, value, depth + 1),
        None if call.args.len() > 1 => unknown("the metadata may be among arguments without names", call.func.span),
        None if call.keywords.iter().any(|(name, _)| name.is_none()) => {
            unknown("the metadata may be among hidden keywords", call.func.span)
        }
        None => Convention::Known(Vec::new(), Some(call.func.span)),
    }
}

/// What a function of the file gives, where it takes nothing and there is one `return`, at its end.
fn returned<'a>(module: &'a ast::Module, call: &Call) -> Option<&'a Expr> {
    let ExprKind::Name(name) = &call.func.kind else { return None };
    let function = module.body.iter().rev().find_map(|statement| match &statement.kind {
        StmtKind::FunctionDef(function) if *function.name == **name => Some(function),
        _ => None,
    })?;
    let plain = |statement: &ast::Stmt| {
        matches!(statement.kind, StmtKind::Import(_) | StmtKind::ImportFrom { .. } | StmtKind::Expr(_))
    };
    match function.body.split_last() {
        Some((last, before)) if before.iter().all(plain) && function.decorators.is_empty() => match &last.kind {
            StmtKind::Return(value) => value.as_ref(),
            _ => None,
        },
        _ => None,
    }
}

/// The metadata that an expression stands for.
fn follow(modules: &Modules, file: FileId, module: &ast::Module, expression: &Expr, depth: usize) -> Convention {
    if depth > DEPTH {
        return unknown("the metadata is followed through too many files", expression.span);
    }
    match &expression.kind {
        ExprKind::Constant(ast::Constant::None) => Convention::Known(Vec::new(), Some(expression.span)),
        ExprKind::Call(call) => of_call(modules, file, module, call, depth),
        // Operations ask the option itself for its convention, and a list has none (`SchemaObjects.metadata`).
        ExprKind::List(_) | ExprKind::Tuple(_) => Convention::Known(Vec::new(), Some(expression.span)),
        ExprKind::Name(_) | ExprKind::Attribute { .. } => match dotted(expression) {
            Some(parts) => symbol(modules, file, module, &parts, expression.span, depth + 1),
            None => unknown(format!("{} is not followed", modules.sources().text(expression.span)), expression.span),
        },
        _ => unknown(format!("{} is not followed", modules.sources().text(expression.span)), expression.span),
    }
}

/// The metadata behind `a.b.c` as seen in a file.
fn symbol(
    modules: &Modules,
    file: FileId,
    module: &ast::Module,
    parts: &[String],
    span: Span,
    depth: usize,
) -> Convention {
    let text = parts.join(".");
    let Some((first, rest)) = parts.split_first() else { return unknown("an empty name", span) };
    if depth > DEPTH {
        return unknown(format!("{text} is followed through too many files"), span);
    }
    for statement in module.body.iter() {
        if let StmtKind::ClassDef(class) = &statement.kind
            && *class.name == **first
        {
            return of_class(modules, file, module, class, depth);
        }
    }
    let scope = Scope::with_functions(&module.body);
    if let Some(value) = scope.expression(first) {
        return follow(modules, file, module, value, depth + 1);
    }
    // `import a.b.c` binds `a`; the longest part of the name that is a file counts.
    for length in (1..=parts.len()).rev() {
        let name = parts[..length].join(".");
        if imports_module(module, &name)
            && let Some(found) = modules.find_file(&name)
            && let Some(other) = modules.parse(found.file)
        {
            return symbol(modules, found.file, &other, &parts[length..], span, depth + 1);
        }
    }
    match imported(modules, file, module, first) {
        Some((target, name)) => {
            let Some(other) = modules.parse(target) else {
                return unknown(format!("{first} is imported from a file that is not read as Python"), span);
            };
            let parts: Vec<String> = name.into_iter().chain(rest.iter().cloned()).collect();
            symbol(modules, target, &other, &parts, span, depth + 1)
        }
        // A package has its modules as attributes.
        None => match submodule(modules, file, first) {
            Some((target, other)) => symbol(modules, target, &other, rest, span, depth + 1),
            None => unknown(format!("{text} comes from a file that was not given"), span),
        },
    }
}

fn submodule(modules: &Modules, file: FileId, name: &str) -> Option<(FileId, Rc<ast::Module>)> {
    let path = modules.sources().file(file).path();
    if !path.ends_with("/__init__.py") {
        return None;
    }
    let found = modules.find_file(&format!("{}.{name}", modules.dotted(path)?))?;
    Some((found.file, modules.parse(found.file)?))
}

fn of_class(modules: &Modules, file: FileId, module: &ast::Module, class: &ast::ClassDef, depth: usize) -> Convention {
    let scope = Scope::of(&class.body);
    if let Some(value) = scope.expression("metadata") {
        return follow(modules, file, module, value, depth + 1);
    }
    for base in &class.bases {
        match base.last_name() {
            Some("DeclarativeBase" | "DeclarativeBaseNoMeta") => {
                return Convention::Known(Vec::new(), Some(class.span));
            }
            // Flask-SQLAlchemy's own, which gets a metadata made for it.
            Some("Model") if imported(modules, file, module, "Model").is_none() => {
                return Convention::Known(Vec::new(), Some(class.span));
            }
            Some(_) => match follow(modules, file, module, base, depth + 1) {
                Convention::Unknown(_) => {}
                found => return found,
            },
            None => {}
        }
    }
    let span = Span { end: class.span.start, ..class.span };
    unknown(format!("the metadata of class {} is not found", class.name), span)
}

fn imports_module(module: &ast::Module, name: &str) -> bool {
    module.body.iter().any(|statement| match &statement.kind {
        StmtKind::Import(names) => names.iter().any(|alias| alias.alias.is_none() && &*alias.name == name),
        _ => false,
    })
}

/// The file that a name is imported from, and the name there; `None` for the module itself.
pub fn imported(modules: &Modules, file: FileId, module: &ast::Module, name: &str) -> Option<(FileId, Option<String>)> {
    let within = |body: &ast::Block| imported_by(modules, file, body, name);
    // An import inside of a function counts where the file itself has none.
    within(&module.body).or_else(|| {
        module.body.iter().find_map(|statement| match &statement.kind {
            StmtKind::FunctionDef(function) => within(&function.body),
            _ => None,
        })
    })
}

fn imported_by(modules: &Modules, file: FileId, body: &ast::Block, name: &str) -> Option<(FileId, Option<String>)> {
    let mut found = None;
    for statement in body.iter() {
        match &statement.kind {
            // What is imported under a condition is what it is for.
            StmtKind::Try(parts) => {
                for block in std::iter::once(&parts.body).chain(parts.handlers.iter().map(|handler| &handler.body)) {
                    found = found.or_else(|| imported_by(modules, file, block, name));
                }
            }
            StmtKind::Import(names) => {
                for alias in names {
                    if alias.alias.as_deref() == Some(name) || (alias.alias.is_none() && &*alias.name == name) {
                        found = modules.find_file(&alias.name).map(|target| (target.file, None));
                    }
                }
            }
            StmtKind::ImportFrom { module: from, names, level } => {
                for alias in names {
                    let star = &*alias.name == "*";
                    if alias.alias.as_deref().unwrap_or(&alias.name) != name && !star {
                        continue;
                    }
                    let wanted = if star { name } else { &alias.name };
                    let base = absolute(modules, file, from.as_deref(), *level);
                    let Some(base) = base else { continue };
                    let submodule = modules.find_file(&format!("{base}.{wanted}"));
                    let target = modules.find_file(&base);
                    let bound = |target: &super::modules::Found| {
                        modules.parse(target.file).is_some_and(|other| {
                            let class = |statement: &ast::Stmt| {
                                matches!(&statement.kind, StmtKind::ClassDef(class) if &*class.name == wanted)
                            };
                            Scope::of(&other.body).has(wanted)
                                || other.body.iter().any(class)
                                || imports_name(&other, wanted)
                        })
                    };
                    match (target, submodule) {
                        (Some(target), _) if bound(&target) => found = Some((target.file, Some(wanted.to_string()))),
                        (_, Some(submodule)) if !star => found = Some((submodule.file, None)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn imports_name(module: &ast::Module, name: &str) -> bool {
    module.body.iter().any(|statement| match &statement.kind {
        StmtKind::ImportFrom { names, .. } => {
            names.iter().any(|alias| alias.alias.as_deref().unwrap_or(&alias.name) == name || &*alias.name == "*")
        }
        StmtKind::Import(names) => names.iter().any(|alias| alias.alias.as_deref() == Some(name)),
        _ => false,
    })
}

/// The absolute name behind `from ..a import b`.
fn absolute(modules: &Modules, file: FileId, name: Option<&str>, level: u32) -> Option<String> {
    if level == 0 {
        return name.map(str::to_string);
    }
    let mut folder = modules.sources().file(file).path().to_string();
    for _ in 0..level {
        folder = parent(&folder).to_string();
    }
    let package = modules.dotted(&format!("{folder}/__init__.py"))?;
    Some(match name {
        Some(name) => format!("{package}.{name}"),
        None => package,
    })
}
