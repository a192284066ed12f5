//! Modules: libraries that were registered, files that were given, and everything else.
//!
//! Files are loaded when something of them is used, not when they are imported: an application imports far more than a
//! migration needs, and what loading does besides binding names is nothing a database could see. A file that fails while it
//! is loaded keeps what it bound so far; its other names are unknown, since a real application does load.

use std::collections::HashSet;
use std::rc::Rc;

use super::args::Args;
use super::container::Namespace;
use super::flow::Flow;
use super::native::{Missing, Native, Reach};
use super::scope::{Frame, Scope};
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::alembic::python::ast;
use crate::pg::error::Reason;
use crate::source::{FileId, Span};

/// A file that can be imported.
#[derive(Clone, Debug)]
pub struct SourceModule {
    /// Its dotted name, `app.migrations.helpers`; of a package its own, without `__init__`.
    pub dotted: Rc<str>,
    /// Its path, for `__file__`.
    pub path: Rc<str>,
    /// Its number.
    pub file: FileId,
    /// It is the `__init__.py` of a package.
    pub is_package: bool,
    /// What it says.
    pub ast: Rc<ast::Module>,
}

/// Where `import` finds files.
pub trait ModuleSource {
    /// The file of a dotted name.
    fn find(&self, dotted: &str) -> Option<SourceModule>;

    /// True for a folder on the way to files: without an `__init__.py` it is a package, too (PEP 420).
    fn is_folder(&self, _dotted: &str) -> bool {
        false
    }

    /// True for a file of the application: neither a revision nor beside `env.py`.
    fn is_application(&self, _file: FileId) -> bool {
        false
    }

    /// Files of the application that define tables, by their words.
    fn with_tables(&self) -> &[FileId] {
        &[]
    }

    /// Every table that a file defines is on a metadata that it makes itself.
    fn has_own_metadata(&self, _file: FileId) -> bool {
        false
    }

    /// What the file of a path says, if it was handed in.
    fn text(&self, _path: &str) -> Option<&str> {
        None
    }

    /// True for a folder with files that were handed in.
    fn has_folder(&self, _path: &str) -> bool {
        false
    }

    /// The folder of a package.
    fn package_folder(&self, _dotted: &str) -> Option<String> {
        None
    }
}

/// No files at all.
impl ModuleSource for () {
    fn find(&self, _dotted: &str) -> Option<SourceModule> {
        None
    }
}

/// A module.
#[derive(Debug)]
pub struct Module {
    /// Its dotted name.
    pub dotted: Rc<str>,
    /// Its names.
    pub attrs: Rc<Namespace>,
    /// What asking for another name gives.
    pub missing: Missing,
    /// Relative imports start here.
    package: Rc<str>,
    /// Why its loading ended early.
    failed: std::cell::RefCell<Option<Reason>>,
    /// Its file is being run.
    loading: std::cell::Cell<bool>,
}

impl Native for Module {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "module"
    }

    fn reach(&self) -> Reach {
        if &*self.dotted == "alembic.op" { Reach::Everything } else { Reach::Nothing }
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some(value) = self.attrs.get(name) {
            return Ok(Some(vm.force(value)?));
        }
        if name == "__dict__" {
            return Ok(Some(vm.unknown("unsupported", "the __dict__ of a module")));
        }
        let dotted = format!("{}.{name}", self.dotted);
        if let Some(module) = vm.find_module(&dotted)? {
            return Ok(Some(module));
        }
        if let Some(getter) = self.attrs.get("__getattr__") {
            return vm.call(&getter, Args::positional([Value::str(name)])).map(Some);
        }
        if let Some(reason) = &*self.failed.borrow() {
            return Ok(Some(Value::Unknown(reason.clone())));
        }
        if self.loading.get() {
            return Ok(Some(vm.unknown("import", format!("{dotted}: its file is being loaded"))));
        }
        Ok(match self.missing {
            Missing::Absent => None,
            Missing::Unmodelled => Some(vm.unknown("library", format!("{dotted} is not modelled"))),
        })
    }

    fn set_attr(self: Rc<Self>, vm: &mut Vm, name: &str, value: Value) -> Eval<bool> {
        vm.bind(&self.attrs, &name.into(), Some(value));
        Ok(true)
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str(format!("<module '{}'>", self.dotted))))
    }
}

/// Which files were loaded.
#[derive(Debug, Default)]
pub(super) struct Loads {
    /// Those whose statements are running, the innermost last.
    running: Vec<FileId>,
    /// Those that began to run.
    begun: HashSet<FileId>,
    /// Those that ran to their end.
    done: HashSet<FileId>,
}

/// Something that was imported and not used yet.
#[derive(Debug)]
struct Deferred {
    module: Rc<str>,
    /// `from module import name`
    name: Option<Rc<str>>,
    /// It is being looked up.
    resolving: std::cell::Cell<bool>,
}

impl Native for Deferred {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn reach(&self) -> Reach {
        // What else is imported is not loaded for this question.
        let leads = match &self.name {
            Some(name) => {
                *self.module == *"alembic" && matches!(&**name, "op" | "context") || *self.module == *"alembic.op"
            }
            None => matches!(&*self.module, "alembic" | "alembic.op"),
        };
        if leads { Reach::Everything } else { Reach::Nothing }
    }

    fn class(&self) -> &str {
        "module"
    }
}

impl Vm {
    /// Whether a file is being loaded.
    pub(super) fn is_loading(&self) -> bool {
        !self.loads.running.is_empty()
    }

    /// Adds a library module, or adds to one; `missing` is what other names of it give.
    pub fn register_with(
        &mut self,
        module: &'static str,
        missing: Missing,
        attrs: impl IntoIterator<Item = (&'static str, Value)>,
    ) {
        let namespace = match self.modules.get(module).and_then(Value::downcast_ref::<Module>) {
            Some(module) => module.attrs.clone(),
            None => {
                let value = library(module, missing);
                let attrs = value.attrs.clone();
                self.modules.insert(module.to_owned(), Value::native(value));
                attrs
            }
        };
        for (name, value) in attrs {
            namespace.set(&name.into(), Some(value));
        }
        // `import a.b.c` needs `a` and `a.b`.
        let mut parent = module;
        while let Some((above, _)) = parent.rsplit_once('.') {
            if !self.modules.contains_key(above) {
                self.modules.insert(above.to_owned(), Value::native(library(above, missing)));
            }
            parent = above;
        }
    }

    /// Adds a library module of which only a part is modelled: other names of it are unknown.
    pub fn register(&mut self, module: &'static str, attrs: impl IntoIterator<Item = (&'static str, Value)>) {
        self.register_with(module, Missing::Unmodelled, attrs);
    }

    /// A module that was registered.
    pub fn library(&self, dotted: &str) -> Option<Value> {
        self.modules.get(dotted).cloned()
    }

    /// `importlib.import_module(dotted)`. A module that is neither registered nor given is unknown.
    pub fn import(&mut self, dotted: &str) -> Eval<Value> {
        match self.find_module(dotted)? {
            Some(module) => Ok(module),
            None => Ok(self.not_given(dotted)),
        }
    }

    fn not_given(&self, dotted: &str) -> Value {
        // A submodule of a library that is known in part.
        let mut parent = dotted;
        while let Some((above, _)) = parent.rsplit_once('.') {
            if self
                .modules
                .get(above)
                .and_then(Value::downcast_ref::<Module>)
                .is_some_and(|module| module.failed.borrow().is_none())
                && self.sources.find(above).is_none()
            {
                return self.unknown("library", format!("{dotted} is not modelled"));
            }
            parent = above;
        }
        match super::stdlib::is_standard(dotted) || super::stdlib::is_bystander(dotted) {
            true => self.unknown("library", format!("{dotted} is not modelled")),
            false => self.unknown("import", format!("import {dotted}: file not given")),
        }
    }

    /// The module, if it is registered or given.
    fn find_module(&mut self, dotted: &str) -> Eval<Option<Value>> {
        if let Some(module) = self.modules.get(dotted) {
            return Ok(Some(module.clone()));
        }
        let Some(source) = self.sources.clone().find(dotted) else {
            return Ok(self.namespace_package(dotted));
        };
        let module = self.new_module(&source);
        // Loading happens once, whether or not the code that needed it first runs under an unknown condition.
        let flow = std::mem::take(&mut self.flow);
        let uncertain = std::mem::take(&mut self.run.uncertain);
        let (may_fail, unknown_calls) = (self.run.may_fail.len(), self.unknown_calls);
        self.loads.running.push(source.file);
        self.loads.begun.insert(source.file);
        let result = self.deeper(|vm| vm.run_module(&module, &source));
        self.loads.running.pop();
        if result.is_ok() {
            self.loads.done.insert(source.file);
        }
        self.doubt_unset(&module, &source);
        self.flow = flow;
        self.run.uncertain = uncertain;
        // What may fail while a file is loaded has not failed in an application that runs.
        self.run.may_fail.truncate(may_fail);
        self.unknown_calls = unknown_calls;
        match result {
            Ok(()) => {}
            Err(raise) => {
                let what = format!("import {dotted} failed: {}", self.describe(&raise));
                let reason = Reason { span: self.origin(&raise), ..Reason::new("import-failed", what) };
                *module.failed.borrow_mut() = Some(reason);
                // A file that is too large to load must not take the bounds of what imports it.
                if let Raise::Stop(reason) = raise
                    && reason.kind == "bound-memory"
                {
                    return Err(Raise::Stop(reason));
                }
            }
        }
        Ok(self.modules.get(dotted).cloned())
    }

    /// A folder without an `__init__.py`. Its name may as well mean a library that was not given, so what is not in the folder is
    /// unknown.
    fn namespace_package(&mut self, dotted: &str) -> Option<Value> {
        let top = dotted.split('.').next().unwrap_or(dotted);
        let is_library = self.sources.find(top).is_none()
            && self
                .modules
                .get(top)
                .and_then(Value::downcast_ref::<Module>)
                .is_some_and(|module| module.failed.borrow().is_none());
        if is_library || !self.sources.is_folder(dotted) {
            return None;
        }
        let module = library(dotted, Missing::Unmodelled);
        if let Value::Unknown(reason) = self.not_given(dotted) {
            *module.failed.borrow_mut() = Some(reason);
        }
        let value = Value::native(module);
        self.modules.insert(dotted.to_owned(), value.clone());
        Some(value)
    }

    /// True while a file of the application runs its own statements: what they make is there for all its other files.
    pub fn is_loading_application(&self) -> bool {
        let here = self.place().map(|place| place.file);
        self.loads.running.last().is_some_and(|file| Some(*file) == here && self.sources.is_application(*file))
    }

    /// A file of the application that may define tables and was not loaded, or not to its end.
    pub fn unloaded_tables(&self) -> Option<Reason> {
        let known = |file: &FileId| self.loads.done.contains(file) || self.loads.running.contains(file);
        // Tables on a metadata that the file makes are on no other one. Where loading ended early, it may be this one.
        let apart = |file: &FileId| !self.loads.begun.contains(file) && self.sources.has_own_metadata(*file);
        let file = self.sources.with_tables().iter().find(|file| !known(file) && !apart(file))?;
        let what = "which tables of the application are defined by then: here is one that env.py or the application may have imported";
        Some(Reason::new("application-tables", what).at(Span { file: *file, start: 0, end: 0 }))
    }

    fn new_module(&mut self, source: &SourceModule) -> Rc<Module> {
        let package = match source.dotted.rsplit_once('.') {
            _ if source.is_package => source.dotted.clone(),
            Some((package, _)) => package.into(),
            None => "".into(),
        };
        let attrs = Namespace::new();
        for (name, value) in
            [("__name__", source.dotted.clone()), ("__file__", source.path.clone()), ("__package__", package.clone())]
        {
            attrs.set(&name.into(), Some(Value::Str(value)));
        }
        attrs.set(&"__doc__".into(), Some(doc(&source.ast.body)));
        attrs.set(&"__spec__".into(), Some(self.unknown("python", "__spec__ is not modelled")));
        if source.is_package {
            let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            attrs.set(&"__path__".into(), Some(Value::list([Value::str(folder)])));
        }
        let module = Rc::new(Module {
            dotted: source.dotted.clone(),
            attrs,
            missing: Missing::Absent,
            package,
            failed: std::cell::RefCell::default(),
            loading: std::cell::Cell::default(),
        });
        self.modules.insert(source.dotted.to_string(), Value::Native(module.clone()));
        module
    }

    fn run_module(&mut self, module: &Rc<Module>, source: &SourceModule) -> Eval<()> {
        let Some(first) = source.ast.body.first() else {
            return Ok(());
        };
        let scope = Scope::module(module.attrs.clone());
        self.run.trace.push(first.span);
        self.frames.push(scope.clone());
        let mut frame = Frame::new(scope);
        module.loading.set(true);
        let result = self.within_function(|vm| vm.block(&mut frame, &source.ast.body));
        module.loading.set(false);
        self.frames.pop();
        self.run.trace.pop();
        match result? {
            Flow::Normal | Flow::Return(_) | Flow::Break | Flow::Continue => Ok(()),
        }
    }

    /// A variable that is `None` until a function of its module sets it: the application, which does not run here, may have called that.
    fn doubt_unset(&mut self, module: &Rc<Module>, source: &SourceModule) {
        for name in &source.ast.set_by_functions {
            if matches!(module.attrs.get(name), Some(Value::None)) {
                let what = format!("{name}, which a function of its module sets");
                let unset = self.unknown("module-state", what);
                module.attrs.set(name, Some(unset));
            }
        }
    }

    /// Runs a file as a module of its own, for example a revision. What it raises is raised; names that it bound before stay
    /// in `sys.modules`.
    pub fn load_module(&mut self, source: &SourceModule) -> Eval<Value> {
        let module = self.new_module(source);
        self.run_module(&module, source)?;
        Ok(Value::Native(module))
    }

    /// What stands behind a name that was imported.
    pub(super) fn force(&mut self, value: Value) -> Eval<Value> {
        let Some(deferred) = value.downcast_ref::<Deferred>() else {
            return Ok(value);
        };
        // `from . import part` in a package's own `__init__` looks the name up where it is being bound: what is meant is the
        // module of that name. Two modules that import one name from each other never bind it.
        if deferred.resolving.replace(true) {
            let dotted = match &deferred.name {
                Some(name) => format!("{}.{name}", deferred.module),
                None => deferred.module.to_string(),
            };
            return Ok(match self.find_module(&dotted)? {
                Some(module) => module,
                None => self.unknown("import", format!("import {dotted}: it is imported from where it is imported to")),
            });
        }
        let result = self.deeper(|vm| {
            let module = vm.import(&deferred.module)?;
            match &deferred.name {
                None => Ok(module),
                Some(name) => vm.import_name(&deferred.module, module, name),
            }
        });
        deferred.resolving.set(false);
        result
    }

    fn import_name(&mut self, dotted: &str, module: Value, name: &str) -> Eval<Value> {
        let Some(native) = module.downcast::<Module>() else {
            return Ok(module);
        };
        match native.clone().get_attr(self, name)? {
            Some(value) => Ok(value),
            // Python raises an ImportError. A name that a real application imports is there, so it is bound in a way that is
            // not understood (`globals()[…]`, a loop over `__all__`), unless the module is the standard library's.
            None => Ok(self.unknown("import", format!("from {dotted} import {name}: the file does not bind it"))),
        }
    }

    /// `import a.b.c as d`
    pub(super) fn import_statement(&mut self, frame: &mut Frame<'_>, alias: &ast::Alias) -> Eval<()> {
        if let Some(bound) = &alias.alias {
            let value = self.deferred(&alias.name, None);
            return self.assign_name(frame, bound, value);
        }
        let first: Rc<str> = alias.name.split('.').next().unwrap_or(&alias.name).into();
        let value = self.deferred(&first, None);
        self.assign_name(frame, &first, value)
    }

    fn deferred(&mut self, dotted: &str, name: Option<&Rc<str>>) -> Value {
        if name.is_none()
            && let Some(module) = self.modules.get(dotted)
        {
            return module.clone();
        }
        Value::native(Deferred { module: dotted.into(), name: name.cloned(), resolving: std::cell::Cell::new(false) })
    }

    /// `from ..a import b as c`
    pub(super) fn import_from(
        &mut self,
        frame: &mut Frame<'_>,
        module: Option<&str>,
        names: &[ast::Alias],
        level: u32,
    ) -> Eval<()> {
        let Some(dotted) = self.absolute(frame, module.unwrap_or(""), level) else {
            return Err(self.raise("ImportError", "attempted relative import beyond top-level package"));
        };
        for alias in names {
            if &*alias.name == "*" {
                self.import_star(frame, &dotted)?;
                continue;
            }
            let bound = alias.alias.as_ref().unwrap_or(&alias.name);
            let known = self.modules.get(&dotted).and_then(Value::downcast_ref::<Module>);
            let value = match known.and_then(|module| module.attrs.get(&alias.name)) {
                Some(value) => value,
                None => self.deferred(&dotted, Some(&alias.name)),
            };
            self.assign_name(frame, bound, value)?;
        }
        Ok(())
    }

    fn absolute(&self, frame: &Frame<'_>, module: &str, level: u32) -> Option<String> {
        if level == 0 {
            return Some(module.to_owned());
        }
        let package = frame.scope.globals().get("__package__")?;
        let mut package = package.as_str()?;
        for _ in 1..level {
            package = package.rsplit_once('.').map_or("", |(above, _)| above);
        }
        Some(match (package, module) {
            ("", module) => module.to_owned(),
            (package, "") => package.to_owned(),
            (package, module) => format!("{package}.{module}"),
        })
    }

    fn import_star(&mut self, frame: &mut Frame<'_>, dotted: &str) -> Eval<()> {
        let value = self.import(dotted)?;
        let Some(module) = value.downcast::<Module>() else {
            // Any name may come from there.
            if let Value::Unknown(reason) = value {
                self.any_name(frame, reason);
            }
            return Ok(());
        };
        let all = match module.attrs.get("__all__") {
            Some(all) => match self.iterate(&all)? {
                super::Items::Known(names) => Some(names),
                super::Items::Unknown(_) => None,
            },
            None => None,
        };
        if let Some(names) = all {
            for name in names {
                if let Some(name) = name.as_str() {
                    let value = self.import_name(dotted, Value::Native(module.clone()), name)?;
                    self.assign_name(frame, &name.into(), value)?;
                }
            }
        } else {
            for (name, value) in module.attrs.items() {
                if !name.starts_with('_') {
                    self.assign_name(frame, &name, value)?;
                }
            }
        }
        if let Some(reason) = module.failed.borrow().clone() {
            self.any_name(frame, reason);
        } else if module.missing == Missing::Unmodelled {
            let reason = self.reason("library", format!("from {dotted} import *: not all of it is modelled"));
            self.any_name(frame, reason);
        } else if module.loading.get() {
            // Imports are made late here, so what such a file holds by now is not what it holds in Python by now.
            let reason = self.reason("import", format!("from {dotted} import *: while it is being loaded"));
            self.any_name(frame, reason);
        }
        Ok(())
    }

    /// Any name of this module may exist: those who read it inside and those who import it find something unknown.
    fn any_name(&self, frame: &Frame<'_>, reason: Reason) {
        let name = frame.scope.globals().get("__name__");
        let own = name.as_ref().and_then(Value::as_str).and_then(|dotted| self.modules.get(dotted));
        if let Some(module) = own.and_then(Value::downcast_ref::<Module>) {
            module.failed.borrow_mut().get_or_insert(reason.clone());
        }
        frame.scope.set_star(reason);
    }

    /// Binds a name in the module whose code is running.
    pub fn bind_global(&mut self, name: &Rc<str>, value: Value) {
        if let Some(scope) = self.frames.last().cloned() {
            self.bind(scope.globals(), name, Some(value));
        }
    }

    /// The package that relative imports of a module start from.
    pub fn package_of(module: &Module) -> &str {
        &module.package
    }
}

fn library(dotted: &str, missing: Missing) -> Module {
    let attrs = Namespace::new();
    attrs.set(&"__name__".into(), Some(Value::str(dotted)));
    Module {
        dotted: dotted.into(),
        attrs,
        missing,
        package: dotted.into(),
        failed: std::cell::RefCell::default(),
        loading: std::cell::Cell::default(),
    }
}

fn doc(body: &ast::Block) -> Value {
    match body.first().map(|stmt| &stmt.kind) {
        Some(ast::StmtKind::Expr(ast::Expr { kind: ast::ExprKind::Constant(ast::Constant::Str(text)), .. })) => {
            Value::Str(text.clone())
        }
        _ => Value::None,
    }
}
