//! `pathlib`: paths are text, as `os.path` has them; their files are those that were handed in.

use std::rc::Rc;

use super::files;
use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::Class;
use crate::alembic::eval::container::Key;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};

/// A path without `.` and doubled slashes in it, as `PurePosixPath` keeps it.
#[derive(Debug)]
pub(super) struct Path {
    pub text: Rc<str>,
}

/// What a path is written as without needless parts; `.` where nothing is left.
fn plain(text: &str) -> String {
    let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let root = if text.starts_with('/') { "/" } else { "" };
    let joined = format!("{root}{}", parts.join("/"));
    if joined.is_empty() { ".".into() } else { joined }
}

fn joined(left: &str, right: &str) -> String {
    if right.starts_with('/') { plain(right) } else { plain(&format!("{left}/{right}")) }
}

impl Path {
    pub(super) fn of(text: &str) -> Value {
        Value::native(Path { text: plain(text).into() })
    }

    fn name(&self) -> &str {
        let name = self.text.rsplit_once('/').map_or(&*self.text, |(_, name)| name);
        if name == "." { "" } else { name }
    }

    /// The name without its suffix, and the suffix.
    fn stem(&self) -> (&str, &str) {
        let name = self.name();
        match name.rfind('.') {
            Some(at) if at > 0 && at + 1 < name.len() => name.split_at(at),
            _ => (name, ""),
        }
    }

    /// The folder around; `None` where that lies outside of what was handed in.
    fn parent(&self) -> Option<Path> {
        let text = match &*self.text {
            "/" => "/",
            "." => return None,
            text => match text.rsplit_once('/') {
                Some(("", _)) => "/",
                Some((folder, _)) => folder,
                None => ".",
            },
        };
        (!text.ends_with("..")).then(|| Path { text: text.into() })
    }

    fn sibling(&self, name: &str) -> Value {
        Path::of(&match self.text.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{name}"),
            None => name.to_string(),
        })
    }
}

fn outside(vm: &Vm) -> Value {
    vm.unknown("file", "a folder outside of what was handed in")
}

fn construct(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    join(vm, ".", &args.positional)
}

fn join(vm: &mut Vm, start: &str, parts: &[Value]) -> Eval<Value> {
    let mut text = start.to_string();
    for part in parts {
        match files::path_of(vm, part) {
            Ok(part) => text = joined(&text, &part),
            Err(unknown) => return Ok(unknown),
        }
    }
    Ok(Path::of(&text))
}

impl Native for Path {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "pathlib.PosixPath"
    }

    fn is_instance(&self, class: &str) -> bool {
        matches!(class, "pathlib.PosixPath" | "pathlib.Path" | "pathlib.PurePath" | "pathlib.PurePosixPath")
    }

    fn key(&self) -> Option<Key> {
        Key::of(&Value::Str(self.text.clone()))
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let text = self.text.clone();
        Ok(Some(match name {
            "name" => Value::str(self.name()),
            "stem" => Value::str(self.stem().0),
            "suffix" => Value::str(self.stem().1),
            "parent" => self.parent().map_or_else(|| outside(vm), Value::native),
            "parents" => {
                let mut around: Vec<Path> = self.parent().into_iter().collect();
                while let Some(parent) = around.last().and_then(Path::parent)
                    && Some(&parent.text) != around.last().map(|last| &last.text)
                {
                    around.push(parent);
                }
                Value::native(Parents(around.into_iter().map(|path| path.text).collect()))
            }
            "parts" if !text.starts_with('/') => Value::tuple(text.split('/').map(Value::str)),
            "resolve" | "absolute" | "expanduser" => {
                native::function(name, move |_, _| Ok(Path::of(&crate::alembic::eval::stdlib::os::normal(&text))))
            }
            "joinpath" => native::function(name, move |vm, args| join(vm, &text, &args.positional)),
            "with_name" => native::function(name, move |vm, args| {
                let name = args.bind(vm, "with_name(name)")?.required("name");
                Ok(name.as_str().map_or_else(|| outside(vm), |name| self.sibling(name)))
            }),
            "with_suffix" => native::function(name, move |vm, args| {
                let suffix = args.bind(vm, "with_suffix(suffix)")?.required("suffix");
                let changed = suffix.as_str().map(|suffix| format!("{}{suffix}", self.stem().0));
                Ok(changed.map_or_else(|| outside(vm), |name| self.sibling(&name)))
            }),
            "as_posix" | "__str__" | "__fspath__" => native::function(name, move |_, _| Ok(Value::Str(text.clone()))),
            "read_text" => native::function(name, move |vm, _| Ok(files::text(vm, &text))),
            "open" => native::function(name, move |vm, mut args| {
                args.positional.insert(0, Value::Str(text.clone()));
                files::open(vm, args)
            }),
            "exists" => native::function(name, move |vm, _| Ok(files::exists(vm, &text, true, true))),
            "is_file" => native::function(name, move |vm, _| Ok(files::exists(vm, &text, true, false))),
            "is_dir" => native::function(name, move |vm, _| Ok(files::exists(vm, &text, false, true))),
            _ => vm.unknown("file", format!("{name} of a path")),
        }))
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        let other = match (files::path_of(vm, other), operator) {
            (Ok(other), _) => other,
            (Err(unknown), "/") => return Ok(Some(unknown)),
            (Err(_), _) => return Ok(None),
        };
        Ok(match (operator, reflected) {
            ("/", false) => Some(Path::of(&joined(&self.text, &other))),
            ("/", true) => Some(Path::of(&joined(&other, &self.text))),
            _ => None,
        })
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Str(self.text.clone())))
    }

    fn repr(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str(format!("PosixPath('{}')", self.text))))
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }
}

/// `path.parents`, as far as they lie in what was handed in.
#[derive(Debug)]
struct Parents(Vec<Rc<str>>);

impl Native for Parents {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "pathlib._PathParents"
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        let at = key.as_i64().and_then(|at| usize::try_from(at).ok());
        Ok(Some(at.and_then(|at| self.0.get(at)).map_or_else(|| outside(vm), |text| Path::of(text))))
    }
}

pub(super) fn install(vm: &mut Vm) {
    let paths = ["Path", "PosixPath", "PurePath", "PurePosixPath"].map(|name| {
        let unknown = |name: &'static str| native::function(name, |vm, _| Ok(outside(vm)));
        let attrs = [("cwd", unknown("cwd")), ("home", unknown("home"))];
        (name, Class::new(&format!("pathlib.{name}"), Vec::new()).construct(construct).attrs(attrs).value())
    });
    vm.register("pathlib", paths);
}
