//! `os`, `os.path`, `sys`: the environment is unknown, paths are text, and of the file system what was handed in is known.

use std::rc::Rc;

use super::files;
use crate::alembic::eval::args::Args;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};

/// `os.environ`
#[derive(Debug)]
struct Environ;

fn environment(vm: &Vm, name: Option<&Value>) -> Value {
    let name = name.and_then(Value::as_str).unwrap_or("a variable");
    vm.unknown("environment", format!("the environment variable {name} is not known"))
}

impl Native for Environ {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "os._Environ"
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "get" | "pop" | "setdefault" => {
                native::function(name, |vm, args| Ok(environment(vm, args.positional.first())))
            }
            _ => environment(vm, None),
        }))
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        Ok(Some(environment(vm, Some(&key))))
    }

    fn set_item(self: Rc<Self>, _vm: &mut Vm, _key: Value, _value: Value) -> Eval<bool> {
        Ok(true)
    }

    fn iterate(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(environment(vm, None)))
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, _operator: &str, other: &Value, _reflected: bool) -> Eval<Option<Value>> {
        Ok(Some(environment(vm, Some(other))))
    }
}

fn path(name: &'static str, change: fn(&str) -> Value) -> (&'static str, Value) {
    (
        name,
        native::function(name, move |vm, args| {
            let value = args.positional.into_iter().next().unwrap_or(Value::None);
            Ok(match files::path_of(vm, &value) {
                Ok(path) => change(&path),
                Err(unknown) => unknown,
            })
        }),
    )
}

fn exists(name: &'static str, file: bool, folder: bool) -> (&'static str, Value) {
    let function = native::function(name, move |vm, args| {
        let path = args.bind(vm, "exists(path)")?.required("path");
        Ok(match files::path_of(vm, &path) {
            Ok(path) => files::exists(vm, &path, file, folder),
            Err(unknown) => unknown,
        })
    });
    (name, function)
}

fn split(path: &str) -> (&str, &str) {
    match path.rfind('/') {
        Some(0) => ("/", &path[1..]),
        Some(at) => (path[..at].trim_end_matches('/'), &path[at + 1..]),
        None => ("", path),
    }
}

fn extension(path: &str) -> (&str, &str) {
    let (_, file) = split(path);
    match file.trim_start_matches('.').rfind('.') {
        Some(at) => path.split_at(path.len() - (file.trim_start_matches('.').len() - at)),
        None => (path, ""),
    }
}

pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    let text = format!("{root}{}", parts.join("/"));
    if text.is_empty() { ".".to_owned() } else { text }
}

fn join(vm: &mut Vm, args: Args) -> Eval<Value> {
    let mut out = String::new();
    for part in &args.positional {
        let part = match files::path_of(vm, part) {
            Ok(part) => part,
            Err(unknown) => return Ok(unknown),
        };
        if part.starts_with('/') {
            out.clear();
        } else if !out.is_empty() && !out.ends_with('/') {
            out.push('/');
        }
        out.push_str(&part);
    }
    Ok(Value::str(out))
}

pub(super) fn install(vm: &mut Vm) {
    let unknown_files = |name: &'static str| {
        (
            name,
            native::function(name, move |vm, _| Ok(vm.unknown("file", format!("{name}() looks at the file system")))),
        )
    };
    let paths = [
        path("dirname", |path| Value::str(split(path).0)),
        path("basename", |path| Value::str(split(path).1)),
        path("abspath", |path| Value::str(normal(path))),
        path("realpath", |path| Value::str(normal(path))),
        path("normpath", |path| Value::str(normal(path))),
        path("split", |path| Value::tuple([Value::str(split(path).0), Value::str(split(path).1)])),
        path("splitext", |path| Value::tuple([Value::str(extension(path).0), Value::str(extension(path).1)])),
        path("isabs", |path| Value::Bool(path.starts_with('/'))),
        ("join", native::function("join", join)),
        exists("exists", true, true),
        exists("isfile", true, false),
        exists("isdir", false, true),
        unknown_files("getsize"),
    ];
    vm.register("os.path", paths);
    let os = [
        ("environ", Value::native(Environ)),
        ("getenv", native::function("getenv", |vm, args| Ok(environment(vm, args.positional.first())))),
        path("fspath", |path| Value::str(path)),
        ("sep", Value::str("/")),
        ("linesep", Value::str("\n")),
        ("name", Value::str("posix")),
        unknown_files("getcwd"),
        unknown_files("listdir"),
        unknown_files("walk"),
    ];
    vm.register("os", os);
    let streams = || Value::unknown("file", "a stream");
    let sys = vec![
        ("path", Value::list([])),
        ("maxsize", Value::int(i64::MAX)),
        ("stdout", streams()),
        ("stderr", streams()),
        ("stdin", streams()),
        ("argv", Value::unknown("environment", "the arguments of the process are not known")),
        ("version_info", Value::unknown("environment", "the version of Python is not known")),
        ("exit", native::function("exit", |vm, _| Err(vm.raise("SystemExit", "")))),
    ];
    vm.register("sys", sys);
}
