//! Small modules: logging and warnings (no effect on a database), chance, identity, copies, text.

use std::rc::Rc;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};

/// A logger, or anything else whose methods have no effect.
#[derive(Debug)]
struct Silent;

impl Native for Silent {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "logging.Logger"
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "getChild" | "getLogger" => native::function(name, |_, _| Ok(Value::native(Silent))),
            "name" => Value::str("logger"),
            "level" => Value::int(30),
            "handlers" | "filters" => Value::list([]),
            "isEnabledFor" | "hasHandlers" => native::function(name, |_, _| Ok(Value::Bool(false))),
            _ => native::function(name, |_, _| Ok(Value::None)),
        }))
    }

    fn set_attr(self: Rc<Self>, _vm: &mut Vm, _name: &str, _value: Value) -> Eval<bool> {
        Ok(true)
    }
}

fn unknown(name: &'static str, kind: &'static str, what: &'static str) -> (&'static str, Value) {
    (name, native::function(name, move |vm, _| Ok(vm.unknown(kind, what))))
}

fn nothing(name: &'static str) -> (&'static str, Value) {
    (name, native::function(name, |_, _| Ok(Value::None)))
}

pub(super) fn install(vm: &mut Vm) {
    let levels = [("DEBUG", 10), ("INFO", 20), ("WARNING", 30), ("WARN", 30), ("ERROR", 40), ("CRITICAL", 50)];
    let logging =
        ["debug", "info", "warning", "warn", "error", "critical", "exception", "log", "basicConfig", "disable"]
            .map(nothing)
            .into_iter()
            .chain(levels.map(|(name, level)| (name, Value::int(level))))
            .chain([("getLogger", native::function("getLogger", |_, _| Ok(Value::native(Silent))))]);
    vm.register("logging", logging);
    vm.register(
        "warnings",
        ["warn", "simplefilter", "filterwarnings", "resetwarnings"].map(nothing).into_iter().chain([(
            "catch_warnings",
            native::function("catch_warnings", |_, _| Ok(Value::native(super::contextlib::Null(Value::None)))),
        )]),
    );
    let chance = "random values are not known";
    let random = ["random", "randint", "choice", "choices", "uniform", "sample", "shuffle", "randrange", "getrandbits"];
    vm.register("random", random.map(|name| unknown(name, "random", chance)).into_iter().chain([nothing("seed")]));
    vm.register(
        "secrets",
        ["token_hex", "token_urlsafe", "token_bytes", "choice", "randbelow"]
            .map(|name| unknown(name, "random", chance)),
    );
    vm.register("uuid", ["uuid1", "uuid4", "uuid7"].map(|name| unknown(name, "random", chance)));
    vm.register(
        "copy",
        [("copy", native::function("copy", copy)), ("deepcopy", native::function("deepcopy", deep_copy))],
    );
    let string = [
        ("ascii_lowercase", "abcdefghijklmnopqrstuvwxyz"),
        ("ascii_uppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("ascii_letters", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("digits", "0123456789"),
        ("hexdigits", "0123456789abcdefABCDEF"),
        ("punctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    ];
    let template = [("Template", super::template::class())];
    vm.register("string", string.map(|(name, text)| (name, Value::str(text))).into_iter().chain(template));
    vm.register(
        "textwrap",
        [("dedent", native::function("dedent", dedent)), ("indent", native::function("indent", indent))],
    );
    vm.register(
        "importlib",
        [(
            "import_module",
            native::function("import_module", |vm, args| {
                let name = args.bind(vm, "import_module(name, package=None)")?.required("name");
                match name.as_str() {
                    Some(name) if !name.starts_with('.') => vm.import(name),
                    _ => Ok(vm.unknown("import", "import_module() of a name that is not known")),
                }
            }),
        )],
    );
    let pi = [
        ("pi", Value::Float(std::f64::consts::PI)),
        ("inf", Value::Float(f64::INFINITY)),
        ("nan", Value::Float(f64::NAN)),
    ];
    vm.register("math", pi.into_iter().chain([round("ceil", f64::ceil), round("floor", f64::floor)]));
}

fn round(name: &'static str, change: fn(f64) -> f64) -> (&'static str, Value) {
    let function = native::function(name, move |vm, args| {
        let value = args.bind(vm, "math(x, /)")?.required("x");
        Ok(match &value {
            Value::Float(number) => match num_traits::FromPrimitive::from_f64(change(*number)) {
                Some(number) => Value::Int(Rc::new(number)),
                None => return Err(vm.raise("ValueError", "cannot convert float NaN to integer")),
            },
            _ => value,
        })
    });
    (name, function)
}

fn copy(vm: &mut Vm, args: Args) -> Eval<Value> {
    let value = args.bind(vm, "copy(x)")?.required("x");
    Ok(match &value {
        Value::List(list) => Value::List(Rc::new(std::cell::RefCell::new(list.borrow().clone()))),
        Value::Dict(dict) => Value::from(dict.borrow().clone()),
        Value::Set(set) => Value::Set(Rc::new(std::cell::RefCell::new(set.borrow().clone()))),
        Value::Native(_) => vm.unknown("unsupported", "a copy of an object is not evaluated"),
        _ => value,
    })
}

fn deep_copy(vm: &mut Vm, args: Args) -> Eval<Value> {
    let value = args.bind(vm, "deepcopy(x, memo=None)")?.required("x");
    deep(vm, &value)
}

fn deep(vm: &mut Vm, value: &Value) -> Eval<Value> {
    vm.deeper(|vm| {
        Ok(match value {
            Value::List(list) => {
                let mut content = list.borrow().clone();
                for item in &mut content.items {
                    *item = deep(vm, item)?;
                }
                Value::List(Rc::new(std::cell::RefCell::new(content)))
            }
            Value::Tuple(items) => {
                let items: Eval<Vec<Value>> = items.iter().map(|item| deep(vm, item)).collect();
                Value::tuple(items?)
            }
            Value::Dict(dict) => {
                let content = dict.borrow().clone();
                let mut new = crate::alembic::eval::Dict::new();
                new.unknown = content.unknown.clone();
                for (key, item) in content.iter() {
                    let item = deep(vm, item)?;
                    new.insert(key.clone(), item);
                }
                Value::from(new)
            }
            Value::Native(_) if value.as_class().is_none() => {
                vm.unknown("unsupported", "a copy of an object is not evaluated")
            }
            _ => value.clone(),
        })
    })
}

fn dedent(vm: &mut Vm, args: Args) -> Eval<Value> {
    let value = args.bind(vm, "dedent(text)")?.required("text");
    let Some(text) = value.as_str() else { return Ok(value) };
    let lines: Vec<&str> = text.split('\n').map(|line| if line.trim().is_empty() { "" } else { line }).collect();
    let mut margin: Option<&str> = None;
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let blank = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        margin = Some(match margin {
            None => blank,
            Some(margin) => {
                let common = margin.bytes().zip(blank.bytes()).take_while(|(a, b)| a == b).count();
                &margin[..common]
            }
        });
    }
    let margin = margin.unwrap_or("");
    let cut: Vec<&str> = lines.iter().map(|line| line.strip_prefix(margin).unwrap_or(line)).collect();
    Ok(Value::str(cut.join("\n")))
}

fn indent(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "indent(text, prefix)")?;
    let (text, prefix) = (bound.required("text"), bound.required("prefix"));
    let (Some(text), Some(prefix)) = (text.as_str(), prefix.as_str()) else {
        return Ok(if text.reason().is_some() { text } else { prefix });
    };
    let add = |line: &str| if line.trim().is_empty() { line.to_owned() } else { format!("{prefix}{line}") };
    Ok(Value::str(text.split_inclusive('\n').map(add).collect::<String>()))
}
