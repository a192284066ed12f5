//! What `env.py` passes to `context.configure`, as far as it stands there.
//!
//! No code is run: literals, names bound once, and class attributes of files that were given. Anything else is unknown,
//! with its place.

use std::rc::Rc;

use super::arguments::{self, Arguments};
use super::convention::{self, Convention, Template};
use super::hooks;
use super::isolation;
use super::keywords::{self, Keywords};
use super::literal::{Literal, Scope};
use super::modules::Modules;
use super::options::Options;
use super::prelude;
use crate::alembic::python::ast::{self, Expr, ExprKind, StmtKind};
use crate::alembic::python::walk;
use crate::diagnostic::Diagnostic;
use crate::pg::error::Reason;
use crate::source::{FileId, Span};

/// A setting that may not be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting<T> {
    /// It is this; `at` is where it is set, `None` for Alembic's default.
    Known {
        /// The value.
        value: T,
        /// Where it stands.
        at: Option<Span>,
    },
    /// It cannot be told.
    Unknown(Reason),
}

impl<T: Clone> Setting<T> {
    /// Alembic's default.
    pub fn default_of(value: T) -> Setting<T> {
        Setting::Known { value, at: None }
    }

    /// The value, if it is known.
    pub fn known(&self) -> Option<T> {
        match self {
            Setting::Known { value, .. } => Some(value.clone()),
            Setting::Unknown(_) => None,
        }
    }

    /// Why it is not known.
    pub fn unknown(&self) -> Option<&Reason> {
        match self {
            Setting::Known { .. } => None,
            Setting::Unknown(reason) => Some(reason),
        }
    }
}

/// What matters here of what `context.configure` takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `version_table`
    pub version_table: Setting<String>,
    /// `version_table_schema`
    pub version_table_schema: Setting<Option<String>>,
    /// `version_table_pk`
    pub version_table_pk: Setting<bool>,
    /// `include_schemas`
    pub include_schemas: Setting<bool>,
    /// `transaction_per_migration`
    pub transaction_per_migration: Setting<bool>,
    /// The connection commits each statement by itself (`isolation_level="AUTOCOMMIT"`).
    pub autocommit: Setting<bool>,
    /// What each `upgrade(…)` is called with.
    pub arguments: Arguments,
    /// Why names may mean other objects than those of the connection's own `search_path`.
    pub prelude: Option<Reason>,
    /// `transactional_ddl`; true on PostgreSQL unless set.
    pub transactional_ddl: Setting<bool>,
    /// `render_as_batch`
    pub render_as_batch: Setting<bool>,
    /// `naming_convention` of `target_metadata`: keys with their templates and tokens.
    pub naming_convention: Setting<Vec<(String, Template)>>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            version_table: Setting::default_of("alembic_version".into()),
            version_table_schema: Setting::default_of(None),
            version_table_pk: Setting::default_of(true),
            include_schemas: Setting::default_of(false),
            transaction_per_migration: Setting::default_of(false),
            autocommit: Setting::default_of(false),
            // Without an env.py it is not known what it hands over.
            arguments: Arguments::unknown(Reason::new("env", "what env.py hands to upgrade(): it was not handed in")),
            prelude: None,
            transactional_ddl: Setting::default_of(true),
            render_as_batch: Setting::default_of(false),
            naming_convention: Setting::default_of(Vec::new()),
        }
    }
}

impl Settings {
    /// The settings when there is no `env.py` to read.
    pub fn without_env() -> Settings {
        let reason = Reason::new("env", "env.py was not given");
        Settings { naming_convention: Setting::Unknown(reason), ..Settings::default() }
    }

    /// What cannot be told, for who asks why an answer is not known. The name of the version table has words of its own.
    pub fn notes(&self) -> Vec<Diagnostic> {
        let unknowns = self.unknowns().into_iter().filter(|(name, _)| *name != "version_table");
        let note = |(name, reason): (&str, &Reason)| {
            let note = Diagnostic::info("setting-unknown", format!("{name} cannot be told: {reason}."));
            match reason.span {
                Some(span) => note.at(span),
                None => note,
            }
        };
        unknowns.map(note).collect()
    }

    /// All reasons why something is not known, with the setting's name.
    pub fn unknowns(&self) -> Vec<(&'static str, &Reason)> {
        [
            ("version_table", self.version_table.unknown()),
            ("version_table_schema", self.version_table_schema.unknown()),
            ("version_table_pk", self.version_table_pk.unknown()),
            ("include_schemas", self.include_schemas.unknown()),
            ("transaction_per_migration", self.transaction_per_migration.unknown()),
            ("autocommit", self.autocommit.unknown()),
            ("transactional_ddl", self.transactional_ddl.unknown()),
            ("render_as_batch", self.render_as_batch.unknown()),
            ("naming_convention", self.naming_convention.unknown()),
        ]
        .into_iter()
        .filter_map(|(name, reason)| reason.map(|reason| (name, reason)))
        .collect()
    }
}

/// One `configure(…)`: its keywords, those of `Migrate(…)` where it takes Flask-Migrate's, and whether others may hide.
struct Configure<'a> {
    keywords: Vec<Keyword>,
    hidden: Option<Span>,
    options: Option<&'a Options>,
}

/// A keyword, with the file that it stands in.
struct Keyword {
    name: String,
    file: FileId,
    module: Rc<ast::Module>,
    value: Span,
    /// It is set whatever the conditions around it are.
    sure: bool,
}

/// Reads `env.py`.
pub fn read(modules: &Modules, env: FileId, flask: bool, options: Option<&Options>) -> Settings {
    let Some(module) = modules.parse(env) else {
        let reason = Reason::new("env", "env.py is not read as Python").at(Span { file: env, start: 0, end: 0 });
        return unknown(&reason);
    };
    let mut found: Vec<Keywords<'_>> = Vec::new();
    keywords::calls(&module.body, &mut |call, homes| {
        if let ExprKind::Attribute { attr, .. } = &call.func.kind
            && &**attr == "configure"
        {
            let keywords = keywords::of_call(call, homes);
            if has_any(&keywords, &["connection", "url", "target_metadata"]) {
                found.push(keywords);
            }
        }
    });
    let online: Vec<&Keywords<'_>> = found.iter().filter(|keywords| !has_any(keywords, &["url"])).collect();
    let Some(chosen) = (if online.is_empty() { found.first() } else { online.first().copied() }) else {
        return unknown(&Reason::new("env", "env.py has no context.configure(…) to read").at(Span {
            file: env,
            start: 0,
            end: 0,
        }));
    };
    let mut configure = Configure { keywords: Vec::new(), hidden: None, options };
    for keywords in if online.is_empty() { vec![chosen] } else { online } {
        collect(keywords, env, &module, &mut configure);
    }
    if configure.hidden.is_some() && flask {
        let migrate = flask_migrate(modules);
        if !migrate.is_empty() {
            configure.hidden = None;
            for (file, module, call_span) in migrate {
                keywords::calls(&module.body.clone(), &mut |call, homes| {
                    if call.func.span == call_span {
                        collect(&keywords::of_call(call, homes), file, &module, &mut configure);
                    }
                });
            }
        }
    }
    let text = |name, default: Option<&str>| setting(modules, &configure, name, default.map(str::to_string), as_text);
    let flag = |name, default| setting(modules, &configure, name, default, as_flag);
    Settings {
        version_table: match text("version_table", Some("alembic_version")) {
            Setting::Known { value, at } => {
                Setting::Known { value: value.unwrap_or_else(|| "alembic_version".into()), at }
            }
            Setting::Unknown(reason) => Setting::Unknown(reason),
        },
        version_table_schema: text("version_table_schema", None),
        version_table_pk: flag("version_table_pk", true),
        include_schemas: flag("include_schemas", false),
        transaction_per_migration: flag("transaction_per_migration", false),
        autocommit: isolation::autocommit(&module),
        arguments: arguments::of(&module),
        prelude: prelude::prelude(&module),
        transactional_ddl: setting(modules, &configure, "transactional_ddl", true, |value| match value {
            // Alembic then asks the dialect.
            Literal::None => Some(true),
            value => as_flag(value),
        }),
        render_as_batch: flag("render_as_batch", false),
        naming_convention: match hooks::of_constraints(modules) {
            Some(reason) => Setting::Unknown(reason),
            None => match convention::of_environment(modules, env, &module, flask) {
                Convention::Known(value, at) => Setting::Known { value, at },
                Convention::Unknown(reason) => Setting::Unknown(reason),
            },
        },
    }
}

fn unknown(reason: &Reason) -> Settings {
    Settings {
        version_table: Setting::Unknown(reason.clone()),
        version_table_schema: Setting::Unknown(reason.clone()),
        version_table_pk: Setting::Unknown(reason.clone()),
        include_schemas: Setting::Unknown(reason.clone()),
        transaction_per_migration: Setting::Unknown(reason.clone()),
        arguments: Arguments::unknown(reason.clone()),
        prelude: None,
        autocommit: Setting::Unknown(reason.clone()),
        transactional_ddl: Setting::Unknown(reason.clone()),
        render_as_batch: Setting::Unknown(reason.clone()),
        naming_convention: Setting::Unknown(reason.clone()),
    }
}

fn has_any(keywords: &Keywords<'_>, names: &[&str]) -> bool {
    keywords.named.iter().any(|keyword| names.contains(&keyword.name))
}

fn collect(keywords: &Keywords<'_>, file: FileId, module: &Rc<ast::Module>, configure: &mut Configure<'_>) {
    configure.keywords.extend(keywords.named.iter().map(|keyword| Keyword {
        name: keyword.name.to_string(),
        file,
        module: module.clone(),
        value: keyword.value.span,
        sure: keyword.sure,
    }));
    configure.hidden = keywords.hidden.or(configure.hidden);
}

/// The places of `Migrate(…)` and `migrate.init_app(…)` in the given files: Flask-Migrate hands their keywords to
/// `configure` as `**conf_args`.
fn flask_migrate(modules: &Modules) -> Vec<(FileId, Rc<ast::Module>, Span)> {
    let mut found = Vec::new();
    for (file, source) in modules.sources().iter() {
        if !source.path().ends_with(".py") || !source.text().contains("flask_migrate") {
            continue;
        }
        let Some(module) = modules.parse(file) else { continue };
        let mut spans = Vec::new();
        walk::calls(&module.body, &mut |call| match &call.func.kind {
            ExprKind::Name(name) if &**name == "Migrate" => spans.push(call.func.span),
            ExprKind::Attribute { value, attr } if &**attr == "init_app" => {
                if matches!(&value.kind, ExprKind::Name(name) if name.to_lowercase().contains("migrat")) {
                    spans.push(call.func.span);
                }
            }
            _ => {}
        });
        found.extend(spans.into_iter().map(|span| (file, module.clone(), span)));
    }
    found
}

fn setting<T: Clone + PartialEq>(
    modules: &Modules,
    configure: &Configure<'_>,
    name: &str,
    default: T,
    convert: fn(Literal) -> Option<T>,
) -> Setting<T> {
    let mut value: Option<(T, Span)> = None;
    for Keyword { name: _, file, module, value: span, sure } in
        configure.keywords.iter().filter(|keyword| keyword.name == name)
    {
        let read = literal_at(modules, *file, module, *span, configure.options).and_then(convert);
        if !sure && read.as_ref() != Some(&default) {
            let what = format!("whether {name} is set depends on a condition in env.py");
            return Setting::Unknown(Reason::new("env", what).at(*span));
        }
        match (read, &value) {
            (Some(read), None) => value = Some((read, *span)),
            (Some(read), Some((known, _))) if read == *known => {}
            (Some(_), Some(_)) => {
                let what = format!("{name} is set differently in several places of env.py");
                return Setting::Unknown(Reason::new("env", what).at(*span));
            }
            (None, _) => {
                let what = format!("{name} is set to {}, which is not a literal", modules.sources().text(*span));
                return Setting::Unknown(Reason::new("env", what).at(*span));
            }
        }
    }
    match (value, configure.hidden) {
        (Some((value, at)), _) => Setting::Known { value, at: Some(at) },
        (None, Some(span)) => {
            let what = format!("{name} may be among **{}", modules.sources().text(span));
            Setting::Unknown(Reason::new("env", what).at(span))
        }
        (None, None) => Setting::default_of(default),
    }
}

fn as_text(value: Literal) -> Option<Option<String>> {
    match value {
        Literal::None => Some(None),
        Literal::Str(text) => Some(Some(text)),
        Literal::Bool(_) | Literal::List(_) | Literal::Dict(_) => None,
    }
}

fn as_flag(value: Literal) -> Option<bool> {
    match value {
        Literal::Bool(flag) => Some(flag),
        Literal::None => Some(false),
        Literal::Str(_) | Literal::List(_) | Literal::Dict(_) => None,
    }
}

fn literal_at(
    modules: &Modules,
    file: FileId,
    module: &Rc<ast::Module>,
    span: Span,
    options: Option<&Options>,
) -> Option<Literal> {
    let scope = Scope::with_functions(&module.body);
    let mut value = None;
    walk::expressions(&module.body, &mut |expression| {
        if expression.span == span {
            value = scope
                .value(expression)
                .or_else(|| options?.value(module, &scope, expression))
                .or_else(|| elsewhere(modules, file, module, &scope, expression, 0));
        }
    });
    value
}

/// The value of an imported constant, or of an attribute of an imported class.
fn elsewhere(
    modules: &Modules,
    file: FileId,
    module: &ast::Module,
    scope: &Scope,
    expression: &Expr,
    depth: usize,
) -> Option<Literal> {
    if depth > 5 {
        return None;
    }
    match &expression.kind {
        ExprKind::Name(name) => {
            if let Some(bound) = scope.expression(name) {
                return scope.value(bound).or_else(|| elsewhere(modules, file, module, scope, bound, depth + 1));
            }
            let (target, symbol) = convention::imported(modules, file, module, name)?;
            let other = modules.parse(target)?;
            let scope = Scope::of(&other.body);
            scope.value(scope.expression(&symbol?)?)
        }
        ExprKind::Attribute { value, attr } => {
            let ExprKind::Name(name) = &value.kind else { return None };
            let (target, symbol) = convention::imported(modules, file, module, name)?;
            let other = modules.parse(target)?;
            let outer = Scope::of(&other.body);
            let Some(symbol) = symbol else { return outer.value(outer.expression(attr)?) };
            let body = other.body.iter().find_map(|statement| match &statement.kind {
                StmtKind::ClassDef(class) if *class.name == *symbol => Some(&class.body),
                _ => None,
            })?;
            let inner = Scope::of(body);
            let bound = inner.expression(attr)?;
            inner.value(bound).or_else(|| outer.value(bound))
        }
        _ => None,
    }
}
