//! Code of the application, which raises where nobody has started the application.

use std::rc::Rc;

use super::super::{ModuleSource, SourceModule, Value, Vm};
use crate::alembic::python;
use crate::alembic::run::{Run, Settings};
use crate::catalog::{Catalog, Session};
use crate::source::{FileId, Sources};

const APPLICATION: &str = "\
class Factory:
    adapter = None
    def create(self):
        if self.adapter:
            return self.adapter
        raise RuntimeError('call init_app first')
factory = Factory()
def inner():
    try:
        factory.create()
    except RuntimeError:
        return 'caught'
def call(function):
    return function()
";

struct Application(FileId);

impl ModuleSource for Application {
    fn find(&self, dotted: &str) -> Option<SourceModule> {
        let ast = python::parse(APPLICATION, self.0).ok()?;
        let module =
            SourceModule { dotted: dotted.into(), path: "app.py".into(), file: self.0, is_package: false, ast };
        (dotted == "app").then_some(module)
    }

    fn is_application(&self, file: FileId) -> bool {
        file == self.0
    }
}

/// `repr` of `x` at the end of a revision, the kind of reason of an unknown one, or the exception.
fn x(revision: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("versions/a.py", revision);
    let application = sources.add("app.py", APPLICATION);
    let run = Run::new(Catalog::default(), Session::default(), Settings::default());
    let mut vm = Vm::new(run, Rc::new(Application(application)));
    let ast = python::parse(revision, file).expect("Python");
    let module = SourceModule { dotted: "m".into(), path: "versions/a.py".into(), file, is_package: false, ast };
    match vm.load_module(&module).and_then(|module| vm.get_attr(&module, "x")) {
        Ok(Value::Unknown(reason)) => format!("?{}", reason.kind),
        Ok(value) => vm.repr(&value).ok().and_then(|shown| shown.as_str().map(String::from)).unwrap_or_default(),
        Err(raise) => vm.describe(&raise),
    }
}

#[test]
fn what_the_application_raises_is_not_known_to_be_raised() {
    assert_eq!(x("from app import factory\nx = factory.create()"), "?application");
    assert_eq!(
        x("from app import factory\nx = 1\ntry:\n    factory.create()\nexcept RuntimeError:\n    x = 2"),
        "?unknown-call"
    );
}

#[test]
fn what_the_application_catches_or_the_revision_raises_is() {
    assert_eq!(x("from app import inner\nx = inner()"), "'caught'");
    assert_eq!(x("from app import call\ndef f():\n    raise KeyError('a')\nx = call(f)"), "KeyError: 'a'");
}
