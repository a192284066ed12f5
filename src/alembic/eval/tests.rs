//! What programs do, compared with what CPython 3.12 prints for them.

use std::rc::Rc;

use super::{Eval, ModuleSource, Raise, SourceModule, Value, Vm, native};
use crate::alembic::python;
use crate::alembic::run::{Run, Settings};
use crate::catalog::{Catalog, Session};
use crate::pg::error::Reason;
use crate::source::{FileId, Sources};

struct Files(Vec<(&'static str, &'static str)>);

fn source(dotted: &str, text: &str) -> Option<SourceModule> {
    let file: FileId = Sources::default().add("m.py", text);
    let ast = python::parse(text, file).ok()?;
    Some(SourceModule { dotted: dotted.into(), path: "/m.py".into(), file, is_package: false, ast })
}

impl ModuleSource for Files {
    fn find(&self, dotted: &str) -> Option<SourceModule> {
        let (_, text) = self.0.iter().find(|(name, _)| *name == dotted)?;
        source(dotted, text)
    }

    fn is_folder(&self, dotted: &str) -> bool {
        self.0.iter().any(|(name, _)| name.strip_prefix(dotted).is_some_and(|below| below.starts_with('.')))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
    }

    fn has_folder(&self, path: &str) -> bool {
        self.0.iter().any(|(name, _)| name.strip_prefix(path).is_some_and(|below| below.starts_with('/')))
    }

    fn package_folder(&self, dotted: &str) -> Option<String> {
        Some(format!("/{}", dotted.replace('.', "/"))).filter(|folder| self.has_folder(folder))
    }
}

/// Runs a program; what it hands to `out(…)` is shown by `repr`, one per line, unknown ones by their kind. An exception ends it
/// with its class and message.
fn run(code: &str, files: Vec<(&'static str, &'static str)>) -> (String, Run) {
    let run = Run::new(Catalog::default(), Session::default(), Settings::default());
    let mut vm = Vm::new(run, Rc::new(Files(files)));
    let shown = Rc::new(std::cell::RefCell::new(String::new()));
    let sink = shown.clone();
    vm.builtins.set(
        &"out".into(),
        Some(native::function("out", move |vm, args| {
            for value in &args.positional {
                let text = match vm.repr(value)? {
                    Value::Str(text) => text.to_string(),
                    other => format!("?{}", other.reason().map_or("", |reason| reason.kind)),
                };
                let may = if vm.run.uncertain.is_empty() { "" } else { "may " };
                sink.borrow_mut().push_str(&format!("{may}{text}\n"));
            }
            Ok(Value::None)
        })),
    );
    vm.builtins.set(&"unknown".into(), Some(Value::Unknown(Reason::new("test", "unknown"))));
    let module = match source("__main__", code) {
        Some(module) => module,
        None => return (format!("{:?}", python::parse(code, Sources::default().add("m.py", code)).err()), vm.run),
    };
    let result: Eval<Value> = vm.load_module(&module);
    match result {
        Ok(_) => {}
        Err(Raise::Stop(reason)) => shown.borrow_mut().push_str(&format!("stop {}", reason.kind)),
        Err(raise) => {
            let text = vm.describe(&raise);
            shown.borrow_mut().push_str(&text);
        }
    }
    let text = shown.borrow().trim_end().to_owned();
    (text, vm.run)
}

#[track_caller]
fn check(code: &str, expected: &str) {
    // Frames of a debug build are several times larger than those of the builds that the bounds are made for.
    let program = code.to_owned();
    let thread = std::thread::Builder::new().stack_size(32 << 20).spawn(move || run(&program, Vec::new()).0);
    let shown = thread.ok().and_then(|thread| thread.join().ok()).unwrap_or_else(|| "panic".to_owned());
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    let shown: Vec<&str> = shown.lines().map(str::trim).collect();
    assert_eq!(shown, expected, "\n{code}");
}

#[test]
fn modules_that_import_each_other_end() {
    let files = vec![
        ("a", "from b import x\nfrom a import part\n"),
        ("b", "from a import x\ny = 1\n"),
        ("c", "from d import *\n"),
        ("d", "import c\nout(c.z)\nimport e\nz = 1\n"),
        ("e", "from gone import *\n"),
    ];
    let (shown, _) = run(
        "from a import x\nout(x)\nfrom a import part\nout(part)\nfrom d import z\nout(z)\nimport e\nout(e.any)",
        files,
    );
    assert_eq!(shown, "?import\n?import\n?import\n1\n?import");
}

#[test]
fn what_ends_early_leaves_no_condition_behind() {
    check(
        "def walk(x):\n    if isinstance(x, dict):\n        return [walk(y) for y in x]\n    return x\nout(walk(unknown))\nout(1)",
        "?test\n1",
    );
    let mut vm = Vm::new(Run::new(Catalog::default(), Session::default(), Settings::default()), Rc::new(()));
    let standing = vm.standing();
    let module =
        source("m", "x = []\ny = 1\nif __import__('gone').z:\n    y = 2\n    def f(): f()\n    f()").expect("Python");
    assert!(matches!(vm.load_module(&module), Err(Raise::Stop(_))));
    vm.settle(&standing);
    assert!(vm.run.uncertain.is_empty());
}

mod application;
mod bounds;
mod files;
mod language;
mod library;
mod unknown;
