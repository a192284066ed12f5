//! Files that were handed in, as revisions read them: `open`, `importlib.resources`, `pkgutil`, `pkg_resources`. Of any other
//! file nothing is known, not even whether it exists.

use std::cell::Cell;
use std::rc::Rc;

use super::contextlib::Null;
use super::pathlib::Path;
use crate::alembic::eval::args::Args;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Module, Vm};

/// The path behind a `str` or a `Path`; else the unknown that stands for it.
pub(super) fn path_of(vm: &Vm, value: &Value) -> Result<Rc<str>, Value> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        Value::Unknown(_) => Err(value.clone()),
        _ => match value.downcast_ref::<Path>() {
            Some(path) => Ok(path.text.clone()),
            None => Err(vm.unknown("file", "a path that is no text")),
        },
    }
}

/// What a file says, with the ends of lines as Python's text mode has them.
pub(super) fn text(vm: &Vm, path: &str) -> Value {
    match vm.file_text(path) {
        Some(text) => Value::str(text.replace("\r\n", "\n").replace('\r', "\n")),
        None => vm.unknown("file", format!("the content of {path} is not known")),
    }
}

fn bytes(vm: &Vm, path: &str) -> Value {
    match vm.file_text(path) {
        Some(text) => Value::bytes(text.as_bytes()),
        None => vm.unknown("file", format!("the content of {path} is not known")),
    }
}

/// Whether there is a file or folder of that path: known only if it was handed in.
pub(super) fn exists(vm: &Vm, path: &str, file: bool, folder: bool) -> Value {
    let (is_file, is_folder) = (vm.file_text(path).is_some(), vm.is_given_folder(path));
    if is_file || is_folder {
        return Value::Bool(file && is_file || folder && is_folder);
    }
    vm.unknown("file", format!("whether there is {path} is not known"))
}

/// `open(file, mode='r', …)`
pub(in super::super) fn open(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "open(file, mode=, buffering=, encoding=, errors=, newline=, closefd=, opener=)")?;
    let path = match path_of(vm, &bound.required("file")) {
        Ok(path) => path,
        Err(unknown) => return Ok(unknown),
    };
    let mode = bound.get("mode").map_or(Some("r".into()), |mode| mode.as_str().map(str::to_string));
    let content = match mode.as_deref() {
        Some("r" | "rt") => text(vm, &path),
        Some("rb") => bytes(vm, &path),
        _ => vm.unknown("file", format!("what {path} is opened for")),
    };
    Ok(match content {
        Value::Unknown(_) => content,
        content => Value::native(File { content, done: Cell::new(false) }),
    })
}

/// A file that is read.
#[derive(Debug)]
struct File {
    content: Value,
    /// All of it has been read.
    done: Cell<bool>,
}

impl File {
    /// What is left: everything, or nothing after that.
    fn rest(&self) -> Value {
        match (self.done.replace(true), &self.content) {
            (false, content) => content.clone(),
            (true, Value::Bytes(_)) => Value::bytes([]),
            (true, _) => Value::str(""),
        }
    }

    fn lines(&self, vm: &Vm) -> Value {
        match self.rest() {
            Value::Str(text) => Value::list(text.split_inclusive('\n').map(Value::str)),
            _ => vm.unknown("unsupported", "the lines of a binary file"),
        }
    }
}

impl Native for File {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "_io.TextIOWrapper"
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "read" => native::function(name, move |vm, args| {
                Ok(match args.positional.is_empty() {
                    true => self.rest(),
                    false => vm.unknown("unsupported", "a part of a file"),
                })
            }),
            "readlines" => native::function(name, move |vm, _| Ok(self.lines(vm))),
            "close" => native::function(name, |_, _| Ok(Value::None)),
            _ => vm.unknown("unsupported", format!("{name} of a file")),
        }))
    }

    fn iterate(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(self.lines(vm)))
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }
}

/// The folder of a package that is named by a text or given as a module.
fn folder(vm: &Vm, anchor: &Value) -> Result<String, Value> {
    let dotted = match (anchor.as_str(), anchor.downcast_ref::<Module>()) {
        (Some(dotted), _) => dotted.to_string(),
        (None, Some(module)) => module.dotted.to_string(),
        (None, None) => {
            return Err(match anchor {
                Value::Unknown(_) => anchor.clone(),
                _ => vm.unknown("file", "a package that is not known"),
            });
        }
    };
    vm.package_folder(&dotted).ok_or_else(|| vm.unknown("file", format!("the folder of {dotted} is not known")))
}

type Read = fn(&Vm, &str) -> Value;

/// `name(package, resource)`: what `read` makes of the resource's path.
fn resource(name: &'static str, read: Read) -> (&'static str, Value) {
    let function = native::function(name, move |vm, args| {
        let bound = args.bind(vm, "resource(package, resource, *, encoding=, errors=)")?;
        let folder = match folder(vm, &bound.required("package")) {
            Ok(folder) => folder,
            Err(unknown) => return Ok(unknown),
        };
        Ok(match path_of(vm, &bound.required("resource")) {
            Ok(resource) => read(vm, &format!("{folder}/{resource}")),
            Err(unknown) => unknown,
        })
    });
    (name, function)
}

fn opened(vm: &Vm, path: &str, read: Read) -> Value {
    match read(vm, path) {
        content @ Value::Unknown(_) => content,
        content => Value::native(File { content, done: Cell::new(false) }),
    }
}

pub(super) fn install(vm: &mut Vm) {
    let files = native::function("files", |vm, args| {
        let anchor = args.bind(vm, "files(anchor)")?.required("anchor");
        Ok(match folder(vm, &anchor) {
            Ok(folder) => Path::of(&folder),
            Err(unknown) => unknown,
        })
    });
    let as_file = native::function("as_file", |vm, args| {
        Ok(Value::native(Null(args.bind(vm, "as_file(traversable)")?.required("traversable"))))
    });
    let resources = [
        ("files", files),
        ("as_file", as_file),
        resource("read_text", text),
        resource("read_binary", bytes),
        resource("open_text", |vm, path| opened(vm, path, text)),
        resource("open_binary", |vm, path| opened(vm, path, bytes)),
        resource("path", |_, path| Value::native(Null(Path::of(path)))),
        resource("is_resource", |vm, path| exists(vm, path, true, false)),
    ];
    vm.register("importlib.resources", resources.clone());
    vm.register("importlib_resources", resources);
    vm.register("pkgutil", [resource("get_data", bytes)]);
    vm.register(
        "pkg_resources",
        [
            resource("resource_string", bytes),
            resource("resource_stream", |vm, path| opened(vm, path, bytes)),
            resource("resource_filename", |_, path| Value::str(path)),
            resource("resource_exists", |vm, path| exists(vm, path, true, true)),
            resource("resource_isdir", |vm, path| exists(vm, path, false, true)),
        ],
    );
    vm.register("io", [("open", native::function("open", open))]);
}
