//! `string.Template`.

use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::{Class, Instance};
use crate::alembic::eval::native;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Dict, Eval, Vm};
use crate::pg::error::Reason;

/// The class.
pub(super) fn class() -> Value {
    let method = |name: &'static str, safe: bool| {
        let function = native::method(name, move |vm, mut args| {
            if args.positional.is_empty() {
                return Err(vm.raise("TypeError", &format!("unbound method Template.{name}() needs an argument")));
            }
            let own = args.positional.remove(0);
            substitute(vm, &own, args, safe)
        });
        (name, function)
    };
    Class::new("string.Template", Vec::new())
        .construct(|vm, class, args| {
            let template = args.bind(vm, "Template(template)")?.required("template");
            let instance = Instance::new(class.clone());
            instance.attrs.set(&"template".into(), Some(template));
            Ok(Value::native(instance))
        })
        .attrs([method("substitute", false), method("safe_substitute", true)])
        .value()
}

/// A part of a template.
enum Part<'a> {
    Text(&'a str),
    /// `$name`, `${name}`; with what is written.
    Name(&'a str, &'a str),
    /// A `$` that begins nothing, at which byte.
    Invalid(usize),
}

fn is_start(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphabetic()
}

fn identifier(text: &str) -> &str {
    let bytes = text.as_bytes();
    if !bytes.first().is_some_and(|byte| is_start(*byte)) {
        return "";
    }
    let end = bytes.iter().position(|byte| !is_start(*byte) && !byte.is_ascii_digit()).unwrap_or(bytes.len());
    &text[..end]
}

fn parts(template: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dollar) = template[at..].find('$').map(|dollar| at + dollar) {
        found.push(Part::Text(&template[at..dollar]));
        let rest = &template[dollar + 1..];
        let braced = rest
            .strip_prefix('{')
            .map(identifier)
            .filter(|name| !name.is_empty() && rest[1 + name.len()..].starts_with('}'));
        let plain = identifier(rest);
        at = dollar + 1;
        if rest.starts_with('$') {
            found.push(Part::Text("$"));
            at += 1;
        } else if let Some(name) = braced {
            at += name.len() + 2;
            found.push(Part::Name(name, &template[dollar..at]));
        } else if !plain.is_empty() {
            at += plain.len();
            found.push(Part::Name(plain, &template[dollar..at]));
        } else {
            found.push(Part::Invalid(dollar));
        }
    }
    found.push(Part::Text(&template[at..]));
    found
}

fn substitute(vm: &mut Vm, own: &Value, args: Args, safe: bool) -> Eval<Value> {
    let bound = args.bind(vm, "substitute(mapping=, /, **kws)")?;
    let template = vm.get_attr(own, "template")?;
    let Some(text) = template.as_str() else { return Ok(template) };
    let text = text.to_owned();
    let mut values = match bound.get("mapping") {
        None => Dict::new(),
        Some(Value::Unknown(reason)) => return Ok(Value::Unknown(reason)),
        Some(mapping) => match vm.as_dict(&mapping)? {
            Some(dict) => dict,
            None => return Ok(vm.unknown("unsupported", "a mapping of its own for a string.Template")),
        },
    };
    for (name, value) in &bound.keywords {
        values.insert(Value::Str(name.clone()), value.clone());
    }
    let doubt: Option<Reason> = bound.unknown.clone().or_else(|| values.unknown.clone());
    let mut out = String::new();
    for part in parts(&text) {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Name(name, written) => match (values.get_str(name).cloned(), &doubt) {
                (_, Some(reason)) => return Ok(Value::Unknown(reason.clone())),
                (Some(value), None) => match vm.str(&value)? {
                    Value::Str(text) => out.push_str(&text),
                    unknown => return Ok(unknown),
                },
                (None, None) if safe => out.push_str(written),
                (None, None) => return Err(vm.key_error(&Value::str(name))),
            },
            Part::Invalid(_) if safe => out.push('$'),
            Part::Invalid(at) => {
                let before = &text[..at];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
                let message = format!("Invalid placeholder in string: line {line}, col {column}");
                return Err(vm.raise("ValueError", &message));
            }
        }
    }
    vm.charge(out.len())?;
    Ok(Value::str(out))
}
